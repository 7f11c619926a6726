"""`mtrack log`, `diff`, `audit`: the history of the records in git."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from mtrack import git, workspace
from mtrack.check.report import Selection
from mtrack.cli import complete, options, output
from mtrack.cli.opened import open_paths, watch_from
from mtrack.errors import CannotRunError, UsageError
from mtrack.render import findings
from mtrack.words import listed

if TYPE_CHECKING:
    from datetime import date


@options.command()
@options.project_argument
@options.milestone_argument
@click.option(
    "--invoice", metavar="NUMBER", shell_complete=complete.numbers, help="Only what happened to this invoice."
)
@click.option("--since", metavar="DATE|REV", help="Only from this day on, or after this revision.")
@click.option("--until", metavar="DATE|REV", help="Only up to this day, or up to this revision.")
@click.option("--author", metavar="TEXT", help="Only commits whose author's name or address holds this.")
@options.settings_from_option
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
    """Show who changed what in the records, and when.

    Each commit with its events by project, the newest first: milestones listed, approved, billed, paid; amounts
    changed; files attached. Read from git; nothing is written. Of the settings only `exclude` decides what is shown.
    """
    from mtrack.history.log import Wanted  # noqa: PLC0415
    from mtrack.history.log import log as log_of  # noqa: PLC0415
    from mtrack.render import log as render  # noqa: PLC0415

    settings_from = options.settings_from()
    root, folder = _place(project, settings_from)
    pages = format_ == "text" and not no_pager and sys.stdout.isatty()
    exclude = None
    if settings_from is not None:
        from mtrack.history.past import settings_of  # noqa: PLC0415

        exclude = settings_of(root, settings_from).exclude
    elif milestone is None and not pages:
        _watch_head(root, project)
    view = log_of(root, Wanted(folder, _id(root, folder, milestone), invoice, since, until, author), exclude)
    if format_ != "text":
        output.write(render.FORMATS[format_](view))
        return
    text = render.text(view, colour=output.use_colour())
    if pages:
        click.echo_via_pager(text, color=output.use_colour())
    else:
        output.write(text)


def _watch_head(root: str, project: str | None) -> None:
    """Note what a log of all that led to the commit checked out rests on, so that it can be printed again."""
    watch = watch_from(root, (project or ".",))
    if watch is not None:
        paths = git.head_rests_on(root)
        for path in paths or ():
            watch.look(path)
        if paths is None:
            watch.give_up()


def _id(root: str, folder: str | None, milestone: str | None) -> str | None:
    """The id of the milestone that `milestone` names today; else `milestone` itself, since its record may have been removed."""
    if folder is None or milestone is None:
        return milestone
    from mtrack.edit import find  # noqa: PLC0415

    try:
        return find.milestone(find.opened(root, find.project(folder, root).folder), milestone).id
    except (UsageError, CannotRunError):
        return milestone


def _place(project: str | None, settings_from: str | None) -> tuple[str, str | None]:
    """The workspace's root, as --settings-from had it, and the project: the named one, or the one that the current folder is in."""
    start = project if project is not None and os.path.lexists(project) else "."
    root = None
    if settings_from is not None:
        from mtrack.history.roots import root_then  # noqa: PLC0415

        root = root_then(start, settings_from, "--settings-from")
    if root is None:
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


@options.command()
@click.argument("revisions", nargs=-1, metavar="[REV [REV]]")
@options.format_option("text", "md", "json")
@options.fail_on_option
@options.settings_from_option
@options.as_of_option
def diff(revisions: tuple[str, ...], format_: str, fail_on: str, as_of: date) -> int:
    """Show what a change does to the money.

    Without REV the working tree against the last commit, with one against that revision, with two one against the
    other; A...B is from their merge base to B. By project what is agreed, billed, received, outstanding and to bill,
    before and after; what happened in between; findings that appear and that go away. The exit code is 1 where one
    appears at or above --fail-on, or where records that can't be used on either side changed.
    """
    from mtrack.history.diff import diff as diff_of  # noqa: PLC0415
    from mtrack.render import diff as render  # noqa: PLC0415

    if len(revisions) > 2:  # noqa: PLR2004
        message = f"'{revisions[2]}' is a revision too many: mtrack diff [REV [REV]]"
        raise UsageError(message)
    opened = open_paths((), as_of)
    view = diff_of(opened.workspace, revisions, judged=options.settings_from() is not None)
    if format_ == "text":
        output.write(render.text(view, output.width(), colour=output.use_colour(), seen=opened.from_here))
    else:
        output.write(render.FORMATS[format_](view))
    if view.unread:
        output.warn(f"what changed here is not told, since it can't be used on either side: {listed(view.unread)}")
    if view.absent:
        output.warn(f"what changed here is not told, since it is not checked out: {listed(view.absent)}")
    return 1 if view.fails(options.severity(fail_on)) else 0


@options.command()
@options.paths_argument
@options.format_option(*findings.FORMATS)
@options.select_option
@options.ignore_option
@click.option("--since", metavar="DATE|REV", help="Judge only commits from this day on, or after this revision.")
@click.option("--branches", is_flag=True, help="Also compare branches that are not merged into each other.")
@options.fail_on_option
@options.settings_from_option
@options.as_of_option
def audit(  # noqa: PLR0913
    paths: tuple[str, ...],
    format_: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    since: str | None,
    branches: bool,  # noqa: FBT001
    fail_on: str,
    as_of: date,
) -> int:
    """Check the history: what was changed that should have stayed.

    A sent invoice that was altered, an agreed amount that changed with no amendment, a payment or an approval that
    was removed: each with the commit that did it. Read from git; nothing is written. A history that was rewritten as a
    whole can't be distinguished from one that was not.
    """
    from mtrack.history.audit import audit as audit_of  # noqa: PLC0415

    opened = open_paths(paths, as_of)
    selection = Selection(options.rule_names(select, "--select"), options.rule_names(ignore, "--ignore"), opened.paths)
    view = audit_of(opened.workspace, selection, opened.root, since=since, branches=branches)
    seen = opened.from_repository if format_ in findings.FOR_REPOSITORIES else opened.from_here
    output.write(findings.FORMATS[format_](view.report.capped(), output.use_colour(), seen), format_)
    if view.shallow:
        output.warn("this is a shallow clone: what came before its first commits is not judged")
    if view.report.skipped:
        names = listed([seen.path(path) for path in view.report.skipped])
        what = "these records can't be used as they were committed, so later changes in them are not judged"
        output.warn(f"{what}: {names}")
    if view.off:
        output.warn(f"these rules are off in mtrack.yaml: {', '.join(view.off)}")
    return 1 if view.report.fails(options.severity(fail_on)) else 0
