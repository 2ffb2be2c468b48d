"""Foreign text on terminals and in pipes."""

import io

import pytest

from runix_tui.cli import output


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_are_ended_on_a_terminal_and_pipes_get_all() -> None:
    text = "\x1b[31mred\x1b]0;t\x07"
    assert output.foreign(text, Terminal()) == "\x1b[31mred\x1b[0m"
    assert output.foreign(text, io.StringIO()) == text


def test_what_is_said_is_cleaned(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    output.say("evil \x1b]52;c;eA==\x07commit")
    assert terminal.getvalue() == "evil commit\n"
