"""The doctor's look at the home itself."""

from pathlib import Path

from runix_tui.bootstrap.home import announced, server_lock
from runix_tui.bootstrap.installation import examine
from runix_tui.bootstrap.token import stored_token
from runix_tui.core.checkup import Level
from runix_tui.locations import Locations, locate


def levels(locations: Locations) -> dict[str, Level]:
    return {check.name: check.level for check in examine(locations)}


def test_a_home_that_is_not_there_yet(tmp_path: Path) -> None:
    locations = locate({"RUNIX_HOME": str(tmp_path / "none")})
    assert set(levels(locations).values()) == {Level.OK}
    assert not locations.state.exists()


def test_what_is_wrong_is_said_with_a_remedy(locations: Locations) -> None:
    stored_token(locations)
    locations.token_file.chmod(0o644)
    locations.config_file.write_text("[build]\ncpus = 0\n")
    wrong = {check.name: check for check in examine(locations) if check.level is Level.FAIL}
    assert set(wrong) == {"token", "config.toml"}
    assert "build.cpus" in wrong["config.toml"].found
    assert all(check.remedy for check in wrong.values())


def test_a_server_that_runs(locations: Locations) -> None:
    with server_lock(locations):
        assert "starting" in examine(locations)[-1].found
        with announced(locations, "http://127.0.0.1:7"):
            assert "http://127.0.0.1:7" in examine(locations)[-1].found


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert levels(locate({"RUNIX_HOME": str(tmp_path / "file")}))["home"] is Level.FAIL
