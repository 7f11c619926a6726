"""`mtrack bill`, `pay`, `void`, `credit`, `write-off`: the life of an invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from msgspec import Struct

from mtrack.cli import complete, options, papers, prompts, values
from mtrack.cli.outcome import carry_out
from mtrack.edit import find, verbs
from mtrack.errors import UsageError

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.edit.transaction import Options
    from mtrack.rules.context import ProjectContext
    from mtrack.verify.einvoice import EInvoice


class _Bill(Struct, frozen=True):
    """An invoice as the command line gives it."""

    shares: tuple[tuple[str, Decimal | None], ...]
    sent: date | None
    due: date | None
    tax: Decimal | None
    total: Decimal | None

    def filled(self, paper: EInvoice | None) -> _Bill:
        """What is not given taken from an e-invoice; amounts only where it bills nothing else."""
        if paper is None:
            return self
        alone = self.total is None
        (milestone, amount), *more = self.shares
        net = paper.net if alone and not more and amount is None else amount
        return _Bill(
            ((milestone, net), *more),
            self.sent or paper.issued,
            self.due or (paper.due[-1] if paper.due else None),
            (paper.tax or None) if alone and self.tax is None else self.tax,
            self.total,
        )


@options.command()
@options.project_argument
@click.argument("words", nargs=-1, metavar="[MILESTONE] NUMBER", shell_complete=complete.milestones)
@click.option("--amount", type=values.Amount(), help="The net amount. Default: what is agreed and not billed yet.")
@click.option(
    "--line",
    "lines",
    multiple=True,
    type=values.Pair("MILESTONE=AMOUNT", optional=True),
    metavar="MILESTONE[=AMOUNT]",
    help="A share of an invoice over several milestones; repeat it.",
)
@options.date_option("The day it was sent.", "--sent", "--date")
@click.option("--due", type=values.Day(), help="The day it is due. Default: by the payment terms.")
@click.option("--tax", type=values.Amount(), help="Tax on top of the net amount.")
@click.option("--total", type=values.Amount(), help="The net amount on the paper, where it also bills other things.")
@options.file_option("--file", "The invoice.")
@click.option("--replaces", metavar="NUMBER", shell_complete=complete.numbers, help="The invoice it re-issues.")
@options.takes_files
@options.writes
def bill(  # noqa: PLR0913
    project: str | None,
    words: tuple[str, ...],
    amount: Decimal | None,
    lines: tuple[tuple[str, Decimal | None], ...],
    day: date | None,
    due: date | None,
    tax: Decimal | None,
    total: Decimal | None,
    file: str | None,
    replaces: str | None,
    given: Options,
) -> int:
    """Record an invoice that was sent: of one MILESTONE, or with --line of several.

    Of an e-invoice as --file, number, amount, tax and dates count where the command line says nothing.
    """
    most = 1 if lines else 2
    if len(words) > most:
        message = f"too many words: {' '.join(words[most:])}" + (
            "; with --line the milestones stand there" if lines else ""
        )
        raise UsageError(message)
    if lines and amount is not None:
        message = "--amount goes with one milestone; with --line each has its own"
        raise UsageError(message)
    target = prompts.project(project)
    paper = papers.invoice(file)
    number = words[most - 1] if len(words) == most else paper.number if paper is not None else ""
    shares = lines or ((prompts.milestone(target, given.as_of, words[0] if words else None), amount),)
    bill = _Bill(shares, day, due, tax, total).filled(paper)
    number = prompts.new_number(target, given, bill.sent, number or None)

    def run(context: ProjectContext, path: str | None) -> verbs.Edit:
        papers.check_currency(paper, context.project.currency)
        return verbs.bill(
            context, verbs.shares_of(context, bill.shares), number, sent=bill.sent or given.as_of, due=bill.due,
            tax=bill.tax, total=bill.total, file=path, replaces=replaces, lines=bool(lines),
        )  # fmt: skip

    return carry_out(target, run, given, ("invoices", file))


@options.command()
@options.number_argument
@click.argument("amount", required=False, type=values.Amount(signed=True))
@options.date_option("The day the money came in.")
@click.option("--withheld", type=values.Amount(signed=True), help="Tax kept back by the client.")
@click.option("--fee", type=values.Amount(signed=True), help="Kept by the bank on the way.")
@click.option(
    "--received", type=values.Received(), metavar="'USD 5120'", help="What came in, where it was another currency."
)
@click.option("--reference", help="The bank's or client's reference.")
@click.option("--note", help="Anything worth remembering.")
@options.writes
def pay(  # noqa: PLR0913
    number: str | None,
    project: str | None,
    amount: Decimal | None,
    day: date | None,
    withheld: Decimal | None,
    fee: Decimal | None,
    received: tuple[Decimal, str] | None,
    reference: str | None,
    note: str | None,
    given: Options,
) -> int:
    """Record money that came in on an invoice: by default all that is outstanding. A refund is negative."""
    target, wanted = prompts.invoice(number, project, given.as_of)
    return carry_out(
        target,
        lambda context, _: verbs.pay(
            context, find.invoice(context.project, wanted), amount, date=day or given.as_of, withheld=withheld, fee=fee,
            received=received, reference=reference, note=note,
        ),
        given,
    )  # fmt: skip


@options.command()
@options.number_argument
@options.date_option("The day it was withdrawn.")
@options.reason_option
@options.writes
def void(
    number: str | None,
    project: str | None,
    day: date | None,
    reason: str | None,
    given: Options,
) -> int:
    """Make an invoice void: it counts nowhere and keeps its number."""
    target, wanted = prompts.invoice(number, project, given.as_of, prompts.standing)
    return carry_out(
        target,
        lambda context, _: verbs.void(
            context, find.invoice(context.project, wanted, void=True), date=day or given.as_of, reason=reason
        ),
        given,
    )


@options.command()
@options.number_argument
@click.argument("new_number", required=False)
@click.option("--amount", type=values.Amount(), help="The net amount. Default: all that is not credited yet.")
@click.option(
    "--line",
    "lines",
    multiple=True,
    type=values.Pair("MILESTONE=AMOUNT", optional=True),
    metavar="MILESTONE[=AMOUNT]",
    help="What a milestone gets back; repeat it.",
)
@click.option("--tax", type=values.Amount(), help="Tax on top. Default: the invoice's, in proportion.")
@options.date_option("The day it was sent.", "--sent", "--date")
@options.file_option("--file", "The credit note.")
@options.takes_files
@options.writes
def credit(  # noqa: PLR0913
    number: str | None,
    project: str | None,
    new_number: str | None,
    amount: Decimal | None,
    lines: tuple[tuple[str, Decimal | None], ...],
    tax: Decimal | None,
    day: date | None,
    file: str | None,
    given: Options,
) -> int:
    """Record the credit note NEW_NUMBER against the invoice NUMBER."""
    if lines and amount is not None:
        message = "give --amount or --line, not both"
        raise UsageError(message)
    target, wanted = prompts.invoice(number, project, given.as_of, prompts.standing)
    note = prompts.new_number(target, given, day, new_number, credit=True)
    return carry_out(
        target,
        lambda context, path: verbs.credit(
            context, find.invoice(context.project, wanted), note, sent=day or given.as_of, amount=amount,
            shares=verbs.shares_of(context, lines) if lines else None, tax=tax, file=path,
        ),
        given,
        ("invoices", file),
    )  # fmt: skip


@options.command("write-off")
@options.number_argument
@click.argument("amount", required=False, type=values.Amount())
@options.date_option("The day it was written off.")
@options.reason_option
@options.writes
def write_off(  # noqa: PLR0913
    number: str | None,
    project: str | None,
    amount: Decimal | None,
    day: date | None,
    reason: str | None,
    given: Options,
) -> int:
    """Write off what will not be collected any more: by default all that is outstanding."""
    target, wanted = prompts.invoice(number, project, given.as_of)
    return carry_out(
        target,
        lambda context, _: verbs.write_off(
            context, find.invoice(context.project, wanted), amount, date=day or given.as_of, reason=reason
        ),
        given,
    )
