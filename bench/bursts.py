"""Floods of lines: caused, read to the last one, and counted."""

import contextlib
import http.client
import os
import subprocess
from collections.abc import Callable, Iterator
from itertools import count

from bench.raw import Raw

LINES = 200_000
CHUNK = 1 << 18  # bytes asked for at once, the same of every stream
LIMIT = 120.0  # seconds
_NUMBERS = count(1)

Read = Callable[[], bytes]
"""Gives the bytes that are there, waiting for the first; none at the end."""


class Burst:
    """Lines that a service is asked to write, the last of which no other burst has."""

    def __init__(self, lines: int = LINES) -> None:
        self.lines = lines
        self._mark = f"{next(_NUMBERS)}x"
        self.end = f"end of burst {self._mark}".encode()  # the last line

    def cause(self, address: str, port: int, host: str) -> None:
        """Ask a service for the lines; returns when they are written."""
        connection = http.client.HTTPConnection(address, port, timeout=LIMIT)
        with contextlib.closing(connection):
            connection.request("GET", f"/burst?{self.lines}-{self._mark}", headers={"Host": host})
            connection.getresponse().read()

    def read(self, read: Read) -> None:
        """Read a log until the burst's last line is there. Raises ``RuntimeError`` when lines are missing."""
        lines, last = 0, b""
        while self.end not in last:
            chunk = read()
            if not chunk:
                raise RuntimeError(f"the log ended after {lines} lines of a burst")
            lines += chunk.count(b"\n")
            last = last[-len(self.end) :] + chunk
        if lines < self.lines:
            raise RuntimeError(f"{self.lines - lines} of {self.lines} lines are missing")


@contextlib.contextmanager
def follow(raw: Raw, container: str, *flags: str) -> Iterator[Read]:
    """``podman logs -f`` of a container, from its first line unless ``flags`` say otherwise."""
    command = ["podman", "logs", "--follow", *flags, container]
    with subprocess.Popen(command, env=raw.environ, stdout=subprocess.PIPE) as process:
        assert process.stdout
        descriptor = process.stdout.fileno()
        yield lambda: os.read(descriptor, CHUNK)
        process.kill()


def read_build(raw: Raw, command: list[str]) -> int:
    """Run a build, reading all that it says; gives the number of lines."""
    lines, last = 0, b""
    with subprocess.Popen(command, env=raw.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout
        while chunk := os.read(process.stdout.fileno(), CHUNK):
            lines += chunk.count(b"\n")
            last = (last + chunk)[-1000:]
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with exit code {process.returncode}: {last.decode()}")
    return lines
