"""Checks one project: its rules find problems, waivers accept some, severities and places make findings of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.check.waivers import Waivers, locate, of_state, valid
from mtrack.finding import Finding, Related, Span
from mtrack.rules import of_scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtrack.check.waivers import LocatedProblem, RuleProblem, WaiverKey
    from mtrack.check.workspace import Workspace
    from mtrack.finding import Place, Problem, Severity
    from mtrack.record.model import Waiver
    from mtrack.rules.context import ProjectContext, RecordFile


class ProjectFindings(Struct, frozen=True):
    """What was found in a project, rule by rule, waived findings marked, and which waivers accepted something there."""

    findings: tuple[Finding, ...]
    used: frozenset[WaiverKey]


def check_project(
    workspace: Workspace, folder: str, across: Sequence[RuleProblem], waivers: tuple[Waiver, ...]
) -> ProjectFindings:
    """The findings of one project; `across` is what rules across projects find in it, `waivers` the settings'."""
    file, context = workspace.open(folder)
    problems = [*of_file(file), *across]
    own: tuple[Waiver, ...] = ()
    if context is not None:
        problems += _of_project(
            context, {rule.name for rule, problem in problems if problem.place.path == file.source.path}
        )
        own = valid(of_state(context.project.waivers), problems)
    located = locate(workspace, problems)
    used: frozenset[WaiverKey] = frozenset()
    if own or waivers:
        applied = Waivers(workspace, (*waivers, *own))
        located = applied.apply(located, own)
        used = frozenset(applied.used)
    return ProjectFindings(tuple(findings(workspace, located)), used)


def of_file(file: RecordFile) -> Iterator[RuleProblem]:
    """What the rules about files as such find."""
    if file.broken or file.unknown_keys or not file.usable:
        for rule in of_scope("file"):
            yield from ((rule, problem) for problem in rule.check(file))


def _of_project(context: ProjectContext, found: set[str]) -> Iterator[RuleProblem]:
    """What the rules about one project find; `found` are the rules that have found something already."""
    for rule in of_scope("project"):
        for problem in rule.check(context):
            found.add(rule.name)
            yield rule, problem
    for rule in of_scope("close"):
        yield from ((rule, problem) for problem in rule.check(context, frozenset(found)))


def findings(workspace: Workspace, problems: Iterable[LocatedProblem]) -> list[Finding]:
    """The findings of problems, without those of rules that the settings turn off."""
    severities = workspace.settings.rules
    graded = (
        (item, item.severity if item.graded else severities.get(item.rule.name, item.rule.severity))
        for item in problems
    )
    return [_finding(workspace, item, severity) for item, severity in graded if severity is not None]


def _finding(workspace: Workspace, item: LocatedProblem, severity: Severity) -> Finding:
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
        related=related(workspace, problem),
        since=problem.since,
        about=problem.about,
        left_out=problem.left_out,
        waiver=item.waiver,
        places=2 if places is None else places,
        excerpt=source.line_text(span.line) if source and span else None,
        commit=problem.commit,
    )


def related(workspace: Workspace, problem: Problem) -> tuple[Related, ...]:
    """The other places a problem points to, with their lines."""
    return tuple(Related(place.path, _span(workspace, place), message) for place, message in problem.related)


def _span(workspace: Workspace, place: Place) -> Span | None:
    if place.line is not None:
        return Span(place.line, 1, place.line, 1)
    source = workspace.source(place.path)
    return source.span(place) if source else None
