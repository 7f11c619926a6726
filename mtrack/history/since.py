"""What a change did: findings on the lines it changed, and those elsewhere that were not there before it."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from contextlib import closing
from typing import TYPE_CHECKING

from mtrack import git
from mtrack.check.pipeline import check
from mtrack.check.workspace import open_workspace
from mtrack.errors import CannotRunError
from mtrack.history.repository import Repository
from mtrack.history.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from mtrack.check.report import Report
    from mtrack.finding import Finding

_HUNK = re.compile(rb"^@@ -[0-9,]+ \+([0-9]+)(?:,([0-9]+))? @@", re.MULTILINE)


def narrow(root: str, report: Report, revision: str) -> Report:
    """The report with only what the changes since a git revision brought; both sides are checked as of the same day.

    A finding that was there before is left out, unless a line of it changed or it became worse: graver, of a larger
    amount, or no longer waived. Before the first commit everything is new. Raises UsageError, CannotRunError.
    """
    with closing(Repository(root, "--since")) as repository:
        commit = repository.find_before(revision)
        if commit is None:
            return report
        with snapshot(repository, commit) as folder:
            try:
                before = check(open_workspace(folder, report.as_of)).report.findings
            except CannotRunError:  # settings that could not be read then: all there is now is new
                before = ()
            known = match(report.findings, before)[0]
            changes = _Changes(root, folder)
            shown = [finding for finding in report.findings if id(finding) not in known or changes.meet(finding)]
    return report.narrowed(shown)


def match(findings: Iterable[Finding], before: Iterable[Finding]) -> tuple[set[int], list[Finding]]:
    """Those findings (by `id`) that were there before, and those that are gone: neither there still nor worse now.

    Each old one stands for one at most, the most alike first.
    """
    left, rest = list(before), list(findings)
    result: set[int] = set()
    keys: tuple[Callable[[Finding], Hashable], ...] = (
        lambda finding: (finding.subject, finding.message),
        lambda finding: finding.subject,
        lambda finding: (finding.rule, finding.path, finding.milestone, finding.milestone or finding.subject),
    )
    for key in keys:
        old: dict[Hashable, list[Finding]] = defaultdict(list)
        for finding in left:
            old[key(finding)].append(finding)
        for finding in rest:
            same = next((was for was in old[key(finding)] if not _worse(finding, was)), None)
            if same is not None:
                old[key(finding)].remove(same)
                result.add(id(finding))
        left = [finding for group in old.values() for finding in group]
        rest = [finding for finding in rest if id(finding) not in result]
    worse = {finding.subject for finding in rest}
    return result, sorted(
        (finding for finding in left if finding.subject not in worse), key=lambda finding: finding.order
    )


def _worse(finding: Finding, was: Finding) -> bool:
    """Whether a finding weighs more than one of the same subject did."""
    if finding.severity > was.severity or (was.waived and not finding.waived):
        return True
    if finding.amount is None:
        return False
    return was.amount is None or finding.currency != was.currency or finding.amount > was.amount


class _Changes:
    """The lines that changed, by file."""

    def __init__(self, root: str, before: str) -> None:
        self.root = root
        self.before = before
        self._lines: dict[str, list[range] | None] = {}

    def meet(self, finding: Finding) -> bool:
        """Whether a line of a finding changed; of one about a whole file, whether its records did."""
        if finding.path not in self._lines:
            self._lines[finding.path] = self._changed(finding.path)
        changed = self._lines[finding.path]
        if changed is None:
            return True
        if finding.span is None:
            return bool(changed)
        first, last = finding.span.line, finding.span.end_line
        return any(lines.start <= last and first < lines.stop for lines in changed)

    def _changed(self, path: str) -> list[range] | None:
        """The changed lines of a file of records or settings; None where it was not there. Raises CannotRunError."""
        now, then = (os.path.join(folder, *path.split("/")) for folder in (self.root, self.before))
        if not now.endswith(".yaml") or not os.path.isfile(now):
            return []  # of evidence and folders only whether they are there matters
        if not os.path.isfile(then):
            return None
        options = (
            "--no-index",
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--text",
            "--ignore-cr-at-eol",
            "--unified=0",
        )
        done = git.run_apart(os.path.dirname(self.before), "diff", *options, "--", then, now)
        if done.returncode not in (0, 1):
            message = f"git can't compare {path} with what it was: {os.fsdecode(done.stderr).strip()}"
            raise CannotRunError(message)
        hunks = [(int(match[1]), int(match[2] or 1)) for match in _HUNK.finditer(done.stdout)]
        return [range(start, start + count) for start, count in hunks]
