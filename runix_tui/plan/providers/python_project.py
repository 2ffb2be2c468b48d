"""What a Python repository's manifests say: package manager, dependencies, scripts, version. No frameworks here."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from posixpath import dirname, join, normpath

from runix_tui.core.ports import SourceTree
from runix_tui.plan.providers.manifests import Table, read_json, read_toml
from runix_tui.plan.providers.python_version import wanted_version
from runix_tui.plan.versions import Wanted

REQUIREMENTS = (
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements/base.txt",
    "requirements-prod.txt",
)
_NAME = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?")
_INCLUDE = re.compile(r"(?:-r|--requirement|-c|--constraint)[\s=]*(\S+)")
_LOCAL = re.compile(r"(?:-e|--editable)[\s=]|\.{0,2}/|\.(?:\[|$)|file:")
_SELF = re.compile(r"(?:(?:-e|--editable)[\s=]*)?\.(?:\[|$)")
_POETRY = re.compile(r"\bby Poetry (\d+\.\d+)")
_EXPORTED = "/tmp/requirements.txt"  # noqa: S108 - a path in the build container
_DEPENDENCIES_OF_PYPROJECT = (
    "python3 -c \"import tomllib; print('\\n'.join(tomllib.load(open('pyproject.toml', 'rb'))"
    "['project'].get('dependencies', [])))\" > /tmp/requirements.txt && pip install -r /tmp/requirements.txt"
)


@dataclass(frozen=True, slots=True)
class PythonProject:
    """How a Python repository is installed. ``source`` is the file that decides; ``packages`` are names (normalised,
    extras as ``name[extra]`` too) of direct and locked dependencies, ``direct`` those of the manifest alone.
    ``install_self`` installs the project after its source is there; without it ``scripts`` don't exist in the image."""

    manager: str = ""
    source: str = ""
    manifests: tuple[str, ...] = ()
    install: tuple[str, ...] = ()
    install_self: tuple[str, ...] = ()
    direct: frozenset[str] = frozenset()
    packages: frozenset[str] = frozenset()
    scripts: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    wanted: Wanted | None = None


def normal(name: str) -> str:
    """A distribution's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read(tree: SourceTree) -> PythonProject:
    """What the manifests say; an empty project when there are none. Raises ``PlanError`` (``bad_manifest``)."""
    pyproject = read_toml(tree, "pyproject.toml")
    wanted = wanted_version(tree, pyproject)
    reader = _by_lock(tree) or _by_manifest(tree, pyproject)
    return reader(tree, pyproject, wanted) if reader else PythonProject(wanted=wanted)


_Reader = Callable[[SourceTree, Table, Wanted | None], PythonProject]


def _by_lock(tree: SourceTree) -> _Reader | None:
    """A lock file says which tool it is."""
    locks: dict[str, _Reader] = {"uv.lock": _uv, "poetry.lock": _poetry, "pdm.lock": _pdm, "Pipfile.lock": _pipenv}
    return next((reader for path, reader in locks.items() if tree.exists(path)), None)


def _by_manifest(tree: SourceTree, pyproject: Table) -> _Reader | None:
    tool, project = pyproject.table("tool"), "project" in pyproject
    rules: tuple[tuple[bool, _Reader], ...] = (
        (any(map(tree.exists, REQUIREMENTS)), _pip),
        ("poetry" in tool and (bool(tool.table("poetry", "dependencies")) or not project), _poetry),
        ("uv" in tool and project, _uv),
        ("pdm" in tool and project, _pdm),
        (project, _pyproject),
        (tree.exists("Pipfile"), _pipenv),
        (tree.exists("setup.py") or tree.exists("setup.cfg"), _setup),
    )
    return next((reader for holds, reader in rules if holds), None)


def _names(requirements: tuple[str, ...] | list[str]) -> frozenset[str]:
    found = set()
    for line in requirements:
        match = _NAME.match(line)
        if match:
            found.add(normal(match[1]))
            extras = (match[2] or "").strip("[]").split(",")
            found |= {f"{normal(match[1])}[{extra.strip().lower()}]" for extra in extras if extra.strip()}
    return frozenset(found)


def _locked(tree: SourceTree, path: str) -> frozenset[str]:
    """The names of all packages in a lock file in TOML; none when it is too large to be read."""
    return frozenset(normal(each.text("name")) for each in read_toml(tree, path).tables("package"))


def _scripts(pyproject: Table) -> dict[str, str]:
    tables = (pyproject.table("project", "scripts"), pyproject.table("tool", "poetry", "scripts"))
    return {name: table.text(name) for table in tables for name in table.names() if table.text(name)}


def _packaged(pyproject: Table) -> bool:
    return "build-system" in pyproject


def _present(tree: SourceTree, *paths: str) -> tuple[str, ...]:
    return tuple(path for path in paths if tree.exists(path))


def _uv(tree: SourceTree, pyproject: Table, wanted: Wanted | None) -> PythonProject:
    settings = pyproject.table("tool", "uv")
    frozen = " --frozen" if tree.exists("uv.lock") else ""
    local = "workspace" in settings or any(
        "path" in settings.table("sources", name) or "workspace" in settings.table("sources", name)
        for name in settings.table("sources").names()
    )
    own = settings.flag("package")
    own = _packaged(pyproject) if own is None else own
    direct = _names(pyproject.table("project").texts("dependencies"))
    return PythonProject(
        manager="uv",
        source="uv.lock" if frozen else "pyproject.toml",
        manifests=() if local else _present(tree, "pyproject.toml", "uv.lock"),
        install=(f"uv sync{frozen} --no-dev --no-install-project",),
        install_self=(f"uv sync{frozen} --no-dev",) if own else (),
        direct=direct,
        packages=direct | _locked(tree, "uv.lock"),
        scripts=_scripts(pyproject) if own else {},
        wanted=wanted,
    )


def _poetry(tree: SourceTree, pyproject: Table, wanted: Wanted | None) -> PythonProject:
    """Poetry writes its lock as requirements and pip installs them: that works behind mirrors too."""
    settings = pyproject.table("tool", "poetry")
    locked = tree.exists("poetry.lock")
    header = _POETRY.search(tree.head("poetry.lock"))
    version = header[1] if header and tuple(map(int, header[1].split("."))) >= (1, 2) else ""
    names = list(settings.table("dependencies").names())
    direct = _names([name for name in names if name != "python"]) | _names(
        pyproject.table("project").texts("dependencies")
    )
    local = any("path" in settings.table("dependencies", name) for name in names)
    own = settings.flag("package-mode") is not False and _packaged(pyproject) and _poetry_has_package(tree, pyproject)
    install = ("poetry install --only main --no-root",)
    if locked:
        # pip can't check the hash of a repository, and then refuses all of them.
        elsewhere = re.search(r'^type = "(git|directory|file|url)"', tree.text("poetry.lock") or "", re.MULTILINE)
        hashes = " --without-hashes" if elsewhere else ""
        install = (_exported(f"poetry export --only main{hashes}"),)
    return PythonProject(
        manager=f"poetry@{version}" if version else "poetry",
        source="poetry.lock" if locked else "pyproject.toml",
        manifests=() if local else _present(tree, "pyproject.toml", "poetry.lock"),
        install=install,
        install_self=("poetry install --only-root",) if own else (),
        direct=direct,
        packages=direct | _locked(tree, "poetry.lock"),
        scripts=_scripts(pyproject) if own else {},
        wanted=wanted,
    )


def _exported(export: str) -> str:
    """A lock file, written as requirements by its own tool, and installed by pip."""
    return f"{export} --output {_EXPORTED} && pip install --no-deps -r {_EXPORTED}"


def _poetry_has_package(tree: SourceTree, pyproject: Table) -> bool:
    """Poetry refuses to install a project whose package it can't find."""
    settings = pyproject.table("tool", "poetry")
    if "packages" in settings:
        return True
    name = (
        (settings.text("name") or pyproject.table("project").text("name")).replace("-", "_").replace(".", "_").lower()
    )
    return bool(name) and any(
        tree.glob(f"{folder}{name}/*.py") or tree.exists(f"{folder}{name}.py") for folder in ("", "src/")
    )


def _pdm(tree: SourceTree, pyproject: Table, wanted: Wanted | None) -> PythonProject:
    """PDM writes its lock as requirements and pip installs them; without a lock pip reads pyproject.toml."""
    settings = pyproject.table("tool", "pdm")
    table = settings.table("scripts")
    tasks = {name: _task(table, name) for name in table.names() if _task(table, name)}
    if not tree.exists("pdm.lock"):
        return replace(_pyproject(tree, pyproject, wanted), tasks=tasks)
    own = settings.flag("distribution")
    own = _packaged(pyproject) if own is None else own
    direct = _names(pyproject.table("project").texts("dependencies"))
    return PythonProject(
        manager="pdm",
        source="pdm.lock",
        manifests=_present(tree, "pyproject.toml", "pdm.lock"),
        install=(_exported("pdm export --prod"),),
        install_self=("pip install --no-deps .",) if own else (),
        direct=direct,
        packages=direct | _locked(tree, "pdm.lock"),
        scripts=_scripts(pyproject) if own else {},
        tasks=tasks,
        wanted=wanted,
    )


def _task(tasks: Table, name: str) -> str:
    """The shell text of one of PDM's scripts: a string, or a table with ``cmd`` or ``shell``."""
    table = tasks.table(name)
    return tasks.text(name) or table.text("cmd") or " ".join(table.texts("cmd")) or table.text("shell")


def _pipenv(tree: SourceTree, pyproject: Table, wanted: Wanted | None) -> PythonProject:
    pipfile = read_toml(tree, "Pipfile")
    locked = tree.exists("Pipfile.lock")
    names = list(pipfile.table("packages").names())
    lock = read_json(tree, "Pipfile.lock").table("default").names() if locked else ()
    local = any({"path", "editable"} & set(pipfile.table("packages", name).names()) for name in names)
    scripts = pipfile.table("scripts")
    return PythonProject(
        manager="pipenv",
        source="Pipfile.lock" if locked else "Pipfile",
        manifests=() if local else _present(tree, "Pipfile", "Pipfile.lock"),
        install=("pipenv sync" if locked else "pipenv install --skip-lock",),
        direct=_names(names),
        packages=_names(names) | _names(list(lock)),
        tasks={name: scripts.text(name) for name in scripts.names() if scripts.text(name)},
        wanted=wanted,
    )


def _pip(tree: SourceTree, pyproject: Table, wanted: Wanted | None) -> PythonProject:
    path = next(path for path in REQUIREMENTS if tree.exists(path))
    files, lines = _requirements(tree, path)
    local = any(_LOCAL.match(line) for line in lines) or not all(map(tree.exists, files))
    names = _names([line for line in lines if not _LOCAL.match(line)])
    if any(_SELF.match(line) for line in lines):
        names |= _names(pyproject.table("project").texts("dependencies")) | _names_of_setup(tree)
    return PythonProject(
        manager="pip",
        source=path,
        manifests=() if local else tuple(files),
        install=(f"pip install -r {path}",),
        direct=names,
        packages=names,
        wanted=wanted,
    )


def _requirements(tree: SourceTree, first: str) -> tuple[list[str], list[str]]:
    """The files that a requirements file is made of, and the requirements in them."""
    files: list[str] = []
    lines: list[str] = []
    waiting = [first]
    while waiting and len(files) < 20:
        path = waiting.pop()
        files.append(path)
        for raw in (tree.text(path) or "").replace("\\\n", " ").splitlines():
            line = re.sub(r"(^|\s)#.*$", "", raw).strip()
            include = _INCLUDE.match(line)
            if include:
                other = normpath(join(dirname(path), include[1]))
                waiting += [other] if other not in files else []
            elif line and (not line.startswith("-") or _LOCAL.match(line)):
                lines.append(line)
    return sorted(files), lines


def _pyproject(tree: SourceTree, pyproject: Table, wanted: Wanted | None) -> PythonProject:
    """A pyproject.toml without a tool of its own: pip installs what it depends on, and then the project if it has a
    build system. Without one, pip would guess, and fail on most applications."""
    project = pyproject.table("project")
    direct = _names(project.texts("dependencies"))
    dynamic = "dependencies" in project.texts("dynamic")
    own = _packaged(pyproject)
    if dynamic:
        install: tuple[str, ...] = ("pip install .",)
    else:
        install = (_DEPENDENCIES_OF_PYPROJECT,) if direct else ()
    return PythonProject(
        manager="pip",
        source="pyproject.toml",
        manifests=() if dynamic else ("pyproject.toml",),
        install=install,
        install_self=("pip install --no-deps .",) if own and not dynamic else (),
        direct=direct,
        packages=direct,
        scripts=_scripts(pyproject) if own or dynamic else {},
        wanted=wanted,
    )


def _names_of_setup(tree: SourceTree) -> frozenset[str]:
    """What setup.py and setup.cfg may depend on: every quoted or listed word that could be a name."""
    quoted = re.findall(
        r"['\"]([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*(?:[<>=!~;][^'\"]*)?['\"]", tree.text("setup.py") or ""
    )
    bare = [line.strip() for line in (tree.text("setup.cfg") or "").splitlines() if line.startswith((" ", "\t"))]
    return _names([*quoted, *bare])


def _setup(tree: SourceTree, pyproject: Table, wanted: Wanted | None) -> PythonProject:
    source = next(path for path in ("setup.py", "setup.cfg") if tree.exists(path))
    names = _names_of_setup(tree)
    return PythonProject(
        manager="pip", source=source, install=("pip install .",), direct=names, packages=names, wanted=wanted
    )
