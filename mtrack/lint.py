"""The pipeline: rules judge, waivers accept, severities and selections apply, findings come out sorted."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.finding import Finding, Problem, Related, Severity
from mtrack.model import number_key
from mtrack.rules import RULES
from mtrack.workspace import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from mtrack.books import Workspace
    from mtrack.model import Waiver
    from mtrack.rules.registry import Rule, Scope

_ABOUT_WAIVERS = ("unused-waiver", "expired-waiver")
_Terms = tuple[str, str | None, str | None, str | None, str | None]
"""Rule, project, milestone, invoice number and file; None for one that a waiver leaves open."""


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
    books = [books for books in workspace.books if selection.takes_path(books.project.path)]
    files = [file for file in workspace.files if file.folder is not None and selection.takes_path(file.source.path)]
    summary = Summary(
        projects=len(files),
        milestones=sum(len(item.project.milestones) for item in books),
        **_counts(shown),
    )
    skipped = tuple(path for path in workspace.skipped if selection.takes_path(path))
    return Report(workspace.as_of, root, tuple(shown), skipped, summary)


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
    """What every rule but those about waivers finds."""
    for file in workspace.files:
        if file.broken or file.unknown_keys or not file.usable:
            for rule in _of_scope("file"):
                yield from ((rule, problem) for problem in rule.check(file))
    found: dict[str, set[str]] = {}
    for rule in _of_scope("workspace"):
        for problem in rule.check(workspace):
            found.setdefault(problem.place.path, set()).add(rule.name)
            yield rule, problem
    for books in workspace.books:
        names = found.get(books.project.path, set())
        for rule in _of_scope("project"):
            for problem in rule.check(books):
                names.add(rule.name)
                yield rule, problem
        for rule in _of_scope("close"):
            yield from ((rule, problem) for problem in rule.check(books, frozenset(names)))


@cache
def _of_scope(scope: Scope) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES.values() if rule.scope == scope)


def _waive(workspace: Workspace, judged: list[_Judged], waivers: list[Waiver]) -> list[_Judged]:
    """Mark what the waivers accept, and add what the rules about waivers say."""
    faulty = {(item.problem.place.path, *(item.problem.place.route or ())[:2])
              for item in judged if item.rule.name == "unknown-milestone"}  # fmt: skip
    known = [waiver for waiver in waivers if (waiver.path, *waiver.route) not in faulty]
    acceptance = _Acceptance(workspace, known)
    judged = [acceptance.accept(item) for item in judged]
    # First the waivers of ordinary rules, then those that accept findings about waivers.
    ordinary = [waiver for waiver in known if waiver.rule not in _ABOUT_WAIVERS]
    judged += [acceptance.accept(item) for item in acceptance.report(ordinary)]
    return judged + acceptance.report([waiver for waiver in known if waiver.rule in _ABOUT_WAIVERS])


class _Acceptance:
    """Which waivers accept which problems, and which of them were of use."""

    def __init__(self, workspace: Workspace, waivers: list[Waiver]) -> None:
        self.workspace = workspace
        self.used: set[_Terms] = set()
        self.reasons: dict[_Terms, str] = {}
        for waiver in waivers:
            if not self.expired(waiver):
                self.reasons.setdefault(_terms(waiver), waiver.reason)

    def expired(self, waiver: Waiver) -> bool:
        """Whether its last day has passed."""
        return waiver.until is not None and self.workspace.as_of > waiver.until

    def accept(self, item: _Judged) -> _Judged:
        """The problem, marked where a waiver agrees with it; every waiver that does counts as used."""
        problem = item.problem
        about = problem.about and posixpath.normpath(problem.about)
        number = problem.invoice and number_key(problem.invoice)
        each = ((item.project, None), (problem.milestone, None), (number, None), (problem.place.path, about, None))
        agreed = [terms for terms in product((item.rule.name,), *each) if terms in self.reasons]
        self.used.update(agreed)
        return replace(item, waiver=self.reasons[agreed[0]]) if agreed else item

    def report(self, waivers: list[Waiver]) -> list[_Judged]:
        """What the rules about waivers say; of the workspace's none is unused while a project is skipped."""
        complete = not self.workspace.skipped
        results = tuple(
            JudgedWaiver(
                waiver,
                unused=not self.expired(waiver)
                and _terms(waiver) not in self.used
                and (complete or waiver.path != SETTINGS),
                expired=self.expired(waiver),
            )
            for waiver in waivers
        )
        return [
            _Judged(rule, problem, self.workspace.project_of(problem.place.path))
            for rule in _of_scope("waivers")
            for problem in rule.check(results)
        ]


def _terms(waiver: Waiver) -> _Terms:
    """What a waiver asks of a problem; its file as a path from the root."""
    folder = posixpath.dirname(waiver.path)
    return (
        waiver.rule,
        None if waiver.path == SETTINGS else folder or ".",
        waiver.milestone,
        None if waiver.number is None else number_key(waiver.number),
        None if waiver.file is None else posixpath.normpath(posixpath.join(folder, waiver.file)),
    )


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
