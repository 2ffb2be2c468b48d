"""How a build's RUN steps come by the host's CAs and apt settings: the text of a Dockerfile, made ready for this host.

Pure text to text. Each RUN gets secret mounts, each stage that has one an ``ARG`` line, at its beginning: there it
comes from the cache whatever changed since. Stages on a base that has all of it already (the build variants) are left
as they are. What is refused in a Dockerfile is policy's business.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

_DIRECTIVE = re.compile(r"^\s*#\s*escape\s*=\s*(\S)\s*$", re.IGNORECASE)
_ANY_DIRECTIVE = re.compile(r"^\s*#\s*\w+\s*=")
_WORD = re.compile(r"^(\s*)([A-Za-z]+)(\s+|$)")
_FROM = re.compile(r"^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?", re.IGNORECASE)
_HEREDOC = re.compile(r"<<(-?)(['\"]?)([A-Za-z_][A-Za-z0-9_]*)\2")
_WITH_HEREDOC = frozenset({"RUN", "COPY", "ADD"})


def mount_flag(secret: str, target: str) -> str:
    """The RUN flag that shows a secret of the build at ``target``, readable for every user."""
    return f"--mount=type=secret,id={secret},target={target},mode=0444"


def instrument(
    dockerfile: str, *, mounts: Sequence[str], args: Mapping[str, str], skip: Callable[[str], bool] = lambda _: False
) -> str:
    """``dockerfile`` with ``mounts`` (flags) on every RUN and ``args`` declared in every stage that has a RUN.

    ``skip`` says of an image's reference that stages on it need nothing. ONBUILD is left alone: what it triggers
    belongs to a later build.
    """
    if not mounts and not args:
        return dockerfile
    line = "ARG " + " ".join(f"{name}={value}" for name, value in args.items()) + "\n" if args else ""
    out: list[str] = []
    ready: set[str] = set()  # names of stages that need nothing
    for stage in _stages(dockerfile):
        start = _FROM.match(stage[0][1].replace("\\\n", " "))
        if start is None or skip(start[1]) or start[1].lower() in ready:
            ready |= {start[2].lower()} if start and start[2] else set()
            out += [block for _, block in stage]
        else:
            out += _prepared(stage, mounts, line)
    return "".join(out)


def labelled(dockerfile: str, labels: Mapping[str, str]) -> str:
    """``dockerfile`` with ``labels`` set at the beginning of every stage: so every layer that is kept as cache carries
    them, also those of stages that the final image does not come from."""
    if not labels:
        return dockerfile
    line = "LABEL " + " ".join(f'{name}="{value}"' for name, value in sorted(labels.items())) + "\n"
    return "".join(_begun(block, line) if word == "FROM" else block for word, block in instructions(dockerfile))


def instructions(dockerfile: str) -> Iterator[tuple[str, str]]:
    """``(keyword, text)`` for each instruction, in order, with all its lines (continuations, heredoc bodies); comments
    and empty lines between instructions come with an empty keyword. The texts joined give ``dockerfile`` back."""
    lines = dockerfile.splitlines(keepends=True)
    escape = _escape(lines)
    at = 0
    while at < len(lines):
        text = lines[at]
        at += 1
        match = _WORD.match(text)
        if not match or text.lstrip().startswith("#"):
            yield "", text
            continue
        while at < len(lines) and _continues(text, escape):
            text += lines[at]
            at += 1
        word = match[2].upper()
        for dash, _, end in _HEREDOC.findall(text) if word in _WITH_HEREDOC else ():
            while at < len(lines):
                text += lines[at]
                at += 1
                body = lines[at - 1].rstrip("\r\n")
                if (body.lstrip("\t") if dash else body) == end:
                    break
        yield word, text


def _stages(dockerfile: str) -> Iterator[list[tuple[str, str]]]:
    """The instructions of each stage, its FROM first; what stands before the first FROM comes by itself."""
    stage: list[tuple[str, str]] = []
    for word, block in instructions(dockerfile):
        if word == "FROM" and stage:
            yield stage
            stage = []
        stage.append((word, block))
    if stage:
        yield stage


def _prepared(stage: Sequence[tuple[str, str]], mounts: Sequence[str], line: str) -> Iterator[str]:
    """The blocks of a stage, ``line`` at its beginning and ``mounts`` on its RUN steps; without RUN, as they are."""
    runs = any(word == "RUN" for word, _ in stage)
    for word, block in stage:
        if word == "RUN":
            yield _mounted(block, mounts)
        else:
            yield _begun(block, line) if runs and word == "FROM" else block


def _begun(start: str, line: str) -> str:
    """A stage's FROM with a line of ours behind it."""
    return f"{start.rstrip()}\n{line}"


def _mounted(run: str, mounts: Sequence[str]) -> str:
    return _WORD.sub(lambda match: " ".join((match[1] + match[2], *mounts, "")), run, count=1)


def _continues(text: str, escape: str) -> bool:
    """Whether the instruction goes on: its last line ends in the escape character, or is a comment or empty inside."""
    last = text.splitlines()[-1]
    if last.rstrip().endswith(escape) and not last.lstrip().startswith("#"):
        return True
    inside = len(text.splitlines()) > 1
    return inside and (last.lstrip().startswith("#") or not last.strip())


def _escape(lines: Sequence[str]) -> str:
    """The escape character: a directive may change it, only at the very top."""
    for text in lines:
        if not _ANY_DIRECTIVE.match(text):
            break
        if found := _DIRECTIVE.match(text):
            return found[1]
    return "\\"
