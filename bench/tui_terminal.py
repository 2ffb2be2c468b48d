"""A program in a pseudo-terminal: what it writes with the moment it came, keys sent to it, what it costs."""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

COLUMNS, ROWS = 120, 40
CHUNK = 1 << 16
TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """A running program on a terminal of 120 columns and 40 rows. Chunks of its output are kept with the time at which
    they were read."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_FPS": "60"},
        )
        os.close(slave)
        self.chunks: list[tuple[float, bytes]] = []
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            select.select([self._master], [], [])
            try:
                data = os.read(self._master, CHUNK)
            except OSError:
                return
            if not data:
                return
            with self._news:
                self.chunks.append((time.perf_counter(), data))
                self._news.notify_all()

    def send(self, keys: bytes) -> float:
        """Type ``keys``; gives the moment."""
        moment = time.perf_counter()
        os.write(self._master, keys)
        return moment

    def wait(self, pattern: bytes, *, since: int = 0, within: float = 60) -> float:
        """The moment at which ``pattern`` had been written, from chunk ``since`` on. Raises ``TimeoutError``."""
        deadline = time.monotonic() + within
        wanted = re.compile(pattern)
        tail, at = b"", since
        with self._news:
            while True:
                while at < len(self.chunks):
                    moment, data = self.chunks[at]
                    at += 1
                    if wanted.search(tail + data):
                        return moment
                    tail = (tail + data)[-4096:]
                if not self._news.wait(deadline - time.monotonic()) and time.monotonic() >= deadline:
                    raise TimeoutError(f"{pattern!r} was not written; last: {tail[-600:]!r}")

    def quiet(self, seconds: float = 0.3, within: float = 20) -> None:
        """Wait until nothing was written for a while."""
        deadline = time.monotonic() + within
        while time.monotonic() < deadline:
            with self._news:
                if not self._news.wait(seconds):
                    return

    @property
    def cpu(self) -> float:
        """Seconds of CPU that the program has used, its children not counted."""
        return cpu_of(self.process.pid)

    @property
    def memory(self) -> int:
        """Bytes of memory that are its own or shared (RSS)."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def close(self) -> None:
        """End it."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(15)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)


@contextlib.contextmanager
def terminal(command: Sequence[str], environ: Mapping[str, str]) -> Iterator[Terminal]:
    """A program on a terminal, ended afterwards."""
    made = Terminal(command, environ)
    try:
        yield made
    finally:
        made.close()


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
