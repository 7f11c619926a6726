"""Invoices and credit notes: sent, withdrawn, credited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.edit import find
from mtrack.edit.statuses import at_whose_word
from mtrack.edit.verbs.edit import Edit, amount_here, check_thousands, figures_of, maybe_here, stated
from mtrack.errors import UsageError
from mtrack.figures.allocation import tax_of
from mtrack.figures.clock import credit_notes
from mtrack.record.model import number_key
from mtrack.rules.wording import listed
from mtrack.yaml.changes import Append, Change, Put

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.record.model import Invoice, Milestone
    from mtrack.rules.context import ProjectContext


def shares_of(
    context: ProjectContext, lines: tuple[tuple[str, Decimal | None], ...]
) -> list[tuple[Milestone, Decimal | None]]:
    """The milestones that lines name, with their amounts. Raises UsageError."""
    return [(find.milestone(context.project, name), amount) for name, amount in lines]


def bill(  # noqa: PLR0913
    context: ProjectContext,
    shares: list[tuple[Milestone, Decimal | None]],
    number: str,
    *,
    sent: date,
    due: date | None = None,
    tax: Decimal | None = None,
    total: Decimal | None = None,
    file: str | None = None,
    replaces: str | None = None,
    lines: bool = False,
) -> Edit:
    """An invoice was sent, over one milestone or several; an amount not given is what is left to bill."""
    amounts = [
        amount_here(context, given if given is not None else _figures(context, item).unbilled or item.amount)
        for item, given in shares
    ]
    whole = money.total(amounts)
    tax, total = maybe_here(context, tax), maybe_here(context, total)
    record = stated(number=number, amount=whole, sent=sent, tax=tax, total=total, due=due, file=file, replaces=replaces)
    first = shares[0][0]
    if lines or len(shares) > 1 or first.invoice is not None:
        record["lines"] = [
            {"milestone": item.id, "amount": amount} for (item, _), amount in zip(shares, amounts, strict=True)
        ]
        change: Change = Append(("invoices",), record)
    else:
        change = Put((*first.route, "invoice"), record)
    project = context.project
    ids = " and ".join(item.id for item, _ in shares)
    taxed = f" plus {project.money(tax)} tax" if tax else ""
    return Edit(
        (change,),
        f"{ids} billed as {number}: {project.money(whole)}{taxed}, sent on {sent}",
        f"bill {ids} as {number} ({project.money(whole)})",
        numbers=frozenset(number_key(item) for item in (number, replaces) if item),
    )


def _figures(context: ProjectContext, milestone: Milestone) -> MilestoneFigures:
    return context.whole_ledger.milestones[milestone.index]


def void(context: ProjectContext, invoice: Invoice, *, date: date, reason: str | None = None) -> Edit:
    """An invoice was withdrawn."""
    if invoice.void is not None:
        message = f"{invoice.number} is void since {invoice.void} already"
        raise UsageError(message)
    change = Put((*invoice.route, "void"), stated(date=date, reason=reason))
    said = f"{invoice.number} void since {date}"
    if figures_of(context, invoice).at_its_word:
        said += f", though {listed(at_whose_word(context, invoice.route))} said that it is paid"
    if notes := _notes(context, invoice):
        said += f"; {listed([note.number for note in notes])} still credits it, so void that too"
    return Edit((change,), said, f"void {invoice.number}")


def credit(  # noqa: PLR0913
    context: ProjectContext,
    invoice: Invoice,
    number: str,
    *,
    sent: date,
    amount: Decimal | None = None,
    shares: list[tuple[Milestone, Decimal | None]] | None = None,
    tax: Decimal | None = None,
    file: str | None = None,
) -> Edit:
    """A credit note against an invoice; without an amount it takes back all that is not credited yet."""
    project = context.project
    if invoice.is_credit_note:
        message = f"{invoice.number} is a credit note itself"
        raise UsageError(message)
    if amount is not None:
        check_thousands(amount, project.currency, project.decimals)
    parts = _credited_parts(context, invoice, amount, shares)
    parts = [(name, amount_here(context, value)) for name, value in parts]
    whole = money.total(value for _, value in parts)
    tax = _credited_tax(context, invoice, whole) if tax is None else tax
    tax = maybe_here(context, tax)
    record = stated(number=number, amount=whole, sent=sent, tax=tax, file=file, credits=invoice.number)
    record["lines"] = [{"milestone": name, "amount": value} for name, value in parts]
    return Edit(
        (Append(("invoices",), record),),
        f"{invoice.number} credited by {number}: {project.money(whole)} on {sent}",
        f"credit {invoice.number} by {number} ({project.money(whole)})",
        numbers=frozenset({invoice.key, number_key(number)}),
    )


def _credited_parts(
    context: ProjectContext,
    invoice: Invoice,
    amount: Decimal | None,
    shares: list[tuple[Milestone, Decimal | None]] | None,
) -> list[tuple[str, Decimal]]:
    """What each milestone gets back; where it is not said, all that is not credited yet. Raises UsageError."""
    left = _uncredited(context, invoice)
    if shares:
        return [(item.id, left.get(item.id, money.ZERO) if given is None else given) for item, given in shares]
    if amount is None or amount == money.total(left.values()):
        parts = [(name, value) for name, value in left.items() if value]
        if not parts:
            message = f"{invoice.number} is credited in full already"
            raise UsageError(message)
        return parts
    if len(left) == 1:
        return [(next(iter(left)), amount)]
    message = f"{invoice.number} bills {', '.join(left)}; say what each gets back with --line ID=AMOUNT"
    raise UsageError(message)


def _credited_tax(context: ProjectContext, invoice: Invoice, amount: Decimal) -> Decimal | None:
    """The tax on a part of an invoice; the last part takes what the others left of it.

    None where the invoice has no tax, or the part is larger than all of it.
    """
    if not invoice.tax or amount > invoice.amount:
        return None
    notes = _notes(context, invoice)
    left = money.excess(invoice.tax, money.total(note.tax for note in notes))
    is_last = money.total((amount, *(note.amount for note in notes))) >= invoice.amount
    return amount_here(context, left if is_last else min(tax_of(invoice, amount, context.project.places), left))


def _notes(context: ProjectContext, invoice: Invoice) -> list[Invoice]:
    """The credit notes against an invoice, void ones aside."""
    return credit_notes(tuple(context.project.invoices())).get(invoice.route, [])


def _uncredited(context: ProjectContext, invoice: Invoice) -> dict[str, Decimal]:
    """What of each milestone's part of an invoice no credit note has taken back, in the order of the lines."""
    left = {
        part.id: part.uncredited for part in context.whole_ledger.parts if part.invoice.invoice.route == invoice.route
    }
    names = dict.fromkeys(line.milestone for line in invoice.lines)
    return {name: left.get(name, money.ZERO) for name in names}
