"""Rows that add up others: recognized by their words, or by what stands in them, and checked."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.spreadsheet.columns import AMOUNTS
from mtrack.verify import currencies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mtrack.spreadsheet.amounts import Amounts
    from mtrack.spreadsheet.cells import Cell, Faults, Sheet
    from mtrack.spreadsheet.rows import Row

_WORD = re.compile(r"[^\W_]+")
_TOTALS = frozenset(
    [
        "total",
        "totals",
        "sum",
        "grandtotal",
        "totalsum",
        "overalltotal",
        "summe",
        "gesamt",
        "gesamtsumme",
        "gesamtbetrag",
        "endsumme",
        "totale",
        "totaal",
        "somme",
        "totalgeneral",
        "totalgénéral",
        "suma",
        "sumatotal",
        "soma",
        "totalgeral",
        "summa",
        "razem",
        "итого",
        "合計",
        "総計",
        "\N{GREEK SMALL LETTER SIGMA}",
    ]
)
_BARE = frozenset(["net", "netto"])
"""Words that name a total where nothing but what fills one stands beside them, and a milestone elsewhere."""
_SUBTOTALS = ("subtotal", "zwischensumme", "teilsumme", "soustotal", "subtotaal")
_FILLERS = frozenset(
    [
        "agreed",
        "all",
        "amount",
        "amounts",
        "billed",
        "contract",
        "due",
        "excl",
        "excluding",
        "fee",
        "fees",
        "in",
        "invoiced",
        "milestones",
        "net",
        "netto",
        "of",
        "paid",
        "phases",
        "price",
        "project",
        "so",
        "far",
        "tax",
        "the",
        "value",
        "vat",
    ]
)
_GROSS = frozenset(["gross", "brutto", "incl", "including", "inclusive", "inkl"])
_TAX = re.compile(
    r"(?:\+\s*)?(?:[0-9.,]+\s*%\s*)?(?:vat|tax|sales tax|mwst|ust|gst|tva|iva|btw)\.?:?(?:\s*\(?[0-9.,]+\s*%\)?)?",
    re.IGNORECASE,
)


class Label(Struct, frozen=True):
    """The label of a row that adds up others: `kind` is total, subtotal, gross or maybe."""

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
    """The rows of milestones, and what to say of the others; a wrong total is a fault."""
    labels = {row.number: _label(row, sheet, amounts.currency) for row in rows if "path" not in row.cells}
    last = max((number for number, label in labels.items() if label and label.kind != "maybe"), default=0)
    overall, section = Sums(), Sums()
    kept: list[Row] = []
    said: list[str] = []
    totals: list[str] = []
    for row in rows:
        label = labels.get(row.number)  # a line of an export is a milestone, whatever its name
        kind = label.kind if label else None
        if (
            row.number in labels
            and kind in (None, "maybe")
            and _is_sum(row, overall, section, labelled=kind is not None)
        ):
            kind = "sum"
        if kind in ("total", "subtotal", "gross", "sum"):
            sums = [overall]
            if kind in ("subtotal", "sum") or row.number < last or "total" in totals:
                sums.append(section)
            _check(row, sums, amounts, gross=kind == "gross")
            said.append(f"row {row.number} is a {'total' if kind == 'gross' else kind}, and checked")
            totals.append(kind)
            section = Sums()
        elif _is_remark(row, bool(totals) and row.number > last):
            said.append(f"row {row.number} is a remark, and left out: '{row.first.text}'")
        else:
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


def kind_of(text: str, currency: str = "") -> str | None:
    """Whether words name a total, a subtotal, a gross total, or begin like one."""
    words = [word.casefold() for word in _WORD.findall(text)]
    joined = "".join(words)
    if joined.startswith(_SUBTOTALS):
        return "subtotal"
    bare = [word for word in words if word not in _FILLERS and not _is_currency(word, currency)]
    if bare and "".join(word for word in bare if word not in _GROSS) in _TOTALS:
        return "gross" if any(word in _GROSS for word in bare) else "total"
    if not words:
        return None
    if words[-1] in _TOTALS:
        return "subtotal"
    is_bare = words[0] in _BARE and all(word in _BARE for word in bare)
    return "maybe" if is_bare or words[0] in _TOTALS else None


def _is_currency(word: str, currency: str) -> bool:
    return word.isascii() and bool(currencies.of_mark(word, currency))


def _amounts(row: Row) -> Iterator[tuple[str, Cell, Decimal]]:
    """The amounts that stand in a row."""
    for cells, values in ((row.cells, row.values), *((entry.cells, entry.values) for entry in row.entries)):
        for key in AMOUNTS:
            if key in cells and values.get(key) is not None:
                yield key, cells[key], values[key]


def _is_sum(row: Row, overall: Sums, section: Sums, *, labelled: bool) -> bool:
    """Whether a row without a name, or named like a total, holds nothing but sums of the rows above."""
    found = list(_amounts(row))
    others = {key for cells in (row.cells, *(entry.cells for entry in row.entries)) for key in cells} - {*AMOUNTS}
    return (
        bool(found)
        and bool(overall.seen)
        and others <= ({"name"} if labelled else set())
        and all(value in (overall.of(key), section.of(key)) for key, _, value in found)
    )


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
