"""`mtrack amend`, `close`: the agreement changes, the project ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mtrack.cli import options, prompts, values
from mtrack.cli.outcome import carry_out
from mtrack.edit import verbs

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.edit.transaction import Options


@options.command()
@options.project_argument
@click.option(
    "--amount", type=values.Amount(signed=True), help="What it adds to the agreed total; negative where it takes away."
)
@click.option("--milestones", type=values.Change(), help="How many milestones it adds; negative where it takes away.")
@options.file_option("--file", "The signed amendment.")
@click.option("--signed", type=values.Day(), help="The day it was signed.")
@click.option("--note", help="What it changes.")
@options.takes_files
@options.writes
def amend(  # noqa: PLR0913
    project: str | None,
    amount: Decimal | None,
    milestones: int | None,
    file: str | None,
    signed: date | None,
    note: str | None,
    given: Options,
) -> int:
    """Record an amendment to the agreement; mtrack add or cancel changes the milestones it is about."""
    target = prompts.project(project)
    return carry_out(
        target,
        lambda context, path: verbs.amend(
            context, amount=amount, milestones=milestones, file=path, signed=signed, note=note
        ),
        given,
        ("agreement", file),
    )


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
    target = prompts.project(project)
    return carry_out(
        target,
        lambda context, _: verbs.close(context, date=day or given.as_of, force=given.force),
        given,
    )
