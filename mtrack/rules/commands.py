"""The commands that hints name, in full and with a project's own words."""

from __future__ import annotations

import shlex
from functools import lru_cache
from typing import TYPE_CHECKING

from mtrack import money

REASON = "--reason …"
"""An option for the user to fill in."""

if TYPE_CHECKING:
    from decimal import Decimal

    from mtrack.figures.allocation import Allocation
    from mtrack.figures.invoices import InvoiceFigures
    from mtrack.figures.ledger import MilestoneFigures
    from mtrack.record.model import Heading, Milestone, Project


quoted = lru_cache(maxsize=1024)(shlex.quote)
"""A word as a shell takes it; of a project's folder, or a number, there are many commands in a row."""


def of_project(verb: str, project: Heading, *words: str) -> str:
    """A command about a project: "mtrack add acme NAME 500.00"."""
    return " ".join(("mtrack", verb, quoted(project.folder), *words))


def of_milestone(verb: str, project: Heading, milestone: Milestone, *words: str) -> str:
    """A command about a milestone: "mtrack bill acme M2 NUMBER"."""
    return of_project(verb, project, quoted(milestone.id), *words)


def of_invoice(verb: str, number: str, *words: str) -> str:
    """A command about an invoice: "mtrack dispute INV-7 --reason …"."""
    return " ".join(("mtrack", verb, quoted(number), *words))


def amount(project: Heading, value: Decimal, *, signed: bool = False) -> str:
    """An amount as it is typed; with a sign, as what an amendment adds or takes away."""
    plain = money.plain(value, project.decimals)
    return f"+{plain}" if signed and value > 0 else plain


def take_back(number: str) -> str:
    """The two ways to take an invoice back."""
    return f"{of_invoice('void', number, REASON)}, {of_invoice('credit', number, 'NUMBER')}"


def take_part_back(project: Project, milestone: Milestone, part: Allocation, value: Decimal) -> str:
    """The ways to take back an amount of what an invoice bills of a milestone.

    An invoice is void as a whole: that is a way only where the amount is all of it, and nothing of it is settled.
    """
    invoice = part.invoice.invoice
    if part.net != invoice.amount or value < part.uncredited:
        return of_invoice("credit", invoice.number, "NUMBER", "--line", share(project, milestone, value))
    return of_invoice("credit", invoice.number, "NUMBER") if part.invoice.settled else take_back(invoice.number)


def waive(rule: str, project: Heading, number: str, milestone: Milestone | None = None) -> str:
    """The command that accepts a rule's findings about an invoice, or about a milestone on it."""
    on = ("--milestone", quoted(milestone.id)) if milestone is not None else ()
    return of_project(f"waive {rule}", project, *on, "--number", quoted(number), REASON)


def amend(project: Project, milestone: Milestone, change: Decimal, agreed: Decimal) -> str:
    """The amendment by which a milestone is agreed at another amount; without an agreement the amount alone."""
    if project.agreement is None:
        return of_milestone("set", project, milestone, f"--amount {amount(project, agreed)}")
    return of_project(
        "amend", project, amount(project, change, signed=True), "--set", share(project, milestone, agreed)
    )


def share(project: Heading, milestone: Milestone, value: Decimal) -> str:
    """A milestone with an amount: "M2=500.00"."""
    return f"{quoted(milestone.id)}={amount(project, value)}"


def undo_excess(project: Project, figures: MilestoneFigures) -> str:
    """The hint on a milestone billed beyond what is agreed: by the last invoice that can give it back, or to amend."""
    milestone, excess = figures.milestone, figures.overbilled
    allow = f"record the amendment that allows it: {amend(project, milestone, excess, figures.billed)}"
    live = [part for part in figures.parts if part.invoice.live]
    if not live:
        return allow
    last = max(reversed(live), key=lambda part: (part.uncredited >= excess, part.invoice.invoice.sent))
    back = take_part_back(project, milestone, last, min(excess, last.uncredited))
    return f"take back what is too much: {back}; or {allow}"


def take_off(project: Project, milestone: Milestone, part: Allocation) -> str:
    """The hint on a cancelled milestone that an invoice bills; one that bills others too is live still, and is accepted."""
    invoice = part.invoice.invoice
    back = take_part_back(project, milestone, part, part.uncredited)
    if part.net == invoice.amount:
        return f"take it back: {back}"
    accept = f"accept it: {waive('billed-cancelled', project, invoice.number, milestone)}"
    return (
        f"take its share back: {back}; then {accept}" if part.uncredited else f"nothing of its share is left; {accept}"
    )


def undo_surplus(project: Project, figures: InvoiceFigures) -> str:
    """The hint on an invoice that is settled for more than its gross: too much is written off, or money came twice."""
    invoice, written_off = figures.invoice, figures.written_off
    listed = "list it under `payments` in place of `paid`, then " if invoice.is_paid else ""

    def refund(value: Decimal) -> str:
        return f"{listed}{of_invoice('pay', invoice.number, amount(project, value.copy_negate()))}"

    if not written_off:
        return f"take the payment away if it stands there twice, move it to the invoice it is for, or record the refund: {refund(figures.overpaid)}"
    if figures.overpaid > written_off:
        return f"take away `written_off`, and record the refund of the rest: {refund(money.minus(figures.overpaid, written_off))}"
    left = money.minus(written_off, figures.overpaid)
    correct = f"write `amount: {amount(project, left)}` under" if left else "take away"
    return f"{correct} `written_off`, where it was paid after all; or record the refund: {refund(figures.overpaid)}"


def record_file(project: Project, own: str, path: str) -> str:
    """The hint on recording a file in one of a project's folders; `own` is its path in the project."""
    if own.startswith("agreement/") and project.agreement is None:
        return f"record the agreement: `agreement: {{file: {own}}}`"
    what, verb, words = {
        "invoices": ("record the invoice", "bill", "MILESTONE NUMBER --file"),
        "signoffs": ("record the approval", "approve", "MILESTONE --signoff"),
    }.get(own.partition("/")[0], ("record the amendment", "amend", "--file"))
    return f"{what}: {of_project(verb, project, words, quoted(path))}"
