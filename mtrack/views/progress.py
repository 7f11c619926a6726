"""Progress of delivery and of billing on one scale, the agreed amount."""

from __future__ import annotations

from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.states import States
from mtrack.views.percentages import percentages

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.figures.ledger import MilestoneFigures

ZERO = money.ZERO
WORK = ("approved", "completed", "deposit")
"""The states of the work that is not ahead, in the order of a bar."""


class Progress(Struct, frozen=True, array_like=True, gc=False):
    """Net amounts in one currency, of a milestone, a project or more; the states sum to agreed + overbilled.

    Of what is agreed `approved` is accepted, `completed` handed over and not accepted yet, `deposit` billed before any
    work; the rest is ahead.
    """

    agreed: Decimal = ZERO
    approved: Decimal = ZERO
    completed: Decimal = ZERO
    deposit: Decimal = ZERO
    overbilled: Decimal = ZERO
    states: States = States()

    @property
    def parts(self) -> dict[str, Decimal]:
        """The parts of its bar: the seven states in their order."""
        return dict(self.states.items())

    @property
    def percentages(self) -> dict[str, int | None]:
        """The parts of its bar in percent of the bar; None of a bar without parts."""
        parts = self.parts
        shares = map(int, percentages(parts.values())) if any(parts.values()) else (None,) * len(parts)
        return dict(zip(parts, shares, strict=True))

    @property
    def percent_disputed(self) -> int | None:
        """The disputed part of the percentage of `outstanding`."""
        return self._of_outstanding()[0]

    @property
    def percent_retained(self) -> int | None:
        """The retained part of the percentage of `outstanding`."""
        return self._of_outstanding()[1]

    def _of_outstanding(self) -> tuple[int | None, int | None]:
        whole, states = self.percentages["outstanding"], self.states
        if whole is None:
            return None, None
        parts = states.disputed, states.retained
        rest = money.excess(states.outstanding, money.total(parts))
        disputed, retained, _ = money.allocate(Decimal(whole), (*parts, rest), 0)
        return int(disputed), int(retained)

    @classmethod
    def sum(cls, items: Iterable[Progress]) -> Progress:
        """The sum of several, part by part."""
        items = tuple(items)
        agreed, approved, completed, deposit, overbilled = money.columns(map(_AMOUNTS, items), len(_NAMES))
        return cls(agreed, approved, completed, deposit, overbilled, States.sum(item.states for item in items))


_NAMES = ("agreed", *WORK, "overbilled")
_AMOUNTS = attrgetter(*_NAMES)


def of_milestone(figures: MilestoneFigures) -> Progress:
    """A milestone's progress; of a cancelled one nothing is agreed."""
    work = dict.fromkeys(WORK, ZERO)
    if (state := work_state(figures)) is not None:
        work[state] = figures.agreed
    return Progress(agreed=figures.agreed, **work, overbilled=figures.overbilled, states=figures.states)


def work_state(figures: MilestoneFigures) -> str | None:
    """The state of a milestone's work: approved, completed or a deposit; None while it is ahead."""
    milestone = figures.milestone
    if milestone.approved is not None:
        return "approved"
    if milestone.completed is not None:
        return "completed"
    return "deposit" if milestone.upfront else None
