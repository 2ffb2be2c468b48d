"""A tab: the Dockerfile of a version, and where each choice came from."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from runix_tui.core.stages import ENDED
from runix_tui.core.terminal import plain
from runix_tui.tui.faults import error_content, fault_content
from runix_tui.tui.tabs.versioned import VersionTab
from runix_tui.tui.widgets.code_text import CodeText
from runix_tui.tui.widgets.fact_list import Fact, FactList
from runix_tui.tui.widgets.reader import Reader

if TYPE_CHECKING:
    from runix_tui.core.wire import VersionDetails

SURE = 0.95  # of a choice; below, how sure Runix is is said


class DockerfileTab(VersionTab):
    """Of the version that serves, else of the newest."""

    TITLE = "Dockerfile"
    ROOMY = 96
    DEFAULT_CSS = """
    DockerfileTab { layout: horizontal; }
    DockerfileTab #file { width: 3fr; height: 1fr; padding: 0 1; }
    DockerfileTab #file-heading, DockerfileTab #origins-heading { height: auto; }
    DockerfileTab #file-heading { margin: 0 0 1 0; }
    DockerfileTab #origins { width: 2fr; height: 1fr; padding: 0 1; border-left: solid $border-blurred; }
    DockerfileTab #origins-heading { margin: 0 0 1 0; color: $text-muted; }
    DockerfileTab.-flat { layout: vertical; }
    DockerfileTab.-flat #file { width: 1fr; height: 3fr; }
    DockerfileTab.-flat #file-heading { margin: 0; }
    DockerfileTab.-flat #origins { width: 1fr; height: 2fr; border-left: none; border-top: solid $border-blurred; }
    DockerfileTab.-flat #origins-heading { margin: 0; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own word
        super().__init__(id=id)
        self._text: str | None = None  # what is drawn

    def compose(self) -> ComposeResult:
        """The file, and the reasons."""
        with Reader(id="file"):
            yield Static("", id="file-heading", markup=False)
            yield CodeText(id="file-text")
        with Reader(id="origins"):
            yield Static("Where each choice came from", id="origins-heading", markup=False)
            yield FactList(id="origin-facts")

    def default(self) -> int | None:
        """The version that serves; before one does, the newest."""
        return self.deployment.version or super().default() if self.deployment is not None else None

    def draw(self) -> None:
        """Draw what is known."""
        if self.deployment is None:
            return
        version = self.version
        self.query_one("#file-heading", Static).update(self._heading(version))
        facts = _origins(version) if version is not None else []
        self.query_one(FactList).show(facts)
        self.query_one("#origins").display = bool(facts)
        text = version.dockerfile if version is not None else None
        if text is None:
            self._text = None
            self.query_one(CodeText).show(self._why_none(version))
        elif text != self._text:
            self._text = text
            self.query_one(CodeText).show(_highlighted(text))
            self.query_one("#file", Reader).scroll_home(animate=False)

    def _heading(self, version: "VersionDetails | None") -> Content:
        if version is None or self.deployment is None:
            return Content.styled(f"v{self.number}" if self.number else "", "bold")
        serves = self.deployment.serving and version.version == self.deployment.version
        words = ["serves" if serves else version.status.value]
        from runix_tui.core.plan import Runtime  # it loads what checks plans: not before the first frame

        if (version.plan or {}).get("runtime") == Runtime.DOCKERFILE:
            path = plain(str((version.plan or {}).get("dockerfile") or "Dockerfile"))
            words.append(f"the repository's own {path}")
        else:
            words.append("written by Runix from the plan")
        if version.rollback_of is not None:
            words.append(f"as in v{version.rollback_of}")
        words.append("< > other versions")
        return Content.assemble((f"v{version.version}", "bold"), (f" · {' · '.join(words)}", "$text-muted"))

    def _why_none(self, version: "VersionDetails | None") -> Content:
        if self.trouble is not None:
            return error_content(self.trouble)
        if self.number is None:
            return Content.styled("Nothing was asked for yet, so nothing was planned.", "$text-muted")
        if version is None:
            return Content.styled("Reading…", "$text-muted")
        if version.error is not None:
            said = Content.styled("There is none: it failed before one was written.\n", "$text-muted")
            return Content("\n").join([said, fault_content(version.error)])
        waiting = version.stage not in ENDED
        words = "It is written once the plan is made." if waiting else f"There is none: it was {version.status} before."
        return Content.styled(words, "$text-muted")


def _highlighted(text: str) -> Content:
    from textual.highlight import highlight

    return highlight("\n".join(plain(line) for line in text.splitlines()), language="docker")


def _origins(version: "VersionDetails") -> list[Fact]:
    """Each choice: its value, the file that says so, why, and how sure that is."""
    plan = version.plan or {}
    facts = []
    for field, origin in version.origins.items():
        doubt = f" · {origin.confidence:.0%} sure" if origin.confidence < SURE else ""
        value = Content.assemble(
            (plain(_words(plan.get(field))), "bold"),
            "\n",
            (plain(origin.source), "$text-accent"),
            (f": {plain(origin.reason)}{doubt}", "$text-muted"),
        )
        facts.append(Fact(field.replace("_", " "), value))
    return facts


def _words(value: object) -> str:
    if isinstance(value, list | tuple):
        return " ".join(map(str, value)) or "none"
    return "none" if value in (None, "") else str(value)
