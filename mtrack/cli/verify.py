"""`mtrack verify`: the records against the papers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mtrack.check.pipeline import check
from mtrack.check.report import Selection
from mtrack.cli import options, output, values
from mtrack.cli.opened import comparing, open_paths
from mtrack.errors import UsageError
from mtrack.finding import Severity
from mtrack.render import evidence as render
from mtrack.render.findings import FOR_REPOSITORIES, FORMATS
from mtrack.rules import RULES
from mtrack.views.evidence import project_evidence

if TYPE_CHECKING:
    from datetime import date

    from mtrack.check.report import Report
    from mtrack.cli.opened import Opened
    from mtrack.views.evidence import ProjectEvidence


@options.command()
@options.paths_argument
@options.format_option(*FORMATS)
@options.select_option
@options.ignore_option
@options.output_option
@options.settings_from_option
@click.option(
    "--fail-on",
    type=values.Choice([severity.word for severity in reversed(Severity)]),
    default="warning",
    show_default=True,
    help="The lowest severity that makes the exit code 1.",
)
@click.option("--accept", is_flag=True, help="Record that someone has compared PROJECT's agreement with its records.")
@click.option("--by", help="Who has compared them. Default: git's user.name.")
@click.option("--dry-run", is_flag=True, help="Show what --accept would write as a diff; write nothing.")
@click.option("--commit", is_flag=True, help="Make one git commit of what --accept writes.")
@options.cache_options
@options.as_of_option
def verify(  # noqa: PLR0913
    paths: tuple[str, ...],
    format_: str,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    output_: str | None,
    force: bool,  # noqa: FBT001
    fail_on: str,
    accept: bool,  # noqa: FBT001
    by: str | None,
    dry_run: bool,  # noqa: FBT001
    commit: bool,  # noqa: FBT001
    as_of: date,
) -> int:
    """Compare the records with the papers themselves: agreement, invoices, sign-offs.

    Every recorded value is looked up: ✓ stands in the paper, ≈ follows from what stands there or stands elsewhere in it,
    ▲ differs or is not found, · can't be read. Nothing is changed, but for --accept, which writes into the records
    that someone has read the agreement and found the amounts right.
    """
    _refuse_what_would_be_ignored(accept=accept)
    if accept:
        return _accept(paths, by, as_of, dry_run=dry_run, commit=commit)
    if output_ is not None:
        output.refuse_file(output_, "--output", force=force)
    asked = Selection(options.rule_names(select, "--select"), options.rule_names(ignore, "--ignore"))
    own = frozenset(rule.name for rule in RULES.values() if rule.verifies and asked.takes_rule(rule))
    opened = open_paths(paths, as_of)
    selection = Selection(own or frozenset({"-"}), paths=opened.paths)
    with comparing(opened, always=True):
        checked = check(opened.workspace, selection, opened.root, summarize=project_evidence)
    _write(opened, checked.report.capped(), checked.summaries, format_, output_)
    left_out = opened.warn_of_left_out()
    return 1 if left_out or checked.report.fails(options.severity(fail_on)) else 0


_READING = ("format_", "select", "ignore", "output_", "force", "fail_on", "settings_from")
_ACCEPTING = ("by", "dry_run", "commit")


def _refuse_what_would_be_ignored(*, accept: bool) -> None:
    """Refuse options about records where none are written, and options about the output where there is none."""
    for name in filter(options.given, _READING if accept else _ACCEPTING):
        option = "--" + name.strip("_").replace("_", "-")
        message = f"--accept writes into the records and shows no findings; leave {option} out"
        raise UsageError(message if accept else f"{option} goes with --accept")


def _write(
    opened: Opened, report: Report, evidence: tuple[ProjectEvidence, ...], format_: str, output_: str | None
) -> None:
    """Write the verdicts as text or JSON, or the findings in a format that other programs read."""
    colour = output_ is None and output.use_colour()
    if format_ == "text":
        text = render.text(report, evidence, colour)
    elif format_ == "json":
        text = render.as_json(report, evidence)
    else:
        seen = opened.from_repository if format_ in FOR_REPOSITORIES else opened.from_here
        text = FORMATS[format_](report, colour, seen)
    if output_ is None:
        output.write(text, format_)
        return
    output.write_file(output_, text)


def _accept(paths: tuple[str, ...], by: str | None, as_of: date, *, dry_run: bool, commit: bool) -> int:
    """Write into a project's records that its agreement was compared with them."""
    from mtrack import git  # noqa: PLC0415
    from mtrack.cli import prompts  # noqa: PLC0415
    from mtrack.cli.outcome import carry_out  # noqa: PLC0415
    from mtrack.edit import verbs  # noqa: PLC0415
    from mtrack.edit.transaction import Options  # noqa: PLC0415
    from mtrack.verify.verifier import agreement_digest  # noqa: PLC0415

    if len(paths) > 1:
        message = "--accept takes one project"
        raise UsageError(message)
    target = prompts.project(paths[0] if paths else None)
    who = by or git.user_name(target.root)
    if not who:
        message = "git knows no user.name; say who has compared them with --by"
        raise UsageError(message)
    return carry_out(
        target,
        lambda context, _: verbs.accept(context, by=who, date=as_of, sha256=agreement_digest(context.files)),
        Options(as_of=as_of, dry_run=dry_run, commit=commit),
    )
