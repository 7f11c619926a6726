"""XLSX: the cells of one sheet, merged ranges filled in, read with openpyxl once nothing in the file can do harm.

openpyxl reads row by row here (`read_only`), which makes no cell that is not in the file and looks at no drawing, but
also knows no merged ranges and skips what is out of order: where the cells stand is taken from the sheet's XML, which is
parsed first to see that it declares no document type and is no larger than a plan can be.
"""

from __future__ import annotations

import io
import re
import warnings
from datetime import date, datetime
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from mtrack import limits, money
from mtrack.errors import UsageError
from mtrack.spreadsheet import formats
from mtrack.spreadsheet.cells import Cell, FaultyError, Sheet, refuse, refuse_damaged
from mtrack.spreadsheet.markup import Markup, Place, read_markup
from mtrack.spreadsheet.strings import Strings, Text
from mtrack.verify.documents import office, xml
from mtrack.verify.documents.document import UnreadableError

if TYPE_CHECKING:
    import zipfile
    from xml.etree.ElementTree import Element

_MAX_UNPACKED = 128 << 20
_MAX_MERGED = 100_000
_NOT_ONE = "it is not an XLSX workbook, or is damaged; save it as .xlsx or as CSV"
_SHOWN_DIGITS = Context(prec=15)
"""A workbook keeps binary numbers and shows 15 digits of them, as `0.1+0.2` does."""
_LOST = 10**15
"""Of a number from here on, which has more digits than a workbook keeps, some are lost."""


def read_workbook(data: bytes, wanted: str | None) -> Sheet:
    """The cells of the sheet that is wanted, or of the only one. Raises FaultyError, UsageError."""
    try:
        parts = _checked(data)
    except UnreadableError as error:
        refuse(f"it {error}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl's remarks on what it leaves out
        book = _open(data, values=False)
        name = _chosen(book, parts, wanted)
        return Sheet(_merged(*_cells(data, book, name, parts)))


def _checked(data: bytes) -> dict[str, Element]:
    """The XML parts of an archive, each well-formed, without a document type and of a bearable size."""
    with office.open_archive(data) as archive:
        _check_size(archive)
        return {
            name: xml.read_xml(office.read_part(archive, name))
            for name in archive.namelist()
            if name.endswith((".xml", ".rels"))
        }


def _check_size(archive: zipfile.ZipFile) -> None:
    if sum(info.file_size for info in archive.infolist()) > _MAX_UNPACKED:
        raise UnreadableError(reason="unpacks to far more than a workbook should")


def _open(data: bytes, *, values: bool) -> Any:
    """The workbook, with its formulas or with their values."""
    import openpyxl  # noqa: PLC0415  (only where there is a workbook)

    try:
        return openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=values, keep_links=False)
    except Exception:  # noqa: BLE001  (whatever openpyxl makes of a damaged file)
        refuse(_NOT_ONE)


def _markup(sheet: Any, parts: dict[str, Element]) -> Markup:
    """A sheet's cells, no more than a plan has."""
    found = read_markup(parts.get(sheet._worksheet_path))  # noqa: SLF001  (a part's name; there is no other way to it)
    if found.rows > limits.SHEET_ROWS or found.columns > limits.SHEET_COLUMNS:
        refuse(f"sheet '{sheet.title}' has more than {limits.SHEET_ROWS:,} rows or {limits.SHEET_COLUMNS} columns")
    return found


def _chosen(book: Any, parts: dict[str, Element], wanted: str | None) -> str:
    """The name of the sheet to read: the one that is wanted, else the only visible one that holds something."""
    names = [sheet.title for sheet in book.worksheets]
    listed = ", ".join(f"'{name}'" for name in names)
    if wanted is not None:
        for same in (lambda name: name == wanted, lambda name: name.casefold() == wanted.strip().casefold()):
            if found := next(filter(same, names), None):
                return str(found)
        message = f"--sheet: there is no sheet '{wanted}'; there is {listed}"
        raise UsageError(message)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    filled = [sheet for sheet in visible if _markup(sheet, parts).cells]
    if len(filled or visible) != 1:
        refuse(f"it has several sheets; say which with --sheet: {listed}" if visible else _NOT_ONE)
    return str((filled or visible)[0].title)


def _cells(data: bytes, book: Any, name: str, parts: dict[str, Element]) -> tuple[list[Cell], Markup]:
    """The cells that hold something, a formula by its value."""
    markup = _markup(book[name], parts)
    if markup.faults:
        raise FaultyError(markup.faults)
    found = {place: cell for place, cell in _read(book[name], markup).items() if cell.value is not None}
    values: dict[Place, Any] = {}
    if any(cell.data_type == "f" for cell in found.values()):
        values = _read(_open(data, values=True)[name], markup)
    strings = Strings(parts.values())
    try:
        cells = [_cell(cell, values.get(place), markup.cells[place], strings) for place, cell in found.items()]
    except (LookupError, AttributeError):  # a style that is not there
        refuse_damaged()
    return [cell for cell in cells if cell is not None], markup


def _read(sheet: Any, markup: Markup) -> dict[Place, Any]:
    """The cells as openpyxl has them: all that are in the file, and no others."""
    if not markup.cells:
        return {}
    cells: dict[Place, Any] = {}
    try:
        for row in sheet.iter_rows(max_row=markup.rows, max_col=markup.columns):
            cells.update(((cell.row, cell.column), cell) for cell in row if hasattr(cell, "row"))
    except Exception:  # noqa: BLE001
        refuse_damaged()
    filled = {place for place, cell in cells.items() if cell.value is not None}
    if not filled <= markup.cells.keys() <= cells.keys():
        refuse_damaged()
    return {place: cells[place] for place in markup.cells}


def _cell(cell: Any, cached: Any, element: Element, strings: Strings) -> Cell | None:
    """A cell with its value; None where it holds only blanks."""
    place = (cell.row, cell.column)
    if not element.get("s", "0").isdecimal():  # openpyxl counts from the end
        refuse_damaged()
    if cell.data_type == "f":
        if cached is None or (cached.value is None and cached.data_type != "str"):
            trouble = "its formula has no value in the file; open it in a spreadsheet program and save it"
            return Cell(*place, "", trouble=trouble)
        cell = cached
    if cell.data_type == "e":
        return Cell(*place, str(cell.value), trouble=f"it shows the error {cell.value}")
    text = strings.of(element) or Text("")
    value, shown = _plain(text.value or cell.value), cell.number_format or ""
    if value in ("", None):
        return None
    return Cell(*place, value, format=shown, trouble=_trouble(cell, value, text, shown))


def _trouble(cell: Any, value: str | Decimal | date | bool, text: Text, shown: str) -> str | None:  # noqa: FBT001
    """Why a value is not what the cell shows."""
    if text.is_struck or (text.is_plain and cell.font.strike):
        return "it is struck through, or a part of it; take out what is, or the line through it"
    if isinstance(value, str) and formats.changes_text(shown):
        return f"'{value}' is shown as '{shown}'; format the cell as text and write it as it is meant"
    if isinstance(value, date) and value < cell.parent.parent.epoch.date():
        return f"it holds {value}, a day before those that a spreadsheet shows; write the day again"
    if isinstance(value, Decimal) and value.copy_abs() >= _LOST:
        kept = money.plain(value, 0)
        return f"'{kept}' is what the spreadsheet kept of a number of more than 15 digits; format the cell as text and write it again"
    return None


def _plain(value: Any) -> str | Decimal | date | bool | None:
    """A value as the other modules know it: a day without its time, a number by the digits that are shown."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, str):
        return value.strip()
    shown = repr(value)
    if not re.fullmatch(r"-?[0-9]+(?:\.[0-9]+)?(?:e[-+]?[0-9]{1,2})?", shown):
        return str(value)  # a time, or a number beyond all bounds
    return Decimal(money.plain(_SHOWN_DIGITS.plus(Decimal(shown)), 0))


def _merged(cells: list[Cell], markup: Markup) -> dict[int, dict[int, Cell]]:
    """The cells by row and column; a merged range shows the value of its first cell in each."""
    rows: dict[int, dict[int, Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.row, {})[cell.column] = cell
    room = _MAX_MERGED
    for top, left, bottom, right in markup.merged:
        first = rows.get(top, {}).get(left)
        bottom, right = min(bottom, markup.rows), min(right, markup.columns)  # noqa: PLW2901
        room -= max(bottom - top + 1, 0) * max(right - left + 1, 0)
        if room < 0:
            refuse("its merged ranges are larger than a table should be")
        if first is None:
            continue
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                rows.setdefault(row, {})[column] = replace(first, row=row, column=column, source=(top, left))
    return {row: dict(sorted(rows[row].items())) for row in sorted(rows)}
