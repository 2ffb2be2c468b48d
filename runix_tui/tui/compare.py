"""What became different between two versions: plan, Dockerfile, names of variables, commits. Pure; draws nothing."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runix_tui.core.wire import CommitDetails, HistoryEntry, OriginDetails, VersionDetails

CONTEXT = 3  # unchanged lines around a change
_SETTINGS = ("branch", "root_dir", "instance_type", "port", "command", "build_command", "health_path", "schedule")
_NAMES = {"instance_type": "size", "root_dir": "folder"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that is different. ``because`` says where the newer value came from; empty: nobody says."""

    field: str
    before: str
    after: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class Names:
    """Names of variables: only in the newer one, only in the older one, in both."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


def plan_changes(old: "VersionDetails", new: "VersionDetails") -> list[Change]:
    """Fields of the plan that differ, in the plan's order."""
    before, after = _flat(old.plan or {}), _flat(new.plan or {})
    return [
        Change(field.replace("_", " "), before.get(field, ""), after.get(field, ""), _because(field, old, new))
        for field in dict.fromkeys((*after, *before))
        if before.get(field, "") != after.get(field, "")
    ]


def setting_changes(old: "VersionDetails", new: "VersionDetails") -> list[Change]:
    """What the user asked for differently; variables are told by :func:`env_changes`."""
    found = []
    for field in _SETTINGS:
        before, after = getattr(old.config, field), getattr(new.config, field)
        if before != after:
            found.append(Change(_NAMES.get(field, field.replace("_", " ")), _text(before), _text(after), "asked for"))
    return found


def dockerfile_diff(old: "VersionDetails", new: "VersionDetails") -> list[str]:
    """A unified diff without its headings; empty: they are the same."""
    before, after = (old.dockerfile or "").splitlines(), (new.dockerfile or "").splitlines()
    return list(difflib.unified_diff(before, after, n=CONTEXT, lineterm=""))[2:]


def env_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Names:
    """Names alone: values stay where they are."""
    return Names(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        kept=tuple(sorted(old.keys() & new.keys())),
    )


def other_values(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    """Names of variables that both have, with another value. The values are looked at, and not kept."""
    return tuple(sorted(name for name in old.keys() & new.keys() if old[name] != new[name]))


def commits_between(history: "Sequence[HistoryEntry]", older: int, newer: int) -> "list[CommitDetails]":
    """The commits that were deployed from version ``older`` to ``newer``, both included, newest first, each once."""
    found: dict[str, CommitDetails] = {}
    for entry in sorted(history, key=lambda entry: -entry.version):
        if older <= entry.version <= newer and entry.commit is not None:
            found.setdefault(entry.commit.sha, entry.commit)
    return list(found.values())


def _because(field: str, old: "VersionDetails", new: "VersionDetails") -> str:
    origin = _origin(new.origins, field)
    if origin is None:
        return ""
    before = _origin(old.origins, field)
    same = before is not None and before.source == origin.source
    return f"{origin.source} changed" if same else origin.source


def _origin(origins: "Mapping[str, OriginDetails]", field: str) -> "OriginDetails | None":
    return origins.get(field) or origins.get(field.partition(".")[0])


def _flat(plan: Mapping[str, Any]) -> dict[str, str]:
    """Fields as texts; of an object, each entry is a field of its own."""
    found: dict[str, str] = {}
    for field, value in plan.items():
        if isinstance(value, Mapping):
            found |= {f"{field}.{key}": _text(each) for key, each in value.items()}
        elif text := _text(value):
            found[field] = text
    return found


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return "" if value is None else str(value)
