"""A front end's way to the server of its home: attach to the one that runs, else have one of its own, as a child.

The child is a process, not a thread: what the front end draws and what the server does share no interpreter lock, and
both start at once. It ends with its owner (``owner.py``). What the front end does with it is not known here.
"""

import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

from runix_tui.bootstrap.child import Child, spawn
from runix_tui.bootstrap.detached import ENDS_WITHIN, LOOK_EVERY, STARTS_WITHIN, slow
from runix_tui.bootstrap.glance import Glance
from runix_tui.bootstrap.home import ServerHint, accepting, is_held, make, removed, server_hint
from runix_tui.bootstrap.token import checked_token, other_token, stored_token
from runix_tui.core.secret import Secret
from runix_tui.errors import RunixError, Unauthorized, Unavailable
from runix_tui.locations import Locations
from runix_tui.tui.link import Door


class HomeLink:
    """The :class:`runix_tui.tui.link.Link` of one home. Good for any thread; one ``connect`` at a time."""

    def __init__(self, locations: Locations, given_token: str) -> None:
        """``given_token`` is that of the environment, as it is; empty for the home's own."""
        self._locations = locations
        self._given = given_token
        self._child: Child | None = None
        self._glance: Glance | None = None
        self._guard = threading.Lock()  # around the child
        self._left = threading.Event()
        self._served = False  # whether that child was the server
        self._met = False  # a server of this home, at least once

    @property
    def home(self) -> str:
        """The home's folder, as a person knows it."""
        folder = self._locations.state
        with suppress(ValueError, RuntimeError):
            return str(Path("~") / folder.relative_to(Path.home()))
        return str(folder)

    @property
    def state_file(self) -> Path:
        """Where the front end keeps what the last visit looked like."""
        return self._locations.front_file

    def begin(self) -> None:
        """Start a server at once when none runs, without waiting for it, else ask it for the list; what is wrong
        :meth:`connect` says."""
        with suppress(RunixError):
            token = checked_token(self._given)
            if not is_held(self._locations):
                self._see_to_a_server(token)
            elif hint := server_hint(self._locations):
                self._glance = Glance.at(hint.url, token or stored_token(self._locations))

    def glance(self) -> tuple[bytes, bytes] | None:
        """What :meth:`begin` asked for; once."""
        glance = self._asked()
        return glance.read() if glance else None

    def connect(self) -> Door:
        """Attach to the server of this home; have one where none runs or the one that did has ended.

        Of several front ends that do so at once, one gets the home and the others attach. Raises ``RunixError``.
        """
        token = checked_token(self._given)
        deadline = time.monotonic() + STARTS_WITHIN
        while True:
            if hint := accepting(self._locations):
                return self._door(hint, token)
            self._see_to_a_server(token)
            if time.monotonic() > deadline:
                self._drop()
                raise slow(self._locations)
            if self._left.wait(LOOK_EVERY):
                raise Unavailable("This front end is being left")

    def leave(self, *, keep: bool) -> None:
        """End this front end's own server, if it has one, and wait for that; ``keep``: it goes on by itself."""
        self._left.set()
        if unread := self._asked():
            unread.close()
        with self._guard:
            child, self._child = self._child, None
        if child is None:
            return
        if keep:
            child.keep()
            return
        child.let_go()
        with suppress(subprocess.TimeoutExpired):  # it ends itself hard when it is late
            child.process.wait(ENDS_WITHIN)

    def _asked(self) -> Glance | None:
        glance, self._glance = self._glance, None
        return glance

    def _door(self, hint: ServerHint, token: Secret | None) -> Door:
        child = self._child
        owned = child is not None and child.pid == hint.pid
        if child and not owned:  # another one was first
            self._drop()
        self._met, self._served = True, owned
        door = Door(hint.url, token or stored_token(self._locations), owned=owned)
        if not owned:
            _check(door, given=token is not None)
        return door

    def _see_to_a_server(self, token: Secret | None) -> None:
        """Have a child that is on its way to be the server. Raises ``RunixError`` with the last words of one that ended
        before it was."""
        with self._guard:
            if self._child and self._child.ended:
                ended, self._child = self._child, None
                ended.let_go()
                if not self._served and not is_held(self._locations):
                    raise ended.failure()
            if self._child is None and not self._left.is_set():
                if not self._met:
                    make(self._locations)
                elif not self._locations.lock_file.exists():
                    raise removed(self._locations)
                self._child, self._served = spawn(self._locations, token, owned=True), False

    def _drop(self) -> None:
        with self._guard:
            child, self._child = self._child, None
        if child:
            child.let_go()
            child.process.terminate()
            child.process.wait()


def _check(door: Door, *, given: bool) -> None:
    """Whether another's server takes our token. Raises ``Unauthorized`` with what to do, ``Unavailable``."""
    from runix_tui.client import Client

    try:
        with Client(door.url, door.token) as client:
            client.projects()
    except Unauthorized as error:
        raise other_token(given=given) from error
