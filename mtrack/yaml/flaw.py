"""What is wrong with a file's YAML, in words a user can act on; and the bounds a file has to keep."""

from __future__ import annotations

from msgspec import Struct

MAX_DEPTH = 100
MAX_ALIAS_NODES = 10_000
MAX_SHOWN = 60


class Flaw(Struct, frozen=True):
    """Why a file can't be used: `offsets` (start, end) in code points, `first` the place it repeats."""

    message: str
    hint: str
    offsets: tuple[int, int] | None = None
    first: tuple[int, int] | None = None


def shorten(text: str) -> str:
    """Text from a file, short enough for a message."""
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"
