"""The read-only view of a checkout that planning sees: bounded, and never outside the folder, whatever links are in it.

Names that are not UTF-8 are not shown: a plan is text.
"""

import fnmatch
import os
from collections.abc import Iterator
from pathlib import Path

from runix_tui.core.ports import MAX_TEXT

HEAD = 4 * 1024  # bytes that ``head`` gives
MAX_MATCHES = 2_000
MAX_LOOKED_AT = 100_000  # directory entries that one glob looks at
NOT_WALKED = frozenset({".git", "node_modules"})  # entered only when a pattern names them
BOM = b"\xef\xbb\xbf"


class FolderTree:
    """A ``SourceTree`` over ``root``. What can't be read is as if it were not there."""

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def exists(self, path: str) -> bool:
        """Whether there is a file of this path."""
        return self._inside(path) is not None

    def size(self, path: str) -> int | None:
        """A file's bytes, or None when there is no such file."""
        place = self._inside(path)
        try:
            return place.stat().st_size if place else None
        except OSError:
            return None

    def text(self, path: str) -> str | None:
        """A file's text (UTF-8, at most 256 KiB, a byte order mark dropped), or None when there is no such text."""
        data = self._read(path, MAX_TEXT + 1)
        if data is None or len(data) > MAX_TEXT:
            return None
        try:
            return data.removeprefix(BOM).decode("utf-8")
        except UnicodeDecodeError:
            return None

    def head(self, path: str) -> str:
        """The first 4 KiB of a file of any size (what is no UTF-8 as U+FFFD); empty when there is none."""
        return (self._read(path, HEAD) or b"").removeprefix(BOM).decode("utf-8", "replace")

    def glob(self, pattern: str) -> tuple[str, ...]:
        """Paths of files that match, sorted, at most 2000; ``**`` stands for any folders, also none."""
        parts = _split(pattern)
        found: set[str] = set()
        for path in self._matching(parts) if parts else ():
            found.add(path)
            if len(found) >= MAX_MATCHES:
                break
        return tuple(sorted(found))

    def entries(self) -> tuple[str, ...]:
        """Names at the top, folders with a trailing ``/``, sorted."""
        return tuple(sorted(f"{name}/" if folder else name for name, folder, _ in self._list("")))

    def through_link(self, path: str) -> bool:
        """Whether the path itself, or a folder on the way to it, is a symbolic link; a path out of the tree counts."""
        place = self._root
        parts = [part for part in path.split("/") if part not in {"", "."}]
        if ".." in parts or path.startswith("/") or "\0" in path:
            return True
        for part in parts:
            place /= part
            if place.is_symlink():
                return True
        return False

    def _inside(self, path: str) -> Path | None:
        """The real place of a file under the root; symlinks are followed as far as they stay there."""
        if path.startswith("/") or "\0" in path:
            return None
        try:
            place = (self._root / path).resolve()
            return place if place.is_relative_to(self._root) and place.is_file() else None
        except (OSError, RuntimeError, ValueError):
            return None

    def _read(self, path: str, size: int) -> bytes | None:
        """At most ``size`` bytes of a file's beginning, or None."""
        place = self._inside(path)
        if place is None:
            return None
        try:
            descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
            with os.fdopen(descriptor, "rb") as stream:
                return stream.read(size)
        except OSError:
            return None

    def _list(self, folder: str) -> list[tuple[str, bool, bool]]:
        """``(name, is a folder, is a file)`` of a folder's entries, sorted; links to folders are neither."""
        try:
            with os.scandir(self._root / folder) as entries:
                named = [entry for entry in entries if _is_text(entry.name)]
        except OSError:
            return []
        return sorted((entry.name, entry.is_dir(follow_symlinks=False), self._is_file(entry)) for entry in named)

    def _is_file(self, entry: os.DirEntry[str]) -> bool:
        if entry.is_symlink():
            return self._inside(os.path.relpath(entry.path, self._root)) is not None
        return entry.is_file(follow_symlinks=False)

    def _matching(self, parts: list[str]) -> Iterator[str]:
        """Walks with a list of its own, so that neither depth nor width of a stranger's tree matters."""
        pending = [("", 0)]
        seen = {("", 0)}
        left = MAX_LOOKED_AT
        while pending and left > 0:
            folder, index = pending.pop()
            listed = self._list(folder)[:left]
            left -= len(listed)
            steps: list[tuple[str, int]] = [(folder, index + 1)] if parts[index] == "**" else []
            for name, is_folder, is_file in listed:
                path = f"{folder}/{name}" if folder else name
                if is_folder:
                    steps += [(path, after) for after in _after(parts, index, name)]
                elif is_file and index == len(parts) - 1 and fnmatch.fnmatchcase(name, parts[index]):
                    yield path
            pending += [step for step in steps if step not in seen]
            seen.update(steps)


def _split(pattern: str) -> list[str]:
    """The parts of a pattern, ``**/**`` as one; empty for a pattern that leads out of the tree."""
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    if pattern.startswith("/") or ".." in parts:
        return []
    parts = [part for part, before in zip(parts, ["", *parts], strict=False) if not part == before == "**"]
    return [*parts, "*"] if parts and parts[-1] == "**" else parts


def _after(parts: list[str], index: int, folder: str) -> list[int]:
    """The part of the pattern that goes on in a folder of this name, or none."""
    part = parts[index]
    if folder in NOT_WALKED and part != folder:
        return []
    if part == "**":
        return [index]
    return [index + 1] if index < len(parts) - 1 and fnmatch.fnmatchcase(folder, part) else []


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
