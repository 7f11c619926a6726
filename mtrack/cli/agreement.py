"""`mtrack amend`, `waive`, `close`: the agreement changes, findings are accepted, the project ends."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from mtrack import workspace
from mtrack.cli import complete, options, prompts, values
from mtrack.cli.outcome import carry_out, waive_everywhere
from mtrack.edit import find, verbs
from mtrack.errors import UsageError
from mtrack.files import inside

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.edit.transaction import Options
    from mtrack.rules.context import ProjectContext


@options.command()
@options.project_argument
@click.argument("change", required=False, metavar="[AMOUNT]")
@click.option(
    "--amount", type=values.Amount(signed=True), help="What it adds to the agreed total; negative where it takes away."
)
@click.option(
    "--milestone",
    "added",
    multiple=True,
    type=values.PlannedMilestone(),
    metavar="NAME=AMOUNT",
    help="A milestone that it adds; repeat it.",
)
@click.option(
    "--set",
    "changed",
    multiple=True,
    type=values.Pair("MILESTONE=AMOUNT"),
    metavar="MILESTONE=AMOUNT",
    help="A milestone's new amount; repeat it.",
)
@click.option(
    "--milestones",
    type=values.Change(),
    help="How many milestones it adds; negative where it takes away. Default: those of --milestone.",
)
@options.file_option("--file", "The signed amendment.")
@click.option("--signed", type=values.Day(), help="The day it was signed.")
@click.option("--note", help="What it changes.")
@options.takes_files
@options.writes
def amend(  # noqa: PLR0913
    project: str | None,
    change: str | None,
    amount: Decimal | None,
    added: tuple[dict[str, Any], ...],
    changed: tuple[tuple[str, Decimal], ...],
    milestones: int | None,
    file: str | None,
    signed: date | None,
    note: str | None,
    given: Options,
) -> int:
    """Record an amendment to the agreement, with the milestones it adds and the amounts it changes.

    For example: mtrack amend acme +5000 --milestone 'Phase 4=5000'.
    """
    target, (word,) = prompts.project_and_words((project, change), 2)
    if word is not None and amount is not None:
        message = "give the amount once: as a word, or with --amount"
        raise UsageError(message)
    worth = values.Amount(signed=True).convert(word, None, None) if word is not None else amount
    return carry_out(
        target,
        lambda context, path: verbs.amend(
            context, amount=worth, milestones=milestones, added=added, file=path,
            changed=[(find.milestone(context.project, name), value) for name, value in changed], signed=signed, note=note,
        ),
        given,
        ("agreement", file),
    )  # fmt: skip


@options.command()
@click.argument("rule", required=False, shell_complete=complete.rules)
@options.project_argument
@click.option("--milestone", shell_complete=complete.milestones, help="Only findings about this milestone.")
@click.option("--number", shell_complete=complete.numbers, help="Only findings about this invoice.")
@click.option("--file", help="Only findings about this file.")
@click.option("--until", type=values.Day(), help="The last day they are accepted.")
@click.option("--reason", help="Why they are accepted; required.")
@options.writes
def waive(  # noqa: PLR0913
    rule: str | None,
    project: str | None,
    milestone: str | None,
    number: str | None,
    file: str | None,
    until: date | None,
    reason: str | None,
    given: Options,
) -> int:
    """Accept the findings of a rule, with the reason: in a project, else in the whole workspace.

    Inside a project's folder that project is meant.
    """
    target = find.project(project) if project is not None else find.here()
    name = _rule(rule if rule is not None else prompts.one("RULE", _rule, prompts.found_rules(target, given.as_of)))
    why = reason if reason is not None else prompts.one("--reason", prompts.not_empty("--reason"))
    record = {"rule": name, "milestone": milestone, "number": number, "file": file, "reason": why, "until": until}
    if target is None:
        stated = {key: value for key, value in record.items() if value is not None}
        return waive_everywhere(workspace.find_root("."), verbs.waive(None, stated), given)
    return carry_out(target, lambda context, _: _waive_in(context, record), given)


def _waive_in(context: ProjectContext, record: dict[str, Any]) -> verbs.Edit:
    """Accept findings of a project; what the waiver names is written as the record has it."""
    project = context.project
    record = {key: value for key, value in record.items() if value is not None}
    if "milestone" in record:
        record["milestone"] = find.milestone(project, record["milestone"]).id
    if "number" in record:
        record["number"] = find.invoice(project, record["number"], void=True).number
    if "file" in record:
        record["file"] = _from_project(record["file"], os.path.join(context.root, project.folder))
    return verbs.waive(project, record)


def _from_project(path: str, folder: str) -> str:
    """A file's path from the project, where it is given as it is reached from the current folder."""
    full = os.path.realpath(path)
    if os.path.lexists(path) and inside(full, os.path.realpath(folder)):
        return os.path.relpath(full, os.path.realpath(folder)).replace(os.sep, "/")
    return path


def _rule(name: str) -> str:
    """The rule of that name. Raises UsageError where there is none."""
    return options.rule_name(name.strip(), "RULE")


@options.command()
@options.project_argument
@options.date_option("The day it was closed.")
@options.writes
def close(
    project: str | None,
    day: date | None,
    given: Options,
) -> int:
    """Close a project in which nothing is open any more."""
    target = prompts.project(project, prompts.open_project)
    return carry_out(
        target,
        lambda context, _: verbs.close(context, date=day or given.as_of, force=given.force),
        given,
    )
