import subprocess
from pathlib import Path

import pytest

from runix_tui.engine import apt, roots
from runix_tui.errors import BuildError

KEYS = "/usr/share/keyrings/debian-archive-keyring.pgp"


def entries(**more: object) -> list[apt.Entry]:
    return [apt.Entry("https://me:hunter2@m.example/debian", "trixie", ("main",), **more)]  # type: ignore[arg-type]  # a test's own keywords


def command(tmp_path: Path, **more: object) -> list[str]:
    return roots._command("/usr/bin/mmdebstrap", "trixie", entries(**more), tmp_path)


def test_the_suite_comes_last_and_the_tar_goes_to_standard_output(tmp_path: Path) -> None:
    assert command(tmp_path)[-3:] == ["trixie", "-", "-"]
    assert "--format=tar" in command(tmp_path)


def test_a_mirrors_password_is_neither_in_the_argv_nor_in_the_root(tmp_path: Path) -> None:
    words = command(tmp_path)
    written = "".join(path.read_text() for path in tmp_path.iterdir())
    assert "hunter2" not in " ".join(words) + written
    assert "deb https://m.example/debian trixie main" in written


def test_the_archives_own_keys_are_named_in_the_root_by_no_path_of_the_host(tmp_path: Path) -> None:
    command(tmp_path, signed_by=KEYS)
    assert "signed-by" not in (tmp_path / "sources.list").read_text()


def test_another_key_comes_along_to_the_same_place(tmp_path: Path) -> None:
    command(tmp_path, signed_by="/etc/apt/keyrings/com pany.gpg")
    assert "signed-by=/etc/apt/keyrings/com pany.gpg" in (tmp_path / "sources.list").read_text()
    assert "cp '/etc/apt/keyrings/com pany.gpg' './etc/apt/keyrings/com pany.gpg'" in (tmp_path / "setup").read_text()


def test_the_hooks_do_what_they_say_on_a_folder(tmp_path: Path) -> None:
    hooks, target = tmp_path / "hooks", tmp_path / "root"
    hooks.mkdir()
    target.mkdir()
    words = [word.partition("=")[2] for word in command(hooks) if "-hook=" in word]
    for hook in words:
        for name in ("usr/share/doc/a", "var/cache/apt", "etc/apt/sources.list.d", "usr/share/man/de"):
            (target / name).mkdir(parents=True, exist_ok=True)
        subprocess.run([hook, str(target)], check=True)
    assert (target / "bin").readlink() == Path("usr/bin")
    assert list((target / "usr/share/doc").iterdir()) == []
    assert [path.name for path in (target / "usr/share/man").iterdir()] == ["man1"]
    assert list((target / "var/cache/apt").iterdir()) == []
    assert "Keep-Downloaded-Packages" in (target / "etc/apt/apt.conf.d/runix").read_text()
    assert not (target / "etc/apt/preferences.d/runix").exists()
    assert (target / "etc/apt/sources.list").read_text() == "deb https://m.example/debian trixie main\n"


async def test_without_the_program_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots.shutil, "which", lambda *_, **__: None)
    with pytest.raises(BuildError) as caught:
        await roots.make(None, "trixie", lambda *_: None, {})  # type: ignore[arg-type]  # never asked
    assert caught.value.code == "no_base_image"
    assert "doctor --fix" in caught.value.hint


@pytest.mark.parametrize(
    ("said", "code", "transient", "hint"),
    [
        ("W: GPG error: x NO_PUBKEY 0123", "no_base_image", False, "debian-archive-keyring"),
        ("E: Failed to fetch x  Temporary failure resolving 'm'", "network", True, "network"),
        ("tar: write error: No space left on device", "disk_full", False, "space"),
        ("E: something else", "no_base_image", False, "registry.mirror"),
    ],
)
def test_why_it_failed_is_read_from_its_words(said: str, code: str, transient: bool, hint: str) -> None:
    error = roots._failed("trixie", ["before", said])
    assert (error.code, error.transient) == (code, transient)
    assert hint in error.hint
    assert said in error.evidence
