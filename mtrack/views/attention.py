"""What needs attention across projects: gaps and overlaps, the largest amount first, and what to do about each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.record.model import Heading
    from mtrack.views.gaps import Row
    from mtrack.views.summary import ProjectSummary


class Item(Struct, frozen=True):
    """A gap or overlap of a project, its state and the next step."""

    row: Row
    project: Heading
    state: str
    action: str


def attention(summaries: Iterable[ProjectSummary]) -> tuple[Item, ...]:
    """By currency, the largest amount first; what has no amount last of all."""
    items = [
        Item(row, summary.project, rule.state, rule.next_step)
        for summary in summaries
        for row in summary.rows
        if (rule := RULES[row.finding.rule])
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
