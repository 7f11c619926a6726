"""The XML of a sheet: where its cells stand, in their order, and which are merged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.spreadsheet.cells import Fault, address
from mtrack.verify.documents import xml

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_SAVE = "open it in a spreadsheet program, see that nothing is missing, and save it again"

Place = tuple[int, int]
"""A row and a column, from 1."""


class Markup(Struct, frozen=True):
    """The cells of a sheet that hold something and how far they reach, its merged ranges, and what is out of order.

    openpyxl skips rows that are not in their order, and keeps the last of several cells at one place.
    """

    cells: dict[Place, Element]
    rows: int
    columns: int
    merged: tuple[tuple[int, int, int, int], ...]
    faults: list[Fault]


def read_markup(root: Element | None) -> Markup:
    """The cells of a sheet; counted as openpyxl does where a row or a cell does not say where it stands."""
    cells: dict[Place, Element] = {}
    faults: list[Fault] = []
    last = 0
    for line in xml.every(root, "sheetData", "row"):
        row = _number(line.get("r")) or next(filter(None, (_place(cell)[0] for cell in line)), last + 1)
        if row <= last:
            says = (
                f"row {row} stands in the file twice"
                if row == last
                else f"row {row} stands below row {last} in the file"
            )
            faults.append(Fault(f"{says}; {_SAVE}", row, 1))
        _read_row(line, row, cells, faults)
        last = max(row, last)
    found = (_range(node.get("ref") or "") for node in xml.every(root, "mergeCells", "mergeCell"))
    rows, columns = (max((place[i] for place in cells), default=0) for i in (0, 1))
    return Markup(cells, rows, columns, tuple(filter(None, found)), faults)


def _read_row(line: Element, row: int, cells: dict[Place, Element], faults: list[Fault]) -> None:
    last = 0
    for cell in line:
        place = _place(cell)
        column = place[1] or last + 1
        if place[0] not in (0, row):
            faults.append(Fault(f"{address(*place)} stands in row {row} in the file; {_SAVE}", *place))
        elif column <= last:
            beside = "twice" if column == last else f"behind {address(row, last)}"
            faults.append(Fault(f"{address(row, column)} stands in the file {beside}; {_SAVE}", row, column))
        last = max(column, last)
        if len(cell):
            cells[row, column] = cell


def _place(cell: Element) -> Place:
    """The place that a cell names; 0, 0 where it names none."""
    match = _REFERENCE.fullmatch(cell.get("r") or "")
    return (int(match[2]), _column(match[1])) if match else (0, 0)


def _number(text: str | None) -> int:
    return int(text) if text is not None and re.fullmatch("[0-9]{1,7}", text) else 0


def _column(name: str) -> int:
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _range(text: str) -> tuple[int, int, int, int] | None:
    ends = [_REFERENCE.fullmatch(end) for end in text.split(":")]
    if len(ends) != 2 or not (ends[0] and ends[1]):  # noqa: PLR2004
        return None
    return int(ends[0][2]), _column(ends[0][1]), int(ends[1][2]), _column(ends[1][1])
