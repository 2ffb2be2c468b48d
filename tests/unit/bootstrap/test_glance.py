"""The first look at the list: both answers as they are, or nothing at all."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from runix_tui.bootstrap import glance
from runix_tui.bootstrap.glance import Glance
from runix_tui.bootstrap.link import HomeLink
from runix_tui.core.secret import Secret
from runix_tui.locations import locate

TOKEN = Secret("test-token-0123456789")


@contextmanager
def answering(answers: dict[str, tuple[int, bytes]]) -> Iterator[str]:
    """A server that gives ``answers`` by path to who has the token, and nothing at all to a path it does not know."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path not in answers:
                return
            status, body = answers[self.path]
            self.send_response(status if self.headers["Authorization"] == f"Bearer {TOKEN.reveal()}" else 401)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


def test_both_answers_are_read() -> None:
    with answering({"/deployments": (200, b"[1]"), "/projects": (200, b"[2]")}) as url:
        found = Glance.at(url, TOKEN)
        assert found is not None
        assert found.read() == (b"[1]", b"[2]")


@pytest.mark.parametrize(
    "answers",
    [
        {"/deployments": (503, b"[]"), "/projects": (200, b"[]")},
        {"/deployments": (200, b"[]")},
        {"/deployments": (200, b"[]"), "/projects": (307, b"")},
    ],
    ids=["an error", "no answer", "a way elsewhere"],
)
def test_what_is_no_good_answer_is_none(answers: dict[str, tuple[int, bytes]]) -> None:
    with answering(answers) as url:
        found = Glance.at(url, TOKEN)
        assert found is not None
        assert found.read() is None


def test_another_token_sees_nothing() -> None:
    with answering({"/deployments": (200, b"[1]"), "/projects": (200, b"[2]")}) as url:
        found = Glance.at(url, Secret("another-token-0123456789"))
        assert found is not None
        assert found.read() is None


def test_a_server_that_says_nothing_is_waited_for_within_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setattr(glance, "WITHIN", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = Glance.at(f"http://127.0.0.1:{silent.getsockname()[1]}", TOKEN)
        assert found is not None
        assert found.read() is None


def test_nobody_there_is_nothing_to_see() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert Glance.at(f"http://127.0.0.1:{port}", TOKEN) is None


def test_who_leaves_before_reading_lets_go_of_it(tmp_path: Path) -> None:
    """A connection that is left open is a warning, and so an error."""
    import socket

    link = HomeLink(locate({"RUNIX_HOME": str(tmp_path)}), "")
    with socket.create_server(("127.0.0.1", 0)) as server:
        link._glance = Glance.at(f"http://127.0.0.1:{server.getsockname()[1]}", TOKEN)
        link.leave(keep=False)
    assert link.glance() is None
