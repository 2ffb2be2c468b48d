"""Repositories on this machine."""

from pathlib import Path

import pygit2
import pytest

from runix_tui.core.ports import Remote
from runix_tui.errors import InvalidRequest
from tests.fetchkit import Fetcher
from tests.gitkit import GitRepo, Submodule, git


@pytest.fixture
def work(tmp_path: Path) -> GitRepo:
    repo = GitRepo(tmp_path / "work", bare=False)
    repo.commit({"main.py": "one", "web/index.html": "<p>", "web/a/b": "b"}, "first", check_out=True)
    return repo


async def test_deploys_the_commit_not_the_files(fetch: Fetcher, work: GitRepo) -> None:
    (work.path / "main.py").write_text("two")
    (work.path / "new").mkdir()
    (work.path / "new/file").write_text("")
    (work.path / "new/other").write_text("")
    (work.path / ".git/info/exclude").write_text("ignored\n")
    (work.path / "ignored").write_text("")
    checkout = await fetch(work.url)
    assert (checkout.root / "main.py").read_text() == "one"
    assert checkout.branch == "main"
    assert fetch.lines[0] == "3 uncommitted files are not deployed: main.py, new/file, new/other"
    assert fetch.lines[1].startswith(f"Fetched {checkout.commit.short} first (main, ")  # type: ignore[union-attr]


async def test_says_nothing_of_a_clean_folder(fetch: Fetcher, work: GitRepo) -> None:
    await fetch(work.url)
    assert len(fetch.lines) == 1
    (work.path / "one").write_text("")
    await fetch(work.url)
    assert fetch.lines[0] == "1 uncommitted file is not deployed: one"


async def test_another_branch_than_the_checked_out_one(fetch: Fetcher, work: GitRepo) -> None:
    sha = work.commit({"x": "x"}, branch="feature/x")
    (work.path / "dirty").write_text("")
    checkout = await fetch(work.url, "feature/x")
    assert checkout.commit is not None
    assert checkout.commit.sha == sha
    assert fetch.lines[0] == "The folder has main checked out; what is deployed is feature/x, as committed"


async def test_a_folder_within_a_work_tree(fetch: Fetcher, work: GitRepo) -> None:
    (work.path / "dirty").write_text("")
    (work.path / "web/dirty").write_text("")
    checkout = await fetch(str(work.path / "web"))
    assert checkout.root == checkout.top / "web"
    assert checkout.tracked == {"index.html", "a/b"}
    assert fetch.lines[0] == "1 uncommitted file is not deployed: dirty"
    assert (await fetch(str(work.path / "web"), root_dir="a")).tracked == {"b"}


async def test_a_folder_that_its_repository_does_not_know_is_without_git(fetch: Fetcher, work: GitRepo) -> None:
    (work.path / "scratch").mkdir()
    (work.path / "scratch/a").write_text("a")
    checkout = await fetch(str(work.path / "scratch"))
    assert checkout.commit is None
    assert (checkout.root / "a").exists()
    assert fetch.lines[0].startswith("Copied 1 files of a folder that its repository does not track (")
    error = await fetch.refused(str(work.path / "scratch"), "branch_not_found", "main")
    assert "Commit" in error.hint


async def test_a_folder_that_the_branch_does_not_have(fetch: Fetcher, work: GitRepo) -> None:
    work.commit({"other": "x"}, branch="bare")
    error = await fetch.refused(str(work.path / "web"), "root_dir_not_found", "bare")
    assert "web" in error.message


async def test_a_work_tree_that_is_elsewhere(fetch: Fetcher, work: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret/canary").write_text("")
    git(work.path, "config", "core.worktree", str(tmp_path / "secret"))
    checkout = await fetch(work.url)
    assert checkout.commit is None
    assert "canary" not in "\n".join(fetch.lines)


async def test_a_bare_repository_and_a_folder_in_it(fetch: Fetcher, tmp_path: Path) -> None:
    bare = GitRepo(tmp_path / "bare.git")
    bare.commit({"a": "a"})
    assert (await fetch(bare.url)).tracked == {"a"}
    assert (await fetch(f"file://{bare.url}")).tracked == {"a"}
    assert (await fetch(str(bare.path / "refs"))).commit is None


async def test_a_linked_work_tree(fetch: Fetcher, work: GitRepo, tmp_path: Path) -> None:
    git(work.path, "worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    (tmp_path / "side/new").write_text("")
    checkout = await fetch(str(tmp_path / "side"), "side")
    assert checkout.branch == "side"
    assert fetch.lines[0] == "1 uncommitted file is not deployed: new"


async def test_no_main_takes_the_default_and_a_detached_head_its_commit(fetch: Fetcher, tmp_path: Path) -> None:
    repo = GitRepo(tmp_path / "r", bare=False, head="trunk")
    first = repo.commit({"a": "1"}, branch="trunk", check_out=True)
    repo.commit({"a": "2"}, branch="other")
    checkout = await fetch(repo.url)
    assert checkout.branch == "trunk"
    assert fetch.lines[0] == "There is no branch main: taking trunk, the repository's default"
    repo.git.set_head(pygit2.Oid(hex=first))
    repo.git.references.delete("refs/heads/trunk")
    detached = await fetch(repo.url)
    assert detached.branch is None
    assert detached.commit is not None
    assert detached.commit.sha == first
    assert "(HEAD, " in fetch.lines[-1]


async def test_refuses_what_cannot_be_deployed(fetch: Fetcher, work: GitRepo, tmp_path: Path) -> None:
    empty = GitRepo(tmp_path / "empty", bare=False)
    (empty.path / "uncommitted").write_text("")
    await fetch.refused(empty.url, "repository_empty")
    await fetch.refused(work.url, "branch_not_found", "nope")
    (work.path / ".git/HEAD").write_text("nonsense")
    await fetch.refused(work.url, "repository_broken")


async def test_a_tag_named_like_a_branch(fetch: Fetcher, work: GitRepo) -> None:
    head = work.git.references["refs/heads/main"].target
    other = work.commit({"tagged": "x"}, branch="elsewhere")
    work.git.references.create("refs/tags/main", pygit2.Oid(hex=other))
    work.git.references.create("refs/tags/v1", pygit2.Oid(hex=other))
    checkout = await fetch(work.url, "main")
    assert checkout.commit is not None
    assert checkout.commit.sha == str(head)
    assert "tag" in (await fetch.refused(work.url, "branch_not_found", "v1")).hint


async def test_branches_with_strange_names(fetch: Fetcher, work: GitRepo) -> None:
    target = work.git.references["refs/heads/main"].target
    heads = work.path / ".git/refs/heads"
    for name in ("-x", "a'b\"c", "ünï"):
        (heads / name).write_text(f"{target}\n")
        assert (await fetch(work.url, name)).branch == name
    (heads / "caf\udce9").write_text(f"{target}\n")
    (heads / "broken").write_text("nonsense\n")
    assert (await fetch(work.url)).branch == "main"
    await fetch.refused(work.url, "branch_not_found", "a b")


async def test_the_check_answers_with_the_field(fetch: Fetcher, work: GitRepo, tmp_path: Path) -> None:
    await fetch.source.check(Remote(work.url, "main"), timeout=5)
    for remote, path in (
        (Remote(str(tmp_path / "absent")), "repo_url"),
        (Remote(work.url, "nope"), "branch"),
    ):
        with pytest.raises(InvalidRequest) as caught:
            await fetch.source.check(remote, timeout=5)
        assert caught.value.errors[0].path == path
        assert caught.value.hint
    assert not list(fetch.locations.checkouts.iterdir())


async def test_configuration_of_the_repository_has_no_effect(fetch: Fetcher, work: GitRepo, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    hook = work.path / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {marker}\n")
    hook.chmod(0o755)
    for key in ("core.fsmonitor", "core.sshCommand", "filter.evil.smudge", "filter.evil.clean", "diff.external"):
        git(work.path, "config", key, f"touch {marker}; cat")
    work.commit({".gitattributes": "* filter=evil\n", "a": "a"})
    (work.path / ".gitattributes").write_text("* filter=evil\n")
    (work.path / "main.py").write_text("changed")
    assert (await fetch(work.url)).tracked
    assert not marker.exists()


async def test_submodules_of_a_local_repository(fetch: Fetcher, tmp_path: Path) -> None:
    inner = GitRepo(tmp_path / "inner.git")
    deep = inner.commit({"deep.txt": "deep"})
    lib = GitRepo(tmp_path / "lib.git")
    modules = f'[submodule "i"]\npath = in/ner\nurl = file://{inner.url}\n'
    sha = lib.commit({"lib.txt": "lib", ".gitmodules": modules, "in/ner": Submodule(deep)})
    lib.commit({"lib.txt": "newer"})
    app = GitRepo(tmp_path / "app.git")
    text = '[submodule "lib"]\npath = vendor/lib\nurl = ../lib.git\n'
    app.commit({"a": "a", ".gitmodules": text, "vendor/lib": Submodule(sha), "orphan": Submodule(deep)})
    checkout = await fetch(app.url)
    assert (checkout.root / "vendor/lib/lib.txt").read_text() == "lib"
    assert (checkout.root / "vendor/lib/in/ner/deep.txt").read_text() == "deep"
    assert list((checkout.root / "orphan").iterdir()) == []
    assert checkout.tracked == {
        "a",
        ".gitmodules",
        "vendor/lib/lib.txt",
        "vendor/lib/.gitmodules",
        "vendor/lib/in/ner/deep.txt",
    }
    assert f"Fetched submodule vendor/lib at {sha[:7]}" in fetch.lines
    assert any(line.startswith("Submodule orphan is left empty") for line in fetch.lines)


async def test_submodules_that_git_keeps_in_the_clone(fetch: Fetcher, tmp_path: Path) -> None:
    lib = GitRepo(tmp_path / "lib.git")
    lib.commit({"lib.txt": "lib"})
    app = GitRepo(tmp_path / "app", bare=False)
    app.commit({"a": "a"}, check_out=True)
    git(app.path, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", lib.url, "lib")
    git(app.path, "commit", "-q", "-m", "add lib")
    lib.path.rename(tmp_path / "gone.git")
    checkout = await fetch(app.url)
    assert (checkout.root / "lib/lib.txt").read_text() == "lib"


async def test_a_submodule_whose_repository_or_commit_is_gone(fetch: Fetcher, tmp_path: Path) -> None:
    app = GitRepo(tmp_path / "app.git")
    for url in ("../gone.git", "./"):
        app.commit({".gitmodules": f'[submodule "l"]\npath = l\nurl = {url}\n', "l": Submodule("12" * 20)})
        error = await fetch.refused(app.url, "repository_not_found")
        assert error.message.startswith("submodule l: ")


async def test_a_submodules_name_does_not_lead_out_of_the_clone(fetch: Fetcher, tmp_path: Path) -> None:
    secret = GitRepo(tmp_path / "secret.git")
    sha = secret.commit({"s": "secret"})
    app = GitRepo(tmp_path / "app", bare=False)
    name = "../../../secret.git"
    app.commit({".gitmodules": f'[submodule "{name}"]\npath = l\nurl = ../gone.git\n', "l": Submodule(sha)})
    await fetch.refused(app.url, "repository_not_found")
