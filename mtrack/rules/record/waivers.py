"""Rules about waivers that accept nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack.finding import Place, Problem, Severity
from mtrack.rules.registry import waiver_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.rules.context import CheckedWaiver


@waiver_rule(Severity.WARNING)
def unused_waiver(checked: tuple[CheckedWaiver, ...]) -> Iterator[Problem]:
    """A waiver that accepts nothing.

    Why: the trouble it excused is gone, and left standing it would excuse the next one in silence.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        waivers:
          - {rule: agreement-unsigned, reason: the client signs next week}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        waivers:
          - {rule: agreement-unsigned, reason: the client signs next week}
    """
    for waiver in checked:
        if waiver.unused:
            yield Problem(
                place=Place(waiver.waiver.path, (*waiver.waiver.route, "rule")),
                message=f"no finding of {waiver.waiver.rule} is left for this waiver to accept",
                hint="remove the waiver",
            )


@waiver_rule(Severity.WARNING)
def expired_waiver(checked: tuple[CheckedWaiver, ...]) -> Iterator[Problem]:
    """A waiver whose last day has passed.

    Why: it was granted for a time, and the time is over: what it accepted counts again.

    Bad:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
        waivers:
          - {rule: agreement-unsigned, reason: the client signs in January, until: 2026-01-31}

    Good:
        project: Acme website
        currency: EUR
        agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
        milestones:
          - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}
    """
    for waiver in checked:
        if waiver.expired:
            yield Problem(
                place=Place(waiver.waiver.path, (*waiver.waiver.route, "until")),
                message=f"the waiver of {waiver.waiver.rule} ended on {waiver.waiver.until}: it accepts nothing any more",
                hint="fix what it accepted and remove it, or agree on a new date",
                since=waiver.waiver.until,
            )
