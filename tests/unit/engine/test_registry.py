import asyncio

import pytest

from runix_tui import config
from runix_tui.core.checkup import Check, Level
from runix_tui.engine.registry import examine, qualified


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("python", "docker.io/library/python:latest"),
        ("python:3.11-slim", "docker.io/library/python:3.11-slim"),
        ("bitnami/redis:7", "docker.io/bitnami/redis:7"),
        ("docker.io/python:3", "docker.io/library/python:3"),
        ("docker.io/library/python:3", "docker.io/library/python:3"),
        ("ghcr.io/a/b", "ghcr.io/a/b:latest"),
        ("localhost:5000/x", "localhost:5000/x:latest"),
        ("localhost/x:1", "localhost/x:1"),
        ("python@sha256:" + "0" * 64, "docker.io/library/python@sha256:" + "0" * 64),
    ],
)
def test_names_are_made_whole_as_dockerfiles_mean_them(written: str, whole: str) -> None:
    assert qualified(written) == whole
    assert qualified(whole) == whole


async def test_the_doctor_asks_the_registry_that_is_used():
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(b"HTTP/1.1 %b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n" % status)
        await writer.drain()
        writer.close()

    asked: list[bytes] = []
    status = b"401 Unauthorized"
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        settings = config.Registry(mirror=f"http://{host}/hub/", insecure=True)
        assert await examine(settings) == Check("registry", Level.OK, f"{host} answers")
        assert asked == [b"GET /v2/ HTTP/1.1"]
        status = b"503 Busy"
        found = await examine(settings)
        assert (found.level, found.found, bool(found.remedy)) == (Level.WARN, f"{host} answered 503", True)
    assert "does not answer" in (await examine(settings)).found
    assert (await examine(config.Registry(offline=True))).level is Level.OK
