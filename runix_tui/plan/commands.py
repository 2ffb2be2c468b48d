"""A command, as a user, a Procfile or package.json writes it, as an argv. Nothing is run or expanded here."""

import re
import shlex

SHELL = ("/bin/sh", "-c")

_SPECIAL = re.compile(r"[|&;<>()$`*?\[\]#~={}!\n\r]")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_./@:+-]+")
_OPERATORS = re.compile(r"[|&;<>(){}`\n\r#!]")
_NOT_PROGRAMS = frozenset(
    [
        ".",
        ":",
        "[",
        "alias",
        "bg",
        "break",
        "case",
        "cd",
        "command",
        "continue",
        "eval",
        "exec",
        "exit",
        "export",
        "fg",
        "for",
        "function",
        "getopts",
        "hash",
        "if",
        "jobs",
        "local",
        "read",
        "readonly",
        "return",
        "set",
        "shift",
        "source",
        "test",
        "times",
        "trap",
        "type",
        "ulimit",
        "umask",
        "unalias",
        "unset",
        "until",
        "wait",
        "while",
    ]
)


def argv(command: str) -> tuple[str, ...]:
    """The argv of a command: its words when it is plain, else ``/bin/sh -c`` with the text as it is.

    A single program in shell text (it needs the shell for ``$PORT`` alone) gets an ``exec``, so that signals reach it.
    """
    text = command.strip()
    words = _words(text)
    if words and not _SPECIAL.search(text) and "\\" not in text and words[0] not in _NOT_PROGRAMS:
        return words
    return (*SHELL, with_exec(text))


def with_exec(text: str) -> str:
    """Shell text of one simple command with ``exec`` before it; anything else as it is."""
    words = text.split(maxsplit=1)
    simple = words and not _OPERATORS.search(text) and _PLAIN_WORD.fullmatch(words[0])
    return f"exec {text}" if simple and words[0] not in _NOT_PROGRAMS and _words(text) else text


def first_word(command: str) -> str:
    """The program that a command names first, assignments and ``exec`` skipped; empty when there is none."""
    for word in _words(command.strip()) or tuple(command.split()):
        if word != "exec" and not re.match(r"[A-Za-z_][A-Za-z0-9_]*=", word):
            return word
    return ""


def _words(text: str) -> tuple[str, ...]:
    """The words of a command; empty when its quotes don't close."""
    try:
        return tuple(shlex.split(text))
    except ValueError:
        return ()
