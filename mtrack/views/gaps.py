"""The gaps view: work not billed, money not collected and work billed twice, by project, since when and how much."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.check.pipeline import check
from mtrack.finding import Category, Finding, Severity
from mtrack.record.model import Heading  # noqa: TC001
from mtrack.rules import RULES
from mtrack.views.currencies import by_currency
from mtrack.views.left_out import LeftOut, left_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

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


class Hold(Struct, frozen=True, array_like=True):
    """A milestone that is on hold, and what of it is not billed, net."""

    milestone: str
    name: str
    until: date | None
    reason: str | None
    amount: Decimal


class Sums(Struct, frozen=True, array_like=True, gc=False):
    """Amounts at stake in one currency; what is not billed or on hold is net of tax, what is not collected has it.

    Overlaps and what is waived count a milestone or invoice once, by its largest finding: `overlaps` among all, the
    others among those of net and of gross amounts.
    """

    not_billed: Decimal = ZERO
    not_collected: Decimal = ZERO
    overlaps: Decimal = ZERO
    overlaps_net: Decimal = ZERO
    overlaps_gross: Decimal = ZERO
    on_hold: Decimal = ZERO
    waived_net: Decimal = ZERO
    waived_gross: Decimal = ZERO

    @property
    def gaps(self) -> Decimal:
        """The amount of all gaps, net and gross."""
        return money.plus(self.not_billed, self.not_collected)

    @classmethod
    def sum(cls, items: Iterable[Sums]) -> Sums:
        """The sum of several."""
        fields = attrgetter(*cls.__struct_fields__)
        return cls(*money.columns(map(fields, items), len(cls.__struct_fields__)))


class ProjectGaps(Struct, frozen=True):
    """A project with its gaps, then its overlaps, what is on hold, and the gaps and overlaps that are waived."""

    project: Heading
    gaps: tuple[Row, ...]
    overlaps: tuple[Row, ...]
    holds: tuple[Hold, ...]
    waived: tuple[Row, ...]
    sums: Sums
    left_out: LeftOut

    @property
    def is_shown(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.gaps or self.overlaps or self.holds or self.waived)


class GapsView(Struct, frozen=True):
    """The projects that have gaps or overlaps, waived ones too, or something on hold; by path, with sums per currency."""

    as_of: date
    name: str | None
    locale: str
    projects: tuple[ProjectGaps, ...]
    totals: dict[str, Sums]
    decimals: dict[str, int]
    read: int
    waived: int
    left_out: LeftOut
    skipped: tuple[str, ...]

    @property
    def findings(self) -> list[Finding]:
        """The gaps and overlaps that are not waived."""
        return [row.finding for item in self.projects for row in (*item.gaps, *item.overlaps)]

    def fails(self, fail_on: Severity) -> bool:
        """Whether a gap or overlap is at or above `fail_on`."""
        return bool(self.skipped) or any(finding.severity >= fail_on for finding in self.findings)


def gaps(workspace: Workspace, selection: Selection) -> GapsView:
    """The gaps and overlaps among the findings that are shown."""

    def shown(context: ProjectContext, findings: Sequence[Finding]) -> ProjectGaps | None:
        if not selection.takes_path(context.project.path) or not selection.takes_client(context.project.client):
            return None
        return project_gaps(context, [*filter(selection.takes, findings)])

    about = replace(selection, select=frozenset(_SHOWN))
    checked = check(workspace, about, summarize=shown, kind=ProjectGaps)
    report = checked.report
    projects = tuple(item for item in checked.summaries if item.is_shown)
    groups = by_currency(projects).items()
    return GapsView(
        as_of=workspace.as_of,
        name=workspace.settings.name,
        locale=workspace.settings.locale,
        projects=projects,
        totals={currency: Sums.sum(item.sums for item in items) for currency, items in groups},
        decimals={currency: items[0].project.decimals for currency, items in groups},
        read=report.summary.projects,
        waived=sum(finding.waived for finding in report.findings if finding.category in _SHOWN),
        left_out=LeftOut.sum(item.left_out for item in checked.summaries),
        skipped=checked.without_figures,
    )


def project_gaps(context: ProjectContext, findings: Sequence[Finding]) -> ProjectGaps:
    """The gaps and overlaps of one project among its findings, and what is on hold."""
    project = context.project
    names = {milestone.id: milestone.name for milestone in project.milestones} if findings else {}
    rows = [_row(finding, names, project, context.as_of) for finding in findings if finding.category in _SHOWN]
    open_ = [row for row in rows if not row.finding.waived]
    gaps = tuple(row for row in open_ if row.finding.category is Category.GAP)
    overlaps = tuple(row for row in open_ if row.finding.category is Category.OVERLAP)
    waived = tuple(row for row in rows if row.finding.waived)
    holds = tuple(_holds(context))
    not_billed, not_collected = (money.total(row.finding.amount or ZERO for row in part) for part in _by_tax(gaps))
    overlaps_net, overlaps_gross = map(_once, _by_tax(overlaps))
    waived_net, waived_gross = map(_once, _by_tax(waived))
    sums = Sums(
        not_billed=not_billed, not_collected=not_collected, overlaps=_once(overlaps), overlaps_net=overlaps_net,
        overlaps_gross=overlaps_gross, on_hold=money.total(item.amount for item in holds), waived_net=waived_net,
        waived_gross=waived_gross,
    )  # fmt: skip
    return ProjectGaps(project.heading, gaps, overlaps, holds, waived, sums, left_out(context.ledger))


def _holds(context: ProjectContext) -> Iterator[Hold]:
    """The milestones on hold of which something is not billed."""
    for figures in context.ledger.milestones:
        milestone = figures.milestone
        if milestone.on_hold(context.as_of) and figures.unbilled:
            yield Hold(milestone.id, milestone.name, milestone.hold_until, milestone.hold_reason, figures.unbilled)


def is_gross(row: Row) -> bool:
    """Whether the amount of a row has its tax with it."""
    return RULES[row.finding.rule].gross


def _by_tax(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows whose amounts are net, and those whose amounts are gross."""
    return [row for row in rows if not is_gross(row)], [row for row in rows if is_gross(row)]


def _once(rows: Sequence[Row]) -> Decimal:
    """The money in overlaps.

    A milestone billed twice shows as overbilled, as a likely duplicate, as one file attached twice: the money is the
    same, so each milestone, or invoice over several, counts once.
    """
    largest: dict[str, Decimal] = {}
    for row in rows:
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
