"""How a deployment stands, as a person sees it: one symbol, one word, one colour, and the reason when it is not well.

Pure, and of plain values: drawn before the first answer of the server.
"""

from enum import StrEnum
from typing import TYPE_CHECKING

from runix_tui.core.terminal import plain

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment


class Look(StrEnum):
    """How a deployment stands, as a person sees it: one symbol, one word, one colour."""

    LIVE = "live"
    LIVE_LAST_FAILED = "last failed"
    WORKING = "working"
    FAILED = "failed"
    STOPPED = "stopped"


SYMBOLS = {
    Look.LIVE: "●",
    Look.LIVE_LAST_FAILED: "▲",
    Look.WORKING: "◐",
    Look.FAILED: "✗",
    Look.STOPPED: "■",
}
COLOURS = {  # names of theme variables
    Look.LIVE: "text-success",
    Look.LIVE_LAST_FAILED: "text-warning",
    Look.WORKING: "text-accent",
    Look.FAILED: "text-error",
    Look.STOPPED: "text-muted",
}


def look(deployment: "Deployment") -> Look:
    """How ``deployment`` stands."""
    if deployment.status == "building":
        return Look.WORKING
    if deployment.status == "running":
        return Look.LIVE_LAST_FAILED if deployment.error else Look.LIVE
    return Look.STOPPED if deployment.status == "stopped" else Look.FAILED


def word(deployment: "Deployment") -> str:
    """The word beside the symbol: the stage's name while it is on its way."""
    found = look(deployment)
    return str(deployment.phase or "queued") if found is Look.WORKING else str(found)


def reason(deployment: "Deployment") -> str:
    """Why its newest version failed, in one line; empty when it did not. The service's own name is not said again."""
    if deployment.error is None or look(deployment) is Look.WORKING:
        return ""
    told = plain(deployment.error.message).split("\n", 1)[0].strip()
    for start in (f"{deployment.service_name} ", "The service ", "The process ", "It "):
        if told.startswith(start):
            told = told[len(start) :]
    return told.rstrip(".")
