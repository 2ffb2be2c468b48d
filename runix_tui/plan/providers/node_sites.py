"""Front-end tools whose build is files: what marks them, where they write, whether unknown paths are their own."""

import re
from dataclasses import dataclass

from runix_tui.core.ports import SourceTree
from runix_tui.plan.providers.manifests import at_offset, read_json
from runix_tui.plan.providers.node_project import NodeProject


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool. ``output`` is where it writes by default; ``configs`` may say otherwise by ``output_key``; one of
    ``servers`` (packages) among the dependencies means that its build is a server, not files."""

    name: str
    package: str
    output: str
    spa: bool
    script: str = "build"
    configs: tuple[str, ...] = ()
    output_key: str = ""
    servers: tuple[str, ...] = ()


_VITE = ("vite.config.ts", "vite.config.js", "vite.config.mjs", "vite.config.mts")
_ASTRO = ("astro.config.mjs", "astro.config.ts", "astro.config.js")
_NUXT = ("nuxt.config.ts", "nuxt.config.js", "nuxt.config.mjs")

TOOLS = (
    Tool("astro", "astro", "dist", False, configs=_ASTRO, output_key="outDir", servers=("@astrojs/node",)),
    Tool("sveltekit", "@sveltejs/adapter-static", "build", False, configs=("svelte.config.js",), output_key="pages"),
    Tool("gatsby", "gatsby", "public", False),
    Tool("docusaurus", "@docusaurus/core", "build", False),
    Tool("eleventy", "@11ty/eleventy", "_site", False),
    Tool("vitepress", "vitepress", "docs/.vitepress/dist", False, script="docs:build"),
    Tool("nuxt", "nuxt", ".output/public", False, script="generate", configs=_NUXT),
    Tool("angular", "@angular/cli", "dist", True, servers=("@angular/ssr",)),
    Tool("create-react-app", "react-scripts", "build", True),
    Tool("vue-cli", "@vue/cli-service", "dist", True, configs=("vue.config.js",), output_key="outputDir"),
    Tool("ember", "ember-cli", "dist", True),
    Tool("preact", "preact-cli", "build", True),
    Tool(
        "vite", "vite", "dist", True, configs=_VITE, output_key="outDir", servers=("@sveltejs/kit", "@remix-run/node")
    ),
    Tool("parcel", "parcel", "dist", True),
)
"""In the order in which they are tried: those that stand on Vite before it. Defaults by each tool's documentation."""

_DEV_SERVER = re.compile(
    r"\b(?:vite|react-scripts|vue-cli-service|ng|astro|gatsby|parcel|eleventy|docusaurus|serve|preact|ember)\b"
)


@dataclass(frozen=True, slots=True)
class Output:
    """What a tool's build makes: ``folder`` relative to the top, where that comes from, the script that makes it."""

    tool: str
    folder: str
    source: str
    spa: bool
    spa_reason: str
    script: str


def find(tree: SourceTree, project: NodeProject, *, static_only: bool) -> Output | None:
    """The files that this project's build makes, or None when it makes a server (or nothing)."""
    if not static_only and _serves_itself(project):
        return None
    if "next" in project.all_dependencies:
        return _next(tree, project)
    for tool in TOOLS:
        if tool.package in project.all_dependencies and not set(tool.servers) & project.all_dependencies:
            script = next((name for name in (tool.script, "build") if name in project.scripts), None)
            if tool.name == "nuxt" and script != "generate":
                continue
            if script:
                return _output(tree, project, tool, script)
    if static_only and "build" in project.scripts:
        return Output("", "dist", "package.json scripts.build", False, "no framework known", "build")
    return None


def _serves_itself(project: NodeProject) -> bool:
    """Whether ``npm start`` starts a server of the project's own, not a tool's preview of its files."""
    start = project.scripts.text("start")
    return bool(start) and not _DEV_SERVER.search(start) and "next" not in project.all_dependencies


def _next(tree: SourceTree, project: NodeProject) -> Output | None:
    """Next.js makes files only when its configuration says ``output: 'export'``."""
    for config in ("next.config.js", "next.config.mjs", "next.config.ts"):
        text = tree.text(config) or ""
        match = re.search(r"\boutput['\"]?\s*:\s*['\"]export['\"]", text)
        if match and "build" in project.scripts:
            folder = _configured(tree, (config,), "distDir") or ("out", at_offset(config, text, match.start()))
            return Output("next", folder[0], folder[1], False, "each page is a file", "build")
    return None


def _output(tree: SourceTree, project: NodeProject, tool: Tool, script: str) -> Output:
    folder, source = _configured(tree, tool.configs, tool.output_key) or (
        tool.output,
        f"where {tool.name} writes by default",
    )
    if tool.name == "angular":
        folder, source = _angular(tree) or (folder, source)
    if tool.name == "vitepress" and tree.exists(".vitepress/config.mts"):
        folder = ".vitepress/dist"
    spa, reason = tool.spa, "a single-page app: unknown paths are its own" if tool.spa else "each page is a file"
    pages = [path for path in tree.glob("*.html") if path != "index.html"]
    if tool.name == "vite" and pages and "404.html" in pages:
        spa, reason = False, "has a 404.html of its own"
    return Output(tool.name, folder, source, spa, reason, script)


def _configured(tree: SourceTree, configs: tuple[str, ...], key: str) -> tuple[str, str] | None:
    """The folder that a configuration file names as plain text: (folder, file:line)."""
    for config in configs:
        text = tree.text(config) or ""
        match = re.search(rf"\b{key}['\"]?\s*:\s*['\"]([\w./-]+)['\"]", text) if key else None
        if match and ".." not in match[1]:
            return match[1].removeprefix("./").rstrip("/"), at_offset(config, text, match.start())
    return None


def _angular(tree: SourceTree) -> tuple[str, str] | None:
    """Angular's output: ``browser`` below the output path with the application builder."""
    projects = read_json(tree, "angular.json").table("projects")
    for name in projects.names():
        build = projects.table(name, "architect", "build")
        options = build.table("options")
        path = options.text("outputPath") or options.table("outputPath").text("base") or f"dist/{name}"
        if build.text("builder").endswith(":application"):
            path += "/browser"
        return path, "angular.json outputPath"
    return None
