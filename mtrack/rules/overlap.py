"""Overlaps: work billed twice or too much, money taken twice."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from mtrack import limits, money
from mtrack.figures.clock import credit_notes
from mtrack.figures.ledger import agreed_count, agreed_total
from mtrack.finding import Problem, Severity
from mtrack.record.model import number_key
from mtrack.rules import commands
from mtrack.rules.papers import groups, is_one_paper, papers, same_number
from mtrack.rules.problems import about_invoice, about_milestone, about_project, since_when
from mtrack.rules.registry import project_rule, workspace_rule
from mtrack.rules.same_content import UNREAD, contents
from mtrack.words import count, listed_with_and

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence
    from datetime import date

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.finding import Route
    from mtrack.record.model import Invoice
    from mtrack.rules.context import ProjectContext
    from mtrack.rules.facts import Entry, PaymentFacts, WorkspaceFacts
    from mtrack.rules.papers import Papers

_DIGITS = re.compile("[0-9]+")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


@project_rule(Severity.ERROR, needs="sum differs", next_step="get an amendment signed")
def amount_exceeds_agreement(context: ProjectContext) -> Iterator[Problem]:
    """The milestones sum to more than the agreement's total with its amendments.

    Why: the client agreed to the total. What the milestones promise beyond it will be refused, or is an
    amendment that nobody put on paper.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5500.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement:
          file: agreement/sow.pdf
          signed: 2026-01-10
          total: 9000.00
          amendments: [{file: agreement/amendment-1.pdf, signed: 2026-02-01, amount: 500.00}]
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5500.00, status: not_billed}
    """
    project = context.project
    agreed = agreed_total(project)
    listed = money.total(milestone.amount for milestone in project.milestones if not milestone.cancelled)
    if agreed is not None and listed > agreed:
        surplus = money.minus(listed, agreed)
        yield about_project(
            project,
            project.place("agreement", "total"),
            f"the milestones sum to {project.money(listed)}, {project.money(surplus)} more than the {project.money(agreed)} agreed",
            f"correct the amounts, or record the amendment that allows them: {commands.of_project('amend', project, commands.amount(project, surplus, signed=True))}",
            amount=surplus,
            since=project.agreement.signed if project.agreement else None,
        )


@project_rule(Severity.ERROR, needs="count differs", next_step="get an amendment signed")
def milestones_extra(context: ProjectContext) -> Iterator[Problem]:
    """More milestones than the agreement counts.

    Why: one of them is a copy, or stands on no agreement.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 1}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
    """
    project = context.project
    agreed = agreed_count(project)
    listed = sum(not milestone.cancelled for milestone in project.milestones)
    if agreed is not None and listed > agreed:
        yield Problem(
            place=project.place("agreement", "milestones"),
            message=f"the agreement counts {count(agreed, 'milestone')}, and {listed} are recorded",
            hint=f"remove the copy, or record the amendment that added it: {commands.of_project('amend', context.project, '--milestones', str(listed - agreed))}",
            since=project.agreement.signed if project.agreement else None,
        )


@workspace_rule(Severity.ERROR, next_step="give one a new number", local=True)
def duplicate_invoice_number(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """Two invoice records in the workspace with one number, void ones too.

    Why: one of them is a copy, and its amount is counted twice; and no tax office accepts a number used twice.
    One paper that bills several projects is recorded in each with the same `total`, `sent` and currency: then
    the shares must fit in the total.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, upfront: true, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
          - {id: M2, name: Two, amount: 5000.00, upfront: true, invoice: {number: inv-1, amount: 5000.00, sent: 2026-02-04, file: invoices/2.pdf}, status: sent}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, upfront: true, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
          - {id: M2, name: Two, amount: 5000.00, upfront: true, invoice: {number: INV-2, amount: 5000.00, sent: 2026-02-04, file: invoices/2.pdf}, status: sent}
    """
    for group in same_number(workspace):
        if is_one_paper(group):
            continue
        first = group[0]
        sent = f"for {first.project.money(first.invoice.amount)} sent on {first.invoice.sent}"
        related = ((first.project.place(*first.invoice.route, "number"), "first used here"),)
        for entry in group[1:]:
            project, invoice = entry.project, entry.invoice
            elsewhere = f" in {first.project.name}" if first.project is not entry.project else ""
            yield about_invoice(
                project,
                invoice,
                "number",
                f"invoice number {invoice.number} is already used{elsewhere}, {sent}",
                "correct the number, or remove the copy; one paper over several projects gives the same `total` in each",
                amount=invoice.amount,
                since=invoice.sent,
                related=related,
            )


@project_rule(Severity.ERROR, needs="overbilled", next_step="credit the excess")
def overbilled(context: ProjectContext) -> Iterator[Problem]:
    """A milestone is billed more than agreed.

    Why: it was billed twice, or too much. The client finds out at the latest when they add it up.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 9000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 9500.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
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
            invoice: {number: INV-1, amount: 9500.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: sent
        invoices:
          - number: INV-2
            credits: INV-1
            amount: 500.00
            sent: 2026-02-10
            file: invoices/INV-2.pdf
            lines: [{milestone: M1, amount: 500.00}]
    """
    project = context.project
    for figures in context.ledger.milestones:
        milestone = figures.milestone
        if milestone.cancelled or not figures.overbilled:
            continue
        numbers = list(dict.fromkeys(item.invoice.number for item in figures.live_invoices))
        yield about_milestone(
            project,
            milestone,
            "amount",
            f"{milestone.label} is billed {project.money(figures.billed)} on {listed_with_and(numbers) or 'no live invoice'}, {project.money(figures.overbilled)} more than the {project.money(figures.agreed)} agreed",
            commands.undo_excess(project, figures),
            invoice=numbers[-1] if len(numbers) == 1 else None,
            amount=figures.overbilled,
            since=since_when(figures.overbilled, [(part.invoice.invoice.sent, part.net) for part in figures.parts]),
            related=tuple(
                (project.place(*item.route, "number"), f"{item.number} bills it")
                for item in (part.invoice for part in figures.live_invoices)
            ),
        )


@project_rule(Severity.ERROR, needs="cancelled milestone", next_step="void or credit it")
def billed_cancelled(context: ProjectContext) -> Iterator[Problem]:
    """A live invoice bills a cancelled milestone.

    Why: you ask for money for work that both sides agreed not to do. An invoice that bills other milestones too stays
    live when a credit note gives this one's share back: then `mtrack waive` accepts it.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 4000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - id: M2
            name: Beta
            amount: 5000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m2.eml}
            invoice: {number: INV-1, amount: 5000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            cancelled: {date: 2026-02-10}
            status: cancelled

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 4000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - id: M2
            name: Beta
            amount: 5000.00
            deliverable: {approved: 2026-02-02, signoff: signoffs/m2.eml}
            invoice: {number: INV-1, amount: 5000.00, sent: 2026-02-03, file: invoices/INV-1.pdf, void: {date: 2026-02-10}}
            cancelled: {date: 2026-02-10}
            status: cancelled
    """
    project = context.project
    for figures in context.ledger.milestones:
        if not figures.milestone.cancelled:
            continue
        for part in figures.parts:
            if not part.invoice.live:
                continue
            invoice = part.invoice.invoice
            yield about_milestone(
                project,
                figures.milestone,
                "status",
                f"{figures.milestone.label} is cancelled, and invoice {invoice.number} bills it",
                commands.take_off(project, figures.milestone, part),
                invoice=invoice.number,
                since=invoice.sent,
                related=((project.place(*invoice.route, "number"), "the invoice"),),
            )


@project_rule(Severity.ERROR, needs="credit or replacement", next_step="correct the credit note", gross=True)
def overcredited(context: ProjectContext) -> Iterator[Problem]:
    """Credit notes give back more than their invoice's gross, or than was billed on a milestone.

    Why: you owe the client money that you never billed, and what is left to bill grows beyond the agreement. Of a void
    invoice nothing is left to give back.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 4000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            hold: {reason: to be billed again}
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: not_billed
        invoices:
          - number: INV-2
            credits: INV-1
            amount: 40000.00
            sent: 2026-02-10
            file: invoices/INV-2.pdf
            lines: [{milestone: M1, amount: 40000.00}]

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 4000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            hold: {reason: to be billed again}
            deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/INV-1.pdf}
            status: not_billed
        invoices:
          - number: INV-2
            credits: INV-1
            amount: 4000.00
            sent: 2026-02-10
            file: invoices/INV-2.pdf
            lines: [{milestone: M1, amount: 4000.00}]
    """
    project = context.project
    notes = credit_notes(tuple(context.seen.invoices()))
    told: set[Route] = set()
    for figures in context.ledger.invoices:
        if not figures.overcredited:
            continue
        last, invoice = max(notes[figures.invoice.route], key=_sent_in_order), figures.invoice
        told.add(last.route)
        whole = "which is void" if invoice.void is not None else f"which is over {project.money(figures.gross)}"
        yield about_invoice(
            project,
            last,
            "amount",
            f"the credit notes against invoice {invoice.number}, {whole}, give back {project.money(figures.overcredited)} too much",
            f"correct the amount; or void the credit note: {commands.of_invoice('void', last.number, commands.REASON)}",
            amount=figures.overcredited,
            since=last.sent,
            related=((project.place(*invoice.route, "number"), "the invoice"),),
        )
    for milestone in context.ledger.milestones:
        on_it = [part.invoice.invoice for part in milestone.parts if part.invoice.invoice.is_credit_note]
        if not milestone.overcredited or any(note.route in told for note in on_it):
            continue
        last = max(on_it, key=_sent_in_order)
        yield about_invoice(
            project,
            last,
            "amount",
            f"credit notes give back {project.money(milestone.overcredited)} more than was billed on {milestone.milestone.label}",
            f"correct the amount or the milestone that it names; or void it: {commands.of_invoice('void', last.number, commands.REASON)}",
            amount=milestone.overcredited,
            since=last.sent,
        )


def _sent_in_order(invoice: Invoice) -> tuple[date, list[tuple[int, str]], str]:
    """The sort key of invoices, the last sent last; of one day the highest number is the last: CN-10 behind CN-9."""
    runs = (run.lstrip("0") for run in _DIGITS.findall(invoice.key))
    return invoice.sent, [(len(run), run) for run in runs], invoice.key


@project_rule(Severity.WARNING, needs="overpaid", next_step="pay back or credit", gross=True)
def overpaid(context: ProjectContext) -> Iterator[Problem]:
    """An invoice is settled for more than its gross amount, or a void one has a payment.

    Why: the surplus is the client's money. It was paid twice, recorded twice, or belongs to another invoice.

    Bad:
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
              payments: [{date: 2026-02-10, amount: 4000.00}, {date: 2026-02-12, amount: 400.00}]
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
              payments: [{date: 2026-02-10, amount: 4000.00}]
            status: paid
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
    """
    project, notes = context.project, credit_notes(tuple(context.seen.invoices()))
    for figures in context.ledger.invoices:
        invoice = figures.invoice
        is_void = invoice.void is not None
        surplus = figures.overpaid
        if surplus > 0:
            paid, gross = project.money(surplus), project.money(figures.gross)
            message = (
                f"invoice {invoice.number} is void, and {paid} was paid on it"
                if is_void
                else f"invoice {invoice.number} is settled with {project.money(figures.settled)}, {paid} more than its {gross}"
            )
            yield about_invoice(
                project,
                invoice,
                "amount",
                message,
                commands.undo_surplus(project, figures),
                amount=surplus,
                since=_overpaid_since(figures, notes.get(invoice.route, ())),
            )


def _overpaid_since(figures: InvoiceFigures, notes: Sequence[Invoice]) -> date:
    """The day from which an invoice is settled for more than it asks for, void or not."""
    invoice = figures.invoice
    settled = [(payment.date, payment.settles) for payment in invoice.payments]
    if invoice.void is not None:
        return max(invoice.void, since_when(figures.overpaid, settled) or invoice.paid or invoice.sent)
    settled += [(note.sent, note.gross) for note in notes]
    if invoice.written_off is not None and invoice.written_off_date is not None:
        settled.append((invoice.written_off_date, invoice.written_off))
    return since_when(figures.overpaid, settled) or invoice.sent


@workspace_rule(Severity.WARNING, next_step="ask the bank which it is", gross=True)
def duplicate_payment(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """Two payments with the same reference, date and amount on different invoices.

    Why: one transfer was recorded twice, so one of the invoices is not paid. References are compared as invoice numbers
    are: case, white space, widths, dashes and characters that can't be seen aside.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            upfront: true
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf, payments: [{date: 2026-02-12, amount: 4000.00, reference: T-88}]}
            status: paid
          - id: M2
            name: Beta
            amount: 5000.00
            upfront: true
            invoice: {number: INV-2, amount: 5000.00, sent: 2026-02-04, file: invoices/2.pdf, payments: [{date: 2026-02-12, amount: 4000.00, reference: T-88}]}
            status: partially_paid

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - id: M1
            name: Discovery
            amount: 4000.00
            upfront: true
            invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf, payments: [{date: 2026-02-12, amount: 4000.00, reference: T-88}]}
            status: paid
          - id: M2
            name: Beta
            amount: 5000.00
            upfront: true
            invoice: {number: INV-2, amount: 5000.00, sent: 2026-02-04, file: invoices/2.pdf, payments: [{date: 2026-02-14, amount: 4000.00, reference: T-91}]}
            status: partially_paid
    """
    known = papers(workspace)
    referred: Iterator[tuple[Hashable, tuple[Entry, PaymentFacts]]] = (
        ((payment.key, payment.date, payment.amount, entry.project.currency), (entry, payment))
        for entry in known.entries
        for payment in entry.invoice.payments
    )
    for group in groups(referred):
        origin, paid = group[0]
        if _is_one_transfer(known, paid, [payment for _, payment in group]):
            continue
        for entry, payment in group[1:]:
            if known.same(entry, origin):
                continue
            project, invoice = entry.project, entry.invoice
            place = origin.project.place(*paid.route, "reference")
            written = f", as {paid.reference}" if paid.reference != payment.reference else ""
            yield about_invoice(
                project,
                invoice,
                project.place(*payment.route, "reference"),
                f"payment {payment.reference} of {project.money(payment.amount)} on {payment.date} is also recorded on invoice {origin.invoice.number}{written}",
                "remove it from the invoice it is not for",
                amount=payment.amount,
                since=payment.date,
                related=((place, f"on invoice {origin.invoice.number}"),),
            )


def _is_one_transfer(known: Papers, payment: PaymentFacts, equal: list[PaymentFacts]) -> bool:
    """Whether equal payments give one and the same `total`, and all payments of that reference and day fit in it."""
    total = payment.total
    if total is None or any(other.total != total for other in equal):
        return False
    return known.transfers[payment.key, payment.date] <= total


@workspace_rule(Severity.WARNING, next_step="void one if it is double")
def likely_duplicate_invoice(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """Two live invoices of a project look like one: the same amount and sent date, or numbers but for leading zeros.

    Why: the same invoice was written twice, under two numbers. Invoices that have no milestone in common are no copies,
    unless one of their milestones is overbilled. If both are meant, a waiver says so.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 8000.00}
        milestones:
          - {id: M1, name: One, amount: 8000.00, upfront: true, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
        invoices:
          - number: INV-2
            amount: 4000.00
            sent: 2026-02-03
            file: invoices/2.pdf
            lines: [{milestone: M1, amount: 4000.00}]

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 8000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, upfront: true, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
          - {id: M2, name: Two, amount: 4000.00, upfront: true, invoice: {number: INV-2, amount: 4000.00, sent: 2026-02-03, file: invoices/2.pdf}, status: sent}
    """
    known = papers(workspace)
    overbilled = {facts.project.folder: facts.overbilled for facts in workspace.facts}
    live = [entry for entry in known.entries if entry.invoice.live]
    told: set[int] = set()
    for group in groups(((entry.project.folder, _without_zeros(entry.invoice.key)), entry) for entry in live):
        for entry in known.repeats(group):
            if entry.invoice.key != group[0].invoice.key:
                told.add(id(entry))
                number, other = entry.invoice.number, group[0].invoice.number
                message = f"the numbers {number} and {other} differ only in leading zeros"
                yield _like(entry, group[0], "number", message)
    for group in groups(((entry.project.folder, entry.invoice.amount, entry.invoice.sent), entry) for entry in live):
        for entry, first in _on_one_milestone([group[0], *known.repeats(group)], overbilled[group[0].project.folder]):
            if id(entry) not in told:
                invoice, money_words = entry.invoice, entry.project.money(entry.invoice.amount)
                message = f"invoice {invoice.number} has the same amount and date as {first.invoice.number}: {money_words}, sent on {invoice.sent}"
                yield _like(entry, first, "amount", message)


def _like(entry: Entry, first: Entry, key: str, message: str) -> Problem:
    """The problem that an invoice looks like one before it; the other's `key` is shown beside it."""
    project, invoice = entry.project, entry.invoice
    return about_invoice(
        project,
        invoice,
        "amount",
        message,
        f"void one if it was sent twice: {commands.of_invoice('void', invoice.number, commands.REASON)}; if both are meant:"
        f" {commands.waive('likely-duplicate-invoice', project, invoice.number)}",
        amount=invoice.amount,
        since=invoice.sent,
        related=((project.place(*first.invoice.route, key), f"invoice {first.invoice.number}"),),
    )


def _on_one_milestone(group: list[Entry], overbilled: frozenset[str]) -> Iterator[tuple[Entry, Entry]]:
    """The invoices, in order, that bill a milestone that an earlier one bills, each with that earlier one.

    Where a milestone is overbilled, an invoice on it is a copy of any.
    """
    first: dict[str, Entry] = {}
    suspect: Entry | None = None
    for entry in group:
        milestones = entry.invoice.milestones
        is_over = not overbilled.isdisjoint(milestones)
        before = next((first[milestone] for milestone in milestones if milestone in first), None)
        before = before or (group[0] if is_over and entry is not group[0] else suspect)
        if before is not None:
            yield entry, before
        if is_over and suspect is None:
            suspect = entry
        for milestone in milestones:
            first.setdefault(milestone, entry)


def _without_zeros(key: str) -> str:
    """A number as it is compared, without the zeros that its runs of digits begin with."""
    return _LEADING_ZEROS.sub("", key)


@workspace_rule(Severity.WARNING, next_step="attach the right file")
def duplicate_attachment(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """Two invoices attach one file, or files with the same content.

    Why: one of them has the wrong paper, or is the same invoice under another number.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, upfront: true, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
          - {id: M2, name: Two, amount: 5000.00, upfront: true, invoice: {number: INV-2, amount: 5000.00, sent: 2026-02-04, file: invoices/1.pdf}, status: sent}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, upfront: true, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
          - {id: M2, name: Two, amount: 5000.00, upfront: true, invoice: {number: INV-2, amount: 5000.00, sent: 2026-02-04, file: invoices/2.pdf}, status: sent}
    """
    known = papers(workspace)
    attached = [(entry.invoice.path, entry) for entry in workspace.entries if entry.invoice.file is not None]
    files = {file: entry.invoice.size for file, entry in attached if entry.invoice.size is not None}
    sizes = Counter(files.values())
    digests = contents(workspace, {file: size for file, size in files.items() if sizes[size] > 1})
    for group in groups((digests.get(file, file), entry) for file, entry in attached):
        first = group[0]
        for entry in known.repeats(group):
            project, invoice = entry.project, entry.invoice
            same = invoice.path == first.invoice.path
            what = "is also attached to" if same else "has the same content as the file of"
            if not same and digests[invoice.path].endswith(UNREAD):
                large = f"larger than {limits.HASHED >> 20} MiB, which"
                why = large if (invoice.size or 0) > limits.HASHED else "one of so many large files that it"
                what = f"is {why} is not compared, and as large as the file of"
            yield about_invoice(
                project, invoice, "file",
                f"{invoice.file} of invoice {invoice.number} {what} invoice {first.invoice.number}",
                "attach each invoice's own file", amount=invoice.amount, since=invoice.sent, about=invoice.path,
                related=((first.project.place(*first.invoice.route, "file"), f"invoice {first.invoice.number}"),),
            )  # fmt: skip


@project_rule(Severity.ERROR, needs="references", next_step="void the old one")
def replaced_not_void(context: ProjectContext) -> Iterator[Problem]:
    """An invoice replaces one that is neither void nor credited in full.

    Why: both count as long as the old one stands, so the same work is billed twice.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, upfront: true, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
          - {id: M2, name: Two, amount: 5000.00, upfront: true, invoice: {number: INV-2, replaces: INV-1, amount: 5000.00, sent: 2026-02-04, file: invoices/2.pdf}, status: sent}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf, void: {date: 2026-02-04}}, status: not_billed}
          - {id: M2, name: Two, amount: 5000.00, upfront: true, invoice: {number: INV-2, replaces: INV-1, amount: 5000.00, sent: 2026-02-04, file: invoices/2.pdf}, status: sent}
    """
    project = context.project
    for invoice, old in _replacements(context):
        if not old or any(item.invoice.void is not None or item.credited_in_full for item in old):
            continue
        yield about_invoice(
            project,
            invoice,
            "replaces",
            f"invoice {invoice.number} replaces {invoice.replaces}, which is neither void nor credited in full",
            f"take the old one back: {commands.take_back(invoice.replaces or '')}",
            since=invoice.sent,
            related=((project.place(*old[0].invoice.route, "number"), "still counts"),),
        )


def _replacements(context: ProjectContext) -> Iterator[tuple[Invoice, list[InvoiceFigures]]]:
    """Each invoice that replaces another, with the records of the number it replaces."""
    replacing = [
        (item.invoice, number_key(item.invoice.replaces))
        for item in context.whole_ledger.invoices
        if item.invoice.replaces is not None and item.invoice.void is None
    ]
    named: dict[str, list[InvoiceFigures]] = {key: [] for _, key in replacing}
    for figures in context.whole_ledger.invoices if replacing else ():
        named.get(figures.invoice.key, []).append(figures)
    for invoice, key in replacing:
        yield invoice, [item for item in named[key] if item.invoice is not invoice]
