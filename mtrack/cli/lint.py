"""`mtrack lint`."""

from __future__ import annotations

import os
from contextlib import nullcontext
from typing import TYPE_CHECKING

import click
from msgspec.structs import replace

from mtrack import limits
from mtrack.check.pipeline import check
from mtrack.check.report import Selection
from mtrack.cli import options, output
from mtrack.cli.opened import Opened, comparing, open_paths
from mtrack.errors import UsageError
from mtrack.render import findings as render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date

    from mtrack.check.report import Report
    from mtrack.edit.transaction import Outcome
    from mtrack.finding import Finding
    from mtrack.render.places import Viewpoint


_OFFERS = {
    "GITHUB_ACTIONS": "--format github puts the findings on the lines of a pull request",
    "GITLAB_CI": "--format gitlab --output FILE is what a merge request shows as code quality",
}
"""A variable that a runner sets, and the format that is made for it."""


@options.command()
@options.paths_argument
@options.format_option(*render.FORMATS)
@options.select_option
@options.ignore_option
@click.option(
    "--since", metavar="DATE|REV", help="Show only what changes from this day on, or after this git revision, brought."
)
@click.option("--fix", is_flag=True, help="Fix what is certain (rules marked fix), then show what is left.")
@click.option("--diff", is_flag=True, help="Show what --fix would change as a diff; write nothing.")
@options.output_option
@options.fail_on_option
@options.revision_options
@options.cache_options
@options.as_of_option
def lint(  # noqa: PLR0913
    paths: tuple[str, ...],
    format_: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    since: str | None,
    fix: bool,  # noqa: FBT001
    diff: bool,  # noqa: FBT001
    output_: str | None,
    force: bool,  # noqa: FBT001
    fail_on: str,
    as_of: date,
) -> int:
    """Check the records of a workspace.

    The whole workspace is read, and what lies under PATH is shown. Nothing is changed, but for --fix. The exit code
    is 1 where something is found at or above --fail-on. With --since, findings on changed lines are shown, and those
    elsewhere that were not there before, or are worse now; for a branch, give `git merge-base main HEAD`. Settings,
    waivers and folders that hide what REV would show are reported as settings-weakened. Papers are then not read, since
    those of that time are not there.
    """
    _refuse_what_would_be_ignored(output_, diff=diff, force=force)
    if output_ is not None:
        output.refuse_file(output_, "--output", force=force)
    rules = options.rule_names(select, "--select"), options.rule_names(ignore, "--ignore")

    form = _Form(format_, output_)

    def checked(*, shows: bool) -> tuple[Opened, Report]:
        opened = open_paths(paths, as_of, since=since)
        past = since is not None or opened.workspace.commit is not None  # of which no paper's content is there
        with nullcontext() if past else comparing(opened, always=False):
            selection = Selection(*rules, opened.paths)
            report = check(
                opened.workspace,
                selection,
                opened.root,
                show=form.of_finding(opened) if shows else None,
                most=limits.FINDINGS if shows and since is None else None,
            ).report
        if since is not None:
            from mtrack.history.since import narrow  # noqa: PLC0415

            report = narrow(opened.workspace.root, report, since, selection)
        return opened, report

    opened, report = checked(shows=not diff and not fix)
    if diff:
        for outcome in _fix(opened, report, as_of, dry_run=True):
            output.show_diff(outcome.diff)
        return 1 if report.fails(options.severity(fail_on)) else 0
    if fix:
        for outcome in _fix(opened, report, as_of, dry_run=False):
            output.note(outcome.did)
        opened, report = checked(shows=True)
    _write(opened, report.capped(), form, errors_last=since is not None and format_ == "concise")
    return 1 if report.fails(options.severity(fail_on)) else 0


class _Form:
    """The format of the report, and the file it goes to."""

    def __init__(self, format_: str, output_: str | None) -> None:
        self.format = format_
        self.output = output_
        self._colour = output_ is None and output.use_colour()
        self._width = output.screen_width() if output_ is None else None

    def of_finding(self, opened: Opened) -> Callable[[Finding], str] | None:
        """A function that formats a finding's part of it, where each has one."""
        make, seen = render.ITEMS.get(self.format), self._seen(opened)
        return None if make is None else lambda finding: make(finding, self._colour, seen, self._width)

    def of_report(self, opened: Opened, report: Report) -> str:
        """All of it."""
        seen = self._seen(opened)
        if self.format == "text":
            return render.text(report, self._colour, seen, self._width)
        return render.FORMATS[self.format](report, self._colour, seen)

    def _seen(self, opened: Opened) -> Viewpoint:
        return opened.from_repository if self.format in render.FOR_REPOSITORIES else opened.from_here


def _write(opened: Opened, report: Report, form: _Form, *, errors_last: bool) -> None:
    """Write the report; `errors_last` as a hook prints it: what stops the commit is read last."""
    if errors_last:
        report = replace(report, findings=tuple(sorted(report.findings, key=lambda finding: finding.severity)))
    text = form.of_report(opened, report)
    if form.output is not None:
        output.write_file(form.output, text)
        return
    output.write(text, form.format)
    if form.format == "text":
        output.show_next_step(report.findings)
    if report.findings:
        _offer()


def _offer() -> None:
    """Say on standard error which format a runner understands, where none was asked for."""
    for variable, text in _OFFERS.items():
        if os.environ.get(variable) == "true" and not options.given("format_"):
            output.warn(text)


def _refuse_what_would_be_ignored(output_: str | None, *, diff: bool, force: bool) -> None:
    """Raise UsageError where an option would have no effect."""
    message = None
    if diff and (output_ is not None or options.given("format_")):
        name = "--format" if output_ is None else "--output"
        message = f"--diff shows a diff on standard output; leave {name} out"
    elif force and output_ is None:
        message = "--force goes with --output"
    elif options.at() is not None:
        others = [name.replace("_", "-") for name in ("fix", "diff", "since") if options.given(name)]
        message = f"--at shows what a commit had; leave --{others[0]} out" if others else None
    if message is not None:
        raise UsageError(message)


def _fix(opened: Opened, report: Report, as_of: date, *, dry_run: bool) -> Iterator[Outcome]:
    """Fix the report's findings, one project after the other; warn of what can't be fixed."""
    from mtrack.edit.fix import fix  # noqa: PLC0415
    from mtrack.edit.transaction import Outcome  # noqa: PLC0415

    for outcome in fix(opened.workspace.root, report, as_of, dry_run=dry_run):
        if isinstance(outcome, Outcome):
            yield outcome
        else:
            output.warn(str(outcome))
