"""One function a verb: a project's context and what the user said in, the changes to its records out.

Nothing here reads or writes a file. What the user left open is taken from the record: the agreed amount not yet
billed, the amount outstanding. Statuses are not a verb's business: `statuses.py` brings them up to date for all.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from mtrack import money
from mtrack.edit import find
from mtrack.errors import UsageError
from mtrack.figures.allocation import tax_of
from mtrack.finding import Place
from mtrack.record.model import number_key
from mtrack.yaml.changes import Append, Change, Put, Remove

if TYPE_CHECKING:
    from datetime import date

    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.record.model import Invoice, Milestone
    from mtrack.rules.context import ProjectContext

AGREEMENT_RULES = frozenset({"amount-unlisted", "milestones-missing", "amount-exceeds-agreement", "milestones-extra"})
"""What stands open between an amendment and the milestones it is about, until both are recorded."""


class Edit(Struct, frozen=True):
    """What a verb wants.

    `did` is the line the user reads, `message` the commit's, `opens` the error rules that this step may leave open
    for the next one, `numbers` the invoice numbers that are new or meant by a new record.
    """

    changes: tuple[Change, ...]
    did: str
    message: str
    opens: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()


def amount_here(context: ProjectContext, amount: Decimal) -> Decimal:
    """An amount with as many decimals as the project's others are written with."""
    project = context.project
    written = [item.amount for item in project.milestones] + [item.amount for item in project.invoices()]
    whole = all(item == item.to_integral_value() and item.as_tuple().exponent == 0 for item in written)
    return Decimal(money.plain(amount, 0 if whole else project.places))


def _maybe_here(context: ProjectContext, amount: Decimal | None) -> Decimal | None:
    return None if amount is None else amount_here(context, amount)


def _record(**keys: Any) -> dict[str, Any]:
    """A mapping without the keys that nothing was said about."""
    return {key: value for key, value in keys.items() if value is not None}


def _set(  # noqa: PLR0913
    context: ProjectContext, route: tuple[str | int, ...], old: Any, new: Any, what: str, *, force: bool
) -> tuple[Change, ...]:
    """Set a value that may be there already. Raises UsageError where another is, unless forced."""
    if old == new:
        return ()
    if old is not None and not force:
        span = context.project.source.span(Place(context.project.path, route))
        where = f"{context.project.path}:{span.line}:{span.column}" if span else context.project.path
        message = f"{what} {old} already ({where}); --force writes {new} instead"
        raise UsageError(message)
    return (Put(route, new),)


def deliver(
    context: ProjectContext, milestone: Milestone, *, date: date, note: str | None = None, force: bool = False
) -> Edit:
    """The work was handed over on a day."""
    route = (*milestone.route, "deliverable")
    changes: tuple[Change, ...] = ()
    if note is not None:
        changes = _set(
            context, (*route, "note"), milestone.deliverable.note, note, f"{milestone.id} has the note", force=force
        )
    changes += _set(
        context, (*route, "completed"), milestone.completed, date, f"{milestone.id} was delivered on", force=force
    )
    return Edit(changes, f"{milestone.label} delivered on {date}", f"deliver {milestone.id}")


def approve(  # noqa: PLR0913
    context: ProjectContext,
    milestone: Milestone,
    *,
    date: date,
    by: str | None = None,
    signoff: str | None = None,
    force: bool = False,
) -> Edit:
    """The client accepted the work on a day."""
    delivered, route = milestone.deliverable, (*milestone.route, "deliverable")
    changes = _set(
        context, (*route, "approved"), delivered.approved, date, f"{milestone.id} was approved on", force=force
    )
    if by is not None:
        changes += _set(
            context, (*route, "approved_by"), delivered.approved_by, by, f"{milestone.id} was approved by", force=force
        )
    if signoff is not None:
        changes += _set(
            context, (*route, "signoff"), delivered.signoff, signoff, f"{milestone.id} has the sign-off", force=force
        )
    who = f" by {by}" if by else ""
    return Edit(changes, f"{milestone.label} approved{who} on {date}", f"approve {milestone.id}")


def _figures(context: ProjectContext, milestone: Milestone) -> MilestoneFigures:
    return context.ledger.milestones[milestone.index]


def _invoice_figures(context: ProjectContext, invoice: Invoice) -> InvoiceFigures:
    return next(item for item in context.ledger.invoices if item.invoice.route == invoice.route)


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
    tax, total = _maybe_here(context, tax), _maybe_here(context, total)
    record = _record(
        number=number, amount=whole, sent=sent, tax=tax, total=total, due=due, file=file, replaces=replaces
    )
    first = shares[0][0]
    if lines or len(shares) > 1 or first.invoice is not None:
        record["lines"] = [
            {"milestone": item.id, "amount": amount} for (item, _), amount in zip(shares, amounts, strict=True)
        ]
        change: Change = Append(("invoices",), record)
    else:
        change = Put((*first.route, "invoice"), record)
    # A milestone that says `paid` would be taken at its word for the new invoice as well.
    unpaid = tuple(Put((*item.route, "status"), "partially_paid") for item, _ in shares if item.status == "paid")
    project = context.project
    ids = " and ".join(item.id for item, _ in shares)
    taxed = f" plus {project.money(tax)} tax" if tax else ""
    return Edit(
        (change, *unpaid),
        f"{ids} billed as {number}: {project.money(whole)}{taxed}, sent on {sent}",
        f"bill {ids} as {number} ({project.money(whole)})",
        numbers=frozenset(number_key(item) for item in (number, replaces) if item),
    )


def owed(context: ProjectContext, invoice: Invoice) -> Decimal:
    """What is still to come in on an invoice by what it lists, even where its milestones are taken at their word."""
    item = _invoice_figures(context, invoice)
    return money.excess(item.gross, item.credited) if item.at_its_word else item.outstanding


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
    if amount is None:
        if invoice.is_credit_note:
            message = f"{invoice.number} is a credit note; give the amount"
            raise UsageError(message)
        amount = money.minus(owed(context, invoice), money.plus(withheld or money.ZERO, fee or money.ZERO))
        if amount <= 0:
            message = f"nothing is outstanding on {invoice.number}; give the amount that came in"
            raise UsageError(message)
    amount, withheld, fee = amount_here(context, amount), _maybe_here(context, withheld), _maybe_here(context, fee)
    foreign = {"amount": received[0], "currency": received[1]} if received else None
    record = _record(
        date=date, amount=amount, withheld=withheld, fee=fee, received=foreign, reference=reference, note=note
    )
    verb = "paid" if amount >= 0 else "refunded"
    what = project.money(abs(amount))
    return Edit(
        (Append((*invoice.route, "payments"), record),),
        f"{invoice.number} {verb}: {what} on {date}",
        f"{'pay' if amount >= 0 else 'refund'} {invoice.number} ({what})",
    )


def void(_context: ProjectContext, invoice: Invoice, *, date: date, reason: str | None = None) -> Edit:
    """An invoice was withdrawn."""
    if invoice.void is not None:
        message = f"{invoice.number} is void since {invoice.void} already"
        raise UsageError(message)
    change = Put((*invoice.route, "void"), _record(date=date, reason=reason))
    return Edit((change,), f"{invoice.number} void since {date}", f"void {invoice.number}")


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
    parts = _credited_parts(context, invoice, amount, shares)
    parts = [(name, amount_here(context, value)) for name, value in parts]
    whole = money.total(value for _, value in parts)
    tax = _credited_tax(context, invoice, whole) if tax is None else tax
    tax = _maybe_here(context, tax)
    record = _record(number=number, amount=whole, sent=sent, tax=tax, file=file, credits=invoice.number)
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
    """The tax on a part of an invoice; None where it has none, or the part is larger than all of it."""
    if not invoice.tax or amount > invoice.amount:
        return None
    return amount_here(context, tax_of(invoice, amount, context.project.places))


def _uncredited(context: ProjectContext, invoice: Invoice) -> dict[str, Decimal]:
    """What of each milestone's part of an invoice no credit note has taken back, in the order of the lines."""
    left = {part.id: part.uncredited for part in context.ledger.parts if part.invoice.invoice.route == invoice.route}
    names = dict.fromkeys(line.milestone for line in invoice.lines)
    return {name: left.get(name, money.ZERO) for name in names}


def cancel(context: ProjectContext, milestone: Milestone, *, date: date, reason: str | None = None) -> Edit:
    """A milestone will not be delivered."""
    if milestone.cancelled_date is not None:
        message = f"{milestone.id} was cancelled on {milestone.cancelled_date} already"
        raise UsageError(message)
    change = Put((*milestone.route, "cancelled"), _record(date=date, reason=reason))
    del context
    return Edit((change,), f"{milestone.label} cancelled on {date}", f"cancel {milestone.id}", opens=AGREEMENT_RULES)


def hold(
    context: ProjectContext, milestone: Milestone, *, until: date | None = None, reason: str | None = None
) -> Edit:
    """It is agreed not to bill a milestone yet."""
    del context
    route = (*milestone.route, "hold")
    record = _record(until=until, reason=reason)
    if milestone.hold:
        if not record:
            message = f"{milestone.id} is on hold already; give --until, --reason or --release"
            raise UsageError(message)
        old = {"until": milestone.hold_until, "reason": milestone.hold_reason}
        changes: tuple[Change, ...] = tuple(
            Put((*route, key), value) for key, value in record.items() if old[key] != value
        )
    else:
        changes = (Put(route, record),)
    end = f" until {until}" if until else ""
    return Edit(changes, f"{milestone.label} on hold{end}", f"hold {milestone.id}{end}")


def release(context: ProjectContext, milestone: Milestone) -> Edit:
    """A milestone may be billed again."""
    del context
    if not milestone.hold:
        message = f"{milestone.id} is not on hold"
        raise UsageError(message)
    change = Remove((*milestone.route, "hold"))
    return Edit((change,), f"{milestone.label} no longer on hold", f"release {milestone.id}")


def amend(  # noqa: PLR0913
    context: ProjectContext,
    *,
    amount: Decimal | None = None,
    milestones: int | None = None,
    file: str | None = None,
    signed: date | None = None,
    note: str | None = None,
) -> Edit:
    """The agreement was changed."""
    project = context.project
    if project.agreement is None:
        message = f"{project.folder} has no agreement to amend; write `agreement:` into {project.path} first"
        raise UsageError(message)
    if amount is None and milestones is None and file is None and note is None:
        message = "say what changes: --amount, --milestones, --file or --note"
        raise UsageError(message)
    if amount is not None:
        amount = amount_here(context, amount)
    record = _record(file=file, signed=signed, amount=amount, milestones=milestones, note=note)
    parts = [] if amount is None else [f"{'+' if amount >= 0 else '-'}{project.money(abs(amount))}"]
    parts += [] if milestones is None else [f"{milestones:+d} milestone{'s' if abs(milestones) != 1 else ''}"]
    what = f" ({', '.join(parts)})" if parts else ""
    change = Append(("agreement", "amendments"), record)
    return Edit((change,), f"agreement amended{what}", f"amend the agreement{what}", opens=AGREEMENT_RULES)


def write_off(
    context: ProjectContext, invoice: Invoice, amount: Decimal | None, *, date: date, reason: str | None = None
) -> Edit:
    """What will not be collected any more; without an amount, all that is outstanding."""
    project = context.project
    if amount is None:
        amount = owed(context, invoice)
        if amount <= 0:
            message = f"nothing is outstanding on {invoice.number}"
            raise UsageError(message)
    route = (*invoice.route, "written_off")
    amount = amount_here(context, amount)
    what = project.money(amount)
    if invoice.written_off is None:
        changes: tuple[Change, ...] = (Put(route, _record(date=date, amount=amount, reason=reason)),)
    else:
        changes = (Put((*route, "amount"), amount_here(context, money.plus(invoice.written_off, amount))),)
        if invoice.written_off_date != date:
            changes += (Put((*route, "date"), date),)
        if reason is not None and invoice.written_off_reason != reason:
            changes += (Put((*route, "reason"), reason),)
    return Edit(
        changes, f"{invoice.number} written off: {what} on {date}", f"write off {invoice.number} ({what})",
    )  # fmt: skip


def accept(context: ProjectContext, *, by: str, date: date, sha256: str | None) -> Edit:
    """Someone has compared the agreement with the records: its files' SHA-256 and every amount."""
    project = context.project
    if project.agreement is None or sha256 is None:
        message = "the agreement's files are not all there; attach them first"
        raise UsageError(message)
    amounts = {milestone.id: amount_here(context, milestone.amount) for milestone in project.milestones}
    record = {"by": by, "date": date, "sha256": sha256, "amounts": amounts}
    change = Put(("agreement", "verified"), record)
    return Edit((change,), f"agreement of {project.name} compared with its records by {by}", "verify")


def close(context: ProjectContext, *, date: date, force: bool = False) -> Edit:
    """The project is over."""
    label = find.Target(context.root, context.project.folder).label
    changes = _set(context, ("closed",), context.project.closed, date, f"{label} was closed on", force=force)
    return Edit(changes, f"{label} closed on {date}", "close the project")


def add(  # noqa: PLR0913
    context: ProjectContext,
    name: str,
    amount: Decimal,
    *,
    id_: str | None = None,
    planned: date | None = None,
    upfront: bool = False,
) -> Edit:
    """One more milestone, at the end."""
    project = context.project
    name_of = id_ or next_id([item.id for item in project.milestones])
    if any(item.id == name_of for item in project.milestones):
        message = f"the id {name_of} is taken in {project.folder}"
        raise UsageError(message)
    check_id(name_of)
    amount = amount_here(context, amount)
    record = _record(
        id=name_of, name=name, amount=amount, planned=planned, upfront=upfront or None, status="not_billed"
    )
    return Edit(
        (Append(("milestones",), record),),
        f"{name_of} '{name}' added: {project.money(amount)}",
        f"add {name_of} ({project.money(amount)})",
    )


def check_id(text: str) -> None:
    """Raise UsageError where a milestone can't be called that."""
    if not re.fullmatch(r"[A-Za-z0-9._-]+", text):
        message = f"'{text}' can't be an id; use letters, digits, '.', '_' and '-'"
        raise UsageError(message)


def next_id(ids: list[str]) -> str:
    """The id that comes after a project's last: M3 after M2, phase-10 after phase-9."""
    for known in reversed(ids):
        match = re.fullmatch(r"(.*?)([0-9]+)", known)
        if match:
            number = int(match[2])
            while True:
                number += 1
                name = f"{match[1]}{number:0{len(match[2])}d}"
                if name not in ids:
                    return name
    return f"M{len(ids) + 1}" if f"M{len(ids) + 1}" not in ids else next_id([*ids, f"M{len(ids) + 1}"])


def next_number(numbers: list[str]) -> str | None:
    """The next free number in the series the last of some invoice numbers belongs to; None where there is none."""
    for last in reversed(numbers):
        match = re.fullmatch(r"(.*?)([0-9]+)([^0-9]*)", last)
        if match:
            head, digits, tail = match.groups()
            series = re.compile(f"{re.escape(head)}([0-9]+){re.escape(tail)}", re.IGNORECASE)
            top = max(int(found[1]) for number in numbers if (found := series.fullmatch(number)))
            return f"{head}{top + 1:0{len(digits)}d}{tail}"
    return None


def shares_of(
    context: ProjectContext, lines: tuple[tuple[str, Decimal | None], ...]
) -> list[tuple[Milestone, Decimal | None]]:
    """The milestones that lines name, with their amounts. Raises UsageError."""
    return [(find.milestone(context.project, name), amount) for name, amount in lines]
