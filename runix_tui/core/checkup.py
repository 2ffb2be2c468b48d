"""The health of an installation as values: what was looked at, what was found, and what would mend it."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How good a finding is: ``warn`` means that something works less well, ``fail`` that services cannot run."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Condition(StrEnum):
    """How the engine or the gateway is: ``starting`` is no fault, and over soon."""

    OK = "ok"
    STARTING = "starting"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. ``remedy`` says to a person what to do; ``fix`` are the commands (argv lists, with
    sudo where they need it) that do it, in order: none where only a person can decide."""

    name: str
    level: Level
    found: str
    remedy: str = ""
    fix: tuple[tuple[str, ...], ...] = ()
