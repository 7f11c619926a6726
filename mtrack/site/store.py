"""What is kept of each project from one report to the next. It only saves time: any of it can be lost."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mtrack import __version__
from mtrack.check.pipeline import ProjectFindings, WaiverKey, WorkspaceProblems, collect, judge, report
from mtrack.finding import Finding  # noqa: TC001  (msgspec reads the annotations)
from mtrack.record import evidence
from mtrack.rules.facts import Facts, WorkspaceFacts, facts
from mtrack.views.summary import ProjectSummary, project_summary
from mtrack.workspace import EVIDENCE, RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from mtrack.check.pipeline import Report, Selection
    from mtrack.check.workspace import Workspace
    from mtrack.rules.context import ProjectContext


class StoredProject(Struct, frozen=True, array_like=True, gc=False):
    """A project as it was judged.

    `inputs` is a digest of all that only the project itself depends on, `workspace_digest` one of what rules across projects say
    of it: while both stay as they are, so does the rest; None where it is yet to be judged. `elsewhere` are files it
    names that a walk does not see. Without `facts` its records can't be used, without `summary`
    no view shows it: its currency may be unknown.
    """

    inputs: str
    elsewhere: tuple[str, ...]
    facts: Facts | None
    workspace_digest: str | None
    findings: tuple[Finding, ...]
    used: tuple[WaiverKey, ...]
    summary: ProjectSummary | None

    @property
    def state(self) -> tuple[str, str | None]:
        """All that it depends on, in short."""
        return self.inputs, self.workspace_digest


class Gathered(NamedTuple):
    """A report, the summaries of the projects it shows, and what to keep, by folder."""

    report: Report
    summaries: tuple[ProjectSummary, ...]
    kept: dict[str, StoredProject]


MOST_OPEN = 200
"""How many projects stay open at once: the memory of a large workspace is worth reading some records again."""


def gather(
    workspace: Workspace,
    selection: Selection,
    root: str,
    kept: Mapping[str, StoredProject],
    each: Callable[[str, StoredProject], None] = lambda _folder, _kept: None,
) -> Gathered:
    """Judge a workspace; of projects that are as they were `kept`, nothing is read again.

    `each` is given every project that is shown as soon as it is judged, while it is open if it had to be read.
    """
    folders = workspace.found.projects
    inputs = _Inputs(workspace)
    begun = [_begin(workspace, inputs, folder, kept.get(folder)) for folder in folders]
    facts = [item.facts for item in begun if item.facts is not None]
    skipped = tuple(join(folder, RECORDS) for folder, item in zip(folders, begun, strict=True) if item.facts is None)
    across = WorkspaceProblems(
        workspace, WorkspaceFacts(workspace.root, workspace.settings, workspace.found, skipped, facts)
    )
    now: dict[str, StoredProject] = {}
    for folder, item in zip(folders, begun, strict=True):
        found = across.digest(workspace, folder)
        now[folder] = item if found == item.workspace_digest else _judged(workspace, folder, item, across, found)
        if selection.takes_path(join(folder, RECORDS)):
            each(folder, now[folder])
        workspace.close(folder)
    summaries = [item.summary for item in now.values() if item.summary is not None]
    findings = collect(
        workspace, across, [ProjectFindings(item.findings, frozenset(item.used)) for item in now.values()]
    )
    sizes = {item.project.path: item.records for item in summaries}
    left_out = tuple(join(folder, RECORDS) for folder, item in now.items() if item.summary is None)
    judged = report(workspace, selection, root, findings, left_out, sizes)
    return Gathered(judged, tuple(item for item in summaries if selection.takes_path(item.project.path)), now)


def _begin(workspace: Workspace, inputs: _Inputs, folder: str, kept: StoredProject | None) -> StoredProject:
    """What is kept of a project if it is as it was; otherwise the facts of it, to be judged yet."""
    if kept is not None and kept.inputs == inputs.digest(folder, kept.elsewhere):
        return kept
    context = workspace.open(folder)[1]
    elsewhere = inputs.elsewhere(context) if context is not None else ()
    digest = inputs.digest(folder, elsewhere)
    result = StoredProject(digest, elsewhere, facts(context) if context is not None else None, None, (), (), None)
    if workspace.opened > MOST_OPEN:
        workspace.close(folder)
    return result


def _judged(
    workspace: Workspace, folder: str, begun: StoredProject, across: WorkspaceProblems, found: str
) -> StoredProject:
    verdict = judge(workspace, folder, across)
    context = workspace.open(folder)[1]
    return replace(
        begun,
        workspace_digest=found,
        findings=verdict.findings,
        used=tuple(sorted(verdict.used, key=repr)),
        summary=project_summary(context, verdict.findings) if context is not None and context.currency_known else None,
    )


class _Inputs:
    """Digests of what each project depends on: its records, its evidence folders, the settings, the day, mtrack."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._owners: dict[str, str] = {}
        """The project that a folder with its evidence belongs to."""
        self._listed: dict[str, list[object]] = {}
        folders = workspace.found.folders
        for path, folder in folders.items():
            above, _, name = path.rpartition("/")
            above = above or "."
            if folder.has_records:
                special = [join(path, name) for name in EVIDENCE if name in folder.files]
                links = [link for link in folder.links if link.rpartition("/")[2] in EVIDENCE]
                self._listed[path] = [self._mark(path) for path in (*special, *links)]
            elif above in self._owners or (name in EVIDENCE and path != "." and above in self._listed):
                owner = self._owners[path] = self._owners.get(above, above)
                others = [join(path, name) for name, size in folder.files.items() if size is None]
                marks = [self._mark(path) for path in (*folder.links, *others)]
                self._listed[owner].append((path, folder.files, [name for name, _ in folder.below], marks))
        settings = workspace.settings.source
        self._common = encoded((__version__, _code(), workspace.as_of, settings and settings.text))

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
    top = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    for folder, _, names in sorted(os.walk(top)):
        for name in sorted(names):
            if name.endswith(".py"):
                with open(os.path.join(folder, name), "rb") as file:
                    result.update(file.read())
    return result.hexdigest()
