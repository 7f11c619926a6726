"""Finds which project that came in a change is one that went: it moved."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.changes.facts import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mtrack.changes.facts import Records


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
    """Whether half of the content is the same, and half of the milestones agree in id and name."""
    if old.records is None or new.records is None:
        return False
    return _half(_names(old.records), _names(new.records)) and _words_alike(old.text(), new.text())


def _words_alike(old: bytes, new: bytes) -> bool:
    """Whether the words that both have make up half of the longer text."""
    before, after = (Counter(text.split()) for text in (old, new))
    common = sum((before & after).values())
    return 2 * common >= max(before.total(), after.total())


def _half(old: set[object], new: set[object]) -> bool:
    return bool(old) and 2 * len(old & new) >= len(old)


def _ids(records: Records) -> set[object]:
    return {record.fields["id"] for record in records.values() if record.kind == "milestone"}


def _names(records: Records) -> set[object]:
    return {(record.fields["id"], record.fields["name"]) for record in records.values() if record.kind == "milestone"}
