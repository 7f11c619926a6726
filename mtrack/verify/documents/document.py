"""The text of a paper as rows that can be quoted, whatever kind of file it came from."""

from __future__ import annotations

import unicodedata
from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from functools import cache

from msgspec import Struct

MAX_SIZE = 64 << 20
"""Bytes of a file."""
MAX_ROWS = 50_000
"""A page has some 60: this is more than 500 pages."""
MAX_ROW = 4_000
"""Characters of a row that are read."""
MAX_CELLS = 40


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

    `day` and `sender` are an e-mail's, `signed` the days of digital signatures, `attached` the files inside it.
    """

    kind: str
    rows: list[Row]
    cut: str = ""
    day: date | None = None
    sender: str = ""
    signed: tuple[date, ...] = ()
    attached: tuple[tuple[str, bytes], ...] = ()


def squeeze(text: str) -> str:
    """The text with single spaces, without invisible characters."""
    return " ".join(text.replace("\u200b", "").replace("\xad", "").split())


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
