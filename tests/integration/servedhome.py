"""A home of its own with a real server in a process of its own, for tests; everything of it is gone afterwards."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from runix_tui.client import Client
from runix_tui.core.secret import Secret

RUNIX = (sys.executable, "-m", "runix_tui")
UP_WITHIN = 120.0  # seconds; a first start may make a base image
Found = TypeVar("Found")


class ServedHome:
    """Use it as a context manager: ``http`` has the token, ``client`` is the typed one."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rx-", ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)
        kept = {key: value for key, value in os.environ.items() if not key.startswith("RUNIX_")}
        self.environ: Mapping[str, str] = {
            **kept,
            "RUNIX_HOME": str(self.path),
            "RUNIX_API_PORT": "0",
            "RUNIX_HTTP_PORT": "0",
        }
        self._server: subprocess.Popen[bytes] | None = None
        self._log = (self.path / "test-server.log").open("ab")

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.stop()
            self.run("uninstall", "--yes")
        finally:
            self._log.close()
            self._folder.cleanup()

    def start(self) -> None:
        """Start the server; returns once it answers."""
        command = (*RUNIX, "serve")
        self._server = subprocess.Popen(
            command, env=dict(self.environ), stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log
        )
        hint = eventually(self._hint, within=UP_WITHIN)
        self.url, self.pid = hint["url"], hint["pid"]
        token = (self.path / "token").read_text().strip()
        self.client = Client(self.url, Secret(token))
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=60)

    def stop(self, number: int = signal.SIGTERM) -> float:
        """End the server; the seconds that took."""
        if self._server is None:
            return 0.0
        started = time.monotonic()
        self._server.send_signal(number)
        self._server.wait(30)
        self._server = None
        self.http.close()
        self.client.close()
        return time.monotonic() - started

    def said(self) -> str:
        """What the server wrote."""
        return (self.path / "test-server.log").read_text("utf-8", "replace")

    def run(self, *arguments: str) -> str:
        """A ``runix`` command on this home; what it printed."""
        done = subprocess.run(
            (*RUNIX, *arguments), env=dict(self.environ), capture_output=True, text=True, timeout=180, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def deploy(self, repo: str, name: str, **fields: Any) -> str:
        """Deploy and wait until it runs; the id."""
        body = {"repo_url": repo, "service_name": name, "service_type": "web_service", **fields}
        answer = self.http.post("/deployments", json=body)
        assert answer.status_code == 201, answer.text
        made = str(answer.json()["id"])
        self.settled(made)
        return made

    def settled(self, made: str, status: str = "running", within: float = 300) -> dict[str, Any]:
        """The deployment once its build has ended, which must be with ``status``."""

        def ended() -> dict[str, Any] | None:
            found: dict[str, Any] = self.http.get(f"/deployments/{made}").json()
            return found if found["status"] != "building" else None

        found = eventually(ended, within=within)
        assert found["status"] == status, (found["error"], self.said()[-3000:])
        return found

    def visit(self, url: str, path: str = "/") -> httpx.Response:
        """Ask a service through the gateway; ``*.localhost`` is resolved here, not by glibc."""
        found = httpx.URL(url)
        address = found.copy_with(host="127.0.0.1").join(path)
        return httpx.get(address, headers={"Host": f"{found.host}:{found.port}"}, trust_env=False, timeout=10)

    def containers(self, deployment_id: str) -> list[str]:
        """Names of a deployment's containers, whatever their state."""
        label = f"label=dev.runix.deployment={deployment_id}"
        command = ("podman", "ps", "--all", "--format", "{{.Names}}", "--filter", label)
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()

    def _hint(self) -> dict[str, Any] | None:
        assert self._server is not None
        assert self._server.poll() is None, self.said()
        try:
            hint: dict[str, Any] = json.loads((self.path / "server.json").read_text())
        except (FileNotFoundError, ValueError):
            return None
        return hint if hint["pid"] == self._server.pid else None


def eventually(question: Callable[[], Found | None], *, within: float = 20) -> Found:
    """Ask until the answer is true; gives it."""
    deadline = time.monotonic() + within
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)
