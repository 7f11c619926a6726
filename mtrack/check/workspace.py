"""A workspace as the rules and views see it: files read, projects worked out, each looked up only once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from mtrack import money, workspace
from mtrack.record import model, schema
from mtrack.record import settings as settings_module
from mtrack.rules import facts
from mtrack.rules.context import ProjectContext, RecordFile
from mtrack.rules.facts import WorkspaceFacts
from mtrack.yaml import source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mtrack.record.model import Project
    from mtrack.record.settings import Settings
    from mtrack.workspace import Walk
    from mtrack.yaml.flaw import Flaw
    from mtrack.yaml.source import Source


class Workspace:
    """A workspace as of a day. A project is read when it is asked for, and only once."""

    def __init__(
        self,
        root: str,
        as_of: date,
        settings: Settings,
        found: Walk,
        opened: dict[str, tuple[RecordFile, ProjectContext | None]] | None = None,
    ) -> None:
        """`opened` are projects at hand, by folder."""
        self.root = root
        self.as_of = as_of
        self.settings = settings
        self.found = found
        self._opened = opened or {}
        self._raw: dict[str, bytes | Flaw] = {}
        self._folders = frozenset(found.projects)

    def open(self, folder: str) -> tuple[RecordFile, ProjectContext | None]:
        """A project's file and, where it is usable, its context."""
        if folder not in self._opened:
            path = workspace.join(folder, workspace.RECORDS)
            read = source.from_bytes(path, self.raw(folder), schema.shape("milestones"))
            file, project = load_project(folder, read, self.settings)
            context = ProjectContext(project, self.settings, self.root, self.as_of, self.found) if project else None
            self._opened[folder] = file, context
        return self._opened[folder]

    def raw(self, folder: str) -> bytes | Flaw:
        """A project's records as they are read, once."""
        if folder not in self._raw:
            path = workspace.join(folder, workspace.RECORDS)
            self._raw[folder] = source.read_bytes(self.root, path, walked=True)
        return self._raw[folder]

    @property
    def opened(self) -> int:
        """How many projects are open."""
        return len(self._opened)

    def close(self, folder: str) -> None:
        """Let go of a project; where it is asked for again, it is made anew from the same bytes."""
        self._opened.pop(folder, None)

    @cached_property
    def settings_file(self) -> RecordFile | None:
        """The settings as a file; None where the workspace has none."""
        settings = self.settings
        if settings.source is None:
            return None
        return RecordFile(settings.source, None, settings.unknown_keys, settings.broken, usable=True)

    @property
    def files(self) -> Iterator[RecordFile]:
        """The files of all projects."""
        return (self.open(folder)[0] for folder in self.found.projects)

    @cached_property
    def contexts(self) -> tuple[ProjectContext, ...]:
        """All projects that are usable."""
        return tuple(context for folder in self.found.projects if (context := self.open(folder)[1]) is not None)

    @cached_property
    def skipped(self) -> tuple[str, ...]:
        """The project files whose other rules are skipped."""
        return tuple(file.source.path for file in self.files if not file.usable)

    @cached_property
    def whole(self) -> WorkspaceFacts:
        """What rules across projects look at."""
        return WorkspaceFacts(self.root, self.settings, self.found, self.skipped, map(facts.facts, self.contexts))

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
        """What a file of records or settings says; None of any other file."""
        if path == workspace.SETTINGS:
            return self.settings.source
        folder, _, name = path.rpartition("/")
        folder = folder or "."
        return self.open(folder)[0].source if name == workspace.RECORDS and folder in self._folders else None


def open_workspace(root: str, as_of: date) -> Workspace:
    """A workspace. Raises CannotRunError where the root or its settings can't be read."""
    settings = settings_module.load(root)
    return Workspace(root, as_of, settings, workspace.walk(root, settings.exclude))


def load_project(folder: str, read: Source, settings: Settings) -> tuple[RecordFile, Project | None]:
    """A project's file and, where its shape allows, the project in it."""
    if read.unreadable is not None or read.flaws:
        return RecordFile(read, folder, (), (), usable=False), None
    data = read.data
    own = data.get("currency") if isinstance(data, dict) else None
    missing = ("currency",) if isinstance(data, dict) and own is None and not settings.currency else ()
    faults = schema.faults("milestones", read, missing)
    if any(route[:1] != ("waivers",) for route in faults.routes):
        return RecordFile(read, folder, faults.unknown, faults.broken, usable=False), None
    currency = own or settings.currency
    assert currency
    waivers = settings_module.waivers(read.path, data, faults.routes, faults.unknown)
    decimals = money.decimals(currency, settings.currencies)
    project = model.build(folder, read, data, currency, decimals, waivers)
    read.forget()
    return RecordFile(read, folder, faults.unknown, faults.broken, usable=True), project
