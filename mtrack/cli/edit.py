"""The commands that record: `init`, `new`, `add`, and the life of a record from `deliver` to `close`."""

from __future__ import annotations

import functools
import os
import re
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mtrack import files
from mtrack.cli import common, complete, prompts, values
from mtrack.edit import create, find, store, transaction, verbs
from mtrack.errors import UsageError
from mtrack.record import settings as settings_module
from mtrack.render import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date
    from decimal import Decimal

    from mtrack.edit.find import Target
    from mtrack.edit.store import Evidence
    from mtrack.edit.transaction import Outcome
    from mtrack.edit.verbs import Edit
    from mtrack.finding import Finding, Span
    from mtrack.record.model import Milestone
    from mtrack.rules.context import ProjectContext

F = TypeVar("F", bound="Callable[..., Any]")


class _Command(click.Command):
    """A command that takes a word like -500 for an amount, not for options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(re.fullmatch(r"-[0-9.]+", word) for word in args):
            ctx.ignore_unknown_options = True
        return super().parse_args(ctx, args)


def writes(command: Callable[..., int]) -> Callable[..., int]:
    """The options that every command that writes has, handed to it together as `given`."""

    @functools.wraps(command)
    def run(*, as_of: date, dry_run: bool, commit: bool, force: bool, move: bool = False, **others: Any) -> int:
        given = transaction.Options(as_of=as_of, dry_run=dry_run, commit=commit, force=force, move=move)
        return command(given=given, **others)

    for option in (
        click.option("--commit", is_flag=True, help="Make one git commit of the files touched."),
        click.option("--force", is_flag=True, help="Record it even where that adds an error."),
        click.option("--dry-run", is_flag=True, help="Show the change as a diff; write nothing."),
    ):
        run = option(run)
    return common.as_of_option(run)


def takes_files(command: F) -> F:
    """--move, beside an option that takes a file."""
    return click.option("--move", is_flag=True, help="Move the file into the project instead of copying it.")(command)


def project_argument(command: F) -> F:
    """PROJECT: a path or its end."""
    return click.argument("project", required=False, shell_complete=complete.projects)(command)


def milestone_argument(command: F) -> F:
    """MILESTONE: an id."""
    return click.argument("milestone", required=False, shell_complete=complete.milestones)(command)


def number_argument(command: F) -> F:
    """NUMBER of an invoice, and --project where it stands in several."""
    command = click.argument("number", required=False, shell_complete=complete.numbers)(command)
    text = "The project, where the number stands in several."
    return click.option("--project", "project", shell_complete=complete.projects, help=text)(command)


def date_option(text: str, *names: str) -> Callable[[F], F]:
    """--date: the day it happened."""
    names = names or ("--date",)
    return click.option(*names, "day", type=common.Day(), help=f"{text} Default: the day of --as-of.")


def file_option(name: str, text: str) -> Callable[[F], F]:
    """A file that is copied into the project."""
    kind = click.Path(exists=True, dir_okay=False)
    return click.option(name, type=kind, metavar="FILE", help=f"{text} It is copied into the project.")


reason_option = click.option("--reason", help="Why.")


# Doing ------------------------------------------------------------------------------------------------------------


def _carry_out(
    target: Target,
    verb: Callable[[ProjectContext, str | None], Edit],
    given: transaction.Options,
    file: tuple[str, str | None] | None = None,
) -> int:
    """Run a verb on a project and tell what became of it; `file` is where a file goes and where it comes from."""
    planned: list[Evidence] = []

    def plan(folder: str) -> tuple[Evidence, ...]:
        if file is not None and file[1] is not None:
            planned[:] = [store.evidence(folder, file[1], file[0])]
        return tuple(planned)

    def run(context: ProjectContext) -> Edit:
        return verb(context, planned[0].path if planned else None)

    try:
        outcome = transaction.carry_out(target, run, given, plan)
    except transaction.AddsErrorsError as refused:
        return _refuse(refused)
    _tell(outcome, given)
    return 0


def _refuse(refused: transaction.AddsErrorsError) -> int:
    for finding in refused.findings:
        common.write(_finding_lines(finding, unwritten=refused.unwritten))
    sys.stdout.flush()  # the last word comes last where both streams lead to one place
    sys.stderr.write(f"mtrack: {refused.why}\n")
    return 1


def _finding_lines(finding: Finding, word: str | None = None, unwritten: str | None = None) -> str:
    """A finding with its place, its hint, and other places; but none in the file whose new text is not written."""
    place = "" if finding.path == unwritten else f"{_where(finding.path, finding.span)}: "
    lines = [f"{place}{word or finding.severity.word}: {plain.harmless(finding.message)} ({finding.rule})"]
    lines += [
        f"  see {_where(other.path, other.span)}: {plain.harmless(other.message)}"
        for other in finding.related
        if other.path != unwritten
    ]
    if finding.hint:
        lines.append(f"  {plain.harmless(finding.hint)}")
    return "\n".join(lines) + "\n"


def _where(path: str, span: Span | None) -> str:
    return plain.harmless(path) + (f":{span.line}:{span.column}" if span else "")


def _tell(outcome: Outcome, given: transaction.Options) -> None:
    """Say in a line what changed, and what is left; the rest goes to standard error."""
    if given.dry_run:
        text = outcome.diff if not sys.stdout.isatty() else "\n".join(map(plain.harmless, outcome.diff.split("\n")))
        common.write(text)
    else:
        done = f" [{outcome.committed}]" if outcome.committed else ""
        common.write(plain.harmless(outcome.did) + done)
        common.write(plain.harmless(outcome.left))
    sys.stdout.flush()
    for item in outcome.files:
        if given.dry_run and item.copy:
            sys.stderr.write(f"would {'move' if given.move else 'copy'} {item.source} to {item.path}\n")
    unwritten = outcome.path if given.dry_run else None
    for findings, word in (
        (outcome.forced, f"error, {'to be ' if given.dry_run else ''}recorded all the same"),
        (outcome.open, "still to do"),
        (outcome.warnings, None),
    ):
        for finding in findings:
            sys.stderr.write(_finding_lines(finding, word, unwritten))


# Begin ------------------------------------------------------------------------------------------------------------


@click.command(cls=_Command, short_help="Make a folder a workspace.")
@click.argument("folder", metavar="[DIR]", default=".", type=click.Path(file_okay=False))
@click.option("--currency", help="The currency of projects that set none.")
@click.option("--commit", is_flag=True, help="Make one git commit of the files written.")
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
def init(folder: str, currency: str | None, commit: bool, dry_run: bool) -> int:  # noqa: FBT001
    """Make DIR (by default the current folder) a workspace.

    Writes mtrack.yaml with every key explained, the schemas that editors check and complete by, jobs for GitHub and
    GitLab, a pre-commit entry and .gitignore. A file that is there already stays as it is.
    """
    begun = create.init(folder, currency, dry_run=dry_run, commit=commit)
    if dry_run:
        common.write(begun.diff)
        return 0
    name = os.path.relpath(begun.root)
    for path in begun.written:
        common.write(f"wrote {os.path.join(name, path) if name != '.' else path}")
    for path in begun.kept:
        common.write(f"kept {os.path.join(name, path) if name != '.' else path}: it was there already")
    if begun.committed:
        common.write(f"committed as {begun.committed}")
    if begun.stale:
        common.write(f"the schemas are not those of this mtrack: mtrack schema --update {name} brings them up to date")
    if begun.repository not in (None, begun.root):
        inner = os.path.relpath(begun.root, begun.repository)
        common.write(
            f"note: CI and pre-commit look only at the root of the repository, {os.path.relpath(begun.repository)}:"
        )
        common.write(
            f"      move their files there, and give {inner} to each mtrack command in them (mtrack lint {inner})"
        )
    go = "" if name == "." else f"cd {name}, then "
    common.write(f"next: {go}mtrack new acme-website --currency EUR --milestone 'Discovery=4000.00'")
    if begun.written:
        git = "git init, then " if begun.repository is None else ""
        common.write(f"      {git}pre-commit install, to have git run mtrack lint before each commit")
        common.write("      delete the jobs of GitHub or GitLab, whichever you don't use")
    return 0


def _from_csv(path: str) -> list[tuple[str, Decimal, date | None]]:
    """Milestones from a CSV file with the columns name, amount, planned. Raises UsageError."""
    import csv  # noqa: PLC0415
    import io  # noqa: PLC0415

    result: list[tuple[str, Decimal, date | None]] = []
    try:
        with io.StringIO(files.read(path).decode("utf-8-sig"), newline="") as file:
            rows = csv.reader(file, strict=True)
            columns = [name.strip().lower() for name in next(rows, [])]
            if not {"name", "amount"} <= set(columns):
                message = f"{path}:1: the first line must name the columns, with commas: name,amount,planned"
                raise UsageError(message)
            if twice := next((name for name in ("name", "amount", "planned") if columns.count(name) > 1), None):
                message = f"{path}:1: the column '{twice}' stands there twice; keep one"
                raise UsageError(message)
            for row in rows:
                try:
                    result += _from_row(columns, [cell.strip() for cell in row])
                except (UsageError, click.BadParameter) as error:
                    message = f"{path}:{rows.line_num}: {getattr(error, 'message', error)}"
                    raise UsageError(message) from None
    except files.UnreadableFileError as error:
        message = f"{path} can't be read: {error.reason}"
        raise UsageError(message) from None
    except UnicodeDecodeError:
        message = f"{path} is not UTF-8; save it as UTF-8"
        raise UsageError(message) from None
    except csv.Error:
        message = f"{path}:{rows.line_num}: this is not CSV: a quote is left open, or stands inside a cell"
        raise UsageError(message) from None
    if not result:
        message = f"{path} holds no milestone below its first line"
        raise UsageError(message)
    return result


def _from_row(columns: list[str], cells: list[str]) -> list[tuple[str, Decimal, date | None]]:
    """The milestone of a row; none where it is empty."""
    if not any(cells):
        return []
    if len(cells) > len(columns):
        message = "there are more cells than columns; put quotes around a cell with a comma"
        raise UsageError(message)
    known = dict(zip(columns, cells, strict=False))
    if not known.get("name") or not known.get("amount"):
        message = "a milestone needs a name and an amount"
        raise UsageError(message)
    planned = common.Day().convert(known["planned"], None, None) if known.get("planned") else None
    return [(known["name"], values.Amount().convert(known["amount"], None, None), planned)]


def _ask_milestones() -> list[tuple[str, Decimal, date | None]]:
    """Milestones, until an empty answer."""
    pair = values.Pair("NAME=AMOUNT")
    listed: list[tuple[str, Decimal, date | None]] = []
    while True:
        question = "--milestone NAME=AMOUNT" + (" (empty: no more)" if listed else "")
        answer = prompts.one(
            question, lambda text: pair.convert(text, None, None) if text else None, default="" if listed else None
        )
        if answer is None:
            return listed
        name, amount = answer
        assert amount is not None
        listed.append((name, amount, None))


@click.command(cls=_Command, short_help="Begin a project.")
@click.argument("project", required=False, type=click.Path())
@click.option("--name", help="The project's name. Default: from the folder's.")
@click.option("--client", help="Who pays.")
@click.option("--currency", help="Its currency; not needed where mtrack.yaml sets one.")
@file_option("--agreement", "The signed agreement.")
@click.option("--signed", type=common.Day(), help="The day it was signed.")
@click.option("--total", type=values.Amount(), help="The agreed total, net.")
@click.option("--count", type=click.IntRange(0), help="How many milestones the agreement lists.")
@click.option(
    "--milestone",
    "milestones",
    multiple=True,
    type=values.Pair("NAME=AMOUNT"),
    metavar="NAME=AMOUNT",
    help="A milestone; repeat it.",
)
@click.option(
    "--from",
    "csv",
    type=click.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Milestones from a CSV: name, amount, planned.",
)
@takes_files
@writes
def new(  # noqa: PLR0913
    project: str | None,
    name: str | None,
    client: str | None,
    currency: str | None,
    agreement: str | None,
    signed: date | None,
    total: Decimal | None,
    count: int | None,
    milestones: tuple[tuple[str, Decimal], ...],
    csv: str | None,
    given: transaction.Options,
) -> int:
    """Begin a project: its folder, sub-folders and milestones.yaml."""
    target = create.place(project) if project is not None else prompts.one("PROJECT", create.place)
    settings = settings_module.load(target.root)
    if currency is None and settings.currency is None and prompts.somebody():
        currency = prompts.one("--currency", functools.partial(create.check_currency, known=settings.currencies))
    listed = [*(_from_csv(csv) if csv else ()), *((name, amount, None) for name, amount in milestones)]
    if not milestones and not csv and prompts.somebody():
        listed = _ask_milestones()
    plan = create.Plan(
        name=name, client=client, currency=currency, agreement=agreement, signed=signed, total=total, count=count,
        milestones=tuple(listed),
    )  # fmt: skip
    try:
        outcome = create.new(target, plan, given)
    except transaction.AddsErrorsError as refused:
        return _refuse(refused)
    _tell(outcome, given)
    return 0


@click.command(cls=_Command, short_help="Add a milestone.")
@project_argument
@click.argument("name", required=False)
@click.argument("amount", required=False, type=values.Amount())
@click.option("--id", "id_", help="Its id. Default: the next in line.")
@click.option("--planned", type=common.Day(), help="The day it is planned to be delivered.")
@click.option("--upfront", is_flag=True, help="A deposit: it may be billed before approval.")
@writes
def add(  # noqa: PLR0913
    project: str | None,
    name: str | None,
    amount: Decimal | None,
    id_: str | None,
    planned: date | None,
    upfront: bool,  # noqa: FBT001
    given: transaction.Options,
) -> int:
    """Add one more milestone to a project."""
    target = prompts.project(project)
    named = name if name is not None else prompts.one("NAME", str)
    worth = (
        amount if amount is not None else prompts.one("AMOUNT", lambda text: values.Amount().convert(text, None, None))
    )
    return _carry_out(
        target,
        lambda context, _: verbs.add(context, named, worth, id_=id_, planned=planned, upfront=upfront),
        given,
    )


# Deliver, approve -------------------------------------------------------------------------------------------------


@click.command(cls=_Command, short_help="Record that a milestone was delivered.")
@project_argument
@milestone_argument
@date_option("The day the work was handed over.")
@click.option("--note", help="What was handed over.")
@writes
def deliver(
    project: str | None,
    milestone: str | None,
    day: date | None,
    note: str | None,
    given: transaction.Options,
) -> int:
    """Record the day a milestone's work was handed over."""
    target = prompts.project(project)
    id_ = prompts.milestone(target, given.as_of, milestone)
    return _carry_out(
        target,
        lambda context, _: verbs.deliver(
            context, find.milestone(context.project, id_), date=day or given.as_of, note=note, force=given.force
        ),
        given,
    )


@click.command(cls=_Command, short_help="Record the client's approval.")
@project_argument
@milestone_argument
@date_option("The day of the approval.")
@click.option("--by", help="Who approved it on the client's side.")
@file_option("--signoff", "The approval e-mail or acceptance note.")
@takes_files
@writes
def approve(  # noqa: PLR0913
    project: str | None,
    milestone: str | None,
    day: date | None,
    by: str | None,
    signoff: str | None,
    given: transaction.Options,
) -> int:
    """Record that the client approved a milestone's work."""
    target = prompts.project(project)
    id_ = prompts.milestone(target, given.as_of, milestone)
    return _carry_out(
        target,
        lambda context, path: verbs.approve(
            context,
            find.milestone(context.project, id_),
            date=day or given.as_of,
            by=by,
            signoff=path,
            force=given.force,
        ),
        given,
        ("signoffs", signoff),
    )


# Bill, pay --------------------------------------------------------------------------------------------------------


@click.command(cls=_Command, short_help="Record an invoice.")
@project_argument
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
@date_option("The day it was sent.", "--sent", "--date")
@click.option("--due", type=common.Day(), help="The day it is due. Default: by the payment terms.")
@click.option("--tax", type=values.Amount(), help="Tax on top of the net amount.")
@click.option("--total", type=values.Amount(), help="The net amount on the paper, where it also bills other things.")
@file_option("--file", "The invoice.")
@click.option("--replaces", metavar="NUMBER", shell_complete=complete.numbers, help="The invoice it re-issues.")
@takes_files
@writes
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
    given: transaction.Options,
) -> int:
    """Record an invoice that was sent: of one MILESTONE, or with --line of several."""
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
    if lines:
        shares = lines
        number = prompts.new_number(target, given.as_of, words[0] if words else None)
    else:
        shares = ((prompts.milestone(target, given.as_of, words[0] if words else None), amount),)
        number = prompts.new_number(target, given.as_of, words[1] if len(words) > 1 else None)
    return _carry_out(
        target,
        lambda context, path: verbs.bill(
            context, verbs.shares_of(context, shares), number, sent=day or given.as_of, due=due, tax=tax, total=total, file=path,
            replaces=replaces, lines=bool(lines),
        ),
        given,
        ("invoices", file),
    )  # fmt: skip


@click.command(cls=_Command, short_help="Record a payment.")
@number_argument
@click.argument("amount", required=False, type=values.Amount(signed=True))
@date_option("The day the money came in.")
@click.option("--withheld", type=values.Amount(signed=True), help="Tax kept back by the client.")
@click.option("--fee", type=values.Amount(signed=True), help="StoredProject by the bank on the way.")
@click.option(
    "--received", type=values.Received(), metavar="'USD 5120'", help="What came in, where it was another currency."
)
@click.option("--reference", help="The bank's or client's reference.")
@click.option("--note", help="Anything worth remembering.")
@writes
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
    given: transaction.Options,
) -> int:
    """Record money that came in on an invoice: by default all that is outstanding. A refund is negative."""
    target, wanted = prompts.invoice(number, project, given.as_of)
    return _carry_out(
        target,
        lambda context, _: verbs.pay(
            context, find.invoice(context.project, wanted), amount, date=day or given.as_of, withheld=withheld, fee=fee,
            received=received, reference=reference, note=note,
        ),
        given,
    )  # fmt: skip


# Void, credit, write off ------------------------------------------------------------------------------------------


@click.command(cls=_Command, short_help="Withdraw an invoice.")
@number_argument
@date_option("The day it was withdrawn.")
@reason_option
@writes
def void(
    number: str | None,
    project: str | None,
    day: date | None,
    reason: str | None,
    given: transaction.Options,
) -> int:
    """Make an invoice void: it counts nowhere and keeps its number."""
    target, wanted = prompts.invoice(number, project, given.as_of, prompts.standing)
    return _carry_out(
        target,
        lambda context, _: verbs.void(
            context, find.invoice(context.project, wanted, void=True), date=day or given.as_of, reason=reason
        ),
        given,
    )


@click.command(cls=_Command, short_help="Record a credit note.")
@number_argument
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
@date_option("The day it was sent.", "--sent", "--date")
@file_option("--file", "The credit note.")
@takes_files
@writes
def credit(  # noqa: PLR0913
    number: str | None,
    project: str | None,
    new_number: str | None,
    amount: Decimal | None,
    lines: tuple[tuple[str, Decimal | None], ...],
    tax: Decimal | None,
    day: date | None,
    file: str | None,
    given: transaction.Options,
) -> int:
    """Record the credit note NEW_NUMBER against the invoice NUMBER."""
    if lines and amount is not None:
        message = "give --amount or --line, not both"
        raise UsageError(message)
    target, wanted = prompts.invoice(number, project, given.as_of, prompts.standing)
    note = prompts.new_number(target, given.as_of, new_number, "NEW_NUMBER")
    return _carry_out(
        target,
        lambda context, path: verbs.credit(
            context, find.invoice(context.project, wanted), note, sent=day or given.as_of, amount=amount,
            shares=verbs.shares_of(context, lines) if lines else None, tax=tax, file=path,
        ),
        given,
        ("invoices", file),
    )  # fmt: skip


@click.command("write-off", cls=_Command, short_help="Give up what is outstanding.")
@number_argument
@click.argument("amount", required=False, type=values.Amount())
@date_option("The day it was written off.")
@reason_option
@writes
def write_off(  # noqa: PLR0913
    number: str | None,
    project: str | None,
    amount: Decimal | None,
    day: date | None,
    reason: str | None,
    given: transaction.Options,
) -> int:
    """Write off what will not be collected any more: by default all that is outstanding."""
    target, wanted = prompts.invoice(number, project, given.as_of)
    return _carry_out(
        target,
        lambda context, _: verbs.write_off(
            context, find.invoice(context.project, wanted), amount, date=day or given.as_of, reason=reason
        ),
        given,
    )


# Cancel, hold, amend, close ---------------------------------------------------------------------------------------


@click.command(cls=_Command, short_help="Cancel a milestone.")
@project_argument
@milestone_argument
@date_option("The day it was cancelled.")
@reason_option
@writes
def cancel(
    project: str | None,
    milestone: str | None,
    day: date | None,
    reason: str | None,
    given: transaction.Options,
) -> int:
    """Record that a milestone will not be delivered; mtrack amend records the change to the agreement."""
    target = prompts.project(project)
    id_ = prompts.milestone(target, given.as_of, milestone)
    return _carry_out(
        target,
        lambda context, _: verbs.cancel(
            context, find.milestone(context.project, id_), date=day or given.as_of, reason=reason
        ),
        given,
    )


@click.command(cls=_Command, short_help="Agree not to bill a milestone yet.")
@project_argument
@milestone_argument
@click.option("--until", type=common.Day(), help="The last day of the hold.")
@reason_option
@click.option("--release", is_flag=True, help="End the hold.")
@writes
def hold(  # noqa: PLR0913
    project: str | None,
    milestone: str | None,
    until: date | None,
    reason: str | None,
    release: bool,  # noqa: FBT001
    given: transaction.Options,
) -> int:
    """Put a milestone on hold, so that no gap is reported for it; or release it."""
    if release and (until or reason):
        message = "--release goes alone"
        raise UsageError(message)
    target = prompts.project(project)
    id_ = prompts.milestone(target, given.as_of, milestone)

    def verb(context: ProjectContext, _path: str | None) -> Edit:
        item: Milestone = find.milestone(context.project, id_)
        return verbs.release(context, item) if release else verbs.hold(context, item, until=until, reason=reason)

    return _carry_out(target, verb, given)


@click.command(cls=_Command, short_help="Record a change to the agreement.")
@project_argument
@click.option(
    "--amount", type=values.Amount(signed=True), help="What it adds to the agreed total; negative where it takes away."
)
@click.option("--milestones", type=int, help="How many milestones it adds; negative where it takes away.")
@file_option("--file", "The signed amendment.")
@click.option("--signed", type=common.Day(), help="The day it was signed.")
@click.option("--note", help="What it changes.")
@takes_files
@writes
def amend(  # noqa: PLR0913
    project: str | None,
    amount: Decimal | None,
    milestones: int | None,
    file: str | None,
    signed: date | None,
    note: str | None,
    given: transaction.Options,
) -> int:
    """Record an amendment to the agreement; mtrack add or cancel changes the milestones it is about."""
    target = prompts.project(project)
    return _carry_out(
        target,
        lambda context, path: verbs.amend(
            context, amount=amount, milestones=milestones, file=path, signed=signed, note=note
        ),
        given,
        ("agreement", file),
    )


@click.command(cls=_Command, short_help="Close a project.")
@project_argument
@date_option("The day it was closed.")
@writes
def close(
    project: str | None,
    day: date | None,
    given: transaction.Options,
) -> int:
    """Close a project in which nothing is open any more."""
    target = prompts.project(project)
    return _carry_out(
        target,
        lambda context, _: verbs.close(context, date=day or given.as_of, force=given.force),
        given,
    )
