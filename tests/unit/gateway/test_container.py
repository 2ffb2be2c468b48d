import os
from pathlib import Path

from runix_tui.core.ports import Container
from runix_tui.gateway import container
from runix_tui.locations import Locations

HOME = "7f0c7a3e-0000-4000-8000-000000000001"


def made(tmp_path: Path, **changes):
    values = {
        "home": HOME,
        "image": "localhost/haproxy:1",
        "image_id": "abc",
        "port": 8080,
        "locations": Locations(tmp_path, tmp_path, tmp_path, tmp_path),
        "rootless": False,
    }
    return container.spec(**(values | changes))


def test_it_has_what_it_needs_and_no_more(tmp_path: Path):
    spec = made(tmp_path)
    assert spec.host_network
    assert spec.read_only
    assert spec.restart
    assert spec.capabilities == ()
    assert spec.user == f"{os.getuid()}:{os.getgid()}"
    assert {mount.target: mount.read_only for mount in spec.mounts} == {"/gateway/config": True, "/gateway/run": False}
    assert made(tmp_path, rootless=True).user == "0:0"


def test_a_port_below_1024_takes_a_capability(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("runix_tui.gateway.listening._UNPRIVILEGED", tmp_path / "none")
    assert made(tmp_path, port=80).capabilities == ("NET_BIND_SERVICE",)


def test_another_image_or_port_does_not_fit(tmp_path: Path):
    spec = made(tmp_path)
    running = Container("id", spec.name, "running", spec.labels)
    assert container.fits(running, made(tmp_path))
    assert container.port_of(running) == 8080
    assert not container.fits(running, made(tmp_path, image_id="def"))
    assert not container.fits(running, made(tmp_path, port=8081))
    assert container.port_of(Container("id", "x", "running", {})) is None
