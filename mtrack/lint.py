"""The pipeline: rules judge, waivers accept, severities and selections apply, findings come out sorted."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.finding import Finding, Problem, Related, Severity
from mtrack.model import number_key
from mtrack.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from mtrack.books import Workspace
    from mtrack.model import Waiver
    from mtrack.rules import Rule

_ABOUT_WAIVERS = ("unused-waiver", "expired-waiver")


@dataclass(frozen=True, slots=True)
class JudgedWaiver:
    """A waiver after the match: `unused` and `expired` are what the rules about waivers report."""

    waiver: Waiver
    unused: bool
    expired: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of what is shown; errors, warnings and infos leave out waived findings."""

    projects: int
    milestones: int
    errors: int
    warnings: int
    infos: int
    waived: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a lint says: all that the output formats draw from. `root` is as the user would reach it."""

    as_of: date
    root: str
    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]
    summary: Summary

    def fails(self, fail_on: Severity) -> bool:
        """Whether a finding that is not waived is at or above `fail_on`."""
        return any(not finding.waived and finding.severity >= fail_on for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Selection:
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
    shown = [
        finding
        for finding in findings(workspace)
        if selection.takes_rule(RULES[finding.rule]) and selection.takes_path(finding.path)
    ]
    counts = dict.fromkeys(Severity, 0)
    for finding in shown:
        if not finding.waived:
            counts[finding.severity] += 1
    books = [books for books in workspace.books if selection.takes_path(books.project.path)]
    files = [file for file in workspace.files if file.folder is not None and selection.takes_path(file.source.path)]
    summary = Summary(
        projects=len(files),
        milestones=sum(len(item.project.milestones) for item in books),
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        infos=counts[Severity.INFO],
        waived=sum(finding.waived for finding in shown),
    )
    skipped = tuple(path for path in workspace.skipped if selection.takes_path(path))
    return Report(workspace.as_of, root, tuple(shown), skipped, summary)


def findings(workspace: Workspace) -> list[Finding]:
    """Every finding of every rule that is not off, sorted, waived ones marked."""
    judged = [_Judged(rule, problem, workspace.project_of(problem.place.path)) for rule, problem in _judge(workspace)]
    waivers = [*workspace.settings.waivers, *(waiver for books in workspace.books for waiver in books.project.waivers)]
    if waivers:
        judged = _waive(workspace, judged, waivers)
    result: list[Finding] = []
    severities = workspace.settings.rules
    for item in judged:
        severity = severities.get(item.rule.name, item.rule.severity)
        if severity is not None:
            result.append(_finding(workspace, item, severity))
    result.sort(key=lambda finding: finding.order)
    return result


@dataclass(frozen=True, slots=True)
class _Judged:
    """A problem with its rule, the project it belongs to and the reason it is waived."""

    rule: Rule
    problem: Problem
    project: str | None
    waiver: str | None = None


def _judge(workspace: Workspace) -> Iterator[tuple[Rule, Problem]]:
    by_scope: dict[str, list[Rule]] = {}
    for rule in RULES.values():
        by_scope.setdefault(rule.scope, []).append(rule)
    for file in workspace.files:
        if file.broken or file.unknown_keys or not file.usable:
            for rule in by_scope["file"]:
                for problem in rule.check(file):
                    yield rule, problem
    across = [(rule, problem) for rule in by_scope["workspace"] for problem in rule.check(workspace)]
    yield from across
    found: dict[str, set[str]] = {}
    for rule, problem in across:
        found.setdefault(problem.place.path, set()).add(rule.name)
    for books in workspace.books:
        names = found.get(books.project.path, set())
        for rule in by_scope["project"]:
            for problem in rule.check(books):
                names.add(rule.name)
                yield rule, problem
        for rule in by_scope["close"]:
            for problem in rule.check(books, frozenset(names)):
                yield rule, problem


def _waive(workspace: Workspace, judged: list[_Judged], waivers: list[Waiver]) -> list[_Judged]:
    """Mark what the waivers accept, and add what the rules about waivers say."""
    used: set[int] = set()
    judged = [_accept(workspace, item, waivers, used) for item in judged]
    unknown = {item.problem.place.route[:2] + (item.problem.place.path,)
               for item in judged if item.rule.name == "unknown-milestone" and item.problem.place.route}  # fmt: skip
    complete = not workspace.skipped
    states = [
        (waiver, waiver.until is not None and workspace.as_of > waiver.until, (*waiver.route, waiver.path) in unknown)
        for waiver in waivers
    ]

    def report(about_waivers: bool) -> list[_Judged]:  # noqa: FBT001
        results = tuple(
            JudgedWaiver(
                waiver,
                unused=not expired and not names_unknown and id(waiver) not in used and (complete or waiver.path != "mtrack.yaml"),
                expired=expired and not names_unknown,
            )
            for waiver, expired, names_unknown in states
            if (waiver.rule in _ABOUT_WAIVERS) == about_waivers
        )
        return [
            _Judged(rule, problem, workspace.project_of(problem.place.path))
            for rule in RULES.values()
            if rule.scope == "waivers"
            for problem in rule.check(results)
        ]

    # First the waivers of ordinary rules, then those that accept findings about waivers.
    judged += [_accept(workspace, item, waivers, used) for item in report(about_waivers=False)]
    return judged + report(about_waivers=True)


def _accept(workspace: Workspace, item: _Judged, waivers: Iterable[Waiver], used: set[int]) -> _Judged:
    reason: str | None = None
    for waiver in waivers:
        if waiver.rule == item.rule.name and _covers(workspace, waiver, item):
            used.add(id(waiver))
            reason = reason or waiver.reason
    return item if reason is None else replace(item, waiver=reason)


def _covers(workspace: Workspace, waiver: Waiver, item: _Judged) -> bool:
    """Whether a waiver's scope, milestone, number and file agree with a problem, and its time is not over."""
    problem = item.problem
    if waiver.until is not None and workspace.as_of > waiver.until:
        return False
    folder = posixpath.dirname(waiver.path) or "."
    if waiver.path != "mtrack.yaml" and item.project != folder:
        return False
    if waiver.milestone is not None and waiver.milestone != problem.milestone:
        return False
    if waiver.number is not None and (problem.invoice is None or number_key(waiver.number) != number_key(problem.invoice)):
        return False
    if waiver.file is not None:
        path = waiver.file if waiver.file.startswith("/") else posixpath.normpath(posixpath.join(folder, waiver.file))
        if path not in (problem.place.path, problem.about and posixpath.normpath(problem.about)):
            return False
    return True


def _finding(workspace: Workspace, item: _Judged, severity: Severity) -> Finding:
    problem = item.problem
    sources = workspace.sources
    places = money.decimals(problem.currency, workspace.settings.currencies)
    source = sources.get(problem.place.path)
    span = source.span(problem.place) if source else None
    related = tuple(
        Related(place.path, sources[place.path].span(place) if place.path in sources else None, message)
        for place, message in problem.related
    )
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
        related=related,
        since=problem.since,
        about=problem.about,
        waiver=item.waiver,
        places=2 if places is None else places,
        excerpt=source.line_text(span.line) if source and span else None,
    )
