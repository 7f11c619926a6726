"""Rules about the history of progress: approvals and statuses that went back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.finding import Severity
from mtrack.rules.registry import history_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.changes.event import Event
    from mtrack.changes.trail import Moment, Trail
    from mtrack.finding import Problem

_ORDER = ("not_billed", "sent", "partially_paid", "paid")


@history_rule(Severity.WARNING)
def approval_removed(trail: Trail) -> Iterator[Problem]:
    """An `approved` date went or was changed, or the content of its sign-off did.

    Why: an approval is what an invoice stands on. One that changes later is one that will be doubted. It also goes with
    its milestone; once the agreement was signed, `milestone-removed` tells that.

    Bad:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-01}, status: not_billed}
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-20}, status: not_billed}

    Good:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-01}, status: not_billed}
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, deliverable: {approved: 2026-02-01, approved_by: the client}, status: not_billed}
    """
    for moment in trail.moments:
        for event in moment.events:
            went = (
                event.event == "delivery-changed" and event.field == "deliverable.approved" and event.old is not None
            ) or _went_approved(trail, moment, event)
            other = event.event in ("file-changed", "file-removed") and event.field == "deliverable.signoff"
            if (went or other) and trail.late(moment, event):
                yield trail.problem(
                    moment,
                    f"an approval was changed: {event.message}",
                    "put it back; if it was recorded wrong, waive it and say why",
                    event,
                )


def _went_approved(trail: Trail, moment: Moment, event: Event) -> bool:
    """Whether an approved milestone went with its approval, while nothing was signed yet that `milestone-removed` tells of."""
    return (
        event.event == "milestone-removed"
        and moment.before.value(event.record, "deliverable.approved") is not None
        and not moment.had_cancelled(event)
        and not trail.signed_before(moment)
    )


@history_rule(Severity.WARNING)
def status_went_back(trail: Trail) -> Iterator[Problem]:
    """A milestone's status went back, as from `paid` to `sent`, with nothing recorded that explains it.

    Why: a status follows from invoices and payments. One that goes back alone was wrong before or is wrong now.

    Bad:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: paid}
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: sent}

    Good:
        === 2026-02-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: sent}
        === 2026-03-02
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: paid}
    """
    for moment in trail.moments:
        refunded = any(event.event == "paid" and (event.amount or money.ZERO) < 0 for event in moment.events)
        if refunded or moment.has("voided", "credited", "amended"):
            continue
        for event in moment.events:
            if event.event != "status-changed" or event.old not in _ORDER or event.new not in _ORDER:
                continue
            if _ORDER.index(event.new) < _ORDER.index(event.old) and trail.late(moment, event):
                yield trail.problem(
                    moment,
                    f"{event.message}, with no void, credit note, refund or amendment",
                    "record what happened, or put the status back",
                    event,
                )
