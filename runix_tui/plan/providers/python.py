"""Python: from manifests and the application found in the source to a plan."""

import re

from runix_tui.core.plan import Plan, Runtime
from runix_tui.plan.commands import argv
from runix_tui.plan.draft import Draft
from runix_tui.plan.providers import django, python_apps, python_servers, system_packages
from runix_tui.plan.providers.python_project import PythonProject, read
from runix_tui.plan.request import RULES, GivenStart, Site
from runix_tui.plan.versions import choose

FRAMEWORKS = ("fastapi", "flask", "starlette", "litestar", "quart", "falcon", "falcon-asgi", "blacksheep", "connexion")
ENTRIES = ("main.py", "app.py", "server.py", "run.py", "web.py", "bot.py", "src/main.py", "src/app.py")
_RUNNER = re.compile(r"(?<![\w/.-])(?:poetry|pdm|pipenv|uv|hatch|rye) run (?:--?[\w-]+ )*(?=\S)")
_TASKS = ("start", "web", "serve", "server", "run")
_SERVES = re.compile(r"\b(?:uvicorn\.run|serve_forever|run_simple|run_app|serve|\w+\.run)\(")


def framework(site: Site) -> Plan | None:
    """A plan for a framework that a manifest names and the source uses, or None."""
    project = read(site.tree)
    if "django" in project.packages:
        found = django.find(site.tree)
        if found:
            return _django(site, project, found)
    if "streamlit" in project.packages:
        return _streamlit(site, project)
    named = [name for name in FRAMEWORKS if name.removesuffix("-asgi") in project.packages]
    app = python_apps.find(site.tree, named) if named else None
    return _served(site, project, app) if app else None


def plain(site: Site) -> Plan | None:
    """A plan for Python without a framework that rules know: its own script, or a file that is started."""
    project = read(site.tree)
    given = site.given
    if given is None:
        return _script(site, project) or _entry(site, project)
    if not project.source and not python_apps.python_files(site.tree):
        return None
    draft = _draft(site, project)
    _put_given(draft, given)
    return _finish(site, project, draft)


def mkdocs(site: Site) -> Plan | None:
    """A plan for documentation that MkDocs makes, or None."""
    project = read(site.tree)
    config = next((name for name in ("mkdocs.yml", "mkdocs.yaml") if site.tree.exists(name)), None)
    if config is None or site.given or not any(name.startswith("mkdocs") for name in project.packages):
        return None
    draft = _draft(site, project)
    draft.put("framework", "mkdocs", config, "MkDocs makes the site")
    folder = re.search(r"^site_dir:\s*['\"]?([\w./-]+)", site.tree.text(config) or "", re.MULTILINE)
    draft.put("static_dir", folder[1] if folder else "site", config, "where MkDocs writes")
    return _finish(site, project, draft, ["mkdocs build"], config)


def _django(site: Site, project: PythonProject, found: django.Django) -> Plan:
    draft = _draft(site, project)
    draft.put("framework", "django", found.manage, f"manage.py, settings in {found.settings}")
    build, before, why = django.steps(found)
    if site.given:
        _put_given(draft, site.given)
    else:
        start, source = django.start(site.tree, found, project.packages, before)
        draft.put("start", start.argv, source, f"{start.reason}; {why}", start.confidence)
    return _finish(site, project, draft, build, f"{found.settings}: {why}")


def _streamlit(site: Site, project: PythonProject) -> Plan | None:
    files = [path for path in python_apps.python_files(site.tree) if "streamlit" in (site.tree.text(path) or "")]
    names = ("streamlit_app.py", "app.py", "main.py", "Home.py")
    file = next((name for name in names if name in files), files[0] if len(files) == 1 else None)
    if file is None:
        return None
    draft = _draft(site, project)
    draft.put("framework", "streamlit", project.source, "streamlit is a dependency")
    if site.given:
        _put_given(draft, site.given)
    else:
        text = f"exec streamlit run {file} --server.address 0.0.0.0 --server.port $PORT --server.headless true"
        draft.put("start", python_servers.shell(text), file, "the file that uses Streamlit")
    return _finish(site, project, draft)


def _served(site: Site, project: PythonProject, app: python_apps.App) -> Plan:
    draft = _draft(site, project)
    draft.put("framework", app.framework, app.source, f"makes the {app.framework} application")
    if app.path:
        draft.env({"PYTHONPATH": f"/app/{app.path}"}, app.file, f"its imports start from {app.path}/")
    server = python_servers.server_of(app, project.packages)
    own = _own_script(project)
    if own and server in project.direct and not _starts_server(site, project, own[0]):
        own = None
    if site.given:
        _put_given(draft, site.given)
    elif own:
        draft.put("start", _argv(own[1]), own[2], own[3])
    else:
        start = python_servers.start(app, project.packages, gunicorn_conf=site.tree.exists("gunicorn.conf.py"))
        draft.put("start", start.argv, app.source, start.reason, start.confidence)
    return _finish(site, project, draft)


def _put_given(draft: Draft, given: GivenStart) -> None:
    draft.put_from("start", _argv(given.text), given.origin)


def _argv(text: str) -> tuple[str, ...]:
    """The argv of a command without ``poetry run`` and the like: what they would put on PATH is there."""
    return argv(_RUNNER.sub("", text))


def _own_script(project: PythonProject) -> tuple[str, str, str, str] | None:
    """(name, command, source, reason) of the script that starts the project: a task of the usual names, else its only
    script."""
    task = next((name for name in _TASKS if name in project.tasks), None)
    if task:
        source = "Pipfile" if project.manager == "pipenv" else "pyproject.toml"
        return task, project.tasks[task], f"{source} scripts.{task}", "the repository's own start script"
    if len(project.scripts) == 1:
        name, target = next(iter(project.scripts.items()))
        return name, name, f"pyproject.toml scripts.{name}", f"the project's only script, {target}"
    return None


def _starts_server(site: Site, project: PythonProject, name: str) -> bool:
    """Whether the function behind a script is in a file that starts a server."""
    module = project.scripts.get(name, "").partition(":")[0].replace(".", "/")
    files = (f"{folder}{module}{end}" for folder in ("", "src/") for end in (".py", "/__init__.py"))
    return bool(module) and any(_SERVES.search(site.tree.text(file) or "") for file in files)


def _script(site: Site, project: PythonProject) -> Plan | None:
    own = _own_script(project)
    if own is None:
        return None
    draft = _draft(site, project)
    draft.put("start", _argv(own[1]), own[2], own[3])
    return _finish(site, project, draft)


def _entry(site: Site, project: PythonProject) -> Plan | None:
    """A file that is started: by its name, else the only one at the top that does something when started."""
    tree = site.tree
    file = next((name for name in ENTRIES if tree.exists(name)), None)
    reason, confidence, words = f"a file of the usual name: python {file}", 0.9, ["python3", file or ""]
    if file is None:
        package = next(iter(tree.glob("*/__main__.py")), None)
        tops = [
            path
            for path in tree.glob("*.py")
            if (module := python_apps.parse(tree, path)) and python_apps.has_main(module)
        ]
        if package:
            file, reason, confidence = package, "the package can be started", 0.8
            words = ["python3", "-m", package.partition("/")[0]]
        elif len(tops) == 1:
            file, reason, confidence = tops[0], 'the only file with if __name__ == "__main__"', 0.6
            words = ["python3", file]
    if file is None:
        return None
    draft = _draft(site, project)
    draft.put("start", tuple(words), file, reason, confidence)
    return _finish(site, project, draft)


def _draft(site: Site, project: PythonProject) -> Draft:
    """A draft with what does not depend on frameworks."""
    draft = Draft("python", Runtime.PYTHON)
    chosen = choose(site.profiles["python"], project.wanted)
    draft.put_from("version", chosen.version, chosen.origin)
    if project.manager:
        draft.put("package_manager", project.manager, project.source, "the manifest that decides")
    if project.install:
        reason = "only the manifests" if project.manifests else "refers to files of the repository"
        draft.put("manifests", project.manifests, project.source, reason)
        draft.put("install", project.install, project.source, f"dependencies by {project.manager.split('@')[0]}")
    for field, table in (("build_packages", system_packages.BUILD), ("runtime_packages", system_packages.RUN)):
        names = system_packages.needed(table, project.packages)
        if names:
            draft.put(field, names, project.source, "dependencies need these libraries")
    return draft


def _finish(site: Site, project: PythonProject, draft: Draft, rule: list[str] | None = None, source: str = "") -> Plan:
    draft.build(
        site.ask, before=list(project.install_self), rule=rule or [], after=[], source=source or project.source or RULES
    )
    return draft.plan(site.ask)
