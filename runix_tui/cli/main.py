"""``runix``: the commands put together, and how an error becomes a message and an exit code."""

import os
import sys
from typing import Annotated

import typer

from runix_tui import __version__
from runix_tui.cli import admin, bases, completion, deploy, env, read, serve, services
from runix_tui.cli.output import say
from runix_tui.errors import EXIT_FAILED, EXIT_TRANSIENT, EXIT_USAGE, InvalidRequest, RunixError

INTERRUPTED = 130  # as shells give it for ctrl-c

app = typer.Typer(
    name="runix",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (serve, deploy, read, services, admin, completion):
    room.register(app)
app.add_typer(env.app, name="env")
app.add_typer(bases.app, name="bases")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"runix {__version__}")
        raise typer.Exit


@app.callback()
def runix(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    """Deploy git repositories as services on this machine."""


def main() -> None:
    """The console script."""
    completion.enable()
    try:
        app(standalone_mode=True)
    except RunixError as error:
        _show(error)
        sys.exit(_code(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads: no complaint at exit either
        sys.exit(EXIT_FAILED)


def _show(error: RunixError) -> None:
    say(f"runix: {error.message}")
    if isinstance(error, InvalidRequest) and len(error.errors) > 1:
        for wrong in error.errors:
            say(f"  {wrong.path}: {wrong.message}")
    for line in getattr(error, "evidence", ()):
        say(f"  | {line}")
    if error.hint:
        say(f"  {error.hint}")


def _code(error: RunixError) -> int:
    if isinstance(error, InvalidRequest):
        return EXIT_USAGE
    return EXIT_TRANSIENT if error.transient else error.exit_code
