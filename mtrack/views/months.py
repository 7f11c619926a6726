"""The amounts billed and received, by month over the last year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.rules.context import ProjectContext

ZERO = money.ZERO
SPAN = 12
"""Months shown: that of the day asked for, and the eleven before."""


class Month(Struct, frozen=True):
    """A month, by its first day. `billed` is gross by the day sent, credit notes negative; `received` is cash."""

    first: date
    billed: Decimal
    received: Decimal


class Turnover(Struct, frozen=True, array_like=True, gc=False):
    """Billed and received of a project by month, of the last twelve those with any.

    `undated` is the cash of invoices sent in these months that came in on a day nobody recorded.
    """

    billed: dict[date, Decimal]
    received: dict[date, Decimal]
    undated: Decimal


@lru_cache(maxsize=8)
def last_months(as_of: date) -> tuple[date, ...]:
    """The first days of the twelve months that end with that of `as_of`."""
    index = as_of.year * 12 + as_of.month - 1
    return tuple(date(i // 12, i % 12 + 1, 1) for i in range(max(index - SPAN + 1, 12), index + 1))


def turnover(context: ProjectContext) -> Turnover:
    """Billed and received of a project; void invoices count nowhere, nor does what is dated after the day asked for."""
    as_of = context.as_of
    billed: dict[date, Decimal] = {}
    received: dict[date, Decimal] = {}
    no_day = ZERO
    for figures in context.ledger.invoices:
        if figures.invoice.void is not None:
            continue
        if _in_span(figures, as_of):
            _add(billed, figures.invoice.sent.replace(day=1), billed_in_span(figures, as_of))
            no_day = money.plus(no_day, undated(figures, as_of))
        for first, amount in monthly(figures, as_of).items():
            _add(received, first, amount)
    return Turnover(billed, received, no_day)


def _in_span(figures: InvoiceFigures, as_of: date) -> bool:
    """Whether an invoice was sent in the last twelve months."""
    return last_months(as_of)[0] <= figures.invoice.sent <= as_of


def billed_in_span(figures: InvoiceFigures, as_of: date) -> Decimal:
    """The gross of an invoice that was sent in the last twelve months."""
    return figures.gross if _in_span(figures, as_of) else ZERO


def undated(figures: InvoiceFigures, as_of: date) -> Decimal:
    """The cash of an invoice sent in the last twelve months that came in on a day nobody recorded."""
    invoice = figures.invoice
    no_day = figures.at_its_word or (invoice.is_paid and invoice.paid is None)
    return figures.received if no_day and _in_span(figures, as_of) else ZERO


def monthly(figures: InvoiceFigures, as_of: date) -> dict[date, Decimal]:
    """The cash of an invoice in the last twelve months, by month."""
    result: dict[date, Decimal] = {}
    start = last_months(as_of)[0]
    for day, amount in payments(figures):
        if day is not None and start <= day <= as_of:
            _add(result, day.replace(day=1), amount)
    return result


def payments(figures: InvoiceFigures) -> list[tuple[date | None, Decimal]]:
    """The cash of an invoice by its days; None for what came in on a day nobody recorded."""
    invoice = figures.invoice
    listed: list[tuple[date | None, Decimal]] = [(payment.date, payment.amount) for payment in invoice.payments]
    rest = money.minus(figures.received, money.total(amount for _, amount in listed))
    return [*listed, (invoice.paid, rest)] if rest else listed


def months(turnovers: Iterable[Turnover], as_of: date) -> tuple[Month, ...]:
    """The last twelve months of several projects of one currency, oldest first."""
    billed, received = (dict.fromkeys(last_months(as_of), ZERO) for _ in range(2))
    for item in turnovers:
        for first, amount in item.billed.items():
            _add(billed, first, amount)
        for first, amount in item.received.items():
            _add(received, first, amount)
    return tuple(Month(first, amount, received[first]) for first, amount in billed.items())


def _add(sums: dict[date, Decimal], first: date, amount: Decimal) -> None:
    sums[first] = money.plus(sums.get(first, ZERO), amount)
