"""The bearer token: where it comes from, and when a server takes a new one."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from runix_tui.bootstrap.token import CurrentToken, checked_token, rotate_token, stored_token, take_token
from runix_tui.core.secret import Secret
from runix_tui.errors import ConfigError
from runix_tui.locations import Locations


def test_made_once_and_private(locations: Locations) -> None:
    first = stored_token(locations)
    assert len(first.reveal()) >= 32
    assert stored_token(locations) == first
    assert locations.token_file.stat().st_mode & 0o777 == 0o600
    assert list(locations.state.glob(".*")) == []


def test_made_by_many_at_once_it_is_one(locations: Locations, monkeypatch: pytest.MonkeyPatch) -> None:
    pids = iter(range(100))  # each is a process of its own to the others
    monkeypatch.setattr("os.getpid", lambda: next(pids))
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: stored_token(locations), range(16)))) == 1


def test_an_empty_file_is_no_token(locations: Locations) -> None:
    locations.token_file.write_text("\n")
    assert stored_token(locations).reveal()


def test_a_file_that_is_none(locations: Locations) -> None:
    locations.token_file.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="holds no token"):
        stored_token(locations)
    assert rotate_token(locations) == stored_token(locations)


def test_a_server_takes_a_new_one_and_keeps_to_a_given_one(locations: Locations) -> None:
    current, given = CurrentToken(locations, None), CurrentToken(locations, Secret("given-by-the-environment"))
    old = current()
    new = rotate_token(locations)
    assert current() == new != old
    assert given().reveal() == "given-by-the-environment"
    locations.token_file.write_bytes(b"\xff\xfe")
    assert current() == new
    locations.token_file.unlink()
    assert current() == new
    newest = stored_token(locations)
    assert current() == newest != new


def test_taken_out_of_the_environment() -> None:
    environ = {"RUNIX_TOKEN": "x" * 16, "OTHER": "1"}
    assert take_token(environ) == "x" * 16
    assert environ == {"OTHER": "1"}
    assert take_token(environ) == ""
    assert checked_token("") is None
    assert checked_token("x" * 16) == Secret("x" * 16)


@pytest.mark.parametrize("value", ["short", "x" * 20 + "\n", "grün" * 6, "with a space in it somewhere"])
def test_what_is_no_token(value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        checked_token(value)
    assert value not in caught.value.message + caught.value.hint
