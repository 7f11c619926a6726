"""The cells of a spreadsheet with their addresses, and what is wrong with them."""

from __future__ import annotations

import re
from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal
from typing import NoReturn

from msgspec import Struct

from mtrack import money

MAX_ROWS = 20_000
MAX_COLUMNS = 500
_ZEROS = re.compile(r"""(?P<before>(?:"[^"]*"|\\.|[-/. ])*)(?P<zeros>0+)(?P<after>(?:"[^"]*"|\\.)*)""")
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|(.)')


class Cell(Struct, frozen=True):
    """A cell that holds something; row and column count from 1.

    `format` is how a workbook shows a number, `trouble` why there is no value to read. `source` is the cell whose value a
    merged range shows here, `part` the place in a list that one cell holds.
    """

    row: int
    column: int
    value: str | Decimal | date | bool
    format: str = ""
    trouble: str | None = None
    source: tuple[int, int] | None = None
    part: int = 0

    @property
    def address(self) -> str:
        """What a spreadsheet calls it: B7."""
        return address(self.row, self.column)

    @property
    def origin(self) -> tuple[int, int, int]:
        """Where its value stands: the same for all cells of a merged range."""
        return (*(self.source or (self.row, self.column)), self.part)

    @property
    def is_copy(self) -> bool:
        """Whether it only shows the value of a merged range that begins in a row above."""
        return self.source is not None and self.source[0] < self.row

    @property
    def text(self) -> str:
        """Its value as the spreadsheet shows it."""
        if isinstance(self.value, bool):
            return str(self.value).upper()
        if isinstance(self.value, Decimal):
            return _shown(self.value, self.format)
        return str(self.value)


def letters(column: int) -> str:
    """A column's letters: AB for 28."""
    name = ""
    while column:
        column, last = divmod(column - 1, 26)
        name = chr(ord("A") + last) + name
    return name


def address(row: int, column: int) -> str:
    """A cell's address: B7."""
    return f"{letters(column)}{row}"


def _shown(number: Decimal, number_format: str) -> str:
    """A number as text: with the leading zeros and the words of its format, else plain."""
    match = _ZEROS.fullmatch(number_format)
    if match is None or number != number.to_integral_value() or number < 0:
        return money.plain(number, 0)
    before, after = ("".join("".join(parts) for parts in _LITERAL.findall(match[name])) for name in ("before", "after"))
    return f"{before}{int(number):0{len(match['zeros'])}d}{after}"


class Sheet(Struct):
    """The cells that hold something, by row and column."""

    rows: dict[int, dict[int, Cell]]


class Fault(Struct, frozen=True):
    """Something that keeps a file from being imported; without a row it is about the whole file."""

    message: str
    row: int = 0
    column: int = 0

    @property
    def address(self) -> str | None:
        """The cell it is about."""
        return address(self.row, self.column) if self.row else None


class FaultyError(Exception):
    """A file that is not imported, with all its faults in the order of the cells."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__()
        self.faults = sorted(set(faults), key=lambda fault: (fault.row, fault.column, fault.message))


class Faults:
    """Collects what is wrong, so that all of it is told at once."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def add(self, cell: Cell, message: str) -> None:
        """Something is wrong with a cell."""
        self.found.append(Fault(message, cell.row, cell.column))

    def at(self, row: int, column: int, message: str) -> None:
        """Something is missing where a cell would be."""
        self.found.append(Fault(message, row, column))

    def check(self) -> None:
        """Raise FaultyError where anything was found."""
        if self.found:
            raise FaultyError(self.found)


def refuse(message: str) -> NoReturn:
    """Raise FaultyError for a whole file."""
    raise FaultyError([Fault(message)])
