"""Flaws in a file's YAML, in words a user can act on."""

from __future__ import annotations

from msgspec import Struct

from mtrack import limits


class Flaw(Struct, frozen=True):
    """The reason that a file can't be used: `offsets` (start, end) in code points, `first` the place it repeats."""

    message: str
    hint: str
    offsets: tuple[int, int] | None = None
    first: tuple[int, int] | None = None


def shorten(text: str) -> str:
    """Text from a file, short enough for a message."""
    return text if len(text) <= limits.TEXT else text[: limits.TEXT - 1] + "…"
