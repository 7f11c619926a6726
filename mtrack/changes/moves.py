"""Finds which project that came in a change is one that went: it moved."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from mtrack.changes.facts import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from mtrack.changes.facts import Records


T = TypeVar("T")


class Candidate(Struct, frozen=True):
    """A project that went or came: its content's name, its records if they can be used, and how to get its text."""

    blob: str
    records: Records | None
    text: Callable[[], bytes]


def pair(gone: Mapping[str, Candidate], came: Mapping[str, Candidate]) -> dict[str, str]:
    """The old folder of each folder that is a moved project; the same content first."""
    result: dict[str, str] = {}
    old = {folder: _Known(candidate) for folder, candidate in gone.items()}
    new = {folder: _Known(candidate) for folder, candidate in came.items()}
    for sign, test in ((_content, _always), (_name, _same_project), (_any, _alike)):
        left: dict[Hashable, dict[str, _Known]] = {}
        for folder, was in old.items():
            left.setdefault(sign(was), {})[folder] = was
        for folder, now in new.items():
            if folder in result:
                continue
            alike = left.get(sign(now), {})
            found = next((name for name, was in alike.items() if test(was, now)), None)
            if found is not None:
                result[folder] = found
                del alike[found], old[found]
    return result


class _Known:
    """A candidate, and what is compared of it, each worked out once."""

    def __init__(self, candidate: Candidate) -> None:
        self.blob = candidate.blob
        self.records = candidate.records
        self.text = candidate.text

    @cached_property
    def ids(self) -> set[str]:
        """The ids of its milestones."""
        return _ids(self.records) if self.records is not None else set()

    @cached_property
    def names(self) -> set[tuple[str, str]]:
        """The ids and names of its milestones."""
        return _names(self.records) if self.records is not None else set()

    @cached_property
    def words(self) -> Counter[bytes]:
        """The words of its text, and how often each stands there."""
        return Counter(self.text().split())


def _content(candidate: _Known) -> Hashable:
    return candidate.blob


def _name(candidate: _Known) -> Hashable:
    """The project's name; None where the records can't be used."""
    return candidate.records[PROJECT].fields.get("project") if candidate.records is not None else None


def _any(_candidate: _Known) -> Hashable:
    return None


def _always(_old: _Known, _new: _Known) -> bool:
    return True


def _same_project(old: _Known, new: _Known) -> bool:
    """Whether half of the milestone ids agree, beside the name."""
    return _half(old.ids, new.ids)


def _alike(old: _Known, new: _Known) -> bool:
    """Whether half of the content is the same, and half of the milestones agree in id and name.

    Where one of them can't be read, its text is searched for the milestones of the other.
    """
    if old.records is not None and new.records is not None:
        same_milestones = _half(old.names, new.names)
    else:
        same_milestones = all(_half_in(a.records, b.text()) for a, b in ((old, new), (new, old)) if a.records)
    return same_milestones and _words_alike(old.words, new.words)


def _half_in(records: Records, text: bytes) -> bool:
    """Whether half of the milestones stand in a text, by id and name."""
    names = _names(records)
    found = text.decode("utf-8", "replace")
    return _half(names, {pair for pair in names if all(part in found for part in pair)})


def _words_alike(before: Counter[bytes], after: Counter[bytes]) -> bool:
    """Whether the words that both have make up half of the longer text."""
    common = sum((before & after).values())
    return 2 * common >= max(before.total(), after.total())


def _half(old: set[T], new: set[T]) -> bool:
    return bool(old) and 2 * len(old & new) >= len(old)


def _ids(records: Records) -> set[str]:
    return {record.fields["id"] for record in records.values() if record.kind == "milestone"}


def _names(records: Records) -> set[tuple[str, str]]:
    return {(record.fields["id"], record.fields["name"]) for record in records.values() if record.kind == "milestone"}
