"""Where a line of a terminal may break: at spaces, never within an amount, a code, a date, an id or a number."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct
from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Iterable

_WHOLE = "\ud800"
"""Stands for a character within which nothing breaks; no text holds a lone surrogate once it is safe."""
_WORD = re.compile("[^ ]+")
_JOINTS = "/-_"
"""A word that is wider than the screen breaks behind one of these where it has one."""


class Run(Struct, frozen=True):
    """Text, and as many characters that say where it may break: at the spaces of `mask`."""

    text: str
    mask: str

    @property
    def width(self) -> int:
        """Columns it takes on one line."""
        return cell_len(self.text)

    @property
    def longest(self) -> int:
        """Columns of its widest part that does not break."""
        return max((cell_len(self.text[slice(*word.span())]) for word in _WORD.finditer(self.mask)), default=0)


def free(text: str) -> Run:
    """Text that breaks at its spaces."""
    return Run(text, text)


def whole(text: str) -> Run:
    """Text that never breaks."""
    return Run(text, _WHOLE * len(text))


def joined(runs: Iterable[Run]) -> Run:
    """Runs one after another, nothing between them."""
    runs = tuple(runs)
    return Run("".join(run.text for run in runs), "".join(run.mask for run in runs))


def wrap(run: Run, width: int, hang: int = 0) -> list[tuple[int, int]]:
    """The lines within `width` columns, as start and end in the text; all but the first have `hang` columns less."""
    lines: list[tuple[int, int]] = []
    start = end = 0

    def fits(to: int) -> bool:
        return cell_len(run.text[start:to]) <= width - (hang if lines else 0)

    for word in _WORD.finditer(run.mask):
        if not fits(word.end()) and run.text[start:end].strip():
            lines.append((start, end))
            start = word.start()
        while not fits(word.end()) and _WHOLE not in word[0]:
            cut = _cut(
                run.text, max(start, word.start()), next(to for to in range(start + 1, word.end() + 1) if not fits(to))
            )
            lines.append((start, cut))
            start = cut
        end = word.end()
    return [*lines, (start, len(run.text))]


def _cut(text: str, start: int, past: int) -> int:
    """Where a word that is too wide breaks: `past` is the end of the first piece that does not fit."""
    last = max(past - 1, start + 1)
    joint = max(text.rfind(joint, start, last) for joint in _JOINTS) + 1
    return joint if joint > start else last
