"""Rules about the folders of a workspace: whether there is a project at all."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from mtrack.finding import Place, Problem, Severity
from mtrack.rules.registry import workspace_rule
from mtrack.words import listed_with_and
from mtrack.workspace import RECORDS, SETTINGS, is_below

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.rules.facts import WorkspaceFacts


@workspace_rule(Severity.WARNING, local=True)
def no_projects(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """Nothing to check: there is no project under a path that was asked for.

    Why: nothing is not the same as nothing wrong. A project is a folder with a `milestones.yaml`, spelt like this.

    Bad:
        >>> globex/notes.txt
        a workspace in which nobody has begun a project

    Good:
        >>> globex/milestones.yaml
        project: Globex portal
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    for path in workspace.paths:
        projects = workspace.walk.projects
        if path == SETTINGS or any(is_below(folder, path) or is_below(path, folder) for folder in projects):
            continue
        near = [file for file in workspace.walk.nearly if is_below(file, path)]
        yield Problem(
            place=Place(path),
            message="nothing to check: there is no project here",
            hint=f"rename {listed_with_and(near)} to {RECORDS}"
            if near
            else f"a project is a folder with a {RECORDS}; mtrack new makes one",
        )


@workspace_rule(Severity.WARNING, local=True)
def link_outside(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """A link to a folder leads out of the workspace.

    Why: nothing behind it is looked at, so a project there is in no sum or check. Views say that they leave it out,
    and end with 1. If no project lies there, list the link under `exclude`, or waive this. A link to nothing counts too
    where its name has no ending; links among the papers of a project do not: what is named there is
    `attachment-outside`.

    Bad:
        >>> acme/milestones.yaml
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/agreement/sow.pdf
        the signed statement of work
        >>> globex -> ../archive/globex

    Good:
        >>> acme/milestones.yaml
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/agreement/sow.pdf
        the signed statement of work
        >>> current -> acme
    """
    for link in workspace.walk.outside:
        yield Problem(
            place=Place(link),
            message="the link leads out of the workspace, so nothing behind it is in any sum or check",
            hint="put the folder itself in its place, or list the link under `exclude` in mtrack.yaml",
        )


@workspace_rule(Severity.WARNING, local=True)
def milestones_file_missing(workspace: WorkspaceFacts) -> Iterator[Problem]:
    """A file nearly called `milestones.yaml`, or a folder with an agreement, invoices or sign-offs and no such file.

    Why: the paper is there and the records are not, so nothing of this project is in any sum or check. Folders
    inside a project, and folders above one, are left alone. Views say so too and end with 1, unless this
    is off or waived.

    Bad:
        >>> acme/milestones.yaml
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        >>> acme/agreement/sow.pdf
        the signed statement of work
        >>> globex/agreement/sow.pdf
        the signed statement of work

    Good:
        >>> globex/agreement/sow.pdf
        the signed statement of work
        >>> globex/milestones.yaml
        project: Globex portal
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    near = workspace.walk.nearly
    for file in near:
        yield Problem(
            place=Place(file),
            message=f"this is not read: the records of a project are called {RECORDS}",
            hint=f"rename it to {RECORDS}",
        )
    named = {file.rpartition("/")[0] or "." for file in near}
    for folder in workspace.walk.recordless:
        if folder in named:
            continue
        yield Problem(
            place=Place(folder),
            message="the folder holds agreement, invoice or sign-off files, but no milestones.yaml",
            hint=f"mtrack new {shlex.quote(folder)} makes one; or list the folder under `exclude` in mtrack.yaml",
        )
