"""`mtrack fields`: the list of keys, and what one of them means."""

from __future__ import annotations

import textwrap
from itertools import groupby
from typing import TYPE_CHECKING

from mtrack.record.fields import AS_ELSEWHERE
from mtrack.render.terminal import Screen, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.record.fields import Field

_PROSE = 88
"""Columns that prose is set in."""


def listing(found: Sequence[Field], width: int | None = None, *, colour: bool) -> str:
    """Every key with its meaning, by file."""
    screen = Screen(colour=colour, width=width)
    for file, group in groupby(found, key=lambda field: field.file):
        screen.line(styled(file, "bold"))
        for field in group:
            mark = " (required)" if field.required else ""
            screen.line(f"  {field.path}{mark}")
            screen.line(f"    {field.meaning}", hang=4)
        screen.line()
    screen.line("mtrack fields KEY shows one key with what may stand there and an example.")
    return screen.text()


def page(found: Sequence[Field], width: int | None = None, *, colour: bool) -> str:
    """The keys of a name: what each means, what may stand there, an example."""
    screen = Screen(colour=colour, width=width)
    for place, field in enumerate(found):
        if place:
            screen.line()
        screen.line(styled(field.path, "bold"), f" in {field.file}{', required' if field.required else ''}", hang=2)
        screen.lines(textwrap.wrap(field.meaning, min(width or _PROSE, _PROSE)))
        screen.line(f"  {field.kind}", hang=4)
        if elsewhere := AS_ELSEWHERE.get((field.schema, field.path)):
            screen.line(f"  {elsewhere}", hang=4)
        if field.example is not None:
            screen.line(f"  for example: {field.written}", hang=4)
    return screen.text()
