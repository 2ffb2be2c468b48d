"""``runix web`` in a real browser, and at its door those that may not come in."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp
import psutil
import pytest

from tests.integration.chromium import Chromium, Page, chromium, unobtainable
from tests.integration.conftest import Eventually
from tests.integration.webhome import TOKEN, WebHome, ended, web_home

pytestmark = [
    pytest.mark.timeout(180),
    pytest.mark.skipif(unobtainable(), reason="this distribution has no package of Chromium"),
]
ATTACHED = "api :"  # in the UI's first line, once it has reached the server
MANY = 64  # colours: smoothed letters, not areas alone
HELP = "Keys"  # the title of the help
TRY_SOCKET = """
new Promise((resolve) => {
  const socket = new WebSocket(%r);
  socket.onopen = () => resolve("open");
  socket.onerror = () => resolve("refused");
})
"""


@pytest.fixture(scope="module")
def home() -> Iterator[WebHome]:
    with web_home() as found:
        yield found


@pytest.fixture
async def browser() -> AsyncIterator[Chromium]:
    async with chromium() as found:
        yield found


async def entered(browser: Chromium, link: str, eventually: Eventually) -> Page:
    """A tab that shows the UI."""
    page = await browser.page()
    await page.open(link)

    async def attached() -> bool:
        return ATTACHED in await page.shown()

    await eventually(attached, within=60)
    return page


async def notice(page: Page) -> str:
    """What the page itself says, above the terminal; empty while the terminal is in use."""
    script = "document.body.classList.contains('-closed') ? document.getElementById('notice').textContent : ''"
    return str(await page.evaluate(script))


async def body(page: Page) -> str:
    return str(await page.evaluate("document.body ? document.body.textContent : ''"))


async def test_the_ui_is_in_the_browser(home: WebHome, browser: Chromium, eventually: Eventually) -> None:
    """Shown, painted, driven by keys, and left; and all of it from here."""
    link = home.another_link()
    page = await entered(browser, link, eventually)
    assert "runix" in (await page.shown()).splitlines()[0]
    assert await page.colours() > MANY

    async def helped(*, yes: bool = True) -> bool:
        return (HELP in await page.shown()) is yes

    assert await helped(yes=False)
    await page.type("?")
    await eventually(helped)
    await page.escape()
    await eventually(lambda: helped(yes=False))

    origin = urlsplit(home.origin)
    asked = [urlsplit(address) for address in page.requests]
    assert {(each.scheme, each.netloc) for each in asked} == {("http", origin.netloc), ("ws", origin.netloc)}
    assert {each.path.rpartition(".")[2] for each in asked} >= {"css", "js", "ttf"}
    assert page.problems == []

    (cookie,) = await page.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["session"]) == (True, "Strict", True)
    assert await page.evaluate("document.cookie") == ""
    seen = [*page.requests, str(await page.evaluate("document.documentElement.outerHTML + location.href")), link]
    assert [each for each in seen if TOKEN in each] == []

    await page.type("q")

    async def left() -> bool:
        return "You have left Runix" in await notice(page)

    await eventually(left)


async def test_a_link_lets_one_browser_in_once(home: WebHome, browser: Chromium, eventually: Eventually) -> None:
    link = home.another_link()
    page = await entered(browser, link, eventually)
    async with chromium() as other:
        late = await other.page()
        await late.open(link)
        await eventually(lambda: body_has(late, "was used or is too old"))
        await late.open(await page.evaluate("location.href"))
        await eventually(lambda: body_has(late, "Open the link"))
        assert await late.cookies() == []


async def body_has(page: Page, text: str) -> bool:
    return text in await body(page)


async def test_another_page_cannot_use_the_cookie(home: WebHome, browser: Chromium, eventually: Eventually) -> None:
    """A page from another port of this machine, of the same site for a browser, in the browser that is in."""
    page = await entered(browser, home.another_link(), eventually)
    folder = urlsplit(await page.evaluate("location.href")).path
    socket = f"ws://{urlsplit(home.origin).netloc}{folder}ws?width=80&height=24"
    assert await asyncio.to_thread(home.tabs)
    server = await asyncio.start_server(_hello, "127.0.0.1", 0)
    async with server:
        other = await browser.page()
        await other.open(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        await eventually(lambda: body_has(other, "hello"))
        assert await other.evaluate(TRY_SOCKET % socket) == "refused"
        assert len(home.tabs()) == 1
        assert await page.evaluate(TRY_SOCKET % socket) == "open"


async def _hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.IncompleteReadError):  # a browser opens more connections than it uses
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
        )
        await writer.drain()
    writer.close()


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, 101),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": None}, 403),
        ({"Cookie": None}, 403),
        ({"Cookie": "runix_web=x"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": "evil.example", "Origin": "http://evil.example"}, 421),
    ],
)
async def test_the_socket_looks_at_who_asks(home: WebHome, changed: dict[str, str | None], status: int) -> None:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with session.get(home.another_link()) as answer:
            cookie = answer.cookies["runix_web"]
        good = {"Origin": home.origin, "Cookie": f"runix_web={cookie.value}", "Host": urlsplit(home.origin).netloc}
        headers = {name: value for name, value in {**good, **changed}.items() if value is not None}
        try:
            async with session.ws_connect(f"{home.origin}{cookie['path']}ws", headers=headers) as socket:
                assert await socket.receive_bytes()
                got = 101
        except aiohttp.WSServerHandshakeError as refused:
            got = refused.status
        assert got == status


async def test_a_tab_has_a_process_of_its_own(home: WebHome, browser: Chromium, eventually: Eventually) -> None:
    """It comes and goes with the tab; the token came to it, and is in nobody's sight."""
    await eventually(lambda: not home.tabs())
    page = await entered(browser, home.another_link(), eventually)
    second = await entered(browser, await page.evaluate("location.href"), eventually)
    first, other = home.tabs()
    assert first.pid != other.pid
    for process in (first, other, psutil.Process(home.process.pid)):
        assert TOKEN not in " ".join(process.cmdline())
        assert TOKEN not in "".join(process.environ().values()) or process.pid == home.process.pid
    await second.close()
    await eventually(lambda: len(home.tabs()) == 1)
    await page.call("Page.reload")
    gone = home.tabs()[0]
    await eventually(lambda: ended(gone) and len(home.tabs()) == 1)


async def test_its_end_is_the_end_of_all(browser: Chromium, eventually: Eventually) -> None:
    with web_home() as home:
        page = await entered(browser, home.link, eventually)
        (tab,) = home.tabs()
        assert home.end() == 0
        assert ended(tab)

        async def told() -> bool:
            return "`runix web` has ended" in await notice(page)

        await eventually(told)


async def test_nothing_outlives_a_kill(browser: Chromium, eventually: Eventually) -> None:
    with web_home() as home:
        await entered(browser, home.link, eventually)
        (tab,) = home.tabs()
        home.end(signal.SIGKILL)
        await eventually(lambda: ended(tab))
