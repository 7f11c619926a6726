"""The findings that two checks have in common."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from mtrack.finding import Finding


def match(findings: Iterable[Finding], before: Iterable[Finding]) -> tuple[set[int], list[Finding]]:
    """The findings (by `id`) that were there before, and those that are gone: neither there still nor worse now.

    Each old one stands for one at most, the most alike first.
    """
    left, rest = list(before), list(findings)
    result: set[int] = set()
    keys: tuple[Callable[[Finding], Hashable], ...] = (
        lambda finding: (finding.subject, finding.message),
        lambda finding: finding.subject,
        lambda finding: (
            finding.rule,
            finding.path,
            finding.milestone,
            finding.about,
            finding.milestone or finding.subject,
        ),
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
