"""GitHub's workflow commands, one an annotation. Paths are from the repository's root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.finding import Severity
from mtrack.render.ci_log import inert
from mtrack.render.places import AT_ROOT, Viewpoint, place
from mtrack.render.terminal import safe

if TYPE_CHECKING:
    from mtrack.check.report import Report
    from mtrack.finding import Finding

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(report: Report, _colour: bool = False, seen: Viewpoint = AT_ROOT) -> str:  # noqa: FBT001, FBT002
    """An annotation per finding; waived ones are only lines in the log."""
    return "".join(f"{_line(finding, seen)}\n" for finding in report.findings) + "".join(
        f"{_shown(seen.path(path))} is broken, its other rules are skipped\n" for path in report.skipped
    )


def _line(finding: Finding, seen: Viewpoint) -> str:
    path, span = seen.path(finding.path), finding.span
    if finding.waiver is not None:
        return _shown(f"waived: {place(path, span)} {finding.rule}: {finding.message} ({finding.waiver})")
    properties = {"file": path}
    if span is not None:
        properties |= {"line": str(span.line), "endLine": str(span.end_line)}
        properties["col"] = str(span.column)
        if span.end_line == span.line:
            properties["endColumn"] = str(span.end_column)
    properties["title"] = f"mtrack {finding.rule}"
    text = "%0A".join(_data(part) for part in (finding.message, finding.hint) if part)
    pairs = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {pairs}::{text}"


def _shown(text: str) -> str:
    """A line that is no command."""
    return inert(safe(text))


def _data(text: str) -> str:
    """The escape of a command's message: %; CR, LF and other controls are escapes already."""
    return inert(safe(text)).replace("%", "%25")


def _property(text: str) -> str:
    """The escape of a command's property: also the colon and the comma."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
