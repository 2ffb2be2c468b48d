"""What stays out of a build's context: our own list, after the repository's, so that ours has the last word.

Lines are in .dockerignore's syntax, where the last rule that matches decides. Secrets are meant here, and what only
slows a build down; it is not a scanner.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from runix_tui.core.ports import SourceTree

HISTORY = (".git", ".hg", ".svn")
SECRETS = (
    ".env",
    ".env.*",
    ".envrc",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.kdbx",
    "*.tfstate",
    "*.tfstate.*",
    "id_rsa*",
    "id_dsa*",
    "id_ecdsa*",
    "id_ed25519*",
    ".npmrc",
    ".pypirc",
    ".netrc",
    "_netrc",
    ".git-credentials",
    ".dockercfg",
    ".vault-token",
    ".aws",
    ".azure",
    ".docker",
    ".gnupg",
    ".kube",
    ".ssh",
)
"""Names, at any depth, of files and folders that hold secrets by convention."""

INSTALLED = ("node_modules", ".venv", "venv", "__pycache__", "*.pyc", ".DS_Store")
"""What another machine installed or compiled: a build makes its own."""

DATABASES = ("*.sqlite", "*.sqlite3")
"""Data of a running service, unless it is tracked."""

SHOWN = 12
_NO_EXTENSION_KEY = re.compile(r"id_[A-Za-z0-9-]+")
_SPECIAL = re.compile(r"([\\*?\[\]])")
_DOCKERIGNORES = (".containerignore", ".dockerignore")


@dataclass(frozen=True, slots=True)
class Ignore:
    """``lines`` for the engine; ``left_out`` are the repository's files that our own list keeps out, sorted."""

    lines: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def notice(self) -> str | None:
        """What to say in the build log, with the remedy; None when nothing was left out."""
        if not self.left_out:
            return None
        shown = ", ".join(self.left_out[:SHOWN])
        more = f" and {len(self.left_out) - SHOWN} more" if len(self.left_out) > SHOWN else ""
        return (
            f"Left out of the build, as such files hold secrets or local data: {shown}{more}. What the service needs "
            "of them belongs into its environment (`runix env import NAME FILE`); rename a file that is no secret."
        )


def repository_ignore(tree: SourceTree, dockerfile: str | None = None) -> str | None:
    """The repository's own ignore file, or None; that of its Dockerfile (``Dockerfile.dockerignore``) comes first."""
    names = (f"{dockerfile}.dockerignore", *_DOCKERIGNORES) if dockerfile else _DOCKERIGNORES
    return next((text for text in map(tree.text, names) if text is not None), None)


def ignore(
    tree: SourceTree,
    tracked: frozenset[str] | None,
    repo_dockerignore: str | None,
    *,
    needed: Collection[str] = (),
    own_dockerfile: bool = False,
) -> Ignore:
    """What a build's context leaves out.

    ``tracked`` are the files that git tracks (None: no git, nothing is tracked). ``needed`` are files that a plan
    copies by name: the repository's rules, made for another Dockerfile, don't take them away. ``own_dockerfile``: the
    repository's is built, which may want to copy what another machine installed.
    """
    kept = tracked or frozenset()
    files = [path for path in kept or tree.glob("**/*") if not _under(path, HISTORY)]
    keys = [path for path in files if _NO_EXTENSION_KEY.fullmatch(path.rpartition("/")[2])]
    data = [] if kept else [path for path in files if _named(path, DATABASES)]
    installed = (
        [] if own_dockerfile else [name for name in INSTALLED if not any(_under(path, (name,)) for path in kept)]
    )
    lines = (
        *_lines(repo_dockerignore),
        *(f"!{_escaped(path)}" for path in sorted(needed)),
        *(f"**/{name}" for name in (*HISTORY, *SECRETS, *installed, *(() if kept else DATABASES))),
        *(_escaped(path) for path in sorted(keys)),
    )
    secret = [path for path in files if _under(path, SECRETS)]
    return Ignore(lines, tuple(sorted({*secret, *keys, *data})))


def _lines(text: str | None) -> Iterable[str]:
    """The rules of the repository's file: no comments, nothing that cannot be seen."""
    for line in (text or "").split("\n"):
        rule = line.strip()
        if rule and not rule.startswith("#") and rule.isprintable():
            yield rule


def _named(path: str, patterns: Iterable[str]) -> bool:
    name = path.rpartition("/")[2]
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _under(path: str, patterns: Iterable[str]) -> bool:
    """Whether the path, or a folder on the way to it, has one of these names."""
    parts = path.split("/")
    return any(fnmatchcase(part, pattern) for pattern in patterns for part in parts)


def _escaped(path: str) -> str:
    return _SPECIAL.sub(r"\\\1", path)
