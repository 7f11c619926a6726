"""The events of a workspace's settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack.changes.event import Event
from mtrack.changes.facts import plain
from mtrack.changes.words import word_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_RECORD = ("settings",)


def settings_events(before: Any, after: Any, *, usable: bool) -> Iterator[Event]:
    """One event per setting that changed, of what stands in the file; None is none, or one that can't be used."""
    usable = usable and (after is None or isinstance(after, dict))
    before = before if isinstance(before, dict) else None
    if not usable:
        yield _event(None, None, None, "the settings can't be used")
        return
    if before is None or after is None:
        word = "recorded" if before is None else "removed"
        yield _event(None, before, after, f"settings {word}")
        return
    old, new = _fields(before), _fields(after)
    for field in dict.fromkeys((*old, *new)):
        was, now = old.get(field), new.get(field)
        if was != now:
            yield _event(field, was, now, _message(field, was, now))


def _event(field: str | None, old: Any, new: Any, message: str) -> Event:
    return Event(
        event="settings-changed",
        project=None,
        record=_RECORD,
        field=field,
        old=plain(old),
        new=plain(new),
        message=message,
    )


def _fields(data: dict[str, Any]) -> dict[str, Any]:
    """The settings by key path; lists are one value."""
    result: dict[str, Any] = {}
    for key, value in data.items():
        if isinstance(value, dict):
            result |= {f"{key}.{name}": item for name, item in value.items() if item is not None}
        elif value is not None and not key.startswith("x-"):
            result[key] = value
    return result


def _message(field: str, was: Any, now: Any) -> str:
    if isinstance(was, list) or isinstance(now, list):
        return f"settings: {field} changed"
    old, new = (word_of(value) if isinstance(value, bool) else plain(value) for value in (was, now))
    if was is None:
        return f"settings: {field} set to {new}"
    if now is None:
        return f"settings: {field} {old} removed"
    return f"settings: {field} changed from {old} to {new}"
