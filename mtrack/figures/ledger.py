"""The figures of SPEC 3, as pure arithmetic: a project worked out once, its milestones and its sums.

All amounts are in the project's currency and exact. What a `Ledger` says does not depend on the order of the
records, nor on today but for what is overdue.
"""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.allocation import Allocation, allocations
from mtrack.figures.invoices import InvoiceFigures, credit_notes, due_date, invoice_figures
from mtrack.figures.status import expected_status

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from mtrack.record.model import Invoice, Milestone, Project

ZERO = money.ZERO


class MilestoneFigures(Struct, frozen=True):
    """What a milestone comes to. agreed = billed + unbilled - overbilled.

    `settled` and `outstanding` (gross) are the sums of its `parts` of the invoices that are not void.
    """

    milestone: Milestone
    agreed: Decimal
    billed: Decimal
    unbilled: Decimal
    overbilled: Decimal
    settled: Decimal
    outstanding: Decimal
    parts: tuple[Allocation, ...]
    expected_status: str
    accepted_statuses: frozenset[str]

    @property
    def invoices(self) -> tuple[InvoiceFigures, ...]:
        """The invoices that bill it, void ones aside."""
        return tuple(part.invoice for part in self.parts)

    @property
    def live_invoices(self) -> tuple[InvoiceFigures, ...]:
        """The live invoices that bill it."""
        return tuple(part.invoice for part in self.parts if part.invoice.live)

    @property
    def is_billed(self) -> bool:
        """Whether a live invoice bills it."""
        return any(part.invoice.live for part in self.parts)

    @property
    def needs_no_invoice(self) -> bool:
        """A milestone of amount 0 that nothing bills."""
        return not self.milestone.amount and not self.is_billed

    @property
    def open(self) -> bool:
        """Whether it stands in the way of closing the project."""
        return not self.needs_no_invoice and self.expected_status not in ("paid", "cancelled", "written_off")


class Totals(Struct, frozen=True, array_like=True, gc=False):
    """Sums of one currency: of a project, a client or the workspace. Cancelled milestones count in none."""

    agreed: Decimal = ZERO
    billed: Decimal = ZERO
    unbilled: Decimal = ZERO
    received: Decimal = ZERO
    settled: Decimal = ZERO
    outstanding: Decimal = ZERO
    overdue: Decimal = ZERO
    overbilled: Decimal = ZERO
    gross: Decimal = ZERO

    @classmethod
    def sum(cls, items: Iterable[Totals]) -> Totals:
        """The sum of several, field by field."""
        return cls(*money.columns(map(_ALL_TOTALS, items), len(cls.__struct_fields__)))


_ALL_TOTALS = attrgetter(*Totals.__struct_fields__)


class Ledger(Struct, frozen=True):
    """A project worked out."""

    project: Project
    invoices: tuple[InvoiceFigures, ...]
    parts: tuple[Allocation, ...]
    """Every invoice that is not void, shared out among the milestones."""
    milestones: tuple[MilestoneFigures, ...]

    def totals(self, as_of: date) -> Totals:
        """The project's sums as of a day."""
        counted = [figures for figures in self.milestones if not figures.milestone.cancelled]
        valid = [figures for figures in self.invoices if figures.invoice.void is None]
        return Totals(
            agreed=money.total(figures.agreed for figures in counted),
            billed=money.total(figures.billed for figures in counted),
            unbilled=money.total(figures.unbilled for figures in counted),
            received=money.total(figures.received for figures in valid),
            settled=money.total(figures.settled for figures in valid),
            outstanding=money.total(figures.outstanding for figures in valid),
            overdue=money.total(figures.outstanding for figures in valid if figures.overdue(as_of)),
            overbilled=money.total(figures.overbilled for figures in counted),
            gross=money.total(figures.gross for figures in valid),
        )


def agreed_total(project: Project) -> Decimal | None:
    """The agreement's total with its amendments, net; None where it gives none."""
    agreement = project.agreement
    if agreement is None or agreement.total is None:
        return None
    return money.plus(agreement.total, money.total(item.amount for item in agreement.amendments))


def agreed_count(project: Project) -> int | None:
    """How many milestones the agreement counts with its amendments; None where it gives none."""
    agreement = project.agreement
    if agreement is None or agreement.milestones is None:
        return None
    return agreement.milestones + sum(item.milestones for item in agreement.amendments)


def work_out(project: Project, default_terms: int) -> Ledger:
    """All figures of a project; `default_terms` are the workspace's payment terms in days."""
    records = tuple(project.invoices())
    notes = credit_notes(records)
    by_id: dict[str, Milestone] = {}
    for milestone in project.milestones:
        by_id.setdefault(milestone.id, milestone)

    def billed(invoice: Invoice) -> list[Milestone | None]:
        """Of an id that stands twice the first milestone, but its own for a milestone's own invoice."""
        if invoice.own:
            return [project.milestones[int(invoice.route[1])]]
        return [by_id.get(line.milestone) for line in invoice.lines]

    invoices: list[InvoiceFigures] = []
    parts: list[Allocation] = []
    for invoice in records:
        against = notes.get(invoice.route, ())
        figures = invoice_figures(invoice, against, billed(invoice), due_date(invoice, project, default_terms))
        invoices.append(figures)
        if invoice.void is None:
            parts.extend(allocations(figures, against, billed, project.places))
    by_milestone: dict[int | None, list[Allocation]] = {}
    for part in parts:
        by_milestone.setdefault(part.milestone, []).append(part)
    milestones = tuple(
        _milestone_figures(milestone, tuple(by_milestone.get(milestone.index, ()))) for milestone in project.milestones
    )
    return Ledger(project, tuple(invoices), tuple(parts), milestones)


def _milestone_figures(milestone: Milestone, parts: tuple[Allocation, ...]) -> MilestoneFigures:
    billed = money.total(part.net for part in parts)
    expected, accepted = expected_status(milestone, [part.invoice for part in parts if part.invoice.live], billed)
    return MilestoneFigures(
        milestone=milestone, agreed=milestone.amount, billed=billed,
        unbilled=money.excess(milestone.amount, billed), overbilled=money.excess(billed, milestone.amount),
        settled=money.total(part.settled for part in parts),
        outstanding=money.total(part.outstanding for part in parts),
        parts=parts, expected_status=expected, accepted_statuses=accepted,
    )  # fmt: skip
