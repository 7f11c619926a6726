"""`mtrack gaps`, `status`, `aging`, `forecast`, `report`: what a workspace shows."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from mtrack.cli import common

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
    view = view_of(opened.workspace, opened.selection)
    common.write(FORMATS[format_](view, common.width(), common.use_colour()))
    common.tell_skipped(opened.skipped)
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
    return 1 if common.tell_skipped(opened.skipped) else 0


@click.command(short_help="Outstanding invoices by age.")
@common.paths_argument
@common.format_option("text", "json", "csv", "md")
@common.as_of_option
def aging(paths: tuple[str, ...], format_: str, as_of: date) -> int:
    """Show what is outstanding by age: not due, 1-30, 31-60, 61-90, over 90 days past due, disputed.

    Amounts are as invoiced, with tax. The exit code is 1 where a project had to be left out because its records
    are broken.
    """
    from mtrack.render.aging import FORMATS  # noqa: PLC0415
    from mtrack.views.cash import aging as view_of  # noqa: PLC0415

    opened = common.open_paths(paths, as_of)
    view = view_of(opened.workspace, opened.selection)
    common.write(FORMATS[format_](view, common.width(), common.use_colour()))
    return 1 if common.tell_skipped(opened.skipped) else 0


@click.command(short_help="Cash expected by month.")
@common.paths_argument
@common.format_option("text", "json", "csv", "md")
@common.as_of_option
def forecast(paths: tuple[str, ...], format_: str, as_of: date) -> int:
    """Show the cash that can be expected by month: invoiced and due, approved and unbilled, planned.

    Nothing is counted twice. What is overdue is expected now; disputed invoices and milestones on hold without an
    end stand under no month. The exit code is 1 where a project had to be left out because its records are broken.
    """
    from mtrack.render.forecast import FORMATS  # noqa: PLC0415
    from mtrack.views.cash import forecast as view_of  # noqa: PLC0415

    opened = common.open_paths(paths, as_of)
    view = view_of(opened.workspace, opened.selection)
    common.write(FORMATS[format_](view, common.width(), common.use_colour()))
    return 1 if common.tell_skipped(opened.skipped) else 0


@click.command(short_help="A report for others to read.")
@click.argument("path", default=".", metavar="[PATH]", type=click.Path(exists=True, readable=False))
@common.format_option("html", "md")
@click.option(
    "-o", "--output", "output", metavar="DIR", default="mtrack-report", show_default=True, help="The site's folder."
)
@click.option("--single-file", "single", metavar="FILE", help="Write one HTML file instead of a folder.")
@common.as_of_option
def report(path: str, format_: str, output: str, single: str | None, as_of: date) -> int:
    """Write a report of the workspace for others to read.

    A static HTML site: it opens from a file, needs no server and no network, and mails as a folder. Only pages that
    changed are written; a folder that mtrack did not make is left alone. --format md prints one Markdown summary.
    The exit code is 1 where a project had to be left out because its records are broken.
    """
    opened = common.open_paths((path,), as_of)
    what = opened.workspace, opened.selection, opened.root
    if format_ == "md":
        from mtrack.check.pipeline import check  # noqa: PLC0415
        from mtrack.render.summary import markdown  # noqa: PLC0415
        from mtrack.views.overview import overview  # noqa: PLC0415
        from mtrack.views.summary import project_summary  # noqa: PLC0415

        checked = check(*what, summarize=project_summary)
        view = overview(opened.workspace.settings, checked.report, checked.summaries)
        common.write(markdown(view))
    else:
        from mtrack.site import build  # noqa: PLC0415

        with common.progress("pages") as tell:
            if single is not None:
                view = build.write_file(*what, single, tell)
            else:
                view = build.write_folder(*what, output, tell)
        common.write(single if single is not None else os.path.join(output, "index.html"))
    return 1 if common.tell_skipped(view.report.skipped) else 0
