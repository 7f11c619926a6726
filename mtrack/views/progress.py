"""Progress of delivery and of billing on one scale, the agreed amount."""

from __future__ import annotations

from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.views.percentages import percentages

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mtrack.figures.ledger import MilestoneFigures

ZERO = money.ZERO
PARTS = ("received", "outstanding", "overdue", "billable", "ahead")
"""The five parts of a bar, in their order; they sum to agreed + overbilled."""


class Progress(Struct, frozen=True, array_like=True, gc=False):
    """Net amounts in one currency, of a milestone, a project or more.

    agreed = received + outstanding + overdue + billable + ahead - overbilled. What is billed counts as received in
    proportion to what is settled of its gross. As in SPEC 3 a disputed invoice is outstanding, never
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

    @property
    def parts(self) -> dict[str, Decimal]:
        """The parts of its bar, none below 0."""
        return {name: max(getattr(self, name), ZERO) for name in PARTS}

    @property
    def percentages(self) -> dict[str, int | None]:
        """The parts of its bar in percent of the bar; None of a bar without parts."""
        parts = self.parts
        shares = map(int, percentages(parts.values())) if any(parts.values()) else (None,) * len(parts)
        return dict(zip(parts, shares, strict=True))

    @property
    def percent_disputed(self) -> int | None:
        """How much of the percentage of `outstanding` is disputed."""
        whole = self.percentages["outstanding"]
        if whole is None:
            return None
        return int(money.allocate(Decimal(whole), (self.disputed, money.excess(self.outstanding, self.disputed)), 0)[0])

    @classmethod
    def sum(cls, items: Iterable[Progress]) -> Progress:
        """The sum of several, part by part."""
        return cls(*money.columns(map(_ALL_PARTS, items), len(cls.__struct_fields__)))


_ALL_PARTS = attrgetter(*Progress.__struct_fields__)


def of_milestone(figures: MilestoneFigures, as_of: date) -> Progress:
    """A milestone's progress; a cancelled one counts in no sum."""
    milestone = figures.milestone
    if milestone.cancelled:
        return Progress()
    left = [(part, part.outstanding_net) for part in figures.parts]
    overdue = money.total(net for part, net in left if part.invoice.overdue(as_of))
    outstanding = money.minus(money.total(net for _, net in left), overdue)
    approved = milestone.approved is not None
    billable = approved and not milestone.on_hold(as_of)
    return Progress(
        agreed=figures.agreed,
        approved=figures.agreed if approved else ZERO,
        received=money.total(part.settled_net for part in figures.parts),
        outstanding=outstanding,
        overdue=overdue,
        billable=figures.unbilled if billable else ZERO,
        ahead=ZERO if billable else figures.unbilled,
        overbilled=figures.overbilled,
        disputed=money.total(net for part, net in left if part.invoice.invoice.disputed is not None),
    )
