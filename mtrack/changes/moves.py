"""Finds which project that came in a change is one that went: it moved."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from mtrack.changes.facts import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
    left = dict(gone)
    for test in (_same_content, _same_project, _alike):
        for folder, candidate in came.items():
            if folder in result:
                continue
            old = next((name for name, was in left.items() if test(was, candidate)), None)
            if old is not None:
                result[folder] = old
                del left[old]
    return result


def _same_content(old: Candidate, new: Candidate) -> bool:
    return old.blob == new.blob


def _same_project(old: Candidate, new: Candidate) -> bool:
    """Whether the name agrees and half of the milestone ids do."""
    if old.records is None or new.records is None:
        return False
    name = old.records[PROJECT].fields.get("project")
    return name == new.records[PROJECT].fields.get("project") and _half(_ids(old.records), _ids(new.records))


def _alike(old: Candidate, new: Candidate) -> bool:
    """Whether half of the content is the same, and half of the milestones agree in id and name.

    Where one of them can't be read, its text is searched for the milestones of the other.
    """
    if old.records is not None and new.records is not None:
        same_milestones = _half(_names(old.records), _names(new.records))
    else:
        same_milestones = all(_half_in(a.records, b.text()) for a, b in ((old, new), (new, old)) if a.records)
    return same_milestones and _words_alike(old.text(), new.text())


def _half_in(records: Records, text: bytes) -> bool:
    """Whether half of the milestones stand in a text, by id and name."""
    names = _names(records)
    found = text.decode("utf-8", "replace")
    return _half(names, {pair for pair in names if all(part in found for part in pair)})


def _words_alike(old: bytes, new: bytes) -> bool:
    """Whether the words that both have make up half of the longer text."""
    before, after = (Counter(text.split()) for text in (old, new))
    common = sum((before & after).values())
    return 2 * common >= max(before.total(), after.total())


def _half(old: set[T], new: set[T]) -> bool:
    return bool(old) and 2 * len(old & new) >= len(old)


def _ids(records: Records) -> set[str]:
    return {record.fields["id"] for record in records.values() if record.kind == "milestone"}


def _names(records: Records) -> set[tuple[str, str]]:
    return {(record.fields["id"], record.fields["name"]) for record in records.values() if record.kind == "milestone"}
