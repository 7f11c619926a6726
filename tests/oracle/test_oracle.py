"""The oracle's own tests: the examples of the contract and their neighbours, worked by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from oracle import clock, figures, rules, series
from oracle.basics import Record, due_by_terms, exact, on
from oracle.compare import shown
from oracle.sample import read

DAY = date(2026, 6, 30)


def record(text: str) -> Record:
    """A project in EUR whose agreement lacks nothing, from what an example is about."""
    found: Record = {"project": "P", "currency": "EUR", **read(text)}
    agreement = {"file": "agreement/a.pdf", "signed": "2025-01-01"}
    total = sum(
        (exact(milestone["amount"]) for milestone in found["milestones"] if not clock.is_cancelled(milestone)),
        Fraction(0),
    )
    found["agreement"] = {**agreement, "total": total, **(found.get("agreement") or {})}
    return found


def book_of(text: str, day: date = DAY, **settings: Any) -> Record:
    return figures.ledger(record(text), settings, day)


def milestone_of(book: Record, name: str) -> Record:
    found: Record = book["by_id"][name]
    return found


def invoice_of(book: Record, number: str) -> Record:
    return next(invoice for invoice in book["invoices"] if invoice["number"] == number)


def fired(text: str, day: date = DAY, **settings: Any) -> list[tuple[str, str | None, str | None, str]]:
    found = rules.fired({"p": record(text)}, settings, day)
    told = [(one.rule, one.milestone, one.invoice, shown(one.amount)) for one in found if one.rule != "ready-to-close"]
    return sorted(told, key=repr)


def names(text: str, day: date = DAY, **settings: Any) -> list[str]:
    return sorted({rule for rule, *_ in fired(text, day, **settings)})


def amounts(mapping: Record, *keys: str) -> list[str]:
    return [shown(mapping[key]) for key in keys]


def states(book: Record) -> dict[str, str]:
    return {state: shown(amount) for state, amount in book["totals"]["states"].items() if amount}


SMALLEST = """
agreement: {total: 9000.00, milestones: 2}
milestones:
  - id: M1
    name: Discovery complete
    amount: 4000.00
    deliverable: {note: research report, approved: 2026-02-02}
    invoice: {number: INV-2026-004, amount: 4000.00, sent: 2026-02-03}
    status: paid
  - {id: M2, name: Beta delivered, amount: 5000.00, status: not_billed}
"""


# Figures, worked by hand


def test_the_smallest_record() -> None:
    book = book_of(SMALLEST, date(2026, 2, 20))
    assert amounts(book["totals"], "agreed", "billed", "unbilled", "received", "settled", "outstanding") == [
        "9000",
        "4000",
        "5000",
        "4000",
        "4000",
        "0",
    ]
    assert states(book) == {"paid": "4000", "ahead": "5000"}
    assert [milestone["expected"] for milestone in book["milestones"]] == ["paid", "not_billed"]
    assert fired(SMALLEST, date(2026, 2, 20)) == [("payment-not-recorded", "M1", None, "-")]


def test_a_credit_note_goes_to_the_milestone_its_line_names() -> None:
    book = book_of("""
milestones:
  - {id: M1, name: A, amount: 50.00, status: sent}
  - {id: M2, name: B, amount: 50.00, status: sent}
invoices:
  - number: I1
    amount: 100.00
    sent: 2026-01-05
    lines: [{milestone: M1, amount: 50.00}, {milestone: M2, amount: 50.00}]
  - {number: C1, credits: I1, amount: 40.00, sent: 2026-01-09, lines: [{milestone: M1, amount: 40.00}]}
""")
    assert amounts(milestone_of(book, "M1"), "settled", "outstanding", "billed", "unbilled") == ["0", "10", "10", "40"]
    assert amounts(milestone_of(book, "M2"), "settled", "outstanding", "billed", "unbilled") == ["0", "50", "50", "0"]
    assert amounts(book["totals"], "gross", "settled", "outstanding") == ["60", "0", "60"]


def test_odd_cents_go_to_the_largest_remainder_the_first_of_equals() -> None:
    book = book_of("""
milestones:
  - {id: M1, name: A, amount: 100.00, status: sent}
  - {id: M2, name: B, amount: 100.00, status: sent}
  - {id: M3, name: C, amount: 100.00, status: sent}
invoices:
  - number: I1
    amount: 300.00
    sent: 2026-01-05
    payments: [{date: 2026-01-20, amount: 100.00}]
    lines: [{milestone: M1, amount: 100.00}, {milestone: M2, amount: 100.00}, {milestone: M3, amount: 100.00}]
""")
    assert [shown(one["settled"]) for one in book["milestones"]] == ["33.34", "33.33", "33.33"]
    assert [one["expected"] for one in book["milestones"]] == ["partially_paid"] * 3
    assert states(book) == {"paid": "100", "overdue": "200"}


YEAR_END = """
milestones:
  - id: M1
    name: A
    amount: 100.00
    status: paid
    invoice: {number: I1, amount: 100.00, sent: 2025-12-01, payments: [{date: 2026-01-08, amount: 100.00}]}
  - id: M2
    name: B
    amount: 200.00
    status: sent
    invoice: {number: I2, amount: 200.00, sent: 2026-02-01}
"""


def test_a_day_in_the_past_shows_what_was_open_then() -> None:
    book = book_of(YEAR_END, date(2025, 12, 31))
    assert {name: shown(amount) for name, amount in book["aging"].items() if amount} == {"not_due": "100"}
    assert len(book["left_out"]) == 2
    assert [milestone["expected"] for milestone in book["milestones"]] == ["sent", "not_billed"]
    later = [rule for rule, *_ in fired(YEAR_END, date(2025, 12, 31))]
    assert later.count("future-date") == 2


def test_a_joint_invoice_is_taken_at_its_word_only_where_all_say_paid() -> None:
    text = """
milestones:
  - {id: M1, name: A, amount: 100.00, status: paid}
  - {id: M2, name: B, amount: 100.00, status: SAYS}
  - {id: M3, name: C, amount: 100.00, status: cancelled}
invoices:
  - number: I1
    amount: 200.00
    sent: 2026-01-05
    lines: [{milestone: M1, amount: 100.00}, {milestone: M2, amount: 100.00}, {milestone: M3, amount: 0.00}]
"""
    assert amounts(book_of(text.replace("SAYS", "paid"))["totals"], "received", "outstanding") == ["200", "0"]
    assert amounts(book_of(text.replace("SAYS", "sent"))["totals"], "received", "outstanding") == ["0", "200"]


def one_milestone(invoice: str, status: str = "sent", more: str = "") -> str:
    return f"""
milestones:
  - {{id: M1, name: A, amount: 1000.00, status: {status}, deliverable: {{approved: 2026-01-02}},
     invoice: {{number: I1, amount: 1000.00, sent: 2026-01-05, {invoice}}}}}
{more}"""


def test_a_bad_debt_is_never_received() -> None:
    book = book_of(
        one_milestone(
            "payments: [{date: 2026-02-01, amount: 400.00}], written_off: {date: 2026-05-01, amount: 600.00}", "paid"
        )
    )
    assert states(book) == {"paid": "400", "written_off": "600"}
    assert shown(book["totals"]["received"]) == "400"
    assert milestone_of(book, "M1")["expected"] == "paid"
    assert milestone_of(book, "M1")["state"] == "written_off"
    gone = book_of(one_milestone("written_off: {date: 2026-05-01, amount: 1000.00}", "written_off"))
    assert milestone_of(gone, "M1")["expected"] == "written_off"


def test_a_discount_settles_and_is_not_received() -> None:
    text = one_milestone("payments: [{date: 2026-02-01, amount: 950.00, discount: 30.00, fee: 5.00, withheld: 15.00}]")
    invoice = invoice_of(book_of(text), "I1")
    assert amounts(invoice, "received", "discounted", "fees", "withheld", "settled", "outstanding") == [
        "950",
        "30",
        "5",
        "15",
        "1000",
        "0",
    ]


def test_paid_leaves_room_for_a_credit_note_and_a_write_off_of_any_day() -> None:
    note = """
invoices:
  - {number: C1, credits: I1, amount: 300.00, sent: 2026-08-01, lines: [{milestone: M1, amount: 300.00}]}
"""
    text = one_milestone("paid: 2026-02-01, written_off: {date: 2026-09-01, amount: 100.00}", "partially_paid", note)
    assert amounts(book_of(text)["totals"], "received", "outstanding") == ["600", "400"]
    assert amounts(book_of(text, date(2026, 12, 1))["totals"], "received", "outstanding") == ["600", "0"]


def test_an_invoice_with_a_payment_to_come_is_not_taken_at_its_word() -> None:
    book = book_of(one_milestone("payments: [{date: 2026-08-01, amount: 1000.00}]", "paid"))
    assert amounts(book["totals"], "received", "outstanding") == ["0", "1000"]


def test_a_part_of_the_gross_counts_net_in_their_ratio() -> None:
    book = book_of(one_milestone("tax: 190.00, payments: [{date: 2026-02-01, amount: 100.00}]", "partially_paid"))
    assert states(book) == {"paid": "84.03", "overdue": "915.97"}
    assert amounts(milestone_of(book, "M1"), "settled", "outstanding", "overdue") == ["100", "1090", "1090"]


def test_disputed_money_is_outstanding_and_not_overdue() -> None:
    book = book_of(one_milestone("disputed: {since: 2026-02-01}"))
    assert states(book) == {"outstanding": "1000"}
    assert shown(book["aging"]["disputed"]) == "1000"
    assert invoice_of(book, "I1")["state"] == "disputed"


@pytest.mark.parametrize(
    ("terms", "due"),
    [
        (30, "2026-02-14"),
        ({"days": 30}, "2026-02-14"),
        ({"days": 30, "month_end": "before"}, "2026-03-02"),
        ({"days": 30, "month_end": "after"}, "2026-02-28"),
        (0, "2026-01-15"),
    ],
)
def test_payment_terms(terms: Any, due: str) -> None:
    assert due_by_terms(date(2026, 1, 15), terms) == on(due)


def test_instalments_fall_due_one_by_one() -> None:
    text = one_milestone(
        "payments: [{date: 2026-02-01, amount: 300.00}], "
        "instalments: [{due: 2026-09-01, amount: 500.00}, {due: 2026-03-01, amount: 500.00}]",
        "partially_paid",
    )
    book = book_of(text)
    assert amounts(invoice_of(book, "I1"), "outstanding", "overdue") == ["700", "200"]
    assert invoice_of(book, "I1")["due"] == date(2026, 3, 1)
    assert fired(text) == [("overdue", "M1", "I1", "200")]
    assert names(text, date(2026, 3, 1)) == []


RETENTION = """
agreement: {retention: 10, signed: 2025-01-01}
milestones:
  - id: M1
    name: A
    amount: 1000.00
    status: partially_paid
    deliverable: {approved: 2026-01-02}
    invoice: {number: I1, amount: 1000.00, sent: 2026-01-05, tax: 0.05, payments: [{date: 2026-02-01, amount: 900.04}]}
  - {id: M2, name: B, amount: 500.00, status: not_billed, deliverable: {approved: LAST}, hold: {reason: later}}
  - {id: M3, name: C, amount: 700.00, status: not_billed, upfront: true, hold: {reason: later}}
  - {id: M4, name: D, amount: 700.00, status: cancelled}
"""


def test_retention_falls_due_with_the_last_approval() -> None:
    waiting = book_of(RETENTION.replace("LAST", ""))
    # 10 % of 1,000.05 is 100.005, rounded half up
    assert amounts(invoice_of(waiting, "I1"), "retained", "overdue", "outstanding") == ["100.01", "0", "100.01"]
    assert invoice_of(waiting, "I1")["due"] is None
    assert shown(waiting["aging"]["retained"]) == "100.01"
    text = RETENTION.replace("LAST", "2026-06-29")
    assert ("retention-due", "M1", "I1", "100.01") in fired(text)
    assert "retention-due" not in names(text, date(2026, 6, 29))
    assert "overdue" not in names(text)
    due = book_of(text)
    assert shown(due["aging"]["retained"]) == "100.01"
    assert invoice_of(due, "I1")["state"] == "overdue"


def test_retained_with_a_day_is_not_part_of_overdue() -> None:
    text = one_milestone("retained: {amount: 100.00, until: 2026-05-01}")
    assert fired(text) == [("overdue", "M1", "I1", "900"), ("retention-due", "M1", "I1", "100")]
    assert fired(text, date(2026, 4, 30)) == [("overdue", "M1", "I1", "900")]


def test_hold_and_cancelled_and_upfront_in_the_states() -> None:
    book = book_of("""
milestones:
  - {id: M1, name: A, amount: 1.00, status: not_billed, deliverable: {approved: 2026-06-01}, hold: {until: 2026-06-30}}
  - {id: M2, name: B, amount: 2.00, status: not_billed, deliverable: {approved: 2026-06-01}, hold: {until: 2026-06-29}}
  - {id: M3, name: C, amount: 4.00, status: not_billed, hold: {reason: later}}
  - {id: M4, name: D, amount: 8.00, status: cancelled}
  - {id: M5, name: E, amount: 16.00, status: not_billed, upfront: true, planned: 2026-06-30}
  - {id: M6, name: F, amount: 32.00, status: not_billed, upfront: true, planned: 2026-07-01}
""")
    assert states(book) == {"to_bill": "18", "on_hold": "1", "ahead": "36"}
    assert milestone_of(book, "M4")["state"] is None


def test_a_live_invoice_on_a_cancelled_milestone_counts_as_overbilled() -> None:
    text = """
milestones:
  - id: M1
    name: A
    amount: 100.00
    status: cancelled
    deliverable: {approved: 2026-01-01}
    invoice: {number: I1, amount: 100.00, sent: 2026-01-05}
"""
    book = book_of(text)
    assert amounts(book["totals"], "agreed", "billed", "overbilled", "unbilled") == ["0", "100", "100", "0"]
    assert states(book) == {"overdue": "100"}
    assert names(text) == ["billed-cancelled", "overdue"]


# Rules, worked by hand


def test_gaps_wait_for_what_can_be_billed() -> None:
    text = """
milestones:
  - {id: M1, name: A, amount: 100.00, status: not_billed, planned: DAY}
  - {id: M2, name: B, amount: 100.00, status: paid, deliverable: {approved: 2026-06-20},
     invoice: {number: I1, amount: 60.00, sent: 2026-06-21, paid: 2026-06-29}}
"""
    assert fired(text.replace("DAY", "2026-06-30"), bill_within=10) == [("status-mismatch", "M2", None, "-")]
    skipped = fired(text.replace("DAY", "2026-06-29"), bill_within=9)
    assert skipped == [
        ("planned-date-passed", "M1", None, "-"),
        ("skipped-milestone", "M1", None, "100"),
        ("status-mismatch", "M2", None, "-"),
        ("underbilled", "M2", None, "40"),
    ]


def test_a_deposit_not_billed() -> None:
    text = """
milestones:
  - {id: M1, name: A, amount: 100.00, status: not_billed, upfront: true, planned: 2026-06-23HOLD}
  - {id: M2, name: B, amount: 100.00, status: paid, deliverable: {approved: 2026-06-20},
     invoice: {number: I1, amount: 100.00, sent: 2026-06-21, paid: 2026-06-29}}
"""
    assert fired(text.replace("HOLD", "")) == [("upfront-not-billed", "M1", None, "100")]
    assert fired(text.replace("HOLD", ""), bill_within=7) == [("skipped-milestone", "M1", None, "100")]
    assert fired(text.replace("HOLD", ", hold: {until: 2026-06-30}")) == []


def test_a_credit_of_ten_times_the_invoice() -> None:
    text = """
milestones:
  - {id: M1, name: A, amount: 4000.00, status: not_billed, hold: {reason: disputed},
     deliverable: {approved: 2026-01-02}, invoice: {number: I1, amount: 4000.00, sent: 2026-01-05}}
invoices:
  - {number: C1, credits: I1, amount: 40000.00, sent: 2026-01-09, lines: [{milestone: M1, amount: 40000.00}]}
"""
    book = book_of(text)
    assert amounts(book["totals"], "billed", "unbilled", "overcredited") == ["-36000", "4000", "36000"]
    assert states(book) == {"on_hold": "4000"}
    assert fired(text) == [("overcredited", "M1", "C1", "36000")]


def test_a_credit_note_on_a_void_invoice_is_all_too_much() -> None:
    note = """
invoices:
  - {number: C1, credits: I1, amount: 300.00, sent: 2026-02-01, lines: [{milestone: M1, amount: 300.00}]}
"""
    text = one_milestone("void: {date: 2026-03-01}", "not_billed", note)
    assert ("overcredited", "M1", "C1", "300") in fired(text)
    assert "overcredited" not in names(text, date(2026, 2, 28))


def test_months_billed_and_paid_in_one_go_are_no_overlap() -> None:
    text = """
milestones:
  - {id: M1, name: A, amount: 500.00, status: paid, upfront: true, invoice: {number: R-1, amount: 500.00, sent: 2026-01-01, PAY}}
  - {id: M2, name: B, amount: 500.00, status: paid, upfront: true, invoice: {number: R-2, amount: 500.00, sent: 2026-01-01, PAY}}
  - {id: M3, name: C, amount: 500.00, status: paid, upfront: true, invoice: {number: R-3, amount: 500.00, sent: 2026-01-01, PAY}}
"""
    pay = "payments: [{date: 2026-01-20, amount: 500.00, reference: T1TOTAL}]"
    assert fired(text.replace("PAY", pay.replace("TOTAL", ", total: 1500.00"))) == []
    twice = [("duplicate-payment", name, number, "500") for name, number in (("M2", "R-2"), ("M3", "R-3"))]
    assert fired(text.replace("PAY", pay.replace("TOTAL", ""))) == twice
    assert fired(text.replace("PAY", pay.replace("TOTAL", ", total: 1499.99"))) == twice


def test_one_paper_over_two_projects() -> None:
    def fired_with(total: str) -> list[str]:
        projects = {
            path: record(f"""
milestones:
  - {{id: M1, name: A, amount: 100.00, status: sent, upfront: true,
     invoice: {{number: INV 7, amount: 100.00, total: {total}, sent: 2026-06-25}}}}
""")
            for path in ("a", "b")
        }
        return [f"{one.rule} {one.path}" for one in rules.fired(projects, {}, DAY)]

    assert fired_with("200.00") == []
    assert fired_with("199.99") == ["duplicate-invoice-number b"]


@pytest.mark.parametrize(
    ("number", "rule"),
    [("INV–7", "duplicate-invoice-number"), ("inv - 7", "duplicate-invoice-number"), ("INV-007", None)],
)
def test_numbers_that_look_alike(number: str, rule: str | None) -> None:
    text = f"""
milestones:
  - {{id: M1, name: A, amount: 1.00, status: sent, upfront: true, invoice: {{number: INV-7, amount: 1.00, sent: 2026-06-25}}}}
  - {{id: M2, name: B, amount: 2.00, status: sent, upfront: true, invoice: {{number: {number}, amount: 2.00, sent: 2026-06-26}}}}
"""
    assert fired(text) == [(rule or "likely-duplicate-invoice", "M2", number, "2")]


def test_three_decimals_read_as_a_thousand() -> None:
    text = """
milestones:
  - {id: M1, name: A, amount: 24.000, status: not_billed}
  - {id: M2, name: B, amount: 24.0000, status: not_billed}
  - {id: M3, name: C, amount: 24.005, status: not_billed}
  - {id: M4, name: D, amount: 24.5, status: not_billed}
"""
    found = [milestone for rule, milestone, *_ in fired(text) if rule == "amount-precision"]
    assert found == ["M1", "M3"]
    dinar = rules.fired({"p": record(text) | {"currency": "BHD"}}, {}, DAY)
    assert [one for one in dinar if one.rule == "amount-precision"] == []


def test_tax_by_rate() -> None:
    text = one_milestone("tax: TAX, paid: true", "paid")
    for tax, expected in (("190.00", []), ("190.01", ["tax-mismatch"]), ("189.99", ["tax-mismatch"])):
        assert names(text.replace("TAX", tax), tax_rate=19) == expected
    assert names(text.replace("tax: TAX, ", ""), tax_rate=Decimal("8.1")) == ["tax-mismatch"]


def test_zero_amount_milestones_ask_for_nothing() -> None:
    text = """
milestones:
  - {id: M1, name: A, amount: 100.00, status: paid, deliverable: {approved: 2026-01-02},
     invoice: {number: I1, amount: 100.00, sent: 2026-01-05, paid: 2026-01-20}}
  - {id: M2, name: B, amount: 0.00, status: STATUS, planned: PLANNED}
"""

    def ready(status: str, planned: str) -> list[str]:
        made = record(text.replace("STATUS", status).replace("PLANNED", planned))
        return [one.rule for one in rules.fired({"p": made}, {}, DAY)]

    assert ready("paid", "2026-06-30") == []
    assert ready("not_billed", "2026-06-29") == ["planned-date-passed", "ready-to-close"]
    assert ready("sent", "") == ["ready-to-close"]


def test_order_of_dates_for_deposits() -> None:
    text = """
agreement: {signed: 2026-02-01}
milestones:
  - {id: M1, name: A, amount: 100.00, status: paid, deliverable: {approved: 2026-01-02}, UPFRONT
     invoice: {number: I1, amount: 100.00, sent: 2026-01-05, INVOICE payments: [{date: 2026-01-04, amount: 100.00}]}}
"""
    assert len(fired(text.replace("UPFRONT", "").replace("INVOICE", ""))) == 2
    assert len(fired(text.replace("UPFRONT", "").replace("INVOICE", "upfront: true,"))) == 1
    assert fired(text.replace("UPFRONT", "upfront: true,").replace("INVOICE", "")) == []


def test_agreement_sums_count_amendments_whether_signed_or_not() -> None:
    text = """
agreement: {total: 250.00, milestones: 2, amendments: [{amount: CHANGE, milestones: COUNT, signed: 2026-12-01}, {}]}
milestones:
  - {id: M1, name: A, amount: 100.00, status: not_billed}
  - {id: M2, name: B, amount: 100.00, status: not_billed, cancelled: {date: 2026-12-01}}
  - {id: M3, name: C, amount: 100.00, status: cancelled}
  - {id: M4, name: D, amount: 100.00, status: not_billed}
"""

    def sums(change: str, count: str) -> list[tuple[str, str]]:
        found = fired(text.replace("CHANGE", change).replace("COUNT", count))
        return [(rule, amount) for rule, *_, amount in found if rule not in ("future-date", "status-mismatch")]

    assert sums("-50.00", "0") == []
    assert sums("-49.99", "1") == [("amount-unlisted", "0.01"), ("milestones-missing", "-")]
    assert sums("-50.01", "-1") == [("amount-exceeds-agreement", "0.01"), ("milestones-extra", "-")]


def test_the_mapping_of_cancelled_asks_for_the_status() -> None:
    text = "{id: M1, name: A, amount: 1.00, status: SAYS, cancelled: {date: 2026-02-01}}"
    text = f"milestones: [{text}]"
    assert names(text.replace("SAYS", "not_billed")) == ["status-mismatch"]
    assert names(text.replace("SAYS", "cancelled")) == []
    before = book_of(text.replace("SAYS", "cancelled"), date(2026, 1, 31))
    assert amounts(before["totals"], "agreed", "unbilled") == ["1", "1"]


def test_closed_with_what_is_still_retained() -> None:
    text = one_milestone(
        "retained: {amount: 50.00}, payments: [{date: 2026-02-01, amount: PAID}]", "STATUS", "closed: 2026-03-01"
    )
    still = text.replace("PAID", "950.00").replace("STATUS", "partially_paid")
    assert fired(still) == [("closed-with-open", "M1", None, "-"), ("retention-due", "M1", "I1", "50")]
    assert fired(text.replace("PAID", "1000.00").replace("STATUS", "paid")) == []


def test_a_reissue_of_what_is_still_live() -> None:
    text = """
milestones:
  - {id: M1, name: A, amount: 100.00, status: sent, upfront: true}
invoices:
  - {number: I1, amount: 100.00, sent: 2026-06-05, lines: [{milestone: M1, amount: 100.00}], VOID}
  - {number: I2, amount: 100.00, sent: 2026-06-05, replaces: i1, lines: [{milestone: M1, amount: 100.00}]}
"""
    assert fired(text.replace(", VOID", "")) == [
        ("likely-duplicate-invoice", "M1", "I2", "100"),
        ("overbilled", "M1", None, "100"),
        ("replaced-not-void", "M1", "I2", "-"),
    ]
    assert fired(text.replace("VOID", "void: {date: 2026-06-06}")) == []
    assert names(text.replace("VOID", "void: {date: 2026-07-06}")) == ["future-date", "overbilled"]


def test_a_payment_on_a_void_invoice() -> None:
    text = one_milestone("void: {date: 2026-03-01}, payments: [{date: 2026-02-01, amount: 400.00}]", "not_billed")
    assert ("overpaid", "M1", "I1", "400") in fired(text)
    assert "overpaid" not in names(text, date(2026, 2, 28))


def test_one_finding_a_milestone_where_it_was_billed_before_approval() -> None:
    text = """
milestones:
  - {id: M1, name: A, amount: 100.00, status: sent, deliverable: {approved: 2026-06-20}}
  - {id: M2, name: B, amount: 50.00, status: sent, upfront: true}
invoices:
  - {number: I2, amount: 60.00, sent: 2026-06-19, lines: [{milestone: M1, amount: 60.00}]}
  - {number: I1, amount: 80.00, sent: 2026-06-18, lines: [{milestone: M1, amount: 30.00}, {milestone: M2, amount: 50.00}]}
  - {number: I3, amount: 10.00, sent: 2026-06-20, lines: [{milestone: M1, amount: 10.00}]}
"""
    assert fired(text) == [("billed-before-approval", "M1", "I1", "-")]
    assert fired(text.replace("sent: 2026-06-18", "sent: 2026-06-18, upfront: true")) == [
        ("billed-before-approval", "M1", "I2", "-")
    ]


@pytest.mark.parametrize(
    ("more", "count"),
    [
        ("total: 99.99", 1),
        ("total: 100.00", 0),
        ("instalments: [{due: 2026-07-01, amount: 60.00}, {due: 2026-08-01, amount: 40.00}]", 0),
        ("instalments: [{due: 2026-07-01, amount: 60.00}], retained: {amount: 40.00}", 0),
        ("instalments: [{due: 2026-07-01, amount: 60.00}], retained: {amount: 40.01}", 1),
        ("retained: {amount: 100.01}", 1),
        ("payments: [{date: 2026-06-29, amount: 100.00, total: 99.00}]", 1),
    ],
)
def test_parts_that_do_not_sum(more: str, count: int) -> None:
    text = f"""
milestones:
  - {{id: M1, name: A, amount: 100.00, status: sent, upfront: true, invoice: {{number: I1, amount: 100.00, sent: 2026-06-25, {more}}}}}
"""
    assert [rule for rule, *_ in fired(text)].count("lines-mismatch") == count


def test_lines_that_do_not_sum() -> None:
    text = """
milestones:
  - {id: M1, name: A, amount: 100.00, status: sent, upfront: true}
invoices:
  - {number: I1, amount: 100.00, sent: 2026-06-25, lines: [{milestone: M1, amount: 40.00}, {milestone: M1, amount: LAST}]}
"""
    assert names(text.replace("LAST", "60.00")) == []
    assert "lines-mismatch" in names(text.replace("LAST", "59.99"))


# Number series


def numbered(*given: str) -> list[tuple[str, date, tuple[str, str]]]:
    """Numbers with the day each was sent: `number@2026-01-02`."""
    pairs = [one.split("@") for one in given]
    return [(number, date.fromisoformat(day), ("p", number)) for number, day in pairs]


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (
            "5/2023@2023-11-02 1/2024@2024-01-10 3/2024@2024-04-10 5/2024@2024-08-10 1/2025@2025-02-01 5/2026@2026-03-01",
            {"3/2024": [2], "5/2024": [4]},
        ),
        (
            "1/10/2026@2026-10-02 2/10/2026@2026-10-09 4/10/2026@2026-10-20 1/11/2026@2026-11-02 2/11/2026@2026-11-09",
            {"4/10/2026": [3]},
        ),
        ("R2405@2024-05-31 R2406@2024-06-30 R2407@2024-07-31 R2501@2025-01-31 R2502@2025-02-28", {}),
        ("20261003@2026-10-03 20261005@2026-10-05 20261009@2026-10-09", {}),
        ("INV-7@2026-01-03 INV-8-R1@2026-01-04 INV-9@2026-01-05 INV-10@2026-01-06", {}),
        (
            "jd-2026-03@2026-03-31 jd-2026-04-v2@2026-04-30 jd-2026-04-B@2026-04-30 jd-2026-05@2026-05-31 jd-2026-06@2026-06-30",
            {},
        ),
        (
            "001-2026-ACME@2026-01-03 003-2026-ACME@2026-01-05 004-2026-BETA@2026-01-06 005-2026-ACME@2026-01-07",
            {"003-2026-ACME": [2]},
        ),
        (
            "INV-2025-098@2025-11-03 INV-2025-099@2025-12-03 INV-2026-001@2026-01-06 INV-2026-003@2026-02-06",
            {"INV-2026-003": [2]},
        ),
        ("INV-2025-098@2025-11-03 INV-2025-099@2025-12-03 INV-2026-101@2026-01-06", {"INV-2026-101": [100]}),
        ("INV-24@2026-01-03 INV-26@2026-02-03 INV-27@2026-02-09", {"INV-26": [25]}),
        ("A-1@2026-01-03 A-3@2026-01-04", {}),
        ("A-1@2026-01-03 A-2@2026-01-04 A-104@2026-01-04", {}),
    ],
)
def test_holes_in_number_series(numbers: str, expected: dict[str, list[int]]) -> None:
    found = series.holes(numbered(*numbers.split()))
    assert {place[1]: missing for place, missing in found} == expected
