"""The parts of an invoice by the day they fall due: what is retained, the instalments, and the rest."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.finding import Route
    from mtrack.record.model import Invoice, PaymentTerms, Project

ZERO = money.ZERO


class Part(Struct, frozen=True):
    """A part of an invoice that falls due on a day, None while that is not known; `open` is what is not settled of it.

    `route` is the place of its due day in the record, where it has one of its own.
    """

    day: date | None
    amount: Decimal
    open: Decimal
    is_retained: bool = False
    route: Route | None = None

    def is_past(self, day: date) -> bool:
        """Whether something of it is open after its day."""
        return self.day is not None and self.day < day and self.open > 0


class Terms(Struct, frozen=True):
    """The terms that a project's invoices have in common: when they fall due, what is retained and until when."""

    payment: PaymentTerms
    retention: Decimal | None
    accepted: date | None
    """The day of the last approval, once every milestone that needs one has it."""
    decimals: int


def terms(project: Project, default: PaymentTerms) -> Terms:
    """The terms of a project as it stood; `default` are the workspace's payment terms."""
    agreement = project.agreement
    own = agreement.payment_terms if agreement else None
    retention = agreement.retention if agreement else None
    return Terms(own or default, retention, _accepted(project), project.decimals)


def _accepted(project: Project) -> date | None:
    counted = [milestone for milestone in project.milestones if not milestone.cancelled]
    if any(item.approved is None for item in counted if not item.upfront and item.amount):
        return None
    return max((item.approved for item in counted if item.approved), default=None)


def retained_amount(invoice: Invoice, terms: Terms) -> Decimal:
    """The amount that the client keeps back of an invoice, gross: by its own record, else by the agreement's share."""
    if invoice.retained is not None:
        return invoice.retained.amount
    if not terms.retention or invoice.upfront or invoice.is_credit_note:
        return ZERO
    return money.proportion(invoice.gross, terms.retention, Decimal(100), terms.decimals)


def may_retain(invoice: Invoice, terms: Terms) -> bool:
    """Whether something of an invoice may be kept back: by its own record, or by the agreement."""
    return invoice.retained is not None or terms.retention is not None


def due_date(invoice: Invoice, terms: Terms) -> date:
    """The day on which an invoice as a whole falls due: `due`, else sent + the payment terms."""
    return invoice.due or terms.payment.due(invoice.sent)


def schedule(invoice: Invoice, terms: Terms, due: date, settled: Decimal) -> tuple[Part, ...]:
    """The parts of an invoice in the order in which `settled` fills them: by their days, what is retained last.

    `due` is the day on which it falls due as a whole.
    """
    gross = invoice.gross
    retained = min(retained_amount(invoice, terms), gross) if may_retain(invoice, terms) else ZERO
    if not retained and not invoice.instalments:
        return (Part(due, gross, _open(gross, settled)),)
    parts = _by_day(invoice, due, money.minus(gross, retained))
    if retained:
        until = invoice.retained.until if invoice.retained else None
        parts.append(Part(until or terms.accepted, retained, ZERO, is_retained=True))
    return tuple(_filled(parts, settled))


def _by_day(invoice: Invoice, due: date, left: Decimal) -> list[Part]:
    parts: list[Part] = []
    for item in invoice.instalments:
        amount = min(item.amount, left)
        parts.append(Part(item.due, amount, ZERO, route=(*item.route, "due")))
        left = money.minus(left, amount)
    if left or not parts:
        parts.append(Part(due, left, ZERO))
    return sorted(parts, key=lambda part: part.day or invoice.sent)


def _filled(parts: Iterable[Part], settled: Decimal) -> Iterable[Part]:
    for part in parts:
        yield replace(part, open=_open(part.amount, settled))
        settled = money.excess(settled, part.amount)


def _open(amount: Decimal, settled: Decimal) -> Decimal:
    """The open amount of a part; a refund of more than came falls due with the first part."""
    return money.excess(amount, settled)
