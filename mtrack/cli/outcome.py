"""Carries out an edit from the command line, and says what changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from mtrack import limits
from mtrack.cli import output
from mtrack.edit import attachments, settings, transaction
from mtrack.render.places import place
from mtrack.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mtrack.edit.attachments import Attachment
    from mtrack.edit.find import Target
    from mtrack.edit.transaction import Outcome
    from mtrack.edit.verbs import Edit
    from mtrack.finding import Finding
    from mtrack.rules.context import ProjectContext


MOST = 10
"""The number of findings of a kind that are printed after an edit."""


def carry_out(
    target: Target,
    verb: Callable[[ProjectContext, str | None], Edit],
    given: transaction.Options,
    file: tuple[str, str | None] | None = None,
) -> int:
    """Make a verb's edit in a project and print the outcome; `file` is the folder a file goes to, and its source."""
    return carry_out_together([target], lambda contexts, path: [verb(contexts[0], path)], given, file)


def carry_out_together(
    targets: Sequence[Target],
    verb: Callable[[list[ProjectContext], str | None], list[Edit]],
    given: transaction.Options,
    file: tuple[str, str | None] | None = None,
) -> int:
    """Run a verb on several projects, in all or in none; a file goes into the first."""
    planned: list[Attachment] = []

    def plan(folder: str) -> tuple[Attachment, ...]:
        if file is not None and file[1] is not None:
            planned[:] = [attachments.locate(folder, file[1], file[0])]
        return tuple(planned)

    def run(contexts: list[ProjectContext]) -> list[Edit]:
        return verb(contexts, planned[0].path if planned else None)

    try:
        outcomes = transaction.carry_out_together(targets, run, given, plan)
    except transaction.AddsErrorsError as refused:
        return refuse(refused)
    report(outcomes, given)
    return 0


def waive_everywhere(root: str, edit: Edit, given: transaction.Options) -> int:
    """Record a waiver in the workspace's settings, and print the outcome."""
    try:
        outcome = settings.carry_out(root, edit, given)
    except transaction.AddsErrorsError as refused:
        return refuse(refused)
    report([outcome], given)
    return 0


def refuse(refused: transaction.AddsErrorsError, origin: Callable[[Finding], str | None] | None = None) -> int:
    """Show the errors that an edit would add, and say why it was not made.

    `origin` says where in the imported file a finding comes from, for one in the text that was not written.
    """
    shown = refused.findings[: limits.FINDINGS]
    for finding in shown:
        first, *more = _finding_lines(finding, unwritten=refused.unwritten)
        where = origin(finding) if origin is not None else None
        output.show(f"{where}: {first}" if where else first, *more)
    if more_errors := _count(refused.findings) - len(shown):
        output.show(f"… and {more_errors:,} more")
    sys.stdout.flush()  # the last word comes last where both streams lead to one place
    output.warn(refused.why)
    return 1


def _count(findings: Sequence[Finding]) -> int:
    """The number of findings, with those that one stands for."""
    return sum(1 + finding.more for finding in findings)


def _finding_lines(finding: Finding, word: str | None = None, unwritten: frozenset[str] = frozenset()) -> list[str]:
    """A finding with its place, its hint, and other places; but none in a file whose new text is not written."""
    where = "" if finding.path in unwritten else f"{place(finding.path, finding.span)}: "
    lines = [f"{where}{word or finding.severity.word}: {finding.message} ({finding.rule})"]
    lines += [
        f"  see {place(other.path, other.span)}: {other.message}"
        for other in finding.related
        if other.path not in unwritten
    ]
    if finding.hint:
        lines.append(f"  {finding.hint}")
    return lines


def report(outcomes: Sequence[Outcome], given: transaction.Options) -> None:
    """Say in a line what changed in each project, and what is left; the rest goes to standard error."""
    for outcome in outcomes:
        if given.dry_run:
            output.show_diff(outcome.diff)
        else:
            output.show(outcome.did + (f" [{outcome.committed}]" if outcome.committed else ""))
            output.show(outcome.left)
    sys.stdout.flush()
    for item in (item for outcome in outcomes for item in outcome.files):
        if given.dry_run and item.copy:
            output.note(f"would {'move' if given.move else 'copy'} {item.source} to {item.path}")
    unwritten = frozenset(outcome.path for outcome in outcomes) if given.dry_run else frozenset[str]()
    last = outcomes[-1]
    for findings, word in (
        (last.forced, f"error, {'to be ' if given.dry_run else ''}recorded anyway"),
        (last.open, "still to do"),
        (last.warnings, None),
    ):
        for finding in findings[:MOST]:
            output.note(*_finding_lines(finding, word, unwritten))
        more = _count(findings) - len(findings[:MOST])
        if more:
            output.note(f"… and {more:,} more of these; mtrack lint lists them")
    if last.unread:
        output.warn(
            f"the number may be in use where nothing can be looked up; mtrack lint says what to fix: {listed(last.unread)}"
        )
