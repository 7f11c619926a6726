"""What was billed and what came in, by month over the last year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from decimal import Decimal

    from mtrack.books import Workspace
    from mtrack.lint import Selection

ZERO = money.ZERO
SPAN = 12
"""Months shown: that of the day asked for, and the eleven before."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month, by its first day. `billed` is gross by the day sent, credit notes negative; `received` is cash."""

    first: date
    billed: Decimal
    received: Decimal


@dataclass(frozen=True, slots=True)
class MonthsView:
    """Per currency the last twelve months, oldest first.

    `undated` is what invoices are settled with at their milestones' word: it came in on a day nobody recorded.
    """

    months: dict[str, tuple[Month, ...]]
    undated: dict[str, Decimal]
    places: dict[str, int]


def last_months(as_of: date) -> tuple[date, ...]:
    """The first days of the twelve months that end with that of `as_of`."""
    index = as_of.year * 12 + as_of.month - 1
    return tuple(date(i // 12, i % 12 + 1, 1) for i in range(max(index - SPAN + 1, 12), index + 1))


def months(workspace: Workspace, selection: Selection) -> MonthsView:
    """Billed and received by month; void invoices count nowhere, nor does what is dated after the day asked for."""
    as_of = workspace.as_of
    shown = last_months(as_of)
    billed: dict[str, dict[date, Decimal]] = {}
    received: dict[str, dict[date, Decimal]] = {}
    undated: dict[str, Decimal] = {}
    places: dict[str, int] = {}
    for books in workspace.books:
        project = books.project
        if not selection.takes_path(project.path):
            continue
        sent_in = billed.setdefault(project.currency, dict.fromkeys(shown, ZERO))
        came_in = received.setdefault(project.currency, dict.fromkeys(shown, ZERO))
        places[project.currency] = project.places
        for figures in books.ledger.invoices:
            invoice = figures.invoice
            if invoice.void is not None:
                continue
            _add(sent_in, invoice.sent, figures.gross, as_of)
            for payment in invoice.payments:
                _add(came_in, payment.date, payment.amount, as_of)
            if figures.at_its_word:
                undated[project.currency] = money.plus(undated.get(project.currency, ZERO), figures.gross)
    return MonthsView(
        {
            currency: tuple(Month(first, billed[currency][first], received[currency][first]) for first in shown)
            for currency in sorted(billed)
        },
        undated,
        places,
    )


def _add(sums: dict[date, Decimal], day: date, amount: Decimal, as_of: date) -> None:
    first = day.replace(day=1)
    if day <= as_of and first in sums:
        sums[first] = money.plus(sums[first], amount)
