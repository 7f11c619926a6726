"""The workspace as a commit had it, for every command that reads one."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from mtrack.check.workspace import Workspace, open_workspace
from mtrack.errors import CannotRunError
from mtrack.history.judged import open_judged
from mtrack.history.repository import LINK, Repository
from mtrack.history.snapshot import snapshot
from mtrack.record import schema
from mtrack.record import settings as settings_module
from mtrack.workspace import SETTINGS
from mtrack.yaml import source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mtrack.record.settings import Settings


@contextmanager
def past(root: str, revision: str, as_of: date | None) -> Iterator[Workspace]:
    """The workspace at `root` as a commit had it, as of a day, or the committer's day.

    Records come from git's objects; of evidence only what rules ask about is there. The working tree is not touched.
    Raises UsageError, CannotRunError.
    """
    with closing(Repository(root, "--at")) as repository:
        commit = repository.find(revision)
        with snapshot(repository, commit) as folder:
            workspace = open_workspace(folder, as_of or repository.day(commit), origin=root)
            workspace.origin = root
            workspace.commit = repository.short(commit)
            repository.close()  # all is read
            yield workspace


def with_settings_of(root: str, revision: str, as_of: date) -> Workspace:
    """The workspace at `root` as it is, judged by the settings that it had at a revision.

    Findings about the settings of today stay. Raises UsageError, CannotRunError.
    """
    return open_judged(root, as_of, settings_of(root, revision))


def settings_of(root: str, revision: str) -> Settings:
    """The settings of the workspace at `root` as a revision had them. Raises UsageError, CannotRunError."""
    with closing(Repository(root, "--settings-from")) as repository:
        commit = repository.find(revision)
        then = settings_module.Settings()
        for entry in repository.entries(commit, SETTINGS):
            raw = None if entry.mode == LINK else repository.content(entry.content)
            if raw is None:
                message = f"{SETTINGS} can't be read as {revision} had it: it is a link or too large"
                raise CannotRunError(message)
            then = settings_module.from_source(source.from_bytes(SETTINGS, raw, schema.shape("workspace")))
    return then
