"""What an invoice comes to: gross, received, settled, outstanding, and the day it is due."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.record.model import Invoice, number_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.finding import Route
    from mtrack.record.model import Milestone, Project

ZERO = money.ZERO


class InvoiceFigures(Struct, frozen=True):
    """What an invoice comes to. gross = settled + outstanding - overpaid, also for credit notes (negative)."""

    invoice: Invoice
    gross: Decimal
    credited: Decimal
    """The gross of the credit notes against it."""
    received: Decimal
    settled: Decimal
    outstanding: Decimal
    overpaid: Decimal
    due: date
    live: bool
    at_its_word: bool
    """Settled in full because its milestones say `paid`, with no payments listed."""
    paid_something: bool
    """Whether anything but credit notes settled on it."""

    @property
    def credited_in_full(self) -> bool:
        """Whether credit notes take all of it back."""
        return not self.live and self.invoice.void is None and not self.invoice.is_credit_note

    def overdue(self, as_of: date) -> bool:
        """Live, outstanding, due before `as_of`, not disputed."""
        return self.live and self.outstanding > 0 and self.due < as_of and self.invoice.disputed is None


def due_date(invoice: Invoice, project: Project, default_terms: int) -> date:
    """`due`, else sent + the agreement's payment terms (days), else sent + the workspace's."""
    if invoice.due is not None:
        return invoice.due
    terms = project.agreement.payment_terms if project.agreement else None
    try:
        return invoice.sent + timedelta(days=default_terms if terms is None else terms)
    except OverflowError:
        return date.max


def credit_targets(invoices: Iterable[Invoice]) -> dict[str, Invoice]:
    """The invoices that credit notes can be against, by number key: of a number that repeats, one not void."""
    result: dict[str, Invoice] = {}
    for invoice in invoices:
        if not invoice.is_credit_note:
            known = result.setdefault(invoice.key, invoice)
            if known.void is not None and invoice.void is None:
                result[invoice.key] = invoice
    return result


def credit_notes(invoices: Sequence[Invoice]) -> dict[Route, list[Invoice]]:
    """By an invoice's route, the credit notes against it that are not void."""
    notes = [invoice for invoice in invoices if invoice.credits is not None and invoice.void is None]
    result: dict[Route, list[Invoice]] = {}
    targets = credit_targets(invoices) if notes else {}
    for note in notes:
        target = targets.get(number_key(note.credits or ""))
        if target is not None:
            result.setdefault(target.route, []).append(note)
    return result


def gross_of(invoice: Invoice) -> Decimal:
    """Amount and tax as on the paper, never negative."""
    return money.plus(invoice.amount, invoice.tax)


def invoice_figures(
    invoice: Invoice, notes: Sequence[Invoice], billed: Sequence[Milestone | None], due: date
) -> InvoiceFigures:
    """The figures of an invoice, given the credit notes against it and the milestones its lines bill."""
    if invoice.void is not None:
        return InvoiceFigures(
            invoice=invoice, gross=ZERO, credited=ZERO, received=ZERO, settled=ZERO, outstanding=ZERO, overpaid=ZERO,
            due=due, live=False, at_its_word=False, paid_something=False,
        )  # fmt: skip
    gross = gross_of(invoice)
    received = money.total(payment.amount for payment in invoice.payments)
    if invoice.is_credit_note:
        gross = negative(gross)
        return InvoiceFigures(
            invoice=invoice, gross=gross, credited=ZERO, received=received, settled=gross, outstanding=ZERO,
            overpaid=ZERO, due=due, live=False, at_its_word=False, paid_something=False,
        )  # fmt: skip
    credited = money.total(map(gross_of, notes)) if notes else ZERO
    by_client = money.total(payment.settles for payment in invoice.payments)
    if invoice.written_off is not None:
        by_client = money.plus(by_client, invoice.written_off)
    settled = money.plus(by_client, credited)
    at_its_word = not invoice.lists_settlement and _say_paid(billed)
    if at_its_word:
        settled = max(settled, gross)
    return InvoiceFigures(
        invoice=invoice, gross=gross, credited=credited, received=received, settled=settled,
        outstanding=money.excess(gross, settled), overpaid=money.excess(settled, gross), due=due,
        live=not (notes and money.total(note.amount for note in notes) >= invoice.amount),
        at_its_word=at_its_word, paid_something=at_its_word or by_client > 0,
    )  # fmt: skip


def _say_paid(billed: Sequence[Milestone | None]) -> bool:
    """Whether every known milestone that is not cancelled says `paid`, and there is one."""
    saying = [milestone.status for milestone in billed if milestone is not None and not milestone.cancelled]
    return bool(saying) and all(status == "paid" for status in saying)


def negative(amount: Decimal) -> Decimal:
    """The amount with its sign turned; 0 stays 0, never -0."""
    return amount.copy_negate() if amount else ZERO
