"""The kinds of the values of a file: by them the reader takes a plain scalar as text or as an amount."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Callable


class Shape(Struct):
    """The meant kind of a value, "text", "amount", "count", "flag" or "any", and the shapes of the values in it."""

    kind: str = "any"
    properties: dict[str, Shape] = field(default_factory=dict)
    others: Shape | None = None
    items: Shape | None = None
    required: frozenset[str] = frozenset()
    fits: Callable[[Any], bool] | None = None
    """Whether a value that is neither mapping nor list certainly fits; None where any does."""

    def child(self, key: str) -> Shape:
        """The shape of a mapping's value."""
        return self.properties.get(key) or self.others or ANY

    @property
    def item(self) -> Shape:
        """The shape of a list's items."""
        return self.items or ANY


ANY = Shape()
