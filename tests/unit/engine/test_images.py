"""What the engine answers about an image, as a value."""

import pytest

from runix_tui.engine.images import parse_image


def answer(**config: object) -> dict:
    return {"Id": "abc", "Size": 42, "RepoTags": ["localhost/a:v1"], "Labels": {"l": "1"}, "Config": config}


def test_image():
    found = parse_image(answer(Env=["PATH=/bin", "A=b=c", "E="], ExposedPorts={"8080/tcp": {}}))
    assert (found.id, found.size, found.tags, found.labels, found.port) == (
        "abc",
        42,
        ("localhost/a:v1",),
        {"l": "1"},
        8080,
    )
    assert found.env == {"PATH": "/bin", "A": "b=c", "E": ""}


@pytest.mark.parametrize(
    ("exposed", "port"),
    [
        (None, None),
        ({}, None),
        ({"53/udp": {}}, None),
        ({"9000/tcp": {}, "80/tcp": {}}, 80),
        ({"8000-8010/tcp": {}}, 8000),
        ({"3000": {}}, 3000),
    ],
)
def test_lowest_tcp_port(exposed, port):
    assert parse_image(answer(ExposedPorts=exposed)).port == port


def test_an_image_that_says_nothing():
    found = parse_image({"Id": "abc"})
    assert (found.tags, found.labels, found.env, found.port) == ((), {}, {}, None)
