"""The agreement and what it covers: one more milestone, an amendment, the end of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.edit import find
from mtrack.edit.verbs.edit import AGREEMENT_RULES, Edit, amount_here, set_value, stated
from mtrack.edit.verbs.numbers import check_id, next_id
from mtrack.errors import UsageError
from mtrack.yaml.changes import Append, Put

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.rules.context import ProjectContext


def add(  # noqa: PLR0913
    context: ProjectContext,
    name: str,
    amount: Decimal,
    *,
    id_: str | None = None,
    planned: date | None = None,
    upfront: bool = False,
) -> Edit:
    """One more milestone, at the end."""
    project = context.project
    name_of = id_ or next_id([item.id for item in project.milestones])
    if any(item.id == name_of for item in project.milestones):
        message = f"the id {name_of} is taken in {project.folder}"
        raise UsageError(message)
    check_id(name_of)
    amount = amount_here(context, amount)
    record = stated(id=name_of, name=name, amount=amount, planned=planned, upfront=upfront or None, status="not_billed")
    return Edit(
        (Append(("milestones",), record),),
        f"{name_of} '{name}' added: {project.money(amount)}",
        f"add {name_of} ({project.money(amount)})",
    )


def amend(  # noqa: PLR0913
    context: ProjectContext,
    *,
    amount: Decimal | None = None,
    milestones: int | None = None,
    file: str | None = None,
    signed: date | None = None,
    note: str | None = None,
) -> Edit:
    """The agreement was changed."""
    project = context.project
    if project.agreement is None:
        message = f"{project.folder} has no agreement to amend; write `agreement:` into {project.path} first"
        raise UsageError(message)
    if amount is None and milestones is None and file is None and note is None:
        message = "say what changes: --amount, --milestones, --file or --note"
        raise UsageError(message)
    if amount is not None:
        amount = amount_here(context, amount)
    record = stated(file=file, signed=signed, amount=amount, milestones=milestones, note=note)
    parts = [] if amount is None else [f"{'+' if amount >= 0 else '-'}{project.money(abs(amount))}"]
    parts += [] if milestones is None else [f"{milestones:+d} milestone{'s' if abs(milestones) != 1 else ''}"]
    what = f" ({', '.join(parts)})" if parts else ""
    change = Append(("agreement", "amendments"), record)
    return Edit((change,), f"agreement amended{what}", f"amend the agreement{what}", opens=AGREEMENT_RULES)


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
    """The project is over."""
    label = find.Target(context.root, context.project.folder).label
    changes = set_value(context, ("closed",), context.project.closed, date, f"{label} was closed on", force=force)
    return Edit(changes, f"{label} closed on {date}", "close the project")
