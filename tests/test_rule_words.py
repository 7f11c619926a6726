"""What a finding says, and where it stands, in the rarer forms of a rule."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest
from support import lint_json, mtrack, write_tree

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
"""
FIRST = "  - {{id: M1, name: Discovery, amount: 4000.00, upfront: true, status: {status}, invoice: {{number: R-1, amount: 4000.00, sent: 2026-02-03{more}}}}}\n"
SECOND = "  - {{id: M2, name: Beta, amount: 5000.00, upfront: true, status: {status}, invoice: {{number: R-2, amount: 5000.00, sent: 2026-02-04{more}}}}}\n"


def found(root: Path, text: str, *rules: str, settings: str = "format: 1\n", **files: str) -> list[dict[str, Any]]:
    write_tree(root, {"mtrack.yaml": settings, "acme/milestones.yaml": text, **files})
    result: list[dict[str, Any]] = lint_json(root, "--select", ",".join(rules))["findings"]
    return result


def at(text: str, value: str) -> tuple[int, int]:
    """Line and column of a value that stands once in a text."""
    before, _, _ = text.partition(value)
    assert text.count(value) == 1
    return before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1


@pytest.mark.parametrize(("total", "wanted"), [("9000.00", []), ("8000.00", []), ("7999.99", ["R-2"]), (None, ["R-2"])])
def test_equal_payments_of_one_transfer_fit_in_its_total(tmp_path: Path, total: str | None, wanted: list[str]) -> None:
    whole = f", total: {total}" if total else ""
    more = f", payments: [{{date: 2026-02-12, amount: 4000.00, reference: T-88{whole}}}]"
    text = HEAD + FIRST.format(status="paid", more=more) + SECOND.format(status="partially_paid", more=more)
    assert [item["invoice"] for item in found(tmp_path, text, "duplicate-payment")] == wanted


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("R-1", "R-1", True), ("R-1", "r-1", True), ("R-1", "R\u22121", True), ("R-1", "R-1\u200b", True), ("R-1", "R -1", True), ("R-1", " R-1 ", True),
        ("A B", "A\xa0B", True), ("A B", "AB", True), ("x", "\uff58", True), ("stra\xdfe", "STRASSE", True), ("\xe9", "e\u0301", True),
        ("R-1", "R-2", False), ("R-1", "R1", False), ("R-1", "R-01", False), ("\u200b", "\u200b", False), ("\u200b\u2800", "\u200b", False), (" ", " ", False),
    ],
)  # fmt: skip
def test_references_of_payments_compare_as_numbers_do(tmp_path: Path, one: str, other: str, same: bool) -> None:  # noqa: FBT001
    def paid(line: str, reference: str) -> str:
        more = f", payments: [{{date: 2026-02-12, amount: 4000.00, reference: {json.dumps(reference)}}}]"
        return line.format(status="partially_paid", more=more)

    items = found(tmp_path, HEAD + paid(FIRST, one) + paid(SECOND, other), "duplicate-payment")
    assert [item["invoice"] for item in items] == ["R-2"] * same
    if same:
        written = "" if one == other else f", as {one}"
        assert items[0]["message"].endswith(f" of EUR 4,000.00 on 2026-02-12 is also recorded on invoice R-1{written}")


@pytest.mark.parametrize(("total", "wanted"), [("8000.00", []), ("7999.99", ["R-2"])])
def test_a_transfer_is_one_however_its_reference_is_written(tmp_path: Path, total: str, wanted: list[str]) -> None:
    text = HEAD
    for line, reference in ((FIRST, "T-88"), (SECOND, "t\u201388")):
        more = f", payments: [{{date: 2026-02-12, amount: 4000.00, reference: {reference}, total: {total}}}]"
        text += line.format(status="partially_paid", more=more)
    assert [item["invoice"] for item in found(tmp_path, text, "duplicate-payment")] == wanted


def test_what_is_retained_is_at_fault_where_it_is_more_than_the_invoice(tmp_path: Path) -> None:
    text = HEAD + FIRST.format(status="sent", more=", tax: 760.00, retained: {amount: 4760.01}")
    (item,) = found(tmp_path, text, "lines-mismatch")
    assert (item["line"], item["column"]) == at(text, "{amount: 4760.01}")
    assert item["message"] == "the amount retained of invoice R-1 is EUR 4,760.01, and its gross is EUR 4,760.00"
    assert found(tmp_path, text.replace("4760.01", "4760.00"), "lines-mismatch") == []


def test_instalments_and_what_is_retained_make_the_invoice(tmp_path: Path) -> None:
    text = HEAD + FIRST.format(
        status="sent", more=", retained: {amount: 400.00}, instalments: [{due: 2026-03-01, amount: 3600.01}]"
    )
    (item,) = found(tmp_path, text, "lines-mismatch")
    assert (item["line"], item["column"]) == at(text, "[{due: 2026-03-01, amount: 3600.01}]")
    assert (
        item["message"]
        == "the instalments and what is retained of invoice R-1 sum to EUR 4,000.01, and its gross is EUR 4,000.00"
    )
    assert found(tmp_path, text.replace("3600.01", "3600.00"), "lines-mismatch") == []


@pytest.mark.parametrize("key", ["retained: {amount: VALUE}", "written_off: {date: 2026-02-05, amount: VALUE}", "tax: VALUE", "total: VALUE",
                                 "instalments: [{due: 2026-03-01, amount: VALUE}]", "payments: [{date: 2026-02-05, amount: 1, fee: VALUE}]",
                                 "payments: [{date: 2026-02-05, amount: VALUE}]"])  # fmt: skip
def test_every_amount_has_the_decimals_of_the_currency(tmp_path: Path, key: str) -> None:
    text = HEAD + FIRST.format(status="sent", more=f", {key}".replace("VALUE", "12.3456"))
    (item,) = found(tmp_path, text, "amount-precision")
    assert (item["line"], item["column"]) == at(text, "12.3456")


def test_a_file_that_leads_out_is_named_by_its_path_from_the_root(tmp_path: Path) -> None:
    text = HEAD.replace("agreement/sow.pdf", "../contracts/acme.pdf") + FIRST.format(status="sent", more="")
    waiver = "waivers: [{{rule: attachment-outside, file: {file}, reason: kept there}}]\n"
    (item,) = found(tmp_path, text, "attachment-outside", "unused-waiver")
    assert not item["waived"]
    (item,) = found(tmp_path, text + waiver.format(file="../contracts/acme.pdf"), "attachment-outside", "unused-waiver")
    assert item["waived"]
    absolute = text.replace("../contracts/acme.pdf", "/contracts/acme.pdf")
    (item,) = found(tmp_path, absolute + waiver.format(file="/contracts/acme.pdf"), "attachment-outside")
    assert item["waived"]


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("signoffs/late.eml", "record the approval: mtrack approve acme MILESTONE --signoff acme/signoffs/late.eml"),
        ("invoices/late.pdf", "record the invoice: mtrack bill acme MILESTONE NUMBER --file acme/invoices/late.pdf"),
        ("agreement/late.pdf", "record the amendment: mtrack amend acme --file acme/agreement/late.pdf"),
    ],
)
def test_how_a_file_is_recorded(tmp_path: Path, path: str, hint: str) -> None:
    text = HEAD + FIRST.format(status="sent", more="")
    (item,) = found(tmp_path, text, "unrecorded-file", **{f"acme/{path}": "x", "acme/agreement/sow.pdf": "y"})
    assert item["hint"].partition("; or ")[0] == hint


def test_two_invoices_were_sent(tmp_path: Path) -> None:
    text = HEAD + FIRST.format(status="not_billed", more="").replace("4000.00, sent", "1000.00, sent")
    text += "invoices: [{number: R-2, amount: 3000.00, sent: 2026-02-04, lines: [{milestone: M1, amount: 3000.00}]}]\n"
    (item,) = found(tmp_path, text, "status-mismatch")
    assert item["message"] == "M1 'Discovery' says not_billed, but R-1 and R-2 were sent and nothing is paid: sent"
    one = HEAD + FIRST.format(status="not_billed", more="")
    assert "R-1 was sent and nothing is paid" in found(tmp_path, one, "status-mismatch")[0]["message"]


@pytest.mark.parametrize(
    ("status", "gross", "told"),
    [("paid", "4000.00", 1), ("paid", "0", 0), ("partially_paid", "4000.00", 1), ("partially_paid", "0", 1)],
)
def test_a_payment_that_only_the_status_tells(tmp_path: Path, status: str, gross: str, told: int) -> None:
    text = HEAD + FIRST.format(status=status, more="").replace("amount: 4000.00, sent", f"amount: {gross}, sent")
    items = found(tmp_path, text, "payment-not-recorded")
    assert [item["message"] for item in items] == [
        f"M1 'Discovery' says {status}, but invoice R-1 lists no payment"
    ] * told
    hint = (
        "record the payment: mtrack pay R-1 AMOUNT"
        if status == "partially_paid"
        else "write `paid:` with its day, or its `payments:`, under the invoice"
    )
    assert [item["hint"] for item in items] == [hint] * told


def test_what_is_partially_paid_needs_one_payment_in_all(tmp_path: Path) -> None:
    text = HEAD + FIRST.format(status="partially_paid", more=", payments: [{date: 2026-02-12, amount: 10.00}]").replace(
        "4000.00, sent", "1000.00, sent"
    )
    text += "invoices: [{number: R-2, amount: 3000.00, sent: 2026-02-04, lines: [{milestone: M1, amount: 3000.00}]}]\n"
    assert found(tmp_path, text, "payment-not-recorded") == []
    without = text.replace(", payments: [{date: 2026-02-12, amount: 10.00}]", "")
    assert [item["invoice"] for item in found(tmp_path, without, "payment-not-recorded")] == ["R-1", "R-2"]


def test_a_revision_by_a_letter_is_no_series_of_its_own(tmp_path: Path) -> None:
    numbers = ["R-1", "R-2", "R-3", "R-4", "R-5", "R-1b", "R-3b", "R-5b"]
    invoices = "".join(
        f"  - {{number: {one}, amount: 1, sent: 2026-02-03, void: {{date: 2026-02-04}}, lines: [{{milestone: M1, amount: 1}}]}}\n"
        for one in numbers
    )
    text = HEAD + "  - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}\ninvoices:\n" + invoices
    assert found(tmp_path, text, "invoice-number-gap") == []
    with_holes = found(tmp_path, text.replace("number: R-2,", "number: R-9,"), "invoice-number-gap")
    assert {item["invoice"] for item in with_holes} == {"R-3", "R-9"}


def test_money_on_a_void_invoice_that_is_marked_paid_is_listed_before_it_goes_back(tmp_path: Path) -> None:
    for paid, listed in (
        ("paid: 2026-02-10", "list it under `payments` in place of `paid`, then "),
        ("payments: [{date: 2026-02-10, amount: 4000.00}]", ""),
    ):
        text = HEAD + FIRST.format(status="sent", more=f", void: {{date: 2026-02-12}}, {paid}")
        (item,) = found(tmp_path, text, "overpaid")
        assert item["hint"] == (
            f"take the payment away if it stands there twice, move it to the invoice it is for, or record the refund: {listed}mtrack pay R-1 -4000.00"
        )


def test_of_a_number_used_twice_the_one_further_down_is_told(tmp_path: Path) -> None:
    top = "".join(
        f"  - {{number: {number}, amount: 1.00, sent: 2026-02-03, lines: [{{milestone: M1, amount: 1.00}}]}}\n"
        for number in ("R-0", "R-1")
    )
    milestones = f"milestones:\n{FIRST.format(status='sent', more='')}"
    head = HEAD.removesuffix("milestones:\n")
    for text in (f"{head}{milestones}invoices:\n{top}", f"{head}invoices:\n{top}{milestones}"):
        (item,) = found(tmp_path, text, "duplicate-invoice-number")
        last = next(i for i, line in reversed([*enumerate(text.splitlines(), 1)]) if "R-1" in line)
        first = next(i for i, line in enumerate(text.splitlines(), 1) if "R-1" in line)
        assert (item["line"], item["related"][0]["line"]) == (last, first)


def test_an_invoice_that_looks_like_one_before_it_names_that(tmp_path: Path) -> None:
    milestones = "".join(
        f"  - {{id: M{i}, name: Part {i}, amount: {amount}, upfront: true, status: sent, invoice: {{number: R-{i}, amount: 4000.00, sent: 2026-02-03}}}}\n"
        for i, amount in enumerate((4000, 1000, 4000), 1)
    )
    items = found(tmp_path, HEAD + milestones, "likely-duplicate-invoice")
    assert [item["message"].partition(" has the same amount and date as ")[::2] for item in items] == [
        ("invoice R-2", "R-1: EUR 4,000.00, sent on 2026-02-03"), ("invoice R-3", "R-2: EUR 4,000.00, sent on 2026-02-03"),
    ]  # fmt: skip


def test_a_transfer_is_no_less_than_a_part_of_it(tmp_path: Path) -> None:
    text = HEAD + FIRST.format(
        status="partially_paid", more=", payments: [{date: 2026-02-12, amount: 100.00, reference: T, total: 99.99}]"
    )
    (item,) = found(tmp_path, text, "lines-mismatch")
    assert (item["line"], item["column"]) == at(text, "99.99")
    assert item["invoice"] == "R-1"
    assert item["message"] == ("the whole transfer, EUR 99.99, is less than this payment out of it, EUR 100.00")
    assert item["hint"] == "`total` is all that came in one transfer, for all the invoices that it paid"
    assert found(tmp_path, text.replace("99.99", "100.00"), "lines-mismatch") == []


def test_three_digits_behind_a_year_are_no_day(tmp_path: Path) -> None:
    invoices = "".join(
        f"  - {{number: R-{number}, amount: 1, sent: 2026-02-0{i}, void: {{date: 2026-02-09}}, lines: [{{milestone: M1, amount: 1}}]}}\n"
        for i, number in enumerate(("2026021", "2026022", "2026024"), 1)
    )
    text = HEAD + "  - {id: M1, name: Discovery, amount: 9000.00, status: not_billed}\ninvoices:\n" + invoices
    (item,) = found(tmp_path, text, "invoice-number-gap")
    assert "R-2026023" in item["message"]


STATUSES = {
    "nothing bills it": ("status: sent", "", "no live invoice bills it: not_billed"),
    "cancelled": ("status: sent, cancelled: {date: 2026-02-10}", "", "it was cancelled on 2026-02-10: cancelled"),
    "sent": ("status: not_billed, invoice: {number: R-1, amount: 4000.00, sent: 2026-02-03}", "", "R-1 was sent and nothing is paid: sent"),
    "two sent": (
        "status: not_billed",
        "invoices:\n"
        + "".join(
            f"  - {{number: R-{i}, amount: 2000.00, sent: 2026-02-03, lines: [{{milestone: M1, amount: 2000.00}}]}}\n" for i in (1, 2)
        ),
        "R-1 and R-2 were sent and nothing is paid: sent",
    ),
    "part paid": (
        "status: sent, invoice: {number: R-1, amount: 4000.00, sent: 2026-02-03, payments: [{date: 2026-02-05, amount: 1000.00}]}", "",
        "R-1 is not settled in full: EUR 3,000.00 outstanding: partially_paid",
    ),
    "part billed": (
        "status: sent, invoice: {number: R-1, amount: 1000.00, sent: 2026-02-03, payments: [{date: 2026-02-05, amount: 1000.00}]}", "",
        "R-1 is settled in full, but only EUR 1,000.00 of EUR 4,000.00 is billed: partially_paid",
    ),
    "paid": (
        "status: sent, invoice: {number: R-1, amount: 4000.00, sent: 2026-02-03, payments: [{date: 2026-02-05, amount: 4000.00}]}", "", "paid",
    ),
    "written off": (
        "status: sent, invoice: {number: R-1, amount: 4000.00, sent: 2026-02-03, written_off: {date: 2026-02-05, amount: 4000.00}}", "",
        "written_off",
    ),
    "void": (
        "status: sent, invoice: {number: R-1, amount: 4000.00, sent: 2026-02-03, void: {date: 2026-02-05}}", "",
        "no live invoice bills it: not_billed",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STATUSES)
def test_why_a_status_does_not_fit(name: str, tmp_path: Path) -> None:
    status, invoices, words = STATUSES[name]
    text = f"{HEAD}  - {{id: M1, name: Discovery, amount: 4000.00, upfront: true, {status}}}\n{invoices}"
    (item,) = found(tmp_path, text, "status-mismatch")
    said = status.partition("status: ")[2].partition(",")[0]
    assert item["message"].startswith(f"M1 'Discovery' says {said}, but ")
    assert item["message"].endswith(words)


def test_an_invoice_that_is_paid_hides_no_later_one(tmp_path: Path) -> None:
    paid = ", payments: [{date: 2026-02-12, amount: 4000.00}], due: 2026-02-05"
    text = HEAD + FIRST.format(status="paid", more=paid) + SECOND.format(status="sent", more=", due: 2026-02-05")
    assert [item["invoice"] for item in found(tmp_path, text, "overdue")] == ["R-2"]


def test_a_waiver_is_held_to_the_numbers_and_milestones_that_are_here(tmp_path: Path) -> None:
    waivers = "waivers:\n  - {rule: overdue, milestone: M9, reason: r}\n  - {rule: overdue, number: R-9, reason: r}\n"
    text = HEAD + FIRST.format(status="sent", more="") + waivers
    assert len(found(tmp_path, text, "unknown-milestone")) == 2
    known = waivers.replace("M9", "M1").replace("R-9", "r-1")
    assert found(tmp_path, HEAD + FIRST.format(status="sent", more="") + known, "unknown-milestone") == []


@pytest.mark.parametrize(
    ("key", "words"), [("credits", "credit note R-2 credits"), ("replaces", "invoice R-2 replaces")]
)
def test_the_only_invoice_can_refer_to_none(key: str, words: str, tmp_path: Path) -> None:
    only = f"  - {{id: M1, name: Discovery, amount: 4000.00, status: not_billed}}\ninvoices: [{{number: R-2, amount: 4000.00, sent: 2026-02-04, {key}: R-7, lines: [{{milestone: M1, amount: 4000.00}}]}}]\n"
    (item,) = found(tmp_path, HEAD + only, "unknown-milestone")
    assert item["message"] == f"{words} R-7, which is not in this project"


@pytest.mark.parametrize("key", ["credits", "replaces"])
def test_what_an_invoice_refers_to_must_be_here(key: str, tmp_path: Path) -> None:
    other = f"invoices: [{{number: R-2, amount: 4000.00, sent: 2026-02-04, {key}: R-7, lines: [{{milestone: M1, amount: 4000.00}}]}}]\n"
    assert found(tmp_path, HEAD + FIRST.format(status="sent", more="") + other, "unknown-milestone", "schema")


GAPS = """  - {id: M3, name: Texts, amount: 100.00, planned: 2026-01-20, status: not_billed}
  - {id: M4, name: Maps, amount: 100.00, deliverable: {completed: 2026-01-21}, status: not_billed}
  - {id: M5, name: Photos, amount: 100.00, deliverable: {approved: 2026-01-22}, status: not_billed}
  - {id: M6, name: Deposit, amount: 100.00, upfront: true, planned: 2026-01-23, status: not_billed}
  - {id: M7, name: Forms, amount: 100.00, deliverable: {approved: 2026-01-24}, status: sent, invoice: {number: R-7, amount: 60.00, sent: 2026-01-25}}
  - {id: M8, name: Search, amount: 100.00, deliverable: {approved: 2026-01-24}, status: sent, invoice: {number: R-8, amount: 160.00, sent: 2026-01-26}}
"""


def test_each_gap_and_overlap_is_told_since_when(tmp_path: Path) -> None:
    """Each from a day of its own: what was cancelled from the day its invoice was sent, the rest from what it waits on."""
    text = (
        HEAD + FIRST.format(status="cancelled", more="") + SECOND.format(status="sent", more=", due: 2026-02-11") + GAPS
    )
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": text})
    told = mtrack("gaps", tmp_path, "--format", "csv", "--as-of", "2026-02-20").out
    rows = list(csv.DictReader(told.splitlines()))
    assert {(row["rule"], row["since"]) for row in rows} == {
        ("amount-unlisted", "2026-01-10"),
        ("overdue", "2026-02-11"),
        ("planned-date-passed", "2026-01-20"),
        ("delivered-not-approved", "2026-01-21"),
        ("skipped-milestone", "2026-01-25"),
        ("approved-not-billed", "2026-01-22"),
        ("upfront-not-billed", "2026-01-23"),
        ("underbilled", "2026-01-25"),
        ("invoice-number-gap", ""),
        ("billed-cancelled", "2026-02-03"),
        ("overbilled", "2026-01-26"),
    }


OVER = """project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 400.00}
milestones:
  - {id: M1, name: Billed before its approval, amount: 100.00, deliverable: {approved: 2026-01-24}, status: sent, invoice: {number: R-1, amount: 60.00, sent: 2026-01-12, upfront: true}}
  - {id: M2, name: Credited in part, amount: 100.00, deliverable: {approved: 2026-01-11}, status: sent, invoice: {number: R-2, amount: 100.00, sent: 2026-01-12}}
  - {id: M3, name: Billed too much at first, amount: 100.00, deliverable: {approved: 2026-01-11}, status: sent, invoice: {number: R-3, amount: 140.00, sent: 2026-01-13}}
  - {id: M4, name: A deposit, amount: 100.00, upfront: true, planned: 2026-01-15, status: sent, invoice: {number: R-4, amount: 60.00, sent: 2026-01-14}}
invoices:
  - {number: C-2, amount: 10.00, sent: 2026-02-01, credits: R-2, lines: [{milestone: M2, amount: 10.00}]}
  - {number: C-3, amount: 10.00, sent: 2026-02-02, credits: R-3, lines: [{milestone: M3, amount: 10.00}]}
"""


def test_a_gap_or_overlap_begins_with_the_record_that_made_it(tmp_path: Path) -> None:
    """Not with the first or the last of its records: an approval, a credit note, a refund that gave back too little."""
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": OVER})
    told = mtrack("gaps", tmp_path, "--format", "csv", "--as-of", "2026-02-11").out
    assert {(row["rule"], row["milestone"], row["since"]) for row in csv.DictReader(told.splitlines())} == {
        ("underbilled", "M1", "2026-01-24"),
        ("underbilled", "M2", "2026-02-01"),
        ("overbilled", "M3", "2026-01-13"),
        ("underbilled", "M4", "2026-01-15"),
    }


@pytest.mark.parametrize(
    ("settled", "since"),
    [
        ("payments: [{date: 2026-02-04, amount: 4000.00}, {date: 2026-02-05, amount: 100.00}, {date: 2026-02-06, amount: -40.00}]", "2026-02-05"),
        ("payments: [{date: 2026-02-04, amount: 4000.00}, {date: 2026-02-06, amount: 100.00}, {date: 2026-02-06, amount: -60.00}]", "2026-02-06"),
        ("payments: [{date: 2026-02-04, amount: 4000.00}], written_off: {date: 2026-02-07, amount: 10.00}", "2026-02-07"),
        ("payments: [{date: 2026-02-08, amount: 4000.00}], written_off: {date: 2026-02-07, amount: 10.00}", "2026-02-08"),
        ("payments: [{date: 2026-02-04, amount: 4000.00}], void: {date: 2026-02-07}", "2026-02-07"),
        ("payments: [{date: 2026-02-08, amount: 4000.00}], void: {date: 2026-02-07}", "2026-02-08"),
        ("paid: 2026-02-04, void: {date: 2026-02-03}", "2026-02-04"),
    ],
    ids=["payment", "day", "write-off", "late-payment", "void", "void-before", "paid"],
)  # fmt: skip
def test_an_invoice_is_overpaid_from_the_day_of_the_record_that_made_it_so(
    settled: str, since: str, tmp_path: Path
) -> None:
    write_tree(
        tmp_path,
        {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": HEAD + FIRST.format(status="paid", more=f", {settled}")},
    )
    told = mtrack("gaps", tmp_path, "--format", "csv", "--as-of", "2026-02-11").out
    assert [row["since"] for row in csv.DictReader(told.splitlines()) if row["rule"] == "overpaid"] == [since]


def test_an_invoice_is_overpaid_from_the_credit_note_that_came_after_its_payment(tmp_path: Path) -> None:
    note = "invoices: [{number: C-1, amount: 50.00, sent: 2026-02-09, credits: R-1, lines: [{milestone: M1, amount: 50.00}]}]\n"
    paid = FIRST.format(status="paid", more=", payments: [{date: 2026-02-04, amount: 4000.00}]")
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": HEAD + paid + note})
    told = mtrack("gaps", tmp_path, "--format", "csv", "--as-of", "2026-02-11").out
    assert [row["since"] for row in csv.DictReader(told.splitlines()) if row["rule"] == "overpaid"] == ["2026-02-09"]
