"""`mtrack gaps`, `mtrack status`, `mtrack report`: what a workspace shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mtrack.cli import common
from mtrack.lint import lint

if TYPE_CHECKING:
    from datetime import date


@click.command(short_help="What is owed and what is doubled.")
@common.paths_argument
@common.format_option("text", "json", "md")
@common.fail_on_option
@common.as_of_option
def gaps(paths: tuple[str, ...], format_: str, fail_on: str, as_of: date) -> int:
    """Show what is owed and what is doubled.

    Gaps are work not billed and money not collected, overlaps work billed twice or too much: by project, each
    with since when and how much, and sums per currency. Accepted ones (waivers) are left out and counted. The
    exit code is 1 where one is at or above --fail-on.
    """
    from mtrack.render.gaps import FORMATS  # noqa: PLC0415
    from mtrack.views.gaps import gaps as view_of  # noqa: PLC0415

    opened = common.open_paths(paths, as_of)
    view = view_of(opened.workspace, lint(opened.workspace, opened.selection, opened.root))
    common.write(FORMATS[format_](view, common.width(), common.use_colour()))
    common.tell_skipped(opened)
    return 1 if view.fails(common.severity(fail_on)) else 0


@click.command(short_help="Every milestone's record.")
@common.paths_argument
@common.format_option("text", "json", "csv", "md")
@common.as_of_option
def status(paths: tuple[str, ...], format_: str, as_of: date) -> int:
    """Show every milestone's record.

    A table per project, and progress of delivery beside progress of billing. The exit code is 1 where a project
    had to be left out because its records are broken.
    """
    from mtrack.render.status import FORMATS  # noqa: PLC0415
    from mtrack.views.status import status as view_of  # noqa: PLC0415

    opened = common.open_paths(paths, as_of)
    view = view_of(opened.workspace, opened.selection)
    common.write(FORMATS[format_](view, common.width(), common.use_colour()))
    return 1 if common.tell_skipped(opened) else 0


@click.command(short_help="A report for others to read.")
@click.argument("path", default=".", metavar="[PATH]", type=click.Path(exists=True))
@common.format_option("md")
@common.as_of_option
def report(path: str, format_: str, as_of: date) -> int:  # noqa: ARG001
    """Write a report of the workspace for others to read.

    --format md prints one Markdown summary.
    """
    from mtrack.render.summary import markdown  # noqa: PLC0415
    from mtrack.views.overview import overview  # noqa: PLC0415

    opened = common.open_paths((path,), as_of)
    view = overview(opened.workspace, lint(opened.workspace, opened.selection, opened.root), opened.selection)
    common.write(markdown(view))
    return 1 if common.tell_skipped(opened) else 0
