"""The doctor's look at the gateway's port."""

import socket
from pathlib import Path

from runix_tui.core.checkup import Level
from runix_tui.gateway.doctor import examine
from runix_tui.locations import locate


def test_what_the_port_says(tmp_path: Path) -> None:
    locations = locate({"RUNIX_HOME": str(tmp_path)})
    assert (examine(locations).level, "first start" in examine(locations).found) == (Level.OK, True)
    locations.gateway.mkdir(parents=True)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        (locations.gateway / "port").write_text(f"{port}\n")
        assert (examine(locations).level, examine(locations).found) == (Level.OK, f"answers on port {port}")
    assert examine(locations, starting=True).found == f"is starting on port {port}"
    silent = examine(locations)
    assert (silent.level, str(port) in silent.found, bool(silent.remedy)) == (Level.WARN, True, True)
