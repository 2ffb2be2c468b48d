"""The repository's own Dockerfile. Its text is not judged here: policy does that, with what the engine can."""

from runix_tui.core.models import Planner
from runix_tui.core.plan import Plan, Runtime
from runix_tui.core.ports import MAX_TEXT
from runix_tui.errors import PlanError
from runix_tui.plan import variables
from runix_tui.plan.draft import Draft
from runix_tui.plan.instructions import parse
from runix_tui.plan.request import REQUEST, Site
from runix_tui.plan.substitution import assignments

NAMES = ("Dockerfile", "Containerfile")


def plan(site: Site) -> Plan | None:
    """A plan that leaves everything to the Dockerfile, or None when there is none.

    Raises ``PlanError`` (``no_dockerfile``) when one was asked for, ``unreadable_dockerfile``, ``policy`` when it is
    no Dockerfile.
    """
    asked = site.ask.dockerfile
    path = asked or next((name for name in NAMES if site.tree.exists(name)), None)
    if path is None or not site.tree.exists(path):
        if asked or site.ask.planner is Planner.DOCKERFILE:
            raise _missing(site, path or "Dockerfile")
        return None
    text = site.tree.text(path)
    if text is None:
        raise _unreadable(path, site.tree.size(path) or 0)
    draft = Draft("dockerfile", Runtime.DOCKERFILE)
    source, reason = (REQUEST, "the Dockerfile of the request") if asked else (path, "the repository's own")
    draft.put("dockerfile", path, source, reason)
    names = tuple(sorted({*variables.DEFAULT, *_arguments(text)}))
    draft.put("build_variables", names, path, "the ARG lines, and names that front ends read at build time")
    return draft.plan(site.ask)


def _arguments(text: str) -> set[str]:
    """The names that stages declare by ARG: what the author wants to get from outside."""
    instructions, _ = parse(text)
    first = next((index for index, each in enumerate(instructions) if each.keyword == "FROM"), 0)
    return {name for each in instructions[first:] if each.keyword == "ARG" for name in assignments(each.rest)}


def _unreadable(path: str, size: int) -> PlanError:
    """It is there, but what it says cannot be known: planning by rules instead would surprise its author."""
    hint = "Correct it, or plan by rules (planner: rules)."
    why = "is not UTF-8 text"
    if size > MAX_TEXT:
        why = f"has {size} bytes; at most {MAX_TEXT} are read"
        hint = "Put what is large into files of their own and COPY them, or plan by rules (planner: rules)."
    return PlanError(f"{path} {why}", hint=hint, code="unreadable_dockerfile")


def _missing(site: Site, path: str) -> PlanError:
    there = [*(name for name in NAMES if site.tree.exists(name)), *site.tree.glob("**/*Dockerfile*")]
    found = ", ".join(dict.fromkeys(there)) or "none"
    return PlanError(
        f"there is no {path} in the repository",
        hint="Name the Dockerfile's path below root_dir, or plan by rules (planner: rules).",
        code="no_dockerfile",
        evidence=(f"looked for: {path}", f"Dockerfiles found: {found}"),
    )
