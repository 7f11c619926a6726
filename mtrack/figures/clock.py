"""One clock: a project as it stood at the end of a day.

What is dated later is left out. A status has no day, and neither has what an invoice is taken at its word for: both are
judged by the whole record, so that the cash that came does not change with the day that is looked at.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.record.model import Milestone, number_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from mtrack.finding import Route
    from mtrack.record.model import Agreement, Invoice, Project

T = TypeVar("T")

ALWAYS = date.max
"""The day at whose end the whole record counts."""


class Snapshot(Struct, frozen=True):
    """A project at the end of a day.

    `paid_in_full` says by an invoice's route what its `paid`, or the word of its milestones, settles (gross).
    `left_out` names what is dated later; an invoice is one with all that stands in it.
    """

    project: Project
    paid_in_full: dict[Route, Decimal]
    left_out: tuple[str, ...] = ()


def as_of(project: Project, day: date = ALWAYS) -> Snapshot:
    """The project as it stood at the end of a day; without one the whole record."""
    paid = _paid_in_full(project, day)
    if day == ALWAYS or max(filter(None, _happened(project)), default=day) <= day:  # as for most projects
        return Snapshot(project, paid)
    cut = _Cut(day)
    agreement = project.agreement and cut.agreement(project.agreement)
    milestones = cut.each(project.milestones, cut.milestone)
    invoices = cut.each(project.top_level_invoices, cut.invoice)
    closed = cut.unless_later(project.closed, "closed")
    seen = replace(project, agreement=agreement, milestones=milestones, top_level_invoices=invoices, closed=closed)
    for route in cut.unpaid:
        del paid[route]
    return Snapshot(seen, paid, tuple(cut.left_out))


def _happened(project: Project) -> list[date | None]:
    """The days on which something happened that counts from that day on: all that `_Cut` looks at."""
    result = [project.closed]
    if project.agreement is not None:
        result += [item.signed for item in project.agreement.amendments]
    for milestone in project.milestones:
        delivered = milestone.deliverable
        result += (delivered.completed, delivered.approved, milestone.cancelled_date)
    for invoice in project.invoices():
        result += (invoice.sent, invoice.paid, invoice.void, invoice.disputed, invoice.written_off_date)
        result += [payment.date for payment in invoice.payments]
    return result


class _Cut:
    """Leaves out what is later than a day, and notes what it was."""

    def __init__(self, day: date) -> None:
        self.day = day
        self.left_out: list[str] = []
        self.unpaid: list[Route] = []

    def unless_later(self, value: date | None, *what: str) -> date | None:
        """The date, unless it is later; `what` are the words for it."""
        if value is None or value <= self.day:
            return value
        self.left_out.append(" ".join((*what, str(value))))
        return None

    def each(self, items: tuple[T, ...], cut: Callable[[T], T | None]) -> tuple[T, ...]:
        """The items of which something is left after the cut; the same tuple where all stay as they are."""
        kept = [cut(item) for item in items]
        if all(one is other for one, other in zip(kept, items, strict=True)):
            return items
        return tuple(item for item in kept if item is not None)

    def agreement(self, agreement: Agreement) -> Agreement:
        """Amendments signed later are left out; one that is not signed counts."""
        kept = tuple(
            item for i, item in enumerate(agreement.amendments, 1) if not self._is_later(item.signed, f"amendment {i}")
        )
        return agreement if len(kept) == len(agreement.amendments) else replace(agreement, amendments=kept)

    def _is_later(self, value: date | None, *what: str) -> bool:
        return value is not None and self.unless_later(value, *what) is None

    def milestone(self, milestone: Milestone) -> Milestone:
        """A cancellation is decided by the day of its mapping; the status alone is cancelled on every day."""
        before = len(self.left_out)
        delivered = milestone.deliverable
        completed = self.unless_later(delivered.completed, milestone.id, "completed")
        approved = self.unless_later(delivered.approved, milestone.id, "approved")
        cancelled = self.unless_later(milestone.cancelled_date, milestone.id, "cancelled")
        invoice = milestone.invoice and self.invoice(milestone.invoice)
        if len(self.left_out) == before:
            return milestone
        return replace(
            milestone,
            deliverable=replace(delivered, completed=completed, approved=approved),
            cancelled_date=cancelled,
            cancelled_later=milestone.cancelled_date is not None and cancelled is None,
            invoice=invoice,
        )

    def invoice(self, invoice: Invoice) -> Invoice | None:
        """None for an invoice that was sent later."""
        number = invoice.number
        if self._is_later(invoice.sent, "invoice", number, "sent"):
            return None
        before = len(self.left_out)
        payments = tuple([item for item in invoice.payments if not self._is_later(item.date, "payment on", number)])
        if self._is_later(invoice.paid, number, "paid"):
            self.unpaid.append(invoice.route)
        void = self.unless_later(invoice.void, number, "void")
        disputed = self.unless_later(invoice.disputed, number, "disputed")
        written_off_date = self.unless_later(invoice.written_off_date, number, "written off")
        if len(self.left_out) == before:
            return invoice
        return replace(
            invoice,
            payments=payments,
            void=void,
            disputed=disputed,
            written_off_date=written_off_date,
            written_off=invoice.written_off if written_off_date else None,
            is_paid=invoice.is_paid and invoice.route not in self.unpaid,
        )


def _paid_in_full(project: Project, day: date) -> dict[Route, Decimal]:
    """The amount settled by `paid`, or a status taken at its word: less write-offs and credit notes of any day.

    Of a credit note that is void later than the day the room is left as long as the note was sent by then.
    """
    by_id: dict[str, Milestone] = {}
    for milestone in project.milestones:
        by_id.setdefault(milestone.id, milestone)
    invoices = tuple(project.invoices())
    paid = [item for item in invoices if item.is_paid or _at_its_word(item, project, by_id)]
    notes = credit_notes(invoices, day) if paid else {}
    return {item.route: _left(item, notes.get(item.route, ())) for item in paid}


def _left(invoice: Invoice, notes: Iterable[Invoice]) -> Decimal:
    settled = money.total(note.gross for note in notes)
    if invoice.written_off is not None:
        settled = money.plus(settled, invoice.written_off)
    return money.excess(invoice.gross, settled)


def _at_its_word(invoice: Invoice, project: Project, by_id: dict[str, Milestone]) -> bool:
    """Whether at least one milestone that it bills says `paid`, and no other one that is not cancelled differs."""
    if invoice.lists_settlement or invoice.is_credit_note:
        return False
    billed = [item for item in billed_milestones(invoice, project.milestones, by_id) if item is not None]
    return {item.status for item in billed if not item.cancelled} == {"paid"}


def paid_before_void(project: Project, day: date) -> frozenset[int]:
    """The milestones by whose status alone an invoice counts as paid on a day, which is void later, by their index."""
    by_id: dict[str, Milestone] = {}
    for milestone in project.milestones:
        by_id.setdefault(milestone.id, milestone)
    return frozenset(
        item.index
        for invoice in project.invoices()
        if invoice.void is not None and invoice.void > day and _at_its_word(invoice, project, by_id)
        for item in billed_milestones(invoice, project.milestones, by_id)
        if item is not None and not item.cancelled
    )


def billed_milestones(
    invoice: Invoice, milestones: Sequence[Milestone], by_id: dict[str, Milestone]
) -> list[Milestone | None]:
    """The milestone each line bills: of an id that stands twice the first, but its own for a milestone's own invoice."""
    if invoice.under_milestone:
        return [milestones[int(invoice.route[1])]]
    return [by_id.get(line.milestone) for line in invoice.lines]


def credit_targets(invoices: Iterable[Invoice]) -> dict[str, Invoice]:
    """The invoices that credit notes can be against, by number key: of a number that repeats, one not void."""
    result: dict[str, Invoice] = {}
    for invoice in invoices:
        if not invoice.is_credit_note:
            known = result.setdefault(invoice.key, invoice)
            if known.void is not None and invoice.void is None:
                result[invoice.key] = invoice
    return result


def credit_notes(invoices: Sequence[Invoice], day: date = ALWAYS) -> dict[Route, list[Invoice]]:
    """The credit notes against an invoice, by its route: all that are not void, or on a day were not while it ended."""
    notes = [
        item for item in invoices if item.credits is not None and (item.void is None or item.sent <= day < item.void)
    ]
    result: dict[Route, list[Invoice]] = {}
    targets = credit_targets(invoices) if notes else {}
    for note in notes:
        target = targets.get(number_key(note.credits or ""))
        if target is not None:
            result.setdefault(target.route, []).append(note)
    return result
