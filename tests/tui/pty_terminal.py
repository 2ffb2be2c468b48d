"""A real program in a real pseudo-terminal: its screen, its keys, its size, and every byte that it wrote.

The terminal is a model (pyte) that answers nothing; what it does not know (keyboard protocols) is left out before.
"""

import contextlib
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import pyte

COLUMNS, LINES = 120, 40
WITHIN = 45.0  # seconds: on a busy machine it takes a dozen to start a program and its server
KEYS = {
    "enter": "\r",
    "escape": "\x1b",
    "tab": "\t",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "right": "\x1b[C",
    "left": "\x1b[D",
    "end": "\x1b[F",
    "ctrl+c": "\x03",
    "ctrl+p": "\x10",
    "f1": "\x1bOP",
    "f5": "\x1b[15~",
}
_UNKNOWN_TO_THE_MODEL = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]")
_PERHAPS_INCOMPLETE = re.compile(rb"\x1b[^\x1b]{0,30}\Z")
_PRIVATE = 5  # pyte keeps private modes shifted left by this


class Terminal:
    """A context manager: ``command`` runs in a terminal of ``columns`` by ``lines``, and is killed at the end."""

    def __init__(
        self, command: Sequence[str], environ: Mapping[str, str], *, columns: int = COLUMNS, lines: int = LINES
    ) -> None:
        self._master, self._slave = pty.openpty()
        self._set_size(columns, lines)
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._raw = bytearray()
        self._drawn = 0  # bytes of it that the screen has seen
        self._news = threading.Condition()
        self._over = False
        self.modes_before = termios.tcgetattr(self._slave)
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            ["setsid", "--ctty", *command],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            env=_of_a_terminal(environ),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._over = True
        self._reader.join(10)
        for descriptor in (self._master, self._slave):
            with contextlib.suppress(OSError):
                os.close(descriptor)

    # --- what it shows ------------------------------------------------------------------------------------------------

    @property
    def raw(self) -> bytes:
        """Every byte that the program wrote."""
        with self._news:
            return bytes(self._raw)

    @property
    def rows(self) -> list[str]:
        """The screen, a row each, without trailing spaces."""
        self._draw()
        return [row.rstrip() for row in self._screen.display]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.rows)

    @property
    def private_modes(self) -> set[int]:
        """The private modes (``CSI ? n h``) that are on: 25 the cursor, 1049 the alternate screen, 1000… the mouse."""
        self._draw()
        return {mode >> _PRIVATE for mode in self._screen.mode if mode >> _PRIVATE}

    @property
    def modes(self) -> list[Any]:
        """The modes of the line discipline, as ``termios`` has them."""
        return termios.tcgetattr(self._slave)

    @property
    def job(self) -> int:
        """The group of processes that has the terminal."""
        return os.tcgetpgrp(self._master)

    def wait_for(self, wanted: str | Callable[[str], object], *, within: float = WITHIN) -> float:
        """Until the screen shows ``wanted``, or the function of its text is true. Seconds since the start."""
        asked = (lambda text: wanted in text) if isinstance(wanted, str) else wanted
        return self.wait_until(lambda: asked(self.text), within=within)

    def wait_until(self, question: Callable[[], object], *, within: float = WITHIN) -> float:
        """Until the answer is true; it is asked whenever something was written. Seconds since the start."""
        deadline = time.monotonic() + within
        while not question():
            left = deadline - time.monotonic()
            state = f"the screen:\n{self.text}\n{self.raw[-300:]!r}"
            assert left > 0, f"it never came true; {state}"
            assert self.process.poll() is None or self._has_news(), f"the program has ended; {state}"
            with self._news:
                if len(self._raw) == self._drawn:
                    self._news.wait(min(left, 0.05))
        return time.monotonic() - self.started

    def _has_news(self) -> bool:
        """Whether something was written that has not been looked at; of a program that has ended it comes soon."""
        with self._news:
            return len(self._raw) > self._drawn or self._news.wait(0.2)

    # --- what is done to it -------------------------------------------------------------------------------------------

    def type(self, text: str) -> None:
        """Type ``text`` as it is."""
        os.write(self._master, text.encode())

    def press(self, *keys: str) -> None:
        """Press keys, by name or as the character that they are."""
        for key in keys:
            self.type(KEYS.get(key, key))

    def resize(self, columns: int, lines: int) -> None:
        """Another size of the terminal; the program is told by the kernel."""
        self._draw()
        self._screen.resize(lines, columns)
        self._set_size(columns, lines)

    def send_signal(self, number: int) -> None:
        """A signal to the program."""
        self.process.send_signal(number)

    def pause_reading(self) -> None:
        """From now on the terminal takes nothing, as when its program hangs."""
        self._over = True
        self._reader.join(10)

    def hang_up(self) -> None:
        """The terminal goes away, as when its window is closed."""
        self.pause_reading()
        os.close(self._slave)
        os.close(self._master)

    def wait_end(self, within: float = 15.0) -> int:
        """The exit code, once the program has ended and all that it wrote is here."""
        code = self.process.wait(within)
        with self._news:
            while self._news.wait(0.1):
                pass
        return code

    # ------------------------------------------------------------------------------------------------------------------

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self) -> None:
        while not self._over:
            ready, _, _ = select.select([self._master], [], [], 0.05)
            if not ready:
                continue
            try:
                chunk = os.read(self._master, 65536)
            except OSError:
                return
            with self._news:
                self._raw += chunk
                self._news.notify_all()

    def _draw(self) -> None:
        with self._news:
            new = bytes(self._raw[self._drawn :])
            if self._over is False and (tail := _PERHAPS_INCOMPLETE.search(new)) and self.process.poll() is None:
                new = new[: tail.start()]
            self._drawn += len(new)
        self._stream.feed(_UNKNOWN_TO_THE_MODEL.sub(b"", new))


def _of_a_terminal(environ: Mapping[str, str]) -> dict[str, str]:
    """Without a size: the terminal has one. (Workers of pytest-xdist have that of none.)"""
    sizeless = {name: value for name, value in environ.items() if name not in ("COLUMNS", "LINES")}
    return {"TERM": "xterm-256color", **sizeless, "COLORTERM": "truecolor"}


def assert_given_back(terminal: Terminal) -> None:
    """The terminal is as it was: line modes, main screen, cursor, no reports of mouse, focus or paste."""
    assert terminal.modes == terminal.modes_before
    left_on = terminal.private_modes - {7, 25}  # wrap and cursor, on in any terminal
    assert not left_on, f"private modes left on: {left_on}"
    assert {7, 25} <= terminal.private_modes
    kitty = terminal.raw
    assert len(re.findall(rb"\x1b\[>\d+u", kitty)) == len(re.findall(rb"\x1b\[<u", kitty)), "the keyboard protocol"
