"""The dates of commits: anyone can write any into one, or none, and no odd one costs more than itself."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.changes.event import Commit

RAW = "--date=raw"
"""The option with which git passes on what stands in a commit; it ends where it must make a date of some numbers."""
_RAW = re.compile(r"(-?[0-9]{1,20}) ([+-])([0-9]{2})([0-9]{2})")
_LAST = 253402300799
"""The last second of the year 9999."""


def written(raw: str) -> str | None:
    """The date of a commit as ISO with offset, from seconds and offset as they stand in it; None where none can be made."""
    found = _RAW.fullmatch(raw.strip())
    if found is None or not 0 <= int(found[1]) <= _LAST:
        return None
    offset = dt.timedelta(hours=int(found[3]), minutes=int(found[4])) * (-1 if found[2] == "-" else 1)
    moment = dt.datetime.fromtimestamp(int(found[1]), dt.UTC)
    try:
        return moment.astimezone(dt.timezone(offset)).isoformat()
    except (OverflowError, ValueError):  # a day has no more than 24 hours
        return moment.isoformat()


def clocks(commits: Sequence[Commit], today: dt.date) -> dict[str, dt.datetime]:
    """What the clock showed at each commit, parents first: the latest date among it and those it is made from.

    A commit can say that it is older than what it is made from; it can't be. A date after `today` says nothing.
    """
    result: dict[str, dt.datetime] = {}
    for commit in commits:
        above = [result[parent] for parent in commit.parents if parent in result]
        own = commit.instant
        result[commit.id] = max([own, *above]) if own.date() <= today else max(above, default=own)
    return result
