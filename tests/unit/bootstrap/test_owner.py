"""The pipe from a front end to the server that it owns."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

OWNED = """
import time
from runix_tui.bootstrap import owner
print(owner.token_line(), flush=True)
owner.end_with_owner()
print("watching", flush=True)
time.sleep({seconds})
print("on its own", flush=True)
"""


@contextmanager
def owned(seconds: float = 60) -> Iterator["subprocess.Popen[bytes]"]:
    child = subprocess.Popen(
        [sys.executable, "-c", OWNED.format(seconds=seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def write(child: "subprocess.Popen[bytes]", data: bytes) -> None:
    assert child.stdin
    child.stdin.write(data)
    child.stdin.flush()


@pytest.mark.parametrize("last", [b"", b"keepsake\n", b"kee"])
def test_the_end_of_the_pipe_is_the_end(last: bytes) -> None:
    with owned() as child:
        write(child, b"a-token\n")
        assert child.stdout
        assert [child.stdout.readline() for _ in range(2)] == [b"a-token\n", b"watching\n"]
        out, _ = child.communicate(last, timeout=20)
        assert (child.returncode, out) == (-signal.SIGTERM, b"")


def test_one_that_is_kept_goes_on() -> None:
    with owned(seconds=0.3) as child:
        out, _ = child.communicate(b"\nkeep\n", timeout=20)
        assert (child.returncode, out.splitlines()[-1]) == (0, b"on its own")


def test_an_exit_while_the_owner_lives_is_a_clean_one() -> None:
    """A thread that holds the lock of ``sys.stdin`` would abort it."""
    with owned(seconds=0) as child:
        write(child, b"\n")
        assert child.wait(20) == 0
