"""Rules of the category overlap."""

from __future__ import annotations

import re
from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from oracle.basics import Record, exact, listed, number_key, on
from oracle.figures import bills
from oracle.judged import Fired, Judged, of_invoice, of_milestone

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = Fraction(0)


# Overlaps: as it stood


def overbilled(case: Judged) -> Iterator[Fired]:
    for milestone in case.seen["milestones"]:
        if milestone["overbilled"] and not milestone["cancelled"]:
            yield of_milestone("overbilled", case, milestone, milestone["overbilled"])
        if milestone["cancelled"] and milestone["live"]:
            yield of_milestone("billed-cancelled", case, milestone)


def overcredited(case: Judged) -> Iterator[Fired]:
    told: list[Record] = []
    for invoice in case.seen["invoices"]:
        most = NOTHING if invoice["void"] else invoice["gross"]
        if invoice["notes"] and invoice["credited_raw"] > most:
            told.append(_last(invoice["notes"]))
            yield of_invoice("overcredited", case, told[-1], invoice["credited_raw"] - most)
    for milestone in case.seen["milestones"]:
        notes = [
            invoice
            for invoice in case.seen["invoices"]
            if invoice["credits"] is not None and not invoice["void"] and bills(invoice, milestone)
        ]
        # one excess is one finding: where a note on the milestone is told already, it is the same excess
        if milestone["overcredited"] and not any(note is one for note in notes for one in told):
            yield of_invoice("overcredited", case, _last(notes), milestone["overcredited"])


def _last(notes: list[Record]) -> Record:
    """The last sent; of those sent on one day the highest number, whatever their order in the file."""
    return max(
        notes, key=lambda note: (note["sent"], [int(run) for run in re.findall(r"\d+", note["key"])], note["key"])
    )


def overpaid(case: Judged) -> Iterator[Fired]:
    for invoice in case.seen["invoices"]:
        excess = invoice["overpaid"]
        if invoice["void"]:
            excess = max(invoice["cash_like"], NOTHING)
        if excess:
            yield of_invoice("overpaid", case, invoice, excess)


# Overlaps: the whole record


def _shares_paper(invoices: list[tuple[Judged, Record]]) -> list[tuple[Judged, Record]]:
    """Of records with one number those that are not the paper of the first."""
    first_case, first = invoices[0]

    def paper(case: Judged, invoice: Record) -> tuple[Any, ...]:
        return (exact(invoice["raw"].get("total")), invoice["sent"], case.whole["currency"])

    same = [one for one in invoices if paper(*one) == paper(first_case, first)]
    total = first["raw"].get("total")
    if total is None or sum((invoice["amount"] for _, invoice in same), NOTHING) > exact(total):
        return invoices[1:]
    return [one for one in invoices if one not in same]


def _by_number(cases: list[Judged]) -> dict[str, list[tuple[Judged, Record]]]:
    groups: dict[str, list[tuple[Judged, Record]]] = defaultdict(list)
    for case in cases:
        for invoice in case.whole["invoices"]:
            groups[invoice["key"]].append((case, invoice))
    return groups


def duplicate_numbers(cases: list[Judged]) -> Iterator[Fired]:
    for group in _by_number(cases).values():
        for case, invoice in _shares_paper(group) if len(group) > 1 else []:
            yield of_invoice("duplicate-invoice-number", case, invoice, invoice["amount"])


def duplicate_payments(cases: list[Judged]) -> Iterator[Fired]:
    papers = {key: not _shares_paper(group) for key, group in _by_number(cases).items()}
    payments = [
        (number_key(str(payment["reference"])), on(payment["date"]), payment, case, invoice)
        for case in cases
        for invoice in case.whole["invoices"]
        for payment in listed(invoice["raw"], "payments")
        if payment.get("reference") is not None and number_key(str(payment["reference"]))
    ]
    seen: dict[tuple[Any, ...], list[tuple[Judged, Record]]] = defaultdict(list)
    for reference, day, payment, case, invoice in payments:
        before = seen[reference, day, exact(payment["amount"])]
        origin = before[0][1] if before else invoice  # each is held against the first
        is_other = origin is not invoice and not (origin["key"] == invoice["key"] and papers[invoice["key"]])
        before.append((case, invoice))
        batch = [one[2] for one in payments if one[:2] == (reference, day)]
        if is_other and not _one_transfer(batch, payment):
            yield of_invoice("duplicate-payment", case, invoice, exact(payment["amount"]))


def _one_transfer(batch: list[Record], payment: Record) -> bool:
    """Whether the payments of a reference and day are parts of one transfer."""
    alike = [one for one in batch if exact(one["amount"]) == exact(payment["amount"])]
    totals = {None if one.get("total") is None else exact(one["total"]) for one in alike}
    if len(totals) > 1 or None in totals:
        return False
    return sum((exact(one["amount"]) for one in batch), NOTHING) <= exact(payment["total"])


def likely_duplicates(case: Judged) -> Iterator[Fired]:
    live = [invoice for invoice in case.whole["invoices"] if invoice["live"]]
    over = {milestone["id"] for milestone in case.whole["milestones"] if milestone["overbilled"]}
    for place, invoice in enumerate(live):
        if any(_looks_like(invoice, before, over) for before in live[:place]):
            yield of_invoice("likely-duplicate-invoice", case, invoice, invoice["amount"])


def _looks_like(invoice: Record, before: Record, over: set[str]) -> bool:
    if invoice["key"] == before["key"]:  # one number is another rule's, and one paper is one invoice
        return False
    if _without_zeros(invoice["key"]) == _without_zeros(before["key"]):
        return True
    if (invoice["amount"], invoice["sent"]) != (before["amount"], before["sent"]):
        return False
    billed = {*invoice["lines"], *before["lines"]}
    return bool(set(invoice["lines"]) & set(before["lines"]) or billed & over)


def _without_zeros(key: str) -> str:
    return re.sub(r"\d+", lambda run: str(int(run[0])), key)


def duplicate_attachments(case: Judged) -> Iterator[Fired]:
    first: dict[str, Record] = {}
    for invoice in case.whole["invoices"]:
        file = invoice["raw"].get("file")
        if file and first.setdefault(file, invoice)["key"] != invoice["key"]:
            yield of_invoice("duplicate-attachment", case, invoice, invoice["amount"])


def replaced(case: Judged) -> Iterator[Fired]:
    for invoice in case.whole["invoices"]:
        old = invoice["raw"].get("replaces")
        for other in case.whole["invoices"]:
            if old is not None and other["key"] == number_key(old) and other["live"]:
                yield of_invoice("replaced-not-void", case, invoice)
