"""Commas inside braces that split a number: `{amount: 24,000.00}` is the amount 24 and a key `000.00` in YAML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.finding import Place, Problem
from mtrack.yaml.flaw import shorten

if TYPE_CHECKING:
    from mtrack.finding import Route
    from mtrack.yaml.source import Source

_REST = re.compile(r"[0-9][0-9.'_]*")
_BEFORE = re.compile(r"[^\s{}\[\]:,]*(?:,\s*[0-9][0-9.'_]*)*\Z")
_MORE = re.compile(r"(?:,\s*[0-9][0-9.'_]*(?=\s*[,}\]])){0,20}")
"""The number as it goes on behind a comma, and behind more of them."""
_WORD = re.compile(r"[^\s{}\[\]:]{0,200}")
_FAR = 100
"""The characters before a comma in which a number is looked for."""


def cut_by_comma(source: Source, route: Route, key: str) -> Problem | None:
    """The problem at the comma that makes a key of the rest of a number; `route` leads to the mapping.

    One number is one problem, at its first comma.
    """
    value = source.data
    for step in (*route, key):
        value = value[step]
    start, end = source.offsets(Place(source.path, (*route, key), key=True)) or (0, 0)
    comma = source.text.rfind(",", 0, start)
    alone = value is None and source.text[end : end + 1] != ":" and not source.text[comma + 1 : start].strip()
    is_cut = alone and source.text[max(comma - _FAR, 0) : comma].rstrip()[-1:].isdecimal()
    if comma < 0 or not is_cut or not _REST.fullmatch(key):
        return None
    before = _BEFORE.search(source.text, max(comma - _FAR, 0), comma)
    begin = before.start() if before else comma
    word, more = _WORD.match(source.text, begin), _MORE.match(source.text, end)
    stop = max(end, *(found.end() for found in (word, more) if found is not None))
    written = "".join(source.text[begin:stop].split()).rstrip(",")
    meant = money.suggestion(written)
    first = source.text.index(",", begin)
    return Problem(
        place=Place(source.path, offsets=(first, first + 1)),
        message=f"a comma inside {{ }} ends the value: '{shorten(written)}' is read as '{shorten(source.text[begin:first])}'",
        hint=f"write {meant}"
        if meant
        else "write amounts without separators, as in 24000.00; put text with a comma in quotes",
    )
