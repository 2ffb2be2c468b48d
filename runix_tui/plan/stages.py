"""The stages of a repository's own Dockerfile while it is read: their names, what they stand on, what they know.

Which instruction may say what is decided in own.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from runix_tui.core.ports import SourceTree
from runix_tui.plan import images
from runix_tui.plan.instructions import Instruction, refuse
from runix_tui.plan.substitution import builtins, expand

OUR_IMAGES = "localhost/runix-"  # what ``core.names.image`` makes: other services' releases are nobody's base
OUR_BASES = "localhost/runix-base/"
DEFAULT_SHELL = ("/bin/sh", "-c")


@dataclass(slots=True)
class Stage:
    """A stage. ``shell`` runs its RUN steps; ``expose`` are TCP ports; ``values`` its variables, as far as known."""

    name: str
    shell: tuple[str, ...] = DEFAULT_SHELL
    expose: set[int] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Reading:
    """What is known while the lines are read."""

    tree: SourceTree
    cache_scope: str
    bind_mounts_safe: bool
    globals: dict[str, str] = field(default_factory=builtins)
    stages: list[Stage] = field(default_factory=list)
    later: frozenset[str] = frozenset()
    bases: dict[str, None] = field(default_factory=dict)
    arguments: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)


def parent_of(reference: str, each: Instruction, reading: Reading) -> tuple[str, Stage | None]:
    """A FROM's image as it goes to the engine, and the stage that it is, if it is one."""
    stage = next((stage for stage in reading.stages if stage.name and stage.name == reference.lower()), None)
    if stage:
        return stage.name, stage
    if reference == "scratch":
        return reference, None
    return image_name(reference, each, reading), None


def image_name(reference: str, each: Instruction, reading: Reading) -> str:
    """The full name of an image that an instruction needs, which is remembered. Raises ``PlanError`` (``policy``)."""
    try:
        image = images.normalise(reference)
    except ValueError as error:
        hint = "Name an image at a registry, as docker.io/library/python:3.13-slim."
        raise refuse(each.line, str(error), hint) from error
    if image.startswith(OUR_IMAGES) and not image.startswith(OUR_BASES):
        raise refuse(each.line, f"{image} is the image of a service", "Name an image at a registry.")
    reading.bases[image] = None
    return image


def expanded(text: str, each: Instruction, values: Mapping[str, str]) -> str:
    """A word with its variables replaced. Raises ``PlanError`` (``policy``) when one has no value."""
    try:
        return expand(text.strip("\"'"), values)
    except KeyError as error:
        hint = "Give it a default: ARG NAME=value before the first FROM."
        raise refuse(each.line, f"the variable {error.args[0]} has no value here", hint) from error
    except ValueError as error:
        raise refuse(each.line, f"an unclear variable in {text}", "Write $NAME or ${NAME:-default}.") from error


def leniently(value: str, values: Mapping[str, str]) -> str:
    """A value with its variables replaced where that is possible: it only serves EXPOSE and FROM."""
    try:
        return expand(value, values)
    except (KeyError, ValueError):
        return value


def source_of(value: str, each: Instruction, reading: Reading) -> str:
    """What ``--from=`` names: an earlier stage by name or number, else an image."""
    if "$" in value:
        raise refuse(each.line, "a variable in from=", "Write the stage's name, or FROM the image AS a stage.")
    earlier = reading.stages[:-1]
    if value.isascii() and value.isdigit():
        if int(value) >= len(earlier):
            raise refuse(each.line, f"from={value}, which is no earlier stage", "Name an earlier stage.")
        return str(int(value))
    if any(stage.name == value.lower() for stage in earlier):
        return value.lower()
    if value.lower() in reading.later:
        raise refuse(each.line, f"from={value}, which is no earlier stage", "Put that stage before this one.")
    return image_name(value, each, reading)


def stage_names(found: tuple[Instruction, ...]) -> frozenset[str]:
    """The names of all stages of a Dockerfile."""
    words = [each.rest.split() for each in found if each.keyword == "FROM"]
    return frozenset(line[2].lower() for line in words if len(line) == 3)
