"""The word of a key in the bottom line, as things stand: ``start`` for what is stopped, none for what makes no sense.

Pure. The key itself works all the same, and answers.
"""

from dataclasses import dataclass

from textual.binding import Binding

from runix_tui.tui.listing import Entry
from runix_tui.tui.looks import Look


@dataclass(frozen=True, slots=True)
class Where:
    """How things stand: the chosen row; whether rows are ``marked``; whether there is a way ``out`` to the list."""

    entry: Entry | None
    marked: bool = False
    out: bool = False


def key_word(binding: Binding, where: Where) -> str:
    """The word of ``binding`` now; empty: it is not to be shown."""
    entry = where.entry
    match binding.id:
        case "view.back":
            return "back" if where.out else "unmark" if where.marked else ""
        case "deployment.cancel":
            return binding.description if where.marked or (entry and entry.look is Look.WORKING) else ""
        case "deployment.stop" if entry and not where.marked:
            return "start" if entry.look is Look.STOPPED else "stop"
        case "deployment.open" | "deployment.copy_url":
            return binding.description if entry and entry.url else ""
        case str(name) if name.startswith(("deployment.", "list.")) and name not in ("deployment.add", "list.filter"):
            return binding.description if entry else ""
        case _:
            return binding.description
