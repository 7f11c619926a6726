"""`mtrack report`: the workspace as a site, as one file, or as a Markdown summary."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import click

from mtrack import git
from mtrack.cli import options, output, values
from mtrack.cli.opened import Opened, comparing, open_paths
from mtrack.errors import CannotRunError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from mtrack.site.pages import Additions


@options.command()
@options.path_argument
@options.format_option("html", "md")
@click.option(
    "-o",
    "--output",
    "output_",
    type=values.Path(readable=False),
    metavar="DIR",
    default="mtrack-report",
    show_default=True,
    help="The site's folder.",
)
@click.option(
    "--single-file",
    "single",
    type=values.Path(readable=False),
    metavar="FILE",
    help="Write one HTML file instead of a folder.",
)
@click.option("--open", "page", metavar="PAGE", help="Open a page of it: index, invoices, findings, or a project.")
@click.option("--period", type=values.Month(), help="The month of the statements. Default: that of each last invoice.")
@click.option("--since", metavar="WHEN", help="Show what changed since a day or a revision; needs git.")
@click.option(
    "--with-files", "copies", is_flag=True, help="Copy the evidence beside the pages, to mail the folder whole."
)
@options.templates_option
@click.option("--force", is_flag=True, help="Replace what has the name of a page and is not known as mtrack's.")
@options.client_option
@options.revision_options
@options.cache_options
@options.as_of_option
def report(  # noqa: PLR0913
    path: str,
    format_: str,
    output_: str,
    single: str | None,
    page: str | None,
    period: date | None,
    since: str | None,
    copies: bool,  # noqa: FBT001
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
    _refuse_what_would_be_ignored(format_, single)
    opened = open_paths((path,), as_of, client)
    what = opened.workspace, opened.selection, opened.root
    if format_ == "md":
        from mtrack.check.pipeline import check  # noqa: PLC0415
        from mtrack.render.summary import markdown  # noqa: PLC0415
        from mtrack.views.overview import overview  # noqa: PLC0415
        from mtrack.views.summary import ProjectSummary, project_summary  # noqa: PLC0415

        summarize = partial(project_summary, register=False)
        checked = check(*what, summarize=summarize, kind=ProjectSummary)
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
        with output.progress("pages") as advance:
            written = Written(cache.folder(), output_ if single is None else single, single=single is not None)
            with additions(opened, output.warn, period=period, since=since, copies=copies) as added:
                given = build.Options(
                    advance=advance,
                    say=output.warn,
                    written=written,
                    force=force,
                    templates=templates,
                    additions=added,
                    compiled=options.kept("templates"),
                )
                if single is not None:
                    view = build.write_file(*what, single, given)
                else:
                    view = build.write_folder(*what, output_, given)
        output.show(single if single is not None else os.path.join(output_, "index.html"))
        if page is not None:
            _open_page(page, output_, single, opened)
    return 1 if opened.warn_of_left_out() else 0


@contextmanager
def additions(
    opened: Opened,
    say: Callable[[str], None],
    *,
    since: str | None,
    period: date | None = None,
    copies: bool = False,
) -> Iterator[Additions]:
    """The pages' additions to the records: verdicts on papers where the settings ask for them, and git's history.

    `say` is called where git can't read it.
    """
    from mtrack.history import log, recent  # noqa: PLC0415
    from mtrack.site.history_rows import MOST_EVENTS, Since  # noqa: PLC0415
    from mtrack.site.pages import Additions  # noqa: PLC0415

    workspace = opened.workspace
    root, revision, exclude = workspace.origin, workspace.commit or "HEAD", workspace.settings.exclude
    told = None
    if since is not None:
        told = Since(since, log.log(root, log.Wanted(since=since, until=workspace.commit), exclude))
    history = {}
    if git.locate(root) is not None:  # outside a repository a page has all but its history
        try:
            history = recent.recent(root, MOST_EVENTS, revision, exclude, workspace.walk.projects)
        except CannotRunError as error:
            say(f"{error}; the pages have no history")
    with comparing(opened, always=False):
        compare, workspace.compare = workspace.compare, None  # rules that read papers are those of lint and verify
        yield Additions(period=period, verdicts=compare, history=history, since=told, copies=copies)


def _open_page(page: str, folder: str, single: str | None, opened: Opened) -> None:
    """Open a page of the report in the browser, by its name or by a project's. Raises UsageError where there is none."""
    from pathlib import Path  # noqa: PLC0415

    from mtrack.site.links import page_of  # noqa: PLC0415

    name, sign, rest = page.partition("#")
    name = name.removesuffix(".html")
    target = f"{name}.html"
    if not os.path.isfile(os.path.join(folder, target)) or single is not None:
        found = [one for one in opened.workspace.walk.projects if f"/{one}".endswith(f"/{name.strip('/')}")]
        if len(found) != 1:
            message = (
                f"the report has no page '{page}'; name one of index, clients, invoices, findings, tasks, or a project"
            )
            raise UsageError(message)
        target = page_of(found[0])
    if single is not None:
        place = "p-" + target.removesuffix(".html").replace("/", "-")
        url = f"{Path(single).resolve().as_uri()}#{place}{'&' + rest if sign else ''}"
    else:
        url = f"{Path(folder, target).resolve().as_uri()}{sign}{rest}"
    click.launch(url)


def _refuse_what_would_be_ignored(format_: str, single: str | None) -> None:
    """Raise UsageError where an option of `report` would have no effect."""
    message = None
    of_pages = {
        "templates": "--templates",
        "page": "--open",
        "period": "--period",
        "since": "--since",
        "copies": "--with-files",
    }
    ignored = [name for key, name in of_pages.items() if options.given(key)]
    if format_ == "md" and (options.given("output_") or single is not None):
        message = "--format md prints the summary on standard output; leave out -o and --single-file, or send it to a file: > summary.md"
    elif single is not None and options.given("output_"):
        message = "-o writes a folder, --single-file one file; give one of them"
    elif format_ == "md" and options.given("force"):
        message = "--force replaces files; leave out --format md"
    elif format_ == "md" and ignored:
        message = f"{ignored[0]} is about HTML pages; leave out --format md"
    elif single is not None and options.given("copies"):
        message = "--with-files copies into a folder; leave out --single-file"
    if message is not None:
        raise UsageError(message)
