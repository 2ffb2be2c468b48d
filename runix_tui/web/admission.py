"""Who may come in: a link that works once makes a browser known by a cookie. Pure; no request, no response."""

import secrets
import time
from collections.abc import Callable

LINK_LIFETIME = 300.0  # seconds
COOKIE = "runix_web"
_SECRET_BYTES = 32
_FOLDER_BYTES = 16


class Admission:
    """The secrets of one ``runix web``; they end with it.

    Cookies know no ports: a browser sends them to every server of this machine that it is led to. So ours is for one
    ``folder`` alone, whose name nobody else can guess.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._invitation = ""
        self._ends = 0.0
        self.cookie = secrets.token_urlsafe(_SECRET_BYTES)
        self.folder = f"/{secrets.token_urlsafe(_FOLDER_BYTES)}/"

    def invite(self) -> str:
        """The secret of a new link. It works once, within :data:`LINK_LIFETIME`; an earlier one works no more."""
        self._invitation = secrets.token_urlsafe(_SECRET_BYTES)
        self._ends = self._clock() + LINK_LIFETIME
        return self._invitation

    def redeem(self, secret: str) -> bool:
        """Whether this is the secret of the open link, which is used up by that."""
        good = bool(self._invitation) and self._clock() < self._ends and _same(secret, self._invitation)
        if good:
            self._invitation = ""
        return good

    def knows(self, cookie: str) -> bool:
        """Whether this is the cookie of a browser that came by a link."""
        return _same(cookie, self.cookie)


def _same(given: str, ours: str) -> bool:
    return secrets.compare_digest(given.encode("utf-8", "replace"), ours.encode())
