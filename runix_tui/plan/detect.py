"""From a tree to a plan: the providers in their order, the first that recognises the tree plans it.

The order is the rule: what somebody wrote down (a Dockerfile, a Procfile) before frameworks, frameworks before
languages, languages before bare files.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from runix_tui.core.bases import RuntimeProfile
from runix_tui.core.models import Planner
from runix_tui.core.plan import Origin, Plan
from runix_tui.core.ports import SourceTree
from runix_tui.errors import PlanError
from runix_tui.plan.commands import first_word
from runix_tui.plan.providers import dockerfile, node, others, procfile, python, static
from runix_tui.plan.request import REQUEST, GivenStart, PlanRequest, Site

__all__ = ["PROVIDERS", "PlanRequest", "Provider", "detect"]


@dataclass(frozen=True, slots=True)
class Provider:
    """One way to recognise a tree. ``plan`` gives None when it is not the provider's; ``looked_for`` is for the error
    that nothing was detected."""

    name: str
    language: str
    plan: Callable[[Site], Plan | None]
    looked_for: str
    serves_files: bool = False  # whether what comes out can be a static site


PROVIDERS: Sequence[Provider] = (
    Provider("python framework", "python", python.framework, "Django, FastAPI, Flask and the like in Python manifests"),
    Provider("python site", "python", python.mkdocs, "mkdocs.yml with MkDocs in a manifest", serves_files=True),
    Provider("node framework", "node", node.framework, "a front-end framework in package.json", serves_files=True),
    Provider("node", "node", node.plain, "package.json with a start script, or server.js, app.js, index.js"),
    Provider("python", "python", python.plain, "main.py, app.py, server.py, run.py, or one script in pyproject.toml"),
    Provider("static", "static", static.plan, "index.html at the top or in public/, dist/, …", serves_files=True),
)

_PROGRAMS = {
    "python": {"python", "python3", "gunicorn", "uvicorn", "flask", "hypercorn", "daphne", "waitress-serve", "fastapi"}
    | {"streamlit", "celery", "uwsgi", "granian", "django-admin", "poetry", "uv", "pdm", "pipenv"},
    "node": {
        "node",
        "npm",
        "npx",
        "yarn",
        "pnpm",
        "next",
        "nuxt",
        "vite",
        "serve",
        "tsx",
        "ts-node",
        "nest",
        "nodemon",
    },
}


def detect(tree: SourceTree, ask: PlanRequest, profiles: Mapping[str, RuntimeProfile]) -> Plan:
    """The plan for a tree.

    Raises ``PlanError``: ``nothing_detected`` (its evidence lists what was looked for and what is there),
    ``no_such_version``, ``no_server``, ``no_dockerfile``, ``unreadable_dockerfile``, ``bad_manifest``.
    """
    site = Site(tree, ask, profiles)
    if ask.planner in {Planner.AUTO, Planner.DOCKERFILE} or ask.dockerfile:
        plan = dockerfile.plan(site)
        if plan is not None:
            return plan
    site = replace(site, given=_given(site))
    for provider in _candidates(site):
        plan = provider.plan(site)
        if plan is not None:
            return plan
    raise _nothing(site)


def _given(site: Site) -> GivenStart | None:
    """The start command that is already decided: the request's, else a Procfile's."""
    if site.ask.command:
        return GivenStart(site.ask.command, Origin(source=REQUEST, reason="the command of the request"))
    return procfile.given(site.tree)


def _candidates(site: Site) -> list[Provider]:
    """The providers to ask. A start command that names a language's program rules the other languages out."""
    if site.static_only:
        return [provider for provider in PROVIDERS if provider.serves_files]
    program = first_word(site.given.text) if site.given else ""
    language = next((name for name, programs in _PROGRAMS.items() if program in programs), None)
    return [provider for provider in PROVIDERS if language is None or provider.language == language]


def _nothing(site: Site) -> PlanError:
    looked = ["a Dockerfile", *(provider.looked_for for provider in _candidates(site))]
    entries = site.tree.entries()
    shown = ", ".join(entries[:20]) + (f" and {len(entries) - 20} more" if len(entries) > 20 else "")
    folders = _folders_with_apps(site)
    unknown = others.found(site.tree)
    evidence = [f"looked for: {'; '.join(looked)}", f"found at the top: {shown or 'nothing'}"]
    if unknown:
        named = ", ".join(f"{language} ({path})" for path, language in unknown.items())
        evidence.append(f"rules do not plan this yet: {named}")
        hint = "Add a Dockerfile to the repository: it is used as it is."
    elif folders:
        evidence.append(f"folders that look like an app: {', '.join(folders)}")
        hint = f"Name the app's folder (root_dir, --root-dir): one of {', '.join(folders)}."
    elif site.static_only:
        hint = "Add an index.html or a build script, or deploy it as a web_service."
    else:
        hint = "Add a start command and a manifest of the language (requirements.txt, package.json), or a Dockerfile."
    return PlanError(
        f"Nothing here that can be deployed as a {site.ask.service_type.value}: no rule recognises these files",
        hint=hint,
        code="nothing_detected",
        evidence=tuple(evidence),
    )


def _folders_with_apps(site: Site) -> list[str]:
    """Folders (at most two deep) with a manifest or an entry point of their own: candidates for ``root_dir``."""
    marks = ("package.json", "requirements.txt", "pyproject.toml", "Dockerfile", "manage.py", "main.py", "index.html")
    found = {
        path.rpartition("/")[0]
        for mark in marks
        for pattern in (f"*/{mark}", f"*/*/{mark}")
        for path in site.tree.glob(pattern)
        if "node_modules" not in path
    }
    return sorted(found)[:8]
