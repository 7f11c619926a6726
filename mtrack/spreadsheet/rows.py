"""The rows below a header: their cells by what they hold, an entry per invoice; empty rows and what is left out aside."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from mtrack.spreadsheet.columns import BILLED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.spreadsheet.cells import Cell, Faults, Sheet
    from mtrack.spreadsheet.columns import Header

_NOTHING = frozenset("-–—")
_SEVERAL = re.compile(r"[,&+]|\s(?:and|und|et|y)\s")


class Entry(Struct):
    """The part of a row on one invoice: the cells, and the values read from them."""

    row: int
    cells: dict[str, Cell]
    values: dict[str, Any] = field(default_factory=dict)


class Row(Struct):
    """A row of the table: what it says of a milestone, and of its invoices."""

    number: int
    cells: dict[str, Cell]
    entries: list[Entry]
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def first(self) -> Cell:
        """The cell to name where the whole row is meant."""
        cells = [*self.cells.values(), *(cell for entry in self.entries for cell in entry.cells.values())]
        return self.cells.get("name") or min(cells, key=lambda cell: cell.column)


def table_rows(sheet: Sheet, header: Header, faults: Faults) -> list[Row]:
    """The rows below the header that hold something of their own."""
    keys = {column: key for key, column in header.columns.items()}
    result: list[Row] = []
    for number in sorted(sheet.rows):
        if number <= header.row or number in header.repeated:
            continue
        cells = {keys[column]: cell for column, cell in sheet.rows[number].items() if column in keys}
        cells = {key: cell for key, cell in cells.items() if not _is_nothing(cell)}
        if all(cell.is_copy for cell in cells.values()):
            continue
        for cell in cells.values():
            if cell.trouble is not None:
                faults.add(cell, cell.trouble)
        billed = {key: cell for key, cell in cells.items() if key in BILLED}
        own = {key: cell for key, cell in cells.items() if key not in billed}
        if not header.is_export and "invoice" in billed and len(_parts(billed["invoice"])) == 1:
            _refuse_several(billed["invoice"], faults)
        result.append(Row(number, own, _entries(number, billed, faults)))
    return result


def _is_nothing(cell: Cell) -> bool:
    """Whether a cell holds only a dash, which people write for "nothing"."""
    return cell.trouble is None and isinstance(cell.value, str) and set(cell.value) <= _NOTHING


def _entries(number: int, cells: dict[str, Cell], faults: Faults) -> list[Entry]:
    """A row's invoices: one, or as many as its cell of numbers lists."""
    if not cells:
        return []
    numbers = cells.get("invoice")
    count = len(_parts(numbers)) if numbers is not None else 1
    columns: dict[str, Sequence[Cell | None]] = {}
    for key, cell in cells.items():
        parts: Sequence[Cell | None] = _parts(cell) if count > 1 or _is_quoted(cell) else [cell]
        if len(parts) != count:
            faults.add(
                cell, f"'{cell.text}' lists {len(parts)}, and {numbers.address if numbers else ''} {count} invoices"
            )
            parts = [replace(cell, trouble="", part=i) for i in range(count)]
        columns[key] = parts
    numbered = [i for i in range(count) if numbers is None or columns["invoice"][i] is not None]
    if numbers is not None and len(numbered) < count:
        faults.add(numbers, f"'{numbers.text}' has a ';' with no number on one side of it")
        if not numbered:  # the row may hold nothing else
            numbered, columns["invoice"] = [0], [replace(numbers, trouble="")]
    return [
        Entry(number, {key: part for key, parts in columns.items() if (part := parts[i]) is not None}) for i in numbered
    ]


def _is_quoted(cell: Cell) -> bool:
    return isinstance(cell.value, str) and cell.value.startswith('"') and cell.value.endswith('"')


def _parts(cell: Cell) -> Sequence[Cell | None]:
    """The values that a cell lists, with ";" or a new line between; one with such a mark in it stands in quotes."""
    if not isinstance(cell.value, str) or not re.search('[;\n"]', cell.value):
        return [cell]
    try:
        texts = [
            text.strip()
            for line in csv.reader(cell.value.splitlines(), delimiter=";", skipinitialspace=True, strict=True)
            for text in line
        ]
    except csv.Error:
        return [cell]
    return [replace(cell, value=text, part=i) if set(text) - _NOTHING else None for i, text in enumerate(texts)]


def _refuse_several(cell: Cell, faults: Faults) -> None:
    """Numbers with a comma between them would be taken for one."""
    parts = [re.sub(r"[0-9]+", "0", part.strip()) for part in _SEVERAL.split(cell.text)]
    if len(parts) > 1 and len(set(parts)) == 1 and "0" in parts[0]:
        faults.add(cell, f"'{cell.text}' seems to be several numbers; put ';' between them, or give each a row")
