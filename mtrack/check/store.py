"""The parts of a workspace kept from one run to the next: its folders, and the findings of each project.

It only saves time: what has changed since, and all that rests on it, is looked at again.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar, cast

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mtrack import ways
from mtrack.check.digests import tracked_digest
from mtrack.check.waivers import WaiverKey  # noqa: TC001  (msgspec reads the annotations)
from mtrack.finding import Finding, Problem  # noqa: TC001
from mtrack.record.model import Heading  # noqa: TC001
from mtrack.workspace import RECORDS, SETTINGS, Walk, ancestors, walk, walk_again

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mtrack.check.workspace import Workspace
    from mtrack.watch import Earlier, Watch

S = TypeVar("S")
T = TypeVar("T")


class _Tracked(Protocol):
    """A kept project, with a digest of the files in it that git tracks."""

    @property
    def tracked(self) -> str: ...


P = TypeVar("P", bound=_Tracked)


class StoredProject(Struct, Generic[S], frozen=True, array_like=True, gc=False):
    """A project as it was checked, and what a view made of it.

    `inputs` is a digest of its records, its files and what was found, "" where nobody asks for it; `workspace_digest` one
    of what rules across projects find in it, `tracked` one of the files in it that git tracks. Without a `heading` its
    records can't be used; `facts` are packed, since where nothing in them has changed nobody looks at them.
    """

    inputs: str
    tracked: str
    heading: Heading | None
    milestones: int
    facts: msgspec.Raw
    workspace_digest: str
    findings: tuple[Finding, ...]
    used: tuple[WaiverKey, ...]
    summary: S | None

    @property
    def state(self) -> tuple[str, str]:
        """Digests of all that it depends on."""
        return self.inputs, self.workspace_digest


class _Walked(Struct, frozen=True, array_like=True):
    """The result of a walk, and the files that say what git tracks."""

    walk: Walk
    git: tuple[str, ...] | None


class KeptProjects(Struct, Generic[S], frozen=True, array_like=True):
    """The projects by folder, what rules across projects found, and what these looked at beside facts and files."""

    projects: dict[str, StoredProject[S]]
    problems: tuple[tuple[str, Problem], ...]
    beside: tuple[tuple[str, ...], ...]


class Store:
    """The parts of a workspace that an earlier run kept, as far as they still hold, and those that this run keeps."""

    def __init__(self, root: str, watch: Watch) -> None:
        self._top = os.path.join(root, "")
        self._watch = watch
        self._walk: Walk | None = None
        self._projects: Any = None
        self._changed: set[str] = set()
        """The paths from the root that have changed, less those that only git reads."""
        self._touched: set[str] = set()
        """The folders in which something has changed, and all above them."""
        self.same_git = False
        """Whether git tracks the same files as before."""
        if watch.earlier is not None and ways.is_on("store"):
            self._open(watch.earlier)

    def _open(self, earlier: Earlier) -> None:
        content = earlier.content
        try:
            if isinstance(content, (bytes, memoryview)):
                content = msgspec.msgpack.decode(content, type=tuple[_Walked, msgspec.Raw])
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return
        kept, self._projects = cast("tuple[_Walked, Any]", content)
        git = self._watch.git
        of_git = {*(git or ()), *(kept.git or ())}
        self.same_git = git is not None and kept.git == git and of_git.isdisjoint(earlier.changed)
        for path in earlier.changed - of_git:
            if not os.path.join(path, "").startswith(self._top):
                return
            self._changed.add(path[len(self._top) :].replace(os.sep, "/") or ".")
        if SETTINGS not in self._changed:
            self._walk = kept.walk

    def walk(self, exclude: tuple[str, ...]) -> Walk:
        """The result of a walk; it is done again where more has changed than files in projects."""
        kept, root = self._walk, self._top.removesuffix(os.sep) or os.sep
        if kept is None:
            return walk(root, exclude, self._watch)
        folders = {path if path in kept.folders else path.rpartition("/")[0] or "." for path in self._changed}
        self._touched = folders.union(*map(ancestors, folders))
        return walk_again(root, exclude, self._watch, kept, folders) or walk(root, exclude, self._watch)

    @property
    def same_files(self) -> bool:
        """Whether no file but records has changed."""
        walk = self._walk
        return walk is not None and all(
            path in walk.folders or path.rpartition("/")[2] == RECORDS for path in self._changed
        )

    def load(self, kind: type[T]) -> T | None:
        """The kept projects, decoded as `kind`; None where there are none of it."""
        if self._walk is None:
            return None
        if not isinstance(self._projects, msgspec.Raw):
            return cast("T", self._projects)
        try:
            return msgspec.msgpack.decode(self._projects, type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return None

    def holding(self, workspace: Workspace, folders: Iterable[str], kept: Mapping[str, P]) -> dict[str, P]:
        """The kept projects that are as if made now, but for what rules across projects find."""
        same = {folder: kept[folder] for folder in folders if folder in kept and folder not in self._touched}
        if self.same_git:
            return same
        return {
            folder: item
            for folder, item in same.items()
            if item.tracked == tracked_digest(workspace.tracked.get(folder))
        }

    def keep(self, found: Walk, projects: object) -> None:
        """Keep it for the next run."""
        walk = _Walked(replace(found, real={}, watch=None), self._watch.git)
        self._watch.content = walk, projects
        self._watch.packed = lambda: _packed((walk, projects))


def _packed(content: object) -> bytes:
    """The content as bytes; none where names of files are no text: those are looked at again each time."""
    try:
        return msgspec.msgpack.encode(content)
    except UnicodeEncodeError:
        return b""
