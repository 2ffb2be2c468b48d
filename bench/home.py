"""A Runix of its own for the measurements: own home, own ports, driven through its REST API alone."""

import contextlib
import http.client
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Json = Any
READY = "Runix API on "
RUNIX = str(Path(sys.executable).with_name("runix"))
POLL = 0.005  # seconds between two looks, the same for Runix and for the raw engine


class Home:
    """A running server. ``conf`` is the engine configuration that the raw commands share, ``environ`` what
    commands of this home need, ``pid`` the server."""

    def __init__(self, root: Path, api_port: int, token: str, environ: dict[str, str], pid: int) -> None:
        self.conf = root / "engine/containers.conf"
        self.environ = environ
        self.pid = pid
        self._port = api_port
        self._token = token

    def open(
        self, method: str, path: str, body: Json = None, *, accept: str = "application/json"
    ) -> http.client.HTTPResponse:
        """One request's answer, its body not read. Raises ``RuntimeError`` on an error status."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=600)
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept, "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {answer.read().decode()}")
        return answer

    def call(self, method: str, path: str, body: Json = None) -> Json:
        """One request's answer as JSON."""
        with contextlib.closing(self.open(method, path, body)) as answer:
            return json.loads(answer.read() or b"null")

    def deploy(self, repository: Path, name: str, **fields: Json) -> Json:
        """Deploy a repository and wait until it runs; gives its details."""
        body = {"repo_url": str(repository), "service_name": name, "service_type": "web_service", **fields}
        made = self.call("POST", "/deployments", body)
        return self.settled(made["id"])

    def settled(self, deployment_id: str) -> Json:
        """Wait until nothing is being built; gives its details. Raises ``RuntimeError`` when it failed."""
        while True:
            found = self.call("GET", f"/deployments/{deployment_id}")
            if found["error"]:
                raise RuntimeError(json.dumps(found["error"], indent=2))
            if found["status"] == "running":
                return found
            time.sleep(0.05)


@contextlib.contextmanager
def home(root: Path) -> Iterator[Home]:
    """A server on an empty home, and everything that it made removed in the end."""
    token = secrets.token_hex(16)
    environ = os.environ | {
        "RUNIX_HOME": str(root),
        "RUNIX_TOKEN": token,
        "RUNIX_API_PORT": "0",
        "RUNIX_HTTP_PORT": "0",
    }
    server = subprocess.Popen([RUNIX, "serve"], env=environ, stdout=subprocess.PIPE, text=True)
    try:
        yield Home(root, _port(server), token, environ, server.pid)
    finally:
        server.terminate()
        server.wait(30)
        subprocess.run([RUNIX, "uninstall", "--yes"], env=environ, check=False, stdout=subprocess.DEVNULL, timeout=120)


def _port(server: subprocess.Popen[str]) -> int:
    for line in server.stdout or ():
        if line.startswith(READY):
            return urlsplit(line.removeprefix(READY).strip()).port or 80
    raise RuntimeError(f"runix serve ended with exit code {server.wait()}")


def answer(address: str, port: int, host: str, path: str = "/") -> bytes | None:
    """A page's body when it is there with 200, else None."""
    connection = http.client.HTTPConnection(address, port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": host})
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return body if response.status == http.client.OK else None


def await_answer(address: str, port: int, host: str, *, having: bytes = b"", limit: float = 120) -> None:
    """Ask until the page is there and holds ``having``."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        body = answer(address, port, host)
        if body is not None and having in body:
            return
        time.sleep(POLL)
    raise RuntimeError(f"{host} on {address}:{port} did not answer within {limit:.0f} s")
