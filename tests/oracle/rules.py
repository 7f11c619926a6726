"""Which rules of section 4 fire, as (rule, project path, milestone, invoice number, amount at stake).

None for an invoice of a milestone's finding, or for an amount, means that the contract does not name one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from oracle import series
from oracle.basics import Record, decimals, exact, inside, listed, number_key, on
from oracle.figures import bills, ledger, retained_amount, upfront_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOTHING = Fraction(0)
SETTLED_STATUSES = ("paid", "cancelled", "written_off")

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


class Fired(NamedTuple):
    """One finding, as far as the contract fixes it."""

    rule: str
    path: str
    milestone: str | None
    invoice: str | None
    amount: Fraction | None


class Judged(NamedTuple):
    """A project as it stood, and whole."""

    path: str
    seen: Record
    whole: Record
    settings: Record
    day: date


def fired(projects: dict[str, Record], settings: Record, day: date) -> list[Fired]:
    """All that fires in a workspace."""
    cases = [
        Judged(path, ledger(record, settings, day, path), ledger(record, settings, date.max, path), settings, day)
        for path, record in sorted(projects.items())
    ]
    found = [one for case in cases for rule in PROJECT_RULES for one in rule(case)]
    found += [*_duplicate_numbers(cases), *_duplicate_payments(cases), *_number_gaps(cases)]
    for case in cases:
        if not any(one.path == case.path and one.rule in ERRORS_IN_THE_WAY for one in found):
            found += _ready_to_close(case)
    return found


def _of_milestone(rule: str, case: Judged, milestone: Record, amount: Fraction | None = None) -> Fired:
    return Fired(rule, case.path, milestone["id"], None, amount)


def _of_invoice(rule: str, case: Judged, invoice: Record, amount: Fraction | None = None) -> Fired:
    names = list(invoice["lines"])
    return Fired(rule, case.path, names[0] if len(names) == 1 else None, invoice["number"], amount)


def _agreement(case: Judged) -> Record:
    return inside(case.whole["record"], "agreement")


def _more_than(day: date | None, days: int, case: Judged) -> bool:
    return day is not None and (case.day - day).days > days


# Agreement: the whole record


def _agreement_rules(case: Judged) -> Iterator[Fired]:
    agreement = _agreement(case)
    if not agreement.get("file"):
        yield Fired("agreement-missing", case.path, None, None, None)
    elif agreement.get("signed") is None:
        yield Fired("agreement-unsigned", case.path, None, None, None)
    if agreement and agreement.get("total") is None:
        yield Fired("total-missing", case.path, None, None, None)


def _agreement_sums(case: Judged) -> Iterator[Fired]:
    agreement = _agreement(case)
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
    return milestone["upfront"] and _more_than(day, case.settings.get("bill_within") or 0, case)


def _approved_waits(case: Judged, milestone: Record) -> bool:
    return _more_than(milestone["approved"], case.settings.get("bill_within") or 0, case)


def _upfront_not_billed(case: Judged, milestone: Record) -> bool:
    return milestone["approved"] is None and milestone["billed"] <= 0 and _upfront_waits(case, milestone)


def _billing_gaps(case: Judged) -> Iterator[Fired]:
    milestones = case.seen["milestones"]
    for place, milestone in enumerate(milestones):
        if milestone["cancelled"] or milestone["hold"] or not milestone["amount"]:
            continue
        # "nothing billed" is the figure, so a line whose share is credited in full is not billed
        nothing_billed = milestone["billed"] <= 0
        if nothing_billed and _approved_waits(case, milestone):
            yield _of_milestone("approved-not-billed", case, milestone, milestone["unbilled"])
        if _upfront_not_billed(case, milestone):
            yield _of_milestone("upfront-not-billed", case, milestone, milestone["unbilled"])
        elif nothing_billed and milestone["approved"] is None and _is_skipped(case, milestone, milestones[place + 1 :]):
            yield _of_milestone("skipped-milestone", case, milestone, milestone["unbilled"])
        waits = _approved_waits(case, milestone) or _upfront_waits(case, milestone)
        if NOTHING < milestone["billed"] < milestone["agreed"] and waits:
            yield _of_milestone("underbilled", case, milestone, milestone["unbilled"])


def _is_billed(milestone: Record) -> bool:
    """Whether something is billed; an invoice over 0 bills a milestone of amount 0."""
    return milestone["billed"] > 0 or (not milestone["amount"] and bool(milestone["live"]))


def _is_skipped(case: Judged, milestone: Record, later: list[Record]) -> bool:
    if milestone["planned"] is not None and milestone["planned"] >= case.day:
        return False
    # a cancelled milestone counts nowhere, so it is no later one that is billed
    return any(one["billed"] > 0 and not one["upfront"] and not one["cancelled"] for one in later)


def _delivery_gaps(case: Judged) -> Iterator[Fired]:
    for milestone in case.seen["milestones"]:
        # these two ask for no invoice, so they stay for a milestone of amount 0
        if milestone["cancelled"] or milestone["approved"] is not None or _is_billed(milestone):
            continue
        if _more_than(milestone["completed"], 14, case):
            yield _of_milestone("delivered-not-approved", case, milestone)
        past = milestone["planned"] is not None and milestone["planned"] < case.day
        if past and milestone["completed"] is None and not milestone["upfront"] and not milestone["hold"]:
            yield _of_milestone("planned-date-passed", case, milestone)


def _money_gaps(case: Judged) -> Iterator[Fired]:
    for invoice in case.seen["invoices"]:
        for rule, retained in (("overdue", False), ("retention-due", True)):
            late = [part["overdue"] for part in invoice["parts"] if part["retained"] is retained]
            if sum(late, NOTHING):
                yield _of_invoice(rule, case, invoice, sum(late, NOTHING))


def _number_gaps(cases: list[Judged]) -> Iterator[Fired]:
    numbers = [
        (invoice["number"], invoice["sent"], (case.path, invoice["key"]))
        for case in cases
        for invoice in case.seen["invoices"]
    ]
    by_place = {(case.path, invoice["key"]): (case, invoice) for case in cases for invoice in case.seen["invoices"]}
    for place, _ in series.holes(numbers):
        case, invoice = by_place[place]
        yield _of_invoice("invoice-number-gap", case, invoice)


# Overlaps: as it stood


def _overbilled(case: Judged) -> Iterator[Fired]:
    for milestone in case.seen["milestones"]:
        if milestone["overbilled"] and not milestone["cancelled"]:
            yield _of_milestone("overbilled", case, milestone, milestone["overbilled"])
        if milestone["cancelled"] and milestone["live"]:
            yield _of_milestone("billed-cancelled", case, milestone)


def _overcredited(case: Judged) -> Iterator[Fired]:
    told: list[Record] = []
    for invoice in case.seen["invoices"]:
        most = NOTHING if invoice["void"] else invoice["gross"]
        if invoice["notes"] and invoice["credited_raw"] > most:
            told.append(invoice["notes"][-1])  # the last in the order of the file
            yield _of_invoice("overcredited", case, told[-1], invoice["credited_raw"] - most)
    for milestone in case.seen["milestones"]:
        notes = [
            invoice
            for invoice in case.seen["invoices"]
            if invoice["credits"] is not None and not invoice["void"] and bills(invoice, milestone)
        ]
        # one excess is one finding: where a note on the milestone is told already, it is the same excess
        if milestone["overcredited"] and not any(note is one for note in notes for one in told):
            yield _of_invoice("overcredited", case, notes[-1], milestone["overcredited"])


def _overpaid(case: Judged) -> Iterator[Fired]:
    for invoice in case.seen["invoices"]:
        excess = invoice["overpaid"]
        if invoice["void"]:
            excess = max(invoice["cash_like"], NOTHING)
        if excess:
            yield _of_invoice("overpaid", case, invoice, excess)


# Overlaps: the whole record


def _shares_paper(invoices: list[tuple[Judged, Record]]) -> list[tuple[Judged, Record]]:
    """Of records with one number those that are not the paper of the first."""
    first_case, first = invoices[0]

    def paper(case: Judged, invoice: Record) -> tuple[Any, ...]:
        return (exact(invoice["raw"].get("total")), invoice["sent"], case.whole["currency"])

    same = [one for one in invoices if paper(*one) == paper(first_case, first)]
    total = first["raw"].get("total")
    if total is None or sum((invoice["amount"] for _, invoice in same), NOTHING) > exact(total):
        return invoices[1:]
    return [one for one in invoices if one not in same]


def _by_number(cases: list[Judged]) -> dict[str, list[tuple[Judged, Record]]]:
    groups: dict[str, list[tuple[Judged, Record]]] = defaultdict(list)
    for case in cases:
        for invoice in case.whole["invoices"]:
            groups[invoice["key"]].append((case, invoice))
    return groups


def _duplicate_numbers(cases: list[Judged]) -> Iterator[Fired]:
    for group in _by_number(cases).values():
        for case, invoice in _shares_paper(group) if len(group) > 1 else []:
            yield _of_invoice("duplicate-invoice-number", case, invoice, invoice["amount"])


def _duplicate_payments(cases: list[Judged]) -> Iterator[Fired]:
    papers = {key: not _shares_paper(group) for key, group in _by_number(cases).items()}
    payments = [
        (str(payment["reference"]), on(payment["date"]), payment, case, invoice)
        for case in cases
        for invoice in case.whole["invoices"]
        for payment in listed(invoice["raw"], "payments")
        if payment.get("reference") is not None
    ]
    seen: dict[tuple[Any, ...], list[tuple[Judged, Record]]] = defaultdict(list)
    for reference, day, payment, case, invoice in payments:
        before = seen[reference, day, exact(payment["amount"])]
        same_paper = [one for one in before if one[1]["key"] == invoice["key"] and papers[invoice["key"]]]
        others = [one for one in before if one[1] is not invoice and one not in same_paper]
        before.append((case, invoice))
        batch = [one[2] for one in payments if one[:2] == (reference, day)]
        if others and not _one_transfer(batch, payment):
            yield _of_invoice("duplicate-payment", case, invoice, exact(payment["amount"]))


def _one_transfer(batch: list[Record], payment: Record) -> bool:
    """Whether the payments of a reference and day are parts of one transfer."""
    alike = [one for one in batch if exact(one["amount"]) == exact(payment["amount"])]
    totals = {None if one.get("total") is None else exact(one["total"]) for one in alike}
    if len(totals) > 1 or None in totals:
        return False
    return sum((exact(one["amount"]) for one in batch), NOTHING) <= exact(payment["total"])


def _likely_duplicates(case: Judged) -> Iterator[Fired]:
    live = [invoice for invoice in case.whole["invoices"] if invoice["live"]]
    over = {milestone["id"] for milestone in case.whole["milestones"] if milestone["overbilled"]}
    for place, invoice in enumerate(live):
        if any(_looks_like(invoice, before, over) for before in live[:place]):
            yield _of_invoice("likely-duplicate-invoice", case, invoice, invoice["amount"])


def _looks_like(invoice: Record, before: Record, over: set[str]) -> bool:
    if invoice["key"] == before["key"]:  # one number is another rule's, and one paper is one invoice
        return False
    if _without_zeros(invoice["key"]) == _without_zeros(before["key"]):
        return True
    if (invoice["amount"], invoice["sent"]) != (before["amount"], before["sent"]):
        return False
    billed = {*invoice["lines"], *before["lines"]}
    return bool(set(invoice["lines"]) & set(before["lines"]) or billed & over)


def _without_zeros(key: str) -> str:
    return re.sub(r"\d+", lambda run: str(int(run[0])), key)


def _duplicate_attachments(case: Judged) -> Iterator[Fired]:
    first: dict[str, Record] = {}
    for invoice in case.whole["invoices"]:
        file = invoice["raw"].get("file")
        if file and first.setdefault(file, invoice)["key"] != invoice["key"]:
            yield _of_invoice("duplicate-attachment", case, invoice, invoice["amount"])


def _replaced(case: Judged) -> Iterator[Fired]:
    for invoice in case.whole["invoices"]:
        old = invoice["raw"].get("replaces")
        for other in case.whole["invoices"]:
            if old is not None and other["key"] == number_key(old) and other["live"]:
                yield _of_invoice("replaced-not-void", case, invoice)


# Status


def _status_rules(case: Judged) -> Iterator[Fired]:
    for milestone in case.whole["milestones"]:
        if milestone["status"] not in milestone["accepted"]:
            yield _of_milestone("status-mismatch", case, milestone)
        unlisted = [invoice for invoice in milestone["live"] if not invoice["listed"]]
        paid = milestone["status"] == "paid" and any(invoice["gross"] for invoice in unlisted)
        part = milestone["status"] == "partially_paid" and unlisted and len(unlisted) == len(milestone["live"])
        if paid or part:
            yield _of_milestone("payment-not-recorded", case, milestone)


def _before_approval(case: Judged) -> Iterator[Fired]:
    for milestone in case.whole["milestones"]:
        approved = milestone["approved"]
        early = [
            invoice
            for invoice in milestone["live"]
            if not invoice["upfront"] and (approved is None or invoice["sent"] < approved)
        ]
        if early and not milestone["upfront"]:
            first = min(early, key=lambda invoice: invoice["sent"])
            yield Fired("billed-before-approval", case.path, milestone["id"], first["number"], None)


def _date_order(case: Judged) -> Iterator[Fired]:
    by_id = case.whole["by_id"]
    for milestone in case.whole["milestones"]:
        if milestone["completed"] and milestone["approved"] and milestone["completed"] > milestone["approved"]:
            yield _of_milestone("date-order", case, milestone)
    signed = on(_agreement(case).get("signed"))
    for invoice in case.whole["invoices"]:
        billed = [by_id[name] for name in invoice["lines"] if name in by_id]
        deposit = all(milestone["upfront"] for milestone in billed)
        early = [on(invoice["raw"].get("due")), on(inside(invoice["raw"], "void").get("date"))]
        if not deposit and not invoice["upfront"]:
            early += _payment_days(invoice)
        pairs = [(day, invoice["sent"]) for day in early if day is not None]
        if not deposit and signed is not None:
            pairs.append((invoice["sent"], signed))
        for before, after in pairs:
            if before < after:
                yield _of_invoice("date-order", case, invoice)


def _payment_days(invoice: Record) -> list[date | None]:
    """The days on which money came: `paid` with a date is a payment."""
    raw = invoice["raw"]
    days = [on(payment["date"]) for payment in listed(raw, "payments")]
    return [*days, *([] if raw.get("paid") in (None, True, False) else [on(raw["paid"])])]


def _future_dates(case: Judged) -> Iterator[Fired]:
    record, agreement = case.whole["record"], _agreement(case)
    project = [record.get("closed"), agreement.get("signed")]
    project += [amendment.get("signed") for amendment in listed(agreement, "amendments")]
    for _ in _later(project, case):
        yield Fired("future-date", case.path, None, None, None)
    for milestone in case.whole["milestones"]:
        dates = [milestone["completed"], milestone["approved"], inside(milestone["raw"], "cancelled").get("date")]
        for _ in _later(dates, case):
            yield _of_milestone("future-date", case, milestone)
    for invoice in case.whole["invoices"]:
        raw = invoice["raw"]
        dates = [invoice["sent"], *_payment_days(invoice), inside(raw, "void").get("date")]
        dates += [inside(raw, "disputed").get("since"), inside(raw, "written_off").get("date")]
        for _ in _later(dates, case):
            yield _of_invoice("future-date", case, invoice)


def _later(dates: list[Any], case: Judged) -> list[date]:
    return [day for day in map(on, dates) if day is not None and day > case.day]


# Close


def _is_open(milestone: Record) -> bool:
    if not milestone["amount"] and not milestone["live"]:
        return False
    return milestone["expected"] not in SETTLED_STATUSES


def _closed_with_open(case: Judged) -> Iterator[Fired]:
    if case.whole["record"].get("closed"):
        for milestone in case.whole["milestones"]:
            if _is_open(milestone):
                yield _of_milestone("closed-with-open", case, milestone)


def _ready_to_close(case: Judged) -> Iterator[Fired]:
    milestones = case.seen["milestones"]
    to_come = [
        milestone
        for milestone in milestones
        if not milestone["amount"]
        and not milestone["cancelled"]
        and milestone["planned"] is not None
        and milestone["planned"] >= case.day
        and milestone["completed"] is None
        and milestone["approved"] is None
    ]
    waits = to_come or any(_is_open(milestone) for milestone in milestones)
    if not case.seen["record"].get("closed") and not waits and not all(one["cancelled"] for one in milestones):
        yield Fired("ready-to-close", case.path, None, None, None)


# Record


def _sum_rules(case: Judged) -> Iterator[Fired]:
    record, unit = case.whole["record"], case.whole["unit"]
    for invoice in case.whole["invoices"]:
        raw = invoice["raw"]
        wrong = [sum(invoice["lines"].values(), NOTHING) != invoice["amount"]]
        wrong.append(raw.get("total") is not None and exact(raw["total"]) < invoice["amount"])
        parts = [exact(part["amount"]) for part in listed(raw, "instalments")]
        retained = retained_amount(record, invoice, unit)
        wrong.append(sum(parts, retained) != invoice["gross"] if parts else retained > invoice["gross"])
        transfers = [payment for payment in listed(raw, "payments") if payment.get("total") is not None]
        wrong += [exact(payment["total"]) < exact(payment["amount"]) for payment in transfers]
        for _ in filter(None, wrong):
            yield _of_invoice("lines-mismatch", case, invoice)


def _tax_rule(case: Judged) -> Iterator[Fired]:
    rate = _agreement(case).get("tax_rate")
    rate = case.settings.get("tax_rate") if rate is None else rate
    for invoice in case.whole["invoices"]:
        if rate is None or invoice["void"]:
            continue
        off = abs(invoice["tax"] - invoice["amount"] * exact(rate) / 100)
        count = max(1, len(listed(invoice["raw"], "lines")))
        if off > case.whole["unit"] / 2 * count:
            yield _of_invoice("tax-mismatch", case, invoice)


def _too_precise(value: Any, places: int) -> bool:
    """Whether an amount has more decimals than its currency, or exactly three where it has fewer."""
    if not isinstance(value, Decimal):
        return False
    written = -int(value.as_tuple().exponent)
    digits = "".join(map(str, value.as_tuple().digits))
    needed = written - (len(digits) - len(digits.rstrip("0"))) if exact(value) else 0
    return needed > places or (written == 3 and places < 3)


def _precision(case: Judged) -> Iterator[Fired]:
    places = decimals(case.whole["currency"], case.settings)
    agreement = _agreement(case)
    project = [agreement.get("total"), *(one.get("amount") for one in listed(agreement, "amendments"))]
    for value in project:
        if _too_precise(value, places):
            yield Fired("amount-precision", case.path, None, None, None)
    for milestone in case.whole["milestones"]:
        if _too_precise(milestone["raw"]["amount"], places):
            yield _of_milestone("amount-precision", case, milestone)
    for invoice in case.whole["invoices"]:
        for value in _amounts_of(invoice["raw"]):
            if _too_precise(value, places):
                yield _of_invoice("amount-precision", case, invoice)
        for payment in listed(invoice["raw"], "payments"):
            other = inside(payment, "received")
            if other and _too_precise(other["amount"], decimals(other["currency"], case.settings)):
                yield _of_invoice("amount-precision", case, invoice)


def _amounts_of(raw: Record) -> list[Any]:
    amounts = [raw["amount"], raw.get("tax"), raw.get("total")]
    amounts += [inside(raw, key).get("amount") for key in ("retained", "written_off")]
    amounts += [part["amount"] for key in ("lines", "instalments") for part in listed(raw, key)]
    for payment in listed(raw, "payments"):
        amounts += [payment.get(key) for key in ("amount", "withheld", "fee", "discount", "total")]
    return amounts


PROJECT_RULES: tuple[Callable[[Judged], Iterator[Fired]], ...] = (
    _agreement_rules,
    _agreement_sums,
    _billing_gaps,
    _delivery_gaps,
    _money_gaps,
    _overbilled,
    _overcredited,
    _overpaid,
    _likely_duplicates,
    _duplicate_attachments,
    _replaced,
    _status_rules,
    _before_approval,
    _date_order,
    _future_dates,
    _closed_with_open,
    _sum_rules,
    _tax_rule,
    _precision,
)
"""The rules that look at one project; those of the workspace and `ready-to-close` come after them."""

KNOWN_RULES = frozenset(
    {
        *ERRORS_IN_THE_WAY,
        "agreement-missing",
        "agreement-unsigned",
        "total-missing",
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
"""The rules that this module judges; all others are not compared."""

__all__ = ["KNOWN_RULES", "Fired", "fired"]
