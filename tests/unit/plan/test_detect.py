import pytest

from runix_tui.core.models import Planner
from runix_tui.core.plan import Runtime
from tests.plankit import STATIC_SITE, plan_of, refused, shell_text

FLASK = {"requirements.txt": "flask\ngunicorn\n", "app.py": "from flask import Flask\napp = Flask(__name__)\n"}
NODE = {"package.json": '{"scripts": {"start": "node x.js"}}', "x.js": ""}


def test_the_repository_s_own_dockerfile_comes_first() -> None:
    plan = plan_of({**FLASK, "Dockerfile": "FROM python\nARG API_URL\nCMD x\n"}, command="x y", port=99)
    assert (plan.runtime, plan.dockerfile, plan.start, plan.port) == (Runtime.DOCKERFILE, "Dockerfile", ("x", "y"), 99)
    assert {"API_URL", "VITE_*"} <= set(plan.build_variables)


def test_rules_can_be_asked_for() -> None:
    assert plan_of({**FLASK, "Dockerfile": "FROM python\n"}, planner=Planner.RULES).provider == "python"


def test_a_dockerfile_can_be_named() -> None:
    plan = plan_of({**FLASK, "deploy/api.Dockerfile": "FROM python\n"}, dockerfile="deploy/api.Dockerfile")
    assert plan.dockerfile == "deploy/api.Dockerfile"
    assert plan.origins["dockerfile"].source == "request"


@pytest.mark.parametrize("ask", [{"dockerfile": "other"}, {"planner": Planner.DOCKERFILE}])
def test_a_dockerfile_that_is_not_there_is_an_error(ask: dict[str, object]) -> None:
    error = refused({**FLASK, "deploy/Dockerfile": ""}, "no_dockerfile", **ask)
    assert "deploy/Dockerfile" in error.evidence[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("FROM python\n" + "#" * 12_000_000, "Dockerfile has 12000012 bytes; at most 262144 are read"),
        ("FROM python\n# caf\udce9\n", "Dockerfile is not UTF-8 text"),
    ],
)
def test_a_dockerfile_that_cannot_be_read_is_not_passed_over(text: str, says: str) -> None:
    assert refused({**FLASK, "Dockerfile": text}, "unreadable_dockerfile").message == says
    assert refused({"api.Dockerfile": text}, "unreadable_dockerfile", dockerfile="api.Dockerfile").hint
    assert plan_of({**FLASK, "Dockerfile": text}, planner=Planner.RULES).provider == "python"


def test_frameworks_come_before_languages() -> None:
    assert plan_of({**FLASK, **NODE}).provider == "python"
    assert plan_of({**NODE, "main.py": ""}).provider == "node"
    assert plan_of({"index.html": "", "main.py": ""}).provider == "python"


def test_a_start_command_that_names_a_language_decides() -> None:
    assert plan_of({**FLASK, **NODE}, command="node x.js").provider == "node"
    assert plan_of({**NODE, "main.py": ""}, command="python main.py").provider == "python"


def test_a_procfile_is_the_start_command() -> None:
    plan = plan_of({**FLASK, "Procfile": "# all\nworker: x\nweb: gunicorn app:app --bind :$PORT\n"})
    assert shell_text(plan) == "exec gunicorn app:app --bind :$PORT"
    assert plan.origins["start"].source == "Procfile:3"
    assert plan.framework == "flask"
    assert plan_of({**NODE, "Procfile": "web: node y.js\n"}).start == ("node", "y.js")


def test_a_release_process_runs_before_the_start() -> None:
    plan = plan_of({**FLASK, "Procfile": "release: flask db upgrade\nweb: gunicorn app:app\n"})
    assert shell_text(plan) == "flask db upgrade && exec gunicorn app:app"
    assert "line 1" in plan.origins["start"].reason


def test_the_request_wins_over_the_procfile() -> None:
    plan = plan_of({**FLASK, "Procfile": "web: gunicorn app:app\n"}, command="flask run")
    assert (plan.start, plan.origins["start"].source) == (("flask", "run"), "request")


def test_files_are_a_site() -> None:
    plan = plan_of({"index.html": "", "404.html": ""})
    assert (plan.runtime, plan.static_dir, plan.spa) == (Runtime.STATIC, ".", False)
    assert plan_of({"public/index.html": ""}).static_dir == "public"


def test_a_static_site_is_never_a_process() -> None:
    refused(FLASK, "nothing_detected", service_type=STATIC_SITE)
    assert plan_of({**NODE, "index.html": ""}, service_type=STATIC_SITE).runtime is Runtime.STATIC


def test_nothing_detected_says_what_was_looked_for_and_what_is_there() -> None:
    error = refused({"src/nothing.cob": "", "README": ""}, "nothing_detected")
    looked, found = error.evidence
    assert "package.json" in looked
    assert "main.py" in looked
    assert found == "found at the top: README, src/"
    assert refused({}, "nothing_detected").evidence[1] == "found at the top: nothing"


def test_nothing_detected_points_to_the_folders_of_a_monorepo() -> None:
    error = refused({"api/main.py": "", "apps/web/package.json": "", "README.md": ""}, "nothing_detected")
    assert error.hint == "Name the app's folder (root_dir, --root-dir): one of api, apps/web."


@pytest.mark.parametrize(("manifest", "language"), [("go.mod", "Go"), ("Gemfile", "Ruby"), ("composer.json", "PHP")])
def test_a_language_that_rules_do_not_know_is_named(manifest: str, language: str) -> None:
    error = refused({manifest: "", "public/index.html": ""}, "nothing_detected")
    assert language in " ".join(error.evidence)
    assert "Dockerfile" in error.hint


def test_what_the_request_says_is_in_the_plan_with_its_origin() -> None:
    plan = plan_of(FLASK, port=5000, health_path="/healthz", build_command="make")
    assert (plan.port, plan.health_path, plan.build) == (5000, "/healthz", ("make",))
    assert {plan.origins[name].source for name in ("port", "health_path", "build")} == {"request"}


def test_planning_twice_gives_the_same_plan() -> None:
    assert plan_of({**FLASK, **NODE}) == plan_of({**NODE, **FLASK})
