"""`mtrack gaps`, `status`, `aging`, `forecast`, `report`: what a workspace shows."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from mtrack.cli import options, output
from mtrack.cli.opened import Opened, open_paths
from mtrack.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date


def _view_command(*formats: str, fails: bool = False) -> Callable[[Callable[[Opened], Any]], click.Command]:
    """A command that shows a view, given the function that makes it; `render` has a module of the command's name.

    One that `fails` takes --fail-on; the exit code of the others says whether a project was left out.
    """

    def decorate(view_of: Callable[[Opened], Any]) -> click.Command:
        name = view_of.__name__

        def run(
            paths: tuple[str, ...], format_: str, as_of: date, client: str | None, fail_on: str | None = None
        ) -> int:
            opened = open_paths(paths, as_of, client)
            view = view_of(opened)
            render = import_module(f"mtrack.render.{name}")
            if format_ == "text":
                output.write(render.text(view, output.width(), colour=output.use_colour()))
                if fails:
                    output.tell_first(view.findings)
            else:
                output.write(render.FORMATS[format_](view))
            left_out = output.tell_skipped(opened.skipped)
            return int(left_out if fail_on is None else view.fails(options.severity(fail_on)))

        run.__doc__ = view_of.__doc__
        decorators = [options.cache_options, options.at_option, options.as_of_option, *([options.fail_on_option] if fails else []),
                      options.client_option, options.format_option(*formats), options.paths_argument]  # fmt: skip
        for add in decorators:
            run = add(run)
        return options.command(name)(run)

    return decorate


@_view_command("text", "json", "csv", "md", fails=True)
def gaps(opened: Opened) -> Any:
    """Show what is owed and what is doubled.

    Gaps are work not billed and money not collected, overlaps work billed twice or too much: by project, each
    with since when and how much, and sums per currency: net of what is not billed, gross of what is not collected.
    What is on hold and what is accepted (waivers) stands below, with its sums. The exit code is 1 where a gap or
    overlap is at or above --fail-on.
    """
    from mtrack.views.gaps import gaps as view_of  # noqa: PLC0415

    return view_of(opened.workspace, opened.selection)


@_view_command("text", "json", "csv", "md")
def status(opened: Opened) -> Any:
    """Show every milestone's record.

    A table per project, and progress of delivery beside progress of billing. The exit code is 1 where a project
    had to be left out because its records are broken.
    """
    from mtrack.views.status import status as view_of  # noqa: PLC0415

    return view_of(opened.workspace, opened.selection)


@_view_command("text", "json", "csv", "md")
def aging(opened: Opened) -> Any:
    """Show what is outstanding by age: not due, 1-30, 31-60, 61-90, over 90 days past due, disputed.

    Amounts are as invoiced, with tax. The exit code is 1 where a project had to be left out because its records
    are broken.
    """
    from mtrack.views.cash import aging as view_of  # noqa: PLC0415

    return view_of(opened.workspace, opened.selection)


@_view_command("text", "json", "csv", "md")
def forecast(opened: Opened) -> Any:
    """Show the cash that can be expected by month: invoiced and due, approved and unbilled, planned.

    Nothing is counted twice. What is overdue is expected now; disputed invoices and milestones on hold without an
    end stand under no month. The exit code is 1 where a project had to be left out because its records are broken.
    """
    from mtrack.views.cash import forecast as view_of  # noqa: PLC0415

    return view_of(opened.workspace, opened.selection)


@options.command()
@options.path_argument
@options.format_option("html", "md")
@click.option(
    "-o", "--output", "output_", metavar="DIR", default="mtrack-report", show_default=True, help="The site's folder."
)
@click.option("--single-file", "single", metavar="FILE", help="Write one HTML file instead of a folder.")
@options.templates_option
@click.option("--force", is_flag=True, help="Replace what has the name of a page and is not known as mtrack's.")
@options.client_option
@options.at_option
@options.cache_options
@options.as_of_option
def report(  # noqa: PLR0913
    path: str,
    format_: str,
    output_: str,
    single: str | None,
    templates: bool,  # noqa: FBT001
    force: bool,  # noqa: FBT001
    client: str | None,
    as_of: date,
) -> int:
    """Write a report of the workspace for others to read.

    A static HTML site: it opens from a file, needs no server and no network, and mails as a folder. Only pages that
    changed are written; a folder that this mtrack did not make is left alone, and no link is followed. --format md
    prints one Markdown summary. The exit code is 1 where a project had to be left out because its records are broken.
    """
    _refuse_what_would_be_ignored(format_, single, force=force, templates=templates)
    opened = open_paths((path,), as_of, client)
    what = opened.workspace, opened.selection, opened.root
    if format_ == "md":
        from mtrack.check.pipeline import check  # noqa: PLC0415
        from mtrack.render.summary import markdown  # noqa: PLC0415
        from mtrack.views.overview import overview  # noqa: PLC0415
        from mtrack.views.summary import ProjectSummary, project_summary  # noqa: PLC0415

        checked = check(*what, summarize=project_summary, kind=ProjectSummary)
        view = overview(opened.workspace.settings, checked.report_of_figures, checked.summaries)
        output.write(markdown(view))
    else:
        from mtrack.memo import cache  # noqa: PLC0415
        from mtrack.site import build  # noqa: PLC0415
        from mtrack.site.written import Written  # noqa: PLC0415

        if single is not None:
            output.refuse_file(single, "--single-file", force=force)
        else:
            output.refuse_records(output_, "-o")
        opened.workspace.advance = lambda _done, _of: None  # the pages are counted
        with output.progress("pages") as advance:
            reuse = options.uses_cache()
            written = None if single is not None else Written(cache.folder(), output_, reuse=reuse)
            given = build.Options(advance=advance, say=output.tell, written=written, force=force, templates=templates)
            if single is not None:
                view = build.write_file(*what, single, given)
            else:
                view = build.write_folder(*what, output_, given)
        output.show(single if single is not None else os.path.join(output_, "index.html"))
    return 1 if output.tell_skipped(view.report.skipped) else 0


def _refuse_what_would_be_ignored(format_: str, single: str | None, *, force: bool, templates: bool) -> None:
    """Raise UsageError where an option of `report` would have no effect."""
    message = None
    if format_ == "md" and (options.given("output_") or single is not None):
        message = "--format md prints the summary on standard output; leave out -o and --single-file, or send it to a file: > summary.md"
    elif single is not None and options.given("output_"):
        message = "-o writes a folder, --single-file one file; give one of them"
    elif format_ == "md" and force:
        message = "--force replaces files; leave out --format md"
    elif format_ == "md" and templates:
        message = "--templates draws HTML pages; leave out --format md"
    if message is not None:
        raise UsageError(message)
