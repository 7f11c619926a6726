"""The one way from a workspace to findings: each project is read, checked, summarized and closed in one visit."""

from __future__ import annotations

from functools import cached_property, partial
from typing import TYPE_CHECKING, Generic, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.check.across import WorkspaceProblems, find
from mtrack.check.contained import made
from mtrack.check.digests import encoded, inputs, tracked_digest
from mtrack.check.project import Asked, check_project, failures
from mtrack.check.report import Report, Selection, Summary, counts, in_order, worst
from mtrack.check.store import KeptProjects, StoredProject
from mtrack.check.visits import visit_all
from mtrack.check.waivers import not_accepted, of_state
from mtrack.rules import RULES
from mtrack.rules.facts import Facts, WorkspaceFacts, facts
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Sequence

    from mtrack.check.contained import RuleProblem
    from mtrack.check.store import Store
    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding
    from mtrack.record.model import Waiver
    from mtrack.rules.context import ProjectContext

S = TypeVar("S")
T = TypeVar("T")
EVERYTHING = Selection()
_MISSING = "milestones-file-missing"
"""The rule that tells of papers without records, and of files that are nearly called as records are."""
_LINKED = "link-outside"
"""The rule that tells of links to folders outside."""
_LATER = "later"
"""A mark in the place of a digest: the project is checked once all are read."""
_SURELY_SHOWN = 100
"""The number of a project's worst findings that are formatted at once; others are when they turn out to be shown."""
_encoder = msgspec.msgpack.Encoder(order="deterministic")


class Checked(Struct, Generic[S], frozen=True):
    """A checked workspace: the report on what is shown, and every project by its folder, sorted."""

    report: Report
    projects: dict[str, StoredProject[S]]
    summaries: tuple[S, ...]
    """The summaries of the projects that are shown and have figures."""
    without_figures: tuple[str, ...]
    """The files of the projects that are shown and have no figures: not usable, misnamed, or in an unknown currency."""

    @property
    def report_of_figures(self) -> Report:
        """The report as a view of figures tells it: what has none counts as skipped, and what it leaves out is not told."""
        shown = self.report.narrowed(finding for finding in self.report.findings if not finding.left_out)
        return replace(shown, skipped=self.without_figures)


def no_summary(_context: ProjectContext, _findings: Sequence[Finding]) -> None:
    """No summary, for those who need nothing but the report."""


def check(  # noqa: PLR0913
    workspace: Workspace,
    selection: Selection = EVERYTHING,
    root: str = ".",
    *,
    summarize: Callable[[ProjectContext, Sequence[Finding]], S | None] = no_summary,
    kind: type[S] | None = None,
    visit: Callable[[str, StoredProject[S]], None] | None = None,
    show: Callable[[Finding], str] | None = None,
    most: int | None = None,
) -> Checked[S]:
    """Check a workspace; the whole of it is checked, and the report shows what is selected.

    `root` is the workspace as the user would reach it. `summarize` makes what a view needs of a project, while it is
    open, from all that was found in it. `visit` is given each project that is shown as soon as it is checked, and again
    if rules across projects turn out to find something in it. `show` makes what each finding looks like. `kind` is the type of a summary, if it can be handed over
    from another process or run, and making one changes nothing else. No more than `most` findings of one rule in one file
    are made, where that is given; the last of these stands for the rest.
    """
    run = _Run(workspace, selection, summarize, visit, show)
    run.asked = Asked(selection.rules, most)
    if summarize is no_summary or kind is not None:
        run.kind = StoredProject[kind] if visit is None else None  # type: ignore[valid-type]
        if workspace.store is not None:
            run.store, run.kept = workspace.store, workspace.store.load(KeptProjects[kind])  # type: ignore[valid-type]
            if run.kept is not None and any(name not in RULES for name, _ in run.kept.problems):
                run.kept = None
    return run.run(root)


class _Run(Generic[S]):
    """One check of a workspace."""

    def __init__(
        self,
        workspace: Workspace,
        selection: Selection,
        summarize: Callable[[ProjectContext, Sequence[Finding]], S | None],
        visit: Callable[[str, StoredProject[S]], None] | None,
        show: Callable[[Finding], str] | None,
    ) -> None:
        self.workspace = workspace
        self.selection = selection
        self.summarize = summarize
        self.store: Store | None = None
        self.kept: KeptProjects[S] | None = None
        """The projects as an earlier run kept them: those that are as they were are not read again."""
        self.visit = visit
        self.show = show
        self.asked = Asked(selection.rules)
        self.kind: type[StoredProject[S]] | None = None
        """The type that another process hands over, where one may help."""
        self.projects: dict[str, StoredProject[S]] = {}
        self.read: set[str] = set()
        """The projects of which nothing was kept that holds."""
        self.facts: dict[str, Facts] = {}
        """The facts of those that were read here."""
        self.numbers: set[str] = set()
        """The numbers of the invoices that were read here so far."""
        self.known_currencies: dict[str, bool] = {}

    def run(self, root: str) -> Checked[S]:
        """All projects, then what rules across projects find."""
        workspace = self.workspace
        self._visit_all(workspace.walk.projects)
        problems, kept = self._across(), self.kept.problems if self.kept is not None else ()
        across = WorkspaceProblems(workspace, problems, complete=not self._skipped)
        before = WorkspaceProblems(workspace, [(RULES[name], problem) for name, problem in kept], complete=True)
        same_waivers = across.waivers == before.waivers
        unsettled = {*self.read, *across.folders, *before.folders} if same_waivers else self.projects.keys()
        again = {
            folder: digest
            for folder in sorted(self.projects.keys() & unsettled)
            if not (same_waivers and self._is_settled(folder, across, before))
            and (digest := across.digest(folder)) != self.projects[folder].workspace_digest
        }

        def check_again(folder: str) -> StoredProject[S]:
            item, found = self.projects[folder], across.of(folder)
            return self._done(folder, self._checked(folder, item, again[folder], found, across.waivers))

        if again:
            self.projects |= visit_all(workspace, [*again], check_again, self.kind)
        if self.store is not None and not workspace.failures:
            names = tuple((rule.name, problem) for rule, problem in problems)
            self.store.keep(workspace.walk, KeptProjects(self.projects, names, self._beside))
        used = {key for item in self.projects.values() for key in item.used}
        rest = sorted([*across.rest(used).findings, *failures(workspace)], key=lambda finding: finding.order)
        return self._report(root, in_order([rest, *(item.findings for item in self.projects.values())]))

    def _visit_all(self, folders: Sequence[str]) -> None:
        """Each project, in its order; in several processes where that pays."""
        holding: dict[str, StoredProject[S]] = {}
        if self.kept is not None and self.store is not None:
            holding = self.store.holding(self.workspace, folders, self.kept.projects)
        self.workspace.take_over({folder: self._has_figures(folder, item) for folder, item in holding.items()}, (), ())
        self.read = {folder for folder in folders if folder not in holding}
        if self.visit is None:  # nobody waits for what is known
            new = [folder for folder in folders if folder in self.read]
            holding |= visit_all(self.workspace, new, self._read, self.kind)
            self.projects = {folder: holding[folder] for folder in folders}
        else:
            self.projects = visit_all(
                self.workspace,
                folders,
                lambda folder: self._done(folder, holding.get(folder) or self._read(folder)),
                None,
            )

    def _read(self, folder: str) -> StoredProject[S]:
        """A project as it is when nothing is found across projects, which holds for nearly all.

        One with a number that was there before is left until all are read: something will be found across projects. So is
        the only one, which stays open.
        """
        known = made(self.workspace, folder, facts)
        if known is not None:
            self.facts[folder] = known
        heading, milestones = (None, 0) if known is None else (known.project, len(known.milestones))
        tracked = tracked_digest(self.workspace.tracked_in(folder)) if self.store is not None else ""
        item = StoredProject[S]("", tracked, heading, milestones, _packed(known), "", (), (), None)
        if known is not None and (len(self.workspace.walk.projects) == 1 or self._has_been(known)):
            return replace(item, workspace_digest=_LATER)
        return self._checked(folder, item, "", (), of_state(self.workspace.settings.waivers))

    def _has_been(self, known: Facts) -> bool:
        """Whether a number of a project's invoices was there before, in it or in another; from now on all were."""
        before = len(self.numbers)
        self.numbers.update(invoice.key for invoice in known.invoices)
        return len(self.numbers) < before + len(known.invoices)

    def _across(self) -> list[RuleProblem]:
        """The problems found across projects; the kept ones where all that these rules look at is as it was."""
        kept = self.kept
        if kept is not None and self.store is not None and self.store.same_files and kept.beside == self._beside:
            old, new = kept.projects, self.projects
            if old.keys() == new.keys() and all(old[folder].facts == new[folder].facts for folder in self.read):
                return [(RULES[name], problem) for name, problem in kept.problems]
        return find(self.workspace, self._facts())

    @property
    def _beside(self) -> tuple[tuple[str, ...], ...]:
        """The paths that rules across projects look at beside facts and files."""
        found = self.workspace.walk
        return found.nearly, found.recordless, found.closed, found.outside

    def _is_settled(self, folder: str, across: WorkspaceProblems, before: WorkspaceProblems) -> bool:
        """Whether rules across projects find in a project what they did, and point to lines that have not moved."""
        problems = across.of(folder)
        if folder in self.read or problems != before.of(folder):
            return False
        related = {self.workspace.project_of(place.path) for _, problem in problems for place, _ in problem.related}
        return not any(other in self.read for other in related)

    def _checked(
        self,
        folder: str,
        item: StoredProject[S],
        digest: str,
        across: Sequence[RuleProblem],
        waivers: tuple[Waiver, ...],
    ) -> StoredProject[S]:
        found = check_project(self.workspace, folder, across, waivers, self.asked, usable=item.heading is not None)

        def summary(context: ProjectContext) -> S | None:
            known = self.workspace.has_figures(folder)  # asked again when it is closed
            return self.summarize(context, found.findings) if known else None

        made_of_it = made(self.workspace, folder, summary)
        asked = self.visit is not None and folder not in self.workspace.given_up
        return replace(
            item,
            inputs=inputs(self.workspace, folder, found.findings) if asked else "",
            workspace_digest=digest,
            findings=self._shown(found.findings),
            used=tuple(sorted(found.used, key=repr)),
            summary=made_of_it,
        )

    def _shown(self, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """The findings of a project, those that were asked for with what they look like; of many the worst."""
        if self.show is None:
            return findings
        asked = worst(list(filter(self.selection.takes, findings)), _SURELY_SHOWN)
        shown = {id(finding): replace(finding, shown=self.show(finding)) for finding in asked}
        return tuple([shown.get(id(finding), finding) for finding in findings])

    def _done(self, folder: str, item: StoredProject[S]) -> StoredProject[S]:
        """The end of a visit. Where mtrack has failed, the next run looks again."""
        if join(folder, RECORDS) in self._failed():
            item = replace(item, inputs="")
        if self.visit is not None and item.workspace_digest != _LATER and self._is_shown(folder, item):
            self.visit(folder, item)
        return item

    def _is_shown(self, folder: str, item: StoredProject[S]) -> bool:
        return self.selection.takes_project(folder, item.heading)

    def _facts(self) -> WorkspaceFacts:
        workspace = self.workspace
        usable = [
            known
            for folder, item in self.projects.items()
            if item.heading is not None
            and (known := self.facts.get(folder) or self._unpacked(folder, item)) is not None
        ]
        return WorkspaceFacts(
            workspace.root, workspace.settings, workspace.walk, self._skipped, usable, self.selection.paths
        )

    def _unpacked(self, folder: str, item: StoredProject[S]) -> Facts | None:
        """The facts of a project that was not read here."""
        try:
            return msgspec.msgpack.decode(item.facts, type=Facts)
        except msgspec.DecodeError:  # they hold what is no text
            return made(self.workspace, folder, facts)

    def _failed(self) -> set[str]:
        """The files at which mtrack itself has failed so far."""
        return {failure.path for failure in self.workspace.failures}

    @cached_property
    def _skipped(self) -> tuple[str, ...]:
        """The files of projects that can't be used; asked for once all are read."""
        return tuple(join(folder, RECORDS) for folder, item in self.projects.items() if item.heading is None)

    def _report(self, root: str, found: list[Finding]) -> Checked[S]:
        shown = self.projects
        if self.selection != EVERYTHING:
            shown = {folder: item for folder, item in shown.items() if self._is_shown(folder, item)}
            found = list(filter(partial(self._takes, shown), found))
        findings = tuple(found)
        failed = self._failed().intersection(join(folder, RECORDS) for folder in self.projects)
        skipped = sorted(filter(self.selection.takes_path, {*self._skipped, *failed}))
        milestones = sum(item.milestones for item in shown.values())
        summary = Summary(projects=len(shown), milestones=milestones, **counts(findings))
        report = Report(self.workspace.as_of, root, findings, tuple(skipped), summary, tuple(sorted(failed)))
        without = [join(folder, RECORDS) for folder, item in shown.items() if not self._has_figures(folder, item)]
        without += _misnamed(self.workspace, self.selection)
        summaries = tuple(item.summary for item in shown.values() if item.summary is not None)
        return Checked(report, self.projects, summaries, tuple(sorted(without)))

    def _takes(self, shown: Container[str | None], finding: Finding) -> bool:
        return self.selection.takes(finding) and (self.selection.client is None or finding.project in shown)

    def _has_figures(self, folder: str, item: StoredProject[S]) -> bool:
        if item.heading is None or folder in self.workspace.given_up:
            return False
        currency = item.heading.currency
        if currency not in self.known_currencies:
            self.known_currencies[currency] = money.is_currency(currency, self.workspace.settings.currencies)
        return self.known_currencies[currency]


class Made(Struct, Generic[T], frozen=True, array_like=True):
    """The value made of a project, where it is shown and has figures; `tracked` as in `StoredProject`."""

    tracked: str
    has_figures: bool
    value: T | None


def of_each(
    workspace: Workspace,
    make: Callable[[ProjectContext], T],
    selection: Selection = EVERYTHING,
    kind: type[T] | None = None,
) -> list[T]:
    """The values made of the selected projects that have figures, unchecked; each is closed before the next is opened.

    `kind` is its type, if it can be handed over from another process or run.
    """

    def wanted(context: ProjectContext) -> T | None:
        is_shown = workspace.has_figures(context.project.folder) and selection.takes_client(context.project.client)
        return make(context) if is_shown else None

    def visit(folder: str) -> Made[T]:
        value = made(workspace, folder, wanted)
        tracked = "" if store is None else tracked_digest(workspace.tracked_in(folder))
        return Made(tracked, workspace.has_figures(folder), value)

    folders = [folder for folder in workspace.walk.projects if selection.takes_path(join(folder, RECORDS))]
    store = workspace.store if kind is not None else None
    holding: dict[str, Made[T]] = {}
    if store is not None:
        holding = store.holding(workspace, folders, store.load(dict[str, Made[kind]]) or {})  # type: ignore[valid-type]
        workspace.take_over({folder: item.has_figures for folder, item in holding.items()}, (), ())
    new = [folder for folder in folders if folder not in holding]
    holding |= visit_all(workspace, new, visit, Made[kind] if kind is not None else None)  # type: ignore[valid-type]
    if store is not None and not workspace.failures:
        store.keep(workspace.walk, holding)
    return [item.value for folder in folders if (item := holding[folder]).value is not None]


def without_figures(workspace: Workspace, selection: Selection) -> list[str]:
    """The files of the selected projects that have no figures: not usable, misnamed, or in an unknown currency."""
    paths = {folder: join(folder, RECORDS) for folder in workspace.walk.projects}
    found = [path for folder, path in paths.items() if selection.takes_path(path) and not workspace.has_figures(folder)]
    return sorted((*found, *_misnamed(workspace, selection)))


def _misnamed(workspace: Workspace, selection: Selection) -> list[str]:
    """The selected files that are nearly called as records are, and so are not read, but for those accepted as such."""
    return not_accepted(workspace, _MISSING, filter(selection.takes_path, workspace.walk.nearly))


def without_records(workspace: Workspace, selection: Selection) -> list[str]:
    """The selected folders that hold papers of a project and no file of its records, but for those accepted as such."""
    named = {path.rpartition("/")[0] or "." for path in workspace.walk.nearly}
    found = [path for path in workspace.walk.recordless if selection.takes_path(path) and path not in named]
    return not_accepted(workspace, _MISSING, found)


def behind_links(workspace: Workspace, selection: Selection) -> list[str]:
    """The selected links to folders outside, behind which a project may lie, but for those accepted as such."""
    return not_accepted(workspace, _LINKED, filter(selection.takes_path, workspace.walk.outside))


def _packed(known: Facts | None) -> msgspec.Raw:
    """Facts as bytes to compare and, but where names of files are no text, to unpack."""
    try:
        return msgspec.Raw(_encoder.encode(known))
    except UnicodeEncodeError:
        return msgspec.Raw(encoded(known))
