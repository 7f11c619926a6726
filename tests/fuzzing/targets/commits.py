"""What git tells of commits: any author, date and subject, any revision of the records, and the events and findings of it."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from mtrack import git, limits
from mtrack.history.repository import Repository

SEEDS = [
    b"Ada\0ada@example.com\x002026-02-03T10:00:00+01:00\x002026-02-03T10:00:00+01:00\0bill M1",
    b"\xff\xfe\0<>\0\x00\x00::error::x", b"a\0b\x002026-02-03T10:00:00+99:99\x009999-12-31T23:59:59-12:00\0\x1b[2J", b"a\0b\x00-0001-01-01T00:00:00Z\x00292277026596-12-04T15:30:07+00:00\0x",
]  # fmt: skip
WORDS = ["T10:00:00+01:00", "2026-02-30", "\x1b[2J", "::error::", "\u202e", "Z", "99999-"]


def check(data: bytes) -> None:
    """Fields of two commits, as git prints them."""
    fields = [part.replace(b"\n", b" ") for part in data.split(b"\0")]
    fields += [b""] * (5 - len(fields))
    told = (b"commit " + b"a" * 40 + b"\n" + b"b" * 40, *fields[:5], b"\n")
    made: Any = Repository.__new__(Repository)
    made.place = git.Location("/", "")
    with patch.object(git, "texts", lambda *_a, **_k: iter(told)):
        (commit,) = Repository.commits(made, "HEAD")
    assert commit.id == "a" * 40
    assert commit.parents == ("b" * 40,)
    subject = fields[4].decode("utf-8", "replace")
    assert commit.subject == (subject if len(subject) <= limits.LINE else f"{subject[: limits.LINE]}…")
