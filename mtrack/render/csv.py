"""The sink for CSV: UTF-8, a header, a line per row; what a spreadsheet would run is made text."""

from __future__ import annotations

import csv
import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from mtrack import limits, money
from mtrack.render.cells import Amount, Code
from mtrack.render.terminal import plain, safe

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.render.cells import Single, Value

_SIGNS = "=+@\\-" + "\uff1d\uff0b\uff20\uff0d" + "\ufe66\ufe62\ufe6b\ufe63\u2212"
"""The characters that begin a formula; spreadsheets of East Asia also take the wide forms."""


class _Line:
    """A file for the CSV writer that returns each line instead of storing it."""

    @staticmethod
    def write(line: str) -> str:
        return line


_writer = csv.writer(_Line(), lineterminator="\n")
_FORMULA = re.compile(rf'(?:\A|(?<=;))(?=[\s"]*[{_SIGNS}])')
"""A place from which a formula begins, blanks aside, and quotes, of which a reader takes some for its own."""


def csv_text(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """A table as CSV."""
    return "".join((csv_line(columns), *map(csv_line, rows)))


def csv_line(row: Sequence[Value]) -> str:
    """A row as CSV."""
    return str(_writer.writerow([_cell(value) for value in row]))


def _cell(value: Value) -> str:
    """A cell; several values in one have "; " between them. Text too long for a cell is cut, and the cell says so."""
    if isinstance(value, Amount):  # as most are
        return money.plain(value.value, value.decimals)
    text = _joined(value) if isinstance(value, tuple) else _text(value)
    if len(text) <= limits.CELL:
        return text
    kept = limits.CELL - 100
    return f"{text[:kept]} (and {len(text) - kept:,} more characters)"


def _joined(value: tuple[Single, ...]) -> str:
    return "; ".join(_quoted(inert(single)) if isinstance(single, str) else _text(single) for single in value)


def _quoted(text: str) -> str:
    """A text among several in a cell: in quotes where it holds the separator."""
    return '"{}"'.format(text.replace('"', '""')) if set(text) & set(';"') or text != text.strip() else text


def _text(value: Single) -> str:
    if isinstance(value, Amount):
        return money.plain(value.value, value.decimals)
    if isinstance(value, str):
        return _words(value)
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return inert(value.text) if isinstance(value, Code) else str(value)


@lru_cache(maxsize=4096)
def _words(text: str) -> str:
    return inert(plain(text))


@lru_cache(maxsize=4096)
def inert(text: str) -> str:
    """Text that a spreadsheet takes as text: where one could begin a formula, an apostrophe comes before it.

    That is also behind a semicolon, which parts cells where the comma is the decimal sign; our quotes don't hold there.
    """
    return _FORMULA.sub("'", safe(text))
