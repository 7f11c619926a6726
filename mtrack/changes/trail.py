"""The trail of one project: what each commit did to it, and when each value was first there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from mtrack.changes.event import Commit, Event, FileFact
from mtrack.changes.facts import AGREEMENT, Version
from mtrack.finding import CommitRef, Place, Problem
from mtrack.record.model import number_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.changes.facts import Record
    from mtrack.finding import Route
    from mtrack.record.model import Project


class Moment(Struct, frozen=True):
    """What a commit did to the project, and the settings to judge it by. `first` is the commit it came with."""

    index: int
    commit: Commit
    before: Version
    after: Version
    events: tuple[Event, ...]
    correct_within: int
    require_signed: bool
    first: bool

    def has(self, *names: str) -> bool:
        """Whether something of this kind happened."""
        return any(event.event in names for event in self.events)

    def record(self, event: Event) -> Record:
        """The record of an event, as it is after it if it is still there."""
        return self.after.records.get(event.record) or self.before.records[event.record]


class Trail:
    """A project's history, the oldest commit first; `project` is what it is today, None where it can't be used or went."""

    def __init__(self, path: str, project: Project | None, moments: tuple[Moment, ...]) -> None:
        """`path` is that of its records, from the root."""
        self.path = path
        self.project = project
        self.moments = moments
        self._renames = [
            (moment.index, event.record[0], event.old, event.new)
            for moment in moments
            for event in moment.events
            if event.field in ("id", "number") and event.record[0] in ("milestone", "invoice")
        ]
        self._first: dict[tuple[object, ...], Moment] = {}
        for moment in moments:
            self._remember(moment)

    def _remember(self, moment: Moment) -> None:
        """Note every value that a commit brought."""
        for event in moment.events:
            record = moment.after.records.get(event.record)
            if record is None:
                continue
            if event.field is None:
                for field, value in record.fields.items():
                    self._note(moment, record, field, value)
            name = str(event.field)
            for key in (name, f"{name}/{event.new}", name.partition(".")[0]):
                if key in record.fields:
                    self._note(moment, record, key, record.fields[key])
            self._note(moment, record, None, None)

    def _note(self, moment: Moment, record: Record, field: str | None, value: Any) -> None:
        self._first.setdefault((*self._identity(moment, record), field, _comparable(value)), moment)

    def _identity(self, moment: Moment, record: Record) -> tuple[object, ...]:
        """Who a record is, whatever it was called; payments by their day and amount."""
        if record.kind == "payment":
            owner = moment.after.records.get(record.parent) or moment.before.records[record.parent]
            return (*self._identity(moment, owner), "payment", record.fields["date"], record.fields["amount"])
        if record.kind in ("milestone", "invoice"):
            return record.kind, self.name_now(moment, record), *record.key[2:]
        return record.key

    def name_now(self, moment: Moment, record: Record) -> str:
        """What a milestone or an invoice is called today, if it is still there: ids as written, numbers as compared."""
        is_milestone = record.kind == "milestone"
        name = str(record.fields["id" if is_milestone else "number"])
        for index, kind, old, new in self._renames:
            if kind == record.kind and index > moment.index and _same(kind, old, name):
                name = new
        return name if is_milestone else number_key(name)

    def first(self, moment: Moment, record: Record, field: str | None) -> Moment | None:
        """The commit that first had a record, or the value that it has in `field`; None where nobody saw it come."""
        value = None if field is None else record.fields.get(field)
        return self._first.get((*self._identity(moment, record), field, _comparable(value)))

    def was_there(self, moment: Moment, record: Record, field: str) -> Moment | None:
        """The earlier commit that first had the value a record has now."""
        first = self.first(moment, record, field)
        return first if first is not None and first.index < moment.index else None

    def late(self, moment: Moment, event: Event, field: str | None = "") -> bool:
        """Whether the value that an event took away had been there for longer than it may still be corrected."""
        record = moment.before.records.get(event.record)
        if record is None:
            return False
        first = self.first(moment, record, event.field if field == "" else field)
        return first is None or (moment.commit.instant - first.commit.instant).days > moment.correct_within

    def signed_before(self, moment: Moment) -> bool:
        """Whether the agreement had been signed by an earlier commit."""
        return any(
            version.value(AGREEMENT, "signed") is not None
            for earlier in self.moments
            for version in (earlier.before, earlier.after)
            if earlier.index < moment.index or (earlier is moment and version is moment.before)
        )

    def problem(
        self, moment: Moment, message: str, hint: str, event: Event | None = None, key: str | None = None
    ) -> Problem:
        """A problem about what a commit did; its place is where the value stands now."""
        commit = moment.commit
        where = self._place(moment, event, key)
        return Problem(
            place=where,
            message=f"{message} (commit {commit.id[:10]} by {commit.author} on {commit.date[:10]})",
            hint=hint,
            milestone=event.milestone if event is not None else None,
            invoice=event.invoice if event is not None else None,
            commit=CommitRef(commit.id, commit.author, commit.date),
        )

    def _place(self, moment: Moment, event: Event | None, key: str | None) -> Place:
        if self.project is None:
            return Place(self.path)
        if event is None:
            return Place(self.path, ("project",))
        route = self._route(moment, moment.record(event))
        if route is None or (event.field is None and event.new is None):
            return Place(self.path)
        key = key or (event.field or "").partition("/")[0]
        return Place(self.path, (*route, *key.split(".")) if key else route)

    def _route(self, moment: Moment, record: Record) -> Route | None:
        """Where a record stands today; None where it does not."""
        assert self.project is not None
        if record.kind == "payment":
            owner = moment.after.records.get(record.parent) or moment.before.records[record.parent]
            route = self._route(moment, owner)
            return None if route is None else (*route, "payments", record.place)
        if record.kind in ("milestone", "invoice"):
            name = self.name_now(moment, record)
            if record.kind == "milestone":
                return next((item.route for item in self.project.milestones if item.id == name), None)
            return next((item.route for item in self.project.invoices() if item.key == name), None)
        if record.kind == "amendment":
            return ("agreement", "amendments", record.place)
        return ("agreement",) if record.kind == "agreement" else ()


def _same(kind: object, old: object, name: str) -> bool:
    return old == name if kind == "milestone" else number_key(str(old)) == number_key(name)


def _comparable(value: Any) -> object:
    """A value that can be a key; amounts by what they are worth."""
    if isinstance(value, FileFact):
        return value.content
    if isinstance(value, dict):
        return tuple(sorted((key, _comparable(item)) for key, item in value.items()))
    return tuple(map(_comparable, value)) if isinstance(value, list) else value


def numbered(moments: Iterator[Moment] | list[Moment]) -> tuple[Moment, ...]:
    """The moments of one trail, numbered; the first is the one it came with."""
    return tuple(replace(moment, index=i, first=not i) for i, moment in enumerate(moments))
