"""What one project adds to the views of the whole workspace: its row, its sums, its invoices in the register."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.aging import outstanding_by_age
from mtrack.figures.ledger import Totals  # noqa: TC001
from mtrack.record.model import Heading  # noqa: TC001
from mtrack.views.cash import expected
from mtrack.views.gaps import Row, Sums, project_gaps
from mtrack.views.left_out import LeftOut, left_out
from mtrack.views.months import Turnover, turnover
from mtrack.views.progress import Progress  # noqa: TC001
from mtrack.views.register import RegisterRow, register_rows
from mtrack.views.status import project_status

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        """How messages name it: "M2 'Beta delivered'"."""
        return f"{self.id} '{self.name}'"


class ProjectSummary(Struct, frozen=True, array_like=True, gc=False):
    """A project as the views of the whole workspace see it. Amounts in `project.currency`.

    `records` counts its milestones, `counted` those not cancelled, `billed` those of them with a live invoice.
    `boundaries` are where each of those ends on the scale of what is agreed. `rows` are its gaps, then its overlaps.
    `owed` is outstanding by bucket, where there is any, `expected` is cash by month and band.
    """

    project: Heading
    closed: date | None
    records: int
    counted: int
    billed: int
    next: Next | None
    totals: Totals
    progress: Progress
    boundaries: tuple[Decimal, ...]
    rows: tuple[Row, ...]
    sums: Sums
    owed: dict[str, Decimal]
    expected: tuple[tuple[date | None, str, Decimal], ...]
    turnover: Turnover
    invoices: tuple[RegisterRow, ...]
    left_out: LeftOut


def project_summary(context: ProjectContext, findings: Sequence[Finding]) -> ProjectSummary:
    """The summary of one project, given what was found in it."""
    status = project_status(context)
    gaps = project_gaps(context, findings)
    counted = [item.figures for item in status.milestones if not item.figures.milestone.cancelled]
    following = status.next_planned.milestone if status.next_planned else None
    cash: dict[tuple[date | None, str], Decimal] = {}
    for item in expected(context):
        key = item.month, item.band
        cash[key] = money.plus(cash.get(key, money.ZERO), item.amount)
    return ProjectSummary(
        project=context.project.heading,
        closed=context.seen.closed,
        records=len(status.milestones),
        counted=len(counted),
        billed=sum(figures.is_billed for figures in counted),
        next=Next(following.id, following.name, following.planned) if following else None,
        totals=status.totals,
        progress=status.progress,
        boundaries=boundaries(status),
        rows=(*gaps.gaps, *gaps.overlaps),
        sums=gaps.sums,
        owed={
            bucket: amount
            for bucket, amount in outstanding_by_age(context.ledger.invoices, context.as_of).items()
            if amount
        },
        expected=tuple((*key, amount) for key, amount in cash.items()),
        turnover=turnover(context),
        invoices=register_rows(context),
        left_out=left_out(context.ledger),
    )


def boundaries(status: ProjectStatus) -> tuple[Decimal, ...]:
    """Where each milestone ends on the scale of what is agreed; none where there are too many to tell apart."""
    ends: list[Decimal] = []
    at = money.ZERO
    for entry in status.milestones:
        if not entry.figures.milestone.cancelled:
            at = money.plus(at, entry.figures.agreed)
            ends.append(at)
    return tuple(ends) if len(ends) <= 40 else ()  # noqa: PLR2004
