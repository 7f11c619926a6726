"""The sink for lines of a terminal: whatever a text holds, it is shown and not obeyed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

# C0 and C1 controls, DEL, line and paragraph separators, bidirectional marks, what shows nothing (but the joiners that
# scripts and emoji need), and lone surrogates: what could move the cursor, hide text or turn a line around.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_ISOLATE, _POP = "\u2068", "\u2069"
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}


def safe(text: str) -> str:
    r"""Text as one line that a terminal shows and does not obey: controls become escapes like \x1b."""
    return text if text.isascii() and text.isprintable() else _HARMFUL.sub(_escape, text)


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


class Styled(Struct, frozen=True):
    """Parts of a line in one colour or weight."""

    parts: tuple[str | Apart, ...]
    styles: tuple[str, ...]


Part = str | Apart | Styled
"""A part of a line as callers hand it over, whatever is in it."""


def styled(parts: str | tuple[str | Apart, ...], *styles: str) -> Styled:
    """Parts of a line, in colours where the terminal has them."""
    return Styled((parts,) if isinstance(parts, str) else parts, styles)


def names(texts: Iterable[str], between: str = " · ") -> tuple[str | Apart, ...]:
    """Names one after another, each set apart."""
    parts: list[str | Apart] = []
    for text in texts:
        parts += [between, Apart(text)] if parts else [Apart(text)]
    return tuple(parts)


def plain(part: Part) -> str:
    """The text of a part, as it was handed over."""
    if isinstance(part, str):
        return part
    return part.text if isinstance(part, Apart) else "".join(map(plain, part.parts))


def shown(part: Part, *, colour: bool = False) -> str:
    """A part of a line, safe, and coloured where asked for."""
    if isinstance(part, str):
        return safe(part)
    if isinstance(part, Apart):
        return _isolated(safe(part.text))
    text = "".join(map(shown, part.parts))
    if not colour or not text or not part.styles:
        return text
    return f"\x1b[{';'.join(_CODES[name] for name in part.styles)}m{text}\x1b[0m"


def _isolated(text: str) -> str:
    if any("\u0590" <= char <= "\u08ff" or "\ufb1d" <= char <= "\ufefc" for char in text):
        return f"{_ISOLATE}{text}{_POP}"
    return text


class Screen:
    """Lines for a terminal: callers add plain parts, here they are made safe and coloured."""

    def __init__(self, *, colour: bool) -> None:
        self.colour = colour
        self._text: list[str] = []

    def line(self, *parts: Part) -> None:
        """Add a line; without parts an empty one."""
        self._text += [shown(part, colour=self.colour) for part in parts]
        self._text.append("\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Add plain lines."""
        for text in texts:
            self.line(text)

    def block(self, text: str) -> None:
        """Add what another sink has made, such as a table."""
        self._text.append(text)

    def text(self) -> str:
        """All that was added."""
        return "".join(self._text)
