"""What the browser gets beside the terminal's bytes: two small pages, and the headers that bind them to this server.

Nothing is loaded from anywhere else. The terminal itself (its script, style and fonts) is textual-serve's.
"""

import re
import secrets
from importlib import resources
from pathlib import Path
from string import Template
from types import MappingProxyType

import textual_serve
from aiohttp import hdrs, web

STATIC = Path(textual_serve.__file__).parent / "static"
_ASSETS = resources.files("runix_tui.web") / "assets"
TYPES = MappingProxyType({"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"})
FONT_SIZE = 15  # pixels; the browser's zoom does the rest
_NONCE_BYTES = 16

_NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
HEADERS = MappingProxyType(
    {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"{_NOTHING}; sandbox",
        "Cross-Origin-Opener-Policy": "same-origin",  # services that the UI opens know nothing of this tab
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), clipboard-read=(), geolocation=(), microphone=()",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
)

TERMINAL_SCRIPT = "js/textual.js"
# It sets WebGL up, then a plain canvas instead. Where there is no WebGL, the first failure takes the second with it,
# and what is left draws with inline styles, which the policy forbids.
WEBGL = re.compile(rb"this\.webglAddon=new \w+\.WebglAddon,this\.terminal\.loadAddon\(this\.webglAddon\),")

_ENTRANCE = Template(
    """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Runix</title><meta http-equiv="refresh" content="0; url=$folder">
<p><a href="$folder">Runix</a></p></html>
"""
)


async def harden(_: web.Request, response: web.StreamResponse) -> None:
    """Give a response the strict headers that it does not bring itself, and no word about what made it."""
    response.headers[hdrs.SERVER] = "runix"
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def entrance(folder: str) -> web.Response:
    """The answer to a good link. Not a redirect: that would still be the other site's navigation, when a link is
    followed from one, and a strict cookie would stay behind. What this page leads to is ours."""
    response = web.Response(text=_ENTRANCE.substitute(folder=folder), content_type="text/html")
    response.headers["Content-Security-Policy"] = _NOTHING
    return response


def terminal(host: str, folder: str) -> web.Response:
    """The page with the terminal."""
    nonce = secrets.token_urlsafe(_NONCE_BYTES)
    socket = f"ws://{host}{folder}ws"
    template = Template((_ASSETS / "page.html").read_text("utf-8"))
    response = web.Response(
        text=template.substitute(nonce=nonce, socket=socket, font_size=FONT_SIZE), content_type="text/html"
    )
    response.headers["Content-Security-Policy"] = (
        f"{_NOTHING}; script-src 'self'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; img-src 'self'; "
        f"connect-src {socket}"
    )
    return response


def asset(name: str) -> web.Response:
    """A file of ours that the page asks for."""
    if name not in TYPES:
        raise web.HTTPNotFound(text="There is nothing of this name.\n")
    return _file((_ASSETS / name).read_bytes(), TYPES[name])


def terminal_script() -> web.Response:
    """The terminal's script, without its attempt at WebGL."""
    return _file(WEBGL.sub(b"", (STATIC / TERMINAL_SCRIPT).read_bytes()), "text/javascript")


def _file(body: bytes, content_type: str) -> web.Response:
    headers = {hdrs.CACHE_CONTROL: "no-cache"}
    return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)
