"""The report of a check: its findings, and the part of the workspace and of the rules that was asked for."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date  # noqa: TC003  (msgspec reads the annotations)
from functools import lru_cache
from heapq import nsmallest
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import limits
from mtrack.characters import seen_words
from mtrack.finding import Finding, Severity  # noqa: TC001
from mtrack.rules import INTERNAL, RULES
from mtrack.workspace import RECORDS, is_below, join

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from mtrack.record.model import Heading
    from mtrack.rules import Rule


class Selection(Struct, frozen=True):
    """The selection to show: rules or categories by name (none: all), less the ignored ones, under the paths given."""

    select: frozenset[str] = frozenset()
    ignore: frozenset[str] = frozenset()
    paths: tuple[str, ...] = (".",)
    client: str | None = None
    """A part of the client's name, in any case; None for all."""

    @property
    def rules(self) -> frozenset[str] | None:
        """The names of the rules whose findings are shown; None for all."""
        return _rules(self.select, self.ignore)

    def takes_rule(self, rule: Rule) -> bool:
        """Whether findings of a rule are shown."""
        if not self.select and not self.ignore:
            return True
        names = {rule.name, rule.category.value}
        return (not self.select or bool(names & self.select)) and not names & self.ignore

    def takes_client(self, name: str | None) -> bool:
        """Whether projects of a client are shown; where a client is asked for, those that name none are not."""
        return self.client is None or (name is not None and seen_words(self.client) in seen_words(name))

    def takes_path(self, path: str) -> bool:
        """Whether a path from the root lies under what was asked for."""
        return "." in self.paths or any(is_below(path, top) for top in self.paths)

    def takes_project(self, folder: str, heading: Heading | None) -> bool:
        """Whether a project is shown; one whose records can't be used has no heading, and no client either."""
        return self.takes_path(join(folder, RECORDS)) and self.takes_client(heading.client if heading else None)

    def takes(self, finding: Finding) -> bool:
        """Whether a finding is shown; that mtrack itself failed always is, in what was asked for."""
        if finding.rule == INTERNAL.name:
            return finding.path == "." or self.takes_path(finding.path)
        rules = self.rules
        return (rules is None or finding.rule in rules) and self.takes_path(finding.path)


@lru_cache(maxsize=16)
def _rules(select: frozenset[str], ignore: frozenset[str]) -> frozenset[str] | None:
    if not select and not ignore:
        return None
    selection = Selection(select, ignore)
    return frozenset(name for name, rule in RULES.items() if selection.takes_rule(rule))


class Summary(Struct, frozen=True):
    """Counts of what is shown; errors, warnings and infos leave out waived findings."""

    projects: int
    milestones: int
    errors: int
    warnings: int
    infos: int
    waived: int


class Report(Struct, frozen=True):
    """The result of a check: all that the output formats draw from. `root` is as the user would reach it.

    `skipped` are the projects that not all rules could judge; of these mtrack itself failed at the `failed` ones.
    """

    as_of: date
    root: str
    findings: tuple[Finding, ...]
    skipped: tuple[str, ...]
    summary: Summary
    failed: tuple[str, ...] = ()

    def fails(self, fail_on: Severity) -> bool:
        """Whether a finding that is not waived is at or above `fail_on`."""
        return any(not finding.waived and finding.severity >= fail_on for finding in self.findings)

    def capped(self, most: int = limits.FINDINGS_IN_ALL) -> Report:
        """The report with no more findings of a file than are shown, the worst; the last says how many more there are.

        Where that would still be more than `most` in all, each file shows fewer: as many as any other that has them.
        """
        by_file: dict[str, list[Finding]] = {}
        for finding in self.findings:
            by_file.setdefault(finding.path, []).append(finding)
        shown = _fair([len(found) for found in by_file.values()], most)
        if not any(len(found) > shown or any(item.more for item in found) for found in by_file.values()):
            return self
        return replace(self, findings=tuple(item for found in by_file.values() for item in of_file(found, shown)))

    def narrowed(self, shown: Iterable[Finding]) -> Report:
        """The report with only some of its findings, and these counted."""
        shown = tuple(shown)
        return replace(self, findings=shown, summary=replace(self.summary, **counts(shown)))


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """The counts of a summary that depend on the findings shown."""
    found = [0, 0, 0, 0]  # at 0 what is waived, the others at their severity
    for finding in findings:
        found[finding.severity if finding.waiver is None else 0] += 1 + finding.more
    waived, infos, warnings, errors = found
    return {"errors": errors, "warnings": warnings, "infos": infos, "waived": waived}


def in_order(groups: Iterable[Sequence[Finding]]) -> list[Finding]:
    """The findings of groups, each in its order: group after group, but where files of two are between each other."""
    ordered = sorted(filter(None, groups), key=lambda group: group[0].path)
    result = [finding for group in ordered for finding in group]
    if any(before[-1].path >= after[0].path for before, after in pairwise(ordered)):
        result.sort(key=lambda finding: finding.order)
    return result


def _fair(counts: list[int], most: int) -> int:
    """The number of findings that each file may show, so that there are `most` in all, but at least one of each."""
    if sum(counts) <= most:
        return limits.FINDINGS
    return max(
        1, bisect_right(range(limits.FINDINGS + 1), most, key=lambda shown: sum(min(n, shown) for n in counts)) - 1
    )


def worst(found: Sequence[Finding], most: int) -> Sequence[Finding]:
    """The worst of some findings in their order, no more than `most`."""
    if len(found) <= most:
        return found
    return nsmallest(most, found, key=lambda finding: (finding.waived, -finding.severity))


def of_file(found: Sequence[Finding], shown: int = limits.FINDINGS) -> Sequence[Finding]:
    """The worst findings of a file, in their order, as many as are shown; the last says how many more there are."""
    kept = worst(found, shown)
    more = len(found) - len(kept) + sum(finding.more for finding in found)
    if not more:
        return found
    *others, last = sorted(kept, key=lambda finding: finding.order)
    what = "finding" if more == 1 else "findings"
    message = f"{last.message} (and {more:,} more {what} in this file)"
    return [*others, replace(last, message=message, shown=None)]
