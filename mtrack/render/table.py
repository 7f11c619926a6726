"""The sink for tables on a terminal. Widths are given, never asked for."""

from __future__ import annotations

from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

from rich.box import Box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from mtrack.render.cells import Amount, Code, Kind
from mtrack.render.terminal import Apart, safe, shown

if TYPE_CHECKING:
    from mtrack.render.cells import Column, Single, Value
    from mtrack.render.wording import Wording

_RULED = Box("    \n    \n ── \n    \n    \n ── \n    \n    \n")
_NARROWEST = 40


class Table:
    """A table under construction: callers add plain values, here they are made safe, worded and aligned."""

    def __init__(self, wording: Wording, *columns: Column, ruled: bool = True) -> None:
        self._wording = wording
        self._table = RichTable(
            box=_RULED if ruled else None, pad_edge=False, padding=(0, 1, 0, 0) if ruled else (0, 2, 0, 0),
            show_header=any(column.heading for column in columns), show_edge=False, header_style="bold",
        )  # fmt: skip
        for column in columns:
            right = column.kind is Kind.AMOUNT
            self._table.add_column(
                Text(safe(column.heading)), justify="right" if right else "left", no_wrap=right, overflow="fold"
            )

    def row(self, *values: Value, style: str | None = None) -> None:
        """Add a row, all of it in a colour or weight where the table is coloured."""
        self._table.add_row(*(Text(self._cell(value)) for value in values), style=style)

    def render(self, width: int, *, colour: bool, indent: str = "") -> str:
        """The table within `width` columns."""
        out = StringIO()
        console = Console(
            file=out, width=max(width - len(indent), _NARROWEST), force_terminal=colour,
            color_system="standard" if colour else None, no_color=not colour, highlight=False, emoji=False,
            markup=False, legacy_windows=False, _environ={},
        )  # fmt: skip
        console.print(self._table)
        lines = (line.rstrip() for line in out.getvalue().splitlines())
        return "".join(f"{indent}{line}\n" if line else "\n" for line in lines)

    def _cell(self, value: Value) -> str:
        return "\n".join(map(self._single, value)) if isinstance(value, tuple) else self._single(value)

    def _single(self, value: Single) -> str:
        if value is None:
            return ""
        if isinstance(value, int):
            return str(value)
        if isinstance(value, date):
            return self._wording.day(value)
        if isinstance(value, Amount):
            return safe(self._wording.amount(value))
        if isinstance(value, Code):
            return safe(value.text)
        return shown(Apart(value) if isinstance(value, str) else value)
