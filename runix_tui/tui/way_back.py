"""What rolling back would do, and why it cannot: from the history alone. Pure; the server decides in the end."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from runix_tui.core.stages import Stage, VersionStatus

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment, HistoryEntry, VersionDetails

KEEP = 5  # releases whose images are kept, where the settings are not known
NEWEST = "After Esc, r builds the newest commit."  # in the question itself r does nothing
_SERVED = frozenset({VersionStatus.RUNNING, VersionStatus.REPLACED, VersionStatus.STOPPED})
_START = frozenset({Stage.STARTING, Stage.CHECKING, Stage.ROUTING})


def served(entry: "HistoryEntry") -> bool:
    """Whether it answered requests once."""
    return entry.status in _SERVED


def way_back(history: "Sequence[HistoryEntry]", deployment: "Deployment") -> int | None:
    """The version that is gone back to when none is named: the newest before the serving one that ever served."""
    before = deployment.version or 0
    return next((entry.version for entry in history if entry.version < before and served(entry)), None)


def images_kept(history: "Sequence[HistoryEntry]", keep: int = KEEP) -> frozenset[str]:
    """Ids of the images that are kept for a way back: those of the last ``keep`` that ran."""
    ran = [entry.image_id for entry in history if entry.image_id and served(entry)]
    return frozenset(list(dict.fromkeys(ran))[:keep])


def refusal(
    history: "Sequence[HistoryEntry]", deployment: "Deployment", number: int | None, keep: int = KEEP
) -> str | None:
    """Why it is no use to try; None: it can be tried."""
    if number is None:
        return f"No version before the one that serves ever served. {NEWEST}"
    entry = next((entry for entry in history if entry.version == number), None)
    if entry is None:
        return f"There is no version {number} any more."
    if number == deployment.version and deployment.serving:
        return f"v{number} is what serves. {NEWEST}"
    if not served(entry):
        return f"v{number} never served ({entry.status}): choose one that did."
    if entry.image_id not in images_kept(history, keep) and number != deployment.version:
        return f"The image of v{number} is gone: the last {keep} that ran are kept. {NEWEST}"
    return None


def seconds_to_start(version: "VersionDetails") -> float | None:
    """How long it took from its image to its first request, the last time; None: nobody measured."""
    times = [each.duration_seconds for each in version.stages if each.stage in _START and each.duration_seconds]
    return sum(times) if times else None
