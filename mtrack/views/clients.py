"""The same sums by client: one client may have several projects, and several currencies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.characters import seen_words
from mtrack.figures.ledger import Totals
from mtrack.views.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.views.summary import ProjectSummary


class ClientSums(Struct, frozen=True):
    """A client's projects in one currency and their sums. `name` is None for projects that name no client."""

    name: str | None
    currency: str
    decimals: int
    projects: tuple[ProjectSummary, ...]
    totals: Totals
    progress: Progress


def client_key(name: str) -> str:
    """The same for all names that are one client's."""
    return seen_words(name)


def clients(summaries: Iterable[ProjectSummary]) -> tuple[ClientSums, ...]:
    """Sums by client and currency, no client last. Names that look the same are one client's, as first written."""
    groups: dict[tuple[str | None, str], list[ProjectSummary]] = {}
    written: dict[str, str] = {}
    for item in summaries:
        name = item.project.client
        if name is not None:
            name = written.setdefault(client_key(name), name)
        groups.setdefault((name, item.project.currency), []).append(item)
    result: list[ClientSums] = []
    for (name, currency), items in groups.items():
        totals = Totals.sum(item.totals for item in items)
        progress = Progress.sum(item.progress for item in items)
        result.append(ClientSums(name, currency, items[0].project.decimals, tuple(items), totals, progress))
    result.sort(key=lambda item: (item.name is None, (item.name or "").casefold(), item.name or "", item.currency))
    return tuple(result)
