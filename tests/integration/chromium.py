"""A headless Chromium of its own, driven by its DevTools protocol: what a page asks for, shows, and takes."""

import asyncio
import base64
import json
import shutil
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from scripts.setup import BROWSER_IN, BROWSER_PROGRAMS, distribution

STARTS_WITHIN = 30.0  # seconds
ANSWERS_WITHIN = 30.0
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--password-store=basic",
    "--window-size=1200,800",
    "--remote-debugging-port=0",
)
# The page draws on a canvas. The terminal behind it is a private thing of its script, seen as it is made.
WATCH_TERMINAL = """
Object.defineProperty(Object.prototype, "_core", {
  configurable: true,
  set(core) {
    Object.defineProperty(this, "_core", {value: core, writable: true, configurable: true});
    if (core && core.buffers) { window.seenTerminal = core; }
  },
});
"""
SHOWN = """
(() => {
  const core = window.seenTerminal;
  if (!core) { return ""; }
  const buffer = core.buffers.active;
  return Array.from({length: core.rows}, (_, row) => buffer.translateBufferLineToString(buffer.ybase + row, true))
    .join("\\n");
})()
"""
# Smoothed letters are of many colours.
COLOURS = """
(() => {
  const canvas = document.querySelector("canvas.xterm-text-layer");
  const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
  return new Set(new Uint32Array(pixels.buffer)).size;
})()
"""


MOVED = "Inspected target navigated"  # what asked is gone with the page: ask the new one


class ProtocolError(Exception):
    """Chromium refused a command."""


def installed() -> str | None:
    """The program, when there is one."""
    return next(filter(None, map(shutil.which, BROWSER_PROGRAMS)), None)


def unobtainable() -> bool:
    """Whether there is none, and set-up could not have installed it."""
    return installed() is None and distribution() not in BROWSER_IN


@dataclass
class Page:
    """A tab. ``requests``: every address that it asked for; ``problems``: what its console complained of."""

    browser: "Chromium"
    target: str
    session: str
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    async def open(self, url: str) -> None:
        """Go there."""
        await self.call("Page.navigate", url=url)

    async def evaluate(self, expression: str) -> Any:
        """What a piece of JavaScript says."""
        while True:
            try:
                answer = await self.call(
                    "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
                )
            except ProtocolError as error:
                if MOVED not in str(error):
                    raise
            else:
                assert "exceptionDetails" not in answer, answer
                return answer["result"].get("value")

    async def shown(self) -> str:
        """The terminal's text."""
        return str(await self.evaluate(SHOWN))

    async def colours(self) -> int:
        """Of how many colours the picture on the terminal's canvas is."""
        return int(await self.evaluate(COLOURS))

    async def type(self, text: str) -> None:
        """Characters, one key after the other."""
        for character in text:
            await self.call("Input.dispatchKeyEvent", type="keyDown", text=character, key=character)
            await self.call("Input.dispatchKeyEvent", type="keyUp", key=character)

    async def escape(self) -> None:
        """The key that is no character."""
        for kind in ("rawKeyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key="Escape", windowsVirtualKeyCode=27)

    async def cookies(self) -> list[dict[str, Any]]:
        """All that this browser has."""
        found: list[dict[str, Any]] = (await self.browser.call("Storage.getCookies"))["cookies"]
        return found

    async def picture(self) -> bytes:
        """A PNG, to look at when a test fails."""
        return base64.b64decode((await self.call("Page.captureScreenshot"))["data"])

    async def close(self) -> None:
        """As a person closes a tab."""
        await self.browser.call("Target.closeTarget", targetId=self.target)

    async def call(self, method: str, **values: Any) -> dict[str, Any]:
        """A DevTools command of this tab."""
        return await self.browser.call(method, self.session, **values)

    def take(self, method: str, values: dict[str, Any]) -> None:
        """Something happened in it."""
        if method == "Network.requestWillBeSent":
            self.requests.append(values["request"]["url"])
        elif method == "Network.webSocketCreated":
            self.requests.append(values["url"])
        elif method == "Log.entryAdded" and values["entry"]["level"] in ("error", "warning"):
            self.problems.append(values["entry"]["text"])
        elif method == "Runtime.exceptionThrown":
            self.problems.append(json.dumps(values["exceptionDetails"]))


class Chromium:
    """Use :func:`chromium`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._pages: dict[str, Page] = {}
        self._last = 0

    async def page(self) -> Page:
        """A new tab."""
        target = (await self.call("Target.createTarget", url="about:blank"))["targetId"]
        session = (await self.call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        page = self._pages[session] = Page(self, target, session)
        for domain in ("Network", "Page", "Runtime", "Log"):
            await page.call(f"{domain}.enable")
        await page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH_TERMINAL)
        return page

    async def call(self, method: str, session: str | None = None, **values: Any) -> dict[str, Any]:
        """A DevTools command."""
        self._last = number = self._last + 1
        future = self._answers[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": values, **({"sessionId": session} if session else {})}
        await self._connection.send(json.dumps(message))
        answer = await asyncio.wait_for(future, ANSWERS_WITHIN)
        if "error" in answer:
            raise ProtocolError(method, answer["error"])
        result: dict[str, Any] = answer["result"]
        return result

    async def listen(self) -> None:
        """Take what comes, as long as the browser lives."""
        with suppress(ConnectionClosed):
            async for text in self._connection:
                self._take(json.loads(text))

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            future = self._answers.pop(message["id"])
            if not future.done():
                future.set_result(message)
        elif page := self._pages.get(message.get("sessionId", "")):
            page.take(message["method"], message["params"])


@asynccontextmanager
async def chromium(*flags: str) -> AsyncIterator[Chromium]:
    """A browser with an empty profile; gone afterwards."""
    program = installed()
    assert program, "no Chromium: `scripts/setup.py --dev` installs it"
    with tempfile.TemporaryDirectory(prefix="rx-chromium-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            program,
            *FLAGS,
            *flags,
            f"--user-data-dir={profile}",
            "about:blank",
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
        )
        try:
            address = await _address(process, Path(profile))
            async with connect(address, max_size=None, proxy=None) as connection:
                browser = Chromium(connection)
                listening = asyncio.create_task(browser.listen())
                yield browser
                await browser.call("Browser.close")
                await listening
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


async def _address(process: Process, profile: Path) -> str:
    """Where it listens: it writes that down when it does."""
    async with asyncio.timeout(STARTS_WITHIN):
        while True:
            assert process.returncode is None, f"Chromium ended with {process.returncode}"
            with suppress(FileNotFoundError, ValueError):
                port, path = (profile / "DevToolsActivePort").read_text().split("\n")
                return f"ws://127.0.0.1:{port}{path}"
            await asyncio.sleep(0.02)
