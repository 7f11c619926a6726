"""Rules of the categories agreement and gap."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from oracle import series
from oracle.basics import Record, exact, listed
from oracle.figures import upfront_day
from oracle.judged import Fired, Judged, agreement_of, more_than, of_invoice, of_milestone

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTHING = Fraction(0)


# Agreement: the whole record


def agreement_rules(case: Judged) -> Iterator[Fired]:
    agreement = agreement_of(case)
    if not agreement.get("file"):
        yield Fired("agreement-missing", case.path, None, None, None)
    elif agreement.get("signed") is None:
        yield Fired("agreement-unsigned", case.path, None, None, None)
    if agreement and agreement.get("total") is None:
        yield Fired("total-missing", case.path, None, None, None)


def agreement_sums(case: Judged) -> Iterator[Fired]:
    agreement = agreement_of(case)
    counting = [milestone for milestone in case.whole["milestones"] if not milestone["cancelled"]]
    amendments = listed(agreement, "amendments")
    if agreement.get("total") is not None:
        total = exact(agreement["total"]) + sum((exact(one.get("amount")) for one in amendments), NOTHING)
        difference = sum((milestone["amount"] for milestone in counting), NOTHING) - total
        if difference:
            rule = "amount-exceeds-agreement" if difference > 0 else "amount-unlisted"
            yield Fired(rule, case.path, None, None, abs(difference))
    if agreement.get("milestones") is not None:
        count = agreement["milestones"] + sum(one.get("milestones") or 0 for one in amendments)
        if len(counting) != count:
            rule = "milestones-extra" if len(counting) > count else "milestones-missing"
            yield Fired(rule, case.path, None, None, None)


# Gaps: as it stood


def _upfront_waits(case: Judged, milestone: Record) -> bool:
    day = upfront_day(case.seen["record"], milestone)
    return milestone["upfront"] and more_than(day, case.settings.get("bill_within") or 0, case)


def _approved_waits(case: Judged, milestone: Record) -> bool:
    return more_than(milestone["approved"], case.settings.get("bill_within") or 0, case)


def _upfront_not_billed(case: Judged, milestone: Record) -> bool:
    return milestone["approved"] is None and milestone["billed"] <= 0 and _upfront_waits(case, milestone)


def billing_gaps(case: Judged) -> Iterator[Fired]:
    milestones = case.seen["milestones"]
    for place, milestone in enumerate(milestones):
        if milestone["cancelled"] or milestone["hold"] or not milestone["amount"]:
            continue
        # "nothing billed" is the figure, so a line whose share is credited in full is not billed
        nothing_billed = milestone["billed"] <= 0
        if nothing_billed and _approved_waits(case, milestone):
            yield of_milestone("approved-not-billed", case, milestone, milestone["unbilled"])
        if _upfront_not_billed(case, milestone):
            yield of_milestone("upfront-not-billed", case, milestone, milestone["unbilled"])
        elif nothing_billed and milestone["approved"] is None and _is_skipped(case, milestone, milestones[place + 1 :]):
            yield of_milestone("skipped-milestone", case, milestone, milestone["unbilled"])
        waits = _approved_waits(case, milestone) or _upfront_waits(case, milestone)
        if NOTHING < milestone["billed"] < milestone["agreed"] and waits:
            yield of_milestone("underbilled", case, milestone, milestone["unbilled"])


def _is_billed(milestone: Record) -> bool:
    """Whether something is billed; an invoice over 0 bills a milestone of amount 0."""
    return milestone["billed"] > 0 or (not milestone["amount"] and bool(milestone["live"]))


def _is_skipped(case: Judged, milestone: Record, later: list[Record]) -> bool:
    if milestone["planned"] is not None and milestone["planned"] >= case.day:
        return False
    # a cancelled milestone counts nowhere, so it is no later one that is billed
    return any(one["billed"] > 0 and not one["upfront"] and not one["cancelled"] for one in later)


def delivery_gaps(case: Judged) -> Iterator[Fired]:
    for milestone in case.seen["milestones"]:
        # these two ask for no invoice, so they stay for a milestone of amount 0
        if milestone["cancelled"] or milestone["approved"] is not None or _is_billed(milestone):
            continue
        if more_than(milestone["completed"], 14, case):
            yield of_milestone("delivered-not-approved", case, milestone)
        past = milestone["planned"] is not None and milestone["planned"] < case.day
        if past and milestone["completed"] is None and not milestone["upfront"] and not milestone["hold"]:
            yield of_milestone("planned-date-passed", case, milestone)


def money_gaps(case: Judged) -> Iterator[Fired]:
    for invoice in case.seen["invoices"]:
        for rule, retained in (("overdue", False), ("retention-due", True)):
            late = [part["overdue"] for part in invoice["parts"] if part["retained"] is retained]
            if sum(late, NOTHING):
                yield of_invoice(rule, case, invoice, sum(late, NOTHING))


def number_gaps(cases: list[Judged]) -> Iterator[Fired]:
    numbers = [
        (invoice["number"], invoice["sent"], (case.path, invoice["key"]))
        for case in cases
        for invoice in case.seen["invoices"]
    ]
    by_place = {(case.path, invoice["key"]): (case, invoice) for case in cases for invoice in case.seen["invoices"]}
    for place, _ in series.holes(numbers):
        case, invoice = by_place[place]
        yield of_invoice("invoice-number-gap", case, invoice)
