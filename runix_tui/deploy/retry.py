"""A passing fault is worth another try; everything else is told at once."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from runix_tui.deploy.walk import Walk
from runix_tui.errors import DeployError, Unavailable

PAUSES = (1.0, 4.0)  # seconds before the second and the third try

T = TypeVar("T")


async def retrying(attempt: Callable[[], Awaitable[T]], walk: Walk) -> T:
    """What ``attempt`` gives, tried again after each transient failure, three times at most."""
    for pause in PAUSES:
        try:
            return await attempt()
        except (DeployError, Unavailable) as error:
            if not error.transient:
                raise
            walk.say(f"{error.message}; trying again in {pause:.0f} s")
            await walk.pause(pause)
    return await attempt()
