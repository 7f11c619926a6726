"""GitHub's workflow commands, one an annotation. Paths are as seen from the folder the command ran in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.finding import Severity
from mtrack.render.plain import harmless

if TYPE_CHECKING:
    from mtrack.check.report import Report
    from mtrack.finding import Finding

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github(report: Report, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """An annotation a finding; waived ones are only lines in the log."""
    return "".join(f"{_line(report, finding)}\n" for finding in report.findings) + "".join(
        f"{harmless(path)} is broken, its other rules are skipped\n" for path in report.skipped
    )


def from_here(root: str, path: str) -> str:
    """A path from the root as the folder the command ran in sees it."""
    return path if root == "." else root if path == "." else f"{root}/{path}"


def _line(report: Report, finding: Finding) -> str:
    path, span = from_here(report.root, finding.path), finding.span
    if finding.waiver is not None:
        where = path if span is None else f"{path}:{span.line}:{span.column}"
        return f"waived: {harmless(where)} {finding.rule}: {harmless(finding.message)} ({harmless(finding.waiver)})"
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


def _data(text: str) -> str:
    """The escape of a command's message: %; CR, LF and other controls are escapes already."""
    return harmless(text).replace("%", "%25")


def _property(text: str) -> str:
    """The escape of a command's property: also the colon and the comma."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
