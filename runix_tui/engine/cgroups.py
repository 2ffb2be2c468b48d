"""The control group of a build: what it is called, and how everything in it is ended.

The engine does not stop a running RUN step when its client hangs up, so this does: by the build's id, which is part of
the group's path, and which ``/proc`` tells of every process. One way for both cgroup versions.
"""

import asyncio
import contextlib
import os
import re
import signal
from pathlib import Path

PREFIX = "runix-build-"
_PROC = Path("/proc")
_POLL = 0.02  # seconds
_QUIET = 5  # looks in a row that find nothing: then the build is over
_LONGEST = 10.0  # seconds; a process that outlives this is stuck in the kernel
_DELEGATED = re.compile(r"0::(/.*?/user@\d+\.service)(?:/|$)")


def parent(build_id: str, *, rootless: bool, own: str | None = None) -> str | None:
    """The group to ask the engine for; None where a user may make none.

    Builds take it as a path in the cgroup file system whatever manager containers use. Without root it must lie in the
    tree that systemd handed to the user; ``own`` is the text of ``/proc/self/cgroup``.
    """
    if not rootless:
        return f"/{PREFIX}{build_id}"
    text = (_PROC / "self/cgroup").read_text() if own is None else own
    found = _DELEGATED.search(text)
    return f"{found[1]}/{PREFIX}{build_id}" if found else None


def members(build_id: str, proc: Path = _PROC) -> list[int]:
    """Processes of a build."""
    mark = f"/{PREFIX}{build_id}".encode()
    found = []
    for folder in proc.iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):  # it ended meanwhile
                if mark in (folder / "cgroup").read_bytes():
                    found.append(int(folder.name))
    return found


async def end(build_id: str) -> None:
    """Kill all processes of a build, also those that come while this works; returns when none was left for a while."""
    quiet = 0
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _LONGEST
    while quiet < _QUIET and loop.time() < deadline:
        found = await loop.run_in_executor(None, members, build_id)
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        quiet = 0 if found else quiet + 1
        await asyncio.sleep(_POLL)
