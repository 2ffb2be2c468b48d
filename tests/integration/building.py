"""Builds as a deploy makes them: a passing fault (others on this engine removed images meanwhile) is tried again."""

from runix_tui.core.ports import BuildRequest, Image, LogSink
from runix_tui.engine.engine import PodmanEngine
from runix_tui.errors import BuildError

TRIES_AGAIN = 2


async def built(engine: PodmanEngine, request: BuildRequest, log: LogSink) -> Image:
    """The image of a request. Raises ``BuildError``."""
    for _ in range(TRIES_AGAIN):
        try:
            return await engine.build(request, log)
        except BuildError as error:
            if not error.transient:
                raise
    return await engine.build(request, log)
