"""The status view: every project with every field of its milestones' records, its figures and its progress."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtrack import figures
from mtrack.figures import Totals
from mtrack.views import progress
from mtrack.views.progress import Progress

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.books import Books, Workspace
    from mtrack.figures import InvoiceFigures, Ledger, MilestoneFigures
    from mtrack.lint import Selection
    from mtrack.model import Project


@dataclass(frozen=True, slots=True)
class MilestoneStatus:
    """A milestone: its record, its figures, and the invoices that bill it (void ones last, for the record)."""

    figures: MilestoneFigures
    invoices: tuple[InvoiceFigures, ...]
    progress: Progress


@dataclass(frozen=True, slots=True)
class ProjectStatus:
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


@dataclass(frozen=True, slots=True)
class StatusView:
    """All projects asked for, sorted by path, and their sums per currency."""

    as_of: date
    name: str | None
    locale: str
    projects: tuple[ProjectStatus, ...]
    totals: dict[str, Totals]
    progress: dict[str, Progress]
    places: dict[str, int]


def status(workspace: Workspace, selection: Selection) -> StatusView:
    """The status of the projects under the paths asked for."""
    projects = tuple(_project(books) for books in workspace.books if selection.takes_path(books.project.path))
    totals: dict[str, Totals] = {}
    sums: dict[str, Progress] = {}
    places: dict[str, int] = {}
    for item in projects:
        currency = item.project.currency
        totals[currency] = totals.get(currency, Totals()).plus(item.totals)
        sums[currency] = sums.get(currency, Progress()).plus(item.progress)
        places[currency] = item.project.places
    return StatusView(
        workspace.as_of,
        workspace.settings.name,
        workspace.settings.locale,
        projects,
        dict(sorted(totals.items())),
        dict(sorted(sums.items())),
        places,
    )


def _project(books: Books) -> ProjectStatus:
    project, ledger = books.project, books.ledger
    void: dict[str, list[InvoiceFigures]] = {}
    for item in ledger.invoices:
        if item.invoice.void is not None:
            for name in {line.milestone for line in item.invoice.lines}:
                void.setdefault(name, []).append(item)
    milestones = tuple(
        MilestoneStatus(
            item,
            (*item.invoices, *void.get(item.milestone.id, ())),
            progress.of_milestone(item, project.places, books.as_of),
        )
        for item in ledger.milestones
    )
    whole = Progress()
    for entry in milestones:
        whole = whole.plus(entry.progress)
    return ProjectStatus(
        project,
        ledger,
        ledger.totals(books.as_of),
        whole,
        milestones,
        figures.agreed_total(project),
        figures.agreed_count(project),
    )
