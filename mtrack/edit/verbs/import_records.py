"""Milestones and invoices from elsewhere, such as a spreadsheet, in one edit."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.edit.verbs.edit import Edit, amount_here
from mtrack.errors import UsageError
from mtrack.record.model import number_key
from mtrack.words import count
from mtrack.yaml.changes import Append

if TYPE_CHECKING:
    from mtrack.rules.context import ProjectContext


def import_records(context: ProjectContext, milestones: list[dict[str, Any]], invoices: list[dict[str, Any]]) -> Edit:
    """Add records at the end of a project's milestones and invoices. Raises UsageError for an id that is there already."""
    project = context.project
    known = {item.id for item in project.milestones}
    if taken := next((item["id"] for item in milestones if item["id"] in known), None):
        message = f"the id {taken} is taken in {project.folder}"
        raise UsageError(message)
    is_whole = all(map(_is_whole, (milestones, invoices)))
    changes = [
        Append((key,), _as_here(context, record, is_whole=is_whole))
        for key, records in (("milestones", milestones), ("invoices", invoices))
        for record in records
    ]
    billed = [*(item["invoice"] for item in milestones if "invoice" in item), *invoices]
    what = f"{_count(milestones, 'milestone')}, {project.money(_sum(milestones))}"
    if billed:
        what += f", and {_count(billed, 'invoice')}, {project.money(_sum(billed))}"
    return Edit(
        tuple(changes), f"{what}, imported", f"import {what}",
        numbers=frozenset(number_key(item["number"]) for item in billed),
    )  # fmt: skip


def _is_whole(value: Any) -> bool:
    """Whether no amount in records has decimals."""
    if isinstance(value, dict | list):
        return all(map(_is_whole, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, Decimal) or not money.decimals_used(value)


def _as_here(context: ProjectContext, value: Any, *, is_whole: bool) -> Any:
    """A record with its amounts written as the project's others are, all with decimals where one needs them."""
    if isinstance(value, dict):
        return {key: _as_here(context, item, is_whole=is_whole) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_here(context, item, is_whole=is_whole) for item in value]
    if not isinstance(value, Decimal):
        return value
    here = amount_here(context, value)
    return here if is_whole else Decimal(money.plain(here, context.project.decimals))


def _count(records: list[dict[str, Any]], noun: str) -> str:
    return count(len(records), noun)


def _sum(records: list[dict[str, Any]]) -> Decimal:
    return money.total(item["amount"] for item in records)
