"""`mtrack next`: what to do, the most urgent first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mtrack.cli import options, output
from mtrack.cli.opened import open_paths
from mtrack.views.tasks import SOON

if TYPE_CHECKING:
    from datetime import date


@options.command("next")
@options.paths_argument
@click.option(
    "--days", type=click.IntRange(0, 3650), default=SOON, show_default=True, help="How far ahead soon reaches."
)
@click.option("--all", "everything", is_flag=True, help="Show all of it, not the first three of each currency.")
@options.client_option
@options.format_option("text", "json", "md")
@options.revision_options
@options.cache_options
@options.as_of_option
def next(  # noqa: A001, PLR0913
    paths: tuple[str, ...],
    days: int,
    everything: bool,  # noqa: FBT001
    client: str | None,
    format_: str,
    as_of: date,
) -> int:
    """Show what to do, the most urgent first.

    One line per milestone or invoice: what to correct, chase, bill, get approved or deliver, what comes soon (it falls
    due, is planned, or a hold or waiver ends), and which records to tidy. The exit code is 1 where a project is left out, else 0.
    """
    from mtrack.render import next as render  # noqa: PLC0415
    from mtrack.views.tasks import tasks  # noqa: PLC0415

    opened = open_paths(paths, as_of, client)
    view = tasks(opened.workspace, opened.selection, days)
    if format_ == "text":
        text = render.text(
            view, output.width(), colour=output.use_colour(), everything=everything, height=output.height()
        )
        output.write(text)
    else:
        output.write(render.FORMATS[format_](view))
    return int(opened.warn_of_left_out())
