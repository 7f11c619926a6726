"""Rules about the history of invoices and payments: what the client has on paper, and what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.finding import Severity
from mtrack.rules.registry import history_rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from mtrack.changes.event import Event, Key
    from mtrack.changes.facts import Record
    from mtrack.changes.trail import Moment, Trail
    from mtrack.finding import Problem

_ON_PAPER = ("number", "amount", "tax", "total", "sent", "lines")
"""The fields of an invoice that the client sees."""


@history_rule(Severity.ERROR)
def sent_invoice_changed(trail: Trail) -> Iterator[Problem]:
    """An invoice that had been sent was changed, or its record went.

    Why: the client has the paper as it was. What was wrong on it is put right with a void or a credit note and
    another invoice, so that books and paper agree. A correction within `correct_within` days is not reported; a commit
    is no older here than those it is made from, whatever its date says. Another currency, of the project or of the
    settings, changes every invoice. What may be agreed later (`due`, `instalments`, `retained`), payments, disputes, notes and
    files that come are no change; `mtrack log` tells them.

    Bad:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 5000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02}
            status: sent
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 5000.00
            invoice: {number: INV-1, amount: 5000.00, sent: 2026-02-02}
            status: sent

    Good:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 5000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02}
            status: sent
        === 2026-02-03
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 5000.00
            invoice: {number: INV-1, amount: 5000.00, sent: 2026-02-02}
            status: sent
    """
    for moment in trail.moments:
        changed: dict[Key, list[Event]] = {}
        for event in moment.events:
            if _is_on_paper(event) and trail.late(moment, event):
                changed.setdefault(event.record, []).append(event)
        revaluation = trail.revaluations.get(moment.index)
        other = {event.record: event for event in revaluation.invoices} if revaluation is not None else {}
        is_back = revaluation is None or revaluation.is_back
        for key in {**changed, **other}:
            events = changed.get(key, [])
            back = ", as it had been before" if is_back and _are_back(trail, moment, events) else ""
            events = [*events, *([other[key]] if key in other else [])]
            told = "; ".join(event.message for event in events)
            number = events[0].invoice
            yield trail.problem(
                moment,
                f"invoice {number} was changed after it was sent: {told}{back}",
                f"put it back, and record a void or a credit note and another invoice; if {number} was recorded wrong, waive it",
                next((event for event in events if event.new is not None), events[0]),
            )


def _is_on_paper(event: Event) -> bool:
    if event.record[0] != "invoice":
        return False
    if event.event in ("file-changed", "file-removed", "invoice-removed"):
        return True
    return event.event == "invoice-changed" and event.field in _ON_PAPER


def _are_back(trail: Trail, moment: Moment, events: Iterable[Event]) -> bool:
    """Whether every value is one that there had been before."""
    return all(
        event.field is not None
        and event.record in moment.after.records
        and trail.was_there(moment, moment.after.records[event.record], event.field)
        for event in events
    )


@history_rule(Severity.ERROR)
def payment_removed(trail: Trail) -> Iterator[Problem]:
    """A payment went from the records, or its amount or date was changed.

    Why: money that came in, came in. A payment that goes makes an invoice open again, and hides what was received.
    `paid: 2026-03-01` that becomes `paid: true` has lost its date. The same money written in the other form, as `paid`
    or as one payment of that day, is no change.

    Bad:
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-20, payments: [{date: 2026-03-01, amount: 4000.00}]}
            status: paid
        === 2026-04-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-20}
            status: paid

    Good:
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-20, payments: [{date: 2026-03-01, amount: 4000.00}]}
            status: paid
        === 2026-04-02
        project: Acme website
        currency: EUR
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-20, payments: [{date: 2026-03-01, amount: 4000.00}, {date: 2026-04-01, amount: -1.00}]}
            status: paid
    """
    for moment in trail.moments:
        told: dict[Key, list[Event]] = {}
        for event in moment.events:
            if _takes_a_payment(event) and not _is_written_otherwise(moment, event):
                told.setdefault(event.record, []).append(event)
        for events in told.values():
            event = events[0]
            if trail.late(moment, event, whole=event.field != "paid"):
                yield trail.problem(
                    moment,
                    "; ".join(item.message for item in events),
                    "put it back; money that was paid back is a payment of a negative amount",
                    event,
                )


def _takes_a_payment(event: Event) -> bool:
    """Whether a payment went, or lost its amount or its date; `paid: true` has none, and gaining one loses nothing."""
    if event.event == "payment-changed":
        return event.field in ("amount", "date") or (event.field == "paid" and event.old is not True)
    return event.event == "payment-removed"


def _is_written_otherwise(moment: Moment, event: Event) -> bool:
    """Whether the same money is recorded still: `paid` is short for one payment of all that is left."""
    if event.event != "payment-removed":
        return False
    if event.field == "paid":
        payments = moment.after.children.get(event.record, [])
        same_day = event.old is True or {item.fields["date"] for item in payments} == {event.old}
        return bool(payments) and same_day and _settled(payments) == event.amount
    invoice = moment.before.records[event.record].parent
    paid = next((item for item in moment.events if item.record == invoice and item.event == "paid"), None)
    before = moment.before.children[invoice]
    days = {item.fields["date"] for item in before}
    return paid is not None and days == {paid.new} and _settled(before) == paid.amount


def _settled(payments: Iterable[Record]) -> Decimal:
    """The amount that payments settle."""
    keys = ("amount", "withheld", "fee", "discount")
    return money.total(item.fields[key] for item in payments for key in keys if key in item.fields)
