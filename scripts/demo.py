"""The demo: a git repository becomes a service with a URL, is changed before the eyes, and rolled back.

Uses Runix from the outside alone: the command ``runix`` and the service's own URL. Runs again on what it left behind.
"""

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "tests/apps/showcase"
REPOSITORY = ROOT / ".demo/showcase"
RUNIX = str(Path(sys.executable).with_name("runix"))
NAME = "showcase"
CHANGE = {"#3b82f6": "#22c55e", "Hello from your own cloud": "Changed before your eyes"}
ANSWER_TIMEOUT = 30.0  # seconds from a command's end to the page that it promised
LOG_LINES = 4
PAUSE = 0.01  # seconds between two requests of the watch


Facts = dict[str, Any]
"""What the showcase answers on /api."""


class DemoError(Exception):
    """The demo cannot go on; the text says why."""


@dataclass
class Watch:
    """Asks for a page all the time and keeps count; ``seen`` are the answers' facts, in order of first appearance."""

    host: str
    port: int
    asked: int = 0
    failures: list[str] = field(default_factory=list)
    seen: list[tuple[int, str | None]] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until told to end."""
        while not self._over.wait(PAUSE):
            self.asked += 1
            try:
                facts = ask(self.host, self.port, "/api")
            except (OSError, http.client.HTTPException, DemoError, ValueError) as error:
                self.failures.append(f"{type(error).__name__}: {error}")
                continue
            shown = (facts["version"], facts["commit"])
            if not self.seen or self.seen[-1] != shown:
                self.seen.append(shown)

    def end(self) -> None:
        """No more requests."""
        self._over.set()

    def verdict(self) -> str:
        """The count in words."""
        who = " → ".join(f"v{version} ({commit})" for version, commit in self.seen)
        first = f", first: {self.failures[0]}" if self.failures else ""
        return f"{self.asked} requests meanwhile, {len(self.failures)} failed{first}; answered by {who}"


def ask(host: str, port: int, path: str) -> Facts:
    """One JSON answer of the service; the name resolves nowhere but in browsers and curl, so it goes as Host."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"Host": f"{host}:{port}"})
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status != http.client.OK:
        raise DemoError(f"{path} answered {answer.status}")
    facts: Facts = json.loads(body)
    return facts


def main() -> int:
    """The whole demo. 0 when every step did what it says."""
    parser = argparse.ArgumentParser(prog="make demo", description="Deploy, redeploy and roll back the showcase.")
    parser.add_argument("--headless", action="store_true", help="never open a full-screen front end")
    headless = parser.parse_args().headless
    started = time.monotonic()
    try:
        url = story()
    except DemoError as error:
        print(f"\nThe demo stopped: {error}\n`{shown(RUNIX)} doctor` says what this machine lacks.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nThe demo was interrupted; what it deployed stays.", file=sys.stderr)
        return 1
    seconds = time.monotonic() - started
    code = front_end() if on_a_terminal() and not headless else 0
    closing(url, seconds)
    return code


def story() -> str:
    """From a folder to a service that was deployed, changed and rolled back; gives its URL."""
    with step("A git repository from tests/apps/showcase"):
        first = repository()
        say(f"{REPOSITORY} at {first}")
    with step("The server of this home"):
        runix("serve", "--detach")
    with step("Deploy it, with the build as it goes"):
        runix("deploy", str(REPOSITORY), "--name", NAME)
        url = str(json.loads(quiet("status", NAME, "--json"))["url"])
    host, port = where(url)
    with step(f"Its URL answers: {url}"):
        facts = wait_for(host, port, lambda facts: facts["commit"] == first)
        say(json.dumps(facts))
    with step("Its log, live"):
        follow()
    with step("A commit, and a redeploy while the URL is asked without a pause"):
        second = commit_change()
        say(f"{second} changes colour and greeting")
        watched(host, port, "redeploy", NAME)
        facts = wait_for(host, port, lambda facts: facts["commit"] == second)
        say(f"now: v{facts['version']} ({facts['commit']}): {facts['greeting']}")
    with step("Roll back: the stored image, no build"):
        watched(host, port, "rollback", NAME)
        facts = wait_for(host, port, lambda facts: facts["commit"] == first)
        say(f"now: v{facts['version']} ({facts['commit']}): {facts['greeting']}")
        runix("history", NAME)
    return url


@contextmanager
def step(title: str) -> Iterator[None]:
    """One step of the story: its title before, the seconds it took after."""
    print(f"\n▸ {title}", flush=True)
    started = time.monotonic()
    yield
    print(f"  done in {time.monotonic() - started:.1f} s", flush=True)


def say(text: str) -> None:
    """A line of a step, cut to the terminal's width."""
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    line = f"  │ {text}"
    print(line[: width - 1] + "…" if width and len(line) > width else line, flush=True)


def repository() -> str:
    """The sample as a git repository, at its first state again; gives the commit, shortened."""
    REPOSITORY.mkdir(parents=True, exist_ok=True)
    if not (REPOSITORY / ".git").is_dir():
        git("init", "--quiet", "--initial-branch=main")
        lend_identity()
    for path in SAMPLE.iterdir():
        if path.is_file():
            shutil.copy(path, REPOSITORY / path.name)
    return commit("Show version, commit and size")


def lend_identity() -> None:
    """Who has no name in git yet can commit in the demo's repository all the same."""
    named = subprocess.run(["git", "config", "user.email"], capture_output=True, check=False, cwd=REPOSITORY)
    if named.returncode:
        git("config", "user.name", "Runix demo")
        git("config", "user.email", "demo@localhost")


def commit_change() -> str:
    """What a developer does: edit a file, commit; gives the commit, shortened."""
    program = REPOSITORY / "main.py"
    text = program.read_text("utf-8")
    for old, new in CHANGE.items():
        text = text.replace(old, new)
    program.write_text(text, "utf-8")
    return commit("Change colour and greeting")


def commit(subject: str) -> str:
    """Commit what changed, if anything did; gives HEAD, shortened to seven characters."""
    git("add", "--all")
    if git("status", "--porcelain"):
        git("commit", "--quiet", "--message", subject)
    return git("rev-parse", "--short=7", "HEAD")[:7]


def git(*words: str) -> str:
    """Git in the demo's repository, whatever the user's own settings are."""
    plain = ["-c", "user.name=Runix demo", "-c", "user.email=demo@localhost", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(REPOSITORY), *plain, "-c", "core.hooksPath=/dev/null", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except FileNotFoundError as error:
        raise DemoError("git is not installed. On Debian and Ubuntu: apt-get install git") from error
    if done.returncode:
        raise DemoError(f"git {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout.strip()


def runix(*words: str) -> None:
    """The command ``runix``, its output shown as it comes. Raises ``DemoError`` when it fails."""
    with spawn(*words) as process:
        for line in process.stdout or ():
            say(line.rstrip("\n"))
    if process.returncode:
        raise DemoError(f"`runix {' '.join(words)}` ended with exit code {process.returncode}, see above.")


def quiet(*words: str) -> str:
    """What ``runix`` prints, for reading."""
    done = subprocess.run([RUNIX, *words], capture_output=True, text=True, timeout=60, check=False)
    if done.returncode:
        raise DemoError(f"`runix {' '.join(words)}`: {done.stderr.strip()}")
    return done.stdout


def spawn(*words: str) -> subprocess.Popen[str]:
    """``runix``, started; both of its streams in one."""
    command = [RUNIX, *words]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )


def watched(host: str, port: int, *words: str) -> None:
    """A command while its service is being asked. One failed request fails the demo."""
    watch = Watch(host, port)
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        runix(*words)
        time.sleep(0.5)  # the old container is being let go: requests must not notice
    finally:
        watch.end()
        thread.join()
    say(watch.verdict())
    if watch.failures:
        raise DemoError(f"{len(watch.failures)} requests failed during `runix {words[0]}`.")


def follow() -> None:
    """A few lines of the log, as they are written."""
    with spawn("logs", NAME, "-f", "--tail", "3") as process:
        limit = threading.Timer(ANSWER_TIMEOUT, process.kill)
        limit.start()
        lines = 0
        for line in process.stdout or ():
            say(line.rstrip("\n"))
            lines += "tick" in line
            if lines == LOG_LINES:
                break
        limit.cancel()
        process.terminate()
    if lines < LOG_LINES:
        raise DemoError(f"`runix logs {NAME} -f` gave {lines} lines in {ANSWER_TIMEOUT:.0f} s.")


def where(url: str) -> tuple[str, int]:
    """Host and port of a URL."""
    parts = urlsplit(url)
    if not parts.hostname:
        raise DemoError(f"the service has no URL: {url!r}")
    return parts.hostname, parts.port or 80


def wait_for(host: str, port: int, wanted: Callable[[Facts], bool]) -> Facts:
    """The first answer that is ``wanted``."""
    deadline = time.monotonic() + ANSWER_TIMEOUT
    last = "nothing"
    while time.monotonic() < deadline:
        try:
            facts = ask(host, port, "/api")
            if wanted(facts):
                return facts
            last = json.dumps(facts)
        except (OSError, http.client.HTTPException, DemoError, ValueError) as error:
            last = str(error)
        time.sleep(0.05)
    raise DemoError(f"http://{host}:{port} did not show what was deployed within {ANSWER_TIMEOUT:.0f} s; last: {last}")


def on_a_terminal() -> bool:
    """Whether somebody sits there who can see it full-screen."""
    streams = (sys.stdin, sys.stdout, sys.stderr)
    return all(stream.isatty() for stream in streams) and os.environ.get("TERM") not in ("dumb", "unknown")


def front_end() -> int:
    """The full-screen UI with the sample chosen, until it is left; its exit code."""
    print(f"\n▸ All of it on the screen: `{shown(RUNIX)}`. q leaves it, and the service goes on", flush=True)
    return subprocess.run([RUNIX, "--select", NAME], check=False).returncode


def shown(path: str) -> str:
    """A path as one types it here."""
    return os.path.relpath(path)


def closing(url: str, seconds: float) -> None:
    """What there is now, and what to try next."""
    command = shown(RUNIX)
    print(
        f"""
Done in {seconds:.0f} s. The service goes on at

    {url}        (browsers and curl know *.localhost)

Try next
    {command}            (the full-screen UI)
    {command} status
    {command} logs {NAME} -f
    edit {shown(str(REPOSITORY))}/main.py, commit, {command} redeploy {NAME}
    {command} rollback {NAME}
    {command} deploy https://github.com/you/your-app

Stop it         {command} stop {NAME}     (rm {NAME} removes it)
The server      {command} serve --stop    (services go on without it)
Remove it all   {command} uninstall"""
    )


if __name__ == "__main__":
    sys.exit(main())
