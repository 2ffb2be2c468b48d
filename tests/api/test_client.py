"""The typed client against a real server."""

import asyncio
import contextlib
import http.server
import json
import socket
import threading
import time

import pytest
from httpx_sse import ServerSentEvent

from runix_tui.client import AsyncClient, Client
from runix_tui.client.answers import skew
from runix_tui.client.lines import Splitter, event
from runix_tui.client.sync import change, deed
from runix_tui.core.activity import ActivitySource
from runix_tui.core.events import End, Gap, LogLine, StageMark
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Status, VersionStatus
from runix_tui.core.wire import DeploymentEvent, Removed
from runix_tui.errors import (
    Conflict,
    InvalidRequest,
    NotAvailableYet,
    NotFound,
    RunixError,
    StartError,
    Unauthorized,
    Unavailable,
)

TOKEN = Secret("test-token-0123456789")
BODY = {"service_name": "web", "service_type": "web_service", "repo_url": "https://github.com/user/web"}


def eventually(holds, patience=5.0):
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.fixture
def client(running):
    with Client(running.url, TOKEN) as found:
        yield found


def test_life(running, client):
    made = client.create({**BODY, "branch": None, "env": {"A": "1"}})
    assert made.status is Status.BUILDING
    assert client.deployment(made.id).env == {"A": "********"}
    assert client.deployment(made.id, reveal=True).env == {"A": "1"}
    running.do(lambda: running.fake.finish(made.id))
    assert [one.id for one in client.deployments(status=Status.RUNNING)] == [made.id]
    assert client.change(made.id, {"env": {"A": None}, "instance_type": "pro"}).instance_type == "pro"
    assert client.redeploy(made.id).status is Status.BUILDING
    client.cancel(made.id)
    client.redeploy(made.id)
    running.do(lambda: running.fake.finish(made.id))
    assert client.rollback(made.id, 1).message == "Rolled back successfully"
    assert client.history(made.id)[0].rollback_of == 1
    assert client.version(made.id, 1).dockerfile == "FROM scratch\n"
    assert client.stop(made.id).status is Status.STOPPED
    assert client.start(made.id).serving
    project = client.create_project("shop")
    assert client.projects() == [project]
    assert client.deployments(project_id=project.id) == []
    client.delete_project(project.id)
    client.delete(made.id)
    assert client.deployments() == []
    assert client.health().status == "ok"


def test_errors_are_ours_again(running, client):
    with pytest.raises(NotFound) as missing:
        client.deployment("00000000-0000-0000-0000-000000000000")
    assert missing.value.hint
    client.create(BODY)
    with pytest.raises(Conflict) as taken:
        client.create(BODY)
    assert taken.value.code == "name_taken"
    with pytest.raises(InvalidRequest) as wrong:
        client.create({**BODY, "service_name": "A", "env": {"a-b": "1"}})
    assert {one.path for one in wrong.value.errors} == {"service_name", "env.a-b"}
    with pytest.raises(NotAvailableYet):
        client.create({**BODY, "service_type": "redis"})
    running.fake.fault = Unavailable("away", hint="wait")
    with pytest.raises(Unavailable) as away:
        client.deployments()
    assert (away.value.hint, away.value.exit_code) == ("wait", 75)
    running.fake.fault = StartError("it exited", hint="look", evidence=("last words",))
    with pytest.raises(RunixError) as failed:
        client.deployment(next(iter(running.fake.found)))
    assert failed.value.evidence == ("last words",)


def test_a_wrong_token(running):
    with Client(running.url, Secret("wrong")) as client, pytest.raises(Unauthorized) as caught:
        client.deployments()
    assert "runix token" in caught.value.hint
    assert "wrong" not in str(caught.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "folder-\udcff"])
def test_what_is_no_json_is_refused_before_it_is_sent(client, value):
    with pytest.raises(InvalidRequest, match="cannot be sent"):
        client.create({**BODY, "branch": value})


def test_a_client_that_was_closed_under_a_call_has_no_server(running):
    client = Client(running.url, TOKEN)
    client.close()
    with pytest.raises(Unavailable) as gone:
        client.projects()
    assert gone.value.code == "server_gone"


@pytest.mark.parametrize(("read", "data"), [(change, '{"status": "dreaming"}'), (deed, '{"source": "moon"}')])
def test_an_event_of_a_newer_server_says_which_to_restart(read, data):
    with pytest.raises(RunixError, match="not understood") as unknown:
        read(ServerSentEvent(event="state", data=data), "99.0")
    assert "restart this one" in unknown.value.hint


def test_no_server():
    with socket.create_server(("127.0.0.1", 0)) as one:
        url = f"http://127.0.0.1:{one.getsockname()[1]}"
    with Client(url, TOKEN) as client, pytest.raises(Unavailable) as caught:
        client.deployments()
    assert (caught.value.code, caught.value.exit_code) == ("server_away", 75)
    assert "runix serve" in caught.value.hint


def test_another_program_on_that_port():
    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello")

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        try:
            with Client(f"http://127.0.0.1:{other.server_port}", TOKEN) as client, pytest.raises(RunixError) as caught:
                client.deployments()
        finally:
            other.shutdown()
            thread.join()
    assert caught.value.code == "not_runix"


def test_a_proxy_of_the_environment_is_not_asked(running, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with Client(running.url, TOKEN) as client:
        assert client.deployments() == []


def test_another_version_is_said_once(running):
    said: list[str] = []
    with Client(running.url, TOKEN, version="1.3.0", say=said.append) as client:
        client.deployments()
        client.deployments()
        assert client.server_version == "1.2.3"
    assert len(said) == 1
    assert "1.2.3" in said[0]
    assert "runix serve --stop" in said[0]
    with Client(running.url, TOKEN, version="1.2.3", say=said.append) as client:
        client.deployments()
    assert len(said) == 1


def test_which_one_to_restart():
    assert skew("1.10.0", "1.10.0") is None
    assert skew(None, "1") is None
    assert "restart this one" in skew("1.10.0", "1.9.0")
    assert "restart the server" in skew("1.9.0", "1.10.0")


def test_logs(running, client):
    made = client.create(BODY).id
    running.do(lambda: running.fake.say(made, *(f"line {number}" for number in range(5))))
    found = list(client.logs(made, tail=2, follow=False))
    assert [(one.seq, one.line) for one in found] == [(4, "line 3"), (5, "line 4")]
    assert len(list(client.logs(made, tail="all", follow=False))) == 5
    assert [one.seq for one in client.logs(made, tail=2, before=4)] == [2, 3]
    assert [one.seq for one in client.logs(made, after=3, follow=False)] == [4, 5]
    assert len(list(client.logs(made, since="2026-02-25T10:00:00+00:00", follow=False))) == 5
    with pytest.raises(InvalidRequest):
        next(client.logs(made, since="yesterday"))
    with pytest.raises(NotFound):
        next(client.logs("00000000-0000-0000-0000-000000000000"))
    following = client.logs(made, tail=1)
    assert next(following).line == "line 4"
    running.do(lambda: running.fake.say(made, "new"))
    assert next(following).line == "new"
    following.close()


def test_usage(running, client):
    made, other = running.create(), running.create("other")
    for each in (made, other):
        running.do(lambda key=each: running.fake.finish(key))
    assert [one.id for one in client.usage()] == [made, other]
    (found,) = client.usage([other])
    assert (found.id, found.cpu_percent, found.cpu_limit) == (other, 1.5, 0.5)


def test_plan(running, client):
    found = client.plan({"repo_url": BODY["repo_url"]})
    assert (found.service_name, found.plan["runtime"], found.commit and found.commit.author) == ("web", "python", "Ann")
    with pytest.raises(InvalidRequest):
        client.plan({"repo_url": ""})


def test_who_hangs_up_ends_a_plan(running):
    running.do(running.fake.may_preview.clear)
    with socket.create_connection(("127.0.0.1", running.port)) as connection:
        body = json.dumps({"repo_url": BODY["repo_url"]})
        head = f"POST /plan HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nAuthorization: Bearer {TOKEN.reveal()}\r\n"
        about = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall((head + about + body).encode())
        running.do(running.fake.previewing.wait)
    running.do(running.fake.preview_ended.wait)


def test_shell(running, client):
    made = running.create()
    with pytest.raises(Conflict) as refused:
        client.shell(made)
    assert refused.value.code == "not_running"
    running.do(lambda: running.fake.finish(made))
    found = client.shell(made)
    assert (found.command[0], found.command[-1], found.environment) == ("podman", "/bin/sh", {"CONTAINERS_CONF": "/x"})


def test_build_log(running, client):
    made = client.create(BODY).id
    running.do(lambda: running.fake.build_says(made, "compiling"))
    assert len(list(client.build_log(made, follow=False))) == 2
    running.do(lambda: running.fake.finish(made, VersionStatus.FAILED))
    found = list(client.build_log(made, version=1))
    assert [type(one) for one in found] == [StageMark, LogLine, End]
    assert found[-1].status == "failed"
    assert list(client.build_log(made, after=found[-1].seq)) == []


def test_events(running, client):
    changes = client.events()
    answers: list[object] = []
    reading = threading.Thread(target=lambda: answers.extend(next(changes) for _ in range(2)))
    reading.start()
    eventually(lambda: running.open_streams == 1)
    made = running.create()
    eventually(lambda: len(answers) == 1)
    running.do(lambda: running.fake.delete(made))
    reading.join(5)
    assert [type(one) for one in answers] == [DeploymentEvent, Removed]
    changes.close()


def test_activity(running, client):
    def work() -> None:
        with running.fake.diary.doing(
            ActivitySource.GIT, "fetch", "a \udcff url", deployment_id="d", version=3
        ) as note:
            note("abc1234")

    running.do(work)
    running.do(work)
    found = list(client.activity(follow=False))
    assert [(one.status, one.subject, one.version, one.detail) for one in found] == [
        ("done", "a ? url", 3, "abc1234"),
        ("done", "a ? url", 3, "abc1234"),
    ]
    assert found[0].id < found[1].id
    assert [one.id for one in client.activity(tail=1, follow=False)] == [found[1].id]
    with pytest.raises(InvalidRequest):
        next(client.activity(tail=-1))


async def test_activity_in_a_loop(running):
    async with AsyncClient(running.url, TOKEN) as client:
        stream = client.activity(tail=0)
        first = asyncio.ensure_future(anext(stream))
        await asyncio.to_thread(eventually, lambda: running.open_streams == 1)

        async def work() -> None:
            with running.fake.diary.doing(ActivitySource.ENGINE, "start", "web v1"):
                await asyncio.to_thread(seen.wait)

        seen = threading.Event()
        working = asyncio.create_task(asyncio.to_thread(running.do, work))
        begun = await first
        seen.set()
        done = await anext(stream)
        assert (begun.status, done.status, done.id) == ("started", "done", begun.id)
        await working
        await asyncio.to_thread(running.server.stop)
        with pytest.raises(StopAsyncIteration):
            await anext(stream)


async def test_following_in_a_loop(running):
    made = await asyncio.to_thread(running.create)
    await asyncio.to_thread(running.do, lambda: running.fake.say(made, *(f"line {n}" for n in range(10_000))))
    async with AsyncClient(running.url, TOKEN) as client:
        data, last = b"", 0
        async with contextlib.aclosing(client.logs(made, tail=None)) as chunks:
            async for chunk in chunks:
                assert chunk.data.endswith(b"\n")
                data, last = data + chunk.data, chunk.last
                if last == 10_000:
                    break
        assert [event(line).seq for line in data.splitlines()] == list(range(1, 10_001))
        await asyncio.to_thread(running.do, lambda: running.fake.finish(made))
        built = [one async for one in client.build_log(made)]
        assert built[-1].ended
        assert [type(one) for chunk in built for one in chunk.events()] == [StageMark, End]
        with pytest.raises(NotFound):
            await anext(client.logs("00000000-0000-0000-0000-000000000000"))
        async with contextlib.aclosing(client.events()) as changes:
            first = asyncio.ensure_future(anext(changes))
            await asyncio.to_thread(eventually, lambda: running.open_streams == 1)
            await asyncio.to_thread(running.do, lambda: running.fake.delete(made))
            assert await first == Removed(id=made)


async def test_a_log_says_that_it_is_followed_before_a_line_comes(running):
    made = await asyncio.to_thread(running.create)
    begun = asyncio.Event()
    async with AsyncClient(running.url, TOKEN) as client, asyncio.timeout(10):
        async with contextlib.aclosing(client.logs(made, begun=begun.set)) as chunks:
            first = asyncio.ensure_future(anext(chunks))
            await begun.wait()
            assert not first.done()
            await asyncio.to_thread(running.do, lambda: running.fake.say(made, "a line"))
            assert [one.line for one in (await first).events()] == ["a line"]


@pytest.mark.parametrize("follow", ["logs", "events", "activity"])
async def test_a_stream_that_breaks_is_no_end(follow):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        line = b'{"seq":1,"ts":"x","stream":"stdout","line":"a"}\n'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.write(b"%x\r\n%b\r\n" % (len(line), line))
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with AsyncClient(url, TOKEN) as client:
            stream = {"logs": lambda: client.logs("x"), "events": client.events, "activity": client.activity}[follow]()
            with pytest.raises(Unavailable) as broke:
                async for _ in stream:
                    pass
            assert broke.value.code == "server_gone"


@pytest.mark.parametrize("follow", ["logs", "build_log", "events"])
async def test_a_server_that_ends_ends_its_streams(running, follow):
    made = await asyncio.to_thread(running.create)
    await asyncio.to_thread(running.do, lambda: running.fake.say(made, "line"))
    async with AsyncClient(running.url, TOKEN) as client:
        stream = client.events() if follow == "events" else getattr(client, follow)(made)
        reading = asyncio.create_task(_whole(stream))
        await asyncio.to_thread(eventually, lambda: running.open_streams == 1)
        await asyncio.to_thread(running.server.stop)
        assert len(await reading) == (0 if follow == "events" else 1)


async def _whole(stream):
    return [one async for one in stream]


async def test_a_server_that_is_gone(running):
    async with AsyncClient(running.url, TOKEN) as client:
        await asyncio.to_thread(running.thread.stop)
        with pytest.raises(Unavailable):
            await anext(client.events())


def test_chunks_of_any_size_make_the_same_lines():
    lines = b"".join(
        b'{"seq":%d,"ts":"x","stream":"stdout","line":"%s"}\n' % (number, b"y" * (number % 7))
        for number in range(1, 60)
    )
    for size in (1, 2, 3, 7, 64, 1000, 10**6):
        splitter, found = Splitter(), []
        for at in range(0, len(lines), size):
            chunk = splitter.feed(lines[at : at + size])
            if chunk:
                found.append(chunk)
        assert b"".join(one.data for one in found) == lines
        assert found[-1].last == 59
        assert all(list(one.events())[-1].seq == one.last for one in found)


def test_every_kind_of_line():
    assert event(b'{"seq":1,"ts":"t","stream":"stderr","line":"x"}') == LogLine(1, "t", "stderr", "x")
    assert event(b'{"seq":2,"stage":"building","status":"done"}') == StageMark(2, "building", "done")
    assert event(b'{"seq":3,"dropped":9}') == Gap(3, 9)
    assert event(b'{"seq":4,"status":"failed"}') == End(4, "failed")
