"""The contents of the overview: every row and cell as a plain value, so that its template computes nothing."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import money
from mtrack.figures.aging import BUCKETS
from mtrack.render.wording import BAND_WORDS, BUCKET_WORDS
from mtrack.site import charts
from mtrack.site.cells import UNBILLED, Unit, gross_line, legend, net_line
from mtrack.site.task_rows import verb_rows
from mtrack.views.cash import APART, BANDS, column_of
from mtrack.views.tasks import VERBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from markupsafe import Markup

    from mtrack.record.model import Heading
    from mtrack.render.wording import Wording
    from mtrack.site.cells import Legend, Sum
    from mtrack.site.links import PageLinks
    from mtrack.site.task_rows import TaskRow
    from mtrack.views.cash import Outlook
    from mtrack.views.months import Month
    from mtrack.views.overview import Overview
    from mtrack.views.summary import Next, ProjectSummary

LATE_FIRST = ("over_90", "61-90", "31-60", "1-30", "not_due", "retained", "disputed")
"""The aging buckets as a matrix shows them: what is late first, what is retained and disputed apart at the end."""
assert set(LATE_FIRST) == set(BUCKETS)
MOST_MONTHS = 6
"""The number of months of cash expected that have a column of their own."""
_BAND_STATES = {"certain": "outstanding", "billable": "to_bill", "planned": "ahead"}


class Purse(Struct, frozen=True):
    """The agreed amount in one currency, where that money is, and the projects it is made of."""

    unit: Unit
    agreed: Decimal
    bar: Markup
    legend: Legend
    href: str


class ProjectRow(Struct, frozen=True):
    """A project in the list of projects; `task` is the first thing to do there, and there are `more`.

    `has` names the sums that no invoice is behind and that it adds something to, and the months of cash it expects.
    `share_billed` is in percent of the milestones that count; `urgency` is larger for what is more urgent. `late` where
    the day passed that the next milestone was planned for.
    """

    project: Heading
    unit: Unit
    href: str
    statement: str
    has: str
    bars: Markup
    agreed: Decimal
    outstanding_href: str
    outstanding: Decimal
    billed: int
    counted: int
    share_billed: Decimal
    task: TaskRow | None
    mark: str
    urgency: int
    more: int
    closed: date | None
    next: Next | None
    late: bool


class Cell(Struct, frozen=True):
    """An amount of a matrix with its bar and what it is made of; None for nothing."""

    amount: Decimal | None
    bar: Markup | None
    href: str | None


class MatrixRow(Struct, frozen=True):
    """A currency's row: its cells and their total, and what that is made of where all of it is on invoices."""

    unit: Unit
    cells: tuple[Cell, ...]
    total: Decimal
    href: str | None = None


class Head(Struct, frozen=True):
    """The head of a column: its state for the mark, "" for none, and its word or month."""

    state: str
    word: str
    figure: str = ""


class MonthRow(Struct, frozen=True):
    """A month's row: the invoices sent in it, and what its billed and its received are made of, None for nothing."""

    month: Month
    href: str
    billed_href: str | None
    received_href: str | None


class Turnover(Struct, frozen=True):
    """Billed and received in one currency over the last year; `undated` was paid on no recorded day, if any was."""

    unit: Unit
    billed: Decimal
    received: Decimal
    undated: Decimal | None
    chart: Markup
    months: tuple[MonthRow, ...]


class CurrencySums(Struct, frozen=True):
    """The lines of a currency that add up: net of tax, and with tax."""

    unit: Unit
    net: tuple[Sum, ...]
    gross: tuple[Sum, ...]


def units_of(view: Overview) -> dict[str, Unit]:
    """Every currency with its decimals, in the order of how many projects use it."""
    return {
        currency: Unit(currency, view.decimals[currency], view.shown_decimals[currency]) for currency in view.decimals
    }


def overview_values(view: Overview, broken: Sequence[str], links: PageLinks, wording: Wording) -> dict[str, Any]:
    """The values for the overview's template, its list of projects aside."""
    units = units_of(view)
    urgent = [task for task in view.tasks if task.verb != "tidy"]
    tidy = [task for task in view.tasks if task.verb == "tidy"]
    return {
        "projects": len(view.projects),
        "broken": [(folder, links.project(folder)) for folder in broken],
        "to_do": sum(task.verb != "soon" for task in urgent),
        "verbs": verb_rows(urgent, view.at_stake, units, links),
        "tidy": verb_rows(tidy, view.at_stake, units, links),
        "purses": [_purse(view, unit, links) for unit in units.values()],
        "sums": [_sums(view, unit, links) for unit in units.values()],
        "aging_heads": [_aging_head(bucket) for bucket in LATE_FIRST],
        "aging": [_aging(view.buckets[currency], units[currency], links) for currency in view.buckets],
        **_cash(view, units, links, wording),
        "turnover": [
            _turnover(view, units[currency], wording, links) for currency in view.months if _moved(view, currency)
        ],
    }


def _hrefs(view: Overview, unit: Unit, links: PageLinks) -> dict[str, str]:
    """Links from each sum of a currency to what it is made of: parts of invoices, or the projects that have it."""
    return {name: _projects_href(view, unit, links, name) for name in UNBILLED} | links.parts(unit.currency)


def _purse(view: Overview, unit: Unit, links: PageLinks) -> Purse:
    progress, hrefs = view.progress[unit.currency], _hrefs(view, unit, links)
    return Purse(unit, progress.agreed, charts.state_bar(progress), legend(progress, hrefs), hrefs["agreed"])


def _projects_href(view: Overview, unit: Unit, links: PageLinks, has: str) -> str:
    """The address of the projects with some of a sum: the page of the currency's only one, else the list of them."""
    found = [item for item in view.projects if item.project.currency == unit.currency]
    if len(found) == 1:
        return links.project(found[0].project.folder)
    return links.filtered("index.html", currency=unit.currency, has=has)


def _sums(view: Overview, unit: Unit, links: PageLinks) -> CurrencySums:
    totals, hrefs = view.totals[unit.currency], _hrefs(view, unit, links)
    return CurrencySums(unit, net_line(totals, hrefs), gross_line(totals, hrefs))


def project_row(item: ProjectSummary, unit: Unit, links: PageLinks, as_of: date) -> ProjectRow:
    """A row of a list of projects."""
    return ProjectRow(
        project=item.project,
        unit=unit,
        href=links.project(item.project.folder),
        statement=links.statement(item.project.folder),
        has=" ".join(_has(item)),
        bars=charts.small_bars(item.progress),
        agreed=item.progress.agreed,
        outstanding_href=links.parts(unit.currency, project=item.project.folder)["outstanding"],
        outstanding=item.totals.outstanding,
        billed=item.billed,
        counted=item.counted,
        share_billed=charts.percent_of(Decimal(item.billed), Decimal(item.counted)),
        **_first_task(item, unit, links),
        more=max(len(item.tasks) - 1, 0),
        closed=item.closed,
        next=item.next,
        late=item.next is not None and item.next.planned is not None and item.next.planned < as_of,
    )


def _has(item: ProjectSummary) -> Iterator[str]:
    sums = dict(item.progress.states.items()) | {
        name: getattr(item.totals, name) for name in UNBILLED if hasattr(item.totals, name)
    }
    yield from (name for name in UNBILLED if sums[name])
    yield from dict.fromkeys(f"cash-{column_of(month, band, late=late)}" for month, band, late, _ in item.expected)


def _first_task(item: ProjectSummary, unit: Unit, links: PageLinks) -> dict[str, Any]:
    if not item.tasks:
        return {"task": None, "mark": "", "urgency": 0}
    (first, *_) = verb_rows(item.tasks[:1], {}, {unit.currency: unit}, links)
    return {"task": first.rows[0], "mark": first.mark, "urgency": len(VERBS) - VERBS.index(first.verb)}


def _aging_head(bucket: str) -> Head:
    state = {"not_due": "outstanding", "retained": "retained", "disputed": "disputed"}.get(bucket, "overdue")
    return Head(state, BUCKET_WORDS[bucket], f"aging-{bucket}")


def _aging(buckets: Mapping[str, Decimal], unit: Unit, links: PageLinks) -> MatrixRow:
    whole = money.total(buckets.values())
    hrefs = links.parts(unit.currency)
    cells = tuple(_aged(bucket, buckets[bucket], whole, hrefs) for bucket in LATE_FIRST)
    return MatrixRow(unit, cells, whole, hrefs["outstanding"])


def _aged(bucket: str, amount: Decimal, whole: Decimal, hrefs: Mapping[str, str]) -> Cell:
    """The outstanding amount in a bucket, and the invoices it is made of."""
    if not amount:
        return Cell(None, None, None)
    bar = charts.row_bar([(_aging_head(bucket).state, amount)], whole)
    return Cell(amount, bar, hrefs[f"age-{bucket}"])


def _cash(view: Overview, units: Mapping[str, Unit], links: PageLinks, wording: Wording) -> dict[str, Any]:
    """The cash expected: a row per currency, a column per month, what is late first."""
    months = sorted({month for item in view.outlook.values() for month in item.months})
    shown, later = months[:MOST_MONTHS], months[MOST_MONTHS:]
    heads = [Head("overdue", "late", "cash-late")]
    heads += [Head("", wording.month(month), f"cash-{month.isoformat()[:7]}") for month in shown]
    heads += [Head("", "later", "cash-later")] if later else []
    heads.append(Head("", "no date", "cash-undated"))
    heads += [Head(band, BAND_WORDS[band], f"cash-{band}") for band in ("retained", "disputed")]
    return {
        "cash_bands": [Head(_BAND_STATES[band], BAND_WORDS[band]) for band in BANDS if band in _BAND_STATES],
        "cash_heads": heads,
        "cash": [
            _cash_row(item, shown, later, units[currency], partial(_projects_href, view, units[currency], links), links)
            for currency, item in view.outlook.items()
        ],
    }


def _cash_row(  # noqa: PLR0913
    item: Outlook,
    shown: Sequence[date],
    later: Sequence[date],
    unit: Unit,
    projects: Callable[[str], str],
    links: PageLinks,
) -> MatrixRow:
    columns = [("late", item.late), *((_name(month), item.months.get(month, {})) for month in shown)]
    if later:
        names = " ".join(map(_name, later))
        columns.append((names, _together(item.months.get(month, {}) for month in later)))
    columns.append(("undated", item.undated))
    sums = [money.total(bands.values()) for _, bands in columns]
    most = max((*sums, item.retained, item.disputed))
    cells: list[Cell] = []
    for (names, bands), amount in zip(columns, sums, strict=True):
        if not amount:
            cells.append(Cell(None, None, None))
            continue
        parts = [(_state_of(band, late=names == "late"), bands.get(band, money.ZERO)) for band in _BAND_STATES]
        if set(bands) == {"certain"}:
            href = links.register(unit.currency, part=_each(names, "due-"))
        else:  # what is not billed yet has no place in the register
            href = projects(_each(names, "cash-"))
        cells.append(Cell(amount, charts.row_bar(parts, most), href))
    hrefs = links.parts(unit.currency)
    cells += [
        _aged(bucket, amount, most, hrefs) for bucket, amount in zip(APART, (item.retained, item.disputed), strict=True)
    ]
    return MatrixRow(unit, tuple(cells), item.total)


def _name(month: date) -> str:
    return column_of(month, "", late=False)


def _each(names: str, before: str) -> str:
    """Several names, each with the same word before it."""
    return " ".join(before + name for name in names.split())


def _state_of(band: str, *, late: bool) -> str:
    return "overdue" if late and band == "certain" else _BAND_STATES[band]


def _together(months: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    result: dict[str, Decimal] = {}
    for bands in months:
        for band, amount in bands.items():
            result[band] = money.plus(result.get(band, money.ZERO), amount)
    return result


def _moved(view: Overview, currency: str) -> bool:
    """Whether anything was billed or received in the months shown."""
    return any(month.billed or month.received for month in view.months[currency])


def _turnover(view: Overview, unit: Unit, wording: Wording, links: PageLinks) -> Turnover:
    months = view.months[unit.currency]
    top = max(max(month.billed, month.received) for month in months)
    return Turnover(
        unit,
        money.total(month.billed for month in months),
        money.total(month.received for month in months),
        view.undated[unit.currency] or None,
        charts.columns(
            months, wording, wording.money(top, unit.currency, 0 if top == top.to_integral_value() else unit.shown)
        ),
        tuple(_month_row(month, unit, links) for month in months),
    )


def _month_row(month: Month, unit: Unit, links: PageLinks) -> MonthRow:
    name = _name(month.first)
    return MonthRow(
        month,
        links.register(unit.currency, sent=name),
        links.register(unit.currency, part="billed", sent=name) if month.billed else None,
        links.register(unit.currency, part=f"received-{name}") if month.received else None,
    )
