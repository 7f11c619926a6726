"""The next names in a series: ids of milestones, numbers of invoices."""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from mtrack.characters import seen_words
from mtrack.errors import UsageError
from mtrack.record.model import number_key
from mtrack.rules import series

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from mtrack.record.model import Heading
    from mtrack.rules.facts import Entry
    from mtrack.rules.series import Counted

_DIGITS = re.compile(r"[0-9]+")


def check_id(text: str) -> None:
    """Raise UsageError where a milestone can't be called that."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", text):
        message = f"'{text}' can't be an id; use letters, digits, '.', '_' and '-'"
        raise UsageError(message)


def next_id(ids: list[str]) -> str:
    """The id that comes after a project's last: M3 after M2, phase-10 after phase-9."""
    for known in reversed(ids):
        match = re.fullmatch(r"(.*?)([0-9]+)", known)
        if match:
            number = int(match[2])
            while True:
                number += 1
                name = f"{match[1]}{number:0{len(match[2])}d}"
                if name not in ids:
                    return name
    return f"M{len(ids) + 1}" if f"M{len(ids) + 1}" not in ids else next_id([*ids, f"M{len(ids) + 1}"])


def next_number(entries: Sequence[Entry], project: Heading, day: date, *, credit: bool) -> str | None:
    """The number for an invoice of a project, or for a credit note, that is sent on a day; None where there is no series.

    It goes on in the project's own series of that kind, else in the one the workspace used last.
    """
    numbers = series.counted(entries)
    used = {entry.invoice.key for entry in entries}
    for last in _latest_first(entries, project, _alike(numbers, credit=credit)):
        own = next((number for number in numbers if number.number.entry is last), None)
        if own is not None:
            return _following(own, numbers, used, day)
        if series.is_date(last):
            head, run, tail = re.split(r"([0-9]+)", last.invoice.number)
            name = f"{head}{series.on_day(run, last.invoice.sent, day)}{tail}"
            return name if number_key(name) not in used else None
    return None


def _alike(numbers: list[Counted], *, credit: bool) -> Callable[[Entry], bool]:
    """A test for records with numbers of the kind: all, for a credit note, where credit notes have no own series."""
    invoices = {number.series: number for number in numbers if not number.number.entry.invoice.credit_note}
    apart = any(
        number.number.entry.invoice.credit_note
        and number.series not in invoices
        and not any(_is_of_other_client(number, other) for other in invoices.values())
        for number in numbers
    )
    return lambda entry: entry.invoice.credit_note == credit or (credit and not apart)


def _latest_first(entries: Sequence[Entry], project: Heading, alike: Callable[[Entry], bool]) -> list[Entry]:
    """The records to continue from: the project's own, then all; its client's first where only a code separates them."""
    found = sorted(filter(alike, entries), key=lambda entry: (entry.invoice.sent, entry.invoice.key), reverse=True)

    def of_client(entry: Entry) -> bool:
        same = project.client is not None and seen_words(entry.project.client or "") == seen_words(project.client)
        return same and _differ_in_one(_DIGITS.split(entry.invoice.key), _DIGITS.split(found[0].invoice.key))

    return sorted(found, key=lambda entry: (entry.project.folder == project.folder, of_client(entry)), reverse=True)


def _differ_in_one(texts: Sequence[str], others: Sequence[str]) -> bool:
    """Whether texts of numbers are the same but for one, a client's code."""
    return len(texts) == len(others) and sum(a != b for a, b in zip(texts, others, strict=True)) == 1


def _following(last: Counted, numbers: list[Counted], used: set[str], day: date) -> str:
    """The next free number in the series of one."""
    own = [number for number in numbers if number.series == last.series]
    beside = _of_other_clients(last, own, numbers)
    new = last.on(day)
    depth = _depth(own)
    counters = [number.counter for number in [*own, *beside] if number.period[:depth] == new.period[:depth]]
    counter = max(counters, default=0) + 1
    while number_key(name := _written(new, counter, _width(own))) in used:
        counter += 1
    return name


def _of_other_clients(last: Counted, own: list[Counted], numbers: list[Counted]) -> list[Counted]:
    """Numbers that differ in one text, a client's code, where all are counted in one series, in the order they were sent."""
    kind = last.number.entry.invoice.credit_note
    beside = [
        number
        for number in numbers
        if (_may_count_with(number, last) and number.number.entry.invoice.credit_note == kind)
        or _is_of_other_client(number, last)
    ]
    return beside if _count_together([*own, *beside]) else []


def _may_count_with(number: Counted, other: Counted) -> bool:
    """Whether numbers are built alike and differ in one text."""
    alike = (number.at, number.others, number.periods) == (other.at, other.others, other.periods)
    return alike and _differ_in_one(number.number.texts, other.number.texts)


def _is_of_other_client(number: Counted, other: Counted) -> bool:
    """Whether the text in which numbers differ stands for the client: letters of the name, in their order."""
    if not _may_count_with(number, other):
        return False
    client = iter(seen_words(number.number.entry.project.client or ""))
    code = "".join(a for a, b in zip(number.number.texts, other.number.texts, strict=True) if a != b)
    letters = [char for char in code if char.isalnum()]
    return bool(letters) and all(char in client for char in letters)


def _count_together(numbers: list[Counted]) -> bool:
    """Whether no counter is there twice, they go up with the days, and fewer are missing than are there."""
    ordered = sorted(numbers, key=lambda number: (number.period, number.counter))
    for _, group in groupby(ordered, key=lambda number: number.period):
        found = list(group)
        if found[-1].counter - found[0].counter >= 2 * len(found):
            return False
        for low, high in pairwise(found):
            if low.counter == high.counter or low.number.entry.invoice.sent > high.number.entry.invoice.sent:
                return False
    return True


def _depth(own: list[Counted]) -> int:
    """The parts of the period that begin a new count: 0 where the counter goes on; the year; all of it."""
    most = max(len(number.period) for number in own)
    for depth in range(most):
        groups: dict[tuple[int, ...], list[Counted]] = {}
        for number in own:
            groups.setdefault(number.period[:depth], []).append(number)
        several = any(len({number.period for number in group}) > 1 for group in groups.values())
        if several and all(map(series.goes_on, groups.values())):
            return depth
    return most


def _width(own: list[Counted]) -> int:
    """The least number of digits of a counter."""
    runs = [number.number.runs[number.at] for number in own]
    widths = {len(run) for run in runs}
    return max(widths) if len(widths) == 1 else max((len(run) for run in runs if run.startswith("0")), default=0)


def _written(number: Counted, counter: int, width: int) -> str:
    """A number with another counter, spaced as the record has it."""
    runs = [*number.number.runs]
    texts = _DIGITS.split(number.number.entry.invoice.number)
    if len(texts) != len(number.number.shown):
        texts = [*number.number.shown]
    runs[number.at] = f"{counter:0{width}d}"
    return "".join(text + run for text, run in zip(texts, [*runs, ""], strict=True))
