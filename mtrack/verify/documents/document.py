"""The text of a paper as rows that can be quoted, whatever kind of file it came from."""

from __future__ import annotations

import re
import unicodedata
from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import characters

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_SIZE = 64 << 20
"""Bytes of a file."""
MAX_ROWS = 50_000
"""A page has some 60: this is more than 500 pages."""
MAX_ROW = 4_000
"""Characters of a row that are read."""
MAX_CELLS = 40
_AMOUNT = re.compile(
    r"\d{1,3}(?:[.,'\u2019\xa0 ]\d{3})+(?!\d)|\d[.,]\d\d(?![.,]?\d)|\d\s?%|[€$£¥]\s?\d|\b[A-Z]{3}\s?\d|\d\s?(?:€|[A-Z]{3}\b)"
)
"""What looks like an amount or a percentage."""
_WORD = re.compile(r"[^\W\d_]{4}")
_MIN_FORM = 3
_RAISED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_RAISED = str.maketrans("0123456789", _RAISED_DIGITS)
_MARK = re.compile(r"\W*\d{1,2}\W*")


class UnreadableError(Exception):
    """A file that can't be read; the message says why, as the end of a sentence that begins with its name.

    `damaged` where the file is broken or not what its ending says, not where it is merely of a kind that has no text.
    """

    def __init__(self, reason: str, *, damaged: bool = False) -> None:
        super().__init__(reason)
        self.damaged = damaged


class Row(Struct):
    """A row of a table, a line or a paragraph. `number` counts from 1, on its page where the kind has pages.

    `header` is the first row of its table; `heading` the level of a heading, 0 for everything else.
    """

    number: int
    text: str
    cells: tuple[str, ...]
    page: int | None = None
    table: int | None = None
    header: tuple[str, ...] = ()
    heading: int = 0


class Document(Struct):
    """A paper's rows in reading order. `cut` says what of it is over a limit, as the end of a sentence that begins with its name.

    `day` and `sender` are an e-mail's, which `forwards` another one, `signed` the days of digital signatures, `attached` the files inside it.
    """

    kind: str
    rows: list[Row]
    cut: str = ""
    day: date | None = None
    sender: str = ""
    forwards: bool = False
    signed: tuple[date, ...] = ()
    attached: tuple[tuple[str, bytes], ...] = ()


def squeeze(text: str) -> str:
    """The text with single spaces, without invisible characters."""
    if not text.isascii():
        text = characters.harmful().sub(lambda char: char[0] if char[0].isspace() else "", text)
    return " ".join(text.split())


def raised(text: str) -> str:
    """Raised text: a number of one or two digits, as the mark of a note, stays apart from what stands before it."""
    return f" {text.translate(_RAISED)}" if _MARK.fullmatch(text) else text


def with_mark(text: str, char: str) -> str:
    """A text with a raised character behind it: a digit, as the mark of a note, stays apart."""
    mark = char.translate(_RAISED)
    return text + mark if mark == char or text.endswith(tuple(_RAISED_DIGITS)) else f"{text} {mark}"


def _is_form(cells: Sequence[Sequence[str]], count: int) -> bool:
    """Whether cells of so many lines are words and the numbers and days they are for: "Number, date, due" beside "7, 3 May, 2 June"."""
    digits = [sum(map(_has_digit, cell)) for cell in cells if len(cell) == count]
    return count >= _MIN_FORM and 0 in digits and count in digits


def _has_digit(line: str) -> bool:
    return any(map(str.isdigit, line))


def table_rows(cells: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """The rows that one row of a table shows, given the lines of its cells: more than one where a cell lists amounts.

    Lines beside one another are a row; where the cells differ in their number, each line with an amount and its name is.
    """
    if all(len(cell) <= 1 for cell in cells):
        return [tuple(cell[0] if cell else "" for cell in cells)]
    lists = [cell for cell in cells if sum(_AMOUNT.search(line) is not None for line in cell) > 1]
    counts = {len(cell) for cell in cells if len(cell) > 1}
    if len(counts) == 1 and (lists or _is_form(cells, *counts)):
        return [tuple(cell[i] if i < len(cell) else "" for cell in cells) for i in range(*counts)]
    if lists and all(_WORD.search(line) for cell in lists for line in cell if _AMOUNT.search(line)):
        return [(*[""] * place, line) for place, cell in enumerate(cells) for line in cell]
    return [tuple(map(" ".join, cells))]


def plain_forms(text: str) -> str:
    """The text with letters, digits and signs of another width or type face, as "１２" or "𝟏𝟐", in their plain form.

    A letter and the accent behind it are one character.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", "".join(map(_plain_form, text)))


@cache
def _plain_form(char: str) -> str:
    is_form = unicodedata.decomposition(char).startswith(("<wide>", "<narrow>", "<font>"))
    return unicodedata.normalize("NFKC", char) if is_form else char


def limited(document: Document) -> Document:
    """The document within the limits of rows and of their length, in plain forms; `cut` where it is longer."""
    if len(document.rows) > MAX_ROWS:
        del document.rows[MAX_ROWS:]
        document.cut = f"has more than {MAX_ROWS:,} lines, and only those are read"
    for row in document.rows:
        if len(row.text) > MAX_ROW or len(row.cells) > MAX_CELLS:
            row.text = row.text[:MAX_ROW]
            row.cells = tuple(cell[:MAX_ROW] for cell in row.cells[:MAX_CELLS])
            document.cut = document.cut or f"has a line of more than {MAX_ROW:,} characters, and only those are read"
        row.text = plain_forms(row.text)
        row.cells, row.header = tuple(map(plain_forms, row.cells)), tuple(map(plain_forms, row.header))
    return document
