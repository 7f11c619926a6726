"""`mtrack gaps`: text, JSON, Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.finding import Severity
from mtrack.render import left_out
from mtrack.render.cells import Amount, Code, Column, Kind, amounts, texts
from mtrack.render.json_text import json_text
from mtrack.render.markdown import Document
from mtrack.render.table import Table
from mtrack.render.terminal import Apart, Screen, Whole, names, styled
from mtrack.render.wording import OVERLAP_MARK, Wording
from mtrack.render.words import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.finding import Finding
    from mtrack.render.cells import Value
    from mtrack.views.gaps import GapsView, ProjectGaps, Row

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
    return None if row.finding.amount is None else Amount(row.finding.amount, item.project.places)


def _totals(view: GapsView) -> Iterator[tuple[Value, ...]]:
    for currency, sums in view.totals.items():
        places = view.places[currency]
        yield currency, Amount(sums.gaps, places), Amount(sums.overlaps, places)


_TOTALS = (Column("In all"), *amounts("gaps", "overlaps"))


def text(view: GapsView, width: int, *, colour: bool) -> str:
    """By project gaps, then overlaps, each with since when and how much; sums per currency at the end."""
    wording, screen = Wording(view.locale), Screen(colour=colour, width=width)
    screen.title(view.name, "gaps and overlaps", wording.day(view.as_of))
    for item in view.projects:
        screen.line()
        screen.line(styled(names(_heading(item)), "bold"), hang=2)
        for table in _project_tables(item, wording):
            table.print(screen, indent="  ")
    screen.tell_hidden_columns()
    if view.totals:
        table = Table(wording, *_TOTALS)
        for row in _totals(view):
            table.row(*row)
        screen.line()
        table.print(screen)
    screen.line()
    for line in _closing(view):
        screen.line(line, hang=2)
    return screen.text()


def _closing(view: GapsView) -> Iterator[str]:
    """What is left out, and how many projects and gaps there are."""
    if line := left_out.words(view.left_out, view.as_of):
        yield line
    for path in view.skipped:
        yield f"{path} is left out until it is fixed (mtrack lint tells)"
    found = sum(len(item.gaps) + len(item.overlaps) for item in view.projects)
    what = count(found, "gap or overlap", "gaps and overlaps") if found else "no gaps, no overlaps"
    waived = f", {view.waived} waived (mtrack lint lists them)" if view.waived else ""
    yield f"{count(view.read, 'project')}: {what}{waived}"


def _project_tables(item: ProjectGaps, wording: Wording) -> Iterator[Table]:
    """A table of the gaps, and one of the overlaps, each with its sum."""
    for heading, rows, total in (("gaps", item.gaps, item.sums.gaps), ("overlaps", item.overlaps, item.sums.overlaps)):
        table = Table(
            wording, Column(heading), Column("milestone", keep=5), Column("rule", keep=6), Column("since", Kind.DATE, keep=3),
            Column(item.project.currency, Kind.AMOUNT, in_code=True), ruled=False,
        )  # fmt: skip
        for row in rows:
            table.row(
                Whole(f"{mark(row.finding)} {row.subject}"), _named(row), Code(row.finding.rule),
                Whole(_since(row, wording)), _amount(row, item), style=_TINTS[row.finding.severity],
            )  # fmt: skip
        if total:
            table.row(f"sum of {heading}", None, None, None, Amount(total, item.project.places), style="bold")
        if rows:
            yield table


def _since(row: Row, wording: Wording) -> str:
    day = wording.day(row.since)
    return f"{day} ({row.days} d)" if row.days and row.days > 0 else day


def markdown(view: GapsView) -> str:
    """A table a project, for a repository page or a pull request comment."""
    page = Document(Wording(view.locale))
    page.heading(2, f"Gaps and overlaps as of {view.as_of.isoformat()}")
    for item in view.projects:
        page.heading(3, *_heading(item))
        columns = (*texts("", "What", "Rule", "Since"), Column(item.project.currency, Kind.AMOUNT))
        page.table(columns, _markdown_rows(item))
    if view.totals:
        page.table(_TOTALS, _totals(view))
    for line in _closing(view):
        page.paragraph(line)
    return page.text()


def _markdown_rows(item: ProjectGaps) -> Iterator[tuple[Value, ...]]:
    for kind, rows in (("gap", item.gaps), ("overlap", item.overlaps)):
        for row in rows:
            since = f"{row.since.isoformat()} ({row.days} d)" if row.since else ""
            subject = f"{row.subject} {_milestone(row)}".strip()
            yield f"{mark(row.finding)} {kind}", subject, Code(row.finding.rule), since, _amount(row, item)


def json(view: GapsView) -> str:
    """The same as data, version 1; amounts as decimal strings."""
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
            "left_out": view.left_out.count,
            "projects": [_json_project(item) for item in view.projects],
            "totals": {
                currency: {
                    "gaps": money.plain(sums.gaps, view.places[currency]),
                    "overlaps": money.plain(sums.overlaps, view.places[currency]),
                }
                for currency, sums in view.totals.items()
            },
            "waived": view.waived,
            "skipped": list(view.skipped),
        }
    )


def _json_project(item: ProjectGaps) -> dict[str, Any]:
    project = item.project
    return {
        "path": project.folder,
        "project": project.name,
        "client": project.client,
        "currency": project.currency,
        "gaps": [_json_row(row, project.places) for row in item.gaps],
        "overlaps": [_json_row(row, project.places) for row in item.overlaps],
        "sums": {
            "gaps": money.plain(item.sums.gaps, project.places),
            "overlaps": money.plain(item.sums.overlaps, project.places),
        },
    }


def _json_row(row: Row, places: int) -> dict[str, Any]:
    finding = row.finding
    return {
        "rule": finding.rule,
        "severity": finding.severity.word,
        "milestone": finding.milestone,
        "name": row.name,
        "invoice": finding.invoice,
        "since": None if row.since is None else row.since.isoformat(),
        "days": row.days,
        "amount": None if finding.amount is None else money.plain(finding.amount, places),
        "path": finding.path,
        "line": finding.span.line if finding.span else None,
        "message": finding.message,
        "hint": finding.hint,
    }


FORMATS = {"json": json, "md": markdown}
"""The formats that need to know nothing of a terminal."""
