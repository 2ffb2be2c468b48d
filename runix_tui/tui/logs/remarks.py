"""What Runix itself writes among the lines of a log: why lines are missing there."""

import json
from datetime import UTC, datetime


def remark(text: str, at: bytes = b"") -> bytes:
    """A stored line of Runix's own. ``at``: the stamp of a line that it stands beside; else it is of now."""
    stamp = at.decode() or f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}000Z"
    found = {"seq": 0, "ts": stamp, "stream": "runix", "line": f"── {text} ──"}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
