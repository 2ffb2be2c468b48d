"""Names: what services, projects and variables may be called, and how things in the engine are named."""

import re
import string
from collections.abc import Callable, Sequence

NAME_RULE = "1-40 characters of a-z, 0-9 and '-', beginning with a letter, not ending in '-'"
NAME_MAX = 40
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


def nearest_service_name(text: str) -> str | None:
    """The good name that is most like ``text``; None when nothing of it would be left."""
    near = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-").lstrip("0123456789-")[:NAME_MAX].rstrip("-")
    return near if is_service_name(near) else None


def is_env_name(name: str) -> bool:
    """Whether a process can have a variable of this name, by :data:`ENV_RULE`."""
    return _ENV.fullmatch(name) is not None


def subdomain(name: str, choose: Callable[[Sequence[str]], str]) -> str:
    """``name`` and four random characters (``my-api-x7kf``); ``choose`` is a random source's ``choice``."""
    return f"{name}-{''.join(choose(SUBDOMAIN_ALPHABET) for _ in range(SUBDOMAIN_SUFFIX))}"


def short_home(home: str) -> str:
    """The part of a home's uuid that names in the engine carry; labels carry the whole."""
    return home.replace("-", "")[:8]


def network(home: str, project_id: str | None) -> str:
    """The network of a project (None: the default one)."""
    return f"runix-{short_home(home)}-{project_id.replace('-', '')[:12] if project_id else 'default'}"


def is_project_network(home: str, name: str) -> bool:
    """Whether ``name`` is the network of a project of this home (and not, say, the one that builds use)."""
    return re.fullmatch(rf"runix-{short_home(home)}-(default|[0-9a-f]{{12}})", name) is not None


def container(home: str, subdomain: str, version: int, run: str) -> str:
    """A container of a version; ``run`` tells several starts of it apart."""
    return f"runix-{short_home(home)}-{subdomain}-v{version}-{run}"


def image(home: str, subdomain: str, version: int) -> str:
    """The tag of a version's image."""
    return f"localhost/runix-{short_home(home)}/{subdomain}:v{version}"
