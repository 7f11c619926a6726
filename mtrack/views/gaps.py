"""The gaps view: what is owed and what is doubled, by project, with since when and how much."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.check.pipeline import check
from mtrack.finding import Category, Finding, Severity
from mtrack.views.currencies import by_currency
from mtrack.views.left_out import LeftOut, left_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.check.report import Selection
    from mtrack.check.workspace import Workspace
    from mtrack.record.model import Project
    from mtrack.rules.context import ProjectContext

ZERO = money.ZERO
_SHOWN = (Category.GAP, Category.OVERLAP)


class Row(Struct, frozen=True, array_like=True):
    """A gap or overlap.

    `subject` is the milestone's id, the invoice's number, "file" or "agreement"; `name` the milestone's name or the
    file's path in the project.
    """

    finding: Finding
    subject: str
    name: str | None
    since: date | None
    days: int | None


class Sums(Struct, frozen=True, array_like=True, gc=False):
    """Amounts at stake in one currency. `overlaps` counts a milestone or invoice once, by its largest finding."""

    gaps: Decimal = ZERO
    overlaps: Decimal = ZERO

    @classmethod
    def sum(cls, items: Iterable[Sums]) -> Sums:
        """The sum of several."""
        return cls(*money.columns(((item.gaps, item.overlaps) for item in items), 2))


class ProjectGaps(Struct, frozen=True):
    """A project with its gaps, then its overlaps, waived ones left out."""

    project: Project
    gaps: tuple[Row, ...]
    overlaps: tuple[Row, ...]
    sums: Sums


class GapsView(Struct, frozen=True):
    """The projects that have gaps or overlaps, by path, and the sums per currency. `waived` counts left out ones."""

    as_of: date
    name: str | None
    locale: str
    projects: tuple[ProjectGaps, ...]
    totals: dict[str, Sums]
    places: dict[str, int]
    read: int
    waived: int
    left_out: LeftOut
    skipped: tuple[str, ...]

    def fails(self, fail_on: Severity) -> bool:
        """Whether a gap or overlap is at or above `fail_on`."""
        rows = (row for item in self.projects for row in (*item.gaps, *item.overlaps))
        return bool(self.skipped) or any(row.finding.severity >= fail_on for row in rows)


def gaps(workspace: Workspace, selection: Selection) -> GapsView:
    """The gaps and overlaps among the findings that are shown."""
    later: dict[str, LeftOut] = {}

    def shown(context: ProjectContext, findings: Sequence[Finding]) -> ProjectGaps | None:
        if selection.takes_path(context.project.path) and selection.takes_client(context.project.client):
            later[context.project.folder] = left_out(context.ledger)
        visible = sorted(filter(selection.takes, findings), key=lambda finding: finding.order)
        item = project_gaps(context.project, visible, workspace.as_of)
        return item if item.gaps or item.overlaps else None

    checked = check(workspace, selection, summarize=shown)
    report = checked.report
    projects = checked.summaries
    groups = by_currency(projects).items()
    return GapsView(
        as_of=workspace.as_of,
        name=workspace.settings.name,
        locale=workspace.settings.locale,
        projects=projects,
        totals={currency: Sums.sum(item.sums for item in items) for currency, items in groups},
        places={currency: items[0].project.places for currency, items in groups},
        read=report.summary.projects,
        waived=sum(finding.waived for finding in report.findings if finding.category in _SHOWN),
        left_out=LeftOut.sum(item for _, item in sorted(later.items())),
        skipped=checked.without_figures,
    )


def project_gaps(project: Project, findings: Sequence[Finding], as_of: date) -> ProjectGaps:
    """The gaps and overlaps of one project among its findings."""
    names = {milestone.id: milestone.name for milestone in project.milestones} if findings else {}
    rows = [
        _row(finding, names, project, as_of)
        for finding in findings
        if finding.category in _SHOWN and not finding.waived
    ]
    gaps = tuple(row for row in rows if row.finding.category is Category.GAP)
    overlaps = tuple(row for row in rows if row.finding.category is Category.OVERLAP)
    owed = money.total(row.finding.amount for row in gaps if row.finding.amount)
    return ProjectGaps(project, gaps, overlaps, Sums(owed, _doubled(overlaps)))


def _doubled(overlaps: Sequence[Row]) -> Decimal:
    """The money in overlaps.

    A milestone billed twice shows as overbilled, as a likely duplicate, as one file attached twice: the money is the
    same, so each milestone, or invoice over several, counts once.
    """
    largest: dict[str, Decimal] = {}
    for row in overlaps:
        finding = row.finding
        if finding.amount is not None:
            subject = finding.milestone or finding.invoice or finding.rule
            largest[subject] = max(largest.get(subject, ZERO), finding.amount)
    return money.total(largest.values())


def _row(finding: Finding, names: dict[str, str], project: Project, as_of: date) -> Row:
    name = names.get(finding.milestone) if finding.milestone is not None else None
    if finding.invoice is not None:
        subject = finding.invoice
    elif finding.milestone is not None:
        subject = finding.milestone
    elif finding.path != project.path:
        subject, name = "file", finding.path.removeprefix(f"{project.folder}/")
    else:
        subject = "agreement"
    days = (as_of - finding.since).days if finding.since is not None else None
    return Row(finding, subject, name, finding.since, days)
