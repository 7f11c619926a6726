"""Rules about branches that are not merged yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money
from mtrack.changes.facts import LINES
from mtrack.finding import Severity
from mtrack.record.model import number_key
from mtrack.rules.registry import branch_rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.changes.branches import BranchPair, Brought
    from mtrack.finding import Problem


@branch_rule(Severity.ERROR)
def branch_collision(pair: BranchPair) -> Iterator[Problem]:
    """Two branches give one number to different invoices, or together bill a milestone beyond what is agreed.

    Why: each branch is right for itself; what they do together is seen when both papers have gone out.

    Bad:
        === 2026-01-12
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        === 2026-02-02 on site
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02}, status: sent}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        === 2026-02-03
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, invoice: {number: INV-1, amount: 5000.00, sent: 2026-02-03}, status: sent}

    Good:
        === 2026-01-12
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        === 2026-02-02 on site
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02}, status: sent}
          - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
        === 2026-02-03
        project: Acme website
        currency: EUR
        milestones:
          - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
          - {id: M2, name: Beta, amount: 5000.00, invoice: {number: INV-2, amount: 5000.00, sent: 2026-02-03}, status: sent}
    """
    ours, theirs = pair.brought(pair.ours), pair.brought(pair.theirs)
    numbers = {number_key(item.number): item for item in ours}
    for item in theirs:
        same = numbers.get(number_key(item.number))
        if same is not None and same.terms != item.terms:
            yield pair.problem(
                same,
                f"{pair.ours.name} and {pair.theirs.name} give the number {item.number} to different invoices",
                "give one of them another number before both branches are merged",
                _only(same),
            )
    for uid, milestone in dict.fromkeys((item.uid, name) for item in ours for name in item.record.fields[LINES]):
        yield from _overbilled(pair, uid, str(milestone), ours, theirs)


def _overbilled(
    pair: BranchPair, uid: int, milestone: str, ours: Iterable[Brought], theirs: Iterable[Brought]
) -> Iterator[Problem]:
    """Whether two branches together bill a milestone beyond what is agreed; one invoice in both counts once."""
    mine = [item for item in ours if item.uid == uid and item.share(milestone) > 0]
    known = {number_key(item.number) for item in mine}
    others = [
        item
        for item in theirs
        if item.uid == uid and item.share(milestone) > 0 and number_key(item.number) not in known
    ]
    if not mine or not others:
        return
    version = mine[0].version
    agreed = version.value(("milestone", milestone, 0), "amount")
    billed = money.total([pair.billed_before(uid, milestone), *(item.share(milestone) for item in (*mine, *others))])
    if agreed is not None and billed > agreed and version.currency is not None:
        yield pair.problem(
            mine[0],
            f"{pair.ours.name} and {pair.theirs.name} together bill {money.display(billed, version.currency, version.decimals)} of {milestone},"
            f" agreed are {money.display(agreed, version.currency, version.decimals)}",
            "void or correct one of the invoices before both branches are merged",
            milestone,
        )


def _only(item: Brought) -> str | None:
    shares = list(item.record.fields[LINES])
    return str(shares[0]) if len(shares) == 1 else None
