"""The command's own part, on a real installation: names, exit codes, terminals, redeploys, tokens, completion."""

import json
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from runix_tui.bootstrap.home import server_hint
from runix_tui.locations import locate
from tests.integration.installation import RUNIX, Installation, commit, git, installed, until

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

HOSTILE = "evil \\033]52;c;ZXZpbA==\\007\\033]0;title\\007\\033[2J\\033[1;1H\\u202e\\033[32mgreen\\033[0m end"
PROGRAM = f"""\
import http.server, os, sys
sys.stdout.buffer.write("{HOSTILE}\\n".encode())
sys.stdout.flush()
print("to stderr", file=sys.stderr, flush=True)
http.server.HTTPServer(("0.0.0.0", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler).serve_forever()
"""


@pytest.fixture(scope="module")
def runix() -> Iterator[Installation]:
    with installed() as made:
        yield made


@pytest.fixture(scope="module")
def shop(runix: Installation) -> Path:
    """The repository of a service called shop, which runs; its branch is not main."""
    repository = runix.repositories / "shop"
    repository.mkdir()
    (repository / "main.py").write_text(PROGRAM)
    git(repository, "init", "-q", "-b", "trunk")
    commit(repository, "first")
    env_file = runix.repositories / "shop.env"
    env_file.write_text("FROM_FILE='$X'\nBOTH=file\n")
    runix.run(
        "deploy", str(repository), "--env-file", str(env_file), "--env", "BOTH=option", "--env", "MINE", MINE="a b"
    )
    return repository


def on_a_terminal(runix: Installation, *arguments: str, columns: int = 80) -> str:
    """What ``runix`` writes to a terminal of this width."""
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environ = {name: value for name, value in runix.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    with subprocess.Popen(
        [RUNIX, *arguments], env=environ | {"TERM": "xterm"}, stdin=theirs, stdout=theirs, stderr=theirs
    ) as child:
        os.close(theirs)
        parts: list[bytes] = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            parts.append(part)
        os.close(ours)
        assert child.wait(60) == 0, b"".join(parts)
    return b"".join(parts).decode()


def test_what_was_sent(runix: Installation, shop: Path) -> None:
    status = runix.json("status", "shop")
    assert (status["branch"], status["repo_url"]) == ("trunk", str(shop))
    assert runix.json("env", "ls", "shop", "--reveal") == {"FROM_FILE": "$X", "BOTH": "option", "MINE": "a b"}
    assert set(runix.json("env", "ls", "shop").values()) == {"********"}
    assert runix.json("status", "default/shop")["id"] == status["id"] == runix.json("status", status["id"])["id"]


def test_the_same_again_is_a_redeploy_and_another_repository_an_error(runix: Installation, shop: Path) -> None:
    before = runix.json("status", "shop")["latest_version"]
    done = runix.run("deploy", str(shop), "--env", "MINE=a b", "--port", "8080", "--size", "starter")
    assert done.stdout.startswith("http://shop-")
    assert "Kept as when the service was made: port." in done.stderr
    assert [entry["kind"] for entry in runix.json("history", "shop")[:-before]] == ["redeploy"], "nothing changed in it"
    other = runix.repository("static-site", "other")
    refused = runix.run("deploy", str(other), "--name", "shop", code=1)
    assert str(shop) in refused.stderr
    assert "--name" in refused.stderr
    kind = runix.run("deploy", str(shop), "--type", "static-site", code=1)
    assert "web_service" in kind.stderr


def test_names_projects_and_exit_codes(runix: Installation, shop: Path) -> None:
    with runix.api() as api:
        refused = runix.run("deploy", str(shop), "--size", "huge", "--project", "second", code=2)
        assert "instance_type" in refused.stderr
        assert api.get("/projects").json() == [], "what was refused leaves nothing behind"
        runix.run("deploy", str(shop), "--project", "second", "--no-wait")
        assert [each["name"] for each in api.get("/projects").json()] == ["second"]
        several = runix.run("status", "shop", code=2)
        assert "default/shop, second/shop" in several.stderr
        runix.run("rm", "second/shop", "--yes")
        runix.run("status", "shop")
        api.delete(f"/projects/{api.get('/projects').json()[0]['id']}")
    assert "runix status" in runix.run("logs", "nobody", code=1).stderr
    assert "--yes" in runix.run("rm", "shop", code=2).stderr
    assert "--build" in runix.run("logs", "shop", "--version", "1", code=2).stderr
    assert "UNSET" in runix.run("deploy", str(shop), "--env", "UNSET", code=2).stderr
    for wrong in (("frobnicate",), ("deploy",), ("serve", "--port", "x"), ("deploy", "--upload-pack=x"), ("env",)):
        assert runix.run(*wrong, code=2).stdout == ""
    assert "no folder" in runix.run("deploy", "./nowhere", code=2).stderr
    assert "cancel" in runix.run("cancel", "shop", code=1).stderr


def test_hostile_lines_are_tamed_on_a_terminal_and_raw_in_a_pipe(runix: Installation, shop: Path) -> None:
    raw = HOSTILE.encode().decode("unicode_escape")
    piped = runix.run("logs", "shop", "--tail", "all")
    assert raw in piped.stdout
    assert "to stderr" in piped.stderr
    lines = [json.loads(line) for line in runix.run("logs", "shop", "--tail", "all", "--json").stdout.splitlines()]
    assert raw in [line["line"] for line in lines]
    shown = on_a_terminal(runix, "logs", "shop", "--tail", "all")
    assert "evil \x1b[32mgreen\x1b[0m end" in shown
    assert "to stderr" in shown
    for control in ("\x1b]", "\x07", "\x1b[2J", "\x1b[1;1H", "\u202e"):
        assert control not in shown


def test_tables_fit_the_terminal_and_keep_what_matters(runix: Installation, shop: Path) -> None:
    url = runix.json("status", "shop")["url"]
    wide = runix.run("status").stdout.splitlines()
    assert wide[0].split() == ["PROJECT", "NAME", "STATUS", "VERSION", "COMMIT", "TYPE", "SIZE", "AGE", "URL"]
    assert wide[1].split()[1:3] == ["shop", "running"]
    for columns in (80, 50):
        narrow = on_a_terminal(runix, "status", columns=columns)
        assert url in narrow
        assert "shop" in narrow
        assert "TYPE" not in narrow
    assert "● running" in on_a_terminal(runix, "status", "shop")


def test_progress_is_for_terminals_alone(runix: Installation, shop: Path) -> None:
    assert "\r" not in runix.run("redeploy", "shop").stderr
    shown = on_a_terminal(runix, "stop", "shop")
    assert "shop: stopped" in shown
    assert runix.run("start", "shop").stdout.startswith("http://")


def test_env_is_changed_as_a_new_version(runix: Installation, shop: Path) -> None:
    changed = runix.run("env", "set", "shop", "ADDED=$HOME 'x'", "BOTH=later")
    assert "replaces what runs" in changed.stderr
    until(lambda: runix.json("status", "shop")["status"] == "running")
    runix.run("env", "rm", "shop", "MINE")
    file = runix.repositories / "more.env"
    file.write_text('LINES="one\ntwo"\n')
    until(lambda: runix.json("status", "shop")["status"] == "running")
    runix.run("env", "import", "shop", str(file))
    until(lambda: runix.json("status", "shop")["status"] == "running")
    assert runix.json("env", "ls", "shop", "--reveal") == {
        "FROM_FILE": "$X", "BOTH": "later", "ADDED": "$HOME 'x'", "LINES": "one\ntwo"
    }  # fmt: skip
    assert {entry["kind"] for entry in runix.json("history", "shop")[:3]} == {"config"}
    file.write_text("1WRONG=x\n")
    assert "1WRONG" in runix.run("env", "import", "shop", str(file), code=2).stderr


def test_ctrl_c_ends_the_following_and_not_the_build(runix: Installation, shop: Path) -> None:
    command = ("deploy", str(shop), "--name", "slow", "--build-command", "echo it-begins && sleep 63")
    with runix.running(*command, until="it-begins") as deploy:
        deploy.send_signal(signal.SIGINT)
        _, said = deploy.communicate(timeout=20)
    assert deploy.returncode == 130, said
    assert "The build goes on." in said
    assert "runix cancel slow" in said
    assert runix.json("status", "slow")["status"] == "building"
    runix.run("cancel", "slow")
    runix.run("rm", "slow", "--yes")


def test_a_rotated_token_counts_at_once(runix: Installation) -> None:
    hint = server_hint(locate(runix.environ))
    assert hint
    old = runix.json("token")["token"]
    new = runix.run("token", "--rotate").stdout.strip()
    assert new == runix.run("token").stdout.strip() != old
    for token, status in ((old, 401), (new, 200)):
        answer = httpx.get(f"{hint.url}/deployments", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        assert answer.status_code == status
    runix.run("status")
    refused = runix.run("token", "--rotate", code=2, RUNIX_TOKEN="given-by-the-environment")
    assert "RUNIX_TOKEN" in refused.stderr


def test_the_doctor_and_the_bases(runix: Installation, shop: Path) -> None:
    checks = {check["name"]: check["status"] for check in runix.json("doctor")}
    assert checks["engine"] == checks["home"] == checks["server"] == "ok"
    fixed = runix.run("doctor", "--fix")
    assert "Nothing here can be mended by a command." in fixed.stderr
    found = runix.json("bases", "ls")
    assert "python" in {base["name"].partition(":")[0] for base in found}
    assert "no base image" in runix.run("bases", "build", "cobol", code=2).stderr


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("runix de", {"deploy"}),
        ("runix env ", {"set", "rm", "ls", "import"}),
        ("runix deploy --env", {"--env", "--env-file"}),
    ],
)
def test_bash_completes(runix: Installation, words: str, expected: set[str]) -> None:
    script = runix.run("completion", "bash").stdout
    parts = words.split(" ")
    quoted = " ".join(f"'{part}'" for part in parts)
    asked = f"COMP_WORDS=({quoted}); COMP_CWORD={len(parts) - 1}\n"
    asked += '_runix_completion runix\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    environ = runix.environ | {"PATH": f"{Path(RUNIX).parent}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script + "\n" + asked],
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert set(done.stdout.split()) == expected
    for shell in ("zsh", "fish"):
        assert "_RUNIX_COMPLETE" in runix.run("completion", shell).stdout


def test_uninstall_asks_and_says_what(runix: Installation, shop: Path) -> None:
    assert "--yes" in runix.run("uninstall", code=2).stderr
    runix.run("uninstall", "--keep-data", "--yes")
    assert (runix.folder / "runix.db").exists()
    assert runix.labelled("ps", "-a") == []
    done = runix.run("uninstall", "--yes")
    assert f"Removed {runix.folder}" in done.stderr
    assert not runix.folder.exists()
    assert "Nothing" in runix.run("uninstall").stderr
    assert not runix.folder.exists()
