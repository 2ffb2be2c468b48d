"""Symlinks that leave a tree are found, on whatever way they do it; the file system is the judge."""

import errno
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.errors import SourceError
from runix_tui.source.links import Links


def links(**targets: str) -> Links:
    made = Links()
    for path, target in targets.items():
        made.add(path.replace("__", "/").encode(), target.encode())
    return made


@pytest.mark.parametrize(
    "targets",
    [
        {"a": "b"},
        {"a": "./b/../c"},
        {"a__b": "../c"},
        {"a__b__c": "../../d"},
        {"a": "nowhere/at/all"},
        {"a": "a"},
        {"a": "b", "b": "a"},
        {"a__l": "..", "b": "a/l/x"},
    ],
)
def test_links_that_stay(targets: dict[str, str]) -> None:
    links(**targets).check()


@pytest.mark.parametrize(
    ("targets", "path"),
    [
        ({"a": "/etc/passwd"}, "a"),
        ({"a": "/"}, "a"),
        ({"a": ".."}, "a"),
        ({"a": "../x"}, "a"),
        ({"a__b": "../../x"}, "a/b"),
        ({"a": "b/../../x"}, "a"),
        ({"a__l": "..", "b": "a/l/../x"}, "b"),
        ({"a": "b", "b": "c", "c": "../x"}, "a"),
    ],
)
def test_links_that_leave(targets: dict[str, str], path: str) -> None:
    with pytest.raises(SourceError) as caught:
        links(**targets).check()
    assert caught.value.code == "unsafe_tree"
    assert caught.value.message.startswith(f"{path}: ")


@pytest.mark.parametrize("target", [b"", b"a\0b"])
def test_targets_that_are_none(target: bytes) -> None:
    with pytest.raises(SourceError):
        Links().add(b"a", target)


_part = st.sampled_from(["..", ".", "d", "d/e", "l", "m", "n"])
_target = st.lists(_part, min_size=1, max_size=5).map("/".join)
_place = st.sampled_from(["l", "m", "d/l", "d/m", "d/e/l", "d/e/n"])


@given(st.dictionaries(_place, _target, max_size=5))
def test_agrees_with_the_file_system(targets: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        outer = Path(folder).resolve()
        top = outer / "1/2/3/4/5/6/top"
        (top / "d/e").mkdir(parents=True)
        made = Links()
        for path, target in targets.items():
            (top / path).symlink_to(target)
            made.add(path.encode(), target.encode())
        for path in targets:
            if not made.leaves(path.encode()) and not _loops(top / path):
                # where it really leads, also when the end of it is not there
                assert Path(os.path.realpath(top / path)).is_relative_to(top)


def _loops(path: Path) -> bool:
    try:
        path.stat()
    except OSError as error:
        return error.errno == errno.ELOOP
    return False
