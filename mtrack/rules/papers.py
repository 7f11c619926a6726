"""The invoice records of one paper: an invoice over several projects is recorded in each."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, TypeVar

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator
    from datetime import date
    from decimal import Decimal

    from mtrack.rules.facts import Entry, WorkspaceFacts

T = TypeVar("T")


def groups(items: Iterable[tuple[Hashable, T]]) -> Iterator[list[T]]:
    """The items that agree in a key, two or more, each group in the order it came in: of paths and lines."""
    first: dict[Hashable, T] = {}
    result: dict[Hashable, list[T]] = {}
    for key, item in items:
        if first.setdefault(key, item) is not item:  # which is rare
            result.setdefault(key, [first[key]]).append(item)
    return (result[key] for key in first if key in result) if result else iter(())


def same_number(workspace: WorkspaceFacts) -> Iterator[list[Entry]]:
    """The invoice records that have one number, two or more."""
    return groups((entry.invoice.key, entry) for entry in workspace.entries)


def is_one_paper(group: list[Entry]) -> bool:
    """Whether records with one number are parts of one paper: same total, sent date and currency, and they fit."""
    first = group[0]
    total = first.invoice.total
    same = all(
        entry.invoice.total == total
        and entry.invoice.sent == first.invoice.sent
        and entry.project.currency == first.project.currency
        for entry in group
    )
    return total is not None and same and money.total(entry.invoice.amount for entry in group) <= total


class Papers:
    """The invoices that are not void, and which of their records are parts of one paper."""

    def __init__(self, workspace: WorkspaceFacts) -> None:
        shared = (group for group in same_number(workspace) if is_one_paper(group))
        self._first = {id(entry): group[0] for group in shared for entry in group}
        self.entries = [entry for entry in workspace.entries if not entry.invoice.void]

    @cached_property
    def transfers(self) -> dict[tuple[str, date], Decimal]:
        """The sums of the payments of one reference, as it is compared, and day."""
        amounts: dict[tuple[str, date], list[Decimal]] = {}
        for entry in self.entries:
            for payment in entry.invoice.payments:
                amounts.setdefault((payment.key, payment.date), []).append(payment.amount)
        return {key: money.total(parts) for key, parts in amounts.items()}

    def same(self, one: Entry, other: Entry) -> bool:
        """Whether two records are of one paper."""
        return self._first.get(id(one), one) is self._first.get(id(other), other)

    def repeats(self, group: list[Entry]) -> Iterator[Entry]:
        """The records of a group in order that are on another paper than the first; of one paper only the first."""
        seen = {id(self._first.get(id(group[0]), group[0]))}
        for entry in group:
            paper = id(self._first.get(id(entry), entry))
            if paper not in seen:
                seen.add(paper)
                yield entry


@lru_cache(maxsize=1)
def papers(workspace: WorkspaceFacts) -> Papers:
    """The papers of the workspace at hand: several rules in a row ask."""
    return Papers(workspace)
