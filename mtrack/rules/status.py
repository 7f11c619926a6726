"""Rules about status and dates: does the record say what the invoices say, in an order that can be."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from mtrack.figures.missing_settlement import missing_settlement
from mtrack.finding import Problem, Severity
from mtrack.record.model import Invoice, Milestone
from mtrack.rules import commands
from mtrack.rules.problems import about_invoice, about_milestone
from mtrack.rules.registry import project_rule
from mtrack.words import listed_with_and

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.finding import Place, Route
    from mtrack.record.model import Project
    from mtrack.rules.context import ProjectContext


@project_rule(Severity.ERROR, needs="wrong status", fixable=True)
def status_mismatch(context: ProjectContext) -> Iterator[Problem]:
    """A milestone's status is not the one its invoices ask for.

    Why: people read the status and nothing else. `not_billed` beside a sent invoice, or `sent` beside a full
    payment, sends them after the wrong money. `mtrack lint --fix` writes the expected status where no figure
    changes by it; else the hint says what to record first.

    An invoice that lists neither `payments`, `paid` nor `written_off` is taken at its milestones' word: where
    all that it bills say `paid`, it counts as settled.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
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
    for figures in context.whole_ledger.milestones:
        milestone = figures.milestone
        if milestone.status in figures.accepted_statuses:
            continue
        yield about_milestone(
            project,
            milestone,
            "status",
            f"{milestone.label} says {milestone.status}, but {_because(figures, context)}: {figures.expected_status}",
            _status_hint(figures, paid_before_void=milestone.index in context.paid_before_void),
        )


def _status_hint(figures: MilestoneFigures, *, paid_before_void: bool) -> str:
    """The hint to write the status, or to record first what writing it would change in a figure or lose."""
    missing, write = missing_settlement(figures), f"write `status: {figures.expected_status}`"
    if missing is None and paid_before_void:
        return f"write `paid: true` on the void invoice first, if money came on it; then {write}"
    if missing is None:
        return f"{write} (mtrack lint --fix does)"
    invoices = [item.invoice.number for item in missing.invoices]
    numbers, pay, write_off = (
        listed_with_and([prefix(number) for number in invoices])
        for prefix in (str, partial(commands.of_invoice, "pay"), partial(commands.of_invoice, "write-off"))
    )
    says = figures.milestone.id + " says"
    return {
        "paid by status": f"write `paid: true` on {numbers} first, which counts as paid only because {says} so; then {write}",
        "payment": f"record what came: {pay}; if nothing did, {write}",
        "write-off": f"record what was written off: {write_off}; if nothing was, {write}",
        "rest": f"record first what settles {numbers}; `status: paid` would",
    }[missing.kind]


def _because(figures: MilestoneFigures, context: ProjectContext) -> str:
    """The reason for the expected status, in words."""
    live = figures.live_invoices
    numbers = listed_with_and([item.invoice.number for item in live])
    was, is_ = ("was", "is") if len(live) == 1 else ("were", "are")
    money = context.project.money
    if any(item.outstanding for item in live):
        part = f"{numbers} {is_} not settled in full: {money(figures.outstanding)} outstanding"
    else:
        part = f"{numbers} {is_} settled in full, but only {money(figures.billed)} of {money(figures.agreed)} is billed"
    return {
        "cancelled": f"it was cancelled on {figures.milestone.cancelled_date}",
        "not_billed": "no live invoice bills it",
        "sent": f"{numbers} {was} sent and nothing is paid",
        "partially_paid": part,
        "paid": f"{numbers} {is_} settled in full",
        "written_off": f"{numbers} {was} written off",
    }[figures.expected_status]


@project_rule(Severity.ERROR, needs="billed before approval")
def billed_before_approval(context: ProjectContext) -> Iterator[Problem]:
    """A live invoice bills a milestone that is not approved, or was sent before the approval.

    Why: most agreements let you bill on acceptance only, and a client who has not accepted need not pay. A
    deposit is marked `upfront: true`. Sent on the day of approval is fine.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-03, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent
    """
    project = context.project
    for figures in context.whole_ledger.milestones:
        milestone = figures.milestone
        if milestone.upfront:
            continue
        approved = milestone.approved
        bills = [item.invoice for item in figures.live_invoices if not item.invoice.upfront]
        early = [invoice for invoice in bills if approved is None or invoice.sent < approved]
        if not early:
            continue
        invoice = min(early, key=lambda item: item.sent)
        fact = "which has no approval" if approved is None else f"which was approved only on {approved}"
        yield about_milestone(
            project,
            milestone,
            project.place(*invoice.route, "sent"),
            f"invoice {invoice.number}, sent on {invoice.sent}, bills {milestone.label}, {fact}",
            f"record the approval: {commands.of_milestone('approve', project, milestone, '--date DATE')};"
            f" or that it is a deposit: {commands.of_milestone('set', project, milestone, '--upfront')}",
            invoice=invoice.number,
        )


@project_rule(Severity.ERROR, needs="dates to compare")
def date_order(context: ProjectContext) -> Iterator[Problem]:
    """Two dates stand in an order that can't be.

    Why: one of them is a typo, and due dates, aging and reports rest on it. Looked at are: completed after
    approved; due before sent; void before sent; a payment before sent, and sent before the agreement was
    signed (the last two not where every milestone the invoice bills is `upfront`).

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, due: 2026-01-03, file: invoices/INV-1.pdf, disputed: {since: 2026-02-04}}
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
            invoice: {number: INV-1, amount: 9000.00, sent: 2026-02-03, due: 2026-03-03, file: invoices/INV-1.pdf}
            status: sent
    """
    project = context.project
    for milestone in project.milestones:
        completed, approved = milestone.completed, milestone.approved
        if completed is not None and approved is not None and completed > approved:
            route = milestone.deliverable.route
            message = f"{milestone.label} was completed on {completed}, after its approval on {approved}"
            place, related = _two_dates(project, (*route, "completed"), (*route, "approved"))
            yield about_milestone(project, milestone, place, message, _WRONG_DATE, related=related)
    upfront = {milestone.id for milestone in project.milestones if milestone.upfront}
    for invoice in project.invoices():
        for one, other, fact, hint in _date_orders(project, invoice, upfront):
            place, related = _two_dates(project, one, other)
            yield about_invoice(project, invoice, place, f"invoice {invoice.number} {fact}", hint, related=related)


_WRONG_DATE = "check both dates; one of them is wrong"
_MONEY_FIRST = "check both dates; or write `upfront: true` on the invoice, where the money came first"


def _date_orders(project: Project, invoice: Invoice, upfront: set[str]) -> Iterator[tuple[Route, Route, str, str]]:
    """Pairs of an invoice's dates in an order that can't be: the routes of both, what the invoice does, and the hint."""
    sent = (*invoice.route, "sent")
    before: list[tuple[Route, str, str]] = []
    if invoice.due is not None and invoice.due < invoice.sent:
        before.append(((*invoice.route, "due"), f"is due on {invoice.due}", _WRONG_DATE))
    if invoice.void is not None and invoice.void < invoice.sent:
        before.append(((*invoice.route, "void", "date"), f"was made void on {invoice.void}", _WRONG_DATE))
    is_upfront = bool(upfront) and all(line.milestone in upfront for line in invoice.lines)
    if not is_upfront and not invoice.upfront:
        days = [(way, day) for way, day in _days_paid(invoice) if day < invoice.sent]
        before += [(way, f"was paid on {day}", _MONEY_FIRST) for way, day in days]
    yield from ((way, sent, f"{fact}, before it was sent on {invoice.sent}", hint) for way, fact, hint in before)
    if is_upfront:
        return
    signed = project.agreement.signed if project.agreement is not None else None
    if signed is not None and invoice.sent < signed:
        fact = f"was sent on {invoice.sent}, before the agreement was signed on {signed}"
        yield sent, ("agreement", "signed"), fact, _WRONG_DATE


def _days_paid(invoice: Invoice) -> Iterator[tuple[Route, date]]:
    """The days on which money came, with their places; `paid` with a day is a payment."""
    for payment in invoice.payments:
        yield (*payment.route, "date"), payment.date
    if invoice.paid is not None:
        yield (*invoice.route, "paid"), invoice.paid


def _two_dates(project: Project, one: Route, other: Route) -> tuple[Place, tuple[tuple[Place, str], ...]]:
    """The place of that of two dates which stands later in the file, and the other as related."""
    first, second = sorted(
        (project.place(*one), project.place(*other)), key=lambda place: project.source.offsets(place) or (0, 0)
    )
    return second, ((first, "the other date"),)


@project_rule(Severity.ERROR, needs="future date", task=None)
def future_date(context: ProjectContext) -> Iterator[Problem]:
    """A date of something that happened lies after today (`--as-of`).

    Why: a payment of next month is a hope or a typo; until then it makes an invoice look paid. Planned, due
    and until dates may lie ahead. Figures, views and the report leave out what is dated later, the agreement aside.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2062-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, planned: 2062-01-10, status: not_billed}
    """
    project = context.project
    signed = project.agreement.signed if project.agreement is not None else None
    if not context.ledger.left_out and (signed is None or signed <= context.as_of):
        return  # whatever else is dated later, figures leave out
    for day, record, way, what in _happened(project):
        if day is None or day <= context.as_of:
            continue
        message = f"{what} on {day}, which is after {context.as_of}"
        hint = "check the date; what has not happened yet is not recorded"
        place = project.place(*(record.route if record else ()), *way)
        if isinstance(record, Invoice):
            yield about_invoice(project, record, place, f"invoice {record.number} {message}", hint, left_out=True)
        elif isinstance(record, Milestone):
            yield about_milestone(project, record, place, f"{record.label} {message}", hint, left_out=True)
        else:
            yield Problem(place=place, message=message, hint=hint, left_out=way != ("agreement", "signed"))


def _happened(project: Project) -> Iterator[tuple[date | None, Milestone | Invoice | None, Route, str]]:
    """Every date of something that happened: the day, whose it is (None: the project's), the route from there, what."""
    if project.agreement is not None:
        yield project.agreement.signed, None, ("agreement", "signed"), "the agreement was signed"
        for i, amendment in enumerate(project.agreement.amendments):
            yield amendment.signed, None, (*amendment.route, "signed"), f"amendment {i + 1} was signed"
    for milestone in project.milestones:
        yield milestone.completed, milestone, ("deliverable", "completed"), "was completed"
        yield milestone.approved, milestone, ("deliverable", "approved"), "was approved"
        yield milestone.cancelled_date, milestone, ("cancelled", "date"), "was cancelled"
    for invoice in project.invoices():
        yield invoice.sent, invoice, ("sent",), "was sent"
        yield invoice.void, invoice, ("void", "date"), "was made void"
        yield invoice.written_off_date, invoice, ("written_off", "date"), "was written off"
        yield invoice.disputed, invoice, ("disputed", "since"), "was disputed"
        for way, day in _days_paid(invoice):
            yield day, invoice, way[len(invoice.route) :], "was paid"
    yield project.closed, None, ("closed",), "the project was closed"


@project_rule(Severity.INFO, needs="paid without payments")
def payment_not_recorded(context: ProjectContext) -> Iterator[Problem]:
    """A milestone says paid or partially paid, and a live invoice that bills it lists no payment.

    Why: the status is taken at its word, but no one can say when the money came or how much it was.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: paid
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice:
              number: INV-1
              amount: 4000.00
              sent: 2026-02-03
              file: invoices/INV-1.pdf
              payments: [{date: 2026-02-17, amount: 4000.00}]
            status: paid
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
    """
    project = context.project
    for figures in context.whole_ledger.milestones:
        milestone = figures.milestone
        if milestone.status not in ("paid", "partially_paid"):
            continue
        if milestone.status == "partially_paid" and any(
            item.invoice.lists_settlement for item in figures.live_invoices
        ):
            continue
        for item in figures.live_invoices:
            if not item.invoice.lists_settlement and (milestone.status == "partially_paid" or item.gross):
                yield about_milestone(
                    project,
                    milestone,
                    "status",
                    f"{milestone.label} says {milestone.status}, but invoice {item.invoice.number} lists no payment",
                    f"record the payment: {commands.of_invoice('pay', item.invoice.number, 'AMOUNT')}"
                    if milestone.status == "partially_paid"
                    else "write `paid:` with its day, or its `payments:`, under the invoice",
                    invoice=item.invoice.number,
                )
