"""Django: its settings, static files, migrations and servers. All of it read from the repository, nothing run."""

import ast
import re
from dataclasses import dataclass

from runix_tui.core.ports import SourceTree
from runix_tui.plan.providers.manifests import at
from runix_tui.plan.providers.python_apps import App, parse
from runix_tui.plan.providers.python_servers import Start, server_of, shell
from runix_tui.plan.providers.python_servers import start as served

_REQUIRED_ENV = re.compile(
    r"os\.environ\[|(?:^|[^\w.])environ\[|getenv_required|(?:config|env(?:\.\w+)?)\(\s*['\"][A-Za-z_]+['\"]\s*(?:,\s*cast\s*=\s*\w+\s*)?\)"
)


@dataclass(frozen=True, slots=True)
class Django:
    """A Django project. ``folder`` has manage.py (empty for the top); ``settings`` is its settings module's file."""

    manage: str
    folder: str
    settings: str
    package: str
    collectstatic: bool
    needs_env: bool
    databases: bool


def find(tree: SourceTree) -> Django | None:
    """The Django project nearest to the top, or None."""
    manages = sorted(tree.glob("**/manage.py"), key=lambda path: (path.count("/"), path))
    for manage in manages[:5]:
        module = parse(tree, manage)
        name = _settings_module(module) if module else None
        if name:
            return _read(tree, manage, name)
    return None


def _settings_module(module: ast.Module) -> str | None:
    """The module that manage.py names in DJANGO_SETTINGS_MODULE."""
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and len(node.args) == 2:
            first, second = node.args
            named = isinstance(first, ast.Constant) and first.value == "DJANGO_SETTINGS_MODULE"
            if named and isinstance(second, ast.Constant) and isinstance(second.value, str):
                return second.value
    return None


def _read(tree: SourceTree, manage: str, settings_module: str) -> Django:
    folder = manage.rpartition("/")[0]
    prefix = f"{folder}/" if folder else ""
    stem = prefix + settings_module.replace(".", "/")
    settings = next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if tree.exists(path)), f"{stem}.py")
    texts = [tree.text(path) or "" for path in {settings, *tree.glob(f"{settings.rpartition('/')[0]}/*.py")}]
    near = [text for text in texts if "INSTALLED_APPS" in text or "STATIC_ROOT" in text or "DATABASES" in text]
    return Django(
        manage=manage,
        folder=folder,
        settings=settings,
        package=settings_module.partition(".")[0],
        collectstatic=any(re.search(r"^\s*STATIC_ROOT\s*=", text, re.MULTILINE) for text in near),
        needs_env=any(_REQUIRED_ENV.search(text) for text in near),
        databases=any(re.search(r"^\s*DATABASES\s*=", text, re.MULTILINE) for text in near),
    )


def steps(django: Django) -> tuple[list[str], list[str], str]:
    """What runs in the build, what runs before each start, and why. Static files are collected in the build, unless the
    settings need variables that only the running service has."""
    collect = f"python {django.manage} collectstatic --noinput"
    before = [f"python {django.manage} migrate --noinput"] if django.databases else []
    if not django.collectstatic:
        return [], before, "no STATIC_ROOT, so static files are not collected"
    if django.needs_env:
        return [], [collect, *before], "settings need environment variables: static files are collected at the start"
    return [collect], before, "STATIC_ROOT is set: static files are collected in the build"


def start(tree: SourceTree, django: Django, packages: frozenset[str], before: list[str]) -> tuple[Start, str]:
    """The start command and the file (and line) that it comes from."""
    app = _app(tree, django, packages)
    said = f"; before it {' and '.join(step.split()[2] for step in before)}" if before else ""
    if app is None or server_of(app, packages) is None:
        text = f"exec python {django.manage} runserver --noreload 0.0.0.0:$PORT"
        reason = f"no server in the manifest, so Django's own: add gunicorn{said}"
        return Start(shell(" && ".join([*before, text])), reason, 0.7), at(
            tree, django.manage, "DJANGO_SETTINGS_MODULE"
        )
    found = served(app, packages, gunicorn_conf=tree.exists("gunicorn.conf.py"))
    text = found.argv[-1]
    if django.folder and app.path == django.folder:
        text = text.replace("exec ", f"cd {django.folder} && exec ", 1)
    return Start(shell(" && ".join([*before, text])), found.reason + said), app.source


def _app(tree: SourceTree, django: Django, packages: frozenset[str]) -> App | None:
    """``application`` of wsgi.py, or of asgi.py where the manifest has a server for ASGI alone."""
    found: dict[str, App] = {}
    for kind in ("wsgi", "asgi"):
        for path in sorted(tree.glob(f"{django.folder + '/' if django.folder else ''}**/{kind}.py"), key=len):
            module = parse(tree, path)
            line = _application_line(module) if module else None
            if line:
                inner = path[len(django.folder) + 1 :] if django.folder else path
                dotted = inner.removesuffix(".py").replace("/", ".")
                framework = "django" if kind == "wsgi" else "starlette"  # the servers see an ASGI application
                found.setdefault(kind, App(framework, path, line, dotted, "application", False, django.folder))
    order = ("wsgi", "asgi")
    if packages & {"daphne", "channels"}:
        order = ("asgi", "wsgi")
    usable = [found[kind] for kind in order if kind in found and server_of(found[kind], packages)]
    return usable[0] if usable else next((found[kind] for kind in order if kind in found), None)


def _application_line(module: ast.Module) -> int | None:
    for node in module.body:
        if isinstance(node, ast.Assign) and any(
            isinstance(t, ast.Name) and t.id == "application" for t in node.targets
        ):
            return node.lineno
    return None
