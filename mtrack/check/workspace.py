"""A workspace: its settings, and its projects as they are read, few of them at a time."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING

from mtrack import git, money, workspace
from mtrack.check.store import Store
from mtrack.errors import CannotRunError, failure
from mtrack.record import model, schema
from mtrack.record import settings as settings_module
from mtrack.record.faults import find_faults
from mtrack.rules.context import ProjectContext, RecordFile
from mtrack.yaml import source
from mtrack.yaml.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from mtrack.errors import Failure
    from mtrack.record.model import Project
    from mtrack.record.settings import Settings
    from mtrack.rules.context import Compare
    from mtrack.watch import Watch
    from mtrack.workspace import Walk
    from mtrack.yaml.flaw import Flaw


Opened = tuple[RecordFile, ProjectContext | None]
"""A project's file and, where it is usable, its context."""
MOST_OPEN = 16
"""The number of projects open at once: the memory of a large workspace is worth reading a few of them again."""
MOST_TEXT = 1024 * 1024
"""Characters of the projects that stay open beside the one at hand."""


class Workspace:
    """A workspace as of a day. A project is read when it is asked for, and dropped once enough others are open."""

    def __init__(
        self, root: str, as_of: date, settings: Settings, walk: Walk, given: dict[str, Opened] | None = None
    ) -> None:
        """`given` are projects that are not read from their files, by folder; they stay."""
        self.root = root
        self.origin = root
        """The workspace's folder as the user has it; not `root`, if this is the workspace as a commit had it."""
        self.commit: str | None = None
        """The short name of that commit."""
        self.as_of = as_of
        self.settings = settings
        self.walk = walk
        self.compare: Compare | None = None
        """Compares records with papers, where that is asked for."""
        self.advance: Callable[[int, int], None] = lambda _done, _of: None
        """Called with how many projects are done, and of how many; at the end both are the same."""
        self._given = given or {}
        self._opened: dict[str, Opened] = {}
        """The open projects, in the order in which they were last asked for."""
        self.failures: list[Failure] = []
        """The places where mtrack itself failed, in the order in which it did."""
        self.given_up: set[str] = set()
        """The projects that mtrack fails to work out: they count as those that can't be used."""
        self._has_figures: dict[str, bool] = {}
        self.git_trouble: str | None = None
        """Why git can't tell what it tracks, though there is a repository; None as long as nobody asked."""
        self.store: Store | None = None
        """The store of what is kept of it from one run to the next."""
        self._folders = frozenset(walk.projects)

    def note(self, failure: Failure) -> None:
        """Note that mtrack itself failed at something; the same thing once."""
        if all((failure.path, failure.during) != (known.path, known.during) for known in self.failures):
            self.failures.append(failure)

    def open(self, folder: str) -> Opened:
        """A project's file and, where it is usable, its context."""
        if folder in self._given:
            return self._given[folder]
        opened = self._opened.pop(folder, None)
        if opened is None:
            opened = self._read(folder)
            self._make_room(len(opened[0].source.text))
            if opened[1] is None:
                self._has_figures[folder] = False
            if opened[0].failure is not None:
                self.note(opened[0].failure)
        self._opened[folder] = opened
        return opened

    def _make_room(self, text: int) -> None:
        """Close those that were asked for longest ago, so that one more with so much text may open."""
        text += sum(len(file.source.text) for file, _ in self._opened.values())
        for folder, (file, _) in [*self._opened.items()]:
            if len(self._opened) < MOST_OPEN and text <= MOST_TEXT:
                return
            text -= len(file.source.text)
            self.close(folder)

    def _read(self, folder: str) -> Opened:
        file, project = read_project(folder, lambda: self.raw(folder), self.settings)
        if project is None:
            return file, None
        tracked = self.tracked_in(folder)
        return file, ProjectContext(project, self.settings, self.root, self.as_of, self.walk, self.compare, tracked)

    @cached_property
    def tracked(self) -> dict[str, frozenset[str]]:
        """The files that git tracks, by the projects they lie in, for each project whose records it tracks.

        What lies in a project within another is in both: the outer one may name it. None of any project where git can't
        tell; `git_trouble` then says why.
        """
        result: dict[str, set[str]] = {}
        outer = {folder: self.project_of(folder) for folder in self._folders}
        try:
            paths = git.tracked(self.root)
        except CannotRunError as error:
            paths, self.git_trouble = None, str(error)
            if self.walk.watch is not None:
                self.walk.watch.give_up()  # what git rests on may be anywhere
        for path in paths or ():
            folder = self.project_of(path)
            while folder is not None:
                result.setdefault(folder, set()).add(path)
                folder = outer[folder]
        return {
            folder: frozenset(paths)
            for folder, paths in result.items()
            if workspace.join(folder, workspace.RECORDS) in paths
        }

    def tracked_in(self, folder: str) -> frozenset[str] | None:
        """The same of one project, which is quicker where that is all."""
        return self.tracked.get(folder)

    def raw(self, folder: str) -> bytes | Flaw:
        """A project's records as they are read."""
        return source.read_bytes(self.root, workspace.join(folder, workspace.RECORDS), walked=True)

    @property
    def on_disk(self) -> bool:
        """Whether every project is read from its file."""
        return not self._given

    def take_over(self, has_figures: dict[str, bool], failures: Iterable[Failure], given_up: Iterable[str]) -> None:
        """Take over what another process has come to know of some projects."""
        self._has_figures |= has_figures
        self.given_up |= {*given_up}
        for item in failures:
            self.note(item)

    @property
    def opened(self) -> int:
        """The number of projects that are open."""
        return len(self._opened)

    def close(self, folder: str) -> None:
        """Drop a project; asked for again, it is read again."""
        opened = self._opened.pop(folder, None)
        if opened is not None:
            opened[0].source.forget()  # a view may hold on to the project

    def has_figures(self, folder: str) -> bool:
        """Whether views show figures of a project: its records can be used, and its currency is known."""
        if folder not in self._has_figures:
            context = self.open(folder)[1]
            self._has_figures[folder] = context is not None and context.currency_known
        return self._has_figures[folder] and folder not in self.given_up

    @cached_property
    def settings_file(self) -> RecordFile | None:
        """The settings as a file; None where the workspace has none."""
        settings = self.settings
        if settings.source is None:
            return None
        return RecordFile(settings.source, None, settings.unknown_keys, settings.broken, usable=True)

    def project_of(self, path: str) -> str | None:
        """The folder of the project a path belongs to; None for the settings and folders without records."""
        if path == workspace.SETTINGS:
            return None
        folder = path
        while folder != ".":
            folder = folder.rpartition("/")[0] or "."
            if folder in self._folders:
                return folder
        return None

    def source(self, path: str) -> Source | None:
        """The source of a file of records or settings, also of a workspace within this one; None of any other file."""
        if path == workspace.SETTINGS:
            return self.settings.source
        folder, _, name = path.rpartition("/")
        folder = folder or "."
        if name == workspace.SETTINGS:
            return source.read(self.root, path, schema.shape("workspace"))
        return self.open(folder)[0].source if name == workspace.RECORDS and folder in self._folders else None


def open_workspace(root: str, as_of: date, watch: Watch | None = None, origin: str | None = None) -> Workspace:
    """A workspace, as a copy of `origin` if one is given; `watch` notes what is looked at.

    Raises CannotRunError where root or settings can't be read.
    """
    if watch is None:
        settings = settings_module.load(root)
        return Workspace(root, as_of, settings, workspace.walk(root, settings.exclude, origin=origin))
    watch.look(os.path.join(root, workspace.SETTINGS))
    settings = settings_module.load(root)
    store = Store(root, watch)
    result = Workspace(root, as_of, settings, store.walk(settings.exclude))
    result.store = store
    return result


def read_project(folder: str, raw: Callable[[], bytes | Flaw], settings: Settings) -> tuple[RecordFile, Project | None]:
    """A project's file and, where it can be used, the project in it; `raw` gives the file's bytes."""
    path = workspace.join(folder, workspace.RECORDS)
    try:
        return load_project(folder, source.from_bytes(path, raw(), schema.shape("milestones")), settings)
    except Exception as error:  # noqa: BLE001  (whatever it is, it costs only this project)
        failed = failure(path, "reading the records", error)
        return RecordFile(Source(path), folder, (), (), usable=False, failure=failed), None


def load_project(
    folder: str, read: Source, settings: Settings, like: Project | None = None
) -> tuple[RecordFile, Project | None]:
    """A project's file and, where its shape allows, the project in it; `like` as in `model.build`."""
    if read.unreadable is not None or read.flaws:
        return RecordFile(read, folder, (), (), usable=False), None
    data = read.data
    own = data.get("currency") if isinstance(data, dict) else None
    missing = ("currency",) if isinstance(data, dict) and own is None and not settings.currency else ()
    faults = find_faults("milestones", read, missing)
    if any(route[:1] != ("waivers",) for route in faults.routes):
        return RecordFile(read, folder, faults.unknown, faults.broken, usable=False), None
    currency = own or settings.currency
    assert currency
    waivers = settings_module.waivers(read.path, data, faults.routes, faults.unknown)
    decimals = money.decimals(currency, settings.currencies)
    project = model.build(folder, read, data, currency, decimals, waivers, like)
    return RecordFile(read, folder, faults.unknown, faults.broken, usable=True), project
