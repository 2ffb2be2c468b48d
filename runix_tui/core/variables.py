"""Environment variables as users write them: ``K=V``, names to inherit, .env text. Pure: values stay as they are."""

from collections.abc import Mapping, Sequence
from io import StringIO

from runix_tui.core.names import ENV_RULE, is_env_name
from runix_tui.errors import InvalidRequest

FORM = "A .env file is UTF-8 text of NAME=VALUE lines; quote values of several lines."


def of_pairs(pairs: Sequence[str], environ: Mapping[str, str]) -> dict[str, str]:
    """``K=V`` as it is; ``K`` alone takes the value that ``environ`` has. Raises ``InvalidRequest``."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, given, value = pair.partition("=")
        if not is_env_name(name):
            raise InvalidRequest.of(f"env.{name}", f"not a variable's name: {ENV_RULE}")
        if not given and name not in environ:
            raise InvalidRequest.of(f"env.{name}", "is not set here", hint=f"Set it, or give {name}=VALUE.")
        found[name] = value if given else environ[name]
    return found


def of_text(text: str, environ: Mapping[str, str], *, where: str = "") -> dict[str, str]:
    """The variables of .env text: nothing in it is expanded; a name without ``=`` is taken from ``environ``.

    Raises ``InvalidRequest`` naming the line that is none of a .env file; ``where`` is said before it.
    """
    from dotenv.parser import parse_stream

    bindings = list(parse_stream(StringIO(text, newline="")))
    wrong = next((each.original.line for each in bindings if each.error), None)
    if wrong is not None:
        raise InvalidRequest(f"{where}: line {wrong} is not NAME=VALUE".removeprefix(": "), hint=FORM)
    named = [(each.key, each.value) for each in bindings if each.key is not None]
    return of_pairs([name if value is None else f"{name}={value}" for name, value in named], environ)
