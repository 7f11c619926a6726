"""The workspace as a commit had it, for every command that reads one."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from mtrack.check.workspace import open_workspace
from mtrack.history.repository import Repository
from mtrack.history.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mtrack.check.workspace import Workspace


@contextmanager
def past(root: str, revision: str, as_of: date | None) -> Iterator[Workspace]:
    """The workspace at `root` as a commit had it, as of a day, or the committer's day.

    Records come from git's objects; of evidence only what rules ask about is there. The working tree is not touched.
    Raises UsageError, CannotRunError.
    """
    with closing(Repository(root, "--at")) as repository:
        commit = repository.find(revision)
        with snapshot(repository, commit) as folder:
            workspace = open_workspace(folder, as_of or repository.day(commit))
            workspace.origin = root
            workspace.commit = repository.short(commit)
            repository.close()  # all is read
            yield workspace
