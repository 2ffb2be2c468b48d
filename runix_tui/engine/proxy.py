"""Which proxies of the host's environment builds get, as a value.

They go in as the engine's predefined build arguments, which are part of no image and of no history. Running services
get none: the engine's own configuration says ``http_proxy = false``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

_ADDRESSES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY")  # arguments that every engine knows by itself
_EXCEPTIONS = "NO_PROXY"


@dataclass(frozen=True, slots=True)
class Proxies:
    """``arguments`` are build arguments in both spellings; ``notes`` are lines for the build log."""

    arguments: Mapping[str, str]
    notes: tuple[str, ...] = ()


def build_proxies(environ: Mapping[str, str]) -> Proxies:
    """The host's proxies that a build can reach. One on the host's loopback cannot be reached from inside a build,
    which has a network of its own: it is left out, and said."""
    arguments: dict[str, str] = {}
    notes = []
    for name in _ADDRESSES:
        value = _value(environ, name)
        if not value:
            continue
        if is_loopback(value):
            notes.append(
                f"{name} names a proxy on this machine's loopback address ({_host(value)}), which builds cannot reach: "
                "it is not used in builds. Give the proxy an address of this machine on the network instead."
            )
            continue
        arguments |= {name: value, name.lower(): value}
    exceptions = _value(environ, _EXCEPTIONS)
    if arguments and exceptions:
        arguments |= {_EXCEPTIONS: exceptions, _EXCEPTIONS.lower(): exceptions}
    return Proxies(arguments, tuple(notes))


def is_loopback(url: str) -> bool:
    """Whether a proxy's address means the machine itself."""
    host = _host(url)
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _host(url: str) -> str:
    """The host alone: never the user info, which may hold a password."""
    text = url if "//" in url else f"//{url}"
    try:
        return (urlsplit(text).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def _value(environ: Mapping[str, str], name: str) -> str:
    """Lower case wins, as in curl."""
    return environ.get(name.lower()) or environ.get(name, "")
