"""Networks: an isolated bridge with names for each project, and one without names for each build in flight.

Isolation holds between isolated bridges only (measured on netavark 1.4: the engine's default bridge reaches them all),
so nothing of Runix ever runs on the default one. No bridge reaches what the host binds to its loopback.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from runix_tui.core import labels, names
from runix_tui.engine.connection import Connection, Json
from runix_tui.engine.faults import Refused

if TYPE_CHECKING:
    from podman import PodmanClient

BUILD = "build"  # the role of a build's network
_STRICT_SINCE = (5, 0, 0)  # netavark that also shuts out bridges which are not isolated themselves


class Networks:
    """Networks of the engine (of this ``version``) behind ``connection``, for the home with this uuid. ``keep_apart``
    has the host's own rules between networks; it is called, in a thread, for each network that is made, once others can
    see it: who takes the rules away (``PodmanEngine.leave_host``) looks after that whether there are networks."""

    def __init__(
        self,
        connection: Connection,
        home_id: str,
        *,
        version: tuple[int, ...],
        keep_apart: Callable[[], None] = lambda: None,
    ) -> None:
        self._connection = connection
        self._home = home_id
        self._keep_apart = keep_apart
        self._options = {"isolate": "strict" if version >= _STRICT_SINCE else "true"}
        self._of_builds = f"runix-{names.short_home(home_id)}-build-"

    async def ensure(self, name: str, labels_: Mapping[str, str]) -> None:
        """An isolated bridge whose containers find each other by name."""
        if not await self._exists(name):
            await self._create(name, labels_, dns=True)

    async def named(self, labels_: Mapping[str, str]) -> list[str]:
        """Names of the networks that carry all of these labels."""
        filters = json.dumps({"label": [f"{key}={value}" for key, value in labels_.items()]})
        found = await self._connection.expect("GET", "/networks/json", "list networks", params={"filters": filters})
        return sorted(str(each["name"]) for each in found or ())

    async def subnets(self) -> list[str]:
        """The subnets of every network of the engine, of whatever home."""
        found = await self._connection.expect("GET", "/networks/json", "list networks")
        return [str(subnet["subnet"]) for each in found or () for subnet in each.get("subnets") or ()]

    async def remove(self, name: str) -> None:
        """Remove a network if it is there. Raises ``Refused`` while a container uses it."""
        with self._connection.doing("remove network", self._called(name)):
            answer = await self._connection.request("DELETE", f"/networks/{name}", f"remove the network {name}")
            failed = _failure(answer.body) or (answer.message if answer.status >= 400 else "")
            if failed and answer.status != 404:
                raise Refused(f"The network {name} was not removed: {failed}", http=answer.status)

    @asynccontextmanager
    async def for_build(self, build_id: str) -> AsyncIterator[str]:
        """The name of a network for one build alone: it reaches the internet, but no project and no other build.

        Give it to the engine as ``nsoptions=[{"Name":"network","Host":false,"Path":<name>}]``.
        """
        name = self._of_builds + build_id
        try:
            await self._create(name, labels.of_home(self._home, role=BUILD), dns=False)
            yield name
        finally:
            await self.remove(name)

    async def sweep(self) -> None:
        """Remove networks of builds that did not end well. Only while no build runs."""
        for name in await self.named(labels.of_home(self._home, role=BUILD)):
            await self.remove(name)

    def _called(self, name: str) -> str:
        """What people are told: the name, but not of a build's network, which goes by what is built."""
        return "" if name.startswith(self._of_builds) else name

    async def _exists(self, name: str) -> bool:
        what = f"look for the network {name}"
        return bool(await self._connection.call(what, lambda podman: podman.networks.exists(name)))

    async def _create(self, name: str, labels_: Mapping[str, str], *, dns: bool) -> None:
        def create(podman: "PodmanClient") -> None:
            marks, options = dict(labels_), dict(self._options)
            podman.networks.create(name, driver="bridge", dns_enabled=dns, labels=marks, options=options)

        with self._connection.doing("create network", self._called(name)):
            try:
                await self._connection.call(f"create the network {name}", create)
            except Refused:
                if not await self._exists(name):  # made by another call meanwhile: good as well
                    raise
        await asyncio.to_thread(self._keep_apart)


def _failure(report: Json) -> str:
    """What a removal's report says of a network that is still there: ``[{"Name", "Err"}]``."""
    if not isinstance(report, list):
        return ""
    return "; ".join(str(entry["Err"]) for entry in report if isinstance(entry, dict) and entry.get("Err"))
