"""Our Podman service's bookkeeping, with a stand-in that only listens."""

import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from runix_tui.engine import service as services
from runix_tui.engine.service import Service, is_service, storage_folder, used_driver
from runix_tui.errors import Unavailable
from runix_tui.locations import Locations

STANDIN = """#!{python}
import http.server, os, socketserver, sys
class Server(socketserver.UnixStreamServer):
    def get_request(self):
        return self.socket.accept()[0], ("local", 0)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"OK")
    def log_message(self, *args): pass
print("starts", flush=True)
if "--broken" in open(__file__ + ".mode").read():
    sys.exit("cannot listen: no storage")
Server(sys.argv[-1].removeprefix("unix://"), Handler).serve_forever()
"""


@pytest.fixture
def locations(tmp_path, monkeypatch) -> Locations:
    runtime = Path("/tmp") / f"rx-{os.getpid()}-{tmp_path.name[-8:]}"
    found = Locations(tmp_path / "c", tmp_path / "s", tmp_path / "k", runtime)
    found.prepare()
    program = tmp_path / "podman"
    program.write_text(STANDIN.format(python=sys.executable), "utf-8")
    program.chmod(0o755)
    Path(f"{program}.mode").write_text("", "utf-8")
    monkeypatch.setattr(services.packages, "missing_for_engine", lambda *_: ())
    monkeypatch.setattr(services, "keep_apart", lambda _: None)
    monkeypatch.setattr(services.hosts, "pick_runtime", lambda _: ("runc", "/usr/sbin/runc"))
    yield found
    for left in sorted(runtime.rglob("*"), reverse=True):
        left.rmdir() if left.is_dir() else left.unlink()
    runtime.rmdir()


@pytest.fixture
def environ(tmp_path):
    return {"PATH": str(tmp_path), "HOME": str(tmp_path), "RUNIX_TOKEN": "canary"}


@pytest.fixture
def service(locations, environ):
    service = Service(locations, environ)
    yield service
    service.stop()


def pid_of(service: Service) -> int:
    return service._recorded().pid


def test_started_once_and_adopted_by_the_next(service, locations, environ):
    service.ensure()
    pid = pid_of(service)
    service.ensure()
    Service(locations, environ).ensure()
    assert pid_of(service) == pid
    assert is_service(pid, service.socket)
    assert os.getsid(pid) == pid
    assert Path(f"/proc/{pid}/cwd").resolve() == service.conf.parent  # not where somebody happened to start it
    assert b"canary" not in Path(f"/proc/{pid}/environ").read_bytes()


def test_files_are_the_owners_alone(service):
    service.ensure()
    for path in (service.conf, service.log, service._record_file):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_dead_one_is_started_again(service):
    service.ensure()
    pid = pid_of(service)
    os.kill(pid, 9)
    service.ensure()
    assert pid_of(service) != pid
    with pytest.raises(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def test_other_settings_start_it_anew(service):
    service.ensure()
    pid = pid_of(service)
    service.extra = services.Extra(volumes=("/a:/b:ro",))
    service.ensure()
    assert pid_of(service) != pid
    assert not is_service(pid, service.socket)
    assert "/a:/b:ro" in service.conf.read_text("utf-8")


def test_is_ended_by_its_last_user(service, locations, environ):
    service.ensure()
    pid = pid_of(service)
    other = Service(locations, environ, extra=services.Extra(volumes=("/a:/b:ro",)))
    other.ensure()
    assert pid_of(service) == pid, "other settings, but in use"
    service.stop()
    assert is_service(pid, service.socket)
    other.stop()
    service._child.wait(5)
    assert not is_service(pid, service.socket)


def test_stop_leaves_nothing(service):
    service.ensure()
    pid = pid_of(service)
    service.stop()
    service.stop()
    assert not is_service(pid, service.socket)
    assert not service.socket.exists()


def test_a_late_thread_does_not_start_what_was_ended(service):
    service.ensure()
    service.stop()
    with pytest.raises(Unavailable):
        service.ensure()
    assert services.services_on(service.socket) == []
    service.begin()
    service.ensure()
    assert is_service(pid_of(service), service.socket)


@pytest.mark.parametrize("way", ["ensure", "stop"])
def test_one_without_a_record_is_ended(service, locations, environ, way):
    service.ensure()
    pid = pid_of(service)
    service._users.leave()  # as when its server was killed
    service._record_file.unlink()
    other = Service(locations, environ)
    getattr(other, way)()
    service._child.wait(5)
    assert not is_service(pid, service.socket)
    other.stop()


def test_starts_where_the_kernel_refuses_policy_routing(service, monkeypatch, caplog):
    def refuse(_: str) -> None:
        raise Unavailable("Networks cannot be kept apart", hint="the kernel")

    monkeypatch.setattr(services, "keep_apart", refuse)
    monkeypatch.setattr(services.hosts, "detect", lambda _: replace(service.host, rootless=False, ip="/sbin/ip"))
    service.ensure()
    assert "cannot be kept apart" in caplog.text


def test_a_stranger_with_the_recorded_pid_is_left_alone(service):
    service._write(service._record_file, f'{{"pid": {os.getpid()}, "mark": "x"}}')
    service.stop()
    assert os.getpid()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"pid": "x", "mark": 1}', '{"pid": null}'])
def test_a_broken_record_is_no_record(service, text):
    service._write(service._record_file, text)
    assert service._recorded().pid == 0


def test_says_why_it_does_not_start(service, tmp_path):
    Path(f"{tmp_path}/podman.mode").write_text("--broken", "utf-8")
    with pytest.raises(Unavailable) as caught:
        service.ensure()
    assert "cannot listen: no storage" in caught.value.message
    assert str(service.log) in caught.value.hint
    assert caught.value.code == "engine_start_failed"


def test_log_does_not_grow_without_end(service, monkeypatch):
    monkeypatch.setattr(services, "LOG_LIMIT", 100)
    service.log.write_text("old " * 100, "utf-8")
    service.ensure()
    assert "old" not in service.log.read_text("utf-8")


def test_storage_folder():
    assert storage_folder({}, rootless=False) == Path("/var/lib/containers/storage")
    assert storage_folder({"HOME": "/home/a"}, rootless=True) == Path("/home/a/.local/share/containers/storage")
    assert storage_folder({"XDG_DATA_HOME": "/d"}, rootless=True) == Path("/d/containers/storage")


@pytest.mark.parametrize(
    ("folders", "driver"),
    [((), None), (("libpod",), None), (("libpod", "vfs-images"), "vfs"), (("overlay-images",), None),
     (("libpod", "overlay", "overlay-images"), "overlay")],
)  # fmt: skip
def test_driver_of_a_storage_that_was_used_before(tmp_path, folders, driver):
    for name in folders:
        (tmp_path / name).mkdir()
    assert used_driver(tmp_path) == driver
