"""A workspace as the rules and views see it: files read, projects worked out, each looked up only once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mtrack import evidence, figures, model, money, schema, source, workspace
from mtrack import settings as settings_module
from mtrack.finding import Place, Problem

if TYPE_CHECKING:
    from datetime import date

    from mtrack.evidence import Named, State
    from mtrack.figures import InvoiceFigures, Ledger
    from mtrack.finding import Route
    from mtrack.model import Project
    from mtrack.settings import Settings
    from mtrack.source import Source
    from mtrack.workspace import Found


@dataclass(frozen=True, slots=True)
class File:
    """A YAML file of the workspace: what was read, and what its shape breaks. `folder` is None for `mtrack.yaml`.

    `broken` are the schema's problems; `usable` says whether the other rules can judge it.
    """

    source: Source
    folder: str | None
    unknown_keys: tuple[Problem, ...]
    broken: tuple[Problem, ...]
    usable: bool


class Books:
    """One project with its figures and its files, as of a day."""

    def __init__(
        self, project: Project, settings: Settings, root: str, as_of: date, found: Found | None = None
    ) -> None:
        """`found` is what a walk has seen of the folders; it also remembers what is asked about them."""
        self.project = project
        self.settings = settings
        self.root = root
        self.as_of = as_of
        self._found = found or workspace.Found((), ())

    @cached_property
    def ledger(self) -> Ledger:
        """The project worked out."""
        return figures.work_out(self.project, self.settings.payment_terms)

    @cached_property
    def files(self) -> tuple[tuple[Named, State], ...]:
        """Every file the records name, looked up."""
        return tuple(
            (named, evidence.look(self.root, self.project.folder, named, self._found.real))
            for named in evidence.named_files(self.project)
        )

    @cached_property
    def invoice_files(self) -> dict[Route, tuple[Named, State]]:
        """The invoices' files, by the route of the invoice."""
        return {named.invoice.route: (named, state) for named, state in self.files if named.invoice is not None}

    @cached_property
    def unrecorded(self) -> list[str]:
        """Evidence that no record names; paths from the root."""
        recorded = {named.normal for named, _ in self.files}
        listed = self._found.files
        return evidence.unrecorded(self.root, self.project.folder, recorded, self.settings.exclude, listed)


@dataclass(frozen=True, slots=True)
class Entry:
    """An invoice record and the project it is in."""

    books: Books
    figures: InvoiceFigures

    @property
    def order(self) -> tuple[str, int]:
        """Path and line order."""
        project = self.books.project
        return project.path, (project.source.offsets(Place(project.path, self.figures.invoice.route)) or (0, 0))[0]


class Workspace:
    """All that was read under a root, as of a day."""

    def __init__(  # noqa: PLR0913
        self,
        root: str,
        as_of: date,
        settings: Settings,
        found: Found,
        files: tuple[File, ...],
        books: tuple[Books, ...],
    ) -> None:
        self.root = root
        self.as_of = as_of
        self.settings = settings
        self.found = found
        self.files = files
        self.books = books

    @property
    def skipped(self) -> tuple[str, ...]:
        """The project files whose other rules are skipped."""
        return tuple(file.source.path for file in self.files if file.folder is not None and not file.usable)

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Every invoice record of the workspace."""
        return tuple(Entry(books, item) for books in self.books for item in books.ledger.invoices)

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

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(file.folder for file in self.files if file.folder is not None)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """The files read, by path."""
        return {file.source.path: file.source for file in self.files}


def open_workspace(root: str, as_of: date) -> Workspace:
    """Read the whole workspace. Raises CannotRunError where the root or its settings can't be read."""
    settings = settings_module.load(root)
    return with_settings(root, as_of, settings)


def with_settings(root: str, as_of: date, settings: Settings) -> Workspace:
    """Read the projects under settings that are at hand."""
    found = workspace.walk(root, settings.exclude)
    files: list[File] = []
    books: list[Books] = []
    if settings.source is not None:
        files.append(File(settings.source, None, settings.unknown_keys, settings.broken, usable=True))
    for folder in found.projects:
        path = workspace.join(folder, workspace.RECORDS)
        read = source.read(root, path, schema.shape("milestones"), walked=True)
        file, project = load_project(folder, read, settings)
        files.append(file)
        if project is not None:
            books.append(Books(project, settings, root, as_of, found))
    return Workspace(root, as_of, settings, found, tuple(files), tuple(books))


def load_project(folder: str, read: Source, settings: Settings) -> tuple[File, Project | None]:
    """A project's file and, where its shape allows, the project in it."""
    if read.unreadable is not None or read.flaws:
        return File(read, folder, (), (), usable=False), None
    data = read.data
    own = data.get("currency") if isinstance(data, dict) else None
    missing = ("currency",) if isinstance(data, dict) and own is None and not settings.currency else ()
    faults = schema.faults("milestones", read, missing)
    if any(route[:1] != ("waivers",) for route in faults.routes):
        return File(read, folder, faults.unknown, faults.broken, usable=False), None
    currency = own or settings.currency
    assert currency
    waivers = settings_module.waivers(read.path, data, faults.routes, faults.unknown)
    decimals = money.decimals(currency, settings.currencies)
    project = model.build(folder, read, data, currency, decimals, waivers)
    read.forget()
    return File(read, folder, faults.unknown, faults.broken, usable=True), project
