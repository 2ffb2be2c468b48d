import json
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runix_tui.core.plan import Plan, Runtime
from runix_tui.errors import PlanError
from runix_tui.plan.dockerfile import encode, render
from runix_tui.plan.policy import check_dockerfile, check_plan
from runix_tui.plan.readback import parse
from runix_tui.plan.toolchain import MANAGERS
from tests.plankit import BUILD_BASE, RUN_BASE, SCOPE, rendered

FLASK = Plan(
    provider="python",
    runtime=Runtime.PYTHON,
    version="3.11",
    package_manager="pip",
    manifests=("requirements.txt",),
    install=("pip install -r requirements.txt",),
    start=("gunicorn", "app:app"),
)
VITE = Plan(
    provider="node",
    runtime=Runtime.NODE,
    version="22",
    package_manager="npm",
    manifests=("package.json", "package-lock.json"),
    install=("npm ci",),
    build=("npm run build",),
    static_dir="dist",
    spa=True,
)


def index(text: str, *wanted: str) -> list[int]:
    lines = text.split("\n")
    return [next(number for number, line in enumerate(lines) if part in line) for part in wanted]


def test_layers_are_ordered_for_caching() -> None:
    text = rendered(VITE.model_copy(update={"build_packages": ("libvips-dev",)}), ("VITE_API",))
    order = index(text, "apt-get", "COPY package", "npm ci", "COPY . .", "ARG VITE_API", "npm run build", "FROM local")
    assert order[:-1] == sorted(order[:-1])


def test_a_source_change_touches_nothing_but_the_last_copy() -> None:
    text = rendered(FLASK)
    install, source = index(text, "pip install -r", "COPY --chown=10001:10001 . /app/")
    assert source > install
    assert "COPY . ." not in text


def test_build_variables_exist_in_the_build_stage_alone() -> None:
    build, release = rendered(VITE, ("VITE_API", "VITE_KEY")).split("\nFROM ", 1)
    assert "ARG VITE_API\nARG VITE_KEY" in build
    assert "VITE" not in release


def test_the_release_starts_from_a_clean_base_as_a_number() -> None:
    release = rendered(FLASK).split("\nFROM ", 1)[1]
    assert release.startswith(RUN_BASE)
    assert "USER 10001:10001" in release
    assert "--mount" not in release
    assert 'CMD ["gunicorn", "app:app"]' in release
    assert "ENV PYTHONUNBUFFERED=1" in release


def test_without_anything_to_build_there_is_one_stage() -> None:
    text = rendered(Plan(provider="python", runtime=Runtime.PYTHON, start=("python3", "main.py")))
    assert text.count("FROM ") == 1
    assert BUILD_BASE not in text


def test_an_install_that_needs_the_source_gets_it_first() -> None:
    plan = FLASK.model_copy(update={"manifests": (), "install": ("pip install .",)})
    text = rendered(plan)
    source, install = index(text, "COPY . .", "pip install .")
    assert source < install
    assert "COPY --from=build --chown=10001:10001 /app /app" in text


def test_manifests_keep_their_folders_and_odd_names() -> None:
    plan = FLASK.model_copy(update={"manifests": ("requirements.txt", "requirements/base.txt", "my list.txt")})
    text = rendered(plan)
    assert 'COPY ["my list.txt", "requirements.txt", "./"]' in text
    assert "COPY requirements/base.txt ./requirements/" in text


def test_cache_mounts_are_of_the_scope_and_only_in_the_build() -> None:
    text = rendered(VITE)
    assert f"--mount=type=cache,id={SCOPE}-npm,target=/root/.npm npm ci" in text


def test_environment_values_arrive_as_they_are() -> None:
    plan = FLASK.model_copy(update={"env": {"A": 'x "y" $Z \\ ', "B": ""}})
    assert r'ENV A="x \"y\" \$Z \\ "' in rendered(plan)


def test_a_site_listens_on_the_port_of_its_start() -> None:
    text = rendered(VITE)
    assert "listen __PORT__;" in text
    assert "${PORT:-8080}" in json.loads(text.split("\nCMD ")[1].split("\n")[0])[2]
    assert "STOPSIGNAL SIGQUIT" in text


@pytest.mark.parametrize(("spa", "fallback"), [(True, "$uri/ /index.html;"), (False, "$uri/ =404;")])
def test_unknown_paths_of_a_site(spa: bool, fallback: str) -> None:
    assert fallback in rendered(VITE.model_copy(update={"spa": spa}))


@pytest.mark.parametrize(
    ("package_manager", "runtime", "command"),
    [
        ("pnpm@9.15.9", Runtime.NODE, "npm install --global pnpm@9.15.9"),
        ("yarn@1", Runtime.NODE, "npm install --global yarn@1"),
        ("yarn@4.9.2", Runtime.NODE, "npm install --global @yarnpkg/cli-dist@4.9.2"),
        ("poetry@1.8", Runtime.PYTHON, "/opt/tools/bin/pip install 'poetry==1.8.*' poetry-plugin-export"),
        ("uv", Runtime.PYTHON, "/opt/tools/bin/pip install uv"),
    ],
)
def test_a_package_manager_is_installed_in_the_build(package_manager: str, runtime: Runtime, command: str) -> None:
    plan = FLASK.model_copy(update={"package_manager": package_manager, "runtime": runtime})
    build, release = rendered(plan).split("\nFROM ", 1)
    assert command in build
    assert command not in release


@pytest.mark.parametrize(
    "plan",
    [
        Plan(provider="dockerfile", runtime=Runtime.DOCKERFILE, dockerfile="Dockerfile"),
        Plan(provider="python", runtime=Runtime.PYTHON),
    ],
)
def test_a_plan_without_a_dockerfile_of_ours_is_an_error(plan: Plan) -> None:
    with pytest.raises(PlanError) as caught:
        render(plan, build_base=BUILD_BASE, run_base=RUN_BASE, cache_scope=SCOPE, variables=())
    assert caught.value.hint


# --- properties -------------------------------------------------------------------------------------------------------

words = st.text(string.ascii_letters + string.digits + " ./:=@$'\"&;{}()|!?*,_-\\äß#", min_size=1, max_size=40)
names = st.text(string.ascii_lowercase, min_size=2, max_size=10)
paths = st.lists(st.text(string.ascii_letters + "._ -", min_size=1, max_size=8), min_size=1, max_size=3).map("/".join)
runtimes = st.sampled_from([Runtime.PYTHON, Runtime.NODE, Runtime.STATIC])

plans = st.builds(
    Plan,
    provider=names,
    runtime=runtimes,
    version=st.sampled_from(["", "3.11", "22"]),
    package_manager=st.sampled_from(["", *MANAGERS, "pnpm@9", "yarn@4.1.0", "poetry@1.8"]),
    build_packages=st.lists(names, max_size=3).map(tuple),
    runtime_packages=st.lists(names, max_size=3).map(tuple),
    manifests=st.lists(paths, max_size=4, unique=True).map(tuple),
    install=st.lists(words, max_size=3).map(tuple),
    build=st.lists(words, max_size=3).map(tuple),
    start=st.lists(words, max_size=4).map(tuple),
    port=st.none() | st.integers(1, 65535),
    static_dir=st.none() | paths,
    spa=st.booleans(),
    env=st.dictionaries(names, words, max_size=3),
)


@settings(max_examples=400)
@given(plans, st.lists(names, max_size=3, unique=True))
def test_what_passes_policy_is_rendered_passes_again_and_reads_back(plan: Plan, variables: list[str]) -> None:
    try:
        check_plan(plan)
        text = render(plan, build_base=BUILD_BASE, run_base=RUN_BASE, cache_scope=SCOPE, variables=variables)
    except PlanError:
        return
    check_dockerfile(text, bases={BUILD_BASE, RUN_BASE}, cache_scope=SCOPE)
    assert parse(text) == encode(plan)
