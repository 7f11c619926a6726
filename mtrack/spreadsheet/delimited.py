"""CSV: its encoding, and its cells for each delimiter that it may have."""

from __future__ import annotations

import csv
import io
import re

from mtrack import limits
from mtrack.spreadsheet.cells import Cell, Fault, FaultyError, Sheet, refuse

ENCODINGS = {"utf-8": "utf-8-sig", "utf-16": "utf-16", "windows-1252": "cp1252"}
"""The values of --encoding, and Python's name for each."""
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_SEPARATOR = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
_DELIMITERS = (",", ";", "\t")


def decoded(data: bytes, encoding: str | None) -> str:
    """The text of a file. Raises FaultyError."""
    mark = next((name for start, name in _MARKS if data.startswith(start)), None)
    if encoding is not None and mark is not None and encoding != mark:
        refuse(f"it begins with the mark of {mark.upper()}, so it is not {encoding}; leave --encoding out")
    name = encoding or mark or "utf-8"
    codec = "utf-16-be" if name == "utf-16" and mark is None and data[:1] == b"\0" else ENCODINGS[name]
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        hint = "; if it is Windows-1252, say so with --encoding windows-1252" if encoding is None and not mark else ""
        line = data.count(b"\n", 0, error.start) + 1
        refuse(f"it is not {name.upper()} (line {line}){hint}")
    if "\0" in text:
        refuse("it holds NUL characters; if it is UTF-16 without its mark, say so with --encoding utf-16")
    return text


def sheets(text: str, delimiters: tuple[str, ...] = _DELIMITERS) -> list[Sheet]:
    """The cells of a text, by each delimiter with which it can be read. Raises FaultyError where it can by none."""
    if match := _SEPARATOR.match(text):  # a line for Excel, which does not show it
        delimiters, text = (match[1],), text[match.end() :]
    result: list[Sheet] = []
    faults: list[Fault] = []
    for delimiter in delimiters:
        try:
            result.append(_sheet(text, delimiter))
        except FaultyError as error:
            faults += error.faults
    if not result:
        raise FaultyError(faults[:1])
    return result


def _sheet(text: str, delimiter: str) -> Sheet:
    csv.field_size_limit(limits.CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: dict[int, dict[int, Cell]] = {}
    number = 0
    try:
        for number, values in enumerate(reader, 1):
            if number > limits.SHEET_ROWS or len(values) > limits.SHEET_COLUMNS:
                refuse(f"it has more than {limits.SHEET_ROWS:,} rows or {limits.SHEET_COLUMNS} columns")
            cells = {i: Cell(number, i, value.strip()) for i, value in enumerate(values, 1) if value.strip()}
            if cells:
                rows[number] = cells
    except csv.Error as error:
        message = "this is not CSV: a quote is left open, or stands inside a cell"
        if "field limit" in str(error):
            message = f"a cell holds more than {limits.CELL:,} characters, or a quote is left open before it"
        raise FaultyError([Fault(message, number + 1, 1)]) from None
    return Sheet(rows)
