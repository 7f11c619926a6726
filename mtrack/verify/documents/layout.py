"""Characters with their boxes on a page → rows of cells as a reader sees them, from top to bottom."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from mtrack.verify.documents.document import with_mark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_WORD_GAP = 0.2
"""A gap to the next character, as a part of its height: beyond it another word begins."""
_CELL_GAP = 1.0
"""A gap to the next word, as a part of its height: beyond it another cell begins."""
_GLUE = 0.08
_SAME_ROW = 0.35
_SMALL, _RAISED = 0.8, 0.15
"""Parts of the height of a word: a smaller character that stands so much above its foot is raised."""
_BANDS_ABOVE = 3
_OVERLAP = 0.7
"""A distance of lines, as a part of their height: closer ones stand side by side, as lines of one text never do."""
_MAX_LINES_OF_CELL = 9


class Word(Struct):
    """A character, or several that stand together, with their box in points, y upwards.

    `place` is where it begins in the page's text.
    """

    left: float
    bottom: float
    right: float
    top: float
    text: str
    place: int

    @property
    def height(self) -> float:
        """Its height, never 0."""
        return max(self.top - self.bottom, 1.0)

    @property
    def middle(self) -> float:
        """Half way up."""
        return (self.top + self.bottom) / 2


class Cell(NamedTuple):
    """Words of a row that stand together."""

    left: float
    right: float
    text: str


class Line(NamedTuple):
    """A row of a page: its cells, the height of its letters, and the index of its first character."""

    cells: tuple[str, ...]
    height: float
    place: int


def lines(characters: Iterable[Word]) -> list[Line]:
    """The rows of a page."""
    return [line for group in _groups(_bands(_words(characters))) for line in _lines(group)]


def _words(characters: Iterable[Word]) -> list[Word]:
    words: list[Word] = []
    word: Word | None = None
    for char in characters:
        if char.text.isspace() and char.text != "\xa0":
            word = None
        elif word is not None and _is_raised(word, char):
            word.text = with_mark(word.text, char.text)
            word.right = max(word.right, char.right)
        elif word is not None and (char.text == "\xa0" or _joins(word, char)):
            word.text += char.text
            word.right = max(word.right, char.right)
            word.bottom, word.top = min(word.bottom, char.bottom), max(word.top, char.top)
        elif char.text != "\xa0":
            word = char
            words.append(word)
    return words


def _joins(word: Word, char: Word) -> bool:
    """Whether a character goes on with a word: on its line, and right behind it."""
    height = max(char.top - char.bottom, 0.1)
    return abs(char.bottom - word.bottom) < 0.5 * height and -0.5 * height < char.left - word.right < _WORD_GAP * height


def _is_raised(word: Word, char: Word) -> bool:
    """Whether a character is the mark of a note right behind a word, or raised as in "1st"."""
    height = word.top - word.bottom
    if char.bottom - word.bottom <= _RAISED * height or char.top - char.bottom >= _SMALL * height:
        return False
    return char.bottom < word.top and abs(char.left - word.right) < _WORD_GAP * height


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


def _groups(bands: list[list[Word]]) -> Iterator[list[list[Word]]]:
    """Bands that overlap in height: the cells of one row of a table, where some have more lines than others."""
    group: list[list[Word]] = []
    for band in bands:
        if group and not _overlap(group[-1][0], band[0]):
            yield group
            group = []
        group.append(band)
    if group:
        yield group


def _overlap(upper: Word, lower: Word) -> bool:
    return upper.middle - lower.middle < _OVERLAP * min(upper.height, lower.height)


def _lines(group: list[list[Word]]) -> list[Line]:
    """One row for a group of bands; a row for each where they are not the lines of several cells."""
    rows = [_cells(band) for band in group]
    columns = _columns([cell for row in rows for cell in row])
    if 1 < len(group) <= _MAX_LINES_OF_CELL and len(columns) > 1:
        rows, group = [columns], [[word for band in group for word in band]]
    return [
        Line(tuple(" ".join(cell.text.split()) for cell in row), _height(band), band[0].place)
        for row, band in zip(rows, group, strict=True)
    ]


def _height(band: list[Word]) -> float:
    heights = sorted(word.height for word in band)
    return heights[len(heights) // 2]


def _cells(band: list[Word]) -> list[Cell]:
    band.sort(key=lambda word: word.left)
    cells: list[Cell] = []
    for word in band:
        gap = (word.left - cells[-1].right) / word.height if cells else _CELL_GAP
        if not cells or gap > _CELL_GAP:
            cells.append(Cell(word.left, word.right, word.text))
        else:
            last = cells[-1]
            text = last.text + ("" if gap < _GLUE else " ") + word.text
            cells[-1] = Cell(last.left, max(last.right, word.right), text)
    return cells


def _columns(cells: list[Cell]) -> list[Cell]:
    """Cells that stand above one another put together, from left to right; they come from top to bottom."""
    columns: list[Cell] = []
    for cell in cells:
        for i, column in enumerate(columns):
            if cell.left < column.right and column.left < cell.right:
                text = f"{column.text} {cell.text}"
                columns[i] = Cell(min(column.left, cell.left), max(column.right, cell.right), text)
                break
        else:
            columns.append(cell)
    return sorted(columns)
