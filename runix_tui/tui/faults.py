"""A failure as a person reads it: what happened, what to do about it, which key does that, and the last lines. Pure."""

from typing import TYPE_CHECKING

from textual.content import Content

from runix_tui.core.terminal import plain
from runix_tui.errors import RunixError

if TYPE_CHECKING:
    from runix_tui.core.wire import Fault

AGAIN = (("r", "try again"), ("2", "the whole log"))
_KEYS: dict[str, tuple[tuple[str, str], ...]] = {
    "loopback_bind": (("e", "set HOST=0.0.0.0"), ("3", "its log")),
    "not_listening": (("e", "set PORT"), ("3", "its log")),
    "not_reachable": (("e", "its environment"), ("3", "its log")),
    "exited": (("e", "set a missing variable"), ("3", "its log"), ("r", "try again")),
    "unhealthy": (("3", "its log"), ("r", "try again")),
    "image_gone": (("r", "build it again"),),
    "no_previous_version": (("r", "build the newest commit"), ("4", "its versions")),
    "interrupted": (("r", "deploy it again"),),
    "rollback_interrupted": (("b", "roll back again"),),
    "engine_unavailable": (("D", "what works here and what does not"), ("r", "try again")),
    "engine_missing": (("D", "how to get an engine"),),
    "disk_full": (("D", "what works here"), ("r", "try again")),
    "tls_untrusted": (("comma", "build.ca_bundle in the settings"), ("r", "try again")),
}


def keys_for(code: str) -> tuple[tuple[str, str], ...]:
    """The keys that help with a failure, the most helpful first, each with what it does."""
    return _KEYS.get(code, AGAIN)


def helpful(keys: tuple[tuple[str, str], ...]) -> Content:
    """Keys and what they do, in one line."""
    parts: list[Content] = []
    for key, does in keys:
        parts.append(Content.assemble(("," if key == "comma" else key, "bold $text-accent"), (f" {does}", "")))
    return Content(" · ").join(parts)


def fault_content(fault: "Fault", *, evidence: int = 8, keys: bool = True, here: str = "", more: str = "") -> Content:
    """All of a failure; ``evidence`` is how many of the last lines are shown at most, ``here`` a key that leads to
    where this is shown, ``more`` what else is to be known before the lines."""
    lines = [Content.assemble(("✗ ", "$text-error"), (_lines(fault.message), "bold $text-error"))]
    if fault.hint:
        lines.append(Content(_lines(fault.hint)))
    if keys:
        lines.append(helpful(tuple(each for each in keys_for(fault.code) if each[0] != here)))
    if more:
        lines.append(Content(more))
    if shown := fault.evidence[-evidence:] if evidence else []:
        lines.append(Content(""))
        lines += [Content.assemble(("│ ", "$text-error"), (plain(line), "$text-muted")) for line in shown]
    return Content("\n").join(lines)


def error_content(error: RunixError) -> Content:
    """An error of a call."""
    lines = [Content.assemble(("✗ ", "$text-error"), (_lines(error.message), "$text-error"))]
    lines += [Content.styled(_lines(error.hint), "$text-muted")] if error.hint else []
    for line in getattr(error, "evidence", ()):
        lines.append(Content.assemble(("│ ", "$text-error"), (plain(line), "$text-muted")))
    return Content("\n").join(lines)


def _lines(text: str) -> str:
    return "\n".join(map(plain, text.splitlines()))
