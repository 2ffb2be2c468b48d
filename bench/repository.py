"""Git repositories to measure with: small apps whose every commit is new to every cache but the layers before it."""

import secrets
import shutil
import subprocess
from pathlib import Path

SAMPLES = Path(__file__).resolve().parent.parent / "tests/apps"
PLAIN = ("-c", "user.name=bench", "-c", "user.email=bench@localhost", "-c", "commit.gpgsign=false")
STAMP = "stamp.txt"
THIS_RUN = secrets.token_hex(4)  # no layer of an earlier run fits

SHOUTER = '''"""Answers with its stamp; /burst?N writes N lines of log at once."""
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

STAMP = Path(__file__).with_name("stamp.txt").read_bytes()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path.startswith("/burst"):
            count, mark = self.path.partition("?")[2].split("-")
            line = b"2026-01-01 12:00:00 INFO shouter: request %d of many was answered in 12 ms\\n"
            for start in range(0, int(count), 1000):
                sys.stdout.buffer.write(b"".join(line % number for number in range(start, start + 1000)))
            sys.stdout.buffer.write(b"end of burst %s\\n" % mark.encode())
            sys.stdout.buffer.flush()
        self.send_response(200)
        self.send_header("Content-Length", str(len(STAMP)))
        self.end_headers()
        self.wfile.write(STAMP)

    def log_message(self, *args):
        pass


ThreadingHTTPServer(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
'''

TALKER = """FROM {base}
COPY stamp.txt ./
RUN seq -f 'step %.0f of {lines}: compiling something that says so' 1 {lines}
COPY main.py ./
CMD ["python3", "main.py"]
"""


class Repository:
    """A git repository in a folder, with an app that answers its stamp."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        git(path, "init", "--quiet", "--initial-branch=main")

    def write(self, name: str, text: str) -> None:
        """A file, not committed yet."""
        (self.path / name).write_text(text, "utf-8")

    def stamp(self, text: str) -> None:
        """Commit a change of the stamp and what else was written."""
        self.write(STAMP, f"{text} of {THIS_RUN}")
        git(self.path, "add", "--all")
        git(self.path, "commit", "--quiet", "--message", text)

    def clone(self, into: Path) -> Path:
        """Its copy, as the raw steps use it."""
        git(self.path, "clone", "--quiet", str(self.path), str(into))
        return into


def guestbook(path: Path) -> Repository:
    """The Flask sample, its stamp on the page."""
    repository = Repository(path)
    shutil.copytree(SAMPLES / "flask-guestbook", path, dirs_exist_ok=True)
    code = (path / "app.py").read_text("utf-8")
    title = 'os.environ.get("GUESTBOOK_TITLE", "Guestbook")'
    assert title in code
    repository.write("app.py", code.replace(title, f'open("{STAMP}").read()'))
    return repository


def shouter(path: Path) -> Repository:
    """A service that writes as much log as it is asked for."""
    repository = Repository(path)
    repository.write("main.py", SHOUTER)
    return repository


def talker(path: Path, base: str, lines: int) -> Repository:
    """A service whose build writes ``lines`` lines; its Dockerfile begins with ``base``."""
    repository = shouter(path)
    repository.write("Dockerfile", TALKER.format(base=base, lines=lines))
    return repository


def git(folder: Path, *words: str) -> str:
    """Git, whatever the user's settings are."""
    return subprocess.run(
        ["git", "-C", str(folder), *PLAIN, *words], check=True, capture_output=True, text=True, timeout=60
    ).stdout.strip()


def update(clone: Path) -> None:
    """``git fetch`` and the newest tree, as a deploy by hand does it."""
    git(clone, "fetch", "--quiet", "origin", "main")
    git(clone, "reset", "--quiet", "--hard", "FETCH_HEAD")
