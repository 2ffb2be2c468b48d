"""Procfile: the start command that the repository's people wrote down. Which language it is, others find out."""

import re

from runix_tui.core.plan import Origin
from runix_tui.core.ports import SourceTree
from runix_tui.plan.commands import with_exec
from runix_tui.plan.request import GivenStart

_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(.+)")


def given(tree: SourceTree) -> GivenStart | None:
    """The ``web`` process (or the only one) of a Procfile; ``release`` runs before it at every start."""
    processes = _processes(tree.text("Procfile") or "")
    release = processes.pop("release", None)
    name = "web" if "web" in processes else next(iter(processes), None) if len(processes) == 1 else None
    if name is None:
        return None
    number, command = processes[name]
    source = f"Procfile:{number}"
    if release is None:
        return GivenStart(command, Origin(source=source, reason=f"the process {name}"))
    text = f"{release[1]} && {with_exec(command)}"
    return GivenStart(text, Origin(source=source, reason=f"the process {name}, after release (line {release[0]})"))


def _processes(text: str) -> dict[str, tuple[int, str]]:
    """Process name → (line, command)."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        match = _LINE.fullmatch(line.strip())
        if match:
            found[match[1]] = (number, match[2].strip())
    return found
