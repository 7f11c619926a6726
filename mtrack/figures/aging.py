"""Outstanding money by the days it is past due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.schedule import Part

BUCKETS = ("retained", "not_due", "1-30", "31-60", "61-90", "over_90", "disputed")
"""The aging buckets: what is retained, days past due, and what is disputed, whatever its date."""


def bucket_of(figures: InvoiceFigures, part: Part, as_of: date) -> str:
    """The aging bucket of a part of an invoice, one of `BUCKETS`."""
    if figures.invoice.disputed is not None:
        return "disputed"
    if part.is_retained:
        return "retained"
    if part.day is None or not figures.live:  # what is left of an invoice whose net is credited is not chased
        return "not_due"
    days = (as_of - part.day).days
    for limit, name in ((0, "not_due"), (30, "1-30"), (60, "31-60"), (90, "61-90")):
        if days <= limit:
            return name
    return "over_90"


def outstanding_by_age(invoices: Iterable[InvoiceFigures], as_of: date) -> dict[str, Decimal]:
    """Outstanding by bucket; the buckets sum to the outstanding of the invoices."""
    result = dict.fromkeys(BUCKETS, money.ZERO)
    for figures in invoices:
        for part in figures.parts if figures.outstanding else ():
            name = bucket_of(figures, part, as_of)
            result[name] = money.plus(result[name], part.open)
    return result
