"""`mtrack lint`'s formats: each a function from the report to a string."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from mtrack import money
from mtrack.finding import Severity
from mtrack.render.json_text import json_text
from mtrack.render.places import AT_ROOT, Viewpoint, place
from mtrack.render.terminal import Prose, Screen, Whole, styled
from mtrack.words import count

if TYPE_CHECKING:
    from mtrack.check.report import Report
    from mtrack.finding import Finding, Span
    from mtrack.render.terminal import Part, Styled

TINTS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
_ARROW, _BAR, _EQUALS = (styled(sign, "blue") for sign in ("-->", "|", "="))
_EXCERPT = 100
"""The most columns of an excerpt."""
_JSON_INDENT = " " * 4
"""The indent of a finding in JSON."""


class Format(Protocol):
    """A format: colour is for those that a terminal shows, `seen` for those whose paths are not from the root."""

    def __call__(self, report: Report, colour: bool = False, seen: Viewpoint = AT_ROOT, /) -> str: ...  # noqa: D102, FBT001, FBT002


class ItemFormat(Protocol):
    """The format of one finding; `width` is the columns within which lines break, for those that a terminal shows."""

    def __call__(self, finding: Finding, colour: bool, seen: Viewpoint, width: int | None, /) -> str: ...  # noqa: D102, FBT001


def concise(report: Report, colour: bool = False, seen: Viewpoint = AT_ROOT) -> str:  # noqa: FBT001, FBT002
    """A line a finding: place, severity, rule, message."""
    screen = Screen(colour=colour)
    for finding in report.findings:
        screen.add(_as_shown(finding, _concise, colour, seen))
    _skipped(screen, report, seen)
    return screen.text()


def _concise(finding: Finding, colour: bool, seen: Viewpoint, _width: int | None) -> str:  # noqa: FBT001
    screen = Screen(colour=colour)
    waived = f" (waived: {finding.waiver})" if finding.waiver is not None else ""
    where = place(seen.path(finding.path), finding.span)
    screen.line(f"{where}: ", _kind(finding.rule, finding.severity), f" {finding.message}{waived}")
    return screen.text()


def _as_shown(finding: Finding, make: ItemFormat, colour: bool, seen: Viewpoint, width: int | None = None) -> str:  # noqa: FBT001
    """A finding as it was made beforehand, else made now."""
    return finding.shown if finding.shown is not None else make(finding, colour, seen, width)


@cache
def _kind(rule: str, severity: Severity, *styles: str) -> Styled:
    return styled(f"{severity.word}[{rule}]", *styles, TINTS[severity])


def text(report: Report, colour: bool = False, seen: Viewpoint = AT_ROOT, width: int | None = None) -> str:  # noqa: FBT001, FBT002
    """Place, the user's own line with a marker, message, related places, hint and page; then a summary line.

    Lines break at spaces within `width` columns, where one is given.
    """
    screen = Screen(colour=colour, width=width)
    for finding in report.findings:
        if not finding.waived:
            screen.add(_as_shown(finding, _text, colour, seen, width))
    waived = [finding for finding in report.findings if finding.waiver is not None]
    if waived:
        screen.line("waived:")
        for finding in waived:
            where = f"  {place(seen.path(finding.path), finding.span)} {finding.rule}: "
            screen.line(where, Prose(finding.message), hang=4)
            screen.line(f"    reason: {finding.waiver}", hang=6)
        screen.line()
    if report.skipped:
        _skipped(screen, report, seen)
        screen.line()
    _summary(screen, report)
    return screen.text()


def _skipped(screen: Screen, report: Report, seen: Viewpoint) -> None:
    for path in report.skipped:
        why = (
            "not all rules could judge it, since mtrack itself failed"
            if path in report.failed
            else "its other rules are skipped until it is fixed"
        )
        screen.line(f"{seen.path(path)}: {why}", hang=2)


def _text(finding: Finding, colour: bool, seen: Viewpoint, width: int | None) -> str:  # noqa: FBT001
    screen = Screen(colour=colour, width=width)
    span, excerpt = finding.span, finding.excerpt
    if span is None or not excerpt or excerpt.isspace():
        gutter, marked = " ", []
    else:
        gutter = " " * len(str(span.line))
        marked = _marked_line(excerpt, finding.cut, span, TINTS[finding.severity], width)
    hang = len(gutter) + 3
    lines: list[tuple[int, tuple[Part, ...]]] = [
        (2, (_kind(finding.rule, finding.severity, "bold"), " ", styled((Prose(finding.message),), "bold"))),
        (hang + 1, (gutter, _ARROW, f" {place(seen.path(finding.path), span)}")),
        *marked,
    ]
    for related in finding.related:
        where = f" see {place(seen.path(related.path), related.span)}: "
        lines.append((hang, (f"{gutter} ", _EQUALS, where, Prose(related.message))))
    page = f"see mtrack rules {finding.rule}"
    help_ = f"{finding.hint}; {page}" if finding.hint else page
    lines += [(hang, (f"{gutter} ", _EQUALS, " help: ", Prose(help_))), (0, ())]
    screen.add_lines(lines)
    return screen.text()


def _marked_line(line: str, cut: int, span: Span, tint: str, width: int | None) -> list[tuple[int, tuple[Part, ...]]]:
    from mtrack.render.excerpt import excerpt  # noqa: PLC0415  (only where a finding is shown)

    number = str(span.line)
    gutter = " " * (len(number) + 1)
    room = _EXCERPT if width is None else min(_EXCERPT, width - len(f"{number} | "))
    end = span.end_column - 1 - cut if span.end_line == span.line else len(line)
    text, before, marked = excerpt(line, span.column - 1 - cut, end, room)
    return [
        (0, (gutter, _BAR)),
        (0, (styled(number, "blue"), " ", _BAR, Whole(f" {text}"))),
        (0, (gutter, _BAR, Whole(f" {' ' * before}"), styled((Whole("^" * marked),), tint))),
    ]


def _summary(screen: Screen, report: Report) -> None:
    summary = report.summary
    parts: list[str | Styled] = [
        styled(count(number, word), tint)
        for number, word, tint in (
            (summary.errors, "error", "red"),
            (summary.warnings, "warning", "yellow"),
            (summary.infos, "info", "blue"),
        )
        if number
    ]
    if summary.waived:
        parts.append(f"{summary.waived} waived")
    if report.skipped:
        parts.append(f"{count(len(report.skipped), 'file')} skipped")
    parts = parts or [styled("nothing to fix", "green")]
    commas = [part for shown in parts for part in (", ", shown)][1:]
    screen.line(f"{count(summary.projects, 'project')}, {count(summary.milestones, 'milestone')}: ", *commas)


def json(report: Report, colour: bool = False, seen: Viewpoint = AT_ROOT) -> str:  # noqa: FBT001, FBT002
    """Version 1 of the machine format (`schemas/findings.schema.json`); written out here, never a dump of classes."""
    summary = report.summary
    text = json_text(
        {
            "version": 1,
            "as_of": report.as_of.isoformat(),
            "root": report.root,
            "findings": [None] if report.findings else [],
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
    head, opening, tail = text.partition(f'"findings": [\n{_JSON_INDENT}')
    findings = f",\n{_JSON_INDENT}".join([_as_shown(finding, _json, colour, seen) for finding in report.findings])
    return f"{head}{opening}{findings}{tail.removeprefix('null')}"


def _json(finding: Finding, _colour: bool, _seen: Viewpoint, _width: int | None) -> str:  # noqa: FBT001
    return json_text(json_finding(finding)).rstrip("\n").replace("\n", f"\n{_JSON_INDENT}")


def json_finding(finding: Finding) -> dict[str, Any]:
    """A finding as JSON."""
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
        "amount": None if finding.amount is None else money.plain(finding.amount, finding.decimals),
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
        "commit": _json_commit(finding),
    }


def _json_commit(finding: Finding) -> dict[str, str] | None:
    commit = finding.commit
    return None if commit is None else {"id": commit.id, "author": commit.author, "date": commit.date}


def _in_its_module(name: str) -> Format:
    """A format that other programs read; its module is loaded when it is asked for."""

    def render(report: Report, colour: bool = False, seen: Viewpoint = AT_ROOT) -> str:  # noqa: FBT001, FBT002
        text: str = getattr(import_module(f"mtrack.render.{name}"), name)(report, colour, seen)
        return text

    return render


FORMATS: dict[str, Format] = {
    "text": text,
    "concise": concise,
    "json": json,
    "sarif": _in_its_module("sarif"),
    "github": _in_its_module("github"),
    "gitlab": _in_its_module("gitlab"),
    "junit": _in_its_module("junit"),
}
"""Every format by name."""
ITEMS: dict[str, ItemFormat] = {"text": _text, "concise": _concise, "json": _json}
"""The formats in which what a finding looks like can be made before the others are known."""
FOR_REPOSITORIES = {"sarif", "github", "gitlab"}
"""The formats whose paths are from the repository's root. Those of JSON are from the workspace's, of others from here."""
