"""Characters with their boxes on a page → rows of cells as a reader sees them, from top to bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD_GAP = 0.2
"""Of its height: where the next character is further away, another word begins."""
_CELL_GAP = 1.0
"""Of its height: where the next word is further away, another cell begins."""
_GLUE = 0.08
_SAME_ROW = 0.35
_BANDS_ABOVE = 3


class Character(NamedTuple):
    """A character's box in points, y upwards; `index` is its place in the page's text."""

    left: float
    bottom: float
    right: float
    top: float
    text: str
    index: int


class Word(Struct):
    """Characters that stand together."""

    left: float
    bottom: float
    right: float
    top: float
    text: str
    index: int

    @property
    def height(self) -> float:
        """Its height, never 0."""
        return max(self.top - self.bottom, 1.0)

    @property
    def middle(self) -> float:
        """Half way up."""
        return (self.top + self.bottom) / 2


class Line(NamedTuple):
    """A row of a page: its cells, the height of its letters, and the index of its first character."""

    cells: tuple[str, ...]
    height: float
    index: int


def lines(characters: Iterable[Character]) -> list[Line]:
    """The rows of a page."""
    return [_line(band) for band in _bands(_words(characters))]


def _words(characters: Iterable[Character]) -> list[Word]:
    words: list[Word] = []
    word: Word | None = None
    for char in characters:
        if char.text.isspace() and char.text != "\xa0":
            word = None
        elif word is not None and (char.text == "\xa0" or _joins(word, char)):
            word.text += char.text
            word.right = max(word.right, char.right)
            word.bottom, word.top = min(word.bottom, char.bottom), max(word.top, char.top)
        elif char.text != "\xa0":
            word = Word(*char)
            words.append(word)
    return words


def _joins(word: Word, char: Character) -> bool:
    """Whether a character goes on with a word: on its line, and right behind it."""
    height = max(char.top - char.bottom, 0.1)
    return abs(char.bottom - word.bottom) < 0.5 * height and -0.5 * height < char.left - word.right < _WORD_GAP * height


def _bands(words: list[Word]) -> list[list[Word]]:
    """Words whose middles are at one height; a raised or smaller word counts with the row it stands in."""
    bands: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (-word.middle, word.left)):
        for band in bands[-_BANDS_ABOVE:]:
            if abs(word.middle - band[0].middle) < _SAME_ROW * min(word.height, band[0].height):
                band.append(word)
                break
        else:
            bands.append([word])
    return bands


def _line(band: list[Word]) -> Line:
    band.sort(key=lambda word: word.left)
    cells: list[str] = []
    end = band[0].left
    for i, word in enumerate(band):
        gap = (word.left - end) / word.height
        if i == 0 or gap > _CELL_GAP:
            cells.append(word.text)
        else:
            cells[-1] += word.text if gap < _GLUE else f" {word.text}"
        end = max(end, word.right)
    heights = sorted(word.height for word in band)
    return Line(tuple(" ".join(cell.split()) for cell in cells), heights[len(heights) // 2], band[0].index)
