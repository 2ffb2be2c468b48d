"""The line at the bottom: on terminals alone, and never in the way."""

import io
import threading

import pytest

from runix_tui.cli import output, progress


class Terminal(io.StringIO):
    """A terminal that tells when the line of progress was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.shown = threading.Event()

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        raise OSError("no descriptor")

    def write(self, text: str) -> int:
        if "building ·" in text:
            self.shown.set()
        return super().write(text)


def test_a_pipe_never_sees_it(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = io.StringIO()
    monkeypatch.setattr("sys.stderr", pipe)
    monkeypatch.setattr(progress, "QUIET", 0)
    with progress.Waiting("building"):
        output.say("a line")
    assert pipe.getvalue() == "a line\n"


def test_on_a_terminal_it_makes_room_for_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setattr(progress, "QUIET", -1)
    monkeypatch.setattr(progress, "TICK", 0.001)
    with progress.Waiting("building"):
        assert terminal.shown.wait(10)
        output.say("a line")
    text = terminal.getvalue()
    assert "\r\x1b[Ka line\n" in text
    assert text.rpartition("\r\x1b[K")[2] in ("", "a line\n"), "nothing of it is left"


@pytest.mark.parametrize(("seconds", "shown"), [(0.4, "0 s"), (59.9, "59 s"), (185, "3 min 05 s")])
def test_elapsed(seconds: float, shown: str) -> None:
    assert progress.elapsed(seconds) == shown
