"""The whole workspace on one page: sums, what needs attention, projects, aging, what is to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.ledger import Totals
from mtrack.record.model import number_key
from mtrack.views.cash import by_age, outlook
from mtrack.views.clients import clients
from mtrack.views.currencies import by_currency
from mtrack.views.left_out import LeftOut
from mtrack.views.months import months
from mtrack.views.progress import Progress
from mtrack.views.registers import invoice_order, invoice_sums
from mtrack.views.tasks import in_order, sums_of, tasks_elsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from decimal import Decimal

    from mtrack.check.report import Report
    from mtrack.finding import Finding
    from mtrack.record.settings import Settings
    from mtrack.views.cash import Outlook
    from mtrack.views.clients import ClientSums
    from mtrack.views.months import Month
    from mtrack.views.registers import InvoiceRow
    from mtrack.views.summary import ProjectSummary
    from mtrack.views.tasks import Task


class RegisterEntry(Struct, frozen=True, array_like=True, gc=False):
    """A line of the register: an invoice record, and the finding of numbers missing before it."""

    invoice: InvoiceRow
    hole: Finding | None


class Overview(Struct, frozen=True):
    """The view for a report of the whole workspace; sums are per currency, projects by path.

    Currencies come in the order of how many projects use them; `decimals` is how many their amounts show. `at_stake`
    sums the tasks by verb. `buckets` has what is outstanding by age, `outlook` the cash expected, `months`
    billed and received over the last year; `undated` came in on a day nobody recorded. `register` is by
    the day sent.
    """

    as_of: date
    name: str | None
    locale: str
    report: Report
    projects: tuple[ProjectSummary, ...]
    tasks: tuple[Task, ...]
    at_stake: dict[str, dict[str, Decimal]]
    decimals: dict[str, int]
    shown_decimals: dict[str, int]
    totals: dict[str, Totals]
    progress: dict[str, Progress]
    buckets: dict[str, dict[str, Decimal]]
    outlook: dict[str, Outlook]
    months: dict[str, tuple[Month, ...]]
    undated: dict[str, Decimal]
    clients: tuple[ClientSums, ...]
    register: tuple[RegisterEntry, ...]
    register_sums: dict[str, dict[str, Decimal]]
    left_out: LeftOut


def overview(settings: Settings, report: Report, summaries: Sequence[ProjectSummary]) -> Overview:
    """The projects' summaries put together."""
    groups = sorted(by_currency(summaries).items(), key=lambda item: (-len(item[1]), item[0]))
    tasks = in_order(
        ((item.project.currency, item.tasks) for item in summaries), tasks_elsewhere(settings, report, report.skipped)
    )
    buckets = by_age((item.project.currency, item.owed) for item in summaries)
    cash = outlook((item.project.currency, one) for item in summaries for one in item.expected)
    return Overview(
        as_of=report.as_of,
        name=settings.name,
        locale=settings.locale,
        report=report,
        projects=tuple(summaries),
        tasks=tasks,
        at_stake=sums_of(tasks),
        decimals={currency: items[0].project.decimals for currency, items in groups},
        shown_decimals={currency: max(item.shown_decimals for item in items) for currency, items in groups},
        totals={currency: Totals.sum(item.totals for item in items) for currency, items in groups},
        progress={currency: Progress.sum(item.progress for item in items) for currency, items in groups},
        buckets={currency: buckets[currency] for currency, _ in groups if currency in buckets},
        outlook={currency: cash[currency] for currency, _ in groups if currency in cash},
        months={currency: months((item.turnover for item in items), report.as_of) for currency, items in groups},
        undated={currency: money.total(item.turnover.undated for item in items) for currency, items in groups},
        clients=clients(summaries),
        register=_register(report, summaries),
        register_sums=invoice_sums(row for item in summaries for row in item.invoices),
        left_out=LeftOut.sum(item.left_out for item in summaries),
    )


def _register(report: Report, summaries: Sequence[ProjectSummary]) -> tuple[RegisterEntry, ...]:
    """Every invoice record in the order of the register, with the holes in its series."""
    holes = {
        (finding.path, number_key(finding.invoice)): finding
        for finding in report.findings
        if finding.rule == "invoice-number-gap" and finding.invoice is not None and not finding.waived
    }
    lines = [
        RegisterEntry(row, holes.get((item.project.path, number_key(row.number))) if holes else None)
        for item in summaries
        for row in item.invoices
    ]
    lines.sort(key=lambda line: invoice_order(line.invoice))
    return tuple(lines)
