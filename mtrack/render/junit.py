"""JUnit XML, as CI servers read it: a suite per project, a case per finding."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from mtrack.finding import Severity
from mtrack.render.ci_log import hashes_escaped
from mtrack.render.places import AT_ROOT, Viewpoint, place
from mtrack.render.terminal import safe

if TYPE_CHECKING:
    from mtrack.check.report import Report
    from mtrack.finding import Finding

_NOT_XML = re.compile("[\ufffe\uffff]")


def junit(report: Report, _colour: bool = False, seen: Viewpoint = AT_ROOT) -> str:  # noqa: FBT001, FBT002
    """Errors and warnings fail, infos pass with a note, waived ones are skipped with their reason."""
    by_project: dict[str | None, list[Finding]] = {}
    for finding in report.findings:
        by_project.setdefault(finding.project, []).append(finding)
    top = ET.Element("testsuites", name="mtrack")
    if not by_project:
        suite = ET.SubElement(top, "testsuite", name="workspace", tests="1", failures="0", errors="0", skipped="0")
        ET.SubElement(suite, "testcase", name="nothing to fix", classname="mtrack", time="0")
    for project, findings in by_project.items():
        failing = [finding for finding in findings if not finding.waived and finding.severity > Severity.INFO]
        suite = ET.SubElement(
            top,
            "testsuite",
            name=_xml(project or "workspace"),
            tests=str(len(findings)),
            failures=str(len(failing)),
            errors="0",
            skipped=str(sum(finding.waived for finding in findings)),
        )
        for finding in findings:
            _case(suite, finding, seen)
    ET.indent(top)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        + hashes_escaped(ET.tostring(top, encoding="unicode"), "&#91;")
        + "\n"
    )


def _case(suite: ET.Element, finding: Finding, seen: Viewpoint) -> None:
    where = place(seen.path(finding.path), finding.span)
    # Surefire's schema asks for a time. Jenkins' has no message at a skipped case, so its reason is in the text.
    name, classname = _xml(f"{finding.rule} at {where}"), f"mtrack.{finding.rule}"
    case = ET.SubElement(suite, "testcase", name=name, classname=classname, time="0")
    body = "\n".join(_xml(part) for part in (f"{where}: {finding.message}", finding.hint) if part)
    if finding.waiver is not None:
        ET.SubElement(case, "skipped").text = f"{body}\nwaived: {_xml(finding.waiver)}"
    elif finding.severity is Severity.INFO:
        ET.SubElement(case, "system-out").text = body
    else:
        ET.SubElement(case, "failure", type=finding.severity.word, message=_xml(finding.message)).text = body


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", safe(text))
