"""The status that was probably meant, where a milestone's `status` is none of the format's."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Route

SYNONYMS = {
    **dict.fromkeys(("billed", "invoiced", "unpaid", "open", "overdue", "due", "outstanding"), "sent"),
    **dict.fromkeys(("pending", "draft", "planned", "unbilled", "not_invoiced", "not_sent", "todo"), "not_billed"),
    **dict.fromkeys(("settled", "done", "received", "payed"), "paid"),
    **dict.fromkeys(("partial", "partly_paid", "part_paid"), "partially_paid"),
    **dict.fromkeys(("canceled", "dropped"), "cancelled"),
    **dict.fromkeys(("bad_debt", "writeoff", "write_off"), "written_off"),
}
"""Other names of a status; a word that is only spelt alike may mean the opposite, as `unpaid` and `paid`."""
_TO_RECORD = frozenset({"cancelled", "written_off"})
"""Statuses taken from the word alone, whatever the invoices ask for: the next finding names the verb to record it."""
MOST_INVOICES = 200
"""The most invoices of a record; of one with more nothing is guessed."""


def likely_status(word: str, record: dict[str, Any], route: Route) -> str | None:
    """The status that was probably meant by `word` at `route`: what the milestone's invoices ask for, or a synonym.

    A synonym counts where the record has nothing against it, and where it says what is to be recorded first.
    """
    milestone: Any = record
    for step in route[:-1]:
        milestone = milestone[step]
    if milestone.get("cancelled"):
        return "cancelled"
    meant, asked = SYNONYMS.get(word), _status_asked_for(record, milestone)
    if asked is None or meant in _TO_RECORD or (asked == "sent" and meant not in {None, "not_billed"}):
        return meant or asked
    return asked


def _status_asked_for(record: dict[str, Any], milestone: dict[str, Any]) -> str | None:
    """The status that the invoices of a milestone ask for, where they are simple enough to decide."""
    found = list(_billing(record, milestone))
    live = [invoice for invoice in found if not invoice.get("void")]
    if not live:
        return "not_billed" if found else None
    if any(invoice.get(key) for invoice in live for key in ("written_off", "credits")):
        return None
    if not any(invoice.get(key) for invoice in live for key in ("payments", "paid")):
        return "sent"
    return _settled_status(live, milestone)


def _billing(record: dict[str, Any], milestone: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The invoices and credit notes that bill a milestone, of a record that may have any fault; not where they are many."""
    if isinstance(milestone.get("invoice"), dict):
        yield milestone["invoice"]
    listed = record.get("invoices")
    for invoice in listed if isinstance(listed, list) and len(listed) <= MOST_INVOICES else ():
        if isinstance(invoice, dict) and milestone.get("id") in [line.get("milestone") for line in _lines(invoice)]:
            yield invoice


def _lines(invoice: dict[str, Any], key: str = "lines") -> list[dict[str, Any]]:
    """The mappings of a list in an invoice."""
    lines = invoice.get(key)
    return [line for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []


def _settled_status(live: list[dict[str, Any]], milestone: dict[str, Any]) -> str | None:
    """Paid or in part, by the payments of the live invoices of a milestone; None where an amount can't be read."""
    billed: list[Any] = []
    settled = True
    for invoice in live:
        own = [line.get("amount") for line in _lines(invoice) if line.get("milestone") == milestone.get("id")]
        billed += own or [invoice.get("amount")]
        due = [invoice.get("amount"), invoice.get("tax", Decimal(0))]
        came = [
            payment.get(key, Decimal(0))
            for payment in _lines(invoice, "payments")
            for key in ("amount", "withheld", "fee", "discount")
        ]
        if not all(isinstance(amount, Decimal) for amount in (*due, *came)):
            return None
        settled = settled and (bool(invoice.get("paid")) or money.total(came) >= money.total(due))
    agreed: Any = milestone.get("amount")
    if not all(isinstance(amount, Decimal) for amount in (agreed, *billed)):
        return None
    return "paid" if settled and money.total(billed) >= agreed else "partially_paid"
