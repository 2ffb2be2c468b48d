"""Tabs: what goes from the browser to the program and back, and how both end."""

import asyncio
import json
import re

import aiohttp
import pytest

from runix_tui.web import server as servers
from runix_tui.web import tab as tabs
from tests.unit.web.conftest import TOKEN, Serve, alive, ended, heard, told

PID = re.compile(rb"pid (\d+);")


async def test_what_a_browser_sends_reaches_the_program(serve: Serve) -> None:
    served = await serve()
    tab = await served.tab()
    for word in (
        ["stdin", "ä\ud800"],
        ["resize", {"width": 90, "height": 10**9}],
        ["resize", {"width": -1, "height": 20}],
        ["blur"],
        ["focus"],
        ["stdin", "end"],
    ):
        await tab.send_json(word)
    got = await heard(tab, b"Dend;")
    assert PID.sub(b"", got).split(b";") == [
        "Dä?".encode(),
        b'M{"type": "resize", "width": 90, "height": 1000}',
        b'M{"type": "resize", "width": 1, "height": 20}',
        b'M{"type": "blur"}',
        b'M{"type": "focus"}',
        b"Dend",
        b"",
    ]


async def test_what_nobody_means_does_nothing(serve: Serve) -> None:
    served = await serve()
    tab = await served.tab("width=&height=-1")
    for text in ("", "{", "[]", "{}", "null", '["stdin"]', '["stdin", 7]', '["resize", {"width": "a"}]', '["quit"]',
                 '["resize", [1, 2]]', '["deliver"]', "[" * 2000):  # fmt: skip
        await tab.send_str(text)
    await tab.send_bytes(b"\0\1")
    await tab.send_json(["ping", "now"])
    assert await told(tab) == ["pong", "now"]


async def test_the_program_gets_the_token_alone(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through its pipe, and an environment that is the browser's, not that of the terminal behind."""
    monkeypatch.setenv("TMUX", "/tmp/tmux")
    monkeypatch.setenv("SSH_CONNECTION", "1 2 3 4")
    monkeypatch.setenv("KEPT", "yes")
    served = await serve(
        """
        names = ("TMUX", "SSH_CONNECTION", "KEPT", "TEXTUAL_DRIVER", "TERM", "COLUMNS", "ROWS")
        found = {name: os.environ.get(name) for name in names}
        leaked = secret.decode().strip() in str(os.environ)
        say(b"D", json.dumps([secret.decode(), found, leaked, 0]).encode())
        hear()
        """
    )
    secret, environ, leaked, _ = json.loads(await heard(await served.tab("width=77&height=99999"), b"0]"))
    assert secret == TOKEN + "\n"
    assert environ == {
        "TMUX": None,
        "SSH_CONNECTION": None,
        "KEPT": "yes",
        "TEXTUAL_DRIVER": "runix_tui.web.driver:TabDriver",
        "TERM": "xterm-256color",
        "COLUMNS": "77",
        "ROWS": "24",
    }
    assert not leaked


async def pid_of(tab: aiohttp.ClientWebSocketResponse) -> int:
    """The process behind a tab."""
    return int(PID.findall(await heard(tab, b";"))[0])


async def gone(pid: int) -> None:
    async with asyncio.timeout(10):
        while alive(pid):
            await asyncio.sleep(0.01)


async def test_a_closed_tab_ends_its_program(serve: Serve) -> None:
    served = await serve()
    tab, other = await served.tab(), await served.tab()
    pid, of_other = await pid_of(tab), await pid_of(other)
    await tab.close()
    await gone(pid)
    assert alive(of_other)


async def test_a_program_that_does_not_want_to_end_is_ended(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hears nothing, and writes more than anybody reads."""
    monkeypatch.setattr(tabs, "PATIENCE", 0.2)
    served = await serve(
        """
        import signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        say(b"D", b"pid %d;" % os.getpid())
        hear()
        while True:
            say(b"D", bytes(100_000))
        """
    )
    tab = await served.tab()
    pid = await pid_of(tab)
    await tab.send_json(["blur"])
    await tab.receive_bytes()
    await tab.close()
    await gone(pid)


async def test_the_page_hears_that_one_has_left(serve: Serve) -> None:
    served = await serve('say(b"M", b\'{"type": "exit"}\')')
    assert await ended(await served.tab()) == (1000, "You have left Runix; deployed services go on.")
    assert served.said == []


async def test_the_page_hears_why_the_program_failed(serve: Serve) -> None:
    """The last line, as plain text of a length that fits; all of it goes to the terminal of `runix web`."""
    served = await serve(
        """
        say(b"D", b"hello")
        sys.stderr.write("x" * 100_000 + "\\nTraceback\\n")
        sys.stderr.write("\\x1b[31mValueError: no \\x1b]0;title\\x07" + "\\u00e4" * 200)
        sys.exit(1)
        """
    )
    code, why = await ended(await served.tab())
    assert code == 1011
    assert why.startswith("Runix failed: ValueError: no ää")
    assert len(why.encode()) in (122, 123)
    assert "Traceback\nValueError: no ää" in served.said[0]
    assert len(served.said[0]) < 10_000


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (("/bin/sh", "-c", "echo Usage; echo 'no such option' >&2; exit 2"), "Runix failed: no such option"),
        (("/bin/sh", "-c", "exit 7"), "Runix failed: it ended with 7"),
        (("/nowhere/runix",), "Runix cannot be started: No such file or directory"),
    ],
)
async def test_a_program_that_is_no_such_one(serve: Serve, argv: tuple[str, ...], why: str) -> None:
    served = await serve(argv=argv)
    assert await ended(await served.tab()) == (1011, why)


async def test_a_program_that_only_talks_is_ended(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tabs, "PATIENCE", 0.2)
    served = await serve(argv=("/bin/sh", "-c", "while :; do echo hello; done"))
    assert await ended(await served.tab()) == (1011, "Runix failed: it was killed")


async def test_tabs_are_bounded(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "MAX_TABS", 2)
    served = await serve()
    first, second = await served.tab(), await served.tab()
    pid = await pid_of(first)
    code, why = await ended(await served.tab())
    assert (code, why) == (1013, "2 tabs are open: close one of them first.")
    await first.close()
    await gone(pid)
    async with asyncio.timeout(10):
        while (await (await served.tab()).receive()).type is aiohttp.WSMsgType.CLOSE:
            pass
    assert await pid_of(second)


async def test_at_the_end_nothing_is_left(serve: Serve) -> None:
    served = await serve()
    opened = [await served.tab() for _ in range(3)]
    pids = [await pid_of(tab) for tab in opened]
    endings = [asyncio.create_task(ended(tab)) for tab in opened]
    await served.end()
    assert {await each for each in endings} == {(1001, "`runix web` has ended.")}
    assert [pid for pid in pids if alive(pid)] == []


async def test_only_pages_of_the_web_are_opened(serve: Serve) -> None:
    served = await serve(
        """
        for url in ("javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "", "http://a.localhost:8080/"):
            tell(type="open_url", url=url, new_tab=False)
        hear()
        """
    )
    assert await told(await served.tab()) == ["open_url", {"url": "http://a.localhost:8080/", "new_tab": True}]


DELIVERS = """
tell(type="deliver_file_start", key="k", path="/tmp/a \\u202eb\\n.html", open_method="browser", mime_type="text/html",
     encoding="utf-8", name=None)
chunks = [b"<b>one", b"two</b>", b""]
while chunks:
    words = json.loads(hear()[1])
    assert words == {"type": "deliver_chunk_request", "key": "k", "size": 65536, "name": None}, words
    say(b"P", packed(b"k", chunks.pop(0)))
hear()
"""
# ("deliver_chunk", key, chunk) in the binary form of textual
PACKED = """
def packed(key, chunk):
    parts = [b"s13:deliver_chunk", b"s%d:%s" % (len(key), key), b"%d:%s" % (len(chunk), chunk)]
    return b"t" + b"".join(parts) + b"e"
"""


async def test_a_file_is_saved_not_shown(serve: Serve) -> None:
    served = await serve(PACKED + DELIVERS)
    tab = await served.tab()
    what, where = await told(tab)
    assert (what, where["new_tab"]) == ("open_url", False)
    answer = await served.ask(where["url"])
    assert (answer.status, await answer.text()) == (200, "<b>onetwo</b>")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''a%20b.html"
    assert (await served.ask(where["url"])).status == 404
    assert (await served.ask("download/k/k")).status == 404
