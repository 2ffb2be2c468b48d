"""Git over real HTTP on loopback: what is brought, what is kept, who gets which credential, what goes wrong and how."""

import asyncio
import gc
import multiprocessing
import os
import shutil
import subprocess
import time
from pathlib import Path

import pygit2
import pytest
from pygit2.enums import FileMode

from runix_tui.config import Git, GitCredential
from runix_tui.errors import InvalidRequest
from tests.fetchkit import Fetcher, fetcher
from tests.gitkit import GitRepo, Submodule
from tests.integration.connectproxy import ConnectProxy
from tests.integration.githttp import GitHttpServer

CANARY = "c4nary-0f-the-t3sts"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """What the server serves."""
    folder = tmp_path / "served"
    folder.mkdir()
    return folder


@pytest.fixture
def repo(root: Path) -> GitRepo:
    """Ten commits of incompressible files, so that bytes tell."""
    made = GitRepo(root / "app.git")
    files: dict[str, str | bytes] = {}
    for number in range(10):
        files[f"f{number}"] = os.urandom(50_000)
        made.commit(files, f"commit {number}")
    return made


@pytest.fixture
def fetch(tmp_path: Path) -> Fetcher:
    return fetcher(tmp_path)


def packs(fetch: Fetcher) -> list[int]:
    """Sizes of the packs in the mirrors."""
    return sorted(file.stat().st_size for file in fetch.locations.mirrors.rglob("*.pack"))


def sha(repo: GitRepo, branch: str = "main") -> str:
    return str(repo.git.references[f"refs/heads/{branch}"].target)


async def refused(
    fetch: Fetcher, url: str, code: str, path: str = "repo_url", branch: str | None = None
) -> InvalidRequest:
    """The same refusal from the check and from the fetch."""
    with pytest.raises(InvalidRequest) as caught:
        await fetch.check(url, branch)
    assert (caught.value.code, caught.value.errors[0].path) == (code, path)
    error = await fetch.refused(url, code, branch)
    assert not error.transient
    return caught.value


# --- what is brought and kept ---


async def test_the_first_fetch_is_shallow_and_the_next_brings_what_is_new(
    fetch: Fetcher, repo: GitRepo, root: Path
) -> None:
    repo.commit({"only": os.urandom(30_000)}, "the tip")
    with GitHttpServer(root) as server:
        checkout = await fetch(server.url("app.git"))
        assert checkout.commit is not None
        assert (checkout.commit.sha, checkout.tracked) == (sha(repo), {"only"})
        assert sum(packs(fetch)) < 35_000  # of more than half a megabyte of history
        assert server.packs > 0

        server.requests.clear()
        await fetch(server.url("app.git"))
        assert server.packs == 0  # nothing new: only the listing was asked for

        repo.commit({"only": repo.git.revparse_single("main:only").data, "more": os.urandom(1000)}, "more")
        before = sum(packs(fetch))
        assert (await fetch(server.url("app.git"))).tracked == {"only", "more"}
        assert sum(packs(fetch)) - before < 3000


async def test_rewritten_history_and_moved_branches(fetch: Fetcher, repo: GitRepo, root: Path) -> None:
    with GitHttpServer(root) as server:
        await fetch(server.url("app.git"))
        repo.git.references.delete("refs/heads/main")
        new = repo.commit({"another": "history"})
        checkout = await fetch(server.url("app.git"))
        assert checkout.commit is not None
        assert (checkout.commit.sha, checkout.tracked) == (new, {"another"})
        # a branch that was a file becomes a folder
        repo.commit({"x": "x"}, branch="topic")
        await fetch(server.url("app.git"), "topic")
        repo.git.references.delete("refs/heads/topic")
        repo.commit({"y": "y"}, branch="topic/one")
        assert (await fetch(server.url("app.git"), "topic/one")).tracked == {"y"}


async def test_branches_defaults_and_tags(fetch: Fetcher, root: Path) -> None:
    repo = GitRepo(root / "r.git", head="trunk")
    tip = repo.commit({"a": "trunk"}, branch="trunk")
    other = repo.commit({"a": "other"}, branch="feature/-x")
    for name in ("refs/tags/trunk", "refs/tags/v1", "refs/heads/-x", "refs/heads/a'b"):
        repo.git.references.create(name, pygit2.Oid(hex=other), force=True)
    (repo.path / "refs/heads/caf\udce9").write_text(f"{other}\n")
    with GitHttpServer(root) as server:
        url = server.url("r.git")
        checkout = await fetch(url)
        assert checkout.branch == "trunk"
        assert checkout.commit is not None
        assert checkout.commit.sha == tip
        assert fetch.lines[0] == "There is no branch main: taking trunk, the repository's default"
        assert fetch.lines[1].startswith(f"Fetched {tip[:7]} a commit (trunk, ")
        for branch in ("feature/-x", "-x", "a'b"):
            await fetch.check(url, branch)
            assert (await fetch(url, branch)).branch == branch
        for branch in ("v1", "a b", "--upload-pack=x", "nope", "HEAD", "\x1b[1m"):
            error = await refused(fetch, url, "branch_not_found", "branch", branch)
            assert error.message.isprintable()
        repo.git.set_head(pygit2.Oid(hex=tip))
        assert (await fetch(url)).branch == "trunk"  # HEAD is on no branch, but one has its commit


async def test_what_is_not_there(fetch: Fetcher, root: Path) -> None:
    GitRepo(root / "empty.git")
    (root / "page.git").mkdir()
    with GitHttpServer(root) as server:
        await refused(fetch, server.url("absent.git"), "repository_not_found")
        await refused(fetch, server.url("page.git"), "repository_not_found")
        await refused(fetch, server.url("empty.git"), "repository_empty")
    assert not list(fetch.locations.checkouts.iterdir())
    assert not list(fetch.locations.mirrors.rglob("*.git"))


async def test_a_server_that_cannot_do_shallow(fetch: Fetcher, repo: GitRepo, root: Path) -> None:
    with GitHttpServer(root, hide=b" shallow") as server:
        assert (await fetch(server.url("app.git"))).commit
        repo.commit({"more": "x"})
        assert (await fetch(server.url("app.git"))).tracked == {"more"}


async def test_progress_text_that_is_not_utf8(fetch: Fetcher, repo: GitRepo, root: Path) -> None:
    hook = root / "hook"
    hook.write_text("#!/bin/sh\nprintf '\\377\\033[31m progress\\n' >&2\nexec \"$@\"\n")
    hook.chmod(0o755)
    (root / ".gitconfig").write_text(f"[uploadpack]\n\tpackObjectsHook = {hook}\n")
    with GitHttpServer(root) as server:
        assert (await fetch(server.url("app.git"))).commit


@pytest.mark.timeout(300)
async def test_a_hundred_thousand_files(fetch: Fetcher, root: Path) -> None:
    repo = GitRepo(root / "many.git")
    folder = repo.raw_tree([(FileMode.BLOB, b"f%04d" % n, repo.blob(f"{n}")) for n in range(1000)])
    repo.commit_tree(repo.raw_tree([(FileMode.TREE, b"d%03d" % n, folder) for n in range(100)]))
    with GitHttpServer(root) as server:
        checkout = await fetch(server.url("many.git"))
    assert checkout.tracked is not None
    assert len(checkout.tracked) == 100_000
    await asyncio.to_thread(shutil.rmtree, checkout.top)


# --- mirrors ---


@pytest.mark.parametrize("damage", ["pack", "index", "config", "head", "all"])
async def test_a_broken_mirror_is_made_anew(fetch: Fetcher, repo: GitRepo, root: Path, damage: str) -> None:
    with GitHttpServer(root) as server:
        await fetch(server.url("app.git"))
        gc.collect()  # libgit2 lets go of the packs that it has mapped
        (mirror,) = fetch.locations.mirrors.rglob("*.git")
        spoiled = {"pack": "objects/pack/*.pack", "index": "objects/pack/*.idx", "config": "config", "head": "HEAD"}
        for file in mirror.glob(spoiled.get(damage, "**/*")):
            if file.is_file():
                file.chmod(0o600)
                file.write_bytes(b"\0garbage")
        repo.commit({"new": "x"})
        checkout = await fetch(server.url("app.git"))
        assert checkout.tracked == {"new"}
        assert (await fetch(server.url("app.git"))).commit


async def test_a_mirror_that_lost_an_object_is_made_anew(fetch: Fetcher, repo: GitRepo, root: Path) -> None:
    with GitHttpServer(root) as server:
        await fetch(server.url("app.git"))
        gc.collect()
        (mirror,) = fetch.locations.mirrors.rglob("*.git")
        (pack,) = mirror.glob("objects/pack/*.pack")
        (mirror / "x.pack").write_bytes(pack.read_bytes())
        for file in mirror.glob("objects/pack/*"):
            file.unlink()
        with (mirror / "x.pack").open("rb") as stream:
            subprocess_run(["git", "-C", str(mirror), "unpack-objects", "-q"], stdin=stream)
        blob = str(repo.git.revparse_single("main:f3").id)
        (mirror / "objects" / blob[:2] / blob[2:]).unlink()
        checkout = await fetch(server.url("app.git"))
        assert (checkout.root / "f3").stat().st_size == 50_000


def subprocess_run(argv: list[str], **options: object) -> None:
    subprocess.run(argv, check=True, timeout=60, **options)  # type: ignore[call-overload]


async def test_many_fetches_of_one_repository_at_once(
    fetch: Fetcher, repo: GitRepo, root: Path, tmp_path: Path
) -> None:
    with GitHttpServer(root) as server:
        url = server.url("app.git")
        script = multiprocessing.get_context("spawn").Process(target=_fetch_in_process, args=(str(tmp_path), url))
        script.start()
        checkouts = await asyncio.gather(*(fetch(url) for _ in range(6)))
        await asyncio.to_thread(script.join, 60)
    assert script.exitcode == 0
    assert {checkout.commit.sha for checkout in checkouts if checkout.commit} == {sha(repo)}
    assert len({checkout.top for checkout in checkouts}) == 6
    assert len(list(fetch.locations.mirrors.rglob("*.git"))) == 1


def _fetch_in_process(home: str, url: str) -> None:
    other = fetcher(Path(home))
    other.count = 1000
    for _ in range(3):
        assert asyncio.run(other(url)).commit


async def test_forgetting_removes_the_mirror(fetch: Fetcher, repo: GitRepo, root: Path) -> None:
    with GitHttpServer(root) as server:
        await fetch(server.url("app.git"))
        fetch.source.forget(server.url("other.git"))
        assert packs(fetch)
        fetch.source.forget(server.url("app.git"))
        assert not list(fetch.locations.mirrors.iterdir())
        fetch.source.forget("nonsense")
        assert (await fetch(server.url("app.git"))).commit


# --- bounds ---


async def test_too_large_a_pack_is_not_waited_for(fetch: Fetcher, root: Path) -> None:
    repo = GitRepo(root / "large.git")
    repo.commit({"large": os.urandom(6 * 1024**2)})
    fetch.config = Git(max_bytes=1024**2)
    with GitHttpServer(root) as server:
        error = await fetch.refused(server.url("large.git"), "too_large")
    assert "1 MiB" in error.message
    assert not packs(fetch)


async def test_a_small_pack_that_grows_beyond_the_bound(fetch: Fetcher, root: Path) -> None:
    repo = GitRepo(root / "bomb.git")
    repo.commit({"zeros": b"\0" * 30_000_000})
    fetch.config = Git(max_bytes=1024**2)
    with GitHttpServer(root) as server:
        await fetch.refused(server.url("bomb.git"), "too_large")


@pytest.mark.parametrize("stall", ["refs", "pack"])
async def test_a_silent_server_costs_no_more_than_the_time_given(
    fetch: Fetcher, repo: GitRepo, root: Path, stall: str
) -> None:
    fetch.config = Git(timeout=1)
    with GitHttpServer(root, stall=stall) as server:
        began = time.monotonic()
        if stall == "refs":
            await fetch.check(server.url("app.git"), timeout=0.3)  # no answer is no refusal
            assert time.monotonic() - began < 2
        with pytest.raises(Exception, match=r"longer than 1 s|timed out") as caught:
            await fetch(server.url("app.git"))
        assert caught.value.transient  # type: ignore[attr-defined]
        assert time.monotonic() - began < 5
    fetch.config = Git()
    with GitHttpServer(root) as server:
        assert (await fetch(server.url("app.git"))).commit


async def test_cancelled_means_cancelled(fetch: Fetcher, repo: GitRepo, root: Path) -> None:
    fetch.config = Git(timeout=3)
    with GitHttpServer(root, stall="pack") as server:
        task = asyncio.create_task(fetch(server.url("app.git")))
        await asyncio.to_thread(server.asked_for_a_pack.wait, 10)
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 2
        assert not list(fetch.locations.checkouts.iterdir())
        assert fetch.lines == []


async def test_a_silent_server_does_not_hold_up_the_next_fetch(fetch: Fetcher, repo: GitRepo, root: Path) -> None:
    with GitHttpServer(root, stall="pack") as server:
        task = asyncio.create_task(fetch(server.url("app.git")))
        await asyncio.to_thread(server.asked_for_a_pack.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.stall = ""
        began = time.monotonic()
        checkout = await fetch(server.url("app.git"))
        assert time.monotonic() - began < 5
        server.released.set()  # the work that was left behind ends, and spoils nothing
        await asyncio.sleep(0.3)
        assert checkout.top.exists()
        repo.commit({"next": "x"})
        assert (await fetch(server.url("app.git"))).tracked == {"next"}


async def test_a_long_transfer_says_how_far_it_is(
    fetch: Fetcher, repo: GitRepo, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runix_tui.source.libgit2.PROGRESS", 0)
    with GitHttpServer(root) as server:
        await fetch(server.url("app.git"))
    assert any(line.startswith("Receiving ") and line.endswith(" MiB") for line in fetch.lines)


async def test_a_connection_that_is_cut_is_a_passing_fault(fetch: Fetcher, repo: GitRepo, root: Path) -> None:
    with GitHttpServer(root, sever=100_000) as server:
        assert (await fetch.refused(server.url("app.git"), "network")).transient
        assert not packs(fetch)
    with GitHttpServer(root) as server:
        assert (await fetch(server.url("app.git"))).commit


@pytest.mark.parametrize("status", [500, 502, 503, 429])
async def test_a_server_in_trouble_is_a_passing_fault(fetch: Fetcher, root: Path, status: int) -> None:
    with GitHttpServer(root, status=status) as server:
        await fetch.check(server.url("app.git"))
        error = await fetch.refused(server.url("app.git"), "network")
        assert error.transient
        assert str(status) in error.message


async def test_no_server_is_a_passing_fault(fetch: Fetcher) -> None:
    for url in ("http://127.0.0.1:1/app.git", "https://nowhere.invalid/app.git"):
        await fetch.check(url)
        assert (await fetch.refused(url, "network")).transient


# --- credentials ---


async def test_a_private_repository(fetch: Fetcher, repo: GitRepo, root: Path, tmp_path: Path) -> None:
    with GitHttpServer(root, user="ada", password="p@ss w") as server:
        url = server.url("app.git")
        error = await refused(fetch, url, "needs_credentials")
        assert f'[git.credentials."{server.host}"]' in error.hint
        assert (
            "user info"
            in (await refused(fetch, server.url("app.git", userinfo="ada:wrong"), "needs_credentials")).message
        )

        await fetch.check(server.url("app.git", userinfo="ada:p%40ss%20w"))
        assert (await fetch(server.url("app.git", userinfo="ada:p%40ss%20w"))).commit
        # what a mirror holds is no way around the server
        await refused(fetch, url, "needs_credentials")

        (tmp_path / "user/.git-credentials").write_text(f"http://ada:p%40ss%20w@{server.host}\n")
        assert (await fetch(url)).commit
        (tmp_path / "user/.git-credentials").unlink()

        fetch.config = Git(credentials={server.host: GitCredential(username="ada", token_env="GIT_PASS")})
        assert "GIT_PASS" in str((await fetch.refused(url, "needs_credentials")).evidence)
        fetch.environ["GIT_PASS"] = "p@ss w"
        assert (await fetch(url)).commit

        (tmp_path / "token").write_text("p@ss w\n")
        fetch.config = Git(credentials={"127.0.0.1": GitCredential(username="ada", token_file=tmp_path / "token")})
        assert (await fetch(url)).commit


async def test_a_refused_entry_does_not_hide_the_next(
    fetch: Fetcher, repo: GitRepo, root: Path, tmp_path: Path
) -> None:
    with GitHttpServer(root, user="ada", password="right") as server:
        store = "".join(f"http://{who}@{server.host}\n" for who in ("ada:old", "bob:x", "ada:right"))
        (tmp_path / "user/.git-credentials").write_text(store)
        assert (await fetch(server.url("app.git"))).commit


async def test_403_is_about_credentials(fetch: Fetcher, root: Path) -> None:
    with GitHttpServer(root, status=403) as server:
        await refused(fetch, server.url("app.git"), "needs_credentials")


async def test_a_redirect_is_followed_but_takes_no_credential_along(fetch: Fetcher, repo: GitRepo, root: Path) -> None:
    with (
        GitHttpServer(root) as target,
        GitHttpServer(root, redirect=target.base) as free,
        GitHttpServer(root, user="ada", password=CANARY, redirect=target.base) as private,
    ):
        assert (await fetch(free.url("app.git", userinfo=f"ada:{CANARY}"))).commit
        assert (await fetch(private.url("app.git", userinfo=f"ada:{CANARY}"))).commit
        assert any(seen.authorization for seen in private.requests)
        assert target.requests
        assert not any(seen.authorization for seen in target.requests)


async def test_a_redirect_to_a_server_that_asks_gets_only_what_was_given_for_it(
    fetch: Fetcher, repo: GitRepo, root: Path, tmp_path: Path
) -> None:
    with (
        GitHttpServer(root, user="eve", password="own") as target,
        GitHttpServer(root, user="ada", password=CANARY, redirect=target.base) as server,
    ):
        url = server.url("app.git", userinfo=f"ada:{CANARY}")
        await refused(fetch, url, "needs_credentials")
        assert not any(seen.authorization for seen in target.requests)
        (tmp_path / "user/.git-credentials").write_text(f"http://eve:own@{target.host}\n")
        assert (await fetch(url)).commit
        assert CANARY.encode() not in b"".join((seen.authorization or "").encode() for seen in target.requests)


async def test_credentials_are_nowhere_to_be_found(fetch: Fetcher, repo: GitRepo, root: Path, tmp_path: Path) -> None:
    said: list[str] = []
    with GitHttpServer(root, user="ada", password=CANARY) as server, GitHttpServer(root, user="x") as other:
        fetch.config = Git(timeout=20)
        url = server.url("app.git", userinfo=f"ada:{CANARY}")
        task = asyncio.create_task(fetch(url))
        while not task.done():
            said += _command_lines()
            await asyncio.sleep(0)
        said += [repr(task.result()), *fetch.lines]
        for wrong in (other.url("app.git", userinfo=f"ada:{CANARY}"), url.replace("app", "absent")):
            with pytest.raises(Exception) as caught:
                await fetch(wrong)
            error = caught.value
            while error is not None:
                said += [repr(error), str(vars(error))]
                error = error.__cause__ or error.__context__  # type: ignore[assignment]
        said.append(repr(fetch.source.parse(url)))
    assert len(said) > 10
    assert CANARY not in "\n".join(said)
    for file in fetch.locations.cache.rglob("*"):
        if file.is_file():
            assert CANARY.encode() not in file.read_bytes()


def _command_lines() -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(file.read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return found


# --- the machine's settings ---


async def test_the_users_git_configuration_redirects_nothing(
    fetch: Fetcher, repo: GitRepo, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with GitHttpServer(root) as server, GitHttpServer(root) as evil:
        text = f'[url "{evil.base}/"]\n\tinsteadOf = {server.base}/\n[http]\n\tproxy = {evil.base}\n'
        for place in ("user/.gitconfig", "user/.config/git/config"):
            (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / place).write_text(text)
        monkeypatch.setenv("HOME", str(tmp_path / "user"))
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "user/.gitconfig"))
        monkeypatch.setenv("GIT_DIR", str(tmp_path))
        assert (await fetch(server.url("app.git"))).commit
        assert server.requests
        assert not evil.requests


def authority(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that vouches for itself, and its key."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    request = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=IP:127.0.0.1,DNS:{name}", "-days", "2"]
    subprocess_run([*request, *subject, "-keyout", str(key), "-out", str(certificate)], stderr=subprocess.DEVNULL)
    return certificate, key


async def test_https_trusts_the_named_bundle_and_no_other(
    fetch: Fetcher, repo: GitRepo, root: Path, tmp_path: Path
) -> None:
    ours, stranger = authority(tmp_path, "ours"), authority(tmp_path, "stranger")
    with GitHttpServer(root, certificate=ours) as server, GitHttpServer(root, certificate=stranger) as other:
        await refused(fetch, server.url("app.git"), "certificate_invalid")
        fetch.environ["SSL_CERT_FILE"] = str(ours[0])
        assert (await fetch(server.url("app.git"))).commit
        await refused(fetch, other.url("app.git"), "certificate_invalid")
        fetch.environ["SSL_CERT_FILE"] = str(tmp_path / "absent.pem")
        assert "SSL_CERT_FILE" in (await fetch.refused(server.url("app.git"), "ca_bundle")).hint


@pytest.mark.parametrize("userinfo", ["", "ada:pr%40xy"])
async def test_the_environments_proxy(fetch: Fetcher, repo: GitRepo, root: Path, tmp_path: Path, userinfo: str) -> None:
    certificate = authority(tmp_path, "git.example.test")
    fetch.environ["SSL_CERT_FILE"] = str(certificate[0])
    with GitHttpServer(root, certificate=certificate) as server:
        port = int(server.host.partition(":")[2])
        with ConnectProxy(port, userinfo=userinfo.replace("%40", "@")) as proxy:
            fetch.environ["HTTPS_PROXY"] = proxy.url(userinfo)
            assert (await fetch("https://git.example.test/app.git")).commit
            assert set(proxy.asked) == {"git.example.test:443"}
            proxy.asked.clear()
            fetch.environ["NO_PROXY"] = "127.0.0.1"
            assert (await fetch(server.url("app.git"))).commit
            fetch.environ["NO_PROXY"] = ".example.test"
            await fetch.refused("https://git.example.test/app.git", "network")
            assert proxy.asked == []


async def test_a_redirect_may_not_lead_from_https_to_http(
    fetch: Fetcher, repo: GitRepo, root: Path, tmp_path: Path
) -> None:
    certificate = authority(tmp_path, "secure")
    fetch.environ["SSL_CERT_FILE"] = str(certificate[0])
    with GitHttpServer(root) as plain, GitHttpServer(root, redirect=plain.base, certificate=certificate) as server:
        await refused(fetch, server.url("app.git"), "redirect_refused")
        assert not plain.requests


# --- submodules ---


def with_submodules(root: Path, *modules: tuple[str, str, str], name: str = "app.git") -> GitRepo:
    """A repository with submodules ``(path, url, sha)``."""
    text = "".join(f'[submodule "{path}"]\n\tpath = {path}\n\turl = {url}\n' for path, url, _ in modules)
    repo = GitRepo(root / name)
    links = {path: Submodule(commit) for path, _, commit in modules}
    repo.commit({"main": "x", ".gitmodules": text, **links})
    return repo


async def test_submodules_relative_to_the_repository(fetch: Fetcher, root: Path) -> None:
    inner = GitRepo(root / "inner.git")
    deep = inner.commit({"deep": "deep"})
    lib = with_submodules(root, ("in", "../inner.git", deep), name="lib.git")
    old = sha(lib)
    lib.commit({"newer": "x"})  # so that the wanted commit is no branch's tip
    with_submodules(root, ("vendor/lib", "../lib.git", old), ("in", "../inner.git", deep))
    with GitHttpServer(root) as server:
        for _ in range(2):
            checkout = await fetch(server.url("app.git"))
            assert (checkout.root / "vendor/lib/in/deep").read_text() == "deep"
            assert checkout.tracked == {
                *("main", ".gitmodules", "in/deep", "vendor/lib/main", "vendor/lib/.gitmodules", "vendor/lib/in/deep")
            }
        assert f"Fetched submodule vendor/lib at {old[:7]}" in fetch.lines
        assert (await fetch(server.url("app.git"), root_dir="vendor/lib")).tracked == {"main", ".gitmodules", "in/deep"}
        fetch.source.forget(server.url("app.git"))
        assert not list(fetch.locations.mirrors.iterdir())


@pytest.mark.parametrize(
    "url", ["file:///etc", "/etc", "http://127.0.0.1:{port}/lib.git", "ext::sh -c id", "-x", "git://h/x"]
)
async def test_submodules_that_lead_elsewhere(fetch: Fetcher, root: Path, url: str) -> None:
    lib = GitRepo(root / "lib.git")
    commit = lib.commit({"a": "a"})
    with GitHttpServer(root) as server, GitHttpServer(root) as inside:
        port = inside.host.partition(":")[2]
        with_submodules(root, ("lib", url.format(port=port), commit))
        error = await fetch.refused(server.url("app.git"), "submodule_refused")
        assert error.message.startswith("lib: ")
        assert not inside.requests


@pytest.mark.parametrize(
    "host", ["127.0.0.1:{port}", "localhost:{port}", "2130706433:{port}", "[::1]:{port}", "0:{port}"]
)
async def test_submodules_that_lead_to_this_machine(fetch: Fetcher, root: Path, tmp_path: Path, host: str) -> None:
    commit = GitRepo(root / "lib.git").commit({"a": "a"})
    certificate = authority(tmp_path, "inside")
    fetch.environ["SSL_CERT_FILE"] = str(certificate[0])
    with GitHttpServer(root) as server, GitHttpServer(root, certificate=certificate) as inside:
        port = inside.host.partition(":")[2]
        with_submodules(root, ("lib", f"https://{host.format(port=port)}/lib.git", commit))
        error = await fetch.refused(server.url("app.git"), "unsafe_tree")
        assert "this machine" in error.message
        assert not inside.requests


async def test_submodules_are_bounded_in_number_and_depth(fetch: Fetcher, root: Path) -> None:
    lib = GitRepo(root / "lib.git")
    commit = lib.commit({"a": "a"})
    with_submodules(root, *((f"m{n}", "../lib.git", commit) for n in range(6)))
    fetch.config = Git(max_submodules=5)
    with GitHttpServer(root) as server:
        error = await fetch.refused(server.url("app.git"), "submodule_refused")
        assert "max_submodules" in error.hint
        nested = commit
        for level in range(4):
            nested = sha(
                with_submodules(
                    root, ("in", f"../l{level - 1}.git" if level else "../lib.git", nested), name=f"l{level}.git"
                )
            )
        error = await fetch.refused(server.url("l3.git"), "submodule_refused")
        assert "submodule_depth" in error.hint
        assert (await fetch(server.url("l2.git"))).root.joinpath("in/in/in/a").exists()


async def test_a_submodule_gets_the_credential_of_its_own_host_only(fetch: Fetcher, root: Path) -> None:
    commit = GitRepo(root / "lib.git").commit({"a": "a"})
    with GitHttpServer(root, user="ada", password=CANARY) as server:
        with_submodules(root, ("lib", "../lib.git", commit))
        url = server.url("app.git", userinfo=f"ada:{CANARY}")
        assert (await fetch(url)).commit
        assert CANARY not in "\n".join(fetch.lines)


async def test_submodules_of_a_local_repository_may_be_on_this_machine(fetch: Fetcher, root: Path) -> None:
    commit = GitRepo(root / "lib.git").commit({"a": "a"})
    with GitHttpServer(root) as server:
        app = with_submodules(root, ("lib", server.url("lib.git"), commit))
        assert (await fetch(app.url)).root.joinpath("lib/a").exists()


async def test_a_submodule_that_is_not_there_is_named(fetch: Fetcher, root: Path) -> None:
    GitRepo(root / "lib.git").commit({"a": "a"})
    with GitHttpServer(root) as server:
        for url, code in (("../gone.git", "repository_not_found"), ("../lib.git", "repository_broken")):
            with_submodules(root, ("lib", url, "12" * 20))
            error = await fetch.refused(server.url("app.git"), code)
            assert error.message.startswith("submodule lib: ")
