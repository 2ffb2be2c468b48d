"""What the gateway routes, as one value: backends with server slots, and host names that lead to them or to a page.

Every change is a new table; what HAProxy must be told is the difference of two tables (see commands.py), and the
configuration on disk is a rendering of one (see configuration.py). No I/O here. Only checked names and addresses get
in: a subdomain is a DNS label, an address an IP address, so nothing that a user types reaches HAProxy's syntax.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from runix_tui.core.models import Route
from runix_tui.core.ports import Page

SLOTS = 4  # versions of one service at once: the one that serves, and those whose connections still drain
STOCK = 32  # backends to begin with; doubled by a seamless reload when they run out

_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)


class Full(Exception):
    """No backend is free: the table must grow, and HAProxy reload."""


class SlotState(StrEnum):
    """``empty``: in maintenance; ``ready``: takes requests; ``draining``: keeps what it has, takes nothing new."""

    EMPTY = "empty"
    READY = "ready"
    DRAINING = "draining"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a service listens. Raises ``ValueError`` for anything but an IP address and a port."""

    address: str
    port: int

    def __post_init__(self) -> None:
        ipaddress.ip_address(self.address)
        if "%" in self.address or not 0 < self.port < 65536:
            raise ValueError(f"not an address to route to: {self.address!r} port {self.port}")


@dataclass(frozen=True, slots=True)
class Slot:
    """One server line of a backend; ``owner`` is the subdomain that it serves or served."""

    state: SlotState = SlotState.EMPTY
    target: Target | None = None
    owner: str = ""


EMPTY = Slot()
Backend = tuple[Slot, ...]
Place = tuple[int, int]
"""A slot's place: the backend's number and the slot's number in it."""


@dataclass(frozen=True, slots=True)
class Table:
    """``hosts`` maps a subdomain to a backend's number or to a page."""

    backends: tuple[Backend, ...]
    hosts: Mapping[str, int | Page] = field(default_factory=dict)

    @classmethod
    def of_size(cls, stock: int) -> "Table":
        """Nothing routed, ``stock`` backends free."""
        return cls(((EMPTY,) * SLOTS,) * stock)

    def places(self) -> Iterator[tuple[Place, Slot]]:
        """Every slot with its place."""
        for number, backend in enumerate(self.backends):
            for index, slot in enumerate(backend):
                yield (number, index), slot

    def routed(self) -> dict[str, Target]:
        """Where each host that has a route leads."""
        return {
            host: slot.target
            for host, where in self.hosts.items()
            if isinstance(where, int)
            for slot in self.backends[where]
            if slot.state is SlotState.READY and slot.target is not None
        }

    def draining(self, subdomain: str) -> dict[Place, Target | None]:
        """The slots that this host left, and that may still have connections, with where they lead."""
        return {
            place: slot.target
            for place, slot in self.places()
            if slot.state is SlotState.DRAINING and slot.owner == subdomain
        }

    def with_route(self, subdomain: str, target: Target) -> "Table":
        """``subdomain`` leads to ``target``; where it led before drains. Raises ``Full`` when no backend is free."""
        check_subdomain(subdomain)
        where = self.hosts.get(subdomain)
        number = where if isinstance(where, int) else self._free_backend()
        backend = self.backends[number]
        chosen = _slot_for(backend, target)
        slots = tuple(
            Slot(SlotState.READY, target, subdomain) if index == chosen else _retired(slot)
            for index, slot in enumerate(backend)
        )
        return replace(self, backends=self._put(number, slots), hosts={**self.hosts, subdomain: number})

    def with_page(self, subdomain: str, page: Page | None) -> "Table":
        """``subdomain`` shows a page (None: it is unknown); where it led before drains."""
        check_subdomain(subdomain)
        where = self.hosts.get(subdomain)
        hosts = {host: value for host, value in self.hosts.items() if host != subdomain}
        if page is not None:
            hosts[subdomain] = page
        backends = self.backends
        if isinstance(where, int):
            backends = self._put(where, tuple(_retired(slot) for slot in self.backends[where]))
        return replace(self, backends=backends, hosts=hosts)

    def without(self, places: list[Place]) -> "Table":
        """These slots are free again, unless they took up serving in the meantime."""
        return self._mapped(lambda place, slot: EMPTY if place in places and slot.state is SlotState.DRAINING else slot)

    def settled(self) -> "Table":
        """No slot drains: what a HAProxy that starts afresh has."""
        return self._mapped(lambda _, slot: EMPTY if slot.state is SlotState.DRAINING else slot)

    def grown(self, stock: int) -> "Table":
        """The same with at least ``stock`` backends of :data:`SLOTS` slots each."""
        more = max(0, stock - len(self.backends))
        backends = self.backends + ((EMPTY,) * SLOTS,) * more
        return replace(self, backends=tuple((*backend, *(EMPTY,) * SLOTS)[:SLOTS] for backend in backends))

    def _free_backend(self) -> int:
        taken = {where for where in self.hosts.values() if isinstance(where, int)}
        free = [number for number in range(len(self.backends)) if number not in taken]
        if not free:
            raise Full
        return max(free, key=lambda number: self.backends[number].count(EMPTY))

    def _put(self, number: int, backend: Backend) -> tuple[Backend, ...]:
        return (*self.backends[:number], backend, *self.backends[number + 1 :])

    def _mapped(self, change: Callable[[Place, Slot], Slot]) -> "Table":
        return replace(
            self,
            backends=tuple(
                tuple(change((number, index), slot) for index, slot in enumerate(backend))
                for number, backend in enumerate(self.backends)
            ),
        )


def check_subdomain(text: str) -> None:
    """Raise ``ValueError`` unless ``text`` is one lower-case DNS label."""
    if not _LABEL.fullmatch(text):
        raise ValueError(f"not a subdomain: {text!r}")


def target_of(route: Route) -> Target:
    """A route's address, checked."""
    return Target(route.address, route.port)


def _retired(slot: Slot) -> Slot:
    return replace(slot, state=SlotState.DRAINING) if slot.state is SlotState.READY else slot


def _slot_for(backend: Backend, target: Target) -> int:
    """The slot to serve from: the one that has this target, an empty one, else the one that has drained longest (slots
    are taken in turn, so that is the one behind the slot that serves now)."""
    for index, slot in enumerate(backend):
        if slot.target == target:
            return index
    serving = next((index for index, slot in enumerate(backend) if slot.state is SlotState.READY), -1)
    turn = [(serving + 1 + step) % len(backend) for step in range(len(backend))]
    return next((index for index in turn if backend[index] == EMPTY), turn[0])
