"""The last visit comes back as it was, and a broken file is as good as none."""

import json
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from runix_tui.tui.listing import Order
from runix_tui.tui.looks import Look
from runix_tui.tui.state import Visit, load, save
from tests.unit.tui.entries import entry

VISIT = Visit(
    selected="id-1",
    tab="logs",
    order=Order.CPU,
    filter="shop",
    theme="runix-light",
    keys={"app.help": "h"},
    fleet=(entry("shop"), entry("db", "tools", Look.STOPPED, version=None, commit=None, url=None)),
)


def test_it_comes_back(tmp_path: Path):
    save(tmp_path / "tui.json", VISIT)
    assert load(tmp_path / "tui.json") == VISIT


def test_it_is_the_users_alone_and_leaves_nothing_beside(tmp_path: Path):
    save(tmp_path / "tui.json", VISIT)
    save(tmp_path / "tui.json", VISIT)
    assert [each.name for each in tmp_path.iterdir()] == ["tui.json"]
    assert stat.S_IMODE((tmp_path / "tui.json").stat().st_mode) == 0o600


def broken() -> list[str]:
    good = json.loads(json.dumps(VISIT.__class__.__name__))
    row = {"id": "a", "name": "b", "project": "c", "look": "live", "word": "live", "kind": "web", "version": 1}
    return [
        "",
        "{",
        json.dumps(good),
        "[]",
        "null",
        '{"order": "nonsense"}',
        '{"selected": 3}',
        '{"keys": []}',
        '{"fleet": [{}]}',
        json.dumps({"fleet": [row | {"changed_at": "yesterday"}]}),
        json.dumps({"fleet": [row | {"changed_at": "2026-02-25T10:00:00"}]}),  # no zone
        json.dumps({"fleet": [row | {"changed_at": 5}]}),
        json.dumps({"fleet": [row | {"changed_at": "2026-02-25T10:00:00Z", "version": float("inf")}]}),
        '{"fleet": ["x"]}',
        '{"fleet": [null]}',
        '{"fleet": {"0": 1}}',
        '{"fleet": 7}',
        "[" * 100_000,
    ]


@pytest.mark.parametrize("text", broken())
def test_a_broken_file_is_as_good_as_none(tmp_path: Path, text: str):
    (tmp_path / "tui.json").write_text(text)
    assert load(tmp_path / "tui.json") == Visit()


def test_no_file_and_bytes_that_are_no_text(tmp_path: Path):
    assert load(tmp_path / "none.json") == Visit()
    (tmp_path / "tui.json").write_bytes(b"\xff\xfe\x00")
    assert load(tmp_path / "tui.json") == Visit()
    (tmp_path / "folder").mkdir()
    assert load(tmp_path / "folder") == Visit()


def test_a_disk_that_takes_nothing_keeps_nobody(tmp_path: Path):
    save(tmp_path / "gone" / "tui.json", VISIT)
    (tmp_path / "folder" / "inside").mkdir(parents=True)
    save(tmp_path / "folder", VISIT)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder"]


def test_an_older_file_lacks_what_is_new(tmp_path: Path):
    (tmp_path / "tui.json").write_text('{"tab": "logs"}')
    assert load(tmp_path / "tui.json") == replace(Visit(), tab="logs")
