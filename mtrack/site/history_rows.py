"""The git history as the pages list it: a project's last events, and what changed since a day or a revision."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.history.log import Log, LogEntry  # noqa: TC001
from mtrack.render.events import SHORT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mtrack.history.recent import ProjectHistory
    from mtrack.site.links import PageLinks

MOST_EVENTS = 40
"""The number of events on a project's page, and of each project on the overview."""


class Since(Struct, frozen=True):
    """The changes since a day or a revision, as it was asked for."""

    asked: str
    log: Log


class EventRow(Struct, frozen=True):
    """A commit's events in one project."""

    day: date
    commit: str
    author: str
    messages: tuple[str, ...]


class HistoryRows(Struct, frozen=True):
    """A project's last events, how many earlier ones are left out, and whether a shallow clone hides some."""

    rows: tuple[EventRow, ...]
    left_out: int
    shallow: bool


class ChangedProject(Struct, frozen=True):
    """The changes of a project: its name and page (None where it has none), the newest first, and how many more."""

    name: str
    href: str | None
    messages: tuple[str, ...]
    more: int


def history_rows(history: ProjectHistory | None) -> HistoryRows | None:
    """The events of a project; None where git knows none, and a shallow clone hides none."""
    if history is None or not (history.entries or history.shallow):
        return None
    return HistoryRows(tuple(map(_row, history.entries)), history.left_out, history.shallow)


def _row(entry: LogEntry) -> EventRow:
    commit = entry.commit
    return EventRow(commit.day, commit.id[:SHORT], commit.author, tuple(event.message for event in entry.events))


def changed(
    entries: Iterable[LogEntry], names: Mapping[str, str], links: PageLinks, takes: Callable[[str | None], bool]
) -> list[ChangedProject]:
    """The changes by project, the last one changed first; `names` are those of the projects that have a page.

    `takes` says which projects are shown; None are the settings.
    """
    found: dict[str | None, list[str]] = {}
    for entry in entries:
        for event in entry.events:
            if takes(event.project):
                found.setdefault(event.project, []).append(event.message)
    return [
        ChangedProject(
            "settings" if folder is None else names.get(folder, folder),
            links.project(folder) if folder is not None and folder in names else None,
            tuple(messages[:MOST_EVENTS]),
            max(len(messages) - MOST_EVENTS, 0),
        )
        for folder, messages in found.items()
    ]
