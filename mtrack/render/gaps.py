"""`mtrack gaps`: text, JSON, CSV, Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.finding import Severity
from mtrack.render import left_out
from mtrack.render.cells import Amount, Code, Column, Kind, texts
from mtrack.render.csv import csv_text
from mtrack.render.json_text import json_text, of_project
from mtrack.render.markdown import Document
from mtrack.render.table import Table
from mtrack.render.terminal import Apart, Screen, Whole, names, styled
from mtrack.render.wording import OVERLAP_MARK, STATES, Wording
from mtrack.views.gaps import is_gross
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mtrack.finding import Finding
    from mtrack.render.cells import Value
    from mtrack.views.gaps import GapsView, ProjectGaps, Row, Sums

_MARKS = {"overdue": "▲", "delivered-not-approved": "○", "planned-date-passed": "○"}
_TINTS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}


def mark(finding: Finding) -> str:
    """The mark of a gap's or overlap's state."""
    return OVERLAP_MARK if finding.category == "overlap" else _MARKS.get(finding.rule, "◆")


def _heading(item: ProjectGaps) -> list[str]:
    project = item.project
    return [name for name in (project.name, project.client, project.folder) if name]


def _milestone(row: Row) -> str:
    """The milestone's id and name, without the id where that is the subject already; or the file's path."""
    words = (row.finding.milestone if row.finding.milestone != row.subject else None, row.name)
    return " ".join(word for word in words if word)


def _named(row: Row) -> Value:
    milestone = row.finding.milestone
    if milestone is None or milestone == row.subject:
        return row.name
    return styled((Whole(milestone), " ", Apart(row.name or "")))


def _amount(row: Row, item: ProjectGaps) -> Amount | None:
    return None if row.finding.amount is None else Amount(row.finding.amount, item.project.decimals)


_SUMS = (
    ("not_billed", "not billed, net"),
    ("not_collected", "not collected, gross"),
    ("overlaps_net", "too much, net"),
    ("overlaps_gross", "too much, gross"),
    ("on_hold", "on hold, net"),
    ("waived_net", "waived, net"),
    ("waived_gross", "waived, gross"),
)
"""The sums and their names: what is not billed is net of tax, what is not collected has it."""


def _sums(sums: Sums, *fields: str) -> Iterator[tuple[str, Decimal]]:
    """The sums that are not 0, with what they are called; those of `fields` alone, where any are given."""
    for field, words in _SUMS:
        if (amount := getattr(sums, field)) and (not fields or field in fields):
            yield words, amount


def _totals(view: GapsView) -> Iterator[tuple[Value, ...]]:
    """A row per currency and sum."""
    for currency, sums in view.totals.items():
        for words, amount in _sums(sums):
            yield currency, words, Amount(amount, view.decimals[currency])


_TOTALS = (Column("In all"), Column("what"), Column("amount", Kind.AMOUNT))


def text(view: GapsView, width: int, *, colour: bool) -> str:
    """Gaps, then overlaps, by project, each with since when and how much; sums per currency at the end."""
    wording, screen = Wording(view.locale), Screen(colour=colour, width=width)
    screen.title(view.name, "gaps and overlaps", wording.day(view.as_of))
    for i, item in enumerate(view.projects):
        screen.line()
        if not screen.room:
            screen.tell_more(len(view.projects) - i, "projects")
            break
        screen.line(styled(names(_heading(item)), "bold"), hang=2)
        for table in _project_tables(item, wording):
            table.print(screen, indent="  ")
    screen.tell_hidden_columns()
    totals = list(_totals(view))
    if totals:
        table = Table(wording, *_TOTALS)
        for row in totals:
            table.row(*row, always=True)
        screen.line()
        table.print(screen)
    screen.line()
    for line in _closing(view):
        screen.line(line, hang=2)
    return screen.text()


def _closing(view: GapsView) -> Iterator[str]:
    """Notes on what is left out, and the numbers of projects and gaps."""
    if line := left_out.words(view.left_out, view.as_of):
        yield line
    for path in view.skipped:
        yield f"{path} is left out until it is fixed (mtrack lint says why)"
    found = sum(len(item.gaps) + len(item.overlaps) for item in view.projects)
    what = count(found, "gap or overlap", "gaps and overlaps") if found else "no gaps, no overlaps"
    held = sum(len(item.holds) for item in view.projects)
    on_hold = f", {held} on hold" if held else ""
    waived = f", {view.waived} waived" if view.waived else ""
    yield f"{count(view.read, 'project')}: {what}{on_hold}{waived}"


def _project_tables(item: ProjectGaps, wording: Wording) -> Iterator[Table]:
    """Tables of the gaps, the overlaps, what is on hold and what is waived, each with its sums."""
    currency = Column(item.project.currency, Kind.AMOUNT, in_code=True)
    for heading, rows, fields in _parts(item):
        about = Column("reason", keep=4) if heading == "waived" else Column("since", Kind.DATE, keep=3)
        table = Table(
            wording, Column(heading), Column("milestone", keep=5), Column("rule", keep=6), about, currency, ruled=False
        )
        for row in rows:
            table.row(
                Whole(f"{mark(row.finding)} {row.subject}"), _named(row), Code(row.finding.rule),
                row.finding.waiver if heading == "waived" else Whole(_since(row, wording)), _amount(row, item),
                style=None if heading == "waived" else _TINTS[row.finding.severity],
            )  # fmt: skip
        _add_sums(table, item, *fields)
        if rows:
            yield table
    if item.holds:
        yield _holds(item, wording, currency)


def _parts(item: ProjectGaps) -> tuple[tuple[str, tuple[Row, ...], tuple[str, ...]], ...]:
    """The rows of a project by what they are, with the sums that are shown below them."""
    return (
        ("gaps", item.gaps, ("not_billed", "not_collected")),
        ("overlaps", item.overlaps, ("overlaps_net", "overlaps_gross")),
        ("waived", item.waived, ("waived_net", "waived_gross")),
    )


def _holds(item: ProjectGaps, wording: Wording, currency: Column) -> Table:
    """The holds of a project, with their sum."""
    table = Table(
        wording, Column("on hold"), Column("milestone", keep=5), Column("reason", keep=6), Column("until", Kind.DATE, keep=3), currency, ruled=False
    )  # fmt: skip
    for hold in item.holds:
        table.row(
            Whole(f"{STATES['on_hold'][0]} {hold.milestone}"), hold.name, hold.reason, Whole(wording.day(hold.until)),
            Amount(hold.amount, item.project.decimals),
        )  # fmt: skip
    _add_sums(table, item, "on_hold")
    return table


def _add_sums(table: Table, item: ProjectGaps, *fields: str) -> None:
    for words, amount in _sums(item.sums, *fields):
        table.row(words, None, None, None, Amount(amount, item.project.decimals), style="bold", always=True)


def _since(row: Row, wording: Wording) -> str:
    day = wording.day(row.since)
    return f"{day} ({row.days} d)" if row.days and row.days > 0 else day


def markdown(view: GapsView) -> str:
    """A table per project, for a repository page or a pull request comment."""
    page = Document(Wording(view.locale))
    page.heading(2, f"Gaps and overlaps as of {view.as_of.isoformat()}")
    for item in view.projects:
        page.heading(3, *_heading(item))
        columns = (*texts("", "What", "Rule", "Since"), Column(item.project.currency, Kind.AMOUNT))
        page.table(columns, _markdown_rows(item))
    totals = list(_totals(view))
    if totals:
        page.table(_TOTALS, totals)
    for line in _closing(view):
        page.paragraph(line)
    return page.text()


def _markdown_rows(item: ProjectGaps) -> Iterator[tuple[Value, ...]]:
    for kind, rows in (("gap", item.gaps), ("overlap", item.overlaps), ("waived", item.waived)):
        for row in rows:
            waits = f" ({row.days} d)" if row.days is not None and row.days >= 0 else ""
            since = f"{row.since.isoformat()}{waits}" if row.since else ""
            subject = f"{row.subject} {_milestone(row)}".strip()
            yield f"{mark(row.finding)} {kind}", subject, Code(row.finding.rule), since, _amount(row, item)
    for hold in item.holds:
        until = f"until {hold.until.isoformat()}" if hold.until else ""
        what = f"{hold.milestone} {hold.name}" + (f": {hold.reason}" if hold.reason else "")
        yield f"{STATES['on_hold'][0]} on hold", what, "", until, Amount(hold.amount, item.project.decimals)


COLUMNS = (
    "project", "client", "kind", "rule", "severity", "milestone", "name", "invoice", "since", "days", "until", "currency", "net",
    "gross", "reason", "message",
)  # fmt: skip
"""The columns of the CSV: one row per gap, overlap, hold or waived finding."""


def csv(view: GapsView) -> str:
    """One row per gap, overlap, hold or waived one; its amount under net or gross."""
    return csv_text(COLUMNS, (row for item in view.projects for row in _csv_rows(item)))


def _csv_rows(item: ProjectGaps) -> Iterator[tuple[Value, ...]]:
    project = item.project
    for kind, rows in (("gap", item.gaps), ("overlap", item.overlaps), ("waived", item.waived)):
        for row in rows:
            finding, amount = row.finding, _amount(row, item)
            yield (
                project.folder, project.client, kind, finding.rule, finding.severity.word, finding.milestone, row.name,
                finding.invoice, row.since, row.days, None, project.currency, None if is_gross(row) else amount,
                amount if is_gross(row) else None, finding.waiver, finding.message,
            )  # fmt: skip
    for hold in item.holds:
        message = f"{hold.milestone} '{hold.name}' is on hold"
        yield (
            project.folder, project.client, "hold", None, None, hold.milestone, hold.name, None, None, None, hold.until,
            project.currency, Amount(hold.amount, project.decimals), None, hold.reason, message,
        )  # fmt: skip


def json(view: GapsView) -> str:
    """The same as data, version 1; amounts as decimal strings."""
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
            "left_out": view.left_out.count,
            "projects": [_json_project(item) for item in view.projects],
            "totals": {currency: _json_sums(sums, view.decimals[currency]) for currency, sums in view.totals.items()},
            "waived": view.waived,
            "skipped": list(view.skipped),
        }
    )


def _json_project(item: ProjectGaps) -> dict[str, Any]:
    project = item.project
    return {
        **of_project(project),
        "gaps": [_json_row(row, project.decimals) for row in item.gaps],
        "overlaps": [_json_row(row, project.decimals) for row in item.overlaps],
        "holds": [
            {
                "milestone": hold.milestone,
                "name": hold.name,
                "until": None if hold.until is None else hold.until.isoformat(),
                "reason": hold.reason,
                "amount": money.plain(hold.amount, project.decimals),
            }
            for hold in item.holds
        ],
        "waived": [_json_row(row, project.decimals) | {"reason": row.finding.waiver} for row in item.waived],
        "sums": _json_sums(item.sums, project.decimals),
    }


def _json_sums(sums: Sums, decimals: int) -> dict[str, str]:
    names = ("gaps", "overlaps", *(field for field, _ in _SUMS))
    return {name: money.plain(getattr(sums, name), decimals) for name in names}


def _json_row(row: Row, decimals: int) -> dict[str, Any]:
    finding = row.finding
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "milestone": finding.milestone,
        "name": row.name,
        "invoice": finding.invoice,
        "since": None if row.since is None else row.since.isoformat(),
        "days": row.days,
        "amount": None if finding.amount is None else money.plain(finding.amount, decimals),
        "path": finding.path,
        "line": finding.span.line if finding.span else None,
        "message": finding.message,
        "hint": finding.hint,
    }


FORMATS = {"json": json, "csv": csv, "md": markdown}
"""The formats that need to know nothing of a terminal."""
