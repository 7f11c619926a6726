"""Commas inside braces that cut a number: `{amount: 24,000.00}` is the amount 24 and a key `000.00` to YAML."""

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
_WORD_BEFORE = re.compile(r"[^\s{}\[\]:]*\Z")
_WORD = re.compile(r"[^\s{}\[\]:]*")


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
    is_cut = alone and source.text[:comma].rstrip()[-1:].isdecimal()
    if comma < 0 or not is_cut or not _REST.fullmatch(key):
        return None
    before = _WORD_BEFORE.search(source.text[:comma])
    begin = before.start() if before else comma
    word = _WORD.match(source.text, begin)
    written = "".join(source.text[begin : max(end, word.end() if word else end)].split()).rstrip(",")
    meant = money.suggestion(written)
    first = source.text.index(",", begin)
    return Problem(
        place=Place(source.path, offsets=(first, first + 1)),
        message=f"a comma inside {{ }} ends the value: '{shorten(written)}' is read as '{shorten(source.text[begin:first])}'",
        hint=f"write {meant}"
        if meant
        else "write amounts without separators, as in 24000.00; put text with a comma in quotes",
    )
