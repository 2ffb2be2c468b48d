"""Containers: create, start, look, stop, remove. What a container is made of is decided in ``spec.py``.

Nothing here waits for health, restarts or retries: that is the deploy's business.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import NoReturn

from runix_tui.core import labels
from runix_tui.core.activity import Note
from runix_tui.core.ports import Container, ContainerSpec
from runix_tui.engine.connection import Answer, Connection, Json
from runix_tui.engine.faults import Refused, too_late
from runix_tui.engine.podmanpy import label_filters
from runix_tui.engine.spec import LOOPBACK, Limits, create_body
from runix_tui.errors import StartError
from runix_tui.locations import PRIVATE_DIR

WAIT_INTERVAL = "50ms"  # between two looks of the engine, while a container is waited for
STOP_SLACK = 30.0  # seconds for the engine's own work beyond a stop's time-out
REMEMBERED = 1000  # containers whose names are known
REMOVE_ATTEMPTS = 10
WAIT_LONGEST = 3600.0  # seconds; whoever waits sets the limit that matters
_GONE = 404
_RUNNING = "running"

log = logging.getLogger(__name__)


class Containers:
    """Containers of the engine behind ``connection``; ``init``: it has an init that they can run under."""

    def __init__(self, connection: Connection, *, rootless: bool, limits: Limits, init: bool = False) -> None:
        self._connection = connection
        self._init = init
        self._rootless = rootless
        self._limits = limits
        self._known: dict[str, Container] = {}  # as they were seen last: for telling people, nothing else

    async def create(self, spec: ContainerSpec) -> Container:
        """Create a container, not started. Raises ``StartError``."""
        await asyncio.to_thread(spec.log_path.parent.mkdir, PRIVATE_DIR, parents=True, exist_ok=True)
        body = create_body(spec, self._limits, rootless=self._rootless, init=self._init)
        with self._telling("create", spec.name, spec.labels) as note:
            answer = await self._connection.request(
                "POST", "/containers/create", f"create {spec.name}", body=body, again=False
            )
            if answer.status >= 400:
                _not_created(spec, answer)
            note(f"container {answer.body['Id'][:12]}")
        for warning in answer.body.get("Warnings") or ():
            log.warning("container %s: %s", spec.name, warning)
        return self._seen(Container(str(answer.body["Id"]), spec.name, "created", dict(spec.labels)))

    async def start(self, container: str) -> Container:
        """Start it; gives what :meth:`inspect` gives. Raises ``StartError``."""
        with self._doing("start", container):
            answer = await self._connection.request("POST", f"/containers/{container}/start", "start a container")
            if answer.status >= 400:
                _not_started(answer)
        found = await self.inspect(container)
        if found is None:
            raise StartError("The container was removed while it started.", code="container_gone", transient=True)
        return found

    async def inspect(self, container: str) -> Container | None:
        """A container by id or name, or None."""
        try:
            attrs = await self._connection.call(
                "inspect a container", lambda podman: podman.containers.get(container).attrs
            )
        except Refused as error:
            if error.missing:
                return None
            raise
        return self._seen(parse_container(attrs, rootless=self._rootless))

    async def labelled(self, marks: Mapping[str, str]) -> list[Container]:
        """All containers, also those that ended, that carry all of these labels; oldest first."""
        filters = label_filters(marks)
        listed = await self._connection.listing(
            "list containers", lambda podman: podman.containers.list(all=True, filters=filters)
        )
        ordered = sorted((each.attrs for each in listed), key=lambda each: str(each["Created"]))
        found = await asyncio.gather(*(self.inspect(str(each["Id"])) for each in ordered))
        return [each for each in found if each is not None]

    async def stop(self, container: str, *, grace: float) -> None:
        """Its stop signal, then SIGKILL after ``grace`` seconds; not there or not running: nothing to do.

        Not by the engine's own stop, which holds the container's lock meanwhile: so a stop that is cancelled does not
        keep a ``remove`` waiting.
        """
        if await self._ended(container):
            return
        with self._doing("stop", container) as note:
            signal, restarts = await self._manners(container)
            if restarts:
                await self._stop_for_good(container, round(grace))
                return
            await self._signal(container, signal)
            try:
                async with asyncio.timeout(grace):
                    await self._wait(container)
            except TimeoutError:
                note(f"did not end within {grace:g} s of {signal}: SIGKILL")
                await self._signal(container, "SIGKILL")
                await self._wait(container)

    async def _stop_for_good(self, container: str, seconds: int) -> None:
        """The engine's own stop: after a mere signal it would start a container with a restart policy again."""
        path, params = f"/containers/{container}/stop", {"timeout": str(seconds)}
        answer = await self._connection.request(
            "POST", path, "stop a container", params=params, within=seconds + STOP_SLACK
        )
        if answer.status >= 400 and answer.status != _GONE and not await self._ended(container):
            raise Refused(f"The engine refused to stop a container: {answer.message}", http=answer.status)

    async def _signal(self, container: str, signal: str) -> None:
        answer = await self._connection.request(
            "POST", f"/containers/{container}/kill", "signal a container", params={"signal": signal}
        )
        if answer.status < 400 or answer.status == _GONE:
            return
        refused = Refused(f"The engine refused to signal a container: {answer.message}", http=answer.status)
        if not too_late(refused) and not await self._ended(container):
            raise refused

    async def _manners(self, container: str) -> tuple[str, bool]:
        """The image's STOPSIGNAL, SIGTERM where it has none; and whether the engine starts it again when it ends."""
        answer = await self._connection.request("GET", f"/containers/{container}/json", "inspect a container")
        if answer.status >= 400:
            return "SIGTERM", False
        policy = (answer.body["HostConfig"].get("RestartPolicy") or {}).get("Name")
        return str(answer.body["Config"].get("StopSignal") or "SIGTERM"), policy not in (None, "", "no")

    async def _wait(self, container: str) -> None:
        """Until it has ended."""
        params = [("condition", "exited"), ("condition", "stopped"), ("interval", WAIT_INTERVAL)]
        path = f"/containers/{container}/wait"
        await self._connection.request("POST", path, "wait for a container", params=params, within=WAIT_LONGEST)

    async def remove(self, container: str) -> None:
        """Kill and remove it and its anonymous volumes, at once; not there: nothing to do."""
        with self._doing("remove", container):
            await self._remove_surely(container)
        self._known.pop(container, None)

    async def _remove_surely(self, container: str) -> None:
        """Again when the engine was just starting it anew, as it does all the time with one that ends at once."""
        for _ in range(REMOVE_ATTEMPTS):
            try:
                await self._remove(container)
            except Refused as error:
                if not too_late(error):
                    raise
            else:
                return
        await self._remove(container)

    async def _remove(self, container: str) -> None:
        # Podman's own API reads "volumes" alone; "v", which its documentation names, is Docker's.
        params = {"force": "true", "timeout": "0", "v": "true", "volumes": "true"}
        answer = await self._connection.request(
            "DELETE", f"/containers/{container}", "remove a container", params=params
        )
        failed = answer.message if answer.status >= 400 else _failure(answer.body)
        if failed and answer.status != _GONE and await self.inspect(container) is not None:
            raise Refused(f"The container was not removed: {failed}", http=answer.status)

    async def _ended(self, container: str) -> bool:
        found = await self.inspect(container)
        return found is None or found.state != _RUNNING

    def _seen(self, container: Container) -> Container:
        """Remember what it is called and about."""
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[container.id] = container
        return container

    def _doing(self, action: str, container: str) -> AbstractContextManager[Note]:
        """Tell of something that is done to a container."""
        known = self._known.get(container)
        return self._telling(action, known.name if known else container[:12], known.labels if known else {})

    def _telling(self, action: str, name: str, marks: Mapping[str, str]) -> AbstractContextManager[Note]:
        deployment, version = marks.get(labels.DEPLOYMENT), marks.get(labels.VERSION, "")
        return self._connection.doing(
            action,
            "" if deployment else name,
            deployment_id=deployment,
            version=int(version) if version.isdigit() else None,
        )


def parse_container(answer: Json, *, rootless: bool) -> Container:
    """A container from ``inspect``'s answer."""
    state = answer["State"]
    running = state["Status"] == _RUNNING
    networks = (answer.get("NetworkSettings") or {}).get("Networks") or {}
    addresses = [str(each["IPAddress"]) for each in networks.values() if each.get("IPAddress")]
    bridged = "" if not networks else LOOPBACK if rootless else next(iter(addresses), "")
    finished = parse_time(state.get("FinishedAt"))
    return Container(
        id=str(answer["Id"]),
        name=str(answer["Name"]).removeprefix("/"),
        state="exited" if state["Status"] == "stopped" else str(state["Status"]),  # ended, but not cleaned up yet
        labels=dict(answer["Config"].get("Labels") or {}),
        image_id=str(answer["Image"]),
        exit_code=None if running or finished is None else int(state["ExitCode"]),
        oom_killed=bool(state.get("OOMKilled")),
        started_at=parse_time(state.get("StartedAt")),
        finished_at=finished,
        address=bridged if running else "",
        published=_published((answer.get("NetworkSettings") or {}).get("Ports") or {}),
        pid=int(state.get("Pid") or 0) if running else 0,
        restarts=int(answer.get("RestartCount") or 0),
    )


def parse_time(text: Json) -> datetime | None:
    """The engine's time stamp (nanoseconds, any offset) as aware UTC; None for Go's zero time."""
    if not text or str(text).startswith("0001-"):
        return None
    return datetime.fromisoformat(_microseconds(str(text))).astimezone(UTC)


def _microseconds(text: str) -> str:
    """Cut the fraction of a second to the six digits that Python reads."""
    head, dot, rest = text.partition(".")
    digits = len(rest) - len(rest.lstrip("0123456789"))
    return f"{head}.{rest[: min(digits, 6)].ljust(6, '0')}{rest[digits:]}" if dot else text


def _published(ports: Json) -> dict[int, int]:
    """``{"8080/tcp": [{"HostPort": "41213"}]}`` as container port → host port, TCP alone."""
    found = {}
    for name, bindings in ports.items():
        port, _, protocol = name.partition("/")
        if protocol == "tcp" and bindings:
            found[int(port)] = int(bindings[0]["HostPort"])
    return found


def _failure(report: Json) -> str:
    """What a removal's report says of a container that is still there: ``[{"Id", "Err"}]``."""
    if not isinstance(report, list):
        return ""
    return "; ".join(str(entry["Err"]) for entry in report if isinstance(entry, dict) and entry.get("Err"))


def _not_created(spec: ContainerSpec, answer: Answer) -> NoReturn:
    if answer.status == _GONE or "image not known" in answer.message or "no such image" in answer.message:
        raise StartError(
            f"The image {spec.image} is not in the engine's storage any more.",
            hint="Redeploy to build it again.",
            code="image_gone",
        )
    raise StartError(
        f"The container could not be created: {answer.message}",
        hint="Read the engine's message; `runix doctor` checks what containers need of this host.",
        code="create_failed",
        transient=answer.status >= 500,
    )


def _not_started(answer: Answer) -> NoReturn:
    """The engine's words, with a hint for the commonest cause: a start command that is not in the image."""
    said = answer.message.lower()
    if "not found" in said and ("executable file" in said or "no such file" in said):
        raise StartError(
            f"The start command is not in the image: {answer.message}",
            hint="Check the `command` of the deployment, or the CMD of its Dockerfile.",
            code="command_not_found",
        )
    raise StartError(
        f"The container did not start: {answer.message}",
        hint="Read the engine's message; `runix doctor` checks what containers need of this host.",
        code="start_failed",
    )
