"""Rules about the close of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.finding import Category, Problem, Severity
from mtrack.rules import commands
from mtrack.rules.problems import about_milestone
from mtrack.rules.registry import REGISTRY, close_rule, project_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.record.model import Project
    from mtrack.rules.context import ProjectContext


@project_rule(Severity.ERROR, needs="closed")
def closed_with_open(context: ProjectContext) -> Iterator[Problem]:
    """The project is closed, with a milestone that is not paid, cancelled or written off.

    Why: nobody looks at a closed project again, so what is open in it is lost.

    Bad:
        project: Acme website
        currency: EUR
        closed: 2026-02-15
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        closed: 2026-02-15
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf, payments: [{date: 2026-02-12, amount: 9000.00}]}
            status: paid
    """
    project = context.project
    if project.closed is None:
        return
    for figures in context.whole_ledger.milestones:
        if figures.open:
            milestone = figures.milestone
            yield about_milestone(
                project,
                milestone,
                "status",
                f"the project was closed on {project.closed}, but {milestone.label} is {figures.expected_status.replace('_', ' ')}",
                f"{_to_end(project, figures)}; or take `closed` away",
                since=project.closed,
            )


@close_rule(Severity.INFO)
def ready_to_close(context: ProjectContext, found: frozenset[str]) -> Iterator[Problem]:
    """Every milestone is paid, cancelled or written off, and the project is not closed.

    Why: a closed project leaves the lists, and its date says when it was done. It is not said while a gap or
    overlap of severity error stands in the project.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf, payments: [{date: 2026-02-12, amount: 9000.00}]}
            status: paid

    Good:
        project: Acme website
        currency: EUR
        closed: 2026-02-15
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf, payments: [{date: 2026-02-12, amount: 9000.00}]}
            status: paid
    """
    project = context.project
    milestones = context.ledger.milestones
    if context.seen.closed is not None or any(figures.open or _is_to_come(figures, context) for figures in milestones):
        return
    if all(figures.milestone.cancelled for figures in milestones):
        return
    serious = (rule for rule in REGISTRY.values() if rule.severity is Severity.ERROR)
    if any(rule.name in found for rule in serious if rule.category in (Category.GAP, Category.OVERLAP)):
        return
    yield Problem(
        place=project.place("project"),
        message="every milestone is paid, cancelled or written off: the project can be closed",
        hint=commands.of_project("close", project),
    )


def _to_end(project: Project, figures: MilestoneFigures) -> str:
    """The hint on how a milestone ends: it is billed and paid, or written off, or cancelled."""
    owing = [item.invoice.number for item in figures.live_invoices if item.outstanding]
    if owing:
        return f"collect it: {commands.of_invoice('pay', owing[0])}; or give it up: {commands.of_invoice('write-off', owing[0], commands.REASON)}"
    milestone = figures.milestone
    bill = commands.of_milestone("bill", project, milestone, "NUMBER")
    if figures.is_billed:
        return f"bill the rest: {bill}; or amend the agreement: {commands.amend(project, milestone, figures.unbilled.copy_negate(), figures.billed)}"
    return f"bill it: {bill}; or cancel it: {commands.of_milestone('cancel', project, milestone, commands.REASON)}"


def _is_to_come(figures: MilestoneFigures, context: ProjectContext) -> bool:
    """A milestone of amount 0 that is planned for the day or later, and neither completed nor approved."""
    milestone = figures.milestone
    if milestone.amount or milestone.cancelled or milestone.planned is None or milestone.planned < context.as_of:
        return False
    return milestone.completed is None and milestone.approved is None
