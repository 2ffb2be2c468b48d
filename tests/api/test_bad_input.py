"""Everything a client can get wrong: a precise 4xx, and nothing left behind."""

import json

import pytest

BODY = {
    "repo_url": "https://github.com/user/my-api",
    "service_name": "my-api",
    "service_type": "web_service",
}
JSON = {"content-type": "application/json"}


def wrong(answer):
    """Path → message of a 422."""
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["hint"]
    assert problem["detail"]
    assert problem["title"]
    assert problem["status"] == 422
    return {one["path"]: one["message"] for one in problem["errors"]}


@pytest.mark.parametrize(
    ("fields", "path", "says"),
    [
        ({"service_name": ""}, "service_name", "1-40"),
        ({"service_name": "My Api"}, "service_name", "'My Api'"),
        ({"service_name": "a" * 41}, "service_name", "1-40"),
        ({"service_name": "9a"}, "service_name", "letter"),
        ({"service_name": "a-"}, "service_name", "'-'"),
        ({"service_name": "a\n"}, "service_name", "a-z"),
        ({"service_name": "ä"}, "service_name", "a-z"),
        ({"service_name": 3}, "service_name", "must be a string, not a number"),
        ({"service_name": None}, "service_name", "must be a string, not null"),
        ({"service_type": "web-service"}, "service_type", "did you mean 'web_service'?"),
        ({"service_type": "lambda"}, "service_type", "web_service, static_site, background_worker"),
        ({"service_type": ["web_service"]}, "service_type", "must be a string"),
        ({"instance_type": "Starter"}, "instance_type", "starter, standard, pro; did you mean 'starter'?"),
        ({"instance_type": "huge"}, "instance_type", "starter, standard, pro"),
        ({"repo_url": ""}, "repo_url", "is empty"),
        ({"repo_url": "https://x/\x1b[31m"}, "repo_url", "control characters"),
        ({"repo_url": "x" * 5000}, "repo_url", "longer"),
        ({"repo_url": "--upload-pack=x"}, "repo_url", ""),
        ({"repo_url": "ext::sh -c true"}, "repo_url", ""),
        ({"repo_url": "relative/folder"}, "repo_url", ""),
        ({"branch": "-x"}, "branch", "begins with '-'"),
        ({"branch": "a\nb"}, "branch", "control"),
        ({"branch": "a b"}, "branch", "git allows"),
        ({"branch": "a..b"}, "branch", "git allows"),
        ({"branch": ""}, "branch", "is empty"),
        ({"env": []}, "env", "must be an object, not an array"),
        ({"env": {"A-B": "1"}}, "env.A-B", "cannot be the name"),
        ({"env": {"": "1"}}, "env.", "cannot be the name"),
        ({"env": {"1A": "1"}}, "env.1A", "not beginning with a digit"),
        ({"env": {"A=B": "1"}}, "env.A=B", "cannot be the name"),
        ({"env": {"A": 1}}, "env.A", "must be a string, not a number"),
        ({"env": {"A": True}}, "env.A", "must be a string, not true"),
        ({"env": {"A": None}}, "env.A", "must be a string, not null"),
        ({"env": {"A": {}}}, "env.A", "must be a string, not an object"),
        ({"env": {"A": "x\0y"}}, "env.A", "NUL"),
        ({"env": {"A": "x" * 65537}}, "env.A", "64 KiB"),
        ({"env": {"A": "é" * 32769}}, "env.A", "64 KiB"),
        ({"env": {"A": "********"}}, "env.A", "mask"),
        ({"project_id": "nope"}, "project_id", "not a uuid"),
        ({"project_id": "00000000-0000-0000-0000-000000000000"}, "project_id", "no such project"),
        ({"project_id": "{00000000-0000-0000-0000-000000000000}"}, "project_id", "usual form"),
        ({"root_dir": "/etc"}, "root_dir", "absolute"),
        ({"root_dir": "a/../../b"}, "root_dir", "leaves the repository"),
        ({"root_dir": "a\0"}, "root_dir", "control"),
        ({"dockerfile": "../Dockerfile"}, "dockerfile", "leaves the repository"),
        ({"dockerfile": "/Dockerfile"}, "dockerfile", "absolute"),
        ({"dockerfile": "x/"}, "dockerfile", "file"),
        ({"dockerfile": ""}, "dockerfile", "file"),
        ({"port": 0}, "port", "must be at least 1"),
        ({"port": 65536}, "port", "must be at most 65535"),
        ({"port": "8080"}, "port", "must be a whole number, not a string"),
        ({"port": 80.5}, "port", "whole number"),
        ({"port": True}, "port", "must be a whole number, not true"),
        ({"command": ""}, "command", "empty"),
        ({"command": " \n"}, "command", "empty"),
        ({"command": "a\0b"}, "command", "NUL"),
        ({"build_command": "x" * 70000}, "build_command", "64 KiB"),
        ({"health_path": "healthz"}, "health_path", "begin with '/'"),
        ({"health_path": "/a\r\nHost: b"}, "health_path", "not a path of a URL"),
        ({"health_path": "/a b"}, "health_path", "not a path of a URL"),
        ({"schedule": "* * * * *"}, "schedule", "only cron jobs"),
        ({"timezone": "Mars/Phobos"}, "timezone", "time zone"),
        ({"timezone": "../../etc/passwd"}, "timezone", "time zone"),
        ({"planner": "magic"}, "planner", "auto, rules, ai, dockerfile"),
        ({"servce_name": "x"}, "servce_name", "did you mean 'service_name'?"),
        ({"zzz": 1}, "zzz", "the fields are: repo_url"),
    ],
)
async def test_fields_of_a_new_deployment(api, fake, fields, path, says):
    found = wrong(await api.post("/deployments", json={**BODY, **fields}))
    assert list(found) == [path]
    assert says in found[path]
    assert fake.found == {}


@pytest.mark.parametrize("field", ["repo_url", "service_name", "service_type"])
async def test_required_fields(api, field):
    body = {key: value for key, value in BODY.items() if key != field}
    assert wrong(await api.post("/deployments", json=body)) == {field: "is required"}


async def test_all_at_once(api):
    body = {
        "service_name": "A",
        "service_type": "x",
        "env": {"a b": "1", "C": 2},
        "port": -1,
        "foo": 1,
        "schedule": "x",
    }
    found = wrong(await api.post("/deployments", json=body))
    assert set(found) == {"repo_url", "service_name", "service_type", "env.a b", "env.C", "port", "foo", "schedule"}


@pytest.mark.parametrize("kind", ["background_worker", "cron_job", "postgresql", "redis", "kafka"])
async def test_types_that_are_not_there_yet(api, kind):
    answer = await api.post("/deployments", json={"service_name": "x", "service_type": kind})
    assert list(wrong(answer)) == ["service_type"]
    assert answer.json()["code"] == "not_available_yet"
    assert "static_site, web_service" in answer.json()["hint"]


async def test_a_planner_that_is_not_there_yet(api):
    answer = await api.post("/deployments", json={**BODY, "planner": "ai"})
    assert list(wrong(answer)) == ["planner"]
    assert answer.json()["code"] == "not_available_yet"


async def test_an_environment_that_is_too_large_in_all(api):
    env = {f"K{number}": "x" * 65536 for number in range(16)}
    answer = await api.post("/deployments", json={**BODY, "env": env})
    assert answer.status_code == 413  # the request itself is larger than 1 MiB already
    env["K0"] = "x" * 64000
    assert (await api.post("/deployments", json={**BODY, "env": env})).status_code == 201


@pytest.mark.parametrize(
    ("fields", "ways"),
    [
        ({"instance_type": "huge"}, ("`runix COMMAND --help`", "/docs")),
        ({"env": {"A": "********"}}, ("`runix env ls NAME --reveal`", "?reveal=true", "screen")),
    ],
)
async def test_a_hint_holds_wherever_it_is_read(api, fields, ways):
    answer = await api.post("/deployments", json={**BODY, **fields})
    wrong(answer)
    assert [way for way in ways if way not in answer.json()["hint"]] == []


async def test_secrets_are_not_in_what_is_said_about_them(api):
    answer = await api.post("/deployments", json={**BODY, "env": {"A": "s3cret\0", "B": ["s3cret"]}, "x": "s3cret"})
    assert answer.status_code == 422
    assert "s3cret" not in answer.text


@pytest.mark.parametrize(
    ("fields", "path", "says"),
    [
        ({"repo_url": "https://x/y"}, "repo_url", "cannot be changed"),
        ({"service_name": "x"}, "service_name", "cannot be changed"),
        ({"port": 1}, "port", "cannot be changed"),
        ({"comand": "x"}, "comand", "did you mean 'command'?"),
        ({"instance_type": None}, "instance_type", "must be a string, not null"),
        ({"instance_type": "big"}, "instance_type", "starter"),
        ({"env": {"A": 1}}, "env.A", "must be a string"),
        ({"env": {"A": "********"}}, "env.A", "mask"),
        ({"env": {"a-b": None}}, "env.a-b", "cannot be the name"),
        ({"branch": "-x"}, "branch", "'-'"),
        ({"command": ""}, "command", "empty"),
        ({"schedule": "x"}, "schedule", "only cron jobs"),
        ({"project_id": "x"}, "project_id", "uuid"),
    ],
)
async def test_fields_of_a_change(api, fake, fields, path, says):
    made = (await api.post("/deployments", json=BODY)).json()["id"]
    found = wrong(await api.patch(f"/deployments/{made}", json=fields))
    assert list(found) == [path]
    assert says in found[path]
    assert len(fake.calls) == 1


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"1", b"null", b"true"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_body_that_is_no_object(api, method, raw):
    made = (await api.post("/deployments", json=BODY)).json()["id"]
    path = "/deployments" if method == "POST" else f"/deployments/{made}"
    assert list(wrong(await api.request(method, path, content=raw, headers=JSON))) == ["body"]


async def test_commands_take_no_fields(api):
    made = (await api.post("/deployments", json=BODY)).json()["id"]
    found = wrong(await api.post(f"/deployments/{made}/redeploy", json={"branch": "x"}))
    assert found == {"branch": "is not a field of this request; no field is expected here"}
    assert list(wrong(await api.post(f"/deployments/{made}/rollback", json={"version": 0}))) == ["version"]
    assert list(wrong(await api.post(f"/deployments/{made}/rollback", json={"versoin": 1}))) == ["versoin"]


@pytest.mark.parametrize("name", ["", "A", "a_b", "-a", "a-", "a" * 41, "../x", 1])
async def test_project_names(api, name):
    assert list(wrong(await api.post("/projects", json={"name": name}))) == ["name"]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"{", "line 1 column 2"),
        (b"", "empty"),
        (b"{'a': 1}", "Broken JSON"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": Infinity}', "Infinity"),
        (b'{"a": 1, "a": 2}', "'a' is there twice"),
        (b'{"env": {"A": "1", "A": "2"}}', "'A' is there twice"),
        (b'{"a": "\\ud800"}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'{"a": "\xff"}', "not UTF-8"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b'{"a": "\n"}', "control character"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[" * 100 + b"]" * 100, "nested too deeply"),
        (b'{"a":' * 500_000, "too"),
        (b"9" * 10_000, "too long"),
        (b"{} {}", "Extra data"),
    ],
)
async def test_broken_json(api, raw, says):
    answer = await api.post("/deployments", content=raw, headers=JSON)
    if len(raw) > 1024 * 1024:
        assert answer.status_code == 413
        return
    assert answer.status_code == 400, answer.text
    assert says in answer.json()["detail"]
    assert answer.json()["hint"]


@pytest.mark.parametrize(
    "media",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
        "application/xml",
        "",
        "application/json; charset=latin-1",
    ],
)
async def test_bodies_of_another_type(api, media):
    headers = {"content-type": media} if media else {}
    answer = await api.post("/deployments", content=json.dumps(BODY).encode(), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    packed = await api.post("/deployments", content=b"x", headers={**JSON, "content-encoding": "gzip"})
    assert packed.status_code == 415


@pytest.mark.parametrize(
    "media", ["application/json; charset=utf-8", "Application/JSON", 'application/json;charset="UTF-8"']
)
async def test_json_by_any_of_its_names(api, media):
    answer = await api.post("/deployments", content=json.dumps(BODY).encode(), headers={"content-type": media})
    assert answer.status_code == 201


@pytest.mark.parametrize(
    "identity",
    ["x", "1", "%00", "..", "%2e%2e", "a1b2c3d4-0000-0000-0000-00000000000", "00000000-0000-0000-0000-000000000000",
     "{00000000-0000-0000-0000-000000000000}", "00000000000000000000000000000000", "%ff", "é", "a" * 3000],
)  # fmt: skip
async def test_ids_that_are_none(api, identity):
    for method, path in (
        *(("GET", ""), ("DELETE", ""), ("PATCH", ""), ("POST", "/redeploy"), ("POST", "/rollback"), ("POST", "/stop")),
        *(("POST", "/start"), ("POST", "/cancel"), ("POST", "/run"), ("GET", "/history"), ("GET", "/versions/1")),
        *(("GET", "/logs"), ("GET", "/build-stream"), ("GET", "/connection")),
    ):
        body = {"json": {}} if method == "PATCH" else {}
        answer = await api.request(method, f"/deployments/{identity}{path}", **body)
        assert answer.status_code in {404, 405}, answer.text  # 405: '..' leads to /deployments itself
        assert answer.headers["content-type"] == "application/problem+json"


async def test_an_id_in_capitals_is_the_same_id(api):
    made = (await api.post("/deployments", json=BODY)).json()["id"]
    assert (await api.get(f"/deployments/{made.upper()}")).status_code == 200


@pytest.mark.parametrize(
    ("query", "path", "says"),
    [
        ("/deployments?status=bogus", "status", "building, running, failed, stopped"),
        ("/deployments?status=runing", "status", "did you mean 'running'?"),
        ("/deployments?project_id=x", "project_id", "not a uuid"),
        ("{at}/logs?tail=-1", "tail", "'all'"),
        ("{at}/logs?tail=x", "tail", "'all'"),
        ("/activity?tail=-1", "tail", "'-1' is not a number of entries"),
        ("/activity?tail=all", "tail", "'all' is not a number of entries"),
        ("{at}/logs?before=-1", "before", "not the number of a line"),
        ("{at}/logs?before=x", "before", "not the number of a line"),
        ("{at}/logs?since=yesterday", "since", "RFC 3339"),
        ("{at}/logs?since=2026-02-30T00:00:00Z", "since", "RFC 3339"),
        ("{at}/logs?since=2026-02-25T10:00:00", "since", "RFC 3339"),
        ("{at}/logs?follow=maybe", "follow", "true or false"),
        ("{at}/build-stream?version=x", "version", "not a version"),
        ("{at}?reveal=perhaps", "reveal", "true or false"),
    ],
)
async def test_queries(api, query, path, says):
    made = (await api.post("/deployments", json=BODY)).json()["id"]
    found = wrong(await api.get(query.format(at=f"/deployments/{made}")))
    assert list(found) == [path]
    assert says in found[path]


async def test_last_event_ids_that_are_none(api):
    made = (await api.post("/deployments", json=BODY)).json()["id"]
    for path in (f"/deployments/{made}/logs", f"/deployments/{made}/build-stream", "/events"):
        answer = await api.get(path, headers={"Last-Event-ID": "abc"})
        assert list(wrong(answer)) == ["Last-Event-ID"]
