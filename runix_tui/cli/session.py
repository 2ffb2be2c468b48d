"""A connection to the server of this home, started in the background when none runs; and how a NAME is resolved."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from runix_tui import __version__
from runix_tui.bootstrap import detached
from runix_tui.bootstrap.home import server_hint, stored_token, take_token
from runix_tui.cli.output import say
from runix_tui.core.secret import Secret
from runix_tui.errors import InvalidRequest, NotFound
from runix_tui.locations import Locations, locate

if TYPE_CHECKING:
    from runix_tui.client import Client
    from runix_tui.core.wire import Deployment, Project


@cache
def given_token() -> Secret | None:
    """``RUNIX_TOKEN``, taken out of the environment once."""
    return take_token(os.environ)


@cache
def home() -> Locations:
    """The home that this command is about."""
    return locate(os.environ)


@contextmanager
def connected() -> "Iterator[Client]":
    """A client of this home's server. Raises ``Unavailable`` when none can be started."""
    from runix_tui.client import Client

    token, locations = given_token(), home()
    hint = server_hint(locations)
    if hint is None:
        say("No server runs on this home; starting one in the background (`runix serve --stop` ends it).")
        hint = detached.start(locations, token)
    with Client(hint.url, token or stored_token(locations), version=__version__, say=say) as client:
        yield client


def find(client: "Client", name: str) -> "Deployment":
    """The deployment called ``name`` or ``project/name`` (or with this id). Raises ``NotFound``, ``InvalidRequest``."""
    if _is_uuid(name):
        return client.deployment(name)
    project, _, service = name.rpartition("/")
    projects = {each.id: each.name for each in client.projects()}
    found = [
        each
        for each in client.deployments()
        if each.service_name == service and (not project or projects.get(each.project_id or "", "default") == project)
    ]
    if not found:
        raise NotFound(f"No service is called {name}", hint="`runix status` lists them.")
    if len(found) > 1:
        places = ", ".join(f"{projects.get(each.project_id or '', 'default')}/{service}" for each in found)
        raise InvalidRequest(f"{name} is in several projects", hint=f"Say which: {places}")
    return found[0]


def project_of(client: "Client", name: str | None, *, create: bool = False) -> "Project | None":
    """The project called ``name`` (None and ``default``: the default one, which is None)."""
    if name is None or name == "default":
        return None
    for each in client.projects():
        if name in (each.name, each.id):
            return each
    if create:
        return client.create_project(name)
    raise NotFound(f"No project is called {name}", hint="`runix deploy --project NAME` makes one.")


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return len(text) == 36
