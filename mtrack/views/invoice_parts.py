"""What each invoice adds to every sum of money that is billed, so that a register can show what such a sum is made of."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures.aging import BUCKETS, outstanding_by_age
from mtrack.figures.ledger import Totals
from mtrack.views.cash import column_of
from mtrack.views.months import monthly

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.finding import Route
    from mtrack.rules.context import ProjectContext
    from mtrack.views.cash import Expected

ZERO = money.ZERO
NET_STATES = ("paid", "written_off", "outstanding", "overdue", "retained", "disputed")
"""The states of billed money, net of tax; what is retained or disputed is a part of outstanding."""
GROSS = ("billed", "paid", "written_off", "outstanding", "overdue", "overpaid", "received")
"""The sums of invoices with tax."""
Parts = tuple[tuple[Decimal, str], ...]
"""An invoice's parts: an amount, and the names of all that are as large, with a space between them.

Net of tax "net-billed" and "net-" with a state; with tax those of `GROSS`, "age-" with a bucket, "due-" with a column
of the cash expected, "received-" with a month.
"""
FIXED = ("net-billed", *(f"net-{state}" for state in NET_STATES), *GROSS, *(f"age-{bucket}" for bucket in BUCKETS))
"""The names in order; those of months come after them."""


def invoice_parts(context: ProjectContext, cash: Iterable[Expected]) -> dict[Route, Parts]:
    """The parts of each invoice that is not void, by its place in the record; those of an amount of 0 are left out."""
    found = {
        figures.invoice.route: _of_invoice(figures, context.as_of)
        for figures in context.ledger.invoices
        if figures.invoice.void is None
    }
    for milestone in context.ledger.milestones:
        for part, states in zip(milestone.parts, milestone.billed_states, strict=True):
            own = found[part.invoice.invoice.route]
            _add(own, "net-billed", part.net)
            for state in NET_STATES:
                _add(own, f"net-{state}", getattr(states, state))
    for item in cash:
        column = column_of(item.month, item.band, late=item.late)
        if item.invoice is not None and column not in BUCKETS:  # what stands apart there is a bucket of aging
            _add(found[item.invoice.invoice.route], f"due-{column}", item.amount)
    return {route: _together(parts.items()) for route, parts in found.items()}


def _add(parts: dict[str, Decimal], name: str, amount: Decimal) -> None:
    if amount:
        parts[name] = money.plus(parts.get(name, ZERO), amount)


def _of_invoice(figures: InvoiceFigures, as_of: date) -> dict[str, Decimal]:
    """The parts with tax, those of the cash expected aside; and the names of all others that don't name a month."""
    totals = Totals.of_invoice(figures)
    parts = dict.fromkeys(FIXED, ZERO)
    parts |= {name: getattr(totals, "gross" if name == "billed" else name) for name in GROSS}
    if figures.outstanding:
        aged = outstanding_by_age([figures], as_of)
        parts |= {f"age-{bucket}": amount for bucket, amount in aged.items()}
    return parts | {f"received-{first.isoformat()[:7]}": amount for first, amount in monthly(figures, as_of).items()}


def _together(parts: Iterable[tuple[str, Decimal]]) -> Parts:
    by_amount: dict[Decimal, list[str]] = {}
    for name, amount in parts:
        if amount:
            by_amount.setdefault(amount, []).append(name)
    return tuple((amount, " ".join(names)) for amount, names in by_amount.items())


def names_of(all_parts: Iterable[Parts]) -> Sequence[str]:
    """The names of the parts that some invoices have, in their order."""
    names = {name for together in {names for parts in all_parts for _, names in parts} for name in together.split()}
    return [*(name for name in FIXED if name in names), *sorted(names.difference(FIXED))]
