"""Foreign text made harmless for a terminal: no control sequence but colours leaves this module. Pure."""

import re
import unicodedata

_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
_CSI = r"[0-?]*[ -/]*[@-~]?"  # what follows ESC [ (ECMA-48, 5.4)
_ESCAPE = re.compile(
    # ESC [ …, the strings of ESC ] P X ^ _ up to their end, every other sequence of ESC; then the same in one character
    rf"\x1b(?:\[{_CSI}|[\]PX^_].*?(?:\x07|\x1b\\|$)|[ -/]*[0-~]?)|\x9b{_CSI}|[\x90\x98\x9d\x9e\x9f].*?(?:\x9c|$)",
    re.DOTALL,
)
_REMOVED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # controls, invisible formats (bidi), line separators
_KEPT = frozenset("\t\u200c\u200d")  # tab; joiners, which scripts and emoji are written with


def clean(text: str) -> str:
    """Foreign text for a terminal: colours stay, every other control sequence and character goes."""
    kept = []
    position = 0
    for colour in _COLOUR.finditer(text):
        kept += [plain(text[position : colour.start()]), colour.group()]
        position = colour.end()
    return "".join(kept) + plain(text[position:])


def plain(text: str) -> str:
    """Foreign text without any control sequence, colours included."""
    text = _ESCAPE.sub("", text).rstrip("\r").replace("\r", " ")
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in _REMOVED)
