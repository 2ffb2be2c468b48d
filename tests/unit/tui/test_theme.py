"""Every theme can be read: each role of text on each ground that it may stand on (WCAG 2, level AA)."""

import pytest
from textual.color import Color
from textual.theme import Theme

from runix_tui.tui.theme import THEMES

ENOUGH = 4.5
GROUNDS = ("background", "surface", "panel", "primary-muted", "warning-muted")
TEXTS = ("foreground", "text-muted", "text-primary", "text-accent", "text-success", "text-warning", "text-error")


def luminance(colour: Color) -> float:
    parts = (each / 255 for each in (colour.r, colour.g, colour.b))
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_text_can_be_read_on_every_ground(theme: Theme) -> None:
    colours = {name: Color.parse(value) for name, value in colours_of(theme).items()}
    poor = {
        (text, ground): round(ratio, 2)
        for text in TEXTS
        for ground in GROUNDS
        if (ratio := contrast(colours[text], colours[ground])) < ENOUGH
    }
    assert not poor


def colours_of(theme: Theme) -> dict[str, str]:
    found = {**theme.to_color_system().generate(), **theme.variables}
    return {name: found[name] for name in (*GROUNDS, *TEXTS)}
