"""Names: what a service, a project and an environment variable may be called, and how things in the engine are named."""

import re
import string
from collections.abc import Callable, Sequence

NAME_RULE = "1-40 characters of a-z, 0-9 and '-', beginning with a letter, not ending in '-'"
ENV_RULE = "letters, digits and '_', not beginning with a digit"
ENV_VALUE_MAX = 64 * 1024
ENV_TOTAL_MAX = 1024 * 1024
SUBDOMAIN_ALPHABET = string.ascii_lowercase + "23456789"
SUBDOMAIN_SUFFIX = 4

_NAME = re.compile(r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?", re.ASCII)
_ENV = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


def is_service_name(name: str) -> bool:
    """Whether ``name`` follows :data:`NAME_RULE` (projects are named by the same rule)."""
    return _NAME.fullmatch(name) is not None


def is_env_name(name: str) -> bool:
    """Whether a process can have a variable of this name, by :data:`ENV_RULE`."""
    return _ENV.fullmatch(name) is not None


def subdomain(name: str, choose: Callable[[Sequence[str]], str]) -> str:
    """``name`` and four random characters (``my-api-x7kf``); ``choose`` is a random source's ``choice``."""
    return f"{name}-{''.join(choose(SUBDOMAIN_ALPHABET) for _ in range(SUBDOMAIN_SUFFIX))}"
