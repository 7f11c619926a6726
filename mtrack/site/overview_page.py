"""What the overview shows: every row and cell as a plain value, so that its template computes nothing."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import money
from mtrack.figures.aging import BUCKETS
from mtrack.render.wording import BAND_WORDS, BUCKET_WORDS
from mtrack.site import charts
from mtrack.site.cells import STATE_WORDS, bar_words, legend, sums
from mtrack.views.cash import BANDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from mtrack.finding import Finding
    from mtrack.record.model import Heading
    from mtrack.render.wording import Wording
    from mtrack.site.cells import Legend, Sum
    from mtrack.site.links import PageLinks
    from mtrack.views.attention import Item
    from mtrack.views.gaps import Sums
    from mtrack.views.months import Month
    from mtrack.views.overview import Overview
    from mtrack.views.summary import Next, ProjectSummary

MOST_ATTENTION = 100
"""How many gaps and overlaps the overview lists; all of them are among the findings."""
_BUCKET_STATES = {"retained": "outstanding", "not_due": "outstanding", "disputed": "disputed"}
"""The state of an aging bucket; of all others it is overdue."""
_BAND_STATES = {
    "certain": "outstanding",
    "billable": "to_bill",
    "planned": "ahead",
    "retained": "outstanding",
    "disputed": "disputed",
}


class Purse(Struct, frozen=True):
    """What is agreed in one currency, and where that money is."""

    currency: str
    places: int
    agreed: Decimal
    bar: Markup
    legend: Legend


class AtStake(Struct, frozen=True):
    """What is in gaps and in overlaps in one currency; None for nothing."""

    currency: str
    places: int
    gaps: Decimal | None
    overlaps: Decimal | None


class AttentionRow(Struct, frozen=True):
    """A gap or overlap: its state and the word for its mark, what it is about, since when, and what to do."""

    finding: Finding
    project: Heading
    state: str
    word: str
    href: str
    subject: str | None
    name: str | None
    since: date | None
    days: int | None
    todo: str


class Worst(Struct, frozen=True):
    """The first thing to attend to in a project, and how many more there are."""

    state: str
    word: str
    amount: Decimal | None
    action: str
    more: int


class ProjectRow(Struct, frozen=True):
    """A project in the table of projects."""

    project: Heading
    href: str
    bars: Markup
    words: str
    agreed: Decimal
    billed: int
    counted: int
    worst: Worst | None
    closed: date | None
    next: Next | None


class AgeRow(Struct, frozen=True):
    """An aging bucket: its state, word and bar; `kind` is its class in the style sheet."""

    state: str
    word: str
    bar: Markup
    amount: Decimal
    kind: str


class AgeTable(Struct, frozen=True):
    """What is outstanding in one currency, by age."""

    currency: str
    places: int
    rows: tuple[AgeRow, ...]
    outstanding: Decimal


class Band(Struct, frozen=True):
    """A band of the forecast: the state its money is in, and its word."""

    state: str
    word: str


class ForecastRow(Struct, frozen=True):
    """A month of the forecast (None: no date): its bar, and its amount in each band (None for nothing)."""

    month: date | None
    bar: Markup
    amounts: tuple[Decimal | None, ...]


class ForecastTable(Struct, frozen=True):
    """The cash expected in one currency, by month and band."""

    currency: str
    places: int
    rows: tuple[ForecastRow, ...]


class Turnover(Struct, frozen=True):
    """Billed and received in one currency over the last year; `undated` was paid on no recorded day, if any was."""

    currency: str
    places: int
    billed: Decimal
    received: Decimal
    undated: Decimal | None
    chart: Markup
    months: tuple[Month, ...]


class CurrencySums(Struct, frozen=True):
    """The sums of one currency."""

    currency: str
    places: int
    sums: tuple[Sum, ...]


def overview_values(view: Overview, broken: Sequence[str], links: PageLinks, wording: Wording) -> dict[str, Any]:
    """What the template of the overview is given, its table of projects aside."""
    return {
        "projects": len(view.projects),
        "clients": view.named_clients,
        "broken": [(folder, links.project(folder)) for folder in broken],
        "purses": [
            Purse(currency, view.places[currency], progress.agreed, charts.sum_bar(progress), legend(progress))
            for currency, progress in view.progress.items()
        ],
        "attention": len(view.attention),
        "attention_more": max(len(view.attention) - MOST_ATTENTION, 0),
        "attention_rows": [_attention_row(item, links) for item in view.attention[:MOST_ATTENTION]],
        "at_stake": at_stake(view.gaps, view.places),
        "aging": [_age_table(view, currency) for currency in view.buckets],
        "bands": [Band(_BAND_STATES[band], BAND_WORDS[band]) for band in BANDS],
        "forecast": [_forecast_table(view, currency) for currency in view.forecast],
        "turnover": [_turnover(view, currency, wording) for currency in view.months],
        "sums": [
            CurrencySums(currency, view.places[currency], sums(totals)) for currency, totals in view.totals.items()
        ],
    }


def at_stake(gaps: Mapping[str, Sums], places: Mapping[str, int]) -> list[AtStake]:
    """The sums of gaps and overlaps, of the currencies that have any."""
    return [
        AtStake(currency, places[currency], item.gaps or None, item.overlaps or None)
        for currency, item in gaps.items()
        if item.gaps or item.overlaps
    ]


def _mark_word(state: str) -> str:
    return "overlap" if state == "alarm" else STATE_WORDS[state]


def _attention_row(item: Item, links: PageLinks) -> AttentionRow:
    row, finding = item.row, item.row.finding
    return AttentionRow(
        finding=finding,
        project=item.project,
        state=item.state,
        word=_mark_word(item.state),
        href=links.project(item.project.folder, milestone=finding.milestone, invoice=finding.invoice),
        subject=finding.milestone,
        name=row.name if finding.milestone else finding.invoice or row.name or row.subject,
        since=row.since,
        days=row.days if row.days and row.days > 0 else None,
        todo=item.action or finding.hint or "",
    )


def project_rows(
    items: Iterable[ProjectSummary], attention: Mapping[str, Sequence[Item]], room: Decimal, links: PageLinks
) -> list[ProjectRow]:
    """Rows of the table of projects; `attention` is what each has to attend to, by folder, the worst first."""
    return [
        ProjectRow(
            project=item.project,
            href=links.project(item.project.folder),
            bars=charts.two_bars(item.progress, item.boundaries, room),
            words=bar_words(item.progress),
            agreed=item.progress.agreed,
            billed=item.billed,
            counted=item.counted,
            worst=_worst(attention.get(item.project.folder, ())),
            closed=item.closed,
            next=item.next,
        )
        for item in items
    ]


def _worst(items: Sequence[Item]) -> Worst | None:
    if not items:
        return None
    first = items[0]
    return Worst(first.state, _mark_word(first.state), first.row.finding.amount, first.action, len(items) - 1)


def _age_table(view: Overview, currency: str) -> AgeTable:
    buckets = view.buckets[currency]
    most = max(buckets.values())
    rows: list[AgeRow] = []
    for bucket in BUCKETS:
        state, amount = _BUCKET_STATES.get(bucket, "overdue"), buckets[bucket]
        bar = charts.row_bar([(state, amount)], most)
        rows.append(AgeRow(state, BUCKET_WORDS[bucket], bar, amount, "" if amount else "none"))
    return AgeTable(currency, view.places[currency], tuple(rows), view.totals[currency].outstanding)


def _forecast_table(view: Overview, currency: str) -> ForecastTable:
    months = view.forecast[currency]
    most = max(money.total(bands.values()) for bands in months.values())
    rows = tuple(
        ForecastRow(
            month,
            charts.row_bar([(_BAND_STATES[band], bands[band]) for band in BANDS], most),
            tuple(bands[band] or None for band in BANDS),
        )
        for month, bands in months.items()
    )
    return ForecastTable(currency, view.places[currency], rows)


def _turnover(view: Overview, currency: str, wording: Wording) -> Turnover:
    months = view.months[currency]
    return Turnover(
        currency,
        view.places[currency],
        money.total(month.billed for month in months),
        money.total(month.received for month in months),
        view.undated[currency] or None,
        charts.columns(months, wording),
        months,
    )
