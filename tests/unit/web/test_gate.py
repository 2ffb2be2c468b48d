"""What a request has to pass. Each test that is refused differs in one thing from one that is not."""

import aiohttp
import pytest

from runix_tui.web.gate import own_hosts
from tests.unit.web.conftest import Serve, Served, heard

PLACES = ["", "assets/page.js", "static/js/textual.js", "static/fonts/", "ws", "download/x/y", "nowhere"]


async def refused(served: Served, path: str = "ws", **headers: str) -> int:
    """The status that a WebSocket is refused with."""
    with pytest.raises(aiohttp.WSServerHandshakeError) as error:
        await served.session.ws_connect(f"{served.url}{served.folder}{path}", headers=headers)
    return error.value.status


async def test_with_the_cookie_one_is_in(serve: Serve) -> None:
    served = await serve()
    assert (await served.ask("")).status == 200
    assert (await served.ask("assets/page.js")).status == 200
    assert (await served.ask("nowhere")).status == 404
    assert await heard(await served.tab(), b";")


@pytest.mark.parametrize("place", PLACES)
async def test_without_the_cookie_nothing_is_there(serve: Serve, place: str) -> None:
    served = await serve()
    assert (await served.get(served.folder + place)).status == 403
    wrong = await served.get(served.folder + place, Cookie=served.cookie[:-1])
    assert wrong.status == 403
    assert "Open the link" in await wrong.text()


async def test_outside_the_folder_nothing_is_there_either(serve: Serve) -> None:
    served = await serve()
    assert (await served.get("/")).status == 403
    assert (await served.get("/", Cookie=served.cookie)).status == 404


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", ""]
)
async def test_another_host_is_refused(serve: Serve, host: str) -> None:
    """A name of somebody else that leads here (DNS rebinding): even a good link does not open there."""
    served = await serve()
    host = host.format(port=served.port)
    assert (await served.ask("", Host=host)).status == 421
    link = served.link().removeprefix(served.url)
    assert (await served.get(link, Host=host)).status == 421
    assert await refused(served, Cookie=served.cookie, Origin=f"http://{host}", Host=host) == 421
    assert (await served.get(link)).status == 200


async def test_the_other_name_of_loopback_is_ours_too(serve: Serve) -> None:
    served = await serve()
    assert (await served.ask("", Host=f"localhost:{served.port}")).status == 200


def test_a_browser_leaves_out_the_usual_port() -> None:
    assert {"127.0.0.1", "localhost"} <= own_hosts(80)
    assert "localhost" not in own_hosts(8000)


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "http://127.0.0.1", "http://127.0.0.1:1", "http://localhost:{port}", "null", "",
     "https://127.0.0.1:{port}"],
)  # fmt: skip
async def test_another_origin_is_refused(serve: Serve, origin: str) -> None:
    served = await serve()
    origin = origin.format(port=served.port)
    assert await refused(served, Cookie=served.cookie, Origin=origin) == 403
    assert (await served.ask("", Origin=origin)).status == 403


async def test_a_socket_needs_origin_and_cookie(serve: Serve) -> None:
    served = await serve()
    assert await refused(served, Cookie=served.cookie) == 403
    assert await refused(served, Origin=served.url) == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_page_cannot_ask_with_our_cookie(serve: Serve, site: str) -> None:
    """``same-site`` is a server on another port of this machine."""
    served = await serve()
    assert (await served.ask("", **{"Sec-Fetch-Site": site})).status == 403
    link = served.link().removeprefix(served.url)
    assert (await served.get(link, **{"Sec-Fetch-Site": site})).status == 200  # in a chat, a mail, a terminal's page


async def test_a_link_lets_in_once(serve: Serve) -> None:
    served = await serve()
    link = served.link().removeprefix(served.url)
    async with served.session.head(served.url + link) as looked:  # as programs do that show where a link leads
        assert looked.status == 405
    first, second = await served.get(link), await served.get(link)
    assert (first.status, second.status) == (200, 403)
    assert "Set-Cookie" not in second.headers
    assert "Enter makes a new one" in await second.text()


async def test_the_cookie_is_for_this_server_alone(serve: Serve) -> None:
    served = await serve()
    answer = await served.get(served.link().removeprefix(served.url))
    cookie = answer.cookies["runix_web"]
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"]) == (True, "Strict", "")
    assert cookie["path"] == served.folder
    assert len(served.folder) > 20
    assert cookie.value not in await answer.text()


@pytest.mark.parametrize("place", [*PLACES, "../"])
async def test_every_answer_is_strict(serve: Serve, place: str) -> None:
    served = await serve()
    for answer in (await served.ask(place), await served.get(served.folder + place)):
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] in ("no-store", "no-cache")
        assert answer.headers["Server"] == "runix"
