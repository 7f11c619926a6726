"""Rules of the categories status and close, and those of record that are about amounts."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from oracle.basics import Record, decimals, exact, half_up, inside, listed, on
from oracle.figures import retained_amount
from oracle.judged import Fired, Judged, agreement_of, of_invoice, of_milestone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

NOTHING = Fraction(0)
SETTLED_STATUSES = ("paid", "cancelled", "written_off")


# Status


def status_rules(case: Judged) -> Iterator[Fired]:
    for milestone in case.whole["milestones"]:
        if milestone["status"] not in milestone["accepted"]:
            yield of_milestone("status-mismatch", case, milestone)
        unlisted = [invoice for invoice in milestone["live"] if not invoice["listed"]]
        paid = milestone["status"] == "paid" and any(invoice["gross"] for invoice in unlisted)
        part = milestone["status"] == "partially_paid" and unlisted and len(unlisted) == len(milestone["live"])
        if paid or part:
            yield of_milestone("payment-not-recorded", case, milestone)


def before_approval(case: Judged) -> Iterator[Fired]:
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


def date_order(case: Judged) -> Iterator[Fired]:
    by_id = case.whole["by_id"]
    for milestone in case.whole["milestones"]:
        if milestone["completed"] and milestone["approved"] and milestone["completed"] > milestone["approved"]:
            yield of_milestone("date-order", case, milestone)
    signed = on(agreement_of(case).get("signed"))
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
                yield of_invoice("date-order", case, invoice)


def _payment_days(invoice: Record) -> list[date | None]:
    """The days on which money came: `paid` with a date is a payment."""
    raw = invoice["raw"]
    days = [on(payment["date"]) for payment in listed(raw, "payments")]
    return [*days, *([] if raw.get("paid") in (None, True, False) else [on(raw["paid"])])]


def future_dates(case: Judged) -> Iterator[Fired]:
    record, agreement = case.whole["record"], agreement_of(case)
    project = [record.get("closed"), agreement.get("signed")]
    project += [amendment.get("signed") for amendment in listed(agreement, "amendments")]
    for _ in _later(project, case):
        yield Fired("future-date", case.path, None, None, None)
    for milestone in case.whole["milestones"]:
        dates = [milestone["completed"], milestone["approved"], inside(milestone["raw"], "cancelled").get("date")]
        for _ in _later(dates, case):
            yield of_milestone("future-date", case, milestone)
    for invoice in case.whole["invoices"]:
        raw = invoice["raw"]
        dates = [invoice["sent"], *_payment_days(invoice), inside(raw, "void").get("date")]
        dates += [inside(raw, "disputed").get("since"), inside(raw, "written_off").get("date")]
        for _ in _later(dates, case):
            yield of_invoice("future-date", case, invoice)


def _later(dates: list[Any], case: Judged) -> list[date]:
    return [day for day in map(on, dates) if day is not None and day > case.day]


# Close


def is_open(milestone: Record) -> bool:
    if not milestone["amount"] and not milestone["live"]:
        return False
    return milestone["expected"] not in SETTLED_STATUSES


def closed_with_open(case: Judged) -> Iterator[Fired]:
    if case.whole["record"].get("closed"):
        for milestone in case.whole["milestones"]:
            if is_open(milestone):
                yield of_milestone("closed-with-open", case, milestone)


def ready_to_close(case: Judged) -> Iterator[Fired]:
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
    waits = to_come or any(is_open(milestone) for milestone in milestones)
    if not case.seen["record"].get("closed") and not waits and not all(one["cancelled"] for one in milestones):
        yield Fired("ready-to-close", case.path, None, None, None)


# Record


def sum_rules(case: Judged) -> Iterator[Fired]:
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
            yield of_invoice("lines-mismatch", case, invoice)


def tax_rule(case: Judged) -> Iterator[Fired]:
    rate = agreement_of(case).get("tax_rate")
    rate = case.settings.get("tax_rate") if rate is None else rate
    for invoice in case.whole["invoices"]:
        if rate is None or invoice["void"]:
            continue
        off = abs(invoice["tax"] - invoice["amount"] * exact(rate) / 100)
        count = max(1, len(listed(invoice["raw"], "lines"))) + _others_of_whole(case, invoice, exact(rate))
        if off > case.whole["unit"] / 2 * count:
            yield of_invoice("tax-mismatch", case, invoice)


def _others_of_whole(case: Judged, invoice: Record, rate: Fraction) -> int:
    """How many other parts there are, where they all sum to a milestone or to what an invoice was, net and tax."""
    unit, book = case.whole["unit"], case.whole
    wholes = [(other["notes"], other["amount"], other["tax"]) for other in book["invoices"]]
    for milestone in book["milestones"]:
        parts = [
            other
            for other in book["invoices"]
            if list(other["lines"]) == [milestone["id"]] and not other["void"] and other["credits"] is None
            and len(listed(other["raw"], "lines")) < 2
        ]  # fmt: skip
        wholes.append((parts, milestone["amount"], half_up(milestone["amount"] * rate / 100, unit)))
    for parts, net, tax in wholes:
        sums = sum((part["amount"] for part in parts), NOTHING), sum((part["tax"] for part in parts), NOTHING)
        if any(part is invoice for part in parts) and sums == (net, tax):
            return len(parts) - 1
    return 0


def _too_precise(value: Any, places: int) -> bool:
    """Whether an amount has more decimals than its currency, or exactly three where it has fewer."""
    if not isinstance(value, Decimal):
        return False
    written = -int(value.as_tuple().exponent)
    digits = "".join(map(str, value.as_tuple().digits))
    needed = written - (len(digits) - len(digits.rstrip("0"))) if exact(value) else 0
    return needed > places or (written == 3 and places < 3)


def precision(case: Judged) -> Iterator[Fired]:
    places = decimals(case.whole["currency"], case.settings)
    agreement = agreement_of(case)
    project = [agreement.get("total"), *(one.get("amount") for one in listed(agreement, "amendments"))]
    for value in project:
        if _too_precise(value, places):
            yield Fired("amount-precision", case.path, None, None, None)
    for milestone in case.whole["milestones"]:
        if _too_precise(milestone["raw"]["amount"], places):
            yield of_milestone("amount-precision", case, milestone)
    for invoice in case.whole["invoices"]:
        for value in _amounts_of(invoice["raw"]):
            if _too_precise(value, places):
                yield of_invoice("amount-precision", case, invoice)
        for payment in listed(invoice["raw"], "payments"):
            other = inside(payment, "received")
            if other and _too_precise(other["amount"], decimals(other["currency"], case.settings)):
                yield of_invoice("amount-precision", case, invoice)


def _amounts_of(raw: Record) -> list[Any]:
    amounts = [raw["amount"], raw.get("tax"), raw.get("total")]
    amounts += [inside(raw, key).get("amount") for key in ("retained", "written_off")]
    amounts += [part["amount"] for key in ("lines", "instalments") for part in listed(raw, key)]
    for payment in listed(raw, "payments"):
        amounts += [payment.get(key) for key in ("amount", "withheld", "fee", "discount", "total")]
    return amounts
