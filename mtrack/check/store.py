"""What is kept of each project from one run to the next. It only saves time: nothing is lost with it."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from msgspec import Struct

from mtrack import __version__
from mtrack.check.waivers import WaiverKey  # noqa: TC001  (msgspec reads the annotations)
from mtrack.finding import Finding  # noqa: TC001
from mtrack.record import evidence
from mtrack.rules.facts import Facts  # noqa: TC001
from mtrack.workspace import EVIDENCE, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mtrack.check.workspace import Workspace
    from mtrack.rules.context import ProjectContext
    from mtrack.workspace import Folder

S = TypeVar("S")


class StoredProject(Struct, Generic[S], frozen=True, array_like=True, gc=False):
    """A project as it was checked, and what a view made of it.

    `inputs` is a digest of all that only the project itself depends on, `workspace_digest` one of what rules across
    projects find in it: while both stay as they are, so does the rest. `elsewhere` are files it names that a walk does
    not see. Without `facts` its records can't be used.
    """

    inputs: str
    elsewhere: tuple[str, ...]
    facts: Facts | None
    workspace_digest: str
    findings: tuple[Finding, ...]
    used: tuple[WaiverKey, ...]
    summary: S | None

    @property
    def state(self) -> tuple[str, str]:
        """All that it depends on, in short."""
        return self.inputs, self.workspace_digest


class Store(Generic[S]):
    """The projects that an earlier run kept, of which those are taken whose inputs are the same today."""

    def __init__(self, workspace: Workspace, kept: Mapping[str, StoredProject[S]]) -> None:
        self._inputs = _Inputs(workspace)
        self._kept = kept

    def get(self, folder: str) -> StoredProject[S] | None:
        """What was kept of a project; None where its inputs have changed."""
        kept = self._kept.get(folder)
        return kept if kept is not None and kept.inputs == self._inputs.digest(folder, kept.elsewhere) else None

    def inputs(self, folder: str, context: ProjectContext | None) -> tuple[str, tuple[str, ...]]:
        """The digest of a project's inputs, and the files elsewhere that it names."""
        elsewhere = self._inputs.elsewhere(context) if context is not None else ()
        return self._inputs.digest(folder, elsewhere), elsewhere


class _Inputs:
    """Digests of what each project depends on: its records, its evidence folders, the settings, the day, mtrack."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._owners: dict[str, str] = {}
        """The project that a folder with its evidence belongs to."""
        self._listed: dict[str, list[object]] = {}
        for path, folder in workspace.found.folders.items():
            above, _, name = path.rpartition("/")
            above = above or "."
            if folder.has_records:
                self._listed[path] = self._list_project(path, folder)
            elif above in self._owners or (name in EVIDENCE and path != "." and above in self._listed):
                owner = self._owners[path] = self._owners.get(above, above)
                self._listed[owner].append(self._list_evidence(path, folder))
        settings = workspace.settings.source
        self._common = encoded((__version__, _code(), workspace.as_of, settings and settings.text))

    def _list_project(self, path: str, folder: Folder) -> list[object]:
        """What stands in a project where its evidence folders should, and where that leads."""
        special = [join(path, name) for name in EVIDENCE if name in folder.files]
        links = [link for link in folder.links if link.rpartition("/")[2] in EVIDENCE]
        return [self._mark(path) for path in (*special, *links)]

    def _list_evidence(self, path: str, folder: Folder) -> tuple[object, ...]:
        """What lies in a folder with evidence, and where its links lead."""
        others = [join(path, name) for name, size in folder.files.items() if size is None]
        marks = [self._mark(path) for path in (*folder.links, *others)]
        return path, folder.files, [name for name, _ in folder.below], marks

    def _mark(self, path: str) -> tuple[object, ...]:
        """What a link or a special file leads to."""
        root = self._workspace.root
        full = os.path.join(root, *path.split("/"))
        try:
            info = os.stat(full)
        except OSError as error:
            return path, error.errno
        return path, os.path.relpath(os.path.realpath(full), os.path.realpath(root)), info.st_mode, info.st_size

    def elsewhere(self, context: ProjectContext) -> tuple[str, ...]:
        """The files a project names that lie in no evidence folder of its own that the walk entered."""
        folder = context.project.folder
        result: set[str] = set()
        for named, _ in context.files:
            above, _, name = join(folder, named.normal).rpartition("/")
            if self._owners.get(above or ".") != folder or name.startswith("."):
                result.add(named.normal)
        return tuple(sorted(result))

    def digest(self, folder: str, elsewhere: Iterable[str]) -> str:
        """The digest of a project, given which files elsewhere it names."""
        workspace = self._workspace
        raw = workspace.raw(folder)
        states = [
            evidence.look(workspace.root, folder, evidence.Named((), path, ""), workspace.found) for path in elsewhere
        ]
        result = hashlib.sha256(self._common)
        result.update(raw if isinstance(raw, bytes) else encoded(raw))
        result.update(encoded(sorted(workspace.tracked.get(folder, ()))))
        result.update(encoded((self._listed.get(folder), [(item.outside, item.missing, item.size) for item in states])))
        return result.hexdigest()


def encoded(data: object) -> bytes:
    """Data as bytes that are the same for the same data, whatever characters file names have."""
    try:
        return msgspec.msgpack.encode(data)
    except UnicodeEncodeError:
        return repr(data).encode("utf-8", "surrogatepass")


def _code() -> str:
    """A digest of mtrack itself: changed code may find something else, whatever its version says."""
    result = hashlib.sha256()
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder, _, names in sorted(os.walk(top)):
        for name in sorted(names):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), "rb") as file:
                    result.update(file.read())
    return result.hexdigest()
