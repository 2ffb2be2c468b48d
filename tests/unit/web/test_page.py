"""The page and its files."""

import re

from runix_tui.web import page
from tests.unit.web.conftest import Serve


async def test_the_page_loads_what_is_here(serve: Serve) -> None:
    served = await serve()
    text = await (await served.ask("")).text()
    assert re.findall(r"https?:", text) == []
    assert f'"ws://127.0.0.1:{served.port}{served.folder}ws"' in text
    for path in re.findall(r'(?:src|href)="([^"]+)"', text):
        assert (await served.ask(path)).status == 200, path
    style = await (await served.ask("assets/page.css")).text()
    fonts = re.findall(r'url\("\.\./([^"]+)"\)', style)
    assert len(fonts) == style.count("url(") == 2
    for path in fonts:
        assert (await served.ask(path)).status == 200, path


async def test_its_policy_names_its_own_nonce(serve: Serve) -> None:
    served = await serve()
    seen = set()
    for _ in range(2):
        answer = await served.ask("")
        nonce = re.findall(r'nonce="([^"]+)"', await answer.text())
        assert len(nonce) == 1
        assert f"style-src 'self' 'nonce-{nonce[0]}'" in answer.headers["Content-Security-Policy"]
        seen.add(nonce[0])
    assert len(seen) == 2


async def test_the_terminal_does_without_webgl(serve: Serve) -> None:
    """The script that we have is the one that we know."""
    original = (page.STATIC / page.TERMINAL_SCRIPT).read_bytes()
    assert len(page.WEBGL.findall(original)) == 1
    served = await serve()
    sent = await (await served.ask("static/js/textual.js")).text()
    assert "loadAddon(this.webglAddon)" not in sent
    assert "loadAddon(this.canvasAddon)" in sent
    assert len(original) - len(sent.encode()) < 100


async def test_files_stay_in_their_folders(serve: Serve) -> None:
    served = await serve()
    for path in ("assets/page.html", "assets/..%2fgate.py", "static/..%2fserver.py", "static/", "static/js"):
        assert (await served.ask(path)).status in (403, 404), path
