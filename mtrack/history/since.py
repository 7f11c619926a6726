"""The effect of a change: findings on the lines it changed, and those elsewhere that were not there before it."""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from contextlib import closing, suppress
from typing import TYPE_CHECKING

from mtrack import git
from mtrack.check.pipeline import check
from mtrack.check.workspace import open_workspace
from mtrack.errors import CannotRunError
from mtrack.files import inside
from mtrack.history.matching import match
from mtrack.history.outside import Outside
from mtrack.history.repository import Repository
from mtrack.history.sides import Side, moves
from mtrack.history.snapshot import snapshot
from mtrack.history.subjects import Subjects
from mtrack.history.weakened import weakened
from mtrack.rules import RULES
from mtrack.workspace import join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mtrack.check.report import Report, Selection
    from mtrack.finding import Finding, Span

_HUNK = re.compile(rb"^@@ -[0-9,]+ \+([0-9]+)(?:,([0-9]+))? @@", re.MULTILINE)


def narrow(root: str, report: Report, revision: str, selection: Selection) -> Report:
    """The report with only what the changes since a git revision brought; both sides are checked as of the same day.

    A finding that was there before is left out, unless a line of it changed or it became worse: graver, of a larger
    amount, or no longer waived. What the changes hide is reported too, where it is of the selection or holds for a part of
    it. Before the first commit everything is new. Raises UsageError, CannotRunError.
    """
    with closing(Repository(root, "--since")) as repository:
        commit = repository.find_before(revision)
        if commit is None:
            return report
        with snapshot(repository, commit, repository.not_checked_out) as folder:
            before: list[Finding] = []
            led: dict[str, str] = {}
            subjects: Subjects | None = None
            silenced: list[Finding] = []
            with suppress(CannotRunError):  # settings that could not be read then: all there is now is new
                workspace = open_workspace(folder, report.as_of, origin=root)
                earlier = check(workspace).report.findings
                now = open_workspace(root, report.as_of)
                led = moves(*(Side(side, lambda _path: None) for side in (workspace, now)))
                subjects = Subjects(workspace, lambda: now, led)
                before = subjects.where_they_are(earlier)
                name = commit[:10] if revision == commit else revision
                silenced = weakened(now, workspace, earlier, name, selection, Outside(repository, commit))
            known = match(report.findings, before, subjects)[0]
            changes = _Changes(root, folder, led)
            shown = [finding for finding in report.findings if id(finding) not in known or changes.meet(finding)]
            shown += (finding for finding in silenced if selection.takes_rule(RULES[finding.rule]))
    return report.narrowed(sorted(shown, key=lambda finding: finding.order))


def touches(changed: Sequence[range], first: int, last: int) -> bool:
    """Whether changed lines, in order, touch those from the first to the last."""
    at = bisect_right(changed, first, key=lambda lines: lines.stop)
    return at < len(changed) and changed[at].start <= last


class _Changes:
    """The lines that changed, by file."""

    def __init__(self, root: str, before: str, led: Mapping[str, str]) -> None:
        """`led` are the old folders of projects that moved, by the new ones."""
        self.root = root
        self.before = before
        self.led = led
        self._lines: dict[str, list[range] | None] = {}

    def meet(self, finding: Finding) -> bool:
        """Whether a line of a finding changed, or of a place that belongs to it.

        Of one about a whole file, or that stands for others in it, whether its records did.
        """
        return self._meets(finding.path, None if finding.more else finding.span) or any(
            self._meets(item.path, item.span) for item in finding.related if item.span is not None
        )

    def _meets(self, path: str, span: Span | None) -> bool:
        if path not in self._lines:
            self._lines[path] = self._changed(path)
        changed = self._lines[path]
        if changed is None:
            return True
        return bool(changed) if span is None else touches(changed, span.line, span.end_line)

    def _changed(self, path: str) -> list[range] | None:
        """The changed lines of a file of records or settings, in order; None where it was not there. Raises CannotRunError."""
        folder, _, name = path.rpartition("/")
        was = join(self.led[folder or "."], name) if (folder or ".") in self.led else path
        now, then = _read_at(self.root, path), _read_at(self.before, was)
        if not path.endswith(".yaml") or now is None:
            return []  # of evidence and folders only whether they are there matters
        if then is None:
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


def _read_at(root: str, path: str) -> str | None:
    """The file that is read at a path: what a link in the workspace leads to; one that leads out is the link itself."""
    full, top = os.path.join(root, *path.split("/")), os.path.realpath(root)
    real = os.path.realpath(full)
    if inside(real, top):
        return real if os.path.isfile(real) else None
    return full if os.path.islink(full) and inside(os.path.realpath(os.path.dirname(full)), top) else None
