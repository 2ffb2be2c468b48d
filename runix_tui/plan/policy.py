"""What may not be in a plan, nor in a Dockerfile made from one, whoever proposed it. The repository's own: own.py.

The check of the text is independent of the renderer: line by line, refusing every form that it does not know.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from posixpath import normpath

from runix_tui.core.names import is_env_name
from runix_tui.core.plan import Plan
from runix_tui.errors import PlanError
from runix_tui.plan.dockerfile import USER
from runix_tui.plan.instructions import Instruction, bad_character, exec_form, parse, refuse
from runix_tui.plan.own import OwnDockerfile, own_dockerfile
from runix_tui.plan.toolchain import APP, MANAGERS, VENV

MAX_BYTES = 16 * 1024
"""Of a Dockerfile of ours: several times what the largest plan of the samples needs."""

_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]{1,80}")
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,40}")
_REFERENCE = re.compile(r"[a-z0-9][a-z0-9.-]*(?::\d+)?/[a-z0-9][a-z0-9._/-]*(?::[A-Za-z0-9_.-]+|@sha256:[0-9a-f]{64})")
_COMMENTS = {"# system packages", "# tools", "# dependencies", "# source", "# build", "# web server"}
_INTERPRETERS = r"(?:ba|da|z|k|a|fi)?sh|python[\d.]*|perl|ruby|node|php"
_PIPED = re.compile(
    rf"(?<!\|)\|(?!\|)&?\s*(?:(?:[\w./-]*/)?(?:sudo|env|exec|xargs|busybox|nohup)\s+(?:-\S+\s+|\w+=\S*\s+)*)*"
    rf"(?:[\w./-]*/)?(?:{_INTERPRETERS})(?![\w.-])"
)
_FETCHED = re.compile(r"(?:\$\(|`|<\()\s*(?:curl|wget)\b")
_ENV_LINE = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)=(?:[A-Za-z0-9_./:,@+-]*|"(?:[^"\\$]|\\["\\$])*")')
_MOUNT = re.compile(r"--mount=type=cache,id=([A-Za-z0-9_.-]+)-([a-z]+),target=(/[a-z0-9/._-]+)")
_TARGETS = {name: folder for each in MANAGERS.values() for name, folder in each.caches.items()}

__all__ = ["MAX_BYTES", "OwnDockerfile", "check_dockerfile", "check_plan", "own_dockerfile"]


def check_plan(plan: Plan) -> None:
    """Raises ``PlanError`` (``policy``) naming the field, for a plan that must not be carried out."""
    for path in plan.manifests:
        _check_path("manifests", path)
    if plan.static_dir is not None:
        _check_path("static_dir", plan.static_dir)
    for name in ("install", "build"):
        for step in getattr(plan, name):
            _check_step(name, step)
    for package in (*plan.build_packages, *plan.runtime_packages):
        _demand(_PACKAGE.fullmatch(package), "packages", f"{package!r} is no name of a system package")
    _check_names(plan)
    for word in plan.start:
        _demand(word != "" or plan.start[0] != word, "start", "the program has no name")
        _demand("\0" not in word and not _unseen(word), "start", "a character that cannot be seen")
    health = plan.health_path
    _demand(health is None or re.fullmatch(r"/[!-~]*", health), "health_path", "not a path that begins with /")


def _check_names(plan: Plan) -> None:
    _demand(not plan.version or _VERSION.fullmatch(plan.version), "version", f"{plan.version!r} is no version")
    manager, _, version = plan.package_manager.partition("@")
    known = not manager or manager in MANAGERS
    _demand(known, "package_manager", f"{manager!r} is not known: there are {', '.join(MANAGERS)}")
    _demand(not version or _VERSION.fullmatch(version), "package_manager", f"{version!r} is no version")
    for name, value in plan.env.items():
        _demand(is_env_name(name), "env", f"{name!r} is no name of a variable")
        _demand("\n" not in value and not _unseen(value), "env", f"{name} has a character that cannot be seen")
    for pattern in plan.build_variables:
        named = is_env_name(pattern.removesuffix("*")) and pattern != "*"
        _demand(named, "build_variables", f"{pattern!r} is neither a name nor a prefix with *")


def _check_step(field: str, step: str) -> None:
    _demand(step == step.strip() and step, field, "a step that is empty, or has spaces around it")
    _demand("\n" not in step and "\t" not in step and not _unseen(step), field, "a character that cannot be seen")
    _demand(step[0] not in "#[-<|&;@", field, f"a step that begins with {step[:1]}")
    _demand(not step.endswith("\\"), field, "a step that ends in \\")
    _demand("<<" not in step, field, "a heredoc")
    _demand(not piped_to_shell(step), field, "what one program prints is run by another (a pipe to a shell)")
    _demand(len(step) <= 4000, field, "a step of more than 4000 characters")


def piped_to_shell(step: str) -> bool:
    """Whether a shell command runs what another program prints or fetches."""
    return bool(_PIPED.search(step) or _FETCHED.search(step))


def _check_path(field: str, path: str) -> None:
    parts = path.split("/")
    _demand(path and not path.startswith(("/", "~", "-")), field, f"{path!r} is not inside the repository")
    _demand(".." not in parts, field, f"{path!r} leaves the repository")
    _demand(not any(character in path for character in "*?[]\\\n\t$\"'"), field, f"{path!r} has special characters")
    _demand(not _unseen(path) and not normpath(path).startswith(".git/"), field, f"{path!r} may not be used")


def _unseen(text: str) -> bool:
    return bad_character(text) is not None


def _demand(holds: object, field: str, problem: str) -> None:
    if not holds:
        raise PlanError(
            f"the plan's {field}: {problem}",
            hint="Change that part of the plan, or bring a Dockerfile of your own.",
            code="policy",
            evidence=(f"{field}: {problem}",),
        )


def check_dockerfile(text: str, *, bases: Collection[str] | None = None, cache_scope: str | None = None) -> None:
    """Raises ``PlanError`` (``policy``) naming the line, for any text that the renderer would not write.

    ``bases`` are the only images that FROM may name, ``cache_scope`` the only beginning of a cache's id; without them
    any fully qualified image and any id pass.
    """
    if len(text.encode()) > MAX_BYTES:
        raise refuse(1, f"more than {MAX_BYTES} bytes", "Move long commands into scripts of the repository.")
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip().startswith("#") and line not in _COMMENTS:
            raise refuse(number, "an unknown comment", "Dockerfiles of plans have comments of their own only.")
        if line.endswith(("\\", "\r")) or line != line.strip():
            raise refuse(number, "a line with an unclear end", "Write each instruction on one line.")
    found, _ = parse(text)
    stages = [each for each in found if each.keyword == "FROM"]
    if not found or found[0].keyword != "FROM" or len(stages) > 2:
        raise refuse(1, "not one or two stages that begin with FROM", "Render the plan again.")
    for each in found:
        check = _CHECKS.get(each.keyword)
        if check is None or each.heredocs:
            raise refuse(each.line, f"{each.keyword} is not used in Dockerfiles of plans", "Render the plan again.")
        check(each)
    _check_from(stages, bases)
    _check_scope(found, cache_scope)
    _check_release(found[found.index(stages[-1]) :])


def _check_from(stages: list[Instruction], bases: Collection[str] | None) -> None:
    names = [each.rest.split() for each in stages]
    for each, words in zip(stages, names, strict=True):
        allowed = words[0] in bases if bases is not None else _REFERENCE.fullmatch(words[0])
        if not allowed or words[1:] != (["AS", "build"] if each is not stages[-1] else []):
            raise refuse(each.line, f"FROM {each.rest}", "Only base images of Runix are used, fully qualified.")


def _check_scope(found: Iterable[Instruction], scope: str | None) -> None:
    for each in found:
        for flag in each.flags:
            match = _MOUNT.fullmatch(flag)
            if match and scope is not None and match[1] != scope:
                raise refuse(each.line, f"a cache of {match[1]}", "Caches belong to one project.")


def _check_release(stage: list[Instruction] | tuple[Instruction, ...]) -> None:
    """The last stage ends as a user without rights, and runs nothing as one with them after that."""
    keywords = [each.keyword for each in stage]
    first = stage[0].line
    if keywords.count("USER") != 1 or keywords.count("CMD") != 1 or keywords.count("ENTRYPOINT") != 1:
        raise refuse(first, "a release without one USER, CMD and ENTRYPOINT", "Render the plan again.")
    if "RUN" in keywords[keywords.index("USER") :]:
        raise refuse(first, "RUN after USER", "Render the plan again.")


def _simple(pattern: str) -> Callable[[Instruction], None]:
    form = re.compile(pattern)

    def check(each: Instruction) -> None:
        if each.flags or not form.fullmatch(each.rest):
            raise refuse(each.line, f"{each.keyword} {each.rest[:60]}", "Render the plan again.")

    return check


def _check_run(each: Instruction) -> None:
    for flag in each.flags:
        match = _MOUNT.fullmatch(flag)
        if match is None or _TARGETS.get(match[2]) != match[3]:
            raise refuse(each.line, f"RUN {flag.partition('=')[0]}", "Only the caches of package managers are mounted.")
    if exec_form(each.rest) is not None or "<<" in each.rest or piped_to_shell(each.rest):
        raise refuse(each.line, "a heredoc, exec form, or a pipe to a shell", "Run one plain command.")


def _check_copy(each: Instruction) -> None:
    from_build = "--from=build" in each.flags
    if set(each.flags) - {"--from=build", f"--chown={USER}"}:
        raise refuse(each.line, f"COPY {' '.join(each.flags)}", "Only the build stage is copied from.")
    words = exec_form(each.rest) or each.rest.split()
    if len(words) < 2:
        raise refuse(each.line, "COPY without a target", "Render the plan again.")
    for source in words[:-1]:
        inside = source.startswith((f"{APP}/", f"{VENV}/")) or source in {APP, VENV}
        if ".." in source.split("/") or (not inside if from_build else source.startswith(("/", "~"))):
            raise refuse(each.line, f"COPY {source}", "Only the repository's own files are copied.")
    target = words[-1]
    absolute = target in {VENV, APP} or target.startswith(f"{APP}/")
    if ".." in target.split("/") or (target.startswith("/") and not absolute):
        raise refuse(each.line, f"COPY to {target}", f"Everything goes below {APP}.")


def _check_cmd(each: Instruction) -> None:
    if each.flags or not exec_form(each.rest):
        raise refuse(each.line, f"{each.keyword} that is no list of words", "Use the exec form.")


_CHECKS: Mapping[str, Callable[[Instruction], None]] = {
    "ARG": _simple(r"[A-Za-z_][A-Za-z0-9_]*"),
    "CMD": _check_cmd,
    "COPY": _check_copy,
    "ENTRYPOINT": _simple(r"\[\]"),
    "ENV": _simple(_ENV_LINE.pattern),
    "EXPOSE": _simple(r"[1-9]\d{0,4}"),
    "FROM": _simple(r"\S+( AS build)?"),
    "RUN": _check_run,
    "STOPSIGNAL": _simple("SIGQUIT"),
    "USER": _simple(re.escape(USER)),
    "WORKDIR": _simple(re.escape(APP)),
}
