"""The findings that two checks have in common."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from typing import TYPE_CHECKING

from mtrack.workspace import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
    from decimal import Decimal

    from mtrack.finding import Finding, Severity


def match(findings: Iterable[Finding], before: Iterable[Finding]) -> tuple[set[int], list[Finding]]:
    """The findings (by `id`) that were there before, and those that are gone: neither there still nor worse now.

    Each old one stands for one at most, the most alike first.
    """
    left, rest = list(before), list(findings)
    result: set[int] = set()
    keys: tuple[Callable[[Finding], Hashable], ...] = (
        lambda finding: (finding.subject, finding.message),
        lambda finding: finding.subject,
        lambda finding: (
            finding.rule,
            finding.path,
            finding.milestone,
            finding.about,
            finding.milestone or finding.subject,
        ),
    )
    for key in keys:
        groups: dict[Hashable, list[Finding]] = defaultdict(list)
        for finding in left:
            groups[key(finding)].append(finding)
        old = {name: _Group(group) for name, group in groups.items()}
        for finding in rest:
            group = old.get(key(finding))
            if group is not None and group.take(finding):
                result.add(id(finding))
        left = [finding for group in old.values() for finding in group.left()]
        rest = [finding for finding in rest if id(finding) not in result]
    worse = {finding.subject for finding in rest}
    return result, sorted(
        (finding for finding in left if finding.subject not in worse), key=lambda finding: finding.order
    )


def lost(strict: Sequence[Finding], shown: Sequence[Finding]) -> list[Finding]:
    """The findings that old settings show and new ones don't, or less gravely; the settings' own aside."""
    here = match(strict, shown)[0]
    return [
        finding for finding in strict if id(finding) not in here and not finding.waived and finding.path != SETTINGS
    ]


class _Group:
    """The findings of before with one key, each of which stands for one of now at most.

    One stands for a finding that weighs no more: is no graver, of no larger amount of its currency, and no longer waived
    only where this is waived too. Crowds of one key are searched by amount, not one by one.
    """

    def __init__(self, findings: list[Finding]) -> None:
        self._findings = findings
        self._taken: set[int] = set()
        self._rows: dict[tuple[Severity, bool], _Rows] = {}
        for i, finding in enumerate(findings):
            self._rows.setdefault((finding.severity, finding.waived), _Rows()).add(i, finding)

    def take(self, finding: Finding) -> bool:
        """Take out the first one that stands for a finding; whether there is one."""
        found: list[tuple[int, _Rows]] = []
        for (severity, waived), rows in self._rows.items():
            if severity >= finding.severity and (finding.waived or not waived):
                first = rows.first(finding, self._taken)
                if first is not None:
                    found.append((first, rows))
        if not found:
            return False
        first, rows = min(found, key=lambda item: item[0])
        self._taken.add(first)
        rows.remove(first, self._findings[first])
        return True

    def left(self) -> Iterator[Finding]:
        """Those that were not taken out."""
        return (finding for i, finding in enumerate(self._findings) if i not in self._taken)


class _Rows:
    """Findings alike in severity and in being waived: their numbers in order, and a row of amounts for each currency."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._next = 0
        self._amounts: dict[str | None, _Row] = {}

    def add(self, number: int, finding: Finding) -> None:
        """Add one after those before it."""
        self._numbers.append(number)
        if finding.amount is not None:
            self._amounts.setdefault(finding.currency, _Row()).add(number, finding.amount)

    def first(self, finding: Finding, taken: set[int]) -> int | None:
        """The number of the first one left that stands for a finding."""
        if finding.amount is not None:
            row = self._amounts.get(finding.currency)
            return row.first(finding.amount) if row is not None else None
        while self._next < len(self._numbers) and self._numbers[self._next] in taken:
            self._next += 1
        return self._numbers[self._next] if self._next < len(self._numbers) else None

    def remove(self, number: int, finding: Finding) -> None:
        """Leave one out from now on."""
        if finding.amount is not None:
            self._amounts[finding.currency].remove(number)


class _Row:
    """Numbered amounts in order. Above each two stands the larger one, so that the first of some size is near."""

    def __init__(self) -> None:
        self._numbers: list[int] = []
        self._amounts: list[Decimal] = []
        self._most: list[Decimal | None] = []

    def add(self, number: int, amount: Decimal) -> None:
        """Add an amount after those before it; before the first search."""
        self._numbers.append(number)
        self._amounts.append(amount)

    def first(self, least: Decimal) -> int | None:
        """The number of the first amount of at least `least`."""
        if not self._most:
            self._build()
        most, half = self._most, len(self._most) // 2
        if not _reaches(most[1], least):
            return None
        place = 1
        while place < half:
            place = 2 * place if _reaches(most[2 * place], least) else 2 * place + 1
        return self._numbers[place - half]

    def remove(self, number: int) -> None:
        """Leave an amount out from now on."""
        if not self._most:
            self._build()
        place = bisect_left(self._numbers, number) + len(self._most) // 2
        self._most[place] = None
        while place > 1:
            place //= 2
            self._most[place] = _larger(self._most[2 * place], self._most[2 * place + 1])

    def _build(self) -> None:
        half = 1 << max(len(self._amounts) - 1, 1).bit_length()
        self._most = [*[None] * half, *self._amounts, *[None] * (half - len(self._amounts))]
        for place in range(half - 1, 0, -1):
            self._most[place] = _larger(self._most[2 * place], self._most[2 * place + 1])


def _reaches(amount: Decimal | None, least: Decimal) -> bool:
    return amount is not None and amount >= least


def _larger(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return other if one is None or (other is not None and other > one) else one
