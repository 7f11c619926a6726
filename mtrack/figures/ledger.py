"""The figures of SPEC 3, as pure arithmetic: billed, unbilled, settled, outstanding, expected status.

All amounts are in the project's currency and exact. `Ledger` works a project out once; what it says does not
depend on the order of the records, nor on today but for what is overdue.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from operator import attrgetter
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.record.model import number_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.finding import Route
    from mtrack.record.model import Invoice, Milestone, Project

ZERO = money.ZERO
BUCKETS = ("not_due", "1-30", "31-60", "61-90", "over_90", "disputed")
"""The aging buckets: days past due, and disputed whatever its date."""


class InvoiceFigures(Struct, frozen=True):
    """What an invoice comes to. gross = settled + outstanding - overpaid, also for credit notes (negative)."""

    invoice: Invoice
    gross: Decimal
    received: Decimal
    settled: Decimal
    outstanding: Decimal
    overpaid: Decimal
    due: date
    live: bool
    at_its_word: bool
    """Settled in full because its milestones say `paid`, with no payments listed."""
    paid_something: bool
    """Whether anything but credit notes settled on it."""

    @property
    def credited_in_full(self) -> bool:
        """Whether credit notes take all of it back."""
        return not self.live and self.invoice.void is None and not self.invoice.is_credit_note

    def overdue(self, as_of: date) -> bool:
        """Live, outstanding, due before `as_of`, not disputed."""
        return self.live and self.outstanding > 0 and self.due < as_of and self.invoice.disputed is None

    def bucket(self, as_of: date) -> str:
        """Its aging bucket, one of `BUCKETS`."""
        if self.invoice.disputed is not None:
            return "disputed"
        days = (as_of - self.due).days
        for limit, name in ((0, "not_due"), (30, "1-30"), (60, "31-60"), (90, "61-90")):
            if days <= limit:
                return name
        return "over_90"


class Allocation(Struct, frozen=True):
    """A milestone's part of an invoice that is not void: net (a credit note's negative), settled, outstanding."""

    invoice: InvoiceFigures
    net: Decimal
    settled: Decimal
    outstanding: Decimal


class MilestoneFigures(Struct, frozen=True):
    """What a milestone comes to. agreed = billed + unbilled - overbilled.

    `settled` and `outstanding` are its part of its invoices' (gross); of an invoice over several milestones in
    proportion to the lines. `invoices` are those not void that bill it.
    """

    milestone: Milestone
    agreed: Decimal
    billed: Decimal
    unbilled: Decimal
    overbilled: Decimal
    settled: Decimal
    outstanding: Decimal
    invoices: tuple[InvoiceFigures, ...]
    expected_status: str
    accepted_statuses: frozenset[str]

    @property
    def live_invoices(self) -> tuple[InvoiceFigures, ...]:
        """The live invoices that bill it."""
        return tuple(figures for figures in self.invoices if figures.live)

    @property
    def is_billed(self) -> bool:
        """Whether a live invoice bills it."""
        return any(figures.live for figures in self.invoices)

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
    overpaid: Decimal = ZERO
    gross: Decimal = ZERO
    approved: Decimal = ZERO
    """The agreed amounts of milestones that are approved."""
    billable: Decimal = ZERO
    """Approved and unbilled."""

    @classmethod
    def sum(cls, items: Iterable[Totals]) -> Totals:
        """The sum of several, field by field."""
        return cls(*money.columns(map(_ALL_TOTALS, items), len(cls.__struct_fields__)))


_ALL_TOTALS = attrgetter(*Totals.__struct_fields__)


class Ledger(Struct, frozen=True):
    """A project worked out."""

    project: Project
    invoices: tuple[InvoiceFigures, ...]
    milestones: tuple[MilestoneFigures, ...]

    def totals(self, as_of: date) -> Totals:
        """The project's sums as of a day."""
        counted = [figures for figures in self.milestones if not figures.milestone.cancelled]
        valid = [figures for figures in self.invoices if figures.invoice.void is None]
        approved = [figures for figures in counted if figures.milestone.approved is not None]
        return Totals(
            agreed=money.total(figures.agreed for figures in counted),
            billed=money.total(figures.billed for figures in counted),
            unbilled=money.total(figures.unbilled for figures in counted),
            received=money.total(figures.received for figures in valid),
            settled=money.total(figures.settled for figures in valid),
            outstanding=money.total(figures.outstanding for figures in valid),
            overdue=money.total(figures.outstanding for figures in valid if figures.overdue(as_of)),
            overbilled=money.total(figures.overbilled for figures in counted),
            overpaid=money.total(figures.overpaid for figures in valid),
            gross=money.total(figures.gross for figures in valid),
            approved=money.total(figures.agreed for figures in approved),
            billable=money.total(figures.unbilled for figures in approved),
        )

    def aging(self, as_of: date) -> dict[str, Decimal]:
        """Outstanding by bucket; the buckets sum to the project's outstanding."""
        result = dict.fromkeys(BUCKETS, ZERO)
        for figures in self.invoices:
            if figures.invoice.void is None:
                bucket = figures.bucket(as_of)
                result[bucket] = money.plus(result[bucket], figures.outstanding)
        return result


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


def due_date(invoice: Invoice, project: Project, default_terms: int) -> date:
    """`due`, else sent + the agreement's payment terms (days), else sent + the workspace's."""
    if invoice.due is not None:
        return invoice.due
    terms = project.agreement.payment_terms if project.agreement else None
    try:
        return invoice.sent + timedelta(days=default_terms if terms is None else terms)
    except OverflowError:
        return date.max


def work_out(project: Project, default_terms: int) -> Ledger:
    """All figures of a project; `default_terms` are the workspace's payment terms in days."""
    invoices = tuple(project.invoices())
    notes = _credit_notes(invoices)
    by_id: dict[str, Milestone] = {}
    for milestone in project.milestones:
        by_id.setdefault(milestone.id, milestone)
    figures: list[InvoiceFigures] = []
    bills: dict[int, list[Allocation]] = {}
    for invoice in invoices:
        billed = _billed(invoice, project, by_id)
        item = _invoice_figures(
            invoice, notes.get(invoice.route, ()), billed, due_date(invoice, project, default_terms)
        )
        figures.append(item)
        if invoice.void is None:
            for index, share in _shares(item, billed, project.places):
                bills.setdefault(index, []).append(share)
    milestones = tuple(
        _milestone_figures(milestone, bills.get(milestone.index, [])) for milestone in project.milestones
    )
    return Ledger(project, tuple(figures), milestones)


def credit_targets(invoices: Iterable[Invoice]) -> dict[str, Invoice]:
    """The invoices that credit notes can be against, by number key: of a number that repeats, one not void."""
    result: dict[str, Invoice] = {}
    for invoice in invoices:
        if not invoice.is_credit_note:
            known = result.setdefault(invoice.key, invoice)
            if known.void is not None and invoice.void is None:
                result[invoice.key] = invoice
    return result


def _credit_notes(invoices: tuple[Invoice, ...]) -> dict[Route, list[Invoice]]:
    """By an invoice's route, the credit notes against it that are not void."""
    notes = [invoice for invoice in invoices if invoice.credits is not None and invoice.void is None]
    result: dict[Route, list[Invoice]] = {}
    if notes:
        targets = credit_targets(invoices)
        for note in notes:
            target = targets.get(number_key(note.credits or ""))
            if target is not None:
                result.setdefault(target.route, []).append(note)
    return result


def _billed(invoice: Invoice, project: Project, by_id: dict[str, Milestone]) -> list[Milestone | None]:
    """Per line, the milestone it bills; of an id that stands twice the first, but its own for a milestone's own."""
    if invoice.own:
        index = invoice.route[1]
        assert isinstance(index, int)
        return [project.milestones[index]]
    return [by_id.get(line.milestone) for line in invoice.lines]


def _invoice_figures(
    invoice: Invoice, notes: Sequence[Invoice], billed: list[Milestone | None], due: date
) -> InvoiceFigures:
    if invoice.void is not None:
        return InvoiceFigures(invoice, ZERO, ZERO, ZERO, ZERO, ZERO, due, False, False, False)  # noqa: FBT003
    received = money.total(payment.amount for payment in invoice.payments)
    gross = money.plus(invoice.amount, invoice.tax)
    if invoice.is_credit_note:
        gross = _negative(gross)
        return InvoiceFigures(invoice, gross, received, gross, ZERO, ZERO, due, False, False, False)  # noqa: FBT003
    credited = by_notes = ZERO
    if notes:
        credited = money.total(note.amount for note in notes)
        by_notes = money.total(money.plus(note.amount, note.tax) for note in notes)
    by_client = money.total(payment.settles for payment in invoice.payments)
    if invoice.written_off is not None:
        by_client = money.plus(by_client, invoice.written_off)
    settled = money.plus(by_client, by_notes)
    at_its_word = False
    if not invoice.lists_settlement:
        saying = [milestone.status for milestone in billed if milestone is not None and not milestone.cancelled]
        at_its_word = bool(saying) and all(status == "paid" for status in saying)
        if at_its_word:
            settled = max(settled, gross)
    live = not (notes and credited >= invoice.amount)
    return InvoiceFigures(
        invoice=invoice, gross=gross, received=received, settled=settled,
        outstanding=money.excess(gross, settled), overpaid=money.excess(settled, gross), due=due, live=live,
        at_its_word=at_its_word, paid_something=at_its_word or by_client > 0,
    )  # fmt: skip


def _negative(amount: Decimal) -> Decimal:
    return amount.copy_negate() if amount else ZERO


def _shares(item: InvoiceFigures, billed: list[Milestone | None], places: int) -> Iterable[tuple[int, Allocation]]:
    """Per line whose milestone is known: the milestone's index, and its part of the invoice."""
    lines = item.invoice.lines
    # Sorted, so that who gets the odd cent does not depend on the order of the lines.
    order = [0] if len(lines) == 1 else sorted(range(len(lines)), key=lambda i: (lines[i].milestone, lines[i].amount))
    weights = tuple(lines[i].amount for i in order)
    settled = money.allocate(item.settled, weights, places)
    outstanding = money.allocate(item.outstanding, weights, places)
    for position, i in enumerate(order):
        milestone = billed[i]
        if milestone is not None:
            net = _negative(lines[i].amount) if item.invoice.is_credit_note else lines[i].amount
            yield milestone.index, Allocation(item, net, settled[position], outstanding[position])


def _milestone_figures(milestone: Milestone, bills: list[Allocation]) -> MilestoneFigures:
    billed = money.total(share.net for share in bills)
    invoices = tuple({share.invoice.invoice.route: share.invoice for share in bills}.values())
    expected, accepted = _expected_status(milestone, [item for item in invoices if item.live], billed)
    return MilestoneFigures(
        milestone=milestone, agreed=milestone.amount, billed=billed,
        unbilled=money.excess(milestone.amount, billed), overbilled=money.excess(billed, milestone.amount),
        settled=money.total(share.settled for share in bills),
        outstanding=money.total(share.outstanding for share in bills),
        invoices=invoices, expected_status=expected, accepted_statuses=accepted,
    )  # fmt: skip


def _expected_status(milestone: Milestone, live: list[InvoiceFigures], billed: Decimal) -> tuple[str, frozenset[str]]:
    """The status the invoices ask for, and all that are accepted for it (SPEC 3)."""
    if milestone.cancelled:
        return "cancelled", frozenset({"cancelled"})
    if not live:
        if not milestone.amount:
            return milestone.status, frozenset({milestone.status})
        return "not_billed", frozenset({"not_billed"})
    if not any(item.paid_something for item in live):
        accepted = {"sent"} if any(item.invoice.lists_settlement for item in live) else {"sent", "partially_paid"}
        return "sent", frozenset(accepted)
    if all(not item.outstanding for item in live) and billed >= milestone.amount:
        # An invoice taken at its word was paid, though no one wrote down when.
        cash = any(item.at_its_word for item in live) or money.total(item.received for item in live) > 0
        lost = any(item.invoice.written_off for item in live)
        status = "written_off" if lost and not cash else "paid"
        return status, frozenset({status})
    return "partially_paid", frozenset({"partially_paid"})
