"""The status that a milestone's invoices ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.record.model import Milestone

STATUSES = ("not_billed", "sent", "partially_paid", "paid", "written_off")
"""The statuses of a milestone that is not cancelled, in the order of its life."""
_ALONE = {status: frozenset({status}) for status in (*STATUSES, "cancelled")}
_ANY = frozenset(STATUSES)
_SENT_OR_PART = frozenset({"sent", "partially_paid"})


def expected_status(
    milestone: Milestone, live: Sequence[InvoiceFigures], billed: Decimal
) -> tuple[str, frozenset[str]]:
    """The expected status, and all that are accepted for it; `live` are the live invoices that bill the milestone."""
    if milestone.cancelled:
        return "cancelled", _ALONE["cancelled"]
    if not live:
        return "not_billed", _ALONE["not_billed"] if milestone.amount else _ANY
    if billed >= milestone.amount and not any(item.outstanding for item in live):
        expected = _paid_or_written_off(live)
        return expected, _ALONE[expected]
    if any(item.paid or item.written_off for item in live):
        return "partially_paid", _ALONE["partially_paid"]
    lists = any(item.invoice.lists_settlement for item in live)
    return "sent", _ALONE["sent"] if lists else _SENT_OR_PART


def _paid_or_written_off(live: Sequence[InvoiceFigures]) -> str:
    came = any(item.received for item in live)
    lost = any(item.written_off for item in live)
    return "written_off" if lost and not came else "paid"
