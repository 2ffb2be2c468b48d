"""What a single setting may be: ranges of numbers, and texts that name hosts and files. Says why not; reads no file."""

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

MIB = 1024**2
GIB = 1024**3
TIB = 1024**4
DAY = 24 * 3600

_LABEL = r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_HOST = re.compile(rf"({_LABEL}(\.{_LABEL})*|\[[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]+))?", re.ASCII)
_SCHEME = re.compile(r"https?://", re.ASCII)
_IMAGE_PATH = re.compile(r"[a-z0-9._/-]*", re.ASCII)


def _host(text: str) -> str:
    return _checked(text, "must be a host or host:port, such as runix.example:7676")


def _mirror(text: str) -> str:
    """What is wrong is told without the text: it may hold a password."""
    address = _SCHEME.sub("", text, count=1)
    if "@" in address:
        raise ValueError("must not hold a user name or a password")
    host, _, path = address.partition("/")
    form = "must be a host and a path, such as registry.example.com/hub"
    _checked(host, form)
    if not _IMAGE_PATH.fullmatch(path):
        raise ValueError(form)
    return text


def _checked(host: str, form: str) -> str:
    found = _HOST.fullmatch(host)
    if not found:
        raise ValueError(form)
    if found["port"] and (len(found["port"]) > 5 or not 1 <= int(found["port"]) <= 65535):
        raise ValueError("has a port that is none: ports are 1 to 65535")
    return host


def _whole_path(path: Path) -> Path:
    """A server has no working folder that its user could know."""
    if not path.is_absolute() and not str(path).startswith("~"):
        raise ValueError("must be an absolute path, or begin with ~")
    return path


Host = Annotated[str, AfterValidator(_host)]
"""A value of the Host header: a name or an address, with a port or without."""

Mirror = Annotated[str, AfterValidator(_mirror)]
"""Where a registry is: host, port and path. A scheme before them is taken and means nothing."""

WholePath = Annotated[Path, AfterValidator(_whole_path)]
"""A path that means the same wherever the server was started."""

Cores = Annotated[float, Field(ge=0.01, le=4096)]
"""From the least that the kernel's scheduler gives (1 ms of 100) on."""

Limit = Annotated[float, Field(ge=0.1, le=7 * DAY)]
"""Seconds that something may take."""

Grace = Annotated[float, Field(ge=0, le=DAY)]
"""Seconds that something is waited for; 0: not at all."""
