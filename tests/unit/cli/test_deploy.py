"""What a deploy sends, before any server is asked."""

import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from runix_tui.cli.deploy import _changes, _source, default_name
from runix_tui.errors import InvalidRequest


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("https://host.example/owner/My_App.git", "my-app"),
        ("git@host.example:owner/api.git", "api"),
        ("/srv/code/2048 game/", "game"),
        ("file:///srv/shop", "shop"),
        ("/srv/" + "x" * 60, "x" * 40),
    ],
)
def test_default_name(source: str, name: str) -> None:
    assert default_name(source) == name


def test_no_name_can_be_made() -> None:
    with pytest.raises(InvalidRequest):
        default_name("/srv/1234")


def test_the_checked_out_branch_of_a_folder_is_sent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def git(*words: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.invalid"]
        subprocess.run(["git", *identity, *words], cwd=tmp_path, check=True, capture_output=True)

    assert _source(str(tmp_path), asked_for=None) == (str(tmp_path), None)
    git("init", "-q", "-b", "trunk")
    (tmp_path / "main.py").write_text("print()\n")
    git("add", ".")
    git("commit", "-qm", "one")
    assert _source(str(tmp_path), asked_for=None) == (str(tmp_path), "trunk")
    assert capsys.readouterr().err == ""
    git("checkout", "-q", "--detach")
    assert _source(str(tmp_path), asked_for=None) == (str(tmp_path), None)
    assert "--branch" in capsys.readouterr().err


def test_relative_folders_and_addresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "app").mkdir()
    monkeypatch.chdir(tmp_path)
    assert _source("app", asked_for=None)[0] == str(tmp_path / "app")
    for address in ("https://host.example/x", "git@host.example:x", "ext::sh -c x", "file:///nowhere"):
        assert _source(address, asked_for=None) == (address, None)
    for nothing in ("no-such-folder", "~no-such-user-here/x", "a\0b"):
        with pytest.raises(InvalidRequest):
            _source(nothing, asked_for=None)


def test_only_what_differs_is_changed() -> None:
    there = SimpleNamespace(env={"A": "1", "B": "2"}, instance_type="starter", branch="main", command=None)
    asked = {"env": {"A": "1", "B": "3"}, "branch": "main", "instance_type": "pro", "port": 1}
    assert _changes(there, asked) == {"env": {"B": "3"}, "instance_type": "pro"}  # type: ignore[arg-type]
    assert _changes(there, {"branch": "main", "env": {"A": "1"}}) == {}  # type: ignore[arg-type]
