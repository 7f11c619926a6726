"""Waivers accept problems; those that accept nothing or have expired are problems themselves."""

from __future__ import annotations

import posixpath
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack.check.contained import ask, made
from mtrack.finding import Place, Problem, bounded
from mtrack.record.model import number_key
from mtrack.rules import RULES, of_scope
from mtrack.rules.context import CheckedWaiver
from mtrack.rules.registry import compares_versions, is_about_history
from mtrack.workspace import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.check.contained import RuleProblem
    from mtrack.check.workspace import Workspace
    from mtrack.finding import Finding, Severity
    from mtrack.record.model import Waiver
    from mtrack.rules import Rule

WaiverKey = tuple[str, str | None, str | None, str | None, str | None]
"""Rule, project, milestone, invoice number and file; None for one that a waiver leaves open."""


class LocatedProblem(Struct, frozen=True):
    """A problem with its rule, the project it belongs to and the reason it is waived.

    `severity` is its own where it is `graded`; else that of the rule in the workspace counts.
    """

    rule: Rule
    problem: Problem
    project: str | None
    waiver: str | None = None
    severity: Severity | None = None
    graded: bool = False


def locate(workspace: Workspace, problems: Iterable[RuleProblem]) -> list[LocatedProblem]:
    """Problems with the projects they belong to."""
    project_of = cache(workspace.project_of)  # there may be many of few files
    return [LocatedProblem(rule, problem, project_of(problem.place.path)) for rule, problem in problems]


def of_state(waivers: tuple[Waiver, ...]) -> tuple[Waiver, ...]:
    """The waivers that a check of the records judges: those of rules about changes are left to what compares versions."""
    return tuple(waiver for waiver in waivers if not compares_versions(waiver.rule))


def of_history(waivers: tuple[Waiver, ...]) -> tuple[Waiver, ...]:
    """The waivers that `mtrack audit` judges."""
    return tuple(waiver for waiver in waivers if is_about_history(waiver.rule))


def valid(waivers: tuple[Waiver, ...], problems: Iterable[RuleProblem]) -> tuple[Waiver, ...]:
    """The waivers without those that name a milestone or an invoice that is not there."""
    if not waivers:
        return ()
    faulty = {(problem.place.path, *(problem.place.route or ())[:2])
              for rule, problem in problems if rule.name == "unknown-milestone"}  # fmt: skip
    return tuple(waiver for waiver in waivers if (waiver.path, *waiver.route) not in faulty)


class Waivers:
    """The waivers that count in one place: which problems they accept, and which of them have accepted one."""

    def __init__(
        self, workspace: Workspace, waivers: Iterable[Waiver], used: Iterable[WaiverKey] = (), *, complete: bool = True
    ) -> None:
        """`used` are known to accept something elsewhere; `complete` says that no project is skipped."""
        self.workspace = workspace
        self.complete = complete
        self.used = set(used)
        self.reasons: dict[WaiverKey, str] = {}
        for waiver in waivers:
            if not self._expired(waiver):
                self.reasons.setdefault(key_of(waiver), bounded(waiver.reason))
        self.rules = {rule for rule, *_ in self.reasons}

    def apply(self, located: list[LocatedProblem], own: tuple[Waiver, ...]) -> list[LocatedProblem]:
        """The problems, marked where a waiver accepts them, and what is wrong with the `own` waivers."""
        result = [self._accept(item) for item in located]
        # First the waivers of ordinary rules, then those that accept findings about waivers.
        about_waivers = {rule.name for rule in of_scope("waivers")}
        ordinary = [waiver for waiver in own if waiver.rule not in about_waivers]
        result += [self._accept(item) for item in self._check(ordinary)]
        return result + self._check([waiver for waiver in own if waiver.rule in about_waivers])

    def accepts(self, rule: str, path: str) -> bool:
        """Whether one accepts what a rule finds at a path."""
        item = LocatedProblem(RULES[rule], Problem(place=Place(path), message=""), self.workspace.project_of(path))
        return self._accept(item).waiver is not None

    def _expired(self, waiver: Waiver) -> bool:
        """Whether its last day has passed."""
        return waiver.until is not None and self.workspace.as_of > waiver.until

    def _accept(self, item: LocatedProblem) -> LocatedProblem:
        """The problem, marked where a waiver fits it; every waiver that does counts as used."""
        if item.rule.name not in self.rules:
            return item
        problem = item.problem
        fitting = [
            key for key in _fitting(item.rule.name, item.project, problem.place.path, problem) if key in self.reasons
        ]
        self.used.update(fitting)
        return replace(item, waiver=self.reasons[fitting[0]]) if fitting else item

    def _check(self, waivers: list[Waiver]) -> list[LocatedProblem]:
        """The problems that the rules about waivers find."""
        if not waivers:
            return []
        checked = tuple(
            CheckedWaiver(waiver, unused=self._unused(waiver), expired=self._expired(waiver)) for waiver in waivers
        )
        path = waivers[0].path
        problems = [item for rule in of_scope("waivers") for item in ask(self.workspace, path, rule, checked)]
        return locate(self.workspace, problems)

    def _unused(self, waiver: Waiver) -> bool:
        """Whether it accepts nothing; a waiver of the settings may be for a project that is skipped.

        What waivers of rules about papers accept is not known where no paper is read.
        """
        if self._expired(waiver) or key_of(waiver) in self.used:
            return False
        if self.workspace.compare is None and waiver.rule in RULES and RULES[waiver.rule].verifies:
            return False
        return self.complete or waiver.path != SETTINGS


def not_accepted(workspace: Workspace, rule: str, paths: Iterable[str]) -> list[str]:
    """The paths at which a rule's finding is to be told: none where the settings have it off, else where no waiver fits."""
    if workspace.settings.rules.get(rule, RULES[rule].severity) is None:
        return []
    of_all = Waivers(workspace, workspace.settings.waivers)

    @cache
    def of_project(folder: str) -> Waivers:
        return Waivers(workspace, made(workspace, folder, lambda context: context.project.waivers) or ())

    def is_accepted(path: str) -> bool:
        folder = workspace.project_of(path)
        return of_all.accepts(rule, path) or (folder is not None and of_project(folder).accepts(rule, path))

    return [path for path in paths if not is_accepted(path)]


def fitting(finding: Finding) -> Iterator[WaiverKey]:
    """The keys of all waivers that would fit a finding."""
    return _fitting(finding.rule, finding.project, finding.path, finding)


def _fitting(rule: str, project: str | None, path: str, item: Problem | Finding) -> Iterator[WaiverKey]:
    """The keys of all waivers that would fit a problem or finding."""
    about = item.about and posixpath.normpath(item.about)
    number = item.invoice and number_key(item.invoice)
    return product((rule,), (project, None), (item.milestone, None), (number, None), (path, about, None))


def key_of(waiver: Waiver) -> WaiverKey:
    """The key of a waiver, which a problem must fit; its file as a path from the root."""
    folder = posixpath.dirname(waiver.path)
    return (
        waiver.rule,
        None if waiver.path == SETTINGS else folder or ".",
        waiver.milestone,
        None if waiver.number is None else number_key(waiver.number),
        None if waiver.file is None else posixpath.normpath(posixpath.join(folder, waiver.file)),
    )
