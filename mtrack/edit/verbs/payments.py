"""Payments on an invoice, and what is written off."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.edit.statuses import at_whose_word
from mtrack.edit.verbs.edit import Edit, Values, amount_here, check_thousands, figures_of, maybe_here, stated
from mtrack.errors import UsageError
from mtrack.money import Rate  # noqa: TC001
from mtrack.rules import commands
from mtrack.words import listed_with_and
from mtrack.yaml.changes import Append, Put

if TYPE_CHECKING:
    from mtrack.record.model import Invoice
    from mtrack.rules.context import ProjectContext


class Paid(Struct, frozen=True, kw_only=True):
    """A payment as the user gives it; an amount not given is what is outstanding, less what came in other ways.

    `discount` is an amount, or a rate of what is outstanding.
    """

    date: date
    amount: Decimal | None = None
    withheld: Decimal | None = None
    fee: Decimal | None = None
    discount: Decimal | Rate | None = None
    received: tuple[Decimal, str] | None = None
    reference: str | None = None
    note: str | None = None


def pay_together(found: list[tuple[ProjectContext, list[Invoice]]], paid: Paid) -> list[Edit]:
    """One transfer that pays several invoices, or a payment on one; an edit for each project. Raises UsageError."""
    numbers = [invoice.number for _, invoices in found for invoice in invoices]
    if len(numbers) == 1:
        return [pay(found[0][0], found[0][1][0], paid)]
    if twice := next((number for number in numbers if numbers.count(number) > 1), None):
        message = f"{twice} stands there twice"
        raise UsageError(message)
    projects = [context.project for context, _ in found]
    if other := next((project for project in projects if project.currency != projects[0].currency), None):
        message = f"{projects[0].folder} is in {projects[0].currency} and {other.folder} in {other.currency}; record a transfer for each"
        raise UsageError(message)
    total = money.total(
        _payment(context, invoice, paid, instead="leave it out")["amount"]
        for context, invoices in found
        for invoice in invoices
    )
    edits = [_joined([pay(context, invoice, paid, total=total) for invoice in invoices]) for context, invoices in found]
    return [*edits[:-1], replace(edits[-1], did=f"{edits[-1].did}; one transfer of {projects[0].money(total)}")]


def pay(context: ProjectContext, invoice: Invoice, paid: Paid, *, total: Decimal | None = None) -> Edit:
    """Money came in on an invoice; `total` is the whole transfer where it pays others too."""
    record = _payment(context, invoice, paid, total)
    amount = record["amount"]
    what = context.project.money(amount.copy_abs())
    return Edit(
        (Append((*invoice.route, "payments"), record),),
        _said(context, invoice, record, paid.date),
        f"{'pay' if amount >= 0 else 'refund'} {invoice.number} ({what})",
    )


def _joined(edits: list[Edit]) -> Edit:
    """Several edits of one project as one."""
    return Edit(
        tuple(change for edit in edits for change in edit.changes),
        "; ".join(edit.did for edit in edits),
        "; ".join(edit.message for edit in edits),
    )


def _payment(
    context: ProjectContext,
    invoice: Invoice,
    paid: Paid,
    total: Decimal | None = None,
    *,
    instead: str = "give the amount that came in",
) -> dict[str, Any]:
    """The record of a payment. Raises UsageError where none can be listed on the invoice, with what to do `instead`."""
    _refuse_credit_note(context, invoice, paid.amount)
    _refuse_at_its_word(context, invoice)
    if invoice.is_paid:
        day = "true" if invoice.paid is None else str(invoice.paid)
        message = f"{invoice.number} says paid: {day}; list that payment under payments first, then add to it"
        raise UsageError(message)
    outstanding = figures_of(context, invoice).outstanding
    withheld, fee = maybe_here(context, paid.withheld), maybe_here(context, paid.fee)
    discount = maybe_here(context, paid.discount, outstanding)
    amount = paid.amount
    if amount is None:
        aside = money.total(value for value in (withheld, fee, discount) if value is not None)
        amount = money.minus(outstanding, aside)
        if amount <= 0:
            left = f"no more than {context.project.money(outstanding)}" if outstanding else "nothing"
            message = f"{left} is outstanding on {invoice.number}; {instead}"
            raise UsageError(message)
    if not any((amount, withheld, fee, discount)):
        message = f"0 is no payment of {invoice.number}; give the amount that came in"
        raise UsageError(message)
    if paid.received is not None:
        check_thousands(*paid.received, money.decimals(paid.received[1], context.settings.currencies))
    foreign = {"amount": paid.received[0], "currency": paid.received[1]} if paid.received else None
    return stated(
        date=paid.date, amount=amount_here(context, amount), withheld=withheld, fee=fee, discount=discount,
        total=maybe_here(context, total), received=foreign, reference=paid.reference, note=paid.note,
    )  # fmt: skip


def _said(context: ProjectContext, invoice: Invoice, record: dict[str, Any], day: date) -> str:
    """The amount that came in, what settles the invoice beside it, and what is then open."""
    project, amount = context.project, record["amount"]
    aside = {key: record[key] for key in ("withheld", "fee", "discount") if record.get(key)}
    more = (
        f" with {listed_with_and([f'{project.money(value)} {key}' for key, value in aside.items()])}" if aside else ""
    )
    if amount < 0:
        return f"{invoice.number} refunded: {project.money(amount.copy_abs())} on {day}{more}"
    left = money.minus(figures_of(context, invoice).outstanding, money.total([amount, *aside.values()]))
    if left > 0:
        number = money.display(left, project.currency, project.decimals).removeprefix(f"{project.currency} ")
        return f"{invoice.number} paid in part on {day}: {project.money(amount)} received, {number} open{',' if more else ''}{more}"
    return f"{invoice.number} paid: {project.money(amount)} on {day}{more}"


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
    values = Values(context, force=True)
    if invoice.written_off is None:
        values.changes = (Put(route, stated(date=date, amount=amount, reason=reason)),)
    else:
        values.changes = (Put((*route, "amount"), amount_here(context, money.plus(invoice.written_off, amount))),)
        values.replaced("written off", project.money(invoice.written_off))
        values.put((*route, "date"), invoice.written_off_date, date, "on")
        if reason is not None:
            values.put((*route, "reason"), invoice.written_off_reason, reason, "reason")
    said = f"{invoice.number} written off: {what} on {date}{values.said}"
    return Edit(values.changes, said, f"write off {invoice.number} ({what})")


def _refuse_credit_note(context: ProjectContext, invoice: Invoice, amount: Decimal | None) -> None:
    """Raise UsageError on a credit note: what is paid back is a refund on the invoice that it credits."""
    if invoice.is_credit_note:
        refund = "-AMOUNT" if amount is None else money.plain(amount.copy_abs().copy_negate(), context.project.decimals)
        command = commands.of_invoice("pay", invoice.credits or "", refund)
        message = f"{invoice.number} is a credit note; record what was paid back on the invoice: {command}"
        raise UsageError(message)


def _refuse_at_its_word(context: ProjectContext, invoice: Invoice) -> None:
    """Raise UsageError where an invoice counts as paid because its milestones say so: what is listed would un-pay the rest."""
    if figures_of(context, invoice).at_its_word:
        ids = at_whose_word(context, invoice.route)
        since = f"{listed_with_and(ids)} {'says' if len(ids) == 1 else 'say'} paid"
        message = f"{invoice.number} counts as paid in full, since {since}; write status sent first, if it is not"
        raise UsageError(message)
