"""Verbs for a milestone: its terms change, it is delivered, approved, put on hold or cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.edit.verbs.edit import UNLISTED, Edit, Values, maybe_here, stated
from mtrack.errors import UsageError
from mtrack.yaml.changes import Change, Put, Remove

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.record.model import Milestone
    from mtrack.rules.context import ProjectContext


def set_terms(  # noqa: PLR0913
    context: ProjectContext,
    milestone: Milestone,
    *,
    name: str | None = None,
    amount: Decimal | None = None,
    planned: date | None = None,
    upfront: bool | None = None,
    note: str | None = None,
) -> Edit:
    """Change what was agreed or planned for a milestone, and say what it was before."""
    project, route = context.project, milestone.route
    changes: list[Change] = []
    said: list[str] = []

    def put(key: str, old: object, new: object, words: str, was: str) -> None:
        if new is not None and new != old:
            changes.append(Put((*route, key), new))
            said.append(f"{words}, before {was}" if old is not None else words)

    amount = maybe_here(context, amount)
    put("name", milestone.name, name, f"name '{name}'", f"'{milestone.name}'")
    if amount is not None:
        put("amount", milestone.amount, amount, project.money(amount), project.money(milestone.amount))
    put("planned", milestone.planned, planned, f"planned for {planned}", str(milestone.planned))
    put("note", milestone.note, note, f"note '{note}'", f"'{milestone.note}'")
    if upfront and not milestone.upfront:
        changes.append(Put((*route, "upfront"), value=True))
        said.append("upfront")
    elif upfront is False and milestone.upfront:
        changes.append(Remove((*route, "upfront")))
        said.append("no longer upfront")
    if all(value is None for value in (name, amount, planned, upfront, note)):
        message = "say what to set: --name, --amount, --planned, --upfront, --no-upfront or --note"
        raise UsageError(message)
    return Edit(
        tuple(changes),
        f"{milestone.label} set: {'; '.join(said)}" if said else f"{milestone.label} set",
        f"set {milestone.id}" + (f" ({'; '.join(said)})" if said else ""),
    )


def deliver(
    context: ProjectContext, milestone: Milestone, *, date: date, note: str | None = None, force: bool = False
) -> Edit:
    """The work was handed over on a day."""
    values, route = Values(context, force=force), (*milestone.route, "deliverable")
    if note is not None:
        values.put((*route, "note"), milestone.deliverable.note, note, f"{milestone.id} has the note")
    values.put((*route, "completed"), milestone.completed, date, f"{milestone.id} was delivered on")
    said = f"{milestone.label} delivered on {date}{_though(milestone)}{values.said}"
    return Edit(values.changes, said, f"deliver {milestone.id} on {date}")


def approve(  # noqa: PLR0913
    context: ProjectContext,
    milestone: Milestone,
    *,
    date: date,
    by: str | None = None,
    signoff: str | None = None,
    force: bool = False,
) -> Edit:
    """The client accepted the work on a day."""
    delivered, route = milestone.deliverable, (*milestone.route, "deliverable")
    values = Values(context, force=force)
    values.put((*route, "approved"), delivered.approved, date, f"{milestone.id} was approved on")
    if by is not None:
        values.put((*route, "approved_by"), delivered.approved_by, by, f"{milestone.id} was approved by")
    if signoff is not None:
        values.put((*route, "signoff"), delivered.signoff, signoff, f"{milestone.id} has the sign-off")
    who = f" by {by}" if by else ""
    said = f"{milestone.label} approved{who} on {date}{_though(milestone)}{values.said}"
    return Edit(values.changes, said, f"approve {milestone.id} on {date}{who}")


def _though(milestone: Milestone) -> str:
    """What to say of work on a milestone that will not be delivered by its record."""
    return ", though it is cancelled" if milestone.cancelled else ""


def hold(
    context: ProjectContext, milestone: Milestone, *, until: date | None = None, reason: str | None = None
) -> Edit:
    """It is agreed not to bill a milestone yet."""
    route = (*milestone.route, "hold")
    record = stated(until=until, reason=reason)
    values = Values(context, force=True)
    if not milestone.hold:
        values.changes = (Put(route, record),)
    elif not record:
        message = f"{milestone.id} is on hold already; give --until, --reason or --release"
        raise UsageError(message)
    if milestone.hold and until is not None:
        values.put((*route, "until"), milestone.hold_until, until, "until")
    if milestone.hold and reason is not None:
        values.put((*route, "reason"), milestone.hold_reason, reason, "reason")
    last = until or milestone.hold_until
    end = f" until {last}" if last else ""
    return Edit(values.changes, f"{milestone.label} on hold{end}{values.said}", f"hold {milestone.id}{end}")


def release(context: ProjectContext, milestone: Milestone) -> Edit:
    """A milestone may be billed again."""
    del context
    if not milestone.hold:
        message = f"{milestone.id} is not on hold"
        raise UsageError(message)
    change = Remove((*milestone.route, "hold"))
    return Edit((change,), f"{milestone.label} no longer on hold", f"release {milestone.id}")


def cancel(context: ProjectContext, milestone: Milestone, *, date: date, reason: str | None = None) -> Edit:
    """Record that a milestone will not be delivered."""
    if milestone.cancelled_date is not None:
        message = f"{milestone.id} was cancelled on {milestone.cancelled_date} already"
        raise UsageError(message)
    change = Put((*milestone.route, "cancelled"), stated(date=date, reason=reason))
    del context
    return Edit(
        (change,), f"{milestone.label} cancelled on {date}", f"cancel {milestone.id}", opens=frozenset(UNLISTED)
    )
