"""`mtrack set`, `deliver`, `approve`, `hold`, `cancel`: the life of a milestone but for its invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mtrack.cli import options, output, papers, prompts, values
from mtrack.cli.outcome import carry_out
from mtrack.edit import find, verbs
from mtrack.errors import UsageError

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from mtrack.edit.transaction import Options
    from mtrack.edit.verbs import Edit
    from mtrack.record.model import Milestone
    from mtrack.rules.context import ProjectContext


@options.command("set")
@options.project_before_milestone
@options.milestone_argument
@click.option("--name", help="What it is called now.")
@click.option("--amount", type=values.Amount(), help="What is agreed for it now, net.")
@click.option("--planned", type=values.Day(), help="The day it is planned for now.")
@click.option("--upfront/--no-upfront", default=None, help="Whether it is a deposit: billed before approval.")
@click.option("--note", help="Anything worth remembering.")
@options.writes
def set(  # noqa: A001, PLR0913
    project: str | None,
    milestone: str | None,
    name: str | None,
    amount: Decimal | None,
    planned: date | None,
    upfront: bool | None,  # noqa: FBT001
    note: str | None,
    given: Options,
) -> int:
    """Change what was agreed or planned for a milestone, and say what it was before.

    An amount that breaks the agreed total is refused: mtrack amend PROJECT --set MILESTONE=AMOUNT changes both.
    """
    target, (wanted,) = prompts.project_and_words((project, milestone), 2)
    id_ = prompts.milestone(target, given.as_of, wanted)
    return carry_out(
        target,
        lambda context, _: verbs.set_terms(
            context, find.milestone(context.project, id_), name=name, amount=amount, planned=planned, upfront=upfront,
            note=note,
        ),
        given,
    )  # fmt: skip


@options.command()
@options.project_before_milestone
@options.milestone_argument
@options.date_option("The day the work was handed over.")
@click.option("--note", help="What was handed over.")
@options.writes
def deliver(
    project: str | None,
    milestone: str | None,
    day: date | None,
    note: str | None,
    given: Options,
) -> int:
    """Record the day a milestone's work was handed over."""
    target, (wanted,) = prompts.project_and_words((project, milestone), 2)
    id_ = prompts.milestone(target, given.as_of, wanted, can=prompts.to_deliver)
    return carry_out(
        target,
        lambda context, _: verbs.deliver(
            context, find.milestone(context.project, id_), date=day or given.as_of, note=note, force=given.force
        ),
        given,
    )


@options.command()
@options.project_before_milestone
@options.milestone_argument
@options.date_option("The day of the approval.", default="the e-mail's, else the day of --as-of")
@click.option("--by", help="Who approved it on the client's side.")
@options.file_option("--signoff", "The approval e-mail or acceptance note.")
@options.takes_files
@options.writes
def approve(  # noqa: PLR0913
    project: str | None,
    milestone: str | None,
    day: date | None,
    by: str | None,
    signoff: str | None,
    given: Options,
) -> int:
    """Record that the client approved a milestone's work.

    Of an e-mail as --signoff the day and the sender are recorded, where --date and --by do not say others.
    """
    target, (wanted,) = prompts.project_and_words((project, milestone), 2)
    id_ = prompts.milestone(target, given.as_of, wanted, can=prompts.to_approve)
    mail = signoff if signoff is not None and signoff.lower().endswith(".eml") else None
    said = papers.facts(mail if day is None or by is None else None)

    def verb(context: ProjectContext, path: str | None) -> Edit:
        item = find.milestone(context.project, id_)
        known = item.approved if by or path else None  # what is added to an approval leaves its day alone
        if mail is not None and (day or known or said.day) is None:
            output.warn(
                f"{mail} has no day that can be read; {item.id} is approved on {given.as_of}, give --date for another day"
            )
        if said.forwards and said.day is not None and said.sender:
            output.warn(
                f"{mail} forwards another e-mail; its own day and sender are recorded, {said.day} and '{said.sender}': "
                "give --date and --by for those of who approved"
            )
        return verbs.approve(
            context, item, date=day or known or said.day or given.as_of, by=by or said.sender or None, signoff=path,
            force=given.force,
        )  # fmt: skip

    return carry_out(target, verb, given, ("signoffs", signoff))


@options.command()
@options.project_before_milestone
@options.milestone_argument
@click.option("--until", type=values.Day(), help="The last day of the hold.")
@options.reason_option
@click.option("--release", is_flag=True, help="End the hold.")
@options.writes
def hold(  # noqa: PLR0913
    project: str | None,
    milestone: str | None,
    until: date | None,
    reason: str | None,
    release: bool,  # noqa: FBT001
    given: Options,
) -> int:
    """Put a milestone on hold, so that no gap is reported for it; or release it."""
    if release and (until or reason):
        message = "--release goes alone"
        raise UsageError(message)
    target, (wanted,) = prompts.project_and_words((project, milestone), 2)
    id_ = prompts.milestone(target, given.as_of, wanted, can=prompts.held if release else prompts.to_hold)

    why = None if release else prompts.reason(reason)

    def verb(context: ProjectContext, _path: str | None) -> Edit:
        item: Milestone = find.milestone(context.project, id_)
        return verbs.release(context, item) if release else verbs.hold(context, item, until=until, reason=why)

    return carry_out(target, verb, given)


@options.command()
@options.project_before_milestone
@options.milestone_argument
@options.date_option("The day it was cancelled.")
@options.reason_option
@options.writes
def cancel(
    project: str | None,
    milestone: str | None,
    day: date | None,
    reason: str | None,
    given: Options,
) -> int:
    """Record that a milestone will not be delivered; mtrack amend records the change to the agreement."""
    target, (wanted,) = prompts.project_and_words((project, milestone), 2)
    id_ = prompts.milestone(target, given.as_of, wanted)
    why = prompts.reason(reason)
    return carry_out(
        target,
        lambda context, _: verbs.cancel(
            context, find.milestone(context.project, id_), date=day or given.as_of, reason=why
        ),
        given,
    )
