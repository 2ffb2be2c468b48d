"""The build context as a tar stream: made while it is sent, without a temporary file, and the same for the same tree.

Entries are sorted, owned by root and have one of two modes, so that the engine's COPY cache (by content and mode) is
hit by a fresh checkout. Modification times are kept: that cache ignores them, and a web server makes ETags from them.
"""

import asyncio
import contextlib
import fcntl
import io
import os
import stat
import tarfile
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from pathlib import Path
from typing import IO

_EXECUTABLE, _PLAIN, _FOLDER = 0o755, 0o644, 0o755
_BLOCK = 1024**2  # bytes in the pipe and in one read


async def stream(context: Path | None, files: Mapping[str, bytes], leave_out: Collection[str]) -> AsyncIterator[bytes]:
    """The tar of ``context`` with ``files`` (name → content) beside it, in chunks; names in ``leave_out`` are skipped
    at the top. A reader that stops early ends the writer. Raises ``OSError`` for what cannot be read."""
    read_end, write_end = os.pipe()
    with contextlib.suppress(OSError):  # a user's limit of pipe memory may be reached: the default size does
        fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, _BLOCK)
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=_BLOCK)
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb"))
    writer = loop.run_in_executor(None, _write, write_end, context, files, leave_out)
    try:
        while chunk := await reader.read(_BLOCK):
            yield chunk
        await writer
    finally:
        transport.close()  # the writer's next write breaks
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writer


def _write(write_end: int, context: Path | None, files: Mapping[str, bytes], leave_out: Collection[str]) -> None:
    with os.fdopen(write_end, "wb", buffering=_BLOCK) as out:
        write(out, context, files, leave_out)


def write(out: IO[bytes], context: Path | None, files: Mapping[str, bytes], leave_out: Collection[str] = ()) -> None:
    """Write the whole tar."""
    with tarfile.open(mode="w|", fileobj=out, format=tarfile.PAX_FORMAT, bufsize=_BLOCK) as archive:
        for name, content in sorted(files.items()):
            archive.addfile(_entry(name, size=len(content), mode=_PLAIN), io.BytesIO(content))
        for path in _walk(context, leave_out) if context else ():
            _add(archive, path, str(path.relative_to(context)) if context else path.name)


def _walk(folder: Path, leave_out: Collection[str] = ()) -> Iterator[Path]:
    """Everything below ``folder``, parents first, sorted by name. Links are not followed."""
    with os.scandir(folder) as found:
        entries = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in found)
    for name, is_folder in entries:
        if name in leave_out:
            continue
        yield folder / name
        if is_folder:
            yield from _walk(folder / name)


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    """One entry; sockets, pipes and devices are left out: no image needs them."""
    facts = path.lstat()
    if stat.S_ISDIR(facts.st_mode):
        archive.addfile(_entry(name, kind=tarfile.DIRTYPE, mode=_FOLDER, mtime=int(facts.st_mtime)))
    elif stat.S_ISLNK(facts.st_mode):
        archive.addfile(_entry(name, kind=tarfile.SYMTYPE, mode=0o777, target=str(path.readlink())))
    elif stat.S_ISREG(facts.st_mode):
        mode = _EXECUTABLE if facts.st_mode & stat.S_IXUSR else _PLAIN
        with path.open("rb") as content:
            archive.addfile(_entry(name, size=facts.st_size, mode=mode, mtime=int(facts.st_mtime)), content)


def _entry(
    name: str, *, kind: bytes = tarfile.REGTYPE, size: int = 0, mode: int, mtime: int = 0, target: str = ""
) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.type, entry.size, entry.mode, entry.linkname = kind, size, mode, target
    entry.mtime = max(mtime, 0)
    return entry
