"""The seven states of the agreed money, net of tax: the same in every bar, table and legend."""

from __future__ import annotations

from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from mtrack.figures.allocation import Allocation
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.record.model import Invoice

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


def states_of(shares: Sequence[States], unbilled: Decimal, waits_as: str) -> States:
    """The states of a milestone: of its shares of invoices, and of what is unbilled, which is in the state `waits_as`."""
    parts = (*shares, States(**{waits_as: unbilled})) if unbilled else shares
    return parts[0] if len(parts) == 1 else States.sum(parts)


_KINDS = ("rest", "retained", "disputed", "overdue", "written_off", "paid")
"""What an invoice's net money is, in the order in which credit beyond the invoice takes of it: first what is to come."""


def billed_states(parts: Sequence[Allocation], decimals: int) -> tuple[States, ...]:
    """The states of each of a milestone's parts of invoices, in their order; a credit note itself has none."""
    shares = [dict.fromkeys(_KINDS, ZERO) for _ in parts]
    surplus = _uncovered(parts)
    for part, share in zip(parts, shares, strict=True):
        if part.invoice.invoice.is_credit_note:
            continue
        net = money.minus(part.net, part.credited_net)
        if net < 0:
            surplus = money.minus(surplus, net)
            continue
        for state, amount in _net_parts(part, net, decimals):
            if state != "outstanding":
                share[state] = amount
            elif part.invoice.invoice.disputed is not None:
                share["disputed"] = amount
            else:
                kept_back = _kept_back(part.invoice, amount, decimals) if part.invoice.kept_back else ZERO
                share |= {"retained": kept_back, "rest": money.minus(amount, kept_back)}
    if surplus:
        _take(surplus, parts, shares)
    return tuple(_states(share) for share in shares)


def _take(surplus: Decimal, parts: Sequence[Allocation], shares: Sequence[dict[str, Decimal]]) -> None:
    """Take credit beyond the invoices from the shares, of each kind from the last invoice first."""
    order = sorted(range(len(parts)), key=lambda i: _sent(parts[i].invoice.invoice), reverse=True)
    for kind in _KINDS:
        for share in (shares[i] for i in order):
            taken = min(surplus, share[kind])
            share[kind] = money.minus(share[kind], taken)
            surplus = money.minus(surplus, taken)


def _sent(invoice: Invoice) -> tuple[date, str]:
    return invoice.sent, invoice.number


def _states(share: dict[str, Decimal]) -> States:
    outstanding = share["rest"]
    for kind in ("retained", "disputed"):
        outstanding = money.plus(outstanding, share[kind]) if share[kind] else outstanding
    return States(
        paid=share["paid"], written_off=share["written_off"], outstanding=outstanding, overdue=share["overdue"],
        disputed=share["disputed"], retained=share["retained"],
    )  # fmt: skip


def _kept_back(invoice: InvoiceFigures, net: Decimal, decimals: int) -> Decimal:
    """The retained amount of a net part that is outstanding: in the ratio that the whole invoice has."""
    return min(
        money.proportion(invoice.kept_back, net, money.minus(invoice.outstanding, invoice.overdue), decimals), net
    )


def _uncovered(parts: Sequence[Allocation]) -> Decimal:
    """The amount that credit notes take from a milestone and no invoice of theirs bills."""
    credited = [part.credited_net for part in parts if part.credited_net]
    notes = [part.net.copy_abs() for part in parts if part.invoice.invoice.is_credit_note]
    return money.minus(money.total(notes), money.total(credited)) if notes or credited else ZERO


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
