"""GitLab's code quality report. Paths are as seen from the folder the command ran in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.finding import Severity
from mtrack.render.fingerprint import fingerprints
from mtrack.render.github import from_here
from mtrack.render.plain import harmless, json_text

if TYPE_CHECKING:
    from mtrack.check.report import Report

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def gitlab(report: Report, _colour: bool = False) -> str:  # noqa: FBT001, FBT002
    """A list of issues; a waived one is "info" and says so. What has no line stands at line 1."""
    return json_text(
        [
            {
                "description": harmless(
                    finding.message
                    + (f"; {finding.hint}" if finding.hint else "")
                    + (f" (waived: {finding.waiver})" if finding.waiver is not None else "")
                ),
                "check_name": finding.rule,
                "fingerprint": mark,
                "severity": "info" if finding.waived else _SEVERITIES[finding.severity],
                "location": {
                    "path": from_here(report.root, finding.path),
                    "lines": {"begin": finding.span.line if finding.span else 1},
                },
            }
            for finding, mark in zip(report.findings, fingerprints(report.findings), strict=True)
        ]
    )
