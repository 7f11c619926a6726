"""`mtrack init`, `new`, `add`: a workspace, a project, a milestone."""

from __future__ import annotations

import functools
import os
from datetime import date
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from mtrack.cli import complete, options, output, papers, prompts, spreadsheet, values
from mtrack.cli.outcome import carry_out, refuse, report
from mtrack.edit import create, find, scaffold, transaction, verbs
from mtrack.errors import UsageError
from mtrack.record import settings as settings_module

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from mtrack.edit.transaction import Options
    from mtrack.rules.context import ProjectContext
    from mtrack.spreadsheet.wanted import Said
    from mtrack.verify.protocol import Proposal


@options.command()
@click.argument("folder", metavar="[DIR]", default=".", type=values.Path(file_okay=False))
@click.option("--currency", help="The currency of projects that set none.")
@click.option("--commit", is_flag=True, help="Make one git commit of the files written.")
@click.option("--dry-run", is_flag=True, help="Show what would be written; write nothing.")
def init(folder: str, currency: str | None, commit: bool, dry_run: bool) -> int:  # noqa: FBT001
    """Make DIR (by default the current folder) a workspace.

    Writes mtrack.yaml with every key explained, the schemas that editors check and complete by, jobs for GitHub and
    GitLab, a pre-commit entry and .gitignore. A file that is there already stays as it is.
    """
    created = create.init(folder, currency, dry_run=dry_run, commit=commit)
    if dry_run:
        output.show_diff(created.diff)
        return 0
    name = os.path.relpath(created.root)
    _tell_written(created, name)
    _tell_repository(created)
    _tell_next(created, name)
    return 0


def _tell_written(created: create.CreatedWorkspace, name: str) -> None:
    """Say which files were written, and which were there."""
    for path in created.written:
        output.show(f"wrote {os.path.normpath(os.path.join(name, path))}")
    for path in created.kept:
        output.show(f"kept {os.path.normpath(os.path.join(name, path))}: it was there already")
    if created.committed:
        output.show(f"committed as {created.committed}")
    if created.stale:
        output.show(f"the schemas are not those of this mtrack: mtrack schema --update {name} brings them up to date")


def _tell_repository(created: create.CreatedWorkspace) -> None:
    """Say what to do in a repository whose root is another folder."""
    root = os.path.realpath(created.root)
    if created.repository in (None, root):
        return
    inner = os.path.relpath(root, created.repository)
    output.show(
        f"note: CI and pre-commit look only at the root of the repository, {os.path.relpath(created.repository)}:",
        f"      move their files there, and give {inner} to each mtrack command in them (mtrack lint {inner})",
    )


def _tell_next(created: create.CreatedWorkspace, name: str) -> None:
    """Say what to do next."""
    go = "" if name == "." else f"cd {name}, then "
    output.show(f"next: {go}mtrack new acme-website --currency EUR --milestone 'Discovery=4000.00'")
    if created.written:
        git = "git init, then " if created.repository is None else ""
        output.show(
            f"      {git}pre-commit install, to have git run mtrack lint before each commit",
            "      delete the jobs of GitHub or GitLab, whichever you don't use",
        )
        if scaffold.source() is None:
            output.show("      set MTRACK_SOURCE in the job you keep: where CI installs mtrack from")


def _ask_milestones() -> list[dict[str, Any]]:
    """The records of milestones, until an empty answer."""
    kind = values.PlannedMilestone()
    listed: list[dict[str, Any]] = []
    while True:
        answer = prompts.one(
            "--milestone",
            lambda text: kind.convert(text, None, None) if text else None,
            default="" if listed else None,
            more=" (empty: no more)" if listed else "",
        )
        if answer is None:
            return listed
        listed.append(answer)


def _terms(days: int | None, month_end: str | None) -> int | dict[str, Any] | None:
    """Payment terms as a record has them. Raises UsageError."""
    if month_end is None:
        return days
    if days is None:
        message = "--month-end goes with --payment-terms: it says from or to which day they count"
        raise UsageError(message)
    return {"days": days, "month_end": month_end}


def _monthly(milestones: Sequence[dict[str, Any]], months: int, starting: date | None) -> list[dict[str, Any]]:
    """A retainer: the one milestone once a month, planned for the first, to be billed in advance. Raises UsageError."""
    if len(milestones) != 1 or starting is None:
        message = "--monthly goes with one --milestone NAME=AMOUNT and --starting YYYY-MM"
        raise UsageError(message)
    days = [
        date(starting.year + (starting.month - 1 + i) // 12, (starting.month - 1 + i) % 12 + 1, 1)
        for i in range(months)
    ]
    name, amount = milestones[0]["name"], milestones[0]["amount"]
    return [{"name": f"{name} {day:%Y-%m}", "amount": amount, "planned": day, "upfront": True} for day in days]


def _proposed_plan(plan: create.Plan, proposed: Proposal, source: str, default: str | None) -> create.Plan:
    """The plan, filled from an agreement where the command line says nothing."""
    items = tuple({"name": item.name, "amount": item.amount} for item in proposed.items)
    currency = None if plan.currency is None and proposed.currency == default else proposed.currency
    return replace(
        plan,
        currency=plan.currency or currency,
        agreement=plan.agreement or source,
        signed=plan.signed or proposed.signed,
        total=proposed.total if plan.total is None else plan.total,
        milestones=plan.milestones or items,
    )


@options.command()
@click.argument("project", required=False, type=values.Path())
@click.option("--name", help="The project's name. Default: from the folder's.")
@click.option("--client", help="Who pays.")
@click.option("--currency", help="Its currency; not needed where mtrack.yaml sets one.")
@options.file_option("--agreement", "The signed agreement.")
@click.option("--signed", type=values.Day(), help="The day it was signed.")
@click.option("--total", type=values.Amount(), help="The agreed total, net.")
@click.option("--count", type=values.Whole(0), help="How many milestones the agreement lists.")
@click.option(
    "--milestone",
    "milestones",
    multiple=True,
    type=values.PlannedMilestone(),
    metavar="NAME=AMOUNT",
    help="A milestone; repeat it. 'NAME=AMOUNT upfront' is a deposit: it may be billed before approval.",
)
@click.option(
    "--monthly",
    type=values.Whole(1, 1200),
    metavar="MONTHS",
    help="A retainer: the milestone once a month for so many months, planned for the first, billed in advance.",
)
@click.option("--starting", type=values.Month(), metavar="YYYY-MM", help="The first month of --monthly.")
@click.option("--payment-terms", "terms", type=values.Whole(0, 3650), help="Days after which its invoices fall due.")
@click.option(
    "--month-end",
    type=values.Choice(["before", "after"]),
    help="Go to the end of the month before the days of --payment-terms are added, or after.",
)
@click.option("--tax-rate", type=values.Percent(), help="The rate of tax on its invoices, such as 19%.")
@click.option("--retention", type=values.Percent(), help="What the client keeps back of each invoice, such as 5%.")
@click.option(
    "--from",
    "source",
    type=values.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Milestones from a spreadsheet (.csv, .tsv, .xlsx, - for CSV on standard input), or from the agreement itself, "
    "which is copied into the project.",
)
@spreadsheet.reads
@options.takes_files
@options.writes
def new(  # noqa: PLR0913
    project: str | None,
    name: str | None,
    client: str | None,
    currency: str | None,
    agreement: str | None,
    signed: date | None,
    total: Decimal | None,
    count: int | None,
    milestones: tuple[dict[str, Any], ...],
    monthly: int | None,
    starting: date | None,
    terms: int | None,
    month_end: str | None,
    tax_rate: Decimal | None,
    retention: Decimal | None,
    source: str | None,
    said: Said,
    given: Options,
) -> int:
    """Create a project: its folder, sub-folders and milestones.yaml.

    With --from AGREEMENT the milestones, the total, the currency and the day are taken from its payment schedule where
    that adds up to a stated amount; else they are printed as a draft, and nothing is written. With --from SPREADSHEET
    invoices and payments are taken too, as by mtrack import.
    """
    target = create.place(project) if project is not None else prompts.folder()
    settings = settings_module.load(target.root)
    is_agreement = source is not None and not spreadsheet.is_spreadsheet(source)
    if source is None or is_agreement:
        spreadsheet.check_unused(said)
    elif given.move and agreement is None:
        message = (
            "--move goes with --agreement, or with --from and an agreement: a spreadsheet is not kept in the project"
        )
        raise UsageError(message)
    if currency is None and settings.currency is None and not is_agreement and prompts.can_ask():
        currency = prompts.one("--currency", functools.partial(create.check_currency, known=settings.currencies))
    proposed = papers.proposal(source, currency) if is_agreement and source is not None else None
    listed = list(milestones)
    if monthly is not None or starting is not None:
        listed = _monthly(listed, monthly or 0, starting if monthly else None)
    if not milestones and source is None and prompts.can_ask():
        listed = _ask_milestones()
    plan = create.Plan(
        name=name, client=client, currency=currency, agreement=agreement, signed=signed, total=total, count=count,
        terms=_terms(terms, month_end), tax_rate=tax_rate, retention=retention, milestones=tuple(listed),
    )  # fmt: skip
    if proposed is not None and source is not None:
        plan = _proposed_plan(plan, proposed, source, settings.currency)
        if not given.dry_run and not papers.is_ready(proposed, source):
            output.write(create.draft(target, plan))
            papers.tell_draft(proposed, source)
            return 1
    elif source is not None:
        return spreadsheet.begin(target, plan, source, said, given)
    try:
        outcome = create.new(target, plan, given)
    except transaction.AddsErrorsError as refused:
        return refuse(refused)
    report([outcome], given)
    return 0


@options.command()
@options.project_argument
@click.argument("name", required=False)
@click.argument("amount", required=False)
@click.option("--id", "id_", help="Its id. Default: the next in line.")
@click.option("--planned", type=values.Day(), help="The day it is planned to be delivered.")
@click.option("--upfront", is_flag=True, help="A deposit: it may be billed before approval.")
@click.option("--before", metavar="MILESTONE", shell_complete=complete.milestones, help="The one it comes before.")
@click.option("--after", metavar="MILESTONE", shell_complete=complete.milestones, help="The one it comes after.")
@options.writes
def add(  # noqa: PLR0913
    project: str | None,
    name: str | None,
    amount: str | None,
    id_: str | None,
    planned: date | None,
    upfront: bool,  # noqa: FBT001
    before: str | None,
    after: str | None,
    given: Options,
) -> int:
    """Add a milestone to a project: at the end, or beside another."""
    if before is not None and after is not None:
        message = "give --before or --after, not both"
        raise UsageError(message)
    target, (named, worth) = prompts.project_and_words((project, name, amount), 3)
    if named is None:
        named = prompts.one("NAME", str)
    kind = values.Amount()
    if worth is None:
        price = prompts.one("AMOUNT", lambda text: kind.convert(text, None, None))
    else:
        price = kind.convert(worth, None, None)

    def verb(context: ProjectContext, _path: str | None) -> verbs.Edit:
        place = None
        if before is not None or after is not None:
            place = find.milestone(context.project, before or after or "").index + (after is not None)
        return verbs.add(context, named, price, id_=id_, planned=planned, upfront=upfront, before=place)

    return carry_out(target, verb, given)
