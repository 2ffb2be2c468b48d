"""Every sample app, planned, built and started on the real engine: the plan is right when the service answers."""

import http.client
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runix_tui import catalog
from runix_tui.core import labels
from runix_tui.core.models import InstanceType
from runix_tui.core.plan import Plan
from runix_tui.core.ports import BuildRequest, Container, ContainerSpec
from runix_tui.engine.engine import PodmanEngine
from runix_tui.locations import Locations
from runix_tui.plan.detect import PlanRequest, detect
from runix_tui.plan.dockerfile import render
from runix_tui.plan.ignore import ignore, repository_ignore
from runix_tui.plan.policy import check_dockerfile, check_plan, own_dockerfile
from runix_tui.plan.variables import matching
from runix_tui.source.tree import FolderTree
from tests.integration.building import built
from tests.integration.homes import home_with_caches, lasting_home

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]

APPS = Path(__file__).parents[1] / "apps"
SIZE = InstanceType("standard", 1, 512 * 1024**2, 256)
PORT = 8123  # neither anybody's default nor the renderer's


class Service:
    """A planned app that runs: what it answers, and what it wrote."""

    def __init__(self, container: Container, plan: Plan, image: str, log: Path) -> None:
        self.container, self.plan, self.image, self.log = container, plan, image, log

    def get(self, path: str = "/", **headers: str) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.container.address, PORT, timeout=5)
        try:
            connection.request("GET", path, headers={"Host": "app.localhost", **headers})
            response = connection.getresponse()
            return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        finally:
            connection.close()

    def json(self, path: str = "/") -> dict[str, object]:
        status, headers, body = self.get(path)
        assert headers.get("content-type", "").startswith("application/json"), (status, headers, body, self.said())
        return json.loads(body)

    def said(self) -> str:
        return self.log.read_text("utf-8") if self.log.exists() else ""


@pytest.fixture(scope="module")
def locations() -> Iterator[Locations]:
    with lasting_home() as made:
        yield made


@pytest.fixture(scope="module")
def home_id() -> Iterator[str]:
    """One for all apps: what a package manager fetched is at hand for the next, as in a home with several services."""
    with home_with_caches() as made:
        yield made


@pytest.fixture
async def deployed(engine: PodmanEngine, home_id: str, network: str, tmp_path: Path, eventually):
    """Plans, builds and starts a folder; gives the service once it answers."""

    async def deploy(root: Path, *, env: dict[str, str] | None = None, **ask: object) -> Service:
        log: list[str] = []
        plan, image = await build(engine, home_id, root, PlanRequest(**ask), env or {}, log)
        own = labels.of_home(home_id)
        spec = ContainerSpec(
            name=f"runix-{home_id[:8]}-app",
            image=image,
            network=network,
            labels=own,
            env={"PORT": str(PORT), "HOST": "0.0.0.0", **(env or {})},
            size=SIZE,
            log_path=tmp_path / "app.log",
            log_size=10 * 1024**2,
            command=plan.start or None,
        )
        service = Service(await engine.start((await engine.create(spec)).id), plan, image, spec.log_path)
        try:
            await eventually(lambda: answers(engine, service), within=120)
        except TimeoutError:
            pytest.fail("\n".join([*log[-20:], service.said()]))
        return service

    return deploy


async def build(
    engine: PodmanEngine, home_id: str, root: Path, ask: PlanRequest, env: dict[str, str], log: list[str]
) -> tuple[Plan, str]:
    tree, profiles = FolderTree(root), catalog.load().runtimes
    plan = detect(tree, ask, profiles)
    check_plan(plan)

    def sink(stream: str, text: str) -> None:
        log.extend(text.split("\n"))

    async def base(runtime: str, version: str, variant: str) -> str:
        found = profiles[runtime].base(version or profiles[runtime].default)
        assert found is not None
        return await engine.ensure_base(found, variant=variant, log=sink)

    run_base = await (base("static", "", "run") if plan.static_dir else base(plan.runtime, plan.version, "run"))
    build_base = await base(plan.runtime, plan.version, "build") if plan.install or plan.build else ""
    variables = matching(env, plan.build_variables)
    scope = f"runix-{home_id[:8]}-default"
    text = render(plan, build_base=build_base, run_base=run_base, cache_scope=scope, variables=variables)
    check_dockerfile(text, bases={build_base, run_base}, cache_scope=scope)
    request = BuildRequest(
        context=root,
        dockerfile=text,
        ignore=ignore(tree, None, repository_ignore(tree), needed=plan.manifests).lines,
        tag=f"localhost/runix-{home_id[:8]}/app:v1",
        labels=labels.of_home(home_id),
        args={name: env[name] for name in variables},
        build_id=f"{home_id[:8]}-app",
    )
    return plan, (await built(engine, request, sink)).id


async def answers(engine: PodmanEngine, service: Service) -> bool:
    """Whether it listens and answers. Where a bridge is gone somebody else may answer: the host is asked first."""
    if PORT not in {listener.port for listener in await engine.listeners(service.container.id)}:
        return False
    try:
        return service.get()[0] > 0
    except OSError:
        return False


async def test_flask_by_gunicorn(deployed: Callable) -> None:
    service = await deployed(APPS / "flask-guestbook")
    status, headers, body = service.get()
    assert status == 200
    assert headers["server"] == "gunicorn"
    assert b"Guestbook" in body


async def test_fastapi_by_uv(deployed: Callable) -> None:
    service = await deployed(APPS / "fastapi-notes")
    assert service.json()["notes"] == 0
    assert service.get()[1]["server"] == "uvicorn"


async def test_django_migrates_and_serves_collected_files(deployed: Callable) -> None:
    service = await deployed(APPS / "django-polls")
    assert service.get()[0] == 200
    status, headers, _ = service.get("/static/polls/style.css")
    assert (status, headers["content-type"].partition(";")[0]) == (200, "text/css")
    assert "Applying polls.0001_initial" in service.said()


async def test_poetry_and_the_project_s_own_script(deployed: Callable) -> None:
    service = await deployed(APPS / "poetry-flask")
    assert set(service.json()) == {"text", "author"}
    assert f"quotes on port {PORT}" in service.said()


async def test_pdm(deployed: Callable) -> None:
    assert (await deployed(APPS / "pdm-bottle")).json() == {"links": 0}


async def test_plain_python(deployed: Callable) -> None:
    assert (await deployed(APPS / "plain-python")).get()[0] == 200


async def test_npm(deployed: Callable) -> None:
    service = await deployed(APPS / "express-api")
    answer = service.json()
    assert answer["env"] == "production"
    assert str(answer["node"]).startswith(f"v{service.plan.version}.")


async def test_pnpm(deployed: Callable) -> None:
    assert (await deployed(APPS / "node-pnpm")).json("/x")["path"] == "/x"


async def test_yarn_builds_typescript(deployed: Callable) -> None:
    assert (await deployed(APPS / "node-yarn")).json()["host"] == "app.localhost"


async def test_vite_is_served_as_a_single_page_app(deployed: Callable) -> None:
    secret = "canary-of-the-run-time"
    service = await deployed(APPS / "vite-site", env={"VITE_GREETING": "Good morning", "API_TOKEN": secret})
    status, headers, page = service.get("/about")
    assert (status, headers["cache-control"], headers["server"]) == (200, "no-cache", "nginx")
    script = page.decode().split('src="')[1].split('"')[0]
    status, headers, _ = service.get(script, **{"Accept-Encoding": "gzip"})
    assert (status, headers["content-type"].partition(";")[0]) == (200, "application/javascript")
    assert headers["content-encoding"] == "gzip"
    assert b"Good morning" in service.get(script)[2]
    assert secret.encode() not in service.get(script)[2]
    assert service.get("/assets/gone-12345678.js")[0] == 404
    assert service.get("/.git/config")[0] == 404
    assert service.get("/.env")[0] == 404


async def test_a_static_site_has_its_own_404(deployed: Callable) -> None:
    service = await deployed(APPS / "static-site", service_type="static_site")
    assert service.get()[0] == 200
    assert service.get("/visit")[0] == 200
    status, _, body = service.get("/nothing")
    assert status == 404
    assert body == (APPS / "static-site" / "404.html").read_bytes()
    assert service.get("/css/style.css")[1]["content-type"].startswith("text/css")


async def test_hidden_files_of_a_site_are_never_served(deployed: Callable, tmp_path: Path) -> None:
    root = tmp_path / "site"
    shutil.copytree(APPS / "static-site", root)
    for name in (".hidden", ".well-known/security.txt", ".git/config", ".env"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("text")
    service = await deployed(root)
    assert service.get("/.hidden")[0] == 404
    assert service.get("/.git/config")[0] == 404
    assert service.get("/.env")[0] == 404
    assert service.get("/.well-known/security.txt")[0] == 200


OWN = """# syntax=docker/dockerfile:1
ARG BASE=localhost/unknown
FROM ${BASE} AS Files
SHELL ["/bin/sh", "-ec"]
WORKDIR /work
RUN --mount=type=cache,target=/cache,id=../../up --mount=source=words.txt,target=/words.txt <<EOF
test -d /cache
tr a-z A-Z < /words.txt > "shout.txt"
false || echo 'it''s "$0"' >> shout.txt
EOF
RUN cat > more.py <<'PYTHON' && \\
    # between
    chmod 700 more.py
print("$HOME", 1 << 4)
PYTHON
RUN <<SCRIPT
#!/usr/bin/python3
print("by its own first line", file=open("script.txt", "w"))
SCRIPT
FROM ${BASE}
COPY --link --from=files /work /work
CMD ["cat"]
"""


async def test_an_own_dockerfile_builds_as_it_was_meant(engine: PodmanEngine, home_id: str, tmp_path: Path) -> None:
    """What policy writes again runs on engines that know no heredocs, with the same meaning."""
    base = catalog.load().runtimes["python"].base("3.11")
    assert base is not None
    reference = await engine.ensure_base(base, variant="run", log=lambda stream, line: None)
    (tmp_path / "words.txt").write_text("quiet\n")
    found = own_dockerfile(
        OWN.replace("localhost/unknown", reference).replace("\\\\", "\\"),
        tree=FolderTree(tmp_path),
        cache_scope=f"runix-{home_id[:8]}-default",
        bind_mounts_safe=False,
    )
    assert found.bases == (reference,)
    check = "RUN cat /work/shout.txt && python3 /work/more.py && cat /work/script.txt"
    log: list[str] = []
    request = BuildRequest(
        context=tmp_path,
        dockerfile=found.text + check,
        ignore=(),
        tag=f"localhost/runix-{home_id[:8]}/own:v1",
        labels=labels.of_home(home_id),
        build_id=f"{home_id[:8]}-own",
    )
    await built(engine, request, lambda stream, text: log.extend(text.split("\n")))
    said = [line.strip() for line in log]
    for line in ("QUIET", 'its "$0"', "$HOME 16", "by its own first line"):
        assert line in said, "\n".join(log)
