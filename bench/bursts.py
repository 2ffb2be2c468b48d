"""Floods of lines: caused, read to the last one, and counted."""

import contextlib
import http.client
import os
import subprocess
import threading
import time
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
    """Lines that a service is asked to write, ended by one that no other burst has."""

    def __init__(self, address: str, port: int, host: str, *, lines: int = LINES) -> None:
        self._where = (address, port)
        self._host = host
        self._lines = lines
        self._mark = f"{next(_NUMBERS)}x"

    def send(self) -> None:
        """Ask for the lines; returns when they are written."""
        connection = http.client.HTTPConnection(*self._where, timeout=LIMIT)
        with contextlib.closing(connection):
            connection.request("GET", f"/burst?{self._lines}-{self._mark}", headers={"Host": self._host})
            connection.getresponse().read()

    def rate(self, read: Read) -> float:
        """Lines per second, from the request to the last line out of ``read``, which follows the service's log and
        gives an older line first. Raises ``RuntimeError`` when lines are missing."""
        read()
        sender = threading.Thread(target=self.send)
        started = time.perf_counter()
        sender.start()
        lines = self._drain(read)
        seconds = time.perf_counter() - started
        sender.join()
        if lines < self._lines:
            raise RuntimeError(f"{self._lines - lines} of {self._lines} lines are missing")
        return self._lines / seconds

    def _drain(self, read: Read) -> int:
        end = f"end of burst {self._mark}".encode()
        lines, last = 0, b""
        while end not in last:
            chunk = read()
            if not chunk:
                raise RuntimeError(f"the log ended after {lines} lines of a burst")
            lines += chunk.count(b"\n")
            last = last[-len(end) :] + chunk
        return lines


@contextlib.contextmanager
def follow(raw: Raw, container: str) -> Iterator[Read]:
    """``podman logs -f`` of a container."""
    command = ["podman", "logs", "--follow", "--tail", "1", container]
    with subprocess.Popen(command, env=raw.environ, stdout=subprocess.PIPE) as process:
        assert process.stdout
        descriptor = process.stdout.fileno()
        yield lambda: os.read(descriptor, CHUNK)
        process.kill()


def read_build(raw: Raw, command: list[str]) -> int:
    """Run a build, reading all that it says; gives the number of lines."""
    lines = 0
    with subprocess.Popen(command, env=raw.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout
        while chunk := os.read(process.stdout.fileno(), CHUNK):
            lines += chunk.count(b"\n")
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with exit code {process.returncode}")
    return lines
