"""Whatever a client sends, it never gets a 500, and what is refused is a problem with a hint."""

import json

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runix_tui.api.schemas import DeploymentPatch, NewDeployment

FEW = settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
BASE = {"repo_url": "https://github.com/user/x", "service_name": "x", "service_type": "web_service"}

words = st.sampled_from(
    ["web_service", "x", "starter", "", "\x00", "********", "/", "..", "-", "a" * 300, "é", "\ud800"]
)
texts = st.one_of(words, st.text(max_size=50))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=8,
)
settings_keys = [
    "build.cpus",
    "tui.theme",
    "registry.offline",
    "logs.max_bytes",
    "api.allowed_hosts",
    "git.credentials",
]
names = [*NewDeployment.model_fields, *DeploymentPatch.model_fields, "version", "name", "x", *settings_keys]
fields = st.sampled_from(names)
bodies = st.one_of(values, st.dictionaries(fields, values, max_size=6).map(lambda more: {**BASE, **more}))
some_settings = st.dictionaries(st.sampled_from(settings_keys), values, max_size=3)
raws = st.one_of(
    some_settings.map(lambda body: json.dumps(body).encode()),
    st.binary(max_size=200),
    bodies.map(lambda body: json.dumps(body).encode()),
)
bad_names = st.sampled_from(
    ["content-type", "accept", "last-event-id", "authorization", "host", "content-encoding", "cookie"]
)
header_values = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60)
methods = st.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT", "HEAD", "OPTIONS", "TRACE", "BREW"])
identity = st.one_of(st.just("{id}"), st.text(max_size=40), st.uuids().map(str))
tails = st.sampled_from(
    ["", "/redeploy", "/rollback", "/stop", "/start", "/cancel", "/run", "/history", "/versions/1", "/versions/x",
     "/connection", "/logs?follow=false", "/build-stream?follow=false", "/nothing", "/"],
)  # fmt: skip
queries = st.dictionaries(
    st.sampled_from(["status", "project_id", "reveal", "tail", "since", "version", "x"]),
    st.one_of(texts, st.integers().map(str), st.sampled_from(["10m", "all", "2026-02-25T10:00:00Z", "1d", "9" * 40])),
    max_size=3,
)


def is_good(answer: httpx.Response) -> None:
    assert answer.status_code < 500 or answer.json()["code"] == "engine_unavailable", answer.text
    if answer.status_code >= 400 and answer.request.method != "HEAD":
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == answer.status_code
        assert problem["title"]
        assert problem["code"]
        assert problem["detail"]
        assert problem["hint"]
        if answer.status_code == 422:
            assert problem["errors"]
            assert all(one["path"] and one["message"] for one in problem["errors"])


@pytest.fixture
async def made(api):
    return (await api.post("/deployments", json={**BASE, "service_name": "made"})).json()["id"]


@FEW
@given(raw=raws, media=st.sampled_from(["application/json", "text/plain", "", "application/json; charset=x"]))
async def test_bodies(api, made, raw, media):
    calls = (("POST", "/deployments"), ("PATCH", f"/deployments/{made}"), ("POST", "/projects"), ("PATCH", "/settings"))
    for method, path in calls:
        headers = {"content-type": media} if media else {}
        is_good(await api.request(method, path, content=raw, headers=headers))
    is_good(await api.post(f"/deployments/{made}/rollback", content=raw, headers={"content-type": "application/json"}))


@FEW
@given(method=methods, who=identity, tail=tails, query=queries, body=st.one_of(st.none(), bodies))
async def test_addresses(api, fake, method, who, tail, query, body):
    known = next(iter(fake.found), None)
    if known is None:
        known = (await api.post("/deployments", json=BASE)).json()["id"]
    who = known if who == "{id}" else httpx.QueryParams({"x": _writable(who)}).__str__()[2:]
    at, _, more = f"/deployments/{who}{tail}".partition("?")
    params = dict(httpx.QueryParams(more)) | {key: _writable(value) for key, value in query.items()}
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"} if content else {}
    url = httpx.URL("http://127.0.0.1:7676" + at).copy_merge_params(params)
    is_good(await api.request(method, url, content=content, headers=headers))


@FEW
@given(
    headers=st.lists(st.tuples(bad_names, header_values), max_size=5),
    path=st.sampled_from(["/deployments", "/x", "/docs"]),
)
async def test_headers(api, headers, path):
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    is_good(await api.request("GET", path, headers=raw))
    is_good(await api.request("POST", path, headers=raw, content=b"{}"))


def _writable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
