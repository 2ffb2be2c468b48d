"""``runix bases``: the base images that services are built on, for work without a network."""

from typing import Annotated

import typer

from runix_tui.cli.output import as_json, line, say, size, table
from runix_tui.cli.session import home

app = typer.Typer(help="Base images, shared by all homes.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(help="python, python:3.11, node:20, … Default: the usual ones.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("ls")
def list_(json: Json = False) -> None:
    """List the base images in local storage."""
    from runix_tui.bootstrap import maintenance

    found = maintenance.bases(home())
    if json:
        as_json([{"name": b.name, "variant": b.variant, "reference": b.reference, "size": b.size} for b in found])
    elif found:
        table(("NAME", "VARIANT", "SIZE", "IMAGE"), [(b.name, b.variant, size(b.size), b.reference) for b in found])
    else:
        say("None yet. `runix bases build` makes the usual ones; a deploy makes those that it needs.")


@app.command()
def pull(names: Names = None) -> None:
    """Bring base images from the registry or the configured mirror."""
    _make(names, local=False)


@app.command()
def build(names: Names = None) -> None:
    """Build base images from the distribution's packages."""
    _make(names, local=True)


def _make(names: list[str] | None, *, local: bool) -> None:
    from runix_tui.bootstrap import maintenance

    for reference in maintenance.make_bases(home(), tuple(names or ()), local=local, say=say):
        line(reference)
