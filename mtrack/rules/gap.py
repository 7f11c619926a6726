"""Gaps: work not billed, money not collected, paper not recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import limits, money
from mtrack.figures.ledger import agreed_count, agreed_total, upfront_day
from mtrack.finding import Place, Problem, Severity
from mtrack.record.evidence import difference
from mtrack.rules import commands
from mtrack.rules.problems import about_invoice, about_milestone, about_project, since_when
from mtrack.rules.registry import project_rule, workspace_rule
from mtrack.rules.series import holes
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.record.model import Milestone, Project
    from mtrack.rules.context import ProjectContext
    from mtrack.rules.facts import WorkspaceFacts

DELIVERED_DAYS = 14
"""Days a completed milestone may wait for its approval."""


def _waits(context: ProjectContext, day: date | None) -> bool:
    """Whether the day lies further back than an invoice may wait."""
    return day is not None and (context.as_of - day).days > context.settings.bill_within


def _bill_or_hold(context: ProjectContext, milestone: Milestone) -> str:
    """The hint on a milestone that can be billed."""
    project = context.project
    return (
        f"send the invoice and record it: {commands.of_milestone('bill', project, milestone, 'NUMBER')};"
        f" or put it on hold: {commands.of_milestone('hold', project, milestone, commands.REASON)}"
    )


def _upfront_waits(context: ProjectContext, milestone: Milestone) -> bool:
    return milestone.upfront and _waits(context, upfront_day(milestone, context.seen.agreement))


@project_rule(Severity.ERROR, needs="sum differs", next_step="add the missing milestone")
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
    listed = money.total(figures.agreed for figures in context.whole_ledger.milestones)
    if agreed is not None and listed < agreed:
        missing = money.minus(agreed, listed)
        yield about_project(
            project,
            project.place("agreement", "total"),
            f"the milestones sum to {project.money(listed)}, {project.money(missing)} less than the {project.money(agreed)} agreed",
            f"{_how_to_list(project, missing)};"
            f" or record what was taken away: {commands.of_project('amend', project, commands.amount(project, missing.copy_negate()))}",
            amount=missing,
            since=project.agreement.signed if project.agreement else None,
        )


def _how_to_list(project: Project, missing: Decimal) -> str:
    """How to bring an amount that is agreed onto a milestone: a new one, unless as many are there as are agreed."""
    agreed = agreed_count(project)
    if agreed is not None and _listed_count(project) >= agreed:
        return f"correct the amount that is too low: {commands.of_project('set', project, 'MILESTONE --amount AMOUNT')}"
    return f"add what is missing: {commands.of_project('add', project, 'NAME', commands.amount(project, missing))}"


def _listed_count(project: Project) -> int:
    """The number of milestones that count."""
    return sum(not milestone.cancelled for milestone in project.milestones)


@project_rule(Severity.ERROR, needs="count differs", next_step="add the missing milestone")
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
    agreed, listed = agreed_count(project), _listed_count(project)
    if agreed is not None and listed < agreed:
        yield Problem(
            place=project.place("agreement", "milestones"),
            message=f"the agreement counts {count(agreed, 'milestone')}, and {listed} {'is' if listed == 1 else 'are'} recorded",
            hint=f"add what is missing: {commands.of_project('add', project, 'NAME', 'AMOUNT')};"
            f" or record what was taken away: {commands.of_project('amend', project, '--milestones', str(listed - agreed))}",
            since=project.agreement.signed if project.agreement else None,
        )


@project_rule(Severity.WARNING, needs="unbilled approved", next_step="bill it", task="bill")
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
    for figures in context.to_be_billed:
        approved = figures.milestone.approved
        if figures.is_billed or approved is None or not _waits(context, approved):
            continue
        yield about_milestone(
            project,
            figures.milestone,
            project.place(*figures.milestone.deliverable.route, "approved"),
            f"{figures.milestone.label} was approved on {approved}, {count((context.as_of - approved).days, 'day')} ago, and has no invoice: {project.money(figures.unbilled)} not billed",
            _bill_or_hold(context, figures.milestone),
            amount=figures.unbilled,
            since=approved,
        )


@project_rule(Severity.WARNING, needs="unbilled deposit", next_step="bill it", task="bill")
def upfront_not_billed(context: ProjectContext) -> Iterator[Problem]:
    """A deposit has not been billed, and its day has passed by more than `bill_within` days.

    Why: a deposit waits for no approval, so nothing reminds you of it: work goes on, and the money that was to come
    first never comes. Its day is `planned`, else the day the agreement was signed.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Deposit, amount: 9000.00, upfront: true, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Deposit, amount: 9000.00, upfront: true, planned: 2026-04-01, status: not_billed}
    """
    project = context.project
    for figures in context.to_be_billed:
        if not _upfront_not_billed(context, figures):
            continue
        milestone = figures.milestone
        day = upfront_day(milestone, context.seen.agreement)
        assert day is not None
        what = (
            f"was planned for {day}"
            if milestone.planned
            else f"could be billed since the agreement was signed on {day}"
        )
        yield about_milestone(
            project,
            milestone,
            "status",
            f"{milestone.label} is a deposit that {what}, {count((context.as_of - day).days, 'day')} ago, and has no invoice: {project.money(figures.unbilled)} not billed",
            _bill_or_hold(context, milestone),
            amount=figures.unbilled,
            since=day,
        )


def _upfront_not_billed(context: ProjectContext, figures: MilestoneFigures) -> bool:
    return figures.milestone.approved is None and not figures.is_billed and _upfront_waits(context, figures.milestone)


@project_rule(Severity.WARNING, needs="skipped milestone", next_step="bill it, or say why not", task="approve")
def skipped_milestone(context: ProjectContext) -> Iterator[Problem]:
    """A milestone neither billed nor approved, while a later one is billed.

    Why: milestone 3 is invoiced and nobody remembers milestone 2. Either its approval was never asked for, or
    it was forgotten whole. A later milestone that is `upfront` doesn't count; one whose own planned date is still to
    come is not skipped.

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
    for figures in reversed(context.counted):
        milestone = figures.milestone
        if later is not None and _skipped(figures, context):
            sent = min((item.invoice.sent for item in later.live_invoices), default=None)
            problems.append(
                about_milestone(
                    project,
                    milestone,
                    "status",
                    f"{milestone.label} is neither approved nor billed, while the later {later.milestone.label} is billed: {project.money(figures.unbilled)} not billed",
                    f"get it approved: {commands.of_milestone('approve', project, milestone)}; or say why not:"
                    f" {commands.of_milestone('hold', project, milestone, commands.REASON)},"
                    f" {commands.of_milestone('cancel', project, milestone, commands.REASON)}",
                    amount=figures.unbilled,
                    since=sent,
                    related=((project.place(*later.milestone.route, "id"), f"{later.milestone.id} is billed"),),
                )
            )
        if figures.billed > 0 and not milestone.upfront:
            later = figures
    yield from reversed(problems)


def _skipped(figures: MilestoneFigures, context: ProjectContext) -> bool:
    milestone = figures.milestone
    if figures.is_billed or milestone.approved is not None or milestone.on_hold(context.as_of) or not milestone.amount:
        return False
    if milestone.planned is not None and milestone.planned >= context.as_of:
        return False
    return not _upfront_not_billed(context, figures)


@project_rule(Severity.WARNING, needs="underbilled", next_step="bill the rest", task="bill")
def underbilled(context: ProjectContext) -> Iterator[Problem]:
    """A milestone is billed for less than agreed, and the rest could be billed for more than `bill_within` days.

    Why: the invoice looks done, so the rest is never looked at again. The rest can be billed once the milestone is
    approved, or, of a deposit, once its day has come.

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
    for figures in context.to_be_billed:
        milestone = figures.milestone
        can_be_billed = _waits(context, milestone.approved) or _upfront_waits(context, milestone)
        if figures.billed > 0 and figures.unbilled and can_be_billed:
            yield about_milestone(
                project,
                milestone,
                "amount",
                f"{milestone.label} is billed {project.money(figures.billed)} of {project.money(figures.agreed)}: {project.money(figures.unbilled)} not billed",
                f"bill the rest: {commands.of_milestone('bill', project, milestone, 'NUMBER')}; or amend the agreement: {commands.amend(project, milestone, figures.unbilled.copy_negate(), figures.billed)}",
                amount=figures.unbilled,
                since=_underbilled_since(context, figures),
            )


def _underbilled_since(context: ProjectContext, figures: MilestoneFigures) -> date:
    """The day from which a milestone is billed less than it can be: its invoice's, a credit note's, or its approval."""
    milestone = figures.milestone
    sent = [(part.invoice.invoice.sent, part.net.copy_negate()) for part in figures.parts]
    since = since_when(figures.unbilled, sent) or min(day for day, _ in sent)
    upfront = upfront_day(milestone, context.seen.agreement) if milestone.upfront else None
    return max(since, min(day for day in (milestone.approved, upfront) if day is not None))


@project_rule(Severity.WARNING, needs="overdue", next_step="chase it", money="overdue", gross=True, task="chase")
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
        late = [part for part in figures.overdue_parts(context.as_of) if not part.is_retained]
        if not late or late[0].day is None:
            continue
        invoice, day = figures.invoice, late[0].day
        amount = money.total(part.open for part in late)
        yield about_invoice(
            project,
            invoice,
            project.place(*late[0].route) if late[0].route else "due" if invoice.due is not None else "sent",
            f"invoice {invoice.number} was due on {day}, {count((context.as_of - day).days, 'day')} ago: {project.money(amount)} outstanding",
            f"chase it; or record what happened: {commands.of_invoice('pay', invoice.number)},"
            f" {commands.of_invoice('dispute', invoice.number, commands.REASON)},"
            f" {commands.of_invoice('write-off', invoice.number, commands.REASON)}",
            amount=amount,
            since=day,
        )


@project_rule(
    Severity.WARNING, needs="overdue", next_step="ask for what was retained", money="overdue", gross=True, task="chase"
)
def retention_due(context: ProjectContext) -> Iterator[Problem]:
    """What the client keeps back of an invoice by agreement has fallen due, and is not paid.

    Why: retention is asked for months after the invoice, when nobody looks at it any more. It falls due on its
    `until`, else on the day the last milestone was approved.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice:
              number: INV-1
              amount: 9000.00
              sent: 2026-02-03
              retained: {amount: 900.00, until: 2026-02-13}
              file: invoices/INV-1.pdf
              payments: [{date: 2026-02-10, amount: 8100.00}]
            status: partially_paid

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice:
              number: INV-1
              amount: 9000.00
              sent: 2026-02-03
              retained: {amount: 900.00, until: 2026-08-13}
              file: invoices/INV-1.pdf
              payments: [{date: 2026-02-10, amount: 8100.00}]
            status: partially_paid
    """
    project = context.project
    for figures in context.ledger.invoices:
        for part in figures.overdue_parts(context.as_of):
            if not part.is_retained or part.day is None:
                continue
            invoice = figures.invoice
            yield about_invoice(
                project,
                invoice,
                "retained" if invoice.retained is not None else project.first_key(*invoice.route),
                f"what was retained of invoice {invoice.number} fell due on {part.day}, {count((context.as_of - part.day).days, 'day')} ago: {project.money(part.open)} outstanding",
                f"ask for it, and record its payment: {commands.of_invoice('pay', invoice.number, commands.amount(project, part.open))}",
                amount=part.open,
                since=part.day,
            )


@project_rule(Severity.INFO, needs="unbilled completed", next_step="get the approval", money="ahead", task="approve")
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
    for figures in context.counted:
        milestone = figures.milestone
        if milestone.completed is None or milestone.approved is not None or figures.is_billed:
            continue
        waited = (context.as_of - milestone.completed).days
        if waited > DELIVERED_DAYS:
            yield about_milestone(
                project,
                milestone,
                project.place(*milestone.deliverable.route, "completed"),
                f"{milestone.label} was completed on {milestone.completed}, {count(waited, 'day')} ago, and is not approved",
                f"ask for the approval, and record it: {commands.of_milestone('approve', project, milestone, '--signoff FILE')}",
                since=milestone.completed,
            )


@project_rule(
    Severity.INFO, needs="planned date passed", next_step="deliver, or set a new date", money="ahead", task="deliver"
)
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
    for figures in context.counted:
        milestone = figures.milestone
        if milestone.planned is None or milestone.planned >= context.as_of or milestone.on_hold(context.as_of):
            continue
        if milestone.upfront:  # which waits for no delivery: upfront-not-billed asks for it
            continue
        if milestone.completed is None and milestone.approved is None and not figures.is_billed:
            late = (context.as_of - milestone.planned).days
            yield about_milestone(
                project,
                milestone,
                "planned",
                f"{milestone.label} was planned for {milestone.planned}, {count(late, 'day')} ago, and is not recorded as completed",
                f"record its completion: {commands.of_milestone('deliver', project, milestone)};"
                f" or a new day: {commands.of_milestone('set', project, milestone, '--planned DATE')}",
                since=milestone.planned,
            )


@workspace_rule(Severity.INFO, next_step="find the missing invoice")
def invoice_number_gap(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """A hole in a series of invoice numbers.

    Why: the missing number is an invoice that was sent and never recorded, or one that was never sent. A number is
    read as runs of digits and text. A run that says the year of `sent` (2026 or 26), year and month or day (202610,
    20261003), or its month between two other runs, is the period; of the others the last that varies counts, and the
    rest part series. Where the count goes on over the periods they are one series, else each is judged alone.
    Revisions (`-R1`, `-v2`, and `-B` where the number stands without it) are the number itself. A number that another
    client's code has taken is not missing. A series is three numbers or more; it need not start at 1, and void
    invoices and credit notes count as present. More than 100 missing numbers in a row begin a new series. Silent while
    any project file is broken.

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
    for hole in holes(workspace.seen_entries):
        number = hole.after.invoice.number
        are = "is" if len(hole.missing) == 1 else "are"
        yield about_invoice(
            hole.after.project,
            hole.after.invoice,
            "number",
            f"{hole.names} {are} not recorded anywhere, between {hole.before.invoice.number} and {number}",
            "record it, void if it was never sent; of a number used outside this workspace say so:"
            f" {commands.waive('invoice-number-gap', hole.after.project, number)}",
        )


@project_rule(Severity.WARNING, next_step="record it")
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
    project, found = context.project, context.unrecorded
    more = len(found) - limits.UNRECORDED
    for i, path in enumerate(found[: limits.UNRECORDED], 1):
        own = path if project.folder == "." else path.removeprefix(f"{project.folder}/")
        twin = context.twins.get(own)
        yield Problem(
            place=Place(path),
            message="no record names this file"
            + (f", nor {more:,} more in this project" if more > 0 and i == limits.UNRECORDED else ""),
            hint=f"{commands.record_file(project, own, path)}; or name it where it belongs (`file`, `signoff` or `attachments`), or move it elsewhere"
            if twin is None
            else f"the records name {twin}, which looks the same ({difference(own, twin)}): make the two names one",
            about=path,
        )
