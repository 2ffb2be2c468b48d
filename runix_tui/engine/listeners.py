"""What a container's processes listen on, read from the host's /proc: nothing runs inside the container.

The kernel's tables (proc_pid_net(5)) are those of the network namespace of the process whose folder is read.
"""

import ipaddress
import re
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from runix_tui.core.ports import Listener

PROC = Path("/proc")
_LISTEN = "0A"  # TCP_LISTEN of include/net/tcp_states.h
_SOCKET = re.compile(r"socket:\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Socket:
    """A listening socket of the kernel's table."""

    address: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int
    inode: int


def listeners_of(pid: int, *, shared_network: bool = False, proc: Path = PROC) -> list[Listener]:
    """What listens in the network namespace of ``pid``, by port; nothing when the process is gone.

    With ``shared_network`` (the host's own) only sockets of ``pid`` and its descendants count.
    """
    if pid <= 0:
        return []
    sockets = [each for name in ("tcp", "tcp6") for each in parse_table(_read(proc / str(pid) / "net" / name))]
    if shared_network:
        own = set(_inodes((pid, *descendants(pid, proc)), proc))
        sockets = [each for each in sockets if each.inode in own]
    found = {Listener(each.port, str(each.address), _is_loopback(each.address)) for each in sockets}
    return sorted(found, key=lambda each: (each.port, each.loopback, each.address))


def parse_table(text: str) -> list[Socket]:
    """The listening sockets of /proc/net/tcp or tcp6."""
    rows = (line.split() for line in text.splitlines()[1:])
    return [_socket(row[1], row[9]) for row in rows if len(row) > 9 and row[3] == _LISTEN]


def descendants(pid: int, proc: Path = PROC) -> tuple[int, ...]:
    """Processes below ``pid``. In a container orphans fall to its first process, so these are all of them."""
    children: dict[int, list[int]] = {}
    for entry in proc.iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)):
            children.setdefault(parent, []).append(int(entry.name))
    found, queue = [], [pid]
    while queue:
        below = children.get(queue.pop(), [])
        found += below
        queue += below
    return tuple(found)


def _socket(local: str, inode: str) -> Socket:
    """``0100007F:1F90``: four-byte words in the host's byte order, the port in network order."""
    packed, _, port = local.partition(":")
    words = bytes.fromhex(packed)
    raw = b"".join(struct.pack("!I", *struct.unpack("=I", words[at : at + 4])) for at in range(0, len(words), 4))
    return Socket(_address(raw), int(port, 16), int(inode))


def _address(raw: bytes) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address; one of the old family within the new (``::ffff:127.0.0.1``) as what it means."""
    if len(raw) == 4:
        return ipaddress.IPv4Address(raw)
    address = ipaddress.IPv6Address(raw)
    return address.ipv4_mapped or address


def _is_loopback(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_loopback


def _parent(folder: Path) -> int:
    """The parent's pid from ``stat``, whose second field may hold blanks and brackets; 0 when the process is gone."""
    _, _, rest = _read(folder / "stat").rpartition(")")
    fields = rest.split()
    return int(fields[1]) if len(fields) > 1 else 0


def _inodes(pids: Iterable[int], proc: Path) -> Iterator[int]:
    """Inodes of the sockets that these processes hold, as far as this user may see them."""
    for pid in pids:
        try:
            descriptors = list((proc / str(pid) / "fd").iterdir())
        except OSError:
            continue
        yield from (int(match[1]) for each in descriptors if (match := _SOCKET.fullmatch(_target(each))))


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:  # closed meanwhile
        return ""


def _read(path: Path) -> str:
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""
