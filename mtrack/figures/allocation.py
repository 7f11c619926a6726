"""The one place where an invoice's money is shared out among the milestones it bills.

Parts sum to the invoice exactly. They are made in the order of the milestones' ids, never in that of the lines, so
that who gets an odd cent does not depend on the order of the records.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.invoices import InvoiceFigures, gross_of, negative

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from mtrack.record.model import Invoice, Milestone

    Billed = Callable[[Invoice], Sequence[Milestone | None]]
    """The milestone that each line of an invoice bills; None where no milestone has that id."""

ZERO = money.ZERO
Amounts = dict[tuple[str, int], Decimal]
"""Amounts by milestone: its id, and its place in the agreed order; -1 for an id that no milestone has."""


class Allocation(Struct, frozen=True):
    """A milestone's part of an invoice that is not void; a credit note's amounts are negative.

    `net` is what its lines bill, and gross = settled + outstanding - overpaid. `milestone` is its place in the agreed
    order, None where no milestone has the id. `credited_net` and `settled_net` are the parts of `net` that credit notes
    take back, and that are settled.
    """

    invoice: InvoiceFigures
    milestone: int | None
    id: str
    net: Decimal
    gross: Decimal
    credited: Decimal
    credited_net: Decimal
    settled: Decimal
    settled_net: Decimal

    @property
    def outstanding(self) -> Decimal:
        """What is left of its gross."""
        return money.excess(self.gross, self.settled)

    @property
    def outstanding_net(self) -> Decimal:
        """What is left of its net."""
        return money.minus(self.net, self.settled_net)

    @property
    def overpaid(self) -> Decimal:
        """What is settled beyond its gross."""
        return money.excess(self.settled, self.gross)

    @property
    def uncredited(self) -> Decimal:
        """What no credit note has taken back, net."""
        return money.excess(self.net, self.credited_net)

    def overdue(self, as_of: date) -> Decimal:
        """What of its outstanding is overdue: all or nothing, as its invoice is."""
        return self.outstanding if self.invoice.overdue(as_of) else ZERO


def allocations(
    figures: InvoiceFigures, notes: Sequence[Invoice], billed: Billed, places: int
) -> tuple[Allocation, ...]:
    """An invoice that is not void, shared out; `notes` are the credit notes against it."""
    net = _by_milestone(figures.invoice, billed)
    gross = _gross(figures.invoice, net, places)
    if figures.invoice.is_credit_note:
        net, gross = ({key: negative(part) for key, part in amounts.items()} for amounts in (net, gross))
        credited = credited_net = dict.fromkeys(net, ZERO)
        settled = gross
    else:
        credited, credited_net, settled = _settlement(figures, notes, billed, net, gross, places)
    return tuple(
        Allocation(
            invoice=figures, milestone=None if key[1] < 0 else key[1], id=key[0], net=net[key], gross=gross[key],
            credited=credited[key], credited_net=credited_net[key], settled=settled[key],
            settled_net=_settled_net(net[key], gross[key], credited[key], credited_net[key], settled[key], places),
        )
        for key in net
    )  # fmt: skip


def tax_of(invoice: Invoice, net: Decimal, places: int) -> Decimal:
    """The tax of a part of an invoice, in the proportion of the net amounts."""
    rest = money.minus(invoice.amount, net)
    return money.allocate(invoice.tax, (net, rest), places)[0] if rest else invoice.tax


def _by_milestone(invoice: Invoice, billed: Billed) -> Amounts:
    """What the lines of an invoice bill of each milestone, net, in the order of the ids."""
    if len(invoice.lines) == 1:
        (line,), (milestone,) = invoice.lines, billed(invoice)
        return {(line.milestone, -1 if milestone is None else milestone.index): line.amount}
    result: Amounts = {}
    for line, milestone in zip(invoice.lines, billed(invoice), strict=True):
        key = line.milestone, -1 if milestone is None else milestone.index
        result[key] = money.plus(result.get(key, ZERO), line.amount)
    return dict(sorted(result.items()))


def _gross(invoice: Invoice, net: Amounts, places: int) -> Amounts:
    """Each net part with its share of the tax; where the lines don't sum to the amount, its share of the whole."""
    weights = tuple(net.values())
    if money.total(weights) != invoice.amount:
        return dict(zip(net, money.allocate(gross_of(invoice), weights, places), strict=True))
    if not invoice.tax:
        return net
    tax = money.allocate(invoice.tax, weights, places)
    return {key: money.plus(part, share) for (key, part), share in zip(net.items(), tax, strict=True)}


def _settlement(  # noqa: PLR0913
    figures: InvoiceFigures, notes: Sequence[Invoice], billed: Billed, net: Amounts, gross: Amounts, places: int
) -> tuple[Amounts, Amounts, Amounts]:
    """What is credited, credited net, and settled in all, of each part."""
    if len(net) == 1:
        (key,) = net
        credited_net = money.total(note.amount for note in notes) if notes else ZERO
        return {key: figures.credited}, {key: credited_net}, {key: figures.settled}
    if not notes:
        none = dict.fromkeys(net, ZERO)
        return none, none, _spread(figures.settled, gross, none, places)
    nets = [_by_milestone(note, billed) for note in notes]
    named = _named((_gross(note, lines, places) for note, lines in zip(notes, nets, strict=True)), gross)
    return (
        _spread(figures.credited, gross, named, places),
        _spread(money.total(note.amount for note in notes), net, _named(nets, net), places),
        _spread(figures.settled, gross, named, places),
    )


def _named(notes: Iterable[Amounts], whole: Amounts) -> Amounts:
    """What credit notes take back of each part by naming its milestone, at most all of it."""
    result = dict.fromkeys(whole, ZERO)
    for note in notes:
        for key in note.keys() & whole.keys():
            result[key] = min(money.plus(result[key], note[key]), whole[key])
    return result


def _spread(amount: Decimal, whole: Amounts, taken: Amounts, places: int) -> Amounts:
    """`amount` shared out: what is `taken` by name, the rest in proportion to what that leaves of each part.

    What goes beyond the whole is shared in proportion to the whole parts.
    """
    rest = money.minus(amount, money.total(taken.values()))
    left = tuple(money.minus(whole[key], taken[key]) for key in whole)
    parts = tuple(whole.values())
    room = money.total(left)
    places = max(places, *map(money.decimals_used, left))
    if rest >= room:
        shares = money.allocate(money.minus(rest, room), parts, places)
        return {key: money.plus(part, share) for (key, part), share in zip(whole.items(), shares, strict=True)}
    shares = money.allocate(rest, left if room else parts, places)
    return {key: money.plus(taken[key], share) for key, share in zip(whole, shares, strict=True)}


def _settled_net(  # noqa: PLR0913
    net: Decimal, gross: Decimal, credited: Decimal, credited_net: Decimal, settled: Decimal, places: int
) -> Decimal:
    """The part of a net amount that is settled: what is credited, and of the rest what was paid of its gross."""
    if settled >= gross:
        return net
    if settled < credited:  # more went back to the client than came in
        credited = credited_net = ZERO
    taken = min(credited_net, net)
    weights = money.excess(settled, credited), money.minus(gross, max(settled, credited))
    return money.plus(taken, money.allocate(money.minus(net, taken), weights, places)[0])
