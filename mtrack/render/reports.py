"""Recognition of mtrack's own reports: a file that holds one may be written over by the next."""

from __future__ import annotations

import re

HEAD = 65_536
"""The number of bytes of a file that are looked at."""

_BEGINNINGS = re.compile(
    rb"""\s*\Z                                                               # nothing
    | \{\s*"version":\ 1,\s*"as_of":\ "\d{4}-\d\d-\d\d",                     # JSON
    | \{\s*"version":\ "2\.1\.0",\s*"\$schema":\ "[^"]*",\s*"runs":\ \[\s*\{\s*"tool":\ \{\s*"driver":\ \{\s*"name":\ "mtrack"  # SARIF
    | \[\]\s*\Z | \[\s*\{\s*"description":\ "[^\n]*",\s*"check_name":\ "[a-z-]+",\s*"fingerprint":\ "           # GitLab
    | <\?xml\ [^\n]*\?>\s*<testsuites\ name="mtrack"                         # JUnit
    | ::(?:error|warning|notice)\ file=[^\n]*,title=mtrack\                  # GitHub
    | waived:\ [^\n]*[a-z]-[a-z][^\n]*: | waived:\n\ \ [^\n]*\n\ \ \ \ reason:\   # nothing but waived findings
    | (?:[^\n]*:\ )?(?:error|warning|info)\[[a-z-]+\]\                       # text, concise
    | [^\n]*:\ its\ other\ rules\ are\ skipped\ until\                       # only what is skipped
    | [0-9,]+\ projects?,\ [0-9,]+\ milestones?:\                            # a text that finds nothing
    | <!DOCTYPE\ html>\s<html\ lang="en"\ dir="ltr">\s<head>\s<meta\ charset="utf-8">\s<meta\ http-equiv="Content-Security-Policy"\s+[^>]*'sha256-
    """,
    re.VERBOSE,
)


def is_report(head: bytes) -> bool:
    """Whether a file that begins like this is a report, or empty."""
    return _BEGINNINGS.match(head) is not None
