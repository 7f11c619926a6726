"""The trail of one project: what each commit did to it, and when each value was first there."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime  # noqa: TC003  (msgspec reads the annotations)
from functools import cached_property
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from mtrack.changes.event import Commit, Event, FileFact
from mtrack.changes.facts import AGREEMENT, LINES, PROJECT, Version, value_at
from mtrack.finding import CommitRef, Place, Problem
from mtrack.record.model import number_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.changes.facts import Record
    from mtrack.finding import Route
    from mtrack.record.model import Project


class Moment(Struct, frozen=True):
    """The changes of a commit to the project, and the settings to judge them by. `first` is the commit it came with.

    `clock` is the latest date among the commit and those it is made from.
    """

    index: int
    commit: Commit
    before: Version
    after: Version
    events: tuple[Event, ...]
    correct_within: int
    require_signed: bool
    clock: datetime
    first: bool

    def days_since(self, other: Moment) -> int:
        """Whole days since another commit: by their own dates, and by the clock where a date is older than it can be."""
        return max(self.commit.instant - other.commit.instant, self.clock - other.clock).days

    def has(self, *names: str) -> bool:
        """Whether something of this kind happened."""
        return any(event.event in names for event in self.events)

    def had_cancelled(self, event: Event) -> bool:
        """Whether the milestone of an event had been cancelled before it."""
        fields = self.before.records[event.record].fields
        return fields.get("status") == "cancelled" or "cancelled" in fields


class Revaluation(Struct, frozen=True):
    """Another currency for all amounts: the project's own event, if the settings did not do it, and one for each sent invoice."""

    event: Event | None
    message: str
    invoices: tuple[Event, ...]
    is_back: bool


class Trail:
    """A project's history, the oldest commit first; `project` is what it is today, None where it can't be used or went."""

    def __init__(
        self, path: str, project: Project | None, moments: tuple[Moment, ...], left_to: str | None = None
    ) -> None:
        """`path` is that of its records, from the root; where it left the view, their last one in it."""
        self.path = path
        self.left_to = left_to
        self.project = project
        self.moments = moments
        self._renames = _renames(moments)
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
                self._note_all(moment, record)
            name = str(event.field)
            for key in (name, f"{name}/{event.new}", name.partition(".")[0]):
                if key in record.fields:
                    self._note(moment, record, key, record.fields[key])
            self._note(moment, record, None, None)
            if event.record == PROJECT and event.field is None and AGREEMENT in moment.after.records:
                self._note_all(moment, moment.after.records[AGREEMENT])  # it has no event of its own then

    def _note_all(self, moment: Moment, record: Record) -> None:
        self._note(moment, record, None, None)
        for field, value in record.fields.items():
            self._note(moment, record, field, value)

    def _note(self, moment: Moment, record: Record, field: str | None, value: Any) -> None:
        """Note a value, and what stands in it where it is a mapping."""
        identity = self._identity(moment.after, record, moment.index + 1)
        self._first.setdefault((*identity, field, _comparable(value)), moment)
        if isinstance(value, dict) and field != LINES:
            for name, item in value.items():
                self._first.setdefault((*identity, f"{field}.{name}", _comparable(item)), moment)

    def _identity(self, version: Version, record: Record, since: int) -> tuple[object, ...]:
        """The identity of a record of a version, whatever it was called; of a payment by its day and amount."""
        if record.kind == "payment":
            owner = self._identity(version, version.records[record.parent], since)
            return (*owner, "payment", record.fields["date"], record.fields["amount"])
        if record.kind in ("milestone", "invoice"):
            return record.kind, self._name(record, since), *record.key[2:]
        return record.key

    def _name(self, record: Record, since: int) -> str:
        """Today's name of a milestone or an invoice, after all later commits: ids as written, numbers as compared."""
        kind = record.kind
        name = _compared(kind, str(record.fields["id" if kind == "milestone" else "number"]))
        renames = self._renames.get((kind, name), [])
        at = bisect_left(renames, (since,))
        return renames[at][1] if at < len(renames) else name

    def name_now(self, moment: Moment, event: Event) -> str:
        """Today's name of the milestone or invoice of an event, if it is still there."""
        record = moment.after.records.get(event.record)
        if record is not None:
            return self._name(record, moment.index + 1)
        return self._name(moment.before.records[event.record], moment.index)

    def was_there(self, moment: Moment, record: Record, field: str) -> bool:
        """Whether an earlier commit had the value that a record has in `field` after this one."""
        identity = self._identity(moment.after, record, moment.index + 1)
        first = self._first.get((*identity, field, _comparable(value_at(record.fields, field))))
        return first is not None and first.index < moment.index

    def late(self, moment: Moment, event: Event, *, whole: bool = False) -> bool:
        """Whether the value that an event took away had been there for longer than it may still be corrected.

        `whole` asks that of the record itself.
        """
        record = moment.before.records.get(event.record)
        return record is not None and self._is_late(moment, record, None if whole else event.field)

    def _is_late(self, moment: Moment, record: Record, field: str | None) -> bool:
        value = None if field is None else value_at(record.fields, field)
        field = None if value is None else field  # what was not there could be added since the record came
        first = self._first.get((*self._identity(moment.before, record, moment.index), field, _comparable(value)))
        return first is None or moment.days_since(first) > moment.correct_within

    @cached_property
    def revaluations(self) -> dict[int, Revaluation]:
        """The commits, by number, that put all amounts in another currency though these may no longer be corrected."""
        result: dict[int, Revaluation] = {}
        first: dict[str, Moment] = {}
        for moment in self.moments:
            old, new = moment.before.currency, moment.after.currency
            if old is not None and new is not None and old != new:
                since = first.get(old)
                if since is None or moment.days_since(since) > moment.correct_within:
                    result[moment.index] = self._revaluation(moment, old, new, is_back=new in first)
            for currency in (old, new):
                if currency is not None:
                    first.setdefault(currency, moment)
        return result

    def _revaluation(self, moment: Moment, old: str, new: str, *, is_back: bool) -> Revaluation:
        told = f"currency changed from {old} to {new}"
        own = (event for event in moment.events if (event.record, event.field) == (PROJECT, "currency"))
        invoices = [
            Event(
                event="invoice-changed",
                project=None,
                record=record.key,
                milestone=str(next(iter(record.fields[LINES]))) if len(record.fields[LINES]) == 1 else None,
                invoice=str(record.fields["number"]),
                new=new,
                message=f"{record.fields['number']}: {told}",
            )
            for record in moment.before.of_kind("invoice")
            if record.key in moment.after.records and "sent" in record.fields and self._is_late(moment, record, None)
        ]
        return Revaluation(next(own, None), f"project: {told}", tuple(invoices), is_back)

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
        away = "" if self.left_to is None else f"; the project is out of sight in {self.left_to}"
        return Problem(
            place=where,
            message=f"{message}{away} (commit {commit.id[:10]} by {commit.author} on {commit.date[:10]})",
            hint=hint,
            milestone=event.milestone if event is not None else None,
            invoice=event.invoice if event is not None else None,
            commit=CommitRef(commit.id, commit.author, commit.date),
        )

    def _place(self, moment: Moment, event: Event | None, key: str | None) -> Place:
        """The place today of an event's value; the file, where it is gone."""
        if self.project is None:
            return Place(self.path)
        if event is None:
            return Place(self.path, ("project",))
        route = None if event.new is None else self._route(moment, event)
        if route is None:
            return Place(self.path)
        key = key or (event.field or "").partition("/")[0]
        route = (*route, *key.split(".")) if key else route
        return Place(self.path, route if _leads(self.project.source.data, route) else None)

    def _route(self, moment: Moment, event: Event) -> Route | None:
        """The route today of an event's record; None where it is gone."""
        assert self.project is not None
        record = moment.after.records[event.record]
        if record.kind == "payment":
            return self._payment(moment, record)
        if record.kind == "milestone":
            name = self._name(record, moment.index + 1)
            return next((item.route for item in self.project.milestones if item.id == name), None)
        if record.kind == "invoice":
            return self._invoice(moment, record)
        if record.kind == "amendment":
            return ("agreement", "amendments", record.place)
        return ("agreement",) if record.kind == "agreement" else ()

    def _invoice(self, moment: Moment, record: Record) -> Route | None:
        assert self.project is not None
        number = self._name(record, moment.index + 1)
        return next((item.route for item in self.project.invoices() if item.key == number), None)

    def _payment(self, moment: Moment, record: Record) -> Route | None:
        """The route today of a payment with its day and amount."""
        assert self.project is not None
        route = self._invoice(moment, moment.after.records[record.parent])
        for item in self.project.invoices():
            for payment in item.payments:
                same = (str(payment.date), payment.amount) == (record.fields["date"], record.fields["amount"])
                if item.route == route and same:
                    return payment.route
        return None


def _leads(data: Any, route: Route) -> bool:
    """Whether a route leads to a value."""
    for step in route:
        if isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        elif isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        else:
            return False
    return data is not None


def _renames(moments: tuple[Moment, ...]) -> dict[tuple[object, str], list[tuple[int, str]]]:
    """By kind and name: the commits in which a record lost the name, in order, and what each is called today.

    A record gets one name in a commit, whichever others get or lose it in the same.
    """
    result: dict[tuple[object, str], list[tuple[int, str]]] = {}
    for moment in reversed(moments):
        came: dict[tuple[object, str], str] = {}
        for event in moment.events:
            kind = event.record[0]
            if (kind, event.field) in (("milestone", "id"), ("invoice", "number")):
                new = _compared(kind, str(event.new))
                later = result.get((kind, new))
                came.setdefault((kind, _compared(kind, str(event.old))), later[-1][1] if later else new)
        for key, today in came.items():
            result.setdefault(key, []).append((moment.index, today))
    for found in result.values():
        found.reverse()
    return result


def _compared(kind: object, name: str) -> str:
    """A name as it is compared: ids as written."""
    return name if kind == "milestone" else number_key(name)


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
