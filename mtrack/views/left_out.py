"""The records that a view leaves out: those dated after the day it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.figures.ledger import Ledger

NAMED = 3
"""The number of them that a view names."""


class LeftOut(Struct, frozen=True, array_like=True, gc=False):
    """The number of records that are left out, and the names of the first, each with its project's folder."""

    count: int = 0
    first: tuple[str, ...] = ()

    @classmethod
    def sum(cls, items: Iterable[LeftOut]) -> LeftOut:
        """The records that several projects leave out."""
        items = tuple(items)
        names = [name for item in items for name in item.first]
        return cls(sum(item.count for item in items), tuple(names[:NAMED]))


def left_out(ledger: Ledger) -> LeftOut:
    """The records that are left out of one project."""
    names = tuple(f"{ledger.project.folder}: {name}" for name in ledger.left_out[:NAMED])
    return LeftOut(len(ledger.left_out), names)
