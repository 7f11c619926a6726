"""Line breaks on a terminal: at spaces, never within an amount, a code, a date, an id or a number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WHOLE, _TIED = "\ud800", "\ud801"
"""Stand for a character behind which nothing breaks, and for a space that breaks where there is no other way.

No text holds a lone surrogate once it is safe.
"""
_WORD = re.compile("[^ ]+")
_APART = re.compile(f"[^ {_TIED}]+")
_GLANCE = 4_000
"""Characters by which nearly every text is known not to fit on a line."""
_JOINTS = "/-_"
"""A word that is wider than the screen breaks behind one of these where it has one."""


def columns(text: str) -> int:
    """Columns that a text takes on one line."""
    return len(text) if text.isascii() and text.isprintable() else cell_len(text)


class Run(Struct, frozen=True):
    """Text, and as many characters that say where it may break: at the spaces of `mask`."""

    text: str
    mask: str

    @property
    def width(self) -> int:
        """Columns it takes on one line."""
        return columns(self.text)

    @property
    def longest(self) -> int:
        """Columns of its widest part that does not break."""
        if " " not in self.mask:
            return columns(self.text)
        return max((columns(self.text[slice(*word.span())]) for word in _WORD.finditer(self.mask)), default=0)


def free(text: str) -> Run:
    """Text that breaks at its spaces."""
    return Run(text, text)


def whole(text: str) -> Run:
    """Text that does not break, but for one that is wider than the screen: at its spaces."""
    return Run(text, _TIED.join(_WHOLE * len(word) for word in text.split(" ")) if " " in text else _WHOLE * len(text))


def joined(runs: Iterable[Run]) -> Run:
    """Runs one after another, nothing between them."""
    runs = tuple(runs)
    if len(runs) == 1:
        return runs[0]
    return Run("".join(run.text for run in runs), "".join(run.mask for run in runs))


def wrap(run: Run, width: int, hang: int = 0) -> list[tuple[int, int]]:
    """The lines within `width` columns, as start and end in the text; all but the first have `hang` columns less."""
    lines: list[tuple[int, int]] = []
    start = end = 0

    def fits(to: int) -> bool:
        room = width - (hang if lines else 0)
        begins = run.text[
            start : min(to, start + _GLANCE)
        ]  # a long word is not measured to its end for each line of it
        return columns(begins) <= room and (to <= start + _GLANCE or columns(run.text[start:to]) <= room)

    for word in _words(run, width - hang):
        too_wide = _WHOLE not in word[0] and columns(run.text[slice(*word.span())]) > width - hang
        if not fits(word.end()) and not too_wide and run.text[start:end].strip():
            lines.append((start, end))
            start = word.start()
        while not fits(word.end()) and _WHOLE not in word[0]:
            past = next(to for to in range(start + 1, word.end() + 1) if not fits(to))
            none_fits = start < word.start() and past - 1 <= word.start() and run.text[start:end].strip()
            cut = word.start() if none_fits else _cut(run.text, max(start, word.start()), past)
            lines.append((start, cut))
            start = cut
        end = word.end()
    return [*lines, (start, len(run.text))]


def _words(run: Run, width: int) -> Iterator[re.Match[str]]:
    """The pieces that stay together on a line of `width` columns."""
    for word in _WORD.finditer(run.mask):
        if _TIED in word[0] and columns(run.text[slice(*word.span())]) > width:
            yield from _APART.finditer(run.mask, *word.span())
        else:
            yield word


def _cut(text: str, start: int, past: int) -> int:
    """The offset at which a word that is too wide breaks: `past` is the end of the first piece that does not fit."""
    last = max(past - 1, start + 1)
    joint = max(text.rfind(joint, start, last) for joint in _JOINTS) + 1
    return joint if joint > start else last
