"""The figures (docs/figures.md), as pure arithmetic: a project worked out once for a day, its milestones and its sums.

All amounts are in the project's currency and exact. What a `Ledger` says does not depend on the order of the records.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from functools import cached_property
from operator import attrgetter, is_
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.figures.allocation import Allocation, allocations
from mtrack.figures.clock import ALWAYS, as_of, billed_milestones, credit_notes
from mtrack.figures.invoices import InvoiceFigures, invoice_figures
from mtrack.figures.schedule import Terms, terms
from mtrack.figures.states import States, billed_states, states_of
from mtrack.figures.status import expected_status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.finding import Route
    from mtrack.record.model import Agreement, Invoice, Milestone, PaymentTerms, Project

ZERO = money.ZERO


class MilestoneFigures(Struct, frozen=True, kw_only=True, dict=True):
    """A milestone's figures. agreed = billed + unbilled - overbilled + overcredited; all net of tax.

    `settled`, `outstanding` and `overdue` (gross) are the sums of its `parts` of the invoices that are not void.
    `waits_as` is the state of what is unbilled: to_bill, on_hold or ahead. Of a cancelled one nothing is agreed.
    """

    milestone: Milestone
    agreed: Decimal
    billed: Decimal
    unbilled: Decimal
    overbilled: Decimal
    overcredited: Decimal
    settled: Decimal
    outstanding: Decimal
    overdue: Decimal
    parts: tuple[Allocation, ...]
    waits_as: str
    expected_status: str
    accepted_statuses: frozenset[str]
    decimals: int

    @cached_property
    def states(self) -> States:
        """Its money by the seven states."""
        return states_of(self.billed_states, self.unbilled, self.waits_as)

    @cached_property
    def billed_states(self) -> tuple[States, ...]:
        """The states of each of its `parts`: what is billed of `states`, invoice by invoice."""
        return billed_states(self.parts, self.decimals)

    @property
    def invoices(self) -> tuple[InvoiceFigures, ...]:
        """The invoices that bill it, void ones aside."""
        return tuple(part.invoice for part in self.parts)

    @property
    def live_invoices(self) -> tuple[InvoiceFigures, ...]:
        """The live invoices that bill it."""
        return tuple([part.invoice for part in self.parts if part.invoice.live])

    @property
    def has_live_invoice(self) -> bool:
        """Whether an invoice that counts bills it, also one over 0."""
        return any(part.invoice.live for part in self.parts)

    @property
    def is_billed(self) -> bool:
        """Whether something of it is billed; a live invoice over 0 bills a milestone of amount 0."""
        return self.billed > 0 or (not self.milestone.amount and self.has_live_invoice)

    @property
    def needs_no_invoice(self) -> bool:
        """A milestone of amount 0 that nothing bills."""
        return not self.milestone.amount and not self.has_live_invoice

    @property
    def open(self) -> bool:
        """Whether it prevents closing the project."""
        return not self.needs_no_invoice and self.expected_status not in ("paid", "cancelled", "written_off")


class Totals(Struct, frozen=True, array_like=True, gc=False):
    """Sums of one currency: of a project, a client or the workspace.

    `agreed` to `overcredited` are net sums of the milestones, the others gross sums of the invoices that are not void.
    """

    agreed: Decimal = ZERO
    billed: Decimal = ZERO
    unbilled: Decimal = ZERO
    overbilled: Decimal = ZERO
    overcredited: Decimal = ZERO
    gross: Decimal = ZERO
    received: Decimal = ZERO
    written_off: Decimal = ZERO
    settled: Decimal = ZERO
    outstanding: Decimal = ZERO
    overdue: Decimal = ZERO
    retained: Decimal = ZERO

    @property
    def paid(self) -> Decimal:
        """The amount that clients settled, all but write-offs; gross = paid + written off + outstanding - overpaid."""
        return money.minus(self.settled, self.written_off)

    @property
    def overpaid(self) -> Decimal:
        """The amount settled beyond the invoices' gross."""
        return money.minus(money.plus(self.settled, self.outstanding), self.gross)

    @classmethod
    def of_invoice(cls, figures: InvoiceFigures) -> Totals:
        """What an invoice that is not void adds to the gross sums."""
        return cls(*_NO_MILESTONE, *_OF_INVOICE(figures))

    @classmethod
    def sum(cls, items: Iterable[Totals]) -> Totals:
        """The sum of several, field by field."""
        return cls(*money.columns(map(_ALL_TOTALS, items), len(cls.__struct_fields__)))


_ALL_TOTALS = attrgetter(*Totals.__struct_fields__)
_OF_MILESTONE = attrgetter("agreed", "billed", "unbilled", "overbilled", "overcredited")
_NO_MILESTONE = (ZERO,) * 5
_OF_INVOICE = attrgetter("gross", "received", "written_off", "settled", "outstanding", "overdue", "retained")


class Beside(Struct, frozen=True):
    """What the figures of an invoice go by beside its record, as of a day.

    `credited` are the routes of those with credit notes; `paid_in_full` is as in `Snapshot`; `ids` the milestones' in
    the agreed order.
    """

    terms: Terms
    credited: frozenset[Route]
    paid_in_full: dict[Route, Decimal]
    ids: tuple[str, ...]


class Ledger(Struct, frozen=True):
    """A project worked out, as it stood at the end of `day`. `left_out` names what is dated later."""

    project: Project
    day: date
    left_out: tuple[str, ...]
    invoices: tuple[InvoiceFigures, ...]
    parts: tuple[Allocation, ...]
    """Every invoice that is not void, shared out among the milestones."""
    milestones: tuple[MilestoneFigures, ...]
    beside: Beside

    @property
    def totals(self) -> Totals:
        """The project's sums."""
        valid = [figures for figures in self.invoices if figures.invoice.void is None]
        return Totals(
            *money.columns(map(_OF_MILESTONE, self.milestones), 5), *money.columns(map(_OF_INVOICE, valid), 7)
        )

    @property
    def states(self) -> States:
        """The project's money by the seven states."""
        return States.sum(figures.states for figures in self.milestones)


def agreed_total(project: Project) -> Decimal | None:
    """The agreement's total with its amendments, net; None where it gives none."""
    agreement = project.agreement
    if agreement is None or agreement.total is None:
        return None
    return money.plus(agreement.total, money.total(item.amount for item in agreement.amendments))


def agreed_count(project: Project) -> int | None:
    """The number of milestones in the agreement with its amendments; None where it gives none."""
    agreement = project.agreement
    if agreement is None or agreement.milestones is None:
        return None
    return agreement.milestones + sum(item.milestones for item in agreement.amendments)


def work_out(whole: Project, default_terms: PaymentTerms, day: date = ALWAYS, known: Ledger | None = None) -> Ledger:
    """All figures of a project at the end of a day, without one of the whole record.

    `default_terms` are the workspace's payment terms. `known` are the figures of another version of the project, which
    hold where nothing has changed that they go by.
    """
    snapshot = as_of(whole, day)
    project = snapshot.project
    records = tuple(project.invoices())
    notes = credit_notes(records)
    by_id: dict[str, Milestone] = {}
    for milestone in project.milestones:
        by_id.setdefault(milestone.id, milestone)

    def billed(invoice: Invoice) -> list[Milestone | None]:
        return billed_milestones(invoice, project.milestones, by_id)

    ids = tuple([milestone.id for milestone in project.milestones])
    beside = Beside(terms(project, default_terms), frozenset(notes), snapshot.paid_in_full, ids)
    same = _Same(known, project, day, beside)
    invoices: list[InvoiceFigures] = []
    parts: list[Allocation] = []
    for invoice in records:
        found = same.invoice(invoice)
        if found is None:
            against = notes.get(invoice.route, ())
            figures = invoice_figures(invoice, against, beside.paid_in_full.get(invoice.route), beside.terms, day)
            found = figures, () if invoice.void else allocations(figures, against, billed, project.decimals)
        invoices.append(found[0])
        parts.extend(found[1])
    by_milestone: dict[int | None, list[Allocation]] = {}
    for part in parts:
        by_milestone.setdefault(part.milestone, []).append(part)
    milestones: list[MilestoneFigures] = []
    for milestone in project.milestones:
        own = tuple(by_milestone.get(milestone.index, ()))
        milestones.append(same.milestone(milestone, own) or _milestone_figures(milestone, own, project, day))
    return Ledger(project, day, snapshot.left_out, tuple(invoices), tuple(parts), tuple(milestones), beside)


class _Same:
    """The figures of another version of a project that hold for this one too.

    Those are the figures of records that are one and the same object in both, where what they go by beside is the same.
    """

    def __init__(self, known: Ledger | None, project: Project, day: date, beside: Beside) -> None:
        self._beside = beside
        self._invoices: dict[int, tuple[InvoiceFigures, Sequence[Allocation]]] = {}
        self._milestones: dict[int, MilestoneFigures] = {}
        if known is None or known.day != day or not _is_alike(known, project, beside):
            return
        parts: dict[int, list[Allocation]] = {}
        for part in known.parts:
            parts.setdefault(id(part.invoice), []).append(part)
        before = known.beside
        for figures in known.invoices:
            route = figures.invoice.route
            if (
                route not in before.credited
                and route not in beside.credited
                and before.paid_in_full.get(route) == beside.paid_in_full.get(route)
            ):
                self._invoices[id(figures.invoice)] = figures, parts.get(id(figures), ())
        self._milestones = {id(item.milestone): item for item in known.milestones}

    def invoice(self, invoice: Invoice) -> tuple[InvoiceFigures, Sequence[Allocation]] | None:
        """The figures of an invoice, and how it is shared out."""
        return self._invoices.get(id(invoice))

    def milestone(self, milestone: Milestone, parts: tuple[Allocation, ...]) -> MilestoneFigures | None:
        """The figures of a milestone that has these parts of invoices."""
        found = self._milestones.get(id(milestone))
        is_same = found is not None and len(found.parts) == len(parts) and all(map(is_, found.parts, parts))
        return found if is_same else None


def _is_alike(known: Ledger, project: Project, beside: Beside) -> bool:
    """Whether two versions of a project differ in no more than single records."""
    before = known.project
    return (
        known.beside.terms == beside.terms
        and known.beside.ids == beside.ids
        and before.agreement == project.agreement
        and before.decimals == project.decimals
    )


def _milestone_figures(
    milestone: Milestone, parts: tuple[Allocation, ...], project: Project, day: date
) -> MilestoneFigures:
    billed, settled, outstanding, overdue = money.columns(
        [(part.net, part.settled, part.outstanding, part.overdue) for part in parts], 4
    )
    agreed = ZERO if milestone.cancelled else milestone.amount
    expected, accepted = expected_status(milestone, [part.invoice for part in parts if part.invoice.live], billed)
    differs = billed != agreed
    return MilestoneFigures(
        milestone=milestone, agreed=agreed, billed=billed,
        unbilled=min(money.excess(agreed, billed), agreed) if differs else ZERO,
        overbilled=money.excess(billed, agreed) if differs else ZERO, overcredited=money.excess(ZERO, billed),
        settled=settled, outstanding=outstanding, overdue=overdue, parts=parts,
        waits_as=_waits_as(milestone, project.agreement, day), expected_status=expected, accepted_statuses=accepted,
        decimals=project.decimals,
    )  # fmt: skip


def upfront_day(milestone: Milestone, agreement: Agreement | None) -> date | None:
    """The day from which a deposit can be billed: `planned`, else the day the agreement was signed."""
    return milestone.planned or (agreement.signed if agreement else None)


def can_be_billed(milestone: Milestone, agreement: Agreement | None, day: date) -> bool:
    """Whether it is approved, or a deposit whose day has come; a hold aside."""
    if milestone.approved is not None:
        return True
    from_ = upfront_day(milestone, agreement) if milestone.upfront else None
    return from_ is not None and from_ <= day


def _waits_as(milestone: Milestone, agreement: Agreement | None, day: date) -> str:
    if not can_be_billed(milestone, agreement, day):
        return "ahead"
    return "on_hold" if milestone.on_hold(day) else "to_bill"
