import pytest

from runix_tui.plan.ignore import ignore, repository_ignore
from tests.fakes import MemoryTree

SECRETS = [
    ".env",
    "api/.env.production",
    "certs/server.key",
    "certs/server.pem",
    ".npmrc",
    "web/.npmrc",
    ".pypirc",
    ".netrc",
    ".aws/credentials",
    "home/.ssh/config",
    "id_rsa",
    "keys/id_ed25519",
    "keys/id_deploy",
    "terraform.tfstate",
]
PLAIN = ["main.py", "src/id_generator.py", "environment.py", ".python-version", "keys/public.crt", ".env_reader.py"]


def tree(*paths: str) -> MemoryTree:
    return MemoryTree(dict.fromkeys(paths, "x"))


def test_secrets_are_left_out_and_listed_and_nothing_else() -> None:
    found = ignore(tree(*SECRETS, *PLAIN, ".git/config"), frozenset(SECRETS + PLAIN), None)
    assert sorted(found.left_out) == sorted(SECRETS)
    assert found.notice is not None
    assert "runix env import" in found.notice
    assert "**/.git" in found.lines


def test_nothing_left_out_says_nothing() -> None:
    found = ignore(tree(*PLAIN), frozenset(PLAIN), None)
    assert found.left_out == ()
    assert found.notice is None


def test_ours_comes_after_the_repositorys_rules() -> None:
    found = ignore(tree("main.py"), None, "# ours\nnode_modules\n\n!.env\n!**/*.pem\n*\n!src\n")
    own = list(found.lines)
    assert own[:5] == ["node_modules", "!.env", "!**/*.pem", "*", "!src"]
    assert own.index("**/.env") > own.index("!.env")
    assert not [line for line in own[5:] if line.startswith("!")]


def test_what_a_plan_copies_is_let_in_again_but_never_a_secret() -> None:
    found = ignore(tree("requirements.txt"), None, "*\n", needed=["requirements.txt", ".npmrc"])
    lines = list(found.lines)
    assert lines.index("!requirements.txt") > lines.index("*")
    assert lines.index("**/.npmrc") > lines.index("!.npmrc")


def test_a_database_stays_out_only_when_it_is_untracked() -> None:
    files = tree("db.sqlite3", "data/words.sqlite")
    assert ignore(files, frozenset({"db.sqlite3", "data/words.sqlite"}), None).left_out == ()
    loose = ignore(files, None, None)
    assert loose.left_out == ("data/words.sqlite", "db.sqlite3")
    assert "**/*.sqlite3" in loose.lines


def test_installed_packages_stay_out_unless_tracked_or_for_a_dockerfile_of_the_repositorys() -> None:
    files = tree("node_modules/x/index.js", "app.js")
    assert "**/node_modules" in ignore(files, None, None).lines
    assert "**/node_modules" not in ignore(files, frozenset({"node_modules/x/index.js"}), None).lines
    assert "**/node_modules" not in ignore(files, None, None, own_dockerfile=True).lines


def test_rules_with_what_cannot_be_seen_are_dropped() -> None:
    assert "a\u202eb" not in ignore(tree("a"), None, "a\u202eb\nc\n").lines


@pytest.mark.parametrize(
    ("files", "dockerfile", "text"),
    [
        ({".dockerignore": "d"}, None, "d"),
        ({".dockerignore": "d", ".containerignore": "c"}, None, "c"),
        ({".dockerignore": "d", "docker/api.dockerignore": "own"}, "docker/api", "own"),
        ({}, "Dockerfile", None),
    ],
)
def test_the_repositorys_file_is_that_of_its_dockerfile_first(
    files: dict[str, str], dockerfile: str | None, text: str | None
) -> None:
    assert repository_ignore(MemoryTree(files), dockerfile) == text
