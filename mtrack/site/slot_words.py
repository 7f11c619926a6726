"""The words for a slot of the milestones' bars, and the note under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.site.cells import STATE_WORDS

if TYPE_CHECKING:
    from decimal import Decimal

    from mtrack.render.wording import Wording
    from mtrack.site.cells import Unit
    from mtrack.views.slots import Slot

_WORK = {"approved": "approved", "completed": "delivered, not approved", "deposit": "a deposit"}


def words_of(slot: Slot, unit: Unit, wording: Wording) -> str:
    """The words for a slot: "M3 Design system: USD 11,000 agreed, approved; 5,500 paid, 5,500 overdue"."""
    names = " ".join(name for name in (_ids(slot), slot.name) if name)
    work = [_WORK[state] for state, amount in slot.work if amount] or ["ahead"]
    states = [f"{wording.brief(amount, unit.shown)} {STATE_WORDS[state]}" for state, amount in slot.money if amount]
    parts = [f"{_cash(slot.progress.agreed, unit, wording)} agreed, {', '.join(work)}", ", ".join(states)]
    if slot.progress.overbilled:
        parts.append(f"{_cash(slot.progress.overbilled, unit, wording)} overbilled")
    return f"{names}: {'; '.join(filter(None, parts))}"


def note_of(slot: Slot, unit: Unit, wording: Wording) -> tuple[str, str] | None:
    """The note under a slot that must not be missed: that it is overbilled, or the amount that can be billed."""
    progress = slot.progress
    if progress.overbilled:
        return "alarm", f"{_cash(progress.overbilled, unit, wording)} overbilled"
    if progress.states.to_bill:
        return "to_bill", f"bill {_cash(progress.states.to_bill, unit, wording)}"
    return None


def _ids(slot: Slot) -> str:
    return slot.ids[0] if len(slot.ids) == 1 else f"{slot.ids[0]} to {slot.ids[-1]}"


def _cash(amount: Decimal, unit: Unit, wording: Wording) -> str:
    return wording.money(amount, unit.currency, 0 if amount == amount.to_integral_value() else unit.shown)
