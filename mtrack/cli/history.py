"""`mtrack log`, `diff`, `audit`: what git remembers of the records."""

from __future__ import annotations

import os
import sys

import click

from mtrack import workspace
from mtrack.cli import complete, options, output


@options.command()
@options.project_argument
@options.milestone_argument
@click.option(
    "--invoice", metavar="NUMBER", shell_complete=complete.numbers, help="Only what happened to this invoice."
)
@click.option("--since", metavar="DATE|REV", help="Only from this day on, or after this revision.")
@click.option("--until", metavar="DATE|REV", help="Only up to this day, or up to this revision.")
@click.option("--author", metavar="TEXT", help="Only commits whose author's name or address holds this.")
@options.format_option("text", "json", "md", "csv")
@click.option("--no-pager", is_flag=True, help="Print all at once, on a terminal too.")
def log(  # noqa: PLR0913
    project: str | None,
    milestone: str | None,
    invoice: str | None,
    since: str | None,
    until: str | None,
    author: str | None,
    format_: str,
    no_pager: bool,  # noqa: FBT001
) -> None:
    """Tell who changed what in the records, and when.

    Each commit with its events by project, the newest first: milestones listed, approved, billed, paid; amounts
    changed; files attached. Read from git; nothing is written.
    """
    from mtrack.history.log import Wanted  # noqa: PLC0415
    from mtrack.history.log import log as log_of  # noqa: PLC0415
    from mtrack.render import log as render  # noqa: PLC0415

    root, folder = _place(project)
    view = log_of(root, Wanted(folder, milestone, invoice, since, until, author))
    if format_ != "text":
        output.write(render.FORMATS[format_](view))
        return
    text = render.text(view, colour=output.use_colour())
    if no_pager or not sys.stdout.isatty():
        output.write(text)
    else:
        click.echo_via_pager(text, color=output.use_colour())


def _place(project: str | None) -> tuple[str, str | None]:
    """The workspace's root, and the project that is meant: named, or the one that the current folder is in."""
    start = project if project is not None and os.path.lexists(project) else "."
    root = workspace.find_root(start)
    if project is not None and start == ".":
        return root, project
    here = os.path.realpath(start)
    top = os.path.realpath(root)
    while here != top and not os.path.lexists(os.path.join(here, workspace.RECORDS)):
        here = os.path.dirname(here)
    if not os.path.lexists(os.path.join(here, workspace.RECORDS)):
        return root, project
    return root, os.path.relpath(here, top).replace(os.sep, "/")
