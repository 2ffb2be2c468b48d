"""Which environment variables a build gets: names, or prefixes that end in ``*``. Values never pass through here."""

from collections.abc import Collection, Iterable

DEFAULT: tuple[str, ...] = (
    "EXPO_PUBLIC_*",
    "GATSBY_*",
    "NEXT_PUBLIC_*",
    "NG_APP_*",
    "NUXT_PUBLIC_*",
    "PUBLIC_*",
    "REACT_APP_*",
    "STORYBOOK_*",
    "VITE_*",
    "VUE_APP_*",
)
"""Prefixes by which front-end tools mark what they bake into their output (each tool's own documentation)."""


def matches(name: str, pattern: str) -> bool:
    """Whether a name is meant by a pattern."""
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def matching(names: Iterable[str], patterns: Collection[str]) -> tuple[str, ...]:
    """The names of an environment that a build gets, sorted."""
    return tuple(sorted({name for name in names if any(matches(name, pattern) for pattern in patterns)}))
