"""The folders that gitignore patterns leave out, in time that grows with pattern and path alone, whatever both hold."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

T = TypeVar("T")
U = TypeVar("U")
_DEEP = "**"
"""In the place of a segment: any number of segments."""
_STAR, _ONE = "*", "?"
_PIECE = (
    r"(?P<class>\[[!^]?\]?(?:\[:[a-z]+:\]|\\.|[^\]\\])*+\])|(?P<open>\[)|\\(?P<escaped>.)"
    r"|(?P<star>\*+)|(?P<one>\?)|(?P<plain>.)"
)
_CLASS = r"\[:(?P<name>[a-z]+):\]|\\(?P<escaped>.)|."
_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "blank": " \\t", "cntrl": "\\x00-\\x1f\\x7f", "digit": "0-9", "graph": "!-~",
    "lower": "a-z", "print": " -~", "punct": "!-/:-@\\[-`{-~", "space": "\\s", "upper": "A-Z", "xdigit": "0-9A-Fa-f",
}  # fmt: skip

Token = str | re.Pattern[str]
"""`*`, `?`, a pattern of one character, or a character behind a backslash."""
Segment = str | tuple[Token, ...]


class Pattern(Struct, frozen=True):
    """A pattern: the segments of the paths that it matches, and whether these are left out or taken back in."""

    segments: tuple[Segment, ...]
    excludes: bool

    def matches(self, path: Sequence[str]) -> bool:
        """Whether it matches a folder, given by the names on the way to it."""
        return _matches(self.segments, path, _is_deep, _segment_matches)


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
    found = [_DEEP if part == _DEEP else _tokens(part) for part in parts]
    segments = [segment for segment in found if segment is not None]
    if len(segments) < len(found):
        return None
    if segments[-1] == _DEEP:
        segments.append((_STAR,))  # what lies in a folder, not the folder itself
    return Pattern(tuple(segments), excludes)


def _tokens(text: str) -> tuple[Token, ...] | None:
    """The tokens of a segment; None where a bracket stays open, which to git matches nothing."""
    result: list[Token] = []
    for match in re.finditer(_PIECE, text, re.DOTALL):
        kind, found = match.lastgroup, match[match.lastgroup or 0]
        if kind == "open":
            return None
        if kind == "class":
            result.append(_class(found))
        else:
            result.append({"star": _STAR, "one": _ONE}.get(kind or "", f"\\{found}"))
    return tuple(result)


def _class(text: str) -> re.Pattern[str]:
    """A pattern for one of several characters. Raises ValueError where a range runs backwards."""
    inner = text[1:-1]
    negated = inner[:1] in ("!", "^")
    inner = "".join(map(_in_class, re.finditer(_CLASS, inner[negated:], re.DOTALL)))
    try:
        return re.compile(f"[{'^' * negated}{inner}]", re.DOTALL)
    except re.error as error:
        raise ValueError(str(error)) from None


def _in_class(match: re.Match[str]) -> str:
    """A part of a class as `re` writes it."""
    if match["name"]:
        return _POSIX.get(match["name"], "")
    return "-" if match[0] == "-" else re.escape(match["escaped"] or match[0])


def _is_deep(segment: Segment) -> bool:
    return segment == _DEEP


def _is_star(token: Token) -> bool:
    return token == _STAR


def _segment_matches(segment: Segment, name: str) -> bool:
    return _matches(segment, name, _is_star, _token_matches)


def _token_matches(token: Token, char: str) -> bool:
    if isinstance(token, str):
        return token == _ONE or token[1:] == char
    return token.match(char) is not None


def _matches(
    wanted: Sequence[T], given: Sequence[U], is_any: Callable[[T], bool], fits: Callable[[T, U], bool]
) -> bool:
    """Whether each of what is given fits what is wanted, in order; some of that stands for any number.

    Only the last of those is ever tried with more: what an earlier one takes less, it can take.
    """
    at = start = 0
    back = -1
    i = 0
    while i < len(given):
        if at < len(wanted) and is_any(wanted[at]):
            back, start, at = at, i, at + 1
        elif at < len(wanted) and fits(wanted[at], given[i]):
            at, i = at + 1, i + 1
        elif back >= 0:
            start += 1
            at, i = back + 1, start
        else:
            return False
    return all(is_any(item) for item in wanted[at:])


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
