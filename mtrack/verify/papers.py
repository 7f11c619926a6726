"""Several papers read as one text: the agreement and its amendments; every row knows its file."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.record.verdict import Verdict

if TYPE_CHECKING:
    from datetime import date

    from mtrack.verify.documents.document import Document, Row

_MAX_QUOTE = 160
_TABLES = 1_000_000


class Papers(Struct):
    """The rows of all papers; `files[i]` is the path of row i, `marked_down[i]` whether it is Markdown.

    `cut` is the path of one that is over a limit, and what it has too much of; None where they are read to their end.
    """

    rows: list[Row]
    files: list[str]
    marked_down: list[bool]
    cut: tuple[str, str] | None
    signed: tuple[date, ...]


def papers(documents: list[tuple[str, Document]]) -> Papers:
    """Put papers together, in order."""
    result = Papers([], [], [], None, ())
    for index, (path, document) in enumerate(documents):
        for row in document.rows:
            if row.table is not None:
                row.table += index * _TABLES
        result.rows += document.rows
        result.files += [path] * len(document.rows)
        result.marked_down += [document.kind == "markdown"] * len(document.rows)
        if document.cut and result.cut is None:
            result.cut = path, document.cut
        result.signed += document.signed
    return result


def limited(verdicts: list[Verdict], cut: tuple[str, str] | None) -> list[Verdict]:
    """The verdicts on papers; of one that is `cut`, what was not found can't be read, and one verdict at least says so."""
    if cut is None:
        return verdicts
    path, reason = cut
    found = [_unread(verdict, path, reason) if verdict.verdict == "not_found" else verdict for verdict in verdicts]
    if all(verdict.verdict != "unreadable" for verdict in found):
        told = min(found, key=lambda verdict: verdict.field not in {"total", "number", "milestone"})
        found.insert(0, _unread(told, path, reason))
    return found


def _unread(verdict: Verdict, path: str, reason: str) -> Verdict:
    return Verdict(verdict.subject, verdict.id, verdict.field, verdict.recorded, "unreadable", file=path, note=reason)


def over(papers: Papers, rows: int) -> tuple[str, str] | None:
    """What of papers is over a limit, where only so many of their rows are compared."""
    if papers.cut is None and len(papers.rows) > rows:
        return papers.files[rows], f"has more than {rows:,} lines, and only those are compared"
    return papers.cut


def quote(text: str, at: str = "") -> str:
    """A row to show: no control characters, no marks that turn writing round, and cut around `at` where it is long."""
    clean = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in text)
    clean = " ".join(clean.split())
    if len(clean) <= _MAX_QUOTE:
        return clean
    start = max(0, min(clean.find(at) - _MAX_QUOTE // 2, len(clean) - _MAX_QUOTE))
    return ("…" if start else "") + clean[start : start + _MAX_QUOTE] + ("…" if start + _MAX_QUOTE < len(clean) else "")
