"""The colours of Runix: dark, light, and one for who needs contrast. Widgets name roles (``$success``), never colours.

State is told by symbol and word too, so that each theme, and none (``NO_COLOR``), tells everything.
"""

from textual.theme import Theme

DARK, LIGHT, CONTRAST = "runix", "runix-light", "runix-high-contrast"


def _variables(border: str, quiet: str, muted: str, ground: str, *, cursor: str, found: str) -> dict[str, str]:
    """The focused pane's border, all that is to be quiet, what matters less, what scroll bars stand on, the row at a
    cursor, and what a search found: every role is to be read on them."""
    return {
        "border": border,
        "border-blurred": quiet,
        "text-muted": muted,
        "primary-muted": cursor,
        "warning-muted": found,
        "scrollbar": quiet,
        "scrollbar-hover": muted,
        "scrollbar-active": border,
        "scrollbar-background": ground,
        "scrollbar-background-hover": ground,
        "scrollbar-background-active": ground,
        "scrollbar-corner-color": ground,
        "button-focus-text-style": "bold",
    }


THEMES = (
    Theme(
        DARK,
        primary="#6cb6ff",
        secondary="#539bf5",
        accent="#56d4dd",
        success="#6bc46d",
        warning="#e0a84a",
        error="#f47067",
        foreground="#d3dae3",
        background="#11151a",
        surface="#151a20",
        panel="#1d242c",
        dark=True,
        variables=_variables("#6cb6ff", "#323c47", "#8b98a6", "#151a20", cursor="#1c2d42", found="#352b14"),
    ),
    Theme(
        LIGHT,
        primary="#0b5cad",
        secondary="#0969da",
        accent="#0a7580",
        success="#1a7f37",
        warning="#8a5a00",
        error="#c11f2b",
        foreground="#1c232b",
        background="#f5f7f9",
        surface="#ffffff",
        panel="#e6ebf0",
        dark=False,
        variables=_variables("#0b5cad", "#c3ccd6", "#5a6672", "#ffffff", cursor="#d2e4f6", found="#f3e4bd"),
    ),
    Theme(
        CONTRAST,
        primary="#5fd7ff",
        secondary="#5fd7ff",
        accent="#5fffff",
        success="#5fff5f",
        warning="#ffd700",
        error="#ff6b6b",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#262626",
        dark=True,
        text_alpha=1.0,
        variables={
            **_variables("#ffffff", "#9a9a9a", "#e0e0e0", "#000000", cursor="#003a5c", found="#3d3300"),
            "text-success": "#5fff5f",
            "text-warning": "#ffd700",
            "text-error": "#ff8080",
            "text-accent": "#5fffff",
            "text-primary": "#5fd7ff",
        },
    ),
)
