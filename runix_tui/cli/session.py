"""A connection to the server of this home, started in the background when none runs; and how a NAME is resolved."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from runix_tui import __version__
from runix_tui.bootstrap import detached
from runix_tui.bootstrap.token import checked_token, other_token, stored_token, take_token
from runix_tui.cli.output import say
from runix_tui.cli.progress import Waiting
from runix_tui.core.secret import Secret
from runix_tui.errors import InvalidRequest, NotFound, Unauthorized
from runix_tui.locations import Locations, locate

if TYPE_CHECKING:
    from runix_tui.client import Client
    from runix_tui.core.wire import Deployment, Project

DEFAULT_PROJECT = "default"


@cache
def hide_token() -> str:
    """``RUNIX_TOKEN``, taken out of the environment at the first call, so that nothing that is started has it."""
    return take_token(os.environ)


def given_token() -> Secret | None:
    """``RUNIX_TOKEN``. Raises ``ConfigError`` for one that cannot be a token."""
    return checked_token(hide_token())


@cache
def home() -> Locations:
    """The home that this command is about."""
    return locate(os.environ)


@contextmanager
def connected() -> "Iterator[Client]":
    """A client of this home's server. Raises ``RunixError`` when none can be started."""
    token, locations = given_token(), home()
    hint = detached.reach(locations)
    if hint is None:
        say("No server runs on this home; starting one in the background (`runix serve --stop` ends it).")
        with Waiting("starting the server"):
            hint = detached.start(locations, token)
    from runix_tui.client import Client

    try:
        with Client(hint.url, token or stored_token(locations), version=__version__, say=say) as client:
            yield client
    except Unauthorized as error:
        raise other_token(given=token is not None) from error


def find(client: "Client", name: str) -> "Deployment":
    """The deployment called ``name`` or ``project/name`` (or with this id). Raises ``NotFound``, ``InvalidRequest``."""
    if _is_uuid(name):
        return client.deployment(name)
    project, _, service = name.rpartition("/")
    projects = {each.id: each.name for each in client.projects()}

    def project_name(each: "Deployment") -> str:
        return projects.get(each.project_id or "", DEFAULT_PROJECT)

    found = [
        each
        for each in client.deployments()
        if each.service_name == service and (not project or project_name(each) == project)
    ]
    if not found:
        raise NotFound(f"No service is called {name}", hint="`runix status` lists them.")
    if len(found) > 1:
        places = ", ".join(sorted(f"{project_name(each)}/{service}" for each in found))
        raise InvalidRequest(f"{name} is in several projects", hint=f"Say which: {places}")
    return found[0]


def project_called(client: "Client", name: str) -> "Project | None":
    """The project with this name or id."""
    return next((each for each in client.projects() if name in (each.name, each.id)), None)


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
