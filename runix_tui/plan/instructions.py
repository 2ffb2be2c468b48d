"""Dockerfile text as instructions: strict, and refusing what different builders would read differently.

What comes out is rendered again with one instruction a line, so that the engine's own parser has nothing left to
interpret: no comments, no directives, no continuations, no heredocs. What an instruction may say is policy's business.
"""

import json
import re
import unicodedata
from dataclasses import dataclass, replace

from runix_tui.errors import PlanError

KEYWORDS = frozenset(
    [
        "ADD",
        "ARG",
        "CMD",
        "COPY",
        "ENTRYPOINT",
        "ENV",
        "EXPOSE",
        "FROM",
        "HEALTHCHECK",
        "LABEL",
        "MAINTAINER",
        "ONBUILD",
        "RUN",
        "SHELL",
        "STOPSIGNAL",
        "USER",
        "VOLUME",
        "WORKDIR",
    ]
)
MAX_LINE = 60_000
"""Characters of one instruction: builders read lines of at most 65 535 bytes (bufio.Scanner's limit)."""

_DIRECTIVE = re.compile(r"#\s*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(.*?)\s*")
_HEREDOC = re.compile(r"<<(-?)(['\"]?)([A-Za-z_][A-Za-z0-9_.-]*)\2")
_CONTINUED = re.compile(r"\\[ \t]*$")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A heredoc of an instruction: ``body`` has its newlines."""

    name: str
    body: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. ``line`` is where it begins (from 1), ``rest`` what follows keyword and flags, on one line."""

    line: int
    keyword: str
    flags: tuple[str, ...]
    rest: str
    heredocs: tuple[Heredoc, ...] = ()

    def render(self) -> str:
        """The instruction on one line."""
        return " ".join(part for part in (self.keyword, *self.flags, self.rest) if part)

    def with_rest(self, rest: str) -> "Instruction":
        """The same instruction saying something else, without heredocs."""
        return replace(self, rest=rest, heredocs=())


def refuse(line: int, rule: str, hint: str) -> PlanError:
    """The error for a line of a Dockerfile that policy refuses."""
    return PlanError(f"Dockerfile line {line}: {rule}", hint=hint, code="policy", evidence=(f"line {line}: {rule}",))


def exec_form(rest: str) -> list[str] | None:
    """The words of an instruction in exec form (``["a", "b"]``), or None when it is in shell form."""
    if not rest.startswith("["):
        return None
    try:
        words = json.loads(rest)
    except ValueError:
        return None
    return words if isinstance(words, list) and all(isinstance(word, str) for word in words) else None


def bad_character(text: str) -> str | None:
    """What a text holds that people cannot see: a control or bidirectional character, or a space other than ASCII's."""
    for character in text:
        if character in "\t\n":
            continue
        category = unicodedata.category(character)
        if category in {"Cc", "Zl", "Zp", "Cs"} or character in _BIDI or (category == "Zs" and character != " "):
            return f"U+{ord(character):04X}"
    return None


def parse(text: str) -> tuple[tuple[Instruction, ...], tuple[str, ...]]:
    """The instructions of a Dockerfile, and the names of the directives that were ignored (``syntax``).

    Raises ``PlanError`` (``policy``) naming the line, for anything that is not plainly a Dockerfile.
    """
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    ignored = _directives(lines)
    found: list[Instruction] = []
    index = 0
    while index < len(lines):
        if _blank_or_comment(lines[index]):
            index += 1
            continue
        instruction, index = _instruction(lines, index)
        found.append(instruction)
    return tuple(found), ignored


def _directives(lines: list[str]) -> tuple[str, ...]:
    """Parser directives stand before anything else. ``escape`` may only say what is the default anyway."""
    ignored = []
    for number, line in enumerate(lines, 1):
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None:
            break
        name = match[1].lower()
        if name == "escape" and match[2] != "\\":
            raise refuse(
                number, "an escape character other than \\", "Write the Dockerfile with \\ and drop this line."
            )
        if name in {"syntax", "check"}:
            ignored.append(name)
    return tuple(ignored)


def _instruction(lines: list[str], start: int) -> tuple[Instruction, int]:
    """The instruction that begins at ``start`` and the index after it."""
    text, after = _joined(lines, start)
    number = start + 1
    bad = bad_character(text)
    if bad:
        raise refuse(number, f"the invisible character {bad}", "Type the line again without it.")
    keyword, rest = _keyword(text, number)
    flags, rest = _flags(rest, number)
    heredocs: tuple[Heredoc, ...] = ()
    if keyword in {"RUN", "COPY", "ADD"} and exec_form(rest) is None:
        heredocs, after = _heredocs(rest, lines, after, number)
    if len(rest) > MAX_LINE:
        raise refuse(
            number, f"an instruction of more than {MAX_LINE} characters", "Put it into a script and COPY that."
        )
    return Instruction(number, keyword, flags, rest, heredocs), after


def _joined(lines: list[str], start: int) -> tuple[str, int]:
    """A line with its continuations; comments and empty lines between them are dropped, as builders do."""
    parts: list[str] = []
    index = start
    while index < len(lines):
        line = lines[index]
        index += 1
        if parts and _blank_or_comment(line):
            continue
        parts.append(_CONTINUED.sub("", line))
        if not _CONTINUED.search(line):
            return "".join(parts).strip(" \t"), index
    raise refuse(start + 1, "a line that ends in \\ with nothing after it", "Remove the last \\.")


def _keyword(text: str, number: int) -> tuple[str, str]:
    word, _, rest = _cut(text)
    keyword = word.upper()
    if keyword not in KEYWORDS:
        shown = word[:30] if word.isascii() else ascii(word[:30])
        raise refuse(number, f"unknown instruction {shown}", "Use the instructions of the Dockerfile reference.")
    if not rest.strip(" \t"):
        raise refuse(number, f"{keyword} without arguments", "Complete the line or remove it.")
    return keyword, rest.strip(" \t")


def _flags(rest: str, number: int) -> tuple[tuple[str, ...], str]:
    """The ``--flags`` in front. Quotes and backslashes in them are read differently by builders: refused."""
    flags: list[str] = []
    while rest.startswith("--"):
        flag, _, tail = _cut(rest)
        if flag == "--" or any(character in flag for character in "\"'\\`"):
            raise refuse(number, "a flag with quotes or escapes", "Write flags plainly, as --name=value.")
        flags.append(flag)
        rest = tail.lstrip(" \t")
    return tuple(flags), rest


def _cut(text: str) -> tuple[str, str, str]:
    match = re.search(r"[ \t]", text)
    return (text[: match.start()], " ", text[match.end() :]) if match else (text, "", "")


def _heredocs(rest: str, lines: list[str], index: int, number: int) -> tuple[tuple[Heredoc, ...], int]:
    """The heredocs that an instruction announces, with their bodies; the index after the last."""
    found: list[Heredoc] = []
    for match in _announced(rest, number):
        strip, quote, name = match
        body: list[str] = []
        while True:
            if index >= len(lines):
                raise refuse(number, f"the heredoc {name} never ends", f"End it with a line {name}.")
            line = lines[index].lstrip("\t") if strip else lines[index]
            index += 1
            if line == name:
                break
            body.append(line + "\n")
        found.append(Heredoc(name, "".join(body), bool(quote)))
    return tuple(found), index


def _announced(rest: str, number: int) -> list[tuple[str, str, str]]:
    """``<<NAME`` outside quotes: (dash, quote, name). Every ``<<`` that might be one, but is unclear, is refused."""
    found = []
    position = 0
    quote = ""
    while position < len(rest):
        character = rest[position]
        if quote:
            quote = "" if character == quote else quote
        elif character == "\\":
            position += 1
        elif character in "'\"":
            quote = character
        elif rest.startswith("<<<", position):
            position += 2  # a here-string of bash
        elif rest.startswith("<<", position) and not _arithmetic(rest, position):
            match = _HEREDOC.match(rest, position)
            alone = match is not None and rest[match.end() : match.end() + 1] in {"", " ", "\t"}
            if match is None or not alone or not re.search(r"(^|[ \t])\d?$", rest[:position]):
                raise refuse(
                    number, "a heredoc whose name is not plain", "Write heredocs as a word of their own: <<EOF."
                )
            found.append((match[1], match[2], match[3]))
            position = match.end() - 1
        position += 1
    return found


def _arithmetic(rest: str, position: int) -> bool:
    """Whether ``<<`` stands inside ``$(( ))``, where it shifts."""
    return rest.rfind("$((", 0, position) > rest.rfind("))", 0, position)


def _blank_or_comment(line: str) -> bool:
    stripped = line.strip(" \t")
    return not stripped or stripped.startswith("#")
