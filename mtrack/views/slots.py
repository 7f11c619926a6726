"""The two bars of a project: a slot per milestone, its work above its money, so that what lags stands above the lag.

One layout for every drawing: the page draws it in hundredths of a percent, the terminal and Markdown in characters.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.views.progress import WORK, Progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtrack.views.status import MilestoneStatus

MOST = 30
"""The number of slots there is room for; beyond it neighbours in the same state share one, then the last ones do."""


class Slot(Struct, frozen=True):
    """A milestone on both bars, or several that stand together. The states sum to agreed + overbilled."""

    ids: tuple[str, ...]
    name: str | None
    progress: Progress

    @property
    def work(self) -> tuple[tuple[str, Decimal], ...]:
        """The agreed amounts by the state of their work; the rest is ahead, and what is billed beyond it is no work."""
        return tuple((state, getattr(self.progress, state)) for state in WORK)

    @property
    def money(self) -> tuple[tuple[str, Decimal], ...]:
        """Its money by state, in the order of a bar; of what is outstanding, what is retained and disputed apart."""
        states = self.progress.states
        apart = ("retained", states.retained), ("disputed", states.disputed)
        quiet = money.excess(states.outstanding, money.total(amount for _, amount in apart))
        parts = dict(states.items()) | {"outstanding": quiet}
        before = tuple(parts).index("outstanding") + 1
        items = tuple(parts.items())
        return (*items[:before], *apart, *items[before:])


class Piece(Struct, frozen=True):
    """A stretch of one state, in units from the start of the bar."""

    state: str
    start: int
    width: int


class Drawn(Struct, frozen=True):
    """A slot with its place on the bar, in units, and the pieces of both bars within it."""

    slot: Slot
    start: int
    width: int
    work: tuple[Piece, ...]
    money: tuple[Piece, ...]


def slots(milestones: Iterable[MilestoneStatus], most: int = MOST) -> tuple[Slot, ...]:
    """The slots in the agreed order, at most so many; a cancelled milestone has one where something was billed on it."""
    found = [
        Slot((entry.figures.milestone.id,), entry.figures.milestone.name, entry.progress)
        for entry in milestones
        if not entry.figures.milestone.cancelled or any(amount for _, amount in entry.progress.states.items())
    ]
    if len(found) > most:
        found = [_merged(list(group)) for _, group in groupby(found, key=_tells)]
    if len(found) > most:
        found = [*found[: most - 1], _merged(found[most - 1 :])]
    return tuple(found)


def _tells(slot: Slot) -> tuple[object, ...]:
    """The look of a slot, whatever its amount: the states of its work and its money, and whether it is overbilled."""
    parts = (*slot.work, *slot.money)
    return (*(state for state, amount in parts if amount), slot.progress.overbilled > 0)


def _merged(group: Sequence[Slot]) -> Slot:
    if len(group) == 1:
        return group[0]
    return Slot(tuple(name for slot in group for name in slot.ids), None, Progress.sum(slot.progress for slot in group))


def lay_out(found: Sequence[Slot], units: int, *, least: int = 1, gap: int = 0) -> tuple[Drawn, ...]:
    """The slots on a bar of so many units, as wide as their amounts but never below `least`, with a `gap` between."""
    if not found:
        return ()
    room = max(units - gap * (len(found) - 1), len(found))
    least = min(least, room // len(found))
    weights = tuple(_whole(slot) for slot in found)
    return tuple(_drawn(found, [least + more for more in _shared(room - least * len(found), weights)], gap))


def _whole(slot: Slot) -> Decimal:
    return money.plus(slot.progress.agreed, slot.progress.overbilled)


def _drawn(found: Sequence[Slot], widths: Sequence[int], gap: int) -> Iterator[Drawn]:
    at = 0
    for slot, width in zip(found, widths, strict=True):
        begun = money.total(amount for _, amount in slot.work)
        rest = ("", money.minus(_whole(slot), begun))
        yield Drawn(slot, at, width, pieces((*slot.work, rest), at, width), pieces(slot.money, at, width))
        at += width + gap


def pieces(parts: Iterable[tuple[str, Decimal]], start: int, width: int) -> tuple[Piece, ...]:
    """Parts one after another that fill a width; one that is not 0 has a unit at least, while there are enough.

    What has no name is left empty.
    """
    shown = [(state, amount) for state, amount in parts if amount > 0]
    if len(shown) == 1:
        ((state, _),) = shown
        return (Piece(state, start, width),) if state and width else ()
    least = 1 if len(shown) <= width else 0
    result: list[Piece] = []
    for (state, _), more in zip(shown, _shared(width - least * len(shown), [part for _, part in shown]), strict=True):
        if state and least + more:
            result.append(Piece(state, start, least + more))
        start += least + more
    return tuple(result)


def _shared(units: int, weights: Sequence[Decimal]) -> list[int]:
    """Units in proportion to weights, by largest remainder."""
    return [int(part) for part in money.allocate(Decimal(units), tuple(weights), 0)] if weights else []
