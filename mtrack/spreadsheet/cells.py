"""The cells of a spreadsheet with their addresses, and what is wrong with them."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal
from typing import NoReturn

from msgspec import Struct

from mtrack import money
from mtrack.spreadsheet import formats


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
        """The cell's name in a spreadsheet: B7."""
        return address(self.row, self.column)

    @property
    def origin(self) -> tuple[int, int, int]:
        """The place of its value: the same for all cells of a merged range."""
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
            return formats.as_text(self.value, self.format) or money.plain(self.value, 0)
        return str(self.value)

    @property
    def is_shown_otherwise(self) -> bool:
        """Whether it is a number that the spreadsheet shows in a way that is not known here."""
        return isinstance(self.value, Decimal) and formats.as_text(self.value, self.format) is None


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
    """Collects faults, so that all are reported at once."""

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


def refuse_damaged() -> NoReturn:
    """Raise FaultyError for a workbook that is not what one should be."""
    refuse("it is damaged; open it in a spreadsheet program and save it again")
