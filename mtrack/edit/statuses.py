"""The consequences of an edit: statuses are updated, and invoices that a status counted as paid stay settled.

A status decides whether an invoice that lists no settlement counts as paid. So where an edit moves one, or changes which
milestones an invoice bills, `paid: true` is written on the invoices that would lose their settlement, and a status that
would settle an invoice on which nothing came is written as what the invoices ask for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack.figures.missing_settlement import missing_settlement
from mtrack.record import model, schema
from mtrack.rules.context import ProjectContext
from mtrack.words import listed_with_and
from mtrack.yaml.changes import Append, Change, Put, apply

if TYPE_CHECKING:
    from typing import Any

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import Ledger, MilestoneFigures
    from mtrack.finding import Route
    from mtrack.record.model import Project


class Consequences(Struct, frozen=True):
    """The changes that must be written together with an edit, and the words that tell the user."""

    changes: tuple[Put, ...] = ()
    said: str = ""


def consequences(context: ProjectContext, changes: tuple[Change, ...]) -> Consequences:
    """The statuses that changes put out of date, and `paid: true` where an invoice would lose its settlement.

    A status that was wrong before is corrected where the changes are about its milestone. A milestone put between
    others is judged as if it were the last, so that routes still match the file.
    """
    changes = tuple(replace(change, before=None) if isinstance(change, Append) else change for change in changes)
    if not changes or not schema.is_valid("milestones", apply(context.project.source.data, changes)):
        return Consequences()
    draft = _Draft(context, changes)
    draft.complete()
    statuses = tuple(draft.statuses.values())
    said = _corrected(context, statuses) + "".join(_marked(context, route) for route in draft.marks)
    return Consequences((*draft.marks.values(), *statuses), said)


def fix_statuses(context: ProjectContext, ids: set[str]) -> tuple[Put, ...]:
    """The changes of `mtrack lint --fix`: the expected status of the milestones `ids`, where it changes no figure."""
    return tuple(
        _expected(item)
        for item in context.whole_ledger.milestones
        if item.milestone.id in ids
        and _is_wrong(item)
        and missing_settlement(item) is None
        and item.milestone.index not in context.paid_before_void
    )


class _Draft:
    """An edit while it is worked out: the changes of its verb, and step by step what follows from them."""

    def __init__(self, context: ProjectContext, changes: tuple[Change, ...]) -> None:
        self.context = context
        self.changes = changes
        self.marks: dict[Route, Put] = {}
        self.statuses: dict[int, Put] = {}
        self.contested: set[int] = set()
        """Milestones that say `paid` of an invoice on which nothing came."""
        self.before = {item.invoice.route: item for item in context.whole_ledger.invoices}
        self.was = {item.milestone.index: item for item in context.whole_ledger.milestones}
        self.said = self._project()
        """The project with the changes of the verb alone."""
        self.touched = _touched(context.project, self.said, changes)

    def complete(self) -> None:
        """Add what follows, until nothing more does."""
        # Every round but the last adds a contested milestone, a mark or, the figures being the same, the last statuses.
        for _ in range(4 + 2 * (len(self.said.milestones) + len(list(self.said.invoices())))):
            known = self.context
            after = ProjectContext(self._project(), known.settings, known.root, known.as_of, before=known).whole_ledger
            contested = self._contested(after) - self.contested
            lost = [item.invoice.route for item in after.invoices if self._is_lost(item)]
            statuses = {
                item.milestone.index: change for item in after.milestones if (change := self._status(item)) is not None
            }
            if contested:
                self.contested |= contested
                self.statuses.update((i, Put(("milestones", i, "status"), "partially_paid")) for i in contested)
            elif lost:
                self.marks.update((route, Put((*route, "paid"), value=True)) for route in lost)
            elif statuses != self.statuses:
                self.statuses = statuses
            else:
                return

    def _project(self) -> Project:
        project = self.context.project
        data: Any = apply(project.source.data, (*self.changes, *self.marks.values(), *self.statuses.values()))
        return model.build(
            project.folder, project.source, data, project.currency, project.currency_decimals, project.waivers, project
        )

    def _contested(self, after: Ledger) -> set[int]:
        """The milestones whose status alone would make an invoice count as paid that is new or was open before."""
        gained = {item.invoice.route for item in after.invoices if item.at_its_word and self._is_gained(item)}
        return {
            part.milestone
            for part in after.parts
            if part.invoice.invoice.route in gained
            and part.milestone is not None
            and not after.milestones[part.milestone].milestone.cancelled
        }

    def _is_gained(self, item: InvoiceFigures) -> bool:
        old = self.before.get(item.invoice.route)
        return bool(item.received) and (old is None or not old.at_its_word)

    def _is_lost(self, item: InvoiceFigures) -> bool:
        """Whether an invoice counted as paid by its milestones' statuses, and would be open after the edit."""
        old = self.before.get(item.invoice.route)
        return old is not None and old.at_its_word and bool(item.outstanding) and not item.invoice.lists_settlement

    def _status(self, item: MilestoneFigures) -> Put | None:
        """The status to write; None where the one that is there can stay."""
        index, old = item.milestone.index, self.was.get(item.milestone.index)
        said = self.said.milestones[index].status
        if index in self.contested:
            # Paid in full but for a rest of tax on an invoice that is credited in full, which `paid` would settle.
            status = "partially_paid" if item.expected_status == "paid" else item.expected_status
            return Put((*item.milestone.route, "status"), status) if status != said else None
        if said in item.accepted_statuses:
            return None
        return _expected(item) if _is_outdated(old, item) or self._is_to_correct(old) else None

    def _is_to_correct(self, old: MilestoneFigures | None) -> bool:
        return old is not None and old.milestone.id in self.touched and missing_settlement(old) is None


def _corrected(context: ProjectContext, changes: tuple[Put, ...]) -> str:
    """The words on status changes where the status was wrong already; none where all were right."""
    before = {_expected(item).route: item.milestone for item in context.whole_ledger.milestones if _is_wrong(item)}
    return "".join(
        f"; status of {was.id} corrected from {was.status} to {change.value}"
        for change in changes
        if (was := before.get(change.route)) is not None
    )


def _marked(context: ProjectContext, route: Route) -> str:
    """The words on an invoice that counted as paid by its milestones' statuses."""
    number = next(item.invoice.number for item in context.whole_ledger.invoices if item.invoice.route == route)
    return f"; {number} marked paid: true, since {listed_with_and(at_whose_word(context, route))} said paid"


def at_whose_word(context: ProjectContext, route: Route) -> list[str]:
    """The ids of the milestones that say `paid` of an invoice."""
    whole = context.whole_ledger
    places = [part.milestone for part in whole.parts if part.invoice.invoice.route == route]
    named = [whole.milestones[place].milestone for place in places if place is not None]
    return [item.id for item in named if not item.cancelled]


def _expected(item: MilestoneFigures) -> Put:
    return Put((*item.milestone.route, "status"), item.expected_status)


def _is_wrong(item: MilestoneFigures) -> bool:
    return item.milestone.status not in item.accepted_statuses


def _is_outdated(old: MilestoneFigures | None, new: MilestoneFigures) -> bool:
    """Whether the changes make a status wrong, or wrong in another way."""
    return old is None or not _is_wrong(old) or old.expected_status != new.expected_status


def _touched(before: Project, after: Project, changes: tuple[Change, ...]) -> set[str]:
    """The ids of the milestones that changes are about: changed themselves, or on an invoice that is."""
    routes = [
        ("invoices", len(before.top_level_invoices))
        if isinstance(change, Append) and change.route == ("invoices",)
        else change.route
        for change in changes
    ]
    above = {route[:depth] for route in routes for depth in range(len(route) + 1)}
    own = {item.id for item in after.milestones if item.route in above}
    return own | {line.milestone for item in after.invoices() if item.route in above for line in item.lines}
