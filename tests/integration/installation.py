"""A whole installation of Runix for a test: the real command in a home of its own, and nothing left of it."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from runix_tui.bootstrap.home import server_hint
from runix_tui.locations import locate

APPS = Path(__file__).resolve().parents[1] / "apps"
RUNIX = str(Path(sys.executable).with_name("runix"))
COMMAND_TIMEOUT = 300.0  # seconds: the first one may build base images


@dataclass
class Installation:
    """``folder`` is the home; ``environ`` what commands get."""

    folder: Path
    environ: dict[str, str]
    repositories: Path

    def run(self, *arguments: str, code: int | None = 0, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run ``runix``; its exit code must be ``code`` (None: any)."""
        done = subprocess.run(
            [RUNIX, *arguments],
            env=self.environ | environ,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if code is not None:
            assert done.returncode == code, (
                f"runix {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
            )
        return done

    @contextmanager
    def running(self, *arguments: str, until: str) -> Iterator["subprocess.Popen[str]"]:
        """``runix`` at work, once it has said the line ``until`` on stderr; killed when the block leaves it so."""
        command = [RUNIX, *arguments]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, env=self.environ, stdout=pipe, stderr=pipe, text=True) as program:
            try:
                said = ""
                for line in program.stderr or ():
                    said += line
                    if line.strip() == until:
                        break
                else:
                    raise AssertionError(f"runix {' '.join(arguments)}: {program.wait()}\n{said}")
                yield program
            finally:
                program.kill()

    def json(self, *arguments: str) -> Any:
        """What a command prints with ``--json``."""
        return json.loads(self.run(*arguments, "--json").stdout)

    def repository(self, app: str, name: str | None = None) -> Path:
        """A git repository made from a sample app, its files the first commit."""
        folder = self.repositories / (name or app)
        shutil.copytree(APPS / app, folder)
        git(folder, "init", "-q", "-b", "main")
        commit(folder, "first")
        return folder

    @property
    def server_pid(self) -> int:
        hint = server_hint(locate({"RUNIX_HOME": str(self.folder)}))
        assert hint, "no server runs"
        return hint.pid

    def api(self) -> httpx.Client:
        """A client of the REST API with the home's token; starts the server when none runs."""
        self.run("status")
        hint = server_hint(locate({"RUNIX_HOME": str(self.folder)}))
        assert hint
        token = (self.folder / "token").read_text().strip()
        return httpx.Client(
            base_url=hint.url, headers={"Authorization": f"Bearer {token}"}, timeout=120, trust_env=False
        )

    def labelled(self, *command: str) -> list[str]:
        """What the engine has of this home: ``ps -a``, ``images``, ``network ls``, ``volume ls``."""
        home = self.home_id
        form = "{{.Name}}" if command[0] in ("network", "volume") else "{{.ID}}"
        listed = subprocess.run(
            ["podman", *command, "--filter", f"label=dev.runix.home={home}", "--format", form],
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        )
        return listed.stdout.split()

    @property
    def home_id(self) -> str:
        from runix_tui.store.store import Store

        store = Store.open(self.folder / "runix.db")
        try:
            return store.home_id
        finally:
            store.close()


@contextmanager
def installed(**environ: str) -> Iterator[Installation]:
    """An installation on free ports; everything of it is removed, also when the test fails."""
    with tempfile.TemporaryDirectory(prefix="rx-", ignore_cleanup_errors=True) as top:
        folder = Path(top) / "home"
        base = {name: value for name, value in os.environ.items() if not name.startswith("RUNIX_")}
        mine = base | {"RUNIX_HOME": str(folder), "RUNIX_API_PORT": "0", "RUNIX_HTTP_PORT": "0"} | environ
        made = Installation(folder, mine, Path(top))
        try:
            yield made
        finally:
            made.run("uninstall", "--yes")


def git(folder: Path, *arguments: str) -> str:
    """Run git in a repository as a person who does not matter."""
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.invalid", "-c", "commit.gpgsign=false"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(folder: Path, subject: str) -> str:
    """Commit everything; gives the short commit."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", subject)
    return git(folder, "rev-parse", "HEAD")[:7]


def ask(url: str, path: str = "/", *, timeout: float = 10) -> tuple[int, str]:
    """Status and body of a GET at a service's URL (glibc does not resolve ``*.localhost``: the Host header does)."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 80, timeout=timeout)
    try:
        connection.request("GET", path, headers={"Host": parts.netloc})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    finally:
        connection.close()


def until(condition: Callable[[], Any], *, within: float = 60) -> Any:
    """Wait for something to come true; gives it."""
    deadline = time.monotonic() + within
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@dataclass
class Load:
    """Requests without a pause from a few threads, counted: ``asked``, and what was not 200 in ``failed``."""

    url: str
    asked: int = 0
    failed: list[str] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def _run(self) -> None:
        while not self._over.is_set() and self.asked < 200_000:
            try:
                status, _ = ask(self.url)
                problem = "" if status == 200 else f"status {status}"
            except (OSError, http.client.HTTPException) as error:
                problem = repr(error)
            with self._lock:
                self.asked += 1
                if problem:
                    self.failed.append(problem)
            time.sleep(0.005)

    @contextmanager
    def during(self, threads: int = 4) -> Iterator["Load"]:
        """Load while the block runs."""
        workers = [threading.Thread(target=self._run) for _ in range(threads)]
        for worker in workers:
            worker.start()
        try:
            yield self
        finally:
            self._over.set()
            for worker in workers:
                worker.join()
