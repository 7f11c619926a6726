"""The changes that can be made to a text, and what they make of its data."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.finding import Route


class Put(Struct, frozen=True):
    """Set the value at a route; keys that are missing on the way are made."""

    route: Route
    value: Any


class Append(Struct, frozen=True):
    """Add an item to the list at a route: at its end, or before the item `before`; a missing list is made.

    The routes of all changes made together count a list's items as they are before.
    """

    route: Route
    value: Any
    before: int | None = None


class Remove(Struct, frozen=True):
    """Take a mapping's key away, with its value."""

    route: Route


Change = Put | Append | Remove


def apply(data: Any, changes: Iterable[Change]) -> Any:
    """Plain data with the changes made, as mtrack's reader would deliver it.

    Only what changes is new: every mapping and list that no change leads into is the one in `data`.
    """
    owned = Owned()
    data = owned.copy(data)
    for change in sorted(changes, key=_place):
        *above, last = change.route
        if isinstance(change, Remove):
            del owned.step_to(data, above)[last]
            continue
        holder = owned.step_to(data, above, make=True)
        if isinstance(change, Put):
            holder[last] = _plain(change.value)
        else:
            items = holder.get(last) if isinstance(holder, dict) else holder[last]
            items = holder[last] = owned.copy(items) if isinstance(items, list) else []
            items.insert(len(items) if change.before is None else change.before, _plain(change.value))
    return data


def take_over(data: Any, wanted: Any, before: Any) -> None:
    """Put the items that lists at the top of `before` share with `wanted` into data that equals `wanted`.

    What is there twice, before and after, is held once then, and known to be the same.
    """
    for key, items in data.items() if isinstance(data, dict) else ():
        if isinstance(items, list) and isinstance(before.get(key), list):
            shared = set(map(id, before[key]))
            data[key] = [own if id(own) in shared else item for own, item in zip(wanted[key], items, strict=True)]


def _place(change: Change) -> tuple[int, int]:
    """The order in which changes are made: what is put between items comes last, the one nearest to the end first."""
    return (1, -change.before) if isinstance(change, Append) and change.before is not None else (0, 0)


class Owned:
    """Mappings and lists that were made here and may be changed; all of them are held by the data they are in."""

    def __init__(self) -> None:
        self._made: set[int] = set()

    def copy(self, value: Any) -> Any:
        """A value that may be changed: what was made here itself, else a copy."""
        if not isinstance(value, dict | list) or id(value) in self._made:
            return value
        result = value.copy()
        self._made.add(id(result))
        return result

    def step_to(self, data: Any, route: Iterable[str | int], *, make: bool = False) -> Any:
        """What a route leads to from data that may be changed; `make` makes the mappings that are missing on the way."""
        for step in route:
            if make and isinstance(data, dict) and data.get(str(step)) is None:
                data[str(step)] = {}
            below = data[step] = self.copy(data[step])
            data = below
        return data


def _plain(value: Any) -> Any:
    """A value as the reader delivers it: days become text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
