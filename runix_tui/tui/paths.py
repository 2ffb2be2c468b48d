"""Where a deployment comes from, as a user types it: a URL, or a folder that is completed while it is typed.

Reads folders, so call it off the loop. What a repository holds, and whether a URL is one, is the server's to say.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from runix_tui.errors import InvalidRequest

LOOKED_AT = 5000  # entries of one folder at most
OFFERED = 50
_HEAD = re.compile(r"ref: refs/heads/(\S.*)")


@dataclass(frozen=True, slots=True)
class Folder:
    """One that can be chosen. ``text`` is what one would have typed; ``git``: a repository, with this branch out;
    ``deeper``: more can be typed behind it."""

    text: str
    git: bool = False
    branch: str | None = None
    deeper: bool = True


@dataclass(frozen=True, slots=True)
class Source:
    """What is sent as ``repo_url``; of a folder also the branch that is checked out there, and its .env file."""

    repo_url: str
    branch: str | None = None
    env_file: Path | None = None


def source_of(typed: str, cwd: Path | None = None) -> Source:
    """What was typed, as the server takes it: ``~`` and what is relative become absolute, as on the command line.

    Raises ``InvalidRequest`` on ``repo_url`` when it is neither a folder nor looks like an address.
    """
    typed = typed.strip()
    if "://" in typed:
        return Source(typed)
    folder = _folder(typed, cwd or Path.cwd()) if typed else None
    if folder is not None:
        return Source(str(folder), checked_out(folder), _env_file(folder))
    if not re.search(r"[:@]", typed):
        raise InvalidRequest.of("repo_url", f"there is no folder {typed}", hint="Give a URL or an existing folder.")
    return Source(typed)


def looks_whole(typed: str) -> bool:
    """Whether what was typed may be a whole address: a host alone is none yet."""
    if "://" not in typed:
        return bool(typed.strip())
    scheme, _, rest = typed.strip().partition("://")
    return bool(rest) if scheme == "file" else len([part for part in rest.split("/") if part]) > 1


def completions(typed: str, cwd: Path | None = None) -> list[Folder]:
    """Folders that begin with what was typed, then those that have it somewhere; hidden ones only when asked for.
    Before anything is typed: where one stands, when that is a repository."""
    if "://" in typed or "\0" in typed:
        return []
    here = cwd or Path.cwd()
    if not typed:
        return [Folder(".", git=True, branch=checked_out(here))] if is_repository(here) else []
    before, slash, begun = typed.rpartition("/")
    if typed == "~":
        before, slash, begun = "~", "/", ""
    parent = _folder(before + slash or ".", here)
    if parent is None:
        return []
    names = sorted(_names(parent, begun), key=lambda name: (not name.lower().startswith(begun.lower()), name.lower()))
    return [_described(parent / name, f"{before}{slash}{name}") for name in names[:OFFERED]]


def only_one(typed: str, cwd: Path | None = None) -> Folder | None:
    """The one folder that can be meant; None: what was typed is one itself, or there are none or several."""
    here = cwd or Path.cwd()
    if typed and _folder(typed, here) is not None:
        return None
    offered = completions(typed, here)
    return offered[0] if len(offered) == 1 else None


def files(typed: str, cwd: Path | None = None) -> list[Folder]:
    """As :func:`completions`, and files too (folders end in ``/``)."""
    folders = [Folder(f"{each.text}/") for each in completions(typed, cwd)] if typed else []
    before, slash, begun = typed.rpartition("/")
    parent = _folder(before + slash or ".", cwd or Path.cwd())
    found: list[str] = []
    with suppress(OSError):
        for entry in islice(os.scandir(parent), LOOKED_AT) if parent else ():
            if entry.name.startswith(begun or ".env") and entry.is_file():
                found.append(entry.name)
    return [Folder(f"{before}{slash}{name}", deeper=False) for name in sorted(found)] + folders


def is_repository(folder: Path) -> bool:
    """Whether git knows this folder as a repository, a work tree's or a bare one."""
    with suppress(OSError):
        return (folder / ".git").exists() or ((folder / "HEAD").is_file() and (folder / "objects").is_dir())
    return False


def checked_out(folder: Path) -> str | None:
    """The branch that is checked out where ``folder`` is; None: no git, no branch, or it cannot be read."""
    with suppress(OSError, ValueError):
        for place in (folder, *folder.parents):
            if (place / ".git").exists():
                return _branch(place / ".git")
        if is_repository(folder):
            return _branch(folder)
    return None


def _branch(git: Path) -> str | None:
    """The branch that HEAD names; ``git`` may be a file that says where the real folder is, as in other work trees."""
    if git.is_file():
        named = git.read_text("utf-8").strip().removeprefix("gitdir: ")
        git = git.parent / named
    found = _HEAD.fullmatch((git / "HEAD").read_text("utf-8").strip())
    return found[1] if found else None


def _env_file(folder: Path) -> Path | None:
    with suppress(OSError):
        return folder / ".env" if (folder / ".env").is_file() else None
    return None


def _folder(text: str, cwd: Path) -> Path | None:
    try:
        path = cwd / Path(text).expanduser()
        return path.resolve() if path.is_dir() else None
    except (OSError, RuntimeError, ValueError):  # unreadable, no such ~user, a NUL
        return None


def _names(parent: Path, begun: str) -> Iterator[str]:
    """Names of folders in ``parent`` that have what was begun."""
    with suppress(OSError):
        for entry in islice(os.scandir(parent), LOOKED_AT):
            name = entry.name
            if name.startswith(".") and not begun.startswith("."):
                continue
            if begun.lower() in name.lower() and _is_folder(entry):
                yield name


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    with suppress(OSError):
        return entry.is_dir()
    return False


def _described(folder: Path, text: str) -> Folder:
    git = is_repository(folder)
    return Folder(text, git, checked_out(folder) if git else None)
