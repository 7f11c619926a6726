"""Audits the history of a workspace: the rules about it, by project, with the severities and waivers of today."""

from __future__ import annotations

import os
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack.changes.align import align
from mtrack.changes.branches import Branch, BranchPair
from mtrack.changes.compare import compare
from mtrack.changes.trail import Moment, Trail, numbered
from mtrack.check.contained import ask
from mtrack.check.project import failures, findings
from mtrack.check.report import Report, Summary, counts
from mtrack.check.waivers import LocatedProblem, Waivers, of_history
from mtrack.finding import CommitRef
from mtrack.history.dates import clocks
from mtrack.history.graph import Graph
from mtrack.history.log import Shown
from mtrack.history.reader import Reader
from mtrack.history.repository import Repository
from mtrack.record.schema import is_date
from mtrack.rules import of_scope
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from mtrack.changes.event import Commit
    from mtrack.changes.facts import Version
    from mtrack.check.report import Selection
    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding, Severity
    from mtrack.history.reader import CommitChange, ProjectChange
    from mtrack.record.model import Project
    from mtrack.record.settings import Settings


class Audit(Struct, frozen=True):
    """The result of an audit, whether a shallow clone hides the beginning, and the rules that are off.

    Its report skips the records that can't be used as they were committed last: what changed in them since is not judged.
    """

    report: Report
    shallow: bool
    off: tuple[str, ...]


def audit(
    workspace: Workspace, selection: Selection, root: str, *, since: str | None = None, branches: bool = False
) -> Audit:
    """Audit a workspace. With `since` only commits from that day on, or after that revision, are judged. Raises UsageError, CannotRunError."""
    repository = Repository(workspace.root)
    try:
        return _Audit(repository, workspace, selection).run(root, since, branches=branches)
    finally:
        repository.close()


def _earlier(repository: Repository, since: str, head: str | None) -> set[str]:
    """The commits that came before: written before a day, or up to a revision. Raises UsageError."""
    if is_date(since):
        return {item.id for item in repository.commits(head) if item.day < date.fromisoformat(since)} if head else set()
    return {item.id for item in repository.commits(repository.find(since))}


class _Audit:
    def __init__(self, repository: Repository, workspace: Workspace, selection: Selection) -> None:
        self.repository = repository
        self.workspace = workspace
        self.selection = selection
        self.settings: dict[str, Settings] = {}
        """The settings that held at each commit that changed records."""
        self.broken: list[str] = []
        """The records that can't be used as they were committed last."""

    def run(self, root: str, since: str | None, *, branches: bool) -> Audit:
        repository = self.repository
        head = repository.look_up("HEAD")
        earlier = set() if since is None else _earlier(repository, since, head)
        located = list(self._history(repository.commits(head))) if head is not None else []
        if branches:
            located += self._branches()
        found = self._findings(located, branches=branches)
        shown = [
            finding
            for finding in found
            if self.selection.takes(finding) and (finding.commit is None or finding.commit.id not in earlier)
        ]
        skipped = tuple(sorted(filter(self.selection.takes_path, self.broken)))
        report = Report(self.workspace.as_of, root, tuple(shown), skipped, self._summary(shown))
        off = self.workspace.settings.rules
        names = [
            rule.name
            for rule in (*of_scope("history"), *of_scope("branches"))
            if off.get(rule.name, rule.severity) is None
        ]
        return Audit(report, bool(repository.shallow), tuple(names))

    def _history(self, commits: list[Commit]) -> Iterator[LocatedProblem]:
        reader = Reader(self.repository)
        changes = list(reader.read(Graph(commits)))
        shown = Shown(self.workspace.settings.exclude, changes, reader.same)
        self.settings |= {change.commit.id: change.settings for change in changes}
        for folder, trail in self._trails(changes, shown, clocks(commits, self.workspace.as_of)):
            for rule in of_scope("history"):
                for _, problem in ask(self.workspace, join(folder, RECORDS), rule, trail):
                    yield LocatedProblem(rule, problem, folder)

    def _trails(
        self, changes: Sequence[CommitChange], shown: Shown, clock: dict[str, datetime]
    ) -> Iterator[tuple[str, Trail]]:
        """Each project that is or was shown, with its folder and its trail; one that has left the view is judged too."""
        signatures = self._signatures(changes)
        today = self.workspace.settings
        moments: dict[int, list[Moment]] = {}
        gone: dict[str, tuple[int, Version]] = {}
        for change in changes:
            own = change.settings
            commit = replace(change.commit, signature=signatures.get(change.commit.id, ""))
            for project in (*change.projects, *change.revalued):
                uid = shown.uid(project.uid)
                if uid not in moments and project.folder in gone and project.after.records:
                    was, version = gone.pop(project.folder)
                    moments[uid] = moments.pop(was)
                    project = _again(project, version)  # noqa: PLW2901
                moment = Moment(
                    0, commit, project.before, project.after, project.events, min(own.correct_within, today.correct_within),
                    own.require_signed or today.require_signed, clock[commit.id], first=False,
                )  # fmt: skip
                moments.setdefault(uid, []).append(moment)
                if moment.has("project-removed"):
                    gone[project.folder] = uid, project.before
        linked = self._linked()
        for uid, found in moments.items():
            now = shown.last(uid)
            folder = now if shown.takes(uid) else linked.get(now) or shown.last_in_view(uid)
            if folder is not None:
                if _is_broken(found):
                    self.broken.append(join(folder, RECORDS))
                left = None if folder in (now, linked.get(now)) else now
                record = self._today(folder) if left is None else None
                yield folder, Trail(join(folder, RECORDS), record, numbered(found), left)

    def _linked(self) -> dict[str, str]:
        """The projects that are shown only where a link leads to them: the folder of the link, by their own."""
        walked, root = self.workspace.walk, self.workspace.root
        if not walked.linked:
            return {}
        top = os.path.realpath(root)
        real = {folder: os.path.realpath(os.path.join(root, folder)) for folder in walked.projects}
        return {os.path.relpath(path, top).replace(os.sep, "/"): folder for folder, path in real.items()}

    def _today(self, folder: str) -> Project | None:
        """A project as it is now; None where it is gone or can't be used."""
        if folder not in self.workspace.walk.projects:
            return None
        context = self.workspace.open(folder)[1]
        return context.project if context is not None else None

    def _signatures(self, changes: Sequence[CommitChange]) -> dict[str, str]:
        """Git's verdicts on the signatures of the commits that need one, by commit."""
        today = self.workspace.settings.require_signed
        asked = [change.commit.id for change in changes if today or change.settings.require_signed]
        return self.repository.signatures(asked) if asked else {}

    def _branches(self) -> Iterator[LocatedProblem]:
        """The problems that the rules about branches find in each two that are not merged into each other."""
        tips = self.repository.branches()
        commits = self.repository.commits(*tips) if tips else []
        graph = Graph(commits)
        numbers = [graph.numbers[tip] for tip in tips]
        pairs = [(ours, theirs, graph.common(ours, theirs)) for ours, theirs in combinations(numbers, 2)]
        pairs = [(ours, theirs, bases) for ours, theirs, bases in pairs if not {ours, theirs} & {*bases}]
        for number in {number for ours, theirs, bases in pairs for number in (ours, theirs, *bases)}:
            graph.keep(number)
        reader = Reader(self.repository)
        for _ in reader.read(graph):
            pass
        projects = {
            number: {uid: reader.version(tree, project) for uid, project in tree.by_uid().items()}
            for number, tree in graph.trees.items()
        }
        names = dict(zip(numbers, tips.values(), strict=True))
        today = self._projects_today()
        for ours, theirs, bases in pairs:
            mine, other = (Branch(names[i], _reference(commits[i]), _inside(projects[i])) for i in (ours, theirs))
            pair = BranchPair(mine, other, [_inside(projects[base]) for base in bases], today)
            for rule in of_scope("branches"):
                for _, problem in ask(self.workspace, ".", rule, pair):
                    yield LocatedProblem(rule, problem, problem.place.path.rpartition("/")[0] or ".")

    def _projects_today(self) -> dict[str, Project]:
        found = ((folder, self._today(folder)) for folder in self.workspace.walk.projects)
        return {join(folder, RECORDS): project for folder, project in found if project is not None}

    def _findings(self, located: list[LocatedProblem], *, branches: bool) -> list[Finding]:
        """The findings, waived by the waivers of today, and what is wrong with these."""
        own = of_history(self.workspace.settings.waivers)
        for project in self._projects_today().values():
            own += of_history(project.waivers)
        judged = tuple(
            waiver for waiver in own if branches or waiver.rule not in {rule.name for rule in of_scope("branches")}
        )
        applied = Waivers(self.workspace, own)
        result = findings(self.workspace, applied.apply([self._graded(item) for item in located], judged))
        result += failures(self.workspace)
        return sorted(result, key=lambda finding: (finding.order, finding.commit.date if finding.commit else ""))

    def _graded(self, item: LocatedProblem) -> LocatedProblem:
        """A problem with the stricter of the severities of today and of its commit."""
        today = self.workspace.settings.rules
        commit = item.problem.commit
        then = self.settings[commit.id].rules if commit is not None and commit.id in self.settings else today
        severities = [rules.get(item.rule.name, item.rule.severity) for rules in (today, then)]
        return replace(item, severity=_strictest(severities), graded=True)

    def _summary(self, shown: Iterable[Finding]) -> Summary:
        folders = [
            folder for folder in self.workspace.walk.projects if self.selection.takes_path(join(folder, RECORDS))
        ]
        known = [self._today(folder) for folder in folders]
        milestones = sum(len(project.milestones) for project in known if project is not None)
        return Summary(projects=len(folders), milestones=milestones, **counts(shown))


def _is_broken(moments: Sequence[Moment]) -> bool:
    """Whether the last version of a project that is still there can't be used."""
    states = (
        event.event
        for moment in reversed(moments)
        for event in reversed(moment.events)
        if event.event in ("broken", "mended", "project-removed")
    )
    return next(states, None) == "broken"


def _again(project: ProjectChange, was: Version) -> ProjectChange:
    """The change of a project that came, beside what it was when it went from its folder."""
    after = align(was, project.after)
    return replace(project, before=was, after=after, events=(project.events[0], *compare(was, after)))


def _strictest(severities: Iterable[Severity | None]) -> Severity | None:
    return max((severity for severity in severities if severity is not None), default=None)


def _reference(commit: Commit) -> CommitRef:
    return CommitRef(commit.id, commit.author, commit.date)


def _inside(projects: dict[int, Version]) -> dict[int, Version]:
    """The projects that lie in the workspace."""
    return {uid: version for uid, version in projects.items() if not (version.folder or "..").startswith("..")}
