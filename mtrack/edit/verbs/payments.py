"""Payments on an invoice, and what is written off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.edit.statuses import at_whose_word
from mtrack.edit.verbs.edit import Edit, amount_here, check_thousands, figures_of, maybe_here, stated
from mtrack.errors import UsageError
from mtrack.rules.wording import listed
from mtrack.yaml.changes import Append, Change, Put

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.record.model import Invoice
    from mtrack.rules.context import ProjectContext


def pay(  # noqa: PLR0913
    context: ProjectContext,
    invoice: Invoice,
    amount: Decimal | None,
    *,
    date: date,
    withheld: Decimal | None = None,
    fee: Decimal | None = None,
    received: tuple[Decimal, str] | None = None,
    reference: str | None = None,
    note: str | None = None,
) -> Edit:
    """Money came in; the amount not given is what is outstanding, less what was kept back on the way."""
    project = context.project
    _refuse_at_its_word(context, invoice)
    if invoice.is_paid:
        day = "true" if invoice.paid is None else str(invoice.paid)
        message = f"{invoice.number} says paid: {day}; list that payment under payments first, then add to it"
        raise UsageError(message)
    if amount is None:
        if invoice.is_credit_note:
            message = f"{invoice.number} is a credit note; give the amount"
            raise UsageError(message)
        amount = money.minus(
            figures_of(context, invoice).outstanding, money.plus(withheld or money.ZERO, fee or money.ZERO)
        )
        if amount <= 0:
            message = f"nothing is outstanding on {invoice.number}; give the amount that came in"
            raise UsageError(message)
    amount, withheld, fee = amount_here(context, amount), maybe_here(context, withheld), maybe_here(context, fee)
    if received is not None:
        check_thousands(*received, money.decimals(received[1], context.settings.currencies))
    foreign = {"amount": received[0], "currency": received[1]} if received else None
    record = stated(
        date=date, amount=amount, withheld=withheld, fee=fee, received=foreign, reference=reference, note=note
    )
    verb = "paid" if amount >= 0 else "refunded"
    what = project.money(abs(amount))
    return Edit(
        (Append((*invoice.route, "payments"), record),),
        f"{invoice.number} {verb}: {what} on {date}",
        f"{'pay' if amount >= 0 else 'refund'} {invoice.number} ({what})",
    )


def write_off(
    context: ProjectContext, invoice: Invoice, amount: Decimal | None, *, date: date, reason: str | None = None
) -> Edit:
    """Part of an invoice will not be collected; without an amount, all that is outstanding."""
    project = context.project
    _refuse_at_its_word(context, invoice)
    if amount is None:
        amount = figures_of(context, invoice).outstanding
        if amount <= 0:
            message = f"nothing is outstanding on {invoice.number}"
            raise UsageError(message)
    route = (*invoice.route, "written_off")
    amount = amount_here(context, amount)
    what = project.money(amount)
    if invoice.written_off is None:
        changes: tuple[Change, ...] = (Put(route, stated(date=date, amount=amount, reason=reason)),)
    else:
        changes = (Put((*route, "amount"), amount_here(context, money.plus(invoice.written_off, amount))),)
        if invoice.written_off_date != date:
            changes += (Put((*route, "date"), date),)
        if reason is not None and invoice.written_off_reason != reason:
            changes += (Put((*route, "reason"), reason),)
    return Edit(
        changes, f"{invoice.number} written off: {what} on {date}", f"write off {invoice.number} ({what})",
    )  # fmt: skip


def _refuse_at_its_word(context: ProjectContext, invoice: Invoice) -> None:
    """Raise UsageError where an invoice counts as paid because its milestones say so: what is listed would un-pay the rest."""
    if figures_of(context, invoice).at_its_word:
        ids = at_whose_word(context, invoice.route)
        since = f"{listed(ids)} {'says' if len(ids) == 1 else 'say'} paid"
        message = f"{invoice.number} counts as paid in full, since {since}; write status sent first, if it is not"
        raise UsageError(message)
