"""Variables in FROM lines and EXPOSE: the few forms that builders know, resolved before the engine sees the text."""

import platform
import re
from collections.abc import Mapping

_REFERENCE = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+])([^${}]*))?\})")
_MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}


def builtins() -> dict[str, str]:
    """What builders predefine for FROM: the platform, which is always this machine's."""
    arch = _MACHINES.get(platform.machine(), platform.machine())
    values: dict[str, str] = {}
    for side in ("BUILD", "TARGET"):
        values |= {f"{side}PLATFORM": f"linux/{arch}", f"{side}OS": "linux", f"{side}ARCH": arch, f"{side}VARIANT": ""}
    return values


def expand(text: str, values: Mapping[str, str]) -> str:
    """``text`` with ``$A``, ``${A}``, ``${A:-b}``, ``${A-b}``, ``${A:+b}``, ``${A+b}`` replaced.

    Raises ``KeyError`` (the name) for one that has no value and no default, ``ValueError`` for any other form.
    """
    result = _REFERENCE.sub(lambda match: _value(match, values), text)
    if "$" in _REFERENCE.sub("", text):
        raise ValueError(text)
    return result


def _value(match: re.Match[str], values: Mapping[str, str]) -> str:
    name, operator, word = match[1] or match[2], match[3] or "", match[4] or ""
    value = values.get(name)
    present = bool(value) if operator.startswith(":") else value is not None
    if operator.endswith("+"):
        return word if present else ""
    if operator.endswith("-"):
        return value if present and value is not None else word
    if value is None:
        raise KeyError(name)
    return value


def assignments(rest: str) -> dict[str, str | None]:
    """``A=1 B="two words" C`` of an ARG or ENV line as names and values (None: no value given)."""
    found: dict[str, str | None] = {}
    for match in re.finditer(r"([A-Za-z_][A-Za-z0-9_]*)(?:=((?:\"[^\"]*\"|'[^']*'|\\.|[^\s\"'\\])*))?(?=\s|$)", rest):
        value = match[2]
        found[match[1]] = None if value is None else re.sub(r"\\(.)|[\"']", r"\1", value)
    return found
