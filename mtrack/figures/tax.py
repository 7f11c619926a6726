"""Tax by a rate: rounded on each invoice, and the last part of a whole takes the rest of the whole's tax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures.clock import credit_notes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from mtrack.finding import Route
    from mtrack.money import Rate
    from mtrack.record.model import Invoice, Milestone, Project


def _parts(project: Project) -> dict[str, list[Invoice]]:
    """The invoices that bill one milestone and nothing else, by its id, void ones and credit notes aside."""
    result: dict[str, list[Invoice]] = {}
    for invoice in project.invoices():
        if invoice.only_milestone is not None and invoice.void is None and not invoice.is_credit_note:
            result.setdefault(invoice.only_milestone, []).append(invoice)
    return result


def rest(project: Project, milestone: Milestone, amount: Decimal, rate: Rate) -> Decimal:
    """The tax of an invoice that bills a milestone: what the other parts left, where it takes the rest of the net amount."""
    parts = _parts(project).get(milestone.id, [])
    whole = money.plus(amount, money.total(part.amount for part in parts))
    if not parts or whole != milestone.amount or not all(is_by_rate(part, rate, project.decimals) for part in parts):
        return rate.of(amount, project.decimals)
    return money.excess(rate.of(whole, project.decimals), money.total(part.tax for part in parts))


def mistaken(project: Project, rate: Rate) -> Iterator[Invoice]:
    """The invoices whose tax is neither the rate of their amount nor the rest of a whole's tax."""
    live = (invoice for invoice in project.invoices() if invoice.void is None)
    wrong = [invoice for invoice in live if not is_by_rate(invoice, rate, project.decimals)]
    # Each of the others may have left half a minor unit to the last.
    others = {part.route: len(parts) - 1 for parts in _wholes(project, rate) for part in parts} if wrong else {}
    for invoice in wrong:
        if not is_by_rate(invoice, rate, project.decimals, others.get(invoice.route, 0)):
            yield invoice


def is_by_rate(invoice: Invoice, rate: Rate, decimals: int, others: int = 0) -> bool:
    """Whether the tax is the rate of the amount, within half a minor unit for each line and each of the `others`."""
    from fractions import Fraction  # noqa: PLC0415  (slow to load; most runs need none)

    exact = Fraction(invoice.amount) * Fraction(rate.percent) / 100
    return abs(Fraction(invoice.tax) - exact) <= Fraction(len(invoice.lines) + others, 2 * 10**decimals)


def _wholes(project: Project, rate: Rate) -> Iterator[Sequence[Invoice]]:
    """Parts that sum to a whole, net and tax: the invoices of a milestone, the credit notes of an invoice."""
    invoices = tuple(project.invoices())
    by_route: dict[Route, Invoice] = {invoice.route: invoice for invoice in invoices}
    for route, notes in credit_notes(invoices).items():
        if _sums(notes) == (by_route[route].amount, by_route[route].tax):
            yield notes
    by_milestone = _parts(project)
    for milestone in project.milestones:
        parts = by_milestone.get(milestone.id, [])
        if len(parts) > 1 and _sums(parts) == (milestone.amount, rate.of(milestone.amount, project.decimals)):
            yield parts


def _sums(parts: Sequence[Invoice]) -> tuple[Decimal, Decimal]:
    return money.total(part.amount for part in parts), money.total(part.tax for part in parts)
