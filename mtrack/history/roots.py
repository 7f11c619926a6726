"""The root of a workspace as a revision had it: a change that moves the root is not judged by where it moves it."""

from __future__ import annotations

import os
from contextlib import closing
from typing import TYPE_CHECKING

from mtrack import workspace
from mtrack.files import inside
from mtrack.history.repository import Repository
from mtrack.workspace import SETTINGS, above, join

if TYPE_CHECKING:
    from collections.abc import Iterator


def root_then(path: str, revision: str, what: str) -> str | None:
    """The nearest folder at or above a path that held `mtrack.yaml` at a revision, in the repository around it.

    None where none did, so that today's root counts. A day means the last commit before it. Raises UsageError,
    CannotRunError; `what` needs the repository.
    """
    start = workspace.folder_of(path)
    with closing(Repository(start, what)) as repository:
        commit = repository.find_before(revision)
        if commit is None:
            return None
        folders = dict(_inside(start, repository.place.top))
        held = repository.holding(commit, [join(below, SETTINGS) for below in folders.values()])
        return next((folder for folder, below in folders.items() if join(below, SETTINGS) in held), None)


def _inside(start: str, top: str) -> Iterator[tuple[str, str]]:
    """The folders at or above one that lie in a repository, the nearest first, with their path from its top."""
    for folder in (start, *above(start)):
        real = os.path.realpath(folder)
        if inside(real, top):
            yield folder, os.path.relpath(real, top).replace(os.sep, "/")
