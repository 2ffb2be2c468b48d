"""A repository's ``.gitmodules``, read strictly and without its includes, and where a submodule may come from. Pure."""

import re
from dataclasses import dataclass

from runix_tui.core.secret import Secret
from runix_tui.errors import InvalidRequest, SourceError
from runix_tui.source import faults
from runix_tui.source.urls import Address, parse

NAME = ".gitmodules"
MAX_FILE = 256 * 1024
_SECTION = re.compile(r'\[\s*submodule\s+"((?:[^"\\]|\\.)*)"\s*\]', re.IGNORECASE)
_SETTING = re.compile(r"([A-Za-z][A-Za-z0-9-]*)\s*=\s*(.*)")


@dataclass(frozen=True, slots=True)
class Module:
    """A submodule as the repository describes it. ``url`` is a stranger's word."""

    name: str
    path: str
    url: str
    skipped: bool = False  # update = none


def read(data: bytes) -> dict[str, Module]:
    """The submodules by path."""
    sections: dict[str, dict[str, str]] = {}
    current: dict[str, str] | None = None
    for raw in data.decode("utf-8", "surrogateescape").splitlines():
        line = raw.strip()
        if line.startswith("["):
            match = _SECTION.match(line)
            current = sections.setdefault(_unescape(match[1]), {}) if match else None
        elif current is not None and (setting := _SETTING.fullmatch(line)):
            current[setting[1].lower()] = _value(setting[2])
    found = (
        Module(name, keys.get("path", "").strip("/"), keys.get("url", ""), keys.get("update", "").lower() == "none")
        for name, keys in sections.items()
    )
    return {module.path: module for module in found if module.path}


def address_of(module: Module, parent: Address) -> tuple[Address, Secret | None]:
    """Where a submodule is fetched from: https, ssh, or relative within the parent's host; from a repository on this
    machine also what is on this machine. Raises ``SourceError`` with the submodule's path."""
    try:
        if module.url.startswith(("./", "../")):
            return parent.relative(module.url), None
        address, secret = parse(module.url)
    except InvalidRequest as error:
        reason = error.errors[0].message if error.errors else error.message
        raise _refused(module, f"its address {reason}") from None
    if address.scheme in {"https", "ssh"} or parent.local:
        return address, secret
    raise _refused(module, f"its address is {address.scheme}, which only a repository on this machine may name")


def _refused(module: Module, why: str) -> SourceError:
    error = faults.unsafe(module.path, f"the submodule is refused: {why}")
    hint = "Use https, ssh, or an address relative to the repository's own in .gitmodules, and commit."
    return SourceError(error.message, hint=hint, code="submodule_refused")


def _value(text: str) -> str:
    """A value of git's configuration syntax: quotes, escapes, comments."""
    out: list[str] = []
    quoted = False
    chars = iter(text)
    for char in chars:
        if char == '"':
            quoted = not quoted
        elif char == "\\":
            out.append({"n": "\n", "t": "\t", "b": "\b"}.get(following := next(chars, ""), following))
        elif char in "#;" and not quoted:
            break
        else:
            out.append(char)
    return "".join(out).strip()


def _unescape(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
