"""What each package manager needs in a build: how it is installed, what it is told, where its cache is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from runix_tui.core.plan import Plan, Runtime

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
VENV = "/opt/venv"
TOOLS = "/opt/tools"
APP = "/app"


@dataclass(frozen=True, slots=True)
class Manager:
    """A package manager. ``package`` is what it is called at its registry (None: it comes with the runtime);
    ``caches`` map a cache's name to its folder in the build."""

    package: str | None = None
    caches: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)


MANAGERS: Mapping[str, Manager] = {
    "pip": Manager(caches={"pip": "/root/.cache/pip"}),
    "uv": Manager(
        "uv",
        {"uv": "/root/.cache/uv"},
        {"UV_PROJECT_ENVIRONMENT": VENV, "UV_PYTHON_DOWNLOADS": "never", "UV_LINK_MODE": "copy"},
    ),
    "poetry": Manager(
        "poetry",
        {"poetry": "/root/.cache/pypoetry"},
        {"POETRY_NO_INTERACTION": "1", "POETRY_VIRTUALENVS_CREATE": "false"},
    ),
    "pdm": Manager("pdm", {"pdm": "/root/.cache/pdm"}, {"PDM_CHECK_UPDATE": "false", "PDM_NON_INTERACTIVE": "1"}),
    "pipenv": Manager("pipenv", {"pip": "/root/.cache/pip"}, {"PIPENV_VERBOSITY": "-1", "PIPENV_NOSPIN": "1"}),
    "npm": Manager(caches={"npm": "/root/.npm"}, env={"NPM_CONFIG_UPDATE_NOTIFIER": "false"}),
    "pnpm": Manager("pnpm", {"pnpm": "/root/.pnpm-store"}, {"NPM_CONFIG_STORE_DIR": "/root/.pnpm-store"}),
    "yarn": Manager(
        "yarn",
        {"yarn": "/root/.cache/yarn"},
        # Plug'n'play needs yarn at run time; a linked node_modules needs Node.js alone.
        {
            "YARN_CACHE_FOLDER": "/root/.cache/yarn",
            "YARN_NODE_LINKER": "node-modules",
            "YARN_ENABLE_GLOBAL_CACHE": "false",
            "YARN_ENABLE_TELEMETRY": "false",
        },
    ),
    "bun": Manager("bun", {"bun": "/root/.bun/install/cache"}),
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
    package = manager(plan).package
    if package is None:
        return None
    if plan.runtime is Runtime.PYTHON:
        wanted = f"{package}=={version}.*" if version else package
        return f"python3 -m venv {TOOLS} && {TOOLS}/bin/pip install '{wanted}'"
    if name == "yarn" and version and version.split(".", 1)[0] not in {"0", "1"}:
        package = "@yarnpkg/cli-dist"
    return f"npm install --global '{package}@{version}'" if version else f"npm install --global {package}"


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
        path = f"{VENV}/bin:{SYSTEM_PATH}" if plan.install else SYSTEM_PATH
        return {"PATH": path, "PYTHONUNBUFFERED": "1", "HOME": APP, "PORT": port, **plan.env}
    if plan.runtime is Runtime.NODE:
        path = f"{APP}/node_modules/.bin:{SYSTEM_PATH}"
        return {"PATH": path, "NODE_ENV": "production", "HOME": APP, "PORT": port, **plan.env}
    return {"PORT": port, **plan.env}
