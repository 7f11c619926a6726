"""`mtrack lint`'s formats: each a function from the report to a string."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mtrack import money
from mtrack.finding import Severity, Span
from mtrack.render.plain import count, harmless, json_text, style

if TYPE_CHECKING:
    from collections.abc import Callable

    from mtrack.check.report import Report
    from mtrack.finding import Finding

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_MARK_WIDTH = 100


def _where(path: str, span: Span | None) -> str:
    return harmless(path) if span is None else f"{harmless(path)}:{span.line}:{span.column}"


def concise(report: Report, colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """A line a finding: place, severity, rule, message."""
    lines: list[str] = []
    for finding in report.findings:
        word = style(f"{finding.severity.word}[{finding.rule}]", _COLOURS[finding.severity], colour=colour)
        waived = f" (waived: {harmless(finding.waiver)})" if finding.waiver is not None else ""
        lines.append(f"{_where(finding.path, finding.span)}: {word} {harmless(finding.message)}{waived}")
    return "".join(f"{line}\n" for line in [*lines, *_skipped(report)])


def text(report: Report, colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """Place, the user's own line with a marker, message, related places, hint and page; then a summary line."""
    parts = [_block(finding, colour) for finding in report.findings if not finding.waived]
    waived = [finding for finding in report.findings if finding.waived]
    if waived:
        lines = [
            f"  {_where(f.path, f.span)} {f.rule}: {harmless(f.message)}\n    reason: {harmless(f.waiver or '')}\n"
            for f in waived
        ]
        parts.append("waived:\n" + "".join(lines))
    skipped = _skipped(report)
    if skipped:
        parts.append("".join(f"{line}\n" for line in skipped))
    parts.append(_summary(report, colour))
    return "\n".join(parts)


def _skipped(report: Report) -> list[str]:
    return [f"{harmless(path)}: its other rules are skipped until it is mended" for path in report.skipped]


def _block(finding: Finding, colour: bool) -> str:  # noqa: FBT001
    word = style(f"{finding.severity.word}[{finding.rule}]", "bold", _COLOURS[finding.severity], colour=colour)
    lines = [f"{word} {style(harmless(finding.message), 'bold', colour=colour)}"]
    gutter = " "
    if finding.span is not None and finding.excerpt is not None:
        gutter = " " * len(str(finding.span.line))
    arrow = style("-->", "blue", colour=colour)
    lines.append(f"{gutter}{arrow} {_where(finding.path, finding.span)}")
    bar = style("|", "blue", colour=colour)
    if finding.span is not None and finding.excerpt is not None and finding.excerpt.strip():
        shown, before, marked = _excerpt(finding.excerpt, finding.span)
        mark = style("^" * marked, _COLOURS[finding.severity], colour=colour)
        number = style(str(finding.span.line), "blue", colour=colour)
        lines += [f"{gutter} {bar}", f"{number} {bar} {shown}", f"{gutter} {bar} {' ' * before}{mark}"]
    equals = style("=", "blue", colour=colour)
    lines += [
        f"{gutter} {equals} see {_where(related.path, related.span)}: {harmless(related.message)}"
        for related in finding.related
    ]
    help_ = "; ".join(part for part in (finding.hint, f"see mtrack rules {finding.rule}") if part)
    lines.append(f"{gutter} {equals} help: {harmless(help_)}")
    return "".join(f"{line}\n" for line in lines)


def _excerpt(line: str, span: Span) -> tuple[str, int, int]:
    """The line (cut around the marker where it is long), columns before the marker, and the marker's width."""
    from rich.cells import cell_len  # noqa: PLC0415  (only where a finding is shown)

    start = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    left = max(0, min(start - 30, len(line) - _MARK_WIDTH)) if len(line) > _MARK_WIDTH else 0
    right = left + _MARK_WIDTH
    head, tail = ("…" if left else ""), ("…" if right < len(line) else "")
    before = harmless(head + line[left:start])
    marked = harmless(line[start : min(end, right)])
    shown = harmless(head + line[left:right] + tail)
    return shown.rstrip(), cell_len(before), max(cell_len(marked), 1)


def _summary(report: Report, colour: bool) -> str:  # noqa: FBT001
    summary = report.summary
    read = f"{count(summary.projects, 'project')}, {count(summary.milestones, 'milestone')}"
    found = [
        style(count(number, word), tint, colour=colour)
        for number, word, tint in (
            (summary.errors, "error", "red"),
            (summary.warnings, "warning", "yellow"),
            (summary.infos, "info", "blue"),
        )
        if number
    ]
    if summary.waived:
        found.append(f"{summary.waived} waived")
    if report.skipped:
        found.append(f"{count(len(report.skipped), 'file')} skipped")
    return f"{read}: {', '.join(found) if found else style('nothing to mend', 'green', colour=colour)}\n"


def json(report: Report, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """Version 1 of the machine format (`schemas/findings.schema.json`); written out here, never a dump of classes."""
    summary = report.summary
    return json_text(
        {
            "version": 1,
            "as_of": report.as_of.isoformat(),
            "root": report.root,
            "findings": [_json_finding(finding) for finding in report.findings],
            "skipped": list(report.skipped),
            "summary": {
                "projects": summary.projects,
                "milestones": summary.milestones,
                "errors": summary.errors,
                "warnings": summary.warnings,
                "infos": summary.infos,
                "waived": summary.waived,
            },
        }
    )


def _json_finding(finding: Finding) -> dict[str, Any]:
    span = finding.span
    return {
        "rule": finding.rule,
        "category": finding.category.value,
        "severity": finding.severity.word,
        "path": finding.path,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "project": finding.project,
        "milestone": finding.milestone,
        "invoice": finding.invoice,
        "amount": None if finding.amount is None else money.plain(finding.amount, finding.places),
        "currency": finding.currency,
        "message": finding.message,
        "hint": finding.hint,
        "related": [
            {
                "path": related.path,
                "line": related.span.line if related.span else None,
                "column": related.span.column if related.span else None,
                "message": related.message,
            }
            for related in finding.related
        ],
        "waived": finding.waived,
    }


def _in_its_module(name: str) -> Callable[[Report, bool], str]:
    """A format that other programs read; its module is loaded when it is asked for."""

    def render(report: Report, colour: bool = False) -> str:  # noqa: FBT001, FBT002
        text: str = getattr(import_module(f"mtrack.render.{name}"), name)(report, colour)
        return text

    return render


FORMATS: dict[str, Callable[[Report, bool], str]] = {
    "text": text,
    "concise": concise,
    "json": json,
    "sarif": _in_its_module("sarif"),
    "github": _in_its_module("github"),
    "gitlab": _in_its_module("gitlab"),
    "junit": _in_its_module("junit"),
}
"""Every format by name; the colour flag is for those that a terminal shows."""
