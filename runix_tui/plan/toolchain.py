"""What each package manager needs in a build: how it is installed, what it is told, where its cache is."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from runix_tui.core.plan import Plan, Runtime

_PYTHON = re.compile(r"(?<![\w/.-])python(?![\w.-])")
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
VENV = "/opt/venv"
TOOLS = "/opt/tools"
APP = "/app"


@dataclass(frozen=True, slots=True)
class Manager:
    """A package manager. ``packages`` are what it is called at its registry, and what it needs beside it (none: it
    comes with the runtime); ``caches`` map a cache's name to its folder in the build."""

    packages: tuple[str, ...] = ()
    caches: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)


_PIP_CACHE = {"pip": "/root/.cache/pip"}
_NPM_CACHE = {"npm": "/root/.npm"}

MANAGERS: Mapping[str, Manager] = {
    "pip": Manager(caches=_PIP_CACHE),
    "uv": Manager(
        ("uv",),
        _PIP_CACHE | {"uv": "/root/.cache/uv"},
        {"UV_PROJECT_ENVIRONMENT": VENV, "UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy"},
    ),
    "poetry": Manager(
        ("poetry", "poetry-plugin-export"),
        _PIP_CACHE,
        {"POETRY_NO_INTERACTION": "1", "POETRY_VIRTUALENVS_CREATE": "false"},
    ),
    "pdm": Manager(("pdm",), _PIP_CACHE, {"PDM_CHECK_UPDATE": "false", "PDM_NON_INTERACTIVE": "1"}),
    "pipenv": Manager(("pipenv",), _PIP_CACHE, {"PIPENV_VERBOSITY": "-1", "PIPENV_NOSPIN": "1"}),
    "npm": Manager(caches=_NPM_CACHE, env={"NPM_CONFIG_UPDATE_NOTIFIER": "false"}),
    "pnpm": Manager(
        ("pnpm",), _NPM_CACHE | {"pnpm": "/root/.pnpm-store"}, {"NPM_CONFIG_STORE_DIR": "/root/.pnpm-store"}
    ),
    "yarn": Manager(
        ("yarn",),
        _NPM_CACHE | {"yarn": "/root/.cache/yarn"},
        # Plug'n'play needs yarn at run time; a linked node_modules needs Node.js alone.
        {
            "YARN_CACHE_FOLDER": "/root/.cache/yarn",
            "YARN_NODE_LINKER": "node-modules",
            "YARN_ENABLE_GLOBAL_CACHE": "false",
            "YARN_ENABLE_TELEMETRY": "false",
        },
    ),
    "bun": Manager(("bun",), _NPM_CACHE | {"bun": "/root/.bun/install/cache"}),
}


def named(plan: Plan) -> tuple[str, str]:
    """A plan's package manager as (name, version); the version may be empty."""
    name, _, version = plan.package_manager.partition("@")
    return name, version


def manager(plan: Plan) -> Manager:
    """A plan's package manager; one that needs nothing when it has none."""
    return MANAGERS.get(named(plan)[0], Manager())


def tool_install(plan: Plan) -> str | None:
    """The shell command that installs the package manager itself, or None when it is there."""
    name, version = named(plan)
    packages = manager(plan).packages
    if not packages:
        return None
    first, *others = packages
    if plan.runtime is Runtime.PYTHON:
        wanted = [f"'{first}=={version}.*'" if version else first, *others]
        return f"python3 -m venv {TOOLS} && {TOOLS}/bin/pip install {' '.join(wanted)}"
    if name == "yarn" and version and version.split(".", 1)[0] not in {"0", "1"}:
        first = "@yarnpkg/cli-dist"
    return f"npm install --global {first}@{version}" if version else f"npm install --global {first}"


def says_python(plan: Plan) -> bool:
    """Whether the start command calls Python by the name that only virtual environments are sure to have."""
    return plan.runtime is Runtime.PYTHON and any(_PYTHON.search(word) for word in plan.start)


def build_env(plan: Plan) -> dict[str, str]:
    """Environment of the build stage alone."""
    if plan.runtime is Runtime.PYTHON:
        base = {
            "PATH": f"{VENV}/bin:{TOOLS}/bin:{SYSTEM_PATH}",
            "VIRTUAL_ENV": VENV,
            "PYTHONUNBUFFERED": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_ROOT_USER_ACTION": "ignore",
        }
        return {**base, **manager(plan).env, **plan.env}
    if plan.runtime is Runtime.NODE:
        return {"PATH": f"{APP}/node_modules/.bin:{SYSTEM_PATH}", **manager(plan).env, **plan.env}
    return dict(plan.env)


def run_env(plan: Plan) -> dict[str, str]:
    """Environment of the image."""
    port = str(plan.port or 8080)
    if plan.static_dir is not None:
        return {"PORT": port, **plan.env}
    if plan.runtime is Runtime.PYTHON:
        return {"PATH": f"{VENV}/bin:{SYSTEM_PATH}", "PYTHONUNBUFFERED": "1", "HOME": APP, "PORT": port, **plan.env}
    if plan.runtime is Runtime.NODE:
        path = f"{APP}/node_modules/.bin:{SYSTEM_PATH}"
        return {"PATH": path, "NODE_ENV": "production", "HOME": APP, "PORT": port, **plan.env}
    return {"PORT": port, **plan.env}
