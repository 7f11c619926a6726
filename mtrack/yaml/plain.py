"""The plain files that nearly everyone writes, read line by line into the data that the reference reads there.

Not a YAML parser: it reads mappings and lists in blocks whose values are plain or simply quoted scalars on one line, and
brackets on one line that hold such scalars. Whatever else stands in a text, or could mean something else to a parser,
it raises _NotPlainError; so it finds no fault and knows no places. `tests/plain/yaml_fuzz.py` compares it with the reference.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from mtrack import limits
from mtrack.yaml.scalars import NULLS, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.yaml.shape import Shape

KEY = r"[A-Za-z_][A-Za-z0-9_-]{0,60}"
_PLAIN = r"(?:[^\s\-?:,\[\]{}#&*!|>'\"%@`]|-(?=[0-9]))[^\n:#]*+(?::(?! |$)[^\n:#]*+)*+"
VALUE = rf"(?: *+(?:({_PLAIN})|('[^'\n]*+' *+|\"[^\"\\\n]*+\" *+)|([\[{{][^\n#'\"]*[\]}}] *+)))?+"
"""The rest of a line to its end or its comment: a plain scalar, one in quotes, or brackets."""
_LINE = re.compile(rf"( *+)(-  *+)?(?:({KEY}):(?= |$))?{VALUE} *+(?:(?<= )#.*)?")
_IGNORED = re.compile(r" *(?:#.*)?")
_TOKEN = re.compile(rf" *+(?:([\[\]{{}},])|({KEY}): ++|((?:[^\s\-?:,\[\]{{}}#&*!|>%@`]|-(?=[0-9]))[^\n,\[\]{{}}:#]*+))")
_VARIATIONS = (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
_SHOWING_NOTHING = {*"\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0", *map(chr, _VARIATIONS)}
"""The characters that show nothing and yet are printable to Python: a text of them alone may not fit, so it is left to a parser."""
_DEEPEST = 12
"""Levels of nesting; no file of the format has more than eight."""


class _NotPlainError(Exception):
    """The text needs a parser."""


def read(text: str, shape: Shape) -> dict[str, Any] | None:
    """The data in a text, with the types that `shape` asks for; None where a parser is needed."""
    if not is_printable(text):
        return None
    try:
        return _Reader(shape).read(text)
    except _NotPlainError:
        return None


def is_printable(text: str) -> bool:
    """Whether a text has only characters that YAML allows and that show something, and mean nothing special to any parser."""
    return text.replace("\n", "").isprintable() and (text.isascii() or _SHOWING_NOTHING.isdisjoint(text))


class _Block:
    """An open mapping or list: the column it stands in, and the data that goes into it."""

    __slots__ = ("column", "data", "shape")

    def __init__(self, column: int, data: Any, shape: Shape) -> None:
        self.column = column
        self.data = data
        self.shape = shape


class _Reader:
    """Reads lines one after the other; the blocks around a line stand on a stack."""

    def __init__(self, shape: Shape) -> None:
        self.top: dict[str, Any] = {}
        self.open = [_Block(0, self.top, shape)]
        self.waiting: str | None = None
        """The key of the innermost mapping whose value stands on the next lines, if anywhere."""

    def read(self, text: str) -> dict[str, Any]:
        """The mapping at the top. Raises _NotPlainError."""
        line_of = _LINE.fullmatch
        for line in text.split("\n"):
            match = line_of(line) if len(line) <= limits.VALUE else None
            if match is None:
                if _IGNORED.fullmatch(line) is None:
                    raise _NotPlainError
                continue
            indent, dash, key, plain, quoted, bracket = match.groups()
            if key is None and dash is None:
                if plain is None and quoted is None and bracket is None:
                    continue  # an empty line
                raise _NotPlainError
            column = len(indent)
            if dash is not None:
                block = self._item(column)
                column += len(dash)
                if key is None:
                    block.data.append(self._value(plain, quoted, bracket, block.shape.item))
                    continue
                item: dict[str, Any] = {}
                block.data.append(item)
                block = self._enter(column, item, block.shape.item)
            else:
                block = self._mapping(column)
            if key in block.data:
                raise _NotPlainError
            self._pair(block, key, plain, quoted, bracket)
        if not self.top:
            raise _NotPlainError
        return self.top

    def _pair(self, block: _Block, key: str, plain: str | None, quoted: str | None, bracket: str | None) -> None:
        shape = block.shape
        below = shape.properties.get(key) or shape.child(key)
        if plain is not None:
            if plain[-1] == " ":
                plain = plain.rstrip(" ")
            kind = below.kind
            block.data[key] = plain if kind == "text" and plain not in NULLS else scalar(plain, kind)
        elif quoted is None and bracket is None:
            block.data[key] = None
            self.waiting = key
        else:
            block.data[key] = self._value(plain, quoted, bracket, below)

    def _enter(self, column: int, data: Any, shape: Shape) -> _Block:
        if len(self.open) >= _DEEPEST:
            raise _NotPlainError
        block = _Block(column, data, shape)
        self.open.append(block)
        return block

    def _mapping(self, column: int) -> _Block:
        """The mapping that a key in a column goes into."""
        stack = self.open
        block = stack[-1]
        if self.waiting is not None:
            key, self.waiting = self.waiting, None
            if column > block.column:
                below = block.shape.child(key)
                data: dict[str, Any] = {}
                block.data[key] = data
                return self._enter(column, data, below)
        while block.column > column or type(block.data) is list:
            stack.pop()
            if not stack:
                raise _NotPlainError
            block = stack[-1]
        if block.column != column:
            raise _NotPlainError
        return block

    def _item(self, column: int) -> _Block:
        """The list that a dash in a column goes into."""
        stack = self.open
        block = stack[-1]
        if self.waiting is not None:
            key, self.waiting = self.waiting, None
            if column >= block.column:
                below = block.shape.child(key)
                data: list[Any] = []
                block.data[key] = data
                return self._enter(column, data, below)
        while block.column > column:
            stack.pop()
            if not stack:
                raise _NotPlainError
            block = stack[-1]
        if block.column != column or type(block.data) is not list:
            raise _NotPlainError
        return block

    def _value(self, plain: str | None, quoted: str | None, bracket: str | None, shape: Shape) -> Any:
        if plain is not None:
            return scalar(plain.rstrip(" "), shape.kind)
        if quoted is not None:
            return quoted.rstrip(" ")[1:-1]
        if bracket is None:
            raise _NotPlainError
        tokens = _tokens(bracket)
        value = _bracket(next(tokens), tokens, shape, 0)
        if next(tokens, None) is not None:
            raise _NotPlainError
        return value


Token = tuple[str | None, str | None, str | None]
"""A bracket or comma, a key, or a scalar."""


def _tokens(text: str) -> Iterator[Token]:
    at, end = 0, len(text.rstrip(" "))
    while at < end:
        match = _TOKEN.match(text, at, end)
        if match is None:
            raise _NotPlainError
        at = match.end()
        mark, key, value = match.groups()
        yield mark, key, value


def _bracket(token: Token | None, tokens: Iterator[Token], shape: Shape, depth: int) -> Any:
    """The value that begins with a token."""
    if token is None or token[1] is not None or depth > _DEEPEST:
        raise _NotPlainError
    mark, _, value = token
    if value is not None:
        return scalar(value.rstrip(" "), shape.kind)
    if mark == "{":
        return _flow_mapping(tokens, shape, depth)
    if mark == "[":
        return _flow_list(tokens, shape, depth)
    raise _NotPlainError


def _flow_mapping(tokens: Iterator[Token], shape: Shape, depth: int) -> dict[str, Any]:
    result: dict[str, Any] = {}
    while True:
        _, key, _ = next(tokens, (None, None, None))
        if key is None or key in result:
            raise _NotPlainError
        result[key] = _bracket(next(tokens, None), tokens, shape.child(key), depth + 1)
        mark = next(tokens, (None, None, None))[0]
        if mark == "}":
            return result
        if mark != ",":
            raise _NotPlainError


def _flow_list(tokens: Iterator[Token], shape: Shape, depth: int) -> list[Any]:
    result: list[Any] = []
    while True:
        result.append(_bracket(next(tokens, None), tokens, shape.item, depth + 1))
        mark = next(tokens, (None, None, None))[0]
        if mark == "]":
            return result
        if mark != ",":
            raise _NotPlainError
