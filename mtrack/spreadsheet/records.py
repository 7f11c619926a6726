"""Milestones and invoices of a file as records, with the status that follows from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.edit.verbs import stated
from mtrack.figures import ledger
from mtrack.record import model, schema
from mtrack.record.model import PaymentTerms
from mtrack.spreadsheet.more import due_of
from mtrack.yaml import source
from mtrack.yaml.changes import Put, apply

if TYPE_CHECKING:
    from decimal import Decimal

    from mtrack.spreadsheet.cells import Cell
    from mtrack.spreadsheet.milestones import Invoice, Milestone

_WORDS = {"canceled": "cancelled"}
_ANY_TERMS = PaymentTerms(0)  # no status depends on when something falls due


def status_word(text: str) -> str:
    """A status as the format has it: not_billed for "Not billed"."""
    word = "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
    return _WORDS.get(word, word)


def records(
    milestones: list[Milestone], invoices: list[Invoice], terms: PaymentTerms, *, approved_when_sent: bool
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The records of milestones, each with the invoice that bills it alone, and of all other invoices."""
    own: dict[int, dict[str, Any]] = {}
    others: list[dict[str, Any]] = []
    for item in milestones:
        for record in item.values.get("more", {}).get("invoices", ()):
            if "lines" in record:
                others.append(record)
            else:
                own[id(item)] = record
    for invoice in invoices:
        record = _invoice(invoice, terms)
        milestone = invoice.entries[0][0]
        if len(invoice.entries) == 1 and id(milestone) not in own:
            own[id(milestone)] = record
        else:
            lines = [
                {"milestone": item.id, "amount": share}
                for (item, _), share in zip(invoice.entries, invoice.shares, strict=True)
            ]
            others.append(record | {"lines": lines})
    made = [_milestone(item, own.get(id(item)), approved_when_sent=approved_when_sent) for item in milestones]
    _set_statuses(made, others)
    return made, others


def _milestone(item: Milestone, invoice: dict[str, Any] | None, *, approved_when_sent: bool) -> dict[str, Any]:
    values, more = item.values, item.values.get("more", {})
    sent = [entry.values["sent"] for entry in item.entries if "sent" in entry.values]
    approved = values.get("approved")
    if approved is None and approved_when_sent and sent and not values.get("upfront"):
        approved = min(sent)
    deliverable = stated(
        note=values.get("deliverable"), completed=values.get("completed"), approved=approved,
        approved_by=values.get("approved_by"), signoff=values.get("signoff"),
    )  # fmt: skip
    return stated(
        id=item.id, name=more.get("name", values["name"]), amount=values["amount"], planned=values.get("planned"),
        upfront=values.get("upfront") or None, deliverable=deliverable | more.get("deliverable", {}) or None,
        invoice=invoice, hold=more.get("hold"), cancelled=more.get("cancelled"), attachments=more.get("attachments"),
        note=more.get("note", values.get("note")), status="cancelled" if _says(item, "cancelled") else "not_billed",
    )  # fmt: skip


def _says(item: Milestone, status: str) -> bool:
    """Whether every row of a milestone that has a status has this one."""
    words = {status_word(row.values["status"]) for row in item.rows if "status" in row.values}
    return words == {status}


def _invoice(invoice: Invoice, terms: PaymentTerms) -> dict[str, Any]:
    values = invoice.values
    paid, payments = values.get("paid"), None
    if "paid_amount" in values or "reference" in values:
        amount = values.get("paid_amount", _gross(invoice))
        payments = [stated(date=paid, amount=amount, reference=values.get("reference"))]
        paid = None
    elif paid is None and "due_by" not in values and _is_said_paid(invoice):  # an export says it of each invoice
        paid = True
    return stated(
        number=invoice.number, amount=money.total(invoice.shares), sent=values["sent"], tax=values.get("tax"),
        due=due_of(values, terms), file=values.get("file"), paid=paid or None, payments=payments,
    )  # fmt: skip


def _gross(invoice: Invoice) -> Decimal:
    return money.plus(money.total(invoice.shares), invoice.values.get("tax", money.ZERO))


def _is_said_paid(invoice: Invoice) -> bool:
    """Whether the status of every row of an invoice that has one is paid."""
    rows = {entry.row for _, entry in invoice.entries}
    said = {
        status_word(row.values["status"])
        for item, _ in invoice.entries
        for row in item.rows
        if row.number in rows and "status" in row.values
    }
    return said - {"cancelled"} == {"paid"}


def _set_statuses(made: list[dict[str, Any]], invoices: list[dict[str, Any]]) -> None:
    """Give each milestone the status that its invoices ask for."""
    data = apply({"project": "a spreadsheet"}, [Put(("milestones",), made), Put(("invoices",), invoices)])
    empty = source.parse("", "", schema.shape("milestones"))
    project = model.build(".", empty, data, "", None, ())
    for record, figures in zip(made, ledger.work_out(project, _ANY_TERMS).milestones, strict=True):
        record["status"] = figures.expected_status


def told_statuses(milestones: list[Milestone], made: list[dict[str, Any]]) -> list[str]:
    """Remarks where a row gives another status than the one recorded."""
    result: list[str] = []
    for item, record in zip(milestones, made, strict=True):
        for row in item.rows:
            cell: Cell | None = row.cells.get("status")
            if cell is not None and "status" in row.values and status_word(row.values["status"]) != record["status"]:
                shown = record["status"].replace("_", " ")
                result.append(
                    f"{cell.address}: the status is '{cell.text}', and {item.id} comes to {shown}, which is recorded"
                )
    return result
