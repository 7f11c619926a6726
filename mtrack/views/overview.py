"""The whole workspace on one page: sums, what needs attention, projects, aging, what is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.ledger import Totals
from mtrack.record.model import number_key
from mtrack.views.attention import attention
from mtrack.views.cash import by_age, calendar
from mtrack.views.clients import clients
from mtrack.views.currencies import by_currency
from mtrack.views.gaps import Sums
from mtrack.views.left_out import LeftOut
from mtrack.views.months import months
from mtrack.views.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from mtrack.check.report import Report
    from mtrack.finding import Finding
    from mtrack.record.model import Heading
    from mtrack.record.settings import Settings
    from mtrack.views.attention import Item
    from mtrack.views.clients import ClientSums
    from mtrack.views.months import Month
    from mtrack.views.register import RegisterRow
    from mtrack.views.summary import ProjectSummary


class RegisterEntry(Struct, frozen=True, array_like=True, gc=False):
    """A line of the register: an invoice record, and the finding of numbers missing before it."""

    project: Heading
    invoice: RegisterRow
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
    projects: tuple[ProjectSummary, ...]
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
    register: tuple[RegisterEntry, ...]
    left_out: LeftOut

    @property
    def named_clients(self) -> int:
        """How many clients there are, those aside who are not named."""
        return len({client.name for client in self.clients} - {None})


def overview(settings: Settings, report: Report, summaries: Sequence[ProjectSummary]) -> Overview:
    """The projects' summaries put together."""
    groups = by_currency(summaries).items()
    return Overview(
        as_of=report.as_of,
        name=settings.name,
        locale=settings.locale,
        report=report,
        projects=tuple(summaries),
        attention=attention(summaries),
        places={currency: items[0].project.places for currency, items in groups},
        totals={currency: Totals.sum(item.totals for item in items) for currency, items in groups},
        progress={currency: Progress.sum(item.progress for item in items) for currency, items in groups},
        gaps={currency: Sums.sum(item.sums for item in items) for currency, items in groups},
        buckets=by_age((item.project.currency, item.owed) for item in summaries),
        forecast=_forecast(summaries),
        months={currency: months((item.turnover for item in items), report.as_of) for currency, items in groups},
        undated={currency: money.total(item.turnover.undated for item in items) for currency, items in groups},
        clients=clients(summaries),
        register=_register(report, summaries),
        left_out=LeftOut.sum(item.left_out for item in summaries),
    )


def _forecast(summaries: Sequence[ProjectSummary]) -> dict[str, dict[date | None, dict[str, Decimal]]]:
    return calendar((item.project.currency, *cash) for item in summaries for cash in item.expected)


def _register(report: Report, summaries: Sequence[ProjectSummary]) -> tuple[RegisterEntry, ...]:
    """Every invoice record by number, with the holes in its series."""
    holes = {
        (finding.path, number_key(finding.invoice)): finding
        for finding in report.findings
        if finding.rule == "invoice-number-gap" and finding.invoice is not None and not finding.waived
    }
    lines = [
        RegisterEntry(
            item.project, invoice, holes.get((item.project.path, number_key(invoice.number))) if holes else None
        )
        for item in summaries
        for invoice in item.invoices
    ]
    lines.sort(key=lambda line: (line.invoice.order, line.project.path, line.invoice.sent))
    return tuple(lines)
