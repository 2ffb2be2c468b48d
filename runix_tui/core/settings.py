"""The user's settings as values, for front ends."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Setting:
    """One key. ``type`` is string, int, float, bool or list (of strings); ``set`` says whether the file sets it,
    ``by_hand`` whether only its owner does, in the file: no front end changes it."""

    key: str
    type: str
    value: Any
    default: Any
    description: str
    set: bool
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Settings:
    """The file: where it is, its text, and its keys. ``restart``: it says something that is not in force yet."""

    path: str
    text: str
    settings: tuple[Setting, ...]
    restart: bool
