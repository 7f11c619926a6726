"""Progress of delivery and of billing on one scale, the agreed amount."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mtrack.figures.ledger import InvoiceFigures, MilestoneFigures

ZERO = money.ZERO


class Progress(Struct, frozen=True, array_like=True, gc=False):
    """Net amounts in one currency, of a milestone, a project or more.

    agreed = received + outstanding + overdue + billable + ahead - overbilled. The billed part of a gross invoice
    counts as received in proportion to what is settled of it. As in SPEC 3 a disputed invoice is outstanding, never
    overdue; `disputed` says how much of outstanding that is. Approved work on hold is ahead: it is not to be billed yet.
    """

    agreed: Decimal = ZERO
    approved: Decimal = ZERO
    received: Decimal = ZERO
    outstanding: Decimal = ZERO
    overdue: Decimal = ZERO
    billable: Decimal = ZERO
    ahead: Decimal = ZERO
    overbilled: Decimal = ZERO
    disputed: Decimal = ZERO

    @property
    def billed(self) -> Decimal:
        """All that is billed, net."""
        return money.total((self.received, self.outstanding, self.overdue))

    @classmethod
    def sum(cls, items: Iterable[Progress]) -> Progress:
        """The sum of several, part by part."""
        return cls(*money.columns(map(_ALL_PARTS, items), len(cls.__struct_fields__)))


_ALL_PARTS = attrgetter(*Progress.__struct_fields__)


def of_milestone(figures: MilestoneFigures, places: int, as_of: date) -> Progress:
    """A milestone's progress; a cancelled one counts in no sum."""
    milestone = figures.milestone
    if milestone.cancelled:
        return Progress()
    received = outstanding = overdue = disputed = ZERO
    for item in figures.invoices:
        net = _net_share(item, milestone.id)
        if item.invoice.is_credit_note:
            received = money.minus(received, net)
            continue
        settled = _settled_part(item, net, places)
        received = money.plus(received, settled)
        rest = money.minus(net, settled)
        if item.overdue(as_of):
            overdue = money.plus(overdue, rest)
        else:
            outstanding = money.plus(outstanding, rest)
        if item.invoice.disputed is not None:
            disputed = money.plus(disputed, rest)
    approved = milestone.approved is not None
    billable = approved and not milestone.on_hold(as_of)
    return Progress(
        agreed=figures.agreed,
        approved=figures.agreed if approved else ZERO,
        received=received,
        outstanding=outstanding,
        overdue=overdue,
        billable=figures.unbilled if billable else ZERO,
        ahead=ZERO if billable else figures.unbilled,
        overbilled=figures.overbilled,
        disputed=disputed,
    )


def _net_share(item: InvoiceFigures, milestone: str) -> Decimal:
    return money.total(line.amount for line in item.invoice.lines if line.milestone == milestone)


def _settled_part(item: InvoiceFigures, net: Decimal, places: int) -> Decimal:
    """The part of a net share that is settled, in proportion to the invoice's gross."""
    if item.gross <= 0 or item.settled >= item.gross:
        return net
    if item.settled <= 0:
        return ZERO
    return money.proportion(net, item.settled, item.gross, max(places, money.decimals_used(net)))
