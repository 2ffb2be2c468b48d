"""Isolation on the real engine: who reaches whom between projects, builds, and the host's loopback."""

import asyncio
from collections.abc import Iterator

import pytest

from runix_tui.core import labels
from runix_tui.core.ports import Container
from runix_tui.locations import Locations
from tests.integration.homes import lasting_home

pytestmark = pytest.mark.engine

SERVE = (
    "use Socket; socket(S,PF_INET,SOCK_STREAM,6); setsockopt(S,SOL_SOCKET,SO_REUSEADDR,1);"
    "bind(S,sockaddr_in(8080,INADDR_ANY)) or die; listen(S,5); while(accept(C,S)){print C qq(hello\\n); close C}"
)


@pytest.fixture(scope="module")
def locations() -> Iterator[Locations]:
    with lasting_home() as made:
        yield made


@pytest.fixture
def reaches(engine, make_spec, eventually):
    """Whether a container on a network gets an answer from ``host:port`` within 2 seconds. A mere connection proves
    nothing: a network may have a proxy that accepts them all."""

    async def try_it(host: str, port: int, network: str) -> bool:
        spec = make_spec(
            "timeout",
            "2",
            "bash",
            "-c",
            f"exec 3<>/dev/tcp/{host}/{port} && read -r said <&3 && test -n $said",
            network=network,
        )
        made = await engine.start((await engine.create(spec)).id)

        async def finished() -> Container | None:
            now = await engine.inspect(made.id)
            return now if now and now.state == "exited" else None

        code = (await eventually(finished)).exit_code
        await engine.remove(made.id)
        return code == 0

    return try_it


@pytest.fixture
async def other_network(engine, home_id):
    name = f"runix-{home_id[:8]}-other"
    await engine.ensure_network(name, labels.of_home(home_id, project="other"))
    return name


@pytest.fixture
async def service(engine, make_spec, eventually):
    """A service that answers on 8080, known as ``api`` in its network."""
    made = await engine.create(make_spec("perl", "-e", SERVE, aliases=("api",)))
    container = await engine.start(made.id)
    await eventually(lambda: engine.listeners(container.id))
    return container


async def test_ensure_is_idempotent_and_found_by_label(engine, home_id, network):
    await engine.ensure_network(network, {})
    assert await engine.networks(labels.of_home(home_id)) == [network]
    assert await engine.networks(labels.of_home(home_id, project="other")) == []
    await asyncio.gather(*(engine.ensure_network(f"{network}-new", labels.of_home(home_id)) for _ in range(4)))
    for name in (network, f"{network}-new", network):
        await engine.remove_network(name)
    assert await engine.networks(labels.of_home(home_id)) == []


async def test_services_of_a_project_find_each_other_by_name(reaches, network, service):
    assert await reaches("api", 8080, network)


async def test_another_project_is_out_of_reach(reaches, other_network, service):
    assert not await reaches(service.address, 8080, other_network)
    assert not await reaches("api", 8080, other_network)


async def test_apart_also_while_other_containers_start(engine, make_spec, other_network, service, reaches, network):
    """netavark takes its isolation rule away for a moment at every start, of whatever container."""
    stop = asyncio.Event()

    async def disturb() -> None:
        while not stop.is_set():
            made = await engine.start((await engine.create(make_spec("sleep", "60", network=network))).id)
            await engine.remove(made.id)

    noise = [asyncio.create_task(disturb()) for _ in range(2)]
    try:
        answers = [await reaches(service.address, 8080, other_network) for _ in range(5)]
    finally:
        stop.set()
        await asyncio.gather(*noise)
    assert not any(answers)


def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"hello\n")
    writer.close()


async def test_hosts_loopback_is_out_of_reach(reaches, network, service):
    server = await asyncio.start_server(greet, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        gateway = service.address.rpartition(".")[0] + ".1"
        for host in ("127.0.0.1", gateway, "host.containers.internal"):
            assert not await reaches(host, port, network), host


async def test_build_network_reaches_no_project_and_no_other_build(engine, make_spec, service, reaches, eventually):
    networks = (await engine._room()).networks
    async with networks.for_build("one") as one, networks.for_build("two") as two:
        other = await engine.start((await engine.create(make_spec("perl", "-e", SERVE, network=two))).id)
        await eventually(lambda: engine.listeners(other.id))
        assert not await reaches(service.address, 8080, one)
        assert not await reaches(other.address, 8080, one)
        await engine.remove(other.id)


async def test_sweep_removes_networks_of_builds_alone(engine, home_id, network):
    networks = (await engine._room()).networks
    await networks._create(f"{network}-left", labels.of_home(home_id, role="build"), dns=False)
    await networks.sweep()
    assert await engine.networks(labels.of_home(home_id)) == [network]
