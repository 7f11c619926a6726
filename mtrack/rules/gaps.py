"""Gaps: work not billed, money not collected, paper not recorded."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures.ledger import agreed_count, agreed_total
from mtrack.finding import Category, Place, Problem, Severity
from mtrack.record.model import number_parts
from mtrack.rules.registry import project_rule, workspace_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.rules.context import ProjectContext
    from mtrack.rules.facts import Entry, WorkspaceFacts

DELIVERED_DAYS = 14
"""Days a completed milestone may wait for its approval."""
MIN_SERIES = 3
MAX_HOLE = 100
MAX_DIGITS = 30
MAX_NAMED = 3
MAX_LISTED = 6


def listed(names: Sequence[str]) -> str:
    """Names in words: "A", "A and B", "A, B and C", of many the first few and "9 more"."""
    if len(names) > MAX_LISTED + 1:
        names = [*names[:MAX_LISTED], f"{len(names) - MAX_LISTED:,} more"]
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)


def days(number: int) -> str:
    """A number of days in words: "1 day", "42 days"."""
    return "1 day" if number == 1 else f"{number:,} days"


def _counted(context: ProjectContext) -> list[MilestoneFigures]:
    return [figures for figures in context.ledger.milestones if not figures.milestone.cancelled]


@project_rule(Category.GAP, Severity.ERROR)
def amount_unlisted(context: ProjectContext) -> Iterator[Problem]:
    """The milestones sum to less than the agreement's total with its amendments.

    Why: part of what was agreed is on no milestone, so it will never be billed. Cancelled milestones count in
    no sum: an amendment with a negative amount records what the cancelling took away.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
    """
    project = context.project
    agreed = agreed_total(project)
    listed = money.total(figures.agreed for figures in _counted(context))
    if agreed is not None and listed < agreed:
        missing = money.minus(agreed, listed)
        yield Problem(
            place=project.place("agreement", "total"),
            message=f"the milestones sum to {project.money(listed)}, {project.money(missing)} less than the {project.money(agreed)} agreed",
            hint="add the milestone that is missing, or record what was taken away as an amendment",
            amount=missing,
            currency=project.currency,
            since=project.agreement.signed if project.agreement else None,
        )


@project_rule(Category.GAP, Severity.ERROR)
def milestones_missing(context: ProjectContext) -> Iterator[Problem]:
    """Fewer milestones than the agreement counts.

    Why: the agreement says five, the records hold four: one was forgotten, and its invoice will be too.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
    """
    project = context.project
    agreed, listed = agreed_count(project), len(_counted(context))
    if agreed is not None and listed < agreed:
        yield Problem(
            place=project.place("agreement", "milestones"),
            message=f"the agreement counts {agreed} milestones, and {listed} {'is' if listed == 1 else 'are'} recorded",
            hint="add what is missing, or record what was taken away as an amendment with a negative count",
            since=project.agreement.signed if project.agreement else None,
        )


@project_rule(Category.GAP, Severity.WARNING)
def approved_not_billed(context: ProjectContext) -> Iterator[Problem]:
    """An approved milestone has no invoice, for more than `bill_within` days, and is not on hold.

    Why: this is money you can ask for today. It is the slip that costs most, and nothing else reminds you.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            status: not_billed

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent
    """
    project = context.project
    for figures in _counted(context):
        milestone = figures.milestone
        if figures.is_billed or milestone.approved is None or milestone.on_hold(context.as_of) or not milestone.amount:
            continue
        waited = (context.as_of - milestone.approved).days
        if waited > context.settings.bill_within:
            yield Problem(
                place=project.place(*milestone.deliverable.route, "approved"),
                message=f"{milestone.label} was approved on {milestone.approved}, {days(waited)} ago, and has no invoice: {project.money(figures.unbilled)} not billed",
                hint="send the invoice and record it, or put the milestone on hold",
                milestone=milestone.id,
                amount=figures.unbilled,
                currency=project.currency,
                since=milestone.approved,
            )


@project_rule(Category.GAP, Severity.WARNING)
def skipped_milestone(context: ProjectContext) -> Iterator[Problem]:
    """A milestone neither billed nor approved, while a later one is billed.

    Why: milestone 3 is invoiced and nobody remembers milestone 2. Either its approval was never asked for, or
    it was forgotten whole. A later milestone that is `upfront` doesn't count.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - id: M2
            name: Beta
            amount: 5000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m2.eml}
            invoice: {number: INV-1, amount: 5000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, hold: {reason: client moves offices}, status: not_billed}
          - id: M2
            name: Beta
            amount: 5000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m2.eml}
            invoice: {number: INV-1, amount: 5000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent
    """
    project = context.project
    later: MilestoneFigures | None = None
    problems: list[Problem] = []
    for figures in reversed(_counted(context)):
        milestone = figures.milestone
        if later is not None and _skipped(figures, context):
            sent = min(item.invoice.sent for item in later.live_invoices)
            problems.append(
                Problem(
                    place=project.place(*milestone.route, "status"),
                    message=f"{milestone.label} is neither approved nor billed, while the later {later.milestone.label} is billed: {project.money(figures.unbilled)} not billed",
                    hint="get it approved and bill it, or put it on hold or cancel it",
                    milestone=milestone.id,
                    amount=figures.unbilled,
                    currency=project.currency,
                    since=sent,
                    related=((project.place(*later.milestone.route, "id"), f"{later.milestone.id} is billed"),),
                )
            )
        if figures.is_billed and not milestone.upfront:
            later = figures
    yield from reversed(problems)


def _skipped(figures: MilestoneFigures, context: ProjectContext) -> bool:
    milestone = figures.milestone
    return not (
        figures.is_billed or milestone.approved is not None or milestone.on_hold(context.as_of) or not milestone.amount
    )


@project_rule(Category.GAP, Severity.WARNING)
def underbilled(context: ProjectContext) -> Iterator[Problem]:
    """A milestone is billed, but for less than agreed.

    Why: the invoice looks done, so the rest is never looked at again.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 8000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent
    """
    project = context.project
    for figures in _counted(context):
        milestone = figures.milestone
        if figures.is_billed and figures.unbilled:
            yield Problem(
                place=project.place(*milestone.route, "amount"),
                message=f"{milestone.label} is billed {project.money(figures.billed)} of {project.money(figures.agreed)}: {project.money(figures.unbilled)} not billed",
                hint="bill the rest on an invoice under `invoices`, or amend the agreement",
                milestone=milestone.id,
                amount=figures.unbilled,
                currency=project.currency,
                since=min(item.invoice.sent for item in figures.live_invoices),
            )


@project_rule(Category.GAP, Severity.WARNING)
def overdue(context: ProjectContext) -> Iterator[Problem]:
    """An invoice is not settled past its due date, and not disputed.

    Why: the older a claim, the less of it comes in. Due is the invoice's `due`, else sent plus the payment
    terms of the agreement, else of the workspace.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, payment_terms: 10}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, payment_terms: 30}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent
    """
    project = context.project
    for figures in context.ledger.invoices:
        if not figures.overdue(context.as_of):
            continue
        invoice = figures.invoice
        late = (context.as_of - figures.due).days
        yield Problem(
            place=project.place(*invoice.route, "due" if invoice.due is not None else "sent"),
            message=f"invoice {invoice.number} was due on {figures.due}, {days(late)} ago: {project.money(figures.outstanding)} outstanding",
            hint="chase it, or record the payment, a dispute or a write-off",
            milestone=invoice.only_milestone,
            invoice=invoice.number,
            amount=figures.outstanding,
            currency=project.currency,
            since=figures.due,
        )


@project_rule(Category.GAP, Severity.INFO)
def delivered_not_approved(context: ProjectContext) -> Iterator[Problem]:
    """A milestone was completed more than 14 days ago, and is neither approved nor billed.

    Why: approval that nobody asks for does not come, and without it nothing can be billed.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {completed: 2026-01-20}, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {completed: 2026-02-10}, status: not_billed}
    """
    project = context.project
    for figures in _counted(context):
        milestone = figures.milestone
        if milestone.completed is None or milestone.approved is not None or figures.is_billed:
            continue
        waited = (context.as_of - milestone.completed).days
        if waited > DELIVERED_DAYS:
            yield Problem(
                place=project.place(*milestone.deliverable.route, "completed"),
                message=f"{milestone.label} was completed on {milestone.completed}, {days(waited)} ago, and is not approved",
                hint="ask for the approval, and record it with its sign-off",
                milestone=milestone.id,
                since=milestone.completed,
            )


@project_rule(Category.GAP, Severity.INFO)
def planned_date_passed(context: ProjectContext) -> Iterator[Problem]:
    """A milestone's planned date has passed, with nothing completed, approved or billed.

    Why: either the work slipped and the client should hear of it, or it is done and nobody wrote it down.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, planned: 2026-02-13, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, planned: 2026-03-13, status: not_billed}
    """
    project = context.project
    for figures in _counted(context):
        milestone = figures.milestone
        if milestone.planned is None or milestone.planned >= context.as_of or milestone.on_hold(context.as_of):
            continue
        if milestone.completed is None and milestone.approved is None and not figures.is_billed:
            late = (context.as_of - milestone.planned).days
            yield Problem(
                place=project.place(*milestone.route, "planned"),
                message=f"{milestone.label} was planned for {milestone.planned}, {days(late)} ago, and is not recorded as completed",
                hint="record its completion, or plan it anew",
                milestone=milestone.id,
                since=milestone.planned,
            )


@workspace_rule(Category.GAP, Severity.INFO)
def invoice_number_gap(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """A hole in a series of invoice numbers.

    Why: the missing number is an invoice that was sent and never recorded, or one that was never sent. A series
    is the same text around the last run of digits, three numbers or more; it need not start at 1, and void
    invoices count as present. More than 100 missing numbers in a row begin a new series. Silent while any
    project file is broken.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 3000.00}
        milestones:
          - {id: M1, name: One, amount: 1000.00, upfront: true, invoice: {number: INV-1, amount: 1000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
          - {id: M2, name: Two, amount: 1000.00, upfront: true, invoice: {number: INV-2, amount: 1000.00, sent: 2026-02-04, file: invoices/2.pdf}, status: sent}
          - {id: M3, name: Three, amount: 1000.00, upfront: true, invoice: {number: INV-4, amount: 1000.00, sent: 2026-02-05, file: invoices/4.pdf}, status: sent}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 3000.00}
        milestones:
          - {id: M1, name: One, amount: 1000.00, upfront: true, invoice: {number: INV-1, amount: 1000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
          - {id: M2, name: Two, amount: 1000.00, upfront: true, invoice: {number: INV-2, amount: 1000.00, sent: 2026-02-04, file: invoices/2.pdf}, status: sent}
          - {id: M3, name: Three, amount: 1000.00, upfront: true, invoice: {number: INV-3, amount: 1000.00, sent: 2026-02-05, file: invoices/3.pdf}, status: sent}
    """
    if workspace.skipped:
        return
    series: dict[tuple[str, str], dict[int, list[Entry]]] = {}
    for entry in workspace.entries:
        parts = number_parts(entry.invoice.key)
        if parts is not None and len(parts[1].lstrip("0")) <= MAX_DIGITS:
            before, digits, after = parts
            series.setdefault((before, after), {}).setdefault(int(digits), []).append(entry)
    for numbers in series.values():
        for part in _runs(sorted(numbers)):
            if len(part) < MIN_SERIES:
                continue
            for low, high in pairwise(part):
                if high - low > 1:
                    yield _hole(low, high, numbers[low][0].invoice.number, numbers[high][0])


def _runs(numbers: list[int]) -> Iterator[list[int]]:
    """Sorted numbers cut where more than MAX_HOLE are missing."""
    run: list[int] = []
    for number in numbers:
        if run and number - run[-1] - 1 > MAX_HOLE:
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def _hole(low: int, high: int, low_number: str, entry: Entry) -> Problem:
    """The problem at the number after a hole; the missing ones are written like that one."""
    invoice = entry.invoice
    parts = number_parts("".join(invoice.number.split()))
    assert parts is not None
    before, digits, after = parts
    names = [f"{before}{number:0{len(digits)}d}{after}" for number in range(low + 1, min(high, low + 1 + MAX_NAMED))]
    rest = high - low - 1 - len(names)
    missing = f"{', '.join(names)} and {rest} more" if rest else listed(names)
    return Problem(
        place=entry.project.place(*invoice.route, "number"),
        message=f"{missing} {'is' if high - low == 2 else 'are'} not recorded anywhere, between {low_number} and {invoice.number}",  # noqa: PLR2004
        hint="record it, void if it was never sent; a number used outside this workspace takes a waiver",
        milestone=invoice.only_milestone,
        invoice=invoice.number,
    )


@project_rule(Category.GAP, Severity.WARNING)
def unrecorded_file(context: ProjectContext) -> Iterator[Problem]:
    """A file in `agreement/`, `invoices/` or `signoffs/` that no record names.

    Why: an invoice in the folder that no milestone knows is billed work nobody counts; a sign-off nobody names
    is an approval nobody bills. Hidden files are left aside.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/agreement/sow.pdf
        the signed statement of work
        >>> acme/invoices/INV-1.pdf
        invoice 1

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            upfront: true
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent
        >>> acme/agreement/sow.pdf
        the signed statement of work
        >>> acme/invoices/INV-1.pdf
        invoice 1
    """
    for path in context.unrecorded:
        yield Problem(
            place=Place(path),
            message="no record names this file",
            hint="name it where it belongs (`file`, `signoff` or `attachments`), or move it elsewhere",
            about=path,
        )
