"""Values that must not be shown: a secret prints as a mask wherever it is not revealed on purpose."""

from collections.abc import Iterable

MASK = "********"


class Secret:
    """A string that only :meth:`reveal` gives away."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself. Call it at the last moment, at the border that needs it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __bool__(self) -> bool:
        return bool(self._value)


def redact(text: str, secrets: Iterable[Secret]) -> str:
    """``text`` with every occurrence of a secret masked (also percent-encoded user info is the caller's to pass)."""
    for value in sorted((secret.reveal() for secret in secrets if secret), key=len, reverse=True):
        text = text.replace(value, MASK)
    return text
