"""What pydantic says of a wrong setting, said to people."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

_WORDS = {
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "value_error": "{error}",
    "model_type": "must be a section, such as [build]",
    "extra_forbidden": "is not a setting",
}


def key_of(fault: Mapping[str, Any]) -> str:
    """The key that one of ``ValidationError.errors()`` is about: ``build.cpus``, also for a part of its value."""
    parts = fault["loc"] if fault["loc"][:2] == ("git", "credentials") else fault["loc"][:2]
    return ".".join(map(str, parts))


def said(fault: Mapping[str, Any], known: Iterable[str]) -> str:
    """What is wrong with it; ``known`` are the keys there are."""
    told = _WORDS.get(fault["type"], "").format(**fault.get("ctx", {})) or str(fault["msg"])
    told = told.replace("Input should be", "must be")
    return told + suggestion(key_of(fault), known) if fault["type"] == "extra_forbidden" else told


def suggestion(key: str, known: Iterable[str]) -> str:
    """``; did you mean 'build.cpus'?``, or nothing when no known key is close."""
    close = get_close_matches(key.lower(), list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
