"""When money is owed since, and when it can be expected: aging and forecast. Nothing is counted twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.check.pipeline import contexts
from mtrack.figures.aging import BUCKETS, bucket_of, outstanding_by_age

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from mtrack.check.report import Selection
    from mtrack.check.workspace import Workspace
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.record.model import Milestone, Project
    from mtrack.rules.context import ProjectContext

ZERO = money.ZERO
BANDS = ("certain", "billable", "planned")
"""Invoiced and due; approved and unbilled; planned, not yet approved."""


class Owed(Struct, frozen=True):
    """An invoice with something outstanding (gross), its bucket and the days it is past due (below 0: not yet)."""

    project: Project
    figures: InvoiceFigures
    bucket: str
    days: int


class AgingView(Struct, frozen=True):
    """Outstanding by bucket and currency as of a day, and the invoices it is made of, oldest first."""

    as_of: date
    locale: str
    buckets: dict[str, dict[str, Decimal]]
    owed: tuple[Owed, ...]
    places: dict[str, int]


def aging(workspace: Workspace, selection: Selection) -> AgingView:
    """Outstanding by age. The buckets sum to outstanding."""
    as_of = workspace.as_of
    owed: list[Owed] = []
    aged: list[tuple[str, dict[str, Decimal]]] = []
    for context in contexts(workspace, selection):
        aged.append((context.project.currency, outstanding_by_age(context.ledger.invoices, as_of)))
        owed.extend(
            Owed(context.project, figures, bucket_of(figures, as_of), (as_of - figures.due).days)
            for figures in context.ledger.invoices
            if figures.outstanding
        )
    owed.sort(key=lambda item: (item.figures.due, item.project.path, item.figures.invoice.number))
    buckets = by_age(aged)
    places = {item.project.currency: item.project.places for item in owed}
    return AgingView(as_of, workspace.settings.locale, buckets, tuple(owed), places)


def by_age(owed: Iterable[tuple[str, dict[str, Decimal]]]) -> dict[str, dict[str, Decimal]]:
    """What projects are owed by bucket, summed per currency that is owed any."""
    result: dict[str, dict[str, Decimal]] = {}
    for currency, buckets in owed:
        if any(buckets.values()):
            sums = result.setdefault(currency, dict.fromkeys(BUCKETS, ZERO))
            for bucket, amount in buckets.items():
                sums[bucket] = money.plus(sums[bucket], amount)
    return dict(sorted(result.items()))


class Expected(Struct, frozen=True):
    """Money to come. `month` is the first of the month, None where nothing says when; `late` where its day passed.

    `amount` is what is outstanding (gross) of an invoice, or what is unbilled (net of tax) of a milestone.
    """

    project: Project
    band: str
    month: date | None
    day: date | None
    amount: Decimal
    milestone: Milestone | None = None
    invoice: InvoiceFigures | None = None
    late: bool = False


class ForecastView(Struct, frozen=True):
    """Expected cash: per currency, per month (None: no date), per band; and the items it is made of.

    Disputed invoices and milestones on hold without an end stand under no month.
    """

    as_of: date
    locale: str
    months: dict[str, dict[date | None, dict[str, Decimal]]]
    items: tuple[Expected, ...]
    places: dict[str, int]


def forecast(workspace: Workspace, selection: Selection) -> ForecastView:
    """What can be expected when. What is overdue is expected now: in the month of the day asked for."""
    items = [item for context in contexts(workspace, selection) for item in expected(context)]
    items.sort(key=lambda item: (item.day or date.max, BANDS.index(item.band), item.project.path))
    months = calendar((item.project.currency, item.month, item.band, item.amount) for item in items)
    places = {item.project.currency: item.project.places for item in items}
    return ForecastView(workspace.as_of, workspace.settings.locale, months, tuple(items), places)


def calendar(cash: Iterable[tuple[str, date | None, str, Decimal]]) -> dict[str, dict[date | None, dict[str, Decimal]]]:
    """Amounts of a currency, month and band, summed: per currency, per month (None, for no date, last), per band."""
    result: dict[str, dict[date | None, dict[str, Decimal]]] = {}
    for currency, month, band, amount in cash:
        bands = result.setdefault(currency, {}).setdefault(month, dict.fromkeys(BANDS, ZERO))
        bands[band] = money.plus(bands[band], amount)
    return {
        currency: dict(sorted(months.items(), key=lambda item: item[0] or date.max))
        for currency, months in sorted(result.items())
    }


def expected(context: ProjectContext) -> tuple[Expected, ...]:
    """What can be expected of one project."""
    return (*_certain(context), *_unbilled(context))


def _month(day: date | None) -> date | None:
    return None if day is None else day.replace(day=1)


def _certain(context: ProjectContext) -> list[Expected]:
    result: list[Expected] = []
    for figures in context.ledger.invoices:
        if figures.outstanding:
            late = figures.due < context.as_of
            day = None if figures.invoice.disputed is not None else max(figures.due, context.as_of)
            result.append(
                Expected(context.project, "certain", _month(day), day, figures.outstanding, invoice=figures, late=late)
            )
    return result


def _unbilled(context: ProjectContext) -> list[Expected]:
    return [
        _to_bill(context, figures)
        for figures in context.ledger.milestones
        if figures.unbilled and not figures.milestone.cancelled
    ]


def _to_bill(context: ProjectContext, figures: MilestoneFigures) -> Expected:
    milestone = figures.milestone
    approved = milestone.approved is not None or figures.is_billed
    start = context.as_of if approved else milestone.planned
    late = start is not None and start < context.as_of
    if milestone.on_hold(context.as_of):
        start = None if milestone.hold_until is None or start is None else max(start, milestone.hold_until)
    day = None if start is None else _payment_day(context, start)
    band = "billable" if approved else "planned"
    return Expected(context.project, band, _month(day), day, figures.unbilled, milestone=milestone, late=late)


def _payment_day(context: ProjectContext, start: date) -> date | None:
    """When an invoice sent on a day, or today where that is past, is due; None where the calendar ends before."""
    agreement = context.project.agreement
    terms = None if agreement is None else agreement.payment_terms
    try:
        return max(start, context.as_of) + timedelta(days=context.settings.payment_terms if terms is None else terms)
    except OverflowError:
        return None
