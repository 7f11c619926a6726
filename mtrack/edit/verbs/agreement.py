"""The agreement and what it covers: one more milestone, an amendment, an accepted finding, the end of the project."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING, Any

from mtrack.edit import find
from mtrack.edit.verbs.edit import EXCEEDED, UNLISTED, Edit, Values, amount_here, maybe_here, stated
from mtrack.edit.verbs.numbers import check_id, next_id
from mtrack.errors import UsageError
from mtrack.yaml.changes import Append, Change, Put

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mtrack.record.model import Heading, Milestone, Project
    from mtrack.rules.context import ProjectContext


def add(  # noqa: PLR0913
    context: ProjectContext,
    name: str,
    amount: Decimal,
    *,
    id_: str | None = None,
    planned: date | None = None,
    upfront: bool = False,
    before: int | None = None,
) -> Edit:
    """One more milestone: at the end, or `before` another by its place."""
    project = context.project
    amount = amount_here(context, amount)
    wanted = stated(id=id_, name=name, amount=amount, planned=planned, upfront=upfront or None)
    record = _new_milestone(project, wanted, [item.id for item in project.milestones])
    at = None if before == len(project.milestones) else before
    return Edit(
        (Append(("milestones",), record, at),),
        f"{record['id']} '{name}' added: {project.money(amount)}",
        f"add {record['id']} ({project.money(amount)})",
    )


def _new_milestone(project: Project, record: dict[str, Any], ids: list[str]) -> dict[str, Any]:
    """The record of one more milestone, with its id and status. Raises UsageError where its id can't be one."""
    name_of = record.get("id") or next_id(ids)
    if name_of in ids:
        message = f"the id {name_of} is taken in {project.folder}"
        raise UsageError(message)
    check_id(name_of)
    return {"id": name_of, **record, "status": "not_billed"}


def amend(  # noqa: PLR0913
    context: ProjectContext,
    *,
    amount: Decimal | None = None,
    milestones: int | None = None,
    added: Sequence[dict[str, Any]] = (),
    changed: Sequence[tuple[Milestone, Decimal]] = (),
    file: str | None = None,
    signed: date | None = None,
    note: str | None = None,
) -> Edit:
    """The agreement was changed; the milestones that it adds and the amounts it changes go with it.

    Without `milestones` the count changes by the number of those added, which are records without id and status.
    """
    project = context.project
    if project.agreement is None:
        message = f"{project.folder} has no agreement to amend; write `agreement:` into {project.path} first"
        raise UsageError(message)
    if amount is None and milestones is None and file is None and note is None and not added and not changed:
        message = "say what changes: an amount, --milestones, --milestone, --set, --file or --note"
        raise UsageError(message)
    amount = maybe_here(context, amount)
    milestones = len(added) or None if milestones is None else milestones
    record = stated(file=file, signed=signed, amount=amount, milestones=milestones, note=note)
    parts = [] if amount is None else [f"{'+' if amount >= 0 else '-'}{project.money(amount.copy_abs())}"]
    parts += [] if milestones is None else [f"{milestones:+d} milestone{'s' if abs(milestones) != 1 else ''}"]
    what = f" ({', '.join(parts)})" if parts else ""
    changes: list[Change] = [Append(("agreement", "amendments"), record)]
    said = _set_amounts(context, changed, changes) + _add_milestones(context, added, changes)
    return Edit(
        tuple(changes), f"agreement amended{what}{said}", f"amend the agreement{what}", opens=_opens(amount, milestones)
    )


def _opens(amount: Decimal | None, milestones: int | None) -> frozenset[str]:
    """What an amendment may leave for the next edits: the milestones of what it adds, or takes away."""
    changes = zip((amount, milestones), UNLISTED, EXCEEDED, strict=True)
    return frozenset(unlisted if change > 0 else exceeded for change, unlisted, exceeded in changes if change)


def _set_amounts(context: ProjectContext, changed: Sequence[tuple[Milestone, Decimal]], changes: list[Change]) -> str:
    """Add the new amounts to the changes; what to say of them."""
    project, said = context.project, ""
    for milestone, given in changed:
        value = amount_here(context, given)
        changes.append(Put((*milestone.route, "amount"), value))
        was = "as before" if value == milestone.amount else f"before {project.money(milestone.amount)}"
        said += f"; {milestone.label} {project.money(value)}, {was}"
    return said


def _add_milestones(context: ProjectContext, added: Sequence[dict[str, Any]], changes: list[Change]) -> str:
    """Add the new milestones to the changes; what to say of them."""
    project, said = context.project, ""
    ids = [item.id for item in project.milestones]
    for item in added:
        record = _new_milestone(project, item | {"amount": amount_here(context, item["amount"])}, ids)
        ids.append(record["id"])
        changes.append(Append(("milestones",), record))
        said += f"; {record['id']} '{record['name']}' added: {project.money(record['amount'])}"
    return said


def accept(context: ProjectContext, *, by: str, date: date, sha256: str | None) -> Edit:
    """Someone has compared the agreement with the records: its files' SHA-256 and every amount."""
    project = context.project
    if project.agreement is None or sha256 is None:
        message = "the agreement's files are not all there; attach them first"
        raise UsageError(message)
    amounts = {milestone.id: amount_here(context, milestone.amount) for milestone in project.milestones}
    record = {"by": by, "date": date, "sha256": sha256, "amounts": amounts}
    change = Put(("agreement", "verified"), record)
    return Edit((change,), f"agreement of {project.name} compared with its records by {by}", "verify")


def close(context: ProjectContext, *, date: date, force: bool = False) -> Edit:
    """Close a project."""
    label = find.Target(context.root, context.project.folder).label
    values = Values(context, force=force)
    values.put(("closed",), context.project.closed, date, f"{label} was closed on")
    return Edit(values.changes, f"{label} closed on {date}{values.said}", "close the project")


def waive(project: Heading | None, record: dict[str, Any]) -> Edit:
    """Findings are accepted, in a project or in the whole workspace (None)."""
    subjects = [str(record[key]) for key in ("milestone", "number", "file") if key in record]
    what = f"{record['rule']} accepted" + (f" for {', '.join(subjects)}" if subjects else "")
    what += "" if project is not None else " in the whole workspace"
    end = f" until {record['until']}" if "until" in record else ""
    return Edit((Append(("waivers",), record),), f"{what}{end}: {record['reason']}", f"waive {record['rule']}{end}")
