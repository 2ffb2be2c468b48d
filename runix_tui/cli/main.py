"""``runix``: the commands put together, and how an error becomes a message and an exit code."""

import contextlib
import os
import sys
from typing import Annotated

import typer

from runix_tui import __version__
from runix_tui.cli import admin, bases, completion, deploy, env, read, serve, services
from runix_tui.cli.output import line, say
from runix_tui.cli.session import hide_token
from runix_tui.errors import EXIT_FAILED, EXIT_TRANSIENT, EXIT_USAGE, InvalidRequest, RunixError, Unavailable

INTERRUPTED = 130  # as shells give it for ctrl-c

app = typer.Typer(
    name="runix",
    invoke_without_command=True,
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
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version and end.")
    ] = False,
) -> None:
    """Deploy git repositories as services on this machine."""
    if context.invoked_subcommand is None:
        line(context.get_help())
        say("\nThis release has no full-screen front end yet: these commands are all there is.")


def main() -> None:
    """The console script."""
    hide_token()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that somebody put in its place
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # terminals that are not UTF-8
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
    for text in getattr(error, "evidence", ()):
        say(f"  | {text}")
    if error.hint:
        say(f"  {error.hint}")


def _code(error: RunixError) -> int:
    """Of the exit codes: 75 only for what may pass by itself."""
    if isinstance(error, InvalidRequest):
        return EXIT_USAGE
    if isinstance(error, Unavailable) and not error.transient:
        return EXIT_FAILED
    return EXIT_TRANSIENT if error.transient else error.exit_code
