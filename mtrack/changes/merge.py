"""The three-way merge of both sides' changes: only what differs from it was changed by the merge itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack.changes.align import align
from mtrack.changes.facts import Record, Records, Version, with_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    _Decide = Callable[[Any, Any, Any], Any]
    """The value of a conflict, by that of ours, of theirs and of the merge."""

_NONE = object()
"""The value of a fact that is not there."""


def expected(base: Version, ours: Version, theirs: Version, merged: Version) -> tuple[Version, Version]:
    """The three-way merge of both sides over their base, and the merged version with the same identities.

    Where both sides changed a fact in different ways, the side counts that the merge did not take: its value is what
    was given up.
    """
    return _three_way(base, ours, theirs, merged, lambda ours, theirs, merged: theirs if merged == ours else ours)


def common(base: Version, ours: Version, theirs: Version, merged: Version) -> Version:
    """What two commits have in common from which both sides of a merge are made: their own three-way merge.

    Where they changed a fact in different ways, what the merge of the sides took counts.
    """
    return _three_way(base, ours, theirs, merged, lambda _ours, _theirs, merged: merged)[0]


def _three_way(
    base: Version, ours: Version, theirs: Version, merged: Version, decide: _Decide
) -> tuple[Version, Version]:
    reference = base if base.records else ours if ours.records else theirs
    base, ours, theirs, merged = (align(reference, version) for version in (base, ours, theirs, merged))
    keys = dict.fromkeys((*ours.records, *theirs.records, *base.records, *merged.records))
    result: Records = {}
    for key in keys:
        record = _record(decide, *(version.records.get(key) for version in (base, ours, theirs, merged)))
        if record is not None:
            result[key] = record
    folder = _choose(decide, base.folder, ours.folder, theirs.folder, merged.folder)
    some = ours if ours.records else theirs
    if folder is None and result:  # what was given up in a project that one side removed
        folder = some.folder
    return Version(folder, result, some.currency, some.decimals), merged


def _choose(decide: _Decide, base: Any, ours: Any, theirs: Any, merged: Any) -> Any:
    """The value that the merge should have."""
    if theirs in (ours, base):
        return ours
    return theirs if ours == base else decide(ours, theirs, merged)


def _record(
    decide: _Decide, base: Record | None, ours: Record | None, theirs: Record | None, merged: Record | None
) -> Record | None:
    if ours is None or theirs is None:
        return _one_sided(base, ours, theirs, merged)
    sides = [{} if side is None else side.fields for side in (base, ours, theirs, merged)]
    fields: dict[str, Any] = {}
    for field in dict.fromkeys((*sides[1], *sides[2], *sides[0], *sides[3])):
        value = _choose(decide, *(side.get(field, _NONE) for side in sides))
        if value is not _NONE:
            fields[field] = value
    return ours if fields == ours.fields else theirs if fields == theirs.fields else with_fields(ours, fields)


def _one_sided(base: Record | None, ours: Record | None, theirs: Record | None, merged: Record | None) -> Record | None:
    """A record that one side has, or neither."""
    side = ours if ours is not None else theirs
    if side is None:
        return None
    if base is None or merged is None:  # it came on one side; or what was given up, if it was changed there
        return side if base is None or side.fields != base.fields else None
    return None  # the other side removed it
