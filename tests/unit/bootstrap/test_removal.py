"""What a removal takes of the disk: Runix's own, and nothing else."""

from runix_tui.bootstrap import removal
from runix_tui.bootstrap.token import stored_token
from runix_tui.locations import Locations


def test_all_of_its_own_goes(locations: Locations) -> None:
    stored_token(locations)
    for name in (
        "config.toml",
        "server.json",
        "server.lock",
        "server.log",
        "server.old.log",
        "runix.db-wal",
        "runix.db.v1",
    ):
        (locations.state / name).write_text("")
    (locations.mirrors / "one").mkdir()
    said: list[str] = []
    removal.uninstall(locations, keep_data=False, say=said.append)
    assert not locations.state.exists()
    assert not locations.runtime.exists()
    assert said == [f"Removed {locations.state}", f"Removed {locations.runtime}"]
    assert removal.belongings(locations, keep_data=False) == []


def test_what_is_not_its_own_stays(locations: Locations) -> None:
    """Somebody may have named a folder that holds more than Runix."""
    (locations.state / "thesis.txt").write_text("years of work")
    (locations.state / "photos").mkdir()
    said: list[str] = []
    removal.uninstall(locations, keep_data=False, say=said.append)
    assert sorted(path.name for path in locations.state.iterdir()) == ["photos", "thesis.txt"]
    assert said[0] == f"Left {locations.state}: photos, thesis.txt are not Runix's"


def test_kept_data_stays(locations: Locations) -> None:
    stored_token(locations)
    removal.uninstall(locations, keep_data=True, say=lambda _: None)
    assert locations.token_file.exists()
    assert locations.mirrors.exists()
    assert str(locations.state) not in removal.belongings(locations, keep_data=True)
