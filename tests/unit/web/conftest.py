"""A server of ``runix web`` in this process, with a small program of the test behind each tab."""

import asyncio
import json
import os
import socket
import sys
import textwrap
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from runix_tui.core.secret import Secret
from runix_tui.web.server import Server
from runix_tui.web.tab import Program

# Says what it got, in the words of a textual application on a pipe; `run` is what a test adds.
SPEAKS = """
import json, os, sys

def say(kind, payload):
    os.write(1, kind + len(payload).to_bytes(4, "big") + payload)

def tell(**words):
    say(b"M", json.dumps(words).encode())

def read(size):
    data = b""
    while len(data) < size:
        more = os.read(0, size - len(data))
        if not more:
            sys.exit(9)
        data += more
    return data

def hear():
    kind = read(1)
    return kind, read(int.from_bytes(read(4), "big"))

def line():
    text = b""
    while not text.endswith(b"\\n"):
        text += read(1)
    return text

secret = line()
os.write(1, b"__GANGLION__\\n")
"""
ECHO = """
say(b"D", b"pid %d;" % os.getpid())
while True:
    kind, payload = hear()
    if kind == b"M" and json.loads(payload) == {"type": "quit"}:
        break
    say(b"D", kind + payload + b";")
"""
TOKEN = "a-token-of-the-environment"


class Served:
    """A running server, and browsers of it."""

    def __init__(self, server: Server, said: list[str]) -> None:
        self.server = server
        self.said = said
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        self.port = int(self.link().split(":")[2].split("/")[0])
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = ""
        self.cookie = ""
        self.end: Callable[[], Coroutine[Any, Any, None]]

    def link(self) -> str:
        return self.server.link()

    async def get(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        """A request without anything that is not in ``headers``."""
        async with self.session.get(self.url + path, headers=headers, allow_redirects=False) as answer:
            await answer.read()
            return answer

    async def enter(self) -> None:
        """Come by a link."""
        answer = await self.get(self.link().removeprefix(self.url))
        morsel = answer.cookies["runix_web"]
        self.folder, self.cookie = morsel["path"], f"runix_web={morsel.value}"

    async def ask(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        """A request inside the folder, with the cookie."""
        return await self.get(self.folder + path, Cookie=self.cookie, **headers)

    async def tab(self, query: str = "width=100&height=30", **headers: str) -> aiohttp.ClientWebSocketResponse:
        """A tab's connection."""
        known = {"Cookie": self.cookie, "Origin": self.url}
        return await self.session.ws_connect(f"{self.url}{self.folder}ws?{query}", headers={**known, **headers})


async def heard(tab: aiohttp.ClientWebSocketResponse, end: bytes) -> bytes:
    """The terminal's bytes up to ``end``."""
    data = b""
    async with asyncio.timeout(10):
        while not data.endswith(end):
            data += await tab.receive_bytes()
    return data


async def told(tab: aiohttp.ClientWebSocketResponse) -> Any:
    """The next words to the page."""
    async with asyncio.timeout(10):
        while True:
            message = await tab.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                return json.loads(message.data)
            assert message.type is aiohttp.WSMsgType.BINARY, message


async def ended(tab: aiohttp.ClientWebSocketResponse) -> tuple[int | None, str]:
    """How the server closed the connection."""
    async with asyncio.timeout(10):
        while True:
            message = await tab.receive()
            if message.type is aiohttp.WSMsgType.CLOSE:
                return message.data, message.extra or ""
            assert message.type is aiohttp.WSMsgType.BINARY, message


def alive(pid: int) -> bool:
    """Whether there is such a process."""
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


Serve = Callable[..., Coroutine[Any, Any, Served]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Serves a program; at the end of the test all is over."""
    over: list[Callable[[], Coroutine[Any, Any, None]]] = []

    async def make(code: str = ECHO, argv: tuple[str, ...] = ()) -> Served:
        script = tmp_path / "program.py"
        script.write_text(SPEAKS + textwrap.dedent(code))
        listener = socket.create_server(("127.0.0.1", 0))
        said: list[str] = []
        server = Server(listener, Program(argv or (sys.executable, "-S", str(script)), Secret(TOKEN)), said.append)
        until, ready = asyncio.Event(), asyncio.Event()
        serving = asyncio.create_task(server.serve(until, ready.set))
        await ready.wait()
        served = Served(server, said)
        await served.enter()

        async def end() -> None:
            until.set()
            await serving
            await served.session.close()

        served.end = end
        over.append(end)
        return served

    yield make
    for end in over:
        await end()
