"""A plan while a provider makes it: every value is put down together with where it came from. Holds no rules."""

import re
from collections.abc import Mapping
from typing import Any

from runix_tui.core.plan import Origin, Plan, Runtime
from runix_tui.plan import variables
from runix_tui.plan.commands import argv
from runix_tui.plan.request import REQUEST, RULES, PlanRequest

_PORT = re.compile(r"(?:--port[= ]|(?<!\S)-p[= ]?|(?<!\S)PORT=|0\.0\.0\.0:|--bind[= ]:|(?<!\S)-b[= ]?:)(\d{2,5})\b")
# How common servers are told a port. A start command that asks for $PORT names none.


class Draft:
    """Collects the fields of a plan and their origins; ``plan()`` ends it."""

    def __init__(self, provider: str, runtime: Runtime) -> None:
        self._fields: dict[str, Any] = {"provider": provider, "runtime": runtime}
        self._origins: dict[str, Origin] = {}
        self._env: dict[str, str] = {}

    def put(self, field: str, value: object, source: str, reason: str, confidence: float = 1.0) -> None:
        """Set a field of the plan; ``source`` is the file (and line) or rule that says so."""
        self._fields[field] = value
        self._origins[field] = Origin(source=source, reason=reason, confidence=confidence)

    def put_from(self, field: str, value: object, origin: Origin) -> None:
        """Set a field whose origin is known already."""
        self._fields[field] = value
        self._origins[field] = origin

    def env(self, values: Mapping[str, str], source: str, reason: str) -> None:
        """Add environment variables of the image."""
        self._env |= values
        self.put("env", dict(self._env), source, reason)

    def build(self, ask: PlanRequest, *, before: list[str], rule: list[str], after: list[str], source: str) -> None:
        """Set the build steps: the request's command takes the place of ``rule``; ``before`` and ``after`` stay."""
        own = [ask.build_command] if ask.build_command else rule
        steps = tuple(before + own + after)
        if steps:
            reason = "the request's build command" if ask.build_command else "what the build needs"
            self.put("build", steps, REQUEST if ask.build_command else source, reason)

    def plan(self, ask: PlanRequest) -> Plan:
        """The plan, with what the request decides by itself: command, port, health path, build variables."""
        if ask.command and "start" not in self._fields:
            self.put("start", argv(ask.command), REQUEST, "the command of the request")
        start = " ".join(self._fields.get("start", ()))
        named = _PORT.search(start)
        if named and 0 < int(named[1]) < 65536:
            self.put("port", int(named[1]), self._origins["start"].source, "the port that the start command names")
        if ask.port is not None:
            self.put("port", ask.port, REQUEST, "the port of the request")
        if ask.health_path:
            self.put("health_path", ask.health_path, REQUEST, "the health path of the request")
        if "build_variables" not in self._fields:
            self.put("build_variables", variables.DEFAULT, RULES, "names that front ends read at build time")
        return Plan(**self._fields, origins=self._origins)
