"""The folders that gitignore patterns leave out, in time that grows with pattern and path alone, whatever both hold."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_DEEP = "**"
"""In the place of a segment: any number of segments."""
_PIECE = (
    r"(?P<class>\[[!^]?\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*+\])|(?P<open>\[)|\\(?P<escaped>.)"
    r"|(?P<star>\*+)|(?P<one>\?)|(?P<plain>.)"
)
_CLASS = r"\[:(?P<name>[a-z]+):\]|\\(?P<escaped>.)|."
_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9", "graph": "!-~",
    "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": "\\s", "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip


class Segment(Struct, frozen=True):
    """A segment of a pattern: what stands between its stars, each as text or as a regular expression, and their lengths."""

    pieces: tuple[str | re.Pattern[str], ...]
    lengths: tuple[int, ...]

    def matches(self, name: str) -> bool:
        """Whether it matches a name. What stands before the last star is taken as early as it is found."""
        if len(self.pieces) == 1:
            return len(name) == self.lengths[0] and _find(self.pieces[0], name, 0, len(name)) == 0
        at, end = self.lengths[0], len(name) - self.lengths[-1]
        if end < at or _find(self.pieces[0], name, 0, at) or _find(self.pieces[-1], name, end, len(name)) != end:
            return False
        for piece, length in zip(self.pieces[1:-1], self.lengths[1:-1], strict=True):
            found = _find(piece, name, at, end)
            if found < 0:
                return False
            at = found + length
        return True


def _find(piece: str | re.Pattern[str], name: str, start: int, end: int) -> int:
    """Where a piece is found first between two places; -1 where it is not."""
    if isinstance(piece, str):
        return name.find(piece, start, end)
    found = piece.search(name, start, end)
    return -1 if found is None else found.start()


Step = str | Segment
"""A segment, or `**`."""


class Pattern(Struct, frozen=True):
    """A pattern: the segments of the paths that it matches, and whether these are left out or taken back in."""

    segments: tuple[Step, ...]
    excludes: bool

    def matches(self, path: Sequence[str]) -> bool:
        """Whether it matches a folder, given by the names on the way to it."""
        return _matches(self.segments, path)


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
        segments.append(Segment(("", ""), (0, 0)))  # what lies in a folder, not the folder itself
    return Pattern(tuple(segments), excludes)


def _segment(text: str) -> Segment | None:
    """A segment; None where a bracket stays open, which to git matches nothing. Raises ValueError as `_class` does."""
    pieces: list[list[tuple[str, str | None]]] = [[]]
    for match in re.finditer(_PIECE, text, re.DOTALL):
        kind, found = match.lastgroup, match[match.lastgroup or 0]
        if kind == "open":
            return None
        if kind == "star":
            pieces.append([])
        elif kind == "class":
            pieces[-1].append((_class(found), None))
        else:
            pieces[-1].append((".", None) if kind == "one" else (re.escape(found), found))
    return Segment(tuple(map(_piece, pieces)), tuple(map(len, pieces)))


def _piece(characters: list[tuple[str, str | None]]) -> str | re.Pattern[str]:
    """What stands between two stars: each character as `re` writes it, and as itself where it is one."""
    plain = [itself for _, itself in characters if itself is not None]
    if len(plain) == len(characters):
        return "".join(plain)
    return re.compile("".join(expression for expression, _ in characters), re.DOTALL)


def _class(text: str) -> str:
    """An expression for one of several characters. Raises ValueError where a range runs backwards."""
    inner = text[1:-1]
    negated = inner[:1] in ("!", "^")
    found = f"[{'^' * negated}{''.join(_in_class(inner[negated:]))}]"
    try:
        re.compile(found, re.DOTALL)
    except re.error as error:
        raise ValueError(str(error)) from None
    return found


def _in_class(inner: str) -> Iterator[str]:
    """The parts of a class as `re` writes them: a dash between two characters makes a range, any other is one."""
    parts = [*re.finditer(_CLASS, inner, re.DOTALL)]
    first = None
    """The character that a dash would begin a range from."""
    after = iter(range(len(parts)))
    for i in after:
        part, following = parts[i], parts[i + 1] if i + 1 < len(parts) else None
        if part["name"]:
            yield _POSIX.get(part["name"], "")
            first = None
        elif part[0] == "-" and first is not None and following is not None and not following["name"]:
            yield f"-{re.escape(_one(following))}"
            first = None
            next(after)
        else:
            first = re.escape(_one(part))
            yield first


def _one(part: re.Match[str]) -> str:
    return part["escaped"] or part[0]


def _matches(wanted: Sequence[Step], names: Sequence[str]) -> bool:
    """Whether each of several names fits what is wanted, in order; `**` stands for any number.

    Only the last of those is ever tried with more: what an earlier one takes less, it can take.
    """
    at = start = 0
    back = -1
    i = 0
    while i < len(names):
        step = wanted[at] if at < len(wanted) else None
        if isinstance(step, str):
            back, start, at = at, i, at + 1
        elif step is not None and step.matches(names[i]):
            at, i = at + 1, i + 1
        elif back >= 0:
            start += 1
            at, i = back + 1, start
        else:
            return False
    return all(step == _DEEP for step in wanted[at:])


@cache
def matcher(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether patterns leave a folder out, given by its path from the root.

    As in git, the last pattern that matches the folder decides, and what lies in a folder is not asked about once
    the folder is out.
    """
    parsed = [pattern for pattern in map(parse, patterns) if pattern is not None][::-1]

    def excluded(path: str) -> bool:
        names = path.split("/")
        return next((pattern.excludes for pattern in parsed if pattern.matches(names)), False)

    return excluded


def is_pattern(text: str) -> bool:
    """Whether `text` is a gitignore pattern."""
    try:
        parse(text)
    except ValueError:
        return False
    return True
