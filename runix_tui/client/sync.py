"""Calls to the REST API, one method for each."""

import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from httpx_sse import EventSource, ServerSentEvent

from runix_tui import __version__
from runix_tui.client import answers, lines
from runix_tui.client.lines import LogChunk
from runix_tui.core import wire
from runix_tui.core.events import LogEvent
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Status

CONNECT = 5.0  # seconds
QUICK = httpx.Timeout(30.0, connect=CONNECT)
PATIENT = httpx.Timeout(None, connect=CONNECT)  # answers when it is done: a rollback, a stop, a stream
KEEP = 5.0  # seconds that an idle connection is kept; less than the server keeps it

Shape = TypeVar("Shape")
Read = Callable[[ServerSentEvent, str | None], Shape]
Change = wire.DeploymentEvent | wire.Removed


class Client:
    """The API at ``url``. Every method raises ``runix_tui.errors``; good for any number of threads; close it."""

    def __init__(
        self, url: str, token: Secret, *, version: str = __version__, say: Callable[[str], None] | None = None
    ) -> None:
        """``version`` is this program's; ``say`` is told once when the server has another one, and which to restart."""
        self.url = url.rstrip("/")
        self.server_version: str | None = None
        self._version = version
        self._say = say
        with answers.reaching(self.url):
            self._http = httpx.Client(**connecting(self.url, token))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    @property
    def skew(self) -> str | None:
        """What to say when the server is of another version; known after the first call."""
        return answers.skew(self.server_version, self._version)

    # --- deployments -------------------------------------------------------------------------------------------------

    def deployments(self, *, status: Status | None = None, project_id: str | None = None) -> list[wire.Deployment]:
        """All, oldest first, or those of a status or project."""
        query = {key: value for key, value in (("status", status), ("project_id", project_id)) if value}
        return self._call(list[wire.Deployment], "GET", "/deployments", params=query)

    def deployment(self, deployment_id: str, *, reveal: bool = False) -> wire.DeploymentDetails:
        """Everything about one; ``reveal`` shows the values of env."""
        query = {"reveal": "true"} if reveal else {}
        return self._call(wire.DeploymentDetails, "GET", f"/deployments/{deployment_id}", params=query)

    def create(self, body: Mapping[str, Any]) -> wire.DeploymentDetails:
        """Deploy; the answer comes at once. ``body`` is that of ``POST /deployments``; None is the same as left out."""
        return self._call(wire.DeploymentDetails, "POST", "/deployments", json=dict(body))

    def change(self, deployment_id: str, body: Mapping[str, Any]) -> wire.DeploymentDetails:
        """Change the configuration; answers at once. ``body`` is that of ``PATCH``: what is left out stays, None
        removes or gives the default back."""
        return self._call(wire.DeploymentDetails, "PATCH", f"/deployments/{deployment_id}", json=dict(body))

    def delete(self, deployment_id: str) -> None:
        """Remove it and everything of its own; answers when all is gone."""
        self._send("DELETE", f"/deployments/{deployment_id}", timeout=PATIENT)

    def redeploy(self, deployment_id: str) -> wire.Accepted:
        """Build and deploy the newest commit; the answer comes at once."""
        return self._call(wire.Accepted, "POST", f"/deployments/{deployment_id}/redeploy")

    def rollback(self, deployment_id: str, version: int | None = None) -> wire.RolledBack:
        """Go back; answers when the old version serves."""
        body = {"version": version}
        return self._call(wire.RolledBack, "POST", f"/deployments/{deployment_id}/rollback", json=body, timeout=PATIENT)

    def cancel(self, deployment_id: str) -> wire.Accepted:
        """Stop a running or queued build."""
        return self._call(wire.Accepted, "POST", f"/deployments/{deployment_id}/cancel", timeout=PATIENT)

    def stop(self, deployment_id: str) -> wire.DeploymentDetails:
        """Stop the service; answers when it has stopped."""
        return self._call(wire.DeploymentDetails, "POST", f"/deployments/{deployment_id}/stop", timeout=PATIENT)

    def start(self, deployment_id: str) -> wire.DeploymentDetails:
        """Start the service; answers when it serves."""
        return self._call(wire.DeploymentDetails, "POST", f"/deployments/{deployment_id}/start", timeout=PATIENT)

    def history(self, deployment_id: str) -> list[wire.HistoryEntry]:
        """Versions, newest first."""
        return self._call(list[wire.HistoryEntry], "GET", f"/deployments/{deployment_id}/history")

    def version(self, deployment_id: str, number: int, *, reveal: bool = False) -> wire.VersionDetails:
        """One version with plan, Dockerfile, stages; ``reveal`` shows the values of env."""
        query = {"reveal": "true"} if reveal else {}
        return self._call(wire.VersionDetails, "GET", f"/deployments/{deployment_id}/versions/{number}", params=query)

    def plan(self, body: Mapping[str, Any]) -> wire.Planned:
        """What a deployment would be built by; fetches, builds nothing. ``body`` is that of :meth:`create`, where the
        name may be left out."""
        return self._call(wire.Planned, "POST", "/plan", json=dict(body), timeout=PATIENT)

    def usage(self, ids: Sequence[str] = ()) -> list[wire.Usage]:
        """What those of the deployments (all when none is named) that run now use; cheap enough to ask often."""
        return self._call(list[wire.Usage], "GET", "/usage", params={"id": list(ids)})

    def shell(self, deployment_id: str) -> wire.Shell:
        """What to run on this machine for a shell inside what runs."""
        return self._call(wire.Shell, "GET", f"/deployments/{deployment_id}/shell")

    # --- projects and the installation --------------------------------------------------------------------------------

    def projects(self) -> list[wire.Project]:
        """All projects, oldest first."""
        return self._call(list[wire.Project], "GET", "/projects")

    def create_project(self, name: str) -> wire.Project:
        """Make a project."""
        return self._call(wire.Project, "POST", "/projects", json={"name": name})

    def delete_project(self, project_id: str) -> None:
        """Remove a project without deployments."""
        self._send("DELETE", f"/projects/{project_id}")

    def health(self) -> wire.Health:
        """The state of the installation."""
        return self._call(wire.Health, "GET", "/healthz")

    def checkup(self) -> list[wire.Check]:
        """What works on the server's machine and what does not, with remedies; takes some seconds at worst."""
        return self._call(list[wire.Check], "GET", "/checkup")

    def settings(self) -> wire.Settings:
        """config.toml."""
        return self._call(wire.Settings, "GET", "/settings")

    def change_settings(self, changes: Mapping[str, Any]) -> wire.Settings:
        """Set keys of config.toml (``{"build.cpus": 1.5}``), keeping its comments; None removes a key."""
        return self._call(wire.Settings, "PATCH", "/settings", json=dict(changes))

    # --- streams -----------------------------------------------------------------------------------------------------

    def logs(
        self,
        deployment_id: str,
        *,
        tail: int | str | None = 100,
        since: str | None = None,
        follow: bool = True,
        after: int | None = None,
        before: int | None = None,
    ) -> Iterator[LogEvent]:
        """Run-time log lines. ``after`` (a seq) wins over ``since`` (a time or ``10m``), which wins over ``tail``
        (``all`` or None: all). ``before`` (a seq): the ``tail`` lines before it, oldest first, and no more."""
        for chunk in self.log_chunks(deployment_id, tail=tail, since=since, follow=follow, after=after, before=before):
            yield from chunk.events()

    def log_chunks(
        self,
        deployment_id: str,
        *,
        tail: int | str | None = 100,
        since: str | None = None,
        follow: bool = True,
        after: int | None = None,
        before: int | None = None,
    ) -> Iterator[LogChunk]:
        """As :meth:`logs`, as many lines at once as there are."""
        query = lines.query(tail, since, follow, before)
        return self._chunks(f"/deployments/{deployment_id}/logs", query, after)

    def build_log(
        self, deployment_id: str, *, version: int | None = None, after: int | None = None, follow: bool = True
    ) -> Iterator[LogEvent]:
        """A build's log from its first line (or after a seq) to its End; default: the newest build."""
        for chunk in self.build_chunks(deployment_id, version=version, after=after, follow=follow):
            yield from chunk.events()

    def build_chunks(
        self, deployment_id: str, *, version: int | None = None, after: int | None = None, follow: bool = True
    ) -> Iterator[LogChunk]:
        """As :meth:`build_log`, as many lines at once as there are."""
        query = lines.build_query(version, follow)
        return self._chunks(f"/deployments/{deployment_id}/build-stream", query, after)

    def events(self) -> Iterator[Change]:
        """Every state change from now on."""
        return self._events("/events", {}, change)

    def activity(self, *, tail: int = 200, follow: bool = True) -> Iterator[wire.Activity]:
        """The last ``tail`` things that Runix did, and each one that begins or ends from then on; one that ends comes
        again with the same id."""
        return self._events("/activity", lines.activity_query(tail, follow), deed)

    def _events(self, path: str, query: Mapping[str, str], read: Read[Shape]) -> Iterator[Shape]:
        headers = {"Accept": "text/event-stream"}
        with (
            answers.reaching(self.url, self._http),
            self._http.stream("GET", path, params=query, headers=headers, timeout=PATIENT) as response,
        ):
            self._begun(response)
            for event in EventSource(response).iter_sse():
                yield read(event, self.server_version)

    def _chunks(self, path: str, query: Mapping[str, str], after: int | None) -> Iterator[LogChunk]:
        with (
            answers.reaching(self.url, self._http),
            self._http.stream("GET", path, params=query, headers=lines.headers(after), timeout=PATIENT) as response,
        ):
            self._begun(response)
            yield from lines.chunks(response.iter_raw())

    # -----------------------------------------------------------------------------------------------------------------

    def _call(self, shape: type[Shape], method: str, path: str, **more: Any) -> Shape:
        return answers.read(self._send(method, path, **more), shape)

    def _send(self, method: str, path: str, *, json: object = None, **more: Any) -> httpx.Response:
        if json is not None:
            more |= {"content": answers.sent(json), "headers": answers.JSON}
        with answers.reaching(self.url, self._http):
            response = self._http.request(method, path, **more)
        self._heard(response)
        answers.check(response)
        return response

    def _begun(self, response: httpx.Response) -> None:
        self._heard(response)
        if not response.is_success:
            response.read()
            raise answers.error_of(response)

    def _heard(self, response: httpx.Response) -> None:
        first = self.server_version is None
        self.server_version = response.headers.get(answers.VERSION_HEADER, self.server_version)
        if first and self._say and self.skew:
            self._say(self.skew)


def connecting(url: str, token: Secret) -> dict[str, Any]:
    """How httpx is set up: no proxy of the environment between this machine and itself, no redirects."""
    return {
        "base_url": url,
        "headers": {"Authorization": f"Bearer {token.reveal()}", "User-Agent": f"runix/{__version__}"},
        "timeout": QUICK,
        "limits": httpx.Limits(keepalive_expiry=KEEP),
        "trust_env": False,
        "follow_redirects": False,
        # Plain HTTP: no certificate is trusted, so that none has to be loaded (50 ms).
        "verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
    }


def change(event: ServerSentEvent, server: str | None) -> Change:
    """An event of ``/events`` as the value it is; ``server`` is the version of who tells it."""
    if event.event == "removed":
        return answers.said(event.data, wire.Removed, server)
    return answers.said(event.data, wire.DeploymentEvent, server)


def deed(event: ServerSentEvent, server: str | None) -> wire.Activity:
    """An event of ``/activity`` as the value it is."""
    return answers.said(event.data, wire.Activity, server)
