"""The parts of a row that has several amounts: "EUR 10,000 on signing, EUR 20,000 on beta" has two."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

_ENDS = re.compile(
    r"[;,.]\s+|\s(?:and|plus|und|sowie|et|y|e|en|och|og)\s+|\s[–—|/•]\s+",
    re.IGNORECASE,
)
_COLON = re.compile(r":\s+")
_LETTER = re.compile(r"[^\W\d_]")


class Span(NamedTuple):
    """The place of an amount in its row."""

    start: int
    end: int


class _Piece(NamedTuple):
    start: int
    end: int
    amounts: list[Span]


def clauses(text: str, cells: list[int], amounts: list[Span]) -> list[str]:
    """The words of the part of a row that each of its amounts stands in, without amounts; `cells` are where cells begin."""
    found: dict[Span, str] = {}
    before = ""
    for piece in _pieces(text, cells, amounts):
        words = _without(text, piece)
        if not piece.amounts:
            before += f" {words}"
            continue
        is_behind = not _LETTER.search(text[piece.amounts[-1].end : piece.end])
        clause = f"{before} {words}" if is_behind else words
        before = ""
        found.update(dict.fromkeys(piece.amounts, clause))
    return [found[amount] for amount in amounts]


def _pieces(text: str, cells: list[int], amounts: list[Span]) -> list[_Piece]:
    ends = {match.end() for match in _ENDS.finditer(text)}.union(cells)
    rough = _split(text, ends, amounts)
    ends = ends.union(*(_run_on(text, piece) for piece in rough if len(piece.amounts) > 1))
    rough = _split(text, ends, amounts)
    colons = {
        match.end()
        for piece in rough
        if len(piece.amounts) > 1
        for match in _COLON.finditer(text, piece.amounts[0].end, piece.end)
    }
    return _split(text, ends | colons, amounts)


def _run_on(text: str, piece: _Piece) -> set[int]:
    """The ends of the parts of a piece whose names and amounts follow each other without a mark: "Concept EUR 5 Beta EUR 7"."""
    first, last = piece.amounts[0], piece.amounts[-1]
    if not all(_LETTER.search(text, one.end, other.start) for one, other in pairwise(piece.amounts)):
        return set()
    is_before = _LETTER.search(text, piece.start, first.start) is not None
    is_behind = _LETTER.search(text, last.end, piece.end) is not None
    if is_before == is_behind:
        return set()
    return (
        {amount.end for amount in piece.amounts[:-1]} if is_before else {amount.start for amount in piece.amounts[1:]}
    )


def _split(text: str, ends: set[int], amounts: list[Span]) -> list[_Piece]:
    inside = {place for amount in amounts for place in range(amount.start + 1, amount.end)}
    cuts = [0, *sorted(end for end in ends if 0 < end < len(text) and end not in inside), len(text)]
    return [
        _Piece(start, end, [amount for amount in amounts if start <= amount.start < end])
        for start, end in pairwise(cuts)
    ]


def _without(text: str, piece: _Piece) -> str:
    parts, start = [], piece.start
    for amount in piece.amounts:
        parts.append(text[start : amount.start])
        start = max(start, amount.end)
    return " ".join((*parts, text[start : piece.end]))
