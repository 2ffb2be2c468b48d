"""Why a service is not healthy, in words that say what to do next. Pure."""

from collections.abc import Sequence

from runix_tui.core.ports import Container, Listener
from runix_tui.errors import StartError

KILLED = 137  # 128 and SIGKILL
_SHELL = {126: " (its command is not executable)", 127: " (its command was not found)"}


def exited(container: Container, tail: tuple[str, ...]) -> StartError:
    """The process ended before it was healthy."""
    code = container.exit_code
    if container.oom_killed or code == KILLED:
        return StartError(
            "The process was killed, most likely because it needs more memory than its instance type has",
            code="out_of_memory",
            hint="Choose a larger instance type.",
            evidence=tail,
        )
    if code == 0:
        return StartError(
            "The process ends at start, with 0, as if its work were done",
            code="exited",
            hint="A service must stay in the foreground: it must neither return nor go into the background.",
            evidence=tail,
        )
    return StartError(
        f"The process exits with {code} at start{_SHELL.get(code or 0, '')}",
        code="exited",
        hint="The last log lines say why; a missing variable is set with `runix env set`.",
        evidence=tail,
    )


def loopback_bind(listeners: Sequence[Listener], tail: tuple[str, ...]) -> StartError:
    """It listens, but only inside its container."""
    return StartError(
        f"It listens on {_places(listeners)}, which nothing outside the container reaches",
        code="loopback_bind",
        hint="Make it listen on 0.0.0.0 (the variable HOST says so), for example with --host 0.0.0.0 in its command.",
        evidence=tail,
    )


def unreachable(listeners: Sequence[Listener], port: int, limit: float, tail: tuple[str, ...]) -> StartError:
    """Nothing took a connection on ``port`` within ``limit`` seconds; ``listeners`` is what was found instead."""
    mine = [found for found in listeners if found.port == port and not found.loopback]
    if mine:
        return StartError(
            f"It listens on {_places(mine)}, but takes no connections over IPv4",
            code="not_reachable",
            hint="Make it listen on 0.0.0.0, or on :: without IPv6 alone.",
            evidence=tail,
        )
    if listeners and all(found.loopback for found in listeners):
        return loopback_bind(listeners, tail)
    found = f"; it listens on {_places(listeners)}" if listeners else ""
    return StartError(
        f"Nothing listens on port {port} after {limit:.0f} s{found}",
        code="not_listening",
        hint="A web service must listen on 0.0.0.0 and the port in the variable PORT.",
        evidence=tail,
    )


def unhealthy(
    path: str, status: int | None, limit: float, tail: tuple[str, ...], *, asked: int, port: int
) -> StartError:
    """``port`` is open, but did not answer as it should."""
    said = "no HTTP answer" if status is None else f"status {status}"
    where = "" if port == asked else f" on port {port} (nothing listens on {asked})"
    return StartError(
        f"The health check {path} had {said}{where} after {limit:.0f} s; it needs 200-399",
        code="unhealthy",
        hint="Look at the log, or set another health_path.",
        evidence=tail,
    )


def _places(listeners: Sequence[Listener]) -> str:
    return ", ".join(
        f"[{found.address}]:{found.port}" if ":" in found.address else f"{found.address}:{found.port}"
        for found in listeners
    )
