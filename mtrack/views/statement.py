"""A project's statement in the manner of a continuation sheet, and what stands in the way of closing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Sized
    from datetime import date
    from decimal import Decimal

    from mtrack.finding import Route
    from mtrack.record.model import Invoice, Milestone, Project
    from mtrack.rules.context import ProjectContext
    from mtrack.views.status import MilestoneStatus, ProjectStatus

ZERO = money.ZERO


class StatementRow(Struct, frozen=True):
    """A milestone's line, net of tax. billed = before + this_period; agreed = billed + balance.

    `received` is the billed part that is settled; `balance` is below 0 where more is billed than agreed.
    """

    milestone: Milestone | None
    agreed: Decimal
    before: Decimal
    this_period: Decimal
    billed: Decimal
    received: Decimal
    balance: Decimal


class Statement(Struct, frozen=True):
    """The lines in the agreed order and their sum; `since` begins the period. A cancelled milestone stands only if billed."""

    since: date
    lines: tuple[StatementRow, ...]
    total: StatementRow
    original: Decimal | None
    amendments: Decimal


def statement(item: ProjectStatus, as_of: date) -> Statement:
    """The statement for the month of `as_of`: what is sent from its first day on is this period's."""
    since = as_of.replace(day=1)
    shown = (entry for entry in item.milestones if entry.figures.parts or not entry.figures.milestone.cancelled)
    lines = tuple(_row(entry, since) for entry in shown)
    parts = ("agreed", "before", "this_period", "billed", "received", "balance")
    total = StatementRow(None, *(money.total(getattr(line, part) for line in lines) for part in parts))
    agreement = item.project.agreement
    return Statement(
        since,
        lines,
        total,
        agreement.total if agreement else None,
        money.total(change.amount for change in agreement.amendments) if agreement else ZERO,
    )


def _row(entry: MilestoneStatus, since: date) -> StatementRow:
    figures = entry.figures
    this_period = money.total(part.net for part in figures.parts if part.invoice.invoice.sent >= since)
    return StatementRow(
        figures.milestone,
        figures.agreed,
        money.minus(figures.billed, this_period),
        this_period,
        figures.billed,
        entry.progress.states.paid,
        money.minus(figures.agreed, figures.billed),
    )


class Check(Struct, frozen=True):
    """One line of the closeout checklist: `done` is None where it does not apply."""

    name: str
    done: bool | None
    left: Decimal | None = None
    count: int | None = None


def closeout(item: ProjectStatus, context: ProjectContext) -> tuple[Check, ...]:
    """What must be true before a project is closed (SPEC 1): it adds up, it is billed, settled and on file."""
    totals = item.totals
    usable = {named.route for named, state in context.files if not (state.missing or state.outside)}
    off = None if item.agreed_total is None else money.minus(item.agreed_total, totals.agreed)
    off_billed = money.plus(totals.unbilled, totals.overbilled)
    live = [figures for figures in item.ledger.invoices if figures.live]
    return (
        Check("signed agreement on file", _agreement_on_file(item.project, usable)),
        Check("milestones sum to the agreement", None if off is None else not off, left=off or None),
        _nothing_left("all that is agreed is billed, and no more", off_billed),
        _nothing_left("all that is billed is settled", totals.outstanding),
        _none("a sign-off on file for every milestone", _without_signoff(item, usable)),
        _none("a file for every invoice", [figures for figures in live if not _on_file(figures.invoice, usable)]),
        _none("nothing disputed", [figures for figures in live if figures.invoice.disputed and figures.outstanding]),
        Check("closed", item.project.closed is not None),
    )


def _nothing_left(name: str, left: Decimal) -> Check:
    return Check(name, not left, left=left or None)


def _none(name: str, found: Sized) -> Check:
    return Check(name, not found, count=len(found) or None)


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
