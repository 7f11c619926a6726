"""A project as it stood at the end of a day: the record without what is dated later."""

from __future__ import annotations

import copy
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from oracle.basics import Record, exact, inside, listed, number_key, on

if TYPE_CHECKING:
    from datetime import date

DATED = (("void", "date"), ("disputed", "since"), ("written_off", "date"))
"""Mappings of an invoice that happened on a day."""


def all_invoices(record: Record) -> list[tuple[Record, str | None]]:
    """Each invoice in the order of the file, with the milestone whose own invoice it is."""
    own = [(milestone["invoice"], milestone["id"]) for milestone in record["milestones"] if milestone.get("invoice")]
    return [*own, *((invoice, None) for invoice in listed(record, "invoices"))]


def gross_of(invoice: Record) -> Fraction:
    """Net and tax."""
    return exact(invoice["amount"]) + exact(invoice.get("tax"))


def is_cancelled(milestone: Record) -> bool:
    """Whether the mapping or the status says so; where a mapping is dated later, the status is not believed."""
    return bool(milestone.get("cancelled")) or (
        milestone["status"] == "cancelled" and not milestone.get("x-cancelled-later")
    )


def left_to_pay(record: Record, invoice: Record, day: date) -> Fraction:
    """What `paid`, or a status taken at its word, settles: what entries of any day leave open."""
    # "of any day" is read for credit notes as for a write-off: the cash that came does not change with the day
    # looked at. A credit note that is void in the whole record leaves no room, but on the days from its own to that before.
    left = gross_of(invoice) - exact(inside(invoice, "written_off").get("amount"))
    for note, _ in all_invoices(record):
        if note.get("credits") is None:
            continue
        if note.get("void") and (_later(note["sent"], day) or not _later(note["void"]["date"], day)):
            continue
        if number_key(note["credits"]) == number_key(invoice["number"]):
            left -= gross_of(note)
    return max(left, Fraction(0))


def as_of(record: Record, day: date) -> tuple[Record, list[str]]:
    """The record at the end of a day, and a description of each thing left out.

    Two keys are added to each invoice, since later entries decide them too: `x-listed`, whether it lists payments,
    `paid` or a write-off, and `x-left`, what `paid` settles. A milestone that is cancelled later gets one.
    """
    seen = copy.deepcopy(record)
    for invoice, _ in all_invoices(seen):
        invoice["x-listed"] = bool(invoice.get("payments") or invoice.get("paid") or invoice.get("written_off"))
        invoice["x-left"] = left_to_pay(record, invoice, day)
    left_out: list[str] = []
    _cut_project(seen, day, left_out)
    for milestone in seen["milestones"]:
        _cut_milestone(milestone, day, left_out)
    seen["invoices"] = [invoice for invoice in listed(seen, "invoices") if _keep_invoice(invoice, day, left_out)]
    return seen, left_out


def _later(value: Any, day: date) -> bool:
    found = on(value)
    return found is not None and found > day


def _cut_project(record: Record, day: date, left_out: list[str]) -> None:
    if _later(record.get("closed"), day):
        left_out.append("closed")
        del record["closed"]
    agreement = inside(record, "agreement")
    kept = []
    for amendment in listed(agreement, "amendments"):
        if _later(amendment.get("signed"), day):
            left_out.append("an amendment")
        else:
            kept.append(amendment)
    if "amendments" in agreement:
        agreement["amendments"] = kept


def _cut_milestone(milestone: Record, day: date, left_out: list[str]) -> None:
    deliverable = inside(milestone, "deliverable")
    for key in ("completed", "approved"):
        if _later(deliverable.get(key), day):
            left_out.append(f"{milestone['id']} {key}")
            del deliverable[key]
    if _later(inside(milestone, "cancelled").get("date"), day):
        left_out.append(f"{milestone['id']} cancelled")
        del milestone["cancelled"]
        if milestone["status"] == "cancelled":
            milestone["x-cancelled-later"] = True
    if milestone.get("invoice") and not _keep_invoice(milestone["invoice"], day, left_out):
        del milestone["invoice"]


def _keep_invoice(invoice: Record, day: date, left_out: list[str]) -> bool:
    if _later(invoice["sent"], day):
        left_out.append(f"invoice {invoice['number']}")
        return False
    for key, dated in DATED:
        if _later(inside(invoice, key).get(dated), day):
            left_out.append(f"{invoice['number']} {key}")
            del invoice[key]
    if invoice.get("paid") not in (None, True, False) and _later(invoice["paid"], day):
        left_out.append(f"{invoice['number']} paid")
        del invoice["paid"]
    kept = []
    for payment in listed(invoice, "payments"):
        if _later(payment["date"], day):
            left_out.append(f"a payment on {invoice['number']}")
        else:
            kept.append(payment)
    if "payments" in invoice:
        invoice["payments"] = kept
    return True
