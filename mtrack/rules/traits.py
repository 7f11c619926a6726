"""The traits of a project that could make a rule fire, found in one pass: a rule runs only where its traits are there.

A trait may be present while its rules find nothing, never the other way round. Only the rules decide what is found; the
tests compare the traits with them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.figures.ledger import agreed_count, agreed_total

if TYPE_CHECKING:
    from datetime import date

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.record.model import Agreement, Deliverable, Invoice, Milestone
    from mtrack.rules.context import ProjectContext
    from mtrack.rules.registry import Trait

_MANY_DECIMALS = re.compile(r"\.[0-9]{3}")
_USUAL_DECIMALS = 2


def traits(context: ProjectContext) -> frozenset[Trait] | None:
    """The traits of a project; None where any may be there, as something in it is dated later."""
    ledger = context.ledger
    if ledger.left_out:
        return None
    found: set[Trait] = set()
    _of_project(context, found)
    _of_agreement(context, found)
    for _, state in context.files:
        if state.missing is not None or state.outside is not None:
            found.add("unusable file")
    unapproved = False
    for figures in ledger.milestones:
        _of_milestone(figures, found)
        if figures.billed > 0:
            if unapproved:
                found.add("skipped milestone")
        else:
            unapproved = unapproved or figures.milestone.approved is None
            _of_unbilled(figures.milestone, context, found)
    signed = context.project.agreement.signed if context.project.agreement is not None else None
    for item in ledger.invoices:
        _of_invoice(item, found)
        if signed is not None and item.invoice.sent < signed:
            found.add("dates to compare")
    return frozenset(found)


def _of_project(context: ProjectContext, found: set[Trait]) -> None:
    project, text = context.project, context.project.source.text
    if project.top_level_invoices or project.waivers:
        found.add("references")
    if project.closed is not None:
        found.add("closed")
    if context.reads_papers:
        found.add("read papers")
    if context.tracked is not None:
        found.add("tracked by git")
    if not context.currency_known:
        found.add("other currency")
    if project.decimals < _USUAL_DECIMALS or _MANY_DECIMALS.search(text) is not None:
        found.add("unusual decimals")
    if "#" in text:
        found.add("comment")
    if len({milestone.id for milestone in project.milestones}) < len(project.milestones):
        found.add("repeated id")


def _of_agreement(context: ProjectContext, found: set[Trait]) -> None:
    project, agreement = context.project, context.project.agreement
    if agreement is None or agreement.file is None or agreement.signed is None or agreement.total is None:
        found.add("incomplete agreement")
    if context.settings.tax_rate is not None or (agreement is not None and agreement.tax_rate is not None):
        found.add("tax rate")
    if agreement is not None:
        _of_sums(context, agreement, found)
    count = agreed_count(project)
    if count is not None and count != len(context.counted):
        found.add("count differs")


def _of_sums(context: ProjectContext, agreement: Agreement, found: set[Trait]) -> None:
    agreed = agreed_total(context.project)
    if agreed is not None and agreed != money.total([figures.agreed for figures in context.ledger.milestones]):
        found.add("sum differs")
    if agreement.retention:
        found.add("invoice parts")
    if agreement.signed is not None and agreement.signed > context.as_of:
        found.add("future date")


def _of_milestone(figures: MilestoneFigures, found: set[Trait]) -> None:
    milestone = figures.milestone
    if milestone.status not in figures.accepted_statuses:
        found.add("wrong status")
    if milestone.cancelled_date is not None or milestone.status == "cancelled":
        found.add("cancelled milestone")
    if figures.unbilled and figures.billed > 0:
        found.add("underbilled")
    if figures.overbilled:
        found.add("overbilled")
    approved = milestone.deliverable.approved
    if approved is not None:
        _of_approved(milestone.deliverable, approved, found)
    says_paid = milestone.status in ("paid", "partially_paid")
    for part in figures.parts:
        invoice = part.invoice.invoice
        if approved is None or invoice.sent < approved:
            found.add("billed before approval")
        if says_paid and not invoice.lists_settlement:
            found.add("paid without payments")


def _of_approved(delivered: Deliverable, approved: date, found: set[Trait]) -> None:
    if delivered.completed is not None and delivered.completed > approved:
        found.add("dates to compare")
    if delivered.signoff is None:
        found.add("no sign-off")


def _of_unbilled(milestone: Milestone, context: ProjectContext, found: set[Trait]) -> None:
    """The traits of a milestone that no invoice bills, or none over more than 0."""
    delivered = milestone.deliverable
    if milestone.upfront:
        found.add("unbilled deposit")
    if delivered.approved is not None:
        found.add("unbilled approved")
    elif delivered.completed is not None:
        found.add("unbilled completed")
    elif milestone.planned is not None and milestone.planned < context.as_of:
        found.add("planned date passed")


def _of_invoice(figures: InvoiceFigures, found: set[Trait]) -> None:
    invoice = figures.invoice
    if figures.overdue:
        found.add("overdue")
    if figures.overpaid:
        found.add("overpaid")
    if invoice.file is None:
        found.add("no invoice file")
    if not invoice.number.isascii():
        found.add("non-ASCII number")
    if invoice.credits is not None or invoice.replaces is not None:
        found.update(("references", "credit or replacement"))
    if not invoice.under_milestone or invoice.total is not None or invoice.instalments or invoice.retained is not None:
        found.add("invoice parts")
    if invoice.void is not None or invoice.paid is not None or (invoice.due is not None and invoice.due < invoice.sent):
        found.add("dates to compare")
    if invoice.payments:
        _of_payments(invoice, found)


def _of_payments(invoice: Invoice, found: set[Trait]) -> None:
    for payment in invoice.payments:
        if payment.date < invoice.sent:
            found.add("dates to compare")
        if payment.total is not None:
            found.add("invoice parts")
        if payment.received_amount is not None or payment.received_currency is not None:
            found.update(("other currency", "unusual decimals"))
