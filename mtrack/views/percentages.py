"""Percentages, exact whatever the number of digits; those shown together add up to 100."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable

ZERO = money.ZERO


def percent(part: Decimal, whole: Decimal) -> int | None:
    """A part of a whole in whole percent, rounded half up, but only all of it is 100; None where there is no whole."""
    if whole <= 0:
        return None
    above, below = part.as_integer_ratio()
    whole_above, whole_below = whole.as_integer_ratio()
    size = (200 * above * whole_below // (below * whole_above) + 1) // 2
    return size if part >= whole else min(size, 99)


def percentages(parts: Iterable[Decimal], decimals: int = 0) -> tuple[Decimal, ...]:
    """The parts of a bar in percent, which sum to 100 (largest remainder); below 0 counts as 0, and all 0 of nothing."""
    weights = tuple(max(part, ZERO) for part in parts)
    if not any(weights):
        return (ZERO,) * len(weights)
    return money.allocate(Decimal(100), weights, decimals)
