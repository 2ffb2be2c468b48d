"""What a Node.js repository's manifests say: package manager, scripts, dependencies, version. No frameworks here."""

import re
from dataclasses import dataclass

from runix_tui.core.ports import SourceTree
from runix_tui.plan.providers.manifests import Table, read_json, read_toml
from runix_tui.plan.ranges import accepts, is_range
from runix_tui.plan.versions import Wanted, pin, pinned

LOCKS = (
    ("pnpm-lock.yaml", "pnpm"),
    ("yarn.lock", "yarn"),
    ("package-lock.json", "npm"),
    ("npm-shrinkwrap.json", "npm"),
    ("bun.lock", "bun"),
    ("bun.lockb", "bun"),
)
_LTS = {"argon": 4, "boron": 6, "carbon": 8, "dubnium": 10, "erbium": 12, "fermium": 14, "gallium": 16, "hydrogen": 18}
_LTS |= {"iron": 20, "jod": 22, "krypton": 24}
# Code names of the releases with long support, from nodejs/Release.
_PNPM_OF_LOCK = {"5.3": "6", "5.4": "7", "6.0": "8", "6.1": "8", "9.0": "9"}
# lockfileVersion → the major of pnpm that writes it (pnpm's release notes).
_PACKAGE_MANAGER = re.compile(r"(npm|pnpm|yarn|bun)@(\d+(?:\.\d+){0,2})(?:[-+].*)?")
_SAFE_NPMRC = {
    "legacy-peer-deps",
    "strict-peer-dependencies",
    "strict-peer-deps",
    "auto-install-peers",
    "shamefully-hoist",
    "node-linker",
    "engine-strict",
    "force",
    "ignore-scripts",
}
# Settings of .npmrc that decide whether an install works and can hold no secret. The file itself never enters a build.
_INSTALL_HOOKS = ("preinstall", "install", "postinstall", "prepare")
_HARMLESS_HOOK = re.compile(
    r"\s*(?:npx |is-ci \|\| )?(?:husky|lefthook|simple-git-hooks|only-allow|npx only-allow)\b[^&|;]*"
)


@dataclass(frozen=True, slots=True)
class NodeProject:
    """How a Node.js repository is installed. ``lock`` is empty without one; ``settings`` are those of .npmrc that are
    safe to repeat; ``yarn_release`` is a yarn that the repository brings along."""

    package: Table
    manager: str
    manager_version: str
    manager_source: str
    lock: str
    yarn_release: str
    settings: dict[str, str]
    workspaces: bool
    wanted: Wanted | None

    @property
    def scripts(self) -> Table:
        """The ``scripts`` of package.json."""
        return self.package.table("scripts")

    @property
    def dependencies(self) -> frozenset[str]:
        """Names that package.json depends on at run time."""
        return frozenset(self.package.table("dependencies").names())

    @property
    def dev_dependencies(self) -> frozenset[str]:
        """Names that it depends on for development."""
        return frozenset(self.package.table("devDependencies").names())

    @property
    def all_dependencies(self) -> frozenset[str]:
        """Both."""
        return self.dependencies | self.dev_dependencies

    @property
    def package_manager(self) -> str:
        """As a plan writes it: ``pnpm@9``."""
        return f"{self.manager}@{self.manager_version}" if self.manager_version else self.manager

    @property
    def berry(self) -> bool:
        """Whether this is yarn 2 or later."""
        return self.manager == "yarn" and bool(self.yarn_release or self.manager_version.split(".")[0] not in {"", "1"})


def read(tree: SourceTree) -> NodeProject | None:
    """What the manifests say, or None without a package.json. Raises ``PlanError`` (``bad_manifest``)."""
    if not tree.exists("package.json"):
        return None
    package = read_json(tree, "package.json")
    lock, locked_by = next(((path, name) for path, name in LOCKS if tree.exists(path)), ("", ""))
    declared = _PACKAGE_MANAGER.fullmatch(package.text("packageManager"))
    if declared:
        manager, version, source = declared[1], declared[2], "package.json packageManager"
        lock = next((path for path, name in LOCKS if name == manager and tree.exists(path)), "")
    elif locked_by:
        manager, version, source = locked_by, _version_of_lock(tree, lock, locked_by), lock
    else:
        manager, version, source = "npm", "", "package.json"
    release = next(iter(tree.glob(".yarn/releases/yarn-*.*js")), "") if manager == "yarn" else ""
    return NodeProject(
        package=package,
        manager=manager,
        manager_version="" if manager == "npm" else version,
        manager_source=source,
        lock=lock,
        yarn_release=release,
        settings=_npmrc(tree.text(".npmrc")),
        workspaces="workspaces" in package or tree.exists("pnpm-workspace.yaml"),
        wanted=_wanted(tree, package),
    )


def _version_of_lock(tree: SourceTree, lock: str, manager: str) -> str:
    """The major of the package manager that wrote a lock file."""
    head = tree.head(lock)
    if manager == "pnpm":
        match = re.search(r"^lockfileVersion:\s*'?(\d+\.\d+)", head, re.MULTILINE)
        return _PNPM_OF_LOCK.get(match[1], "9") if match else "9"
    if manager == "yarn":
        match = re.search(r"^__metadata:\s*\n\s+version:\s*(\d+)", head, re.MULTILINE)
        return "1" if match is None else ("4" if int(match[1]) >= 8 else "3")
    return ""


def _npmrc(text: str | None) -> dict[str, str]:
    """The settings of .npmrc that are safe to repeat, by name."""
    found = {}
    for line in (text or "").splitlines():
        name, equals, value = (part.strip() for part in line.partition("="))
        if equals and name in _SAFE_NPMRC and re.fullmatch(r"[a-z-]{1,20}", value):
            found[name] = value
    return found


def manifests(tree: SourceTree, project: NodeProject) -> tuple[str, ...]:
    """The files that the install step needs, or () when it needs the whole source: workspaces, local packages, patches
    and install scripts of the project's own."""
    hooks = [project.scripts.text(name) for name in _INSTALL_HOOKS]
    own_hooks = any(hook and not _HARMLESS_HOOK.fullmatch(hook) for hook in hooks)
    specs = [
        table.text(name)
        for table in (project.package.table("dependencies"), project.package.table("devDependencies"))
        for name in table.names()
    ]
    local = any(spec.startswith(("file:", "link:", "portal:", "patch:", "./", "../", "workspace:")) for spec in specs)
    patched = "patchedDependencies" in project.package.table("pnpm") or bool(tree.glob("patches/*.patch"))
    if own_hooks or local or patched or project.workspaces or project.yarn_release:
        return ()
    return tuple(path for path in ("package.json", project.lock, ".yarnrc.yml") if path and tree.exists(path))


def install(project: NodeProject) -> str:
    """The install command, of all dependencies: builds need those for development. Settings of .npmrc go with it."""
    env = "".join(f"npm_config_{name.replace('-', '_')}={value} " for name, value in sorted(project.settings.items()))
    locked = bool(project.lock)
    if project.manager == "yarn":
        flag = ("--immutable" if project.berry else "--frozen-lockfile") if locked else ""
        return f"{env}{yarn(project)} install {flag}".rstrip()
    commands = {
        "npm": "npm ci --no-audit --no-fund" if locked else "npm install --no-audit --no-fund",
        "pnpm": "pnpm install --frozen-lockfile" if locked else "pnpm install --no-frozen-lockfile",
        "bun": "bun install --frozen-lockfile" if locked else "bun install",
    }
    return env + commands[project.manager]


def prune(project: NodeProject) -> str | None:
    """The command that removes what only development needs, or None where the package manager has no plain one."""
    if not project.dev_dependencies or project.workspaces:
        return None
    if project.manager == "npm":
        peers = " --legacy-peer-deps" if project.settings.get("legacy-peer-deps") == "true" else ""
        return f"npm prune --omit=dev --ignore-scripts --no-audit --no-fund{peers}"
    if project.manager == "pnpm":
        return "CI=true pnpm prune --prod --ignore-scripts"
    if project.manager == "yarn" and not project.berry:
        return "yarn install --production --ignore-scripts --prefer-offline --frozen-lockfile"
    if project.manager == "yarn" and project.manager_version.split(".")[0] == "4":
        return f"{yarn(project)} workspaces focus --production"
    return None


def run(project: NodeProject, script: str) -> str:
    """The command that runs a script in the build."""
    if project.manager == "yarn":
        return f"{yarn(project)} run {script}"
    return f"{project.manager} run {script}"


def yarn(project: NodeProject) -> str:
    """How yarn is called: the repository's own release, else the one that was installed."""
    return f"node {project.yarn_release}" if project.yarn_release else "yarn"


def _wanted(tree: SourceTree, package: Table) -> Wanted | None:
    """The Node.js version asked for: by the files of version managers, then by package.json."""
    for path in (".nvmrc", ".node-version"):
        text = (tree.text(path) or "").strip()
        if text:
            return _version(text, path)
    for section in ("volta", "engines"):
        text = package.table(section).text("node")
        if text:
            return _version(text, f"package.json {section}.node")
    for number, line in enumerate((tree.text(".tool-versions") or "").splitlines(), 1):
        words = line.split()
        if len(words) >= 2 and words[0] in {"nodejs", "node"}:
            return _version(words[1], f".tool-versions:{number}")
    mise = next((path for path in ("mise.toml", ".mise.toml") if tree.exists(path)), None)
    text = read_toml(tree, mise).table("tools").text("node") if mise else ""
    return _version(text, f"{mise} tools.node") if text else None


def _version(text: str, source: str) -> Wanted | None:
    """One version, a range, or an alias (``lts/iron``); None for what says nothing (``node``, ``latest``, ``*``)."""
    text = text.strip().lower()
    code = text.removeprefix("lts/")
    if code in _LTS:
        return pinned(str(_LTS[code]), source)
    if pin(text):
        return pinned(text, source)
    if text in {"*", "x", "node", "stable", "latest", "current", "lts", "lts/*"} or not is_range(text):
        return None
    return Wanted(text, source, lambda version: accepts(text, version))
