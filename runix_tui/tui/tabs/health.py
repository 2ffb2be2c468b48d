"""A tab: how it is probed and what came of it; of a database, how to connect."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from runix_tui.core.checkup import Condition
from runix_tui.core.human import local, took
from runix_tui.core.models import DATABASES, DEFAULT_PORT
from runix_tui.core.stages import Stage
from runix_tui.core.terminal import plain
from runix_tui.tui.faults import error_content, fault_content, helpful
from runix_tui.tui.tabs.tab import Tab
from runix_tui.tui.walks import State, rows
from runix_tui.tui.widgets.fact_list import SPACE, Fact, FactList
from runix_tui.tui.widgets.reader import Reader

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment, DeploymentDetails, VersionDetails

_LOOKS = {
    Condition.OK: ("●", "$text-success"),
    Condition.STARTING: ("◐", "$text-muted"),
    Condition.UNAVAILABLE: ("✗", "$text-error"),
}
PROBES = "from outside its container, with its own Host"


class HealthTab(Tab):
    """How it is probed and what came of it; of a database, how to connect."""

    TITLE = "Health"
    DEFAULT_CSS = """
    HealthTab { padding: 0 1; }
    HealthTab #health-why { height: auto; margin: 0 0 1 0; padding: 0 1; background: $error 8%; }
    """

    def compose(self) -> ComposeResult:
        """What is wrong, then the facts."""
        with Reader():
            yield Static("", id="health-why", markup=False)
            yield FactList(id="health-facts")

    async def read(self, deployment_id: str) -> None:
        """Its details and the versions that matter."""
        details = await self.known.read_details(deployment_id)
        for number in {details.version, details.latest_version}:
            if number is not None:
                await self.known.read_version(deployment_id, number)

    def health_changed(self) -> None:
        """How the gateway is stands here, too."""
        self.draw()

    def draw(self) -> None:
        """Draw what is known."""
        deployment = self.deployment
        if deployment is None:
            return
        failed = deployment.error if deployment.phase is Stage.FAILED or not deployment.serving else None
        parts = [fault_content(failed, here="7")] if failed is not None else []
        parts += [error_content(self.trouble)] if self.trouble is not None else []
        why = self.query_one("#health-why", Static)
        why.display = bool(parts)
        why.update(Content("\n").join(parts))
        self.query_one(FactList).show(self._facts(deployment))

    def _facts(self, deployment: "Deployment") -> list[Fact]:
        if deployment.service_type in DATABASES:
            words = "Runix cannot run databases yet, so there is no address, user or password to show."
            return [Fact("connection", Content.styled(words, "$text-muted"))]
        details = self.known.peek_details(deployment.id)
        number = deployment.version or deployment.latest_version
        version = self.known.peek_version(deployment.id, number) if number is not None else None
        if details is None:
            return [Fact("health", Content.styled("Reading…", "$text-muted"))]
        return [
            Fact("health", _state(deployment, details)),
            *_probe(version),
            SPACE,
            *(ports(version) if version is not None else [Fact("port", str(details.port or "–"))]),
            SPACE,
            *_checked(version),
            SPACE,
            *self._gateway(deployment),
        ]

    def _gateway(self, deployment: "Deployment") -> list[Fact]:
        health = self.runix.fleet.health
        if health is None:
            return [Fact("gateway", Content.styled("not heard of yet", "$text-muted"))]
        condition = health.gateway.status
        symbol, colour = _LOOKS[condition]
        state = Content.assemble((f"{symbol} {condition.value}", colour), f"  {plain(health.gateway_url or '')}")
        if condition is Condition.UNAVAILABLE:
            state = Content("\n").join([state, helpful((("D", "what is wrong with it"),))])
        facts = [Fact("gateway", state)]
        route = plain(deployment.url) if deployment.url else ""
        led = f"{route} leads to v{deployment.version}" if deployment.serving and route else "no route leads to it now"
        return [*facts, Fact("route", led)]


def _state(deployment: "Deployment", details: "DeploymentDetails") -> Content:
    if details.health is None:
        return Content.styled("nothing runs, so nothing is probed", "$text-muted")
    good = details.health == "healthy"
    return Content.assemble(
        (f"{'●' if good else '✗'} {plain(details.health)}", "$text-success" if good else "$text-error"),
        f"  v{deployment.version}",
    )


def _probe(version: "VersionDetails | None") -> list[Fact]:
    if version is None:
        return []
    path = version.config.health_path or (version.plan or {}).get("health_path")
    if path:
        return [
            Fact("probe", f"GET {plain(str(path))} {PROBES}"),
            Fact("passes", "with a status from 200 to 399"),
        ]
    return [
        Fact("probe", f"GET / {PROBES}"),
        Fact("passes", "with any answer; an open port that speaks no HTTP counts after 10 s"),
    ]


def ports(version: "VersionDetails") -> list[Fact]:
    """The port that was asked for, and by whom; and the one it was found on."""
    planned = (version.plan or {}).get("port")
    if version.config.port is not None:
        asked = f"{version.config.port}, by the request"
    elif "PORT" in version.config.env:
        asked = "by the variable PORT"
    elif planned is not None:
        origin = version.origins.get("port")
        asked = f"{planned}, by {plain(origin.source) if origin else 'the plan'}"
    else:
        asked = f"{DEFAULT_PORT}, as nothing says another one"
    healthy = any(row.stage is Stage.CHECKING and row.state is State.DONE for row in rows(version))
    found = version.port if healthy else None
    differs = found is not None and version.config.port is not None and found != version.config.port
    listens = Content.styled("not found out", "$text-muted") if found is None else Content(str(found))
    if differs:
        listens = Content.assemble(listens, ("  another one than asked for: requests are led there", "$text-warning"))
    return [Fact("port asked", asked), Fact("listens on", listens)]


def _checked(version: "VersionDetails | None") -> list[Fact]:
    """How the check of this version went."""
    if version is None:
        return []
    row = next((each for each in rows(version) if each.stage is Stage.CHECKING), None)
    if row is None or row.state is State.WAITING:
        return [Fact("checked", Content.styled("it did not get as far as that", "$text-muted"))]
    if row.state is State.RUNNING:
        return [Fact("checked", Content.styled("it is being checked now", "$text-accent"))]
    at = next((each.finished_at for each in reversed(version.stages) if each.stage is Stage.CHECKING), None)
    words = f"v{version.version}: healthy after {took(row.seconds)}" if row.state is State.DONE else "failed"
    return [Fact("checked", f"{words} · {local(at)}" if at is not None else words)]
