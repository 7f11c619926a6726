"""Series of invoice numbers: what of a number counts, what says when it was sent, and which numbers are missing."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, NamedTuple

from mtrack.characters import normal
from mtrack.words import listed_with_and

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date

    from mtrack.rules.facts import Entry

MIN_SERIES = 3
MAX_HOLE = 100
MAX_DIGITS = 30
MAX_NAMED = 3
_RUNS = re.compile(r"([0-9]+)")
_REVISION = r"[-_./]?(?:rev|r|v)\.?[0-9]{1,2}\Z"
_LETTER = r"[-_./]?[a-z]\Z"

Texts = tuple[str, ...]
Period = tuple[int, ...]


class Number(NamedTuple):
    """An invoice number in parts: text, digits, text, digits, text."""

    entry: Entry
    texts: Texts
    runs: tuple[str, ...]
    base: str
    """Its key without a revision."""

    @property
    def shown(self) -> Texts:
        """The texts as the record writes them, where they can be told."""
        number = self.entry.invoice.number
        written = "".join(normal(number, "NFKC").split())
        shown, runs = _parts(written[: len(self.base)])
        if len(written) != len(self.entry.invoice.key) or runs != _parts(self.base)[1]:
            return self.texts
        return shown if len(shown) == len(self.texts) else (shown[0], "", shown[1])  # split behind its year

    def written(self, at: int, counter: int, before: Number) -> str:
        """The number with a smaller counter at run `at`: as many digits, unless the number `before` has fewer."""
        runs = [*self.runs]
        padded = runs[at].startswith("0") or before.runs[at].startswith("0")
        width = len(runs[at]) if padded or len(before.runs[at]) == len(runs[at]) else 0
        runs[at] = f"{counter:0{width}d}"
        return "".join(text + run for text, run in zip(self.shown, [*runs, ""], strict=True))


class Counted(NamedTuple):
    """A number that counts: its counter, the other runs that separate series, and the period it is in."""

    number: Number
    at: int
    counter: int
    others: tuple[str, ...]
    periods: tuple[int, ...]
    """The runs that give the period."""
    period: Period

    @property
    def series(self) -> tuple[Texts, int, tuple[str, ...], tuple[int, ...]]:
        """The parts that are the same in all numbers of a series."""
        return self.number.texts, self.at, self.others, self.periods

    def on(self, day: date) -> Counted:
        """The number with the period that a day is in."""
        runs = [*self.number.runs]
        for at in self.periods:
            runs[at] = on_day(runs[at], self.number.entry.invoice.sent, day)
        return self._replace(number=self.number._replace(runs=tuple(runs)), period=_said(runs, self.periods, day))


class Hole(NamedTuple):
    """Numbers that are missing between two records."""

    before: Entry
    after: Entry
    missing: tuple[str, ...]

    @property
    def names(self) -> str:
        """The missing numbers in words."""
        rest = len(self.missing) - MAX_NAMED
        return f"{', '.join(self.missing[:MAX_NAMED])} and {rest} more" if rest > 0 else listed_with_and(self.missing)


def counted(entries: Iterable[Entry]) -> list[Counted]:
    """The numbers that count, each read beside all the others."""
    return _count_all(_numbers(list(entries)))


def goes_on(items: Iterable[Counted]) -> bool:
    """Whether the counter goes on over the periods: each begins above the one before."""
    ordered = sorted(items, key=lambda item: item.period)
    periods = [list(group) for _, group in groupby(ordered, key=lambda item: item.period)]
    return all(
        max(item.counter for item in before) < min(item.counter for item in after)
        for before, after in pairwise(periods)
    )


def holes(entries: Iterable[Entry]) -> Iterator[Hole]:
    """The holes in series of three numbers and more."""
    numbers = _count_all(_first_of_each(_numbers(list(entries))))
    taken = _Taken(numbers)
    series: dict[object, list[Counted]] = {}
    for item in numbers:
        series.setdefault(item.series, []).append(item)
    for items in series.values():
        for run in _runs(items):
            yield from _holes_of(run, taken)


# --- Numbers in parts ------------------------------------------------------------------------------------------


def _numbers(entries: list[Entry]) -> list[Number]:
    """The numbers that hold digits, revisions dropped."""
    keys = {entry.invoice.key for entry in entries}
    revised = {key: base for key in keys if (base := _unrevised(key)) != key and _RUNS.search(base)}
    known = {_parts(key)[0] for key in keys} if revised else set()
    bases = {key: base for key, base in revised.items() if _parts(base)[0] in known}
    stand = keys | set(bases.values())
    for key in keys - set(bases):
        base = re.sub(_LETTER, "", key) if key[-1:].isalpha() else key
        if base != key and base in stand:
            bases[key] = base
    found = ((entry, bases.get(entry.invoice.key, entry.invoice.key)) for entry in entries)
    numbers = [Number(entry, *_parts(base), base) for entry, base in found]
    return [number for number in numbers if number.runs]


def _unrevised(key: str) -> str:
    end = key[-4:]
    return re.sub(_REVISION, "", key) if "r" in end or "v" in end else key


def _parts(key: str) -> tuple[Texts, tuple[str, ...]]:
    pieces = _RUNS.split(key)
    return tuple(pieces[::2]), tuple(pieces[1::2])


def _first_of_each(numbers: list[Number]) -> list[Number]:
    """The numbers, each once: a revision or a copy says nothing more of the series."""
    return list({(number.texts, number.runs): number for number in reversed(numbers)}.values())[::-1]


def _by_texts(numbers: list[Number]) -> dict[Texts, list[Number]]:
    result: dict[Texts, list[Number]] = {}
    for number in numbers:
        result.setdefault(number.texts, []).append(number)
    return result


# --- Period and counter ----------------------------------------------------------------------------------------


def _count_all(numbers: list[Number]) -> list[Counted]:
    return [item for group in _by_texts(numbers).values() for item in _count(group)]


def _count(group: list[Number]) -> list[Counted]:
    """The numbers of one text that count, each with its counter."""
    if all(_is_iso_day(number.runs, number.entry.invoice.sent) for number in group):
        return []
    if len(group[0].runs) == 1:
        if all(_period(number.runs[0], number.entry.invoice.sent) for number in group):
            return []  # nothing but the day it was sent
        group = _split_years(group)
    usual = _usual(group)
    periods = [_periods(number, *usual) for number in group]
    result: list[Counted] = []
    for at in sorted(set(periods)):
        alike = [number for number, own in zip(group, periods, strict=True) if own == at]
        result.extend(_counted(alike, at))
    return result


def _counted(group: list[Number], periods: tuple[int, ...]) -> Iterator[Counted]:
    """The numbers of one text that say their period at the same runs: the last run that varies is the counter."""
    left = [at for at in range(len(group[0].runs)) if at not in periods]
    varying = [at for at in left if any(number.runs[at] != group[0].runs[at] for number in group)]
    counter = (varying or left)[-1]
    others = [at for at in left if at != counter]
    for number in group:
        run = number.runs[counter]
        if len(run.lstrip("0")) <= MAX_DIGITS:
            sent = number.entry.invoice.sent
            period = _said(number.runs, periods, sent)
            yield Counted(number, counter, int(run), tuple(number.runs[at] for at in others), periods, period)


def _said(runs: Sequence[str], periods: tuple[int, ...], sent: date) -> Period:
    """The period that several runs say together, the year first."""
    if not periods:
        return ()
    said = [_period(runs[at], sent, late=True) or (int(runs[at]),) for at in periods]
    return tuple(part for period in sorted(said, reverse=True) for part in period)


def on_day(run: str, sent: date, day: date) -> str:
    """A run that says the period of the day sent, saying that of another day in the same form."""
    said = _period(run, sent, late=True)
    if said is None:
        return f"{day.month:0{len(run)}d}"
    year = f"{day.year}"[-4 if run.startswith(f"{said[0]}") else -2 :]
    return year + "".join(f"{part:02d}" for part in (day.month, day.day)[: len(said) - 1])


def _is_iso_day(runs: Sequence[str], sent: date) -> bool:
    """Whether the runs are year, month and day of the day sent, as in 2026-10-03."""
    return tuple(runs) == (f"{sent.year:04d}", f"{sent.month:02d}", f"{sent.day:02d}")


def is_date(entry: Entry) -> bool:
    """Whether a number has one run only, and that says when it was sent, or is that day in three."""
    runs = _parts(entry.invoice.key)[1]
    return _is_iso_day(runs, entry.invoice.sent) or (
        len(runs) == 1 and _period(runs[0], entry.invoice.sent) is not None
    )


def _usual(group: list[Number]) -> tuple[int | None, int | None]:
    """The run at which more than half of the numbers of one text say their year, and the one for their month."""
    runs = range(len(group[0].runs))
    year = _most(group, [at for at in runs if len(runs) > 1], _says_year)
    between = [at for at in runs[1:-1] if at != year] if year is not None else []
    return year, _most(group, between, _says_month)


def _most(group: list[Number], runs: list[int], says: Callable[[str, date], bool]) -> int | None:
    """The run that says it in most numbers of one text, if in more than half; None where there is none."""
    votes = {at: sum(says(number.runs[at], number.entry.invoice.sent) for number in group) for at in runs}
    most = [at for at in runs if votes[at] * 2 > len(group)]
    width = {at: max(len(number.runs[at]) for number in group) for at in most}
    return max(most, key=lambda at: (votes[at], width[at], -at), default=None)


def _periods(number: Number, year: int | None, month: int | None) -> tuple[int, ...]:
    """The runs at which a number says its period, of those at which its text does; it may be sent late."""
    if year is None or not _period(number.runs[year], number.entry.invoice.sent, late=True):
        return ()
    return (year,) if month is None or int(number.runs[month]) not in range(1, 13) else tuple(sorted((year, month)))


def _says_year(run: str, sent: date) -> bool:
    return _period(run, sent) is not None


def _says_month(run: str, sent: date) -> bool:
    return run in (f"{sent.month}", f"{sent.month:02d}")


def _period(run: str, sent: date, *, late: bool = False) -> Period | None:
    """The year that a run says, or year and month, or the day; None where it says none that fits the day sent.

    Of a `late` one the year before fits in any month.
    """
    if not run.startswith(_written_years(sent.year)):
        return None
    for year in (sent.year, sent.year - 1) if late else _years(sent):
        for prefix in (f"{year}", f"{year % 100:02d}"):
            rest = run.removeprefix(prefix)
            if run == prefix:
                return (year,)
            if rest != run and (period := _month_and_day(rest, year, sent)):
                return period
    return None


@lru_cache(maxsize=64)
def _written_years(year: int) -> tuple[str, ...]:
    """The forms in which a number may give a year and the one before it."""
    return (f"{year}", f"{year % 100:02d}", f"{year - 1}", f"{(year - 1) % 100:02d}")


def _month_and_day(rest: str, year: int, sent: date) -> Period | None:
    """The period behind a year: the month sent or the one before it, with or without a day."""
    month, day = rest[:2], rest[2:]
    months = (year - sent.year) * 12 + int(month) - sent.month
    fits = len(month) == 2 and 1 <= int(month) <= 12 and months in (-1, 0)  # noqa: PLR2004
    if not fits or not (not day or (len(day) == 2 and 1 <= int(day) <= 31)):  # noqa: PLR2004
        return None
    return (year, int(month), int(day)) if day else (year, int(month))


def _years(sent: date) -> tuple[int, ...]:
    """The year of a day; in January the year before will do too."""
    return (sent.year, sent.year - 1) if sent.month == 1 else (sent.year,)


def _split_years(group: list[Number]) -> list[Number]:
    """Numbers whose only run begins with the year sent, all of them, split behind it: R2405 is 05 in 24."""
    for width in (4, 2):
        years = [{f"{year}"[-width:] for year in _years(number.entry.invoice.sent)} for number in group]
        if all(n.runs[0][:width] in own and n.runs[0][width:] for n, own in zip(group, years, strict=True)):
            return [_split(number, width) for number in group]
    return group


def _split(number: Number, width: int) -> Number:
    run = number.runs[0]
    before, after = number.texts
    return number._replace(texts=(before, "", after), runs=(run[:width], run[width:]))


# --- Holes -----------------------------------------------------------------------------------------------------


def _runs(series: list[Counted]) -> Iterator[list[Counted]]:
    """A series in the order of its counters: as one where it goes on over the periods, else each period apart."""
    if len(series) < MIN_SERIES:
        return
    ordered = sorted(series, key=lambda item: item.period)
    periods = [list(items) for _, items in groupby(ordered, key=lambda item: item.period)]
    if goes_on(series):
        yield from (run for run in _split_far(ordered) if len(run) >= MIN_SERIES)
    elif len({(item.period, item.counter) for item in series}) >= MIN_SERIES:
        yield from (run for items in periods for run in _split_far(items))


def _split_far(items: list[Counted]) -> Iterator[list[Counted]]:
    """Numbers in the order of their counters, the first of each, cut where more than MAX_HOLE are missing."""
    first: dict[int, Counted] = {}
    for item in items:
        first.setdefault(item.counter, item)
    run: list[Counted] = []
    for counter in sorted(first):
        if run and counter - run[-1].counter > MAX_HOLE + 1:
            yield run
            run = []
        run.append(first[counter])
    yield run


def _holes_of(run: list[Counted], taken: _Taken) -> Iterator[Hole]:
    """The holes between the numbers of a series in order, but for what numbers with another text have taken."""
    one_period = len({item.period for item in run}) == 1
    for low, high in pairwise(run):
        if high.counter - low.counter > 1:
            elsewhere = taken.beside(high, one_period=one_period)
            missing = [counter for counter in range(low.counter + 1, high.counter) if counter not in elsewhere]
            if missing:
                names = tuple(high.number.written(high.at, counter, low.number) for counter in missing)
                yield Hole(low.number.entry, high.number.entry, names)


class _Taken:
    """Counters of numbers that differ in one text only, a client's code: they count in one series over all clients."""

    def __init__(self, counted: list[Counted]) -> None:
        self._counted = counted
        self._known: dict[object, frozenset[int]] = {}

    @cached_property
    def _alike(self) -> dict[Texts, list[Counted]]:
        result: dict[Texts, list[Counted]] = {}
        for item in self._counted:
            for texts in _but_one(item.number.texts):
                result.setdefault(texts, []).append(item)
        return result

    def beside(self, item: Counted, *, one_period: bool) -> frozenset[int]:
        """The counters that are taken beside a number; of one period, where its period is judged alone.

        Over several periods only numbers that say theirs at the same runs count: CN-4-2 has no place in INV-2026-002's series.
        """
        free = {item.at} if one_period else {item.at, *item.periods}
        fixed = tuple(None if at in free else run for at, run in enumerate(item.number.runs))
        asked = (item.number.texts, item.at, fixed)
        if asked not in self._known:
            found = (
                other.number
                for texts in _but_one(item.number.texts)
                for other in self._alike[texts]
                if one_period or other.periods == item.periods
            )
            self._known[asked] = frozenset(
                int(number.runs[item.at])
                for number in found
                if all(run in (None, own) for run, own in zip(fixed, number.runs, strict=True))
                and len(number.runs[item.at].lstrip("0")) <= MAX_DIGITS
            )
        return self._known[asked]


def _but_one(texts: Texts) -> Iterator[Texts]:
    """Texts with one of them left open, each in turn."""
    for at in range(len(texts)):
        yield (*texts[:at], "\n", *texts[at + 1 :])
