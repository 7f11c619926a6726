"""Mutants that survive and may: `known.md` says why."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mutants.make import Mutant

KNOWN = Path(__file__).with_name("known.md")
_LINE = re.compile(r"- `(?P<path>[^`: ]+)` `(?P<function>[^` ]+)`: ``(?P<before>.+?)`` → ``(?P<after>.+?)``: .{10,}")


@cache
def known() -> frozenset[tuple[str, str, str, str]]:
    """What known.md lists: file, function, code before and after."""
    text = KNOWN.read_text(encoding="utf-8")
    return frozenset(
        (m["path"], m["function"], m["before"], m["after"]) for m in map(_LINE.fullmatch, text.splitlines()) if m
    )


def explained(mutant: Mutant) -> bool:
    """Whether it is told why this mutant survives."""
    return (mutant.path, mutant.function, mutant.before, mutant.after) in known()
