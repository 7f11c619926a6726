"""`mtrack lint`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mtrack.cli import common, complete
from mtrack.errors import UsageError
from mtrack.finding import Category
from mtrack.lint import Selection
from mtrack.lint import lint as run_lint
from mtrack.render import findings as render
from mtrack.rules import RULES

if TYPE_CHECKING:
    from datetime import date


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
@common.fail_on_option
@common.as_of_option
def lint(  # noqa: PLR0913
    paths: tuple[str, ...], format_: str, select: tuple[str, ...], ignore: tuple[str, ...], fail_on: str, as_of: date
) -> int:
    """Check the records of a workspace.

    The whole workspace is read, and what lies under PATH is shown. Nothing is changed. The exit code is 1 where
    something is found at or above --fail-on.
    """
    opened = common.open_paths(paths, as_of)
    selection = Selection(_rule_names(select, "--select"), _rule_names(ignore, "--ignore"), opened.paths)
    report = run_lint(opened.workspace, selection, opened.root)
    common.write(render.FORMATS[format_](report, common.use_colour()))
    return 1 if report.fails(common.severity(fail_on)) else 0
