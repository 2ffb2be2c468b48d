"""The calls of the contract, in the words of the contract."""

import httpx
import pytest

from runix_tui.core.stages import VersionStatus
from runix_tui.errors import Failure, PlanError, Unavailable

BODY = {
    "repo_url": "https://github.com/user/my-api",
    "service_name": "my-api",
    "service_type": "web_service",
    "env": {"NODE_ENV": "production"},
}
LISTED = {
    *("id", "service_name", "status", "subdomain", "url", "repo_url", "branch", "service_type", "instance_type"),
    *("project_id", "version", "commit_sha", "latest_version", "serving", "created_at", "updated_at"),
    *("phase", "error"),
}
FULL = LISTED | {"env", "port", "command", "schedule", "health", "resources"}
ENTRY = {
    *("version", "status", "kind", "commit_sha", "created_at", "finished_at", "duration_seconds", "image_id"),
    *("rollback_of", "error", "commit", "image_size"),
}


async def create(api: httpx.AsyncClient, **fields: object) -> str:
    answer = await api.post("/deployments", json={**BODY, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def test_create_answers_building_and_says_where(api):
    answer = await api.post("/deployments", json=BODY)
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/deployments/{made['id']}"
    assert made["status"] == "building"
    assert made["service_name"] == "my-api"
    assert made["subdomain"].startswith("my-api-")
    assert made["url"] == f"http://{made['subdomain']}.localhost:8080"
    assert made["env"] == {"NODE_ENV": "********"}
    assert (made["branch"], made["instance_type"], made["project_id"]) == ("main", "starter", None)


async def test_every_field_arrives(api, fake):
    project = (await api.post("/projects", json={"name": "shop"})).json()
    given = BODY | {
        "branch": "feature/x",
        "instance_type": "pro",
        "project_id": project["id"].upper(),
        "root_dir": "./apps/api/",
        "port": 9000,
        "command": "python main.py",
        "build_command": "make",
        "health_path": "/healthz?x=1",
        "timezone": "Europe/Berlin",
        "dockerfile": "docker/Dockerfile",
        "planner": "dockerfile",
        "env": {"A": "x'\"$\n\t\u00e9\U0001f600", "B": "", "_c9": "y" * 65536},
    }
    await create(api, **given)
    config = fake.calls[0][1].config
    assert (config.branch, config.instance_type, config.root_dir) == ("feature/x", "pro", "apps/api")
    assert (config.port, config.command, config.build_command) == (9000, "python main.py", "make")
    assert (config.health_path, config.timezone) == ("/healthz?x=1", "Europe/Berlin")
    assert (config.dockerfile, config.planner) == ("docker/Dockerfile", "dockerfile")
    assert {key: value.reveal() for key, value in config.env.items()} == given["env"]
    assert fake.calls[0][1].project_id == project["id"]


async def test_null_is_the_same_as_left_out(api, fake):
    optional = ("branch", "instance_type", "env", "project_id", "root_dir", "port", "command", "schedule", "planner")
    await create(api, **dict.fromkeys(optional))
    assert fake.calls[0][1].config.instance_type == "starter"


async def test_list_form_and_filters(api, fake):
    first = await create(api)
    second = await create(api, service_name="other")
    fake.finish(first)
    every = (await api.get("/deployments")).json()
    assert [one["id"] for one in every] == [first, second]
    assert set(every[0]) == LISTED
    assert [(one["phase"], one["error"]) for one in every] == [("live", None), ("building", None)]
    assert [one["id"] for one in (await api.get("/deployments?status=running")).json()] == [first]
    assert [one["id"] for one in (await api.get("/deployments?status=building&project_id=")).json()] == [second]
    assert (await api.get("/deployments?status=&project_id=")).json() == every
    project = (await api.post("/projects", json={"name": "shop"})).json()["id"]
    assert (await api.get(f"/deployments?project_id={project}")).json() == []


async def test_the_list_says_why_something_failed(api, fake):
    made = await create(api)
    fake.finish(made, VersionStatus.FAILED, failure=Failure("exits", "It exits.", "Look.", evidence=("boom",)))
    (found,) = (await api.get("/deployments")).json()
    assert found["phase"] == "failed"
    assert found["error"] == {
        "code": "exits",
        "message": "It exits.",
        "hint": "Look.",
        "transient": False,
        "evidence": ["boom"],
    }


async def test_full_form(api, fake):
    made = await create(api)
    fake.finish(made)
    full = (await api.get(f"/deployments/{made}")).json()
    assert set(full) == FULL
    assert (full["status"], full["phase"], full["serving"], full["error"]) == ("running", "live", True, None)
    assert (full["version"], full["latest_version"], full["commit_sha"]) == (1, 1, "abc1234")
    assert full["created_at"] == "2026-02-25T10:00:00Z"
    assert full["port"] == 8080
    assert full["resources"] == {
        "cpu_percent": 1.5,
        "memory_bytes": 50_000_000,
        "memory_limit_bytes": 512 * 1024**2,
        "cpu_limit": 0.5,
    }


async def test_usage_of_what_runs(api, fake):
    first = await create(api)
    second = await create(api, service_name="other")
    waiting = await create(api, service_name="waiting")
    for each in (first, second):
        fake.finish(each)
    used = {"cpu_percent": 1.5, "memory_bytes": 50_000_000, "memory_limit_bytes": 512 * 1024**2, "cpu_limit": 0.5}
    assert (await api.get("/usage")).json() == [{**used, "id": first}, {**used, "id": second}]
    gone = "00000000-0000-0000-0000-000000000000"
    assert (await api.get(f"/usage?id={second}&id={waiting}&id={gone}")).json() == [{**used, "id": second}]
    wrong = await api.get(f"/usage?id={first}&id=x")
    assert (wrong.status_code, wrong.json()["errors"][0]["path"]) == (422, "id.1")
    fake.engine_away = True
    assert (await api.get("/usage")).json() == []


async def test_a_plan_without_a_deployment(api, fake):
    answer = await api.post("/plan", json={"repo_url": BODY["repo_url"], "env": {"A": "1"}, "root_dir": "api"})
    assert answer.status_code == 200
    found = answer.json()
    assert (found["service_name"], found["service_type"], found["branch"]) == ("web", "web_service", "main")
    assert (found["plan"]["start"], found["dockerfile"]) == (["python", "main.py"], "FROM scratch\n")
    assert found["origins"]["start"] == {"source": "main.py", "reason": "it is there", "confidence": 1.0}
    assert (found["commit"]["subject"], found["notes"]) == ("Add ? things", ["a ? note"])
    assert (await api.post("/plan", json={**BODY, "service_type": "static_site"})).json()[
        "service_type"
    ] == "static_site"
    assert (await api.get("/deployments")).json() == []
    wrong = await api.post("/plan", json={"repo_url": "ext::x", "service_name": "A B", "x": 1})
    assert {one["path"] for one in wrong.json()["errors"]} == {"repo_url", "service_name", "x"}
    fake.fault = PlanError("Nothing here", code="nothing_detected", hint="Add it.", evidence=("looked for: a",))
    failed = await api.post("/plan", json=BODY)
    assert (failed.status_code, failed.json()["code"]) == (409, "nothing_detected")
    assert (failed.json()["hint"], failed.json()["evidence"]) == ("Add it.", ["looked for: a"])


async def test_env_is_shown_only_when_asked_for(api):
    made = await create(api)
    assert (await api.get(f"/deployments/{made}")).json()["env"] == {"NODE_ENV": "********"}
    assert (await api.get(f"/deployments/{made}?reveal=true")).json()["env"] == {"NODE_ENV": "production"}
    version = f"/deployments/{made}/versions/1"
    assert (await api.get(version)).json()["config"]["env"] == {"NODE_ENV": "********"}
    assert "production" not in (await api.get(version)).text


async def test_reads_do_not_need_the_engine(api, fake):
    made = await create(api)
    fake.finish(made)
    fake.engine_away = True
    full = await api.get(f"/deployments/{made}")
    assert (full.status_code, full.json()["resources"]) == (200, None)


async def test_a_failed_version_says_why_while_the_old_one_serves(api, fake):
    made = await create(api)
    fake.finish(made)
    await api.post(f"/deployments/{made}/redeploy")
    fake.finish(made, VersionStatus.FAILED, failure=Failure("build_failed", "exit 1", "Look.", evidence=("a \udcff",)))
    full = (await api.get(f"/deployments/{made}")).json()
    assert (full["status"], full["version"], full["latest_version"]) == ("running", 1, 2)
    error = {"code": "build_failed", "message": "exit 1", "hint": "Look.", "transient": False, "evidence": ["a ?"]}
    assert full["error"] == error


async def test_patch_merges_env(api, fake):
    made = await create(api, env={"A": "1", "B": "2"})
    answer = await api.patch(
        f"/deployments/{made}", json={"env": {"A": None, "C": "3"}, "command": None, "branch": "x"}
    )
    assert answer.status_code == 200
    assert answer.json()["env"] == {"B": "********", "C": "********"}
    assert dict(fake.calls[1][1].fields) == {"command": None, "branch": "x"}
    merge = {"content-type": "application/merge-patch+json"}
    cleared = await api.patch(f"/deployments/{made}", content=b'{"env": null}', headers=merge)
    assert cleared.json()["env"] == {}


async def test_patch_of_nothing_changes_nothing(api, fake):
    made = await create(api)
    assert (await api.patch(f"/deployments/{made}", json={})).status_code == 200
    assert dict(fake.calls[1][1].env) == {}
    assert dict(fake.calls[1][1].fields) == {}


async def test_patch_keeps_the_environment_within_bounds(api):
    big = {f"K{number}": "x" * 60_000 for number in range(17)}
    made = await create(api, env=big)
    answer = await api.patch(f"/deployments/{made}", json={"env": {"MORE": "x" * 60_000}})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"path": "env", "message": "is larger than 1024 KiB in all"}]
    replaced = await api.patch(f"/deployments/{made}", json={"env": {"MORE": "x" * 60_000, "K0": None}})
    assert replaced.status_code == 200


async def test_life(api, fake):
    made = await create(api)
    at = f"/deployments/{made}"
    fake.finish(made)
    again = await api.post(f"{at}/redeploy")
    assert (again.status_code, again.json()) == (202, {"id": made, "status": "building"})
    cancelled = await api.post(f"{at}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (202, "running")
    nothing = await api.post(f"{at}/cancel")
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_cancel")
    await api.post(f"{at}/redeploy", json={})
    fake.finish(made)
    back = await api.post(f"{at}/rollback")
    assert (back.status_code, back.json()) == (
        200,
        {"id": made, "status": "running", "message": "Rolled back successfully"},
    )
    stopped = await api.post(f"{at}/stop")
    assert (stopped.status_code, stopped.json()["status"], stopped.json()["serving"]) == (200, "stopped", False)
    assert stopped.json()["resources"] is None
    started = await api.post(f"{at}/start")
    assert (started.status_code, started.json()["status"]) == (200, "running")
    gone = await api.delete(at)
    assert (gone.status_code, gone.content) == (204, b"")
    assert (await api.get(at)).status_code == 404
    assert (await api.delete(at)).status_code == 404


async def test_rollback_to_a_version(api, fake):
    made = await create(api)
    for _ in range(2):
        fake.finish(made)
        await api.post(f"/deployments/{made}/redeploy")
    fake.finish(made)
    back = await api.post(f"/deployments/{made}/rollback", json={"version": 1})
    assert back.status_code == 200
    assert (await api.get(f"/deployments/{made}/history")).json()[0]["rollback_of"] == 1


async def test_rollback_without_a_version_to_go_to(api):
    made = await create(api)
    answer = await api.post(f"/deployments/{made}/rollback")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_previous_version")


async def test_history_is_newest_first(api, fake):
    made = await create(api)
    fake.finish(made)
    await api.post(f"/deployments/{made}/redeploy")
    entries = (await api.get(f"/deployments/{made}/history")).json()
    assert [(one["version"], one["status"], one["kind"]) for one in entries] == [
        (2, "building", "redeploy"),
        (1, "running", "deploy"),
    ]
    assert all(set(one) == ENTRY for one in entries)
    assert (entries[1]["duration_seconds"], entries[1]["commit_sha"]) == (12.5, "abc1234")
    assert (entries[1]["commit"]["author"], entries[1]["image_size"]) == ("Ann", 10**8)
    assert (entries[0]["commit"], entries[0]["image_size"]) == (None, None)


async def test_a_version_tells_everything(api, fake):
    made = await create(api)
    fake.finish(made)
    found = (await api.get(f"/deployments/{made}/versions/1")).json()
    assert found["dockerfile"] == "FROM scratch\n"
    assert found["plan"]["start"] == ["python", "main.py"]
    assert found["origins"]["start"]["source"] == "main.py"
    assert found["commit"]["sha"] == "abc1234" + "0" * 33
    assert found["commit"]["subject"] == "Add ? things"
    assert found["stages"][0]["duration_seconds"] == 1.0
    for number in ("2", "0", "-1", "x", "1.0", "99999999999999999999"):
        assert (await api.get(f"/deployments/{made}/versions/{number}")).status_code == 404


@pytest.mark.parametrize(("path", "code"), [("connection", "not_a_database"), ("run", "not_a_cron_job")])
async def test_what_other_types_have(api, path, code):
    made = await create(api)
    answer = await api.request("GET" if path == "connection" else "POST", f"/deployments/{made}/{path}")
    assert (answer.status_code, answer.json()["code"]) == (409, code)


async def test_projects(api):
    made = await api.post("/projects", json={"name": "shop"})
    assert made.status_code == 201
    project = made.json()
    assert set(project) == {"id", "name", "created_at"}
    assert made.headers["location"] == f"/projects/{project['id']}"
    assert (await api.get("/projects")).json() == [project]
    assert (await api.get(f"/projects/{project['id']}")).json() == project
    assert (await api.post("/projects", json={"name": "shop"})).status_code == 409
    await create(api, project_id=project["id"])
    kept = await api.delete(f"/projects/{project['id']}")
    assert (kept.status_code, kept.json()["code"]) == (409, "project_not_empty")
    other = (await api.post("/projects", json={"name": "other"})).json()["id"]
    assert (await api.delete(f"/projects/{other}")).status_code == 204
    assert (await api.get(f"/projects/{other}")).status_code == 404


async def test_a_taken_name(api):
    await create(api)
    answer = await api.post("/deployments", json=BODY)
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


async def test_health(api, fake):
    found = (await api.get("/healthz", headers={"Authorization": ""})).json()
    assert (found["status"], found["version"], found["gateway"]) == ("ok", "1.2.3", {"status": "ok"})
    assert found["gateway_url"] == "http://127.0.0.1:8080"
    assert found["engine"]["version"] == "4.3.1"
    assert "secret.sock" not in str(found)
    fake.engine_away = True
    away = await api.get("/healthz")
    assert (away.status_code, away.json()["status"]) == (200, "degraded")
    assert (away.json()["engine"]["status"], away.json()["gateway"]["status"]) == ("unavailable", "unavailable")
    assert away.json()["engine"]["error"] == "the engine does not answer"
    fake.starting = True
    starting = (await api.get("/healthz")).json()
    assert (starting["status"], starting["engine"]["status"], starting["engine"]["error"]) == (
        "degraded",
        "starting",
        None,
    )
    assert starting["gateway"] == {"status": "starting"}


async def test_an_engine_that_is_away(api, fake):
    made = await create(api)
    fake.fault = Unavailable("The engine is away", hint="Start it.")
    answer = await api.post(f"/deployments/{made}/redeploy")
    assert (answer.status_code, answer.json()["hint"]) == (503, "Start it.")
    assert answer.headers["retry-after"] == "5"


async def test_what_nobody_foresaw_is_a_problem_without_a_trace(api, fake):
    made = await create(api)
    fake.fault = ZeroDivisionError("secret detail")
    answer = await api.get(f"/deployments/{made}")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert answer.json()["hint"]
