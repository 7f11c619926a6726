"""The history's records: a commit, and an event in it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from typing import Any

from msgspec import Struct

Key = tuple[str | int, ...]
"""The identity of a record in its project: ("milestone", "M2", 0), ("invoice", "inv-7", 0)."""


class Commit(Struct, frozen=True, gc=False):
    """A commit. `date` is the author's, `committed` the committer's, both ISO with offset; `signature` as git's %G?."""

    id: str
    parents: tuple[str, ...]
    author: str
    email: str
    date: str
    committed: str
    subject: str
    signature: str = ""

    @property
    def day(self) -> dt.date:
        """The author's day."""
        return dt.date.fromisoformat(self.date[:10])

    @property
    def instant(self) -> dt.datetime:
        """The committer's date and time."""
        return dt.datetime.fromisoformat(self.committed)

    @property
    def first_day(self) -> dt.date:
        """The earlier of the author's and the committer's day."""
        return min(self.day, dt.date.fromisoformat(self.committed[:10]))


class FileFact(Struct, frozen=True):
    """A file that a record names: the path as written, as compared, and its content's name in git; None without one."""

    written: str
    normal: str
    content: str | None = None

    def __eq__(self, other: object) -> bool:
        """Paths are equal as they are compared."""
        return isinstance(other, FileFact) and (self.normal, self.content) == (other.normal, other.content)

    def __hash__(self) -> int:
        """The hash that goes with `__eq__`."""
        return hash((self.normal, self.content))


class Event(Struct, frozen=True, kw_only=True):
    """A change of one fact.

    `project` is the project's folder after it (before it where the project went), from the workspace's root; None for
    the settings. `field` is the key path inside the record, None for a record that came or went; `old` and `new` are
    as in the file. `record` is the identity of the record.
    """

    event: str
    project: str | None
    record: Key
    milestone: str | None = None
    milestones: tuple[str, ...] = ()
    """The milestones that an invoice bills, where it is about one."""
    invoice: str | None = None
    field: str | None = None
    old: Any = None
    new: Any = None
    amount: Decimal | None = None
    currency: str | None = None
    decimals: int = 2
    message: str = ""
