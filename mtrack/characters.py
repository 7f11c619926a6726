"""The look of characters: which are invisible, which look alike, and how texts compare that look the same."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

# All that Unicode calls ignorable by default or a format character, and the annotations between lines.
INVISIBLE = (
    "\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Ranges of a character class of a pattern."""
_CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029"
_JOINERS = "\u200c\u200d"
_PICTURE_OR_TEXT = "\ufe0e\ufe0f"
_JOINED = "\u0600-\u1cff\u2190-\u3299\U0001f000-\U0001faff"
"""Ranges in which joiners have a meaning: the scripts from Arabic to the Indic ones, and pictures."""
_PICTURES = "\xa9\xae\u203c-\u3299\U0001f000-\U0001faff"

DASHES = (
    "\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u2212\u2796\u2e17\u2e1a\u2e3a"
    "\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\ufe58\ufe63\uff0d\U00010ead"
)
"""Characters that look like a hyphen."""
_EAST_ASIAN = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HANGUL", "BOPOMOFO"})
"""Scripts that are written together, and with Latin letters."""


@cache
def harmful() -> re.Pattern[str]:
    """A character that could move a cursor, hide text or turn a line around; joiners where scripts and pictures need them aside.

    Patterns such as this take longer to compile than most runs need for all they read: where one is needed, it is compiled.
    """
    return re.compile(
        f"[{_CONTROLS}{INVISIBLE}\ud800-\udfff]"
        f"|(?<![{_JOINED}{_PICTURE_OR_TEXT}])[{_JOINERS}]|[{_JOINERS}](?![{_JOINED}])"
        f"|(?<![{_PICTURES}0-9#*])[{_PICTURE_OR_TEXT}]|(?<=[0-9#*])[{_PICTURE_OR_TEXT}](?!\u20e3)"
    )


@cache
def _unseen() -> re.Pattern[str]:
    return re.compile(f"[{_CONTROLS}{INVISIBLE}{_JOINERS}{_PICTURE_OR_TEXT}\u2800]")


@cache
def _dashes() -> re.Pattern[str]:
    return re.compile(f"[{DASHES}]")


def is_text(text: str) -> bool:
    """Whether all characters are whole: bytes that are no UTF-8 come in as halves."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def normal(text: str, form: Literal["NFC", "NFKC"]) -> str:
    """A text in a normal form of Unicode, in which ASCII is already."""
    if text.isascii():
        return text
    import unicodedata  # noqa: PLC0415  (a library that most runs need not load)

    return unicodedata.normalize(form, text)


def seen(text: str) -> str:
    """A text as it compares: after NFKC, without what shows nothing, all dashes alike, case aside."""
    if text.isascii():
        return (text if text.isprintable() else text.translate(_ascii_unseen())).lower()
    # Twice, since each step can leave work for another: a dash without a compatible form, letters that now compose.
    for _ in range(2):
        text = _unseen().sub(_space_or_nothing, _dashes().sub("-", normal(text, "NFKC"))).casefold()
    return normal(text, "NFKC")


@cache
def _ascii_unseen() -> dict[int, str]:
    """What `seen` makes of those ASCII characters that show nothing."""
    return {ord(char): _space_or_nothing(match) for char in map(chr, range(128)) if (match := _unseen().match(char))}


def _space_or_nothing(match: re.Match[str]) -> str:
    return " " if match[0].isspace() else ""


def seen_words(text: str) -> str:
    """The same for a name: one space wherever there is white space."""
    return " ".join(seen(text).split())


def seen_tight(text: str) -> str:
    """The same for a number: no white space."""
    return "".join(seen(text).split())


def scripts(text: str) -> tuple[str, ...]:
    """The scripts of a text's letters, or where they are of one, of its digits: two or more where it is mixed.

    They are named as Unicode does, in the order they are met. What East Asian languages write together is no mixture.
    """
    text = normal(text, "NFKC")
    if text.isascii():
        return ()
    letters = dict.fromkeys(script(char) for char in text if char.isalpha())
    digits = dict.fromkeys(script(char) for char in text if char.isdecimal())
    found = tuple(name for name in letters if name not in _EAST_ASIAN)
    return found if len(found) > 1 else tuple(digits) if len(digits) > 1 else ()


def script(char: str) -> str:
    """The script of a letter or a digit, as the first word of its name; European digits are Latin."""
    if char.isascii():
        return "LATIN"
    import unicodedata  # noqa: PLC0415

    return unicodedata.name(char, "UNKNOWN").split(maxsplit=1)[0]
