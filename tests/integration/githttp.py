"""A real git server over HTTP on loopback, for tests: ``git http-backend`` behind the standard library's HTTP server.

Use it as a context manager; ``server.url("repo.git")`` is the address of a repository under ``root``. Every request
that came in is in ``server.requests``, with its headers, so that a test can prove who was sent which credential.
"""

import base64
import contextlib
import os
import ssl
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

BACKEND = ("git", "-c", "safe.directory=*", "http-backend")
PACK = "/git-upload-pack"


@dataclass(frozen=True, slots=True)
class Seen:
    """A request that came in. Header names are lower-case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)

    @property
    def authorization(self) -> str | None:
        """What was sent to prove who asks."""
        return self.headers.get("authorization")


class GitHttpServer:
    """Serves the bare (or not) repositories under ``root``.

    ``user`` and ``password``: Basic authentication is required. ``redirect``: every path is redirected under this base
    URL (after authentication, when that is required). ``status``: every answer has this status. ``stall``: ``refs``
    never answers the listing, ``pack`` stops in the middle of a pack. ``sever``: the connection is cut after so many
    bytes of a pack. ``hide``: a capability that the listing does not show. ``certificate``: ``(certificate, key)``
    files, for https.

    Requests in absolute form are served too, whatever their host: it can stand for a forward proxy.
    """

    def __init__(
        self,
        root: Path,
        *,
        user: str = "",
        password: str = "",
        redirect: str = "",
        status: int = 0,
        stall: str = "",
        sever: int = 0,
        hide: bytes = b"",
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self.root = root
        self.user, self.password = user, password
        self.redirect = redirect.rstrip("/")
        self.status = status
        self.stall = stall
        self.sever = sever
        self.hide = hide
        self.requests: list[Seen] = []
        self.released = threading.Event()
        self.asked_for_a_pack = threading.Event()
        self._scheme = "https" if certificate else "http"
        self._server = _Server(self)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*map(str, certificate))
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    @property
    def host(self) -> str:
        """``127.0.0.1:port``."""
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def base(self) -> str:
        """The address of ``root``."""
        return f"{self._scheme}://{self.host}"

    def url(self, repository: str, *, userinfo: str = "") -> str:
        """The address of a repository under ``root``."""
        return f"{self._scheme}://{userinfo + '@' if userinfo else ''}{self.host}/{repository}"

    @property
    def packs(self) -> int:
        """How many packs were asked for."""
        return sum(seen.method == "POST" for seen in self.requests)

    def __enter__(self) -> "GitHttpServer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, owner: GitHttpServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.owner = owner

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Peers that went away are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self._body())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class' name
        """Quiet."""

    def _serve(self, body: bytes) -> None:
        owner = self.server.owner
        owner.requests.append(Seen(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
        if self.command == "POST":
            owner.asked_for_a_pack.set()
        if not self._authorised(owner):
            self._answer(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"who are you?\n")
        elif owner.redirect:
            self._answer(302, {"Location": owner.redirect + self.path}, b"")
        elif owner.status:
            self._answer(owner.status, {}, b"no\n")
        elif owner.stall == "refs":
            owner.released.wait(60)
            self.close_connection = True
        else:
            self._backend(owner, body)

    def _authorised(self, owner: GitHttpServer) -> bool:
        if not owner.user:
            return True
        expected = base64.b64encode(f"{owner.user}:{owner.password}".encode()).decode()
        return self.headers.get("Authorization") == f"Basic {expected}"

    def _backend(self, owner: GitHttpServer, body: bytes) -> None:
        url = urlsplit(self.path)
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(owner.root),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PROJECT_ROOT": str(owner.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(BACKEND, input=body, capture_output=True, env=environ, timeout=60, check=False)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines() if ": " in line)
        status = int(headers.pop("Status", "200").split()[0])
        pack = url.path.endswith(PACK)
        if pack and (owner.stall == "pack" or owner.sever):
            self._break_off(owner, headers, content)
        else:
            # As long as before, since the length is part of the protocol
            self._answer(
                status, headers, content.replace(owner.hide, b"x" * len(owner.hide)) if owner.hide else content
            )

    def _break_off(self, owner: GitHttpServer, headers: Mapping[str, str], content: bytes) -> None:
        """Half a pack, then silence or a cut."""
        self._answer(200, headers, content, cut=owner.sever or len(content) // 2)
        if owner.stall:
            owner.released.wait(60)
        self.close_connection = True

    def _answer(self, status: int, headers: Mapping[str, str], content: bytes, *, cut: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(content[:cut])
            self.wfile.flush()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)
