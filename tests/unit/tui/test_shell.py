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


@pytest.mark.parametrize("named", ["", " ", "less 'of", '"'])
def test_what_cannot_be_read_is_no_pager(named: str) -> None:
    assert shell.pager({"PAGER": named}) == ["less"]


INSIDE = ("exec", "--interactive", "--tty", "runix-shop-1", "/bin/sh")


@pytest.mark.parametrize(
    "command",
    [("/usr/bin/podman", *INSIDE), ("podman", *INSIDE), ("podman", "--url", "unix:///run/podman.sock", *INSIDE)],
)
def test_what_leads_into_a_container_is_run(command: tuple[str, ...]) -> None:
    assert shell.leads_inside(command, {"CONTAINERS_CONF": "/somewhere/containers.conf"})


@pytest.mark.parametrize(
    "command",
    [
        (),
        ("podman",),
        ("podman", "exec"),
        ("/bin/sh", "-c", "id"),
        ("./podman", *INSIDE),
        ("podman", "run", *INSIDE[1:]),
        ("podman", "--url", "ssh://elsewhere", *INSIDE),
        ("podman", "--config", "/tmp/x", *INSIDE),
        ("podman", *INSIDE[:3], "--privileged", "/bin/sh"),
        ("podman", *INSIDE, "-c", "id"),
    ],
)
def test_what_leads_elsewhere_is_not(command: tuple[str, ...]) -> None:
    assert not shell.leads_inside(command, {})


@pytest.mark.parametrize("name", ["LD_PRELOAD", "PATH", "BASH_ENV", "LD_LIBRARY_PATH"])
def test_nothing_is_loaded_or_found_where_the_server_says(name: str) -> None:
    assert not shell.leads_inside(("podman", *INSIDE), {name: "/tmp/x"})
