"""A tab: what it is, where it answers, what it uses, and what is wrong with it."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from runix_tui.core.human import age, local, size
from runix_tui.core.terminal import plain
from runix_tui.tui.faults import error_content, fault_content, helpful
from runix_tui.tui.fleet import COLOURS, SYMBOLS, Look, look, word
from runix_tui.tui.tabs.tab import Tab
from runix_tui.tui.widgets.fact_list import SPACE, Fact, FactList
from runix_tui.tui.widgets.reader import Reader
from runix_tui.tui.widgets.sparks import spark

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment, DeploymentDetails, Resources, VersionDetails

SPARKS = 24  # figures in a line
_NEXT = {
    Look.LIVE: (("o", "open it"), ("r", "build the newest commit"), ("4", "its versions, and the way back")),
    Look.LIVE_LAST_FAILED: (("2", "the failed build"), ("r", "try again"), ("4", "its versions")),
    Look.WORKING: (("2", "follow it"), ("c", "cancel it")),
    Look.FAILED: (("r", "try again"), ("2", "the build's log")),
    Look.STOPPED: (("s", "start it"), ("r", "build the newest commit")),
}


class OverviewTab(Tab):
    """What it is, where it answers, what it uses, and what is wrong with it."""

    TITLE = "Overview"
    DEFAULT_CSS = """
    OverviewTab { padding: 0 1; }
    OverviewTab #why { height: auto; margin: 0 0 1 0; padding: 0 1; background: $error 8%; }
    """

    def compose(self) -> ComposeResult:
        """What is wrong, then the facts."""
        with Reader():
            yield Static("", id="why", markup=False)
            yield FactList(id="facts")

    async def read(self, deployment_id: str) -> None:
        """Its details, and the version that serves."""
        details = await self.known.read_details(deployment_id)
        if (number := details.version or details.latest_version) is not None:
            await self.known.read_version(deployment_id, number)

    def figures(self) -> None:
        """CPU and memory."""
        if self.deployment is not None:
            self._draw_facts(self.deployment)

    def draw(self) -> None:
        """Draw what is known."""
        deployment = self.deployment
        if deployment is None:
            return
        self._draw_why(deployment)
        self._draw_facts(deployment)

    def _draw_facts(self, deployment: "Deployment") -> None:
        details = self.known.peek_details(deployment.id)
        number = deployment.version or deployment.latest_version
        version = self.known.peek_version(deployment.id, number) if number is not None else None
        self.query_one(FactList).show(
            [
                *_state(deployment, version, details),
                SPACE,
                *_source(deployment, version, self.runix.fleet.project(deployment)),
                SPACE,
                *self._runs(deployment, version, details),
                SPACE,
                *_times(deployment),
                SPACE,
                Fact("next", helpful(_NEXT[look(deployment)])),
            ]
        )

    def _draw_why(self, deployment: "Deployment") -> None:
        parts = []
        if deployment.error is not None:
            old = deployment.serving and deployment.version != deployment.latest_version
            more = f"v{deployment.version} serves on; this is about v{deployment.latest_version}." if old else ""
            parts.append(fault_content(deployment.error, more=more))
        if self.trouble is not None:
            parts.append(error_content(self.trouble))
        why = self.query_one("#why", Static)
        why.display = bool(parts)
        said = Content("\n").join(parts)
        if said != why.content:
            why.update(said)

    def _runs(
        self, deployment: "Deployment", version: "VersionDetails | None", details: "DeploymentDetails | None"
    ) -> list[Fact]:
        if details is None:
            return [Fact("port", "…")]
        command = details.command or _planned(version, "start") or "the image's own"
        facts = [
            Fact("port", str(details.port) if details.port else "chosen when it is planned"),
            Fact("command", plain(command)),
            Fact("health", _health(details, version)),
        ]
        if details.schedule:
            facts.append(Fact("schedule", plain(details.schedule)))
        facts += self._usage(deployment, details)
        names = len(details.env)
        facts.append(
            Fact(
                "env",
                Content.assemble(
                    f"{names} variable{'s' if names != 1 else ''}" if names else "no variables",
                    ("  e shows and changes them", "$text-muted"),
                ),
            )
        )
        return facts

    def _usage(self, deployment: "Deployment", details: "DeploymentDetails") -> list[Fact]:
        series = self.runix.fleet.series(deployment.id)
        newest: Resources | None = series.newest if series and series.newest else details.resources
        if newest is None:
            why = "the engine says nothing of it" if deployment.serving else "nothing runs"
            return [Fact("CPU, memory", Content.styled(why, "$text-muted"))]
        cpu, memory = (list(series.cpu), list(series.memory)) if series else ([], [])
        cores = f" of {newest.cpu_limit:g} core{'s' if newest.cpu_limit != 1 else ''}" if newest.cpu_limit else ""
        limit = f" of {size(newest.memory_limit_bytes)}" if newest.memory_limit_bytes else ""
        return [
            Fact(
                "CPU",
                _figure(f"{newest.cpu_percent:.1f} %{cores}", spark(cpu, SPARKS, top=100 * (newest.cpu_limit or 1))),
            ),
            Fact(
                "memory",
                _figure(f"{size(newest.memory_bytes)}{limit}", spark(memory, SPARKS, top=newest.memory_limit_bytes)),
            ),
        ]


def _state(
    deployment: "Deployment", version: "VersionDetails | None", details: "DeploymentDetails | None"
) -> list[Fact]:
    found = look(deployment)
    colour = f"${COLOURS[found]}"
    said = Content.assemble((f"{SYMBOLS[found]} {word(deployment)}", f"bold {colour}"))
    if found is Look.WORKING and deployment.serving:
        said = said.append(f"  v{deployment.version} serves meanwhile")
    return [
        Fact("status", said),
        Fact("URL", plain(deployment.url) if deployment.url else _no_url(deployment)),
        Fact("serves" if deployment.serving else "version", _version(deployment, version)),
    ]


def _no_url(deployment: "Deployment") -> Content:
    if deployment.service_type in ("web_service", "static_site"):
        return Content.styled(f"none yet; {plain(deployment.subdomain)} answers once it serves", "$text-muted")
    return Content.styled("none: it is no web service", "$text-muted")


def _version(deployment: "Deployment", version: "VersionDetails | None") -> Content:
    if deployment.version is None:
        return Content.styled("nothing served yet", "$text-muted")
    parts = [f"v{deployment.version}", deployment.commit_sha or "no commit"]
    if version is not None and version.version == deployment.version and version.commit is not None:
        parts += [plain(version.commit.subject), plain(version.commit.author)]
        if version.commit.authored_at is not None:
            parts.append(f"{age(version.commit.authored_at)} old")
    return Content(" · ".join(part for part in parts if part))


def _source(deployment: "Deployment", version: "VersionDetails | None", project: str) -> list[Fact]:
    facts = [
        Fact("repository", plain(deployment.repo_url)),
        Fact("branch", plain(deployment.branch)),
    ]
    if version is not None and version.config.root_dir not in ("", "."):
        facts.append(Fact("folder", plain(version.config.root_dir)))
    return [
        *facts,
        Fact("project", plain(project)),
        Fact("type", f"{deployment.service_type.replace('_', ' ')} · {deployment.instance_type}"),
    ]


def _times(deployment: "Deployment") -> list[Fact]:
    return [
        Fact("created", f"{local(deployment.created_at)} · {age(deployment.created_at)} ago"),
        Fact("updated", f"{local(deployment.updated_at)} · {age(deployment.updated_at)} ago"),
        Fact("id", Content.styled(deployment.id, "$text-muted")),
    ]


def _planned(version: "VersionDetails | None", field: str) -> str:
    value = (version.plan or {}).get(field) if version is not None else None
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _health(details: "DeploymentDetails", version: "VersionDetails | None") -> Content:
    path = version.config.health_path or _planned(version, "health_path") if version is not None else ""
    how = f"GET {plain(path)} answers 200-399" if path else "answers on its port"
    if details.health is None:
        return Content.styled("nothing runs", "$text-muted")
    good = details.health == "healthy"
    return Content.assemble((details.health, "$text-success" if good else "$text-error"), (f"  {how}", "$text-muted"))


def _figure(text: str, bars: str) -> Content:
    return Content.assemble(text.ljust(24), (bars, "$text-accent"))
