import pytest

from runix_tui.core.models import ServiceType
from tests.plankit import plan_of, refused, rendered, shell_text

FLASK = "from flask import Flask\napp = Flask(__name__)\n"
RENAMED = "from fastapi import FastAPI as F\ndef create_app():\n    a = F()\n    return a\n"
GUARDED = (
    "try:\n    import x\nexcept ImportError:\n    x = 1\nif x:\n    from fastapi import FastAPI\n    app = FastAPI()\n"
)
FASTAPI = "from fastapi import FastAPI\napp = FastAPI()\n"


def test_flask_with_gunicorn() -> None:
    plan = plan_of({"requirements.txt": "Flask==3.0\ngunicorn\n", "app.py": FLASK})
    assert shell_text(plan) == "exec gunicorn --bind 0.0.0.0:$PORT --threads 8 --access-logfile - app:app"
    assert plan.origins["start"].source == "app.py:2"
    assert plan.manifests == ("requirements.txt",)
    assert plan.origins["install"].source == "requirements.txt"


def test_a_gunicorn_configuration_keeps_its_say() -> None:
    plan = plan_of({"requirements.txt": "flask\ngunicorn\n", "app.py": FLASK, "gunicorn.conf.py": "workers = 2\n"})
    assert "--threads" not in shell_text(plan)


def test_flask_without_a_server_gets_its_own_and_the_plan_says_so() -> None:
    plan = plan_of({"requirements.txt": "flask\n", "hello.py": FLASK})
    assert shell_text(plan) == "exec flask --app hello:app run --host 0.0.0.0 --port $PORT"
    assert "no server in the manifest" in plan.origins["start"].reason
    assert plan.origins["start"].confidence < 1


def test_fastapi_without_a_server_is_an_error_that_says_what_to_add() -> None:
    error = refused({"requirements.txt": "fastapi\n", "main.py": FASTAPI}, "no_server")
    assert "uvicorn" in error.hint


@pytest.mark.parametrize(
    ("requirements", "start"),
    [
        ("fastapi\nuvicorn[standard]", "exec uvicorn --host 0.0.0.0 --port $PORT main:app"),
        ("fastapi[standard]", "exec uvicorn --host 0.0.0.0 --port $PORT main:app"),
        ("fastapi\nhypercorn", "exec hypercorn --bind 0.0.0.0:$PORT main:app"),
        ("fastapi\ngranian", "exec granian --interface asgi --host 0.0.0.0 --port $PORT main:app"),
        ("fastapi\nuvicorn\ngunicorn", "exec uvicorn --host 0.0.0.0 --port $PORT main:app"),
    ],
)
def test_the_server_is_that_of_the_manifest(requirements: str, start: str) -> None:
    assert shell_text(plan_of({"requirements.txt": requirements, "main.py": FASTAPI})) == start


@pytest.mark.parametrize(
    ("path", "text", "target"),
    [
        ("service.py", "import fastapi\nweb: fastapi.FastAPI = fastapi.FastAPI(title='x')\n", "service:web"),
        ("src/shop/api.py", FASTAPI, "shop.api:app"),
        ("backend/main.py", "from models import X\n" + FASTAPI, "main:app"),
        ("backend/main.py", "from backend.models import X\n" + FASTAPI, "backend.main:app"),
        ("shop/__init__.py", RENAMED, "--factory shop:create_app"),
        ("main.py", "from shop import create_app\napi = create_app()\n", "main:api"),
        ("app.py", GUARDED, "app:app"),
    ],
)  # fmt: skip
def test_module_and_variable_are_found_in_the_syntax_tree(path: str, text: str, target: str) -> None:
    files = {
        "requirements.txt": "fastapi\nuvicorn\n",
        "backend/models.py": "",
        "shop/__init__.py": "from fastapi import FastAPI\ndef create_app():\n    return FastAPI()\n",
        "tests/main.py": FASTAPI,
        path: text,
    }
    if path.startswith(("backend", "src", "service", "app")):
        del files["shop/__init__.py"]
    assert shell_text(plan_of(files)) == f"exec uvicorn --host 0.0.0.0 --port $PORT {target}"


def test_a_folder_that_imports_start_from_is_put_on_the_path() -> None:
    plan = plan_of({"requirements.txt": "fastapi\nuvicorn\n", "src/main.py": FASTAPI})
    assert plan.env == {"PYTHONPATH": "/app/src"}
    assert "ENV PYTHONPATH=/app/src" in rendered(plan)


def test_what_only_runs_as_a_script_or_needs_arguments_is_no_application() -> None:
    text = (
        "from flask import Flask\ndef create_app(config):\n    return Flask(__name__)\n"
        "if __name__ == '__main__':\n    app = create_app({})\n    app.run()\n"
    )
    plan = plan_of({"requirements.txt": "flask\ngunicorn\n", "main.py": text})
    assert plan.start == ("python3", "main.py")


def test_wsgi_factories_are_called() -> None:
    text = "from flask import Flask\ndef create_app(test=None):\n    app = Flask(__name__)\n    return app\n"
    assert shell_text(plan_of({"requirements.txt": "flask\ngunicorn", "shop/__init__.py": text})).endswith(
        "'shop:create_app()'"
    )
    waitress = plan_of({"requirements.txt": "flask\nwaitress", "shop/__init__.py": text})
    assert shell_text(waitress) == "exec waitress-serve --listen=0.0.0.0:$PORT --call shop:create_app"


def test_a_broken_file_does_not_break_the_plan() -> None:
    assert "app:app" in shell_text(plan_of({"requirements.txt": "flask\n", "app.py": FLASK, "old.py": "print 'flask'"}))


@pytest.mark.parametrize("framework", ["starlette", "litestar", "quart", "falcon"])
def test_other_frameworks_are_known(framework: str) -> None:
    imports = {
        "starlette": "from starlette.applications import Starlette as A",
        "litestar": "from litestar import Litestar as A",
        "quart": "from quart import Quart as A",
        "falcon": "from falcon import App as A",
    }
    plan = plan_of({"requirements.txt": f"{framework}\nhypercorn", "web.py": f"{imports[framework]}\napp = A()\n"})
    assert plan.framework == framework
    assert "web:app" in shell_text(plan)


# --- package managers -------------------------------------------------------------------------------------------------

PROJECT = '[project]\nname = "x"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["flask>=3", "gunicorn"]\n'
EXPORTED = "--output /tmp/requirements.txt && pip install --no-deps -r /tmp/requirements.txt"
BUILD = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'


@pytest.mark.parametrize(
    ("files", "manager", "install", "build"),
    [
        ({"pyproject.toml": PROJECT, "uv.lock": ""}, "uv", "uv sync --frozen --no-dev --no-install-project", ()),
        ({"pyproject.toml": PROJECT + "[tool.uv]\n"}, "uv", "uv sync --no-dev --no-install-project", ()),
        (
            {"pyproject.toml": PROJECT + BUILD, "uv.lock": ""},
            "uv",
            "uv sync --frozen --no-dev --no-install-project",
            ("uv sync --frozen --no-dev",),
        ),
        (
            {"pyproject.toml": '[tool.poetry.dependencies]\nflask = "*"\n', "poetry.lock": "# by Poetry 1.8.3"},
            "poetry@1.8",
            f"poetry export --only main {EXPORTED}",
            (),
        ),
        ({"pyproject.toml": PROJECT + "[tool.pdm]\n", "pdm.lock": ""}, "pdm", f"pdm export --prod {EXPORTED}", ()),
        ({"Pipfile": '[packages]\nflask = "*"\n', "Pipfile.lock": "{}"}, "pipenv", "pipenv sync", ()),
        ({"Pipfile": '[packages]\nflask = "*"\n'}, "pipenv", "pipenv install --skip-lock", ()),
        ({"requirements.txt": "flask", "pyproject.toml": "[tool.x]"}, "pip", "pip install -r requirements.txt", ()),
        ({"setup.py": "setup(install_requires=['flask'])"}, "pip", "pip install .", ()),
    ],
)  # fmt: skip
def test_the_package_manager_is_that_of_the_files(
    files: dict[str, str], manager: str, install: str, build: tuple[str, ...]
) -> None:
    plan = plan_of({"app.py": FLASK, **files})
    assert (plan.package_manager, plan.install, plan.build) == (manager, (install,), build)
    assert plan.framework == "flask"


def test_a_plain_pyproject_installs_what_it_depends_on_by_its_manifest_alone() -> None:
    plan = plan_of({"pyproject.toml": PROJECT, "app.py": FLASK})
    assert plan.manifests == ("pyproject.toml",)
    assert "['project'].get('dependencies', [])" in plan.install[0]
    assert plan.build == ()
    packaged = plan_of({"pyproject.toml": PROJECT + BUILD, "app.py": FLASK})
    assert packaged.build == ("pip install --no-deps .",)


def test_requirements_are_followed_into_the_files_they_name() -> None:
    files = {
        "requirements.txt": "-r requirements/base.txt\n",
        "requirements/base.txt": "-c limits.txt\nflask\n",
        "requirements/limits.txt": "flask<4\n",
        "app.py": FLASK,
    }
    assert plan_of(files).manifests == ("requirements.txt", "requirements/base.txt", "requirements/limits.txt")


@pytest.mark.parametrize("line", ["-e .", ".", "./libs/x", "-r missing.txt", "x @ file:libs/x", "file:libs/x"])
def test_requirements_that_are_local_need_the_whole_source(line: str) -> None:
    plan = plan_of({"requirements.txt": f"flask\n{line}\n", "app.py": FLASK})
    if line.startswith("x @"):
        return
    assert plan.manifests == ()
    assert rendered(plan).index("COPY . .") < rendered(plan).index("pip install -r")


def test_requirements_that_name_the_project_itself_mean_its_dependencies_too() -> None:
    files = {
        "requirements.txt": "-e .\ngunicorn\n",
        "pyproject.toml": PROJECT.replace(', "gunicorn"', ""),
        "app.py": FLASK,
    }
    assert "gunicorn" in shell_text(plan_of(files))


def test_a_build_command_of_the_request_takes_the_place_of_the_rules_only() -> None:
    plan = plan_of({"pyproject.toml": PROJECT + BUILD, "app.py": FLASK}, build_command="make css")
    assert plan.build == ("pip install --no-deps .", "make css")
    assert plan.origins["build"].source == "request"


@pytest.mark.parametrize(
    ("files", "version", "source"),
    [
        ({".python-version": "3.13\n"}, "3.13", ".python-version:1"),
        ({"runtime.txt": "python-3.11.9\n"}, "3.11", "runtime.txt:1"),
        ({"pyproject.toml": '[project]\nrequires-python = ">=3.12"\n'}, "3.13", "pyproject.toml requires-python"),
        ({"Pipfile": '[requires]\npython_version = "3.13"\n'}, "3.13", "Pipfile requires"),
        ({".tool-versions": "nodejs 20\npython 3.13.1\n"}, "3.13", ".tool-versions:2"),
        ({"mise.toml": '[tools]\npython = "3.13"\n'}, "3.13", "mise.toml tools.python"),
        ({".python-version": "3.13", "runtime.txt": "python-3.11"}, "3.13", ".python-version:1"),
        ({}, "3.11", "default of the rules"),
    ],
)
def test_the_version_is_that_of_the_files_in_their_order(files: dict[str, str], version: str, source: str) -> None:
    plan = plan_of({"main.py": "", **files})
    assert (plan.version, plan.origins["version"].source) == (version, source)


def test_python_2_is_an_error_that_names_what_there_is() -> None:
    error = refused({"main.py": "", "runtime.txt": "python-2.7.18"}, "no_such_version")
    assert "3.11" in error.message
    assert "3.13" in error.hint


def test_a_manifest_that_cannot_be_read_is_an_error_with_its_name() -> None:
    assert "pyproject.toml" in refused({"pyproject.toml": "[project", "main.py": ""}, "bad_manifest").message


def test_system_packages_come_with_what_needs_them() -> None:
    plan = plan_of({"requirements.txt": "flask\npsycopg2\npsycopg[binary]\n", "app.py": FLASK})
    assert (plan.build_packages, plan.runtime_packages) == (("libpq-dev",), ("libpq5",))
    assert plan_of({"requirements.txt": "flask\npsycopg[binary]\n", "app.py": FLASK}).runtime_packages == ()


# --- plain ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "start", "source"),
    [
        ({"main.py": ""}, ("python3", "main.py"), "main.py"),
        ({"server.py": "", "helper.py": ""}, ("python3", "server.py"), "server.py"),
        ({"shop/__main__.py": "", "shop/__init__.py": ""}, ("python3", "-m", "shop"), "shop/__main__.py"),
        ({"worker.py": "if __name__ == '__main__':\n    pass\n", "lib.py": ""}, ("python3", "worker.py"), "worker.py"),
        (
            {"pyproject.toml": PROJECT + BUILD + '[project.scripts]\nserve = "x.cli:main"\n', "x/cli.py": ""},
            ("serve",),
            "pyproject.toml scripts.serve",
        ),
        (
            {"pyproject.toml": PROJECT + '[tool.pdm.scripts]\nstart = {cmd = "python -m x"}\n', "x/y.py": ""},
            ("python", "-m", "x"),
            "pyproject.toml scripts.start",
        ),
    ],
)
def test_a_start_has_a_file_that_says_so(files: dict[str, str], start: tuple[str, ...], source: str) -> None:
    plan = plan_of(files)
    assert (plan.start, plan.origins["start"].source) == (start, source)


def test_a_library_is_nothing_to_start() -> None:
    refused({"pyproject.toml": PROJECT, "x/__init__.py": "", "x/core.py": "A = 1\n"}, "nothing_detected")


def test_a_command_of_the_request_wins_and_needs_no_entry_point() -> None:
    plan = plan_of({"requirements.txt": "celery\n", "tasks.py": ""}, command="celery -A tasks worker")
    assert plan.start == ("celery", "-A", "tasks", "worker")
    assert plan.origins["start"].source == "request"
    assert plan_of({"requirements.txt": "flask\n", "app.py": FLASK}, command="x $PORT").start[2] == "exec x $PORT"


def test_a_script_that_starts_a_server_is_the_author_s_way() -> None:
    files = {
        "pyproject.toml": PROJECT.replace("gunicorn", "waitress")
        + BUILD
        + '[project.scripts]\nshop = "shop.cli:main"\n',
        "shop/__init__.py": FLASK,
        "shop/cli.py": "from waitress import serve\ndef main():\n    serve(app)\n",
    }
    assert plan_of(files).start == ("shop",)
    files["shop/cli.py"] = "def main():\n    print('a report')\n"
    assert shell_text(plan_of(files)) == "exec waitress-serve --listen=0.0.0.0:$PORT shop:app"


def test_streamlit() -> None:
    plan = plan_of({"requirements.txt": "streamlit\n", "dashboard.py": "import streamlit as st\n"})
    assert "streamlit run dashboard.py --server.address 0.0.0.0 --server.port $PORT" in shell_text(plan)


def test_mkdocs_is_a_site() -> None:
    files = {
        "requirements.txt": "mkdocs-material\n",
        "mkdocs.yml": "site_name: x\nsite_dir: public\n",
        "docs/index.md": "",
    }
    plan = plan_of(files, service_type=ServiceType.STATIC_SITE)
    assert (plan.build, plan.static_dir, plan.spa) == (("mkdocs build",), "public", False)
    assert "/app/public" in rendered(plan)


def test_the_port_of_a_start_command_is_the_plan_s() -> None:
    plan = plan_of({"main.py": ""}, command="python main.py --port 5000")
    assert (plan.port, plan.origins["port"].source) == (5000, "request")
    assert plan_of({"main.py": ""}, command="python main.py --port 5000", port=9000).port == 9000
    assert plan_of({"main.py": ""}).port is None


@pytest.mark.parametrize("runner", ["poetry run", "uv run --no-dev", "pipenv run", "pdm run"])
def test_runners_are_left_out_as_releases_have_none(runner: str) -> None:
    plan = plan_of({"main.py": "", "Procfile": f"web: {runner} python main.py\n"})
    assert plan.start == ("python", "main.py")


def test_python_by_its_short_name_is_there_without_anything_to_install() -> None:
    assert "venv --without-pip" in rendered(plan_of({"main.py": ""}, command="python main.py"))
    assert "venv" not in rendered(plan_of({"main.py": ""})).replace("/opt/venv/bin:", "")
