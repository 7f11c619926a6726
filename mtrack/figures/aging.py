"""Outstanding money by the days it is past due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from mtrack.figures.invoices import InvoiceFigures

BUCKETS = ("not_due", "1-30", "31-60", "61-90", "over_90", "disputed")
"""The aging buckets: days past due, and disputed whatever its date."""


def bucket_of(figures: InvoiceFigures, as_of: date) -> str:
    """The aging bucket of an invoice, one of `BUCKETS`."""
    if figures.invoice.disputed is not None:
        return "disputed"
    days = (as_of - figures.due).days
    for limit, name in ((0, "not_due"), (30, "1-30"), (60, "31-60"), (90, "61-90")):
        if days <= limit:
            return name
    return "over_90"


def outstanding_by_age(invoices: Iterable[InvoiceFigures], as_of: date) -> dict[str, Decimal]:
    """Outstanding by bucket; the buckets sum to the outstanding of the invoices."""
    result = dict.fromkeys(BUCKETS, money.ZERO)
    for figures in invoices:
        if figures.outstanding:
            name = bucket_of(figures, as_of)
            result[name] = money.plus(result[name], figures.outstanding)
    return result
