"""What pydantic says of a wrong request, said to people: the path of each field, what is wrong, what to do.

No rule of any one field lives here; those are in ``schemas`` and ``queries``.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from pydantic_core import PydanticCustomError

from runix_tui.errors import FieldError, InvalidRequest, NotAvailableYet

Fault = Mapping[str, Any]
"""One of pydantic's ``ValidationError.errors()``: ``type``, ``loc``, ``msg``, ``input``, ``ctx``."""

NOT_AVAILABLE = "not_available_yet"
_PATH_PART_MAX = 100  # characters of a user's own key that are echoed
_OURS = frozenset({"invalid", NOT_AVAILABLE})

_KINDS = {
    "string_type": "a string",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "int_parsing": "a whole number",
}
_BOUNDS = {"greater_than_equal": ("at least", "ge"), "less_than_equal": ("at most", "le")}


def wrong(message: str, *, hint: str = "", code: str = "invalid") -> PydanticCustomError:
    """What a validator raises for a value that is not right."""
    kind = NOT_AVAILABLE if code == NOT_AVAILABLE else "invalid"
    return PydanticCustomError(kind, "{message}", {"message": message, "hint": hint})


def fault_of(location: tuple[int | str, ...], error: PydanticCustomError) -> Fault:
    """A fault as pydantic would list it."""
    return {"type": error.type, "loc": location, "msg": error.message(), "ctx": error.context or {}}


def suggestion(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?``, or nothing when no known word is close."""
    close = get_close_matches(word.lower().replace("-", "_"), list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""


def one_of(word: str, known: Sequence[str]) -> str:
    """The message for a word that is none of the known ones."""
    return f"{shown(word)} is not one of: {', '.join(known)}{suggestion(word, known)}"


def shown(value: str) -> str:
    """A user's value as a message quotes it: short, and never with control characters."""
    text = value if len(value) <= _PATH_PART_MAX else value[:_PATH_PART_MAX] + "…"
    return repr(text)


def field_errors(faults: Sequence[Fault], *, known: Sequence[str] = (), skip: int = 0) -> InvalidRequest:
    """All of pydantic's ``faults`` as one error. ``skip`` leading parts of each location are not part of the path."""
    seen: dict[str, FieldError] = {}
    hints: list[str] = []
    missing_feature = False
    for fault in faults:
        path = _path(fault["loc"][skip:])
        seen.setdefault(path, FieldError(path, _message(fault, known)))
        missing_feature = missing_feature or fault["type"] == NOT_AVAILABLE
        hint = fault.get("ctx", {}).get("hint", "") if fault["type"] in _OURS else ""
        if hint and hint not in hints:
            hints.append(hint)
    errors = tuple(seen.values())
    summary = f"{errors[0].path}: {errors[0].message}"
    if len(errors) > 1:
        summary = f"{len(errors)} fields are wrong; {summary}"
    kind = NotAvailableYet if missing_feature else InvalidRequest
    return kind(summary, errors=errors, hint=" ".join(hints))


def _path(location: Sequence[int | str]) -> str:
    parts = [str(part)[:_PATH_PART_MAX] for part in location if part != "[key]"]
    return ".".join(parts) or "body"


def _message(fault: Fault, known: Sequence[str]) -> str:
    kind, value, context = fault["type"], fault.get("input"), fault.get("ctx", {})
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        word = str(fault["loc"][-1])
        fields = f"the fields are: {', '.join(known)}" if known else "no field is expected here"
        return f"is not a field of this request{suggestion(word, known) or '; ' + fields}"
    if kind in _KINDS:
        return f"must be {_KINDS[kind]}, not {_named(value)}"
    if kind in _BOUNDS:
        words, bound = _BOUNDS[kind]
        return f"must be {words} {context[bound]}"
    if kind == "enum":
        return f"must be one of: {str(context.get('expected', '')).replace(chr(39), '').replace(' or ', ', ')}"
    return str(fault["msg"])


def _named(value: object) -> str:
    """What JSON calls the type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    names = {int: "a number", float: "a number", str: "a string", list: "an array", dict: "an object"}
    return names.get(type(value), type(value).__name__)
