"""The rest of an invoice's life, by example: what is lost, given, kept back, disputed, credited, paid for several."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from support import AS_OF, add_evidence, lint_json, mtrack, write_tree

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

DONE = "deliverable: {approved: 2026-01-05, signoff: signoffs/m1.eml}"
HEAD = "project: Acme website\ncurrency: EUR\n"


def record(*milestones: str, invoices: str = "", total: str = "1000.00", more: str = "") -> str:
    """Records of the milestones given, each on a line."""
    lines = "".join(f"  - {{{line}}}\n" for line in milestones)
    top = f"invoices:\n{invoices}" if invoices else ""
    return f"{HEAD}agreement: {{file: agreement/sow.pdf, signed: 2026-01-02, total: {total}{more}}}\nmilestones:\n{lines}{top}"


def one(fields: str, status: str = "sent", amount: str = "1000.00") -> str:
    """A milestone and its invoice INV-1, due on 2026-02-09."""
    invoice = f"invoice: {{number: INV-1, amount: {amount}, sent: 2026-01-10, file: invoices/1.pdf{fields}}}"
    return f"id: M1, name: One, amount: {amount}, {DONE}, {invoice}, status: {status}"


def tree(root: Path, text: str) -> Path:
    write_tree(root, {"acme/milestones.yaml": text})
    add_evidence(root)
    return root


def view(root: Path, name: str, day: date = AS_OF) -> Any:
    result = mtrack(name, root, "--format", "json", "--as-of", day.isoformat())
    assert result.code in (0, 1), result.err
    return json.loads(result.out)


def states(root: Path, day: date = AS_OF) -> dict[str, str]:
    """The states of the project that are not 0."""
    found = view(root, "status", day)["projects"][0]["totals"]["states"]
    return {name: amount for name, amount in found.items() if Decimal(amount)}


def rules(root: Path, day: date = AS_OF) -> list[str]:
    return [item["rule"] for item in lint_json(root, as_of=day)["findings"]]


# name: the milestone's records, states that are not 0, received, settled, outstanding, overdue, expected status, state
LIVES: dict[str, tuple[str, dict[str, str], str, str]] = {
    "60 % lost, the rest paid": (
        one(", payments: [{date: 2026-02-01, amount: 400.00}], written_off: {date: 2026-02-10, amount: 600.00}", "paid"),
        {"paid": "400.00", "written_off": "600.00"},
        "400.00 1000.00 0.00 0.00",
        "paid written_off",
    ),
    "60 % lost, the rest open": (
        one(", written_off: {date: 2026-02-10, amount: 600.00}", "partially_paid"),
        {"written_off": "600.00", "overdue": "400.00"},
        "0.00 600.00 400.00 400.00",
        "partially_paid written_off",
    ),
    "half lost, half overdue": (
        one(", written_off: {date: 2026-02-10, amount: 500.00}", "partially_paid"),
        {"written_off": "500.00", "overdue": "500.00"},
        "0.00 500.00 500.00 500.00",
        "partially_paid overdue",
    ),
    "all lost": (
        one(", written_off: {date: 2026-02-10, amount: 1000.00}", "written_off"),
        {"written_off": "1000.00"},
        "0.00 1000.00 0.00 0.00",
        "written_off written_off",
    ),
    "lost with its tax": (
        one(", tax: 190.00, payments: [{date: 2026-02-01, amount: 476.00}], written_off: {date: 2026-02-10, amount: 714.00}", "paid"),
        {"paid": "400.00", "written_off": "600.00"},
        "476.00 1190.00 0.00 0.00",
        "paid written_off",
    ),
    "discount for early payment": (
        one(", payments: [{date: 2026-01-15, amount: 980.00, discount: 20.00}]", "paid"),
        {"paid": "1000.00"},
        "980.00 1000.00 0.00 0.00",
        "paid paid",
    ),
    "discount taken, and too little paid": (
        one(", payments: [{date: 2026-01-15, amount: 900.00, discount: 20.00}]", "partially_paid"),
        {"paid": "920.00", "overdue": "80.00"},
        "900.00 920.00 80.00 80.00",
        "partially_paid paid",
    ),
    "withheld and a fee": (
        one(", payments: [{date: 2026-01-15, amount: 880.00, withheld: 100.00, fee: 20.00}]", "paid"),
        {"paid": "1000.00"},
        "880.00 1000.00 0.00 0.00",
        "paid paid",
    ),
    "disputed, long past due": (
        one(", disputed: {since: 2026-02-12}"),
        {"outstanding": "1000.00"},
        "0.00 0.00 1000.00 0.00",
        "sent outstanding",
    ),
    "disputed from tomorrow": (
        one(", disputed: {since: 2026-02-21}"),
        {"overdue": "1000.00"},
        "0.00 0.00 1000.00 1000.00",
        "sent overdue",
    ),
    "written off tomorrow": (
        one(", written_off: {date: 2026-02-21, amount: 1000.00}", "written_off"),
        {"overdue": "1000.00"},
        "0.00 0.00 1000.00 1000.00",
        "written_off overdue",
    ),
    "kept back until June": (
        one(", retained: {amount: 50.00, until: 2026-06-30}, payments: [{date: 2026-02-01, amount: 950.00}]", "partially_paid"),
        {"paid": "950.00", "outstanding": "50.00"},
        "950.00 950.00 50.00 0.00",
        "partially_paid paid",
    ),
    "kept back until yesterday": (
        one(", retained: {amount: 50.00, until: 2026-02-19}, payments: [{date: 2026-02-01, amount: 950.00}]", "partially_paid"),
        {"paid": "950.00", "overdue": "50.00"},
        "950.00 950.00 50.00 50.00",
        "partially_paid paid",
    ),
    "in two instalments": (
        one(", instalments: [{due: 2026-02-19, amount: 300.00}, {due: 2026-02-20, amount: 700.00}]"),
        {"outstanding": "700.00", "overdue": "300.00"},
        "0.00 0.00 1000.00 300.00",
        "sent outstanding",
    ),
    "in two instalments, the first paid": (
        one(
            ", instalments: [{due: 2026-02-20, amount: 700.00}, {due: 2026-02-19, amount: 300.00}], "
            "payments: [{date: 2026-02-19, amount: 300.00}]",
            "partially_paid",
        ),
        {"paid": "300.00", "outstanding": "700.00"},
        "300.00 300.00 700.00 0.00",
        "partially_paid outstanding",
    ),
    "paid on a day nobody recorded": (
        one(", paid: true", "paid"), {"paid": "1000.00"}, "1000.00 1000.00 0.00 0.00", "paid paid",
    ),
    "paid tomorrow": (
        one(", paid: 2026-02-21", "paid"), {"overdue": "1000.00"}, "0.00 0.00 1000.00 1000.00", "paid overdue",
    ),
    "on hold": (
        f"id: M1, name: One, amount: 1000.00, {DONE}, hold: {{reason: budget}}, status: not_billed",
        {"on_hold": "1000.00"},
        "0.00 0.00 0.00 0.00",
        "not_billed on_hold",
    ),
    "on hold until yesterday": (
        f"id: M1, name: One, amount: 1000.00, {DONE}, hold: {{until: 2026-02-19}}, status: not_billed",
        {"to_bill": "1000.00"},
        "0.00 0.00 0.00 0.00",
        "not_billed to_bill",
    ),
    "on hold, and could not be billed": (
        "id: M1, name: One, amount: 1000.00, hold: {reason: budget}, status: not_billed",
        {"ahead": "1000.00"},
        "0.00 0.00 0.00 0.00",
        "not_billed ahead",
    ),
    "a deposit whose day has come": (
        "id: M1, name: One, amount: 1000.00, upfront: true, planned: 2026-02-20, status: not_billed",
        {"to_bill": "1000.00"},
        "0.00 0.00 0.00 0.00",
        "not_billed to_bill",
    ),
    "a deposit for tomorrow": (
        "id: M1, name: One, amount: 1000.00, upfront: true, planned: 2026-02-21, status: not_billed",
        {"ahead": "1000.00"},
        "0.00 0.00 0.00 0.00",
        "not_billed ahead",
    ),
    "a deposit since the agreement": (
        "id: M1, name: One, amount: 1000.00, upfront: true, status: not_billed",
        {"to_bill": "1000.00"},
        "0.00 0.00 0.00 0.00",
        "not_billed to_bill",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LIVES)
def test_life(name: str, tmp_path: Path) -> None:
    text, expected, sums, words = LIVES[name]
    root = tree(tmp_path, record(text))
    assert states(root) == expected
    (project,) = view(root, "status")["projects"]
    totals, (milestone,) = project["totals"], project["milestones"]
    assert [totals[key] for key in ("received", "settled", "outstanding", "overdue")] == sums.split()
    assert [milestone["expected_status"], milestone["state"]] == words.split()
    aging = view(root, "aging")
    owed = sum((Decimal(item["outstanding"]) for item in aging["invoices"]), Decimal(0))
    assert owed == Decimal(totals["outstanding"])


def test_what_is_lost_is_never_said_to_be_received_or_paid(tmp_path: Path) -> None:
    root = tree(tmp_path, record(LIVES["60 % lost, the rest paid"][0]))
    text = mtrack("status", root, "--as-of", "2026-02-20").out
    assert "100 %" not in text.replace("approved 100 %", "").replace("delivered 100 %", "")
    assert "40 %" in text


def test_disputed_and_retained_money_have_rows_of_their_own(tmp_path: Path) -> None:
    disputed = one(", disputed: {since: 2026-02-12}")
    retained = one(", retained: {amount: 50.00, until: 2026-06-30}").replace("M1", "M2").replace("INV-1", "INV-2")
    ahead = "id: M3, name: Three, amount: 300.00, planned: 2026-04-01, status: not_billed"
    root = tree(tmp_path, record(disputed, retained.replace("1.pdf", "2.pdf"), ahead, total="2300.00"))
    items = view(root, "forecast")["items"]
    assert sorted((item["band"], item["day"], item["amount"], item["late"]) for item in items if item["invoice"]) == [
        ("certain", "2026-02-20", "950.00", True),
        ("disputed", None, "1000.00", False),
        ("retained", "2026-06-30", "50.00", False),
    ]
    assert [(item["band"], item["milestone"]) for item in items if item["milestone"]] == [("planned", "M3")]
    months = view(root, "forecast")["months"]["EUR"]
    assert next(row for row in months if row["month"] is None)["disputed"] == "1000.00"
    buckets = view(root, "aging")["buckets"]["EUR"]
    assert (buckets["retained"], buckets["disputed"], buckets["1-30"]) == ("50.00", "1000.00", "950.00")


# Credit notes.


def note(number: str, amount: str, tax: str = "0", milestone: str = "M1") -> str:
    return (
        f"  - {{number: {number}, credits: INV-1, amount: {amount}, tax: {tax}, sent: 2026-02-10, "
        f"file: invoices/{number}.pdf, lines: [{{milestone: {milestone}, amount: {amount}}}]}}\n"
    )


def test_a_credit_note_of_ten_times_the_invoice_leaves_no_more_to_bill_than_was_agreed(tmp_path: Path) -> None:
    root = tree(tmp_path, record(one("", "not_billed", "4000.00"), invoices=note("C-1", "40000.00"), total="4000.00"))
    totals = view(root, "status")["totals"]["EUR"]
    assert (totals["agreed"], totals["unbilled"], totals["outstanding"]) == ("4000.00", "4000.00", "0.00")
    assert states(root) == {"to_bill": "4000.00"}
    (found,) = (item for item in lint_json(root)["findings"] if item["rule"] == "overcredited")
    assert (found["invoice"], found["amount"]) == ("C-1", "36000.00")
    assert "44" not in mtrack("gaps", root, "--as-of", "2026-02-20").out


@pytest.mark.parametrize(("taxes", "left"), [(("63.33", "63.33", "63.34"), "0.00"), (("63.33",) * 3, "0.01")])
def test_three_credits_of_a_third(taxes: tuple[str, ...], left: str, tmp_path: Path) -> None:
    """The last takes the rest of the net amount, and the rest of its tax too; else a cent stays outstanding."""
    amounts = ("333.33", "333.33", "333.34")
    notes = "".join(note(f"C-{i}", amount, tax) for i, (amount, tax) in enumerate(zip(amounts, taxes, strict=True), 1))
    root = tree(tmp_path, record(one(", tax: 190.00", "not_billed"), invoices=notes))
    assert view(root, "status")["totals"]["EUR"]["outstanding"] == left
    assert "overcredited" not in rules(root)


# Three equal milestones, billed in one go and paid by one transfer.


def batch(
    *, total: str | None = "3000.00", reference: str = "T-1", milestones: tuple[str, ...] = ("M1", "M2", "M3")
) -> str:
    whole = f", total: {total}" if total else ""
    lines = [
        f"id: M{i}, name: Name {i}, amount: 1000.00, {DONE}, invoice: {{number: INV-{i}, amount: 1000.00, sent: 2026-01-10, "
        f"file: invoices/{i}.pdf, payments: [{{date: 2026-02-01, amount: 1000.00, reference: {reference}{whole}}}]}}, status: paid"
        for i, _ in enumerate(milestones, 1)
    ]
    return record(*lines, total=f"{len(milestones)}000.00") + "closed: 2026-02-20\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (batch(), []),
        (batch(total="3000.01"), []),
        (batch(total=None), ["duplicate-payment"] * 2),
        (batch(total="2999.99"), ["duplicate-payment"] * 2),
        (batch(milestones=("M1", "M2")), []),
    ],
)
def test_equal_milestones_billed_in_one_go_and_paid_by_one_transfer(
    text: str, found: list[str], tmp_path: Path
) -> None:
    assert rules(tree(tmp_path, text)) == found


def test_the_same_milestone_billed_twice_on_a_day_is_an_overlap(tmp_path: Path) -> None:
    twice = "  - {number: INV-2, amount: 1000.00, sent: 2026-01-10, file: invoices/2.pdf, lines: [{milestone: M1, amount: 1000.00}]}\n"
    found = rules(tree(tmp_path, record(one(""), invoices=twice)))
    assert "likely-duplicate-invoice" in found
    assert "overbilled" in found


@pytest.mark.parametrize(
    ("numbers", "alike"),
    [(("INV-7", "INV-007"), True), (("INV-7", "INV-70"), False), (("INV-7", "RE-7"), False),
     (("INV-2026-7", "INV-2026-007"), True),
     (("7", "007"), True), (("A-0", "A-00"), True)],
)  # fmt: skip
def test_numbers_that_differ_in_leading_zeros_alone(numbers: tuple[str, str], alike: bool, tmp_path: Path) -> None:  # noqa: FBT001
    lines = [
        f"id: M{i}, name: Name {i}, amount: {i}00.00, {DONE}, invoice: {{number: '{number}', amount: {i}00.00, "
        f"sent: 2026-01-1{i}, file: invoices/{i}.pdf}}, status: sent"
        for i, number in enumerate(numbers, 1)
    ]
    found = rules(tree(tmp_path, record(*lines, total="300.00")))
    assert ("likely-duplicate-invoice" in found) == alike
