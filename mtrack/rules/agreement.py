"""Rules about the agreement: is it there, signed, and does it say how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.finding import Problem, Severity
from mtrack.rules.registry import project_rule
from mtrack.workspace import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.rules.context import ProjectContext


@project_rule(Severity.ERROR, needs="incomplete agreement")
def agreement_missing(context: ProjectContext) -> Iterator[Problem]:
    """No agreement, or none with a file named.

    Why: an amount that lives only in a proposal or a head can't be held against anyone. The signed agreement
    belongs beside the invoices that rest on it.

    Bad:
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    agreement = context.project.agreement
    if agreement is None:
        message = "the project has no agreement"
        place = context.project.first_key(preferred=("project",))
    elif agreement.file is None:
        message = "the agreement names no file"
        place = context.project.first_key(*agreement.route)
    else:
        return
    yield Problem(
        place=place,
        message=message,
        hint="put the signed agreement into agreement/ and name it: `agreement: {file: agreement/NAME.pdf}`",
    )


@project_rule(Severity.WARNING, needs="incomplete agreement")
def agreement_unsigned(context: ProjectContext) -> Iterator[Problem]:
    """The agreement is named, but has no signed date.

    Why: work on an unsigned agreement is work on your own account until someone signs.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    agreement = context.project.agreement
    if agreement is None or agreement.file is None or agreement.signed is not None:
        return
    if any(named.kind == "agreement" and state.missing for named, state in context.files):
        return
    yield Problem(
        place=context.project.first_key(*agreement.route),
        message=f"the agreement {agreement.file} has no signed date",
        hint="once both have signed, add `signed: YYYY-MM-DD`",
        about=join(context.project.folder, agreement.file),
    )


@project_rule(Severity.WARNING, needs="incomplete agreement")
def total_missing(context: ProjectContext) -> Iterator[Problem]:
    """An agreement with no total: amounts can't be checked.

    Why: only a total beside the milestones shows that one was left out, or that they promise too much.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    agreement = context.project.agreement
    if agreement is not None and agreement.total is None:
        yield Problem(
            place=context.project.first_key(*agreement.route),
            message="the agreement gives no total, so the milestones' amounts can't be checked against it",
            hint="add `total:` with the net amount it names",
        )
