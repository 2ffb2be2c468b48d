"""Lines of a log as plain text: to the clipboard, a file, a pager. For a thread; draws nothing."""

import os
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import count
from pathlib import Path

from runix_tui.core.events import LogLine
from runix_tui.core.terminal import clean, plain
from runix_tui.tui.logs.entries import entry, said
from runix_tui.tui.logs.source import LogSource
from runix_tui.tui.logs.spool import Lines
from runix_tui.tui.logs.text import visible

CLIPBOARD_MAX = 74_994  # base64 bytes that terminals take by OSC 52 (xterm, tmux)
NAME_MAX = 200  # bytes of a file's name before its time: 255 is all that file systems take


def fits_clipboard(text: str) -> bool:
    """Whether a terminal takes it."""
    return len(b64encode(text.encode())) <= CLIPBOARD_MAX


def write(path: Path, source: LogSource, lines: Lines, ids: Sequence[int], *, stamps: bool, colours: bool) -> None:
    """Write lines to a file. Where not all of them can be written, it is removed. Raises ``OSError``."""
    names = [plain(member.name) for member in source.members] if source.merged else []
    try:
        with path.open("w", encoding="utf-8") as file:
            for low, high in _runs(ids):
                for _, block in lines.blocks(low, high):
                    file.writelines(_line(line, names, stamps, colours) for line in block.splitlines())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def new_file(source: LogSource, now: datetime) -> Path:
    """An empty file that was not there before and that only this user can read: where the user is, or else in the home
    folder. Raises ``OSError``."""
    here, begin = Path.cwd(), f"{file_name(source)}-{now:%Y%m%d-%H%M%S}"
    folder = here if _writable(here) else Path.home()
    names = (f"{begin}.log" if number == 1 else f"{begin}-{number}.log" for number in count(1))
    return next(filter(_made, map(folder.joinpath, names)))


def file_name(source: LogSource) -> str:
    """What a file with these lines is called, without its ending."""
    return re.sub(r"[^\w.+-]", "-", source.title).encode()[:NAME_MAX].decode(errors="ignore")


def _line(line: bytes, names: Sequence[str], stamps: bool, colours: bool) -> str:
    found = entry(line)
    event = found.event
    text = event.line if isinstance(event, LogLine) else said(event)
    text = clean(text.rstrip("\r").rpartition("\r")[2]) if colours else visible(text)
    name = f"{names[found.origin]} " if names else ""
    return f"{found.stamp} {name}{text}\n" if stamps and found.stamp else f"{name}{text}\n"


def _runs(ids: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Consecutive ids as ranges."""
    if isinstance(ids, range):
        yield ids.start, ids.stop
        return
    low = high = None
    for each in ids:
        if low is None or each != high:
            if low is not None and high is not None:
                yield low, high
            low = each
        high = each + 1
    if low is not None and high is not None:
        yield low, high


def _made(path: Path) -> bool:
    """Make a file, unless there is one of that name."""
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        return False
    return True


def _writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
