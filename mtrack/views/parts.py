"""The parts that a record adds to sums of other pages, so that a list of records can show what such a sum is made of."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Parts = tuple[tuple[Decimal, str], ...]
"""A record's parts: an amount, and the names of all sums that it adds as much to, with a space between them."""


def together(parts: Iterable[tuple[str, Decimal]]) -> Parts:
    """The parts of these names and amounts; those of an amount of 0 are left out."""
    by_amount: dict[Decimal, list[str]] = {}
    for name, amount in parts:
        if amount:
            by_amount.setdefault(amount, []).append(name)
    return tuple((amount, " ".join(names)) for amount, names in by_amount.items())


def names_of(all_parts: Iterable[Parts], order: Sequence[str]) -> Sequence[str]:
    """The names of the parts that some records have: those with a place in their order, then those of months."""
    names = {name for together in {names for parts in all_parts for _, names in parts} for name in together.split()}
    return [*(name for name in order if name in names), *sorted(names.difference(order))]
