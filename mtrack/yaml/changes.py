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
    """Plain data with the changes made, as mtrack's reader would deliver it."""
    data = _copy(data)
    for change in sorted(changes, key=_place):
        *above, last = change.route
        if isinstance(change, Remove):
            del _step_to(data, above)[last]
            continue
        holder = _step_to(data, above, make=True)
        if isinstance(change, Put):
            holder[last] = _plain(change.value)
        else:
            items = (holder.get(last) if isinstance(holder, dict) else holder[last]) or []
            at = len(items) if change.before is None else change.before
            holder[last] = [*items[:at], _plain(change.value), *items[at:]]
    return data


def _place(change: Change) -> tuple[int, int]:
    """The order in which changes are made: what is put between items comes last, the one nearest to the end first."""
    return (1, -change.before) if isinstance(change, Append) and change.before is not None else (0, 0)


def _copy(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _copy(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_copy(value) for value in data]
    return data


def _step_to(data: Any, route: Iterable[str | int], *, make: bool = False) -> Any:
    for step in route:
        if make and isinstance(data, dict) and data.get(str(step)) is None:
            data[str(step)] = {}
        data = data[step]
    return data


def _plain(value: Any) -> Any:
    """A value as the reader delivers it: days become text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value
