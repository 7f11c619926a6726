"""What every register says of an invoice: its state in one word, and the place of its number among others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.record.model import number_key, number_parts

if TYPE_CHECKING:
    from mtrack.figures.invoices import InvoiceFigures


def invoice_state(figures: InvoiceFigures) -> str:
    """void, credited, paid or written_off, disputed, overdue, partially_paid, outstanding: the first that is true."""
    invoice = figures.invoice
    if invoice.void is not None:
        return "void"
    if invoice.is_credit_note or figures.credited_in_full:
        return "credited"
    if not figures.outstanding:
        return "written_off" if figures.written_off and not figures.received else "paid"
    if invoice.disputed is not None:
        return "disputed"
    if figures.overdue:
        return "overdue"
    return "partially_paid" if figures.paid or figures.written_off else "outstanding"


def number_order(number: str) -> str:
    """The sort key of an invoice number: its series, then its last digits by value."""
    key = number_key(number)
    before, run, after = number_parts(key) or (key, "", "")
    digits = run.lstrip("0")
    return f"{before}\0{after}\0{len(digits):06}{digits}"
