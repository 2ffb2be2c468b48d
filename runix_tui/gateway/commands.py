"""HAProxy's runtime commands, and what it answers. Pure text.

A command is made only of names that configuration.py made and of checked targets; nothing else ever reaches the socket.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from runix_tui.core.ports import Page
from runix_tui.gateway.configuration import CONFIG_DIR, MAP_FILE, SERVICE, backend_name, host_of, server_name
from runix_tui.gateway.table import EMPTY, Backend, Place, Slot, SlotState, Table, Target

SHOW_PROCESSES = "show proc"
SHOW_INFO = "show info"
SHOW_SERVERS = "show servers state"
SHOW_SESSIONS = "show sess"
RELOAD = "reload"

_MAINTENANCE = 0x01 | 0x02 | 0x20 | 0x40  # srv_admin_state: forced, inherited, by resolution, by host name
_DRAIN = 0x08 | 0x10  # forced, inherited
_FINE = re.compile(
    r"|IP changed from .*|no need to change .*|port changed from .*|nothing changed.*|"
    r"\d+ sessions? (?:shut ?down|killed).*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Processes:
    """HAProxy's workers: the one that accepts, and those that a reload left with their connections."""

    current: int | None
    leaving: tuple[int, ...]


def show_map(folder: str = CONFIG_DIR) -> str:
    """List the map of hosts."""
    return f"show map {folder}/{MAP_FILE}"


def show_statistics(backend: int) -> str:
    """Statistics of a backend's servers."""
    return f"show stat {SERVICE}{backend} 4 -1"


def shut_sessions(place: Place) -> str:
    """End every connection to a slot; refused by a worker that leaves (see :func:`shut_listed`)."""
    return f"shutdown sessions server {server_name(*place)}"


def shut_listed(text: str, places: Collection[Place]) -> list[str]:
    """The commands that end, of the sessions that ``show sess`` lists, those to these slots."""
    found = (re.match(r"(0x[0-9a-f]+): .* be=(\S+) srv=(\S+) ", line) for line in text.splitlines())
    return [f"shutdown session {match[1]}" for match in found if match and _place(match[2], match[3]) in places]


def difference(old: Table, new: Table, *, folder: str = CONFIG_DIR) -> list[str]:
    """The commands that make ``new`` of a HAProxy that runs ``old``, in an order in which no request is lost: new slots
    take requests before hosts lead to them, and old ones let go last. Both tables have the same number of backends."""
    changed = [
        (place, was, slot) for (place, was), (_, slot) in zip(old.places(), new.places(), strict=True) if was != slot
    ]
    rising = [line for place, was, slot in changed if slot.state is SlotState.READY for line in _rise(place, was, slot)]
    falling = [line for place, was, slot in changed for line in _fall(place, was, slot)]
    return rising + list(_mapping(old, new, f"{folder}/{MAP_FILE}")) + falling


def complaints(answer: str) -> list[str]:
    """What HAProxy objected to in the answers to changing commands; empty: all went well."""
    return [line for line in answer.splitlines() if not _FINE.fullmatch(line.strip())]


def parse_processes(text: str) -> Processes:
    """``show proc`` of the master."""
    current, leaving, old = None, [], False
    for line in text.splitlines():
        words = line.split()
        old = "old" in words if line.startswith("#") else old
        if len(words) > 1 and words[0].isdigit() and words[1] == "worker":
            if old or current is not None:
                leaving.append(int(words[0]))
            else:
                current = int(words[0])
    return Processes(current, tuple(leaving))


def parse_description(text: str) -> str:
    """The revision that a worker runs, from ``show info``."""
    return next((line[12:].strip() for line in text.splitlines() if line.startswith("description:")), "")


def parse_statistics(text: str) -> dict[Place, int]:
    """Connections (requests in flight, streams, tunnels) by slot, from ``show stat``."""
    lines = [line for line in text.lstrip("# \n").splitlines() if line.strip()]
    found: dict[Place, int] = {}
    for row in csv.DictReader(io.StringIO("\n".join(lines))):
        place = _place(row.get("pxname") or "", row.get("svname") or "")
        if place is not None:
            found[place] = int(row.get("scur") or 0)
    return found


def parse_table(map_text: str, servers_text: str) -> Table:
    """The table that a worker runs. Lines that are not ours are left out."""
    states = dict(_states(servers_text))
    size = 1 + max((number for number, _ in states), default=-1)
    hosts = dict(_hosts(map_text, size))
    owners = {where: host for host, where in hosts.items() if isinstance(where, int)}
    backends: list[Backend] = []
    for number in range(size):
        slots = sorted(index for which, index in states if which == number)
        backends.append(tuple(_owned(states[number, index], owners.get(number, "")) for index in slots))
    return Table(tuple(backends), hosts)


def _rise(place: Place, was: Slot, slot: Slot) -> Iterator[str]:
    if slot.target is None or (was.state is SlotState.READY and was.target == slot.target):
        return
    if was.target != slot.target:
        if was.state is not SlotState.EMPTY:
            yield shut_sessions(place)
        yield f"set server {server_name(*place)} addr {slot.target.address} port {slot.target.port}"
    yield f"set server {server_name(*place)} state ready"


def _fall(place: Place, was: Slot, slot: Slot) -> Iterator[str]:
    """A slot that is empty has nothing to drain (what drains may be in a worker that a reload left behind)."""
    if slot.state is SlotState.EMPTY and was.state is not SlotState.EMPTY:
        yield f"set server {server_name(*place)} state maint"
    elif slot.state is SlotState.DRAINING and was.state is SlotState.READY:
        yield f"set server {server_name(*place)} state drain"


def _mapping(old: Table, new: Table, file: str) -> Iterator[str]:
    for host in sorted(old.hosts.keys() | new.hosts.keys()):
        before, after = old.hosts.get(host), new.hosts.get(host)
        if after is None:
            yield f"del map {file} {host_of(host)}"
        elif before is None:
            yield f"add map {file} {host_of(host)} {backend_name(after)}"
        elif before != after:
            yield f"set map {file} {host_of(host)} {backend_name(after)}"


def _states(text: str) -> Iterator[tuple[Place, Slot]]:
    lines = text.splitlines()
    header = next((line[2:].split() for line in lines if line.startswith("# be_id")), [])
    for line in lines:
        row = dict(zip(header, line.split(), strict=False))
        place = _place(row.get("be_name", ""), row.get("srv_name", ""))
        if place is None or line.startswith("#"):
            continue
        admin = int(row["srv_admin_state"])
        if admin & _MAINTENANCE:
            yield place, EMPTY
        else:
            state = SlotState.DRAINING if admin & _DRAIN else SlotState.READY
            yield place, Slot(state, Target(row["srv_addr"], int(row["srv_port"])))


def _hosts(text: str, size: int) -> Iterator[tuple[str, int | Page]]:
    for line in text.splitlines():
        words = line.split()
        if len(words) != 3 or not words[1].endswith(".localhost"):
            continue
        host, name = words[1].removesuffix(".localhost"), words[2]
        if name.startswith(SERVICE) and int(name.removeprefix(SERVICE)) < size:
            yield host, int(name.removeprefix(SERVICE))
        elif name in set(Page):
            yield host, Page(name)


def _owned(slot: Slot, owner: str) -> Slot:
    return slot if slot == EMPTY else Slot(slot.state, slot.target, owner)


def _place(backend: str, server: str) -> Place | None:
    number, slot = backend.removeprefix(SERVICE), server.removeprefix("s")
    ours = backend.startswith(SERVICE) and number.isdigit() and slot.isdigit()
    return (int(number), int(slot)) if ours else None
