"""`mtrack lint`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from mtrack.check.pipeline import check
from mtrack.check.report import Selection
from mtrack.cli import common, complete
from mtrack.errors import UsageError
from mtrack.finding import Category
from mtrack.render import findings as render
from mtrack.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mtrack.check.report import Report


_OFFERS = {
    "GITHUB_ACTIONS": "--format github puts the findings on the lines of a pull request",
    "GITLAB_CI": "--format gitlab --output FILE is what a merge request shows as code quality",
}
"""A variable that a runner sets, and the format that is made for it."""


def _rule_names(values: tuple[str, ...], option: str) -> frozenset[str]:
    """Rule and category names, comma-separated or repeated. Raises UsageError for one nobody knows."""
    names = [name.strip() for value in values for name in value.split(",") if name.strip()]
    known = [*RULES, *(category.value for category in Category)]
    for name in names:
        if name not in known:
            from difflib import get_close_matches  # noqa: PLC0415

            nearest = get_close_matches(name.lower().replace("_", "-"), known, n=1, cutoff=0.5)
            hint = f"did you mean {nearest[0]}?" if nearest else "mtrack rules lists them"
            message = f"{option}: there is no rule or category '{name}'; {hint}"
            raise UsageError(message)
    return frozenset(names)


@click.command(short_help="Check the records.")
@common.paths_argument
@common.format_option(*render.FORMATS)
@click.option(
    "--select",
    multiple=True,
    metavar="RULES",
    shell_complete=complete.rules,
    help="Show only these rules or categories, comma-separated.",
)
@click.option(
    "--ignore",
    multiple=True,
    metavar="RULES",
    shell_complete=complete.rules,
    help="Leave these rules or categories out, comma-separated.",
)
@click.option("--since", metavar="REV", help="Show only what changes since this git revision brought.")
@click.option("--fix", is_flag=True, help="Mend what is certain (rules marked fix), then show what is left.")
@click.option("--diff", is_flag=True, help="Show what --fix would change as a diff; write nothing.")
@click.option("--output", type=click.Path(dir_okay=False), help="Write to this file instead of standard output.")
@common.fail_on_option
@common.as_of_option
def lint(  # noqa: PLR0913
    paths: tuple[str, ...],
    format_: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    since: str | None,
    fix: bool,  # noqa: FBT001
    diff: bool,  # noqa: FBT001
    output: str | None,
    fail_on: str,
    as_of: date,
) -> int:
    """Check the records of a workspace.

    The whole workspace is read, and what lies under PATH is shown. Nothing is changed, but for --fix. The exit code
    is 1 where something is found at or above --fail-on. With --since, findings on changed lines are shown, and those
    elsewhere that were not there before, or are worse now; for a branch, give `git merge-base main HEAD`.
    """
    rules = _rule_names(select, "--select"), _rule_names(ignore, "--ignore")

    def judge() -> tuple[common.Opened, Report]:
        opened = common.open_paths(paths, as_of)
        report = check(opened.workspace, Selection(*rules, opened.paths), opened.root).report
        if since is not None:
            from mtrack.history.since import narrow  # noqa: PLC0415

            report = narrow(opened.workspace.root, report, since)
        return opened, report

    opened, report = judge()
    if diff:
        for text in _mend(opened, report, as_of, dry_run=True):
            common.write(text)
        return 1 if report.fails(common.severity(fail_on)) else 0
    if fix:
        for text in _mend(opened, report, as_of, dry_run=False):
            sys.stderr.write(text)
        opened, report = judge()
    text = render.FORMATS[format_](report, output is None and common.use_colour())
    if output is None:
        common.write(text)
        if report.findings:
            _offer()
    else:
        from mtrack.site.output import write  # noqa: PLC0415

        write(output, text.encode("utf-8", "backslashreplace"))
    return 1 if report.fails(common.severity(fail_on)) else 0


def _offer() -> None:
    """Say on standard error which format a runner understands, where none was asked for."""
    source = click.get_current_context().get_parameter_source("format_")
    for variable, text in _OFFERS.items():
        if os.environ.get(variable) == "true" and source is ParameterSource.DEFAULT:
            sys.stderr.write(f"mtrack: {text}\n")


def _mend(opened: common.Opened, report: Report, as_of: date, *, dry_run: bool) -> Iterator[str]:
    """Mend the report's findings; the diff of each project, or a line about it."""
    from mtrack.edit.fix import fix  # noqa: PLC0415
    from mtrack.edit.transaction import Outcome  # noqa: PLC0415
    from mtrack.render.plain import harmless  # noqa: PLC0415

    for outcome in fix(opened.workspace.root, report, as_of, dry_run=dry_run):
        if not isinstance(outcome, Outcome):
            common.tell(str(outcome))
        elif not dry_run:
            yield f"{harmless(outcome.did)}\n"
        else:
            yield outcome.diff if not sys.stdout.isatty() else "\n".join(map(harmless, outcome.diff.split("\n")))
