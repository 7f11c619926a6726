"""The one way from a workspace to findings: each project is read, checked, summarized and closed in one visit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.check.across import WorkspaceProblems
from mtrack.check.contained import made
from mtrack.check.processes import children, shares
from mtrack.check.project import check_project, failures
from mtrack.check.report import Report, Selection, Summary, counts
from mtrack.check.store import Store, StoredProject
from mtrack.check.waivers import of_state
from mtrack.errors import Failure  # noqa: TC001  (msgspec reads the annotations)
from mtrack.rules.facts import WorkspaceFacts, facts
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from mtrack.check.contained import RuleProblem
    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding
    from mtrack.record.model import Waiver
    from mtrack.rules.context import ProjectContext

S = TypeVar("S")
T = TypeVar("T")
EVERYTHING = Selection()


class Checked(Struct, Generic[S], frozen=True):
    """A checked workspace: the report on what is shown, and every project by its folder, sorted."""

    report: Report
    projects: dict[str, StoredProject[S]]
    summaries: tuple[S, ...]
    """Of the projects that are shown and have figures."""
    without_figures: tuple[str, ...]
    """The files of the projects that are shown and have no figures: not usable, or in a currency that is not known."""

    @property
    def report_of_figures(self) -> Report:
        """The report as a view of figures tells it: what has none counts as skipped, and what it leaves out is not told."""
        shown = self.report.narrowed(finding for finding in self.report.findings if not finding.left_out)
        return replace(shown, skipped=self.without_figures)


def no_summary(_context: ProjectContext, _findings: Sequence[Finding]) -> None:
    """For those who need nothing but the report."""


def check(  # noqa: PLR0913
    workspace: Workspace,
    selection: Selection = EVERYTHING,
    root: str = ".",
    *,
    summarize: Callable[[ProjectContext, Sequence[Finding]], S | None] = no_summary,
    kind: type[S] | None = None,
    kept: Mapping[str, StoredProject[S]] | None = None,
    visit: Callable[[str, StoredProject[S]], None] | None = None,
) -> Checked[S]:
    """Check a workspace; the whole of it is checked, and the report shows what is selected.

    `root` is the workspace as the user would reach it. `summarize` makes what a view needs of a project, while it is
    open, from all that was found in it. `kept` is what an earlier run knew: projects that are as they were are not read
    again; without it nothing is looked up that only the next run would need. `visit` is given each project that is
    shown as soon as it is checked, and again if rules across projects turn out to find something in it. `kind` is the
    type of a summary, if it can be handed over from another process, and making one changes nothing else.
    """
    run = _Run(workspace, selection, summarize, kept, visit)
    if summarize is no_summary or kind is not None:
        run.packed = msgspec.msgpack.Decoder(_Share[kind])  # type: ignore[valid-type]
    return run.run(root)


class _Share(Struct, Generic[S], frozen=True, array_like=True):
    """What another process found in its share of the projects."""

    items: tuple[StoredProject[S], ...]
    has_figures: tuple[bool, ...]
    failures: tuple[Failure, ...]
    given_up: tuple[str, ...]
    is_sure: bool
    """Whether all that was looked at is noted."""


class _Run(Generic[S]):
    """One check of a workspace."""

    def __init__(
        self,
        workspace: Workspace,
        selection: Selection,
        summarize: Callable[[ProjectContext, Sequence[Finding]], S | None],
        kept: Mapping[str, StoredProject[S]] | None,
        visit: Callable[[str, StoredProject[S]], None] | None,
    ) -> None:
        self.workspace = workspace
        self.selection = selection
        self.summarize = summarize
        self.store = Store(workspace, kept) if kept is not None else None
        self.visit = visit
        self.packed: msgspec.msgpack.Decoder[_Share[S]] | None = None
        """Reads what another process hands over, where one may help."""
        self.projects: dict[str, StoredProject[S]] = {}

    def run(self, root: str) -> Checked[S]:
        """All projects, then what rules across projects find."""
        workspace = self.workspace
        self._visit_all(workspace.found.projects)
        across = WorkspaceProblems(workspace, self._facts())
        for folder, item in self.projects.items():
            digest = across.digest(folder)
            if digest != item.workspace_digest:
                self._done(folder, self._checked(folder, item, digest, across.of(folder), across.waivers))
        used = {key for item in self.projects.values() for key in item.used}
        found = [finding for item in self.projects.values() for finding in item.findings]
        found += across.rest(used).findings
        found += failures(workspace)
        found.sort(key=lambda finding: finding.order)
        return self._report(root, found)

    def _visit_all(self, folders: Sequence[str]) -> None:
        """Each project, in its order; in several processes where that pays."""
        alone = self.packed is None or self.store or self.visit or self.workspace.compare or not self.workspace.on_disk
        own, *others = [folders] if alone else shares(folders)
        if others:
            self.workspace.tracked  # noqa: B018  (asked once, for all)
        with children([partial(self._share, share) for share in others]) as helping:
            self._visit(own, len(folders))
            for share, child in zip(others, helping, strict=True):
                if not self._take(share, child.result() if child is not None else None):
                    self._visit(share)
        self.workspace.advance(len(folders), len(folders))

    def _visit(self, folders: Sequence[str], of: int = 0) -> None:
        """Visit some of `of` projects, while the others are visited at the same pace."""
        for i, folder in enumerate(folders):
            if of:
                self.workspace.advance(i * of // len(folders), of)
            self._done(folder, (self.store and self.store.get(folder)) or self._read(folder))

    def _share(self, folders: Sequence[str]) -> bytes:
        """In another process: what is found in some of the projects."""
        workspace = self.workspace
        self._visit(folders)
        return msgspec.msgpack.encode(
            _Share(
                tuple(self.projects[folder] for folder in folders),
                tuple(workspace.has_figures(folder) for folder in folders),
                tuple(workspace.failures),
                tuple(sorted(workspace.given_up)),
                workspace.found.watch is None or workspace.found.watch.sure,
            )
        )

    def _take(self, folders: Sequence[str], content: bytes | None) -> bool:
        """Take over what another process has found; whether it could be used."""
        assert self.packed is not None
        try:
            share = self.packed.decode(content or b"")
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return False
        self.projects.update(zip(folders, share.items, strict=True))
        self.workspace.take_over(dict(zip(folders, share.has_figures, strict=True)), share.failures, share.given_up)
        if not share.is_sure:
            self.workspace.found.watch.give_up()
        return True

    def _read(self, folder: str) -> StoredProject[S]:
        """A project as it is when nothing is found across projects, which holds for nearly all."""
        known = made(self.workspace, folder, facts)
        inputs, elsewhere = self._inputs(folder)
        item = StoredProject[S](inputs, elsewhere, known, "", (), (), None)
        return self._checked(folder, item, "", (), of_state(self.workspace.settings.waivers))

    def _inputs(self, folder: str) -> tuple[str, tuple[str, ...]]:
        """What the next run compares; nothing that would be the same again where no run follows or mtrack has failed."""
        if self.store is None or folder in self.workspace.given_up:
            return "", ()
        return self.store.inputs(folder, self.workspace.open(folder)[1])

    def _checked(
        self,
        folder: str,
        item: StoredProject[S],
        digest: str,
        across: Sequence[RuleProblem],
        waivers: tuple[Waiver, ...],
    ) -> StoredProject[S]:
        found = check_project(self.workspace, folder, across, waivers, usable=item.facts is not None)

        def summary(context: ProjectContext) -> S | None:
            known = self.workspace.has_figures(folder)  # asked again when it is closed
            return self.summarize(context, found.findings) if known else None

        return replace(
            item,
            workspace_digest=digest,
            findings=found.findings,
            used=tuple(sorted(found.used, key=repr)),
            summary=made(self.workspace, folder, summary),
        )

    def _done(self, folder: str, item: StoredProject[S]) -> None:
        """The end of a visit. Where mtrack has failed, the next run looks again."""
        if join(folder, RECORDS) in self._failed():
            item = replace(item, inputs="")
        self.projects[folder] = item
        if self.visit is not None and self._is_shown(folder, item):
            self.visit(folder, item)
        self.workspace.close(folder)

    def _is_shown(self, folder: str, item: StoredProject[S]) -> bool:
        client = item.facts.project.client if item.facts is not None else None
        return self.selection.takes_path(join(folder, RECORDS)) and self.selection.takes_client(client)

    def _facts(self) -> WorkspaceFacts:
        workspace = self.workspace
        usable = [item.facts for item in self.projects.values() if item.facts is not None]
        return WorkspaceFacts(
            workspace.root, workspace.settings, workspace.found, self._skipped(), usable, self.selection.paths
        )

    def _failed(self) -> set[str]:
        """The files at which mtrack itself has failed so far."""
        return {failure.path for failure in self.workspace.failures}

    def _skipped(self) -> tuple[str, ...]:
        return tuple(join(folder, RECORDS) for folder, item in self.projects.items() if item.facts is None)

    def _report(self, root: str, found: list[Finding]) -> Checked[S]:
        shown = {folder: item for folder, item in self.projects.items() if self._is_shown(folder, item)}
        findings = tuple(
            finding
            for finding in found
            if self.selection.takes(finding) and (self.selection.client is None or finding.project in shown)
        )
        failed = self._failed().intersection(join(folder, RECORDS) for folder in self.projects)
        skipped = sorted(filter(self.selection.takes_path, {*self._skipped(), *failed}))
        milestones = sum(len(item.facts.milestones) for item in shown.values() if item.facts is not None)
        summary = Summary(projects=len(shown), milestones=milestones, **counts(findings))
        report = Report(self.workspace.as_of, root, findings, tuple(skipped), summary, tuple(sorted(failed)))
        without = tuple(join(folder, RECORDS) for folder, item in shown.items() if not self._has_figures(folder, item))
        summaries = tuple(item.summary for item in shown.values() if item.summary is not None)
        return Checked(report, self.projects, summaries, without)

    def _has_figures(self, folder: str, item: StoredProject[S]) -> bool:
        if item.facts is None or folder in self.workspace.given_up:
            return False
        return money.is_currency(item.facts.project.currency, self.workspace.settings.currencies)


def of_each(
    workspace: Workspace, make: Callable[[ProjectContext], T], selection: Selection = EVERYTHING
) -> Iterator[T]:
    """What is made of each selected project that has figures, unchecked; each is closed before the next is opened."""

    def wanted(context: ProjectContext) -> tuple[T, ...]:
        is_shown = workspace.has_figures(context.project.folder) and selection.takes_client(context.project.client)
        return (make(context),) if is_shown else ()

    folders = [folder for folder in workspace.found.projects if selection.takes_path(join(folder, RECORDS))]
    for i, folder in enumerate(folders):
        workspace.advance(i, len(folders))
        yield from made(workspace, folder, wanted) or ()
        workspace.close(folder)
    workspace.advance(len(folders), len(folders))


def without_figures(workspace: Workspace, selection: Selection) -> list[str]:
    """The files of the selected projects that have no figures: not usable, or in a currency that is not known."""
    paths = {folder: join(folder, RECORDS) for folder in workspace.found.projects}
    return [path for folder, path in paths.items() if selection.takes_path(path) and not workspace.has_figures(folder)]
