"""A file's bytes read into what it records: every fault at once, or milestones and invoices."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack.errors import UsageError
from mtrack.record.model import number_key
from mtrack.spreadsheet import delimited, milestones, records
from mtrack.spreadsheet.amounts import Amounts
from mtrack.spreadsheet.cells import Fault, Faults, FaultyError, refuse
from mtrack.spreadsheet.columns import Wishes, find_header
from mtrack.spreadsheet.more import read_more
from mtrack.spreadsheet.rows import table_rows
from mtrack.spreadsheet.totals import without_totals
from mtrack.spreadsheet.values import Style, read_values
from mtrack.spreadsheet.workbook import read_workbook

if TYPE_CHECKING:
    from mtrack.spreadsheet.cells import Cell, Sheet
    from mtrack.spreadsheet.columns import Header
    from mtrack.spreadsheet.milestones import Invoice, Milestone
    from mtrack.spreadsheet.rows import Row
    from mtrack.spreadsheet.wanted import Wanted

_ZIP = b"PK\x03\x04"
_KEY = re.compile(r"[\s-]*([a-z_]+):")
_IN_INVOICES = {"amount": "invoice_amount", "number": "invoice", "date": "paid"}
"""Keys of columns, and the keys of an invoice's record where they differ."""
_OLD = b"\xd0\xcf\x11\xe0"


class Imported(Struct):
    """The records of a file. `said` are remarks for the user; `places` where a milestone or an invoice stands."""

    milestones: list[dict[str, Any]]
    invoices: list[dict[str, Any]]
    said: list[str]
    places: dict[tuple[str, str], dict[str, str]]

    def place(self, milestone: str | None, number: str | None, line: str | None = None) -> str | None:
        """The cell of what a line of the record says of an invoice or a milestone, else that of the invoice or milestone."""
        of_invoice = self.places.get(("invoice", number_key(number)), {}) if number is not None else {}
        of_milestone = self.places.get(("milestone", milestone), {}) if milestone is not None else {}
        key = match[1] if (match := _KEY.match(line or "")) else ""
        own = _IN_INVOICES.get(key, key)
        return of_invoice.get(own) or of_milestone.get(key) or of_invoice.get("invoice") or of_milestone.get("")


def read(data: bytes, wanted: Wanted) -> Imported:
    """The records of a file. Raises FaultyError with all faults, UsageError where an option names what is not there."""
    faults = Faults()
    sheet, header, rows = _table(data, wanted, faults)
    amounts = Amounts(wanted.currency, wanted.decimals, faults)
    read_values(rows, amounts, Style(wanted.decimal, wanted.date_format, "." if header.is_export else None))
    _check_currency(rows, wanted.currency, faults)
    _check_paths(rows)
    read_more(rows, wanted.terms, faults)
    names: dict[str, str] = {}
    for row in rows:
        row.values["key"] = milestones.key_of_row(row, names)
    kept, said = without_totals(rows, sheet, amounts)
    if not kept:
        faults.at(header.row, header.column("name"), "there is no milestone below the header")
    found = milestones.find_milestones(kept, header, wanted.taken, faults)
    invoices = milestones.find_invoices(found, header, faults)
    faults.check()
    made, others = records.records(found, invoices, wanted.terms, approved_when_sent=wanted.approved_when_sent)
    return Imported(made, others, [*records.told_statuses(found, made), *said], _places(found, invoices))


def _places(found: list[Milestone], invoices: list[Invoice]) -> dict[tuple[str, str], dict[str, str]]:
    """The cells of each milestone and each invoice by key; under "" the milestone itself."""
    places: dict[tuple[str, str], dict[str, str]] = {}
    for item in found:
        cells = [row.cells for row in reversed(item.rows)]
        places["milestone", item.id] = _addresses(cells) | {"": item.cell.address}
    for invoice in invoices:
        places["invoice", number_key(invoice.number)] = _addresses(
            [entry.cells for _, entry in reversed(invoice.entries)]
        )
    return places


def _addresses(rows: list[dict[str, Cell]]) -> dict[str, str]:
    return {key: cell.address for cells in rows for key, cell in cells.items()}


def _table(data: bytes, wanted: Wanted, faults: Faults) -> tuple[Sheet, Header, list[Row]]:
    sheet, header = find_header(_sheets(data, wanted), Wishes(wanted.mapped, wanted.ignored), wanted.currency, faults)
    return sheet, header, table_rows(sheet, header, faults)


def heading(data: bytes, wanted: Wanted) -> dict[str, str]:
    """The values that all rows share on their project: its currency, and in an export its name and client.

    Raises FaultyError, UsageError.
    """
    _, _, rows = _table(data, wanted, Faults())
    said = {key: {row.cells[key].text for row in rows if key in row.cells} for key in ("currency", "project", "client")}
    return {key: next(iter(texts)) for key, texts in said.items() if len(texts) == 1}


def _sheets(data: bytes, wanted: Wanted) -> list[Sheet]:
    """The cells of a file, by its content: a workbook is a ZIP."""
    if data.startswith(_OLD):
        refuse("it is an old Excel file (.xls), or has a password; save it as .xlsx or as CSV")
    if data.startswith(_ZIP):
        return [read_workbook(data, wanted.sheet)]
    if wanted.sheet is not None:
        message = "--sheet goes with a workbook (.xlsx); this is CSV"
        raise UsageError(message)
    text = delimited.decoded(data, wanted.encoding)
    return delimited.sheets(text, ("\t",)) if wanted.by_tab else delimited.sheets(text)


def _check_currency(rows: list[Row], currency: str, faults: Faults) -> None:
    """A column of currencies names the project's."""
    for row in rows:
        given = row.values.get("currency")
        if given is not None and given.upper() != currency:
            faults.add(row.cells["currency"], f"'{given}' is not the project's currency, {currency}")


def _check_paths(rows: list[Row]) -> None:
    """An export holds one project. Raises FaultyError for several, before any other fault."""
    paths = [row for row in rows if "path" in row.values]
    for row in paths:
        first, other = paths[0].values["path"], row.values["path"]
        if other != first:
            message = f"'{other}' is another project than '{first}'; export one: mtrack status {first} --format csv"
            raise FaultyError([Fault(message, row.number, row.cells["path"].column)])
