"""The sink for lines of a terminal: whatever a text holds, it is shown and not obeyed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import limits
from mtrack.characters import harmful
from mtrack.finding import bounded
from mtrack.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.record.model import Milestone
    from mtrack.render.flow import Run

_ISOLATE, _POP = "\u2068", "\u2069"
_WIDEST = 2
"""Columns of the widest characters."""
_AMOUNT = re.compile(r"\b([A-Z][A-Z0-9]{2,7} -?[0-9][0-9,]*(?:\.[0-9]+)?)")
"""An amount as messages write it."""
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def safe(text: str) -> str:
    r"""Text as one line that a terminal shows and does not obey: controls become escapes like \x1b."""
    return text if text.isascii() and text.isprintable() else harmful().sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if match[0] in "\n\r\t":
        return {"\n": "\\n", "\r": "\\r", "\t": " "}[match[0]]
    if code > 0xFFFF:  # noqa: PLR2004
        return f"\\U{code:08x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004


class Apart(Struct, frozen=True):
    """A name within a line: where it is written from right to left, it turns only itself around."""

    text: str


class Whole(Struct, frozen=True):
    """An amount, a date, an id or a number: no line breaks within it."""

    text: str


class Prose(Struct, frozen=True):
    """A message: no line breaks between a currency and its amount."""

    text: str


Unstyled = str | Apart | Whole | Prose


class Styled(Struct, frozen=True):
    """Parts of a line in one colour or weight."""

    parts: tuple[Unstyled, ...]
    styles: tuple[str, ...]
    text: str
    """The text of all parts, as they were handed over."""


Part = Unstyled | Styled
"""A part of a line as callers hand it over, whatever is in it."""


def styled(parts: str | tuple[Unstyled, ...], *styles: str) -> Styled:
    """Parts of a line, in colours where the terminal has them."""
    if isinstance(parts, str):
        return Styled((parts,), styles, parts)
    return Styled(parts, styles, "".join(map(plain, parts)))


def names(texts: Iterable[str | Whole], between: str = " · ") -> tuple[Unstyled, ...]:
    """Names one after another, each set apart."""
    parts: list[Unstyled] = []
    for text in texts:
        part = Apart(text) if isinstance(text, str) else text
        parts += [between, part] if parts else [part]
    return tuple(parts)


def milestone_name(milestone: Milestone) -> Styled:
    """A milestone's id and name, with a space between them."""
    return styled((Whole(milestone.id), " ", Apart(milestone.name)))


def plain(part: Part) -> str:
    """The text of a part, as it was handed over."""
    return part if isinstance(part, str) else part.text


def shown(part: Part) -> str:
    """A part of a line, safe."""
    if isinstance(part, str):
        return safe(bounded(part))
    if isinstance(part, Apart):
        return _isolated(safe(bounded(part.text)))
    return "".join(map(shown, part.parts)) if isinstance(part, Styled) else safe(bounded(part.text))


def _isolated(text: str) -> str:
    if not text.isascii() and any("\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufefc" for char in text):
        return f"{_ISOLATE}{text}{_POP}"
    return text


def balanced(lines: Iterable[str]) -> list[str]:
    """Lines of one text, what is set apart closed at a line's end and opened again on the next."""
    result, is_open = [], False
    for line in lines:
        begun = _ISOLATE + line if is_open else line
        is_open = begun.count(_ISOLATE) > begun.count(_POP)
        result.append(begun + _POP if is_open else begun)
    return result


def coloured(text: str, styles: Sequence[str], *, colour: bool) -> str:
    """Safe text in a colour or weight, where asked for."""
    return f"\x1b[{';'.join(_CODES[name] for name in styles)}m{text}\x1b[0m" if colour and text and styles else text


def run(part: Part) -> Run:
    """A part of a line, safe, with where it may break."""
    from mtrack.render import flow  # noqa: PLC0415  (`lint` of clean files measures nothing)

    if isinstance(part, Styled):
        return flow.joined(map(run, part.parts))
    if isinstance(part, Prose):
        pieces = _AMOUNT.split(safe(bounded(part.text)))
        return flow.joined(flow.whole(piece) if i % 2 else flow.free(piece) for i, piece in enumerate(pieces))
    return flow.whole(shown(part)) if isinstance(part, Whole) else flow.free(shown(part))


def _is_lines(text: str, count: int) -> bool:
    """Whether a text is so many lines that a terminal shows as they are."""
    return text.count("\n") == count - 1 and text.replace("\n", "").isprintable()


class Screen:
    """Lines for a terminal: callers add plain parts, here they are made safe, coloured and, to a `width`, broken."""

    def __init__(self, *, colour: bool, width: int | None = None) -> None:
        self.colour = colour
        self.width = width
        self._text: list[str] = []
        self._left_out: dict[str, None] = {}
        self._needs = 0
        self.room = limits.ROWS
        """The number of rows still to be shown."""

    def add(self, text: str) -> None:
        """Add what another screen has made."""
        self._text.append(text)

    def line(self, *parts: Part, hang: int = 0) -> None:
        """Add a line; without parts an empty one. Where it is broken, what follows begins at column `hang`."""
        self.add_lines(((hang, parts),))

    def add_lines(self, lines: Sequence[tuple[int, Sequence[Part]]]) -> None:
        """Add lines, each as its hang and its parts."""
        if self.width is None and not self.colour:
            text = "\n".join(
                ["".join([part if isinstance(part, str) else part.text for part in parts]) for _, parts in lines]
            )
            if text.isascii() and _is_lines(text, len(lines)):
                self._text += (text, "\n")
                return
        for hang, parts in lines:
            self._add_line(parts, hang)

    def _add_line(self, parts: Sequence[Part], hang: int) -> None:
        texts = [shown(part) for part in parts]
        if self.width is None or sum(map(len, texts)) * _WIDEST <= self.width:
            self._text += [*map(self._coloured, parts, texts), "\n"]
        else:
            self._text += [f"{text}\n" for text in self._broken(parts, self.width, hang)]

    def _coloured(self, part: Part, text: str) -> str:
        return coloured(text, part.styles, colour=self.colour) if isinstance(part, Styled) else text

    def _broken(self, parts: Sequence[Part], width: int, hang: int) -> list[str]:
        from mtrack.render import flow  # noqa: PLC0415

        runs = [run(part) for part in parts]
        lines: list[str] = []
        for start, end in flow.wrap(flow.joined(runs), width, hang):
            at, pieces = 0, [" " * hang if lines else ""]
            for part, piece in zip(parts, runs, strict=True):
                pieces.append(self._coloured(part, piece.text[max(start - at, 0) : max(end - at, 0)]))
                at += len(piece.text)
            lines.append("".join(pieces))
        return balanced(lines)

    def title(self, name: str | None, what: str, day: str) -> None:
        """Add the first line of a view: of which workspace it shows what, as of which day."""
        begin: tuple[Unstyled, ...] = (Apart(name), f": {what}") if name else (what[:1].upper() + what[1:],)
        self.line(styled((*begin, " as of ", Whole(day)), "bold"))

    def lines(self, texts: Iterable[str]) -> None:
        """Add plain lines."""
        for text in texts:
            self.line(text)

    def block(self, text: str) -> None:
        """Add what another sink has made, such as a table."""
        self._text.append(text)

    def rows(self, count: int) -> int:
        """The number of some rows that there is room for, which they take."""
        shown = min(count, self.room)
        self.room -= shown
        return shown

    def tell_more(self, count: int, what: str, indent: str = "") -> None:
        """Add a line that says how many more there are than are shown, if there are."""
        if count:
            self.line(styled(f"{indent}and {count:,} more {what}", "dim"), hang=2)

    def leave_out(self, columns: Iterable[str], needs: int) -> None:
        """Note that a table has left columns out, and the width at which it shows them."""
        self._left_out |= dict.fromkeys(columns)
        self._needs = max(self._needs, needs)

    def tell_hidden_columns(self) -> None:
        """Add a line that says which columns the tables so far have left out, where they have."""
        if self._left_out:
            self.line()
            what = (
                f"left out at {self.width} columns: {listed(tuple(self._left_out))} (all are shown from {self._needs})"
            )
            self.line(styled(what, "dim"), hang=2)
            self._left_out = {}

    def text(self) -> str:
        """The text that was added."""
        return "".join(self._text)
