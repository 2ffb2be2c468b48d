"""The last gate before the terminal: whatever a widget draws loses its control characters here.

Foreign text is cleaned where it comes in (``core.terminal``), which also takes what belongs to a sequence. This is for
the place where that was forgotten: the terminal stays safe, the text may look odd. It costs a search in what is drawn.
"""

import re

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

# C0 and C1 controls, what turns the direction of writing, ends of lines. None takes a cell: the line keeps its width.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class Harmless(LineFilter):
    """Lines without control characters."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, as nearly always, or those without their controls."""
        if not any(_CONTROLS.search(segment.text) for segment in segments):
            return segments
        return [Segment(_CONTROLS.sub("", segment.text), segment.style) for segment in segments]


HARMLESS = Harmless()  # one: lines are cached by the filter that they went through
