"""What the rules find in a workspace before any of it is made a finding, with lines, an excerpt and an order: to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.check.across import WorkspaceProblems, find
from mtrack.check.contained import made
from mtrack.check.project import failed, judge_project
from mtrack.rules.facts import WorkspaceFacts, facts
from mtrack.workspace import RECORDS, join

if TYPE_CHECKING:
    from mtrack.check.waivers import LocatedProblem, WaiverKey
    from mtrack.check.workspace import Workspace


def judged(workspace: Workspace) -> list[LocatedProblem]:
    """The problems of a workspace that is read already, those marked that a waiver accepts; as `check` would find them."""
    folders = workspace.walk.projects
    known = {folder: made(workspace, folder, facts) for folder in folders}
    skipped = tuple(join(folder, RECORDS) for folder in folders if known[folder] is None)
    usable = [item for item in known.values() if item is not None]
    seen = WorkspaceFacts(workspace.root, workspace.settings, workspace.walk, skipped, usable)
    across = WorkspaceProblems(workspace, find(workspace, seen), complete=not skipped)
    result: list[LocatedProblem] = []
    used: set[WaiverKey] = set()
    for folder in folders:
        located, own = judge_project(
            workspace, folder, across.of(folder), across.waivers, usable=known[folder] is not None
        )
        result += located
        used |= own
    return [*result, *across.located_rest(used), *failed(workspace)]
