"""The files that records name: where they must lie, whether they are there, and what is in them."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mtrack.source import inside
from mtrack.workspace import EVIDENCE, evidence_files, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Route
    from mtrack.model import Invoice, Project

_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


@dataclass(frozen=True, slots=True)
class Named:
    """A file a record names. `kind`: agreement, amendment, signoff, attachment or invoice."""

    route: Route
    path: str
    kind: str
    milestone: str | None = None
    invoice: Invoice | None = None

    @property
    def normal(self) -> str:
        """The path as it is compared: `./` and inner `..` removed."""
        return posixpath.normpath(self.path)


@dataclass(frozen=True, slots=True)
class State:
    """What became of a named file: `outside` or `missing` say why it can't be used; `full` is where it is."""

    full: str
    outside: str | None = None
    missing: str | None = None


def named_files(project: Project) -> Iterator[Named]:
    """Every file the project's records name, in the model's order."""
    agreement = project.agreement
    if agreement is not None:
        if agreement.file is not None:
            yield Named((*agreement.route, "file"), agreement.file, "agreement")
        for amendment in agreement.amendments:
            if amendment.file is not None:
                yield Named((*amendment.route, "file"), amendment.file, "amendment")
    for milestone in project.milestones:
        if milestone.deliverable.signoff is not None:
            yield Named((*milestone.deliverable.route, "signoff"), milestone.deliverable.signoff, "signoff", milestone.id)
        for i, path in enumerate(milestone.attachments):
            yield Named((*milestone.route, "attachments", i), path, "attachment", milestone.id)
    for invoice in project.invoices():
        if invoice.file is not None:
            yield Named((*invoice.route, "file"), invoice.file, "invoice", invoice.only_milestone, invoice)


def look(root: str, folder: str, named: Named) -> State:
    """Where a named file is and whether it is a file with something in it. Never raises."""
    base = os.path.join(root, *folder.split("/")) if folder != "." else root
    path = named.normal
    full = os.path.join(base, *path.split("/"))
    if "\\" in named.path:
        return State(full, outside="it holds a backslash; write '/' between folders")
    if path.startswith("/") or _DRIVE.match(path):
        return State(full, outside="it is absolute")
    if path == ".." or path.startswith("../"):
        return State(full, outside="it leads out of the project")
    try:
        info = os.stat(full)
        if not inside(os.path.realpath(full), os.path.realpath(base)):
            return State(full, outside="it is a link that leads out of the project")
    except (OSError, ValueError):
        try:
            if os.path.lexists(full) and not inside(os.path.realpath(full), os.path.realpath(base)):
                return State(full, outside="it is a link that leads out of the project")
        except (OSError, ValueError):
            pass
        return State(full, missing="is not there")
    if stat.S_ISDIR(info.st_mode):
        return State(full, missing="is a folder")
    if not stat.S_ISREG(info.st_mode):
        return State(full, missing="is not a regular file")
    if not info.st_size:
        return State(full, missing="is empty")
    return State(full)


def unrecorded(root: str, project: Project) -> list[str]:
    """Files in the project's evidence folders that no record names; paths from the root, sorted."""
    base = os.path.join(root, *project.folder.split("/")) if project.folder != "." else root
    names = {named.normal for named in named_files(project)}
    result: list[str] = []
    for name in EVIDENCE:
        folder = os.path.join(base, name)
        if os.path.islink(folder) or os.path.lexists(os.path.join(folder, "milestones.yaml")):
            continue
        result.extend(join(project.folder, f"{name}/{path}") for path in evidence_files(folder) if f"{name}/{path}" not in names)
    return result
