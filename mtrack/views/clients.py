"""The same sums by client: one client may have several projects, and several currencies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtrack.figures import Totals
from mtrack.views.gaps import Sums
from mtrack.views.progress import Progress

if TYPE_CHECKING:
    from mtrack.views.gaps import GapsView
    from mtrack.views.status import ProjectStatus, StatusView


@dataclass(frozen=True, slots=True)
class ClientSums:
    """A client's projects in one currency and their sums. `name` is None for projects that name no client."""

    name: str | None
    currency: str
    places: int
    projects: tuple[ProjectStatus, ...]
    totals: Totals
    progress: Progress
    gaps: Sums


def clients(status: StatusView, gaps: GapsView) -> tuple[ClientSums, ...]:
    """By name and currency; projects without a client last."""
    at_stake = {item.project.folder: item.sums for item in gaps.projects}
    groups: dict[tuple[str | None, str], list[ProjectStatus]] = {}
    for item in status.projects:
        groups.setdefault((item.project.client, item.project.currency), []).append(item)
    result: list[ClientSums] = []
    for (name, currency), items in groups.items():
        totals, progress, sums = Totals(), Progress(), Sums()
        for item in items:
            totals, progress = totals.plus(item.totals), progress.plus(item.progress)
            sums = sums.plus(at_stake.get(item.project.folder, Sums()))
        result.append(ClientSums(name, currency, items[0].project.places, tuple(items), totals, progress, sums))
    result.sort(key=lambda item: (item.name is None, (item.name or "").casefold(), item.name or "", item.currency))
    return tuple(result)
