"""A container's counters as both versions of control groups write them."""

from pathlib import Path

import pytest

from runix_tui.engine.counters import Limits, find

NAME = "a" * 64
OTHER = "b" * 64


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    for name in ("1", "2", "3", "self"):
        (tmp_path / "proc" / name).mkdir(parents=True)
        (tmp_path / "proc" / name / "cgroup").write_text("0::/init.scope\n")
    (tmp_path / "proc/2/cgroup").unlink()  # it ended meanwhile
    return tmp_path / "proc"


def write(folder: Path, **texts: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text)


def unified(groups: Path, below: str, *, quota: str = "50000 100000", most: str = "536870912") -> Path:
    folder = groups / below
    write(folder, cpu__stat="usage_usec 2500000\nuser_usec 1\n", cpu__max=f"{quota}\n", memory__max=f"{most}\n")
    write(folder, memory__current="9000\n", memory__stat="anon 7\ninactive_file 4000\n")
    return folder


@pytest.mark.parametrize("scope", [f"machine.slice/libpod-{NAME}.scope", f"libpod_parent/libpod-{NAME}"])
def test_version_2(tmp_path, proc, scope):
    (proc / "1/cgroup").write_text(f"0::/machine.slice/libpod-conmon-{NAME}.scope\n")  # its monitor is not it
    (proc / "3/cgroup").write_text(f"0::/{scope}/container\n")
    folder = unified(tmp_path / "groups", scope)
    found = find([NAME, OTHER], proc, tmp_path / "groups")
    assert list(found) == [NAME]
    assert found[NAME].limits == Limits(0.5, 512 * 1024**2)
    reading = found[NAME].reading()
    assert (reading.cpu, reading.memory) == (2.5, 5000)
    (folder / "memory.current").unlink()
    with pytest.raises(OSError):
        found[NAME].reading()


def test_version_2_without_limits(tmp_path, proc):
    (proc / "3/cgroup").write_text(f"0::/libpod-{NAME}.scope\n")
    unified(tmp_path / "groups", f"libpod-{NAME}.scope", quota="max 100000", most="max")
    assert find([NAME], proc, tmp_path / "groups")[NAME].limits == Limits(None, None)


@pytest.mark.parametrize(
    ("quota", "most", "limits"),
    [("150000", "1024", Limits(1.5, 1024)), ("-1", "9223372036854771712", Limits(None, None))],
)
def test_version_1(tmp_path, proc, quota, most, limits):
    below = f"libpod_parent/libpod-{NAME}"
    (proc / "3/cgroup").write_text(f"5:cpu,cpuacct:/{below}\n4:memory:/{below}\n1:name=systemd:/\n0::/\n")
    groups = tmp_path / "groups"
    write(groups / "cpu" / below, cpu__cfs_quota_us=quota, cpu__cfs_period_us="100000")
    write(groups / "cpuacct" / below, cpuacct__usage="1500000000\n")
    memory = {"memory__limit_in_bytes": most, "memory__usage_in_bytes": "900", "memory__stat": "total_inactive_file 9"}
    write(groups / "memory" / below, **memory)
    found = find([NAME], proc, groups)[NAME]
    assert found.limits == limits
    assert (found.reading().cpu, found.reading().memory) == (1.5, 891)


def test_where_its_files_cannot_be_read_it_is_not_found(tmp_path, proc):
    (proc / "3/cgroup").write_text(f"0::/libpod-{NAME}.scope\n")
    assert find([NAME], proc, tmp_path / "groups") == {}
    (proc / "3/cgroup").write_text("nonsense\n")
    assert find([NAME], proc, tmp_path / "groups") == {}
