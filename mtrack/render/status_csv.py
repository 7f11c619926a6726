"""`mtrack status --format csv`: a line per milestone, with all that it takes to import it again.

Several invoices of one stand in one cell, "; " between, in each column about invoices in the same order. An invoice over
several milestones has in each line its share of tax and payment. What the columns can't hold (a hold, a credit note,
several payments, text over several lines) stands in `more`, as JSON in the words of the format.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.render.cells import Amount
from mtrack.render.csv import csv_text, inert

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.finding import Route
    from mtrack.record.model import Invoice, Milestone, Payment, Project
    from mtrack.render.cells import Single, Value
    from mtrack.views.status import MilestoneStatus, ProjectStatus, StatusView

COLUMNS = (
    "path", "project", "client", "currency", "agreement", "signed", "id", "name", "status", "expected_status", "agreed", "billed",
    "unbilled", "settled", "outstanding", "planned", "completed", "approved", "approved_by", "deliverable", "signoff", "invoices",
    "sent", "due", "note", "amount", "upfront", "invoice_amount", "tax", "due_by", "file", "paid", "paid_amount", "reference", "more",
)  # fmt: skip
_TURNED = re.compile(r"'\s*[=+@\-＝＋＠－﹦﹢﹫﹣−]")


def csv(view: StatusView) -> str:
    """A line per milestone of each project."""
    return csv_text(COLUMNS, (row for item in view.projects for row in _rows(item)))


def _rows(item: ProjectStatus) -> Iterable[tuple[Value, ...]]:
    project = item.project
    numbers = Counter(invoice.key for invoice in project.invoices())
    ids = {milestone.id: milestone.index for milestone in reversed(project.milestones)}
    plain = {figures.invoice.route for figures in item.ledger.invoices if _fits(figures, ids, numbers)}
    beyond = _beyond(item, ids, plain)
    parts = _Parts(project.decimals)
    return (
        _row(project, milestone, plain, beyond.get(milestone.figures.milestone.index), parts)
        for milestone in item.milestones
    )


def _row(
    project: Project, milestone: MilestoneStatus, plain: set[Any], beyond: list[dict[str, Any]] | None, parts: _Parts
) -> tuple[Value, ...]:
    agreement = project.agreement
    sums, record = milestone.figures, milestone.figures.milestone
    deliverable, invoices = record.deliverable, sums.invoices

    def amount(value: Decimal) -> Amount:
        return Amount(value, project.decimals)

    def each(said: Callable[[InvoiceFigures], Single], *, always: bool = False) -> Value:
        values = tuple(said(each) if always or each.invoice.route in plain else None for each in invoices)
        return None if all(value is None for value in values) else values

    def part(value: Decimal | None, invoice: Invoice) -> Amount | None:
        return None if value is None else amount(parts.of(value, invoice, record.id))

    def tax(invoice: Invoice) -> Amount | None:
        return part(invoice.tax if invoice.has_tax and not invoice.is_credit_note else None, invoice)

    return (
        project.folder, project.name, project.client, project.currency, agreement.file if agreement else None,
        agreement.signed if agreement else None, record.id, record.name, record.status, milestone.expected_status,
        *map(amount, (sums.agreed, sums.billed, sums.unbilled, sums.settled, sums.outstanding)),
        record.planned, record.completed, record.approved, deliverable.approved_by, deliverable.note, deliverable.signoff,
        tuple(invoice.invoice.number for invoice in invoices), tuple(invoice.invoice.sent for invoice in invoices),
        tuple(invoice.due for invoice in invoices), record.note, amount(record.amount), True if record.upfront else None,
        each(lambda figures: None if figures.invoice.is_credit_note else part(figures.invoice.amount, figures.invoice), always=True),
        each(lambda figures: tax(figures.invoice), always=True),
        each(_due_by, always=True),
        each(lambda figures: figures.invoice.file, always=True),
        each(_paid),
        each(lambda figures: part(next((entry.amount for entry in figures.invoice.payments), None), figures.invoice)),
        each(lambda figures: next((entry.reference for entry in figures.invoice.payments), None)),
        _more(record, beyond),
    )  # fmt: skip


class _Parts:
    """Each milestone's part of an invoice's amounts, so that the parts add up to them."""

    def __init__(self, decimals: int) -> None:
        self._decimals = decimals
        self._known: dict[tuple[Route, str], dict[str, list[Decimal]]] = {}
        """The shares of an invoice over several milestones, which each of them asks for."""

    def of(self, value: Decimal, invoice: Invoice, milestone: str) -> Decimal:
        """A milestone's part of a value of an invoice."""
        key = invoice.route, str(value)
        parts = self._known.get(key)
        if parts is None:
            parts = self._split(value, invoice)
            if len(invoice.lines) > 1:
                self._known[key] = parts
        return money.total(parts.get(milestone, ()))

    def _split(self, value: Decimal, invoice: Invoice) -> dict[str, list[Decimal]]:
        whole = tuple(line.amount for line in invoice.lines)
        parts = whole if value == invoice.amount == money.total(whole) else money.allocate(value, whole, self._decimals)
        result: dict[str, list[Decimal]] = {}
        for line, part in zip(invoice.lines, parts, strict=True):
            result.setdefault(line.milestone, []).append(part)
        return result


def _due_by(figures: InvoiceFigures) -> str:
    """The source of the day it falls due: the invoice, the payment terms, or the day of one of its parts."""
    if any(part.is_retained or part.route is not None for part in figures.parts):
        return "parts"
    return "terms" if figures.invoice.due is None else "invoice"


def _paid(figures: InvoiceFigures) -> Single:
    """The day it was paid; yes where only that is known."""
    invoice = figures.invoice
    if invoice.payments:
        return invoice.payments[0].date
    if invoice.is_paid:
        return invoice.paid or True
    return True if figures.at_its_word else None


# What the columns can hold -------------------------------------------------------------------------------------------


def _fits(figures: InvoiceFigures, ids: dict[str, int], numbers: Counter[str]) -> bool:
    """Whether the columns say all that a record says of an invoice; `ids` are the milestones'."""
    invoice = figures.invoice
    billed = [line.milestone for line in invoice.lines]
    more = (
        invoice.void, invoice.credits, invoice.replaces, invoice.total, invoice.retained, invoice.disputed,
        invoice.written_off,
    )  # fmt: skip
    return (
        all(value is None for value in more)
        and not (invoice.due is not None and _due_by(figures) == "parts")
        and not invoice.instalments
        and not invoice.upfront
        and numbers[invoice.key] == 1
        and len(billed) == len(set(billed))
        and ids.keys() >= set(billed)
        and all(map(_comes_back, (invoice.number, invoice.file)))
        and (not invoice.payments or (len(invoice.payments) == 1 and _is_plain(invoice.payments[0])))
    )


def _is_plain(payment: Payment) -> bool:
    """Whether a payment is an amount on a day, with a reference at most."""
    return (
        payment.amount > 0
        and payment.settles == payment.amount
        and not any((payment.withheld, payment.fee, payment.discount, payment.note, payment.received_currency))
        and payment.total is None
        and _comes_back(payment.reference)
    )


def _comes_back(text: str | None) -> bool:
    """Whether a cell with a text is read as that text again."""
    return text is None or bool(
        inert(text) == text == text.strip() and set(text) - set("-–—") and not _TURNED.match(text) and text != ""
    )


# What else there is --------------------------------------------------------------------------------------------------


def _beyond(item: ProjectStatus, ids: dict[str, int], plain: set[Any]) -> dict[int, list[dict[str, Any]]]:
    """The invoices that the columns can't hold, by the index of the first milestone that each bills."""
    at_its_word = {figures.invoice.route for figures in item.ledger.invoices if figures.at_its_word}
    result: dict[int, list[dict[str, Any]]] = {}
    for invoice in item.project.invoices():
        if invoice.route not in plain:
            first = min((ids[line.milestone] for line in invoice.lines if line.milestone in ids), default=0)
            told = _invoice(invoice) | ({"paid": True} if invoice.route in at_its_word else {})
            result.setdefault(first, []).append(told)
    return result


def _more(record: Milestone, invoices: list[dict[str, Any]] | None) -> str | None:
    """The parts of a milestone, and of the `invoices` that bill it first, that the columns can't hold, as JSON."""
    deliverable = record.deliverable
    texts = {"name": record.name, "note": record.note}
    about = {"note": deliverable.note, "approved_by": deliverable.approved_by, "signoff": deliverable.signoff}
    found = {
        **{key: text for key, text in texts.items() if not _comes_back(text)},
        "deliverable": {key: text for key, text in about.items() if not _comes_back(text)} or None,
        "hold": _stated(until=record.hold_until, reason=record.hold_reason) if record.hold else None,
        "cancelled": _stated(date=record.cancelled_date, reason=record.cancelled_reason) or None,
        "attachments": list(record.attachments) or None,
        "invoices": invoices,
    }
    found = _stated(**found)
    # In some spreadsheets a semicolon separates cells.
    return json.dumps(_as_json(found)).replace(";", "\\u003b") if found else None


def _stated(**keys: Any) -> dict[str, Any]:
    return {key: value for key, value in keys.items() if value is not None}


def _invoice(invoice: Invoice) -> dict[str, Any]:
    """An invoice's record."""
    lines = (
        None
        if invoice.under_milestone
        else [{"milestone": line.milestone, "amount": line.amount} for line in invoice.lines]
    )
    retained = invoice.retained
    return _stated(
        number=invoice.number, amount=invoice.amount, sent=invoice.sent, tax=invoice.tax if invoice.has_tax else None,
        total=invoice.total, due=invoice.due,
        instalments=[{"due": part.due, "amount": part.amount} for part in invoice.instalments] or None,
        retained=None if retained is None else _stated(amount=retained.amount, until=retained.until),
        upfront=invoice.upfront or None, file=invoice.file, paid=(invoice.paid or True) if invoice.is_paid else None,
        payments=list(map(_payment, invoice.payments)) or None,
        disputed=_dated("since", invoice.disputed, invoice.disputed_reason),
        written_off=None if invoice.written_off is None else _stated(
            date=invoice.written_off_date, amount=invoice.written_off, reason=invoice.written_off_reason
        ),
        void=_dated("date", invoice.void, invoice.void_reason), credits=invoice.credits, replaces=invoice.replaces, lines=lines,
    )  # fmt: skip


def _dated(key: str, day: date | None, reason: str | None) -> dict[str, Any] | None:
    return None if day is None else _stated(**{key: day}, reason=reason)


def _payment(payment: Payment) -> dict[str, Any]:
    received = _stated(amount=payment.received_amount, currency=payment.received_currency)
    return _stated(
        date=payment.date, amount=payment.amount, withheld=payment.withheld or None, fee=payment.fee or None,
        discount=payment.discount or None, total=payment.total, received=received or None, reference=payment.reference,
        note=payment.note,
    )  # fmt: skip


def _as_json(value: Any) -> Any:
    """A record as JSON: amounts as their characters, days as ISO."""
    if isinstance(value, dict):
        return {key: _as_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_json(item) for item in value]
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
