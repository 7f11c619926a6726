"""`mtrack import`, and what `mtrack new --from` needs of it: a spreadsheet becomes records, or is refused with all reasons."""

from __future__ import annotations

import functools
import os
import re
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from mtrack import files, money
from mtrack.cli import complete, options, outcome, output, prompts, values
from mtrack.edit import create, find, transaction, verbs
from mtrack.errors import UsageError
from mtrack.figures import schedule
from mtrack.record import settings as settings_module
from mtrack.record.model import payment_terms
from mtrack.spreadsheet.wanted import Said, Wanted, Writing
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtrack.edit.create import Plan
    from mtrack.edit.find import Target
    from mtrack.edit.transaction import Options, Outcome
    from mtrack.edit.verbs import Edit
    from mtrack.finding import Finding
    from mtrack.record.settings import Settings
    from mtrack.rules.context import ProjectContext
    from mtrack.spreadsheet.cells import FaultyError
    from mtrack.spreadsheet.reading import Imported

ENDINGS = (".csv", ".tsv", ".xlsx")
MAX_BYTES = 32 << 20
ENCODINGS = ("utf-8", "utf-16", "windows-1252")


def is_spreadsheet(path: str) -> bool:
    """Whether a file of milestones is a table, by its ending; else it is an agreement."""
    return path == "-" or path.lower().endswith(ENDINGS)


_OPTIONS: tuple[Callable[..., Any], ...] = (
    click.option("--approved-when-sent", is_flag=True, help="Where no approval is given, take the day of sending."),
    click.option("--sheet", metavar="NAME", help="The sheet of a workbook."),
    click.option("--encoding", type=values.Choice(ENCODINGS), help="How CSV is encoded. Default: UTF-8, or UTF-16 with its mark."),
    click.option("--date-format", metavar="FORMAT", help="How days are written, where the file does not settle it: '%d/%m/%Y'."),
    click.option("--decimal", type=values.Choice([".", ","]), help="The decimal mark, where the file does not settle it."),
    click.option("--ignore", "ignored", multiple=True, metavar="COLUMN", help="Leave a column out; repeat it."),
    click.option("--map", "mapped", multiple=True, metavar="COLUMN=KEY", help="What a column holds, whatever its name; repeat it."),
)  # fmt: skip


def reads(command: Callable[..., int]) -> Callable[..., int]:
    """The options that say how a spreadsheet is to be read, handed over together as `said`."""

    @functools.wraps(command)
    def run(**given: Any) -> int:
        said = Said(**{name: given.pop(name) for name in Said.__struct_fields__})
        return command(said=said, **given)

    decorated: Any = run
    for option in _OPTIONS:
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]  # click's decorators say no more


def check_unused(said: Said) -> None:
    """Raise UsageError where options for spreadsheets are given with none."""
    if said != Said():
        message = "--map, --ignore, --decimal, --date-format, --encoding, --sheet and --approved-when-sent go with a spreadsheet"
        raise UsageError(message)


def data_of(path: str) -> bytes:
    """The bytes of a file, or of standard input for "-". Raises UsageError."""
    if path == "-":
        data: bytes = sys.stdin.buffer.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            message = f"standard input is larger than {MAX_BYTES >> 20} MiB"
            raise UsageError(message)
        return data
    try:
        return files.read(path, MAX_BYTES)
    except files.UnreadableFileError as error:
        message = f"{path} can't be read: {error.reason}"
        raise UsageError(message) from None


def wanted(said: Said, path: str) -> Wanted:
    """The wishes of the command line, checked. Raises UsageError."""
    if said.date_format is not None:
        _check_format(said.date_format)
    return Wanted(
        mapped=dict(map(_mapped, said.mapped)), ignored=tuple(title.strip() for title in said.ignored),
        by_tab=path.lower().endswith(".tsv"), **{name: getattr(said, name) for name in Writing.__struct_fields__},
    )  # fmt: skip


def _mapped(text: str) -> tuple[str, str]:
    """A column's name and what it holds, from COLUMN=KEY."""
    from mtrack.spreadsheet import columns  # noqa: PLC0415

    title, equals, name = text.rpartition("=")
    if not equals or not title.strip():
        message = f"--map: '{text}' is not COLUMN=KEY, as in --map 'Milestone=name'"
        raise UsageError(message)
    key = columns.KEYS.get(columns.folded(name))
    if key is None:
        message = f"--map: there is no key '{name.strip()}'; choose from {', '.join(columns.SYNONYMS)}"
        raise UsageError(message)
    return title.strip(), key


def _check_format(text: str) -> None:
    """Raise UsageError for a format of days that does not say day, month and year."""
    codes = set(re.findall(r"%(.)", text))
    if not ({"d"} <= codes and codes & {"m", "b", "B"} and codes & {"Y", "y"}) or codes - set("dmbBYy"):
        message = f"--date-format: '{text}' does not say day, month and year; write it as in '%d/%m/%Y'"
        raise UsageError(message)
    datetime(2026, 12, 31).strftime(text)  # noqa: DTZ001  (it is a format; only a day is made of it)


@options.command("import")
@click.argument("file", metavar="FILE", type=values.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option(
    "--project", shell_complete=complete.projects, help="The project to record it in. Default: the current folder's."
)
@reads
@options.writes
def import_(file: str, project: str | None, said: Said, given: Options) -> int:
    """Record milestones, invoices and payments of a running project from a spreadsheet (CSV, XLSX; - is standard input).

    A row is a milestone, or a milestone with one of its invoices; the columns are known by their names (name, amount,
    planned, approved, invoice, sent, paid …) or by --map. All faults are reported at once, each with its cell, and nothing
    is written then; else one edit records everything. --dry-run shows it.
    """
    if project is None and find.here() is None and not prompts.can_ask():
        message = "say which project it goes into: mtrack import FILE --project PROJECT"
        raise UsageError(message)
    target = prompts.project(project)
    how, data = wanted(said, file), data_of(file)
    read: list[Imported] = []

    def run(context: ProjectContext) -> Edit:
        project = context.project
        here = replace(
            how,
            terms=schedule.terms(project, context.settings.payment_terms).payment,
            taken=frozenset(item.id for item in project.milestones),
        )
        read.append(_read(data, here, project.currency, context.settings))
        _preview(read[0], project.decimals, context.settings.locale)
        return verbs.import_records(context, read[0].milestones, read[0].invoices)

    return _carried_out(lambda: transaction.carry_out(target, run, given), file, read, given)


def begin(target: Target, plan: Plan, file: str, said: Said, given: Options) -> int:
    """Make a project of what a spreadsheet records, and of what else the plan says."""
    settings = settings_module.load(target.root)
    how, data = wanted(said, file), data_of(file)
    read: list[Imported] = []

    def run() -> Outcome:
        begun = _headed(plan, data, how, settings)
        currency = begun.currency or settings.currency
        assert currency is not None
        terms = payment_terms(plan.terms) or settings.payment_terms
        read.append(_read(data, replace(how, terms=terms), currency, settings))
        _preview(read[0], money.decimals(currency, settings.currencies) or 0, settings.locale)
        milestones = (*read[0].milestones, *plan.milestones)
        return create.new(target, replace(begun, milestones=milestones, invoices=tuple(read[0].invoices)), given)

    return _carried_out(run, file, read, given)


def _headed(plan: Plan, data: bytes, how: Wanted, settings: Settings) -> Plan:
    """A plan with what a file says of the project as a whole, where the command line says nothing. Raises UsageError."""
    from mtrack.spreadsheet import reading  # noqa: PLC0415

    said = reading.heading(data, how)
    currency = plan.currency or said.get("currency", "").upper() or settings.currency
    if currency is None:
        message = "give --currency, or set one in mtrack.yaml"
        raise UsageError(message)
    own = currency if plan.currency or currency != settings.currency else None
    return replace(plan, name=plan.name or said.get("project"), client=plan.client or said.get("client"), currency=own)


def _carried_out(run: Callable[[], Outcome], file: str, read: list[Imported], given: Options) -> int:
    """Make an edit of what a file records, and print the outcome; returns the exit code."""
    from mtrack.spreadsheet.cells import FaultyError  # noqa: PLC0415

    try:
        done = run()
    except FaultyError as error:
        return _refuse(error, file)
    except transaction.AddsErrorsError as refused:
        code = outcome.refuse(refused, functools.partial(_cell, read))
        if any(found.rule == "billed-before-approval" for found in refused.findings):
            output.note("--approved-when-sent takes the day of sending for each approval that the file does not have")
        return code
    outcome.report([done], given)
    return 0


def _cell(read: list[Imported], found: Finding) -> str | None:
    """The cell that says what a finding is about."""
    return read[0].place(found.milestone, found.invoice, found.excerpt) if read else None


def _read(data: bytes, how: Wanted, currency: str, settings: Settings) -> Imported:
    """The records that a file makes in a project. Raises FaultyError, UsageError."""
    from mtrack.spreadsheet import reading  # noqa: PLC0415

    decimals = money.decimals(currency, settings.currencies)
    return reading.read(data, replace(how, currency=currency, decimals=decimals))


def _preview(imported: Imported, decimals: int, locale: str) -> None:
    """Show what is about to be recorded, and what else there is to say."""
    from mtrack.render import imported as render  # noqa: PLC0415

    table = imported.milestones, imported.invoices, decimals, locale
    output.write(render.text(*table, output.width(), colour=output.use_colour()))
    sys.stdout.flush()
    output.note(*imported.said)


def _refuse(error: FaultyError, path: str) -> int:
    """Show all faults of a file, each with its cell."""
    name = "standard input" if path == "-" else os.path.basename(path)
    for fault in error.faults:
        output.show(f"{fault.address or name}: {fault.message}")
    sys.stdout.flush()
    output.warn(f"{name} has {count(len(error.faults), 'fault')}; nothing was written")
    return 1
