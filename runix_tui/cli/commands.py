"""The commands of ``runix``, put together."""

from typing import Annotated

import typer

from runix_tui import __version__
from runix_tui.cli import admin, bases, completion, deploy, env, front, read, serve, services, web
from runix_tui.cli.output import line

app = typer.Typer(
    name="runix",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for room in (serve, web, deploy, read, services, admin, completion):
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
    select: Annotated[str, typer.Option(metavar="NAME", hidden=True)] = "",
) -> None:
    """Deploy git repositories as services on this machine. Alone, in a terminal: the full-screen UI."""
    if context.invoked_subcommand is None:
        if reason := front.missing():
            line(context.get_help())
            front.refuse(reason)
        else:
            front.show(select)


def run() -> None:
    """What the arguments say. Raises ``SystemExit``, and ``RunixError`` for what is wrong."""
    completion.enable()
    app(standalone_mode=True)
