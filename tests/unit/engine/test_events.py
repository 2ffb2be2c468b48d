"""A line of the engine's stream of events."""

import json
from datetime import UTC, datetime

import pytest

from runix_tui.engine.events import parse_event


def line(**changes: object) -> bytes:
    event = {"Type": "container", "Action": "died", "time": 1795487823, "timeNano": 1795487823500000000,
             "Actor": {"ID": "abc", "Attributes": {"containerExitCode": "7", "name": "x"}}}  # fmt: skip
    return json.dumps(event | changes).encode() + b"\n"


def test_died():
    event = parse_event(line())
    assert (event.container_id, event.action, event.exit_code) == ("abc", "died", 7)
    assert event.at == datetime.fromtimestamp(1795487823.5, UTC)


def test_an_exit_code_only_of_what_died():
    assert parse_event(line(Action="start")).exit_code is None
    assert parse_event(line(Actor={"ID": "abc"})).exit_code is None


def test_seconds_where_there_are_no_nanoseconds():
    assert parse_event(line(timeNano=0)).at == datetime.fromtimestamp(1795487823, UTC)


@pytest.mark.parametrize("text", [b"", b"\n", line(Type="image")])
def test_nothing(text):
    assert parse_event(text) is None
