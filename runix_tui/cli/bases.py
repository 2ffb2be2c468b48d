"""``runix bases``: the base images that services are built on, for work without a network."""

from typing import Annotated

import typer

from runix_tui.cli.options import Json
from runix_tui.cli.output import as_json, line, say
from runix_tui.cli.progress import Waiting
from runix_tui.cli.session import home
from runix_tui.cli.table import Column, table
from runix_tui.core.human import size

app = typer.Typer(help="Base images, shared by all homes.", no_args_is_help=True)

Names = Annotated[list[str] | None, typer.Argument(help="python, python:3.11, node:20, … Default: the usual ones.")]
COLUMNS = (Column("NAME"), Column("VARIANT"), Column("SIZE", leaves=1), Column("IMAGE", cut=True))


@app.command("ls")
def list_(json: Json = False) -> None:
    """List the base images in local storage."""
    from runix_tui.bootstrap import maintenance

    found = maintenance.bases(home())
    if json:
        as_json([{"name": b.name, "variant": b.variant, "reference": b.reference, "size": b.size} for b in found])
    elif found:
        table(COLUMNS, [(b.name, b.variant, size(b.size), b.reference) for b in found])
    else:
        say("None yet. `runix bases build` makes the usual ones; a deploy makes those that it needs.")


@app.command()
def pull(names: Names = None, json: Json = False) -> None:
    """Bring base images from the registry or the configured mirror."""
    _make(names, local=False, json=json)


@app.command()
def build(names: Names = None, json: Json = False) -> None:
    """Build base images from the distribution's packages."""
    _make(names, local=True, json=json)


def _make(names: list[str] | None, *, local: bool, json: bool) -> None:
    from runix_tui.bootstrap import maintenance

    with Waiting("building base images" if local else "pulling base images"):
        references = maintenance.make_bases(home(), tuple(names or ()), local=local, say=say)
    if json:
        as_json(references)
    for reference in () if json else references:
        line(reference)
