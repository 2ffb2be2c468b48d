"""``runix completion``: what a shell needs to complete commands and options."""

from typing import Annotated

import typer
from typer import completion as typers

from runix_tui.cli.output import line
from runix_tui.errors import InvalidRequest

SHELLS = ("bash", "zsh", "fish")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(completion)


def enable() -> None:
    """Have a shell that asks (through ``_RUNIX_COMPLETE``) answered in typer's own way."""
    typers.completion_init()  # type: ignore[attr-defined]  # in typer's module, but not in its __all__


def completion(shell: Annotated[str, typer.Argument(help="bash, zsh or fish.")] = "bash") -> None:
    """Print shell completion, e.g. for ~/.local/share/bash-completion/completions/runix."""
    if shell not in SHELLS:
        raise InvalidRequest.of("shell", f"there is no completion for {shell}", hint=f"Say {', '.join(SHELLS)}.")
    script = typers.get_completion_script(  # type: ignore[attr-defined]  # as above
        prog_name="runix", complete_var="_RUNIX_COMPLETE", shell=shell
    )
    line(script)
