"""The state of an invoice in one word, as registers show it."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
