"""Finds which project that came in a change is one that went: it moved."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

from mtrack.changes.facts import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping

    from mtrack.changes.facts import Records


T = TypeVar("T")
_FEW = 100
"""The projects that went with which one that came is compared: all, where there are no more."""
_RARE = 20
"""The projects in which a word may stand and still say which of them one is."""


class Candidate(Struct, frozen=True):
    """A project that went or came: its content's name, its records if they can be used, and how to get its text."""

    blob: str
    records: Records | None
    text: Callable[[], bytes]


def pair(gone: Mapping[str, Candidate], came: Mapping[str, Candidate]) -> dict[str, str]:
    """The old folder of each folder that is a moved project; the same content first.

    Of several that could be one the first is taken. In a crowd a project is compared with the `_FEW` alone that share
    most of what is rare, and those that come first.
    """
    result: dict[str, str] = {}
    old = {folder: _Known(candidate) for folder, candidate in gone.items()}
    new = {folder: _Known(candidate) for folder, candidate in came.items()}
    for sign, test, marks in ((_content, _always, None), (_name, _same_project, _ids_of), (_any, _alike, _words_of)):
        groups: dict[Hashable, dict[str, _Known]] = {}
        for folder, was in old.items():
            groups.setdefault(sign(was), {})[folder] = was
        crowds = {key: _Crowd(group, marks) for key, group in groups.items()}
        for folder, now in new.items():
            crowd = crowds.get(sign(now)) if folder not in result else None
            if crowd is None:
                continue
            found = next((name for name in crowd.like(now) if test(crowd.left[name], now)), None)
            if found is not None:
                result[folder] = found
                del crowd.left[found], old[found]
    return result


def is_renumbered(old: Candidate, new: Candidate) -> bool:
    """Whether half of the milestones keep their names, whatever their ids."""
    if old.records is None or new.records is None:
        return False
    before, after = ({name for _, name in _names(records)} for records in (old.records, new.records))
    return _half(before, after)


def is_another(old: Candidate, new: Candidate) -> bool:
    """Whether what stands in a folder is not the project that was there; what can't be used is not said to be another."""
    return (
        old.blob != new.blob
        and new.records is not None
        and not is_renumbered(old, new)
        and not pair({".": old}, {".": new})
    )


class _Crowd:
    """Projects that went and have a sign in common, in their order."""

    def __init__(self, left: dict[str, _Known], marks: Callable[[_Known], Iterable[Hashable]] | None) -> None:
        """`marks` are what tells one from the others; without them each stands for each."""
        self.left = left
        self._marks = marks
        self._places = {name: i for i, name in enumerate(left)}

    def like(self, now: _Known) -> Iterable[str]:
        """Those that are compared with a project that came, in their order."""
        if self._marks is None or len(self.left) <= _FEW:
            return self.left
        sharing = chain.from_iterable(self._rare.get(mark, ()) for mark in self._marks(now))
        shared = Counter(name for name in sharing if name in self.left)
        most = sorted(shared, key=lambda name: (-shared[name], self._places[name]))[: _FEW // 2]
        return sorted({*most, *islice(self.left, _FEW // 2)}, key=self._places.__getitem__)

    @cached_property
    def _rare(self) -> dict[Hashable, list[str]]:
        """The projects by each mark that few of them have."""
        assert self._marks is not None
        often = Counter(chain.from_iterable(map(self._marks, self.left.values())))
        result: dict[Hashable, list[str]] = {}
        for name, was in self.left.items():
            for mark in self._marks(was):
                if often[mark] <= _RARE:
                    result.setdefault(mark, []).append(name)
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


def _ids_of(candidate: _Known) -> Iterable[Hashable]:
    return candidate.ids


def _words_of(candidate: _Known) -> Iterable[Hashable]:
    """Its words, each once."""
    return candidate.words.keys()


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
