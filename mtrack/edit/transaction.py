"""An edit from end to end: lock, read, decide, prove, check, write, commit."""

from __future__ import annotations

import difflib
import os
from collections import defaultdict
from contextlib import nullcontext
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import git, money
from mtrack.check.pipeline import check
from mtrack.edit import find, statuses, store
from mtrack.edit.records import splice_records
from mtrack.errors import CannotRunError
from mtrack.finding import Severity
from mtrack.record import schema
from mtrack.record import settings as settings_module
from mtrack.workspace import join
from mtrack.yaml import source
from mtrack.yaml.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date
    from decimal import Decimal

    from mtrack.check.workspace import Workspace
    from mtrack.edit.find import Target
    from mtrack.edit.store import Evidence
    from mtrack.edit.verbs import Edit
    from mtrack.finding import Finding
    from mtrack.record.settings import Settings
    from mtrack.rules.context import ProjectContext
    from mtrack.yaml.source import Source


class Options(Struct, frozen=True, kw_only=True):
    """How an edit is to be made. `move` takes the given files from where they were."""

    as_of: date
    dry_run: bool = False
    commit: bool = False
    force: bool = False
    move: bool = False


class Outcome(Struct, frozen=True):
    """What became of an edit: `left` is what the project still has to bill and to collect."""

    path: str
    did: str
    left: str
    diff: str
    changed: bool
    files: tuple[Evidence, ...] = ()
    warnings: tuple[Finding, ...] = ()
    forced: tuple[Finding, ...] = ()
    open: tuple[Finding, ...] = ()
    """Errors that this step leaves for the next one."""
    committed: str | None = None


class AddsErrorsError(Exception):
    """The edit would add errors to the workspace, or the record it is for is broken; nothing was changed.

    `unwritten` is the file whose lines the findings count as they would be, not as they are.
    """

    def __init__(
        self,
        findings: tuple[Finding, ...],
        why: str = "this would add an error; nothing was changed (--force records it anyway)",
        unwritten: str | None = None,
    ) -> None:
        super().__init__(why)
        self.findings = findings
        self.why = why
        self.unwritten = unwritten


class AddedFindings(Struct, frozen=True):
    """What an edit adds to the findings of a workspace."""

    errors: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()
    open: tuple[Finding, ...] = ()


def carry_out(
    target: Target,
    verb: Callable[[ProjectContext], Edit],
    options: Options,
    plan: Callable[[str], tuple[Evidence, ...]] | None = None,
) -> Outcome:
    """Make a verb's edit in a project. `plan` says where files go, given the project's folder.

    Raises AddsErrorsError, RefusedError, UsageError, CannotRunError; nothing is changed then.
    """
    if options.dry_run:
        return _carry_out(target, verb, options, plan)
    with store.locked(os.path.dirname(os.path.realpath(os.path.join(target.root, target.records)))):
        return _carry_out(target, verb, options, plan)


def _carry_out(
    target: Target,
    verb: Callable[[ProjectContext], Edit],
    options: Options,
    plan: Callable[[str], tuple[Evidence, ...]] | None,
) -> Outcome:
    if options.commit and not options.dry_run:  # while no other mtrack can write what would go into this commit
        git.ready(target.root, [target.records])
    settings = settings_module.load(target.root)
    read = find.read(target.root, target.folder)
    context = _project_context(target, options.as_of, settings, read)
    full = os.path.join(target.root, *target.records.split("/"))
    before = store.read(full)
    if before.decode("utf-8", "replace") != ("\ufeff" if read.had_bom else "") + read.text:
        message = f"{target.records} was changed by someone else meanwhile; nothing was changed, run the command again"
        raise CannotRunError(message)
    files = plan(target.full) if plan else ()
    edit = verb(context)
    also = statuses.consequences(context, edit.changes)
    if not edit.changes:
        return Outcome(target.records, f"{edit.did}: recorded already", left(context), "", changed=False)
    text = before.decode()
    try:
        new = splice_records(text, (*edit.changes, *also.changes))
    except RefusedError as refused:
        raise _explained(refused, target) from None
    with store.taking_numbers(target.root) if edit.numbers and not options.dry_run else nullcontext():
        others = find.concerned(target, settings, set(edit.numbers))
        added, after = _added_findings(target, options.as_of, settings, (read, text, new), others, edit.opens, files)
        if added.errors and not options.force:
            raise AddsErrorsError(added.errors, unwritten=target.records)
        diff = unified(target.records, text, new)
        outcome = Outcome(
            target.records, edit.did + also.said, left(after), diff, changed=True, files=files, warnings=added.warnings,
            forced=added.errors, open=added.open,
        )  # fmt: skip
        if options.dry_run:
            return outcome
        return _write(target, outcome, (before, new.encode()), edit, options)


def _write(target: Target, outcome: Outcome, contents: tuple[bytes, bytes], edit: Edit, options: Options) -> Outcome:
    full = os.path.join(target.root, *target.records.split("/"))
    brought: list[Evidence] = []
    try:
        for item in outcome.files:
            store.bring(target.full, item)
            brought.append(item)
        store.replace(target.root, full, *contents)
    except BaseException:
        if store.read(full) != contents[1]:  # interrupted before it was written, not after
            for item in brought:
                store.take_back(target.full, item)
        raise
    if options.move:
        move_away(outcome.files)
    if not options.commit:
        return outcome
    paths = [target.records, *(join(target.folder, item.path) for item in outcome.files)]
    name = commit(target, paths, edit.message)
    return replace(outcome, committed=name)


def move_away(files: Iterable[Evidence]) -> None:
    """Remove the files that were given, once their copies are recorded."""
    for item in files:
        if not item.same:
            try:
                os.unlink(item.source)
            except OSError as error:
                message = f"recorded, but {item.source} can't be removed: {os.strerror(error.errno or 5).lower()}"
                raise CannotRunError(message) from None


def commit(target: Target, paths: list[str], message: str) -> str:
    """One commit, its subject beginning with the project's folder."""
    return git.commit(target.root, paths, f"{target.label}: {message}")


def _project_context(target: Target, as_of: date, settings: Settings, read: Source) -> ProjectContext:
    """The project's context. Raises AddsErrorsError where its records are too broken to work on."""
    workspace = find.load(target.root, as_of, settings, {target.folder: read})
    context = workspace.open(target.folder)[1]
    if context is not None:
        return context
    broken = tuple(finding for finding in check(workspace).report.findings if finding.severity is Severity.ERROR)
    raise AddsErrorsError(broken, "the record is broken; fix this first")


def _explained(refused: RefusedError, target: Target) -> CannotRunError:
    where = ":".join(map(str, (target.records, *(refused.place or ()))))
    message = f"{where}: mtrack does not edit this: {refused.detail}\nWrite it by hand:\n" + "\n".join(
        f"  {line}" for line in refused.by_hand.splitlines()
    )
    explained = RefusedError(refused.reason, message, refused.place)
    explained.by_hand = refused.by_hand
    return explained


def _added_findings(  # noqa: PLR0913
    target: Target,
    as_of: date,
    settings: Settings,
    texts: tuple[Source, str, str],
    others: list[str],
    opens: frozenset[str],
    files: tuple[Evidence, ...],
) -> tuple[AddedFindings, ProjectContext]:
    """What the edited text adds to the findings, and the project's context afterwards."""
    read, _, new = texts
    around = {folder: find.read(target.root, folder) for folder in others}
    edited = source.parse(read.path, new, schema.shape("milestones"))
    workspace = find.load(target.root, as_of, settings, {**around, target.folder: edited})
    planned = frozenset(join(target.folder, item.path) for item in files)
    before = find.load(target.root, as_of, settings, {**around, target.folder: read})
    added = compare(before, workspace, opens, planned)
    context = workspace.open(target.folder)[1]
    if context is None:
        raise AddsErrorsError(added.errors, "this would break the record; nothing was changed", target.records)
    return added, context


def compare(
    before: Workspace | None, after: Workspace, opens: frozenset[str], planned: frozenset[str] = frozenset()
) -> AddedFindings:
    """What `after` finds that `before` did not: more findings of a kind, or more money at stake in them.

    `planned` are files that will be there once the edit is written.
    """
    old, new = _grouped(before, planned), _grouped(after, planned)
    errors: list[Finding] = []
    warnings: list[Finding] = []
    left: list[Finding] = []
    for key, found in new.items():
        known = old.get(key, [])
        if len(found) <= len(known) and _stake(found) <= _stake(known):
            continue
        messages = [finding.message for finding in known]
        for finding in [finding for finding in found if finding.message not in messages] or found:
            if finding.severity is Severity.WARNING:
                warnings.append(finding)
            elif finding.severity is Severity.ERROR:
                (left if finding.rule in opens else errors).append(finding)
    return AddedFindings(tuple(errors), tuple(warnings), tuple(left))


def _grouped(workspace: Workspace | None, planned: frozenset[str]) -> dict[tuple[str | None, ...], list[Finding]]:
    groups: dict[tuple[str | None, ...], list[Finding]] = defaultdict(list)
    for finding in check(workspace).report.findings if workspace is not None else ():
        if finding.waived or (finding.rule == "attachment-missing" and finding.about in planned):
            continue
        groups[finding.rule, finding.path, finding.milestone, finding.invoice].append(finding)
    return groups


def _stake(found: list[Finding]) -> Decimal:
    return money.total(finding.amount for finding in found if finding.amount is not None)


def left(context: ProjectContext) -> str:
    """What a project still has to bill and to collect, in one line."""
    project = context.project
    label = find.Target(context.root, project.folder).label
    totals = context.ledger.totals
    if not totals.unbilled and not totals.outstanding:
        return f"{label}: nothing left to bill or to collect"
    return f"{label}: {project.money(totals.unbilled)} left to bill, {project.money(totals.outstanding)} to collect"


def unified(path: str, before: str, after: str) -> str:
    """The unified diff between two texts, as git writes it."""
    old, new = _lines(before), _lines(after)
    result: list[str] = []
    names = ("/dev/null" if not before else f"a/{path}", f"b/{path}")
    for line in difflib.unified_diff(old, new, *names, n=3):
        if line.endswith("\n"):
            result.append(line)
        else:
            result.append(line + "\n\\ No newline at end of file\n")
    return "".join(result)


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
