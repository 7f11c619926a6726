"""Tables and bars for terminals and Markdown. Widths are given, never asked for."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.box import Box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mtrack.render.plain import harmless

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.views.progress import Progress

_RULED = Box("    \n    \n ── \n    \n    \n ── \n    \n    \n")
BAR_WIDTH = 30
# Letters that are written from right to left; a line that holds one gets marks around the cell so that the
# terminal turns the cell and not the row.
_ISOLATE, _POP = "\u2068", "\u2069"


def isolated(text: str) -> str:
    """Harmless text; right-to-left text is set apart so that it turns only itself around."""
    safe = harmless(text)
    if any("\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufefc" for char in safe):
        return f"{_ISOLATE}{safe}{_POP}"
    return safe


class Cells:
    """A terminal table under construction. A column is its heading, ">" before it for right-aligned."""

    def __init__(self, *columns: str, ruled: bool = True) -> None:
        self._table = Table(
            box=_RULED if ruled else None, pad_edge=False, padding=(0, 1, 0, 0) if ruled else (0, 2, 0, 0),
            show_header=any(columns), show_edge=False, header_style="bold",
        )  # fmt: skip
        for column in columns:
            right = column.startswith(">")
            self._table.add_column(
                column.removeprefix(">"), justify="right" if right else "left", no_wrap=right, overflow="fold"
            )

    def row(self, *cells: str, style: str | None = None, end: bool = False) -> None:
        """Add a row; a cell's text is shown as it is, never as markup."""
        self._table.add_row(*(Text(cell) for cell in cells), style=style, end_section=end)

    def render(self, width: int, *, colour: bool, indent: str = "") -> str:
        """The table within `width` columns."""
        return render(self._table, width - len(indent), colour=colour, indent=indent)


def render(table: Table, width: int, *, colour: bool, indent: str = "") -> str:
    """A rich table as text, without the white space it leaves at line ends."""
    out = StringIO()
    console = Console(
        file=out, width=max(width, 40), force_terminal=colour, color_system="standard" if colour else None,
        no_color=not colour, highlight=False, emoji=False, markup=False, legacy_windows=False, _environ={},
    )  # fmt: skip
    console.print(table)
    return "".join(f"{indent}{line.rstrip()}\n" if line.strip() else "\n" for line in out.getvalue().splitlines())


def bars(progress: Progress, width: int = BAR_WIDTH) -> tuple[str, str]:
    """Delivery and billing as two bars of block characters on one scale, the agreed amount.

    Delivery: █ approved. Billing: █ received, ▓ outstanding, ▒ overdue. What is billed over the agreed amount
    runs past the end as ✕.
    """
    if progress.agreed <= 0:
        return "░" * width, "░" * width

    def cells(part: object) -> int:
        return int((part * width / progress.agreed).to_integral_value())  # type: ignore[operator]

    delivered = min(cells(progress.approved), width)
    edges = [cells(progress.received), cells(progress.received + progress.outstanding), cells(progress.billed)]
    edges = [max(edge, 0) for edge in edges]
    line = "█" * edges[0] + "▓" * max(edges[1] - edges[0], 0) + "▒" * max(edges[2] - edges[1], 0)
    over = "✕" * max(len(line) - width, 1 if progress.overbilled else 0)
    billed = line[:width].ljust(width, "░") + over
    return "█" * delivered + "░" * (width - delivered), billed


def columns(rows: Iterable[Sequence[str]]) -> list[int]:
    """The widths of columns, in terminal cells."""
    return [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
