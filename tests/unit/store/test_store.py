"""What goes into the store comes out of it, byte for byte, also by another opener."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from runix_tui.core.models import (
    Commit,
    Deployment,
    Kind,
    Planner,
    Project,
    Release,
    ServiceConfig,
    ServiceType,
    StageTime,
    Version,
)
from runix_tui.core.plan import Origin, Plan, Runtime
from runix_tui.core.secret import Secret
from runix_tui.core.stages import Stage, VersionStatus
from runix_tui.errors import Conflict, Failure, NotFound, StoreError
from runix_tui.store.store import Store

NOW = datetime(2026, 2, 25, 10, 0, 0, 123456, UTC)
OFTEN = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=200)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
envs = st.dictionaries(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,20}", fullmatch=True), texts.map(Secret), max_size=5)
configs = st.builds(
    ServiceConfig,
    repo_url=texts,
    branch=st.none() | texts,
    root_dir=texts,
    instance_type=st.sampled_from(["starter", "pro"]),
    env=envs,
    port=st.none() | st.integers(1, 65535),
    command=st.none() | texts,
    planner=st.sampled_from(Planner),
    timezone=texts,
)
releases = st.builds(
    Release,
    image_id=texts,
    image_size=st.integers(0, 2**50),
    port=st.integers(1, 65535),
    start=st.none() | st.lists(texts, max_size=3).map(tuple),
    own_dockerfile=st.booleans(),
    env=st.dictionaries(texts, texts, max_size=3),
)
plans = st.builds(
    Plan,
    provider=st.just("python"),
    runtime=st.sampled_from(Runtime),
    start=st.lists(texts, max_size=3).map(tuple),
    env=st.dictionaries(texts, texts, max_size=2),
    origins=st.dictionaries(texts, st.builds(Origin, source=texts, reason=texts), max_size=2),
)
failures = st.builds(Failure, texts, texts, texts, st.booleans(), st.lists(texts, max_size=3).map(tuple))
stage_times = st.builds(StageTime, st.sampled_from(Stage), moments, st.none() | moments, st.none() | texts)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "runix.db"


@pytest.fixture
def store(path: Path):
    opened = Store.open(path)
    yield opened
    opened.close()


def a_deployment(name: str = "api", project_id: str | None = None, **more: object) -> Deployment:
    values = {
        "id": f"id-{name}-{project_id}",
        "name": name,
        "subdomain": f"{name}-{project_id}-x7kf",
        "service_type": ServiceType.WEB_SERVICE,
        "project_id": project_id,
        "config": ServiceConfig("https://git.test/api", env={"KEY": Secret("value")}),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Deployment(**(values | more))  # type: ignore[arg-type]


def test_the_home_id_is_made_once(path: Path) -> None:
    first = Store.open(path)
    home = first.home_id
    first.close()
    second = Store.open(path)
    assert second.home_id == home
    assert len(home) == 36
    second.close()


def test_settings(store: Store) -> None:
    assert store.setting("gateway_port") is None
    store.set_setting("gateway_port", "8080")
    store.set_setting("gateway_port", "8081")
    assert store.setting("gateway_port") == "8081"


@OFTEN
@given(config=configs, at=moments, credential=st.none() | texts.map(Secret))
def test_a_deployment_comes_back_as_it_was(store: Store, config: ServiceConfig, at: datetime, credential) -> None:
    deployment = a_deployment(config=config, created_at=at, updated_at=at)
    store.add_deployment(deployment, credential)
    try:
        assert store.deployment(deployment.id) == deployment
        assert store.deployments() == [deployment]
        assert store.credential(deployment.id) == credential
        changed = replace(deployment, stopped=True, deleting=True, serving_version=3, latest_version=4)
        store.save_deployment(changed)
        assert store.deployment(deployment.id) == changed
        assert store.credential(deployment.id) == credential
    finally:
        store.remove_deployment(deployment.id)


@OFTEN
@given(
    config=configs,
    release=st.none() | releases,
    plan=st.none() | plans,
    failure=st.none() | failures,
    stages=st.lists(stage_times, max_size=4).map(tuple),
    dockerfile=st.none() | texts,
    kind=st.sampled_from(Kind),
    status=st.sampled_from(VersionStatus),
    subject=texts,
)
def test_a_version_comes_back_as_it_was(
    store: Store, config, release, plan, failure, stages, dockerfile, kind, status, subject
) -> None:
    store.add_deployment(a_deployment(), None)
    try:
        queued = store.add_version("id-api-None", kind, config, now=NOW)
        version = replace(
            queued,
            status=status,
            stage=Stage.BUILDING,
            finished_at=NOW,
            commit=Commit("a" * 40, "Ada", subject, datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=5.5)))),
            plan=plan,
            dockerfile=dockerfile,
            release=release,
            container_id="c1",
            failure=failure,
            served=True,
            stages=stages,
        )
        store.save_version(version)
        assert store.version("id-api-None", 1) == version
        assert store.versions("id-api-None") == [version]
    finally:
        store.remove_deployment("id-api-None")


@pytest.mark.parametrize("value", ["$HOME 'q' \"d\" `x`\n\r\t", "\u2028 ☃ \U0001f600 \x85", "x" * 65536, " ", ""])
def test_env_values_survive_another_opener(path: Path, value: str) -> None:
    store = Store.open(path)
    store.add_deployment(a_deployment(config=ServiceConfig("u", env={"A": Secret(value)})), None)
    store.close()
    again = Store.open(path)
    deployment = again.deployment("id-api-None")
    again.close()
    assert deployment is not None
    assert deployment.config.env["A"].reveal() == value


def test_numbers_are_taken_in_turn_and_never_twice(store: Store) -> None:
    before = a_deployment()
    store.add_deployment(before, None)
    later = NOW + timedelta(seconds=5)
    assert [store.add_version(before.id, Kind.DEPLOY, before.config, now=later).number for _ in range(3)] == [1, 2, 3]
    now = store.deployment(before.id)
    assert now is not None
    assert (now.latest_version, now.updated_at) == (3, later)
    store.save_deployment(before)  # a value read before the versions were made
    assert store.add_version(before.id, Kind.ROLLBACK, before.config, now=later, rollback_of=1).number == 4
    assert [(version.number, version.rollback_of) for version in store.versions(before.id)][:2] == [(4, 1), (3, None)]


def test_a_few_versions_say_how_a_deployment_is(store: Store) -> None:
    deployment = replace(a_deployment(), serving_version=3)
    store.add_deployment(deployment, None)
    ends = ("failed", "superseded", "running", "failed", "queued", "cancelled", "superseded", "superseded")
    assert store.telling_versions(deployment) == []
    for end in ends:
        made = store.add_version(deployment.id, Kind.REDEPLOY, deployment.config, now=NOW)
        stage = Stage.LIVE if end == "running" else Stage(end)
        store.save_version(replace(made, status=VersionStatus(end), stage=stage))
    found = [version.number for version in store.telling_versions(deployment)]
    assert found == [8, 7, 6, 5, 3]
    assert [version.number for version in store.telling_versions(replace(deployment, serving_version=None))] == found[
        :-1
    ]
    assert store.telling_versions(deployment)[0] == store.version(deployment.id, 8)


def test_a_rollback_takes_the_release_along(store: Store) -> None:
    store.add_deployment(a_deployment(), None)
    release = Release("sha256:1", 5, 8080, ("python", "main.py"), False)
    commit = Commit("b" * 40, "Bo", "Fix")
    store.add_version(
        "id-api-None", Kind.ROLLBACK, ServiceConfig("u"), now=NOW, release=release, commit=commit, dockerfile="FROM x"
    )
    version = store.version("id-api-None", 1)
    assert version is not None
    assert (version.release, version.commit, version.dockerfile) == (release, commit, "FROM x")
    assert (version.status, version.stage) == (VersionStatus.QUEUED, Stage.QUEUED)


@pytest.mark.parametrize("project", [None, "p1"])
def test_a_name_is_unique_in_its_project(store: Store, project: str | None) -> None:
    for number in (1, 2):
        store.add_project(Project(f"p{number}", f"shop-{number}", NOW))
    store.add_deployment(a_deployment(project_id=project), None)
    with pytest.raises(Conflict, match="api") as caught:
        store.add_deployment(a_deployment(project_id=project, id="other", subdomain="other"), None)
    assert caught.value.code == "name_taken"
    store.add_deployment(a_deployment(project_id="p2"), None)  # the same name elsewhere
    moved = replace(a_deployment(project_id="p2"), project_id=project)
    with pytest.raises(Conflict) as caught:
        store.save_deployment(moved)
    assert caught.value.code == "name_taken"


def test_a_subdomain_is_unique(store: Store) -> None:
    store.add_deployment(a_deployment(), None)
    with pytest.raises(Conflict) as caught:
        store.add_deployment(a_deployment("web", subdomain="api-None-x7kf"), None)
    assert caught.value.code == "subdomain_taken"


def test_deployments_oldest_first_and_by_project(store: Store) -> None:
    store.add_project(Project("p", "shop", NOW))
    for age, (name, project) in enumerate([("c", None), ("b", "p"), ("a", None)]):
        store.add_deployment(a_deployment(name, project, created_at=NOW - timedelta(hours=age)), None)
    assert [deployment.name for deployment in store.deployments()] == ["a", "b", "c"]
    assert [deployment.name for deployment in store.deployments("p")] == ["b"]
    assert store.deployments("nothing") == []


def test_projects(store: Store) -> None:
    shop, blog = Project("1", "shop", NOW), Project("2", "blog", NOW - timedelta(days=1))
    store.add_project(shop)
    store.add_project(blog)
    assert store.projects() == [blog, shop]
    assert store.project("1") == shop
    assert store.project("3") is None
    with pytest.raises(Conflict) as caught:
        store.add_project(Project("3", "shop", NOW))
    assert caught.value.code == "name_taken"
    store.add_deployment(a_deployment(project_id="1"), None)
    with pytest.raises(Conflict) as caught:
        store.remove_project("1")
    assert caught.value.code == "project_not_empty"
    store.remove_project("2")
    with pytest.raises(NotFound):
        store.remove_project("2")
    with pytest.raises(NotFound, match="nope"):
        store.add_deployment(a_deployment("web", "nope"), None)


def test_removal_takes_versions_and_build_index_along(store: Store) -> None:
    deployment = a_deployment()
    store.add_deployment(deployment, Secret("ada:pass"))
    version = store.add_version(deployment.id, Kind.DEPLOY, deployment.config, now=NOW)
    store.add_build(deployment.id, 1, 1)
    store.remove_deployment(deployment.id)
    store.remove_deployment(deployment.id)
    assert store.deployment(deployment.id) is None
    assert store.versions(deployment.id) == []
    assert store.build_range(deployment.id, 1) is None
    assert store.credential(deployment.id) is None
    for write in (
        lambda: store.save_deployment(deployment),
        lambda: store.save_version(version),
        lambda: store.add_version(deployment.id, Kind.DEPLOY, deployment.config, now=NOW),
        lambda: store.add_build(deployment.id, 1, 1),
    ):
        with pytest.raises(NotFound):
            write()


def test_the_build_index(store: Store) -> None:
    deployment = a_deployment()
    store.add_deployment(deployment, None)
    for _ in range(3):
        store.add_version(deployment.id, Kind.DEPLOY, deployment.config, now=NOW)
    assert store.newest_build(deployment.id) is None
    store.add_build(deployment.id, 1, 1)
    store.end_build(deployment.id, 1, 40)
    store.add_build(deployment.id, 3, 41)
    assert store.build_range(deployment.id, 1) == (1, 40)
    assert store.build_range(deployment.id, 2) is None
    assert store.build_range(deployment.id, 3) == (41, None)
    assert store.newest_build(deployment.id) == 3


def test_a_transaction_is_all_or_nothing(store: Store) -> None:
    deployment = a_deployment()

    def fail() -> None:
        with store.transaction():
            store.set_setting("a", "b")
            store.add_deployment(replace(deployment, id="1", name="web", subdomain="1"), None)
            store.add_version("1", Kind.DEPLOY, deployment.config, now=NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.deployments() == []
    with store.transaction():
        store.add_deployment(deployment, None)
        with pytest.raises(NotFound):
            store.add_version("nobody", Kind.DEPLOY, deployment.config, now=NOW)
        with pytest.raises(RuntimeError):  # the inner one alone is undone
            fail()
        store.add_version(deployment.id, Kind.DEPLOY, deployment.config, now=NOW)
    assert store.setting("a") is None
    assert len(store.versions(deployment.id)) == 1


def test_two_openers_take_different_numbers(path: Path) -> None:
    stores = [Store.open(path), Store.open(path)]
    config = ServiceConfig("u")
    stores[0].add_deployment(a_deployment(), None)
    numbers: list[int] = []

    def take(store: Store) -> None:
        numbers.extend(store.add_version("id-api-None", Kind.DEPLOY, config, now=NOW).number for _ in range(50))

    threads = [threading.Thread(target=take, args=(store,)) for store in (*stores, stores[0])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 151))
    assert stores[0].home_id == stores[1].home_id
    for store in stores:
        store.close()


def test_a_damaged_row_is_told_without_its_values(store: Store) -> None:
    store.add_deployment(a_deployment(config=ServiceConfig("u", env={"A": Secret("hunter2")})), Secret("ada:hunter2"))
    store._database.change('UPDATE deployments SET env = \'{"A": "hunter2"\'')
    with pytest.raises(StoreError) as caught:
        store.deployments()
    assert "hunter2" not in repr(caught.value) + str(caught.value.__cause__)
    assert caught.value.hint


def test_text_that_is_no_unicode_is_refused_without_showing_it(store: Store) -> None:
    version = Version(
        "d", 1, Kind.DEPLOY, VersionStatus.QUEUED, Stage.QUEUED, ServiceConfig("u"), NOW, dockerfile="pass\ud800word"
    )
    with pytest.raises(StoreError) as caught:
        store.save_version(version)
    assert "word" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_calls_are_quick(store: Store) -> None:
    """They are made on the event loop: far below the milliseconds that a person or another request would notice."""
    store.add_deployment(a_deployment(), None)
    started = time.process_time()
    for _ in range(100):
        store.add_version("id-api-None", Kind.DEPLOY, ServiceConfig("u"), now=NOW)
        store.deployment("id-api-None")
    assert (time.process_time() - started) / 200 < 0.005
