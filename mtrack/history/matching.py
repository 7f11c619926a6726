"""The findings that two checks have in common."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack.workspace import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
    from decimal import Decimal

    from mtrack.finding import Finding, Severity
    from mtrack.history.subjects import Subjects

    _Key = Callable[[Finding], Hashable]


def match(
    findings: Iterable[Finding], before: Iterable[Finding], subjects: Subjects | None = None
) -> tuple[set[int], list[Finding]]:
    """The findings (by `id`) that were there before, and those that are gone: neither there still nor worse now.

    Each old one stands for one at most, the most alike first, and only for one about the same: the same milestone, file
    and invoice, whatever its number is now. `subjects` knows that, where the records are not the same on both sides.
    """
    left, rest = list(before), list(findings)
    result: set[int] = set()
    more = _more(left)
    swollen = [finding for finding in rest if finding.more > more[finding.rule, finding.path]]
    """Those that stand for more than there were."""
    if swollen:
        rest = [finding for finding in rest if finding.more <= more[finding.rule, finding.path]]
    for order, old_key, key in _steps(subjects):
        left = _together(left, order)
        asked = {(finding.rule, finding.path) for finding in rest}
        groups: dict[Hashable, list[Finding]] = defaultdict(list)
        for finding in left:
            if (finding.rule, finding.path) in asked:
                groups[old_key(finding)].append(finding)
        groups.pop(None, None)
        old = {name: _Group(group) for name, group in groups.items()}
        for finding in rest:
            group = old.get(key(finding))
            if group is not None and group.take(finding):
                result.add(id(finding))
        taken = {id(finding) for group in old.values() for finding in group.taken()}
        left = [finding for finding in left if id(finding) not in taken]
        rest = [finding for finding in rest if id(finding) not in result]
    worse = {finding.subject for finding in (*rest, *swollen)}
    return result, sorted(
        (finding for finding in left if finding.subject not in worse), key=lambda finding: finding.order
    )


def _more(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    """How many findings of a rule in a file others stand for."""
    result: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        if finding.more:
            result[finding.rule, finding.path] += finding.more
    return result


def _together(findings: Iterable[Finding], key: _Key) -> list[Finding]:
    """Findings in their order, those of one key together."""
    groups: dict[Hashable, list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[key(finding)].append(finding)
    return [finding for group in groups.values() for finding in group]


def _steps(subjects: Subjects | None) -> Iterator[tuple[_Key, _Key, _Key]]:
    """What an old finding and one of now must have in common, step by step; with None it has nothing in common.

    Before each, what puts old findings together: of several the first is taken.
    """
    yield _same, _same, _same
    yield _subject, _subject, _subject
    if subjects is not None:
        yield _subject, partial(_renumbered, subjects), _subject
    yield _about, partial(_of_milestone, subjects, now=False), partial(_of_milestone, subjects, now=True)


def _same(finding: Finding) -> Hashable:
    return finding.subject, finding.message


def _subject(finding: Finding) -> Hashable:
    return finding.subject


def _about(finding: Finding) -> Hashable:
    """The milestone and the file that it is about, whatever invoice it names; without a milestone its subject."""
    return finding.rule, finding.path, finding.milestone, finding.about, finding.milestone or finding.subject


def _renumbered(subjects: Subjects, finding: Finding) -> Hashable:
    """The subject of an old finding whose invoice has another number now; None where it has not."""
    number = subjects.renumbered(finding.path).get(finding.invoice) if finding.invoice is not None else None
    return replace(finding, invoice=number).subject if number is not None else None


def _of_milestone(subjects: Subjects | None, finding: Finding, *, now: bool) -> Hashable:
    """A milestone about which a finding is, and whether it names an invoice too: an old one that does is about the same as one that does not.

    So it is where one invoice more or less bills too much. What stands in an invoice is about that alone.
    """
    if finding.milestone is None:
        return None
    names_one = finding.invoice is not None
    if names_one and subjects is not None and subjects.is_of_an_invoice(finding, now=now):
        return None
    return _about(finding), names_one != now


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

    def taken(self) -> Iterator[Finding]:
        """Those that were taken out."""
        return (self._findings[i] for i in self._taken)


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
