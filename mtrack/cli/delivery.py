"""`mtrack deliver`, `approve`, `hold`, `cancel`: the life of a milestone but for its invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mtrack.cli import options, papers, prompts, values
from mtrack.cli.outcome import carry_out
from mtrack.edit import find, verbs
from mtrack.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from mtrack.edit.transaction import Options
    from mtrack.edit.verbs import Edit
    from mtrack.record.model import Milestone
    from mtrack.rules.context import ProjectContext


@options.command()
@options.project_argument
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
    target = prompts.project(project)
    id_ = prompts.milestone(target, given.as_of, milestone)
    return carry_out(
        target,
        lambda context, _: verbs.deliver(
            context, find.milestone(context.project, id_), date=day or given.as_of, note=note, force=given.force
        ),
        given,
    )


@options.command()
@options.project_argument
@options.milestone_argument
@options.date_option("The day of the approval.")
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
    """Record that the client approved a milestone's work; of an e-mail as --signoff, its day and sender count."""
    target = prompts.project(project)
    id_ = prompts.milestone(target, given.as_of, milestone)
    mail = signoff if signoff is not None and signoff.lower().endswith(".eml") else None
    said = papers.facts(mail if day is None or by is None else None)
    return carry_out(
        target,
        lambda context, path: verbs.approve(
            context,
            find.milestone(context.project, id_),
            date=day or said.day or given.as_of,
            by=by or said.sender or None,
            signoff=path,
            force=given.force,
        ),
        given,
        ("signoffs", signoff),
    )


@options.command()
@options.project_argument
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
    target = prompts.project(project)
    id_ = prompts.milestone(target, given.as_of, milestone)

    def verb(context: ProjectContext, _path: str | None) -> Edit:
        item: Milestone = find.milestone(context.project, id_)
        return verbs.release(context, item) if release else verbs.hold(context, item, until=until, reason=reason)

    return carry_out(target, verb, given)


@options.command()
@options.project_argument
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
    target = prompts.project(project)
    id_ = prompts.milestone(target, given.as_of, milestone)
    return carry_out(
        target,
        lambda context, _: verbs.cancel(
            context, find.milestone(context.project, id_), date=day or given.as_of, reason=reason
        ),
        given,
    )
