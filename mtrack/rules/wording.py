"""Words that messages of several rules share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_LISTED = 6


def listed(names: Sequence[str]) -> str:
    """Names in words: "A", "A and B", "A, B and C", of many the first few and "9 more"."""
    if len(names) > MAX_LISTED + 1:
        names = [*names[:MAX_LISTED], f"{len(names) - MAX_LISTED:,} more"]
    return " and ".join([", ".join(names[:-1]), *names[-1:]] if len(names) > 1 else names)


def days(number: int) -> str:
    """A number of days in words: "1 day", "42 days"."""
    return "1 day" if number == 1 else f"{number:,} days"
