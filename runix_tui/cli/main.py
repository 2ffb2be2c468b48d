"""``runix``: the console script.

The commands load when one is asked for: the full-screen UI opens without them.
"""

import contextlib
import os
import sys

from runix_tui.cli import faults, front
from runix_tui.cli.session import hide_token
from runix_tui.errors import EXIT_FAILED, EXIT_INTERRUPTED, RunixError


def main() -> None:
    """The console script."""
    hide_token()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that somebody put in its place
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # terminals that are not UTF-8
    try:
        _run(sys.argv[1:])
    except RunixError as error:
        sys.exit(faults.told(error))
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads: no complaint at exit either
        sys.exit(EXIT_FAILED)


def _run(arguments: list[str]) -> None:
    if not arguments and not front.completing() and not front.missing():  # at once, see above
        front.show()
    from runix_tui.cli import commands

    commands.run()
