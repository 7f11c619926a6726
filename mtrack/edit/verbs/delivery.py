"""What happens to a milestone: delivered, approved, on hold, cancelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.edit.verbs.edit import AGREEMENT_RULES, Edit, set_value, stated
from mtrack.errors import UsageError
from mtrack.yaml.changes import Change, Put, Remove

if TYPE_CHECKING:
    from datetime import date

    from mtrack.record.model import Milestone
    from mtrack.rules.context import ProjectContext


def deliver(
    context: ProjectContext, milestone: Milestone, *, date: date, note: str | None = None, force: bool = False
) -> Edit:
    """The work was handed over on a day."""
    route = (*milestone.route, "deliverable")
    changes: tuple[Change, ...] = ()
    if note is not None:
        changes = set_value(
            context, (*route, "note"), milestone.deliverable.note, note, f"{milestone.id} has the note", force=force
        )
    changes += set_value(
        context, (*route, "completed"), milestone.completed, date, f"{milestone.id} was delivered on", force=force
    )
    return Edit(changes, f"{milestone.label} delivered on {date}", f"deliver {milestone.id}")


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
    changes = set_value(
        context, (*route, "approved"), delivered.approved, date, f"{milestone.id} was approved on", force=force
    )
    if by is not None:
        changes += set_value(
            context, (*route, "approved_by"), delivered.approved_by, by, f"{milestone.id} was approved by", force=force
        )
    if signoff is not None:
        changes += set_value(
            context, (*route, "signoff"), delivered.signoff, signoff, f"{milestone.id} has the sign-off", force=force
        )
    who = f" by {by}" if by else ""
    return Edit(changes, f"{milestone.label} approved{who} on {date}", f"approve {milestone.id}")


def hold(
    context: ProjectContext, milestone: Milestone, *, until: date | None = None, reason: str | None = None
) -> Edit:
    """It is agreed not to bill a milestone yet."""
    del context
    route = (*milestone.route, "hold")
    record = stated(until=until, reason=reason)
    if milestone.hold:
        if not record:
            message = f"{milestone.id} is on hold already; give --until, --reason or --release"
            raise UsageError(message)
        old = {"until": milestone.hold_until, "reason": milestone.hold_reason}
        changes: tuple[Change, ...] = tuple(
            Put((*route, key), value) for key, value in record.items() if old[key] != value
        )
    else:
        changes = (Put(route, record),)
    end = f" until {until}" if until else ""
    return Edit(changes, f"{milestone.label} on hold{end}", f"hold {milestone.id}{end}")


def release(context: ProjectContext, milestone: Milestone) -> Edit:
    """A milestone may be billed again."""
    del context
    if not milestone.hold:
        message = f"{milestone.id} is not on hold"
        raise UsageError(message)
    change = Remove((*milestone.route, "hold"))
    return Edit((change,), f"{milestone.label} no longer on hold", f"release {milestone.id}")


def cancel(context: ProjectContext, milestone: Milestone, *, date: date, reason: str | None = None) -> Edit:
    """A milestone will not be delivered."""
    if milestone.cancelled_date is not None:
        message = f"{milestone.id} was cancelled on {milestone.cancelled_date} already"
        raise UsageError(message)
    change = Put((*milestone.route, "cancelled"), stated(date=date, reason=reason))
    del context
    return Edit((change,), f"{milestone.label} cancelled on {date}", f"cancel {milestone.id}", opens=AGREEMENT_RULES)
