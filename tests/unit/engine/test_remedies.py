"""Running the doctor's remedies."""

import pytest

from runix_tui.core.checkup import Check, Level
from runix_tui.engine import remedies
from runix_tui.engine.remedies import fix, merged, run_command

UPDATE = ("sudo", "apt-get", "update")
INSTALL = ("sudo", "apt-get", "install", "-y", "--no-install-recommends")


def check(*commands: tuple[str, ...], level: Level = Level.FAIL) -> Check:
    return Check("x", level, "found", "remedy", commands)


@pytest.fixture
def said():
    return []


@pytest.fixture
def log(said):
    return lambda stream, line: said.append((stream, line))


def test_installations_become_one_and_each_command_runs_once():
    checks = [
        check(UPDATE, (*INSTALL, "podman")),
        check(UPDATE, (*INSTALL, "runc", "podman")),
        check(("sudo", "modprobe", "tun")),
        check(("sudo", "modprobe", "tun")),
    ]
    assert merged(checks) == [UPDATE, (*INSTALL, "podman", "runc"), ("sudo", "modprobe", "tun")]


@pytest.mark.parametrize(
    "install", [("dnf", "install", "-y"), ("apk", "add"), ("pacman", "-S", "--needed", "--noconfirm"), INSTALL]
)
def test_every_package_manager_is_merged(install):
    assert merged([check((*install, "a")), check((*install, "b"))]) == [(*install, "a", "b")]


def test_says_what_it_runs_and_goes_on_after_a_failure(log, said):
    codes = {"one": 0, "two": 3, "three": 0}
    ran = []

    def run(command, _):
        ran.append(command[0])
        return codes[command[0]]

    assert not fix([check(("one",)), check(("two", "x y")), check(("three",))], log, run=run)
    assert ran == ["one", "two", "three"]
    assert ("runix", "$ one") in said
    assert ("runix", "That failed with exit code 3.") in said


def test_warnings_are_mended_too_and_what_is_well_is_left(log):
    ran = []
    run = lambda command, _: ran.append(command) or 0  # noqa: E731
    assert fix([check(("a",), level=Level.WARN), check(("b",), level=Level.OK)], log, run=run)
    assert ran == [("a",)]


def test_nothing_to_run(log, said):
    assert fix([check()], log)
    assert said == [("runix", "Nothing here can be mended by a command.")]


def test_output_is_passed_on(log, said):
    assert run_command(("sh", "-c", "echo out; echo err >&2; printf 'b\\377'; exit 5"), log) == 5
    assert said == [("stdout", "out"), ("stdout", "err"), ("stdout", "b\ufffd")]


def test_a_command_that_is_not_there(log, said):
    assert run_command(("/no/such/program",), log) == 127
    assert said[0][0] == "stderr"


def test_apt_does_not_ask_behind_sudo():
    assert remedies._with_environ(UPDATE) == ("sudo", "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "update")
    assert remedies._with_environ(("apt-get", "update")) == ("apt-get", "update")
