"""`mtrack bill`, `pay`, `void`, `dispute`, `credit`, `write-off`: the life of an invoice."""

from __future__ import annotations

import re
from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from decimal import Decimal  # noqa: TC003
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from mtrack import money
from mtrack.cli import complete, options, papers, prompts, values
from mtrack.cli.outcome import carry_out, carry_out_together
from mtrack.edit import find, verbs
from mtrack.errors import UsageError
from mtrack.money import Rate

if TYPE_CHECKING:
    from mtrack.edit.transaction import Options
    from mtrack.rules.context import ProjectContext
    from mtrack.verify.einvoice import EInvoice


class _Bill(Struct, frozen=True):
    """An invoice as the command line gives it."""

    shares: tuple[tuple[str, Decimal | None], ...]
    sent: date | None
    due: date | None
    tax: Decimal | Rate | None
    total: Decimal | None
    instalments: tuple[tuple[date, Decimal | None], ...]

    def filled(self, paper: EInvoice | None) -> _Bill:
        """The bill with missing values taken from an e-invoice; amounts only where it bills nothing else.

        Raises UsageError where what it has for a missing value can't be read.
        """
        if paper is None:
            return self
        alone = self.total is None
        (milestone, amount), *more = self.shares
        takes_net, takes_tax = alone and not more and amount is None, alone and self.tax is None
        takes_due = self.due is None and not self.instalments
        papers.check_read(paper, net=takes_net, tax=takes_tax, sent=self.sent is None, due=takes_due)
        due, instalments = (
            papers.due_in(paper, whole=takes_net and takes_tax) if takes_due else (self.due, self.instalments)
        )
        return _Bill(
            ((milestone, paper.net if takes_net else amount), *more),
            self.sent or paper.issued,
            due,
            (paper.tax or None) if takes_tax else self.tax,
            self.total,
            instalments,
        )


@options.command()
@options.project_before_milestone
@click.argument("words", nargs=-1, metavar="[MILESTONE] NUMBER", shell_complete=complete.milestones)
@click.option("--amount", type=values.Amount(), help="The net amount. Default: what is agreed and not billed yet.")
@options.lines_option("A share of an invoice over several milestones")
@options.date_option("The day it was sent.", "--sent", "--date")
@click.option("--due", type=values.Day(), help="The day it is due. Default: by the payment terms.")
@click.option(
    "--tax",
    type=values.AmountOrRate(),
    help="Tax on top of the net amount: an amount, or a rate such as 19%. Default: by the rate that is set.",
)
@click.option("--total", type=values.Amount(), help="The net amount on the paper, where it also bills other things.")
@click.option("--upfront", is_flag=True, help="A deposit or progress invoice: it may be sent before approval.")
@options.instalment_options
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
    tax: Decimal | Rate | None,
    total: Decimal | None,
    upfront: bool,  # noqa: FBT001
    instalments: tuple[tuple[date, Decimal | None], ...],
    retained: Decimal | Rate | None,
    until: date | None,
    file: str | None,
    replaces: str | None,
    given: Options,
) -> int:
    """Record an invoice that was sent: of one MILESTONE, or with --line of several.

    Of an e-invoice as --file, number, amount, tax and dates count where the command line says nothing.
    """
    if lines and amount is not None:
        message = "--amount goes with one milestone; with --line each has its own"
        raise UsageError(message)
    most = 1 if lines else 2
    target, found = prompts.project_and_words((project, *words), most + 1)
    rest = [word for word in found if word is not None]
    if len(rest) > most:
        message = f"too many words: {' '.join(rest[most:])}" + (
            "; with --line the milestones stand there" if lines else ""
        )
        raise UsageError(message)
    paper = papers.invoice(file)
    number = rest[most - 1] if len(rest) == most else paper.number if paper is not None else ""
    milestone = rest[0] if rest and not lines else None
    shares = lines or ((prompts.milestone(target, given.as_of, milestone, prompts.to_bill), amount),)
    bill = _Bill(shares, day, due, tax, total, instalments).filled(paper)
    number = prompts.new_number(target, given, bill.sent, number or None)
    on_top = bill.tax if bill.tax is not None or paper is not None else prompts.tax(target, given.as_of)

    def run(context: ProjectContext, path: str | None) -> verbs.Edit:
        papers.check_currency(paper, context.project.currency)
        return verbs.bill(
            context, verbs.shares_of(context, bill.shares), number, sent=bill.sent or given.as_of, due=bill.due,
            tax=on_top, total=bill.total, upfront=upfront, parts=verbs.Parts(bill.instalments, retained, until), file=path,
            replaces=replaces, lines=bool(lines),
        )  # fmt: skip

    code = carry_out(target, run, given, ("invoices", file))
    if code == 0:
        papers.tell_prepaid(paper, number)
    return code


@options.command()
@click.argument("words", nargs=-1, metavar="[NUMBER]... [AMOUNT]", shell_complete=complete.numbers)
@click.option(
    "--project", "project", shell_complete=complete.projects, help="The project, where a number stands in several."
)
@options.date_option("The day the money came in.")
@click.option(
    "--discount",
    type=values.AmountOrRate(),
    help="Given for early payment: an amount, or a rate of what is outstanding, such as 2%.",
)
@click.option("--withheld", type=values.Amount(signed=True), help="Tax kept back by the client.")
@click.option("--fee", type=values.Amount(signed=True), help="Kept by the bank on the way.")
@click.option(
    "--received", type=values.Received(), metavar="'USD 5120'", help="What came in, where it was another currency."
)
@click.option("--reference", help="The bank's or client's reference.")
@click.option("--note", help="Anything worth remembering.")
@options.writes
def pay(  # noqa: PLR0913
    words: tuple[str, ...],
    project: str | None,
    day: date | None,
    discount: Decimal | Rate | None,
    withheld: Decimal | None,
    fee: Decimal | None,
    received: tuple[Decimal, str] | None,
    reference: str | None,
    note: str | None,
    given: Options,
) -> int:
    """Record money that came in on an invoice: by default all that is outstanding. A refund is negative.

    Several numbers are one transfer that pays what is outstanding on each.
    """
    numbers, amount = _numbers_and_amount(words, project)
    found = [prompts.invoice(number, project, given.as_of) for number in numbers or (None,)]
    paid = verbs.Paid(
        date=day or given.as_of, amount=amount, withheld=withheld, fee=fee, discount=discount, received=received,
        reference=reference, note=note,
    )  # fmt: skip
    if len(found) > 1:
        _refuse_for_one_alone(amount=amount, withheld=withheld, fee=fee, received=received, discount=discount)
    targets = list(dict.fromkeys(target for target, _ in found))

    is_refund = amount is not None and amount < 0  # which a void invoice may need

    def run(contexts: list[ProjectContext], _path: str | None) -> list[verbs.Edit]:
        invoices = [
            [
                find.invoice(context.project, number, void=is_refund)
                for target, number in found
                if target.folder == context.project.folder
            ]
            for context in contexts
        ]
        return verbs.pay_together(list(zip(contexts, invoices, strict=True)), paid)

    return carry_out_together(targets, run, given)


def _numbers_and_amount(words: tuple[str, ...], project: str | None) -> tuple[tuple[str, ...], Decimal | None]:
    """The invoice numbers on a command line, and the amount after one of them. Raises UsageError.

    Two words may be two numbers or a number and an amount; where the second can be both, it must be said.
    """
    if len(words) < 2:  # noqa: PLR2004
        return words, None
    if _AMOUNT.fullmatch(words[-1]) is None:
        meant = money.suggestion(words[-1]) if _LIKE_AMOUNT.fullmatch(words[-1]) else None
        if meant is not None and not prompts.is_number(words[-1], project):
            message = f"'{words[-1]}' is not an amount; write {meant}"
            raise UsageError(message)
        return words, None
    if len(words) > 2:  # noqa: PLR2004
        if not prompts.is_number(words[-1], project):
            _refuse_for_one_alone(amount=words[-1])
        return words, None
    amount = money.parse(words[1].removeprefix("+"))
    if prompts.is_number(words[1], project):
        if amount is None:
            return words, None
        written = money.plain(amount, money.decimals_used(amount) + 2)
        message = (
            f"'{words[1]}' is an invoice too; write {written} where the amount is meant, or pay one after the other"
        )
        raise UsageError(message)
    return words[:1], values.Amount(signed=True).convert(words[1], None, None)


_AMOUNT = re.compile(r"[-+]?[0-9][0-9.,' ]*")
"""A word after an invoice number that is read as an amount, valid or not."""
_LIKE_AMOUNT = re.compile(r"[-+]?[$€£¥]?\s?[0-9][0-9.,' _]*(?:e[0-9]+|\s?(?:[A-Z]{3}|[$€£¥]))?")
"""A word that is meant as an amount, unless an invoice has that number."""


def _refuse_for_one_alone(**given: object) -> None:
    """Raise UsageError for what goes with one invoice only: an amount; a discount goes with several as a rate."""
    name = next((name for name, value in given.items() if value is not None and not isinstance(value, Rate)), None)
    if name is not None:
        what = "a discount as an amount" if name == "discount" else "an amount" if name == "amount" else f"--{name}"
        message = f"{what} goes with one invoice; of several each is paid what is outstanding on it"
        raise UsageError(message)


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
@options.date_option("The day the client said so.", "--since", "--date")
@options.reason_option
@click.option("--ended", is_flag=True, help="The client accepts it after all.")
@options.writes
def dispute(  # noqa: PLR0913
    number: str | None,
    project: str | None,
    day: date | None,
    reason: str | None,
    ended: bool,  # noqa: FBT001
    given: Options,
) -> int:
    """Record that the client does not accept an invoice: it is not overdue while that lasts; --ended ends it."""
    if ended and (day or reason):
        message = "--ended goes alone"
        raise UsageError(message)
    offered = prompts.disputed if ended else prompts.disputable
    target, wanted = prompts.invoice(number, project, given.as_of, offered)
    why = None if ended else prompts.reason(reason)

    def run(context: ProjectContext, _path: str | None) -> verbs.Edit:
        found = find.invoice(context.project, wanted)
        if ended:
            return verbs.end_dispute(context, found)
        return verbs.dispute(context, found, since=day or given.as_of, reason=why)

    return carry_out(target, run, given)


@options.command()
@options.number_argument
@click.argument("new_number", required=False)
@click.option("--amount", type=values.Amount(), help="The net amount. Default: all that is not credited yet.")
@options.lines_option("What a milestone gets back")
@click.option(
    "--tax",
    type=values.AmountOrRate(),
    help="Tax on top: an amount, or a rate such as 19%. Default: the invoice's, in proportion.",
)
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
    tax: Decimal | Rate | None,
    day: date | None,
    file: str | None,
    given: Options,
) -> int:
    """Record the credit note NEW_NUMBER against the invoice NUMBER."""
    if lines and amount is not None:
        message = "give --amount or --line, not both"
        raise UsageError(message)
    target, wanted = prompts.invoice(number, project, given.as_of, prompts.creditable)
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
    why = prompts.reason(reason)
    return carry_out(
        target,
        lambda context, _: verbs.write_off(
            context, find.invoice(context.project, wanted), amount, date=day or given.as_of, reason=why
        ),
        given,
    )
