"""What is outstanding of an invoice, as a statement tells it: due now, disputed, retained, or not due yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from mtrack.figures.invoices import InvoiceFigures

ZERO = money.ZERO


class Owed(Struct, frozen=True):
    """An outstanding amount by what becomes of it: to be paid by the day, later, once a dispute ends, once released."""

    now: Decimal = ZERO
    later: Decimal = ZERO
    disputed: Decimal = ZERO
    retained: Decimal = ZERO

    @classmethod
    def sum(cls, items: Iterable[Owed]) -> Owed:
        """The sum of several, part by part."""
        parts = ((item.now, item.later, item.disputed, item.retained) for item in items)
        return cls(*money.columns(parts, 4))


def owed(figures: InvoiceFigures, day: date) -> Owed:
    """The outstanding amount of an invoice at the end of a day."""
    if not figures.outstanding:
        return Owed()
    now, retained = figures.due_by(day), figures.kept_back
    is_disputed = figures.invoice.disputed is not None
    disputed = money.minus(figures.outstanding, retained) if is_disputed else ZERO
    later = money.minus(figures.outstanding, money.total((now, disputed, retained)))
    return Owed(now, later, disputed, retained)
