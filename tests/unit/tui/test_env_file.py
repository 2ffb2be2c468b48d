""".env files that a user names."""

import os
from pathlib import Path

import pytest

from runix_tui.errors import InvalidRequest
from runix_tui.tui import env_file


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A='x\r\ny'\n")
    assert env_file.read(str(tmp_path / ".env")) == "A='x\r\ny'\n"


@pytest.mark.parametrize("name", ["~nosuchuser/.env", "nul\0", "/nowhere/.env", "/dev/zero", "/", ""])
def test_what_is_no_file_is_refused(name: str) -> None:
    with pytest.raises(InvalidRequest):
        env_file.read(name)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidRequest, match="no file"):
        env_file.read(str(tmp_path / "pipe"))


@pytest.mark.parametrize("held", [b"A=\xff", b"A=1\n" * env_file.LARGEST])
def test_what_is_no_environment_is_refused(tmp_path: Path, held: bytes) -> None:
    (tmp_path / ".env").write_bytes(held)
    with pytest.raises(InvalidRequest):
        env_file.read(str(tmp_path / ".env"))
