"""Invoices and credit notes: sent, withdrawn, disputed, credited."""

from __future__ import annotations

from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import money
from mtrack.edit import find
from mtrack.edit.statuses import at_whose_word
from mtrack.edit.verbs.edit import Edit, Values, amount_here, check_thousands, figures_of, maybe_here, stated
from mtrack.errors import UsageError
from mtrack.figures.allocation import tax_of
from mtrack.figures.clock import credit_notes
from mtrack.figures.tax import rest
from mtrack.money import Rate
from mtrack.record.model import number_key
from mtrack.words import listed_with_and
from mtrack.yaml.changes import Append, Change, Put, Remove

if TYPE_CHECKING:
    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.record.model import Invoice, Milestone
    from mtrack.rules.context import ProjectContext


def shares_of(
    context: ProjectContext, lines: tuple[tuple[str, Decimal | None], ...]
) -> list[tuple[Milestone, Decimal | None]]:
    """The milestones that lines name, with their amounts. Raises UsageError."""
    return [(find.milestone(context.project, name), amount) for name, amount in lines]


class Parts(Struct, frozen=True):
    """The parts in which an invoice falls due: instalments, of which one may be the rest, and what is retained.

    `retained` is an amount or a rate of gross; by default the agreement's.
    """

    instalments: tuple[tuple[date, Decimal | None], ...] = ()
    retained: Decimal | Rate | None = None
    until: date | None = None


def bill(  # noqa: PLR0913
    context: ProjectContext,
    shares: list[tuple[Milestone, Decimal | None]],
    number: str,
    *,
    sent: date,
    due: date | None = None,
    tax: Decimal | Rate | None = None,
    total: Decimal | None = None,
    upfront: bool = False,
    parts: Parts = Parts(),  # noqa: B008  (frozen)
    file: str | None = None,
    replaces: str | None = None,
    lines: bool = False,
) -> Edit:
    """An invoice was sent, over one milestone or several.

    An amount not given is what is left to bill, a tax not given that of the agreement's or the workspace's rate; who takes
    the rest of a milestone's amount takes the rest of its tax. Where
    retention is agreed, the invoice of a deposit says that it is one: nothing is kept back of it.
    """
    project = context.project
    amounts = [
        amount_here(context, given if given is not None else _figures(context, item).unbilled or item.amount)
        for item, given in shares
    ]
    whole = money.total(amounts)
    tax = tax if tax is not None else tax_rate(context)
    if isinstance(tax, Rate) and len(shares) == 1:
        tax = rest(project, shares[0][0], whole, tax)
    tax = maybe_here(context, tax, whole)
    gross = money.plus(whole, tax or money.ZERO)
    upfront = upfront or (_retention(context) is not None and all(item.upfront for item, _ in shares))
    retained = _retained(context, gross, parts, upfront=upfront)
    kept = retained["amount"] if retained else money.ZERO
    record = stated(
        number=number, amount=whole, sent=sent, tax=tax, total=maybe_here(context, total), due=due,
        instalments=_instalments(context, money.minus(gross, kept), parts.instalments), retained=retained,
        upfront=upfront or None, file=file, replaces=replaces,
    )  # fmt: skip
    first = shares[0][0]
    if lines or len(shares) > 1 or first.invoice is not None:
        record["lines"] = [
            {"milestone": item.id, "amount": amount} for (item, _), amount in zip(shares, amounts, strict=True)
        ]
        change: Change = Append(("invoices",), record)
    else:
        change = Put((*first.route, "invoice"), record)
    ids = " and ".join(item.id for item, _ in shares)
    taxed = f" plus {project.money(tax)} tax" if tax else ""
    held = f", {project.money(kept)} of it retained" if kept else ""
    return Edit(
        (change,),
        f"{ids} billed as {number}: {project.money(whole)}{taxed}{held}, sent on {sent}",
        f"bill {ids} as {number} ({project.money(whole)})",
        numbers=frozenset(number_key(item) for item in (number, replaces) if item),
    )


def tax_rate(context: ProjectContext) -> Rate | None:
    """The rate of tax that the agreement or the workspace sets."""
    agreement = context.project.agreement
    own = agreement.tax_rate if agreement is not None else None
    percent = context.settings.tax_rate if own is None else own
    return None if percent is None else Rate(percent)


def _retention(context: ProjectContext) -> Rate | None:
    """The share of each invoice that the client keeps back by agreement."""
    agreement = context.project.agreement
    return Rate(agreement.retention) if agreement is not None and agreement.retention else None


def _retained(context: ProjectContext, gross: Decimal, parts: Parts, *, upfront: bool) -> dict[str, Any] | None:
    """The amount that the client keeps back of an invoice: as given, else the agreed share. Raises UsageError."""
    agreed = None if upfront else _retention(context)
    given = agreed if parts.retained is None else parts.retained
    amount = maybe_here(context, given, gross)
    if not amount:
        if parts.until is not None:
            message = "--retained-until goes with --retained: it says until when"
            raise UsageError(message)
        return None
    return stated(amount=amount, until=parts.until)


def _instalments(
    context: ProjectContext, whole: Decimal, given: tuple[tuple[date, Decimal | None], ...]
) -> list[dict[str, Any]] | None:
    """Instalments as a record has them; one without an amount takes the rest. Raises UsageError."""
    if not given:
        return None
    rest = money.minus(whole, money.total(amount for _, amount in given if amount is not None))
    if sum(amount is None for _, amount in given) > 1:
        message = "only one instalment can take the rest; give the others their amounts: --instalment DATE=AMOUNT"
        raise UsageError(message)
    if rest <= 0 and any(amount is None for _, amount in given):
        message = f"nothing is left for the instalment without an amount: the others are all of {context.project.money(whole)}, or more"
        raise UsageError(message)
    return [{"due": day, "amount": amount_here(context, rest if amount is None else amount)} for day, amount in given]


def _figures(context: ProjectContext, milestone: Milestone) -> MilestoneFigures:
    return context.whole_ledger.milestones[milestone.index]


def void(context: ProjectContext, invoice: Invoice, *, date: date, reason: str | None = None) -> Edit:
    """Record that an invoice was withdrawn."""
    if invoice.void is not None:
        message = f"{invoice.number} is void since {invoice.void} already"
        raise UsageError(message)
    change = Put((*invoice.route, "void"), stated(date=date, reason=reason))
    said = f"{invoice.number} void since {date}"
    if figures_of(context, invoice).at_its_word:
        said += f", though {listed_with_and(at_whose_word(context, invoice.route))} said that it is paid"
    if notes := _notes(context, invoice):
        said += f"; {listed_with_and([note.number for note in notes])} still credits it, so void that too"
    return Edit((change,), said, f"void {invoice.number}")


def dispute(context: ProjectContext, invoice: Invoice, *, since: date, reason: str | None = None) -> Edit:
    """The client does not accept an invoice: it is not overdue while that lasts."""
    if not figures_of(context, invoice).outstanding:
        message = f"nothing is outstanding on {invoice.number}"
        raise UsageError(message)
    route = (*invoice.route, "disputed")
    values = Values(context, force=True)
    if invoice.disputed is None:
        values.changes = (Put(route, stated(since=since, reason=reason)),)
    elif reason is None:
        message = f"{invoice.number} is disputed since {invoice.disputed} already; give --reason or --ended"
        raise UsageError(message)
    else:
        since = invoice.disputed
        values.put((*route, "reason"), invoice.disputed_reason, reason, "reason")
    return Edit(values.changes, f"{invoice.number} disputed since {since}{values.said}", f"dispute {invoice.number}")


def end_dispute(context: ProjectContext, invoice: Invoice) -> Edit:
    """The client accepts an invoice after all."""
    del context
    if invoice.disputed is None:
        message = f"{invoice.number} is not disputed"
        raise UsageError(message)
    said = f"{invoice.number} no longer disputed; it was since {invoice.disputed}"
    return Edit((Remove((*invoice.route, "disputed")),), said, f"end the dispute of {invoice.number}")


def credit(  # noqa: PLR0913
    context: ProjectContext,
    invoice: Invoice,
    number: str,
    *,
    sent: date,
    amount: Decimal | None = None,
    shares: list[tuple[Milestone, Decimal | None]] | None = None,
    tax: Decimal | Rate | None = None,
    file: str | None = None,
) -> Edit:
    """A credit note against an invoice; without an amount it takes back all that is not credited yet."""
    project = context.project
    if invoice.is_credit_note:
        message = f"{invoice.number} is a credit note itself"
        raise UsageError(message)
    if amount is not None:
        check_thousands(amount, project.currency, project.currency_decimals)
    parts = _credited_parts(context, invoice, amount, shares)
    parts = [(name, amount_here(context, value)) for name, value in parts]
    whole = money.total(value for _, value in parts)
    tax = _credited_tax(context, invoice, whole) if tax is None else tax
    tax = maybe_here(context, tax, whole)
    record = stated(number=number, amount=whole, sent=sent, tax=tax, file=file, credits=invoice.number)
    record["lines"] = [{"milestone": name, "amount": value} for name, value in parts]
    taxed = f" plus {project.money(tax)} tax" if tax else ""
    billed = {line.milestone for line in invoice.lines}
    others = [name for name, _ in parts if name not in billed]
    though = f", though {invoice.number} does not bill {listed_with_and(others)}" if others else ""
    return Edit(
        (Append(("invoices",), record),),
        f"{invoice.number} credited by {number}: {project.money(whole)}{taxed} on {sent}{though}",
        f"credit {invoice.number} by {number} ({project.money(whole)})",
        numbers=frozenset({invoice.key, number_key(number)}),
    )


def _credited_parts(
    context: ProjectContext,
    invoice: Invoice,
    amount: Decimal | None,
    shares: list[tuple[Milestone, Decimal | None]] | None,
) -> list[tuple[str, Decimal]]:
    """The amount that each milestone gets back; where none is given, all not yet credited. Raises UsageError."""
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
    return amount_here(context, left if is_last else min(tax_of(invoice, amount, context.project.decimals), left))


def _notes(context: ProjectContext, invoice: Invoice) -> list[Invoice]:
    """The credit notes against an invoice, void ones aside."""
    return credit_notes(tuple(context.project.invoices())).get(invoice.route, [])


def _uncredited(context: ProjectContext, invoice: Invoice) -> dict[str, Decimal]:
    """The amount of each milestone's part of an invoice that no credit note has taken back, in the lines' order."""
    left = {
        part.id: part.uncredited for part in context.whole_ledger.parts if part.invoice.invoice.route == invoice.route
    }
    names = dict.fromkeys(line.milestone for line in invoice.lines)
    return {name: left.get(name, money.ZERO) for name in names}
