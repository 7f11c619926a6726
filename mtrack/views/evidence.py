"""The view of the papers: each recorded value of a project with its verdict, in the order of the records."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.workspace import join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.finding import Finding
    from mtrack.record.model import Heading
    from mtrack.record.verdict import Verdict
    from mtrack.rules.context import ProjectContext


class ProjectEvidence(Struct, frozen=True):
    """The verdicts on a project; `labels` are the milestones' names by id."""

    project: Heading
    labels: dict[str, str]
    verdicts: tuple[Verdict, ...]

    def path(self, verdict: Verdict) -> str | None:
        """The paper's path from the root."""
        return None if verdict.file is None else join(self.project.folder, posixpath.normpath(verdict.file))


def project_evidence(context: ProjectContext, _findings: Sequence[Finding]) -> ProjectEvidence:
    """The verdicts on a project, while it is open."""
    project = context.project
    labels = {milestone.id: milestone.label for milestone in project.milestones}
    return ProjectEvidence(project.heading, labels, context.verdicts)
