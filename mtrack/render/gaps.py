"""`mtrack gaps`: text, JSON, Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.render.markdown import cell, code, escape
from mtrack.render.plain import capital, count, harmless, json_text, style
from mtrack.render.tables import Cells, isolated
from mtrack.render.wording import OVERLAP_MARK, Wording

if TYPE_CHECKING:
    from mtrack.finding import Finding
    from mtrack.views.gaps import GapsView, ProjectGaps, Row

_MARKS = {"overdue": "▲", "delivered-not-approved": "○", "planned-date-passed": "○"}


def mark(finding: Finding) -> str:
    """The mark of a gap's or overlap's state."""
    return OVERLAP_MARK if finding.category == "overlap" else _MARKS.get(finding.rule, "◆")


def _since(row: Row, wording: Wording) -> str:
    if row.since is None:
        return ""
    return f"{wording.day(row.since)} ({row.days} d)" if row.days and row.days > 0 else wording.day(row.since)


def _amount(row: Row, wording: Wording, places: int) -> str:
    return "" if row.finding.amount is None else wording.number(row.finding.amount, places)


def text(view: GapsView, width: int = 120, colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """By project gaps, then overlaps, each with since when and how much; sums per currency at the end."""
    wording = Wording(view.locale)
    title = f"gaps and overlaps as of {wording.day(view.as_of)}"
    parts = [style(f"{isolated(view.name)}: {title}" if view.name else capital(title), "bold", colour=colour) + "\n"]
    parts += [_project_text(item, wording, width, colour) for item in view.projects]
    if view.totals:
        table = Cells("In all", ">gaps", ">overlaps")
        for currency, sums in view.totals.items():
            places = view.places[currency]
            table.row(currency, wording.number(sums.gaps, places), wording.number(sums.overlaps, places))
        parts.append(table.render(width, colour=colour))
    parts.append(_closing(view))
    return "\n".join(parts)


def _closing(view: GapsView) -> str:
    found = sum(len(item.gaps) + len(item.overlaps) for item in view.projects)
    line = f"{count(view.read, 'project')}: {count(found, 'gap or overlap', 'gaps and overlaps')}" if found else ""
    line = line or f"{count(view.read, 'project')}: no gaps, no overlaps"
    if view.waived:
        line += f", {view.waived} waived (mtrack lint lists them)"
    left_out = "".join(
        f"{harmless(path)} is left out until it is mended (mtrack lint tells)\n" for path in view.skipped
    )
    return f"{left_out}{line}\n"


def _heading(item: ProjectGaps) -> str:
    project = item.project
    names = [project.name, project.client, project.folder]
    return " · ".join(isolated(name) for name in names if name)


def _project_text(item: ProjectGaps, wording: Wording, width: int, colour: bool) -> str:  # noqa: FBT001
    project = item.project
    table = Cells("", "", "milestone", "rule", "since", f">{project.currency}", ruled=False)
    for heading, rows, total in (("gaps", item.gaps, item.sums.gaps), ("overlaps", item.overlaps, item.sums.overlaps)):
        for i, row in enumerate(rows):
            tint = {3: "red", 2: "yellow", 1: "blue"}[int(row.finding.severity)] if colour else None
            table.row(
                heading if not i else "",
                f"{mark(row.finding)} {isolated(row.subject)}",
                isolated(_milestone(row)),
                row.finding.rule,
                _since(row, wording),
                _amount(row, wording, project.places),
                style=tint,
            )
        if total:
            table.row(
                "",
                "",
                "",
                "",
                f"sum of {heading}",
                wording.number(total, project.places),
                style="bold" if colour else None,
            )
    return style(_heading(item), "bold", colour=colour) + "\n" + table.render(width, colour=colour, indent="  ")


def _milestone(row: Row) -> str:
    """The milestone's id and name, without the id where that is the subject already; or the file's path."""
    words = (row.finding.milestone if row.finding.milestone != row.subject else None, row.name)
    return " ".join(word for word in words if word)


def markdown(view: GapsView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """A table a project, for a repository page or a pull request comment."""
    wording = Wording(view.locale)
    lines = [f"## Gaps and overlaps as of {view.as_of.isoformat()}", ""]
    for item in view.projects:
        project = item.project
        lines += [
            f"### {escape(_plain_heading(item))}",
            "",
            f"| | What | Rule | Since | {cell(project.currency)} |",
            "|---|---|---|---|--:|",
        ]
        for row in (*item.gaps, *item.overlaps):
            kind = "overlap" if row in item.overlaps else "gap"
            subject = cell(f"{row.subject} {_milestone(row)}".strip())
            since = f"{row.since.isoformat()} ({row.days} d)" if row.since else ""
            lines.append(
                f"| {mark(row.finding)} {kind} | {subject} | {code(row.finding.rule)} | {since} | {_amount(row, wording, project.places)} |"
            )
        lines.append("")
    if view.totals:
        lines += ["| In all | gaps | overlaps |", "|---|--:|--:|"]
        for currency, sums in view.totals.items():
            places = view.places[currency]
            lines.append(
                f"| {cell(currency)} | {wording.number(sums.gaps, places)} | {wording.number(sums.overlaps, places)} |"
            )
        lines.append("")
    return "\n".join([*lines, escape(_closing(view).rstrip("\n")), ""])


def _plain_heading(item: ProjectGaps) -> str:
    project = item.project
    return " · ".join(name for name in (project.name, project.client, project.folder) if name)


def json(view: GapsView, _width: int = 0, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """The same as data, version 1; amounts as decimal strings."""
    return json_text(
        {
            "version": 1,
            "as_of": view.as_of.isoformat(),
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


FORMATS = {"text": text, "json": json, "md": markdown}
"""Every format by name; width and colour go to those that a terminal shows."""
