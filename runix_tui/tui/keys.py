"""Keys by the user's own choice: ``[keys]`` of config.toml maps a binding's id to keys. What cannot be is said.

Pure: which bindings there are is given. A choice that clashes is left out, so that no key does two things.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from textual.keys import Keys, format_key, key_to_character

KNOWN = frozenset(str(key.value) for key in Keys)
MODIFIERS = frozenset({"ctrl", "shift", "alt", "super", "meta", "hyper"})


@dataclass(frozen=True, slots=True)
class Bound:
    """A binding as it comes: ``keys`` by Textual's names, ``description`` for people. ``where``: the window over the
    main screen that it is of, empty: the main screen itself; None: it works everywhere."""

    id: str
    keys: frozenset[str]
    description: str
    where: str | None = ""


@dataclass(frozen=True, slots=True)
class Keymap:
    """What holds: ``keys`` by id, for Textual; ``complaints`` say what was left out and why."""

    keys: dict[str, str]
    complaints: tuple[str, ...]


def keymap(bound: Iterable[Bound], wanted: Mapping[str, str]) -> Keymap:
    """The choices of ``wanted`` that can be."""
    every: dict[str, Bound] = {}
    for each in bound:
        before = every.get(each.id)
        every[each.id] = replace(each, keys=each.keys | before.keys) if before else each
    complaints: list[str] = []
    chosen: dict[str, frozenset[str]] = {}
    for name, text in wanted.items():
        keys = frozenset(_named(part) for part in text.split(",") if part) if text != "," else frozenset({"comma"})
        strange = sorted(key for key in keys if not _is_key(key))
        if name not in every:
            complaints.append(f"{name} is no name of a key. The help (?) shows the names.")
        elif not keys or strange:
            complaints.append(f"{name} = {text!r}: {', '.join(strange) or 'nothing'} is no key.")
        else:
            chosen[name] = keys
    while clash := _clash(every, chosen):
        name, other, key = clash
        del chosen[name]
        complaints.append(
            f"{format_key(key)} cannot be {every[name].description} ({name}): "
            f"it is {every[other].description} ({other})."
        )
    return Keymap({name: ",".join(sorted(keys)) for name, keys in chosen.items()}, tuple(complaints))


def _clash(every: Mapping[str, Bound], chosen: Mapping[str, frozenset[str]]) -> tuple[str, str, str] | None:
    """A choice whose key does something else already: its id, that of the other, the key."""
    for name, keys in chosen.items():
        for other, bound in every.items():
            both = (keys - every[name].keys) & chosen.get(other, bound.keys)
            apart = None not in (bound.where, every[name].where) and bound.where != every[name].where
            if other != name and both and not apart and every[name].description != bound.description:
                return name, other, min(both)
    return None


def _named(text: str) -> str:
    """Textual's name of a key: ``question_mark`` for ``?``."""
    from textual.binding import Binding

    text = text.strip()
    return next(iter(Binding.make_bindings([Binding(text, "", "")]))).key if len(text) == 1 else text


def _is_key(key: str) -> bool:
    *modifiers, last = key.split("+")
    if not set(modifiers) <= MODIFIERS:
        return False
    return key in KNOWN or last in KNOWN or key_to_character(last) is not None
