"""Ranges of versions as package managers write them (PEP 440, Poetry, npm), as far as choosing a runtime needs."""

import re

Triple = tuple[int, int, int]
Interval = tuple[Triple, Triple]

_TOP: Triple = (10**6, 0, 0)
_ALL: Interval = ((0, 0, 0), _TOP)
_PART = r"(\d+|[xX*])"
_TERM = re.compile(
    rf"(\^|~=|~>|~|>=|<=|===?|!=|>|<|=)?\s*v?{_PART}(?:\.{_PART})?(?:\.{_PART})?(?:[-+.]?[0-9A-Za-z.-]+)?"
)
_HYPHEN = re.compile(r"\s*v?([\d.]+)\s+-\s+v?([\d.]+)\s*")


def is_range(text: str) -> bool:
    """Whether this can be read as a range."""
    return all(_alternative(part) is not None for part in text.split("||"))


def accepts(text: str, version: str) -> bool:
    """Whether some release of ``version`` (``3.11``, ``22``) lies in the range; an unreadable range accepts nothing.

    Alternatives are separated by ``||``, conditions by commas or spaces.
    """
    numbers = [int(part) for part in version.split(".") if part.isdigit()]
    if not numbers:
        return False
    wanted = (_low(numbers), _bump(numbers))
    return any(
        _overlap(intervals, wanted) for intervals in map(_alternative, text.split("||")) if intervals is not None
    )


def _alternative(text: str) -> list[tuple[bool, Interval]] | None:
    """The conditions of one alternative: (excluded, interval); None when it can't be read."""
    hyphen = _HYPHEN.fullmatch(text)
    if hyphen:
        return [(False, _interval(">=", _parts(hyphen[1]))), (False, _interval("<=", _parts(hyphen[2])))]
    found = []
    rest = text.strip()
    while rest:
        match = _TERM.match(rest)
        if match is None:
            return None
        numbers = [int(part) for part in match.groups()[1:] if part and part.isdigit()]
        found.append((match[1] == "!=", _interval(match[1] or "=", numbers)))
        rest = rest[match.end() :].lstrip(" ,\t")
    return found


def _parts(text: str) -> list[int]:
    return [int(part) for part in text.split(".") if part.isdigit()]


def _interval(operator: str, numbers: list[int]) -> Interval:
    """From (included) to (excluded)."""
    if not numbers:
        return _ALL
    low, after = _low(numbers), _bump(numbers)
    first = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
    known = {
        ">=": (low, _TOP),
        ">": (after, _TOP),
        "<": (_ALL[0], low),
        "<=": (_ALL[0], after),
        "^": (low, _bump(numbers[: first + 1])),
        "~": (low, _bump(numbers[:2])),
        "~>": (low, _bump(numbers[:2])),
        "~=": (low, _bump(numbers[:-1] or numbers)),
    }
    return known.get(operator, (low, after))


def _low(numbers: list[int]) -> Triple:
    padded = [*numbers, 0, 0][:3]
    return padded[0], padded[1], padded[2]


def _bump(numbers: list[int]) -> Triple:
    return _low([*numbers[:-1], numbers[-1] + 1])


def _overlap(conditions: list[tuple[bool, Interval]], wanted: Interval) -> bool:
    low, high = wanted
    for excluded, (start, end) in conditions:
        if excluded:
            if start <= wanted[0] and wanted[1] <= end:
                return False
        else:
            low, high = max(low, start), min(high, end)
    return low < high
