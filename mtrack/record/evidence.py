"""The files that records name: where they must lie, whether they are there, and what is in them."""

from __future__ import annotations

import os
import posixpath
import re
import stat
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.characters import normal
from mtrack.files import inside
from mtrack.patterns import matcher
from mtrack.workspace import EVIDENCE, evidence_files, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.finding import Route
    from mtrack.record.model import Agreement, Invoice, Project
    from mtrack.workspace import Walk

_LITTER = re.compile(r"thumbs\.db|desktop\.ini|\.ds_store|~\$.*|.*~", re.IGNORECASE | re.DOTALL)
"""Files that systems and editors leave in folders: no evidence, unless a record names one."""
NOT_THERE = "is not there"
_MOST_LINKS = 40
"""Links that are followed on the way of one path, as systems do."""
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


class Named(Struct, frozen=True):
    """A file a record names. `kind`: agreement, transcript, amendment, signoff, attachment or invoice."""

    route: Route
    path: str
    kind: str
    milestone: str | None = None
    invoice: Invoice | None = None

    @property
    def normal(self) -> str:
        """The path as it is compared: `./` and inner `..` removed."""
        path = self.path
        if path[:1] not in ("", ".", "/") and path[-1] != "/" and "/." not in path and "//" not in path:
            return path  # which holds for nearly every path, and costs less to see
        return posixpath.normpath(path)


class State(Struct, frozen=True):
    """The state of a named file: `outside` or `missing` say why it can't be used; `full` is where it is.

    `size` is in bytes, where the path leads to something.
    """

    full: str
    outside: str | None = None
    missing: str | None = None
    size: int = 0

    @property
    def usable(self) -> bool:
        """Whether it is a file of the project with something in it."""
        return self.outside is None and self.missing is None


def named_files(project: Project) -> Iterator[Named]:
    """Every file the project's records name, in the model's order."""
    if project.agreement is not None:
        yield from _named_by(project.agreement)
    for milestone in project.milestones:
        if milestone.deliverable.signoff is not None:
            yield Named(
                (*milestone.deliverable.route, "signoff"), milestone.deliverable.signoff, "signoff", milestone.id
            )
        for i, path in enumerate(milestone.attachments):
            yield Named((*milestone.route, "attachments", i), path, "attachment", milestone.id)
    for invoice in project.invoices():
        if invoice.file is not None:
            yield Named((*invoice.route, "file"), invoice.file, "invoice", invoice.only_milestone, invoice)


def _named_by(agreement: Agreement) -> Iterator[Named]:
    """The files of an agreement and its amendments."""
    if agreement.file is not None:
        yield Named((*agreement.route, "file"), agreement.file, "agreement")
    if agreement.transcript is not None:
        yield Named((*agreement.route, "transcript"), agreement.transcript, "transcript")
    for amendment in agreement.amendments:
        if amendment.file is not None:
            yield Named((*amendment.route, "file"), amendment.file, "amendment")


def look(root: str, folder: str, named: Named, walk: Walk) -> State:
    """The path of a named file, and whether it is a file with something in it. Never raises.

    What `walk` has seen is not looked up again; its real paths of folders are added to.
    """
    path = named.normal
    full = os.path.join(_joined(root, folder), path)
    if leads_out := _leads_out(named.path, path):
        return State(os.path.normpath(full), outside=leads_out)
    above, _, name = join(folder, path).rpartition("/")
    above = above or "."
    real = walk.real
    try:
        listed = walk.folders.get(above)
        size = listed.files.get(name) if listed is not None else None
        if size is not None and (not walk.linked or inside(_real(root, above, real), _real(root, folder, real))):
            return State(full, missing=None if size else "is empty", size=size)
        if walk.lacks(join(folder, path)):
            return State(full, missing=NOT_THERE)
        if walk.watch is not None:
            _note(root, join(folder, path), walk)
        info = os.lstat(full)
        is_link = stat.S_ISLNK(info.st_mode)
        target, top = os.path.realpath(full) if is_link else _real(root, above, real), _real(root, folder, real)
        if not inside(target, top) and (is_link or not inside(os.path.join(target, name), top)):
            return State(full, outside="it is a link that leads out of the project")
        if is_link:
            info = os.stat(full)
    except (OSError, ValueError):
        return State(full, missing=NOT_THERE)
    return State(full, missing=_no_file(info), size=info.st_size)


@lru_cache(maxsize=16)
def _joined(root: str, folder: str) -> str:
    return os.path.join(root, folder) if folder != "." else root


def _real(root: str, folder: str, known: dict[str, str]) -> str:
    """The real path of a folder of the workspace. Only links ask the system: others lie where they stand."""
    if folder not in known:
        path, real = ".", known.get(".") or os.path.realpath(root)
        known[path] = real
        for name in folder.split("/") if folder != "." else ():
            path = join(path, name)
            if path not in known:
                full = os.path.join(root, path)
                known[path] = os.path.realpath(full) if os.path.islink(full) else os.path.join(real, name)
            real = known[path]
    return known[folder]


def is_listed(path: str, walk: Walk) -> bool:
    """Whether the walk has seen a regular file at a path from the root, so that no link leads to it."""
    above, _, name = path.rpartition("/")
    listed = walk.folders.get(above or ".")
    return listed is not None and listed.files.get(name) is not None and not walk.linked


def steps(root: str, path: str) -> Iterator[str]:
    """The links on the way to a file of the workspace, and the file that they lead to, as paths from the root.

    Links outside the workspace are left out.
    """
    top = os.path.realpath(root)
    at, left, followed = top, path.split("/")[::-1], 0
    while left:
        part = left.pop()
        at = os.path.dirname(at) if part == ".." else os.path.join(at, part) if part not in ("", ".") else at
        target = _target(at) if followed < _MOST_LINKS else None
        if target is not None:
            followed += 1
            if inside(at, top):
                yield _from_root(at, top)
            at = os.path.dirname(at)
            if os.path.isabs(target):
                at, target = os.path.splitdrive(at)[0] + os.sep, os.path.splitdrive(target)[1]
            left += target.replace(os.sep, "/").split("/")[::-1]
    yield _from_root(at, top)


def _target(full: str) -> str | None:
    """The path that a link leads to, as written; None where there is no link."""
    try:
        return os.readlink(full)
    except (OSError, ValueError):
        return None


def _from_root(full: str, top: str) -> str:
    return os.path.relpath(full, top).replace(os.sep, "/")


def _leads_out(written: str, path: str) -> str | None:
    """The reason that a path, as written and as compared, can't be used; None where it stays in the project."""
    if "\\" in written:
        return "it holds a backslash; write '/' between folders"
    if path.startswith("/") or _DRIVE.match(path):
        return "it is absolute"
    return "it leads out of the project" if path == ".." or path.startswith("../") else None


def _note(root: str, path: str, walk: Walk) -> None:
    """Note in the watch that a file is missing: by the state of the folder in which the first part of its path is missing."""
    above, _, name = path.rpartition("/")
    while above and above not in walk.folders:
        above, _, name = above.rpartition("/")
    first = os.path.join(root, above, name)
    if os.path.lexists(first):
        walk.watch.doubt(first)  # it is hidden, excluded or a link: no folder that was entered shows it


def _no_file(info: os.stat_result) -> str | None:
    """The reason that something is not a file that can be evidence."""
    if stat.S_ISDIR(info.st_mode):
        return "is a folder"
    if not stat.S_ISREG(info.st_mode):
        return "is not a regular file"
    return None if info.st_size else "is empty"


def look_alike(path: str) -> str:
    """A form that is the same for paths that look the same: however accents are composed, and in either case."""
    return normal(normal(path, "NFC").casefold(), "NFC")


def difference(first: str, second: str) -> str:
    """The difference of two paths that look alike."""
    same_case = normal(first, "NFC") == normal(second, "NFC")
    return "its accents are composed otherwise" if same_case else "capitals and small letters differ"


def unrecorded(root: str, folder: str, recorded: set[str], exclude: tuple[str, ...], walk: Walk) -> list[str]:
    """Files in a project's evidence folders that are not among the `recorded` ones; paths from the root, sorted.

    `recorded` are paths from the project as they are compared; `exclude` the workspace's patterns.
    """
    base = os.path.join(root, *folder.split("/")) if folder != "." else root
    excluded = matcher(exclude)
    result: list[str] = []
    for name in EVIDENCE:
        listed = walk.folders.get(join(folder, name))
        if listed is not None and listed.plain:
            files: Iterable[str] = listed.files
        elif walk.lacks(join(folder, name)):
            continue
        else:
            top = os.path.join(base, name)
            if os.path.islink(top) or excluded(join(folder, name)):
                continue
            files = evidence_files(top, lambda below, name=name: excluded(join(folder, f"{name}/{below}")))  # type: ignore[misc]
        result.extend(
            join(folder, f"{name}/{path}")
            for path in files
            if f"{name}/{path}" not in recorded and not _LITTER.fullmatch(posixpath.basename(path))
        )
    return result
