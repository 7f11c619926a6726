"""What the tests of spreadsheets share: text and cells in, records or faults out."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl

from mtrack.spreadsheet import reading
from mtrack.spreadsheet.cells import FaultyError
from mtrack.spreadsheet.wanted import Wanted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.spreadsheet.reading import Imported


def read(content: str | bytes, **wanted: Any) -> Imported:
    """What a file records in a project in EUR that has no milestone yet."""
    data = content.encode() if isinstance(content, str) else content
    options: dict[str, Any] = {"currency": "EUR", "decimals": 2} | wanted
    return reading.read(data, Wanted(**options))


def faults(content: str | bytes, **wanted: Any) -> list[str]:
    """The faults of a file, each behind its cell."""
    try:
        read(content, **wanted)
    except FaultyError as error:
        return [f"{fault.address or '-'}: {fault.message}" for fault in error.faults]
    return []


def cells(content: str | bytes, **wanted: Any) -> list[str]:
    """The cells at fault."""
    return [fault.partition(":")[0] for fault in faults(content, **wanted)]


def workbook(rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), formats: dict[str, str] | None = None) -> bytes:
    """A workbook with one sheet, its cells as Python values, formulas as text that begins with "="."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for address, number_format in (formats or {}).items():
        sheet[address].number_format = number_format
    for cells_ in merged:
        sheet.merge_cells(cells_)
    return saved(book)


def saved(book: Any) -> bytes:
    """A workbook's file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def changed(data: bytes, parts: dict[str, str | bytes]) -> bytes:
    """A workbook with other contents in some parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in {*old.namelist(), *parts}:
            new.writestr(name, parts[name] if name in parts else old.read(name))
    return out.getvalue()


def part(data: bytes, name: str = "xl/worksheets/sheet1.xml") -> str:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()
