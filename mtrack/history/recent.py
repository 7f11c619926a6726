"""The last events of each project, as a report shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.history.log import LogEntry
from mtrack.history.log import events as events_of
from mtrack.history.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.changes.event import Event
    from mtrack.history.log import Shown
    from mtrack.history.store import CommitEvents


class ProjectHistory(Struct, frozen=True):
    """A project's last events by commit, newest first, and how many earlier events are left out.

    `shallow` says that a shallow clone hides what came before.
    """

    entries: tuple[LogEntry, ...]
    left_out: int
    shallow: bool


def recent(
    root: str,
    most: int,
    revision: str = "HEAD",
    exclude: tuple[str, ...] | None = None,
    folders: Iterable[str] = (),
) -> dict[str, ProjectHistory]:
    """The last events of each project that the workspace shows, by its folder: `most` of each at most.

    Where a shallow clone hides some, each of `folders` is there, without events if it has none. A commit's events stand in the order of the record. Nothing before the first commit. Raises CannotRunError where
    there is no repository or it can't be read.
    """
    repository = Repository(root)
    try:
        head = repository.look_up(revision)
        if head is None:
            return {}
        changes, shown = events_of(repository, head, exclude)
        shallow = bool(repository.shallow)
    finally:
        repository.close()
    found: dict[str, list[LogEntry]] = {folder: [] for folder in folders if shallow} | _entries(changes, shown)
    return {folder: _bounded(entries, most, shallow=shallow) for folder, entries in sorted(found.items())}


def _entries(changes: Sequence[CommitEvents], shown: Shown) -> dict[str, list[LogEntry]]:
    """Every commit's events by the folder that the project has now, newest first."""
    result: dict[str, list[LogEntry]] = {}
    for change in reversed(changes):
        events: dict[str, tuple[Event, ...]] = {}
        for project in change.projects:
            if shown.takes(project.uid):
                folder = shown.last(project.uid)
                events[folder] = events.get(folder, ()) + project.events
        for folder, found in events.items():
            result.setdefault(folder, []).append(LogEntry(change.commit, found))
    return result


def _bounded(entries: list[LogEntry], most: int, *, shallow: bool) -> ProjectHistory:
    """The first `most` events; of a commit that has more, the first of its events."""
    kept: list[LogEntry] = []
    room = most
    for entry in entries:
        if room:
            kept.append(LogEntry(entry.commit, entry.events[:room]))
            room -= len(kept[-1].events)
    return ProjectHistory(tuple(kept), max(sum(len(entry.events) for entry in entries) - most, 0), shallow)
