"""Reading a request's body: JSON to the letter, of a bounded size, then checked against a schema.

JSON here is stricter than Python's: a key twice, NaN, lone surrogates, a number of thousands of digits and nesting that
nobody means are all broken JSON (400), because each would make two readers of one request disagree.
"""

import json
from typing import Any, NoReturn, TypeVar

from fastapi import Request
from pydantic import ValidationError

from runix_tui.api.fields import Fault, field_errors
from runix_tui.api.schemas import Body
from runix_tui.errors import Refused, UnsupportedMedia

MAX_DEPTH = 32  # no schema of ours is deeper than 2
_JSON_TYPES = frozenset({"application/json", "application/merge-patch+json"})

Model = TypeVar("Model", bound=Body)


async def read(request: Request, model: type[Model], *, context: object = None, optional: bool = False) -> Model:
    """The body as ``model``. ``optional``: no body is the model's defaults.

    Raises ``Refused`` (400, 415) for what is not JSON and ``InvalidRequest`` with all wrong fields at once.
    """
    raw = await request.body()
    if not raw:
        if optional:
            return model()
        raise Refused("The body is empty", hint="Send a JSON object with the header 'Content-Type: application/json'.")
    _check_type(request)
    return validated(parse(raw), model, context)


def parse(raw: bytes) -> Any:
    """JSON as values. Raises ``Refused`` saying where it is broken."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"The body is not UTF-8: byte {error.start}") from error
    try:
        value = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise Refused(f"Broken JSON: {error.msg}, line {error.lineno} column {error.colno}") from error
    except RecursionError as error:
        raise Refused("Broken JSON: nested too deeply") from error
    except ValueError as error:  # an integer of more digits than Python converts
        raise Refused("Broken JSON: a number is too long") from error
    _check_values(value)
    return value


def validated(value: Any, model: type[Model], context: object = None) -> Model:
    """``value`` as ``model``. Raises ``InvalidRequest`` with all that is wrong."""
    faults: list[Fault] = []
    checked: Model | None = None
    try:
        checked = model.model_validate(value, context=context)
    except ValidationError as error:
        faults += error.errors(include_url=False)
    if isinstance(value, dict):
        faults = model.refine(value, faults)
    if checked is None or faults:
        raise field_errors(faults, known=list(model.model_fields))  # no cause: it would hold the user's values
    return checked


def _check_type(request: Request) -> None:
    sent = request.headers.getlist("content-type")
    media, _, parameters = (sent[0] if sent else "").partition(";")
    charset = parameters.lower().replace(" ", "").replace('"', "").partition("charset=")[2].partition(";")[0]
    if len(sent) != 1 or media.strip().lower() not in _JSON_TYPES or charset not in ("", "utf-8", "utf8"):
        raise UnsupportedMedia(f"The body's type is {sent[0]!r}" if sent else "The body has no Content-Type")
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedMedia(f"The body is encoded as {encoding!r}", hint="Send the JSON as it is, not compressed.")


def _no_constant(name: str) -> NoReturn:
    raise Refused(f"Broken JSON: {name} is not a JSON value")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise Refused(f"Broken JSON: the key {twice[:100]!r} is there twice")
    return found


def _check_values(value: Any) -> None:
    """No lone surrogates and no depth beyond :data:`MAX_DEPTH`, without recursion."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        if not level:
            return
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                _check_text(item)
            elif isinstance(item, dict):
                below += item.keys()
                below += item.values()
            elif isinstance(item, list):
                below += item
        level = below
    raise Refused("Broken JSON: nested too deeply")


def _check_text(text: str) -> None:
    if text.isascii():
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Refused("Broken JSON: a string has half of a surrogate pair") from error
