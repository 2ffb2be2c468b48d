"""A proxy that knows CONNECT, on loopback, for tests: a tunnel ends at one port, whatever host was asked for."""

import base64
import contextlib
import socket
import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer


class ConnectProxy:
    """Leads to ``port`` on this machine. ``userinfo`` (``user:password``): it is asked for. ``asked``: what came in."""

    def __init__(self, port: int, *, userinfo: str = "") -> None:
        self.port = port
        self.userinfo = userinfo
        self.asked: list[str] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def url(self, userinfo: str = "") -> str:
        """What goes into HTTPS_PROXY."""
        return f"http://{userinfo + '@' if userinfo else ''}127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "ConnectProxy":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, owner: ConnectProxy) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.owner = owner


class _Handler(StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        owner = self.server.owner
        while request := self.rfile.readline().decode():
            headers = {}
            while line := self.rfile.readline().decode().strip():
                name, _, value = line.partition(":")
                headers[name.lower()] = value.strip()
            expected = "Basic " + base64.b64encode(owner.userinfo.encode()).decode()
            if owner.userinfo and headers.get("proxy-authorization") != expected:
                self.wfile.write(
                    b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=proxy\r\nContent-Length: 0\r\n\r\n"
                )
                continue
            owner.asked.append(request.split()[1])
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", owner.port), 10) as target:
                back = threading.Thread(target=_copy, args=(target, self.connection), daemon=True)
                back.start()
                _copy(self.connection, target)
                back.join(10)
            return


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
