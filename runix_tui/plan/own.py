"""A repository's own Dockerfile: read strictly, checked, and written again so that the engine reads what was checked.

What a step does inside its container is its own business (limits, network and capabilities see to that); what reaches
outside it is refused here: mounts of the host, secrets, the host's network, fetches by the engine itself.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from runix_tui.core.ports import SourceTree
from runix_tui.errors import PlanError
from runix_tui.plan import mounts
from runix_tui.plan.instructions import Instruction, bad_character, exec_form, parse, refuse
from runix_tui.plan.stages import Reading, Stage, expanded, leniently, parent_of, source_of, stage_names
from runix_tui.plan.substitution import assignments

_STAGE_NAME = re.compile(r"[a-z][a-z0-9_.-]*")
_COPY_FLAGS = {"--chown", "--chmod", "--from", "--link"}
_FLAGS: Mapping[str, set[str]] = {
    "FROM": {"--platform"},
    "RUN": {"--mount", "--network"},
    "COPY": _COPY_FLAGS,
    "ADD": {"--chown", "--chmod", "--link"},
    "HEALTHCHECK": {"--interval", "--timeout", "--start-period", "--start-interval", "--retries"},
}
_REMOTE = re.compile(r"(?i)[a-z][a-z0-9+.-]*://|git@|.*\$")
_OUR_LABEL = "dev.runix"


@dataclass(frozen=True, slots=True)
class OwnDockerfile:
    """A Dockerfile that passed. ``text`` is what to build by; ``bases`` are the images that it needs, fully qualified;
    ``expose`` the TCP ports of the last stage; ``arguments`` the ARG names of its stages; ``notes`` are for the log."""

    text: str
    bases: tuple[str, ...]
    expose: tuple[int, ...]
    notes: tuple[str, ...]
    arguments: tuple[str, ...] = ()


def own_dockerfile(text: str, *, tree: SourceTree, cache_scope: str, bind_mounts_safe: bool) -> OwnDockerfile:
    """Check a repository's own Dockerfile and give what to build by.

    ``bind_mounts_safe`` says whether the engine has the fix of CVE-2024-1753. Raises ``PlanError`` (``policy``) naming
    line and rule.
    """
    found, ignored = parse(text)
    reading = Reading(tree, cache_scope, bind_mounts_safe, later=stage_names(found))
    for directive in ignored:
        reading.notes[f"the line # {directive}= is ignored: the engine's own builder is used"] = None
    lines = [line for each in found for line in _line(each, reading)]
    if not reading.stages:
        raise PlanError("the Dockerfile has no FROM", hint="Begin it with FROM and an image.", code="policy")
    last = reading.stages[-1]
    return OwnDockerfile(
        "\n".join(lines) + "\n",
        tuple(reading.bases),
        tuple(sorted(last.expose)),
        tuple(reading.notes),
        tuple(reading.arguments),
    )


def _line(each: Instruction, reading: Reading) -> list[str]:
    """The lines that an instruction becomes."""
    if not reading.stages and each.keyword not in {"ARG", "FROM"}:
        raise refuse(each.line, f"{each.keyword} before the first FROM", "Begin with FROM.")
    known = _FLAGS.get(each.keyword, set())
    for flag in each.flags:
        if flag.partition("=")[0] not in known or ("=" not in flag and flag != "--link"):
            _refuse_flag(each, flag)
    handler = _HANDLERS.get(each.keyword)
    if handler is None:
        return [each.render()]
    changed = handler(each, reading)
    return [changed.render()]


def _refuse_flag(each: Instruction, flag: str) -> None:
    name = flag.partition("=")[0]
    if each.keyword == "RUN" and name == "--security":
        raise refuse(each.line, "RUN --security", "Builds run without privileges; leave it out.")
    raise refuse(each.line, f"{each.keyword} {name} is unknown", "Leave the flag out.")


def _from(each: Instruction, reading: Reading) -> Instruction:
    words = each.rest.split()
    if len(words) not in {1, 3} or (len(words) == 3 and words[1].upper() != "AS"):
        raise refuse(each.line, "an unclear FROM", "Write FROM image, or FROM image AS name.")
    name = words[2].lower() if len(words) == 3 else ""
    if name and not _STAGE_NAME.fullmatch(name):
        raise refuse(each.line, f"the stage name {words[2]}", "Name stages with letters, digits, -, _ and .")
    if name and any(stage.name == name for stage in reading.stages):
        raise refuse(each.line, f"a second stage named {name}", "Give each stage a name of its own.")
    image, stage = parent_of(expanded(words[0], each, reading.globals), each, reading)
    parent = stage or Stage("")
    reading.stages.append(Stage(name, parent.shell, set(parent.expose), dict(parent.values)))
    flags = tuple(f"--platform={value}" for value in _platforms(each, reading))
    return Instruction(each.line, "FROM", flags, f"{image} AS {name}" if name else image)


def _platforms(each: Instruction, reading: Reading) -> list[str]:
    """The platform of a FROM, left out where it is this machine's own."""
    found = []
    for flag in each.flags:
        value = expanded(flag.partition("=")[2], each, reading.globals)
        if value != reading.globals["TARGETPLATFORM"]:
            if not re.fullmatch(r"linux/[a-z0-9]+(/v[0-9]+)?", value):
                raise refuse(each.line, f"the platform {value}", "Use linux/amd64 or linux/arm64, or leave it out.")
            found.append(value)
    return found


def _arg(each: Instruction, reading: Reading) -> Instruction:
    declared = assignments(each.rest)
    if not declared:
        raise refuse(each.line, "an unclear ARG", "Write ARG NAME or ARG NAME=value.")
    values = reading.stages[-1].values if reading.stages else reading.globals
    for name, value in declared.items():
        if reading.stages:
            reading.arguments[name] = None
        given = reading.globals.get(name) if value is None else value
        if given is not None:
            values[name] = leniently(given, values)
    return each


def _env(each: Instruction, reading: Reading) -> Instruction:
    values = reading.stages[-1].values
    for name, value in assignments(each.rest).items():
        if value is not None:
            values[name] = leniently(value, values)
    return each


def _run(each: Instruction, reading: Reading) -> Instruction:
    flags = tuple(_run_flag(flag, each, reading) for flag in each.flags)
    changed = Instruction(each.line, "RUN", flags, each.rest, each.heredocs)
    return _without_heredocs(changed, reading) if each.heredocs else changed


def _run_flag(flag: str, each: Instruction, reading: Reading) -> str:
    name, _, value = flag.partition("=")
    if name == "--network":
        if value not in {"none", "default"}:
            raise refuse(each.line, f"RUN --network={value}", "Builds have a network of their own; leave it out.")
        return flag
    mount, source = mounts.rewrite(
        flag,
        each.line,
        tree=reading.tree,
        cache_scope=reading.cache_scope,
        bind_mounts_safe=reading.bind_mounts_safe,
    )
    return mount.replace(f"from={source}", f"from={source_of(source, each, reading)}", 1) if source else mount


def _without_heredocs(each: Instruction, reading: Reading) -> Instruction:
    """RUN with heredocs in exec form, as BuildKit would run it: engines before Podman 4.9 know no heredocs."""
    bodies = "".join(heredoc.body for heredoc in each.heredocs)
    bad = bad_character(bodies)
    if bad:
        raise refuse(each.line, f"the invisible character {bad} in a heredoc", "Type the line again without it.")
    shell = list(reading.stages[-1].shell)
    alone = len(each.heredocs) == 1 and re.fullmatch(r"<<-?(['\"]?)\S+\1", each.rest)
    if alone and bodies.startswith("#!"):
        script = 'f=$(mktemp) && printf %s "$0" > "$f" && chmod 700 "$f" && "$f"; s=$?; rm -f "$f"; exit $s'
        words = ["/bin/sh", "-c", script, bodies]
    elif alone:
        words = [*shell, bodies]
    else:
        words = [*shell, each.rest + "\n" + "".join(f"{one.body}{one.name}\n" for one in each.heredocs)]
    # No << is left for anybody to take for a heredoc again.
    rest = json.dumps(words, separators=(",", ":")).replace("<<", "\\u003c\\u003c")
    if len(rest) > 60_000:
        raise refuse(each.line, "a heredoc of more than 60000 characters", "Put it into a script and COPY that.")
    reading.notes[f"line {each.line}: the heredoc runs in exec form"] = None
    return each.with_rest(rest)


def _copy(each: Instruction, reading: Reading) -> Instruction:
    if each.heredocs:
        raise refuse(each.line, f"{each.keyword} with a heredoc", "Put the file into the repository and COPY it.")
    flags = []
    for flag in each.flags:
        name, _, value = flag.partition("=")
        if name == "--from":
            flags.append(f"--from={source_of(value, each, reading)}")
        elif name == "--link":
            reading.notes["COPY --link is left out: it changes only how layers are cached"] = None
        else:
            flags.append(flag)
    if each.keyword == "ADD":
        _check_add(each)
    return Instruction(each.line, each.keyword, tuple(flags), each.rest)


def _check_add(each: Instruction) -> None:
    """The engine itself would fetch a remote source, from the host's network: Runix and other services are there."""
    for word in exec_form(each.rest) or each.rest.split():
        plain = word.replace('"', "").replace("'", "").replace("\\", "")
        if _REMOTE.match(plain) or plain.endswith(".git"):
            hint = "Download it in a RUN step (curl, git clone): those have a network of their own."
            raise refuse(each.line, "ADD from another machine, or with a variable", hint)


def _expose(each: Instruction, reading: Reading) -> Instruction:
    stage = reading.stages[-1]
    for word in leniently(each.rest, stage.values).split():
        match = re.fullmatch(r"[\"']?(\d{1,5})(?:-\d{1,5})?(?:/tcp)?[\"']?", word, re.IGNORECASE)
        if match and 0 < int(match[1]) < 65536:
            stage.expose.add(int(match[1]))
    return each


def _shell(each: Instruction, reading: Reading) -> Instruction:
    words = exec_form(each.rest)
    if not words:
        raise refuse(each.line, "SHELL that is no JSON list", 'Write it as SHELL ["/bin/bash", "-c"].')
    reading.stages[-1].shell = tuple(words)
    return each


def _label(each: Instruction, reading: Reading) -> Instruction:
    plain = each.rest.replace('"', "").replace("'", "").replace("\\", "")
    keys = re.findall(r"(?:^|\s)([^\s=]+)", plain)
    if _OUR_LABEL in plain.lower() or any("$" in key.partition("=")[0] for key in keys):
        raise refuse(each.line, "a label of Runix's own, or one named by a variable", "Leave that label out.")
    return each


def _healthcheck(each: Instruction, reading: Reading) -> Instruction:
    flags = tuple(flag for flag in each.flags if not flag.startswith("--start-interval="))
    return Instruction(each.line, each.keyword, flags, each.rest)


def _onbuild(each: Instruction, reading: Reading) -> Instruction:
    raise refuse(each.line, "ONBUILD", "Write its instruction where it is to happen.")


_HANDLERS = {
    "ADD": _copy,
    "ARG": _arg,
    "COPY": _copy,
    "ENV": _env,
    "EXPOSE": _expose,
    "FROM": _from,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _label,
    "ONBUILD": _onbuild,
    "RUN": _run,
    "SHELL": _shell,
}
