"""Options and arguments that several commands have, each described once."""

from typing import Annotated

import typer

Name = Annotated[str, typer.Argument(help="NAME or PROJECT/NAME.", show_default=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not wait for the end.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
