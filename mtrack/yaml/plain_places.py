"""The places of keys and values in a text that the reader of plain files has read, found without a parser.

There each key stands on a line of its own, but for those in brackets. For the end of a mapping or a list on lines of
its own a parser is asked. `tests/plain/yaml_fuzz.py` holds all places to the parser's.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.yaml import plain

if TYPE_CHECKING:
    from mtrack.finding import Route
    from mtrack.yaml.places import Places

_FIRST = re.compile(r"(?: *(?:#[^\n]*)?\n)*+")
_NEXT = re.compile(r"\n( *)[^ \n#]")
"""The gap from the end of a line to the first character of the next one that is not empty."""
_KEY = re.compile(rf"({plain.KEY}):(?= |\n|\Z)")
_VALUE = re.compile(plain.VALUE)
_IN_BRACKETS = r"[^\[\]{}]*+"
for _ in range(5):
    _IN_BRACKETS = rf"(?:[^\[\]{{}}]++|[\[{{]{_IN_BRACKETS}[\]}}])*+"
_MEMBER = re.compile(rf" *+(?:({plain.KEY}): ++)?([^ ,\[\]{{}}][^,\[\]{{}}]*+|[\[{{]{_IN_BRACKETS}[\]}}]) *+[,\]}}]")
"""A value in brackets, of a mapping with its key; a parser is asked for those that lie deeper."""


class _Block(Struct):
    """A mapping or a list on lines of its own: the offset and the column of its first key or dash, and its end.

    The end is looked for when it is asked for.
    """

    start: int
    column: int
    end: int | None = None


class _Found(Struct):
    """The result of a step of a route: the start of its key, the scalar or brackets, or the block below.

    The value of a key is looked for when it is asked for, from `behind`, the end of the key's colon. `below` is where the
    steps lead that were gone from here, None for nowhere; in brackets all that stands there.
    """

    key: int | None
    behind: int | None = None
    column: int = 0
    value: tuple[int, int] | None = None
    block: _Block | None = None
    below: dict[str | int, _Found | None] | None = None


class PlainPlaces:
    """The places of keys and values in such a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        first = _FIRST.match(text)
        self._top = _Found(None, block=_Block(first.end() if first else 0, 0, len(text)))
        self._items: dict[int, list[int]] = {}
        self._places: Places | None = None

    def offsets(self, route: Route, *, key: bool) -> tuple[int, int]:
        """Start and end of the value at a route, or of its key; a route that leads nowhere ends at its last part."""
        found = self._find(route)
        if found is not None:
            if (key or self._is_empty(found)) and found.key is not None:
                return found.key, found.key + len(str(route[-1]))
            if found.value is not None:
                return found.value
        return self._by_parser().offsets(route, key=key)

    def first_key(self, route: Route, preferred: tuple[str, ...]) -> str | None:
        """The first `preferred` key that the mapping at a route has, else its first; None where there is no mapping."""
        found = self._find(route)
        if found is None or self._is_empty(found):
            return self._by_parser().first_key(route, preferred)
        below = self._below(found)
        if found.block is None:
            keys = [key for key, child in below.items() if isinstance(key, str) and child is not None]
            return next((key for key in preferred if key in keys), keys[0] if keys else None)
        first = _KEY.match(self._text, found.block.start)
        if first is None:
            return self._by_parser().first_key(route, preferred)
        return next((key for key in preferred if self._find((*route, key)) is not None), first[1])

    def _by_parser(self) -> Places:
        if self._places is None:
            from mtrack.yaml.places import Places  # noqa: PLC0415  (a parser takes long to load, and most places need none)

            self._places = Places(self._text)
        return self._places

    def _find(self, route: Route) -> _Found | None:
        """The key and the value at a route; None where it leads nowhere."""
        found: _Found | None = self._top
        for step in route:
            if found is None:
                return None
            below = found.below
            if below is None:
                below = self._below(found)
            if step not in below:
                below[step] = self._step(found, step)
            found = below[step]
        return found

    def _below(self, found: _Found) -> dict[str | int, _Found | None]:
        """Where the steps lead that are known; all those in brackets are from here on."""
        if found.below is None:
            found.below = {}
            if not self._is_empty(found) and found.value is not None and self._text[found.value[0]] in "{[":
                self._look_into(found.below, *found.value)
        return found.below

    def _look_into(self, below: dict[str | int, _Found | None], start: int, end: int) -> None:
        for member in _MEMBER.finditer(self._text, start + 1, end):
            key, value = member.groups()
            at = member.start(2)
            place = None if key is None else member.start(1)
            below[len(below) if key is None else key] = _Found(place, value=(at, at + len(value.rstrip(" "))))

    def _step(self, found: _Found, step: str | int) -> _Found | None:
        if self._is_empty(found) or found.block is None:
            return None
        return self._key(found.block, step) if isinstance(step, str) else self._item(found.block, step)

    def _is_empty(self, found: _Found) -> bool:
        """Whether a key has no value; the value, if any, is known from here on."""
        if found.behind is not None:
            found.value, found.block = self._value(found.behind, found.column)
            found.behind = None
        return found.value is None and found.block is None

    def _key(self, block: _Block, key: str) -> _Found | None:
        text, at = self._text, block.start
        colon = f"{key}:"
        if not text.startswith(colon, at):
            at = text.find(f"\n{' ' * block.column}{colon}", at, self._end(block)) + 1 + block.column
            if at == block.column:
                return None
        if _KEY.match(text, at) is None:
            return None
        return _Found(at, at + len(colon), block.column)

    def _item(self, block: _Block, index: int) -> _Found | None:
        if not self._text.startswith("- ", block.start):
            return None  # a mapping, whose keys may have lists in its own column
        items = self._items.get(block.start)
        if items is None:
            dashes = _dashes(block.column).finditer(self._text, block.start - block.column, self._end(block))
            items = self._items[block.start] = [dash.end() for dash in dashes]
        if index >= len(items):
            return None
        at = items[index]
        if _KEY.match(self._text, at) is None:
            return _Found(None, at, block.column)
        return _Found(None, block=_Block(at, at - self._text.rfind("\n", 0, at) - 1))

    def _value(self, at: int, column: int) -> tuple[tuple[int, int] | None, _Block | None]:
        """The value of a key or a dash in a column: the ends of a scalar or brackets, or a block."""
        value = _VALUE.match(self._text, at)
        if value is not None and value.lastindex:
            start = value.start(value.lastindex)
            return (start, start + len(value[value.lastindex].rstrip(" "))), None
        below = _NEXT.search(self._text, at)
        if below is None:
            return None, None
        start, deeper = below.end() - 1, len(below[1])
        is_below = deeper > column or (deeper == column and self._text.startswith("- ", start))
        return None, _Block(start, deeper) if is_below else None

    def _end(self, block: _Block) -> int:
        if block.end is None:
            is_list = self._text.startswith("- ", block.start)
            found = (_after_list if is_list else _after_mapping)(block.column).search(self._text, block.start)
            block.end = found.start() if found else len(self._text)
        return block.end


@cache
def _dashes(column: int) -> re.Pattern[str]:
    return re.compile(rf"^ {{{column}}}- +", re.MULTILINE)


@cache
def _after_mapping(column: int) -> re.Pattern[str]:
    """The end of the line before one that begins further to the left."""
    return re.compile(rf"\n {{0,{column - 1}}}[^ \n#]" if column else r"\Z")


@cache
def _after_list(column: int) -> re.Pattern[str]:
    """The end of the line before one that begins further to the left, or with no dash."""
    return re.compile(rf"\n {{{column}}}[^ \n#-]" + (rf"|\n {{0,{column - 1}}}[^ \n#]" if column else ""))
