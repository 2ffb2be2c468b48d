"""Programs in place of the screen."""

import pytest

from runix_tui.tui import shell


def test_the_users_editor_with_its_options() -> None:
    assert shell.editor({"EDITOR": "nano", "VISUAL": "code --wait 'my file'"}) == ["code", "--wait", "my file"]
    assert shell.editor({"EDITOR": "nano -w"}) == ["nano", "-w"]


def test_an_editor_that_is_here_when_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell.shutil, "which", lambda name: name if name == "nano" else None)
    assert shell.editor({}) == ["nano"]
    monkeypatch.setattr(shell.shutil, "which", lambda _: None)
    assert shell.editor({"EDITOR": ""}) == ["vi"]
