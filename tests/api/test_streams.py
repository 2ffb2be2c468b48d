"""Logs, builds and events as streams over real connections: order, resume, ends, and nothing left behind."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator

import httpx
import httpx_sse
import pytest

from runix_tui.api import sse
from runix_tui.core.stages import VersionStatus

TOKEN = "test-token-0123456789"
NDJSON = {"Accept": "application/x-ndjson"}


@pytest.fixture
def http(running) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    with httpx.Client(base_url=running.url, headers=headers, trust_env=False, timeout=10) as client:
        yield client


def eventually(holds: Callable[[], bool], patience: float = 5.0) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@contextlib.contextmanager
def sse_of(http: httpx.Client, path: str, **headers: str) -> Iterator[Iterator[httpx_sse.ServerSentEvent]]:
    with httpx_sse.connect_sse(http, "GET", path, headers=headers) as source:
        assert source.response.status_code == 200
        assert source.response.headers["content-type"].startswith("text/event-stream")
        assert source.response.headers["cache-control"] == "no-store"
        yield source.iter_sse()


def lines_of(http: httpx.Client, path: str, **headers: str) -> list[dict]:
    answer = http.get(path, headers=NDJSON | headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert answer.content == b"" or answer.content.endswith(b"\n")
    return [json.loads(line) for line in answer.content.splitlines()]


def test_a_build_from_its_first_line_to_its_end(running, http):
    made = running.create()
    running.do(lambda: running.fake.build_says(made, "one", "two \u2028 \x1b[1m \U0001f600"))
    with sse_of(http, f"/deployments/{made}/build-stream") as events:
        seen = [next(events) for _ in range(3)]
        running.do(lambda: running.fake.finish(made))
        seen += list(events)
    assert [one.event for one in seen] == ["stage", "log", "log", "end"]
    assert [int(one.id) for one in seen] == [1, 2, 3, 4]
    assert json.loads(seen[0].data) == {"seq": 1, "stage": "fetching", "status": "started"}
    line = json.loads(seen[2].data)
    assert set(line) == {"seq", "ts", "stream", "line"}
    assert line["line"] == "two \u2028 \x1b[1m \U0001f600"
    assert line["ts"] == "2026-02-25T10:00:00.123456789Z"
    assert json.loads(seen[3].data)["status"] == "running"


def test_resume_loses_and_repeats_nothing(running, http):
    made = running.create()
    running.do(lambda: running.fake.build_says(made, *(f"line {number}" for number in range(50))))
    running.do(lambda: running.fake.finish(made))
    path = f"/deployments/{made}/build-stream"
    with sse_of(http, path) as events:
        everything = [(int(one.id), one.event, one.data) for one in events]
    for after, _, _ in everything[:-1:7]:
        with sse_of(http, path, **{"Last-Event-ID": str(after)}) as events:
            rest = [(int(one.id), one.event, one.data) for one in events]
        assert rest == [one for one in everything if one[0] > after]
    last = everything[-1][0]
    for after in (last, last + 1, 10**30):
        for more in ({}, NDJSON):
            answer = http.get(path, headers={"Last-Event-ID": str(after), **more})
            assert (answer.status_code, answer.content) == (204, b"")


def test_the_same_objects_as_lines(running, http):
    made = running.create()
    running.do(lambda: running.fake.build_says(made, "one", "two"))
    running.do(lambda: running.fake.finish(made, VersionStatus.FAILED))
    path = f"/deployments/{made}/build-stream"
    with sse_of(http, path) as events:
        objects = [json.loads(one.data) for one in events]
    assert lines_of(http, path) == objects


def test_builds_of_each_version(running, http):
    made = running.create()
    running.do(lambda: running.fake.build_says(made, "first"))
    running.do(lambda: running.fake.finish(made))
    running.do(lambda: running.fake.redeploy(made))
    running.do(lambda: running.fake.build_says(made, "second"))
    running.do(lambda: running.fake.finish(made))
    path = f"/deployments/{made}/build-stream"
    said = [one["line"] for one in lines_of(http, path) if "line" in one]
    assert said == ["second"]
    first = lines_of(http, f"{path}?version=1")
    assert [one["line"] for one in first if "line" in one] == ["first"]
    assert lines_of(http, path)[0]["seq"] > first[-1]["seq"]
    assert http.get(f"{path}?version=3").status_code == 404
    assert http.get(f"{path}?version=0").status_code == 422


def test_a_build_as_far_as_it_is(running, http):
    made = running.create()
    running.do(lambda: running.fake.build_says(made, "so far"))
    found = lines_of(http, f"/deployments/{made}/build-stream?follow=false")
    assert found[-1]["line"] == "so far"


def test_where_a_log_begins(running, http):
    made = running.create()
    running.do(lambda: running.fake.say(made, *(f"line {number}" for number in range(250))))
    path = f"/deployments/{made}/logs"

    def seqs(query: str, **headers: str) -> list[int]:
        return [one["seq"] for one in lines_of(http, f"{path}?follow=false{query}", **headers)]

    assert seqs("") == list(range(151, 251))
    assert seqs("&tail=3") == [248, 249, 250]
    assert seqs("&tail=0") == []
    assert seqs("&tail=all") == list(range(1, 251))
    assert seqs("&tail=99999999999999999999") == list(range(1, 251))
    assert seqs("&tail=3&before=200") == [197, 198, 199]
    assert seqs("&before=3") == [1, 2]
    assert seqs("&tail=2&before=99999999999999999999&since=10m", **{"Last-Event-ID": "7"}) == [249, 250]
    assert seqs("&before=1") == seqs("&before=0") == []
    assert len(seqs("&since=2026-02-25T10:00:00Z&tail=1")) == 250
    assert len(seqs("&since=2026-02-25T10:00:00.000000001%2B00:00")) == 250
    assert len(seqs("&since=2026-02-25T11:00:00+01:00")) == 250
    assert seqs("&since=2026-02-25T10:00:01Z") == []
    assert len(seqs("&since=99999d")) == 250
    assert len(seqs("&since=999999999d")) == 250
    assert seqs("&since=0001-01-01T00:00:00Z")[0] == 1
    assert seqs("&tail=all&since=10s", **{"Last-Event-ID": "240"}) == list(range(241, 251))
    assert seqs("", **{"Last-Event-ID": "9" * 30}) == []


def test_a_log_goes_on_until_the_deployment_is_gone(running, http):
    made = running.create()
    running.do(lambda: running.fake.say(made, "before"))
    with sse_of(http, f"/deployments/{made}/logs") as events:
        assert json.loads(next(events).data)["line"] == "before"
        running.do(lambda: running.fake.say(made, "after", stream="stderr"))
        event = next(events)
        assert (event.event, event.id) == ("log", "2")
        assert json.loads(event.data)["stream"] == "stderr"
        running.do(lambda: running.fake.delete(made))
        assert list(events) == []
    assert http.get(f"/deployments/{made}/logs").status_code == 404
    eventually(lambda: running.open_streams == 0)


def test_changes(running, http):
    with sse_of(http, "/events") as events:
        made = running.create()
        first = next(events)
        running.do(lambda: running.fake.finish(made))
        second = next(events)
        running.do(lambda: running.fake.delete(made))
        third = next(events)
    assert [one.event for one in (first, second, third)] == ["deployment", "deployment", "removed"]
    assert int(first.id) < int(second.id) < int(third.id)
    found = json.loads(second.data)
    assert (found["id"], found["status"], found["phase"]) == (made, "running", "live")
    assert set(json.loads(first.data)) == set(found)
    assert "env" not in found
    assert json.loads(third.data) == {"id": made, "deleted": True}


def test_changes_that_were_missed(running, http):
    made = running.create()
    with sse_of(http, "/events", **{"Last-Event-ID": "1"}) as events:
        assert json.loads(next(events).data)["id"] == made


def test_changes_as_lines(running, http):
    with http.stream("GET", "/events", headers=NDJSON) as answer:
        made = running.create()
        line = next(answer.iter_lines())
    assert json.loads(line)["id"] == made


def test_a_comment_keeps_a_stream_alive(running, http, monkeypatch):
    monkeypatch.setattr(sse, "KEEP_ALIVE", 0.1)
    made = running.create()
    for path in (f"/deployments/{made}/logs", "/events"):
        with http.stream("GET", path) as answer:
            assert next(answer.iter_lines()) == ": keep-alive"


def test_a_comment_is_no_event(running, http, monkeypatch):
    monkeypatch.setattr(sse, "KEEP_ALIVE", 0.1)
    made = running.create()
    with sse_of(http, f"/deployments/{made}/build-stream") as events:
        seen = [next(events)]
        time.sleep(0.5)
        running.do(lambda: running.fake.finish(made))
        seen += list(events)
    assert [one.event for one in seen] == ["stage", "end"]


def test_clients_that_go_away_leave_nothing(running, http):
    made = running.create()
    running.do(lambda: running.fake.say(made, "line"))
    for number in range(10):
        headers = NDJSON if number % 2 else {}
        with http.stream("GET", f"/deployments/{made}/logs", headers=headers) as answer:
            next(answer.iter_raw())
    eventually(lambda: running.open_streams == 0)


def test_followers_do_not_keep_a_server(running, http):
    made = running.create()
    running.do(lambda: running.fake.say(made, "line"))
    ends: list[str] = []

    def follow(path: str, headers: dict[str, str]) -> None:
        with httpx.Client(base_url=running.url, headers=http.headers, trust_env=False) as client:
            with client.stream("GET", path, headers=headers, timeout=30) as answer:
                for _ in answer.iter_raw():
                    pass
                ends.append(path)

    paths = [f"/deployments/{made}/logs", f"/deployments/{made}/build-stream", "/events"]
    followers = [threading.Thread(target=follow, args=(p, h)) for p in paths for h in ({}, NDJSON)]
    for one in followers:
        one.start()
    eventually(lambda: running.open_streams == len(followers))
    started = time.monotonic()
    assert running.thread.stop(5)
    assert time.monotonic() - started < 3
    for one in followers:
        one.join(3)
    assert sorted(ends) == sorted(paths * 2)  # each saw a proper end, not a broken connection


def test_a_reader_that_does_not_read_does_not_keep_a_server(running, http):
    made = running.create()
    running.do(lambda: running.fake.say(made, *["x" * 10_000] * 3000))
    with http.stream("GET", f"/deployments/{made}/logs?tail=all", headers=NDJSON):
        eventually(lambda: running.open_streams == 1)
        time.sleep(0.3)
        started = time.monotonic()
        assert running.thread.stop(9)
        assert time.monotonic() - started < 8


@pytest.mark.parametrize(
    ("accept", "ndjson"),
    [
        ("", False),
        ("*/*", False),
        ("text/event-stream", False),
        ("application/x-ndjson", True),
        ("Application/X-NDJSON; q=0.9, */*", True),
        ("application/x-ndjson;q=0.1, text/event-stream", False),
        ("application/x-ndjson;q=0", False),
        ("application/json", False),
        ("text/event-stream;q=x, ;;;,", False),
    ],
)
def test_what_a_client_accepts(running, http, accept, ndjson):
    made = running.create()
    answer = http.get(f"/deployments/{made}/logs?follow=false", headers={"Accept": accept})
    expected = "application/x-ndjson" if ndjson else "text/event-stream"
    assert answer.headers["content-type"].startswith(expected)
