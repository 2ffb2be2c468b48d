"""Who may ask, of which host, with which method; and what every answer carries."""

import httpx
import pytest

from runix_tui.api.app import create_app
from runix_tui.api.problems import METHODS
from runix_tui.core.secret import Secret

TOKEN = "test-token-0123456789"
PROTECTED = ["/deployments", "/deployments/x", "/projects", "/events", "/nothing", "/", "/docsx", "/healthz/x"]


@pytest.fixture
def anybody(api):
    """The same app, asked without a token."""
    del api.headers["Authorization"]
    return api


@pytest.mark.parametrize("path", PROTECTED)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS", "HEAD", "FOO"])
async def test_nothing_without_a_token(anybody, method, path):
    answer = await anybody.request(method, path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="runix"'
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", TOKEN, f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}",
     f"Bearer{TOKEN}", f"Bearer {TOKEN} x", f"Bearer \xe9{TOKEN}"],
)  # fmt: skip
async def test_tokens_that_are_not_good(anybody, header):
    answer = await anybody.get("/deployments", headers={"Authorization": header.encode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
    assert TOKEN not in answer.text


async def test_two_tokens_are_none(anybody):
    both = [("Authorization", f"Bearer {TOKEN}"), ("Authorization", "Bearer x")]
    assert (await anybody.get("/deployments", headers=both)).status_code == 401


@pytest.mark.parametrize("header", [f"Bearer {TOKEN}", f"bearer {TOKEN}", f"BEARER  {TOKEN}"])
async def test_the_scheme_in_any_letters(anybody, header):
    assert (await anybody.get("/deployments", headers={"Authorization": header})).status_code == 200


async def test_never_from_a_cookie_or_a_query(anybody):
    for query in ("token", "access_token", "authorization"):
        assert (await anybody.get(f"/deployments?{query}={TOKEN}")).status_code == 401
    cookies = {"Cookie": f"token={TOKEN}; Authorization=Bearer {TOKEN}"}
    assert (await anybody.get("/deployments", headers=cookies)).status_code == 401


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json", "/docs", "/docs/start.js", "/docs/swagger-ui.css"])
async def test_what_needs_no_token(anybody, path):
    assert (await anybody.get(path)).status_code == 200


async def test_a_rotated_token(fake):
    tokens = [Secret("first"), Secret("second")]
    app = create_app(fake, token=lambda: tokens[0], version="1")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:1") as client:
        old, new = {"Authorization": "Bearer first"}, {"Authorization": "Bearer second"}
        assert (await client.get("/deployments", headers=old)).status_code == 200
        tokens.pop(0)
        assert (await client.get("/deployments", headers=old)).status_code == 401
        assert (await client.get("/deployments", headers=new)).status_code == 200


async def test_an_empty_token_is_never_good(fake):
    app = create_app(fake, token=Secret(""), version="1")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:1") as client:
        for header in ("Bearer", "Bearer "):
            assert (await client.get("/deployments", headers={"Authorization": header})).status_code == 401


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:7676", "localhost:7676", "LOCALHOST:7676", "[::1]:7676", "runix.example", "runix.example:443",
     "Runix.Example", "odd.example:99"],
)  # fmt: skip
async def test_hosts_that_are_ours(api, host):
    assert (await api.get("/deployments", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:80", "127.0.0.1:7677", "localhost:", "localhost:7676x", "0.0.0.0:7676",
     "127.0.0.1.evil.example:7676", "localhost.:7676", "odd.example", "odd.example:98", "x.runix.example", "",
     "[::1]", "::1:7676", "localhost:7676:7676", "user@localhost:7676", "localhost:07676 "],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/deployments", "/healthz", "/docs"])
async def test_hosts_that_are_not_ours(api, host, path):
    answer = await api.get(path, headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "misdirected")
    assert answer.json()["hint"]


async def test_the_host_is_looked_at_before_the_token(anybody):
    assert (await anybody.get("/deployments", headers={"Host": "evil.example"})).status_code == 421


async def test_no_other_site_may_ask(api):
    answer = await api.get("/deployments", headers={"Origin": "https://evil.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    asked = await api.options(
        "/deployments", headers={"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    )
    assert asked.status_code == 405
    assert not [name for name in asked.headers if name.startswith("access-control")]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/deployments", "GET, HEAD, POST"),
        ("/deployments/{id}", "GET, HEAD, PATCH, DELETE"),
        ("/deployments/{id}/redeploy", "POST"),
        ("/deployments/{id}/logs", "GET, HEAD"),
        ("/projects/{id}", "GET, HEAD, DELETE"),
        ("/healthz", "GET, HEAD"),
    ],
)
async def test_methods(api, path, allowed):
    path = path.replace("{id}", "00000000-0000-0000-0000-000000000000")
    for method in {*METHODS, "FOO", "CONNECT"} - set(allowed.split(", ")):
        answer = await api.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_head_is_get_without_a_body(api):
    for path in ("/deployments", "/healthz", "/docs", "/openapi.json"):
        asked, got = await api.head(path), await api.get(path)
        assert asked.status_code == got.status_code == 200
        assert asked.headers["content-type"] == got.headers["content-type"]
        assert asked.headers["content-length"] == got.headers["content-length"]


@pytest.mark.parametrize("path", ["/deployments/", "/nothing", "//deployments", "/deployments/x/y/z", "/DEPLOYMENTS"])
async def test_addresses_that_are_none(api, path):
    answer = await api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "location" not in answer.headers


async def test_every_answer_says_the_version_and_is_not_stored(api):
    for path in ("/deployments", "/nothing", "/healthz"):
        answer = await api.get(path)
        assert answer.headers["runix-version"] == "1.2.3"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
