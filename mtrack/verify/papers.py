"""Several papers read as one text: the agreement and its amendments; every row knows its file."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from datetime import date

    from mtrack.verify.documents.document import Document, Row

_MAX_QUOTE = 160
_TABLES = 1_000_000


class Papers(Struct):
    """The rows of all papers; `files[i]` is the path of row i, `marked_down[i]` whether it is Markdown."""

    rows: list[Row]
    files: list[str]
    marked_down: list[bool]
    cut: str
    signed: tuple[date, ...]


def papers(documents: list[tuple[str, Document]]) -> Papers:
    """Put papers together, in order."""
    result = Papers([], [], [], "", ())
    for index, (path, document) in enumerate(documents):
        for row in document.rows:
            if row.table is not None:
                row.table += index * _TABLES
        result.rows += document.rows
        result.files += [path] * len(document.rows)
        result.marked_down += [document.kind == "markdown"] * len(document.rows)
        result.cut = result.cut or document.cut
        result.signed += document.signed
    return result


def quote(text: str, at: str = "") -> str:
    """A row to show: no control characters, no marks that turn writing round, and cut around `at` where it is long."""
    clean = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in text)
    clean = " ".join(clean.split())
    if len(clean) <= _MAX_QUOTE:
        return clean
    start = max(0, min(clean.find(at) - _MAX_QUOTE // 2, len(clean) - _MAX_QUOTE))
    return ("…" if start else "") + clean[start : start + _MAX_QUOTE] + ("…" if start + _MAX_QUOTE < len(clean) else "")
