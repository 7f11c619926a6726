"""The status that a milestone's invoices ask for (SPEC 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.record.model import Milestone


def expected_status(
    milestone: Milestone, live: Sequence[InvoiceFigures], billed: Decimal
) -> tuple[str, frozenset[str]]:
    """The expected status, and all that are accepted for it; `live` are the live invoices that bill the milestone."""
    if milestone.cancelled:
        return "cancelled", frozenset({"cancelled"})
    if not live:
        expected = "not_billed" if milestone.amount else milestone.status
        return expected, frozenset({expected})
    if not any(item.paid_something for item in live):
        lists = any(item.invoice.lists_settlement for item in live)
        return "sent", frozenset({"sent"} if lists else {"sent", "partially_paid"})
    settled = billed >= milestone.amount and not any(item.outstanding for item in live)
    expected = _paid_or_written_off(live) if settled else "partially_paid"
    return expected, frozenset({expected})


def _paid_or_written_off(live: Sequence[InvoiceFigures]) -> str:
    # An invoice taken at its word was paid, though the day is not recorded.
    cash = any(item.at_its_word for item in live) or money.total(item.received for item in live) > 0
    lost = any(item.invoice.written_off for item in live)
    return "written_off" if lost and not cash else "paid"
