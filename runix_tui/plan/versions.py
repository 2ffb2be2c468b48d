"""Which version of a runtime a repository asks for, and the nearest one that there is. Knows no file formats."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from runix_tui.core.bases import RuntimeProfile
from runix_tui.core.plan import Origin
from runix_tui.errors import PlanError
from runix_tui.plan.request import RULES

_PIN = re.compile(r"[vV=]*(\d+)(?:\.(\d+))?(?:\.(\d+))?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version that a file asks for. ``accepts`` says of a profile's version whether it is one of those asked for;
    ``pin`` is the version asked for when it is a single one (``(3, 12)``), None for a range."""

    text: str
    source: str
    accepts: Callable[[str], bool]
    pin: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A version of the profile and where it comes from."""

    version: str
    origin: Origin


def pin(text: str) -> tuple[int, ...] | None:
    """``3.11.4`` as ``(3, 11, 4)``, ``v20`` as ``(20,)``; None for anything that is not one version."""
    match = _PIN.fullmatch(text.strip())
    return tuple(int(part) for part in match.groups() if part is not None) if match else None


def numbers(version: str) -> tuple[int, ...]:
    """A profile's version as numbers; () when it has none (``stable``)."""
    return pin(version) or ()


def pinned(text: str, source: str) -> Wanted | None:
    """A single version asked for by ``text``, or None when it is not one. ``3.11.4`` is satisfied by ``3.11``."""
    wanted = pin(text)
    if wanted is None:
        return None
    return Wanted(text.strip(), source, lambda version: _same(numbers(version), wanted), wanted)


def choose(profile: RuntimeProfile, wanted: Wanted | None) -> Chosen:
    """The profile's version for what is wanted: the default if it is accepted, else the newest accepted; a pinned one
    that there is not: the nearest of the same major. Raises ``PlanError`` (``no_such_version``)."""
    if wanted is None:
        return Chosen(profile.default, Origin(source=RULES, reason=f"no file asks for a version of {profile.name}"))
    available = [base.version for base in profile.bases]
    accepted = [version for version in available if wanted.accepts(version)]
    if accepted:
        version = profile.default if profile.default in accepted else accepted[-1]
        return Chosen(version, Origin(source=wanted.source, reason=f"asks for {wanted.text}"))
    nearest = _nearest(available, wanted.pin) if wanted.pin else None
    if nearest is None:
        raise PlanError(
            f"{wanted.source} asks for {profile.name} {wanted.text}, and there is only {', '.join(available)}",
            hint=f"Ask for one of {', '.join(available)} in {wanted.source}, or bring a Dockerfile of your own.",
            code="no_such_version",
            evidence=(f"{wanted.source}: {wanted.text}", f"available: {', '.join(available)}"),
        )
    reason = f"asks for {wanted.text}, which there is not; {nearest} is the nearest"
    return Chosen(nearest, Origin(source=wanted.source, reason=reason, confidence=0.7))


def _same(version: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether they agree as far as both go."""
    shared = min(len(version), len(wanted))
    return shared > 0 and version[:shared] == wanted[:shared]


def _nearest(available: Sequence[str], wanted: tuple[int, ...]) -> str | None:
    """The next newer version of the same major, else the newest older one; None when the major is another.

    Where majors are what versions are (Node.js), the nearest major up to four away: two releases with long support.
    """
    known = sorted((numbers(version), version) for version in available if numbers(version))
    if all(len(number) == 1 for number, _ in known):
        known = [(number, version) for number, version in known if abs(number[0] - wanted[0]) <= 4]
    else:
        known = [(number, version) for number, version in known if number[0] == wanted[0]]
    newer = [version for number, version in known if number >= wanted[: len(number)]]
    return newer[0] if newer else (known[-1][1] if known else None)
