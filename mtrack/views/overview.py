"""The whole workspace on one page: sums, what needs attention, projects, aging, what is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures import Totals
from mtrack.model import number_key
from mtrack.views.attention import attention
from mtrack.views.cash import by_age, calendar
from mtrack.views.clients import clients
from mtrack.views.currencies import by_currency
from mtrack.views.gaps import Sums
from mtrack.views.months import months
from mtrack.views.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from mtrack.finding import Finding
    from mtrack.lint import Report
    from mtrack.model import Heading
    from mtrack.settings import Settings
    from mtrack.views.attention import Item
    from mtrack.views.clients import ClientSums
    from mtrack.views.months import Month
    from mtrack.views.register import Registered
    from mtrack.views.share import Share


class Line(Struct, frozen=True, array_like=True, gc=False):
    """A line of the register: an invoice record, and the finding of numbers missing before it."""

    project: Heading
    invoice: Registered
    hole: Finding | None


class Overview(Struct, frozen=True):
    """What a report of the whole workspace is made of; sums are per currency, projects by path.

    `buckets` has what is outstanding by age, `forecast` the cash expected by month (None: no date) and band, `months`
    billed and received over the last year; `undated` came in on a day nobody recorded. `register` is by number.
    """

    as_of: date
    name: str | None
    locale: str
    report: Report
    projects: tuple[Share, ...]
    attention: tuple[Item, ...]
    places: dict[str, int]
    totals: dict[str, Totals]
    progress: dict[str, Progress]
    gaps: dict[str, Sums]
    buckets: dict[str, dict[str, Decimal]]
    forecast: dict[str, dict[date | None, dict[str, Decimal]]]
    months: dict[str, tuple[Month, ...]]
    undated: dict[str, Decimal]
    clients: tuple[ClientSums, ...]
    register: tuple[Line, ...]


def overview(settings: Settings, report: Report, shares: Sequence[Share]) -> Overview:
    """The projects' shares put together."""
    groups = by_currency(shares).items()
    return Overview(
        as_of=report.as_of,
        name=settings.name,
        locale=settings.locale,
        report=report,
        projects=tuple(shares),
        attention=attention(shares),
        places={currency: items[0].project.places for currency, items in groups},
        totals={currency: Totals.sum(item.totals for item in items) for currency, items in groups},
        progress={currency: Progress.sum(item.progress for item in items) for currency, items in groups},
        gaps={currency: Sums.sum(item.sums for item in items) for currency, items in groups},
        buckets=by_age((item.project.currency, item.owed) for item in shares),
        forecast=calendar((item.project.currency, *cash) for item in shares for cash in item.expected),
        months={currency: months((item.turnover for item in items), report.as_of) for currency, items in groups},
        undated={currency: money.total(item.turnover.undated for item in items) for currency, items in groups},
        clients=clients(shares),
        register=_register(report, shares),
    )


def _register(report: Report, shares: Sequence[Share]) -> tuple[Line, ...]:
    """Every invoice record by number, with the holes in its series."""
    holes = {
        (finding.path, number_key(finding.invoice)): finding
        for finding in report.findings
        if finding.rule == "invoice-number-gap" and finding.invoice is not None and not finding.waived
    }
    lines = [
        Line(item.project, invoice, holes.get((item.project.path, number_key(invoice.number))) if holes else None)
        for item in shares
        for invoice in item.invoices
    ]
    lines.sort(key=lambda line: (line.invoice.order, line.project.path, line.invoice.sent))
    return tuple(lines)
