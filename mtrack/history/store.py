"""The events of a history as an earlier run read them, in the user's cache folder: the next one reads what came since.

It only saves time. A commit's name says all that the commit and those before it hold, so what is kept can't be out of
date; it is kept by the workspace's folder in the repository, by where a shallow clone is cut, and by the state of mtrack.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from mtrack import ways
from mtrack.changes.event import Commit, Event  # noqa: TC001  (msgspec reads the annotations)
from mtrack.history.graph import Graph
from mtrack.history.reader import Reader, State
from mtrack.memo import cache

if TYPE_CHECKING:
    from mtrack.history.reader import CommitChange
    from mtrack.history.repository import Repository

_MOST = 256 << 20
"""Bytes of a history that are still kept."""


class ProjectEvents(Struct, frozen=True, array_like=True):
    """The events of a project in a commit."""

    uid: int
    events: tuple[Event, ...]


class CommitEvents(Struct, frozen=True, array_like=True):
    """The events of a commit: those of the settings, and those of projects."""

    commit: Commit
    events: tuple[Event, ...]
    projects: tuple[ProjectEvents, ...]


class History(Struct, frozen=True, array_like=True):
    """The events of all commits up to one, parents first, and the reader's state there."""

    head: str
    commits: tuple[CommitEvents, ...]
    state: State


class _Kept(Struct, frozen=True, array_like=True):
    key: str
    history: History


def read(repository: Repository, head: str) -> History:
    """The events of every commit up to `head`; what is known of them is not read again. Raises CannotRunError."""
    place = _Place(repository)
    known = place.get()
    if known is not None and known.head == head:
        return known
    reader, commits = Reader(repository), None
    if known is not None:
        commits = repository.commits_after(known.head, head)
    if commits is None:
        known, commits = None, repository.commits(head)
    graph = Graph(commits)
    graph.keep(len(commits) - 1)
    if known is not None:
        reader.resume(graph, known.state)
    new = tuple(_events(change) for change in reader.read(graph))
    history = History(head, (known.commits if known is not None else ()) + new, reader.state(graph))
    place.put(history)
    return history


def _events(change: CommitChange) -> CommitEvents:
    projects = tuple(ProjectEvents(project.uid, project.events) for project in change.projects)
    return CommitEvents(change.commit, change.events, projects)


class _Place:
    """The place where the history of a workspace is kept; none, if that way is not on."""

    def __init__(self, repository: Repository) -> None:
        top = cache.folder() if ways.is_on("memo") and os.name != "nt" else None
        self._folder = os.path.join(top, "history") if top is not None else None
        place = repository.place
        parts = (place.top, place.inner, str(place.bare), *sorted(repository.shallow), "", *cache.code())
        self._key = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
        name = hashlib.sha256(f"{place.top}\0{place.inner}".encode("utf-8", "surrogatepass")).hexdigest()
        self._path = os.path.join(self._folder or "", f"{name[:32]}.events")

    def get(self) -> History | None:
        """The kept history; None where none is usable."""
        if self._folder is None:
            return None
        with suppress(OSError, ValueError, msgspec.MsgspecError):
            kept = msgspec.msgpack.decode(cache.read(self._path) or b"", type=_Kept)
            if kept.key == self._key:
                os.utime(self._path)  # it was used
                return kept.history
        return None

    def put(self, history: History) -> None:
        """Keep a history, instead of what was kept of it."""
        from mtrack.directory import own_folder  # noqa: PLC0415  (only where something is kept)

        if self._folder is None or not own_folder(self._folder):
            return
        with suppress(OSError, ValueError):  # names of files can be no text
            content = msgspec.msgpack.encode(_Kept(self._key, history))
            if len(content) <= _MOST:
                cache.write(self._path, content)
                cache.bound(os.path.dirname(self._folder))
