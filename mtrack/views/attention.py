"""What needs attention across projects: gaps and overlaps, the largest amount first, and what to do about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.record.model import Heading
    from mtrack.views.gaps import Row
    from mtrack.views.summary import ProjectSummary

ACTIONS = {
    "amount-unlisted": "add the missing milestone",
    "milestones-missing": "add the missing milestone",
    "approved-not-billed": "bill it",
    "skipped-milestone": "bill it, or say why not",
    "underbilled": "bill the rest",
    "overdue": "chase it",
    "delivered-not-approved": "get the approval",
    "planned-date-passed": "deliver, or plan anew",
    "invoice-number-gap": "find the missing invoice",
    "unrecorded-file": "record it",
    "amount-exceeds-agreement": "get an amendment signed",
    "milestones-extra": "get an amendment signed",
    "duplicate-invoice-number": "give one a new number",
    "overbilled": "credit the excess",
    "billed-cancelled": "void or credit it",
    "overpaid": "pay back or credit",
    "duplicate-payment": "ask the bank which it is",
    "likely-duplicate-invoice": "void one if it is double",
    "duplicate-attachment": "attach the right file",
    "replaced-not-void": "void the old one",
}
"""The next step for each rule about gaps and overlaps, in two to five words."""

STATES = {"overdue": "overdue", "delivered-not-approved": "ahead", "planned-date-passed": "ahead"}
"""The state a gap's money is in; every other gap is not billed, an overlap is an alarm."""


class Item(Struct, frozen=True):
    """A gap or overlap of a project, its state and the next step."""

    row: Row
    project: Heading
    state: str
    action: str


def state_of(row: Row) -> str:
    """One of the five states, or "alarm" for an overlap."""
    return "alarm" if row.finding.category == "overlap" else STATES.get(row.finding.rule, "billable")


def attention(summaries: Iterable[ProjectSummary]) -> tuple[Item, ...]:
    """By currency, the largest amount first; what has no amount last of all."""
    items = [
        Item(row, summary.project, state_of(row), ACTIONS.get(row.finding.rule, ""))
        for summary in summaries
        for row in summary.rows
    ]
    items.sort(
        key=lambda item: (
            item.row.finding.amount is None,
            item.project.currency,
            (item.row.finding.amount or money.ZERO).copy_negate(),
            -item.row.finding.severity,
            item.row.finding.order,
        )
    )
    return tuple(items)
