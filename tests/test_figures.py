"""The figures of SPEC 3: by example, worked out by hand, and as properties of any records."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from anything import AS_OF_ANY, MONEY, STATUS_WORDS, copied, projects, restored, shuffled
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict
from support import AS_OF, lint_json, mtrack, validated, write_tree

from mtrack.check.workspace import load_project
from mtrack.figures import schedule
from mtrack.figures.aging import BUCKETS, bucket_of, outstanding_by_age
from mtrack.figures.clock import ALWAYS
from mtrack.figures.clock import as_of as as_it_stood
from mtrack.figures.ledger import Ledger, Totals, work_out
from mtrack.figures.states import STATES
from mtrack.record import model, schema
from mtrack.record.model import PaymentTerms
from mtrack.record.settings import Settings
from mtrack.yaml import source

if TYPE_CHECKING:
    from pathlib import Path

    from mtrack.figures.allocation import Allocation
    from mtrack.figures.invoices import InvoiceFigures

ZERO = Decimal(0)


def ledger(text: str, terms: int = 30, day: date = AS_OF) -> Ledger:
    """The figures of records in YAML, as of a day."""
    read = source.parse("acme/milestones.yaml", text, schema.shape("milestones"))
    file, project = load_project("acme", read, Settings())
    assert project is not None, file
    return work_out(project, PaymentTerms(terms), day)


def amounts(text: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, text.split()))


WORKED = """
project: Acme website
currency: EUR
agreement: {total: 10200.00, payment_terms: 10}
milestones:
  - id: M1
    name: One
    amount: 4000.00
    deliverable: {approved: 2026-01-05}
    invoice:
      number: INV-1
      amount: 4000.00
      tax: 800.00
      sent: 2026-01-10
      payments:
        - {date: 2026-01-20, amount: 1000.00, withheld: 200.00, fee: 12.50}
        - {date: 2026-01-21, amount: -100.00}
    status: partially_paid
  - {id: M2, name: Two, amount: 5000.00, deliverable: {approved: 2026-01-05}, status: sent}
  - {id: M3, name: Three, amount: 500.00, status: sent}
  - id: M4
    name: Four
    amount: 700.00
    invoice: {number: INV-4, amount: 700.00, sent: 2026-01-01, disputed: {since: 2026-01-05}}
    status: cancelled
  - id: M5
    name: Five
    amount: 300.00
    invoice: {number: INV-5, amount: 300.00, tax: 60.00, sent: 2026-02-15, written_off: {date: 2026-02-16, amount: 400.00}}
    status: written_off
  - {id: M6, name: Six, amount: 400.00, invoice: {number: INV-6, amount: 400.00, sent: 2026-02-18}, status: paid}
invoices:
  - {number: INV-2, amount: 4000.00, sent: 2025-10-01, lines: [{milestone: M2, amount: 3000.00}, {milestone: M3, amount: 1000.00}]}
  - {number: C-1, credits: inv-2, amount: 400.00, sent: 2026-02-01, lines: [{milestone: M2, amount: 300.00}, {milestone: M3, amount: 100.00}]}
  - number: INV-3
    amount: 9999.00
    sent: 2026-01-01
    void: {date: 2026-01-02}
    payments: [{date: 2026-01-03, amount: 5.00}]
    lines: [{milestone: M2, amount: 9999.00}]
"""

# number: gross received settled outstanding overpaid, due, bucket of what is outstanding
INVOICES = {
    "INV-1": ("4800.00  900.00 1112.50 3687.50   0.00", date(2026, 1, 20), "31-60"),
    "INV-4": ("700.00     0.00    0.00  700.00   0.00", date(2026, 1, 11), "disputed"),
    "INV-5": ("360.00     0.00  400.00    0.00  40.00", date(2026, 2, 25), "not_due"),
    "INV-6": ("400.00   400.00  400.00    0.00   0.00", date(2026, 2, 28), "not_due"),
    "INV-2": ("4000.00    0.00  400.00 3600.00   0.00", date(2025, 10, 11), "over_90"),
    "C-1": ("-400.00    0.00 -400.00    0.00   0.00", date(2026, 2, 11), None),
    "INV-3": ("0          0.00    0.00    0.00   5.00", date(2026, 1, 11), None),
}

# milestone: agreed billed unbilled overbilled settled outstanding, expected status
MILESTONES = {
    "M1": ("4000.00 4000.00    0.00   0.00 1112.50 3687.50", "partially_paid"),
    "M2": ("5000.00 2700.00 2300.00   0.00    0.00 2700.00", "sent"),
    "M3": ("500.00   900.00    0.00 400.00    0.00  900.00", "sent"),
    "M4": ("0.00     700.00    0.00 700.00    0.00  700.00", "cancelled"),
    "M5": ("300.00   300.00    0.00   0.00  400.00    0.00", "written_off"),
    "M6": ("400.00   400.00    0.00   0.00  400.00    0.00", "paid"),
}


def test_worked_invoices() -> None:
    found = {
        item.invoice.number: (
            (item.gross, item.received, item.settled, item.outstanding, item.overpaid),
            item.due,
            bucket(item),
        )
        for item in ledger(WORKED).invoices
    }
    assert found == {name: (amounts(text), due, bucket) for name, (text, due, bucket) in INVOICES.items()}
    live = [item.invoice.number for item in ledger(WORKED).invoices if item.live]
    assert live == ["INV-1", "INV-4", "INV-5", "INV-6", "INV-2"]
    overdue = {item.invoice.number: item.overdue for item in ledger(WORKED).invoices if item.overdue}
    assert overdue == {"INV-1": Decimal("3687.50"), "INV-2": Decimal(3600)}


def bucket(item: InvoiceFigures) -> str | None:
    """The aging bucket of an invoice that falls due in one part."""
    if not item.parts:
        return None
    (part,) = item.parts
    return bucket_of(item, part, AS_OF)


def test_worked_milestones() -> None:
    found = {
        item.milestone.id: (
            (item.agreed, item.billed, item.unbilled, item.overbilled, item.settled, item.outstanding),
            item.expected_status,
        )
        for item in ledger(WORKED).milestones
    }
    assert found == {name: (amounts(text), status) for name, (text, status) in MILESTONES.items()}


def test_worked_sums() -> None:
    # Of the cancelled M4 nothing is agreed, so all that its invoice bills is too much, and it is owed.
    assert asdict(ledger(WORKED).totals) == {
        "agreed": Decimal(10200), "billed": Decimal(9000), "unbilled": Decimal(2300), "overbilled": Decimal(1100),
        "overcredited": ZERO, "received": Decimal(1300), "settled": Decimal("1912.50"),
        "outstanding": Decimal("7987.50"), "gross": Decimal(9860), "overdue": Decimal("7287.50"), "retained": ZERO,
        "written_off": Decimal(400),
    }  # fmt: skip
    assert outstanding_by_age(ledger(WORKED).invoices, AS_OF) == {
        "retained": ZERO, "not_due": ZERO, "1-30": ZERO, "31-60": Decimal("3687.50"), "61-90": ZERO, "over_90": Decimal(3600),
        "disputed": Decimal(700),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("due", "expected"),
    [
        ("2026-02-21", "not_due"),
        ("2026-02-20", "not_due"),
        ("2026-02-19", "1-30"),
        ("2026-01-21", "1-30"),
        ("2026-01-20", "31-60"),
        ("2025-12-22", "31-60"),
        ("2025-12-21", "61-90"),
        ("2025-11-22", "61-90"),
        ("2025-11-21", "over_90"),
    ],
)
def test_aging_boundaries(due: str, expected: str) -> None:
    (item,) = ledger(one(f"{{number: I, amount: 100, sent: 2025-01-01, due: {due}}}", "sent")).invoices
    assert bucket(item) == expected
    assert item.overdue == (0 if expected == "not_due" else 100)


@pytest.mark.parametrize(
    ("fields", "terms", "agreement", "due"),
    [
        ("due: 2026-05-01", 7, "{payment_terms: 9}", "2026-05-01"),
        ("note: ", 7, "{payment_terms: 9}", "2026-02-10"),
        ("note: ", 7, "{payment_terms: 0}", "2026-02-01"),
        ("note: ", 7, "{payment_terms: }", "2026-02-08"),
        ("note: ", 7, "", "2026-02-08"),
        ("note: ", 0, "", "2026-02-01"),
    ],
)
def test_due(fields: str, terms: int, agreement: str, due: str) -> None:
    fields = "" if fields == "note: " else f", {fields}"
    text = one(f"{{number: I, amount: 100, sent: 2026-02-01{fields}}}", "sent") + f"agreement: {agreement}\n"
    assert ledger(text, terms).invoices[0].due == date.fromisoformat(due)


def test_due_past_the_last_day_of_the_calendar() -> None:
    text = one("{number: I, amount: 100, sent: 9999-12-01}", "sent")
    assert ledger(text, day=ALWAYS).invoices[0].due == date.max


# Credit notes.


def credited(*notes: str, invoice: str = "amount: 1000, tax: 190") -> Ledger:
    """An invoice INV of 1000 + 190 and notes against it."""
    lines = "".join(f"  - {{sent: 2026-02-02, lines: [{{milestone: M1, amount: 1}}], {note}}}\n" for note in notes)
    own = f"{{number: INV, sent: 2026-02-01, {invoice}}}"
    return ledger(one(own, "sent", amount="1000") + ("invoices:\n" + lines if lines else ""))


@pytest.mark.parametrize(
    ("notes", "live", "outstanding", "overcredited"),
    [
        ([], True, "1190", "0"),
        (["number: A, credits: INV, amount: 999.99"], True, "190.01", "0"),
        (["number: A, credits: INV, amount: 1000"], False, "190", "0"),
        (["number: A, credits: ' inv', amount: 1000, tax: 190"], False, "0", "0"),
        (["number: A, credits: INV, amount: 600", "number: B, credits: INV, amount: 400"], False, "190", "0"),
        (
            ["number: A, credits: INV, amount: 600", "number: B, credits: INV, amount: 400, void: {date: 2026-02-03}"],
            True,
            "590",
            "0",
        ),
        (["number: A, credits: INV, amount: 1500"], False, "0", "310"),
        (["number: A, credits: INV, amount: 600", "number: B, credits: A, amount: 600"], True, "590", "0"),
        (["number: A, credits: A, amount: 1000"], True, "1190", "0"),
        (["number: A, credits: X, amount: 1000"], True, "1190", "0"),
        (["number: INV, credits: INV, amount: 1000"], False, "190", "0"),
    ],
)
def test_credit_notes(notes: list[str], live: bool, outstanding: str, overcredited: str) -> None:  # noqa: FBT001
    invoice, *others = credited(*notes).invoices
    assert invoice.live is live
    assert (invoice.outstanding, invoice.overcredited) == (Decimal(outstanding), Decimal(overcredited))
    assert not invoice.overpaid
    assert invoice.credited_in_full is not live
    for note in others:
        assert not note.live
        assert not note.credited_in_full
        assert (note.outstanding, note.overpaid, note.settled) == (ZERO, ZERO, note.gross)


def test_a_credit_note_is_against_the_invoice_that_is_not_void() -> None:
    text = one("{number: INV, amount: 1000, sent: 2026-02-01, void: {date: 2026-02-01}}", "sent", amount="1000")
    text += """invoices:
  - {number: inv, amount: 1000, sent: 2026-02-02, lines: [{milestone: M1, amount: 1000}]}
  - {number: C, credits: INV, amount: 1000, sent: 2026-02-03, lines: [{milestone: M1, amount: 1000}]}
"""
    void, invoice, _ = ledger(text).invoices
    assert (void.outstanding, invoice.outstanding) == (ZERO, ZERO)
    assert not invoice.live


# Taken at its word, and the expected status.


def one(invoice: str | None, status: str, *, amount: str = "100", more: str = "") -> str:
    """Records of one milestone, M1, of 100, and its invoice."""
    billed = f", invoice: {invoice}" if invoice else ""
    return f"""project: Acme website
currency: EUR
milestones:
  - {{id: M1, name: One, amount: {amount}, status: {status}{billed}{more}}}
"""


def top(*lines: str, number: str = "T", more: str = "") -> str:
    """An invoice at the top over lines "M1 50"."""
    parts = [line.split() for line in lines]
    whole = sum(Decimal(amount) for _, amount in parts)
    shares = ", ".join(f"{{milestone: {name}, amount: {amount}}}" for name, amount in parts)
    return f"  - {{number: {number}, amount: {whole}, sent: 2026-02-02, lines: [{shares}]{more}}}\n"


def bill(fields: str = "", amount: str = "100") -> str:
    return f"{{number: I, amount: {amount}, sent: 2026-02-01{', ' if fields else ''}{fields}}}"


def pay(*paid: str) -> str:
    return f"payments: [{', '.join(f'{{date: 2026-02-10, {amount}}}' for amount in paid)}]"


LOST = "written_off: {date: 2026-02-11, amount: 100}"

BILLED_STATUSES = {"sent", "partially_paid", "paid", "written_off"}

# name: records, expected status, other statuses that are accepted
STATUSES: dict[str, tuple[str, str, set[str]]] = {
    "cancelled by its status": (one(bill(pay("amount: 100")), "cancelled"), "cancelled", set()),
    "cancelled by the mapping": (one(None, "paid", more=", cancelled: {date: 2026-02-01}"), "cancelled", set()),
    "cancelled, of no amount": (
        one(None, "paid", amount="0", more=", cancelled: {date: 2026-02-01}"),
        "cancelled",
        set(),
    ),
    "nothing bills it": (one(None, "paid"), "not_billed", set()),
    "a void invoice": (one(bill("void: {date: 2026-02-01}"), "sent"), "not_billed", set()),
    "a credited invoice": (
        one(bill(), "sent") + "invoices:\n" + top("M1 100", more=", credits: I"),
        "not_billed",
        set(),
    ),
    "a credit note alone": (
        one(None, "sent") + "invoices:\n" + top("M1 100", more=", credits: I"),
        "not_billed",
        set(),
    ),
    "nothing settled": (one(bill(), "not_billed"), "sent", {"partially_paid"}),
    "nothing settled, says partially paid": (one(bill(), "partially_paid"), "sent", {"partially_paid"}),
    "nothing settled, though payments are listed": (one(bill(pay("amount: 0")), "sent"), "sent", set()),
    "paid and refunded": (one(bill(pay("amount: 100", "amount: -100")), "paid"), "sent", set()),
    "nothing but a credit note": (
        one(bill(), "sent") + "invoices:\n" + top("M1 40", more=", credits: I"),
        "sent",
        {"partially_paid"},
    ),
    "a cent paid": (one(bill(pay("amount: 0.01")), "sent"), "partially_paid", set()),
    "a fee alone": (one(bill(pay("amount: 0, fee: 1")), "sent"), "partially_paid", set()),
    "written off in part": (one(bill(LOST.replace("100", "99")), "written_off"), "partially_paid", set()),
    "written off by nothing": (one(bill(LOST.replace("100", "0")), "written_off"), "sent", set()),
    "all paid": (one(bill(pay("amount: 60", "amount: 40")), "sent"), "paid", set()),
    "all paid but what was withheld and kept": (
        one(bill(pay("amount: 80, withheld: 15, fee: 5")), "sent"),
        "paid",
        set(),
    ),
    "all withheld": (one(bill(pay("amount: 0, withheld: 100")), "sent"), "paid", set()),
    "overpaid": (one(bill(pay("amount: 150")), "sent"), "paid", set()),
    "paid but the tax": (one(bill(f"tax: 19, {pay('amount: 100')}"), "paid"), "partially_paid", set()),
    "paid with the tax": (one(bill(f"tax: 19, {pay('amount: 119')}"), "sent"), "paid", set()),
    "all paid, billed too little": (one(bill(pay("amount: 60"), "60"), "paid"), "partially_paid", set()),
    "all paid, billed too much": (one(bill(pay("amount: 160"), "160"), "sent"), "paid", set()),
    "written off": (one(bill(LOST), "paid"), "written_off", set()),
    "written off after a payment": (
        one(bill(f"{pay('amount: 10')}, {LOST.replace('100', '90')}"), "written_off"),
        "paid",
        set(),
    ),
    "written off after a payment that went back": (
        one(bill(f"{pay('amount: 10', 'amount: -10')}, {LOST}"), "paid"),
        "written_off",
        set(),
    ),
    "written off after tax was withheld": (
        one(bill(f"{pay('amount: 0, withheld: 10')}, {LOST}"), "paid"),
        "written_off",
        set(),
    ),
    "paid and partly credited": (
        one(bill(pay("amount: 60")), "partially_paid", amount="60") + "invoices:\n" + top("M1 40", more=", credits: I"),
        "paid",
        set(),
    ),
    "says paid, nothing listed": (one(bill(), "paid"), "paid", set()),
    "says paid, an empty list": (one(bill("payments: []"), "paid"), "paid", set()),
    "says paid, billed too little": (one(bill(amount="60"), "paid"), "partially_paid", set()),
    "says written off, nothing listed": (one(bill(), "written_off"), "sent", {"partially_paid"}),
    "two invoices, one paid": (
        one(bill(pay("amount: 60"), "60"), "sent") + "invoices:\n" + top("M1 40"),
        "partially_paid",
        set(),
    ),
    "two invoices, one paid, says paid": (
        one(bill(pay("amount: 60"), "60"), "paid") + "invoices:\n" + top("M1 40"),
        "paid",
        set(),
    ),
    "two invoices, none paid, one with a list": (
        one(bill(pay("amount: 0"), "60"), "sent") + "invoices:\n" + top("M1 40"),
        "sent",
        set(),
    ),
    "two invoices, one written off, says paid": (
        one(bill(LOST.replace("100", "60"), "60"), "paid") + "invoices:\n" + top("M1 40"),
        "paid",
        set(),
    ),
    "two invoices, one lost, one paid": (
        one(bill(LOST.replace("100", "60"), "60"), "written_off")
        + "invoices:\n"
        + top("M1 40", more=f", {pay('amount: 40')}"),
        "paid",
        set(),
    ),
    "of no amount": (one(None, "not_billed", amount="0"), "not_billed", BILLED_STATUSES),
    "of no amount, says paid": (one(None, "paid", amount="0.00"), "not_billed", BILLED_STATUSES),
    "of no amount, says written off": (one(None, "written_off", amount="0"), "not_billed", BILLED_STATUSES),
    "of no amount, its bill is void": (
        one(bill("void: {date: 2026-02-01}"), "sent", amount="0"),
        "not_billed",
        BILLED_STATUSES,
    ),
    "of no amount, billed": (one(bill(amount="0"), "not_billed", amount="0"), "paid", set()),
    "of no amount, billed, says paid": (one(bill(amount="0"), "paid", amount="0"), "paid", set()),
    "paid on a day": (one(bill("paid: 2026-02-12"), "sent"), "paid", set()),
    "paid on a day nobody recorded": (one(bill("paid: true"), "sent"), "paid", set()),
    "paid after a payment went back": (one(bill(pay("amount: 100", "amount: -1")), "paid"), "partially_paid", set()),
    "all discounted": (one(bill(pay("amount: 0, discount: 100")), "sent"), "paid", set()),
    "paid but the discount": (one(bill(pay("amount: 98, discount: 2")), "partially_paid"), "paid", set()),
    "retained": (
        one(bill(f"retained: {{amount: 5}}, {pay('amount: 95')}"), "paid"),
        "partially_paid",
        set(),
    ),
    "retained and paid": (
        one(bill(f"retained: {{amount: 5}}, {pay('amount: 95', 'amount: 5')}"), "sent"),
        "paid",
        set(),
    ),
}


@pytest.mark.parametrize("name", STATUSES)
def test_expected_status(name: str) -> None:
    text, expected, others = STATUSES[name]
    (item,) = ledger(text).milestones
    assert item.expected_status == expected
    assert set(item.accepted_statuses) == {expected, *others}


def two(first: str, second: str, more: str = "", invoice: str = "") -> Ledger:
    """M1 and M2 of 100, each with its status, billed by one invoice."""
    text = f"""project: Acme website
currency: EUR
milestones:
  - {{id: M1, name: One, amount: 100, status: {first}}}
  - {{id: M2, name: Two, amount: 100, status: {second}{more}}}
invoices:
"""
    return ledger(text + top("M1 100", "M2 100", more=invoice))


@pytest.mark.parametrize(
    ("first", "second", "more", "invoice", "settled", "statuses"),
    [
        ("paid", "paid", "", "", 200, ["paid", "paid"]),
        ("paid", "sent", "", "", 0, ["sent", "sent"]),
        ("paid", "cancelled", "", "", 200, ["paid", "cancelled"]),
        ("paid", "sent", ", cancelled: {date: 2026-02-03}", "", 200, ["paid", "cancelled"]),
        ("cancelled", "cancelled", "", "", 0, ["cancelled", "cancelled"]),
        ("paid", "paid", "", ", payments: [{date: 2026-02-10, amount: 50}]", 50, ["partially_paid", "partially_paid"]),
        ("paid", "paid", "", ", written_off: {date: 2026-02-10, amount: 200}", 200, ["written_off", "written_off"]),
    ],
)
def test_taken_at_its_word(  # noqa: PLR0913
    first: str, second: str, more: str, invoice: str, settled: int, statuses: list[str]
) -> None:
    result = two(first, second, more, invoice)
    assert result.invoices[0].settled == settled
    assert [item.expected_status for item in result.milestones] == statuses


def test_a_line_to_nowhere_has_no_say() -> None:
    known = ledger(one(None, "paid") + "invoices:\n" + top("M1 100", "M9 50"))
    assert known.invoices[0].settled == 150
    unknown = ledger(one(None, "paid") + "invoices:\n" + top("M9 50"))
    assert unknown.invoices[0].settled == 0


def test_an_id_that_stands_twice_takes_its_own_invoice_at_its_own_word() -> None:
    text = """project: Acme website
currency: EUR
milestones:
  - {id: M1, name: One, amount: 100, status: not_billed}
  - {id: M1, name: Two, amount: 100, status: paid, invoice: {number: I, amount: 100, sent: 2026-02-01}}
"""
    first, second = ledger(text).milestones
    assert (first.billed, first.expected_status) == (ZERO, "not_billed")
    assert (second.billed, second.expected_status) == (Decimal(100), "paid")


def test_shares_go_by_the_lines_to_the_cent() -> None:
    text = """project: Acme website
currency: EUR
milestones:
  - {id: M1, name: One, amount: 10, status: sent}
  - {id: M2, name: Two, amount: 10, status: sent}
  - {id: M3, name: Three, amount: 10, status: sent}
invoices:
"""
    result = ledger(
        text + top("M1 10", "M2 10", "M3 10", more=", tax: 0.05, payments: [{date: 2026-02-10, amount: 10}]")
    )
    assert [item.settled for item in result.milestones] == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]
    # 10.02, 10.02 and 10.01 with tax: what is settled and what is outstanding sum to that.
    assert [item.outstanding for item in result.milestones] == [Decimal("6.68"), Decimal("6.69"), Decimal("6.68")]


def shared(invoice: str, *amounts: str) -> list[tuple[Decimal, Decimal]]:
    """Settled and outstanding of milestones M1, M2 and so on, of the amounts given, billed by `invoice`."""
    records = "".join(
        f"  - {{id: M{i}, name: One, amount: {amount}, status: sent}}\n" for i, amount in enumerate(amounts, 1)
    )
    result = ledger(f"project: Acme website\ncurrency: EUR\nmilestones:\n{records}invoices:\n{invoice}")
    return [(item.settled, item.outstanding) for item in result.milestones]


def pairs(*texts: str) -> list[tuple[Decimal, ...]]:
    return [amounts(text) for text in texts]


PAID = ", payments: [{date: 2026-02-10, amount: 30}]"


@pytest.mark.parametrize(
    ("invoice", "note", "parts"),
    [
        ("", top("M1 40", number="C", more=", credits: T"), ("0 10", "0 50")),
        ("", top("M2 40", number="C", more=", credits: T"), ("0 50", "0 10")),
        # What is paid goes to what the note leaves, 10 and 50.
        (PAID, top("M1 40", number="C", more=", credits: T"), ("5 5", "25 25")),
        ("", top("M1 20", "M2 20", number="C", more=", credits: T"), ("0 30", "0 30")),
        # More than M1 has: the rest settles M2.
        ("", top("M1 60", number="C", more=", credits: T"), ("-10 0", "10 40")),
        # A milestone that the invoice does not bill: nothing is named, so by what the lines have.
        ("", top("M9 40", number="C", more=", credits: T"), ("20 30", "20 30")),
        ("", top("M1 50", number="C", more=", tax: 5, credits: T"), ("-5 0", "5 45")),
        (", tax: 10", top("M1 40", number="C", more=", tax: 4, credits: T"), ("0 11", "0 55")),
        # Two notes, one of them void.
        (
            "",
            top("M1 40", number="C", more=", credits: T")
            + top("M2 10", number="D", more=", credits: T")
            + top("M2 10", number="E", more=", credits: T, void: {date: 2026-02-03}"),
            ("0 10", "0 40"),
        ),
        # More than the whole invoice.
        (PAID, top("M1 40", "M2 40", number="C", more=", credits: T"), ("15 0", "15 0")),
    ],
)
def test_a_credit_note_goes_to_the_milestone_its_lines_name(invoice: str, note: str, parts: tuple[str, ...]) -> None:
    assert shared(top("M1 50", "M2 50", more=invoice) + note, "50", "50") == pairs(*parts)


def test_odd_cents_go_to_the_largest_remainder() -> None:
    paid = ", payments: [{date: 2026-02-10, amount: 100}]"
    parts = shared(top("M1 100", "M2 100", "M3 100", more=paid), "100", "100", "100")
    assert parts == pairs("33.34 66.66", "33.33 66.67", "33.33 66.67")
    # The lines in another order: the same milestone gets the odd cent.
    assert shared(top("M3 100", "M2 100", "M1 100", more=paid), "100", "100", "100") == parts


def test_amounts_finer_than_the_currency_leave_no_part_below_zero() -> None:
    paid = ", payments: [{date: 2026-02-10, amount: 0.01}]"
    parts = shared(top("M1 0.006", "M2 0.006", more=paid), "0.006", "0.006")
    assert parts == pairs("0.005 0.001", "0.005 0.001")


def test_a_milestone_that_stands_on_two_lines_of_an_invoice_has_one_part() -> None:
    records = one(None, "sent") + "invoices:\n" + top("M1 60", "M1 40", more=PAID)
    (part,) = ledger(records).parts
    assert (part.net, part.settled, part.outstanding) == amounts("100 30 70")
    assert [item.number for item in (part.invoice.invoice,)] == ["T"]


# Whatever the records.


@given(projects(), st.sampled_from([None, 0, 2, 3]), MONEY, AS_OF_ANY)
def test_allocations_sum_to_their_invoice(
    data: dict[str, Any], decimals: int | None, amount: Decimal, as_of: date
) -> None:
    if data["invoices"]:  # one whose lines need not sum to its amount
        data["invoices"][0]["amount"] = amount
    result = work(data, decimals, as_of)
    for invoice in result.invoices:
        parts = [part for part in result.parts if part.invoice is invoice]
        if invoice.invoice.void is not None:
            assert not parts
            continue
        for name in ("gross", "credited", "settled", "outstanding", "overdue", "overpaid"):
            assert sum(getattr(part, name) for part in parts) == getattr(invoice, name), name
        sign = -1 if invoice.invoice.is_credit_note else 1
        assert sum(part.net for part in parts) == sign * sum(line.amount for line in invoice.invoice.lines)
        assert len({part.id for part in parts}) == len(parts)


@given(projects(), st.sampled_from([None, 0, 2, 3]))
def test_parts_add_up(data: dict[str, Any], decimals: int | None) -> None:
    result = work(data, decimals)
    for part in result.parts:
        assert part.gross == part.settled + part.outstanding - part.overpaid
        assert 0 <= part.overdue <= part.outstanding
        assert min(part.outstanding, part.overpaid) == 0
        assert part.uncredited <= max(part.net, ZERO)
        if not part.invoice.invoice.is_credit_note:
            assert part.settled == part.credited + part.paid + part.written_off + part.overpaid + refunded(part)
    for item in result.milestones:
        for name in ("settled", "outstanding"):
            assert sum(getattr(part, name) for part in item.parts) == getattr(item, name)
        assert sum(part.net for part in item.parts) == item.billed


def refunded(part: Allocation) -> Decimal:
    """What went back of a part beyond what came: below 0, as more is outstanding than credits and write-offs leave."""
    return min(part.gross - part.credited - part.written_off - part.outstanding, ZERO) if part.outstanding else ZERO


def work(data: dict[str, Any], decimals: int | None = 2, day: date = ALWAYS) -> Ledger:
    read = source.Source("acme/milestones.yaml")
    return work_out(model.build("acme", read, data, "EUR", decimals, ()), PaymentTerms(30), day)


@given(projects(), AS_OF_ANY)
def test_identities(data: dict[str, Any], as_of: date) -> None:
    result = work(data, day=as_of)
    for item in result.milestones:
        assert item.agreed == item.billed + item.unbilled - item.overbilled + item.overcredited
        assert 0 <= item.unbilled <= item.agreed
        assert min(item.overbilled, item.overcredited) == min(item.unbilled, item.overbilled) == 0
        assert item.overcredited >= 0
        states = dict(item.states.items())
        assert tuple(states) == STATES
        assert min(states.values()) >= 0
        assert sum(states.values()) == item.agreed + item.overbilled
        assert 0 <= item.states.disputed <= item.states.outstanding
    for invoice in result.invoices:
        assert_invoice_adds_up(invoice, as_of)
    sums = result.totals
    assert sums.agreed == sums.billed + sums.unbilled - sums.overbilled + sums.overcredited
    overpaid = sum(invoice.overpaid for invoice in result.invoices if invoice.invoice.void is None)
    assert sums.gross == sums.settled + sums.outstanding - overpaid
    assert 0 <= sums.overdue <= sums.outstanding
    assert sum(dict(result.states.items()).values()) == sums.agreed + sums.overbilled


def assert_invoice_adds_up(item: InvoiceFigures, as_of: date) -> None:
    if item.invoice.void is not None:
        assert not any((item.gross, item.received, item.settled, item.outstanding, item.overdue, item.live))
        return
    assert item.gross == item.settled + item.outstanding - item.overpaid
    assert item.outstanding >= 0
    assert item.overpaid >= 0
    assert not (item.outstanding and item.overpaid)
    assert 0 <= item.overdue <= item.outstanding
    if item.invoice.is_credit_note:
        assert item.settled == item.gross
        return
    settled = (item.received, item.withheld, item.fees, item.discounted, item.written_off, item.credited)
    assert item.settled == sum(settled)
    assert sum(part.amount for part in item.parts) == item.gross
    assert sum(part.open for part in item.parts) == item.outstanding
    assert sum(part.open for part in item.overdue_parts(as_of)) == item.overdue


@given(projects(), AS_OF_ANY)
def test_aging_sums_to_outstanding(data: dict[str, Any], as_of: date) -> None:
    result = work(data, day=as_of)
    buckets = outstanding_by_age(result.invoices, as_of)
    assert tuple(buckets) == BUCKETS
    assert sum(buckets.values()) == result.totals.outstanding
    late = sum(buckets[name] for name in BUCKETS if name not in ("not_due", "disputed", "retained"))
    assert late <= result.totals.overdue <= late + buckets["retained"]


@given(projects(), st.sampled_from([None, 0, 2, 3]))
def test_milestones_sum_to_their_invoices(data: dict[str, Any], decimals: int | None) -> None:
    result = work(data, decimals)
    sums = result.totals
    assert sum(item.settled for item in result.milestones) == sums.settled
    assert sum(item.outstanding for item in result.milestones) == sums.outstanding


@given(projects(), AS_OF_ANY, st.randoms(use_true_random=False))
def test_order_does_not_matter(data: dict[str, Any], as_of: date, random: Any) -> None:
    assert _summary(work(shuffled(data, random), day=as_of)) == _summary(work(data, day=as_of))


def _summary(result: Ledger) -> Any:
    milestones = {
        item.milestone.id: (
            item.agreed, item.billed, item.unbilled, item.overbilled, item.overcredited, item.settled, item.outstanding,
            item.overdue, item.states, item.expected_status, item.accepted_statuses, item.open,
            {invoice.invoice.number for invoice in item.invoices},
        )
        for item in result.milestones
    }  # fmt: skip
    invoices = {
        item.invoice.number: (
            item.gross, item.received, item.settled, item.outstanding, item.overpaid, item.overcredited, item.due,
            item.live, item.at_its_word, item.overdue, item.retained,
        )
        for item in result.invoices
    }  # fmt: skip
    return milestones, invoices, result.totals, outstanding_by_age(result.invoices, result.day)


@given(projects(), AS_OF_ANY, AS_OF_ANY)
def test_a_day_is_the_same_when_everything_later_is_removed(data: dict[str, Any], one_day: date, other: date) -> None:
    """At a later day but for what the clock itself decides: what is overdue, retained, on hold, due to be billed."""
    day, later = sorted((one_day, other))
    data = with_statuses_brought_right(data)
    seen, cut = work(data, day=day), work(without_later(data, day), day=later)
    assert not cut.left_out
    for one_, two_ in zip(seen.milestones, cut.milestones, strict=True):
        for name in ("agreed", "billed", "unbilled", "overbilled", "overcredited", "settled", "outstanding"):
            assert getattr(one_, name) == getattr(two_, name), name
    for name in ("received", "settled", "outstanding", "gross", "retained"):
        assert getattr(seen.totals, name) == getattr(cut.totals, name), name
    same = work(without_later(data, day), day=day)
    assert (same.totals, same.states) == (seen.totals, seen.states)
    assert outstanding_by_age(same.invoices, day) == outstanding_by_age(seen.invoices, day)


def with_statuses_brought_right(data: dict[str, Any]) -> dict[str, Any]:
    """A copy of the records in which nothing is taken at its word, and no status alone cancels a milestone.

    `paid` settles what entries of any day leave open, so that a later write-off or credit note is in it on every day.
    """
    result = copied(data)
    for item in result["milestones"]:
        item["status"] = "cancelled" if "cancelled" in item else "not_billed"
    invoices = [*result["invoices"], *(item["invoice"] for item in result["milestones"] if "invoice" in item)]
    credited = {model.number_key(invoice["credits"]) for invoice in invoices if "credits" in invoice}
    for invoice in invoices:
        if "written_off" in invoice or model.number_key(invoice["number"]) in credited:
            invoice.pop("paid", None)
    return result


def without_later(data: dict[str, Any], day: date) -> dict[str, Any]:
    """A copy of the records without all that is dated after a day."""
    last = day.isoformat()
    result = copied(data)
    result["invoices"] = [invoice_until(item, last) for item in result["invoices"] if item["sent"] <= last]
    for item in result["milestones"]:
        if "invoice" in item:
            if item["invoice"]["sent"] > last:
                del item["invoice"]
            else:
                item["invoice"] = invoice_until(item["invoice"], last)
        if "cancelled" in item and item["cancelled"]["date"] > last:
            del item["cancelled"]
            item["status"] = "not_billed"
        delivered = item.get("deliverable", {})
        for name in ("completed", "approved"):
            if delivered.get(name, "") > last:
                del delivered[name]
    return result


def invoice_until(invoice: dict[str, Any], last: str) -> dict[str, Any]:
    result = {
        name: value
        for name, value in invoice.items()
        if not (name in ("void", "written_off") and value["date"] > last)
        and not (name == "disputed" and value["since"] > last)
        and not (name == "paid" and value is not True and value > last)
    }
    if "payments" in result:
        result["payments"] = [item for item in result["payments"] if item["date"] <= last]
    return result


@given(projects())
def test_expected_status_is_one_that_is_accepted(data: dict[str, Any]) -> None:
    for item in work(data).milestones:
        assert item.expected_status in item.accepted_statuses
        assert item.accepted_statuses <= set(STATUS_WORDS)
        assert (item.expected_status == "cancelled") == item.milestone.cancelled
        if item.expected_status == "paid" and item.is_billed:
            assert not any(invoice.outstanding for invoice in item.live_invoices)
            assert not item.unbilled


@given(projects())
def test_writing_the_expected_status_comes_to_rest(data: dict[str, Any]) -> None:
    # One status can take an invoice's word from another milestone, so one round need not be the last.
    for _ in range(len(data["milestones"]) + 2):
        wrong = [item for item in work(data).milestones if item.milestone.status not in item.accepted_statuses]
        if not wrong:
            return
        for item in wrong:
            data["milestones"][item.milestone.index]["status"] = item.expected_status
    raise AssertionError(data)


def written_out(data: dict[str, Any], day: date) -> dict[str, dict[str, Any]]:
    """By number, what an invoice takes from its project's terms: the day due, and what is retained until when."""
    project = as_it_stood(model.build("acme", source.Source("acme/milestones.yaml"), data, "EUR", 2, ()), day).project
    terms = schedule.terms(project, PaymentTerms(30))
    result: dict[str, dict[str, Any]] = {}
    for invoice in project.invoices():
        result[invoice.number] = {"due": schedule.due_date(invoice, terms).isoformat()}
        if amount := schedule.retained_amount(invoice, terms):
            until = (invoice.retained and invoice.retained.until) or terms.accepted or date.max
            result[invoice.number]["retained"] = {"amount": amount, "until": until.isoformat()}
    return result


@given(st.lists(projects(), max_size=3), AS_OF_ANY)
def test_sums_of_projects_are_the_sums_of_all_their_records(several: list[dict[str, Any]], as_of: date) -> None:
    whole = Totals()
    for data in several:
        whole = Totals.sum((whole, work(data, day=as_of).totals))
    # The same records as if in one project: ids and numbers apart, each with its own terms written out.
    merged: dict[str, Any] = {"project": "P", "milestones": [], "invoices": []}
    for i, data in enumerate(several):
        written = written_out(data, as_of)
        text = json.dumps(data, default=lambda amount: {"amount": str(amount)})
        apart = json.loads(
            text.replace('"M', f'"P{i}-M').replace('"INV-', f'"P{i}-INV-').replace('"inv-', f'"p{i}-inv-'),
            object_hook=restored,
        )
        for invoice in [*apart["invoices"], *(item["invoice"] for item in apart["milestones"] if "invoice" in item)]:
            invoice.update(written.get(invoice["number"].split("-", 1)[1], {}))
        merged["milestones"] += apart["milestones"]
        merged["invoices"] += apart["invoices"]
    assert work(merged, day=as_of).totals == whole if several else whole == Totals()


def test_workspace_sums_by_currency(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            "a/milestones.yaml": WORKED,
            "b/milestones.yaml": WORKED.replace("INV-", "B-").replace("inv-", "B-").replace("C-1", "BC-1"),
            "c/milestones.yaml": one(bill(pay("amount: 40")), "partially_paid").replace("EUR", "USD"),
        },
    )
    result = mtrack("status", tmp_path, "--format", "json", "--as-of", "2026-02-20")
    status = validated(result.out, "status")
    assert status["totals"] == {
        "EUR": {
            "agreed": "20400.00", "billed": "18000.00", "unbilled": "4600.00", "received": "2600.00", "settled": "3825.00",
            "outstanding": "15975.00", "overdue": "14575.00",
            "states": {
                "paid": "2654.16", "written_off": "600.00", "outstanding": "1400.00", "overdue": "13345.84",
                "to_bill": "4600.00", "on_hold": "0.00", "ahead": "0.00",
            },
        },
        "USD": {
            "agreed": "100.00", "billed": "100.00", "unbilled": "0.00", "received": "40.00", "settled": "40.00",
            "outstanding": "60.00", "overdue": "0.00",
            "states": {
                "paid": "40.00", "written_off": "0.00", "outstanding": "60.00", "overdue": "0.00",
                "to_bill": "0.00", "on_hold": "0.00", "ahead": "0.00",
            },
        },
    }  # fmt: skip
    for name in set(status["totals"]["EUR"]) - {"states"}:
        parts = [Decimal(item["totals"][name]) for item in status["projects"] if item["currency"] == "EUR"]
        assert sum(parts) == Decimal(status["totals"]["EUR"][name])


# --- What a mutant showed to be told nowhere else ------------------------------------------------------------------


ONE = """project: P
currency: EUR
milestones:
  - id: M1
    name: One
    amount: 100.00
    deliverable: {{approved: 2026-01-01}}
    invoice: {{number: R-1, amount: 100.00, sent: 2026-01-02, {invoice}}}
    status: {status}
"""


def records(root: Path, text: str, settings: str = "") -> Path:
    return write_tree(root, {"mtrack.yaml": f"format: 1\n{settings}", "acme/milestones.yaml": text})


LATER = "  - {{id: M2, name: Two, amount: 1.00, status: sent, invoice: {}}}\n"


@pytest.mark.parametrize(
    ("more", "left_out"),
    [
        ("closed: 2026-03-01\n", "closed 2026-03-01"),
        ("  - {id: M2, name: Two, amount: 1.00, status: cancelled, cancelled: {date: 2026-03-01}}\n", "M2 cancelled 2026-03-01"),
        ("  - {id: M2, name: Two, amount: 1.00, status: sent, invoice: {number: R-2, amount: 1, sent: 2026-01-02, disputed: {since: 2026-03-01}}}\n",
         "R-2 disputed 2026-03-01"),
        (LATER.format("{number: R-2, amount: 1, sent: 2026-03-01}"), "invoice R-2 sent 2026-03-01"),
        (LATER.format("{number: R-2, amount: 1, sent: 2026-01-02, payments: [{date: 2026-03-01, amount: 1}]}"), "payment on R-2 2026-03-01"),
        (LATER.format("{number: R-2, amount: 1, sent: 2026-01-02, paid: 2026-03-01}"), "R-2 paid 2026-03-01"),
        (LATER.format("{number: R-2, amount: 1, sent: 2026-01-02, void: {date: 2026-03-01}}"), "R-2 void 2026-03-01"),
        (LATER.format("{number: R-2, amount: 1, sent: 2026-01-02, written_off: {date: 2026-03-01, amount: 1}}"), "R-2 written off 2026-03-01"),
        ("  - {id: M2, name: Two, amount: 1.00, status: not_billed, deliverable: {completed: 2026-03-01}}\n", "M2 completed 2026-03-01"),
        ("  - {id: M2, name: Two, amount: 1.00, status: not_billed, deliverable: {approved: 2026-03-01}}\n", "M2 approved 2026-03-01"),
        ("agreement: {amendments: [{amount: 1}, {amount: 1, signed: 2026-03-01}]}\n", "amendment 2 2026-03-01"),
    ],
)  # fmt: skip
def test_what_is_left_out_is_named_by_what_it_is(tmp_path: Path, more: str, left_out: str) -> None:
    root = records(tmp_path, ONE.format(invoice="paid: 2026-02-01", status="paid") + more)
    shown = mtrack("status", root, "--as-of", AS_OF.isoformat()).out
    assert f"left out, since dated after {AS_OF}: 1 record (acme: {left_out})" in shown


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2026-02-28", "EUR 110.00, 1 amendment included"),
        ("2026-03-01", "EUR 130.00, 2 amendments included"),
    ],
)
def test_an_amendment_counts_from_the_day_it_was_signed(tmp_path: Path, day: str, told: str) -> None:
    more = "agreement: {total: 100.00, amendments: [{amount: 10.00}, {amount: 20.00, signed: 2026-03-01}]}\n"
    root = records(tmp_path, ONE.format(invoice="paid: 2026-02-01", status="paid") + more)
    assert told in mtrack("status", root, "--as-of", day).out


def test_what_is_paid_later_is_no_payment_yet(tmp_path: Path) -> None:
    root = records(tmp_path, ONE.format(invoice="paid: 2026-03-01", status="paid"))
    before, after = (
        json.loads(mtrack("payments", root, "--format", "json", "--as-of", day).out)
        for day in ("2026-02-28", "2026-03-01")
    )
    assert (before["rows"], before["left_out"]) == ([], 1)
    assert [(row["date"], row["amount"]) for row in after["rows"]] == [("2026-03-01", "100.00")]


def test_a_void_invoice_that_is_paid_is_overpaid_by_all_of_it(tmp_path: Path) -> None:
    root = records(
        tmp_path, ONE.format(invoice="paid: 2026-02-01, void: {date: 2026-02-02, reason: x}", status="not_billed")
    )
    found = lint_json(root, "--select", "overpaid")["findings"]
    assert [(item["amount"], item["invoice"]) for item in found] == [("100.00", "R-1")]


@pytest.mark.parametrize("paid", ["paid: 2026-02-01", "paid: true", "note: at its word"])
@pytest.mark.parametrize(
    ("day", "received", "settled"),
    [("2026-02-01", "90.00", "100.00"), ("2026-06-30", "90.00", "100.00"), ("2026-07-01", "100.00", "100.00")],
)
def test_what_was_paid_left_room_for_a_credit_note_until_that_is_void(
    paid: str, day: str, received: str, settled: str, tmp_path: Path
) -> None:
    note = "invoices:\n  - {number: G-1, amount: 10, sent: 2026-02-01, credits: R-1, lines: [{milestone: M1, amount: 10}], void: {date: 2026-07-01}}\n"
    root = records(tmp_path, ONE.format(invoice=paid, status="paid") + note)
    rows = json.loads(mtrack("invoices", root, "--format", "json", "--as-of", day).out)["rows"]
    [invoice] = [row for row in rows if row["number"] == "R-1"]
    assert (invoice["received"], invoice["settled"], invoice["outstanding"]) == (received, settled, "0.00")
    assert lint_json(root, "--select", "overpaid", "--as-of", day)["findings"] == []


@pytest.mark.parametrize(
    ("day", "received"), [("2026-02-28", "100.00"), ("2026-03-05", "90.00"), ("2026-07-01", "100.00")]
)
def test_a_credit_note_that_came_and_went_later_leaves_no_room(day: str, received: str, tmp_path: Path) -> None:
    note = "invoices:\n  - {number: G-1, amount: 10, sent: 2026-03-01, credits: R-1, lines: [{milestone: M1, amount: 10}], void: {date: 2026-07-01}}\n"
    root = records(tmp_path, ONE.format(invoice="paid: 2026-02-20", status="paid") + note)
    rows = json.loads(mtrack("invoices", root, "--format", "json", "--as-of", day).out)["rows"]
    assert [row["received"] for row in rows if row["number"] == "R-1"] == [received]


def test_a_credit_note_of_nothing_is_no_amount_below_nothing(tmp_path: Path) -> None:
    note = (
        "invoices:\n  - {number: R-2, amount: 0, sent: 2026-01-03, credits: R-1, lines: [{milestone: M1, amount: 0}]}\n"
    )
    root = records(tmp_path, ONE.format(invoice="paid: true", status="paid") + note)
    rows = json.loads(mtrack("invoices", root, "--format", "json", "--as-of", AS_OF.isoformat()).out)["rows"]
    assert [(row["number"], row["net"], row["gross"], row["settled"]) for row in rows] == [
        ("R-1", "100.00", "100.00", "100.00"), ("R-2", "0.00", "0.00", "0.00"),
    ]  # fmt: skip
    assert ",-0" not in mtrack("invoices", root, "--format", "csv", "--as-of", AS_OF.isoformat()).out


def test_an_overdue_instalment_is_told_at_its_own_date(tmp_path: Path) -> None:
    parts = "instalments: [{amount: 40.00, due: 2026-03-01}, {amount: 60.00, due: 2026-02-01}]"
    text = ONE.format(invoice=parts, status="sent")
    (found,) = lint_json(records(tmp_path, text), "--select", "overdue")["findings"]
    line = next(i for i, line in enumerate(text.split("\n"), 1) if "2026-02-01" in line)
    assert (found["amount"], found["line"], found["column"]) == (
        "60.00",
        line,
        text.split("\n")[line - 1].index("2026-02-01") + 1,
    )


@pytest.mark.parametrize(("tax", "told"), [("0.08", 1), ("0.09", 0), ("0.095", 0), ("0.10", 0), ("0.11", 1)])
def test_half_a_minor_unit_of_tax_is_allowed_and_no_more(tmp_path: Path, tax: str, told: int) -> None:
    text = ONE.replace("100.00", "0.50").format(invoice=f"tax: {tax}", status="sent")  # 19 % of 0.50 is 0.095
    assert len(lint_json(records(tmp_path, text, "tax_rate: 19\n"), "--select", "tax-mismatch")["findings"]) == told


def test_a_credit_beyond_what_was_billed_takes_first_from_what_is_still_to_come() -> None:
    """M1 is billed 40, credited 50 and billed 60 more: 50 of its 100 are open, and the rest is to bill."""
    figures = ledger(
        ONE.format(invoice="void: {date: 2026-01-03}", status="sent")
        + """  - {id: M2, name: Two, amount: 60.00, deliverable: {approved: 2026-01-01}, status: sent}
invoices:
  - {number: R-2, amount: 100.00, sent: 2026-02-01, lines: [{milestone: M1, amount: 40.00}, {milestone: M2, amount: 60.00}]}
  - {number: R-3, amount: 50.00, sent: 2026-02-02, credits: R-2, lines: [{milestone: M1, amount: 50.00}]}
  - {number: R-4, amount: 60.00, sent: 2026-02-03, lines: [{milestone: M1, amount: 60.00}]}
"""
    )
    states = figures.milestones[0].states
    assert (states.outstanding, states.to_bill) == amounts("50.00 50.00")
    assert sum(getattr(states, name) for name in STATES) == 100


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", "100.00 0 0"),
        (", retained: {amount: 10.00, until: 2026-12-31}", "100.00 0 10.00"),
        (", disputed: {since: 2026-01-10}", "100.00 100.00 0"),
        (", retained: {amount: 10.00, until: 2026-12-31}, disputed: {since: 2026-01-10}", "100.00 100.00 0"),
    ],
)
def test_what_is_disputed_and_what_is_kept_back_are_parts_of_what_is_outstanding(more: str, expected: str) -> None:
    milestone = ledger(ONE.format(invoice=f"due: 2026-12-01{more}", status="sent")).milestones[0]
    for states in (milestone.states, *milestone.billed_states):
        assert (states.outstanding, states.disputed, states.retained) == amounts(expected)
        assert states.overdue == states.to_bill == 0


def test_what_is_later_leaves_an_earlier_cancellation_as_it_is() -> None:
    later = "  - {id: M2, name: Two, amount: 1.00, status: not_billed, cancelled: {date: 2026-01-10}, deliverable: {approved: 2026-03-01}}\n"
    (_, milestone) = ledger(ONE.format(invoice="paid: 2026-02-01", status="paid") + later).milestones
    assert (milestone.agreed, milestone.expected_status) == (ZERO, "cancelled")
    assert milestone.milestone.approved is None


def test_the_first_instalment_that_is_open_says_since_when(tmp_path: Path) -> None:
    parts = "instalments: [{due: 2026-01-10, amount: 40.00}, {due: 2026-01-20, amount: 60.00}], payments: [{date: 2026-01-10, amount: 40.00}]"
    root = records(tmp_path, ONE.format(invoice=parts, status="partially_paid"))
    (found,) = lint_json(root, "--select", "overdue")["findings"]
    assert found["message"] == "invoice R-1 was due on 2026-01-20, 31 days ago: EUR 60.00 outstanding"


def test_invoices_that_are_not_void_add_up_to_the_gross_sums() -> None:
    figures = ledger(WORKED)
    parts = Totals.sum(Totals.of_invoice(item) for item in figures.invoices if item.invoice.void is None)
    whole = figures.totals
    assert parts == Totals(
        gross=whole.gross, received=whole.received, written_off=whole.written_off, settled=whole.settled,
        outstanding=whole.outstanding, overdue=whole.overdue, retained=whole.retained,
    )  # fmt: skip
    assert parts.outstanding > parts.overdue > 0


TWO = """project: P
currency: EUR
milestones:
  - {id: M1, name: One, amount: 60.00, upfront: true, status: sent}
  - {id: M2, name: Two, amount: 40.00, upfront: true, status: sent}
invoices:
  - {number: R-1, amount: AMOUNT, tax: 20.00, sent: 2026-01-02, payments: [PAYMENTS], lines: [{milestone: M1, amount: 60.00}, {milestone: M2, amount: 40.00}]}
"""


@pytest.mark.parametrize(
    ("amount", "payments", "expected"),
    [
        ("100.00", "", ["72.00", "48.00"]),
        ("100.00", "{date: 2026-01-05, amount: 20.00}", ["60.00", "40.00"]),
        ("100.00", "{date: 2026-01-05, amount: 20.00}, {date: 2026-01-06, amount: -40.00}", ["84.00", "56.00"]),
        ("130.00", "", ["90.00", "60.00"]),
    ],
)
def test_what_is_open_and_settled_of_an_invoice_is_so_of_its_milestones(
    amount: str, payments: str, expected: list[str]
) -> None:
    """Also after a refund of more than came, and where the lines don't sum to the amount."""
    figures = ledger(TWO.replace("AMOUNT", amount).replace("PAYMENTS", payments))
    assert [str(item.outstanding) for item in figures.milestones] == expected
    (invoice,) = figures.invoices
    assert invoice.outstanding == sum(map(Decimal, expected))
    assert sum(item.settled for item in figures.milestones) == invoice.settled


def test_each_later_date_is_named_by_what_it_is_of() -> None:
    text = ONE.format(invoice="void: {date: 2026-02-03}", status="sent").replace(
        "approved: 2026-01-01", "completed: 2026-02-01, approved: 2026-02-02"
    )
    assert ledger(text, day=date(2026, 1, 31)).left_out == (
        "M1 completed 2026-02-01", "M1 approved 2026-02-02", "R-1 void 2026-02-03",
    )  # fmt: skip


def test_the_tax_that_is_left_of_an_invoice_whose_net_is_credited_is_not_due(tmp_path: Path) -> None:
    text = ONE.format(invoice="tax: 19.00", status="sent") + (
        "invoices:\n  - {number: R-2, amount: 100.00, sent: 2026-01-03, credits: R-1, lines: [{milestone: M1, amount: 100.00}]}\n"
    )
    found = mtrack("aging", records(tmp_path, text), "--format", "json", "--as-of", "2027-01-01").out
    assert [(item["number"], item["bucket"], item["outstanding"]) for item in json.loads(found)["invoices"]] == [
        ("R-1", "not_due", "19.00"),
    ]  # fmt: skip


@st.composite
def versions(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Records, and another version of them: what has not changed is the same object in both."""
    first, other = draw(projects()), draw(projects())
    after = {**first}
    for key in ("milestones", "invoices"):
        more = other[key]
        after[key] = [
            draw(st.sampled_from([item, item, item, *more[i : i + 1]])) for i, item in enumerate(first[key])
        ] + draw(st.sampled_from([[], [], more[len(first[key]) :]]))
        if draw(st.integers(0, 5)) == 0 and len(after[key]) > (key == "milestones"):
            del after[key][draw(st.integers(0, len(after[key]) - 1))]
    if draw(st.integers(0, 3)) == 0:
        place = draw(st.integers(0, len(after["milestones"]) - 1))
        after["milestones"][place] = {**after["milestones"][place], "status": draw(st.sampled_from(STATUS_WORDS))}
    if draw(st.integers(0, 5)) == 0:
        after["agreement"] = other.get("agreement", {})
    return first, after


@settings(max_examples=400)
@given(versions(), AS_OF_ANY, st.sampled_from([None, None, date(2026, 1, 1)]))
def test_the_figures_of_another_version_change_none(
    both: tuple[dict[str, Any], dict[str, Any]], day: date, other: date | None
) -> None:
    first, after = both
    built = model.build("acme", source.Source("acme/milestones.yaml", data=first), first, "EUR", 2, ())
    read = source.Source("acme/milestones.yaml", data=after)
    project = model.build("acme", read, after, "EUR", 2, (), built)
    known = work_out(built, PaymentTerms(30), other or day)
    assert work_out(project, PaymentTerms(30), day, known) == work_out(project, PaymentTerms(30), day)


CHANGED = {
    "a credit note": ("", "  - {number: C1, credits: I1, amount: 4.00, sent: 2026-01-09, lines: [{milestone: M1, amount: 4.00}]}\n"),
    "a status": ("status: sent}\n  - {id: M2", "status: paid}\n  - {id: M2"),
    "the agreement": ("signed: 2026-01-01", "signed: 2027-01-01"),
    "the terms": ("payment_terms: 10", "payment_terms: 400"),
    "a new milestone": ("invoices:\n", "  - {id: M4, name: D, amount: 1.00, status: sent}\ninvoices:\n"),
    "an id": ("{id: M3", "{id: M9"),
}  # fmt: skip
"""What changes, and changes figures of records that stay as they are."""


@pytest.mark.parametrize("what", CHANGED)
@pytest.mark.parametrize("back", [False, True])
def test_what_a_change_means_for_other_records_is_seen(what: str, back: bool) -> None:  # noqa: FBT001
    text = """
project: P
currency: EUR
agreement: {total: 25.00, signed: 2026-01-01, payment_terms: 10}
milestones:
  - {id: M1, name: A, amount: 10.00, status: sent}
  - {id: M2, name: B, amount: 10.00, status: paid}
  - {id: M3, name: C, amount: 5.00, status: not_billed, upfront: true}
invoices:
  - {number: I1, amount: 20.00, sent: 2026-01-05, lines: [{milestone: M1, amount: 10.00}, {milestone: M2, amount: 10.00}]}
  - {number: I2, amount: 2.00, sent: 2026-01-05, lines: [{milestone: M3, amount: 2.00}]}
"""
    old, new = CHANGED[what]
    other = text.replace(old, new) if old else text + new
    assert other != text
    known, alone = (ledger(each) for each in ((other, text) if back else (text, other)))
    before, data = known.project.source.data, {**alone.project.source.data}
    for key in ("milestones", "invoices"):
        data[key] = [before[key][i] if item in before[key][i : i + 1] else item for i, item in enumerate(data[key])]
    project = model.build("acme", alone.project.source, data, "EUR", 2, (), known.project)
    assert any(item is known.project.milestones[i] for i, item in enumerate(project.milestones[:2]))
    found = work_out(project, PaymentTerms(30), AS_OF, known)
    assert (found.invoices, found.parts, found.milestones) == (alone.invoices, alone.parts, alone.milestones)
    assert (found.invoices, found.milestones) != (known.invoices, known.milestones)


def test_figures_of_another_day_or_of_other_terms_are_not_taken() -> None:
    item = "{id: M1, name: A, amount: 10.00, status: sent, invoice: {number: I1, amount: 10.00, sent: 2026-01-05}}"
    known = ledger(f"project: P\ncurrency: EUR\nmilestones: [{item}]\n")
    for terms, day, overdue in ((30, AS_OF, 10), (30, date(2026, 1, 10), 0), (400, AS_OF, 0)):
        (found,) = work_out(known.project, PaymentTerms(terms), day, known).milestones
        assert found.overdue == overdue


def test_the_figures_that_nothing_has_changed_are_not_worked_out_again() -> None:
    item = "  - {{id: M{0}, name: N{0}, amount: 10.00, status: sent, invoice: {{number: I{0}, amount: 10.00, sent: 2026-01-05}}}}\n"
    text = "project: P\ncurrency: EUR\nmilestones:\n" + "".join(map(item.format, range(3)))
    known = ledger(text)
    data = known.project.source.data
    changed = {**data, "milestones": [data["milestones"][0], {**data["milestones"][1], "status": "paid"}]}
    changed["milestones"].append(data["milestones"][2])
    project = model.build("acme", known.project.source, changed, "EUR", 2, (), known.project)
    found = work_out(project, PaymentTerms(30), AS_OF, known)
    assert [new is old for new, old in zip(found.invoices, known.invoices, strict=True)] == [True, False, True]
    assert [new is old for new, old in zip(found.parts, known.parts, strict=True)] == [True, False, True]
    assert [new is old for new, old in zip(found.milestones, known.milestones, strict=True)] == [True, False, True]
    assert [item.outstanding for item in found.milestones] == [Decimal(10), 0, Decimal(10)]
