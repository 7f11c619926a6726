"""The work of `mtrack lint --fix`: it corrects statuses, all that fixable rules find, through the transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.edit import statuses, transaction
from mtrack.edit.find import Target
from mtrack.edit.verbs import Edit
from mtrack.rules import RULES
from mtrack.words import count
from mtrack.yaml.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mtrack.check.report import Report
    from mtrack.edit.transaction import Outcome
    from mtrack.rules.context import ProjectContext
    from mtrack.yaml.changes import Change


def fix(root: str, report: Report, as_of: date, *, dry_run: bool) -> Iterator[Outcome | RefusedError]:
    """Fix what a report shows and mtrack can fix, a project at a time; yields a refusal for a project that can't be edited.

    Only findings that are shown and not waived are fixed. Raises CannotRunError where a file can't be written.
    """
    fixable = {rule.name for rule in RULES.values() if rule.fixable}
    wanted: dict[str, set[str]] = {}
    for finding in report.findings:
        if (
            finding.rule in fixable
            and not finding.waived
            and finding.project is not None
            and finding.milestone is not None
        ):
            wanted.setdefault(finding.project, set()).add(finding.milestone)
    for folder, ids in wanted.items():

        def edit(context: ProjectContext, ids: set[str] = ids) -> Edit:
            changes: tuple[Change, ...] = statuses.fix_statuses(context, ids)
            said = f"{count(len(changes), 'status', 'statuses')} fixed"
            return Edit(changes, f"{context.project.path}: {said}", "fix statuses")

        try:
            # The expected status is what the invoices say: writing it is right whatever else it brings to light.
            options = transaction.Options(as_of=as_of, dry_run=dry_run, force=True)
            outcome = transaction.carry_out(Target(root, folder), edit, options)
        except RefusedError as refused:
            yield refused
        else:
            if outcome.changed:  # else every status waits for something to be recorded first, as its hint says
                yield outcome
