"""What is handed to a server that is started, and what is made of its last words."""

from pathlib import Path

import pytest

from runix_tui.bootstrap import child


@pytest.mark.parametrize(
    ("said", "message", "hint", "transient"),
    [
        ("runix: port 1 is taken\n  Choose another.\n", "port 1 is taken", "Choose another.", False),
        ("2026 WARNING x: y\nrunix: wrong\n", "wrong", "", True),
        ("Traceback\nValueError: x\n", "The server ended at once: ValueError: x", "has all that it said", False),
        ("", "The server ended at once: it said nothing", "has all that it said", False),
    ],
)
def test_last_words(tmp_path: Path, said: str, message: str, hint: str, transient: bool) -> None:
    log = tmp_path / "server.log"
    log.write_text("runix: of an earlier start\n" + said)
    before = len("runix: of an earlier start\n")
    error = child.last_words(log, before, 75 if transient else 1)
    assert error.message == message
    assert hint in error.hint
    assert error.transient is transient


@pytest.mark.parametrize(("said", "code"), [("runix code: port_taken\n", "port_taken"), ("", "server_failed")])
def test_an_owned_server_says_which_error_it_is(tmp_path: Path, said: str, code: str) -> None:
    log = tmp_path / "server.log"
    log.write_text(f"{said}runix: port 1 is taken\n  Choose another.\n")
    error = child.last_words(log, 0, 1)
    assert (error.code, error.message, error.hint) == (code, "port 1 is taken", "Choose another.")


def test_the_environment_of_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUNIX_TOKEN", "canary")
    monkeypatch.setenv("RUNIX_HOME", "home")
    found = child.environment()
    assert "RUNIX_TOKEN" not in found
    assert found["RUNIX_HOME"] == str(tmp_path / "home")
    monkeypatch.delenv("RUNIX_HOME")
    assert "RUNIX_HOME" not in child.environment()


def test_a_log_does_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    log = tmp_path / "server.log"
    log.write_text("old " * 100)
    monkeypatch.setattr(child, "LOG_LIMIT", 100)
    os.close(child._open_log(log))
    assert log.read_text() == ""
    assert (tmp_path / "server.old.log").read_text().startswith("old")
