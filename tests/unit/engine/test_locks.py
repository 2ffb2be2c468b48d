import asyncio
from pathlib import Path

import pytest

from runix_tui.engine.locks import held
from runix_tui.errors import BuildError


async def test_one_at_a_time_and_the_others_are_told_once(tmp_path: Path) -> None:
    inside, most, told = 0, 0, []

    async def work(name: str) -> None:
        nonlocal inside, most
        async with held(tmp_path / "locks", "python:3.11", lambda: told.append(name)):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*(work(str(number)) for number in range(3)))
    assert most == 1
    assert len(told) == len(set(told))


async def test_other_things_are_not_waited_for(tmp_path: Path) -> None:
    async with held(tmp_path, "a", pytest.fail), held(tmp_path, "b", pytest.fail):
        pass


async def test_a_holder_that_fails_or_is_cancelled_lets_go(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        async with held(tmp_path, "a", pytest.fail):
            raise RuntimeError
    async with held(tmp_path, "a", pytest.fail):
        pass


async def test_a_link_in_the_place_of_a_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks/a.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(BuildError, match="symbolic"):
        async with held(tmp_path / "locks", "a", pytest.fail):
            pass
    assert not (tmp_path / "victim").exists()
