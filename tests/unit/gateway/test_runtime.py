"""The runtime API against a master that answers by a script."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from runix_tui.deploy.clock import SystemClock
from runix_tui.errors import Unavailable
from runix_tui.gateway import runtime
from runix_tui.gateway.runtime import Runtime

ONE_WORKER = "#<PID> <type>\n1 master 0\n# workers\n8 worker 0\n# programs\n"
TWO_WORKERS = "#<PID> <type>\n1 master 0\n# workers\n9 worker 0\n# old workers\n8 worker 1\n# programs\n"


class Master:
    """Answers a line by the first key that it begins with; keeps what it was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, str | Callable[[], str]] = {"show proc": ONE_WORKER}
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.read()).decode().strip()
        self.asked.append(line)
        found = next((answer for key, answer in self.answers.items() if line.startswith(key)), "")
        writer.write((found() if callable(found) else found).encode())
        writer.close()


@pytest.fixture
async def master(tmp_path: Path) -> AsyncIterator[Master]:
    made = Master()
    async with await asyncio.start_unix_server(made.serve, str(tmp_path / "master.sock")):
        yield made


@pytest.fixture
def api(tmp_path: Path) -> Runtime:
    return Runtime(tmp_path / "master.sock", SystemClock())


async def test_nobody_there_is_unavailable(api: Runtime):
    with pytest.raises(Unavailable) as caught:
        await api.processes()
    assert caught.value.code == "gateway_unavailable"
    assert caught.value.hint


async def test_no_answer_is_unavailable(api: Runtime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runtime, "_ANSWER_TIME", 0.05)

    release, done = asyncio.Event(), asyncio.Event()

    async def hang(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await release.wait()
        writer.close()
        await writer.wait_closed()
        done.set()

    async with await asyncio.start_unix_server(hang, str(tmp_path / "master.sock")):
        with pytest.raises(Unavailable) as caught:
            await api.processes()
        assert isinstance(caught.value.__cause__, TimeoutError)  # one that runs, and is not known to route or not
        release.set()
        await done.wait()


async def test_a_master_without_a_worker_is_unavailable(api: Runtime, master: Master):
    master.answers["show proc"] = "#<PID> <type>\n1 master 0\n# workers\n# programs\n"
    with pytest.raises(Unavailable):
        await api.revision()


async def test_changes_go_to_the_accepting_worker_in_order(api: Runtime, master: Master):
    master.answers["show proc"] = TWO_WORKERS
    assert await api.apply(["first", "second"]) == []
    assert master.asked[1:] == ["@!9 first;@!9 second"]


async def test_many_changes_go_in_lines_that_haproxy_takes(api: Runtime, master: Master):
    lines = [f"set server svc_{number}/s0 state ready" for number in range(300)]
    await api.apply(lines)
    sent = master.asked[1:]
    assert len(sent) > 1
    assert max(map(len, sent)) < 8192
    assert ";".join(sent) == ";".join(f"@!8 {line}" for line in lines)


async def test_objections_are_handed_on(api: Runtime, master: Master):
    master.answers["@!8 set"] = "\nNo such server.\n\n"
    assert await api.apply(["set server svc_9/s0 state ready"]) == ["No such server."]


async def test_sessions_of_all_workers_count(api: Runtime, master: Master):
    master.answers |= {
        "show proc": TWO_WORKERS,
        "@!9 show stat svc_0": "# pxname,svname,scur\nsvc_0,s0,2\nsvc_0,s1,5\n",
        "@!8 show stat svc_0": "# pxname,svname,scur\nsvc_0,s0,1\nsvc_0,s1,7\n",
    }
    assert await api.sessions({(0, 0)}) == 3


async def test_sessions_of_a_worker_that_leaves_are_ended_one_by_one(api: Runtime, master: Master):
    listed = "0xab: proto=tcpv4 src=127.0.0.1:1 fe=web be=svc_0 srv=s0 ts=00\n"
    master.answers |= {"show proc": TWO_WORKERS, "@!8 show sess": listed}
    await api.shut({(0, 0)})
    assert "@!9 shutdown sessions server svc_0/s0" in master.asked
    assert "@!8 shutdown session 0xab" in master.asked


async def test_a_reload_waits_for_the_new_worker(api: Runtime, master: Master):
    processes = iter([ONE_WORKER, ONE_WORKER, TWO_WORKERS, TWO_WORKERS])
    master.answers |= {"show proc": lambda: next(processes), "@!9 show info": "description: new\n"}
    await api.reload("new", within=5)
    assert "reload" in master.asked


async def test_a_reload_that_does_not_happen_is_an_error(api: Runtime, master: Master):
    with pytest.raises(Unavailable) as caught:
        await api.reload("new", within=0.05)
    assert caught.value.code == "gateway_reload_failed"
