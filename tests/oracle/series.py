"""Holes in number series: the rule `invoice-number-gap` from its row in section 4."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from oracle.basics import number_key

if TYPE_CHECKING:
    from datetime import date

REVISION = re.compile(r"^(.*\d.*?)[-_./]?(?:rev|r|v)\.?\d{1,2}$")  # also behind a client's code: 005-2026-ACME-v2
LETTER = re.compile(r"^(.*\d)[-_./]?[a-z]$")
LONGEST_HOLE = 100


class Numbered(NamedTuple):
    """An invoice number, the day it was sent, and where it was found."""

    key: str
    sent: date
    place: tuple[str, str]


class Parsed(NamedTuple):
    """A number in its series: text parts, runs that part the series, period, counter."""

    texts: tuple[str, ...]
    others: tuple[str, ...]
    period: tuple[str, ...]
    counter: int
    sent: date
    place: tuple[str, str]


def holes(numbers: list[tuple[str, date, tuple[str, str]]]) -> list[tuple[tuple[str, str], list[int]]]:
    """For each hole the place of the number after it, and the counters that are missing."""
    unique: dict[str, Numbered] = {}
    for number, sent, place in numbers:
        key = number_key(number)
        unique.setdefault(key, Numbered(key, sent, place))
    shapes: dict[tuple[str, ...], list[Numbered]] = defaultdict(list)
    for found in _without_revisions(list(unique.values())):
        shapes[_texts(found.key)].append(found)
    parsed = [one for texts, members in shapes.items() for one in _parse(texts, members)]
    series: dict[tuple[tuple[str, ...], tuple[str, ...]], list[Parsed]] = defaultdict(list)
    for one in parsed:
        series[one.texts, one.others].append(one)
    return [hole for members in series.values() for hole in _holes_of(members, parsed)]


def _texts(key: str) -> tuple[str, ...]:
    return tuple(re.split(r"\d+", key))


def _runs(key: str) -> list[str]:
    return re.findall(r"\d+", key)


def _without_revisions(numbers: list[Numbered]) -> list[Numbered]:
    """The numbers, each revision under the number that it revises."""
    keys = {number.key for number in numbers}
    bare: dict[str, str] = {}
    for number in numbers:
        match = REVISION.match(number.key)
        # it fits the series where another number has the same text without any revision
        if match and any(_texts(match[1]) == _texts(key) for key in keys if key != number.key):
            bare[number.key] = match[1]
    for number in numbers:
        match = LETTER.match(number.key)
        if match and (match[1] in keys or match[1] in bare.values()):
            bare[number.key] = match[1]
    found: dict[str, Numbered] = {}
    for number in numbers:
        key = bare.get(number.key, number.key)
        found.setdefault(key, number._replace(key=key))
    return list(found.values())


def _says_date(run: str, sent: date) -> bool:
    """Whether a run of digits is the year of a day, or its year with month or month and day."""
    years = [sent.year, sent.year - 1] if sent.month == 1 else [sent.year]
    said = {form for year in years for form in (f"{year:04}", f"{year % 100:02}")}
    for year in (f"{sent.year:04}", f"{sent.year % 100:02}"):
        said |= {f"{year}{sent.month:02}", f"{year}{sent.month:02}{sent.day:02}"}
    return run in said


def _periods(members: list[Numbered]) -> set[int] | None:
    """Which runs of a shape are its period; None where no run is left to count."""
    rows = [(_runs(member.key), member.sent) for member in members]
    width = len(rows[0][0])
    every, most = set(), set()
    for place in range(width):
        inner = 0 < place < width - 1
        said = [
            _says_date(runs[place], sent) or (inner and runs[place].isdigit() and int(runs[place]) == sent.month)
            for runs, sent in rows
        ]
        if all(said):
            every.add(place)
        elif sum(said) * 2 > len(said):  # an invoice sent late keeps the period of its neighbours
            most.add(place)
    if len(every) == width:
        return None
    return every | most if len(every | most) < width else every


def _parse(texts: tuple[str, ...], members: list[Numbered]) -> list[Parsed]:
    width = len(texts) - 1
    if not width:
        return []
    periods = _periods(members)
    if periods is None:
        return []
    left = [place for place in range(width) if place not in periods]
    varying = [place for place in left if len({_runs(member.key)[place] for member in members}) > 1]
    counter = varying[-1] if varying else left[-1]
    parsed = []
    for member in members:
        runs = _runs(member.key)
        others = tuple(runs[place] for place in left if place != counter)
        period = tuple(runs[place] for place in sorted(periods))
        parsed.append(Parsed(texts, others, period, int(runs[counter]), member.sent, member.place))
    return parsed


def _sibling(one: Parsed, other: Parsed) -> bool:
    """Whether two numbers differ in one text part alone, counter and period aside."""
    if len(one.texts) != len(other.texts) or one.others != other.others:
        return False
    return sum(mine != theirs for mine, theirs in zip(one.texts, other.texts, strict=True)) == 1


def _holes_of(members: list[Parsed], parsed: list[Parsed]) -> list[tuple[tuple[str, str], list[int]]]:
    if len(members) < 3:
        return []
    by_period: dict[tuple[str, ...], list[Parsed]] = defaultdict(list)
    for member in sorted(members, key=lambda member: member.sent):
        by_period[member.period].append(member)
    lists = list(by_period.values())
    ends = [({one.counter for one in each}) for each in lists]
    # a period begins above the one before where all of it lies above
    one_series = all(min(after) > max(before) for before, after in itertools.pairwise(ends))
    found = []
    for each in [members] if one_series else lists:
        beside = {
            other.counter
            for other in parsed
            if _sibling(each[0], other) and ((one_series and len(lists) > 1) or other.period == each[0].period)
        }
        found += _holes_between(each, beside)
    return found


def _holes_between(members: list[Parsed], beside: set[int]) -> list[tuple[tuple[str, str], list[int]]]:
    ordered = sorted(members, key=lambda member: member.counter)
    found = []
    for before, after in itertools.pairwise(ordered):
        if after.counter - before.counter - 1 > LONGEST_HOLE:
            continue
        missing = [count for count in range(before.counter + 1, after.counter) if count not in beside]
        if missing:
            found.append((after.place, missing))
    return found
