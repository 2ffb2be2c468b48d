"""What is typed for a key of config.toml, as the file takes it."""

import pytest

from runix_tui.tui.widgets.setting_row import value_of


@pytest.mark.parametrize("typed", ["inf", "-inf", "nan", "1e999", "many"])
def test_what_is_no_number_goes_as_it_is(typed: str) -> None:
    assert value_of(typed, "float") == typed


def test_numbers() -> None:
    assert value_of(" 1.5 ", "float") == 1.5
    assert value_of("3", "int") == 3
    assert value_of("", "float") is None
