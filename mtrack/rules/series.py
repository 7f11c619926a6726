"""Series of invoice numbers: the same text around the last run of digits."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from mtrack.record.model import number_parts
from mtrack.rules.wording import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.rules.facts import Entry

MIN_SERIES = 3
MAX_HOLE = 100
MAX_DIGITS = 30
MAX_NAMED = 3


class Hole(NamedTuple):
    """Numbers that are missing between two records."""

    before: Entry
    after: Entry
    missing: int

    @property
    def names(self) -> str:
        """The missing numbers in words, written like the one after them."""
        parts = number_parts("".join(self.after.invoice.number.split()))
        assert parts is not None
        before, digits, after = parts
        first = int(digits) - self.missing
        shown = min(self.missing, MAX_NAMED)
        names = [f"{before}{number:0{len(digits)}d}{after}" for number in range(first, first + shown)]
        rest = self.missing - shown
        return f"{', '.join(names)} and {rest} more" if rest else listed(names)


def holes(entries: Iterable[Entry]) -> Iterator[Hole]:
    """The holes in series of three numbers and more."""
    series: dict[tuple[str, str], dict[int, Entry]] = {}
    for entry in entries:
        parts = number_parts(entry.invoice.key)
        if parts is not None and len(parts[1].lstrip("0")) <= MAX_DIGITS:
            before, digits, after = parts
            series.setdefault((before, after), {}).setdefault(int(digits), entry)
    for numbers in series.values():
        for run in _runs(sorted(numbers)):
            if len(run) >= MIN_SERIES:
                for low, high in pairwise(run):
                    if high - low > 1:
                        yield Hole(numbers[low], numbers[high], high - low - 1)


def _runs(numbers: list[int]) -> Iterator[list[int]]:
    """Sorted numbers cut where more than MAX_HOLE are missing."""
    run: list[int] = []
    for number in numbers:
        if run and number - run[-1] - 1 > MAX_HOLE:
            yield run
            run = []
        run.append(number)
    if run:
        yield run
