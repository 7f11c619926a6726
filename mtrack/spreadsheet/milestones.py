"""Turns rows into milestones and invoices: what belongs together must agree, and what is missing is a fault."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from mtrack import money
from mtrack.edit import verbs
from mtrack.errors import UsageError
from mtrack.record.model import number_key
from mtrack.spreadsheet.cells import address
from mtrack.spreadsheet.columns import SYNONYMS

if TYPE_CHECKING:
    from decimal import Decimal

    from mtrack.spreadsheet.cells import Cell, Faults
    from mtrack.spreadsheet.columns import Header
    from mtrack.spreadsheet.rows import Entry, Row

_OF_MILESTONE = (
    "name",
    "amount",
    "planned",
    "upfront",
    "note",
    "deliverable",
    "completed",
    "approved",
    "approved_by",
    "signoff",
    "more",
)
_OF_INVOICE = ("sent", "due", "due_by", "file", "paid", "reference")
_NOT_NEGATIVE = ("amount", "invoice_amount", "tax", "paid_amount")


class Milestone(Struct):
    """A milestone of the file: its rows, and what they say of it together."""

    rows: list[Row]
    values: dict[str, Any] = field(default_factory=dict)
    id: str = ""

    @property
    def entries(self) -> list[Entry]:
        """Its invoices, where they have a number."""
        return [entry for row in self.rows for entry in row.entries if "invoice" in entry.values]

    @property
    def cell(self) -> Cell:
        """The cell to name where it is meant."""
        return self.rows[0].first


class Invoice(Struct):
    """An invoice of the file: its entries, each with the milestone that it bills, and what they say of it together."""

    entries: list[tuple[Milestone, Entry]]
    values: dict[str, Any] = field(default_factory=dict)
    shares: list[Decimal] = field(default_factory=list)

    @property
    def number(self) -> str:
        """Its number, as its first row writes it."""
        return str(self.first.values["invoice"])

    @property
    def first(self) -> Entry:
        """Its first entry."""
        return self.entries[0][1]


def find_milestones(rows: list[Row], header: Header, taken: frozenset[str], faults: Faults) -> list[Milestone]:
    """The milestones of the rows, in their order, each with an id."""
    found: dict[str, Milestone] = {}
    for row in rows:
        _check_row(row, header, faults)
        key = row.values["key"]
        if key in found:
            found[key].rows.append(row)
        else:
            found[key] = Milestone([row])
    result = list(found.values())
    for item in result:
        item.values = _agreed(item.rows, _OF_MILESTONE, item.rows[0].values.get("id", ""), faults)
        _check_milestone(item, header, faults)
    _give_ids(result, taken, faults)
    return result


def key_of_row(row: Row, names: dict[str, str]) -> str:
    """The key of a row's milestone: its id, else the id of a row above with its name, else the name."""
    name, id_ = row.values.get("name"), row.values.get("id")
    if id_ is None and name is None:
        return f"row {row.number}"
    key = f"id {id_}" if id_ is not None else names.get(str(name), f"name {name}")
    if name is not None:
        names.setdefault(str(name), key)
    return key


def _check_row(row: Row, header: Header, faults: Faults) -> None:
    if "name" not in row.cells and "name" in header.columns:
        faults.at(row.number, header.column("name"), "the milestone has no name")
    holders: list[Row | Entry] = [row, *row.entries]
    for holder in holders:
        for key in _NOT_NEGATIVE:
            if (value := holder.values.get(key)) is not None and value < 0:
                faults.add(holder.cells[key], f"'{holder.cells[key].text}' is below 0{_instead_of(key)}")
    for entry in row.entries:
        if "invoice" not in entry.cells:
            first = min(entry.cells.values(), key=lambda cell: cell.column)
            if entry.values.get("paid") is not False or len(entry.cells) > 1:
                faults.add(
                    first,
                    f"'{first.text}' belongs to an invoice, and {_no_number(row.number, header)}",
                )


def _no_number(row: int, header: Header) -> str:
    if "invoice" in header.columns:
        return f"{address(row, header.columns['invoice'])} has no number"
    return "no column holds its number (invoice)"


def _instead_of(key: str) -> str:
    return {
        "amount": "; what was taken off the agreement is an amendment: mtrack amend",
        "invoice_amount": "; leave a credit note out, and record it with mtrack credit",
        "tax": "",
        "paid_amount": "; leave a refund out, and record it with mtrack pay",
    }[key]


def _agreed(rows: list[Row] | list[Entry], keys: tuple[str, ...], label: str, faults: Faults) -> dict[str, Any]:
    """The values that rows give together: where several rows give one, it has to be the same."""
    result: dict[str, Any] = {}
    said: dict[str, Cell] = {}
    for row in rows:
        for key in keys:
            value = row.values.get(key)
            if value is None:
                continue
            if key not in result:
                result[key], said[key] = value, row.cells[key]
            elif result[key] != value:
                other = said[key]
                of = f" of {label}" if label else ""
                faults.add(
                    row.cells[key],
                    f"the {key.replace('_', ' ')}{of} is '{row.cells[key].text}' here, and '{other.text}' in {other.address}",
                )
    return result


def _check_milestone(item: Milestone, header: Header, faults: Faults) -> None:
    first = item.rows[0]
    if "amount" in header.columns and not any("amount" in row.cells for row in item.rows):
        faults.at(first.number, header.column("amount"), "the milestone has no amount")
    if len(item.rows) > 1:
        for row in item.rows:
            if not any("invoice" in entry.cells for entry in row.entries):
                other = next(other for other in item.rows if other is not row)
                faults.add(
                    row.first,
                    f"'{row.first.text}' stands in row {other.number} too; a milestone in several rows has an invoice in each, "
                    "and milestones of one name need an id each",
                )


def _give_ids(milestones: list[Milestone], taken: frozenset[str], faults: Faults) -> None:
    ids = {row.values["id"] for item in milestones for row in item.rows if "id" in row.values}
    known = [*taken, *ids]
    for item in milestones:
        given = next((row for row in item.rows if "id" in row.values), None)
        if given is not None:
            item.id = given.values["id"]
            _check_id(given.cells["id"], item.id, taken, faults)
        else:
            item.id = verbs.next_id(known) if known else "M1"
            known.append(item.id)


def _check_id(cell: Cell, id_: str, taken: frozenset[str], faults: Faults) -> None:
    try:
        verbs.check_id(id_)
    except UsageError as error:
        faults.add(cell, str(error))
    if id_ in taken:
        faults.add(cell, f"the project has a milestone {id_} already; give another id, or leave the row out")


def find_invoices(milestones: list[Milestone], header: Header, faults: Faults) -> list[Invoice]:
    """The invoices of the milestones: the rows of one number, with what each bills."""
    found: dict[str, Invoice] = {}
    for item in milestones:
        for entry in item.entries:
            found.setdefault(number_key(entry.values["invoice"]), Invoice([])).entries.append((item, entry))
    for invoice in found.values():
        _check_invoice(invoice, header, faults)
    return list(found.values())


def _check_invoice(invoice: Invoice, header: Header, faults: Faults) -> None:
    entries = [entry for _, entry in invoice.entries]
    invoice.values = _agreed(entries, _OF_INVOICE, invoice.number, faults)
    if not any("sent" in entry.cells for entry in entries):
        question = f"when was {invoice.number} sent? {_name_column('sent', header)}".rstrip()
        faults.at(entries[0].row, header.column("sent"), question)
    seen: dict[int, Entry] = {}
    for item, entry in invoice.entries:
        if (other := seen.setdefault(id(item), entry)) is not entry:
            faults.add(
                entry.cells["invoice"],
                f"{invoice.number} bills this milestone in {other.cells['invoice'].address} already",
            )
    invoice.shares = _shares(invoice, header, faults)
    for key in ("tax", "paid_amount"):
        parts = {entry.cells[key].origin: entry.values[key] for entry in entries if key in entry.values}
        if parts:
            invoice.values[key] = money.total(parts.values())
    _check_payment(invoice, header, faults)


def _name_column(key: str, header: Header) -> str:
    if key in header.columns:
        return ""
    return f"no column holds it ({', '.join(filter(None, (key, SYNONYMS[key])))})"


def _shares(invoice: Invoice, header: Header, faults: Faults) -> list[Decimal]:
    """The amount of each milestone that an invoice bills: as its row says, else all of it where nothing else does."""
    entries = [entry for _, entry in invoice.entries]
    agreed = [item.values.get("amount", money.ZERO) for item, _ in invoice.entries]
    merged = {entry.cells["invoice_amount"].origin for entry in entries if "invoice_amount" in entry.cells}
    if len(entries) > 1 and len(merged) == 1 and all("invoice_amount" in entry.cells for entry in entries):
        cell, whole = entries[0].cells["invoice_amount"], entries[0].values.get("invoice_amount")
        if whole is not None and whole != money.total(agreed):
            faults.add(
                cell,
                f"'{cell.text}' is billed over several milestones, and they do not come to it; give each its share",
            )
        return agreed
    shares: list[Decimal] = []
    for (item, entry), amount in zip(invoice.entries, agreed, strict=True):
        if "invoice_amount" not in entry.cells and len(item.entries) > 1:
            place = (entry.row, header.columns.get("invoice_amount", entry.cells["invoice"].column))
            faults.at(
                *place, f"how much does {invoice.number} bill of it? {_name_column('invoice_amount', header)}".rstrip()
            )
        shares.append(entry.values.get("invoice_amount", amount))
    return shares


def _check_payment(invoice: Invoice, header: Header, faults: Faults) -> None:
    """Check the payment of an invoice: on a day, or all of it on a day nobody wrote down."""
    values = invoice.values
    entry = next((entry for _, entry in invoice.entries if "paid_amount" in entry.cells), invoice.first)
    amount, paid = values.get("paid_amount"), values.get("paid")
    gross = money.plus(money.total(invoice.shares), values.get("tax", money.ZERO))
    if (
        amount is not None
        and amount > 0
        and not isinstance(paid, date)
        and not any("paid" in each.cells and "paid" not in each.values for _, each in invoice.entries)
    ):
        if amount != gross:
            faults.at(
                entry.row,
                header.columns.get("paid", entry.cells["paid_amount"].column),
                f"when was part of {invoice.number} paid? {_name_column('paid', header)}".rstrip(),
            )
        values["paid"] = True
        del values["paid_amount"]
    elif amount is not None and not amount:
        if paid:
            faults.add(entry.cells["paid_amount"], f"{invoice.number} was paid, and nothing came")
        del values["paid_amount"]
    if "reference" in values and not isinstance(values.get("paid"), date) and "paid_amount" not in values:
        cell = next(each.cells["reference"] for _, each in invoice.entries if "reference" in each.values)
        if not any("paid" in each.cells for _, each in invoice.entries) or values.get("paid") is not None:
            faults.add(cell, f"'{cell.text}' is the reference of a payment, and its day is missing")
