"""The part of one project in the views of the whole workspace: its row, its sums, its invoices in the register."""

from __future__ import annotations

import os
from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.aging import outstanding_by_age
from mtrack.figures.ledger import Totals  # noqa: TC001
from mtrack.record.model import Heading  # noqa: TC001
from mtrack.views.cash import Cash, expected
from mtrack.views.invoice_parts import invoice_parts
from mtrack.views.left_out import LeftOut, left_out
from mtrack.views.months import Turnover, turnover
from mtrack.views.progress import Progress  # noqa: TC001
from mtrack.views.registers import InvoiceRow, invoice_rows
from mtrack.views.status import project_status
from mtrack.views.tasks import Task, project_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.finding import Finding
    from mtrack.rules.context import ProjectContext
    from mtrack.views.status import ProjectStatus


class Next(Struct, frozen=True, array_like=True, gc=False):
    """The next milestone to deliver."""

    id: str
    name: str
    planned: date | None

    @property
    def label(self) -> str:
        """Its name in messages: "M2 'Beta delivered'"."""
        return f"{self.id} '{self.name}'"


class ProjectSummary(Struct, frozen=True, array_like=True, gc=False):
    """A project as the views of the whole workspace see it. Amounts in `project.currency`.

    `milestones` are ids and names; `counted` are those of them not cancelled, `billed` those with a live invoice.
    `decimals` is how many its amounts use. `owed` is outstanding by bucket, where there is any, `expected` is the cash to
    come, summed by month, kind and whether it is late; `papers` are the files that the
    records name and that are there: by the path there, the path from the root. `invoices` are none where no register is
    wanted.
    """

    project: Heading
    contact: str | None
    closed: date | None
    milestones: tuple[tuple[str, str], ...]
    counted: int
    billed: int
    shown_decimals: int
    next: Next | None
    totals: Totals
    progress: Progress
    tasks: tuple[Task, ...]
    owed: dict[str, Decimal]
    expected: tuple[Cash, ...]
    turnover: Turnover
    invoices: tuple[InvoiceRow, ...]
    papers: dict[str, str]
    left_out: LeftOut


def project_summary(
    context: ProjectContext, findings: Sequence[Finding], status: ProjectStatus | None = None, *, register: bool = True
) -> ProjectSummary:
    """The summary of one project, given what was found in it, and its status where that is known.

    `register` says whether its invoices are wanted, with what each adds to other sums.
    """
    status = status or project_status(context)
    counted = [item.figures for item in status.milestones if not item.figures.milestone.cancelled]
    following = status.next_planned.milestone if status.next_planned else None
    cash: dict[tuple[date | None, str, bool], Decimal] = {}
    coming = expected(context)
    for item in coming:
        key = item.month, item.kind, item.late
        cash[key] = money.plus(cash.get(key, money.ZERO), item.amount)
    return ProjectSummary(
        project=context.project.heading,
        contact=context.project.contact,
        closed=context.seen.closed,
        milestones=tuple((milestone.id, milestone.name) for milestone in context.seen.milestones),
        counted=len(counted),
        billed=sum(figures.is_billed for figures in counted),
        shown_decimals=decimals_shown(status),
        next=Next(following.id, following.name, following.planned) if following else None,
        totals=status.totals,
        progress=status.progress,
        tasks=project_tasks(context, findings),
        owed={
            bucket: amount
            for bucket, amount in outstanding_by_age(context.ledger.invoices, context.as_of).items()
            if amount
        },
        expected=tuple((*key, amount) for key, amount in cash.items()),
        turnover=turnover(context),
        invoices=invoice_rows(context, invoice_parts(context, coming)) if register else (),
        papers=usable_files(context),
        left_out=left_out(context.ledger),
    )


def usable_files(context: ProjectContext) -> dict[str, str]:
    """The files that the records name and that are there: by the path as written, the path from the root."""
    return {
        named.path: os.path.relpath(state.full, context.root).replace(os.sep, "/")
        for named, state in context.files
        if state.outside is None and state.missing is None
    }


_FEW = 3
"""Decimals that a currency may have and every amount shows."""


def decimals_shown(status: ProjectStatus) -> int:
    """The decimals of a project's amounts: its currency's, but of many only those that one of them uses, two at least."""
    decimals = status.project.decimals
    if decimals <= _FEW:
        return decimals
    agreement = status.project.agreement
    amounts = [entry.figures.milestone.amount for entry in status.milestones]
    amounts += [amount for figures in status.ledger.invoices for amount in _amounts(figures)]
    if agreement is not None:
        amounts += [change.amount for change in agreement.amendments]
        amounts += [agreement.total] if agreement.total is not None else []
    return max(2, *map(money.decimals_used, amounts))


def _amounts(figures: InvoiceFigures) -> Iterator[Decimal]:
    """Every amount of an invoice that a page may show."""
    invoice = figures.invoice
    yield from (invoice.amount, invoice.tax, figures.received, figures.outstanding, invoice.written_off or money.ZERO)
    yield from (line.amount for line in invoice.lines)
    for payment in invoice.payments:
        yield from (payment.amount, payment.withheld, payment.fee, payment.discount)
