"""The billing history of a workspace: the events of each commit, newest first, as much of them as is asked for."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.changes.event import Commit, Event  # noqa: TC001  (msgspec reads the annotations)
from mtrack.characters import seen_words
from mtrack.errors import UsageError
from mtrack.history import store
from mtrack.history.repository import Repository
from mtrack.patterns import matcher
from mtrack.record import settings as settings_module
from mtrack.record.model import number_key
from mtrack.record.schema import is_date

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mtrack.history.reader import CommitChange
    from mtrack.history.store import CommitEvents


class Wanted(Struct, frozen=True):
    """The part of the history that is asked for; `since` and `until` are days or revisions."""

    project: str | None = None
    milestone: str | None = None
    invoice: str | None = None
    since: str | None = None
    until: str | None = None
    author: str | None = None


class LogEntry(Struct, frozen=True):
    """A commit and its events."""

    commit: Commit
    events: tuple[Event, ...]


class Log(Struct, frozen=True):
    """A history: the commit it is that of, whether a shallow clone hides the beginning, and the entries, newest first."""

    head: str | None
    shallow: bool
    entries: tuple[LogEntry, ...]


class Shown:
    """The projects of a repository that a workspace shows: those that lie in it, or lay in it last."""

    def __init__(
        self, exclude: tuple[str, ...], changes: Iterable[CommitChange | CommitEvents], same: dict[int, int]
    ) -> None:
        """`exclude` are the patterns that decide what is shown."""
        self._same = same
        self._excluded = matcher(exclude)
        self.folders: dict[int, list[str]] = {}
        """Each project's folders from the workspace's root, the last one last."""
        for change in changes:
            for project in change.projects:
                event = project.events[-1]
                assert event.project is not None
                self.folders.setdefault(self.uid(project.uid), []).append(event.project)

    def uid(self, uid: int) -> int:
        """The identity of a project, after merges of identities."""
        while uid in self._same:
            uid = self._same[uid]
        return uid

    def last(self, uid: int) -> str:
        """A project's last folder."""
        return self.folders[self.uid(uid)][-1]

    def takes(self, uid: int) -> bool:
        """Whether a project is shown: it is not outside, hidden or excluded."""
        return self._is_in_view(self.last(uid))

    def last_in_view(self, uid: int) -> str | None:
        """The last folder in which a project was shown; None where it never was."""
        return next(filter(self._is_in_view, reversed(self.folders[self.uid(uid)])), None)

    def _is_in_view(self, folder: str) -> bool:
        parts = folder.split("/") if folder != "." else []
        paths = ["/".join(parts[: i + 1]) for i in range(len(parts))]
        return not any(part.startswith(".") for part in parts) and not any(map(self._excluded, paths))

    def find(self, wanted: str) -> set[int]:
        """The projects that a path, or the end of one, means: one folder, of today or of once. Raises UsageError."""
        name = wanted.strip("/").removeprefix("./").removesuffix("/milestones.yaml") or "."
        tests: tuple[Callable[[list[str]], bool], ...] = (
            lambda folders: folders[-1] == name,
            lambda folders: folders[-1].endswith(f"/{name}"),
            lambda folders: name in folders,
            lambda folders: any(folder.endswith(f"/{name}") for folder in folders),
        )
        for test in tests:
            found = {uid for uid, folders in self.folders.items() if test(folders) and self.takes(uid)}
            last = sorted({self.last(uid) for uid in found})
            if len(last) > 1:
                message = f"'{wanted}' could be {', '.join(last[:6])}; write more of the path"
                raise UsageError(message)
            if found:
                return found
        message = f"the history knows no project '{wanted}'"
        raise UsageError(message)


def log(root: str, wanted: Wanted, exclude: tuple[str, ...] | None = None) -> Log:
    """The history of a workspace; `exclude` as for `events`. Raises UsageError, CannotRunError."""
    repository = Repository(root)
    try:
        head = repository.look_up("HEAD")
        if head is None:
            return Log(None, bool(repository.shallow), ())
        changes, shown = events(repository, head, exclude)
        takes = _taken_commits(repository, wanted)
        try:
            asked = _Asked(shown, wanted, changes)
            asked.check_is_known(changes)
        except UsageError as error:
            if not repository.shallow:
                raise
            message = f"{error}; this is a shallow clone, which hides what came before its first commits"
            raise UsageError(message) from None
        entries = (LogEntry(change.commit, asked.of(change)) for change in reversed(changes) if takes(change.commit))
        return Log(head, bool(repository.shallow), tuple(entry for entry in entries if entry.events))
    finally:
        repository.close()


def events(
    repository: Repository, head: str, exclude: tuple[str, ...] | None = None
) -> tuple[tuple[CommitEvents, ...], Shown]:
    """The events of each commit up to `head`, parents first, and the projects that the workspace shows.

    Today's settings say what is excluded, unless it is given.
    """
    if exclude is None:
        exclude = settings_module.load(repository.root).exclude
    history = store.read(repository, head)
    return history.commits, Shown(exclude, history.commits, history.state.same)


def _taken_commits(repository: Repository, wanted: Wanted) -> Callable[[Commit], bool]:
    """Whether a commit lies between the days or revisions asked for, and is by the author. Raises UsageError."""
    tests: list[Callable[[Commit], bool]] = []
    for text, is_since in ((wanted.since, True), (wanted.until, False)):
        if text is not None and is_date(text):
            day = date.fromisoformat(text)
            tests.append(lambda commit, day=day, since=is_since: commit.day >= day if since else commit.day <= day)  # type: ignore[misc]
        elif text is not None:
            reached = {commit.id for commit in repository.commits(repository.find(text))}
            tests.append(lambda commit, reached=reached, since=is_since: (commit.id in reached) != since)  # type: ignore[misc]
    if wanted.author is not None:
        text = wanted.author.casefold()
        tests.append(lambda commit: text in f"{commit.author} <{commit.email}>".casefold())
    return lambda commit: all(test(commit) for test in tests)


class _Asked:
    """The events that are asked for. An id or a number means the record under whatever name it had."""

    def __init__(self, shown: Shown, wanted: Wanted, changes: Sequence[CommitEvents]) -> None:
        self._shown = shown
        self._wanted = wanted
        self._narrow = any((wanted.project, wanted.milestone, wanted.invoice))
        self._uids = shown.find(wanted.project) if wanted.project is not None else None
        events = [
            (shown.uid(project.uid), event)
            for change in changes
            for project in change.projects
            for event in project.events
        ]
        self._ids = _names(events, wanted.milestone, "milestone-changed", "id", seen_words)
        self._numbers = _names(events, wanted.invoice, "invoice-changed", "number", number_key)

    def of(self, change: CommitEvents) -> tuple[Event, ...]:
        """The events of a commit that are asked for."""
        events = [] if self._narrow else list(change.events)
        for project in change.projects:
            uid = self._shown.uid(project.uid)
            if self._shown.takes(uid):
                events += [event for event in project.events if self._takes(uid, event)]
        return tuple(events)

    def check_is_known(self, changes: Sequence[CommitEvents]) -> None:
        """Raise UsageError where a record is asked for that never was."""
        if (self._ids, self._numbers) != (None, None) and not any(self.of(change) for change in changes):
            wanted = self._wanted
            what = f"milestone '{wanted.milestone}'" if wanted.milestone is not None else f"invoice '{wanted.invoice}'"
            message = f"the history knows no {what}" + (f" in {wanted.project}" if wanted.project is not None else "")
            raise UsageError(message)

    def _takes(self, uid: int, event: Event) -> bool:
        if self._uids is not None and uid not in self._uids:
            return False
        if self._ids is not None and not {(uid, seen_words(name)) for name in event.milestones} & self._ids:
            return False
        return self._numbers is None or (
            event.invoice is not None and (uid, number_key(event.invoice)) in self._numbers
        )


def _names(
    events: Sequence[tuple[int, Event]], wanted: str | None, name: str, field: str, key: Callable[[str], str]
) -> set[tuple[int, str]] | None:
    """The names, by project, of the records that were ever called `wanted`; None where no record is asked for."""
    if wanted is None:
        return None
    result = {(uid, key(wanted)) for uid, _ in events}
    renames = [
        (uid, key(event.old), key(event.new)) for uid, event in events if (event.event, event.field) == (name, field)
    ]
    size = 0
    while size != len(result):
        size = len(result)
        for uid, old, new in renames:
            if (uid, old) in result or (uid, new) in result:
                result |= {(uid, old), (uid, new)}
    return result
