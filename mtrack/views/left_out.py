"""What a view leaves out: records that are dated after the day it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.figures.ledger import Ledger

NAMED = 3
"""How many of them a view names."""


class LeftOut(Struct, frozen=True, array_like=True, gc=False):
    """How many records are left out, and the names of the first, each with its project's folder."""

    count: int = 0
    first: tuple[str, ...] = ()

    @classmethod
    def sum(cls, items: Iterable[LeftOut]) -> LeftOut:
        """What several projects leave out."""
        items = tuple(items)
        names = [name for item in items for name in item.first]
        return cls(sum(item.count for item in items), tuple(names[:NAMED]))


def left_out(ledger: Ledger) -> LeftOut:
    """What is left out of one project."""
    names = tuple(f"{ledger.project.folder}: {name}" for name in ledger.left_out[:NAMED])
    return LeftOut(len(ledger.left_out), names)
