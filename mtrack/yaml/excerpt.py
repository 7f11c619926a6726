"""The part of a long text that an edit looks at: without the items of lists that stand far from every change.

A tree of all places takes many times what a text takes, and an edit needs few of them: those on the way to its
changes, and some others beside, to write as they are written. What is left out are whole lines, and the excerpt is read
to see that it holds all other data: whatever else the lines may have been, there is no excerpt then.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from mtrack.finding import Place
from mtrack.yaml import source
from mtrack.yaml.changes import Append, Owned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.finding import Route
    from mtrack.yaml.changes import Change
    from mtrack.yaml.draft import Cut
    from mtrack.yaml.shape import Shape
    from mtrack.yaml.source import Source

NEAR = 50
"""The number of items that are kept at both ends of a list and on both sides of a change."""
_DASH = re.compile(" *- +")
_MAY_BE_ALIAS = re.compile(r"(?:^|[\s,\[{:-])\*", re.MULTILINE)

Run = tuple[int, int]
"""Items of a list that are left out: the first of them, and the first one behind them."""


class Excerpt(Struct, frozen=True):
    """An excerpt, the changes as their routes lead in it, and the offsets of what is left out of the text."""

    text: str
    changes: tuple[Change, ...]
    left_out: tuple[tuple[int, int], ...]

    def in_whole(self, cuts: Iterable[Cut]) -> list[Cut] | None:
        """Cuts into the excerpt as cuts into the text; None where one touches what is left out."""
        result: list[Cut] = []
        for start, end, new in cuts:
            before = 0
            for gap, after in self.left_out:
                if start <= gap - before <= end:
                    return None
                if end < gap - before:
                    break
                before += after - gap
            result.append((start + before, end + before, new))
        return result


def excerpt(read: Source, changes: tuple[Change, ...], shape: Shape) -> Excerpt | None:
    """An excerpt of a text for some changes; None where there is nothing to leave out, or it is not sure what."""
    runs = {route: found for route in _lists(read.data, changes) if (found := _far(read.data, route, changes))}
    if not runs or _MAY_BE_ALIAS.search(read.text):
        return None
    left_out: list[tuple[int, int]] = []
    for route, found in runs.items():
        for run in found:
            start, end = (_line_of(read, (*route, i)) for i in run)
            if start is None or end is None:
                return None
            left_out.append((start, end))
    left_out.sort()
    text, at = "", 0
    for start, end in left_out:
        text += read.text[at:start]
        at = end
    text += read.text[at:]
    known = source.parse(read.path, text, shape)
    if known.flaws or known.data != _without(read.data, runs):
        return None
    return Excerpt(text, tuple(_counted(change, runs) for change in changes), tuple(left_out))


def _lists(data: Any, changes: Iterable[Change]) -> set[Route]:
    """The routes of the lists at the top and of those on the way to a change."""
    result: set[Route] = {(key,) for key in data} if isinstance(data, dict) else set()
    for change in changes:
        result.update(change.route[:depth] for depth in range(2, len(change.route) + 1))
    return result


def _far(data: Any, route: Route, changes: Iterable[Change]) -> list[Run]:
    """The items of the list at a route that are far from all changes and from its ends; none where there is no list."""
    for step in route:
        known = step in data if isinstance(data, dict) else isinstance(data, list) and step in range(len(data))
        data = data[step] if known else None
    if not isinstance(data, list):
        return []
    runs, at = [], NEAR
    for i in sorted({len(data), *_places(route, changes)}):
        if i - NEAR - at >= NEAR:
            runs.append((at, i - NEAR))
        at = max(at, i + NEAR)
    return runs


def _places(route: Route, changes: Iterable[Change]) -> Iterator[int]:
    """The items of the list at a route that changes lead to, or are put before."""
    for change in changes:
        if isinstance(change, Append) and change.route == route and change.before is not None:
            yield change.before
        elif change.route[: len(route)] == route and len(change.route) > len(route):
            yield int(change.route[len(route)])


def _line_of(read: Source, route: Route) -> int | None:
    """The start of the line on which an item begins behind its dash."""
    offsets = read.offsets(Place(read.path, route))
    if offsets is None:
        return None
    start = read.text.rfind("\n", 0, offsets[0]) + 1
    return start if _DASH.fullmatch(read.text, start, offsets[0]) else None


def _without(data: Any, runs: dict[Route, list[Run]]) -> Any:
    """Data without the items that are left out."""
    owned = Owned()
    data = owned.copy(data)
    for route in sorted(runs, key=len, reverse=True):
        items = owned.step_to(data, route)
        for start, end in reversed(runs[route]):
            del items[start:end]
    return data


def _counted(change: Change, runs: dict[Route, list[Run]]) -> Change:
    """A change as its route leads where items are left out."""
    route = tuple(_index(runs.get(change.route[:i], ()), step) for i, step in enumerate(change.route))
    if isinstance(change, Append) and change.before is not None:
        return replace(change, route=route, before=_index(runs.get(change.route, ()), change.before))
    return replace(change, route=route)


def _index(runs: Iterable[Run], step: Any) -> Any:
    return step - sum(end - start for start, end in runs if end <= step) if isinstance(step, int) else step
