"""Records made of the items of a list; those of another version are taken over where an item is one and the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def records(
    make: Callable[[dict[str, Any], int], T],
    items: list[dict[str, Any]] | None,
    before: list[dict[str, Any]] | None = None,
    known: tuple[T, ...] = (),
) -> tuple[T, ...]:
    """A record of each item; `known` are those of the items `before`, and hold where an item stands there still."""
    if not known or not before:
        return tuple([make(item, i) for i, item in enumerate(items or ())])
    return tuple(
        [known[i] if i < len(before) and item is before[i] else make(item, i) for i, item in enumerate(items or ())]
    )
