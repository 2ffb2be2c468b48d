import json

import pytest

from runix_tui.errors import PlanError
from runix_tui.plan.mounts import cache_id
from runix_tui.plan.own import OwnDockerfile, own_dockerfile
from runix_tui.plan.substitution import builtins
from tests.fakes import MemoryTree

PIP = cache_id("/root/.cache/pip", "scope")
TREE = MemoryTree({"uv.lock": "", "src/a": "", "link/x": ""}, links=["link"])


def own(text: str, *, safe: bool = False) -> OwnDockerfile:
    found = own_dockerfile(text, tree=TREE, cache_scope="scope", bind_mounts_safe=safe)
    again = own_dockerfile(found.text, tree=TREE, cache_scope="scope", bind_mounts_safe=True)
    assert again.bases == found.bases, "what goes to the engine names the same images"
    return found


def lines(text: str, *, safe: bool = False) -> list[str]:
    return own(text, safe=safe).text.rstrip("\n").split("\n")


def test_a_usual_dockerfile_passes_in_one_form() -> None:
    found = own(
        """# syntax=docker/dockerfile:1.7
ARG VERSION=3.11
FROM --platform=$BUILDPLATFORM python:${VERSION}-slim AS Build
WORKDIR /src
COPY --link requirements.txt .
RUN --mount=type=cache,target=/root/.cache/pip \\
    # all of them
    pip install -r requirements.txt
FROM python:${VERSION}-slim as final
ARG GIT_SHA
COPY --from=build --chown=1000 /src /src
COPY --from=nginx:1.27 /etc/nginx/mime.types /
EXPOSE 8000/tcp 9000 53/udp
USER nobody
CMD ["python", "app.py"]
"""
    )
    assert found.text.split("\n") == [
        "ARG VERSION=3.11",
        "FROM docker.io/library/python:3.11-slim AS build",
        "WORKDIR /src",
        "COPY requirements.txt .",
        f"RUN --mount=type=cache,target=/root/.cache/pip,id={PIP} pip install -r requirements.txt",
        "FROM docker.io/library/python:3.11-slim AS final",
        "ARG GIT_SHA",
        "COPY --from=build --chown=1000 /src /src",
        "COPY --from=docker.io/library/nginx:1.27 /etc/nginx/mime.types /",
        "EXPOSE 8000/tcp 9000 53/udp",
        "USER nobody",
        'CMD ["python", "app.py"]',
        "",
    ]
    assert found.bases == ("docker.io/library/python:3.11-slim", "docker.io/library/nginx:1.27")
    assert found.expose == (8000, 9000)
    assert found.arguments == ("GIT_SHA",)
    assert any("syntax" in note for note in found.notes)


@pytest.mark.parametrize(
    ("head", "image"),
    [
        ("ARG A=python\nFROM $A", "docker.io/library/python:latest"),
        ("ARG A=3\nARG B=python:$A\nFROM ${B}", "docker.io/library/python:3"),
        ("FROM node:${V:-20}", "docker.io/library/node:20"),
        ("ARG V=22\nFROM node:${V:-20}", "docker.io/library/node:22"),
        ("ARG V=\nFROM node:20${V:+-slim}", "docker.io/library/node:20"),
        ('ARG A="ghcr.io/x/y:1"\nFROM "${A}"', "ghcr.io/x/y:1"),
        ("FROM app-${TARGETARCH}", f"docker.io/library/app-{builtins()['TARGETARCH']}:latest"),
    ],
)
def test_variables_in_from_are_resolved(head: str, image: str) -> None:
    assert own(head + "\n").bases == (image,)


def test_a_build_argument_cannot_change_what_from_names() -> None:
    assert "FROM docker.io/library/python:3" in lines("ARG A=python:3\nFROM $A\n")


def test_stages_and_scratch_are_no_images() -> None:
    found = own(
        "FROM golang AS build\nFROM build AS more\nEXPOSE 1\nFROM scratch\nCOPY --from=1 /a /b\nCOPY --from=More /c /d"
    )
    assert found.bases == ("docker.io/library/golang:latest",)
    assert found.expose == ()


def test_ports_come_from_the_last_stage_and_what_it_stands_on() -> None:
    assert own("FROM a AS x\nENV PORT=3000\nEXPOSE $PORT\nFROM x\nEXPOSE 80\n").expose == (80, 3000)
    assert own("FROM a\nEXPOSE 3000-3005 70000 $NOPE\n").expose == (3000,)


def test_run_heredocs_become_exec_form_for_every_engine() -> None:
    text = "FROM a\nRUN <<EOF\nset -e\necho \"$HOME\"\nEOF\nRUN python3 - <<'P'\nprint(1 << 2)\nP\nRUN after\n"
    first, second, third = lines(text)[1:]
    assert json.loads(first.removeprefix("RUN ")) == ["/bin/sh", "-c", 'set -e\necho "$HOME"\n']
    assert json.loads(second.removeprefix("RUN ")) == ["/bin/sh", "-c", "python3 - <<'P'\nprint(1 << 2)\nP\n"]
    assert third == "RUN after"
    assert "<<" not in first + second


def test_a_heredoc_runs_in_the_stage_s_shell_or_by_its_own_first_line() -> None:
    text = 'FROM a AS x\nSHELL ["/bin/bash", "-ec"]\nFROM x\nRUN <<EOF\na\nEOF\nRUN <<EOF\n#!/usr/bin/python3\nx\nEOF\n'
    found = lines(text)
    assert json.loads(found[3].removeprefix("RUN ")) == ["/bin/bash", "-ec", "a\n"]
    assert json.loads(found[4].removeprefix("RUN "))[-1] == "#!/usr/bin/python3\nx\n"


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ("type=cache,target=/c,id=npm", "type=cache,target=/c,id=scope-npm"),
        ("type=cache,dst=/c,sharing=locked,uid=1,readonly", "type=cache,target=/c,sharing=locked,uid=1,ro=true,id="),
        ("type=cache,target=/c,id=../../../etc", "type=cache,target=/c,id=scope-"),
        ("target=/x,source=uv.lock", "type=bind,target=/x,source=uv.lock"),
        ("type=BIND,src=./src,target=/x,rw", "type=bind,source=./src,target=/x,rw=true"),
        ("type=bind,target=/x", "type=bind,target=/x"),
        ("type=tmpfs,target=/t", "type=tmpfs,target=/t"),
    ],
)
def test_mounts_go_on_in_one_form(mount: str, expected: str) -> None:
    found = lines(f"FROM a\nRUN --mount={mount} x\n")[1]
    assert found.startswith(f"RUN --mount={expected}")
    assert ".." not in found


def test_ids_of_caches_are_ours_whatever_they_were() -> None:
    for wanted in ("x", "a/b", "$X", "..", "x" * 200):
        text = lines(f"FROM a\nRUN --mount=type=cache,target=/c,id={wanted} x\n")[1]
        identity = text.split("id=")[1].split()[0]
        assert identity.startswith("scope-")
        assert "/" not in identity


def test_bind_mounts_are_free_on_engines_that_are_safe() -> None:
    text = "FROM a AS b\nFROM a\nRUN --mount=type=bind,from=b,source=/x,target=/y z\nRUN --mount=src=link/x,target=/y z"
    assert own(text, safe=True).bases == ("docker.io/library/a:latest",)
    assert "from=docker.io/library/other:latest" in own(text.replace("from=b", "from=other"), safe=True).text


HOSTILE = {
    "secret": "RUN --mount=type=secret,id=x cat /run/secrets/x",
    "secret in capitals": "RUN --mount=type=SECRET,id=x y",
    "secret later": "RUN --mount=id=x,type=secret y",
    "secret in quotes": 'RUN --mount="type=secret,id=x" y',
    "secret after a continuation": "RUN \\\n  --mount=type=secret,id=x \\\n y",
    "secret after a tab": "RUN\t--mount=type=secret,id=x\ty",
    "secret in lower case": "run --mount=type=secret,id=x y",
    "a second mount": "RUN --mount=type=cache,target=/a --mount=type=ssh b",
    "ssh": "RUN --mount=type=ssh git clone x",
    "two types": "RUN --mount=type=cache,type=secret,target=/x y",
    "an unknown type": "RUN --mount=type=npipe,target=/x y",
    "no target": "RUN --mount=type=cache y",
    "bind from a stage": "RUN --mount=type=bind,from=a,source=/,target=/x y",
    "bind without its type": "RUN --mount=from=a,target=/x y",
    "bind from an image": "RUN --mount=type=bind,from=docker.io/library/evil,target=/x y",
    "bind of a link": "RUN --mount=type=bind,source=link,target=/x y",
    "bind below a link": "RUN --mount=type=bind,source=./link/x,target=/x y",
    "bind below a link, absolute": "RUN --mount=type=bind,src=/link/x,target=/x y",
    "bind out of the context": "RUN --mount=type=bind,source=../x,target=/x y",
    "bind of a variable": "RUN --mount=type=bind,source=$X,target=/x y",
    "bind with propagation": "RUN --mount=type=bind,source=src,target=/x,bind-propagation=shared y",
    "relabel": "RUN --mount=type=bind,source=src,target=/x,z y",
    "cache from a stage": "RUN --mount=type=cache,from=a,target=/x y",
    "cache with a source": "RUN --mount=type=cache,source=../../..,target=/x y",
    "the host's network": "RUN --network=host curl http://127.0.0.1:7676/",
    "a network of a name": "RUN --network=other x",
    "security": "RUN --security=insecure mount",
    "an unknown flag": "RUN --device=/dev/kvm x",
    "flags with an end": "RUN -- --mount=type=secret,id=x",
    "a flag without a value": "RUN --mount x",
    "ADD of an address": "ADD http://127.0.0.1:7676/x /",
    "ADD over https": "ADD --chown=1 https://example.com/x /",
    "ADD in JSON": 'ADD ["https://example.com/x", "/"]',
    "ADD in quotes": 'ADD "https://example.com/x" /',
    "ADD split": "ADD ht\\\ntps://example.com/x /",
    "ADD of git": "ADD git@github.com:x/y.git /",
    "ADD of a variable": "ADD $URL /",
    "ADD checksum": "ADD --checksum=sha256:x x /",
    "COPY parents": "COPY --parents x /",
    "COPY from a later stage": "COPY --from=late /x /y\nFROM a AS late",
    "COPY from itself": "COPY --from=0 /x /y",
    "COPY from a variable": "COPY --from=$X /x /y",
    "COPY from a transport": "COPY --from=docker-archive:/etc/x /x /y",
    "COPY with a heredoc": "COPY <<EOF /x\ny\nEOF",
    "ONBUILD": "ONBUILD RUN --mount=type=secret,id=x y",
    "our labels": "LABEL dev.runix.base=python:3.11",
    "our labels in quotes": 'LABEL a=b "dev.runix.home"=x',
    "our labels in pieces": "LABEL dev.ru''nix.home=x",
    "labels by a variable": "LABEL $A=x",
    "a transport": "FROM docker-archive:/var/lib/x.tar",
    "a folder": "FROM dir:/etc",
    "an archive": "FROM oci:/var/lib/x",
    "another service's image": "FROM localhost/runix-0123abcd/shop-x7kf:v3",
    "another service's files": "COPY --from=localhost/runix-0123abcd/shop-x7kf:v3 / /",
    "an image by path": "FROM /etc/passwd",
    "an undefined variable": "FROM $NOPE",
    "a nested variable": "FROM ${A:-${B}}",
    "a platform elsewhere": "FROM --platform=windows/amd64 a",
    "an unclear FROM": "FROM a AS",
    "three words": "FROM a IS b",
    "a bad stage name": "FROM a AS ../b",
    "a name used twice": "FROM a AS x\nFROM a AS x",
    "an unclear SHELL": "SHELL bash -c",
    "an unknown instruction": "INCLUDE x",
    "an unfinished heredoc": "RUN <<EOF\nx",
    "a heredoc in disguise": "RUN cat<<EOF\nFROM evil\nEOF",
    "a hidden character in a heredoc": "RUN <<EOF\nx\u202e\nEOF",
    "a hidden character": "RUN x\u2066y",
    "an odd line end": "RUN x\u2028USER root",
    "a null": "RUN x\0",
    "an unknown HEALTHCHECK flag": "HEALTHCHECK --privileged=1 CMD x",
    "a flag on USER": "USER --root x",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_reaches_out_of_a_build_is_refused(name: str) -> None:
    with pytest.raises(PlanError) as caught:
        own_dockerfile(f"FROM a\n{HOSTILE[name]}\n", tree=TREE, cache_scope="scope", bind_mounts_safe=False)
    assert caught.value.code == "policy"
    assert caught.value.message.startswith("Dockerfile line ")
    assert caught.value.hint


@pytest.mark.parametrize("text", ["", "# nothing\n", "ARG A=1\n"])
def test_no_stage_is_an_error(text: str) -> None:
    with pytest.raises(PlanError, match="FROM"):
        own(text)


@pytest.mark.parametrize("text", ["RUN x\nFROM a\n", "# escape=`\nFROM a\n", "ENV A=b\nFROM a\n"])
def test_only_arguments_come_before_from(text: str) -> None:
    with pytest.raises(PlanError):
        own(text)
