"""The register: every invoice record of the workspace by number, with the holes in its series."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.record.model import number_key, number_parts

if TYPE_CHECKING:
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.rules.context import ProjectContext


class RegisterRow(Struct, frozen=True, array_like=True, gc=False):
    """An invoice record; `state` as `invoice_state` says. `gross` of a void one is what it was over.

    `order` is what its number is sorted by, `due` None where nothing falls due.
    """

    number: str
    order: str
    sent: date
    due: date | None
    gross: Decimal
    settled: Decimal
    outstanding: Decimal
    state: str
    credits: str | None
    replaces: str | None
    void_reason: str | None


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


def register_rows(context: ProjectContext) -> tuple[RegisterRow, ...]:
    """The invoice records of one project."""
    rows: list[RegisterRow] = []
    for figures in context.ledger.invoices:
        invoice, state = figures.invoice, invoice_state(figures)
        rows.append(
            RegisterRow(
                number=invoice.number,
                order=number_order(invoice.number),
                sent=invoice.sent,
                due=None if state in ("void", "credited") else figures.due,
                gross=invoice.gross if state == "void" else figures.gross,
                settled=figures.settled,
                outstanding=figures.outstanding,
                state=state,
                credits=invoice.credits,
                replaces=invoice.replaces,
                void_reason=invoice.void_reason,
            )
        )
    return tuple(rows)
