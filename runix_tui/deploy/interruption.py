"""Why a version failed that was on its way when Runix ended, and what to do about it."""

from runix_tui.core.models import Kind
from runix_tui.errors import Failure

_BUILD = Failure(
    "interrupted",
    "Runix ended while this version was on its way",
    "Redeploy to build it again; what served before still serves.",
    transient=True,
)
_ROLLBACK = Failure(
    "rollback_interrupted",
    "Runix ended before this rollback was done",
    "Roll back again; what served before still serves.",
    transient=True,
)


def interrupted(kind: Kind) -> Failure:
    """The failure of a version of this kind."""
    return _ROLLBACK if kind is Kind.ROLLBACK else _BUILD
