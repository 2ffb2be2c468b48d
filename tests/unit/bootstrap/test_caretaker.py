"""The installation as front ends see it: settings on disk, and a check-up that always ends."""

import asyncio
import stat
import threading

import pytest

from runix_tui.bootstrap import maintenance
from runix_tui.bootstrap.caretaker import Caretaker
from runix_tui.config import Build, Config, load
from runix_tui.core.checkup import Check, Level
from runix_tui.errors import Conflict, InvalidRequest
from runix_tui.locations import Locations
from tests.fakes import FakeActivity


def caretaker_of(locations: Locations, config: Config | None = None, activity: FakeActivity | None = None) -> Caretaker:
    return Caretaker(locations, config or Config(), activity or FakeActivity(), starting=lambda: True)


async def test_settings_are_made_and_changed(locations: Locations) -> None:
    caretaker = caretaker_of(locations)
    found = await caretaker.settings()
    assert (found.path, found.text, found.restart) == (str(locations.config_file), "", False)
    found = await caretaker.change_settings({"build.cpus": 1.5})
    assert (found.text, found.restart) == ("[build]\ncpus = 1.5\n", True)
    assert load(locations.config_file).build.cpus == 1.5
    assert stat.S_IMODE(locations.config_file.stat().st_mode) == 0o600
    assert [one.key for one in found.settings if one.set] == ["build.cpus"]
    assert not (await caretaker_of(locations, Config(build=Build(cpus=1.5))).settings()).restart
    assert not (await caretaker.change_settings({"build.cpus": None})).restart


async def test_a_wrong_change_changes_nothing(locations: Locations) -> None:
    locations.config_file.write_text("# mine\n")
    caretaker = caretaker_of(locations)
    with pytest.raises(InvalidRequest):
        await caretaker.change_settings({"build.cpus": 0, "build.concurrent": 3})
    assert locations.config_file.read_text() == "# mine\n"


async def test_a_change_is_told_and_so_is_one_that_was_refused(locations: Locations) -> None:
    activity = FakeActivity()
    caretaker = caretaker_of(locations, activity=activity)
    await caretaker.change_settings({"build.cpus": 1.5, "registry.offline": True})
    await caretaker.change_settings({"build.cpus": 1.5})
    with pytest.raises(InvalidRequest):
        await caretaker.change_settings({"api.allowed_hosts": ["evil.example"]})
    assert [(action, subject, outcome) for action, subject, *_, outcome in activity.told] == [
        ("change", "config.toml", "build.cpus: 2.0 → 1.5; registry.offline: false → true"),
        ("change", "config.toml", "nothing changed"),
        ("change", "config.toml", "failed"),
    ]


@pytest.mark.parametrize("text", ["[build\n", "[build]\ncpus = 0\n"])
async def test_a_file_that_is_wrong_is_left_to_its_owner(locations: Locations, text: str) -> None:
    locations.config_file.write_text(text)
    caretaker = caretaker_of(locations)
    with pytest.raises(Conflict) as refused:
        await caretaker.settings()
    assert (refused.value.code, bool(refused.value.hint)) == ("config", True)
    with pytest.raises(Conflict):
        await caretaker.change_settings({"build.cpus": 1.0})
    assert locations.config_file.read_text() == text


async def test_a_link_stays_one_and_changes_at_once_are_all_kept(locations: Locations) -> None:
    real = locations.config_file.with_name("real.toml")
    real.write_text("# mine\n")
    locations.config_file.symlink_to(real)
    caretaker = caretaker_of(locations)
    keys = ("build.cpus", "build.timeout", "git.timeout", "deploy.health_timeout", "deploy.stop_timeout")
    await asyncio.gather(*(caretaker.change_settings({key: 7.0}) for key in keys))
    assert locations.config_file.is_symlink()
    assert {one.key for one in (await caretaker.settings()).settings if one.set} == set(keys)
    assert real.read_text().startswith("# mine\n")


async def test_a_look_that_hangs_is_a_finding(locations: Locations, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def hang(*_: object) -> list[Check]:
        over.wait(10)
        return []

    async def answers(_: object) -> Check:
        return Check("registry", Level.OK, "answers")

    monkeypatch.setattr(maintenance, "LONGEST", 0.2)
    monkeypatch.setattr(maintenance.doctor, "examine", hang)
    monkeypatch.setattr(maintenance.registry, "examine", answers)
    found = {check.name: check for check in await caretaker_of(locations).checkup()}
    over.set()
    assert found["engine"].level is Level.FAIL
    assert "longer than" in found["engine"].found
    assert {"versions", "home", "config.toml", "token", "server", "model", "gateway", "registry"} <= found.keys()
    assert all(check.remedy for check in found.values() if check.level is not Level.OK)
