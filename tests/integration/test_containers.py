"""Containers on the real engine: what a service gets, what it cannot do, how it is seen, stopped and removed."""

import asyncio
import base64
import contextlib
import subprocess
from collections.abc import Iterator

import pytest

from runix_tui.core import labels
from runix_tui.core.events import EngineEvent
from runix_tui.core.models import InstanceType
from runix_tui.core.ports import Container, ContainerSpec, Mount
from runix_tui.engine.engine import PodmanEngine
from runix_tui.engine.facts import has_init
from runix_tui.errors import StartError
from runix_tui.locations import Locations
from tests.integration.homes import lasting_home

pytestmark = pytest.mark.engine

LISTEN = (
    "use Socket; socket(S,PF_INET,SOCK_STREAM,6); setsockopt(S,SOL_SOCKET,SO_REUSEADDR,1);"
    "bind(S,sockaddr_in($ARGV[1],inet_aton($ARGV[0]))) or die; listen(S,5); print STDERR qq(up\\n);"
    "while(accept(C,S)){print C qq(hello\\n); close C}"
)


def listen(address: str, port: int) -> tuple[str, ...]:
    return ("perl", "-e", LISTEN, address, str(port))


async def run(engine: PodmanEngine, spec: ContainerSpec) -> Container:
    return await engine.start((await engine.create(spec)).id)


@pytest.fixture(scope="module")
def locations() -> Iterator[Locations]:
    with lasting_home() as made:
        yield made


@pytest.fixture
def ended(engine: PodmanEngine, eventually):
    """Waits until a container ended, and gives it."""

    async def wait(container: Container) -> Container:
        async def now() -> Container | None:
            found = await engine.inspect(container.id)
            return found if found and found.state == "exited" else None

        return await eventually(now)

    return wait


@pytest.fixture
def output(engine: PodmanEngine, ended):
    """Runs a short command to its end and gives the lines that it wrote to standard output."""

    async def lines(spec: ContainerSpec) -> list[str]:
        await ended(await run(engine, spec))
        found = [line.split(" ", 3) for line in said(spec).splitlines()]
        joined = "".join(text + ("" if part == "P" else "\n") for _, stream, part, text in found if stream == "stdout")
        return joined.splitlines()

    return lines


def said(spec: ContainerSpec) -> str:
    """All that a container wrote so far, in the engine's format."""
    return spec.log_path.read_text("utf-8") if spec.log_path.exists() else ""


def remote(engine: PodmanEngine, *words: str) -> list[str]:
    command = ["podman", "--remote", "--url", engine.url, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.split()


async def test_removing_a_container_removes_the_volumes_that_its_image_declares(engine, make_spec, home_id):
    plain = await engine.create(make_spec("true"))
    tag = f"localhost/runix-{home_id[:8]}/volume:1"
    label = f"LABEL {labels.HOME}={home_id}"
    remote(engine, "commit", "--quiet", "--change", "VOLUME /data", "--change", label, plain.id, tag)
    made = await run(engine, make_spec("sleep", "60", image=tag))
    inside = remote(engine, "inspect", "--format", "{{range .Mounts}}{{.Name}} {{end}}", made.id)
    volumes = set(inside) & set(remote(engine, "volume", "ls", "--quiet"))
    assert volumes
    await engine.remove(made.id)
    assert not volumes & set(remote(engine, "volume", "ls", "--quiet"))


async def test_life_of_a_container(engine, make_spec, home_id):
    spec = make_spec("sh", "-c", "echo started; exec sleep 60")
    made = await engine.create(spec)
    assert (made.name, made.state) == (spec.name, "created")
    running = await engine.start(made.id)
    assert running.state == "running"
    assert running.pid > 0
    assert running.address
    assert running.started_at is not None
    assert running.labels.items() >= spec.labels.items()
    assert [each.id for each in await engine.containers(labels.of_home(home_id))] == [made.id]
    assert await engine.inspect(spec.name) == running
    await engine.stop(made.id, timeout=0)
    stopped = await engine.inspect(made.id)
    assert (stopped.state, stopped.pid) == ("exited", 0)
    assert stopped.exit_code in {137, 143}, "killed, or quick enough to end by itself"
    assert stopped.finished_at > stopped.started_at
    await engine.stop(made.id, timeout=0)
    await engine.remove(made.id)
    await engine.remove(made.id)
    assert await engine.inspect(made.id) is None
    await engine.stop(made.id, timeout=0)
    assert said(spec).rstrip().endswith("stdout F started"), "the log outlives the container"


async def test_stop_lets_a_process_end_by_itself(engine, make_spec, eventually):
    script = "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done"
    spec = make_spec("sh", "-c", script)
    container = await run(engine, spec)
    await eventually(lambda: "ready" in said(spec))
    await engine.stop(container.id, timeout=10)
    assert (await engine.inspect(container.id)).exit_code == 3
    assert "bye" in said(spec)


async def test_start_again_goes_on_in_the_same_log(engine, make_spec, ended):
    spec = make_spec("sh", "-c", "echo once")
    container = await run(engine, spec)
    await ended(container)
    await engine.start(container.id)
    await ended(container)
    assert said(spec).count("once") == 2


async def test_hardened_service(make_spec, output):
    spec = make_spec("sh", "-c", "cat /proc/self/status; cat /proc/self/mountinfo", user="65534:65534")
    lines = await output(spec)
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert status["Uid"].split() == ["65534"] * 4
    assert status["Seccomp"] == "2"
    tmp = next(line for line in lines if " /tmp " in line)
    assert " - tmpfs " in tmp
    assert {"nosuid", "nodev"} <= set(tmp.split(" /tmp ")[1].split()[0].split(","))


async def test_own_dockerfile_gets_exactly_six_capabilities(make_spec, output):
    lines = await output(make_spec("grep", "Cap", "/proc/self/status", own_dockerfile=True))
    bounding = int(dict(line.split(":\t") for line in lines)["CapBnd"], 16)
    # capability.h: CHOWN 0, DAC_OVERRIDE 1, FOWNER 3, SETGID 6, SETUID 7, NET_BIND_SERVICE 10
    assert bounding == sum(1 << bit for bit in (0, 1, 3, 6, 7, 10))


async def test_nobody_becomes_root_by_a_setuid_program(make_spec, output):
    spec = make_spec("sh", "-c", "cp /usr/bin/id /id; chmod 4755 /id; exec setpriv --reuid 1000 --clear-groups /id -u",
                     own_dockerfile=True)  # fmt: skip
    assert await output(spec) == ["1000"]


async def test_limits_hold(make_spec, output):
    spec = make_spec(
        "sh", "-c", "cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max "
        "/sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/pids.max "
        "/sys/fs/cgroup/cpu.max", size=InstanceType("tiny", 0.25, 64 * 1024**2, 32),
    )  # fmt: skip
    values = [int(line.split()[0]) for line in await output(spec)]
    assert values == [64 * 1024**2, 32, 25_000]


async def test_too_much_memory_is_killed(engine, make_spec, ended):
    eat = "my $x = 'x' x (1 << 20); my @all; push @all, $x . $_ while 1"
    spec = make_spec("perl", "-e", eat, size=InstanceType("tiny", 0.5, 32 * 1024**2, 32))
    assert (await ended(await run(engine, spec))).exit_code == 137


ENV = {
    "QUOTES": """it's "quoted" `so` \\ and \\n""",
    "DOLLAR": "$HOME ${PATH} $$ $(id) %s !x",
    "NEWLINES": "\nfirst\r\nsecond\n\n",
    "BLANKS": "  \t leading and trailing \t ",
    "UNICODE": "é ☃ 日本語 🎉 \u202e\ufeff \x01\x7f",
    "EMPTY": "",
    "EQUALS": "a=b=c==",
    "STAR": "value*",
    "COMMENT": "# not a comment",
    "JSON": '{"a": [1, "\\u00e9"]}',
    "LARGE": "0123456789abcdef" * 4096,  # 64 KiB
    "LARGE_UNICODE": "é" * 32768,
    "_lower": "x",
}


async def test_env_arrives_byte_for_byte(engine, make_spec, ended):
    spec = make_spec("base64", "-w0", "/proc/self/environ", env=ENV)
    await ended(await run(engine, spec))
    parts = [line.split(" ", 3)[3] for line in said(spec).splitlines()]
    environ = base64.b64decode("".join(parts)).split(b"\0")
    arrived = dict(entry.split(b"=", 1) for entry in environ if entry)
    assert {name: arrived[name.encode()] for name in ENV} == {name: value.encode() for name, value in ENV.items()}


async def test_nothing_of_the_servers_environment_arrives(make_spec, output):
    lines = await output(make_spec("env"))
    names = {line.partition("=")[0] for line in lines}
    assert names <= {"PATH", "HOME", "HOSTNAME", "TERM", "container"}


async def test_command_replaces_command_and_entry_point(make_spec, output):
    spec = make_spec("printf", "%s|", "a b", "$HOME", "", "'c'")
    assert (await output(spec)) == ["a b|$HOME||'c'|"]


async def test_mounts_and_read_only_root(make_spec, tmp_path, output):
    (tmp_path / "file").write_text("from the host\n", "utf-8")
    script = "cat /in/file; touch /in/other 2>&1; touch /x 2>&1; touch /tmp/y && echo tmp"
    lines = await output(make_spec("sh", "-c", script, mounts=(Mount(tmp_path, "/in"),), read_only=True))
    assert lines[0] == "from the host"
    assert all("Read-only" in line for line in lines[1:3])
    assert lines[3] == "tmp"
    assert not (tmp_path / "other").exists()


async def test_missing_image(engine, make_spec):
    with pytest.raises(StartError) as caught:
        await engine.create(make_spec(image="localhost/runix-no-such/image:v1"))
    assert caught.value.code == "image_gone"


async def test_missing_command(engine, make_spec):
    made = await engine.create(make_spec("/no/such/program", own_dockerfile=True))
    with pytest.raises(StartError) as caught:
        await engine.start(made.id)
    assert caught.value.code == "command_not_found"
    assert caught.value.hint


async def test_missing_command_under_an_init_is_said_in_the_log(engine, make_spec, ended):
    if not has_init():
        pytest.skip("this engine has no init")
    spec = make_spec("/no/such/program")
    assert (await ended(await run(engine, spec))).exit_code not in {0, None}
    assert "No such file or directory" in said(spec)


async def test_start_of_what_is_not_there(engine):
    with pytest.raises(StartError):
        await engine.start("runix-no-such-container")


async def test_listeners(engine, make_spec, eventually):
    inside = await run(engine, make_spec(*listen("127.0.0.1", 3000)))
    outside = await run(engine, make_spec(*listen("0.0.0.0", 8081)))
    (loopback,) = await eventually(lambda: engine.listeners(inside.id))
    (everywhere,) = await eventually(lambda: engine.listeners(outside.id))
    assert (loopback.port, loopback.address, loopback.loopback) == (3000, "127.0.0.1", True)
    assert (everywhere.port, everywhere.address, everywhere.loopback) == (8081, "0.0.0.0", False)
    await engine.remove(inside.id)
    assert await engine.listeners(inside.id) == []


async def test_listeners_on_the_hosts_network_are_its_own(engine, make_spec, unused_port, eventually):
    spec = make_spec(*listen("127.0.0.1", unused_port), host_network=True)
    container = await run(engine, spec)
    await eventually(lambda: "up" in said(spec))
    assert [each.port for each in await engine.listeners(container.id)] == [unused_port]
    assert container.address == ""


async def test_address_answers_from_the_host(engine, make_spec, eventually):
    spec = make_spec(*listen("0.0.0.0", 8080), port=8080)
    container = await run(engine, spec)
    await eventually(lambda: "up" in said(spec))
    port = container.published.get(8080, 8080)
    reader, writer = await asyncio.open_connection(container.address, port)
    assert await reader.readline() == b"hello\n"
    writer.close()
    await writer.wait_closed()


async def test_usage(engine, make_spec):
    busy = await run(engine, make_spec("sh", "-c", "while :; do :; done"))
    idle = await run(engine, make_spec("sleep", "60"))
    gone = await engine.create(make_spec("sleep", "60"))
    found = await engine.usage([busy.id, idle.id, gone.id, "0" * 64])
    assert set(found) == {busy.id, idle.id}
    assert 5 < found[busy.id].cpu_percent < 75, "half a core is its limit, and less on a busy machine"
    assert found[idle.id].cpu_percent < 5
    assert found[busy.id].memory_limit_bytes == 128 * 1024**2
    assert found[busy.id].cpu_limit == 0.5
    assert 0 < found[idle.id].memory_bytes < 128 * 1024**2
    assert await engine.usage([]) == {}


async def test_events_of_this_home_alone(engine, make_spec, home_id, eventually):
    seen: list[EngineEvent] = []

    async def follow() -> None:
        async for event in engine.events():
            seen.append(event)

    follower = asyncio.create_task(follow())
    try:
        await asyncio.sleep(0.3)  # nothing says when the engine has begun to follow
        await run(engine, make_spec("true", labels=labels.of_home("another-home")))
        container = await run(engine, make_spec("sh", "-c", "exit 7"))
        await eventually(lambda: any(event.action == "died" for event in seen))
    finally:
        follower.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await follower
        for other in await engine.containers(labels.of_home("another-home")):
            await engine.remove(other.id)
    assert {event.container_id for event in seen} == {container.id}
    died = next(event for event in seen if event.action == "died")
    assert died.exit_code == 7
    assert died.at.tzinfo is not None


async def test_restart_always(engine, make_spec, eventually):
    spec = make_spec("sh", "-c", "echo turn; sleep 0.2", restart=True)
    container = await run(engine, spec)
    await eventually(lambda: said(spec).count("turn") >= 3)
    await engine.stop(container.id, timeout=0)
    assert (await engine.inspect(container.id)).state == "exited"
