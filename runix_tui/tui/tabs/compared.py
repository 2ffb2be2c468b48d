"""What the lower half of the History says of a version, or of what became different between two. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from textual.content import Content

from runix_tui.core.human import local, size, took
from runix_tui.core.terminal import plain
from runix_tui.tui.compare import (
    Change,
    commits_between,
    dockerfile_diff,
    env_changes,
    plan_changes,
    setting_changes,
)
from runix_tui.tui.faults import fault_content
from runix_tui.tui.walks import SYMBOLS, rows
from runix_tui.tui.widgets.diff import diff_content

if TYPE_CHECKING:
    from runix_tui.core.wire import HistoryEntry, VersionDetails


class Pane(StrEnum):
    """What is told."""

    PLAN = "Plan"
    DOCKERFILE = "Dockerfile"
    ENV = "Env names"
    COMMITS = "Commits"
    ABOUT = "About"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions, the older first."""

    older: int
    newer: int

    @property
    def title(self) -> str:
        """As a heading."""
        return f"v{self.older} ⇄ v{self.newer}"


def pair_of(at: int | None, marked: Sequence[int], live: int | None, history: "Sequence[HistoryEntry]") -> Pair | None:
    """What is compared: two marked ones; else the marked one, or the one at the cursor, with the live one; the live one
    itself with the one before it, else the one after. None: there is nothing to compare with."""
    chosen = list(marked) or ([at] if at is not None else [])
    if len(chosen) == 1:
        other = live if live is not None and live != chosen[0] else None
        if other is None and marked and at is not None and at != chosen[0]:
            other = at
        if other is None:
            others = [entry.version for entry in history if entry.version != chosen[0]]
            other = max((each for each in others if each < chosen[0]), default=min(others, default=None))
        chosen += [other] if other is not None else []
    return Pair(min(chosen), max(chosen)) if len(chosen) == 2 else None


def compared(
    pane: Pane,
    old: "VersionDetails",
    new: "VersionDetails",
    history: "Sequence[HistoryEntry]",
    other: Sequence[str] | None,
) -> Content:
    """One pane of a comparison. ``other``: names of variables with another value; None: not known yet."""
    match pane:
        case Pane.DOCKERFILE:
            lines = dockerfile_diff(old, new)
            return diff_content(lines) if lines else _same("The Dockerfiles are the same.")
        case Pane.ENV:
            return _env(old, new, other)
        case Pane.COMMITS:
            return _commits(old, new, history)
        case _:
            return _plan(old, new)


def _plan(old: "VersionDetails", new: "VersionDetails") -> Content:
    changes = [*plan_changes(old, new), *setting_changes(old, new)]
    if not changes:
        return _same("The plans are the same, and so is what was asked for.")
    width = max(len(change.field) for change in changes)
    return Content("\n").join(_change(change, width) for change in changes)


def _change(change: Change, width: int) -> Content:
    because = f"   because {plain(change.because)}" if change.because else ""
    return Content.assemble(
        f"{plain(change.field):<{width}}  ",
        (plain(change.before) or "nothing", "$text-error"),
        " → ",
        (plain(change.after) or "nothing", "$text-success"),
        (because, "$text-muted"),
    )


def _env(old: "VersionDetails", new: "VersionDetails", other: Sequence[str] | None) -> Content:
    names = env_changes(old.config.env, new.config.env)
    lines = [Content.styled(f"- {name}", "$text-error") for name in names.removed]
    lines += [Content.styled(f"+ {name}", "$text-success") for name in names.added]
    lines += [Content.styled(f"~ {name}  has another value", "$text-warning") for name in other or ()]
    same = [name for name in names.kept if name not in (other or ())]
    if not lines and other is not None:
        return _same("Names and values are the same." if same else "Neither has variables.")
    if same and other is not None:
        lines.append(Content.styled(f"  {', '.join(same)}: the same", "$text-muted"))
    if other is None:
        lines.append(Content.styled("  Comparing values…", "$text-muted"))
    return Content("\n").join(lines)


def _commits(old: "VersionDetails", new: "VersionDetails", history: "Sequence[HistoryEntry]") -> Content:
    found = commits_between(history, old.version, new.version)
    if old.commit is not None and new.commit is not None and old.commit.sha == new.commit.sha:
        head = [_same("Both are of the same commit.")]
    else:
        head = []
    if not found:
        return _same("Neither has a commit.")
    lines = [
        Content.assemble(
            (each.sha[:7], "$text-accent"),
            f"  {plain(each.subject)}",
            (f"  {plain(each.author)}", "$text-muted"),
            (f"  {local(each.authored_at)}" if each.authored_at else "", "$text-muted"),
        )
        for each in found
    ]
    return Content("\n").join([*head, *lines])


def _same(text: str) -> Content:
    return Content.styled(text, "$text-muted")


def about(version: "VersionDetails") -> Content:
    """Everything about one version."""
    facts = [
        ("kind", version.kind.value + (f" to v{version.rollback_of}" if version.rollback_of is not None else "")),
        ("status", f"{version.status} · stage {version.stage}"),
        ("commit", _commit(version)),
        ("began", local(version.created_at)),
        ("ended", local(version.finished_at) if version.finished_at else "not yet"),
        ("took", _times(version)),
        ("image", f"{(version.image_id or 'none').removeprefix('sha256:')[:12]} · {size(version.image_size)}"),
        ("port", str(version.port or "–")),
        ("size", version.config.instance_type),
        ("env", ", ".join(sorted(version.config.env)) or "no variables"),
    ]
    lines = [fault_content(version.error, keys=False)] if version.error is not None else []
    lines += [Content.assemble((f"{label:<8}", "$text-muted"), plain(text)) for label, text in facts]
    return Content("\n").join(lines)


def _commit(version: "VersionDetails") -> str:
    commit = version.commit
    if commit is None:
        return "none"
    when = f" · {local(commit.authored_at)}" if commit.authored_at else ""
    return f"{commit.sha} · {commit.subject} · {commit.author}{when}"


def _times(version: "VersionDetails") -> str:
    stages = " · ".join(
        f"{SYMBOLS[row.state]} {row.name} {took(row.seconds)}" for row in rows(version) if row.seconds is not None
    )
    return took(version.duration_seconds) + (f" ({stages})" if stages else "")
