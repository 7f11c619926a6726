"""Which rules of section 4 fire, as (rule, project path, milestone, invoice number, amount at stake).

None for an invoice of a milestone's finding, or for an amount, means that the contract does not name one.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from oracle import gaps, overlaps, statuses
from oracle.figures import ledger
from oracle.judged import Fired, Judged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from oracle.basics import Record

ERRORS_IN_THE_WAY = {
    "amount-unlisted",
    "milestones-missing",
    "amount-exceeds-agreement",
    "milestones-extra",
    "duplicate-invoice-number",
    "overbilled",
    "overcredited",
    "billed-cancelled",
    "replaced-not-void",
}
"""The gap and overlap rules whose severity is error."""

PROJECT_RULES: tuple[Callable[[Judged], Iterator[Fired]], ...] = (
    gaps.agreement_rules,
    gaps.agreement_sums,
    gaps.billing_gaps,
    gaps.delivery_gaps,
    gaps.money_gaps,
    overlaps.overbilled,
    overlaps.overcredited,
    overlaps.overpaid,
    overlaps.likely_duplicates,
    overlaps.duplicate_attachments,
    overlaps.replaced,
    statuses.status_rules,
    statuses.before_approval,
    statuses.date_order,
    statuses.future_dates,
    statuses.closed_with_open,
    statuses.sum_rules,
    statuses.tax_rule,
    statuses.precision,
)
"""The rules that look at one project; those of the workspace and `ready-to-close` come after them."""

GAPS_AND_OVERLAPS = ERRORS_IN_THE_WAY | {
    "approved-not-billed",
    "upfront-not-billed",
    "skipped-milestone",
    "underbilled",
    "retention-due",
    "overdue",
    "delivered-not-approved",
    "planned-date-passed",
    "invoice-number-gap",
    "overpaid",
    "duplicate-payment",
    "likely-duplicate-invoice",
    "duplicate-attachment",
}
"""What `mtrack gaps` shows."""

KNOWN_RULES = frozenset(
    {
        *GAPS_AND_OVERLAPS,
        "agreement-missing",
        "agreement-unsigned",
        "total-missing",
        "status-mismatch",
        "billed-before-approval",
        "date-order",
        "future-date",
        "payment-not-recorded",
        "closed-with-open",
        "ready-to-close",
        "lines-mismatch",
        "tax-mismatch",
        "amount-precision",
    }
)
"""The rules that this module checks; all others are not compared."""


def fired(projects: dict[str, Record], settings: Record, day: date) -> list[Fired]:
    """All that fires in a workspace."""
    cases = [
        Judged(path, ledger(record, settings, day, path), ledger(record, settings, date.max, path), settings, day)
        for path, record in sorted(projects.items())
    ]
    found = [one for case in cases for rule in PROJECT_RULES for one in rule(case)]
    found += [*overlaps.duplicate_numbers(cases), *overlaps.duplicate_payments(cases), *gaps.number_gaps(cases)]
    for case in cases:
        if not any(one.path == case.path and one.rule in ERRORS_IN_THE_WAY for one in found):
            found += statuses.ready_to_close(case)
    return found
