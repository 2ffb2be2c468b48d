"""The aiohttp application of ``runix web``: its addresses, a bounded number of tabs, and an end that leaves nothing.

Who may come in is the gate's, what a tab does is the tab's business.
"""

import asyncio
import json
import socket
from collections.abc import Callable
from urllib.parse import quote

from aiohttp import WSCloseCode, WSMsgType, hdrs, web

from runix_tui.core.terminal import plain
from runix_tui.web import page
from runix_tui.web.admission import COOKIE, Admission
from runix_tui.web.gate import ASK_AGAIN, LINK_PATH, gate
from runix_tui.web.tab import PATIENCE, Browser, Program, Tab

MAX_TABS = 8
HEARTBEAT = 15.0  # seconds; a tab that does not answer is gone
LARGEST_MESSAGE = 1024 * 1024  # bytes: what may be pasted at once
REASON_BYTES = 123  # of a WebSocket's close (RFC 6455, 5.5)


class Server:
    """One ``runix web`` on a listening socket of loopback. ``say`` takes what its person should be told."""

    def __init__(self, listener: socket.socket, program: Program, say: Callable[[str], None]) -> None:
        self._listener = listener
        self._program = program
        self._say = say
        self._port: int = listener.getsockname()[1]
        self._admission = Admission()
        self._tabs: dict[str, Tab] = {}
        self._sockets: set[web.WebSocketResponse] = set()

    def link(self) -> str:
        """A new link that lets one browser in, once; the one before it works no more."""
        return f"http://127.0.0.1:{self._port}{LINK_PATH}{self._admission.invite()}"

    async def serve(self, until: asyncio.Event, ready: Callable[[], None]) -> None:
        """Serve; ``ready`` is called once requests are answered. At the end every tab's program has ended."""
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=2 * PATIENCE)
        await runner.setup()
        try:
            await web.SockSite(runner, self._listener).start()
            ready()
            await until.wait()
        finally:
            await runner.cleanup()

    def application(self) -> web.Application:
        """The addresses. All but the link's are in the folder that the cookie is for."""
        folder = self._admission.folder
        application = web.Application(middlewares=[gate(self._admission, self._port)])
        application.on_response_prepare.append(page.harden)
        application.on_shutdown.append(self._close_all)
        application.add_routes(
            [
                web.get(LINK_PATH + "{secret}", self._enter, allow_head=False),  # looking does not use it up
                web.get(folder, self._page),
                web.get(folder + "assets/{name}", self._asset),
                web.get(f"{folder}static/{page.TERMINAL_SCRIPT}", self._terminal_script),
                web.static(folder + "static", page.STATIC),
                web.get(folder + "ws", self._tab),
                web.get(folder + "download/{tab}/{key}", self._download, allow_head=False),
            ]
        )
        return application

    async def _enter(self, request: web.Request) -> web.Response:
        if not self._admission.redeem(request.match_info["secret"]):
            raise web.HTTPForbidden(text=ASK_AGAIN)
        response = page.entrance(self._admission.folder)
        response.set_cookie(
            COOKIE, self._admission.cookie, path=self._admission.folder, httponly=True, samesite="Strict"
        )
        return response

    async def _page(self, request: web.Request) -> web.Response:
        return page.terminal(request.host, self._admission.folder)

    async def _asset(self, request: web.Request) -> web.Response:
        return page.asset(request.match_info["name"])

    async def _terminal_script(self, _: web.Request) -> web.Response:
        return page.terminal_script()

    async def _tab(self, request: web.Request) -> web.WebSocketResponse:
        """One tab, from its first frame to its end."""
        connection = web.WebSocketResponse(
            timeout=PATIENCE, heartbeat=HEARTBEAT, max_msg_size=LARGEST_MESSAGE, compress=False
        )
        await connection.prepare(request)
        if len(self._tabs) >= MAX_TABS:
            await _close(connection, WSCloseCode.TRY_AGAIN_LATER, f"{MAX_TABS} tabs are open: close one of them first.")
            return connection
        tab = Tab(self._program, Browser(connection.send_bytes, connection.send_str))
        self._tabs[tab.app_service_id] = tab
        self._sockets.add(connection)
        try:
            await tab.start(_cells(request, "width", 80), _cells(request, "height", 24))
            await self._run(tab, connection)
        except OSError as error:
            await _close(connection, WSCloseCode.INTERNAL_ERROR, f"Runix cannot be started: {error.strerror}")
        finally:
            self._sockets.discard(connection)
            await tab.stop()
            del self._tabs[tab.app_service_id]
        return connection

    async def _run(self, tab: Tab, connection: web.WebSocketResponse) -> None:
        """Until the browser goes or the program ends."""
        end = asyncio.create_task(self._tell_end(tab, connection))
        try:
            async for message in connection:
                if message.type is WSMsgType.TEXT:
                    await tab.take(_decoded(message.data))
        finally:
            await tab.stop()
            await end

    async def _tell_end(self, tab: Tab, connection: web.WebSocketResponse) -> None:
        """Close the connection when the program has ended, with the reason."""
        code = await tab.ended()
        if code == 0:
            await _close(connection, WSCloseCode.OK, "You have left Runix; deployed services go on.")
            return
        if tab.complaint:
            self._say(tab.complaint)
        why = tab.complaint.rpartition("\n")[2] or (
            "it was killed" if code is None or code < 0 else f"it ended with {code}"
        )
        await _close(connection, WSCloseCode.INTERNAL_ERROR, f"Runix failed: {why}")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        """A file that the program hands to its person: never shown here, always saved."""
        tab, key = self._tabs.get(request.match_info["tab"]), request.match_info["key"]
        try:
            file = await tab.downloads.get_download_metadata(key) if tab else None
        except KeyError:
            file = None
        if tab is None or file is None:
            raise web.HTTPNotFound(text="There is nothing to download here (any more).\n")
        response = web.StreamResponse()
        response.content_type = "application/octet-stream"
        response.headers[hdrs.CONTENT_DISPOSITION] = (
            f"attachment; filename*=UTF-8''{quote(plain(file.file_name), safe='')}"
        )

        await response.prepare(request)
        async for chunk in tab.downloads.download(key):
            await response.write(chunk)
        await response.write_eof()
        return response

    async def _close_all(self, _: web.Application) -> None:
        closing = (_close(each, WSCloseCode.GOING_AWAY, "`runix web` has ended.") for each in self._sockets)
        await asyncio.gather(*closing)


async def _close(connection: web.WebSocketResponse, code: WSCloseCode, reason: str) -> None:
    short = reason.encode()[:REASON_BYTES].decode("utf-8", "ignore")
    await connection.close(code=code, message=short.encode())


def _decoded(text: str) -> object:
    """What the page sent as JSON; None for what is not."""
    try:
        decoded: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return decoded


def _cells(request: web.Request, name: str, otherwise: int) -> int:
    text = request.query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len("10000") else otherwise
