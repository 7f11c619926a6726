"""Overlaps: work billed twice or too much, money taken twice."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures import agreed_count, agreed_total
from mtrack.finding import Category, Problem, Severity
from mtrack.model import number_key
from mtrack.rules.registry import project_rule, workspace_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from datetime import date
    from decimal import Decimal

    from mtrack.books import Books, Entry, Workspace
    from mtrack.model import Payment


@project_rule(Category.OVERLAP, Severity.ERROR)
def amount_exceeds_agreement(books: Books) -> Iterator[Problem]:
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
    project = books.project
    agreed = agreed_total(project)
    listed = money.total(milestone.amount for milestone in project.milestones if not milestone.cancelled)
    if agreed is not None and listed > agreed:
        surplus = money.minus(listed, agreed)
        yield Problem(
            place=project.place("agreement", "total"),
            message=f"the milestones sum to {project.money(listed)}, {project.money(surplus)} more than the {project.money(agreed)} agreed",
            hint="mend the amounts, or record the amendment that allows them",
            amount=surplus,
            currency=project.currency,
            since=project.agreement.signed if project.agreement else None,
        )


@project_rule(Category.OVERLAP, Severity.ERROR)
def milestones_extra(books: Books) -> Iterator[Problem]:
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
    project = books.project
    agreed = agreed_count(project)
    listed = sum(not milestone.cancelled for milestone in project.milestones)
    if agreed is not None and listed > agreed:
        yield Problem(
            place=project.place("agreement", "milestones"),
            message=f"the agreement counts {agreed} milestone{'s' * (agreed != 1)}, and {listed} are recorded",
            hint="remove the copy, or record the amendment that added it",
            since=project.agreement.signed if project.agreement else None,
        )


def _groups(entries: Iterable[Entry], key: Callable[[Entry], Hashable | None]) -> Iterator[list[Entry]]:
    """Entries that agree in a key other than None, two or more, each group in path and line order."""
    groups: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        value = key(entry)
        if value is not None:
            groups.setdefault(value, []).append(entry)
    for group in groups.values():
        if len(group) > 1:
            yield sorted(group, key=lambda entry: entry.order)


def _shared(group: list[Entry]) -> bool:
    """Whether records with one number are shares of one paper: same total, sent date and currency, and they fit."""
    first = group[0]
    total = first.figures.invoice.total
    same = all(
        entry.figures.invoice.total == total
        and entry.figures.invoice.sent == first.figures.invoice.sent
        and entry.books.project.currency == first.books.project.currency
        for entry in group
    )
    return total is not None and same and money.total(entry.figures.invoice.amount for entry in group) <= total


def _papers(workspace: Workspace) -> list[Entry]:
    """The invoices that are not void, shares of one paper standing once."""
    repeated = {
        id(entry)
        for group in _groups(workspace.entries, lambda entry: entry.figures.invoice.key)
        if _shared(group)
        for entry in group[1:]
    }
    return [entry for entry in workspace.entries if entry.figures.invoice.void is None and id(entry) not in repeated]


@workspace_rule(Category.OVERLAP, Severity.ERROR)
def duplicate_invoice_number(workspace: Workspace) -> Iterator[Problem]:
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
    for group in _groups(workspace.entries, lambda entry: entry.figures.invoice.key):
        if _shared(group):
            continue
        first = group[0]
        for entry in group[1:]:
            project, invoice = entry.books.project, entry.figures.invoice
            elsewhere = f" in {first.books.project.name}" if first.books is not entry.books else ""
            yield Problem(
                place=project.place(*invoice.route, "number"),
                message=f"invoice number {invoice.number} is already used{elsewhere}, for {first.books.project.money(first.figures.invoice.amount)} sent on {first.figures.invoice.sent}",
                hint="correct the number, or remove the copy; one paper over several projects gives the same `total` in each",
                milestone=invoice.only_milestone,
                invoice=invoice.number,
                amount=invoice.amount,
                currency=project.currency,
                since=invoice.sent,
                related=((first.books.project.place(*first.figures.invoice.route, "number"), "first used here"),),
            )


@project_rule(Category.OVERLAP, Severity.ERROR)
def overbilled(books: Books) -> Iterator[Problem]:
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
    project = books.project
    for figures in books.ledger.milestones:
        milestone = figures.milestone
        if milestone.cancelled or not figures.overbilled:
            continue
        numbers = [item.invoice.number for item in figures.live_invoices]
        yield Problem(
            place=project.place(*milestone.route, "amount"),
            message=f"{milestone.label} is billed {project.money(figures.billed)} on {_listed(numbers)}, {project.money(figures.overbilled)} more than the {project.money(figures.agreed)} agreed",
            hint="void or credit what is too much, or record the amendment that allows it",
            milestone=milestone.id,
            invoice=numbers[-1] if len(numbers) == 1 else None,
            amount=figures.overbilled,
            currency=project.currency,
            since=max((item.invoice.sent for item in figures.invoices), default=None),
            related=tuple(
                (project.place(*item.invoice.route, "number"), f"{item.invoice.number} bills it")
                for item in figures.live_invoices
            ),
        )


def _listed(numbers: list[str]) -> str:
    if len(numbers) <= 1:
        return "".join(numbers) or "no live invoice"
    return f"{', '.join(numbers[:-1])} and {numbers[-1]}"


@project_rule(Category.OVERLAP, Severity.ERROR)
def billed_cancelled(books: Books) -> Iterator[Problem]:
    """A live invoice bills a cancelled milestone.

    Why: you ask for money for work that both sides agreed not to do.

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
    project = books.project
    for figures in books.ledger.milestones:
        if not figures.milestone.cancelled:
            continue
        for item in figures.live_invoices:
            yield Problem(
                place=project.place(*figures.milestone.route, "status"),
                message=f"{figures.milestone.label} is cancelled, and invoice {item.invoice.number} bills it",
                hint="void the invoice or credit it",
                milestone=figures.milestone.id,
                invoice=item.invoice.number,
                since=item.invoice.sent,
                related=((project.place(*item.invoice.route, "number"), "the invoice"),),
            )


@project_rule(Category.OVERLAP, Severity.WARNING)
def overpaid(books: Books) -> Iterator[Problem]:
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
    project = books.project
    for figures in books.ledger.invoices:
        invoice = figures.invoice
        if invoice.void is not None:
            surplus = money.total(payment.settles for payment in invoice.payments)
            message = f"invoice {invoice.number} is void, and {project.money(surplus)} was paid on it"
        else:
            surplus = figures.overpaid
            message = f"invoice {invoice.number} is settled with {project.money(figures.settled)}, {project.money(surplus)} more than its {project.money(figures.gross)}"
        if surplus > 0:
            yield Problem(
                place=project.place(*invoice.route, "amount"),
                message=message,
                hint="move the payment to the invoice it is for, or record the refund as a negative payment",
                milestone=invoice.only_milestone,
                invoice=invoice.number,
                amount=surplus,
                currency=project.currency,
                since=max((payment.date for payment in invoice.payments), default=invoice.sent),
            )


@workspace_rule(Category.OVERLAP, Severity.WARNING)
def duplicate_payment(workspace: Workspace) -> Iterator[Problem]:
    """Two payments with the same reference, date and amount on different invoices.

    Why: one transfer was recorded twice, so one of the invoices is not paid.

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
    first: dict[tuple[str, date, Decimal, str], tuple[Entry, Payment]] = {}
    repeats: list[tuple[tuple[str, date, Decimal, str], Entry, Payment]] = []
    for entry in _papers(workspace):
        currency = entry.books.project.currency
        for payment in entry.figures.invoice.payments:
            if payment.reference and payment.reference.strip():
                key = (payment.reference.strip(), payment.date, payment.amount, currency)
                if key in first:
                    repeats.append((key, entry, payment))
                first.setdefault(key, (entry, payment))
    for key in dict.fromkeys(key for key, *_ in repeats):
        group = [first[key], *((entry, payment) for other, entry, payment in repeats if other == key)]
        group.sort(key=lambda pair: pair[0].order)
        origin, paid = group[0]
        for entry, payment in group[1:]:
            if entry.figures.invoice is origin.figures.invoice:
                continue
            project, invoice = entry.books.project, entry.figures.invoice
            place = origin.books.project.place(*paid.route, "reference")
            yield Problem(
                place=project.place(*payment.route, "reference"),
                message=f"payment {payment.reference} of {project.money(payment.amount)} on {payment.date} is also recorded on invoice {origin.figures.invoice.number}",
                hint="remove it from the invoice it is not for",
                milestone=invoice.only_milestone,
                invoice=invoice.number,
                amount=payment.amount,
                currency=project.currency,
                since=payment.date,
                related=((place, f"on invoice {origin.figures.invoice.number}"),),
            )


@workspace_rule(Category.OVERLAP, Severity.WARNING)
def likely_duplicate_invoice(workspace: Workspace) -> Iterator[Problem]:
    """Two live invoices of a project with the same amount and sent date.

    Why: the same invoice was written twice, under two numbers. If both are meant, a waiver says so.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 8000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, upfront: true, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}, status: sent}
          - {id: M2, name: Two, amount: 4000.00, upfront: true, invoice: {number: INV-2, amount: 4000.00, sent: 2026-02-03, file: invoices/2.pdf}, status: sent}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 8000.00}
        milestones:
          - {id: M1, name: One, amount: 4000.00, upfront: true, status: sent}
          - {id: M2, name: Two, amount: 4000.00, upfront: true, status: sent}
        invoices:
          - number: INV-1
            amount: 8000.00
            sent: 2026-02-03
            file: invoices/1.pdf
            lines: [{milestone: M1, amount: 4000.00}, {milestone: M2, amount: 4000.00}]
    """
    live = [entry for entry in _papers(workspace) if entry.figures.live]
    for group in _groups(live, lambda e: (e.books.project.folder, e.figures.invoice.amount, e.figures.invoice.sent)):
        first = group[0]
        for entry in group[1:]:
            project, invoice = entry.books.project, entry.figures.invoice
            yield Problem(
                place=project.place(*invoice.route, "amount"),
                message=f"invoice {invoice.number} has the same amount and date as {first.figures.invoice.number}: {project.money(invoice.amount)}, sent on {invoice.sent}",
                hint="void one if it was sent twice; if both are meant, add a waiver that says why",
                milestone=invoice.only_milestone,
                invoice=invoice.number,
                amount=invoice.amount,
                currency=project.currency,
                since=invoice.sent,
                related=((project.place(*first.figures.invoice.route, "amount"), f"invoice {first.figures.invoice.number}"),),
            )


@workspace_rule(Category.OVERLAP, Severity.WARNING)
def duplicate_attachment(workspace: Workspace) -> Iterator[Problem]:
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
    entries = [entry for entry in _papers(workspace) if entry.figures.invoice.file is not None]
    files = {id(entry): _attached(entry) for entry in entries}
    sizes: dict[int, int] = {}
    for full, size, _ in set(files.values()):
        if full and size:
            sizes[size] = sizes.get(size, 0) + 1
    contents = {full: _digest(full) for full, size, _ in set(files.values()) if size and sizes[size] > 1}

    def content(entry: Entry) -> str:
        full, _, name = files[id(entry)]
        return contents.get(full) or name

    for group in _groups(entries, content):
        first = group[0]
        for entry in group[1:]:
            project, invoice = entry.books.project, entry.figures.invoice
            same = files[id(entry)][0] == files[id(first)][0]
            what = "is also attached to" if same else "has the same content as the file of"
            yield Problem(
                place=project.place(*invoice.route, "file"),
                message=f"{invoice.file} of invoice {invoice.number} {what} invoice {first.figures.invoice.number}",
                hint="attach each invoice's own file",
                milestone=invoice.only_milestone,
                invoice=invoice.number,
                amount=invoice.amount,
                currency=project.currency,
                since=invoice.sent,
                about=files[id(entry)][2],
                related=((first.books.project.place(*first.figures.invoice.route, "file"), f"invoice {first.figures.invoice.number}"),),
            )


def _attached(entry: Entry) -> tuple[str, int, str]:
    """An invoice's file: its full path, its size (0 where it can't be read) and its name from the root."""
    folder = entry.books.project.folder
    named, state = next(
        (named, state) for named, state in entry.books.files if named.invoice is entry.figures.invoice
    )
    name = named.normal if folder == "." else f"{folder}/{named.normal}"
    if state.missing or state.outside:
        return state.full, 0, name
    return state.full, os.path.getsize(state.full), name


def _digest(full: str) -> str | None:
    try:
        with open(full, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


@project_rule(Category.OVERLAP, Severity.ERROR)
def replaced_not_void(books: Books) -> Iterator[Problem]:
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
          - {id: M1, name: One, amount: 4000.00, upfront: true, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf, void: {date: 2026-02-04}}, status: not_billed}
          - {id: M2, name: Two, amount: 5000.00, upfront: true, invoice: {number: INV-2, replaces: INV-1, amount: 5000.00, sent: 2026-02-04, file: invoices/2.pdf}, status: sent}
    """
    project = books.project
    for figures in books.ledger.invoices:
        invoice = figures.invoice
        if invoice.replaces is None or invoice.void is not None:
            continue
        key = number_key(invoice.replaces)
        old = [item for item in books.ledger.invoices if item.invoice.key == key and item.invoice is not invoice]
        if not old or not all(item.live for item in old):
            continue
        yield Problem(
            place=project.place(*invoice.route, "replaces"),
            message=f"invoice {invoice.number} replaces {invoice.replaces}, which is neither void nor credited in full",
            hint=f"void {invoice.replaces} or credit it",
            milestone=invoice.only_milestone,
            invoice=invoice.number,
            since=invoice.sent,
            related=((project.place(*old[0].invoice.route, "number"), "still counts"),),
        )
