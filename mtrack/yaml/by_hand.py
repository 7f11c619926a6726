"""Changes as lines that a person can write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack.finding import Place
from mtrack.yaml import style as styles
from mtrack.yaml import tree as trees
from mtrack.yaml.changes import Put, Remove

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.finding import Route
    from mtrack.yaml.changes import Change
    from mtrack.yaml.source import Source


def by_hand(changes: Iterable[Change], read: Source, names: tuple[str, ...]) -> str:
    """The place in words, below it the YAML; a list's item goes by the first of the keys `names` that it has."""
    lines: list[str] = []
    place = ""
    for change in changes:
        if place != (place := _in_words(change.route[:-1], read, names)):
            lines.append(f"{place}:")
        lines += _lines(change)
    return "\n".join(lines)


def _lines(change: Change) -> list[str]:
    last = change.route[-1]
    if isinstance(change, Remove):
        return [f"  (take `{last}` away)"]
    if isinstance(change, Put):
        return [f"  {last}: {_on_one_line(change.value, str(last))}"]
    more = "one more" if change.before is None else f"one more, before item {change.before + 1}"
    return [f"  {last}: ({more})", f"    - {_on_one_line(change.value, f'{last}[]')}"]


def _on_one_line(value: Any, name: str) -> str:
    plain = styles.Style.of(trees.read("{}\n"))
    return styles.in_flow(styles.styled(value, name, plain, flow=True), plain)


def _in_words(route: Route, read: Source, names: tuple[str, ...]) -> str:
    """The place of a mapping in words: `in list, name, key (line 14)`."""
    if not route:
        return "at the top"
    words = [
        step if isinstance(step, str) else _name(data, step, names)
        for step, data in zip(route, _along(read.data, route), strict=True)
    ]
    line = _line(route, read)
    return f"in {', '.join(words)}" + (f" (line {line})" if line else "")


def _along(data: Any, route: Route) -> Iterator[Any]:
    """The data that each step of a route leads to; None from where it leads nowhere."""
    for step in route:
        if isinstance(step, str):
            data = data.get(step) if isinstance(data, dict) else None
        else:
            data = data[step] if isinstance(data, list) and step < len(data) else None
        yield data


def _name(item: Any, step: int, names: tuple[str, ...]) -> str:
    found = next((item[name] for name in names if item.get(name)), None) if isinstance(item, dict) else None
    return str(found or f"item {step + 1}")


def _line(route: Route, read: Source) -> int:
    """The line of the last part of a route that is there; 0 where none is."""
    depth = sum(data is not None for data in _along(read.data, route))
    span = read.span(Place("", route[:depth])) if depth else None
    return span.line if span else 0
