"""Keeps Runix's networks apart by the host's routing, beside the engine's packet filters.

netavark with iptables takes its isolation rule away and puts it back whenever any container starts; in the milliseconds
between, every bridge reaches every other (measured on 1.4: an answer in 2 of 12 runs). Networks of Runix are all of one
pool, and two rules of policy routing forbid the way from the pool to the pool. Containers of one network are not
affected, as a bridge switches and does not route; neither is what the host itself sends. Root alone can do this.
"""

import ipaddress
import subprocess
from dataclasses import dataclass

from runix_tui.errors import Unavailable

POOL = "10.90.0.0/15"  # of the ranges that Podman takes by default, one that its own networks come to after 256 others
NETWORK_SIZE = 24  # 512 networks of 253 addresses
_POOL = ipaddress.IPv4Network(POOL)
_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of ip-rule(8). ``preference`` is its place, before the rule for the main table (32766)."""

    preference: int
    words: tuple[str, ...]


RULES = (
    Rule(8910, ("iif", "lo", "to", POOL, "lookup", "main")),  # what the host sends: the gateway, names, probes
    Rule(8911, ("from", POOL, "to", POOL, "prohibit")),
)


def keep_apart(program: str) -> None:
    """Have the rules; ``program`` is ``ip``. Cheap when they are there. Raises ``Unavailable`` when that is refused."""
    for rule in RULES:
        if not _run(program, "rule", "list", "pref", str(rule.preference)).strip():
            _run(program, "rule", "add", "pref", str(rule.preference), *rule.words)


def let_go(program: str) -> None:
    """Take the rules away again. Only when no home of this machine has networks any more."""
    for rule in RULES:
        if _run(program, "rule", "list", "pref", str(rule.preference)).strip():
            _run(program, "rule", "del", "pref", str(rule.preference))


def in_pool(subnet: str) -> bool:
    """Whether a network of this subnet is kept apart by the rules."""
    network = ipaddress.ip_network(subnet, strict=False)
    return isinstance(network, ipaddress.IPv4Network) and network.subnet_of(_POOL)


def _run(program: str, *words: str) -> str:
    command = [program, *words]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_TIMEOUT, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _refused(command, str(error)) from error
    if done.returncode and "File exists" not in done.stderr:  # another home was first
        raise _refused(command, done.stderr.strip())
    return done.stdout


def _refused(command: list[str], why: str) -> Unavailable:
    return Unavailable(
        f"Networks cannot be kept apart: `{' '.join(command)}` said: {why}",
        hint="Runix needs the kernel's policy routing (CONFIG_IP_MULTIPLE_TABLES) and CAP_NET_ADMIN.",
        code="engine_isolation",
        transient=False,
    )
