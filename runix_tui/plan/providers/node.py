"""Node.js: from package.json to a plan. Front ends become files behind nginx, everything else a process."""

import re

from runix_tui.core.plan import Plan, Runtime
from runix_tui.errors import PlanError
from runix_tui.plan.commands import argv, first_word, with_exec
from runix_tui.plan.draft import Draft
from runix_tui.plan.providers import node_sites, system_packages
from runix_tui.plan.providers.manifests import at
from runix_tui.plan.providers.node_project import NodeProject, install, manifests, prune, read, run
from runix_tui.plan.request import Site
from runix_tui.plan.versions import choose

ENTRIES = ("server.js", "app.js", "index.js", "main.js", "server.mjs", "index.mjs", "src/index.js", "src/server.js")
_CALL = re.compile(
    r"(?<![\w/.-])(?:(?:npm|pnpm|yarn|bun)(?: run)? start|(?:(?:npm|pnpm|bun) run|yarn(?: run)?|pnpm) ([a-z][\w:.-]*))"
    r"(?=\s*(?:&&|$))"
)
# A script that is called by its name, as the last word of a command.
_FRAMEWORKS = {
    "next": "next",
    "nuxt": "nuxt",
    "@nestjs/core": "nest",
    "@sveltejs/kit": "sveltekit",
    "astro": "astro",
    "express": "express",
    "fastify": "fastify",
    "koa": "koa",
    "hono": "hono",
    "@hapi/hapi": "hapi",
}
# What frameworks build as a server, and how that is started without a script of the repository's.
_SERVERS = {
    "next": "next start",
    "nuxt": "node .output/server/index.mjs",
    "sveltekit": "node build",
    "astro": "node dist/server/entry.mjs",
}


def framework(site: Site) -> Plan | None:
    """A plan for a front end whose build is files, or for a framework with a server of its own; None for neither."""
    project = read(site.tree)
    if project is None:
        return None
    output = None if site.given else node_sites.find(site.tree, project, static_only=site.static_only)
    if output:
        return _static(site, project, output)
    known = framework_of(project)
    if site.static_only or known not in _SERVERS:
        return None
    return _server(site, project)


def plain(site: Site) -> Plan | None:
    """A plan for anything else with a package.json that says how it starts, or None."""
    project = read(site.tree)
    return _server(site, project) if project else None


def framework_of(project: NodeProject) -> str:
    """The framework that package.json depends on, or nothing."""
    return next((name for package, name in _FRAMEWORKS.items() if package in project.all_dependencies), "")


def _static(site: Site, project: NodeProject, output: node_sites.Output) -> Plan:
    draft = _draft(site, project)
    if output.tool:
        draft.put("framework", output.tool, at(site.tree, "package.json", output.tool), "a dependency")
    draft.put("static_dir", output.folder, output.source, "what the build makes", 0.9 if output.tool else 0.4)
    draft.put("spa", output.spa, output.source, output.spa_reason)
    source = at(site.tree, "package.json", output.script)
    draft.build(site.ask, before=[], rule=[run(project, output.script)], after=[], source=source)
    return draft.plan(site.ask)


def _server(site: Site, project: NodeProject) -> Plan | None:
    start = _start(site, project)
    if start is None:
        return None
    text, source, reason, confidence = start
    draft = _draft(site, project)
    name = framework_of(project)
    if name:
        package = next(package for package, known in _FRAMEWORKS.items() if known == name)
        draft.put("framework", name, at(site.tree, "package.json", package), "a dependency")
    draft.put("start", argv(text), source, reason, confidence)
    after = _after(project, text)
    script = "build" if "build" in project.scripts else None
    rule = [run(project, script)] if script else []
    where = at(site.tree, "package.json", "build") if script else project.manager_source
    draft.build(site.ask, before=[], rule=rule, after=after, source=where)
    return draft.plan(site.ask)


def _after(project: NodeProject, start: str) -> list[str]:
    """What follows the build: caches and what only development needs are removed, unless the start needs it."""
    steps = ["rm -rf .next/cache"] if "next" in project.all_dependencies and "build" in project.scripts else []
    command = prune(project)
    needs_dev = any(_program_of(name) == first_word(start) for name in project.dev_dependencies)
    if command and not needs_dev and first_word(start) not in {"npm", "npx", "yarn", "pnpm"}:
        steps.append(command)
    return steps


def _program_of(package: str) -> str:
    """The program that a package is likely to bring."""
    known = {
        "typescript": "tsc",
        "@nestjs/cli": "nest",
        "@babel/node": "babel-node",
        "@react-router/dev": "react-router",
    }
    return known.get(package, package)


_Start = tuple[str, str, str, float]
"""How it starts: (shell text, source, reason, confidence)."""


def _start(site: Site, project: NodeProject) -> _Start | None:
    if site.given:
        origin = site.given.origin
        return _resolved(project, site.given.text), origin.source, origin.reason, origin.confidence
    return _by_script(site, project) or _by_file(site, project)


def _by_script(site: Site, project: NodeProject) -> _Start | None:
    """The start script, or the server that the build makes."""
    scripts = project.scripts
    known = framework_of(project)
    name = "start:prod" if known == "nest" and "start:prod" in scripts else "start"
    text = scripts.text(name)
    if text and not _develops(text):
        where = at(site.tree, "package.json", name)
        return _script(project, name, text), f"{where} scripts.{name}", "the repository's own start script", 1.0
    if known in _SERVERS and "build" in scripts:
        return _SERVERS[known], at(site.tree, "package.json", known), f"how {known} serves what it built", 0.9
    return None


def _by_file(site: Site, project: NodeProject) -> _Start | None:
    """The package's main file, or one of the usual names; a page with scripts of its own is no server."""
    if not framework_of(project) and site.tree.exists("index.html"):
        return None
    main = project.package.text("main").removeprefix("./")
    if main and site.tree.exists(main):
        return f"node {main}", "package.json main", "no start script; the package's main file", 0.7
    entry = next((path for path in ENTRIES if site.tree.exists(path)), None)
    return (f"node {entry}", entry, "no start script; a file of the usual name", 0.7) if entry else None


def _develops(text: str) -> bool:
    """Whether a start script is a tool's development server, which must not serve."""
    return bool(re.match(r"(?:next dev|nuxt dev|vite(?: dev)?(?:\s+-|$)|astro dev|nodemon\b.*--exec)", text.strip()))


def _script(project: NodeProject, name: str, text: str) -> str:
    """The shell text that running a script means, with what package managers run before it."""
    text = _resolved(project, text)
    before = project.scripts.text(f"pre{name}")
    return f"{_resolved(project, before)} && {with_exec(text)}" if before else text


def _resolved(project: NodeProject, text: str) -> str:
    """A command whose calls of other scripts are replaced by what these say: only npm is there at run time.

    Raises ``PlanError`` (``no_runtime``) when it starts with a program that the release does not have.
    """
    for _ in range(5):
        match = _CALL.search(text)
        script = (project.scripts.text(match[1] or "start") if match else "").strip()
        if match is None or not script or re.search(r"[;|]", script):
            break
        text = text[: match.start()] + script + text[match.end() :]
    if first_word(text) in {"yarn", "pnpm", "bun", "bunx", "deno"}:
        raise PlanError(
            f"it starts by {text!r}, and {first_word(text)} is not there when the service runs",
            hint="Name the program itself in the start script (node dist/x.js), set a command, or add a Dockerfile.",
            code="no_runtime",
            evidence=(f"package.json scripts.start: {text}",),
        )
    return text


def _draft(site: Site, project: NodeProject) -> Draft:
    """A draft with what does not depend on frameworks."""
    draft = Draft("node", Runtime.NODE)
    chosen = choose(site.profiles["node"], project.wanted)
    draft.put_from("version", chosen.version, chosen.origin)
    draft.put("package_manager", project.package_manager, project.manager_source, "the file that decides")
    if project.all_dependencies or project.workspaces:
        files = manifests(site.tree, project)
        reason = "only the manifests" if files else "the install refers to files of the repository"
        draft.put("manifests", files, project.lock or "package.json", reason)
        settings = f", with settings of .npmrc: {', '.join(sorted(project.settings))}" if project.settings else ""
        locked = project.lock or "package.json; there is no lock file"
        draft.put("install", (install(project),), locked, f"dependencies by {project.manager}{settings}")
    names = system_packages.needed(system_packages.RUN, project.dependencies)
    if names:
        draft.put("runtime_packages", names, "package.json", "dependencies need these libraries")
    return draft
