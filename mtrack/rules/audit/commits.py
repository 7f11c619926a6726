"""Rules about commits: whether they came late, and who signed them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from mtrack.finding import Severity
from mtrack.rules.registry import history_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.changes.event import Event
    from mtrack.changes.trail import Trail
    from mtrack.finding import Problem

_MOST_DAYS = 31
"""Days that a date may lie before the commit that first had it."""
_DATES = {
    "project": (),
    "agreement": (),
    "amendment": (),
    "milestone": ("deliverable.completed", "deliverable.approved"),
    "invoice": ("sent", "paid"),
    "payment": ("date",),
}


@history_rule(Severity.INFO)
def backdated(trail: Trail) -> Iterator[Problem]:
    """A date lies more than 31 days before the commit that first had it.

    Why: records written long after the fact are written from memory. A project's first commit is not asked, since
    work that runs already is recorded then.

    Bad:
        === 2026-01-12
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        === 2026-03-20
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-01}, status: not_billed}

    Good:
        === 2026-01-12
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-01}, status: not_billed}
    """
    for moment in trail.moments:
        if moment.first:
            continue
        for event in moment.events:
            record = moment.after.records.get(event.record)
            for field in _brought(event) if record is not None else ():
                assert record is not None
                day = record.fields.get(field)
                if not isinstance(day, str) or trail.was_there(moment, record, field):
                    continue
                days = (moment.commit.first_day - date.fromisoformat(day)).days
                if days > _MOST_DAYS:
                    what = field.removeprefix("deliverable.")
                    yield trail.problem(
                        moment,
                        f"{what} {day} was recorded {days} days later: {event.message}",
                        "make sure of the day; if it is right, waive it and say why it came late",
                        event,
                        field,
                    )


def _brought(event: Event) -> tuple[str, ...]:
    """The dates that an event brought: of a record that came all it has, else the one."""
    known: tuple[str, ...] = _DATES.get(str(event.record[0]), ())
    if event.event in ("listed", "billed", "credited", "paid") and event.field is None:
        return tuple(field for field in known if field != "paid")
    return (event.field,) if event.field in known and event.new is not None else ()


@history_rule(Severity.ERROR)
def unsigned_change(trail: Trail) -> Iterator[Problem]:
    """A commit that changed records has no good signature, and `mtrack.yaml` says `require_signed: true`.

    Why: a name in a commit is what its writer typed. Only a signature says who it was.

    Bad:
        === 2026-01-12
        >>> mtrack.yaml
        format: 1
        require_signed: true
        >>> acme/milestones.yaml
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}

    Good:
        === 2026-01-12
        >>> mtrack.yaml
        format: 1
        >>> acme/milestones.yaml
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    for moment in trail.moments:
        if moment.events and moment.require_signed and moment.commit.signature != "G":
            more = len(moment.events) - 1
            yield trail.problem(
                moment,
                f"records were changed by a commit without a good signature: {moment.events[0].message}"
                + (f", and {more} more" if more else ""),
                "sign commits (git config commit.gpgSign true), and have signed ones only in the main branch",
            )
