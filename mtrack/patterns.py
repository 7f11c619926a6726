"""The folders that gitignore patterns leave out, in time that grows with what patterns and paths hold, not with their product.

All patterns are followed at once along a path, each place in them a bit of one number: the Shift-And of Baeza-Yates and
Gonnet, A new approach to text searching, Communications of the ACM 35 (1992), with loops for the stars.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache
from itertools import accumulate
from operator import xor
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_DEEP = "**"
"""In the place of a segment: any number of segments."""
_STAR = "*"
"""In the place of a character: any number of characters."""
_PIECE = (
    r"(?P<class>\[[!^]?\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*+\])|(?P<open>\[)|\\(?P<escaped>.)"
    r"|(?P<star>\*+)|(?P<one>\?)|(?P<plain>.)"
)
_CLASS = r"\[:(?P<name>[a-z]+):\]|\\(?P<escaped>.)|."
_POSIX = {
    "alnum": "09AZaz", "alpha": "AZaz", "blank": "  \t\t", "cntrl": "\x00\x1f\x7f\x7f", "digit": "09", "graph": "!~",
    "lower": "az", "print": " ~", "punct": "!/:@[`{~", "space": "  \t\r", "upper": "AZ", "xdigit": "09AFaf",
}  # fmt: skip
"""The named classes: the first and the last character of each range, one after another."""
_END = 0x110000
"""One more than the last code point."""

Ranges = tuple[tuple[int, int], ...]
"""The characters that fit a place: the first code point of each range, and the one behind its last, in order and apart."""
_ANY: Ranges = ((0, _END),)


class Segment(Struct, frozen=True):
    """A segment of a pattern: what fits each of its characters, with `*` between them."""

    items: tuple[Ranges | str, ...]


Step = str | Segment
"""A segment, or `**`."""


class Pattern(Struct, frozen=True):
    """A pattern: the segments of the paths that it matches, and whether these are left out or taken back in."""

    segments: tuple[Step, ...]
    excludes: bool


def parse(text: str) -> Pattern | None:
    """A line of a gitignore file; None where it matches nothing. Raises ValueError where it can't be one."""
    text = re.sub(r"(?<!\\)((?:\\\\)*+)\s+$", r"\1", text)
    if not text or text.startswith("#"):
        return None
    excludes = not text.startswith("!")
    text = text if excludes else text[1:]
    if not text:
        message = "nothing follows the exclamation mark"
        raise ValueError(message)
    if re.search(r"(?<!\\)(?:\\\\)*+\\$", text):
        message = "nothing follows the last backslash"
        raise ValueError(message)
    parts = text.removesuffix("/").split("/")
    if parts == [""]:
        return None
    if len(parts) == 1:
        parts = [_DEEP, *parts]  # at any depth
    elif not parts[0]:
        parts = parts[1:]
    found = [_DEEP if part == _DEEP else _segment(part) for part in parts]
    segments = [segment for segment in found if segment is not None]
    if len(segments) < len(found):
        return None
    if segments[-1] == _DEEP:
        segments.append(Segment((_STAR,)))  # what lies in a folder, not the folder itself
    return Pattern(tuple(segments), excludes)


def _segment(text: str) -> Segment | None:
    """A segment; None where a bracket stays open, which to git matches nothing. Raises ValueError as `_class` does."""
    items: list[Ranges | str] = []
    for match in re.finditer(_PIECE, text, re.DOTALL):
        kind, found = match.lastgroup, match[match.lastgroup or 0]
        if kind == "open":
            return None
        if kind == "star":
            items.append(_STAR)
        elif kind == "class":
            items.append(_class(found))
        else:
            items.append(_ANY if kind == "one" else ((ord(found), ord(found) + 1),))
    return Segment(tuple(items))


def _class(text: str) -> Ranges:
    """The characters of a class. Raises ValueError where a range runs backwards, or where it names none."""
    inner = text[1:-1]
    negated = inner[:1] in ("!", "^")
    found = _merged(_in_class(inner[negated:]))
    if not found:
        message = f"{text} names no character"
        raise ValueError(message)
    if not negated:
        return found
    edges = (0, *(edge for pair in found for edge in pair), _END)
    return tuple((edges[i], edges[i + 1]) for i in range(0, len(edges), 2) if edges[i] < edges[i + 1])


def _merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Ranges in order, those that touch as one."""
    result: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(end, result[-1][1])
        else:
            result.append((start, end))
    return tuple(result)


def _in_class(inner: str) -> Iterator[tuple[int, int]]:
    """The ranges of a class: a dash between two characters makes one, any other is a character."""
    parts = [*re.finditer(_CLASS, inner, re.DOTALL)]
    first = None
    """The character that a dash would begin a range from."""
    after = iter(range(len(parts)))
    for i in after:
        part, following = parts[i], parts[i + 1] if i + 1 < len(parts) else None
        if part["name"]:
            named = _POSIX.get(part["name"], "")
            yield from ((ord(named[at]), ord(named[at + 1]) + 1) for at in range(0, len(named), 2))
            first = None
        elif part[0] == "-" and first is not None and following is not None and not following["name"]:
            last = _one(following)
            if last < first:
                message = f"the range {first}-{last} runs backwards"
                raise ValueError(message)
            yield ord(first), ord(last) + 1
            first = None
            next(after)
        else:
            first = _one(part)
            yield ord(first), ord(first) + 1


def _one(part: re.Match[str]) -> str:
    return part["escaped"] or part[0]


class Matcher:
    """Patterns that are followed together, the last of those that match a folder deciding, as in git.

    A number has a bit for each place in them that the names so far can lead to: from before the first character of each
    segment to behind its last one, and one for each `**`.
    """

    def __init__(self, patterns: Sequence[Pattern | None]) -> None:
        """None stands for a pattern that matches nothing."""
        self._begins = self._deep = self._loops = self._ends = self._last = 0
        self._patterns: dict[int, int] = {}
        """The patterns, by the number of the bit at their ends."""
        self._excludes = [pattern is not None and pattern.excludes for pattern in patterns]
        changes: dict[int, int] = {0: 0}
        """By code point the places whose characters begin there, or end before it."""
        bit = 1
        for number, pattern in enumerate(patterns):
            if pattern is None:
                continue
            self._begins |= bit
            for step in pattern.segments:
                if isinstance(step, str):
                    self._deep |= bit
                else:
                    bit = self._lay_out(step, bit, changes)
                    self._ends |= bit
                bit <<= 1
            self._last |= bit >> 1
            self._patterns[bit.bit_length() - 1] = number
        self._begins = self._past_deep(self._begins)
        self._points = sorted(changes)
        self._places = [*accumulate((changes[point] for point in self._points), xor)]
        """By these code points the places behind the characters from there to the next one."""
        self._known: tuple[list[str], list[int], list[int]] = [], [self._begins], [0]
        """The last path that was asked about, where each of its folders leads, and the ends that each has reached."""

    def _lay_out(self, segment: Segment, bit: int, changes: dict[int, int]) -> int:
        """Lay out a segment from a place on; the place behind its last character."""
        for item in segment.items:
            if isinstance(item, str):
                self._loops |= bit
                continue
            bit <<= 1
            for edge in (edge for pair in item for edge in pair):
                changes[edge] = changes.get(edge, 0) ^ bit
        return bit

    def _past_deep(self, places: int) -> int:
        """Places, with those behind a `**` that takes nothing."""
        while more := (places & self._deep) << 1 & ~places:
            places |= more
        return places

    def _follow(self, places: int, name: str) -> tuple[int, int]:
        """Where a name leads from the places before it, and which ends of patterns it reaches."""
        here = places
        points, behind, loops = self._points, self._places, self._loops
        for char in name:
            here = (here << 1) & behind[bisect_right(points, ord(char)) - 1] | here & loops
            if not here:
                break
        ends = here & self._ends
        last = ends & self._last
        return self._past_deep((ends ^ last) << 1 | places & self._deep), last

    def decides(self, path: str) -> int | None:
        """The number of the last pattern that matches a folder, given by its path from the root; None where none does."""
        if not self._begins:
            return None
        names, leads, ends = self._known
        wanted = path.split("/")
        same = 0
        for name, known in zip(wanted, names, strict=False):
            if name != known:
                break
            same += 1
        leads, ends = leads[: same + 1], ends[: same + 1]
        for name in wanted[same:]:
            places, last = self._follow(leads[-1], name)
            leads.append(places)
            ends.append(last)
        self._known = wanted, leads, ends
        return self._patterns[ends[-1].bit_length()] if ends[-1] else None

    def __call__(self, path: str) -> bool:
        """Whether a folder is left out; what lies in one is not asked about once it is out."""
        number = self.decides(path)
        return number is not None and self._excludes[number]


@lru_cache(maxsize=8)
def matcher(patterns: tuple[str, ...]) -> Matcher:
    """What patterns leave out."""
    return Matcher([*map(parse, patterns)])


def is_pattern(text: str) -> bool:
    """Whether `text` is a gitignore pattern."""
    try:
        parse(text)
    except ValueError:
        return False
    return True
