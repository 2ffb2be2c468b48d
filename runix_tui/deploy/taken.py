"""How far the engine's log files were taken into a journal, so that a crash neither repeats nor loses a line.

Before entries go into the journal, a record says which seqs they will have and where their file stands before and
after. After a crash the journal's newest seq tells whether they arrived: all (the place after), none (the place
before), or some (the place before, with that many entries to skip). Nothing here reads the engine's files.
"""

import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

COMPACT_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file stands. ``head`` is how its first line begins (a stamp: it tells files of one path apart), "" while
    it is empty; ``offset`` in bytes is a line's beginning; ``held`` is what the converter (``k8s.K8sLines``) held
    there; the first ``skip`` entries from there on are in the journal already."""

    head: str = ""
    offset: int = 0
    skip: int = 0
    held: dict[str, tuple[str, str]] = field(default_factory=dict)


class Taken:
    """The records of one journal, in ``folder``. ``recovered`` is the journal's newest seq as it was found on disk.
    Raises ``OSError``."""

    def __init__(self, folder: Path, recovered: int) -> None:
        self._path = folder / "taken"
        self._places: dict[str, Place] = {}
        self._size = 0
        self._load(recovered)

    def place(self, name: str) -> Place:
        """Where the file of this name stands."""
        return self._places.get(name, Place())

    def plan(self, name: str, after: Place, seq: int, count: int) -> None:
        """Say that the entries ``seq + 1`` to ``seq + count`` will bring the file to ``after``. Call it before they are
        added, and add them at once."""
        record = {"file": name, "seq": seq, "count": count, "before": asdict(self.place(name)), "after": asdict(after)}
        self._append(record)
        self._places[name] = after

    def compact(self, alive: set[str], *, always: bool = False) -> None:
        """Shorten the records where they grew long, keeping the files ``alive``. Only when the journal holds on disk
        whatever was planned."""
        if not always and self._size < COMPACT_BYTES:
            return
        self._places = {name: place for name, place in self._places.items() if name in alive}
        lines = [_line({"file": name, "after": asdict(place)}) for name, place in self._places.items()]
        partial = self._path.with_suffix(".part")
        partial.unlink(missing_ok=True)
        self._size = _write(partial, b"".join(lines))
        partial.replace(self._path)

    def _append(self, record: dict[str, Any]) -> None:
        if not self._size:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._size += _write(self._path, _line(record))
        except OSError:
            with suppress(OSError):
                os.truncate(self._path, self._size)  # a torn record would spoil the next one
            raise

    def _load(self, recovered: int) -> None:
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for line in lines[:-1]:  # the last one is empty, or was torn by a crash
            record = json.loads(line)
            place = _arrived(record, recovered)
            if place is not None:
                self._places[record["file"]] = place
        # What comes next uses seqs anew that plans without entries had.
        self.compact(set(self._places), always=True)


def _arrived(record: dict[str, Any], recovered: int) -> Place | None:
    """Where the file of a record stands; None: nothing of it reached the journal."""
    seq, count = record.get("seq", 0), record.get("count", 0)
    if seq + count <= recovered:
        return _place(record["after"])
    if seq >= recovered:
        return None
    before = _place(record["before"])
    return Place(before.head, before.offset, before.skip + recovered - seq, before.held)


def _place(values: dict[str, Any]) -> Place:
    held = {stream: (stamp, text) for stream, (stamp, text) in values["held"].items()}
    return Place(values["head"], values["offset"], values["skip"], held)


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def _write(path: Path, data: bytes) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if os.write(descriptor, data) != len(data):
            raise OSError(28, "no room for the whole record")
    finally:
        os.close(descriptor)
    return len(data)
