import stat
from pathlib import Path

import pytest

from runix_tui.errors import ConfigError
from runix_tui.gateway import files


def test_files_are_private_and_replaced_whole(tmp_path: Path):
    files.write(tmp_path, {"a": "one\r\n", "b": "two"})
    before = (tmp_path / "b").stat().st_ino
    files.write(tmp_path, {"a": "three", "b": "two"})
    assert (tmp_path / "a").read_bytes() == b"three"
    assert (tmp_path / "b").stat().st_ino == before  # unchanged: not written
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "b"]


def test_line_ends_stay_what_they_are(tmp_path: Path):
    files.write(tmp_path, {"a": "one\r\n"})
    assert (tmp_path / "a").read_bytes() == b"one\r\n"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be written"):
        files.write(tmp_path / "nowhere", {"a": "one"})
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="file"):
        files.make_folder(tmp_path / "file" / "below")


@pytest.mark.parametrize(("text", "port"), [("8081\n", 8081), ("", None), ("x", None), ("0", None), ("70000", None)])
def test_the_kept_port(tmp_path: Path, text: str, port: int | None):
    (tmp_path / "port").write_text(text)
    assert files.read_port(tmp_path / "port") == port


def test_no_port_was_kept(tmp_path: Path):
    assert files.read_port(tmp_path / "port") is None
