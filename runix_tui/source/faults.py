"""What can go wrong while fetching, as ``SourceError`` with a stable code: libgit2's words are mapped here, once.

A transient fault is one of the network: ``Source.check`` lets it pass and the stage ``fetching`` reports it. All others
are the user's to mend.
"""

import errno
import re
from collections.abc import Sequence
from pathlib import Path

from runix_tui.errors import SourceError
from runix_tui.source.said import plain, some
from runix_tui.source.urls import Address

_STATUS = re.compile(r"unexpected http status code: (\d+)")
# Words of libgit2 and of the large hosts, in lower case
_UNREACHED = ("failed to resolve address", "failed to connect")  # what follows is a host's name
_MISSING = (
    "not found",
    "could not be found",
    "does not exist",
    "no longer exist",
    "does not appear to be a git repository",
    "no such",
    "invalid content-type",
)
_DENIED = ("denied", "authenticat", "authoriz", "forbidden", "not have access", "no permission")
_TLS = ("certificate", "ssl error", "tls")

BROKEN = "repository_broken"
# git_error_t of libgit2 (include/git2/errors.h): faults of objects, refs and packs, not of a connection
_ON_DISK = frozenset({4, 5, 6, 9, 10, 11, 13, 14, 15, 33})


def not_found(address: Address) -> SourceError:
    """There is no repository at that address."""
    what = "no such folder" if address.local else f"there is no git repository at this address on {address.host}"
    hint = "Check the address; a private repository may also answer like this without credentials."
    return SourceError(what, hint="Check the path." if address.local else hint, code="repository_not_found")


def no_folder(exists: bool) -> SourceError:
    """A local path that is no folder."""
    what = "is not a folder" if exists else "there is no such folder"
    hint = "Name the absolute path of a folder on the machine that runs Runix."
    return SourceError(what, hint=hint, code="repository_not_found")


def not_on_disk(folder: Path) -> SourceError:
    """A local path to what the kernel shows as files."""
    hint = "Name the absolute path of a folder with an app in it."
    return SourceError(f"{folder} shows the kernel's state, not files of an app", hint=hint, code="not_an_app")


def needs_credentials(address: Address, tried: Sequence[str] = (), notes: Sequence[str] = ()) -> SourceError:
    """The remote wants to know who asks. ``tried`` says what was offered and refused, ``notes`` what could not be."""
    said = f"{address.host} refused {some(list(tried))}" if tried else f"{address.host} asks for credentials"
    hint = " ".join([*(f"{note}." for note in notes), _credentials_hint(address)])
    return SourceError(said, hint=hint, code="needs_credentials", evidence=tuple(notes))


def _credentials_hint(address: Address) -> str:
    if address.scheme == "ssh":
        return (
            "Load a key with ssh-add, or have one without a passphrase in ~/.ssh, and let the account on "
            f"{address.host} know its public half."
        )
    host = address.host if not address.port else f"{address.host}:{address.port}"
    return (
        f'Put [git.credentials."{host}"] with token_env or token_file into config.toml, keep the password in git\'s '
        "credential store (~/.git-credentials), or use an ssh address."
    )


def empty(address: Address) -> SourceError:
    """A repository without a commit."""
    what = "the folder is empty" if address.folder else "the repository is empty: it has no commit yet"
    return SourceError(what, hint="Commit and push something first.", code="repository_empty")


def no_branch(branch: str, branches: Sequence[str], tags: Sequence[str] = ()) -> SourceError:
    """A branch that is not there. ``branches`` are those that are."""
    there = f"It has: {some(sorted(branches), 10)}." if branches else "It has no branches."
    tag = f" There is a tag of that name; only branches are deployed. {there}" if branch in tags else there
    return SourceError(f"there is no branch {plain(branch, 80)!r}", hint=tag.strip(), code="branch_not_found")


def no_git(branch: str) -> SourceError:
    """A branch was named for a folder without git."""
    hint = "Leave `branch` out to deploy the folder as it is, or run `git init` there and commit."
    return SourceError(f"the folder is not in git: no branch {plain(branch, 80)!r}", hint=hint, code="branch_not_found")


def not_committed(branch: str) -> SourceError:
    """A branch was named for a folder that the repository around it does not have."""
    hint = "Commit the folder, or leave `branch` out to deploy its files as they are."
    return SourceError(f"the folder is not in the branch {plain(branch, 80)!r}", hint=hint, code="branch_not_found")


def no_default(branches: Sequence[str]) -> SourceError:
    """None was named, and the remote does not say which one to take."""
    hint = f"Name one in `branch`: {some(sorted(branches), 10)}."
    return SourceError("the repository names no default branch", hint=hint, code="branch_not_found")


def too_large(what: str, limit: str) -> SourceError:
    """A bound was reached. ``limit`` is the bound, with its unit."""
    hint = "Deploy a smaller repository, or raise git.max_bytes in config.toml."
    return SourceError(f"{what} has more than {limit}", hint=hint, code="too_large")


def unsafe(path: str | bytes, why: str) -> SourceError:
    """A tree that must not be written to disk. ``path`` is where in it."""
    hint = "Correct it in the repository, and commit."
    return SourceError(f"{plain(path)}: {why}", hint=hint, code="unsafe_tree")


def no_root_dir(root_dir: str, folders: Sequence[str]) -> SourceError:
    """``root_dir`` is not a folder of the checkout."""
    hint = f"Folders at the top: {some(sorted(folders), 10)}." if folders else "There are no folders at the top."
    return SourceError(f"there is no folder {plain(root_dir)!r}", hint=hint, code="root_dir_not_found")


def broken(address: Address) -> SourceError:
    """What is on disk or was sent is no whole repository."""
    hint = "Run `git fsck` there; a partial clone lacks objects: fetch them with `git fetch --refetch`."
    if not address.local:
        hint = "Try again; if it stays so, the repository on the server is damaged."
    return SourceError("objects of the repository are missing or damaged", hint=hint, code=BROKEN)


def disk(error: OSError) -> SourceError:
    """The disk refused."""
    return SourceError(
        f"the files could not be written: {error.strerror or error}",
        hint="Free some disk space (runix doctor says where it went), or check the cache folder's rights.",
        code="disk",
        transient=error.errno in {errno.ENOSPC, errno.EDQUOT},
    )


def translate(error: Exception, address: Address) -> SourceError:
    """An error of libgit2, which has words but few types, as ours."""
    words = plain(str(error), 300)
    low = words.lower()
    if isinstance(error, KeyError) or getattr(error, "error_class", 0) in _ON_DISK:
        return broken(address)
    if match := _STATUS.search(low):
        return _of_status(int(match[1]), address)
    return _of_words(words, low, address)


def _of_words(words: str, low: str, address: Address) -> SourceError:
    if low.startswith(_UNREACHED):
        return _network(address, words)
    if any(word in low for word in _TLS):
        return _tls(address, words)
    if "redirect" in low:
        return _redirect(address, words)
    if any(word in low for word in _DENIED):
        return needs_credentials(address)
    if any(word in low for word in _MISSING):
        return not_found(address)
    return _network(address, words)


def _redirect(address: Address, words: str) -> SourceError:
    return SourceError(
        f"{address.host} redirects where git may not follow: {words}",
        hint="Write the address that it redirects to.",
        code="redirect_refused",
    )


def _of_status(status: int, address: Address) -> SourceError:
    if status in {401, 403, 407}:
        return needs_credentials(address)
    if status in {404, 410}:
        return not_found(address)
    return _network(address, f"it answered with the HTTP status {status}")


def _tls(address: Address, words: str) -> SourceError:
    return SourceError(
        f"the certificate of {address.host} is not trusted: {words}",
        hint="If it is your own authority's, name its bundle in SSL_CERT_FILE (or build.ca_bundle in config.toml).",
        code="certificate_invalid",
    )


def _network(address: Address, words: str) -> SourceError:
    return SourceError(
        f"fetching from {address.host} failed: {words}",
        hint="Check the network and the address, then try again.",
        code="network",
        transient=True,
    )
