"""`mtrack init`, `new`, `add`: a workspace, a project, a milestone."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from mtrack.cli import options, output, papers, prompts, spreadsheet, values
from mtrack.cli.outcome import carry_out, refuse, tell
from mtrack.edit import create, transaction, verbs
from mtrack.record import settings as settings_module

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.edit.transaction import Options
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


def _ask_milestones() -> list[dict[str, Any]]:
    """The records of milestones, until an empty answer."""
    pair = values.Pair("NAME=AMOUNT")
    listed: list[dict[str, Any]] = []
    while True:
        question = "--milestone NAME=AMOUNT" + (" (empty: no more)" if listed else "")
        answer = prompts.one(
            question, lambda text: pair.convert(text, None, None) if text else None, default="" if listed else None
        )
        if answer is None:
            return listed
        name, amount = answer
        listed.append({"name": name, "amount": amount})


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
    type=values.Pair("NAME=AMOUNT"),
    metavar="NAME=AMOUNT",
    help="A milestone; repeat it.",
)
@click.option(
    "--from",
    "source",
    type=values.Path(exists=True, dir_okay=False),
    metavar="FILE",
    help="Milestones from a CSV (name, amount, planned), or from the agreement itself, which is copied into the project.",
)
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
    milestones: tuple[tuple[str, Decimal], ...],
    source: str | None,
    given: Options,
) -> int:
    """Create a project: its folder, sub-folders and milestones.yaml.

    With --from AGREEMENT the milestones, the total, the currency and the day are taken from its payment schedule where
    that adds up to a stated amount; else they are printed as a draft, and nothing is written.
    """
    target = create.place(project) if project is not None else prompts.one("PROJECT", create.place)
    settings = settings_module.load(target.root)
    is_agreement = source is not None and not papers.is_spreadsheet(source)
    if currency is None and settings.currency is None and not is_agreement and prompts.can_ask():
        currency = prompts.one("--currency", functools.partial(create.check_currency, known=settings.currencies))
    proposed = papers.proposal(source) if is_agreement and source is not None else None
    table = spreadsheet.milestones(source) if source is not None and proposed is None else ()
    listed = [*table, *({"name": name, "amount": amount} for name, amount in milestones)]
    if not milestones and source is None and prompts.can_ask():
        listed = _ask_milestones()
    plan = create.Plan(
        name=name, client=client, currency=currency, agreement=agreement, signed=signed, total=total, count=count,
        milestones=tuple(listed),
    )  # fmt: skip
    if proposed is not None and source is not None:
        plan = _proposed_plan(plan, proposed, source, settings.currency)
        if not given.dry_run and not papers.is_ready(proposed, source):
            output.write(create.draft(target, plan))
            papers.tell_draft(proposed, source)
            return 1
    try:
        outcome = create.new(target, plan, given)
    except transaction.AddsErrorsError as refused:
        return refuse(refused)
    tell(outcome, given)
    return 0


@options.command()
@options.project_argument
@click.argument("name", required=False)
@click.argument("amount", required=False, type=values.Amount())
@click.option("--id", "id_", help="Its id. Default: the next in line.")
@click.option("--planned", type=values.Day(), help="The day it is planned to be delivered.")
@click.option("--upfront", is_flag=True, help="A deposit: it may be billed before approval.")
@options.writes
def add(  # noqa: PLR0913
    project: str | None,
    name: str | None,
    amount: Decimal | None,
    id_: str | None,
    planned: date | None,
    upfront: bool,  # noqa: FBT001
    given: Options,
) -> int:
    """Add one more milestone to a project."""
    target = prompts.project(project)
    named = name if name is not None else prompts.one("NAME", str)
    worth = (
        amount if amount is not None else prompts.one("AMOUNT", lambda text: values.Amount().convert(text, None, None))
    )
    return carry_out(
        target,
        lambda context, _: verbs.add(context, named, worth, id_=id_, planned=planned, upfront=upfront),
        given,
    )
