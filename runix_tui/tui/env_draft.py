"""Changes to an environment that were made and not applied yet. Pure. Values are secrets until they are sent."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from runix_tui.core.secret import Secret


class Fate(StrEnum):
    """What becomes of a variable when the draft is applied."""

    SAME = " "
    NEW = "+"
    CHANGED = "~"
    REMOVED = "-"


@dataclass
class EnvDraft:
    """``changes`` maps names to new values, None: removed. ``errors`` are the server's words about names."""

    changes: dict[str, Secret | None] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def names(self, present: Iterable[str]) -> list[str]:
        """All names, those that are there and those that are new."""
        return sorted({*present, *self.changes})

    def fate(self, name: str, present: Iterable[str]) -> Fate:
        """What becomes of ``name``."""
        if name not in self.changes:
            return Fate.SAME
        if self.changes[name] is None:
            return Fate.REMOVED
        return Fate.CHANGED if name in set(present) else Fate.NEW

    def put(self, name: str, value: str) -> None:
        """Add a variable, or give it another value."""
        self.changes[name] = Secret(value)
        self.errors.pop(name, None)

    def remove(self, name: str, present: Iterable[str]) -> None:
        """Take a variable away; one that is only in the draft is forgotten."""
        self.undo(name)
        if name in set(present):
            self.changes[name] = None

    def undo(self, name: str) -> None:
        """Leave a variable as it is."""
        self.changes.pop(name, None)
        self.errors.pop(name, None)

    def take(self, found: Mapping[str, str]) -> None:
        """Add or change all of these."""
        for name, value in found.items():
            self.put(name, value)

    def applied(self, sent: Mapping[str, Secret | None]) -> None:
        """Forget these changes, but for what was given another value since they were sent."""
        for name, value in sent.items():
            if name in self.changes and self.changes[name] is value:
                self.undo(name)

    def settle(self, present: Iterable[str]) -> None:
        """Forget removals of what is gone already."""
        here = set(present)
        for name in [name for name, value in self.changes.items() if value is None and name not in here]:
            self.undo(name)

    def patch(self) -> dict[str, dict[str, str | None]]:
        """The body that asks for it."""
        return {"env": {name: None if value is None else value.reveal() for name, value in self.changes.items()}}
