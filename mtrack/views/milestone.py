"""The state of a milestone in one word, and its days on one axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import date

    from mtrack.views.status import MilestoneStatus

EVENTS = ("planned", "completed", "approved", "sent", "due", "paid")
"""The days of a milestone, in the order they are meant to come."""


def milestone_state(item: MilestoneStatus) -> str:
    """cancelled, alarm, disputed, or the state of the largest part of its money; the first that is true."""
    figures, states = item.figures, item.progress.states
    if figures.milestone.cancelled:
        return "cancelled"
    if figures.overbilled:
        return "alarm"
    if states.disputed and states.largest == "outstanding":
        return "disputed"
    return states.largest or ("paid" if figures.invoices or figures.milestone.approved is not None else "ahead")


class Stretch(Struct, frozen=True):
    """Days between two events, and the state the money was in: ahead, to_bill, outstanding, overdue or disputed."""

    start: date
    end: date
    state: str


class Lane(Struct, frozen=True):
    """A milestone's days. `events` are (name, day) in order of the day; `stretches` what lies between."""

    item: MilestoneStatus
    state: str
    events: tuple[tuple[str, date], ...]
    stretches: tuple[Stretch, ...]


def lane(item: MilestoneStatus, as_of: date) -> Lane:
    """The days of a milestone and of the invoices that bill it, void ones and credit notes aside."""
    milestone = item.figures.milestone
    bills = [
        figures for figures in item.invoices if figures.invoice.void is None and not figures.invoice.is_credit_note
    ]
    events: list[tuple[str, date]] = []
    for name, day in (
        ("planned", milestone.planned),
        ("completed", milestone.completed),
        ("approved", milestone.approved),
    ):
        if day is not None:
            events.append((name, day))
    for figures in bills:
        events.append(("sent", figures.invoice.sent))
        if figures.outstanding or not figures.invoice.payments:
            events.append(("due", figures.due))
        events.extend(("paid", payment.date) for payment in figures.invoice.payments)
    stretches = [] if milestone.cancelled else _stretches(item, as_of)
    order = {name: i for i, name in enumerate(EVENTS)}
    events.sort(key=lambda event: (event[1], order[event[0]]))
    return Lane(item, milestone_state(item), tuple(events), tuple(stretches))


def _stretches(item: MilestoneStatus, as_of: date) -> list[Stretch]:
    milestone = item.figures.milestone
    bills = [
        figures for figures in item.invoices if figures.invoice.void is None and not figures.invoice.is_credit_note
    ]
    found: list[Stretch] = []
    first_sent = min((figures.invoice.sent for figures in bills), default=None)
    ready = milestone.approved or milestone.completed
    if milestone.completed is not None and milestone.approved is not None:
        found.append(Stretch(milestone.completed, milestone.approved, "ahead"))
    if ready is not None and (item.figures.unbilled or first_sent is not None):
        waits = milestone.approved is None or (milestone.on_hold(as_of) and first_sent is None)
        state = "ahead" if waits else "to_bill"
        found.append(Stretch(ready, first_sent or as_of, state))
    for figures in bills:
        sent = figures.invoice.sent
        last = max((payment.date for payment in figures.invoice.payments), default=None)
        if figures.outstanding:
            end = as_of
        elif last is not None:
            end = last
        else:
            continue
        found.append(Stretch(sent, min(end, figures.due), "outstanding"))
        if end > figures.due:
            late = "overdue" if figures.invoice.disputed is None else "disputed"
            found.append(Stretch(max(figures.due, sent), end, late))
    return [stretch for stretch in found if stretch.end > stretch.start]
