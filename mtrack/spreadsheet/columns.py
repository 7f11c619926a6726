"""The row that names the columns, and the key of each column."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.errors import UsageError
from mtrack.spreadsheet.cells import Cell, Fault, Faults, FaultyError, Sheet, letters
from mtrack.verify import currencies
from mtrack.words import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SYNONYMS = {
    "id": "",
    "name": "milestone, phase, title, deliverable name",
    "amount": "agreed, agreed amount, value, fee, price",
    "planned": "planned date, target, deadline, eta",
    "upfront": "deposit",
    "note": "",
    "deliverable": "deliverable note",
    "completed": "delivered",
    "approved": "accepted, approval date",
    "approved_by": "",
    "signoff": "",
    "invoice": "invoice number, invoice no, number, invoices",
    "invoice_amount": "billed",
    "sent": "invoice date, invoiced, billed on",
    "tax": "vat",
    "due": "",
    "file": "",
    "paid": "paid on, payment date",
    "paid_amount": "received",
    "reference": "",
    "status": "",
    "currency": "",
}
"""The keys of columns, and other names for each."""

AMOUNTS = ("amount", "invoice_amount", "tax", "paid_amount")
DAYS = ("planned", "completed", "approved", "sent", "due", "paid")
BILLED = ("invoice", "invoice_amount", "sent", "tax", "due", "due_by", "file", "paid", "paid_amount", "reference")
"""The columns about an invoice, in which a row that has several lists as many."""
REQUIRED = ("name", "amount")

EXPORT = ("path", "expected_status")
"""The columns by which an export of `mtrack status --format csv` is known."""
_EXPORTED = {name: name for name in ("path", "project", "client", "due_by", "more")}
_DERIVED = ("agreement", "signed", "expected_status", "agreed", "billed", "unbilled", "settled", "outstanding")

_FILLING = re.compile(r"[\s_.:#?*/№-]+")
_UNIT = re.compile(r"(?P<title>.*?\S)\s*[(\[](?P<unit>[^()\[\]]*)[)\]]", re.DOTALL)
_MARKED = re.compile(rf"(?P<title>.*\S)\s+(?P<unit>{currencies.MARK}|%)", re.DOTALL)
_NET = frozenset(
    [
        "net",
        "netto",
        "exclvat",
        "excltax",
        "exvat",
        "extax",
        "exclmwst",
        "excludingvat",
        "excludingtax",
        "withoutvat",
        "withouttax",
    ]
)
_GROSS = frozenset(
    ["gross", "brutto", "inclvat", "incltax", "inclmwst", "includingvat", "includingtax", "withvat", "withtax"]
)


def folded(text: str) -> str:
    """A column's name as it is compared: without case, spaces and dashes."""
    return _FILLING.sub("", text.casefold())


KEYS = {folded(name): key for key, synonyms in SYNONYMS.items() for name in (key, *filter(None, synonyms.split(", ")))}


class Header(Struct):
    """The row that names the columns: the number of the row, the column of each key, and the columns to leave out.

    `repeated` are rows that name them again.
    """

    row: int
    columns: dict[str, int]
    left_out: frozenset[int]
    titles: dict[str, Cell]
    repeated: frozenset[int] = frozenset()
    is_export: bool = False

    def column(self, key: str) -> int:
        """The column of a key; the first where there is none."""
        return self.columns.get(key, 1)


class Wishes(Struct):
    """The command line's wishes for columns: COLUMN=key, and columns to leave out."""

    mapped: Mapping[str, str]
    ignored: tuple[str, ...] = ()


def split_unit(title: str) -> tuple[str, str]:
    """A column's name, and its unit: in brackets, or a currency behind it."""
    match = _UNIT.fullmatch(title) or _MARKED.fullmatch(title)
    if match is None:
        return title, ""
    if match.re is _MARKED and match["unit"] != "%" and not currencies.of_mark(match["unit"]):
        return title, ""
    return match["title"], match["unit"].strip()


@lru_cache(1 << 12)
def key_of(title: str, *, exported: bool = False) -> str | None:
    """The key for a column's name; "" for a column that is left out, None where the name is not known."""
    if exported:
        name = title.strip()
        if name in _EXPORTED:
            return _EXPORTED[name]
        if name in _DERIVED:
            return ""
    return KEYS.get(folded(split_unit(title)[0]))


def find_header(sheets: list[Sheet], wishes: Wishes, currency: str, faults: Faults) -> tuple[Sheet, Header]:
    """The sheet, of several readings of one text, whose columns are known best, and its header.

    Raises FaultyError where no row names the columns, UsageError where a wish names none.
    """
    if not all(sheet.rows for sheet in sheets):
        raise FaultyError([Fault("it is empty")])
    found = [(sheet, _best_row(sheet, wishes)) for sheet in sheets]
    sheet, row = max(found, key=lambda pair: _rank(pair[0], pair[1], wishes))
    if row is None:
        raise FaultyError([_nowhere(sheet)])
    return sheet, _resolve(sheet, row, wishes, currency, faults)


def _nowhere(sheet: Sheet) -> Fault:
    """The fault of a sheet without a header: where, and what to write."""
    row = min(sheet.rows)
    cells = sheet.rows[row]
    first = next(iter(cells.values()))
    names = ", ".join(f"'{cell.text}'" for cell in list(cells.values())[:4])
    message = (
        "no row names the columns, such as name, amount, planned; "
        f"say what the columns are: --map '{first.text}=name' (this row has {names})"
    )
    return Fault(message, row, min(cells))


def _rank(sheet: Sheet, row: int | None, wishes: Wishes) -> tuple[bool, int, int]:
    """A measure of how many columns of a sheet are known."""
    known = _known(sheet.rows[row], wishes) if row is not None else set()
    return set(REQUIRED) <= known, len(known), sum(map(len, sheet.rows.values()))


def _known(cells: Mapping[int, Cell], wishes: Wishes) -> set[str]:
    """The keys that a row names."""
    exported = _is_export(cells.values())
    keys = (_meant(cell, wishes, exported=exported) for cell in cells.values() if isinstance(cell.value, str))
    return {key for key in keys if key}


def _is_export(cells: Iterable[Cell]) -> bool:
    return {cell.text for cell in cells} >= set(EXPORT)


def _meant(cell: Cell, wishes: Wishes, *, exported: bool) -> str | None:
    """The key of a column, by the command line or by its name."""
    for title, key in wishes.mapped.items():
        if _is_called(cell, title):
            return key
    if any(_is_called(cell, title) for title in wishes.ignored):
        return ""
    return key_of(cell.text, exported=exported)


def _is_called(cell: Cell, title: str) -> bool:
    """Whether a column is the one that a user names: as it is, with or without its unit."""
    wanted = " ".join(title.split()).casefold()
    return wanted in (" ".join(name.split()).casefold() for name in (cell.text, split_unit(cell.text)[0]))


def _best_row(sheet: Sheet, wishes: Wishes) -> int | None:
    """The first row that names what is required, else the row that names most; None where none names anything."""
    named = {row: _known(cells, wishes) for row, cells in sheet.rows.items()}
    complete = _complete(sheet, wishes)
    if complete:
        return complete[0]
    best = max(named, key=lambda row: (len(named[row]), -row), default=None)
    return best if best is not None and named[best] else None


def _complete(sheet: Sheet, wishes: Wishes) -> list[int]:
    """The rows that name all that is required; of a merged header over several rows only the last."""
    rows = [row for row, cells in sheet.rows.items() if set(REQUIRED) <= _known(cells, wishes)]
    return [row for row in rows if row + 1 not in rows or not _is_continued(sheet, row)]


def _is_continued(sheet: Sheet, row: int) -> bool:
    """Whether a cell of a row is merged with the one below it."""
    below = sheet.rows[row + 1]
    return any(
        i in below and below[i].is_copy and below[i].origin == cell.origin for i, cell in sheet.rows[row].items()
    )


def _resolve(sheet: Sheet, row: int, wishes: Wishes, currency: str, faults: Faults) -> Header:
    """The columns of a header; what is wrong with them goes to `faults`. Raises UsageError."""
    cells = sheet.rows[row]
    _check_wishes(cells, wishes)
    header = Header(row, {}, frozenset(), {}, is_export=_is_export(cells.values()))
    left_out = _lettered(cells, wishes)
    for column, cell in cells.items():
        key = "" if column in left_out else _meant(cell, wishes, exported=header.is_export)
        if key is None:
            faults.add(cell, _unknown(cell, header))
        elif not key:
            left_out |= {column}
        elif key in header.columns:
            faults.add(cell, _twice(cell, header.titles[key], key))
        else:
            header.columns[key] = column
            header.titles[key] = cell
            fault = _unit_fault(cell, key, currency) if key in AMOUNTS and not _is_mapped(cell, wishes) else None
            if fault is not None:
                faults.add(cell, fault)
                if key not in REQUIRED:  # what stands below would only be misread
                    del header.columns[key]
                    left_out |= {column}
    header.left_out = frozenset(left_out)
    _check_complete(header, cells, faults)
    header.repeated = frozenset(other for other in _complete(sheet, wishes) if other != row)
    for other in sorted(header.repeated):
        first = sheet.rows[other][min(sheet.rows[other])]
        faults.add(first, f"this row names the columns too, and so does row {row}; keep one table with one header")
    _check_nameless(sheet, header, faults)
    return header


def _check_wishes(cells: Mapping[int, Cell], wishes: Wishes) -> None:
    """Raise UsageError for a column that is not there."""
    for option, titles in (("--map", wishes.mapped), ("--ignore", wishes.ignored)):
        for title in titles:
            if not any(_is_called(cell, title) for cell in cells.values()) and not (
                option == "--ignore" and re.fullmatch(r"[A-Za-z]{1,2}", title)
            ):
                there = ", ".join(f"'{cell.text}'" for cell in cells.values())
                message = f"{option}: there is no column '{title}'; there is {there}"
                raise UsageError(message)


def _lettered(cells: Mapping[int, Cell], wishes: Wishes) -> set[int]:
    """The columns to leave out that are named by their letters, since none is called so."""
    wanted = {title.upper() for title in wishes.ignored if not any(_is_called(cell, title) for cell in cells.values())}
    return {column for column in range(1, max(cells) + 100) if letters(column) in wanted}


def _unknown(cell: Cell, header: Header) -> str:
    title = cell.text
    near = nearest(folded(title), KEYS)
    key = KEYS[near] if near else None
    use = f"--map '{title}={key}'" if key and key not in header.columns else f"--map '{title}=KEY'"
    return f"the column '{title}' is not known; say what it is with {use}, or leave it out with --ignore '{title}'"


def _twice(cell: Cell, other: Cell, key: str) -> str:
    if folded(cell.text) == folded(other.text):
        return f"the column '{cell.text}' stands in {other.address} too; rename one, or leave it out with --ignore {letters(cell.column)}"
    return f"'{cell.text}' and '{other.text}' ({other.address}) both hold the {key}; leave one out with --ignore"


def _is_mapped(cell: Cell, wishes: Wishes) -> bool:
    """Whether the command line says what a column holds."""
    return any(_is_called(cell, title) for title in wishes.mapped)


def _unit_fault(cell: Cell, key: str, currency: str) -> str | None:
    """The fault in an amount's unit, which is the project's currency, and net; anything else would be misread."""
    _, unit = split_unit(cell.text)
    words = [word for word in re.split(r"[\s,;/]+", unit) if word.casefold() not in ("", "in")]
    gross = folded(unit) in _GROSS
    if folded(unit) in _NET or (gross and key in ("tax", "paid_amount")):
        return None
    if gross:
        return f"'{cell.text}' is with tax, and the {key} is net; give the net amount, and the tax beside it"
    for word in words:
        codes = currencies.of_mark(word, currency)
        if currency in codes or folded(word) in _NET:
            continue
        if codes:
            return f"'{cell.text}' is in {codes[0]}, and the project in {currency}"
        if "%" in unit or "percent" in unit.casefold():
            return f"'{cell.text}' is a percentage; give the amount, or leave it out with --ignore '{cell.text}'"
        return f"the unit '{unit}' is not known; where it means {currency}, say --map '{cell.text}={key}'"
    return None


def _check_complete(header: Header, cells: Mapping[int, Cell], faults: Faults) -> None:
    for key in REQUIRED:
        if key not in header.columns:
            synonyms = ", ".join(filter(None, (key, SYNONYMS[key])))
            message = f"no column holds the {key} ({synonyms}); say which does with --map 'COLUMN={key}'"
            faults.at(header.row, min(cells), message)


def _check_nameless(sheet: Sheet, header: Header, faults: Faults) -> None:
    """A cell below no name is refused, the first of each column."""
    seen = {*header.columns.values(), *header.left_out, *sheet.rows[header.row]}
    for row, cells in sheet.rows.items():
        for column, cell in cells.items():
            if row > header.row and column not in seen:
                seen.add(column)
                hint = f"name it, or leave it out with --ignore {letters(column)}; a cell with the delimiter in it needs quotes"
                faults.add(cell, f"'{cell.text}' stands in a column without a name; {hint}")
