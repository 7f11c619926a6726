"""What is kept of each project from one report to the next. It only saves time: any of it can be lost."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct

from mtrack import __version__, evidence
from mtrack.facts import Facts, Whole, facts
from mtrack.finding import Finding  # noqa: TC001  (msgspec reads the annotations)
from mtrack.lint import Across, Terms, Verdict, conclude, judge, report
from mtrack.views.share import Share, share
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mtrack.books import Books, Workspace
    from mtrack.lint import Report, Selection


class Kept(Struct, frozen=True, array_like=True):
    """A project as it was judged.

    `inputs` is a digest of all that only the project itself depends on, `found` one of what rules across projects say
    of it: while both stay as they are, so does the rest. `elsewhere` are files it names that a walk does not see.
    Without `facts` and `share` its records can't be used.
    """

    inputs: str
    elsewhere: tuple[str, ...]
    facts: Facts | None
    found: str
    findings: tuple[Finding, ...]
    used: tuple[Terms, ...]
    share: Share | None

    @property
    def state(self) -> tuple[str, str]:
        """All that it depends on, in short."""
        return self.inputs, self.found


class Gathered(NamedTuple):
    """A report, the shares of the projects it shows, and what to keep, by folder."""

    report: Report
    shares: tuple[Share, ...]
    kept: dict[str, Kept]


def gather(workspace: Workspace, selection: Selection, root: str, kept: Mapping[str, Kept]) -> Gathered:
    """Judge a workspace; of projects that are as they were `kept`, nothing is read again."""
    inputs = _Inputs(workspace)
    same: dict[str, Kept] = {}
    digests: dict[str, str] = {}
    elsewhere: dict[str, tuple[str, ...]] = {}
    known: dict[str, Facts] = {}
    skipped: list[str] = []
    for folder in workspace.found.projects:
        before = kept.get(folder)
        if before is not None and before.inputs == inputs.digest(folder, before.elsewhere):
            same[folder] = before
            of_it = before.facts
            digests[folder], elsewhere[folder] = before.inputs, before.elsewhere
        else:
            books = workspace.open(folder)[1]
            elsewhere[folder] = inputs.elsewhere(books) if books is not None else ()
            digests[folder] = inputs.digest(folder, elsewhere[folder])
            of_it = facts(books) if books is not None else None
        if of_it is None:
            skipped.append(join(folder, RECORDS))
        else:
            known[folder] = of_it
    across = Across(
        workspace, Whole(workspace.root, workspace.settings, workspace.found, tuple(skipped), known.values())
    )
    now: dict[str, Kept] = {}
    for folder in workspace.found.projects:
        found = across.digest(workspace, folder)
        before = same.get(folder)
        if before is None or before.found != found:
            verdict = judge(workspace, folder, across)
            books = workspace.open(folder)[1]
            before = Kept(
                digests[folder], elsewhere[folder], known.get(folder), found, verdict.findings,
                tuple(sorted(verdict.used, key=repr)), share(books, verdict.findings) if books is not None else None,
            )  # fmt: skip
        now[folder] = before
    verdicts = [Verdict(item.findings, frozenset(item.used)) for item in now.values()]
    shares = [item.share for item in now.values() if item.share is not None]
    sizes = {item.project.path: item.records for item in shares}
    judged = report(workspace, selection, root, conclude(workspace, across, verdicts), skipped, sizes)
    shown = tuple(item for item in shares if selection.takes_path(item.project.path))
    return Gathered(judged, shown, now)


class _Inputs:
    """Digests of what each project depends on: its records, the files in its folder, the settings, the day, mtrack."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._owners: dict[str, str | None] = {}
        self._listed: dict[str, list[object]] = {}
        for path, folder in workspace.found.folders.items():
            owner = path if folder.has_records else self._owners.get(path.rpartition("/")[0] or ".")
            self._owners[path] = owner
            if owner is not None:
                others = (name for name, size in folder.files.items() if size is None)
                marks = [self._mark(name) for name in (*folder.links, *(join(path, name) for name in others))]
                below = [name for name, _ in folder.below]
                self._listed.setdefault(owner, []).append((path, folder.files, below, marks))
        settings = workspace.settings.source
        self._common = encoded((__version__, _code(), workspace.as_of, settings and settings.text))

    def _mark(self, path: str) -> tuple[object, ...]:
        """What a link or a special file leads to."""
        full = os.path.join(self._workspace.root, *path.split("/"))
        try:
            info = os.stat(full)
        except OSError as error:
            return path, error.errno
        return path, os.path.realpath(full), info.st_mode, info.st_size

    def elsewhere(self, books: Books) -> tuple[str, ...]:
        """The files a project names that lie in no folder of its own that the walk entered."""
        folder = books.project.folder
        result: set[str] = set()
        for named, _ in books.files:
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
        result.update(encoded((self._listed.get(folder), [(item.outside, item.missing, item.size) for item in states])))
        return result.hexdigest()


def encoded(data: object) -> bytes:
    """Data as bytes that are the same for the same data, whatever characters file names have."""
    try:
        return msgspec.msgpack.encode(data)
    except UnicodeEncodeError:
        return repr(data).encode("utf-8", "surrogatepass")


def _code() -> str:
    """A digest of mtrack itself: other code may judge otherwise, whatever its version says."""
    result = hashlib.sha256()
    top = os.path.dirname(os.path.abspath(__file__))
    for folder, _, names in sorted(os.walk(top)):
        for name in sorted(names):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), "rb") as file:
                    result.update(file.read())
    return result.hexdigest()
