"""Fits a table to a width: in full, without columns of little weight, or each row stacked. Nothing is cut for it."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.render import flow
from mtrack.render.cells import ALWAYS, Kind
from mtrack.render.terminal import balanced

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtrack.render.cells import Column
    from mtrack.render.flow import Run

Cell = tuple["Run", ...]
"""The contents of a cell, below each other."""

_GAP = 2
_COMFORT, _FEW_LINES = 16, 4
"""Columns that a text of several words gets at least, and the lines it takes at most, before a column is left out."""
_PAIRS = 3
"""The most values on a line below a stacked row's name."""
_BETWEEN = "   "
_INDENT = 2


class Line(Struct, frozen=True):
    """A line of a table; `row` is the number of its row, None above the first."""

    text: str
    row: int | None = None
    bold: bool = False


class Grid:
    """The cells of a table, row by row, and the columns they stand in."""

    def __init__(
        self, columns: Sequence[Column], heads: Sequence[Run], rows: Sequence[Sequence[Cell]], *, headed: bool = True
    ) -> None:
        """`headed` says whether the heads stand above the columns; stacked rows have them in any case."""
        self._columns = columns
        self._heads = heads
        self._rows = rows
        self._headed = headed and any(head.text for head in heads)
        above = heads if headed else [flow.free("")] * len(heads)
        self._full = [max(head.width, *(_width(row[i]) for row in rows), 0) for i, head in enumerate(above)]
        self._least = [max(head.longest, *(_least(row[i]) for row in rows), 0) for i, head in enumerate(above)]
        self.needs = _with_gaps(self._least)
        """The width from which no column is left out."""
        self.spare = [i for i, column in enumerate(columns) if column.keep != ALWAYS]
        """The columns that may be left out."""

    def fitting(self, width: int) -> list[int] | None:
        """The columns that have room, by number; None where too few have, and rows are to be stacked."""
        shown = list(range(len(self._columns)))
        spare = sorted(self.spare, key=lambda i: self._columns[i].keep)
        while _with_gaps([self._least[i] for i in shown]) > width:
            if not spare or len(shown) - 1 < len(self._columns) / 2:
                return None
            shown.remove(spare.pop(0))
        return shown

    def aligned(self, shown: Sequence[int], width: int, *, ruled: bool) -> Iterator[Line]:
        """The columns `shown` beside each other."""
        widths = dict(zip(shown, self._widths(shown, width), strict=True))
        if self._headed:
            heads = {i: _lines((self._heads[i],), widths[i]) for i in shown}
            tallest = max(map(len, heads.values()))
            heads = {i: [""] * (tallest - len(lines)) + lines for i, lines in heads.items()}
            yield from (Line(text, bold=True) for text in self._beside(heads, widths))
            if ruled:
                yield Line("─" * _with_gaps(list(widths.values())))
        for number, row in enumerate(self._rows):
            for text in self._beside({i: _lines(row[i], widths[i]) for i in shown}, widths):
                yield Line(text, number)

    def stacked(self, width: int) -> Iterator[Line]:
        """Each row's name, and below it what else it holds, each value with its column's heading."""
        title = next(i for i, column in enumerate(self._columns) if column.keep == ALWAYS)
        if self._heads[title].text:
            yield Line(self._heads[title].text, bold=True)
        for number, row in enumerate(self._rows):
            for text in _hanging(_beside(row[title]), width, 2 * _INDENT):
                yield Line(text, number)
            pairs = [self._pair(i, cell) for i, cell in enumerate(row) if i != title and any(run.text for run in cell)]
            for packed in _packed(pairs, width - _INDENT):
                for text in _hanging(packed, width - _INDENT, _INDENT):
                    yield Line(" " * _INDENT + text, number)

    def _pair(self, i: int, cell: Cell) -> Run:
        heading = self._heads[i].text
        if self._columns[i].in_code:
            return flow.whole(f"{heading} {_beside(cell).text}")
        return flow.joined((flow.free(f"{heading}: " if heading else ""), _beside(cell)))

    def _widths(self, shown: Sequence[int], width: int) -> list[int]:
        """The widest columns give way first, none below what it is at ease in."""
        widths, least = [self._full[i] for i in shown], [self._least[i] for i in shown]
        for _ in range(_with_gaps(widths) - width):
            widest = max((i for i in range(len(shown)) if widths[i] > least[i]), key=lambda i: widths[i])
            widths[widest] -= 1
        return widths

    def _beside(self, cells: dict[int, list[str]], widths: dict[int, int]) -> Iterator[str]:
        for texts in zip_longest(*cells.values(), fillvalue=""):
            yield (
                (" " * _GAP)
                .join(self._padded(i, text, widths[i]) for i, text in zip(cells, texts, strict=True))
                .rstrip()
            )

    def _padded(self, i: int, text: str, width: int) -> str:
        space = " " * (width - flow.columns(text))
        return space + text if self._columns[i].kind is Kind.AMOUNT else text + space


def _width(cell: Cell) -> int:
    return cell[0].width if len(cell) == 1 else max((run.width for run in cell), default=0)


def _least(cell: Cell) -> int:
    return _eased(cell[0]) if len(cell) == 1 else max(map(_eased, cell), default=0)


def _eased(run: Run) -> int:
    """The columns that a text is at ease in."""
    longest, width = run.longest, run.width
    return longest if longest == width else max(longest, min(width, _COMFORT), width // _FEW_LINES)


def _with_gaps(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _lines(cell: Cell, width: int) -> list[str]:
    if len(cell) == 1 and cell[0].width <= width:
        return [cell[0].text]
    return [text for run in cell for text in _broken(run, width, 0)]


def _broken(run: Run, width: int, hang: int) -> list[str]:
    if run.width <= width:
        return [run.text]
    return balanced(run.text[start:end] for start, end in flow.wrap(run, width, hang))


def _hanging(run: Run, width: int, hang: int) -> list[str]:
    first, *more = _broken(run, width, hang)
    return [first, *(" " * hang + text for text in more)]


def _beside(cell: Cell) -> Run:
    """The lines of a cell in one, empty ones left out."""
    runs = [part for run in cell if run.text for part in (flow.free(", "), run)]
    return flow.joined(runs[1:])


def _packed(pairs: Sequence[Run], width: int) -> Iterator[Run]:
    """Pairs in lines, as many as have room on one."""
    line: list[Run] = []
    for pair in pairs:
        if line and (len(line) == _PAIRS or flow.joined(_spaced([*line, pair])).width > width):
            yield flow.joined(_spaced(line))
            line = []
        line.append(pair)
    if line:
        yield flow.joined(_spaced(line))


def _spaced(pairs: Sequence[Run]) -> list[Run]:
    return [part for pair in pairs for part in (flow.free(_BETWEEN), pair)][1:]
