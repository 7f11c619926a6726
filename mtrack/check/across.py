"""The problems that the rules across projects find, by the project each belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.check.contained import ask_across
from mtrack.check.digests import digest_of
from mtrack.check.project import ProjectFindings, findings, of_file, related
from mtrack.check.waivers import Waivers, locate, of_state, valid
from mtrack.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.check.contained import RuleProblem
    from mtrack.check.waivers import LocatedProblem, WaiverKey
    from mtrack.check.workspace import Workspace
    from mtrack.rules.facts import WorkspaceFacts


def find(workspace: Workspace, facts: WorkspaceFacts) -> list[RuleProblem]:
    """The problems that rules across projects find."""
    return [problem for rule in RULES.values() for problem in ask_across(workspace, rule, facts)]


class WorkspaceProblems:
    """The problems that rules across projects find, and the waivers of the settings without the faulty ones."""

    def __init__(self, workspace: Workspace, problems: Iterable[RuleProblem], *, complete: bool) -> None:
        """`complete` says that no project is skipped."""
        self._workspace = workspace
        self._complete = complete
        self._problems: dict[str | None, list[RuleProblem]] = {}
        for rule, problem in problems:
            project = workspace.project_of(problem.place.path)
            self._problems.setdefault(project, []).append((rule, problem))
        self.waivers = valid(of_state(workspace.settings.waivers), self.of(None))

    def of(self, folder: str | None) -> tuple[RuleProblem, ...]:
        """The problems that belong to a project, or to none."""
        return tuple(self._problems.get(folder, ()))

    @property
    def folders(self) -> set[str]:
        """The projects in which something is found."""
        return {folder for folder in self._problems if folder is not None}

    def digest(self, folder: str) -> str:
        """A digest of all that a project's findings depend on beside the project itself; "" where there is nothing.

        That is: what belongs to it, the lines in other files that this points to, and the waivers of the settings if
        some are faulty.
        """
        problems = self.of(folder)
        faulty = len(self.waivers) < len(of_state(self._workspace.settings.waivers))
        if not problems and not faulty:
            return ""
        spans = related(self._workspace, [problem for _, problem in problems])
        return digest_of([(rule.name, problem) for rule, problem in problems], spans, faulty and self.waivers)

    def rest(self, used: Iterable[WaiverKey]) -> ProjectFindings:
        """The findings of no project: in the settings, in folders without records. `used` are waivers used in one."""
        return ProjectFindings(tuple(findings(self._workspace, self.located_rest(used))), frozenset())

    def located_rest(self, used: Iterable[WaiverKey]) -> list[LocatedProblem]:
        """The problems of no project."""
        workspace = self._workspace
        file = workspace.settings_file
        problems = [*(of_file(workspace, file) if file is not None else ()), *self.of(None)]
        own = valid(self.waivers, problems)
        applied = Waivers(workspace, own, used, complete=self._complete)
        judged = tuple(waiver for waiver in own if waiver.route)  # the others are those of earlier settings
        return applied.apply(locate(workspace, problems), judged)
