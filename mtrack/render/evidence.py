"""`mtrack verify`: a line per value with what the papers say of it, and the same as JSON."""

from __future__ import annotations

import json
import posixpath
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.render import findings
from mtrack.render.json_text import json_text
from mtrack.render.terminal import Screen, styled
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.check.report import Report
    from mtrack.record.verdict import Verdict
    from mtrack.views.evidence import ProjectEvidence

MARKS = {
    "confirmed": ("✓", "green"), "computed": ("≈", "green"), "elsewhere": ("≈", "green"), "differs": ("▲", "yellow"),
    "not_found": ("▲", "yellow"), "unreadable": ("·", "dim"),
}  # fmt: skip
"""The mark before a value, and its colour."""
_WORDS = {
    "count": "number of milestones", "terms": "payment terms", "sent": "sent", "net": "net amount", "signed": "signed",
}  # fmt: skip
_DIGEST = 64
"""Characters of a SHA-256, which stands where the agreement has changed."""
_MONEY = frozenset({"amount", "total", "net", "tax", "gross"})


def text(report: Report, evidence: Sequence[ProjectEvidence], colour: bool) -> str:  # noqa: FBT001
    """Per project a line per value, then a line of sums."""
    screen = Screen(colour=colour)
    for i, project in enumerate(evidence):
        if not screen.room:
            screen.tell_more(len(evidence) - i, "projects")
            break
        screen.line(styled(f"{project.project.name} · {project.project.folder}", "bold"))
        shown = screen.rows(len(project.verdicts))
        for verdict in project.verdicts[:shown]:
            mark, tint = MARKS[verdict.verdict]
            screen.line("  ", styled(mark, tint), f" {_line(project, verdict)}")
        screen.tell_more(len(project.verdicts) - shown, "values", "  ")
        if not project.verdicts:
            screen.line("  · no paper is attached that could be read")
        screen.line()
    states = [verdict.verdict for project in evidence for verdict in project.verdicts]
    found = sum(state in {"confirmed", "computed", "elsewhere"} for state in states)
    unread = states.count("unreadable")
    summary = report.summary
    waived = f", {summary.waived} waived" if summary.waived else ""
    screen.line(
        f"{count(summary.projects, 'project')}, {count(len(states), 'value')}: {found} found, "
        f"{len(states) - found - unread} differ or are not found, {unread} not readable{waived}"
    )
    return screen.text()


def _line(project: ProjectEvidence, verdict: Verdict) -> str:
    """One value: what is recorded, what stands in the paper, where, and what was tried."""
    subject = project.labels.get(verdict.id or "", verdict.id or "agreement")
    subject = f"sign-off of {subject}" if verdict.subject == "signoff" else subject
    field = "" if verdict.subject == "milestone" else f" {_WORDS.get(verdict.field, verdict.field)}"
    recorded = _value(project, verdict.field, verdict.recorded)
    head = f"{subject}{field} {recorded}".rstrip()
    parts = [part for part in (_said(project, verdict), verdict.note) if part]
    return f"{head}: {'; '.join(parts)}" if parts else head


def _said(project: ProjectEvidence, verdict: Verdict) -> str:
    where = _where(verdict)
    quote = f': "{verdict.quote}"' if verdict.quote else ""
    found = _value(project, verdict.field, verdict.found)
    if verdict.verdict == "differs":
        return f"{where} says {found}{quote}" if found else where
    if verdict.verdict == "elsewhere" and verdict.field != "kind":
        return f"stands in {where}, not beside its name{quote}"
    if verdict.verdict == "not_found":
        return f"not found; the nearest is {where}{quote}" if where else "not found"
    return f"{where}{quote}"


def _where(verdict: Verdict) -> str:
    if verdict.file is None:
        return ""
    page = "" if verdict.page is None else f" p. {verdict.page},"
    line = "" if verdict.line is None else f" l. {verdict.line}"
    return f"{posixpath.basename(verdict.file)}{page}{line}"


def _value(project: ProjectEvidence, field: str, value: str | None) -> str:
    if value is None:
        return ""
    if _is_amount(field, value):
        return project.project.money(Decimal(value))
    return f"{value} days" if field == "terms" else value


def _is_amount(field: str, value: str) -> bool:
    return field in _MONEY and len(value) < _DIGEST


def _machine_value(project: ProjectEvidence, field: str, value: str | None) -> str | None:
    """A value as JSON holds it: amounts with the decimals of the project's currency."""
    if value is None or not _is_amount(field, value):
        return value
    return money.plain(Decimal(value), project.project.decimals)


def as_json(report: Report, evidence: Iterable[ProjectEvidence]) -> str:
    """Version 1 of the machine format (`schemas/verify.schema.json`): as `lint`, with the verdicts."""
    data: dict[str, Any] = json.loads(findings.json(report))
    data["evidence"] = [_row(project, verdict) for project in evidence for verdict in project.verdicts]
    return json_text(data)


def _row(project: ProjectEvidence, verdict: Verdict) -> dict[str, Any]:
    return {
        "project": project.project.folder,
        "subject": verdict.subject,
        "id": verdict.id,
        "field": verdict.field,
        "recorded": _machine_value(project, verdict.field, verdict.recorded),
        "found": _machine_value(project, verdict.field, verdict.found),
        "verdict": verdict.verdict,
        "file": project.path(verdict),
        "page": verdict.page,
        "line": verdict.line,
        "quote": verdict.quote,
    }
