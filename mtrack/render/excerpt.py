"""A long line of a file, cut around what is marked in it: between words, never within one."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from mtrack.render.terminal import safe

_BEFORE = 30
"""The columns before the marked span that a long line keeps at least."""
_CUT, _CUT_AFTER, _CUT_BEFORE = "…", " …", "… "
_MARGIN = len(_CUT_BEFORE + _CUT_AFTER)
_PER_COLUMN = 4
"""Characters that one column takes at most; what shows nothing could take any number, and measuring it any time."""
_AMOUNT = re.compile(r"[-+]?[0-9][0-9.,_]*")


def excerpt(line: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """The line within `room` columns, how many columns stand before the marked span, and how many it takes.

    `start` and `end` say which characters are marked.
    """
    if len(line) <= room and line.isascii() and line.isprintable():
        return line.rstrip(), start, max(end - start, 1)
    most = room * _PER_COLUMN
    before, marked, after = safe(line[:start])[-most:], safe(line[start:end])[:most], safe(line[end:].rstrip())[:most]
    if _columns(before + marked + after) > room:
        marked = _beginning(marked, room - _MARGIN) or _cut_word(marked, room - _MARGIN)
        left = room - _columns(marked)
        before = _ending(before, left - min(_columns(after), max(left - _BEFORE, len(_CUT_AFTER))))
        after = _beginning(after, left - _columns(before)) or _CUT_AFTER if after else ""
    return (before + marked + after).rstrip(), _columns(before), max(_columns(marked), 1)


def _beginning(text: str, room: int) -> str:
    """The first words of a text, as many as there is room for; empty where there is room for none."""
    if _columns(text) <= room:
        return text
    ends = [space.start() for space in re.finditer(" +", text) if space.start()]
    fitting = bisect_right(ends, room, key=lambda end: _columns(text[:end] + _CUT_AFTER))
    return text[: ends[fitting - 1]] + _CUT_AFTER if fitting else ""


def _ending(text: str, room: int) -> str:
    """The last words of a text, as many as there is room for."""
    if _columns(text) <= room:
        return text
    starts = [space.end() for space in re.finditer(" +", text)]
    first = bisect_left(starts, -room, key=lambda start: -_columns(_CUT_BEFORE + text[start:]))
    return _CUT_BEFORE + text[starts[first] :] if first < len(starts) else _CUT_BEFORE


def _cut_word(text: str, room: int) -> str:
    """The beginning of a text whose first word is too wide; an amount stays whole anyway."""
    word = text.split(" ", 1)[0]
    if _AMOUNT.fullmatch(word):
        return word
    end = len(text)
    while _columns(text[:end]) >= room:
        end -= 1
    return text[:end] + _CUT


def _columns(text: str) -> int:
    """The number of columns that a terminal takes to show it."""
    from rich.cells import cell_len  # noqa: PLC0415  (it takes long to load, and few lines are cut)

    return cell_len(text)
