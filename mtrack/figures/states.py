"""The seven states of the agreed money, net of tax: the same in every bar, table and legend."""

from __future__ import annotations

from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.figures.allocation import Allocation
    from mtrack.figures.invoices import InvoiceFigures

ZERO = money.ZERO
STATES = ("paid", "written_off", "outstanding", "overdue", "to_bill", "on_hold", "ahead")
"""The states in the order of a bar."""
URGENCY = ("overdue", "to_bill", "outstanding", "on_hold", "ahead", "written_off", "paid")
"""The states, the most urgent first: of equal shares the first names a milestone."""
BILLED = ("paid", "written_off", "overdue", "outstanding")
"""The states of billed money; the last one that an invoice has takes the odd cents."""


class States(Struct, frozen=True, array_like=True, gc=False):
    """Net amounts by state, in one currency; they sum to agreed + overbilled.

    `disputed` is a part of outstanding, whatever its date: a disputed invoice is not overdue. `retained` is another
    part of it: what the client keeps back by agreement until a day that has not come.
    """

    paid: Decimal = ZERO
    written_off: Decimal = ZERO
    outstanding: Decimal = ZERO
    overdue: Decimal = ZERO
    to_bill: Decimal = ZERO
    on_hold: Decimal = ZERO
    ahead: Decimal = ZERO
    disputed: Decimal = ZERO
    retained: Decimal = ZERO

    def items(self) -> tuple[tuple[str, Decimal], ...]:
        """Each state with its amount, in the order of a bar."""
        return tuple(zip(STATES, _STATES(self), strict=True))

    @property
    def billed(self) -> Decimal:
        """The amount that is billed."""
        return money.total((self.paid, self.written_off, self.outstanding, self.overdue))

    @property
    def largest(self) -> str | None:
        """The state with the largest amount, the most urgent of equals; None where there is no money."""
        best = max(URGENCY, key=lambda state: Decimal(getattr(self, state)))
        return best if getattr(self, best) else None

    @classmethod
    def sum(cls, items: Iterable[States]) -> States:
        """The sum of several, state by state."""
        return cls(*money.columns(map(_FIELDS, items), len(cls.__struct_fields__)))


_STATES = attrgetter(*STATES)
_FIELDS = attrgetter(*States.__struct_fields__)


def states_of(parts: Sequence[Allocation], unbilled: Decimal, waits_as: str, decimals: int) -> States:
    """The states of a milestone: of its parts of invoices, and of what is unbilled, which is in the state `waits_as`."""
    amounts = dict.fromkeys(STATES, ZERO)
    surplus = _uncovered(parts)
    disputed = retained = ZERO
    for part in parts:
        if part.invoice.invoice.is_credit_note:
            continue
        net = money.minus(part.net, part.credited_net)
        if net < 0:
            surplus = money.minus(surplus, net)
            continue
        for state, amount in _net_parts(part, net, decimals):
            amounts[state] = money.plus(amounts[state], amount)
            if state == "outstanding" and part.invoice.invoice.disputed is not None:
                disputed = money.plus(disputed, amount)
            elif state == "outstanding" and part.invoice.kept_back:
                retained = money.plus(retained, _kept_back(part.invoice, amount, decimals))
    for state in reversed(BILLED):  # credit beyond the invoice takes first from what is still to come
        taken = min(surplus, amounts[state])
        amounts[state] = money.minus(amounts[state], taken)
        surplus = money.minus(surplus, taken)
    amounts[waits_as] = money.plus(amounts[waits_as], unbilled)
    disputed = min(disputed, amounts["outstanding"])
    retained = min(retained, money.minus(amounts["outstanding"], disputed))
    return States(**amounts, disputed=disputed, retained=retained)


def _kept_back(invoice: InvoiceFigures, net: Decimal, decimals: int) -> Decimal:
    """The retained amount of a net part that is outstanding: in the ratio that the whole invoice has."""
    return min(
        money.proportion(invoice.kept_back, net, money.minus(invoice.outstanding, invoice.overdue), decimals), net
    )


def _uncovered(parts: Sequence[Allocation]) -> Decimal:
    """The amount that credit notes take from a milestone and no invoice of theirs bills."""
    credited = money.total(part.credited_net for part in parts)
    notes = money.total(part.net.copy_abs() for part in parts if part.invoice.invoice.is_credit_note)
    return money.minus(notes, credited)


def _net_parts(part: Allocation, net: Decimal, decimals: int) -> list[tuple[str, Decimal]]:
    """The gross parts of an allocation counted net: in the ratio of net to gross of what credit notes leave."""
    gross = {
        "paid": part.paid,
        "written_off": part.written_off,
        "overdue": part.overdue,
        "outstanding": money.minus(part.outstanding, part.overdue),
    }
    present = [state for state in BILLED if gross[state]]
    if len(present) <= 1:  # nothing to pay counts as settled
        return [(present[0] if present else "paid", net)]
    whole, left = money.total(gross.values()), net
    result: list[tuple[str, Decimal]] = []
    for state in present[:-1]:
        amount = min(money.proportion(gross[state], net, whole, decimals), left)
        result.append((state, amount))
        left = money.minus(left, amount)
    return [*result, (present[-1], left)]
