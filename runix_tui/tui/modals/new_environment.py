"""The variables of a new deployment: typed, a line each, and taken in from a .env file."""

import asyncio
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import TextArea

from runix_tui.errors import InvalidRequest
from runix_tui.tui import env_file, forms, paths
from runix_tui.tui.modals.new_controls import Controls
from runix_tui.tui.widgets.completing_input import CompletingInput

HINT = "NAME=VALUE, a line each"


class EnvironmentFields(Vertical):
    """Two fields; they are also in ``controls``, as ``env`` and ``env_file``."""

    DEFAULT_CSS = """
    EnvironmentFields { height: auto; }
    EnvironmentFields TextArea { height: auto; min-height: 2; max-height: 8; background: $boost; padding: 0; }
    """

    def __init__(self, controls: Controls) -> None:
        super().__init__()
        self._controls = controls
        self._area = TextArea(compact=True, placeholder=HINT, tab_behavior="focus", show_line_numbers=False)
        self._area.cursor_blink = False
        self._file = CompletingInput(paths.files, placeholder=".env: Enter takes it in")

    def compose(self) -> ComposeResult:
        """The variables, and the file to take more from."""
        yield self._controls.add("env", "variables", self._area)
        yield self._controls.add("env_file", "from a file", self._file)

    @property
    def text(self) -> str:
        """The variables as typed."""
        return self._area.text

    def offer(self, file: Path | None) -> None:
        """A file that is there: Enter takes it in."""
        self._file.input.find(f"{file}" if file else "")
        self._controls["env_file"].note("is there: Enter takes it in" if file else "")

    def check(self) -> None:
        """Say what is wrong with them."""
        try:
            forms.env_of(self.text)
        except InvalidRequest as error:
            said = forms.wrong_fields(error)
            self._controls["env"].wrong(said.get("env") or said.get("", ""))
        else:
            self._controls["env"].wrong("")

    @on(CompletingInput.Picked)
    def pick(self, event: CompletingInput.Picked) -> None:
        """Take in the file that is named, or the one that is offered."""
        event.stop()
        self._take_in(self._file.value.strip() or self._file.input.found or ".env")

    @work(group="env_file", exclusive=True)
    async def _take_in(self, name: str) -> None:
        """The variables of a file, behind those that are there."""
        field = self._controls["env_file"]
        try:
            text = await asyncio.to_thread(env_file.read, name)
            found = forms.env_of(text)
        except InvalidRequest as error:
            field.wrong("; ".join(forms.wrong_fields(error).values()))
            return
        self._area.text = "\n".join(filter(None, [self.text.rstrip(), text.strip()])) + "\n"
        self._file.value = ""
        self._file.input.find("")
        field.note(f"{len(found)} variables of {name} were taken in")
        self._area.focus()
