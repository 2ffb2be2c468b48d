"""``runix``: the console script, and how an error becomes a message and an exit code.

The commands load when one is asked for: the full-screen UI opens without them.
"""

import contextlib
import os
import sys

from runix_tui.cli import front
from runix_tui.cli.output import say
from runix_tui.cli.session import hide_token
from runix_tui.errors import EXIT_FAILED, EXIT_TRANSIENT, EXIT_USAGE, InvalidRequest, RunixError, Unavailable

INTERRUPTED = 130  # as shells give it for ctrl-c


def main() -> None:
    """The console script."""
    hide_token()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that somebody put in its place
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # terminals that are not UTF-8
    try:
        _run(sys.argv[1:])
    except RunixError as error:
        _show(error)
        sys.exit(_code(error))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads: no complaint at exit either
        sys.exit(EXIT_FAILED)


def _run(arguments: list[str]) -> None:
    if not arguments and not front.completing() and not front.missing():  # at once, see above
        front.show()
    from runix_tui.cli import commands

    commands.run()


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
