"""The kernel's tables of sockets."""

import os
import socket
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.engine.listeners import descendants, listeners_of, parse_table

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def row(local: str, state: str = "0A", inode: int = 7) -> str:
    return (
        f"   0: {local} 00000000:0000 {state} 00000000:00000000 00:00000000 00000000  1000        0 {inode} 1 0 100\n"
    )


little = pytest.mark.skipif(sys.byteorder != "little", reason="the table is in the host's byte order")


@little
@pytest.mark.parametrize(
    ("local", "address", "port"),
    [
        ("0100007F:1F90", "127.0.0.1", 8080),
        ("00000000:0050", "0.0.0.0", 80),
        ("0200590A:0BB8", "10.89.0.2", 3000),
        ("00000000000000000000000000000000:1F90", "::", 8080),
        ("00000000000000000000000001000000:1F90", "::1", 8080),
        ("0000000000000000FFFF00000100007F:1F90", "127.0.0.1", 8080),
        ("B80D01200000000000000000010000AB:0001", "2001:db8::ab00:1", 1),
    ],
)
def test_addresses(local, address, port):
    (found,) = parse_table(HEAD + row(local))
    assert (str(found.address), found.port, found.inode) == (address, port, 7)


def test_only_what_listens():
    table = HEAD + row("0100007F:1F90", "01") + row("00000000:0050", "0A", 9) + row("00000000:0051", "06")
    assert [each.inode for each in parse_table(table)] == [9]


def test_nothing():
    assert parse_table("") == parse_table(HEAD) == []
    assert listeners_of(0) == listeners_of(2**22 + 1) == []


@given(st.text(max_size=200))
def test_a_table_of_anything_but_listening_rows_is_empty(text):
    assert parse_table(HEAD + "\n".join(line for line in text.splitlines() if "0A" not in line)) == []


def test_own_sockets_among_the_hosts():
    with socket.create_server(("127.0.0.1", 0)) as mine, socket.create_server(("0.0.0.0", 0)) as open_to_all:
        found = {each.port: each.loopback for each in listeners_of(os.getpid(), shared_network=True)}
        assert found[mine.getsockname()[1]] is True
        assert found[open_to_all.getsockname()[1]] is False
        everybody = {each.port for each in listeners_of(os.getpid())}
        assert found.keys() <= everybody
    assert mine.fileno() == -1


def test_descendants_and_their_sockets():
    script = (
        "import socket, subprocess, sys\n"
        "s = socket.create_server(('127.0.0.1', 0)); s.set_inheritable(True)\n"
        "c = subprocess.Popen(['sleep', '30'], pass_fds=[s.fileno()])\n"
        "print(s.getsockname()[1], c.pid, flush=True); sys.stdin.read(); c.kill(); c.wait()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        port, grandchild = map(int, child.stdout.readline().split())
        assert grandchild in descendants(os.getpid())
        assert descendants(child.pid) == (grandchild,)
        assert [each.port for each in listeners_of(child.pid, shared_network=True)] == [port]
        child.stdin.close()
