"""Stored lines for tests."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from runix_tui.tui.logs.spool import Spool


def stored(seq: int, text: str, *, at: str = "2026-11-26T10:00:00.000000000Z", stream: str = "stdout") -> bytes:
    found = {"seq": seq, "ts": at, "stream": stream, "line": text}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def all_stored(texts: list[str]) -> list[bytes]:
    return [stored(seq, text) for seq, text in enumerate(texts, 1)]


@contextmanager
def spool_of(texts: list[str]) -> Iterator[Spool]:
    """A spool of these lines."""
    spool = Spool()
    spool.append(b"".join(all_stored(texts)))
    try:
        yield spool
    finally:
        spool.close()
