"""GitLab's code quality report. Paths are from the repository's root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.finding import Severity
from mtrack.render.fingerprint import fingerprints
from mtrack.render.json_text import json_text
from mtrack.render.places import AT_ROOT, Viewpoint
from mtrack.render.terminal import safe

if TYPE_CHECKING:
    from mtrack.check.report import Report

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def gitlab(report: Report, _colour: bool = False, seen: Viewpoint = AT_ROOT) -> str:  # noqa: FBT001, FBT002
    """A list of issues; a waived one is "info" and says so. What has no line stands at line 1."""
    return json_text(
        [
            {
                "description": safe(
                    finding.message
                    + (f"; {finding.hint}" if finding.hint else "")
                    + (f" (waived: {finding.waiver})" if finding.waiver is not None else "")
                ),
                "check_name": finding.rule,
                "fingerprint": mark,
                "severity": "info" if finding.waived else _SEVERITIES[finding.severity],
                "location": {
                    "path": seen.path(finding.path),
                    "lines": {"begin": finding.span.line if finding.span else 1},
                },
            }
            for finding, mark in zip(report.findings, fingerprints(report.findings), strict=True)
        ]
    )
