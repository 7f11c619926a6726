"""What each invoice adds to every sum of money that is billed, so that a register can show what such a sum is made of."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures.aging import BUCKETS, outstanding_by_age
from mtrack.figures.ledger import Totals
from mtrack.views.cash import column_of
from mtrack.views.months import billed_in_span, monthly, undated
from mtrack.views.owed import owed
from mtrack.views.parts import together

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.finding import Route
    from mtrack.rules.context import ProjectContext
    from mtrack.views.cash import Expected
    from mtrack.views.parts import Parts

ZERO = money.ZERO
NET_STATES = ("paid", "written_off", "outstanding", "overdue", "retained", "disputed")
"""The states of billed money, net of tax; what is retained or disputed is a part of outstanding."""
GROSS = ("billed", "paid", "written_off", "settled", "outstanding", "overdue", "overpaid", "received")
"""The sums of invoices with tax."""
OWED = ("now", "later", "disputed", "retained")
"""What becomes of what is outstanding, as a statement tells it."""
SPAN = ("billed-span", "received-span", "undated-span")
"""The sums of the last twelve months: billed, received, and marked paid on no recorded day."""
_NET = tuple(f"net-{state}" for state in NET_STATES)
_OWED = tuple(f"owed-{name}" for name in OWED)
_AGES = tuple(f"age-{bucket}" for bucket in BUCKETS)
FIXED = ("net-billed", *_NET, "tax", *GROSS, *_OWED, *SPAN, *_AGES)
"""The names in order; those of months come after them."""
_NOTHING = dict.fromkeys(FIXED, ZERO)
_OF_STATES = attrgetter(*NET_STATES)
_OF_TOTALS = attrgetter("gross", *GROSS[1:])
_OF_OWED = attrgetter(*OWED)


def invoice_parts(context: ProjectContext, cash: Iterable[Expected]) -> dict[Route, Parts]:
    """The parts of each invoice that is not void, by its place in the record.

    Net of tax "net-billed" and "net-" with a state; "tax"; with it those of `GROSS` and `SPAN`, "owed-" with one of
    `OWED`, "age-" with a bucket, "due-" with a column of the cash expected, "received-" with a month.
    """
    found = {
        figures.invoice.route: _of_invoice(figures, context.as_of)
        for figures in context.ledger.invoices
        if figures.invoice.void is None
    }
    for milestone in context.ledger.milestones:
        for part, states in zip(milestone.parts, milestone.billed_states, strict=True):
            own = found[part.invoice.invoice.route]
            _add(own, "net-billed", part.net)
            for name, amount in zip(_NET, _OF_STATES(states), strict=True):
                _add(own, name, amount)
    for own in found.values():
        own["tax"] = money.minus(own["billed"], own["net-billed"])
    for item in cash:
        column = column_of(item.month, item.band, late=item.late)
        if item.invoice is not None and column not in BUCKETS:  # what stands apart there is a bucket of aging
            _add(found[item.invoice.invoice.route], f"due-{column}", item.amount)
    return {route: together(parts.items()) for route, parts in found.items()}


def _add(parts: dict[str, Decimal], name: str, amount: Decimal) -> None:
    if amount:
        parts[name] = money.plus(parts.get(name, ZERO), amount)


def _of_invoice(figures: InvoiceFigures, as_of: date) -> dict[str, Decimal]:
    """The parts with tax, those of the cash expected aside; and the names of all others that don't name a month."""
    parts = _NOTHING.copy()
    parts.update(zip(GROSS, _OF_TOTALS(Totals.of_invoice(figures)), strict=True))
    if figures.outstanding:
        parts.update(zip(_AGES, outstanding_by_age([figures], as_of).values(), strict=True))
        parts.update(zip(_OWED, _OF_OWED(owed(figures, as_of)), strict=True))
    cash = monthly(figures, as_of)
    parts.update(
        zip(SPAN, (billed_in_span(figures, as_of), money.total(cash.values()), undated(figures, as_of)), strict=True)
    )
    parts.update((f"received-{first.isoformat()[:7]}", amount) for first, amount in cash.items())
    return parts
