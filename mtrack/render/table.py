"""The sink for tables on a terminal. Widths are given, never asked for."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack import money
from mtrack.render import flow
from mtrack.render.cells import Amount, Code, Kind, amounts
from mtrack.render.layout import Grid
from mtrack.render.terminal import Apart, coloured, run, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.render.cells import Column, Single, Value
    from mtrack.render.flow import Run
    from mtrack.render.layout import Cell, Line
    from mtrack.render.terminal import Screen
    from mtrack.render.wording import Wording

_UNLIMITED = 100_000
_COMMON_DECIMALS = 4
"""A currency of more decimals shows, in each column, only as many as an amount there needs."""
_FEWEST_DECIMALS = 2


class Table:
    """A table under construction: callers add plain values, here they are made safe, worded and aligned."""

    def __init__(
        self,
        wording: Wording,
        *columns: Column,
        ruled: bool = True,
        trim: bool = True,
        headed: bool = True,
        whole: bool = False,
    ) -> None:
        """Without a head (`headed`) what a column holds must be plain from its values; `whole` breaks no cell."""
        self._wording = wording
        self._whole = whole
        self._headed = headed
        self._columns = columns
        self._ruled = ruled
        self._trim = trim
        self._rows: list[Sequence[Value]] = []
        self._styles: list[str | None] = []
        self._always: list[bool] = []

    def row(self, *values: Value, style: str | None = None, always: bool = False) -> None:
        """Add a row, all of it in a colour or weight where the table is coloured; sums are shown `always`."""
        self._rows.append(values)
        self._styles.append(style)
        self._always.append(always)

    def print(self, screen: Screen, indent: str = "") -> None:
        """Add the table to a screen, within its width, and note on the screen which columns are left out."""
        more = self._cut(screen)
        width = (screen.width or _UNLIMITED) - len(indent)
        grid = self.grid(aligned=True)
        shown = grid.fitting(width)
        if grid.spare:
            left_out = [] if shown is None else [self._columns[i].heading for i in grid.spare if i not in shown]
            screen.leave_out(left_out, grid.needs + len(indent))
        if shown is not None:
            lines = grid.aligned(shown, width, ruled=self._ruled)
        elif self._is_of_sums and (turned := self._turned()).grid(aligned=True).needs <= width:
            turned.print(screen, indent)
            return
        else:
            lines = self.grid(aligned=False).stacked(width)
        screen.block("".join(self._line(line, indent, colour=screen.colour) for line in lines))
        screen.tell_more(more, "row" if more == 1 else "rows", indent)

    def _cut(self, screen: Screen) -> int:
        """Leave out the rows that the screen has no room for; how many."""
        whole = len(self._rows)
        room = screen.rows(whole - sum(self._always))
        kept = [i for i, always in enumerate(self._always) if always or (room := room - 1) >= 0]
        if len(kept) < whole:
            self._rows, self._styles = [self._rows[i] for i in kept], [self._styles[i] for i in kept]
            self._always = [self._always[i] for i in kept]
        return whole - len(kept)

    def fits(self, screen: Screen, indent: str = "") -> bool:
        """Whether it has room beside each other, without columns that may be left out; else its rows are stacked."""
        return self.grid(aligned=True).fitting((screen.width or _UNLIMITED) - len(indent)) is not None

    @property
    def _is_of_sums(self) -> bool:
        return all(column.kind is Kind.AMOUNT for column in self._columns[1:])

    def _turned(self) -> Table:
        """The table with its columns as rows."""
        first, *rest = self._columns
        table = Table(
            self._wording, first, *amounts(*(str(row[0]) for row in self._rows)), ruled=self._ruled, trim=False
        )
        for column, values in zip(rest, self._values()[1:], strict=True):
            table.row(column.heading, *values)
        return table

    def _line(self, line: Line, indent: str, *, colour: bool) -> str:
        style = "bold" if line.bold else None if line.row is None else self._styles[line.row]
        return f"{indent}{coloured(line.text, (style,) if style else (), colour=colour)}".rstrip() + "\n"

    def grid(self, *, aligned: bool) -> Grid:
        """The cells as text; `aligned` with room behind amounts, so that their points stand below each other."""
        cells = [self._column(values, aligned=aligned) for values in self._values()]
        heads = [flow.free(safe(column.heading)) for column in self._columns]
        return Grid(self._columns, heads, list(zip(*cells, strict=True)), headed=self._headed)

    def _values(self) -> list[Sequence[Value]]:
        """The values by column, without decimals that no amount of a column needs."""
        columns = [[row[i] for row in self._rows] for i in range(len(self._columns))]
        return list(map(_trimmed, columns)) if self._trim else list(columns)

    def _column(self, values: Sequence[Value], *, aligned: bool) -> list[Cell]:
        most = max((_decimals(amount) for amount in _amounts(values)), default=0)
        return [self._cell(value, most if aligned else 0) for value in values]

    def _cell(self, value: Value, most: int) -> Cell:
        if isinstance(value, tuple):
            return tuple(flow.whole(self._single(single, most).text) for single in value)
        single = self._single(value, most)
        return (flow.whole(single.text) if self._whole else single,)

    def _single(self, value: Single, most: int) -> Run:
        if isinstance(value, Amount):
            return flow.whole(safe(self._amount(value, most)))
        if isinstance(value, date):
            return flow.whole(self._wording.day(value))
        if isinstance(value, Code):
            return flow.whole(safe(value.text))
        if value is None or isinstance(value, int):
            return flow.whole("" if value is None else str(value))
        return run(Apart(value) if isinstance(value, str) else value)

    def _amount(self, amount: Amount, most: int) -> str:
        """The amount, with room behind it for the decimals of others."""
        decimals = _decimals(amount)
        room = " " * (most - decimals + (1 if not decimals else 0)) if most > decimals else ""
        text, code = self._wording.amount(amount), f" {amount.currency}"
        if amount.currency is not None and self._wording.code_last:
            return f"{text.removesuffix(code)}{room}{code}"
        return text + room


def _amounts(values: Iterable[Value]) -> Iterable[Amount]:
    singles = (single for value in values for single in (value if isinstance(value, tuple) else (value,)))
    return (single for single in singles if isinstance(single, Amount))


def _decimals(amount: Amount) -> int:
    return max(amount.decimals, money.decimals_used(amount.value))


def _trimmed(values: Sequence[Value]) -> Sequence[Value]:
    """A column in which amounts of a currency with many decimals show as many as one of them needs."""
    most: dict[int, int] = defaultdict(lambda: _FEWEST_DECIMALS)
    for amount in _amounts(values):
        most[amount.decimals] = max(most[amount.decimals], money.decimals_used(amount.value))

    def trim(value: Value) -> Value:
        if isinstance(value, Amount) and value.decimals > _COMMON_DECIMALS:
            return replace(value, decimals=most[value.decimals])
        return value

    return [trim(value) for value in values]
