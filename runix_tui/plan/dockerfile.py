"""From a plan to the text of a Dockerfile: the only writer of Dockerfiles. ``readback.py`` reads it back, for tests.

The build stage has compilers, the CA bundle, caches and build variables; the release starts from a clean base and takes
only what the build made. Comments name the sections: reading back goes by them.
"""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from posixpath import dirname, normpath

from runix_tui.core.plan import Plan, Runtime
from runix_tui.errors import PlanError
from runix_tui.plan import nginx, toolchain
from runix_tui.plan.toolchain import APP, VENV

USER = "10001:10001"
"""Who services run as: a number that no distribution gives to anybody."""

_APT = "apt-get update && apt-get install -y --no-install-recommends {} && rm -rf /var/lib/apt/lists/*"
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./@+-]+")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9_./:,@+-]*")


@dataclass(frozen=True, slots=True)
class Encoded:
    """What a Dockerfile of ours says of its plan."""

    build_packages: tuple[str, ...]
    runtime_packages: tuple[str, ...]
    manifests: tuple[str, ...]
    install: tuple[str, ...]
    build: tuple[str, ...]
    start: tuple[str, ...]
    port: int
    static_dir: str | None
    spa: bool


def encode(plan: Plan) -> Encoded:
    """The part of a plan that its Dockerfile holds."""
    start = plan.start or (nginx.START if plan.static_dir is not None else ())
    static = normpath(plan.static_dir) if plan.static_dir is not None else None
    return Encoded(
        plan.build_packages if _has_build_stage(plan) else (),
        plan.runtime_packages,
        tuple(sorted(plan.manifests, key=_by_folder)) if plan.install else (),
        plan.install,
        plan.build,
        start,
        plan.port or 8080,
        static,
        plan.spa and static is not None,
    )


def render(plan: Plan, *, build_base: str, run_base: str, cache_scope: str, variables: Collection[str]) -> str:
    """The Dockerfile of a plan.

    ``build_base`` and ``run_base`` are local references of base images (``build_base`` is not used where nothing is
    built); ``cache_scope`` begins the id of every cache mount; ``variables`` are the names whose values come as build
    arguments: they exist in the build stage alone. Raises ``PlanError`` for a plan that has no Dockerfile of ours.
    """
    if plan.runtime is Runtime.DOCKERFILE:
        raise PlanError("this plan is the repository's own Dockerfile", hint="Use own_dockerfile() for it.")
    if not plan.start and plan.static_dir is None:
        raise PlanError(
            "the plan has no start command", hint="Set a command for the service, or a start script.", code="no_start"
        )
    lines = _build_stage(plan, build_base, cache_scope, variables) if _has_build_stage(plan) else []
    lines += _static_release(plan, run_base) if plan.static_dir is not None else _release(plan, run_base)
    return "\n".join(lines) + "\n"


def _has_build_stage(plan: Plan) -> bool:
    return bool(plan.install or plan.build)


def _build_stage(plan: Plan, base: str, scope: str, variables: Collection[str]) -> list[str]:
    mounts = _mounts(plan, scope)
    lines = [f"FROM {base} AS build", f"WORKDIR {APP}"]
    if plan.build_packages:
        lines += ["# system packages", f"RUN {_APT.format(' '.join(plan.build_packages))}"]
    lines += _env(toolchain.build_env(plan))
    tools = toolchain.tool_install(plan)
    if tools or plan.runtime is Runtime.PYTHON:
        lines.append("# tools")
        lines += [f"RUN {mounts}{tools}"] if tools else []
        lines += [f"RUN python3 -m venv {VENV}"] if plan.runtime is Runtime.PYTHON else []
    lines += _install(plan, mounts)
    if plan.build:
        lines += ["# source", "COPY . ."] if plan.manifests or not plan.install else []
        lines += [f"ARG {name}" for name in sorted(variables)]
        lines += ["# build", *[f"RUN {mounts}{step}" for step in plan.build]]
    return [*lines, ""]


def _install(plan: Plan, mounts: str) -> list[str]:
    if not plan.install:
        return []
    copies = _manifest_copies(plan.manifests) if plan.manifests else ["COPY . ."]
    return ["# dependencies", *copies, *[f"RUN {mounts}{step}" for step in plan.install]]


def _release(plan: Plan, base: str) -> list[str]:
    lines = [f"FROM {base}", *_runtime_packages(plan)]
    if toolchain.says_python(plan) and not plan.install:
        lines.append(f"RUN python3 -m venv --without-pip {VENV}")
    lines += [*_env(toolchain.run_env(plan)), f"USER {USER}", f"WORKDIR {APP}"]
    if plan.runtime is Runtime.PYTHON and plan.install:
        lines.append(f"COPY --from=build {VENV} {VENV}")
    if plan.build or (plan.install and not plan.manifests):
        lines.append(f"COPY --from=build --chown={USER} {APP} {APP}")
    else:
        if plan.runtime is Runtime.NODE and plan.install:
            lines.append(f"COPY --from=build --chown={USER} {APP}/node_modules {APP}/node_modules")
        lines.append(_copy(["."], f"{APP}/", f"--chown={USER} "))
    return [*lines, *_ending(plan)]


def _static_release(plan: Plan, base: str) -> list[str]:
    folder = normpath(plan.static_dir or ".")
    conf = " ".join(f"'{line}'" for line in nginx.configuration(spa=plan.spa))
    built = _has_build_stage(plan)
    source = normpath(f"{APP}/{folder}") if built else folder
    return [
        f"FROM {base}",
        *_runtime_packages(plan),
        "# web server",
        f"RUN mkdir -p /etc/runix && printf '%s\\n' {conf} > {nginx.CONF}",
        *_env(toolchain.run_env(plan)),
        f"USER {USER}",
        f"WORKDIR {APP}",
        _copy([source], f"{APP}/", "--from=build " * built + f"--chown={USER} "),
        *_ending(plan),
        "STOPSIGNAL SIGQUIT",
    ]


def _ending(plan: Plan) -> list[str]:
    start = plan.start or nginx.START
    return [f"EXPOSE {plan.port or 8080}", "ENTRYPOINT []", f"CMD {json.dumps(list(start), ensure_ascii=False)}"]


def _runtime_packages(plan: Plan) -> list[str]:
    if not plan.runtime_packages:
        return []
    return ["# system packages", f"RUN {_APT.format(' '.join(plan.runtime_packages))}"]


def _env(values: dict[str, str]) -> list[str]:
    """ENV lines. Builders expand ``$`` and take quotes away, so both are escaped."""
    return [f"ENV {name}={_env_value(value)}" for name, value in values.items()]


def _env_value(value: str) -> str:
    if _PLAIN_VALUE.fullmatch(value):
        return value
    return '"' + re.sub(r'(["\\$])', r"\\\1", value) + '"'


def _mounts(plan: Plan, scope: str) -> str:
    caches = toolchain.manager(plan).caches
    return "".join(f"--mount=type=cache,id={scope}-{name},target={folder} " for name, folder in caches.items())


def _by_folder(path: str) -> tuple[str, str]:
    return dirname(path), path


def _manifest_copies(manifests: Iterable[str]) -> list[str]:
    """One COPY for each folder, since COPY flattens what it takes."""
    folders: dict[str, list[str]] = {}
    for path in sorted(manifests, key=_by_folder):
        folders.setdefault(dirname(path), []).append(path)
    return [_copy(paths, f"./{folder}/" if folder else "./") for folder, paths in folders.items()]


def _copy(sources: list[str], to: str, flags: str = "") -> str:
    words = [*sources, to]
    if all(_PLAIN_PATH.fullmatch(word) for word in words):
        return f"COPY {flags}{' '.join(words)}"
    return f"COPY {flags}{json.dumps(words, ensure_ascii=False)}"
