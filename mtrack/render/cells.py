"""Cells of a table. The sinks (terminal, Markdown, CSV) make text of them, each in its own way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from enum import Enum

from msgspec import Struct

from mtrack.render.terminal import Apart, Styled, Whole


class Amount(Struct, frozen=True):
    """An amount with at least `decimals` decimals; its currency is shown where it is given."""

    value: Decimal
    decimals: int
    currency: str | None = None


class Code(Struct, frozen=True):
    """A name that users type: a rule, a command."""

    text: str


Single = str | int | date | Amount | Code | Apart | Whole | Styled | None
Value = Single | tuple[Single, ...]
"""A cell: one value, or several below each other."""


class Kind(Enum):
    """The kind of a column; amounts stand to the right."""

    TEXT = "text"
    DATE = "date"
    AMOUNT = "amount"


ALWAYS = 9


class Column(Struct, frozen=True):
    """A column of a table.

    Where a screen is too narrow, the column of the lowest `keep` is left out first, one of `ALWAYS` never. The heading
    of amounts `in_code` is their currency's code.
    """

    heading: str
    kind: Kind = Kind.TEXT
    keep: int = ALWAYS
    in_code: bool = False


def texts(*headings: str) -> tuple[Column, ...]:
    """Columns of text."""
    return tuple(Column(heading) for heading in headings)


def amounts(*headings: str) -> tuple[Column, ...]:
    """Columns of amounts."""
    return tuple(Column(heading, Kind.AMOUNT) for heading in headings)
