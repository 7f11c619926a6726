"""An invoice's figures as of a day: gross, received, settled, outstanding, overdue, and when it falls due."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.schedule import Part, due_date, schedule
from mtrack.record.model import Invoice, Payment  # noqa: TC001

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.figures.schedule import Terms

ZERO = money.ZERO


class InvoiceFigures(Struct, frozen=True, kw_only=True):
    """An invoice's figures. gross = settled + outstanding - overpaid, also for credit notes (negative).

    `settled` is received + withheld + fees + discounted + written off + what credit notes give, at most its gross.
    `overdue` is what is past its day, what is retained included; `due` the day of the next open part, else that of the
    invoice as a whole; `kept_back` what is retained and not past its day. Of a void invoice every amount is 0, but what was paid on it and what credit notes give back.
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
    """The amount that credit notes give back beyond its gross; all of it of a void one."""
    settled: Decimal = ZERO
    outstanding: Decimal = ZERO
    overpaid: Decimal = ZERO
    overdue: Decimal = ZERO
    kept_back: Decimal = ZERO
    parts: tuple[Part, ...] = ()
    due: date
    live: bool = False
    at_its_word: bool = False
    """Settled because its milestones say `paid`, with no settlement listed."""

    @property
    def paid(self) -> Decimal:
        """The amount that the client settled: cash, tax kept back, fees and discount."""
        if not (self.withheld or self.fees or self.discounted):
            return self.received
        return money.total((self.received, self.withheld, self.fees, self.discounted))

    @property
    def credited_in_full(self) -> bool:
        """Whether credit notes take all of it back."""
        return not self.live and self.invoice.void is None and not self.invoice.is_credit_note

    @property
    def retained(self) -> Decimal:
        """The amount that the client keeps back by agreement and has not paid yet."""
        return money.total(part.open for part in self.parts if part.is_retained)

    def overdue_parts(self, day: date) -> list[Part]:
        """Its parts that are past their day; none where it is not live, or disputed."""
        if not self.live or self.invoice.disputed is not None:
            return []
        return [part for part in self.parts if part.is_past(day)]

    def due_by(self, day: date) -> Decimal:
        """What is to be paid by the end of a day: `overdue`, and what is due on that day itself, what is retained aside."""
        if not self.live or self.invoice.disputed is not None:
            return ZERO
        return money.total(
            part.open
            for part in self.parts
            if part.is_past(day) or (part.day is not None and part.day <= day and not part.is_retained)
        )


def invoice_figures(
    invoice: Invoice, notes: Sequence[Invoice], paid_in_full: Decimal | None, terms: Terms, day: date
) -> InvoiceFigures:
    """The figures of an invoice, given the credit notes against it and what `paid` or a status settles of it."""
    due = due_date(invoice, terms)
    given = money.total([note.gross for note in notes]) if notes else ZERO
    payments = invoice.payments
    if invoice.void is not None:
        paid = money.total([payment.settles for payment in payments])
        paid = money.plus(paid, paid_in_full or ZERO) if invoice.is_paid else paid
        return InvoiceFigures(invoice=invoice, due=due, overcredited=given, overpaid=max(paid, ZERO))
    received = money.total([payment.amount for payment in payments]) if payments else ZERO
    if invoice.is_credit_note:
        gross = negative(invoice.gross)
        return InvoiceFigures(invoice=invoice, gross=gross, received=received, settled=gross, due=due)
    if paid_in_full is not None:
        received = money.plus(received, paid_in_full)
    gross = invoice.gross
    withheld, fees, discounted = _deducted(payments)
    written_off, credited = invoice.written_off or ZERO, min(given, gross) if notes else ZERO
    settled = received
    for amount in (withheld, fees, discounted, written_off, credited):
        if amount:
            settled = money.plus(settled, amount)
    live = not (notes and money.total([note.amount for note in notes]) >= invoice.amount)
    parts = schedule(invoice, terms, due, settled)
    late = [part.open for part in parts if part.is_past(day)] if live and invoice.disputed is None else []
    kept_back = [part.open for part in parts if part.is_retained and not part.is_past(day)]
    return InvoiceFigures(
        invoice=invoice, gross=gross, received=received, withheld=withheld, fees=fees, discounted=discounted,
        written_off=written_off, credited=credited, overcredited=money.excess(given, gross), settled=settled,
        outstanding=money.excess(gross, settled), overpaid=money.excess(settled, gross),
        overdue=money.total(late) if late else ZERO, kept_back=money.total(kept_back) if kept_back else ZERO, parts=parts,
        due=next((part.day for part in parts if part.open and part.day), due), live=live,
        at_its_word=paid_in_full is not None and not invoice.is_paid,
    )  # fmt: skip


def _deducted(payments: Sequence[Payment]) -> tuple[Decimal, Decimal, Decimal]:
    """The amounts that payments settle beside cash: tax kept back, fees, discount."""
    more = [item for item in payments if item.withheld or item.fee or item.discount]
    return money.columns([(item.withheld, item.fee, item.discount) for item in more], 3)  # type: ignore[return-value]


def negative(amount: Decimal) -> Decimal:
    """The amount with its sign turned; 0 stays 0, never -0."""
    return amount.copy_negate() if amount else ZERO
