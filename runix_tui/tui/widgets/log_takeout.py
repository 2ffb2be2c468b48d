"""How lines leave a log pane: to the clipboard, to a file, to a pager. Always says what it did, and where."""

import asyncio
import os
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from textual.app import SuspendNotSupported

from runix_tui.tui.loan import lend
from runix_tui.tui.logs import export
from runix_tui.tui.logs.reading import Reading
from runix_tui.tui.logs.spool import FULL
from runix_tui.tui.logs.stamps import Stamps
from runix_tui.tui.shell import pager
from runix_tui.tui.widgets.log_status import count
from runix_tui.tui.widgets.log_view import LogView

FEW = 5000  # lines that may fit into the clipboard; more are not even tried


class TakeOut:
    """Takes out lines that ``view`` shows of ``reading``."""

    def __init__(self, view: LogView, reading: Reading) -> None:
        self._view = view
        self._reading = reading

    async def copy(self, ids: Sequence[int]) -> None:
        """Copy the selection, or else these lines; what no terminal takes goes to a file."""
        text = self._view.hand.text(ids) if len(ids) <= FEW else None
        if text is not None and export.fits_clipboard(text):
            self._view.app.copy_to_clipboard(text)
            self._say(f"Copied {count(len(ids))}.")
            return
        path = await self._write(ids, colours=False)
        if path is not None:
            self._say(f"Too much for a clipboard: {count(len(ids))} are in {path}")

    async def save(self) -> None:
        """All lines that are shown, to a file."""
        ids = self._reading.rows.snapshot()
        path = await self._write(ids, colours=False)
        if path is not None:
            more = "" if self._reading.log.complete else " Older ones are not fetched yet: g fetches them."
            self._say(f"Saved {count(len(ids))} to {path}.{more}")

    async def page(self) -> None:
        """All lines that are shown, in the user's pager; the screen is the pager's until it ends."""
        ids = self._reading.rows.snapshot()
        with tempfile.TemporaryDirectory(prefix="runix-log-") as folder:
            name = f"{export.file_name(self._reading.log.source)}.log"
            path = await self._write(ids, colours=True, path=Path(folder) / name)
            if path is None:
                return
            command = pager()
            try:
                await lend(self._view.app, [*command, str(path)], environment={"LESS": os.environ.get("LESS") or "-R"})
            except SuspendNotSupported:
                self._say("This terminal cannot be handed to a pager; S saves the lines.", wrong=True)
            except OSError as error:
                self._say(f"{command[0]} cannot be started ({error.strerror}): set PAGER.", wrong=True)

    async def _write(self, ids: Sequence[int], *, colours: bool, path: Path | None = None) -> Path | None:
        """The lines in a file; None when that failed, and was said."""
        source, lines = self._reading.log.source, self._reading.log.spool.still()  # the log may be left meanwhile
        stamps = self._view.look.stamps is not Stamps.OFF
        try:
            path = path or export.new_file(source, datetime.now().astimezone())
            await asyncio.to_thread(export.write, path, source, lines, ids, stamps=stamps, colours=colours)
        except OSError as error:
            todo = " Make room there and try again." if error.errno in FULL else ""
            self._say(f"The lines cannot be written to {path or error.filename}: {error.strerror}.{todo}", wrong=True)
            return None
        return path

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self._view.notify(text, severity="error" if wrong else "information", markup=False)
