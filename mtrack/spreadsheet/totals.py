"""Rows that add up others: recognized by their words, or by what stands in them, and checked."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import money
from mtrack.spreadsheet.columns import AMOUNTS
from mtrack.spreadsheet.labels import kind_of
from mtrack.verify import taxes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mtrack.spreadsheet.amounts import Amounts
    from mtrack.spreadsheet.cells import Cell, Faults, Sheet
    from mtrack.spreadsheet.rows import Row

_TAX = re.compile(
    rf"(?:\+\s*)?(?:[0-9.,]+\s*%\s*)?(?:{taxes.NAMES})\.?:?(?:\s*\(?[0-9.,]+\s*%\)?)?",
    re.IGNORECASE,
)


_PLAIN = frozenset(["total", "subtotal", "gross", "section"])
_TAKEN = frozenset([*AMOUNTS, "currency"])
"""The columns in which a row that adds up others has something."""


class Label(Struct, frozen=True):
    """The label of a row that may add up others, and its kind as `kind_of` has it."""

    cell: Cell
    kind: str


class Sums:
    """The sums of the rows so far, each milestone and each merged amount once."""

    def __init__(self) -> None:
        self.seen: dict[str, dict[object, Decimal]] = defaultdict(dict)
        self.unread: set[str] = set()
        """The columns in which an amount could not be read."""

    def add(self, row: Row) -> None:
        """Take in the amounts of a milestone's row."""
        self.unread |= {key for key in AMOUNTS if key in row.cells and key not in row.values}
        if (amount := row.values.get("amount")) is not None:
            self.seen["amount"].setdefault(row.values.get("key"), amount)
        for entry in row.entries:
            self.unread |= {key for key in AMOUNTS if key in entry.cells and key not in entry.values}
            for key in AMOUNTS[1:]:
                if key in entry.values:
                    self.seen[key][entry.cells[key].origin] = entry.values[key]

    def of(self, key: str, *, gross: bool = False) -> Decimal:
        """The sum of a column, with the tax beside it where it is gross."""
        whole = money.total(self.seen[key].values())
        return money.plus(whole, money.total(self.seen["tax"].values())) if gross else whole


def without_totals(rows: list[Row], sheet: Sheet, amounts: Amounts) -> tuple[list[Row], list[str]]:
    """The rows of milestones, and what to say of the others; a wrong total is a fault, and so is what may be one or not."""
    labels = {row.number: _label(row, sheet, amounts.currency) for row in rows if "path" not in row.cells}
    end = max((row.number for row in rows if any(_amounts(row))), default=0)
    if (lowest := labels.get(end)) is not None and lowest.kind == "maybe":
        labels[end] = Label(lowest.cell, "either")  # a total stands there, and a wrong one would be a milestone
    last = max((number for number, label in labels.items() if label and label.kind in _PLAIN), default=0)
    overall, section = Sums(), Sums()
    kept: list[Row] = []
    said: list[str] = []
    totals: list[str] = []
    for row in rows:
        kind = None  # a line of an export is a milestone, whatever its name
        if row.number in labels:
            kind = _kind(row, labels[row.number], (overall, section), amounts.faults)
        if kind == "unclear":
            overall.unread.update(AMOUNTS)
            section.unread.update(AMOUNTS)
        elif kind is not None:
            sums = [overall]
            if kind in ("subtotal", "sum") or row.number < last or "total" in totals:
                sums.append(section)
            _check(row, sums, amounts, gross=kind == "gross")
            said.append(f"row {row.number} is a {'total' if kind == 'gross' else kind}, and checked{_left_out(row)}")
            totals.append(kind)
            section = Sums()
        elif _is_remark(row, bool(totals) and row.number > last):
            said.append(f"row {row.number} is a remark, and left out: '{row.first.text}'")
        else:
            if row.number == end and _comes_to_all(row, overall):
                said.append(
                    f"row {row.number} comes to the sum of all above, and is taken for a milestone: '{row.cells['name'].text}'; "
                    "a total is named 'Total'"
                )
            _refuse_misplaced(row, is_below=0 < last < row.number and "total" in totals, faults=amounts.faults)
            overall.add(row)
            section.add(row)
            kept.append(row)
    return kept, said


def _label(row: Row, sheet: Sheet, currency: str) -> Label | None:
    """The words by which a row may be one that adds up others: its name, or where it has none any text in it."""
    name = row.cells.get("name")
    cells = [name] if name is not None else list(sheet.rows[row.number].values())
    for cell in cells:
        if isinstance(cell.value, str) and (kind := kind_of(cell.value, currency)):
            return Label(cell, kind)
    return None


def _kind(row: Row, label: Label | None, sums: tuple[Sums, ...], faults: Faults) -> str | None:
    """Whether a row is a total, a subtotal, a gross total or a nameless sum; "unclear", and a fault, where it may be one."""
    own = _own(row, label)
    if label is not None and label.kind in _PLAIN:
        if own is None:
            return "subtotal" if label.kind == "section" else label.kind
        return _disputed(label, own, faults) if sums[0].seen and label.kind != "section" else None
    if own is not None or not any(_amounts(row)):
        return None
    fitting = [each for each in sums if each.seen and all(value == each.of(key) for key, _, value in _amounts(row))]
    if (label is None or label.kind == "net") and any(len(each.seen["amount"]) > 1 for each in fitting):
        return "sum"
    if not fitting and (label is None or label.kind != "either"):
        return None
    cell = label.cell if label else next(cell for _, cell, _ in _amounts(row))
    milestone = "give a milestone an id" if label else "a milestone what it is"
    faults.add(
        cell,
        f"'{cell.text}' may be a total or a milestone; name a total 'Total', a subtotal 'Subtotal', and {milestone}",
    )
    return "unclear"


def _comes_to_all(row: Row, above: Sums) -> bool:
    """Whether a row says no more than a name, and the sum of two rows above it or more."""
    name = row.cells.get("name")
    if name is None or "path" in row.cells or len(above.seen["amount"]) < 2 or _own(row, Label(name, "")) is not None:  # noqa: PLR2004
        return False
    return all(value == above.of(key) for key, _, value in _amounts(row))


def _disputed(label: Label, own: Cell, faults: Faults) -> str:
    """Tell that a row is named like a total, and says what belongs to a milestone."""
    faults.add(
        own,
        f"'{own.text}' belongs to a milestone, and '{label.cell.text}' names a total; "
        "take it out of a total, or give the milestone a name that says more",
    )
    return "unclear"


def _own(row: Row, label: Label | None) -> Cell | None:
    """The first cell of a row that says more than a row that adds up others has to say, such as an id, a day or a number."""
    found: list[Cell] = []
    for cells, values in _parts(row):
        for key, cell in cells.items():
            if key in _TAKEN or values.get(key) is False:
                continue
            if label is None or not (key == "note" or cell.is_copy or cell.origin == label.cell.origin):
                found.append(cell)
    return min(found, key=lambda cell: cell.column, default=None)


def _left_out(row: Row) -> str:
    """The words on a total's note, which has no place in a record."""
    return f"; its note is left out: '{row.cells['note'].text}'" if "note" in row.cells else ""


def _parts(row: Row) -> list[tuple[dict[str, Cell], dict[str, Any]]]:
    """The cells of a row with their values: those of the milestone, and those of each invoice."""
    return [(row.cells, row.values), *((entry.cells, entry.values) for entry in row.entries)]


def _amounts(row: Row) -> Iterator[tuple[str, Cell, Decimal]]:
    """The amounts that stand in a row."""
    for cells, values in _parts(row):
        for key in AMOUNTS:
            if key in cells and values.get(key) is not None:
                yield key, cells[key], values[key]


def _check(row: Row, sums: list[Sums], amounts: Amounts, *, gross: bool) -> None:
    for key, cell, value in _amounts(row):
        expected = [each.of(key, gross=gross and key != "paid_amount") for each in sums]
        if value not in expected and key not in sums[0].unread:
            said, found = amounts.shown(value), amounts.shown(expected[-1])
            amounts.faults.add(cell, f"the total says {said}, and what stands above comes to {found}")


def _is_remark(row: Row, is_below: bool) -> bool:  # noqa: FBT001
    """Whether a row is one text below the table."""
    cells = [*row.cells.values(), *(cell for entry in row.entries for cell in entry.cells.values())]
    return is_below and len(cells) == 1 and isinstance(cells[0].value, str) and "amount" not in row.cells


def _refuse_misplaced(row: Row, *, is_below: bool, faults: Faults) -> None:
    if _TAX.fullmatch(row.first.text.strip()):
        faults.add(row.first, f"'{row.first.text}' is tax, not a milestone; amounts are net, so take the row out")
    elif is_below:
        faults.add(row.first, f"'{row.first.text}' stands below the total; put it above, or take it out")
