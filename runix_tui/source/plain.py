"""A folder without git, copied as it is. Blocking.

Left out, and said: ``.git``, what tools make again on any machine (virtual environments, ``node_modules`` beside a
``package.json``, byte code), Runix's own folders, and what is no file (sockets, devices).
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from runix_tui.errors import SourceError
from runix_tui.source.said import plain
from runix_tui.source.worker import Stop
from runix_tui.source.writer import Writer

CHUNK = 1024 * 1024
MADE_AGAIN = frozenset({b".git", b"__pycache__"})


@dataclass(slots=True)
class Copied:
    """What a copy came to: how many files, and what was left out (paths)."""

    files: int = 0
    left_out: list[str] = field(default_factory=list)


def copy(folder: Path, writer: Writer, skip: frozenset[Path], stop: Stop) -> Copied:
    """Copy ``folder`` to the writer's top; ``skip`` are folders left out wherever they are. Raises ``SourceError``."""
    copied = Copied()
    pending = [b""]
    while pending:
        under = pending.pop()
        entries = _scan(folder, under)
        names = {entry.name for entry in entries}
        for entry in entries:
            path = under + b"/" + entry.name if under else entry.name
            if entry.is_dir(follow_symlinks=False):
                if _unwanted(entry, names, skip):
                    copied.left_out.append(f"{os.fsdecode(path)}/")
                    continue
                writer.expect(path, 0)
                writer.folder(path)
                pending.append(path)
            else:
                _one(entry, path, writer, copied, stop)
    return copied


def _scan(folder: Path, under: bytes) -> list[os.DirEntry[bytes]]:
    place = os.path.join(os.fsencode(folder), under)  # noqa: PTH118 - names are bytes
    try:
        with os.scandir(place) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        raise unreadable(under or os.fsencode(folder), error) from error


def _unwanted(entry: os.DirEntry[bytes], names: set[bytes], skip: frozenset[Path]) -> bool:
    if entry.name in MADE_AGAIN or (entry.name == b"node_modules" and b"package.json" in names):
        return True
    place = Path(os.fsdecode(entry.path))
    return (place / "pyvenv.cfg").is_file() or (bool(skip) and place.resolve() in skip)


def _one(entry: os.DirEntry[bytes], path: bytes, writer: Writer, copied: Copied, stop: Stop) -> None:
    try:
        info = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(info.st_mode):
            writer.expect(path, 0)
            writer.link(path, os.readlink(entry.path))  # noqa: PTH115 - names are bytes
        elif stat.S_ISREG(info.st_mode):
            writer.expect(path, info.st_size)
            chunks = _read(entry.path, path, info.st_size, stop)
            writer.file(path, chunks, executable=bool(info.st_mode & stat.S_IXUSR))
            copied.files += 1
        else:
            copied.left_out.append(os.fsdecode(path))
    except FileNotFoundError:
        return  # gone since it was listed
    except OSError as error:
        raise unreadable(path, error) from error


def _read(place: bytes, path: bytes, size: int, stop: Stop) -> Iterator[bytes]:
    """A file's bytes, no more than were counted: it may be growing. Its faults are told from those of whoever writes
    the bytes."""
    try:
        descriptor = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise unreadable(path, error) from error
    with os.fdopen(descriptor, "rb") as stream:
        while size > 0 and (chunk := _chunk(stream, path, size)):
            size -= len(chunk)
            stop.check()
            yield chunk


def _chunk(stream: BinaryIO, path: bytes, size: int) -> bytes:
    try:
        return stream.read(min(CHUNK, size))
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: bytes | str, error: OSError) -> SourceError:
    """A part of the folder that this user may not read."""
    return SourceError(
        f"{plain(path)} cannot be read: {error.strerror or error}",
        hint="Make it readable for the user that runs Runix.",
        code="unreadable",
    )
