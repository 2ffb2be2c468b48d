"""What is known of a rollback before it happens, as facts to be read. Asks nobody."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from runix_tui.core.human import age, size
from runix_tui.core.stages import Status
from runix_tui.core.terminal import plain
from runix_tui.tui.compare import Names, setting_changes
from runix_tui.tui.way_back import KEEP, refusal, seconds_to_start, way_back
from runix_tui.tui.widgets.fact_list import Fact

if TYPE_CHECKING:
    from runix_tui.core.wire import Deployment, HistoryEntry, VersionDetails


@dataclass(frozen=True, slots=True)
class EnvChange:
    """What becomes of the variables, by name: ``other`` get another value."""

    names: Names
    other: tuple[str, ...]

    @property
    def words(self) -> str:
        """In one line."""
        parts = [f"{name} (other value)" for name in self.other]
        parts += [f"{name} (comes back)" for name in self.names.added]
        parts += [f"{name} (goes)" for name in self.names.removed]
        return f"goes back too: {', '.join(parts)}" if parts else "stays as it is"


@dataclass(frozen=True, slots=True)
class Prospect:
    """A rollback of ``deployment`` to ``number`` (None: not known yet, or nowhere to go)."""

    deployment: "Deployment"
    history: "Sequence[HistoryEntry] | None"
    asked: int | None = None
    target: "VersionDetails | None" = None
    serving: "VersionDetails | None" = None
    env: EnvChange | None = None
    keep: int = KEEP

    @property
    def number(self) -> int | None:
        """The version that is gone back to."""
        return self.asked or (way_back(self.history, self.deployment) if self.history is not None else None)

    @property
    def refused(self) -> str | None:
        """Why it cannot be done."""
        return None if self.history is None else refusal(self.history, self.deployment, self.number, self.keep)

    def facts(self) -> list[Fact]:
        """What will happen; nothing where nothing can."""
        entry = next((each for each in self.history or () if each.version == self.number), None)
        if entry is None or self.refused is not None:
            return []
        facts = [Fact("release", self._release(entry)), Fact("image", self._image(entry))]
        facts += self._settings()
        facts.append(Fact("env", self.env.words if self.env is not None else "…"))
        facts.append(Fact("files", "what was written inside the container is not kept, as with every new version"))
        if self.deployment.serving:
            facts.append(Fact("meanwhile", f"v{self.deployment.version} serves until this one is healthy"))
        if self.deployment.status is Status.BUILDING:
            what = f"v{self.deployment.latest_version}, which is under way, is cancelled"
            facts.append(Fact("but", Content.styled(what, "$text-warning")))
        return facts

    def _release(self, entry: "HistoryEntry") -> str:
        words = [f"v{entry.version}", entry.commit_sha or "no commit"]
        words += [plain(entry.commit.subject), plain(entry.commit.author)] if entry.commit else []
        return " · ".join([*(word for word in words if word), f"{age(entry.created_at)} ago"])

    def _image(self, entry: "HistoryEntry") -> str:
        seconds = seconds_to_start(self.target) if self.target is not None else None
        about = f"starts in about {max(1, round(seconds))} s" if seconds else "starts in a moment"
        return f"kept{f', {size(entry.image_size)}' if entry.image_size else ''}; nothing is built, {about}"

    def _settings(self) -> list[Fact]:
        """What goes back beside the code; the branch stays."""
        if self.target is None or self.serving is None:
            return []
        return [
            Fact(change.field, f"{plain(change.before) or 'none'} → {plain(change.after) or 'none'}")
            for change in setting_changes(self.serving, self.target)
            if change.field != "branch"
        ]
