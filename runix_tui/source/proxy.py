"""Which proxy the environment names for an address: ``HTTPS_PROXY``, ``ALL_PROXY`` and ``NO_PROXY``. Pure.

Plain http goes direct: libgit2 (1.9.7) speaks to a proxy by CONNECT only, which is for https.
"""

import ipaddress
from collections.abc import Mapping

from runix_tui.source.urls import Address


def proxy_for(address: Address, environ: Mapping[str, str]) -> str | None:
    """The proxy's URL, or None to connect directly."""
    if address.scheme != "https" or _excluded(address, _value(environ, "no_proxy")):
        return None
    proxy = _value(environ, "https_proxy") or _value(environ, "all_proxy")
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _value(environ: Mapping[str, str], name: str) -> str:
    return environ.get(name) or environ.get(name.upper()) or ""


def _excluded(address: Address, rules: str) -> bool:
    return any(_matches(address, rule.strip().lower()) for rule in rules.replace(" ", ",").split(",") if rule.strip())


def _matches(address: Address, rule: str) -> bool:
    """``*``, a host (also its subdomains; a leading dot or ``*.`` changes nothing), ``host:port``, or a network."""
    if rule == "*":
        return True
    if "/" in rule:
        return _in_network(address.host, rule)
    host, _, port = rule.rpartition(":") if rule.count(":") == 1 else (rule.strip("[]"), "", "")
    if port and int(port) != address.origin[2] if port.isdigit() else bool(port):
        return False
    bare = host.removeprefix("*").lstrip(".")
    return address.host == bare or address.host.endswith(f".{bare}")


def _in_network(host: str, rule: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(rule, strict=False)
    except ValueError:
        return False
