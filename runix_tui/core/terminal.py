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
_BREAK = re.compile("[\u2028\u2029]")  # ends of lines and paragraphs, between words as a rule
_REMOVED = frozenset(
    {"Cc", "Cf", "Cs"}
)  # controls; formats without a shape of their own (bidi, U+200B, U+FEFF, U+00AD)
_SHAPELESS = re.compile(
    # Letters and marks that show nothing: they hide text in text. U+FE0E and U+FE0F stay, they choose an emoji's look.
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2065\u3164\ufe00-\ufe0d\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_TAB, _NON_JOINER, _JOINER, _EMOJI_LOOK = "\t", "\u200c", "\u200d", "\ufe0f"
_LETTERS = frozenset({"Lo", "Lm", "Mn", "Mc"})  # of scripts without upper case: Arabic, the Indic ones
_VIRAMA = 9  # the combining class of what takes a letter's vowel away
_EMOJI = frozenset({"So", "Sk", "Sm"})  # and skin tones, arrows


def clean(text: str) -> str:
    """Foreign text for a terminal: colours stay, every other control sequence and character goes."""
    kept = []
    position = 0
    for colour in _COLOUR.finditer(text):
        kept += [plain(text[position : colour.start()]), colour.group()]
        position = colour.end()
    return "".join(kept) + plain(text[position:])


def plain(text: str) -> str:
    """Foreign text without any control sequence, colours included, and without what has no shape.

    The joiners stay where they are seen and the cells can be counted: ZWNJ between letters of a script that joins them
    (Persian), ZWJ between emoji (a family, a profession) and before a virama (Bengali). Elsewhere they only hide a
    difference, but for one that is given up: the ZWJ after a virama, in Sinhala, Malayalam and Hindi. Without it those
    letters are shown in another form, as a rule apart. Rich counts no cell for a letter behind a ZWJ, so a line with
    one would be longer than counted, and what is beside it out of place.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _ESCAPE.sub("", text).rstrip("\r").replace("\r", " ")
    text = _SHAPELESS.sub("", _BREAK.sub(" ", text))
    return "".join(char for at, char in enumerate(text) if _is_shown(text, at, char))


def _is_shown(text: str, at: int, char: str) -> bool:
    if char not in (_NON_JOINER, _JOINER):
        return char == _TAB or unicodedata.category(char) not in _REMOVED
    before, after = text[at - 1 : at], text[at + 1 : at + 2]
    if not before or not after:
        return False
    kind, next_kind = unicodedata.category(before), unicodedata.category(after)
    if char == _NON_JOINER:
        return kind in _LETTERS and next_kind in _LETTERS and before != _EMOJI_LOOK
    if unicodedata.combining(after) == _VIRAMA:
        return kind in _LETTERS and before != _EMOJI_LOOK
    return (kind in _EMOJI or before == _EMOJI_LOOK) and next_kind in _EMOJI
