"""An edit from end to end: lock, read, decide, verify, check, write, commit."""

from __future__ import annotations

import difflib
import os
import re
from contextlib import ExitStack, nullcontext
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import git
from mtrack.check.pipeline import check
from mtrack.edit import attachments, find, statuses, writer
from mtrack.edit.added import AddedFindings, added_findings, without_recording
from mtrack.edit.commit import RECORDED, commit_files
from mtrack.edit.records import splice_records
from mtrack.errors import CannotRunError
from mtrack.files import inside
from mtrack.finding import Severity
from mtrack.interrupts import held_back, let_in, say_if_interrupted
from mtrack.record import settings as settings_module
from mtrack.workspace import join
from mtrack.yaml.refusal import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

    from mtrack.edit.attachments import Attachment
    from mtrack.edit.find import Target
    from mtrack.edit.verbs import Edit
    from mtrack.finding import Finding
    from mtrack.record.settings import Settings
    from mtrack.rules.context import ProjectContext, RecordFile
    from mtrack.yaml.source import Source


class Options(Struct, frozen=True, kw_only=True):
    """The options of an edit. `move` takes the given files from where they were."""

    as_of: date
    dry_run: bool = False
    commit: bool = False
    force: bool = False
    move: bool = False


class Outcome(Struct, frozen=True):
    """The outcome of an edit: `left` is what the project still has to bill and to collect."""

    path: str
    did: str
    left: str
    diff: str
    changed: bool
    files: tuple[Attachment, ...] = ()
    warnings: tuple[Finding, ...] = ()
    forced: tuple[Finding, ...] = ()
    open: tuple[Finding, ...] = ()
    """Errors that this step leaves for the next one."""
    committed: str | None = None
    unread: tuple[str, ...] = ()
    """As in `AddedFindings`."""


class AddsErrorsError(Exception):
    """The edit would add errors to the workspace, or the record it is for is broken; nothing was changed.

    `unwritten` are the files whose lines the findings count as they would be, not as they are.
    """

    def __init__(
        self,
        findings: tuple[Finding, ...],
        why: str = "this would add an error; nothing was changed (--force records it anyway)",
        unwritten: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(why)
        self.findings = findings
        self.why = why
        self.unwritten = unwritten


def carry_out(
    target: Target,
    verb: Callable[[ProjectContext], Edit],
    options: Options,
    plan: Callable[[str], tuple[Attachment, ...]] | None = None,
) -> Outcome:
    """Make a verb's edit in a project. `plan` says where files go, given the project's folder.

    Raises AddsErrorsError, RefusedError, UsageError, CannotRunError; nothing is changed then.
    """
    return carry_out_together([target], lambda contexts: [verb(contexts[0])], options, plan)[0]


def carry_out_together(
    targets: Sequence[Target],
    verb: Callable[[list[ProjectContext]], list[Edit]],
    options: Options,
    plan: Callable[[str], tuple[Attachment, ...]] | None = None,
) -> list[Outcome]:
    """Make one edit in each of several projects of a workspace, or none; the last outcome says what they add.

    `plan` is for the first. Raises what `carry_out` does.
    """
    say_if_interrupted(None)
    with held_back(), ExitStack() as stack:
        if not options.dry_run:
            with let_in():
                folders = {_folder_of_records(target, options.as_of) for target in targets}
            for folder in sorted(folders):
                stack.enter_context(writer.locked(targets[0].root, folder))
        return _carry_out(targets, verb, options, plan)


def _folder_of_records(target: Target, as_of: date) -> str:
    """The real folder of a project's records. Raises AddsErrorsError where a link leads out of the workspace."""
    real = os.path.realpath(os.path.join(target.root, target.records))
    if not inside(real, os.path.realpath(target.root)):  # nothing may be made there, and nothing is read
        _opened(target, as_of, settings_module.load(target.root), find.read(target.root, target.folder))
    return os.path.dirname(real)


class _Draft(Struct, frozen=True):
    """A project's records as they are, the edit wanted in them, and their text with it."""

    target: Target
    opened: tuple[RecordFile, ProjectContext]
    before: bytes
    edit: Edit
    said: str
    after: Source
    files: tuple[Attachment, ...]

    @property
    def read(self) -> Source:
        """The records as they are."""
        return self.opened[0].source


def _carry_out(
    targets: Sequence[Target],
    verb: Callable[[list[ProjectContext]], list[Edit]],
    options: Options,
    plan: Callable[[str], tuple[Attachment, ...]] | None,
) -> list[Outcome]:
    root = targets[0].root
    settings = settings_module.load(root)
    with let_in():
        drafts, contexts = _drafts(targets, verb, options, settings, plan)
    if not any(draft.edit.changes for draft in drafts):
        return [
            Outcome(draft.target.records, f"{draft.edit.did}: recorded already", left(context), "", changed=False)
            for draft, context in zip(drafts, contexts, strict=True)
        ]
    takes_numbers = any(draft.edit.numbers for draft in drafts) and not options.dry_run
    with writer.taking_numbers(root) if takes_numbers else nullcontext():
        with let_in():
            outcomes = _outcomes(drafts, settings, options)
        return outcomes if options.dry_run else _write(drafts, outcomes, options)


def _drafts(
    targets: Sequence[Target],
    verb: Callable[[list[ProjectContext]], list[Edit]],
    options: Options,
    settings: Settings,
    plan: Callable[[str], tuple[Attachment, ...]] | None,
) -> tuple[list[_Draft], list[ProjectContext]]:
    """The edits of the projects, and the projects as they are."""
    root = targets[0].root
    if options.commit and not options.dry_run:  # while no other mtrack can write what would go into this commit
        git.ready(root, [target.records for target in targets])
    reads = [find.read(root, target.folder) for target in targets]
    opened = [_opened(target, options.as_of, settings, read) for target, read in zip(targets, reads, strict=True)]
    contexts = [context for _, context in opened]
    contents = [_unchanged(target, read) for target, read in zip(targets, reads, strict=True)]
    files = plan(targets[0].full) if plan else ()
    edits = verb(contexts)
    drafts = [
        _draft(target, one, before, edit, files if target is targets[0] else ())
        for target, one, before, edit in zip(targets, opened, contents, edits, strict=True)
    ]
    return drafts, contexts


def _unchanged(target: Target, read: Source) -> bytes:
    """The bytes of a project's records. Raises CannotRunError where they are not what was read."""
    before = writer.read(os.path.join(target.root, *target.records.split("/")))
    if before.decode("utf-8", "replace") != read.whole:
        message = f"{target.records} was changed by someone else meanwhile; nothing was changed, run the command again"
        raise CannotRunError(message)
    return before


def _draft(
    target: Target, opened: tuple[RecordFile, ProjectContext], before: bytes, edit: Edit, files: tuple[Attachment, ...]
) -> _Draft:
    context = opened[1]
    also = statuses.consequences(context, edit.changes)
    read = context.project.source
    try:
        after = splice_records(read, (*edit.changes, *also.changes)) if edit.changes else read
    except RefusedError as refused:
        raise _explained(refused, target) from None
    return _Draft(target, opened, before, edit, edit.did + also.said, after, files)


def _outcomes(drafts: list[_Draft], settings: Settings, options: Options) -> list[Outcome]:
    """The outcomes of the edits. Raises AddsErrorsError for errors that they add."""
    added, after = _added_findings(drafts, settings, options.as_of)
    if added.errors and not options.force:
        before = [draft.opened[1].project for draft in drafts]
        errors = without_recording(added.errors, before, [context.project for context in after])
        raise AddsErrorsError(errors, unwritten=frozenset(draft.target.records for draft in drafts))
    outcomes = [
        Outcome(
            draft.target.records, draft.said, left(context),
            unified(draft.target.records, draft.read.whole, draft.after.whole), changed=True, files=draft.files,
        )
        for draft, context in zip(drafts, after, strict=True)
    ]  # fmt: skip
    outcomes[-1] = replace(
        outcomes[-1], warnings=added.warnings, forced=added.errors, open=added.open, unread=added.unread
    )
    return outcomes


def _write(drafts: list[_Draft], outcomes: list[Outcome], options: Options) -> list[Outcome]:
    written: list[_Draft] = []
    try:
        for draft in drafts:
            _write_one(draft)
            written.append(draft)
    except BaseException:
        for draft in written:
            _take_back(draft)
        raise
    say_if_interrupted(RECORDED)
    if options.move:
        for draft in drafts:
            move_away(draft.files)
    if not options.commit:
        return outcomes
    paths = [path for draft in drafts for path in (draft.target.records, *(
        join(draft.target.folder, item.path) for item in draft.files))]  # fmt: skip
    labels = ", ".join(draft.target.label for draft in drafts)
    messages = "; ".join(draft.edit.message for draft in drafts)
    name = commit_files(drafts[0].target.root, paths, f"{labels}: {messages}")
    return [*outcomes[:-1], replace(outcomes[-1], committed=name)]


def _write_one(draft: _Draft) -> None:
    target, after = draft.target, draft.after.whole.encode()
    full = os.path.join(target.root, *target.records.split("/"))
    brought: list[Attachment] = []
    try:
        for item in draft.files:
            attachments.copy_in(target.full, item)
            brought.append(item)
        writer.replace(target.root, full, draft.before, after)
    except BaseException:
        if writer.read(full) != after:  # interrupted before it was written, not after
            for item in brought:
                attachments.remove_copy(target.full, item)
        raise


def _take_back(draft: _Draft) -> None:
    """Put a project's records back as they were, since those of another could not be written."""
    full = os.path.join(draft.target.root, *draft.target.records.split("/"))
    writer.replace(draft.target.root, full, draft.after.whole.encode(), draft.before)
    for item in draft.files:
        attachments.remove_copy(draft.target.full, item)


def move_away(files: Iterable[Attachment]) -> None:
    """Remove the files that were given, once their copies are recorded."""
    for item in files:
        if not item.same:
            try:
                os.unlink(item.source)
            except OSError as error:
                message = f"recorded, but {item.source} can't be removed: {os.strerror(error.errno or 5).lower()}"
                raise CannotRunError(message) from None


def _opened(target: Target, as_of: date, settings: Settings, read: Source) -> tuple[RecordFile, ProjectContext]:
    """The project's file and its context. Raises AddsErrorsError where its records are too broken to work on."""
    workspace = find.load(target.root, as_of, settings, {target.folder: read})
    file, context = workspace.open(target.folder)
    if context is not None:
        return file, context
    broken = tuple(finding for finding in check(workspace).report.findings if finding.severity is Severity.ERROR)
    raise AddsErrorsError(broken, "the record is broken; fix this first")


def explained(refused: RefusedError, path: str) -> str:
    """The reason that a file is not edited, and the lines to write by hand."""
    where = ":".join(map(str, (path, *(refused.place or ()))))
    lines = [f"  {line}" for line in refused.by_hand.splitlines()]
    return "\n".join([f"{where}: mtrack does not edit this: {refused.detail}", "Write it by hand:", *lines])


def _explained(refused: RefusedError, target: Target) -> CannotRunError:
    result = RefusedError(refused.reason, explained(refused, target.records), refused.place)
    result.by_hand = refused.by_hand
    return result


def _added_findings(
    drafts: list[_Draft], settings: Settings, as_of: date
) -> tuple[AddedFindings, list[ProjectContext]]:
    """The findings that the edited texts add, and the projects' contexts afterwards."""
    target = drafts[0].target
    own = {draft.target.folder: draft.read for draft in drafts}
    keys = {number for draft in drafts for number in draft.edit.numbers}
    around = find.around(target, settings, keys, own)
    edited = {draft.target.folder: draft.after for draft in drafts}
    opened = {draft.target.folder: draft.opened for draft in drafts}
    before = find.load(target.root, as_of, settings, {**around.sources, **own}, opened)
    known = {folder: before.open(folder) for folder in before.walk.projects}
    after = find.load(target.root, as_of, settings, {**around.sources, **edited}, known)
    planned = frozenset(join(draft.target.folder, item.path) for draft in drafts for item in draft.files)
    opens = frozenset(rule for draft in drafts for rule in draft.edit.opens)
    added = added_findings(before, after, opens, planned)
    contexts = [context for folder in own if (context := after.open(folder)[1]) is not None]
    if len(contexts) < len(drafts):
        unwritten = frozenset(draft.target.records for draft in drafts)
        raise AddsErrorsError(added.errors, "this would break the record; nothing was changed", unwritten)
    return replace(added, unread=around.unread(after)), contexts


def left(context: ProjectContext) -> str:
    """The amounts that a project still has to bill and to collect, in one line."""
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
    names = ("/dev/null" if not before else _quoted(f"a/{path}"), _quoted(f"b/{path}"))
    for line in difflib.unified_diff(old, new, *names, n=3):
        if line.endswith("\n"):
            result.append(line)
        else:
            result.append(line + "\n\\ No newline at end of file\n")
    return "".join(result)


def _quoted(name: str) -> str:
    """A name as git writes it: in quotes where it holds a control character, a quote or a backslash, each as an escape.

    A tab ends one with a space, for those who read a name up to white space.
    """
    end = "\t" if " " in name else ""
    if _ODD.search(name) is None:
        return name + end
    inner = _ODD.sub(lambda match: _ESCAPES.get(match[0]) or f"\\{ord(match[0]):03o}", name)
    return f'"{inner}"{end}'


_ODD = re.compile(r'[\x00-\x1f\x7f"\\]')
_ESCAPES = {
    '"': '\\"',
    "\\": "\\\\",
    "\a": "\\a",
    "\b": "\\b",
    "\t": "\\t",
    "\n": "\\n",
    "\v": "\\v",
    "\f": "\\f",
    "\r": "\\r",
}


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
