"""The project, milestone or invoice that a user means; and only as much of the workspace as an edit must see."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import words, workspace
from mtrack.characters import seen_tight, seen_words
from mtrack.check.workspace import Opened, Workspace, load_project, read_project
from mtrack.edit import writer
from mtrack.errors import CannotRunError, UsageError
from mtrack.files import inside
from mtrack.finding import Severity
from mtrack.record import schema
from mtrack.record import settings as settings_module
from mtrack.record.model import number_key
from mtrack.rules import RULES
from mtrack.rules.context import ProjectContext, RecordFile
from mtrack.workspace import RECORDS, Walk, join
from mtrack.yaml import source
from mtrack.yaml.flaw import Flaw

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from datetime import date

    from mtrack.record.model import Invoice, Milestone, Project
    from mtrack.record.settings import Settings
    from mtrack.yaml.source import Source


class Target(Struct, frozen=True):
    """A project that a command names: the workspace's root and the folder's path from it."""

    root: str
    folder: str

    @property
    def full(self) -> str:
        """The project's folder."""
        return self.root if self.folder == "." else os.path.join(self.root, *self.folder.split("/"))

    @property
    def label(self) -> str:
        """The project's folder as messages name it."""
        return os.path.basename(self.root) if self.folder == "." else self.folder

    @property
    def records(self) -> str:
        """The project's records, from the root."""
        return workspace.join(self.folder, workspace.RECORDS)


def project(text: str, cwd: str = ".") -> Target:
    """The project a path, or the end of one, leads to.

    Raises UsageError where none or several do, CannotRunError where a link leads out of the workspace.
    """
    path = os.path.join(cwd, text)
    if os.path.basename(path) == workspace.RECORDS and os.path.isfile(path):
        path = os.path.dirname(path)
    if os.path.lexists(os.path.join(path, workspace.RECORDS)):
        writer.check_given(path)
        root = workspace.find_root(path)
        return Target(root, os.path.relpath(os.path.abspath(path), root).replace(os.sep, "/"))
    root = workspace.find_root(cwd)
    folders = projects(root)
    wanted = text.replace(os.sep, "/").strip("/").removeprefix("./").removesuffix(f"/{workspace.RECORDS}")
    matches = [folder for folder in folders if folder == wanted] or [
        folder for folder in folders if folder.endswith(f"/{wanted}")
    ]
    if len(matches) == 1:
        return Target(root, matches[0])
    if matches:
        message = f"'{text}' could be {_listed(matches)}; write more of the path"
        raise UsageError(message)
    near = nearest(wanted, [*folders, *(folder.rpartition("/")[2] for folder in folders)])
    hint = f"did you mean {near}?" if near else f"there is {_listed(folders)}" if folders else "mtrack new makes one"
    message = f"there is no project '{text}' in {_shown(root)}; {hint}"
    raise UsageError(message)


def _shown(root: str) -> str:
    path = os.path.relpath(root)
    return "this workspace" if path == os.curdir else path


def _listed(names: Iterable[str], limit: int = 6) -> str:
    names = list(names)
    return ", ".join(names[:limit]) + (" …" if len(names) > limit else "")


def nearest(wanted: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like what was written."""
    folded = {name.casefold(): name for name in known}
    close = words.nearest(wanted.casefold(), folded, 0.5)
    return folded[close] if close is not None else None


def projects(root: str) -> tuple[str, ...]:
    """The folders of all projects of a workspace."""
    return workspace.walk(root, settings_module.load(root).exclude, files=False).projects


def here() -> Target | None:
    """The project that the current folder is in; None where it is in none."""
    root = workspace.find_root(".")
    folder = os.path.abspath(".")
    while inside(folder, root):
        if os.path.lexists(os.path.join(folder, workspace.RECORDS)):
            return project(folder)
        if folder == (folder := os.path.dirname(folder)):
            break
    return None


def opened(root: str, folder: str) -> Project:
    """A project as its records are now. Raises CannotRunError where they are broken."""
    found = _other(root, folder, settings_module.load(root))[1]
    if found is None:
        message = f"{workspace.join(folder, workspace.RECORDS)} is broken; mtrack lint says what to fix"
        raise CannotRunError(message)
    return found


def milestone(project: Project, wanted: str) -> Milestone:
    """The milestone with an id, or with a name or the only name that has a text in it, all as names compare.

    Raises UsageError where none or several do.
    """
    items, sought = project.milestones, seen_words(wanted)
    exact = [item for item in items if item.id == wanted]
    if len(exact) > 1:
        message = f"the id {wanted} stands {len(exact)} times in {project.path}; fix that first"
        raise UsageError(message)
    for matches in (
        exact,
        [item for item in items if seen_words(item.id) == sought],
        [item for item in items if seen_words(item.name) == sought],
        [item for item in items if sought in seen_words(item.name)] if sought else [],
    ):
        if len(matches) > 1:
            message = f"'{wanted}' could be {_listed(item.label for item in matches)}; write its id"
            raise UsageError(message)
        if matches:
            return matches[0]
    ids = [item.id for item in items]
    near = nearest(wanted, ids) or nearest(wanted, [item.name for item in items])
    hint = f"did you mean {near}?" if near else f"there is {_listed(ids)}"
    message = f"there is no milestone '{wanted}' in {project.folder}; {hint}"
    raise UsageError(message)


def invoice(project: Project, number: str, *, void: bool = False) -> Invoice:
    """The invoice of a project with a number; one not void before a void one. Raises UsageError."""
    key = number_key(number)
    matches = [item for item in project.invoices() if item.key == key]
    live = [item for item in matches if item.void is None]
    if len(live or matches) == 1:
        found = (live or matches)[0]
        if found.void is not None and not void:
            message = f"invoice {found.number} is void since {found.void}"
            raise UsageError(message)
        return found
    message = f"invoice {number} stands {len(matches)} times in {project.path}; fix that first"
    raise UsageError(message)


def with_number(number: str, root: str, preferred: Target | None = None) -> Target:
    """The project that holds an invoice; of several the `preferred` one. Raises UsageError where none or several do."""
    settings = settings_module.load(root)
    walk = workspace.walk(root, settings.exclude, files=False)
    folders = walk.projects
    holding, broken = _with_number(number, root, folders, settings)
    if len(holding) == 1:
        return Target(root, holding[0])
    if preferred is not None and preferred.folder in holding:
        return preferred
    if holding:
        message = f"invoice {number} stands in {_listed(holding)}; say which with --project"
        raise UsageError(message)
    broken += [folder for folder in walk.closed if folder not in folders]
    if broken:
        message = f"{broken[0]} may hold invoice {number}, but it can't be used; mtrack lint says what to fix"
        raise UsageError(message)
    numbers = [item.number for folder in folders for item in _invoices(root, folder, settings)]
    near = nearest(number, numbers)
    hint = f"did you mean {near}?" if near else "mtrack status lists them"
    message = f"there is no invoice '{number}' in {_shown(root)}; {hint}"
    raise UsageError(message)


def is_number(number: str, root: str, only: Target | None = None) -> bool:
    """Whether an invoice of the workspace, or of `only` one project, has that number."""
    settings = settings_module.load(root)
    folders = (only.folder,) if only is not None else workspace.walk(root, settings.exclude, files=False).projects
    return bool(_with_number(number, root, folders, settings, walked=only is None)[0])


def _with_number(
    number: str, root: str, folders: Iterable[str], settings: Settings, *, walked: bool = True
) -> tuple[list[str], list[str]]:
    """The folders of the projects that hold an invoice, and the records that may hold it but are broken."""
    key = number_key(number)
    holding: list[str] = []
    broken: list[str] = []
    for folder in naming(root, folders, {key}, walked=walked):
        file, found = _other(root, folder, settings)
        if found is None:
            broken.append(file.source.path)
        elif any(item.key == key for item in found.invoices()):
            holding.append(folder)
    return holding, broken


def _invoices(root: str, folder: str, settings: Settings) -> Iterable[Invoice]:
    found = _other(root, folder, settings)[1]
    return found.invoices() if found else ()


def naming(root: str, folders: Iterable[str], keys: set[str], *, walked: bool = True) -> list[str]:
    """The folders whose records can name one of some invoice numbers, judged by their characters alone.

    Where a file has none of a number's characters in a row (white space, case and quotes aside), it can't hold it;
    a backslash could hide one, so such a file is taken, and one that can't be read. `walked` as for `source.read`.
    """
    keys = {key.replace("'", "") for key in keys}
    result: list[str] = []
    for folder in folders:
        raw = source.read_bytes(root, workspace.join(folder, workspace.RECORDS), walked=walked)
        bare = "\\" if isinstance(raw, Flaw) else seen_tight(raw.decode("utf-8", "replace")).replace("'", "")
        if "\\" in bare or any(key in bare for key in keys):
            result.append(folder)
    return result


def _other(root: str, folder: str, settings: Settings) -> tuple[RecordFile, Project | None]:
    """A project that is only read: broken records in it stop nothing."""
    path = workspace.join(folder, workspace.RECORDS)
    return read_project(folder, lambda: source.read_bytes(root, path), settings)


def read(root: str, folder: str) -> Source:
    """A project's records."""
    return source.read(root, workspace.join(folder, workspace.RECORDS), schema.shape("milestones"))


def load(
    root: str,
    as_of: date,
    settings: Settings,
    sources: dict[str, Source],
    known: Mapping[str, Opened] | None = None,
) -> Workspace:
    """A workspace of some projects only; `sources` are their records by folder.

    A `known` project is taken over where its records are the same, and what they have in common where they are not.
    """
    opened: dict[str, Opened] = {}
    for folder in sorted(sources):
        file, context = (known or {}).get(folder, (None, None))
        if file is None or file.source is not sources[folder]:
            like = context.project if context is not None else None
            file, found = load_project(folder, sources[folder], settings, like)
            context = ProjectContext(found, settings, root, as_of, before=context) if found else None
        if len(sources) > 1:
            sources[folder].forget()  # few of them are asked for a place
        opened[folder] = file, context
    return Workspace(root, as_of, settings, Walk(tuple(opened), ()), opened)


class Around(Struct, frozen=True):
    """What an edit must be checked with: the records of other projects by folder, and what can't be looked into."""

    sources: dict[str, Source]
    closed: tuple[str, ...] = ()
    takes_numbers: bool = False

    def unread(self, workspace: Workspace) -> tuple[str, ...]:
        """The records and folders that may hold a number that the edit takes, and can't be used in `workspace`."""
        if not self.takes_numbers:
            return ()
        broken = [join(folder, RECORDS) for folder in self.sources if workspace.open(folder)[1] is None]
        return *broken, *self.closed


def around(target: Target, settings: Settings, keys: set[str], edited: Container[str] = ()) -> Around:
    """The other projects an edit must be checked with, but for the `edited`: those that name the same invoices.

    Where the workspace makes errors of more rules that look across projects, all.
    """
    across = [rule for rule in RULES.values() if rule.across is not None and not rule.local]
    everything = any(settings.rules.get(rule.name, rule.severity) is Severity.ERROR for rule in across)
    if not everything and not keys:
        return Around({})
    walk = workspace.walk(target.root, settings.exclude, files=False)
    others = [folder for folder in walk.projects if folder != target.folder and folder not in edited]
    concerned = others if everything else naming(target.root, others, keys)
    return Around({folder: read(target.root, folder) for folder in concerned}, walk.closed, bool(keys))
