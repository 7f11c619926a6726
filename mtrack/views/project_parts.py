"""What each project adds to every sum that no invoice is behind, so that a list of projects can show what it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.views.cash import APART, column_of
from mtrack.views.parts import together

if TYPE_CHECKING:
    from decimal import Decimal

    from mtrack.views.parts import Parts
    from mtrack.views.summary import ProjectSummary

UNBILLED = ("to_bill", "on_hold", "ahead", "agreed", "unbilled", "overbilled", "overcredited")
"""The sums of milestones, which no invoice is behind."""
FIXED = (*UNBILLED, "cash", "cash-late", "cash-undated")
"""The names in order; the months of cash expected come after them."""


def project_parts(item: ProjectSummary) -> Parts:
    """The parts of a project: `UNBILLED`, the cash expected in all and "cash-" with a column of it."""
    sums = dict(item.progress.states.items()) | {
        name: getattr(item.totals, name) for name in UNBILLED if hasattr(item.totals, name)
    }
    columns: dict[str, Decimal] = {}
    for month, kind, late, amount in item.expected:
        column = column_of(month, kind, late=late)
        for name in ("cash",) if column in APART else ("cash", f"cash-{column}"):  # what stands apart is on invoices
            columns[name] = money.plus(columns.get(name, money.ZERO), amount)
    return together([*((name, sums[name]) for name in UNBILLED), *columns.items()])
