"""What an invoice comes to as of a day: gross, received, settled, outstanding, overdue, and when it falls due."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.schedule import Part, due_date, schedule
from mtrack.record.model import Invoice  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.figures.schedule import Terms

ZERO = money.ZERO


class InvoiceFigures(Struct, frozen=True, kw_only=True):
    """What an invoice comes to. gross = settled + outstanding - overpaid, also for credit notes (negative).

    `settled` is received + withheld + fees + discounted + written off + what credit notes give, at most its gross.
    `overdue` is what is past its day, what is retained included; `due` the day of the next open part, else that of the
    invoice as a whole. Of a void invoice every amount is 0, but what was paid on it and what credit notes give back.
    """

    invoice: Invoice
    gross: Decimal = ZERO
    received: Decimal = ZERO
    """Cash, with what `paid` says and what is taken at its milestones' word."""
    withheld: Decimal = ZERO
    fees: Decimal = ZERO
    discounted: Decimal = ZERO
    written_off: Decimal = ZERO
    credited: Decimal = ZERO
    """The gross of the credit notes against it, at most its own."""
    overcredited: Decimal = ZERO
    """What credit notes give back beyond its gross; all of it of a void one."""
    settled: Decimal = ZERO
    outstanding: Decimal = ZERO
    overpaid: Decimal = ZERO
    overdue: Decimal = ZERO
    parts: tuple[Part, ...] = ()
    due: date
    live: bool = False
    at_its_word: bool = False
    """Settled because its milestones say `paid`, with no settlement listed."""

    @property
    def paid(self) -> Decimal:
        """What the client settled: cash, tax kept back, fees and discount."""
        return money.total((self.received, self.withheld, self.fees, self.discounted))

    @property
    def credited_in_full(self) -> bool:
        """Whether credit notes take all of it back."""
        return not self.live and self.invoice.void is None and not self.invoice.is_credit_note

    @property
    def retained(self) -> Decimal:
        """What of it the client keeps back by agreement and has not paid yet."""
        return money.total(part.open for part in self.parts if part.is_retained)

    def overdue_parts(self, day: date) -> list[Part]:
        """Its parts that are past their day; none where it is not live, or disputed."""
        if not self.live or self.invoice.disputed is not None:
            return []
        return [part for part in self.parts if part.is_past(day)]


def invoice_figures(
    invoice: Invoice, notes: Sequence[Invoice], paid_in_full: Decimal | None, terms: Terms, day: date
) -> InvoiceFigures:
    """The figures of an invoice, given the credit notes against it and what `paid` or a status settles of it."""
    due = due_date(invoice, terms)
    given = money.total(note.gross for note in notes) if notes else ZERO
    payments = invoice.payments
    if invoice.void is not None:
        paid = money.total(payment.settles for payment in payments)
        paid = money.plus(paid, paid_in_full or ZERO) if invoice.is_paid else paid
        return InvoiceFigures(invoice=invoice, due=due, overcredited=given, overpaid=max(paid, ZERO))
    received = money.total(payment.amount for payment in payments)
    if invoice.is_credit_note:
        gross = negative(invoice.gross)
        return InvoiceFigures(invoice=invoice, gross=gross, received=received, settled=gross, due=due)
    if paid_in_full is not None:
        received = money.plus(received, paid_in_full)
    return _of_live(
        InvoiceFigures(
            invoice=invoice, gross=invoice.gross, received=received,
            withheld=money.total(payment.withheld for payment in payments) if payments else ZERO,
            fees=money.total(payment.fee for payment in payments) if payments else ZERO,
            discounted=money.total(payment.discount for payment in payments) if payments else ZERO,
            written_off=invoice.written_off or ZERO, credited=min(given, invoice.gross),
            overcredited=money.excess(given, invoice.gross), due=due,
            live=not (notes and money.total(note.amount for note in notes) >= invoice.amount),
            at_its_word=paid_in_full is not None and not invoice.is_paid,
        ), terms, day,
    )  # fmt: skip


def _of_live(figures: InvoiceFigures, terms: Terms, day: date) -> InvoiceFigures:
    """The figures with what follows from the settlement."""
    settled = money.total((figures.paid, figures.written_off, figures.credited))
    parts = schedule(figures.invoice, terms, settled)
    is_late = figures.live and figures.invoice.disputed is None
    return InvoiceFigures(
        invoice=figures.invoice, gross=figures.gross, received=figures.received, withheld=figures.withheld,
        fees=figures.fees, discounted=figures.discounted, written_off=figures.written_off, credited=figures.credited,
        overcredited=figures.overcredited, settled=settled, outstanding=money.excess(figures.gross, settled),
        overpaid=money.excess(settled, figures.gross),
        overdue=money.total(part.open for part in parts if part.is_past(day)) if is_late else ZERO, parts=parts,
        due=next((part.day for part in parts if part.open and part.day), figures.due), live=figures.live,
        at_its_word=figures.at_its_word,
    )  # fmt: skip


def negative(amount: Decimal) -> Decimal:
    """The amount with its sign turned; 0 stays 0, never -0."""
    return amount.copy_negate() if amount else ZERO
