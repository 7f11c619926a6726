"""Verdicts on the papers, as a mark beside each amount: where it stands, with the quote, or that it is not found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.render.evidence import MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.record.verdict import Verdict
    from mtrack.site.links import Files


_WORDS = {"differs": "paper differs", "not_found": "not in the paper"}
"""The words beside the sign of a value, since overdue money has that sign too."""


class Mark(Struct, frozen=True):
    """A verdict as a mark: its sign, where the paper says something else a word, the quote, and the paper."""

    sign: str
    word: str
    verdict: str
    title: str
    href: str | None


class Evidence:
    """The verdicts on a project by what they are about; none where the papers are not read."""

    def __init__(self, verdicts: Iterable[Verdict], files: Files) -> None:
        self._files = files
        self._verdicts: dict[tuple[str, str | None, str], Verdict] = {}
        for verdict in verdicts:
            self._verdicts.setdefault((verdict.subject, verdict.id, verdict.field), verdict)

    def of(self, subject: str, name: str | None, field: str) -> Mark | None:
        """The mark of a recorded value; None where the papers were not read."""
        verdict = self._verdicts.get((subject, name, field))
        if verdict is None:
            return None
        paper = self._files.link(verdict.file)
        word = _WORDS.get(verdict.verdict, "")
        return Mark(MARKS[verdict.verdict][0], word, verdict.verdict, _title(verdict), paper.href if paper else None)


def _title(verdict: Verdict) -> str:
    """The place of the value: the word for the verdict, the paper, page and line, and its words."""
    words = [verdict.verdict.replace("_", " ")]
    if verdict.note:
        words.append(verdict.note)
    if verdict.file:
        place = [verdict.file]
        place += [f"p. {verdict.page}"] if verdict.page else []
        place += [f"l. {verdict.line}"] if verdict.line else []
        words.append(", ".join(place))
    if verdict.quote:
        words.append(f'"{verdict.quote}"')
    return ": ".join(words)
