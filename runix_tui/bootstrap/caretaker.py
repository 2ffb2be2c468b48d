"""Looks after the installation for front ends: its health, and config.toml. What is looked at is in ``maintenance.py``,
how a text is edited in ``config.editing``."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runix_tui.bootstrap.private import using, write_private
from runix_tui.config import Config, editing, load
from runix_tui.core.checkup import Check
from runix_tui.core.settings import Settings
from runix_tui.errors import ConfigError, Conflict
from runix_tui.locations import PRIVATE_DIR, Locations


class Caretaker:
    """``core.ports.Installation`` of a home whose server runs with ``config``."""

    def __init__(self, locations: Locations, config: Config) -> None:
        self._locations = locations
        self._config = config
        self._changing = asyncio.Lock()

    async def checkup(self) -> list[Check]:
        """What works on this machine and what does not."""
        examine = await asyncio.to_thread(_examiner)
        return await examine(self._locations)

    async def settings(self) -> Settings:
        """config.toml. Raises ``Conflict`` (``config``) while it is wrong."""
        return await asyncio.to_thread(self._read)

    async def change_settings(self, changes: Mapping[str, Any]) -> Settings:
        """Change keys of config.toml. Raises ``InvalidRequest``, ``Conflict``."""
        async with self._changing:
            return await asyncio.to_thread(self._change, changes)

    def _read(self) -> Settings:
        path = self._locations.config_file
        with _as_conflict():
            config, text = load(path), _text(path)
        restart = config.of_server != self._config.of_server
        return Settings(str(path), text, editing.settings(text, config), restart=restart)

    def _change(self, changes: Mapping[str, Any]) -> Settings:
        self._read()  # a file that is wrong is for a person to mend
        path = self._locations.config_file.resolve()  # a link stays one
        with _as_conflict(), using(path):
            changed = editing.changed(_text(path), changes)
            path.parent.mkdir(PRIVATE_DIR, parents=True, exist_ok=True)
            write_private(path, changed)
        return self._read()


def _examiner() -> Callable[[Locations], Awaitable[list[Check]]]:
    """What looks at the machine is not loaded before somebody asks."""
    from runix_tui.bootstrap import maintenance

    return maintenance.examine


def _text(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


@contextmanager
def _as_conflict() -> Iterator[None]:
    """The server runs on, with what the file said before."""
    try:
        yield
    except ConfigError as error:
        raise Conflict(error.message, hint=error.hint, code=error.code) from error
