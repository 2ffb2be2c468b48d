"""What every request has to pass, the WebSocket's included: Host, Origin, where it was sent from, and the cookie.

Host keeps out names that somebody else made point here (DNS rebinding); Origin and ``Sec-Fetch-Site`` keep out pages of
other servers, those on other ports of this machine included, which the cookie alone would not.
"""

from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from aiohttp.typedefs import Middleware

from runix_tui.web.admission import COOKIE, Admission

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LINK_PATH = "/link/"
HTTP_PORT = 80
OURSELVES = ("same-origin", "none")  # a page of ours; a person: the address bar, another program
ASK_AGAIN = "This link was used or is too old. In the terminal of `runix web`, Enter makes a new one.\n"
COME_BY_LINK = "Open the link that `runix web` printed; it makes this browser known.\n"


def gate(admission: Admission, port: int) -> Middleware:
    """The check of every request to the server on ``port`` of loopback, those that lead nowhere included."""
    hosts = own_hosts(port)

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.host.lower() not in hosts:
            raise _Misdirected(text="This server answers to its own address alone.\n")
        _check_origin(request)
        if request.path.startswith(LINK_PATH):  # followed from anywhere, a chat or a mail included: the secret decides
            return await handler(request)
        if request.headers.get("Sec-Fetch-Site", OURSELVES[0]) not in OURSELVES:
            raise web.HTTPForbidden(text="Another site's page sent this request.\n")
        if not admission.knows(request.cookies.get(COOKIE, "")):
            raise web.HTTPForbidden(text=COME_BY_LINK)
        return await handler(request)

    return check


def own_hosts(port: int) -> frozenset[str]:
    """What a browser may call this server. Without a port where that is the scheme's own."""
    names = ("127.0.0.1", "localhost")
    return frozenset([f"{name}:{port}" for name in names] + (list(names) if port == HTTP_PORT else []))


class _Misdirected(web.HTTPClientError):
    status_code = 421


def _check_origin(request: web.Request) -> None:
    origin = request.headers.get(hdrs.ORIGIN)
    wants_socket = hdrs.UPGRADE in request.headers
    if origin is None and not wants_socket:  # what a browser leaves out when a person asks for a page
        return
    if origin is None or origin.lower() != f"http://{request.host.lower()}":
        raise web.HTTPForbidden(text="The page that sent this request is not ours.\n")
