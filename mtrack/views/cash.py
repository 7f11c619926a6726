"""Since when money is owed, and when it can be expected: aging and forecast. Nothing is counted twice."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.check.pipeline import of_each
from mtrack.figures.aging import BUCKETS, bucket_of, outstanding_by_age
from mtrack.figures.schedule import terms as terms_of
from mtrack.views.left_out import LeftOut, left_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.check.report import Selection
    from mtrack.check.workspace import Workspace
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.figures.schedule import Part
    from mtrack.record.model import Milestone, PaymentTerms, Project
    from mtrack.rules.context import ProjectContext

ZERO = money.ZERO
BANDS = ("certain", "billable", "planned", "retained", "disputed")
"""Invoiced; unbilled and to be billed; planned, not yet to be billed; kept back by agreement; disputed."""

APART = ("retained", "disputed")
"""The bands that stand under no month, whatever their day."""

KINDS = ("certain", "billable", "on_hold", "planned", *APART)
"""The bands as a chart shows them: what could be billed, but for a hold, apart from what can."""


class Owed(Struct, frozen=True):
    """A part of an invoice that is outstanding (gross), its bucket and the days it is past due (below 0: not yet).

    `days` is None while the day that it falls due on is not known.
    """

    project: Project
    figures: InvoiceFigures
    part: Part
    bucket: str
    days: int | None


class AgingView(Struct, frozen=True):
    """Outstanding by bucket and currency as of a day, and the invoices it is made of, oldest first."""

    as_of: date
    locale: str
    buckets: dict[str, dict[str, Decimal]]
    owed: tuple[Owed, ...]
    decimals: dict[str, int]
    left_out: LeftOut


def aging(workspace: Workspace, selection: Selection) -> AgingView:
    """Outstanding by age. The buckets sum to outstanding."""
    as_of = workspace.as_of

    def of_project(context: ProjectContext) -> tuple[str, dict[str, Decimal], tuple[Owed, ...], LeftOut]:
        aged = outstanding_by_age(context.ledger.invoices, as_of)
        return context.project.currency, aged, tuple(_owed(context)), left_out(context.ledger)

    projects = list(of_each(workspace, of_project, selection))
    owed = [item for _, _, items, _ in projects for item in items]
    owed.sort(key=lambda item: (item.part.day or date.max, item.project.path, item.figures.invoice.number))
    buckets = by_age((currency, aged) for currency, aged, _, _ in projects)
    decimals = {item.project.currency: item.project.decimals for item in owed}
    later = LeftOut.sum(item for *_, item in projects)
    return AgingView(as_of, workspace.settings.locale, buckets, tuple(owed), decimals, later)


def _owed(context: ProjectContext) -> Iterator[Owed]:
    for figures in context.ledger.invoices:
        for part in figures.parts if figures.outstanding else ():
            if part.open:
                days = None if part.day is None else (context.as_of - part.day).days
                yield Owed(context.project, figures, part, bucket_of(figures, part, context.as_of), days)


def by_age(owed: Iterable[tuple[str, dict[str, Decimal]]]) -> dict[str, dict[str, Decimal]]:
    """The amounts owed to projects by bucket, summed per currency that is owed any."""
    result: dict[str, dict[str, Decimal]] = {}
    for currency, buckets in owed:
        if any(buckets.values()):
            sums = result.setdefault(currency, dict.fromkeys(BUCKETS, ZERO))
            for bucket, amount in buckets.items():
                sums[bucket] = money.plus(sums[bucket], amount)
    return dict(sorted(result.items()))


class Expected(Struct, frozen=True):
    """Money to come. `month` is the first of the month, None where nothing says when; `late` where its day passed.

    `amount` is what is outstanding (gross) of an invoice, or what is unbilled (net of tax) of a milestone; `held` where
    that could be billed, but for a hold.
    """

    project: Project
    band: str
    month: date | None
    day: date | None
    amount: Decimal
    milestone: Milestone | None = None
    invoice: InvoiceFigures | None = None
    late: bool = False
    held: bool = False

    @property
    def kind(self) -> str:
        """Its band, or "on_hold"."""
        return "on_hold" if self.held else self.band


class ForecastView(Struct, frozen=True):
    """Expected cash: per currency, per month (None: no date), per band; and the items it is made of.

    Disputed money, milestones on hold without an end and what is retained until a day nobody knows stand under no month.
    """

    as_of: date
    locale: str
    months: dict[str, dict[date | None, dict[str, Decimal]]]
    items: tuple[Expected, ...]
    decimals: dict[str, int]
    left_out: LeftOut


def forecast(workspace: Workspace, selection: Selection) -> ForecastView:
    """The forecast of cash by month. What is overdue is expected now: in the month of the day asked for."""
    projects = list(of_each(workspace, lambda context: (expected(context), left_out(context.ledger)), selection))
    items = [item for found, _ in projects for item in found]
    items.sort(key=lambda item: (item.day or date.max, BANDS.index(item.band), item.project.path))
    months = calendar((item.project.currency, item.month, item.band, item.amount) for item in items)
    decimals = {item.project.currency: item.project.decimals for item in items}
    later = LeftOut.sum(item for _, item in projects)
    return ForecastView(workspace.as_of, workspace.settings.locale, months, tuple(items), decimals, later)


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


class Outlook(Struct, frozen=True):
    """The cash expected in one currency, by kind: what is late and so has no day, by month, and without any day.

    What is retained or disputed stands apart from all of them, whatever its day.
    """

    late: dict[str, Decimal]
    months: dict[date, dict[str, Decimal]]
    undated: dict[str, Decimal]
    retained: Decimal
    disputed: Decimal

    @property
    def total(self) -> Decimal:
        """All of it."""
        bands = (self.late, self.undated, *self.months.values())
        return money.total((*(amount for sums in bands for amount in sums.values()), self.retained, self.disputed))


Cash = tuple[date | None, str, bool, Decimal]
"""Cash expected: its month, its kind, whether its day has passed, the amount."""


def outlook(items: Iterable[tuple[str, Cash]]) -> dict[str, Outlook]:
    """The cash of each currency that expects any."""
    found: dict[str, list[Cash]] = {}
    for currency, cash in items:
        found.setdefault(currency, []).append(cash)
    return {currency: _outlook(cash) for currency, cash in sorted(found.items())}


def column_of(month: date | None, kind: str, *, late: bool) -> str:
    """Where cash expected stands: its kind where that stands apart, "late", its month as "2026-11", or "undated"."""
    if kind in APART:
        return kind
    if late:
        return "late"
    return "undated" if month is None else month.isoformat()[:7]


def _outlook(cash: Iterable[Cash]) -> Outlook:
    months: dict[date, dict[str, Decimal]] = {}
    others: dict[str, dict[str, Decimal]] = {column: {} for column in ("late", "undated", *APART)}
    for month, kind, is_late, amount in cash:
        column = column_of(month, kind, late=is_late)
        if column not in others:
            assert month is not None
            sums = months.setdefault(month, {})
        else:
            sums = others[column]
        sums[kind] = money.plus(sums.get(kind, ZERO), amount)
    retained, disputed = (money.total(others[band].values()) for band in APART)
    return Outlook(others["late"], dict(sorted(months.items())), others["undated"], retained, disputed)


def expected(context: ProjectContext) -> tuple[Expected, ...]:
    """The payments that can be expected of one project."""
    return (*_invoiced(context), *_unbilled(context))


def _month(day: date | None) -> date | None:
    return None if day is None else day.replace(day=1)


def _invoiced(context: ProjectContext) -> Iterator[Expected]:
    """The outstanding amounts, part by part."""
    for owed in _owed(context):
        band = owed.bucket if owed.bucket in APART else "certain"
        due = None if band == "disputed" else owed.part.day
        day = None if due is None else max(due, context.as_of)
        late = due is not None and due < context.as_of
        yield Expected(owed.project, band, _month(day), day, owed.part.open, invoice=owed.figures, late=late)


def _unbilled(context: ProjectContext) -> Iterator[Expected]:
    terms = terms_of(context.seen, context.settings.payment_terms).payment
    return (_to_bill(context, figures, terms) for figures in context.ledger.milestones if figures.unbilled)


def _to_bill(context: ProjectContext, figures: MilestoneFigures, terms: PaymentTerms) -> Expected:
    milestone = figures.milestone
    band = "planned" if figures.waits_as == "ahead" else "billable"
    start = context.as_of if band == "billable" else milestone.planned
    late = start is not None and start < context.as_of
    if milestone.on_hold(context.as_of):
        start = None if milestone.hold_until is None or start is None else max(start, milestone.hold_until)
    day = None if start is None else terms.due(max(start, context.as_of))
    held = figures.waits_as == "on_hold"
    return Expected(context.seen, band, _month(day), day, figures.unbilled, milestone=milestone, late=late, held=held)
