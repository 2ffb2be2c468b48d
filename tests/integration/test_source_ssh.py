"""Git over a real sshd on loopback: known hosts, keys, the agent, aliases."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from runix_tui.errors import InvalidRequest
from tests.fetchkit import Fetcher, fetcher
from tests.gitkit import GitRepo, Submodule
from tests.integration.sshserver import SshServer, agent, make_key


@pytest.fixture(scope="module")
def server() -> Iterator[SshServer]:
    with tempfile.TemporaryDirectory(prefix="rx-ssh-") as folder, SshServer(Path(folder)).running() as running:
        yield running


@pytest.fixture
def fetch(tmp_path: Path) -> Fetcher:
    made = fetcher(tmp_path)
    (tmp_path / "user/.ssh").mkdir(mode=0o700)
    return made


@pytest.fixture
def ssh(tmp_path: Path, fetch: Fetcher) -> Path:
    """The user's ``~/.ssh``."""
    return tmp_path / "user/.ssh"


@pytest.fixture
def repo(tmp_path: Path) -> GitRepo:
    made = GitRepo(tmp_path / "app.git")
    made.commit({"a": "a"}, "first")
    return made


def fingerprint(key: Path) -> str:
    argv = ["ssh-keygen", "-l", "-f", f"{key}.pub"]
    return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.split()[1]


@pytest.fixture
def key(ssh: Path, server: SshServer) -> Path:
    made = make_key(ssh / "id_ed25519")
    server.admit(made)
    (ssh / "known_hosts").write_text(server.known("ed25519"))
    return made


def moved(key: Path, place: Path) -> Path:
    return key.rename(place)


async def refused(fetch: Fetcher, url: str, code: str) -> str:
    with pytest.raises(InvalidRequest) as caught:
        await fetch.check(url)
    assert caught.value.code == code
    assert caught.value.errors[0].path == "repo_url"
    error = await fetch.refused(url, code)
    return f"{error.message} {error.hint}"


async def test_an_unknown_host_is_refused_with_its_fingerprint(
    fetch: Fetcher, repo: GitRepo, ssh: Path, server: SshServer, key: Path
) -> None:
    (ssh / "known_hosts").unlink()
    said = await refused(fetch, server.url(repo.path), "host_key_unknown")
    assert any(fingerprint(each) in said for each in server.host_keys)
    assert f"ssh-keyscan -p {server.port} 127.0.0.1" in said
    assert not (ssh / "known_hosts").exists()


async def test_what_the_hint_says_helps(fetch: Fetcher, repo: GitRepo, ssh: Path, server: SshServer, key: Path) -> None:
    argv = ["ssh-keyscan", "-p", str(server.port), "127.0.0.1"]
    scanned = subprocess_output(argv)
    (ssh / "known_hosts").write_text(scanned)
    await fetch.check(server.url(repo.path))
    assert (await fetch(server.url(repo.path))).tracked == {"a"}
    repo.commit({"b": "b"})
    assert (await fetch(server.url(repo.path))).tracked == {"b"}


def subprocess_output(argv: list[str]) -> str:
    return subprocess.run(argv, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.mark.parametrize("kind", ["ed25519", "rsa"])
@pytest.mark.parametrize("hashed", [False, True])
async def test_any_of_the_hosts_keys_will_do(
    fetch: Fetcher, repo: GitRepo, ssh: Path, server: SshServer, key: Path, kind: str, hashed: bool
) -> None:
    (ssh / "known_hosts").write_text(server.known(kind))
    if hashed:
        subprocess_output(["ssh-keygen", "-q", "-H", "-f", str(ssh / "known_hosts")])
    assert (await fetch(server.url(repo.path))).commit


async def test_a_host_whose_key_changed_is_refused(
    fetch: Fetcher, repo: GitRepo, ssh: Path, server: SshServer, key: Path
) -> None:
    other = make_key(ssh / "other")
    text = other.with_suffix(".pub").read_text()
    (ssh / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {text}")
    assert fingerprint(server.host_keys[0]) in await refused(fetch, server.url(repo.path), "host_key_changed")
    (ssh / "known_hosts").write_text(server.known("ed25519") + f"@revoked * {server.known('ed25519').split(' ', 1)[1]}")
    assert "revoked" in await refused(fetch, server.url(repo.path), "host_key_changed")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa", "rsa"])
async def test_keys_of_every_kind(fetch: Fetcher, repo: GitRepo, ssh: Path, server: SshServer, kind: str) -> None:
    (ssh / "known_hosts").write_text(server.known("ed25519"))
    server.admit(make_key(ssh / f"id_{kind}", kind))
    assert (await fetch(server.url(repo.path))).commit


async def test_without_a_key_that_is_let_in(fetch: Fetcher, repo: GitRepo, ssh: Path, server: SshServer) -> None:
    (ssh / "known_hosts").write_text(server.known("ed25519"))
    await refused(fetch, server.url(repo.path), "needs_credentials")
    make_key(ssh / "id_ed25519")
    assert "id_ed25519" in await refused(fetch, server.url(repo.path), "needs_credentials")


async def test_a_key_with_a_passphrase_needs_the_agent(
    fetch: Fetcher, repo: GitRepo, ssh: Path, server: SshServer, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = moved(key, ssh / "free")
    moved(make_key(ssh / "locked", passphrase="secret"), key)
    assert "ssh-add" in await refused(fetch, server.url(repo.path), "needs_credentials")
    with tempfile.TemporaryDirectory() as folder, agent(Path(folder), free) as place:
        monkeypatch.setenv("SSH_AUTH_SOCK", place)
        fetch.environ["SSH_AUTH_SOCK"] = place
        assert (await fetch(server.url(repo.path))).commit
    assert "ssh-agent" in await refused(fetch, server.url(repo.path), "needs_credentials")


async def test_an_alias_of_the_clients_configuration(
    fetch: Fetcher, repo: GitRepo, ssh: Path, server: SshServer, key: Path
) -> None:
    moved(key, ssh / "work")
    (ssh / "config").write_text(
        f"Host work\n HostName 127.0.0.1\n Port {server.port}\n User {server.user}\n IdentityFile ~/.ssh/work\n"
    )
    assert (await fetch(f"ssh://work{repo.path}")).commit
    assert (await fetch(f"work:{repo.path}")).commit


async def test_the_short_form_is_relative_to_the_home(
    fetch: Fetcher, repo: GitRepo, ssh: Path, server: SshServer, key: Path
) -> None:
    (ssh / "config").write_text(f"Host 127.0.0.1\n Port {server.port}\n")
    # the account's real home is the test user's: only that nothing is found there is sure
    await refused(fetch, f"{server.user}@127.0.0.1:no-such-repository-of-runix.git", "repository_not_found")
    assert (await fetch(f"{server.user}@127.0.0.1:{repo.path}")).commit


async def test_what_is_not_there(fetch: Fetcher, ssh: Path, server: SshServer, key: Path, tmp_path: Path) -> None:
    GitRepo(tmp_path / "empty.git")
    await refused(fetch, server.url(tmp_path / "absent.git"), "repository_not_found")
    await refused(fetch, server.url(tmp_path / "empty.git"), "repository_empty")


async def test_a_path_is_no_shell_text(fetch: Fetcher, ssh: Path, server: SshServer, key: Path, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    url = server.url(tmp_path) + f"/x';touch${{IFS}}{marker};'"
    await refused(fetch, url, "repository_not_found")
    assert not marker.exists()


async def test_submodules_over_ssh_and_relative_ones(
    fetch: Fetcher, ssh: Path, server: SshServer, key: Path, tmp_path: Path
) -> None:
    commit = GitRepo(tmp_path / "lib.git").commit({"l": "l"})
    app = GitRepo(tmp_path / "app.git")
    text = '[submodule "lib"]\n\tpath = lib\n\turl = ../lib.git\n'
    app.commit({".gitmodules": text, "lib": Submodule(commit)})
    assert (await fetch(server.url(app.path))).root.joinpath("lib/l").exists()
    app.commit({".gitmodules": text.replace("../lib.git", f"{server.user}@localhost:/x"), "lib": Submodule(commit)})
    error = await fetch.refused(server.url(app.path), "unsafe_tree")
    assert "this machine" in error.message


async def test_nothing_listens_or_it_is_no_ssh(fetch: Fetcher, ssh: Path, repo: GitRepo) -> None:
    await fetch.check(f"ssh://a@127.0.0.1:1{repo.path}")
    assert (await fetch.refused(f"ssh://a@127.0.0.1:1{repo.path}", "network")).transient
