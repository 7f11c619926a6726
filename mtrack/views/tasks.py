"""Tasks, the next steps: one per milestone or invoice, the most urgent first."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.check.pipeline import check
from mtrack.finding import Category, Finding, Severity, bounded
from mtrack.record.model import Heading  # noqa: TC001  (msgspec reads the annotations)
from mtrack.rules import RULES
from mtrack.views.left_out import LeftOut, left_out

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtrack.check.report import Report, Selection
    from mtrack.check.workspace import Workspace
    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.record.model import Waiver
    from mtrack.record.settings import Settings
    from mtrack.rules.context import ProjectContext

ZERO = money.ZERO
VERBS = ("correct", "chase", "bill", "approve", "deliver", "soon", "tidy")
"""The verbs of tasks, the most urgent first."""
SOON = 14
"""Days that count as soon."""
_BEFORE_BILLING = ("approve", "deliver")
"""Verbs of tasks after which a milestone can be billed: what they are about is what is not billed of it."""
_OF_PARTS = ("chase", "soon")
"""Verbs of tasks that are about parts of an invoice: what falls due on one day, what is retained."""
_TO_CORRECT = (Category.OVERLAP, Category.AGREEMENT, Category.RECORD)


class Task(Struct, frozen=True, kw_only=True):
    """Something to do. `since` is the day it waits since, or, of what is to come soon, the day it comes.

    `days` is how long ago that was, below 0 for days to come. `file` is another file that it is about. `folder` is a
    project's; one whose records can't be used has no `project`.
    """

    verb: str
    project: Heading | None
    folder: str | None
    path: str
    contact: str | None = None
    milestone: str | None = None
    name: str | None = None
    invoice: str | None = None
    file: str | None = None
    rule: str | None = None
    amount: Decimal | None = None
    since: date | None = None
    days: int | None = None
    message: str
    hint: str | None = None

    @property
    def currency(self) -> str:
        """The currency of its amount; "" where it has none."""
        return self.project.currency if self.project is not None and self.amount is not None else ""

    @property
    def subject(self) -> tuple[str, str]:
        """The subject of a task: an invoice, else a milestone of a project, else its own rule and file.

        Numbers that compare alike are those of several invoices, of which each may wait for something else.
        """
        if self.invoice is not None:
            return self.path, f"invoice {self.invoice}"
        if self.milestone is not None:
            return self.path, f"milestone {self.milestone}"
        return self.path, f"{self.rule} {self.file} {self.message}"


class TasksView(Struct, frozen=True):
    """All tasks in their order, and their sums per verb and currency."""

    as_of: date
    name: str | None
    locale: str
    tasks: tuple[Task, ...]
    sums: dict[str, dict[str, Decimal]]
    decimals: dict[str, int]
    left_out: LeftOut


class _ProjectTasks(Struct, frozen=True):
    currency: str
    tasks: tuple[Task, ...]
    left_out: LeftOut


def tasks(workspace: Workspace, selection: Selection, days: int = SOON) -> TasksView:
    """The tasks in the selected projects; `days` is how far ahead soon reaches."""

    def of_project(context: ProjectContext, findings: Sequence[Finding]) -> _ProjectTasks:
        found = project_tasks(context, findings, days)
        return _ProjectTasks(context.project.currency, found, left_out(context.ledger))

    checked = check(workspace, selection, summarize=of_project, kind=_ProjectTasks)
    by_project = [(item.currency, item.tasks) for item in checked.summaries]
    found = in_order(by_project, tasks_elsewhere(workspace.settings, checked.report, checked.without_figures, days))
    decimals = {task.project.currency: task.project.decimals for task in found if task.project}
    settings = workspace.settings
    later = LeftOut.sum(item.left_out for item in checked.summaries)
    return TasksView(workspace.as_of, settings.name, settings.locale, found, sums_of(found), decimals, later)


def project_tasks(context: ProjectContext, findings: Iterable[Finding], days: int = SOON) -> tuple[Task, ...]:
    """The tasks in one project, given its findings: one task per milestone or invoice."""
    return _once_each([*_from_findings(context, findings), *_coming(context, days)])


def tasks_elsewhere(
    settings: Settings, report: Report, without_figures: Iterable[str], days: int = SOON
) -> tuple[Task, ...]:
    """The tasks about the settings and folders without records, and one for each file of records without figures."""
    as_of, broken = report.as_of, frozenset(without_figures)
    own: dict[object, list[Finding]] = {}
    about = {one for one in report.findings if not one.waived and (one.project is None or one.path in broken)}
    for finding in sorted(about, key=lambda one: (one.category is not Category.RECORD, one.order)):
        if finding.project is None:
            own[finding] = [finding]
        elif finding.rule in RULES and _verb(finding) == "correct":
            own.setdefault(finding.path, []).append(finding)
    found = [_and_more(_from_finding(first, None, None, as_of), len(more)) for first, *more in own.values()]
    return (*found, *_ending(settings.waivers, None, as_of, days))


def _and_more(task: Task, more: int) -> Task:
    return replace(task, message=f"{task.message}; and {more} more") if more else task


def in_order(by_project: Iterable[tuple[str, tuple[Task, ...]]], elsewhere: Iterable[Task]) -> tuple[Task, ...]:
    """The tasks of projects, each given with its currency, and those of none, the most urgent first."""
    by_project = tuple(by_project)
    use = Counter(currency for currency, _ in by_project)
    found = [task for _, tasks in by_project for task in tasks] + list(elsewhere)
    found.sort(key=lambda task: _order(task, use))
    return tuple(found)


def _order(task: Task, use: Counter[str]) -> tuple[object, ...]:
    """The sort key: verb; the currencies most projects use first; then the largest amount, then the longest wait."""
    currency = task.currency
    amount = (task.amount or ZERO).copy_negate()
    waits = -(task.days or 0)
    return VERBS.index(task.verb), not currency, -use[currency], currency, amount, waits, task.path, task.message


def sums_of(found: Iterable[Task]) -> dict[str, dict[str, Decimal]]:
    """The amounts at stake per verb and currency."""
    result: dict[str, dict[str, Decimal]] = {}
    for task in found:
        if task.amount is not None and task.project is not None:
            sums = result.setdefault(task.verb, {})
            currency = task.project.currency
            sums[currency] = money.plus(sums.get(currency, ZERO), task.amount)
    return result


def _once_each(found: Iterable[Task]) -> tuple[Task, ...]:
    """One task per milestone or invoice: the most urgent, of equal ones the largest, or all parts of it together."""
    found = sorted(found, key=lambda task: (VERBS.index(task.verb), (task.amount or ZERO).copy_negate()))
    first: dict[tuple[str, str], list[Task]] = {}
    for task in found:
        same = first.setdefault(task.subject, [])
        if not same or (task.verb in _OF_PARTS and task.verb == same[0].verb and task.invoice is not None):
            same.append(task)
    return tuple([_together(parts) if len(parts) > 1 else parts[0] for parts in first.values()])


def _together(parts: Sequence[Task]) -> Task:
    """The task about several parts of an invoice, the largest first."""
    oldest = min((part for part in parts if part.since), key=lambda part: part.since or date.max, default=parts[0])
    return replace(
        parts[0], amount=money.total(part.amount or ZERO for part in parts), since=oldest.since, days=oldest.days,
        message=bounded("; ".join(part.message for part in parts)),
    )  # fmt: skip


def _from_findings(context: ProjectContext, findings: Iterable[Finding]) -> Iterator[Task]:
    milestones = {item.milestone.id: item for item in context.ledger.milestones}
    for finding in findings:
        if _asks_for_something(finding):
            yield _from_finding(finding, context, milestones.get(finding.milestone or ""), context.as_of)


def _from_finding(
    finding: Finding, context: ProjectContext | None, figures: MilestoneFigures | None, as_of: date
) -> Task:
    milestone = None if figures is None else figures.milestone
    verb = _verb(finding, completed=milestone is not None and milestone.completed is not None)
    amount = finding.amount
    if amount is None and figures is not None and verb in _BEFORE_BILLING:
        amount = figures.unbilled or None
    return Task(
        verb=verb, project=context.project.heading if context else None, folder=finding.project, path=finding.path,
         contact=context.project.contact if context else None, milestone=finding.milestone,
        name=milestone.name if milestone else None, invoice=finding.invoice, file=finding.about, rule=finding.rule,
        amount=amount, since=finding.since, days=(as_of - finding.since).days if finding.since else None,
        message=finding.message, hint=finding.hint,
    )  # fmt: skip


def most_urgent(findings: Iterable[Finding]) -> Finding | None:
    """The most urgent finding, in the order of the tasks; None where every finding is waived."""
    found = [finding for finding in findings if _asks_for_something(finding)]
    use = Counter(
        currency for _, currency in {(item.project, item.currency) for item in found if item.amount is not None}
    )

    def order(finding: Finding) -> tuple[object, ...]:
        currency = finding.currency or "" if finding.amount is not None else ""
        amount = (finding.amount or ZERO).copy_negate()
        verb = VERBS.index(_verb(finding))
        return verb, not currency, -use[currency], currency, amount, finding.since or date.max, finding.order

    return min(found, key=order, default=None)


def _verb(finding: Finding, *, completed: bool = True) -> str:
    if finding.severity is Severity.ERROR and finding.category in _TO_CORRECT:
        return "correct"
    task = RULES[finding.rule].task if finding.rule in RULES else None
    if task == "approve" and not completed:
        return "deliver"
    return task or "tidy"


def _asks_for_something(finding: Finding) -> bool:
    """Whether there is something to do about a finding: no waiver accepts it, and its rule names a task."""
    return not finding.waived and (finding.rule not in RULES or RULES[finding.rule].task is not None)


def _coming(context: ProjectContext, days: int) -> Iterator[Task]:
    """The tasks for what falls due, is planned or ends within the days to come."""
    heading, path = context.project.heading, context.project.path
    last = _add(context.as_of, days)

    def soon(day: date | None) -> bool:
        return day is not None and context.as_of <= day <= last

    def task(day: date, message: str, amount: Decimal | None, **subject: str | None) -> Task:
        return Task(
            verb="soon", project=heading, folder=heading.folder, path=path, contact=context.project.contact, amount=amount, since=day,
            days=(context.as_of - day).days, message=message, **subject,
        )  # fmt: skip

    for figures in context.ledger.invoices:
        invoice = figures.invoice
        for part in figures.parts if figures.live and invoice.disputed is None else ():
            if part.open and part.day and soon(part.day):
                what = f"invoice {invoice.number} falls due on {part.day}"
                yield task(part.day, what, part.open, invoice=invoice.number, milestone=invoice.only_milestone)
    for item in context.ledger.milestones:
        milestone = item.milestone
        subject = {"milestone": milestone.id, "name": milestone.name}
        begun = milestone.completed or milestone.approved or item.is_billed or milestone.cancelled
        if milestone.planned and not begun and soon(milestone.planned):
            yield task(
                milestone.planned, f"{milestone.label} is planned for {milestone.planned}", item.unbilled, **subject
            )
        elif milestone.hold and milestone.hold_until and soon(milestone.hold_until):
            what = f"the hold on {milestone.label} ends on {milestone.hold_until}"
            yield task(milestone.hold_until, what, item.unbilled, **subject)
    yield from _ending(context.project.waivers, heading, context.as_of, days)


def _ending(waivers: Iterable[Waiver], project: Heading | None, as_of: date, days: int) -> list[Task]:
    """Waivers that end within the days to come."""
    return [
        Task(
            verb="soon", project=project, folder=project.folder if project else None, path=waiver.path, milestone=waiver.milestone, rule=waiver.rule,
            since=waiver.until, days=(as_of - waiver.until).days,
            message=f"the waiver of {waiver.rule} ends on {waiver.until}",
        )
        for waiver in waivers
        if waiver.until is not None and as_of <= waiver.until <= _add(as_of, days)
    ]  # fmt: skip


def _add(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max
