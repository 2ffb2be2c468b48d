"""How bad lines are."""

import pytest

from runix_tui.tui.logs.filters import Filters
from runix_tui.tui.logs.levels import Level, level
from runix_tui.tui.logs.search import Bad, scan
from tests.unit.tui.logs.entrykit import spool_of

E, W, I, D = Level.ERROR, Level.WARN, Level.INFO, Level.DEBUG  # noqa: E741 - a table
TABLE = [
    ("2026-11-26 10:00:00,123 ERROR root: it broke", E),
    ("[error] 7#7: *1 open() failed", E),
    ("error: unknown option", E),
    ("E1126 10:00:00.000000       1 main.go:1] broken", E),
    ('{"level":"error","msg":"x"}', E),
    ('{"severity": "CRITICAL", "message": "x"}', E),
    ('{"level":50,"msg":"x"}', E),
    ("time=2026 level=fatal msg=x", E),
    ("Traceback (most recent call last):", E),
    ("ValueError: no such thing", E),
    ("django.core.exceptions.ImproperlyConfigured: x", None),
    ("panic: runtime error: index out of range", E),
    ("npm ERR! code ELIFECYCLE", E),
    ("WARN  o.s.b.Main - slow", W),
    ("warning: deprecated", W),
    ('{"level":40,"msg":"an error of before"}', W),
    ("INFO:     Started server process [1]", I),
    ("[INFO] no error here", I),
    ("I1126 10:00:00.000000       1 main.go:1] ERROR is only a word", I),
    ('level=info msg="error budget"', I),
    ("[debug] x", D),
    ("GET /errors/500 HTTP/1.1 200", None),
    ("0 errors, 0 warnings", None),
    ("plain", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_levels(text: str, expected: Level | None) -> None:
    assert level(text) is expected


def test_every_error_is_found_among_the_stored_lines() -> None:
    for text, expected in TABLE:
        with spool_of([text]) as spool:
            assert scan(spool, Bad(Filters()), 0, 1) == ([0] if expected is E else []), text
