"""A project's statement for the client, in the manner of an application for payment and its continuation sheet.

And what prevents closing the project.
"""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.views.owed import Owed, owed
from mtrack.views.progress import work_state
from mtrack.views.status import project_status

if TYPE_CHECKING:
    from collections.abc import Sized
    from datetime import date
    from decimal import Decimal

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.finding import Route
    from mtrack.record.model import Invoice, Milestone, Project
    from mtrack.rules.context import ProjectContext
    from mtrack.views.status import MilestoneStatus, ProjectStatus

ZERO = money.ZERO


class StatementRow(Struct, frozen=True):
    """A milestone's line, net of tax. billed = before + this_period; agreed = billed + balance.

    `work` is the state of its work, None while it is ahead, and `since` the day of that. `paid` is the billed part that
    is settled; `balance` is below 0 where more is billed than agreed.
    """

    milestone: Milestone | None
    work: str | None
    since: date | None
    agreed: Decimal
    before: Decimal
    this_period: Decimal
    billed: Decimal
    paid: Decimal
    balance: Decimal


class StatementSums(Struct, frozen=True):
    """The sums from agreed to due: the first three and `billed`, `balance` net of tax, the others with it.

    `original` is None where the agreement gives no total. gross = billed + tax = settled + outstanding - overpaid. What
    is outstanding is `due` now, `disputed`, `retained` until a day that has not come, or `later`: not due yet; `overdue`
    is the part of `due` that is past its day.
    """

    original: Decimal | None
    amendments: Decimal
    agreed: Decimal
    billed: Decimal
    tax: Decimal
    gross: Decimal
    settled: Decimal
    overpaid: Decimal
    outstanding: Decimal
    due: Decimal
    overdue: Decimal
    later: Decimal
    disputed: Decimal
    retained: Decimal
    balance: Decimal


class Statement(Struct, frozen=True):
    """The lines in the agreed order and their sum. A cancelled milestone stands only if it was billed.

    The period is the month that begins on `first`; the statement is as of `day`. `invoices` were sent in the period.
    """

    first: date
    last: date
    day: date
    lines: tuple[StatementRow, ...]
    total: StatementRow
    sums: StatementSums
    invoices: tuple[InvoiceFigures, ...]


def month_of(day: date) -> tuple[date, date]:
    """The first and the last day of a month."""
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def statement(context: ProjectContext, period: date | None = None, today: ProjectStatus | None = None) -> Statement:
    """The statement for the month that a day lies in, as it stood at its end; without one, as of today.

    The period is then the month of the last invoice. `today` is the project's status, where it is known already.
    """
    if period is None:
        item = today or project_status(context)
        sent = [figures.invoice.sent for figures in item.ledger.invoices if figures.invoice.void is None]
        return _statement(item, *month_of(max(sent, default=context.as_of)), context.as_of)
    first, last = month_of(period)
    day = min(last, context.as_of)
    return _statement(project_status(context, day), first, last, day)


def _statement(item: ProjectStatus, first: date, last: date, day: date) -> Statement:
    shown = (entry for entry in item.milestones if entry.figures.parts or not entry.figures.milestone.cancelled)
    lines = tuple(_row(entry, first) for entry in shown)
    parts = ("agreed", "before", "this_period", "billed", "paid", "balance")
    total = StatementRow(None, None, None, *(money.total(getattr(line, part) for line in lines) for part in parts))
    sent = (figures for figures in item.ledger.invoices if figures.invoice.void is None)
    period = tuple(figures for figures in sent if figures.invoice.sent >= first)
    return Statement(first, last, day, lines, total, _sums(item), period)


def _row(entry: MilestoneStatus, first: date) -> StatementRow:
    figures = entry.figures
    this_period = money.total(part.net for part in figures.parts if part.invoice.invoice.sent >= first)
    work = work_state(figures)
    days = {"approved": figures.milestone.approved, "completed": figures.milestone.completed}
    return StatementRow(
        figures.milestone,
        work,
        days.get(work or ""),
        figures.agreed,
        money.minus(figures.billed, this_period),
        this_period,
        figures.billed,
        entry.progress.states.paid,
        money.minus(figures.agreed, figures.billed),
    )


def _sums(item: ProjectStatus) -> StatementSums:
    totals, agreement = item.totals, item.project.agreement
    owing = Owed.sum(owed(figures, item.ledger.day) for figures in item.ledger.invoices)
    return StatementSums(
        original=agreement.total if agreement else None,
        amendments=money.total(change.amount for change in agreement.amendments) if agreement else ZERO,
        agreed=totals.agreed,
        billed=totals.billed,
        tax=money.minus(totals.gross, totals.billed),
        gross=totals.gross,
        settled=totals.settled,
        overpaid=totals.overpaid,
        outstanding=totals.outstanding,
        due=owing.now,
        overdue=totals.overdue,
        later=owing.later,
        disputed=owing.disputed,
        retained=owing.retained,
        balance=money.minus(totals.agreed, totals.billed),
    )


class Check(Struct, frozen=True):
    """One line of the closeout checklist: `done` is None where it does not apply; `about` names what it looks at."""

    about: str
    name: str
    done: bool | None
    left: Decimal | None = None
    count: int | None = None


def closeout(item: ProjectStatus, context: ProjectContext) -> tuple[Check, ...]:
    """Conditions for closing a project: it adds up, it is billed, settled and on file."""
    totals = item.totals
    usable = {named.route for named, state in context.files if not (state.missing or state.outside)}
    off = None if item.agreed_total is None else money.minus(item.agreed_total, totals.agreed)
    live = [figures for figures in item.ledger.invoices if figures.live]
    disputed = [figures for figures in live if figures.invoice.disputed and figures.outstanding]
    unfiled = [figures for figures in live if not _on_file(figures.invoice, usable)]
    return (
        Check("agreement", "signed agreement on file", _agreement_on_file(item.project, usable)),
        Check("agreement", "milestones sum to the agreement", None if off is None else not off, left=off or None),
        _nothing_left("unbilled", "all that is agreed is billed", totals.unbilled),
        _nothing_left("overbilled", "nothing is billed beyond it", totals.overbilled),
        _nothing_left("outstanding", "all that is billed is settled", totals.outstanding),
        _none("milestones", "a sign-off on file for every milestone", _without_signoff(item, usable)),
        _none("invoices", "a file for every invoice", unfiled),
        _none("disputed", "nothing disputed", disputed),
        Check("closed", "closed", item.project.closed is not None),
    )


def _nothing_left(about: str, name: str, left: Decimal) -> Check:
    return Check(about, name, not left, left=left or None)


def _none(about: str, name: str, found: Sized) -> Check:
    return Check(about, name, not found, count=len(found) or None)


def _agreement_on_file(project: Project, usable: set[Route]) -> bool:
    agreement = project.agreement
    return agreement is not None and agreement.signed is not None and (*agreement.route, "file") in usable


def _on_file(invoice: Invoice, usable: set[Route]) -> bool:
    return (*invoice.route, "file") in usable


def _without_signoff(item: ProjectStatus, usable: set[Route]) -> list[MilestoneStatus]:
    return [
        entry
        for entry in item.milestones
        if not entry.figures.milestone.cancelled
        and not entry.figures.needs_no_invoice
        and (*entry.figures.milestone.deliverable.route, "signoff") not in usable
    ]
