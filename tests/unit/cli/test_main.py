"""Exit codes and messages of errors, and the command without arguments."""

import io
import sys

import pytest

from runix_tui.cli import faults, front, main
from runix_tui.errors import (
    Conflict,
    FieldError,
    InvalidRequest,
    NotFound,
    RunixError,
    StartError,
    StoreError,
    Unauthorized,
    Unavailable,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (RunixError("x"), 1),
        (Conflict("x"), 1),
        (NotFound("x"), 1),
        (Unauthorized("x"), 1),
        (InvalidRequest("x"), 2),
        (Unavailable("x"), 75),
        (Unavailable("no engine", transient=False), 1),
        (StoreError("full", transient=True), 75),
    ],
)
def test_exit_codes(error: RunixError, code: int) -> None:
    assert faults._code(error) == code


def test_what_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    faults._show(StartError("it exits with 4", hint="Look at its log.", evidence=("one", "two")))
    faults._show(InvalidRequest("wrong", errors=(FieldError("env.A", "bad"), FieldError("port", "worse"))))
    out, err = capsys.readouterr()
    assert out == ""
    assert err == (
        "runix: it exits with 4\n  | one\n  | two\n  Look at its log.\nrunix: wrong\n  env.A: bad\n  port: worse\n"
    )


def test_without_arguments_and_terminal_it_helps(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["runix"])
    with pytest.raises(SystemExit) as end:
        main.main()
    out, err = capsys.readouterr()
    assert not end.value.code
    assert "deploy" in out
    assert "needs a terminal" in err


@pytest.mark.parametrize(("kind", "told"), [("dumb", "TERM=dumb"), ("unknown", "TERM=unknown"), ("xterm", "")])
def test_what_a_terminal_must_be_able_to(monkeypatch: pytest.MonkeyPatch, kind: str, told: str) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Terminal())
    monkeypatch.setenv("TERM", kind)
    assert (told in front.missing()) if told else not front.missing()
    monkeypatch.setattr(sys, "stderr", io.StringIO())  # what is drawn goes there
    assert "needs a terminal" in front.missing()


class Terminal(io.StringIO):
    """A stream of a terminal."""

    def isatty(self) -> bool:
        return True


def test_the_token_leaves_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    from runix_tui.cli import session

    session.hide_token.cache_clear()
    monkeypatch.setenv("RUNIX_TOKEN", "short")
    monkeypatch.setattr("sys.argv", ["runix", "--version"])
    with pytest.raises(SystemExit) as end:
        main.main()
    assert not end.value.code, "a wrong token stops only who needs it"
    assert "RUNIX_TOKEN" not in os.environ
    session.hide_token.cache_clear()
