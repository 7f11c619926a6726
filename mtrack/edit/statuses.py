"""The statuses of milestones, brought up to date with what is recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.figures import ledger
from mtrack.record import model, schema
from mtrack.yaml.changes import Append, Change, Put, apply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.record.model import Invoice, Project
    from mtrack.rules.context import ProjectContext


def statuses(context: ProjectContext, changes: tuple[Change, ...]) -> tuple[Put, ...]:
    """The statuses that changes put out of date, and those wrong before of the milestones that they touch."""
    project = context.project
    data = apply(project.source.data, changes)
    if not schema.is_valid("milestones", data):
        return ()
    after = model.build(project.folder, project.source, data, project.currency, project.decimals, project.waivers)
    before = {item.milestone.index: item for item in context.ledger.milestones}
    touched = _touched(project, after, changes)
    return tuple(
        _expected(item)
        for item in ledger.work_out(after, context.settings.payment_terms).milestones
        if _is_wrong(item)
        and (_is_outdated(before.get(item.milestone.index), item) or (item.milestone.id in touched and _is_free(item)))
    )


def corrected(context: ProjectContext, changes: tuple[Put, ...]) -> str:
    """What to say of status changes where the status was wrong already; nothing where all were right."""
    before = {_expected(item).route: item.milestone for item in context.ledger.milestones if _is_wrong(item)}
    return "".join(
        f"; status of {was.id} corrected from {was.status} to {change.value}"
        for change in changes
        if (was := before.get(change.route)) is not None
    )


def fix_statuses(context: ProjectContext, ids: set[str]) -> tuple[Put, ...]:
    """The statuses of the milestones `ids` that are not the expected ones, set right: what `mtrack lint --fix` writes."""
    return tuple(_expected(item) for item in context.ledger.milestones if item.milestone.id in ids and _is_wrong(item))


def _expected(item: MilestoneFigures) -> Put:
    return Put((*item.milestone.route, "status"), item.expected_status)


def _is_wrong(item: MilestoneFigures) -> bool:
    return item.milestone.status not in item.accepted_statuses


def _is_outdated(old: MilestoneFigures | None, new: MilestoneFigures) -> bool:
    """Whether it is the changes that make a status wrong, or wrong in another way."""
    return old is None or not _is_wrong(old) or old.expected_status != new.expected_status


def _is_free(item: MilestoneFigures) -> bool:
    """Whether no invoice counts as paid because of the status."""
    return item.milestone.status != "paid" or not any(figures.at_its_word for figures in item.invoices)


def _touched(before: Project, after: Project, changes: tuple[Change, ...]) -> set[str]:
    """The ids of the milestones that changes are about: changed themselves, or on an invoice that is."""
    routes = [
        ("invoices", len(before.own_invoices))
        if isinstance(change, Append) and change.route == ("invoices",)
        else change.route
        for change in changes
    ]
    own = {item.id for item in after.milestones for route in routes if route[: len(item.route)] == item.route}
    return own | {line.milestone for invoice in _invoices(after, routes) for line in invoice.lines}


def _invoices(project: Project, routes: list[tuple[str | int, ...]]) -> Iterator[Invoice]:
    return (
        invoice
        for invoice in project.invoices()
        if any(route[: len(invoice.route)] == invoice.route for route in routes)
    )
