"""The beginning of a workspace and of a project: `init` and `new`."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext, suppress
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from mtrack import directory, git, money, workspace
from mtrack.check.pipeline import check
from mtrack.edit import attachments, find, scaffold, transaction, verbs, writer
from mtrack.edit.added import AddedFindings, added_findings, without_recording
from mtrack.edit.commit import RECORDED, commit_files
from mtrack.edit.transaction import AddsErrorsError, Options, Outcome
from mtrack.errors import CannotRunError, UsageError
from mtrack.files import inside
from mtrack.interrupts import held_back, let_in, say_if_interrupted
from mtrack.record import schema
from mtrack.record import settings as settings_module
from mtrack.record.model import number_key
from mtrack.words import count
from mtrack.yaml import source, style, tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from mtrack.edit.attachments import Attachment
    from mtrack.edit.find import Target
    from mtrack.record.settings import Settings
    from mtrack.rules.context import ProjectContext

OPENS = frozenset({"agreement-missing", "amount-unlisted", "milestones-missing"})
"""The rules that may still find something in a new project."""


class CreatedWorkspace(Struct, frozen=True):
    """The result of `init`: paths written, paths that were there already, and schemas among those that are out of date.

    `repository` is the root of the git repository it lies in; None where it lies in none.
    """

    root: str
    written: tuple[str, ...]
    kept: tuple[str, ...]
    diff: str = ""
    committed: str | None = None
    stale: tuple[str, ...] = ()
    repository: str | None = None


def init(folder: str, currency: str | None, *, dry_run: bool = False, commit: bool = False) -> CreatedWorkspace:
    """Make a folder a workspace; what is there already stays as it is. Raises UsageError, CannotRunError."""
    root = os.path.abspath(folder)
    writer.check_given(root)
    _check_folder(folder, root)
    if currency is not None:
        check_currency(currency, {})
    contents = scaffold.contents(currency)
    missing = {name: text for name, text in contents.items() if not os.path.lexists(os.path.join(root, name))}
    kept = tuple(name for name in contents if name not in missing)
    for name in contents:
        _check_place(root, name)
    if dry_run:
        diff = "".join(transaction.unified(name, "", text) for name, text in missing.items())
        return CreatedWorkspace(root, tuple(missing), kept, diff)
    if commit:
        git.ready(_nearest(root), [])
    with held_back():
        _write_all(root, missing)
        say_if_interrupted(RECORDED)
        committed = commit_files(root, list(missing), "Begin the workspace") if commit and missing else None
    place = git.locate(root)
    return CreatedWorkspace(root, tuple(missing), kept, "", committed, tuple(scaffold.stale(root)), place and place.top)


def _check_place(root: str, name: str) -> None:
    """Raise CannotRunError where a folder or a link to nothing stands for a file of a new workspace, or it can't be made."""
    full = os.path.join(root, *name.split("/"))
    trouble = None
    if not os.path.lexists(full):
        writer.check_inside(root, full)
        below = [path for path in workspace.above(full) if inside(path, root) and path != root]
        trouble = next(
            (
                f"{path} can't be made: it is not a folder"
                for path in below
                if os.path.lexists(path) and not os.path.isdir(path)
            ),
            None,
        )
    elif os.path.isdir(full) or not os.path.exists(full):
        trouble = f"{full} can't be written: it is not a file"
    if trouble is not None:
        message = f"{trouble}; move it away; nothing was changed"
        raise CannotRunError(message)


def _write_all(root: str, contents: dict[str, str]) -> None:
    """Write the files of a new workspace, and the folders they need, or none. Raises CannotRunError."""
    paths = [os.path.join(root, *name.split("/")) for name in contents]
    missing = {folder for path in paths for folder in workspace.above(path) if not os.path.lexists(folder)}
    written: list[str] = []
    try:
        try:
            os.makedirs(root, exist_ok=True)
        except OSError as error:
            message = f"{root} can't be made: {os.strerror(error.errno or 5).lower()}; nothing was changed"
            raise CannotRunError(message) from None
        for path, text in zip(paths, contents.values(), strict=True):
            writer.create(root, path, text.encode())
            written.append(path)
    except BaseException:
        for path in written:
            writer.remove(root, path)
        for folder in sorted(missing, key=len, reverse=True):  # the deepest first
            with suppress(OSError):
                os.rmdir(folder)
        raise


def _check_folder(folder: str, root: str) -> None:
    """Raise UsageError where a folder can't become a workspace."""
    outer = workspace.find_root(root if os.path.isdir(root) else os.path.dirname(root))
    if outer != root and os.path.lexists(os.path.join(outer, workspace.SETTINGS)):
        message = f"{folder} lies in the workspace {os.path.relpath(outer)} already"
        raise UsageError(message)
    if os.path.lexists(root) and not os.path.isdir(root):
        message = f"{folder} is not a folder"
        raise UsageError(message)


def check_currency(code: str, known: Mapping[str, int]) -> str:
    """The code of a currency, if it is in ISO 4217 or `known` here. Raises UsageError."""
    if not money.is_currency(code, known):
        message = f"there is no currency '{code}' in ISO 4217"
        raise UsageError(message)
    return code


def _nearest(path: str) -> str:
    """A path, or where it is not there the nearest one above it that is."""
    return next(folder for folder in (path, *workspace.above(path)) if os.path.lexists(folder))


class Plan(Struct, frozen=True, kw_only=True):
    """The contents of a new project.

    `milestones` and `invoices` are records as the file has them; a milestone without an id gets the next one, one
    without a status is not billed.
    """

    name: str | None = None
    client: str | None = None
    currency: str | None = None
    agreement: str | None = None
    signed: date | None = None
    total: Decimal | None = None
    count: int | None = None
    terms: int | dict[str, Any] | None = None
    """The payment terms of its invoices, as a record has them."""
    tax_rate: Decimal | None = None
    retention: Decimal | None = None
    milestones: tuple[dict[str, Any], ...] = ()
    invoices: tuple[dict[str, Any], ...] = ()

    @property
    def numbers(self) -> list[str]:
        """The invoice numbers it takes."""
        return [
            item["number"]
            for item in (*(item["invoice"] for item in self.milestones if "invoice" in item), *self.invoices)
        ]


def place(path: str) -> Target:
    """The folder of a project to be. Raises UsageError where it can't be one."""
    full = os.path.abspath(path)
    writer.check_given(full)
    parent = _nearest(full)
    if not os.path.isdir(parent):
        message = f"{path} is not a folder"
        raise UsageError(message)
    root = workspace.find_root(parent)
    if os.path.lexists(os.path.join(full, workspace.RECORDS)):
        message = f"{path} is a project already"
        raise UsageError(message)
    if not inside(full, root):  # without settings above, the folder itself is the root
        root = full
    folder = os.path.relpath(full, root).replace(os.sep, "/")
    if any(part.startswith(".") for part in folder.split("/") if part != "."):
        message = f"{path} is hidden: mtrack would not look into it"
        raise UsageError(message)
    if workspace.is_excluded(folder, settings_module.load(root).exclude):
        message = f"{path} is excluded by mtrack.yaml: mtrack would not look into it"
        raise UsageError(message)
    return find.Target(root, folder)


def title(folder: str) -> str:
    """A project's name from its folder's: "Acme website" from acme-website."""
    words = os.path.basename(folder).replace("-", " ").replace("_", " ").strip() or "Project"
    return words[0].upper() + words[1:]


def new(target: Target, plan: Plan, options: Options) -> Outcome:
    """Make a project folder with its records. Raises AddsErrorsError, UsageError, CannotRunError."""
    settings = settings_module.load(target.root)
    if options.commit and not options.dry_run:
        git.ready(target.root, [target.records])
    _check_plan(plan, settings)
    for name in workspace.EVIDENCE:
        writer.check_inside(target.root, os.path.join(target.full, name))
    files: tuple[Attachment, ...] = ()
    if plan.agreement is not None:
        files = (attachments.locate(target.full, plan.agreement, "agreement"),)
    currency = plan.currency or settings.currency or ""
    decimals = money.decimals(currency, settings.currencies)
    for amount in (plan.total, *(item["amount"] for item in plan.milestones)):
        if amount is not None:
            verbs.check_thousands(amount, currency, decimals)
    text = _text(target, plan, files, decimals or 0)
    taken = frozenset(number_key(number) for number in plan.numbers)
    judged = partial(_judged, target, text, settings, options, files, taken)
    context, added = judged()
    project = context.project
    sums = project.money(money.total(item.amount for item in project.milestones))
    many = count(len(project.milestones), "milestone")
    outcome = Outcome(
        target.records, f"{target.label} created: {many}, {sums}", transaction.left(context),
        transaction.unified(target.records, "", text), changed=True, files=files,
        warnings=added.warnings, forced=added.errors, open=added.open, unread=added.unread,
    )  # fmt: skip
    if options.dry_run:
        return outcome
    taking = writer.taking_numbers(target.root) if taken else nullcontext()
    with held_back(), _folders(target), writer.locked(target.root, target.full), taking:
        if taken:
            with let_in():
                judged()  # again, now that no one else can take one
        return _write(target, outcome, text, options, f"begin with {many} ({sums})")


def draft(target: Target, plan: Plan) -> str:
    """The records that a plan would make, to look over. Raises UsageError."""
    settings = settings_module.load(target.root)
    _check_plan(plan, settings)
    files = () if plan.agreement is None else (attachments.locate(target.full, plan.agreement, "agreement"),)
    currency = plan.currency or settings.currency or ""
    return _text(target, plan, files, money.decimals(currency, settings.currencies) or 0)


def _check_plan(plan: Plan, settings: Settings) -> None:
    """Raise UsageError where a plan says too little for a project."""
    if not plan.milestones:
        message = "a project needs a milestone: --milestone 'NAME=AMOUNT' or --from FILE"
        raise UsageError(message)
    if plan.currency is None and settings.currency is None:
        message = "give --currency, or set one in mtrack.yaml"
        raise UsageError(message)


def _judged(  # noqa: PLR0913
    target: Target,
    text: str,
    settings: Settings,
    options: Options,
    files: tuple[Attachment, ...],
    taken: frozenset[str],
) -> tuple[ProjectContext, AddedFindings]:
    """The new project, and what it adds to the findings beside those that know its numbers. Raises AddsErrorsError."""
    around = find.around(target, settings, set(taken))
    read = source.parse(target.records, text, schema.shape("milestones"))
    before = find.load(target.root, options.as_of, settings, around.sources)
    after = find.load(target.root, options.as_of, settings, {**around.sources, target.folder: read})
    planned = frozenset(workspace.join(target.folder, item.path) for item in files)
    added = added_findings(before, after, OPENS, planned)
    context = after.open(target.folder)[1]
    if context is None or (added.errors and not options.force):
        broken = added.errors or check(after).report.findings
        if context is not None:
            broken = without_recording(broken, (), (context.project,))
        why = "this would begin with an error; nothing was made" + (
            "" if context is None else " (--force makes it anyway)"
        )
        raise AddsErrorsError(broken, why, frozenset({target.records}))
    return context, replace(added, unread=around.unread(after))


@contextmanager
def _folders(target: Target) -> Iterator[None]:
    """The project's folders; those that were not there go again where no records come. Raises CannotRunError."""
    inner = [os.path.join(target.full, name) for name in workspace.EVIDENCE]
    missing = [folder for folder in (*inner, target.full, *workspace.above(target.full)) if not os.path.lexists(folder)]
    records = os.path.join(target.full, workspace.RECORDS)
    try:
        try:
            os.makedirs(target.root, exist_ok=True)
            for folder in inner:
                directory.open_inside(target.root, folder, make=True).close()
        except OSError as error:
            trouble = f"{target.full} can't be made: {os.strerror(error.errno or 5).lower()}; nothing was changed"
            raise CannotRunError(trouble) from None
        yield
    finally:
        if not os.path.lexists(records):
            for folder in missing:  # the deepest first
                with suppress(OSError):
                    os.rmdir(folder)


def _write(target: Target, outcome: Outcome, text: str, options: Options, message: str) -> Outcome:
    for item in outcome.files:
        attachments.copy_in(target.full, item)
    try:
        writer.create(target.root, os.path.join(target.full, workspace.RECORDS), text.encode())
    except BaseException:
        for item in outcome.files:
            attachments.remove_copy(target.full, item)
        raise
    say_if_interrupted(RECORDED)
    if options.move:
        transaction.move_away(outcome.files)
    if not options.commit:
        return outcome
    paths = [target.records, *(workspace.join(target.folder, item.path) for item in outcome.files)]
    return replace(outcome, committed=commit_files(target.root, paths, f"{target.label}: {message}"))


def _text(target: Target, plan: Plan, files: tuple[Attachment, ...], decimals: int) -> str:
    """A new record as a careful person would write it."""
    habits = style.Style.of(tree.read("{}\n"), schema.shape("milestones"))
    full = target.full if target.folder == "." else target.folder
    agreement = {
        "file": files[0].path if files else None, "signed": plan.signed,
        "total": _with_decimals(plan.total, decimals), "milestones": plan.count, "payment_terms": plan.terms,
        "tax_rate": plan.tax_rate, "retention": plan.retention,
    }  # fmt: skip
    record = {
        "project": plan.name or title(full), "client": plan.client, "currency": plan.currency,
        "agreement": verbs.stated(**agreement) or None, "milestones": _with_decimals(_milestones(plan), decimals),
        "invoices": _with_decimals(list(plan.invoices), decimals) or None,
    }  # fmt: skip
    lines: list[str] = []
    for key, value in verbs.stated(**record).items():
        name, looks = (style.styled(item, key, habits, flow=False) for item in (key, value))
        lines += style.pair_lines(name, looks, 0, habits)
    return scaffold.modeline(target.root, target.folder) + "\n".join(lines) + "\n"


def _milestones(plan: Plan) -> list[dict[str, Any]]:
    """The milestones' records, each with its id first."""
    ids = [item["id"] for item in plan.milestones if "id" in item]
    result: list[dict[str, Any]] = []
    for item in plan.milestones:
        if "id" not in item:
            ids.append(verbs.next_id(ids) if ids else "M1")
        result.append({"id": item.get("id", ids[-1]), "status": "not_billed"} | item)
        result[-1]["status"] = result[-1].pop("status")  # it stands last
    return result


def _with_decimals(value: Any, decimals: int) -> Any:
    """A record whose amounts are written with at least so many decimals."""
    if isinstance(value, dict):
        return {key: _with_decimals(item, decimals) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_decimals(item, decimals) for item in value]
    return Decimal(money.plain(value, decimals)) if isinstance(value, Decimal) else value
