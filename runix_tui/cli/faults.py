"""How an error becomes a message and an exit code."""

from runix_tui.cli.output import say
from runix_tui.errors import EXIT_FAILED, EXIT_TRANSIENT, EXIT_USAGE, InvalidRequest, RunixError, Unavailable


def told(error: RunixError) -> int:
    """Say it, with what to do next; the exit code."""
    _show(error)
    return _code(error)


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
