"""Looks after the installation for front ends: its health, and config.toml. What is looked at is in ``maintenance.py``,
how a text is edited in ``config.editing``."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from runix_tui.bootstrap.private import using, write_private
from runix_tui.config import Config, editing, parse, text_of
from runix_tui.core.activity import Activity, ActivitySource
from runix_tui.core.checkup import Check
from runix_tui.core.settings import Settings
from runix_tui.errors import ConfigError, Conflict
from runix_tui.locations import PRIVATE_DIR, Locations


class Caretaker:
    """``core.ports.Installation`` of a home whose server runs with ``config``; ``starting`` tells whether its start-up
    is on its way."""

    def __init__(
        self, locations: Locations, config: Config, activity: Activity, *, starting: Callable[[], bool]
    ) -> None:
        self._locations = locations
        self._config = config
        self._activity = activity
        self._starting = starting
        self._changing = asyncio.Lock()

    async def checkup(self) -> list[Check]:
        """What works on this machine and what does not."""
        examine = await asyncio.to_thread(_examiner)
        return await examine(self._locations, starting=self._starting())

    async def settings(self) -> Settings:
        """config.toml. Raises ``Conflict`` (``config``) while it is wrong."""
        return await asyncio.to_thread(self._read)

    async def change_settings(self, changes: Mapping[str, Any]) -> Settings:
        """Change keys of config.toml, and tell it; also what was refused. Raises ``InvalidRequest``, ``Conflict``."""
        async with self._changing:
            with self._activity.doing(ActivitySource.SETTINGS, "change", self._locations.config_file.name) as note:
                before = await self.settings()  # a file that is wrong is for a person to mend
                await asyncio.to_thread(self._change, changes)
                after = await self.settings()
                note(editing.difference(before.settings, after.settings) or "nothing changed")
        return after

    def _read(self) -> Settings:
        path = self._locations.config_file
        with _as_conflict():
            text = text_of(path)
            config = parse(text, path)
        restart = config.of_server != self._config.of_server
        return Settings(str(path), text, editing.settings(text, config), restart=restart)

    def _change(self, changes: Mapping[str, Any]) -> None:
        path = self._locations.config_file.resolve()  # a link stays one
        with _as_conflict(), using(path):
            changed = editing.changed(text_of(path), changes)
            path.parent.mkdir(PRIVATE_DIR, parents=True, exist_ok=True)
            write_private(path, changed)


class _Examine(Protocol):
    """``maintenance.examine``."""

    def __call__(self, locations: Locations, *, starting: bool) -> Awaitable[list[Check]]: ...


def _examiner() -> _Examine:
    """What looks at the machine is not loaded before somebody asks."""
    from runix_tui.bootstrap import maintenance

    return maintenance.examine


@contextmanager
def _as_conflict() -> Iterator[None]:
    """The server runs on, with what the file said before."""
    try:
        yield
    except ConfigError as error:
        raise Conflict(error.message, hint=error.hint, code=error.code) from error
