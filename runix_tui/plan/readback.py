"""From a Dockerfile of ours back to what it says of its plan: the proof that the renderer lost nothing.

Reads what ``dockerfile.render`` writes and nothing else; a repository's own Dockerfile never comes here.
"""

import re
from posixpath import normpath

from runix_tui.errors import PlanError
from runix_tui.plan.dockerfile import Encoded
from runix_tui.plan.instructions import Instruction, exec_form
from runix_tui.plan.instructions import parse as instructions
from runix_tui.plan.nginx import CONF
from runix_tui.plan.toolchain import APP

_APT = re.compile(r"apt-get update && apt-get install -y --no-install-recommends (.+) && rm -rf /var/lib/apt/lists/\*")


def parse(text: str) -> Encoded:
    """What a rendered Dockerfile says of its plan. Raises ``PlanError`` when it is none of ours."""
    found, _ = instructions(text)
    stages = _stages(found)
    build = stages[0] if len(stages) == 2 else []
    release = stages[-1]
    sections = _sections(text, build)
    packages = _packages(build)
    conf = next((each for each in release if each.keyword == "RUN" and each.rest.endswith(f"> {CONF}")), None)
    return Encoded(
        packages,
        _packages(release),
        tuple(path for each in sections["dependencies"] if each.keyword == "COPY" for path in _manifests(each)),
        tuple(each.rest for each in sections["dependencies"] if each.keyword == "RUN"),
        tuple(each.rest for each in sections["build"]),
        tuple(exec_form(_one(release, "CMD").rest) or ()),
        int(_one(release, "EXPOSE").rest),
        _static_dir(_one(release, "COPY")) if conf else None,
        bool(conf and "/index.html; }" in conf.rest),
    )


def _stages(found: tuple[Instruction, ...]) -> list[list[Instruction]]:
    stages: list[list[Instruction]] = []
    for each in found:
        if each.keyword == "FROM":
            stages.append([])
        if not stages:
            raise PlanError("a Dockerfile that does not begin with FROM", hint="Render the plan again.")
        stages[-1].append(each)
    if len(stages) not in {1, 2}:
        raise PlanError("a Dockerfile of more than two stages is none of ours", hint="Render the plan again.")
    return stages


def _sections(text: str, build: list[Instruction]) -> dict[str, list[Instruction]]:
    """The instructions of the build stage under the comments ``# dependencies`` and ``# build``."""
    found: dict[str, list[Instruction]] = {"dependencies": [], "build": []}
    by_line = {each.line: each for each in build}
    section = ""
    for number, line in enumerate(text.split("\n"), 1):
        if line.startswith("# "):
            section = line[2:]
        elif number in by_line and section in found:
            found[section].append(by_line[number])
    return found


def _packages(stage: list[Instruction]) -> tuple[str, ...]:
    for each in stage:
        match = _APT.fullmatch(each.rest) if each.keyword == "RUN" and not each.flags else None
        if match:
            return tuple(match[1].split())
    return ()


def _manifests(copy: Instruction) -> list[str]:
    words = exec_form(copy.rest) or copy.rest.split()
    return [] if words == [".", "."] else words[:-1]


def _one(stage: list[Instruction], keyword: str) -> Instruction:
    found = [each for each in stage if each.keyword == keyword]
    if not found:
        raise PlanError(f"a Dockerfile without {keyword} is none of ours", hint="Render the plan again.")
    return found[-1]


def _static_dir(copy: Instruction) -> str:
    words = exec_form(copy.rest) or copy.rest.split()
    source = words[0]
    if any(flag.startswith("--from=") for flag in copy.flags):
        source = source.removeprefix(APP).lstrip("/") or "."
    return normpath(source)
