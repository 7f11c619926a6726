"""Checks one project: its rules find problems, waivers accept some, severities and places make findings of them."""

from __future__ import annotations

from heapq import nsmallest
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import limits, money, ways
from mtrack.check.contained import ask
from mtrack.check.waivers import Waivers, locate, of_state, valid
from mtrack.errors import failure
from mtrack.finding import Finding, Related, Span, bounded
from mtrack.rules import INTERNAL, asked_by_others, of_project, of_scope
from mtrack.rules.traits import traits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtrack.check.contained import RuleProblem
    from mtrack.check.waivers import LocatedProblem, WaiverKey
    from mtrack.check.workspace import Workspace
    from mtrack.finding import Place, Problem, Severity
    from mtrack.record.model import Waiver
    from mtrack.rules import Rule
    from mtrack.rules.context import ProjectContext, RecordFile
    from mtrack.yaml.source import Source


class Asked(Struct, frozen=True):
    """The findings that are asked for: those of rules by name, None for all, and how many of one rule in one file.

    Of more, the first by their place are made, and the last of these stands for the rest.
    """

    rules: frozenset[str] | None = None
    most: int | None = None


ALL = Asked()


class ProjectFindings(Struct, frozen=True):
    """The findings of a project in their order, waived ones marked, and the waivers that accepted something there."""

    findings: tuple[Finding, ...]
    used: frozenset[WaiverKey]


def check_project(  # noqa: PLR0913
    workspace: Workspace,
    folder: str,
    across: Sequence[RuleProblem],
    waivers: tuple[Waiver, ...],
    asked: Asked = ALL,
    *,
    usable: bool,
) -> ProjectFindings:
    """The findings of one project that are asked for, as `judge_project` judges it."""
    located, used = judge_project(workspace, folder, across, waivers, usable=usable)
    return ProjectFindings(tuple(findings(workspace, located, asked)), used)


def judge_project(
    workspace: Workspace, folder: str, across: Sequence[RuleProblem], waivers: tuple[Waiver, ...], *, usable: bool
) -> tuple[list[LocatedProblem], frozenset[WaiverKey]]:
    """The problems of one project, waived ones marked, and the waivers that accepted something there.

    `across` is what rules across projects find in it, `waivers` the settings'. Of one that is not `usable` only the file
    is checked.
    """
    file, context = workspace.open(folder)
    problems = [*of_file(workspace, file), *across]
    own: tuple[Waiver, ...] = ()
    if context is not None and usable:
        found = {rule.name for rule, problem in problems if problem.place.path == file.source.path}
        problems += _of_project(workspace, context, found, _unasked(workspace, context))
        own = valid(of_state(context.project.waivers), problems)
    located = locate(workspace, problems)
    used: frozenset[WaiverKey] = frozenset()
    if own or waivers:
        applied = Waivers(workspace, (*waivers, *own))
        located = applied.apply(located, own)
        used = frozenset(applied.used)
    return located, used


def of_file(workspace: Workspace, file: RecordFile) -> Iterator[RuleProblem]:
    """The problems that the rules about files as such find."""
    if file.broken or file.unknown_keys or not file.usable:
        for rule in of_scope("file"):
            yield from ask(workspace, file.source.path, rule, file)


def _of_project(
    workspace: Workspace, context: ProjectContext, found: set[str], unasked: frozenset[str]
) -> Iterator[RuleProblem]:
    """The problems that the rules about one project find; `found` are the rules that have found something already."""
    path = context.project.path
    for rule in _worth_asking(context, unasked):
        for item in ask(workspace, path, rule, context):
            found.add(rule.name)
            yield item
    for rule in of_scope("close"):
        yield from ask(workspace, path, rule, context, frozenset(found))


def _worth_asking(context: ProjectContext, unasked: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that could find something in a project: all of them where that can't be told."""
    if not ways.is_on("traits"):
        return of_project(None, unasked)
    try:
        return of_project(traits(context), unasked)
    except Exception:  # noqa: BLE001  (where figures fail, each rule that needs them tells)
        return of_project(None, unasked)


def _unasked(workspace: Workspace, context: ProjectContext) -> frozenset[str]:
    """The rules that are off, but for those whose findings count anyway: a waiver that accepts one is used."""
    off = frozenset([name for name, severity in workspace.settings.rules.items() if severity is None])
    if not off:
        return off
    waived = {waiver.rule for waiver in (*workspace.settings.waivers, *context.project.waivers)}
    return off - asked_by_others() - waived


def findings(workspace: Workspace, problems: Iterable[LocatedProblem], asked: Asked = ALL) -> list[Finding]:
    """The findings of problems that are asked for in their order, without those of rules that the settings turn off."""
    severities = workspace.settings.rules
    kinds: dict[tuple[str, Severity, bool, str], list[LocatedProblem]] = {}
    for item in problems:
        rule = item.rule
        severity = item.severity if item.graded else severities.get(rule.name, rule.severity)
        if severity is not None and (asked.rules is None or rule.name in asked.rules or rule is INTERNAL):
            kind = rule.name, severity, item.waiver is None, item.problem.place.path
            kinds.setdefault(kind, []).append(item)
    make = _Findings(workspace)
    result: list[Finding] = []
    for (_, severity, _, _), items in kinds.items():
        if asked.most is None or len(items) <= asked.most:
            result += make.each(items, severity)
            continue
        first = sorted(make.each(_first(items, asked.most), severity), key=lambda finding: finding.order)[: asked.most]
        if not first:
            continue
        more = sum(1 + item.problem.more for item in items) - sum(1 + finding.more for finding in first)
        result += [*first[:-1], replace(first[-1], more=first[-1].more + more)]
    return sorted(result, key=lambda finding: finding.order)


def _first(items: list[LocatedProblem], most: int) -> list[LocatedProblem]:
    """The first items by their place in one file: at least `most`, and all that may stand before one of these.

    Records of a list stand in its order, so that most places need not be looked for.
    """
    records = [item.problem.place.record for item in items]
    if len({name for name, _ in records}) > 1:
        return items
    last = nsmallest(most, records)[-1]
    return [item for item, record in zip(items, records, strict=True) if record <= last]


def failures(workspace: Workspace) -> list[Finding]:
    """A finding for each place where mtrack itself failed; no setting turns it off."""
    make = _Findings(workspace)
    return [make.finding(item, INTERNAL.severity) for item in failed(workspace)]


def failed(workspace: Workspace) -> list[LocatedProblem]:
    """A problem for each of these places."""
    return locate(workspace, [(INTERNAL, found) for item in workspace.failures for found in INTERNAL.check(item)])


def related(workspace: Workspace, problems: Iterable[Problem]) -> list[tuple[Related, ...]]:
    """The other places that each of some problems points to, with their lines."""
    return list(map(_Findings(workspace).related, problems))


class _Findings:
    """Makes findings of problems: what many of them point to is looked for once."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._sources: dict[str, Source | None] = {}
        self._related: dict[tuple[Place, str], Related] = {}

    def each(self, items: Iterable[LocatedProblem], severity: Severity) -> Iterator[Finding]:
        """The findings of problems of one severity; one that can't be made is noted."""
        for item in items:
            try:
                yield self.finding(item, severity)
            except Exception as error:  # noqa: BLE001  (whatever it is, it costs only this finding)
                path, rule = item.problem.place.path, item.rule.name
                self._workspace.note(failure(path, f"a finding of the rule {rule}", error))

    def finding(self, item: LocatedProblem, severity: Severity) -> Finding:
        """The finding of a problem."""
        problem = item.problem
        decimals = money.decimals(problem.currency, self._workspace.settings.currencies)
        source = self._source(problem.place.path)
        span = source.span(problem.place) if source else None
        excerpt, cut = _excerpt(source.line_text(span.line), span) if source and span else (None, 0)
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
            related=self.related(problem),
            since=problem.since,
            about=problem.about,
            left_out=problem.left_out,
            waiver=item.waiver,
            decimals=2 if decimals is None else decimals,
            excerpt=excerpt,
            cut=cut,
            more=problem.more,
            commit=problem.commit,
        )

    def related(self, problem: Problem) -> tuple[Related, ...]:
        """The other places a problem points to, with their lines."""
        if not problem.related:
            return ()
        known = self._related
        for pair in problem.related:
            if pair not in known:
                place, message = pair
                known[pair] = Related(place.path, self._span(place), bounded(message))
        return tuple([known[pair] for pair in problem.related])

    def _span(self, place: Place) -> Span | None:
        if place.line is not None:
            return Span(place.line, 1, place.line, 1)
        source = self._source(place.path)
        return source.span(place) if source else None

    def _source(self, path: str) -> Source | None:
        if path not in self._sources:
            self._sources[path] = self._workspace.source(path)
        return self._sources[path]


def _excerpt(line: str, span: Span) -> tuple[str, int]:
    """The line, of a long one what stands around the span, and how much is cut off before that."""
    if len(line) <= limits.LINE:
        return line, 0
    cut = max(span.column - 1 - limits.LINE // 4, 0)
    return line[cut : cut + limits.LINE], cut
