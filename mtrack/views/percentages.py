"""Percentages, exact whatever the number of digits; those shown together add up to 100."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable

ZERO = money.ZERO
_HUNDRED = Decimal(100)


def percent(part: Decimal, whole: Decimal) -> int | None:
    """A part of a whole in whole percent, rounded half up, but only all of it is 100; None where there is no whole."""
    if whole <= 0:
        return None
    above, below = part.as_integer_ratio()
    whole_above, whole_below = whole.as_integer_ratio()
    size = (200 * above * whole_below // (below * whole_above) + 1) // 2
    return size if part >= whole else min(size, 99)


def percentages(parts: Iterable[Decimal], decimals: int = 0) -> tuple[Decimal, ...]:
    """The parts of a bar in percent, which sum to 100: by largest remainder, but only all of it is 100.

    A part below 0 counts as 0; of a bar without parts each is 0.
    """
    weights = tuple(max(part, ZERO) for part in parts)
    if not any(weights):
        return (ZERO,) * len(weights)
    shares = money.allocate(_HUNDRED, weights, decimals)
    if _HUNDRED in shares and sum(map(bool, weights)) > 1:
        unit = Decimal((0, (1,), -decimals))
        first, second = sorted(range(len(weights)), key=lambda i: -weights[i])[:2]
        changed = {first: money.minus(_HUNDRED, unit), second: unit}
        return tuple(changed.get(i, share) for i, share in enumerate(shares))
    return shares
