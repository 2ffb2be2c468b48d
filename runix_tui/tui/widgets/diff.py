"""A unified diff in colours. Pure."""

from collections.abc import Iterable

from textual.content import Content

from runix_tui.core.terminal import plain

_STYLES = {"+": "$text-success", "-": "$text-error", "@": "$text-muted"}


def diff_content(lines: Iterable[str]) -> Content:
    """Lines as they came, each in the colour of what it says."""
    return Content("\n").join(Content.styled(plain(line), _STYLES.get(line[:1], "")) for line in lines)
