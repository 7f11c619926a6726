"""An edit of `mtrack.yaml`, through the same writer as records: what it accepts is judged over the whole workspace."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack import git, workspace
from mtrack.check.pipeline import check
from mtrack.check.workspace import Workspace
from mtrack.edit import transaction, writer
from mtrack.edit.added import added_to
from mtrack.edit.commit import RECORDED, commit_files
from mtrack.edit.transaction import AddsErrorsError, Options, Outcome
from mtrack.errors import CannotRunError, UsageError
from mtrack.interrupts import held_back, let_in, say_if_interrupted
from mtrack.record import schema
from mtrack.record import settings as settings_module
from mtrack.words import count
from mtrack.yaml import source
from mtrack.yaml.refusal import RefusedError
from mtrack.yaml.splice import splice

if TYPE_CHECKING:
    from mtrack.check.report import Report
    from mtrack.edit.verbs import Edit
    from mtrack.record.settings import Settings

NAMES = ("rule",)
"""The key that names a waiver."""


def carry_out(root: str, edit: Edit, options: Options) -> Outcome:
    """Make an edit in a workspace's settings. Raises AddsErrorsError, RefusedError, UsageError, CannotRunError."""
    full = os.path.join(root, workspace.SETTINGS)
    if not os.path.lexists(full):
        message = "there is no mtrack.yaml here; mtrack init makes one, or name the project"
        raise UsageError(message)
    with held_back(), nullcontext() if options.dry_run else writer.locked(root, root):
        with let_in():
            if options.commit and not options.dry_run:
                git.ready(root, [workspace.SETTINGS])
            before = writer.read(full)
            outcome, after = _draft(root, before, edit, options)
        if options.dry_run:
            return outcome
        writer.replace(root, full, before, after.encode())
        say_if_interrupted(RECORDED)
        if not options.commit:
            return outcome
        name = commit_files(root, [workspace.SETTINGS], f"mtrack.yaml: {edit.message}")
        return replace(outcome, committed=name)


def _draft(root: str, before: bytes, edit: Edit, options: Options) -> tuple[Outcome, str]:
    """The outcome of the edit, and the text of the settings with it."""
    old = settings_module.load(root)
    shape = schema.shape("workspace")
    read = source.parse(workspace.SETTINGS, before.decode(), shape)
    try:
        edited = splice(read, edit.changes, shape, NAMES)
    except RefusedError as refused:
        raise CannotRunError(transaction.explained(refused, workspace.SETTINGS)) from None
    new = settings_module.from_source(edited)
    was, now = _checked(root, old, options), _checked(root, new, options)
    added = added_to(was, now, edit.opens)
    if added.errors and not options.force:
        raise AddsErrorsError(added.errors, unwritten=frozenset({workspace.SETTINGS}))
    accepted = _waived(now) - _waived(was)
    left = f"{count(accepted, 'finding')} accepted by it"
    diff = transaction.unified(workspace.SETTINGS, read.whole, edited.whole)
    outcome = Outcome(
        workspace.SETTINGS, edit.did, left, diff, changed=True, warnings=added.warnings, forced=added.errors
    )
    return outcome, edited.whole


def _checked(root: str, settings: Settings, options: Options) -> Report:
    walk = workspace.walk(root, settings.exclude)
    return check(Workspace(root, options.as_of, settings, walk)).report


def _waived(report: Report) -> int:
    return sum(finding.waived for finding in report.findings)
