"""SARIF 2.1.0 (OASIS standard, 2020), for code scanning. URIs are relative to the repository's root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mtrack import __version__
from mtrack.finding import Severity
from mtrack.render.fingerprint import fingerprints
from mtrack.render.json_text import json_text
from mtrack.render.places import AT_ROOT, Viewpoint
from mtrack.render.terminal import safe
from mtrack.rules import INTERNAL, RULES
from mtrack.rules.pages import page
from mtrack.words import capital

if TYPE_CHECKING:
    from mtrack.check.report import Report
    from mtrack.finding import Finding, Span
    from mtrack.rules import Rule

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif(report: Report, _colour: bool = False, seen: Viewpoint = AT_ROOT) -> str:  # noqa: FBT001, FBT002
    """One run with every rule and every finding; waived findings are suppressed, with the reason."""
    rules = list(RULES.values())
    if any(finding.rule == INTERNAL.name for finding in report.findings):
        rules.append(INTERNAL)
    index = {rule.name: i for i, rule in enumerate(rules)}
    prints = fingerprints(report.findings)
    driver = {
        "name": "mtrack",
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(finding, index[finding.rule], mark, seen)
            for finding, mark in zip(report.findings, prints, strict=True)
        ],
    }
    return json_text({"version": "2.1.0", "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    parts = page(rule)
    why = capital(parts.why)
    return {
        "id": rule.name,
        "shortDescription": {"text": parts.summary},
        "fullDescription": {"text": why},
        "help": {"text": f"{why}\n\nmtrack rules {rule.name} shows a bad and a good sample."},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": {"category": rule.category.value},
    }


def _result(finding: Finding, index: int, mark: str, seen: Viewpoint) -> dict[str, Any]:
    text = "\n".join(safe(part) for part in (finding.message, finding.hint) if part)
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": text},
        "locations": [{"physicalLocation": _location(seen.path(finding.path), finding.span)}],
        "partialFingerprints": {"mtrack/v1": mark},
    }
    if finding.related:
        result["relatedLocations"] = [
            {
                "physicalLocation": _location(seen.path(related.path), related.span),
                "message": {"text": safe(related.message)},
            }
            for related in finding.related
        ]
    # The standard (3.27.23) wants the list on every result or on none; an empty one says that nothing is suppressed.
    result["suppressions"] = []
    if finding.waiver is not None:
        result["suppressions"].append({"kind": "external", "justification": safe(finding.waiver)})
    return result


def _location(path: str, span: Span | None) -> dict[str, Any]:
    """A place; code scanning shows no result without a region, so what has no line stands at line 1."""
    region = {"startLine": 1}
    if span is not None:
        region = {
            "startLine": span.line,
            "startColumn": span.column,
            "endLine": span.end_line,
            "endColumn": span.end_column,
        }
    return {"artifactLocation": {"uri": quote(path, errors="surrogateescape")}, "region": region}
