"""The pipeline: rules judge, waivers accept, severities and selections apply, findings come out sorted."""

from __future__ import annotations

import hashlib
import posixpath
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.finding import Finding, Problem, Related, Severity
from mtrack.record.model import number_key
from mtrack.rules import RULES
from mtrack.rules.context import CheckedWaiver
from mtrack.workspace import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from mtrack.check.workspace import Workspace
    from mtrack.record.model import Waiver
    from mtrack.rules.context import RecordFile
    from mtrack.rules.facts import WorkspaceFacts
    from mtrack.rules.registry import Rule, Scope

_ABOUT_WAIVERS = ("unused-waiver", "expired-waiver")
WaiverKey = tuple[str, str | None, str | None, str | None, str | None]
"""Rule, project, milestone, invoice number and file; None for one that a waiver leaves open."""


class Summary(Struct, frozen=True):
    """Counts of what is shown; errors, warnings and infos leave out waived findings."""

    projects: int
    milestones: int
    errors: int
    warnings: int
    infos: int
    waived: int


class Report(Struct, frozen=True):
    """What a lint says: all that the output formats draw from. `root` is as the user would reach it."""

    as_of: date
    root: str
    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]
    summary: Summary

    def fails(self, fail_on: Severity) -> bool:
        """Whether a finding that is not waived is at or above `fail_on`."""
        return any(not finding.waived and finding.severity >= fail_on for finding in self.findings)


class Selection(Struct, frozen=True):
    """What to show: rules or categories by name (none: all), less the ignored ones, under the paths given."""

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    paths: tuple[str, ...] = (".",)

    def takes_rule(self, rule: Rule) -> bool:
        """Whether findings of a rule are shown."""
        names = {rule.name, rule.category.value}
        return (not self.select or bool(names & self.select)) and not names & self.ignore

    def takes_path(self, path: str) -> bool:
        """Whether a path from the root lies under what was asked for."""
        return any(top in (".", path) or path.startswith(f"{top}/") for top in self.paths)


def lint(workspace: Workspace, selection: Selection, root: str = ".") -> Report:
    """All findings of a workspace, of which the selection is shown."""
    sizes = {item.project.path: len(item.project.milestones) for item in workspace.contexts}
    return report(workspace, selection, root, findings(workspace), workspace.skipped, sizes)


def report(  # noqa: PLR0913
    workspace: Workspace,
    selection: Selection,
    root: str,
    found: Iterable[Finding],
    skipped: Iterable[str],
    sizes: dict[str, int],
) -> Report:
    """The report on what was found; `sizes` are the milestones of each project that is not skipped, by its file."""
    shown = tuple(
        finding for finding in found if selection.takes_rule(RULES[finding.rule]) and selection.takes_path(finding.path)
    )
    skipped = tuple(path for path in skipped if selection.takes_path(path))
    sizes = {path: size for path, size in sizes.items() if selection.takes_path(path)}
    summary = Summary(projects=len(sizes) + len(skipped), milestones=sum(sizes.values()), **_counts(shown))
    return Report(workspace.as_of, root, shown, skipped, summary)


def narrowed(report: Report, shown: Iterable[Finding]) -> Report:
    """A report with only some of its findings, and these counted."""
    shown = tuple(shown)
    return replace(report, findings=shown, summary=replace(report.summary, **_counts(shown)))


def _counts(findings: Iterable[Finding]) -> dict[str, int]:
    """The counts of a summary that depend on what is shown."""
    counts = {"errors": 0, "warnings": 0, "infos": 0, "waived": 0}
    for finding in findings:
        counts["waived" if finding.waived else f"{finding.severity.word}s"] += 1
    return counts


RuleProblem = tuple["Rule", "Problem"]


class ProjectFindings(Struct, frozen=True):
    """What was found in a project, waived findings marked, and which waivers of the settings were of use there."""

    findings: tuple[Finding, ...]
    used: frozenset[WaiverKey]


class WorkspaceProblems:
    """What the rules across projects find, and which waivers of the settings hold: the same for every project."""

    def __init__(self, workspace: Workspace, whole: WorkspaceFacts) -> None:
        self.skipped = whole.skipped
        self._problems: dict[str | None, list[RuleProblem]] = {}
        for rule in RULES.values():
            for problem in rule.across(whole) if rule.across is not None else ():
                project = workspace.project_of(problem.place.path)
                self._problems.setdefault(project, []).append((rule, problem))
        self.waivers = _valid(workspace.settings.waivers, self.of(None))

    def of(self, folder: str | None) -> tuple[RuleProblem, ...]:
        """What belongs to a project, or to none."""
        return tuple(self._problems.get(folder, ()))

    def digest(self, workspace: Workspace, folder: str) -> str:
        """A digest of what belongs to a project, with the lines in other files that it points to, and of the waivers."""
        problems = self._problems.get(folder, [])
        faulty = len(self.waivers) < len(workspace.settings.waivers)
        if not problems and not faulty:
            return ""
        spans = [_related(workspace, problem) for _, problem in problems]
        text = repr(([(rule.name, problem) for rule, problem in problems], spans, faulty and self.waivers))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def findings(workspace: Workspace) -> list[Finding]:
    """Every finding of every rule that is not off, sorted, waived ones marked."""
    found = WorkspaceProblems(workspace, workspace.whole)
    return collect(workspace, found, [judge(workspace, folder, found) for folder in workspace.found.projects])


def judge(workspace: Workspace, folder: str, found: WorkspaceProblems) -> ProjectFindings:
    """What there is to find in one project, given what was `found` across projects."""
    file, context = workspace.open(folder)
    problems = [*_of_file(file), *found.of(folder)]
    if context is None:
        return apply_waivers(workspace, found, problems, (), found.waivers)
    names = {rule.name for rule, problem in problems if problem.place.path == file.source.path}
    for rule in _of_scope("project"):
        for problem in rule.check(context):
            names.add(rule.name)
            problems.append((rule, problem))
    for rule in _of_scope("close"):
        problems.extend((rule, problem) for problem in rule.check(context, frozenset(names)))
    return apply_waivers(workspace, found, problems, context.project.waivers, found.waivers)


def collect(workspace: Workspace, found: WorkspaceProblems, verdicts: Sequence[ProjectFindings]) -> list[Finding]:
    """All findings, sorted: of every project, and of what is in none."""
    file = workspace.settings_file
    problems = [*(_of_file(file) if file is not None else ()), *found.of(None)]
    used = frozenset[WaiverKey]().union(*(verdict.used for verdict in verdicts))
    rest = apply_waivers(workspace, found, problems, found.waivers, (), used)
    result = [finding for verdict in (*verdicts, rest) for finding in verdict.findings]
    result.sort(key=lambda finding: finding.order)
    return result


class _LocatedProblem(Struct, frozen=True):
    """A problem with its rule, the project it belongs to and the reason it is waived."""

    rule: Rule
    problem: Problem
    project: str | None
    waiver: str | None = None


def _of_file(file: RecordFile) -> Iterator[RuleProblem]:
    """What the rules about files as such find."""
    if file.broken or file.unknown_keys or not file.usable:
        for rule in _of_scope("file"):
            yield from ((rule, problem) for problem in rule.check(file))


@cache
def _of_scope(scope: Scope) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES.values() if rule.scope == scope)


def apply_waivers(  # noqa: PLR0913
    workspace: Workspace,
    found: WorkspaceProblems,
    problems: list[RuleProblem],
    own: tuple[Waiver, ...],
    others: tuple[Waiver, ...],
    used: frozenset[WaiverKey] = frozenset(),
) -> ProjectFindings:
    """Accept what waivers accept, and report on the `own` ones, of which some were `used` elsewhere."""
    judged = [_LocatedProblem(rule, problem, workspace.project_of(problem.place.path)) for rule, problem in problems]
    if own or others:
        own = _valid(own, problems)
        acceptance = _Acceptance(workspace, (*others, *own), used, complete=not found.skipped)
        judged = [acceptance.accept(item) for item in judged]
        # First the waivers of ordinary rules, then those that accept findings about waivers.
        ordinary = [waiver for waiver in own if waiver.rule not in _ABOUT_WAIVERS]
        judged += [acceptance.accept(item) for item in acceptance.report(ordinary)]
        judged += acceptance.report([waiver for waiver in own if waiver.rule in _ABOUT_WAIVERS])
        used = frozenset(acceptance.used)
    severities = workspace.settings.rules
    graded = ((item, severities.get(item.rule.name, item.rule.severity)) for item in judged)
    return ProjectFindings(
        tuple(_finding(workspace, item, severity) for item, severity in graded if severity is not None), used
    )


def _valid(waivers: tuple[Waiver, ...], problems: Iterable[RuleProblem]) -> tuple[Waiver, ...]:
    """The waivers but those that name what is not there."""
    if not waivers:
        return ()
    faulty = {(problem.place.path, *(problem.place.route or ())[:2])
              for rule, problem in problems if rule.name == "unknown-milestone"}  # fmt: skip
    return tuple(waiver for waiver in waivers if (waiver.path, *waiver.route) not in faulty)


class _Acceptance:
    """Which waivers accept which problems, and which of them were of use."""

    def __init__(
        self, workspace: Workspace, waivers: Iterable[Waiver], used: frozenset[WaiverKey], *, complete: bool
    ) -> None:
        self.workspace = workspace
        self.complete = complete
        self.used = set(used)
        self.reasons: dict[WaiverKey, str] = {}
        for waiver in waivers:
            if not self.expired(waiver):
                self.reasons.setdefault(_waiver_key(waiver), waiver.reason)

    def expired(self, waiver: Waiver) -> bool:
        """Whether its last day has passed."""
        return waiver.until is not None and self.workspace.as_of > waiver.until

    def accept(self, item: _LocatedProblem) -> _LocatedProblem:
        """The problem, marked where a waiver agrees with it; every waiver that does counts as used."""
        problem = item.problem
        about = problem.about and posixpath.normpath(problem.about)
        number = problem.invoice and number_key(problem.invoice)
        each = ((item.project, None), (problem.milestone, None), (number, None), (problem.place.path, about, None))
        agreed = [terms for terms in product((item.rule.name,), *each) if terms in self.reasons]
        self.used.update(agreed)
        return replace(item, waiver=self.reasons[agreed[0]]) if agreed else item

    def report(self, waivers: list[Waiver]) -> list[_LocatedProblem]:
        """What the rules about waivers say; of the workspace's none is unused while a project is skipped."""
        if not waivers:
            return []
        results = tuple(
            CheckedWaiver(
                waiver,
                unused=not self.expired(waiver)
                and _waiver_key(waiver) not in self.used
                and (self.complete or waiver.path != SETTINGS),
                expired=self.expired(waiver),
            )
            for waiver in waivers
        )
        return [
            _LocatedProblem(rule, problem, self.workspace.project_of(problem.place.path))
            for rule in _of_scope("waivers")
            for problem in rule.check(results)
        ]


def _waiver_key(waiver: Waiver) -> WaiverKey:
    """What a waiver asks of a problem; its file as a path from the root."""
    folder = posixpath.dirname(waiver.path)
    return (
        waiver.rule,
        None if waiver.path == SETTINGS else folder or ".",
        waiver.milestone,
        None if waiver.number is None else number_key(waiver.number),
        None if waiver.file is None else posixpath.normpath(posixpath.join(folder, waiver.file)),
    )


def _finding(workspace: Workspace, item: _LocatedProblem, severity: Severity) -> Finding:
    problem = item.problem
    places = money.decimals(problem.currency, workspace.settings.currencies)
    source = workspace.source(problem.place.path)
    span = source.span(problem.place) if source else None
    return Finding(
        rule=item.rule.name,
        category=item.rule.category,
        severity=severity,
        path=problem.place.path,
        span=span,
        project=item.project,
        milestone=problem.milestone,
        invoice=problem.invoice,
        amount=problem.amount,
        currency=problem.currency if problem.amount is not None else None,
        message=problem.message,
        hint=problem.hint,
        related=_related(workspace, problem),
        since=problem.since,
        about=problem.about,
        waiver=item.waiver,
        places=2 if places is None else places,
        excerpt=source.line_text(span.line) if source and span else None,
    )


def _related(workspace: Workspace, problem: Problem) -> tuple[Related, ...]:
    sources = ((workspace.source(place.path), place, message) for place, message in problem.related)
    return tuple(
        Related(place.path, source.span(place) if source else None, message) for source, place, message in sources
    )
