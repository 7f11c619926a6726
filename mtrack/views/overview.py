"""The whole workspace on one page: sums, what needs attention, projects, aging, what is to come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtrack.views.attention import attention
from mtrack.views.cash import aging, forecast
from mtrack.views.clients import clients
from mtrack.views.gaps import gaps
from mtrack.views.months import months
from mtrack.views.register import register
from mtrack.views.status import status

if TYPE_CHECKING:
    from mtrack.books import Workspace
    from mtrack.lint import Report, Selection
    from mtrack.views.attention import Item
    from mtrack.views.cash import AgingView, ForecastView
    from mtrack.views.clients import ClientSums
    from mtrack.views.gaps import GapsView
    from mtrack.views.months import MonthsView
    from mtrack.views.register import Register
    from mtrack.views.status import StatusView


@dataclass(frozen=True, slots=True)
class Overview:
    """The views a report of the whole workspace is made of."""

    status: StatusView
    gaps: GapsView
    aging: AgingView
    forecast: ForecastView
    report: Report
    attention: tuple[Item, ...]
    clients: tuple[ClientSums, ...]
    register: Register
    months: MonthsView


def overview(workspace: Workspace, report: Report, selection: Selection) -> Overview:
    """All views of one reading of the workspace."""
    standing = status(workspace, selection)
    found = gaps(workspace, report)
    return Overview(
        standing,
        found,
        aging(workspace, selection),
        forecast(workspace, selection),
        report,
        attention(found),
        clients(standing, found),
        register(workspace, report, selection),
        months(workspace, selection),
    )
