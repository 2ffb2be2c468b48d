"""The rules of policy routing, against a stand-in for ``ip`` that keeps them in a file."""

import stat

import pytest

from runix_tui.engine.isolation import POOL, in_pool, keep_apart, let_go
from runix_tui.errors import Unavailable

STANDIN = """#!/bin/sh
# ip rule list|add|del pref N WORDS…
rules="$0.rules"
case "$2" in
  list) grep "^$4:" "$rules" || true ;;
  add) n=$4; shift 4; echo "$n: $*" >> "$rules"; echo add >> "$0.calls" ;;
  del) grep -v "^$4:" "$rules" > "$rules.new"; mv "$rules.new" "$rules" ;;
esac
"""


@pytest.fixture
def ip(tmp_path):
    program = tmp_path / "ip"
    program.write_text(STANDIN, "utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "ip.rules").touch()
    return program


def rules(ip) -> list[str]:
    return (ip.parent / "ip.rules").read_text("utf-8").splitlines()


def test_set_once_and_taken_away(ip):
    keep_apart(str(ip))
    keep_apart(str(ip))
    assert rules(ip) == [f"8910: iif lo to {POOL} lookup main", f"8911: from {POOL} to {POOL} prohibit"]
    assert (ip.parent / "ip.calls").read_text("utf-8").split() == ["add", "add"]
    let_go(str(ip))
    let_go(str(ip))
    assert rules(ip) == []


@pytest.mark.parametrize(("says", "code"), [("RTNETLINK answers: File exists", 2), ("", 0)])
def test_another_home_was_first(ip, says, code):
    ip.write_text(f"#!/bin/sh\necho '{says}' >&2\nexit {code}\n", "utf-8")
    keep_apart(str(ip))


def test_says_what_is_refused(ip):
    ip.write_text("#!/bin/sh\necho 'Operation not permitted' >&2\nexit 2\n", "utf-8")
    with pytest.raises(Unavailable) as caught:
        keep_apart(str(ip))
    assert "Operation not permitted" in caught.value.message
    assert caught.value.code == "engine_isolation"


def test_no_program():
    with pytest.raises(Unavailable):
        keep_apart("/no/such/ip")


@pytest.mark.parametrize(
    ("subnet", "inside"),
    [
        ("10.90.0.0/24", True),
        ("10.91.255.0/24", True),
        ("10.89.0.0/24", False),
        ("10.0.0.0/8", False),
        ("fd00::/64", False),
    ],
)
def test_networks_of_the_pool(subnet, inside):
    assert in_pool(subnet) is inside
