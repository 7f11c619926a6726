"""The one place where an invoice's money is shared out among the milestones it bills.

Parts sum to the invoice exactly. They are made in the order of the milestones' ids, never in that of the lines, so
that who gets an odd cent does not depend on the order of the records. A credit note goes to the milestones that its
lines name; what else is settled, written off or overdue goes in proportion to what is left of the lines.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.invoices import InvoiceFigures, negative

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from mtrack.record.model import Invoice, Milestone

    Billed = Callable[[Invoice], Sequence[Milestone | None]]
    """The milestone that each line of an invoice bills; None where no milestone has that id."""

ZERO = money.ZERO
Key = tuple[str, int]
"""A milestone's id, and its place in the agreed order; -1 for an id that no milestone has."""
Amounts = dict[Key, Decimal]


class Allocation(Struct, frozen=True, kw_only=True):
    """A milestone's part of an invoice that is not void; a credit note's amounts are negative.

    `net` is what its lines bill; `credited_net` what credit notes on this invoice take back of it by their lines. All
    others are gross: gross = settled + outstanding - overpaid, settled = credited + paid + written_off + overpaid, and
    `overdue` is a part of `outstanding`. `milestone` is its place in the agreed order, None where no milestone has `id`.
    """

    invoice: InvoiceFigures
    milestone: int | None
    id: str
    net: Decimal
    credited_net: Decimal = ZERO
    gross: Decimal
    credited: Decimal = ZERO
    paid: Decimal = ZERO
    written_off: Decimal = ZERO
    outstanding: Decimal = ZERO
    overdue: Decimal = ZERO
    overpaid: Decimal = ZERO

    @property
    def settled(self) -> Decimal:
        """The amount that is settled of its gross, and beyond it."""
        settled = money.minus(self.gross, self.outstanding) if self.outstanding else self.gross
        return money.plus(settled, self.overpaid) if self.overpaid else settled

    @property
    def uncredited(self) -> Decimal:
        """The net amount that no credit note has taken back."""
        return money.excess(self.net, self.credited_net)


def allocations(
    figures: InvoiceFigures, notes: Sequence[Invoice], billed: Billed, decimals: int
) -> tuple[Allocation, ...]:
    """An invoice that is not void, shared out; `notes` are the credit notes against it."""
    net = _by_milestone(figures.invoice, billed)
    if figures.invoice.is_credit_note:
        gross = _gross(figures.invoice, net, decimals)
        return tuple(
            Allocation(
                invoice=figures, milestone=_place(key), id=key[0], net=negative(net[key]), gross=negative(gross[key])
            )
            for key in net
        )
    credited_net = _credited_net(net, notes, billed)
    if len(net) == 1:
        return (_whole(figures, *next(iter(net.items())), credited_net),)
    return _shared(figures, notes, net, credited_net, billed, decimals)


def _place(key: Key) -> int | None:
    return None if key[1] < 0 else key[1]


def _whole(figures: InvoiceFigures, key: Key, net: Decimal, credited_net: Amounts) -> Allocation:
    """An invoice that bills one milestone."""
    paid, written_off = _paid_and_written_off(figures)
    return Allocation(
        invoice=figures, milestone=_place(key), id=key[0], net=net, credited_net=credited_net[key],
        gross=figures.gross, credited=figures.credited, paid=paid, written_off=written_off,
        outstanding=figures.outstanding, overdue=figures.overdue, overpaid=figures.overpaid,
    )  # fmt: skip


def _paid_and_written_off(figures: InvoiceFigures) -> tuple[Decimal, Decimal]:
    """The amounts paid and written off, as far as gross has room for them: first credit notes, then cash."""
    room = money.minus(figures.gross, figures.credited) if figures.credited else figures.gross
    paid = min(max(figures.paid, ZERO), room)
    return paid, min(figures.written_off, money.minus(room, paid)) if figures.written_off else ZERO


def _shared(  # noqa: PLR0913
    figures: InvoiceFigures,
    notes: Sequence[Invoice],
    net: Amounts,
    credited_net: Amounts,
    billed: Billed,
    decimals: int,
) -> tuple[Allocation, ...]:
    gross = _gross(figures.invoice, net, decimals)
    credited = _spread(figures.credited, gross, _named(notes, gross, billed, decimals), decimals)
    left = _less(gross, credited)
    paid_in_all, written_off_in_all = _paid_and_written_off(figures)
    paid = _in_proportion(paid_in_all, left, decimals)
    left = _less(left, paid)
    written_off = _in_proportion(written_off_in_all, left, decimals)
    left = _less(left, written_off)
    more = money.minus(figures.outstanding, money.total(left.values())) if figures.outstanding else ZERO
    # After a refund of more than came, more is outstanding than the gross.
    outstanding = _plus(left, _in_proportion(more, gross, decimals)) if more else left
    overdue = _in_proportion(figures.overdue, outstanding, decimals)
    overpaid = _in_proportion(figures.overpaid, gross, decimals)
    return tuple(
        Allocation(
            invoice=figures, milestone=_place(key), id=key[0], net=net[key], credited_net=credited_net[key],
            gross=gross[key], credited=credited[key], paid=paid[key], written_off=written_off[key],
            outstanding=outstanding[key], overdue=overdue[key], overpaid=overpaid[key],
        )
        for key in net
    )  # fmt: skip


def tax_of(invoice: Invoice, net: Decimal, decimals: int) -> Decimal:
    """The tax of a part of an invoice, in the proportion of the net amounts."""
    return money.allocate(invoice.tax, (net, money.minus(invoice.amount, net)), decimals)[0]


def _by_milestone(invoice: Invoice, billed: Billed) -> Amounts:
    """The net amount that the lines of an invoice bill of each milestone, in the order of the ids."""
    if len(invoice.lines) == 1:
        (line,), (milestone,) = invoice.lines, billed(invoice)
        return {(line.milestone, -1 if milestone is None else milestone.index): line.amount}
    result: Amounts = {}
    for line, milestone in zip(invoice.lines, billed(invoice), strict=True):
        key = line.milestone, -1 if milestone is None else milestone.index
        result[key] = money.plus(result.get(key, ZERO), line.amount)
    return dict(sorted(result.items()))


def _gross(invoice: Invoice, net: Amounts, decimals: int) -> Amounts:
    """Each net part with its share of the tax; where the lines don't sum to the amount, its share of the whole."""
    weights = tuple(net.values())
    if len(net) == 1 or money.total(weights) != invoice.amount:
        return _in_proportion(invoice.gross, net, decimals)
    if not invoice.tax:
        return net
    return _plus(net, _in_proportion(invoice.tax, net, decimals))


def _credited_net(net: Amounts, notes: Iterable[Invoice], billed: Billed) -> Amounts:
    """The net amount that the lines of credit notes take back of each part."""
    result = dict.fromkeys(net, ZERO)
    for note in notes:
        for key, amount in _by_milestone(note, billed).items():
            if key in result:
                result[key] = money.plus(result[key], amount)
    return result


def _named(notes: Iterable[Invoice], whole: Amounts, billed: Billed, decimals: int) -> Amounts:
    """The gross amount that credit notes take back of each part by naming its milestone, at most all of it."""
    result = dict.fromkeys(whole, ZERO)
    for note in notes:
        for key, amount in _gross(note, _by_milestone(note, billed), decimals).items():
            if key in result:
                result[key] = min(money.plus(result[key], amount), whole[key])
    return result


def _spread(amount: Decimal, whole: Amounts, taken: Amounts, decimals: int) -> Amounts:
    """`amount` shared out: what is `taken` by name, the rest in proportion to what that leaves of each part."""
    rest = money.minus(amount, money.total(taken.values()))
    return _plus(taken, _in_proportion(rest, _less(whole, taken), decimals)) if rest else taken


def _in_proportion(amount: Decimal, weights: Amounts, decimals: int) -> Amounts:
    if not amount:
        return dict.fromkeys(weights, ZERO)
    decimals = max(decimals, *map(money.decimals_used, weights.values()))
    return dict(zip(weights, money.allocate(amount, tuple(weights.values()), decimals), strict=True))


def _plus(one: Amounts, other: Mapping[Key, Decimal]) -> Amounts:
    return {key: money.plus(amount, other[key]) for key, amount in one.items()}


def _less(one: Amounts, other: Mapping[Key, Decimal]) -> Amounts:
    return {key: money.minus(amount, other[key]) for key, amount in one.items()}
