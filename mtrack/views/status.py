"""The status view: every project with every field of its milestones' records, its figures and its progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.check.pipeline import of_each, without_figures
from mtrack.figures.ledger import Totals, agreed_count, agreed_total, work_out
from mtrack.views import progress
from mtrack.views.currencies import by_currency
from mtrack.views.left_out import LeftOut, left_out
from mtrack.views.progress import Progress

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.check.report import Selection
    from mtrack.check.workspace import Workspace
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import Ledger, MilestoneFigures
    from mtrack.record.model import Project
    from mtrack.rules.context import ProjectContext


class MilestoneStatus(Struct, frozen=True):
    """A milestone: its record, its figures, and the invoices that bill it (void ones last, for the record).

    `expected_status` is what the whole record asks for, and `accepted_statuses` are all that it accepts.
    """

    figures: MilestoneFigures
    expected_status: str
    accepted_statuses: frozenset[str]
    invoices: tuple[InvoiceFigures, ...]
    progress: Progress


class ProjectStatus(Struct, frozen=True):
    """A project: its record, its figures, its progress. Amounts in `project.currency`."""

    project: Project
    ledger: Ledger
    totals: Totals
    progress: Progress
    milestones: tuple[MilestoneStatus, ...]
    agreed_total: Decimal | None
    agreed_count: int | None

    @property
    def next_planned(self) -> MilestoneFigures | None:
        """The next milestone to deliver: the first that is neither approved, billed nor cancelled."""
        for item in self.milestones:
            milestone = item.figures.milestone
            if milestone.approved is None and not milestone.cancelled and not item.figures.is_billed:
                return item.figures
        return None


class StatusView(Struct, frozen=True):
    """All projects asked for, sorted by path, and their sums per currency.

    `without_figures` are the files of those that can't be shown: their records are broken.
    """

    as_of: date
    name: str | None
    locale: str
    projects: tuple[ProjectStatus, ...]
    totals: dict[str, Totals]
    progress: dict[str, Progress]
    decimals: dict[str, int]
    left_out: LeftOut
    without_figures: tuple[str, ...]


def status(workspace: Workspace, selection: Selection) -> StatusView:
    """The status of the projects under the paths asked for."""
    projects = tuple(of_each(workspace, project_status, selection))
    groups = by_currency(projects).items()
    return StatusView(
        as_of=workspace.as_of,
        name=workspace.settings.name,
        locale=workspace.settings.locale,
        projects=projects,
        totals={currency: Totals.sum(item.totals for item in items) for currency, items in groups},
        progress={currency: Progress.sum(item.progress for item in items) for currency, items in groups},
        decimals={currency: items[0].project.decimals for currency, items in groups},
        left_out=LeftOut.sum(left_out(item.ledger) for item in projects),
        without_figures=tuple(without_figures(workspace, selection)),
    )


def project_status(context: ProjectContext, day: date | None = None) -> ProjectStatus:
    """The status of one project, as of the day it is looked at or an earlier one."""
    whole = context.whole_ledger
    earlier = day is not None and day < context.as_of
    ledger = work_out(context.project, context.settings.payment_terms, day) if earlier and day else context.ledger
    project = ledger.project
    void: dict[str, list[InvoiceFigures]] = {}
    for item in ledger.invoices:
        if item.invoice.void is not None:
            for name in {line.milestone for line in item.invoice.lines}:
                void.setdefault(name, []).append(item)
    milestones = tuple(
        MilestoneStatus(
            item,
            whole.milestones[item.milestone.index].expected_status,
            whole.milestones[item.milestone.index].accepted_statuses,
            (*item.invoices, *void.get(item.milestone.id, ())),
            progress.of_milestone(item),
        )
        for item in ledger.milestones
    )
    return ProjectStatus(
        project,
        ledger,
        ledger.totals,
        Progress.sum(entry.progress for entry in milestones),
        milestones,
        agreed_total(project),
        agreed_count(project),
    )
