"""The values of a table's cells: texts, amounts, days, yes and no."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.spreadsheet.amounts import Amounts, written
from mtrack.spreadsheet.columns import AMOUNTS, DAYS
from mtrack.spreadsheet.days import read_days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from mtrack.spreadsheet.cells import Cell, Faults
    from mtrack.spreadsheet.rows import Entry, Row

TEXTS = (
    "id", "name", "note", "deliverable", "approved_by", "signoff", "status", "invoice", "file", "reference", "currency", "path",
    "project", "client", "due_by", "more",
)  # fmt: skip
_YES = frozenset(["yes", "y", "true", "x", "✓", "✔", "✅"])
_NO = frozenset(["no", "n", "false"])
_INERT = re.compile(r"'(?=\s*[=+@\-＝＋＠－﹦﹢﹫﹣−])")
_BREAK = re.compile(r"\s*[\r\n]\s*")


class Style(Struct, frozen=True):
    """The style of a file: what the command line says, and the decimal mark that is usual where no amount shows it."""

    decimal: str | None
    date_format: str | None
    usual_decimal: str | None = None


def read_values(rows: list[Row], amounts: Amounts, style: Style) -> None:
    """Read all cells of the rows into their values; what can't be read is a fault."""
    faults = amounts.faults
    holders: list[Row | Entry] = []
    for row in rows:
        holders += [row, *row.entries]
    amounts.settle((cell for _, _, cell in _of(holders, AMOUNTS)), style.decimal, style.usual_decimal)
    for holder, key, cell in _of(holders, AMOUNTS):
        _put(holder, key, amounts.read(cell))
    for key in DAYS:
        _read_days(list(_of(holders, (key,))), style.date_format, faults)
    for holder, key, cell in _of(holders, ("upfront",)):
        _put(holder, key, _flag(cell, faults))
    for holder, key, cell in _of(holders, TEXTS):
        _put(holder, key, _text(cell, key, faults))


def _of(holders: list[Row | Entry], keys: tuple[str, ...]) -> Iterator[tuple[Row | Entry, str, Cell]]:
    """The cells that can be read of some columns."""
    for holder in holders:
        for key in keys:
            cell = holder.cells.get(key)
            if cell is not None and cell.trouble is None:
                yield holder, key, cell


def _put(holder: Row | Entry, key: str, value: Any) -> None:
    if value is not None:
        holder.values[key] = value


def _read_days(found: list[tuple[Row | Entry, str, Cell]], date_format: str | None, faults: Faults) -> None:
    words = {cell: word for _, key, cell in found if key == "paid" and (word := _word(cell)) is not None}
    sums = [cell for _, key, cell in found if key == "paid" and cell not in words and _is_amount(cell)]
    for cell in sums:
        faults.add(
            cell, f"'{cell.text}' is not the day it was paid; if it is the amount, say --map 'COLUMN=paid_amount'"
        )
    others = [cell for _, _, cell in found if cell not in words and cell not in sums]
    days: dict[Cell, date | bool] = {**words, **read_days(others, date_format, faults)}
    for holder, key, cell in found:
        _put(holder, key, days.get(cell))


def _is_amount(cell: Cell) -> bool:
    """Whether a cell in a column of days is an amount."""
    return not isinstance(cell.value, date) and written(cell.text) is not None


def _word(cell: Cell) -> bool | None:
    """Yes or no, if a cell says one of them."""
    if isinstance(cell.value, bool):
        return cell.value
    folded = cell.text.casefold()
    return True if folded in _YES else False if folded in _NO else None


def _flag(cell: Cell, faults: Faults) -> bool | None:
    word = {"1": True, "0": False}.get(cell.text, _word(cell))
    if word is None:
        faults.add(cell, f"'{cell.text}' is neither yes nor no")
    return word


def _text(cell: Cell, key: str, faults: Faults) -> str | None:
    if isinstance(cell.value, (date, bool)):
        kind = "a date" if isinstance(cell.value, date) else "true or false"
        faults.add(cell, f"this is {kind}, and text is wanted here; format the cell as text and write it again")
        return None
    if cell.is_shown_otherwise:
        faults.add(
            cell, f"'{cell.text}' is shown as '{cell.format}'; format the cell as text and write it as it is meant"
        )
        return None
    text = cell.text.replace("\r\n", "\n").replace("\r", "\n")
    if _INERT.match(text):  # what keeps a spreadsheet from running it
        text = text[1:]
    return text if key in ("note", "deliverable", "more") else _BREAK.sub(" ", text)
