"""The workspace a command is about: read, with what part of it was asked for."""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from mtrack import git
from mtrack import workspace as workspace_module
from mtrack.check.contained import made
from mtrack.check.pipeline import behind_links, without_figures, without_records
from mtrack.check.report import Selection
from mtrack.check.workspace import open_workspace
from mtrack.cli import options
from mtrack.cli.output import advancing, warn
from mtrack.errors import UsageError
from mtrack.memo.run import Run
from mtrack.render.places import AT_ROOT, Viewpoint
from mtrack.watch import Rounds
from mtrack.words import listed
from mtrack.workspace import RECORDS, SETTINGS, is_below, join

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import date

    from mtrack.check.workspace import Workspace
    from mtrack.watch import Watch


class Opened(Struct, frozen=True):
    """A workspace that was read, and what part of it was asked for. `root` is as the user would reach it."""

    workspace: Workspace
    root: str
    paths: tuple[str, ...]
    client: str | None = None

    @property
    def selection(self) -> Selection:
        """All rules, under the paths and of the client asked for."""
        return Selection(paths=self.paths, client=self.client)

    def warn_of_left_out(self) -> bool:
        """Say on standard error which projects under the paths asked for no view shows; whether it lacks anything.

        The folders that can't be looked into count, too: `open_paths` has warned of them.
        """
        empty = self._warn_why_empty()
        skipped = without_figures(self.workspace, self.selection)
        if skipped and not empty:
            these = "this project is" if len(skipped) == 1 else "these projects are"
            warn(f"{these} left out until fixed (mtrack lint says why): {listed(skipped)}")
        bare = without_records(self.workspace, self.selection)
        if bare:
            warn(f"these folders hold papers but no {RECORDS}, so nothing of them is in any sum: {listed(bare)}")
        outside = behind_links(self.workspace, self.selection)
        if outside:
            warn(f"what lies behind these links is left out, since they lead out of the workspace: {listed(outside)}")
        return bool(skipped or bare or outside) or any(map(self.selection.takes_path, self.workspace.walk.closed))

    def _warn_why_empty(self) -> bool:
        """Say that a view shows nothing since there is no project, or none of the client asked for; whether none is here."""
        folders = [
            folder for folder in self.workspace.walk.projects if self.selection.takes_path(join(folder, RECORDS))
        ]
        if not folders and not any(map(self.selection.takes_path, self.workspace.walk.closed)):
            warn("there is no project here, so there is nothing to show; mtrack lint says what nearly is one")
            return True
        if self.client is not None:
            self._tell_unknown_client(folders)
        return False

    def _tell_unknown_client(self, folders: list[str]) -> None:
        names: set[str] = set()
        for folder in folders:
            client = made(self.workspace, folder, lambda context: context.project.client)
            if self.selection.takes_client(client):
                return
            names.update(() if client is None else (client,))
        known = f"there is {listed(sorted(names))}" if names else "no project names its client"
        warn(f"no project here is of a client '{self.client}'; {known}")

    @property
    def from_here(self) -> Viewpoint:
        """Paths as they work in the current folder."""
        return _viewpoint(os.path.join(os.getcwd(), self.workspace.origin), os.getcwd())

    @property
    def from_repository(self) -> Viewpoint:
        """Paths from the root of the git repository that holds the workspace, else as they work here."""
        place = git.locate(self.workspace.origin)
        return self.from_here if place is None else _viewpoint(os.path.realpath(self.workspace.origin), place.top)


def open_paths(paths: tuple[str, ...], as_of: date, client: str | None = None, since: str | None = None) -> Opened:
    """Read the workspace the paths lie in, as a commit had it with --at. Raises UsageError for different ones.

    With --settings-from it is judged by the settings of that revision. A change `since` a revision may move the root:
    what it takes from a workspace is still looked at as a part of it.
    """
    options.say_where_kept()
    paths = paths or (".",)
    settings_from, at = options.settings_from(), options.at()
    roots = {_root(path, settings_from, at, since): path for path in paths}
    if len(roots) > 1:
        message = f"{' and '.join(roots.values())} lie in different workspaces; run mtrack once for each"
        raise UsageError(message)
    root = next(iter(roots))
    if settings_from is not None:
        from mtrack.history.past import with_settings_of  # noqa: PLC0415

        workspace = with_settings_of(root, settings_from, as_of)
    else:
        workspace = open_workspace(root, as_of, watch_from(root, paths)) if at is None else _at(root, at, as_of)
    options.keep_open(workspace)
    workspace.advance = advancing()
    if workspace.settings.source is None:
        _warn_of_misnamed_settings(root)
    if workspace.walk.closed:
        closed = listed(workspace.walk.closed)
        warn(f"what lies in these folders is left out, since they can't be looked into: {closed}")
    meant = tuple(_meant(_relative(path, root), workspace) for path in paths)
    return Opened(workspace, _relative(root, os.getcwd()), meant, client)


def _warn_of_misnamed_settings(root: str) -> None:
    """Say that a file is not read which may be meant as the settings: `mtrack.yml`, `Mtrack.yaml`."""
    with suppress(OSError):
        names = sorted(filter(workspace_module.is_like_settings, os.listdir(root)))
        if names:
            warn(f"{listed(names)} {'is' if len(names) == 1 else 'are'} not read: the settings are called {SETTINGS}")


def _root(path: str, settings_from: str | None, at: str | None, since: str | None) -> str:
    """The root of the workspace that a path lies in, as the revision had it that decides; it may be elsewhere today."""
    today = workspace_module.find_root(path)
    options_given = (("--settings-from", settings_from), ("--at", at), ("--since", since))
    what, revision = next(((what, one) for what, one in options_given if one is not None), ("", None))
    if revision is None:
        return today
    from mtrack.history.roots import root_then  # noqa: PLC0415

    then = root_then(path, revision, what)
    if then is None:
        return today
    return min(then, today, key=len) if what == "--since" else then


def comparing(opened: Opened, *, always: bool) -> AbstractContextManager[None]:
    """Have papers read while a workspace is checked: `always`, or where its settings say so."""
    if not always and not opened.workspace.settings.verify:
        return nullcontext()
    from mtrack import verify  # noqa: PLC0415  (only where papers are read)

    return verify.comparing(opened.workspace, options.cache_folder())


def watch_from(root: str, paths: tuple[str, ...]) -> Watch | None:
    """A watch that notes all that the run looks at, if it may be kept; the search for the root is noted already."""
    run = click.get_current_context().obj
    if not isinstance(run, (Run, Rounds)):
        return None
    watch = run.watch()
    for path in paths:
        start = os.path.abspath(path)
        watch.look(start)
        for folder in _upwards(start):
            watch.look(os.path.join(folder, workspace_module.SETTINGS))
            watch.look(os.path.join(folder, workspace_module.RECORDS))
            if folder == root and os.path.lexists(os.path.join(root, workspace_module.SETTINGS)):
                break
    git_files = git.rests_on(root)
    if git_files is None:
        watch.doubt(os.path.join(root, ".git"))
    else:
        watch.git = tuple(git_files)
    for path in git_files or ():
        watch.look(path)
    return watch


def _upwards(path: str) -> Iterator[str]:
    yield path
    while (above := os.path.dirname(path)) != path:
        path = above
        yield path


def _meant(path: str, workspace: Workspace) -> str:
    """A folder inside a project means the project; any other path itself."""
    if any(is_below(folder, path) for folder in workspace.walk.projects) or not os.path.isdir(
        os.path.join(workspace.root, path)
    ):
        return path
    return workspace.project_of(path) or path


def _at(root: str, revision: str, as_of: date) -> Workspace:
    """The workspace as a commit had it, as of that day where none is given; it is there until the command ends."""
    from mtrack.history.past import past  # noqa: PLC0415

    return click.get_current_context().with_resource(past(root, revision, as_of if options.given("as_of") else None))


def _viewpoint(root: str, start: str) -> Viewpoint:
    """Paths of the workspace in `root` as seen from `start`; from the root itself where that is another drive."""
    try:
        os.path.relpath(root, start)
    except ValueError:
        return AT_ROOT
    root, start = (os.path.splitdrive(os.path.normpath(folder))[1].replace(os.sep, "/") for folder in (root, start))
    return Viewpoint(root, start)


def _relative(path: str, start: str) -> str:
    try:
        return os.path.relpath(path, start).replace(os.sep, "/")
    except ValueError:  # another drive
        return path
