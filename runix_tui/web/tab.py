"""The process behind one browser tab: the front end on a pipe, in textual-serve's words for it.

The base class knows the words. This one starts the program without a shell, ends it for certain, lets only what is
meant well reach the browser, and knows why it ended.
"""

import asyncio
import json
import shlex
from asyncio.subprocess import PIPE, Process
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePath

from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from runix_tui.core.secret import Secret
from runix_tui.core.terminal import plain

PRELUDE = b"__GANGLION__\n"  # with it a textual application on a pipe begins
LARGEST = 1000  # columns or rows
PATIENCE = 3.0  # seconds that the front end has to end by itself
TAIL = 8 * 1024  # bytes of its complaints that are kept
_CHUNK = 4096
_DRIVER = "runix_tui.web.driver:TabDriver"
# What is true of the terminal that `runix web` runs in, and not of a browser.
_OTHER_TERMINAL = frozenset({"TMUX", "TMUX_PANE", "STY", "SSH_TTY", "SSH_CONNECTION", "SSH_CLIENT"})


@dataclass(frozen=True, slots=True)
class Program:
    """What runs in every tab; ``secret`` is the first line of its standard input."""

    argv: tuple[str, ...]
    secret: Secret


@dataclass(frozen=True, slots=True)
class Browser:
    """The ways to the browser: the terminal's bytes, and words to the page."""

    write_bytes: Callable[[bytes], Awaitable[None]]
    write_text: Callable[[str], Awaitable[None]]


class Tab(AppService):
    """One tab's process: :meth:`start`, :meth:`take` what the browser sends, :meth:`stop`."""

    def __init__(self, program: Program, browser: Browser) -> None:
        self.downloads = DownloadManager()
        super().__init__(
            shlex.join(program.argv),
            write_bytes=browser.write_bytes,
            write_str=browser.write_text,
            close=_nothing,
            download_manager=self.downloads,
        )
        self._program = program
        self._listens = True
        self.complaint = ""
        """What it wrote to standard error last, once it has ended."""

    async def start(self, width: int, height: int) -> None:
        """Start the program. Raises ``OSError``."""
        await super().start(_within(width), _within(height))

    async def ended(self) -> int | None:
        """Wait until the program is gone; its exit code, None when nobody knows."""
        assert self._task is not None  # noqa: S101 - it was started
        assert self._process is not None  # noqa: S101
        await asyncio.wait({self._task})
        return self._process.returncode

    async def stop(self) -> None:
        """End the program: ask, then insist. Good at any time, and more than once."""
        if self._task is None or self._process is None:
            return
        self._listens = False
        await self.downloads.cancel_app_downloads(self.app_service_id)
        try:
            async with asyncio.timeout(PATIENCE):
                await self.send_meta({"type": "quit"})
                await asyncio.shield(self._task)
        except TimeoutError:
            self._kill()
            await asyncio.wait({self._task}, timeout=PATIENCE)
            self._task.cancel()
            await asyncio.wait({self._task})

    async def take(self, message: object) -> None:
        """Something that the page sent; what we do not know is nobody's."""
        match message:
            case ["stdin", str(text)]:
                await self.send_bytes(text.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}]:
                await self.set_terminal_size(_within(width), _within(height))
            case ["ping", str(text)]:
                await self._tell("pong", text)
            case ["blur"]:
                await self.blur()
            case ["focus"]:
                await self.focus()

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        found = super()._build_environment(width, height)
        kept = {name: value for name, value in found.items() if name not in _OTHER_TERMINAL}
        return {**kept, "TEXTUAL_DRIVER": _DRIVER, "TERM": "xterm-256color", "COLORTERM": "truecolor"}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        process = await asyncio.create_subprocess_exec(
            *self._program.argv,
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            env=self._build_environment(width, height),
            start_new_session=True,  # ctrl-c in the terminal is for us, who then end it
        )
        assert process.stdin is not None  # noqa: S101 - asked for
        self._process, self._stdin = process, process.stdin
        process.stdin.write(self._program.secret.reveal().encode() + b"\n")
        return process

    async def run(self) -> None:
        """Carry what the program says to the browser until it ends. ``start`` calls this."""
        assert self._process is not None  # noqa: S101 - started
        assert self._process.stdout is not None  # noqa: S101 - asked for
        assert self._process.stderr is not None  # noqa: S101
        said = bytearray()
        complaints = asyncio.create_task(_keep_tail(self._process.stderr, said))
        try:
            with suppress(asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._carry(self._process.stdout)
        finally:
            rest = asyncio.create_task(_keep_tail(self._process.stdout, bytearray()))
            await self._gone(self._process)
            await asyncio.wait({complaints, rest}, timeout=PATIENCE)
            complaints.cancel()
            rest.cancel()
        self.complaint = plain_lines(bytes(said))

    async def _gone(self, process: Process) -> None:
        """Nothing more is passed on of the program: it and its output end, or are ended."""
        try:
            async with asyncio.timeout(PATIENCE):
                await process.wait()
        except TimeoutError:
            self._kill()
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):  # what it started may hold its output open
                    await process.wait()

    def _kill(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()

    async def _carry(self, output: asyncio.StreamReader) -> None:
        await output.readuntil(PRELUDE)
        while True:
            kind = await output.readexactly(1)
            payload = await output.readexactly(int.from_bytes(await output.readexactly(4), "big"))
            if not self._listens:  # read on: a program that cannot write does not end
                continue
            try:
                await self._pass_on(kind, payload)
            except ConnectionError:  # the browser went
                self._listens = False

    async def _pass_on(self, kind: bytes, payload: bytes) -> None:
        if kind == b"D":
            await self.on_data(payload)
        elif kind == b"M":
            await self.on_meta(payload)
        elif kind == b"P":
            await self.on_packed(payload)

    async def on_meta(self, data: bytes) -> None:
        """What the program wants of the page: pages of the web opened, files taken."""
        match json.loads(data):
            case {"type": "open_url", "url": str(url)} if url.startswith(("http://", "https://")):
                await self._tell("open_url", {"url": url, "new_tab": True})
            case {"type": "deliver_file_start", "key": str(key), "path": str(path), "mime_type": str(mime)} as wanted:
                await self.downloads.create_download(
                    app_service=self,
                    delivery_key=key,
                    file_name=PurePath(path).name,
                    open_method="download",
                    mime_type=mime,
                    encoding=wanted.get("encoding") or None,
                    name=wanted.get("name"),
                )
                await self._tell("open_url", {"url": f"download/{self.app_service_id}/{key}", "new_tab": False})

    async def _tell(self, what: str, value: object) -> None:
        await self.remote_write_str(json.dumps([what, value]))


def plain_lines(text: bytes) -> str:
    """A program's complaint without control sequences and empty lines."""
    lines = (plain(line).rstrip() for line in text.decode("utf-8", "replace").splitlines())
    return "\n".join(line for line in lines if line)


def _within(cells: int) -> int:
    return max(1, min(cells, LARGEST))


async def _keep_tail(stream: asyncio.StreamReader, kept: bytearray) -> None:
    while chunk := await stream.read(_CHUNK):
        kept += chunk
        del kept[:-TAIL]


async def _nothing() -> None:
    """The end of the process closes the connection, and says why."""
