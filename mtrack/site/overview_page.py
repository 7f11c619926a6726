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
from mtrack.site.cells import STATE_WORDS, Choice, Sum, Unit, gross_line, legend, net_line, parts_text
from mtrack.site.links import page_of
from mtrack.site.register_page import month_word
from mtrack.site.task_rows import verb_rows
from mtrack.views.cash import APART, KINDS, column_of
from mtrack.views.clients import client_key
from mtrack.views.parts import names_of
from mtrack.views.project_parts import FIXED, UNBILLED, project_parts
from mtrack.views.tasks import VERBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from markupsafe import Markup

    from mtrack.record.model import Heading
    from mtrack.render.wording import Wording
    from mtrack.site.cells import Legend
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
_KIND_STATES = {"certain": "outstanding", "billable": "to_bill", "on_hold": "on_hold", "planned": "ahead"}
_KIND_WORDS = {"on_hold": STATE_WORDS["on_hold"], **BAND_WORDS}
_PART_WORDS = {
    **{name: STATE_WORDS.get(name, name) for name in UNBILLED},
    "cash": "cash expected",
    "cash-late": "cash expected, late",
    "cash-undated": "cash expected, no date",
}
"""The words of what a project adds to a sum, but for the months."""


class Purse(Struct, frozen=True):
    """The agreed amount in one currency, where that money is, and the projects it is made of."""

    unit: Unit
    agreed: Decimal
    bar: Markup
    legend: Legend
    href: str


class ProjectRow(Struct, frozen=True):
    """A project in the list of projects; `task` is the first thing to do there, and there are `more`.

    `has` is what it adds to the sums that no invoice is behind, each amount before the names of those it is; `client`
    is the same for all names of one client. `share_billed` is in percent of the milestones that count; `urgency` is larger for what is more urgent. `late` where
    the day passed that the next milestone was planned for.
    """

    project: Heading
    unit: Unit
    href: str
    statement: str
    milestones_href: str
    tasks_href: str
    client: str | None
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
    """A currency's row: its cells and their total, and where that is made of."""

    unit: Unit
    cells: tuple[Cell, ...]
    total: Decimal
    href: str


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
    billed: Sum
    received: Sum
    undated: Sum | None
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


def overview_values(
    view: Overview, broken: Sequence[str], misnamed: Sequence[str], links: PageLinks, wording: Wording
) -> dict[str, Any]:
    """The values for the overview's template, its list of projects aside."""
    units = units_of(view)
    urgent = [task for task in view.tasks if task.verb != "tidy"]
    tidy = [task for task in view.tasks if task.verb == "tidy"]
    return {
        "projects": len(view.projects),
        "broken": [(folder, links.project(folder)) for folder in broken],
        "misnamed": misnamed,
        "to_do": sum(task.verb != "soon" for task in urgent),
        "verbs": verb_rows(urgent, view.at_stake, units, links),
        "tidy": verb_rows(tidy, view.at_stake, units, links),
        "purses": [_purse(view, unit, links) for unit in units.values()],
        "sums": [_sums(view, unit, links) for unit in units.values()],
        "aging_heads": [_aging_head(bucket) for bucket in LATE_FIRST],
        "aging": [_aging(view.buckets[currency], units[currency], links) for currency in view.buckets],
        **_cash(view, units, links, wording),
        "part_choices": [
            Choice(name, part_word(name, wording))
            for name in names_of((project_parts(item) for item in view.projects), FIXED)
        ],
        "turnover": [
            _turnover(view, units[currency], wording, links) for currency in view.months if _moved(view, currency)
        ],
    }


def part_word(name: str, wording: Wording) -> str:
    """A part of projects in words."""
    if name in _PART_WORDS:
        return _PART_WORDS[name]
    return f"cash expected {month_word(name.removeprefix('cash-'), wording)}"


def _hrefs(view: Overview, unit: Unit, links: PageLinks) -> dict[str, str]:
    """Links from each sum of a currency to what it is made of: parts of invoices, or the projects that have it."""
    return {name: _projects_href(view, unit, links, name) for name in UNBILLED} | links.parts(currency=unit.currency)


def _purse(view: Overview, unit: Unit, links: PageLinks) -> Purse:
    progress, hrefs = view.progress[unit.currency], _hrefs(view, unit, links)
    return Purse(unit, progress.agreed, charts.state_bar(progress), legend(progress, hrefs), hrefs["agreed"])


def _projects_href(view: Overview, unit: Unit, links: PageLinks, has: str) -> str:
    """The address of the projects in a currency that add something to a sum."""
    items = [item for item in view.projects if item.project.currency == unit.currency]
    return projects_href(items, links, has, currency=unit.currency)


def projects_href(items: Sequence[ProjectSummary], links: PageLinks, has: str, **wanted: str | None) -> str:
    """The address of those of the projects that add something to a sum: the page of the only one, else a list."""
    if len(items) == 1:
        return links.project(items[0].project.folder)
    return links.filtered("index.html", has=has, **wanted)


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
        milestones_href=links.url(page_of(item.project.folder), "h", "milestones"),
        tasks_href=links.tasks(project=item.project.folder),
        client=None if item.project.client is None else client_key(item.project.client),
        has=parts_text(project_parts(item), unit),
        bars=charts.small_bars(item.progress),
        agreed=item.progress.agreed,
        outstanding_href=links.register(part="outstanding", project=item.project.folder),
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
    hrefs = links.parts(currency=unit.currency)
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
        "cash_kinds": [Head(_KIND_STATES[kind], _KIND_WORDS[kind]) for kind in _kinds(view.outlook.values())],
        "cash_heads": heads,
        "cash": [
            _cash_row(item, shown, later, units[currency], partial(_projects_href, view, units[currency], links), links)
            for currency, item in view.outlook.items()
        ],
    }


def _kinds(cash: Iterable[Outlook]) -> list[str]:
    """The kinds of cash that a bar may show: what is on hold only where some is."""
    bands = [bands for item in cash for bands in (item.late, item.undated, *item.months.values())]
    held = any(bands.get("on_hold") for bands in bands)
    return [kind for kind in KINDS if kind in _KIND_STATES and (held or kind != "on_hold")]


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
        parts = [(_state_of(kind, late=names == "late"), bands.get(kind, money.ZERO)) for kind in _KIND_STATES]
        if set(bands) == {"certain"}:
            href = links.register(unit.currency, part=_each(names, "due-"))
        else:  # what is not billed yet has no place in the register
            href = projects(_each(names, "cash-"))
        cells.append(Cell(amount, charts.row_bar(parts, most), href))
    hrefs = links.parts(currency=unit.currency)
    cells += [
        _aged(bucket, amount, most, hrefs) for bucket, amount in zip(APART, (item.retained, item.disputed), strict=True)
    ]
    return MatrixRow(unit, tuple(cells), item.total, projects("cash"))


def _name(month: date) -> str:
    return column_of(month, "", late=False)


def _each(names: str, before: str) -> str:
    """Several names, each with the same word before it."""
    return " ".join(before + name for name in names.split())


def _state_of(kind: str, *, late: bool) -> str:
    return "overdue" if late and kind == "certain" else _KIND_STATES[kind]


def _together(months: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    result: dict[str, Decimal] = {}
    for kinds in months:
        for kind, amount in kinds.items():
            result[kind] = money.plus(result.get(kind, money.ZERO), amount)
    return result


def _moved(view: Overview, currency: str) -> bool:
    """Whether anything was billed or received in the months shown."""
    return any(month.billed or month.received for month in view.months[currency])


def _turnover(view: Overview, unit: Unit, wording: Wording, links: PageLinks) -> Turnover:
    months, hrefs = view.months[unit.currency], links.parts(currency=unit.currency)
    undated = view.undated[unit.currency]
    top = max(max(month.billed, month.received) for month in months)
    return Turnover(
        unit,
        _in_span("billed", money.total(month.billed for month in months), hrefs),
        _in_span("received", money.total(month.received for month in months), hrefs),
        _in_span("undated", undated, hrefs) if undated else None,
        charts.columns(
            months, wording, wording.money(top, unit.currency, 0 if top == top.to_integral_value() else unit.shown)
        ),
        tuple(_month_row(month, unit, links) for month in months),
    )


def _in_span(name: str, amount: Decimal, hrefs: Mapping[str, str]) -> Sum:
    """A sum of the last year, and the invoices it is made of."""
    return Sum("", name, "", amount, hrefs[f"{name}-span"] if amount else None)


def _month_row(month: Month, unit: Unit, links: PageLinks) -> MonthRow:
    name = _name(month.first)
    return MonthRow(
        month,
        links.register(unit.currency, sent=name),
        links.register(unit.currency, part="billed", sent=name) if month.billed else None,
        links.register(unit.currency, part=f"received-{name}") if month.received else None,
    )
