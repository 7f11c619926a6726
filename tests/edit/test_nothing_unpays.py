"""An invoice that counts as paid because its milestones say so stays paid, whatever is recorded beside it."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from edit_verbs import CASES, changes_for, context_of
from support import ROOT, Result, lint_json, mtrack, write_tree

from mtrack.yaml.changes import Remove

if TYPE_CHECKING:
    from pathlib import Path

    from mtrack.yaml.changes import Change

DEFINITIONS = json.loads((ROOT / "schemas/milestones.schema.json").read_text(encoding="utf-8"))["$defs"]
INVOICE = DEFINITIONS["invoice"]["properties"]
ORDERS = {
    "milestones": DEFINITIONS["milestone"], "amendments": DEFINITIONS["amendment"], "payments": DEFINITIONS["payment"],
    "invoice": DEFINITIONS["invoice"], "invoices": DEFINITIONS["invoice"], "hold": DEFINITIONS["hold"],
    "cancelled": DEFINITIONS["cancelled"], "void": INVOICE["void"], "written_off": INVOICE["written_off"],
    "disputed": INVOICE["disputed"], "waivers": DEFINITIONS["waiver"],
}  # fmt: skip
"""Where the order of the keys of what a verb writes is defined."""
AS_OF = "2026-06-01"
PAID = """\
project: Acme website
currency: EUR
agreement: {signed: 2026-01-10, total: 2000.00}
milestones:
  - id: M1
    name: Discovery
    amount: 1000.00
    deliverable: {approved: 2026-02-01}
    invoice: {number: INV-1, amount: 1000.00, sent: 2026-02-01}
    status: paid
  - id: M2
    name: Beta
    amount: 1000.00
    deliverable: {approved: 2026-02-01}
    status: not_billed
"""
JOINT = """\
project: Acme website
currency: EUR
milestones:
  - {id: M1, name: Discovery, amount: 1000.00, deliverable: {approved: 2026-02-01}, status: paid}
  - {id: M2, name: Beta, amount: 1000.00, deliverable: {approved: 2026-02-01}, status: paid}
invoices:
  - {number: J-1, amount: 1500.00, sent: 2026-02-01, lines: [{milestone: M1, amount: 1000.00}, {milestone: M2, amount: 500.00}]}
  - {number: J-2, amount: 500.00, sent: 2026-02-01, lines: [{milestone: M2, amount: 500.00}]}
"""


def _run(root: Path, *arguments: str) -> Result:
    return mtrack(*arguments, "--as-of", AS_OF, cwd=root)


def _tree(root: Path, record: str) -> Path:
    return write_tree(root, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": record})


def _data(root: Path) -> Any:
    return yaml.safe_load((root / "acme/milestones.yaml").read_text(encoding="utf-8"))


def _statuses(root: Path) -> list[str]:
    return [item["status"] for item in _data(root)["milestones"]]


def _totals(root: Path) -> tuple[str, str, str]:
    totals = json.loads(_run(root, "status", "--format", "json").out)["projects"][0]["totals"]
    return totals["received"], totals["outstanding"], totals["overdue"]


def test_a_second_invoice_for_a_paid_milestone_leaves_the_first_paid(tmp_path: Path) -> None:
    _tree(tmp_path, PAID.replace("amount: 1000.00, sent", "amount: 600.00, sent"))
    result = _run(tmp_path, "bill", "acme", "M1", "INV-2")
    assert result.out.splitlines()[0] == (
        "M1 billed as INV-2: EUR 400.00, sent on 2026-06-01; status of M1 corrected from paid to partially_paid;"
        " INV-1 marked paid: true, since M1 said paid"
    )
    assert (_statuses(tmp_path)[0], _totals(tmp_path)) == ("partially_paid", ("600.00", "400.00", "0.00"))
    text = (tmp_path / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert "    invoice: {number: INV-1, amount: 600.00, sent: 2026-02-01, paid: true}\n" in text


def test_an_invoice_over_paid_and_unbilled_milestones_is_not_paid_by_them(tmp_path: Path) -> None:
    _tree(tmp_path, PAID)
    assert _run(tmp_path, "bill", "acme", "INV-2", "--line", "M1=10", "--line", "M2", "--force").code == 0
    assert _data(tmp_path)["milestones"][0]["invoice"]["paid"] is True
    assert (_statuses(tmp_path), _totals(tmp_path)[:2]) == (["partially_paid", "sent"], ("1000.00", "1010.00"))


def test_a_credit_note_leaves_its_invoice_settled(tmp_path: Path) -> None:
    _tree(tmp_path, PAID)
    result = _run(tmp_path, "credit", "INV-1", "CN-1", "--amount", "400")
    assert "; INV-1 marked paid: true, since M1 said paid" in result.out
    assert (_statuses(tmp_path)[0], _totals(tmp_path)) == ("partially_paid", ("600.00", "0.00", "0.00"))


def test_a_credit_note_in_full_needs_no_mark(tmp_path: Path) -> None:
    _tree(tmp_path, PAID)
    assert "marked" not in _run(tmp_path, "credit", "INV-1", "CN-1").out
    assert "paid" not in _data(tmp_path)["milestones"][0]["invoice"]
    assert (_statuses(tmp_path)[0], _totals(tmp_path)) == ("not_billed", ("0.00", "0.00", "0.00"))


def test_voiding_one_of_two_invoices_leaves_the_other_paid(tmp_path: Path) -> None:
    sibling = (
        "invoices:\n  - {number: INV-2, amount: 400.00, sent: 2026-02-01, lines: [{milestone: M1, amount: 400.00}]}\n"
    )
    _tree(tmp_path, PAID.replace("amount: 1000.00, sent", "amount: 600.00, sent") + sibling)
    assert _totals(tmp_path) == ("1000.00", "0.00", "0.00")
    result = _run(tmp_path, "void", "INV-2", "--reason", "wrong")
    assert result.out.splitlines()[0] == (
        "INV-2 void since 2026-06-01, though M1 said that it is paid; INV-1 marked paid: true, since M1 said paid"
    )
    assert (_statuses(tmp_path)[0], _totals(tmp_path)) == ("partially_paid", ("600.00", "0.00", "0.00"))
    assert "paid" not in _data(tmp_path)["invoices"][0]


@pytest.mark.parametrize("what", [(), ("400",), ("-400",), ("400", "--force")])
def test_a_payment_on_an_invoice_that_counts_as_paid_is_refused(tmp_path: Path, what: tuple[str, ...]) -> None:
    _tree(tmp_path, PAID)
    result = _run(tmp_path, "pay", "INV-1", *what)
    assert (result.code, result.err) == (
        2, "mtrack: INV-1 counts as paid in full, since M1 says paid; write status sent first, if it is not\n",
    )  # fmt: skip
    assert "INV-1 counts as paid in full" in _run(tmp_path, "write-off", "INV-1", "10").err
    _tree(tmp_path, PAID.replace("status: paid", "status: sent"))
    assert _run(tmp_path, "pay", "INV-1", "400").code == 0
    assert (_statuses(tmp_path)[0], _totals(tmp_path)) == ("partially_paid", ("400.00", "600.00", "600.00"))


def test_a_payment_on_a_joint_invoice_names_all_that_say_paid(tmp_path: Path) -> None:
    _tree(tmp_path, JOINT)
    assert "J-1 counts as paid in full, since M1 and M2 say paid" in _run(tmp_path, "pay", "J-1").err


def test_a_payment_beside_paid_is_refused_with_what_to_write(tmp_path: Path) -> None:
    for value in ("true", "2026-02-20"):
        _tree(tmp_path, PAID.replace("sent: 2026-02-01}", f"sent: 2026-02-01, paid: {value}}}"))
        result = _run(tmp_path, "pay", "INV-1", "-100")
        assert (result.code, f"INV-1 says paid: {value}; list that payment under payments" in result.err) == (2, True)


def test_a_joint_invoice_stays_paid_when_one_of_its_milestones_is_billed_again(tmp_path: Path) -> None:
    _tree(tmp_path, JOINT)
    result = _run(tmp_path, "bill", "acme", "M1", "INV-3", "--amount", "50", "--force")
    assert "; J-1 marked paid: true, since M1 and M2 said paid" in result.out
    assert "J-2 marked" not in result.out
    assert (_statuses(tmp_path), _totals(tmp_path)[:2]) == (["partially_paid", "paid"], ("2000.00", "50.00"))


def test_a_neighbour_whose_status_moves_keeps_its_own_invoices_paid(tmp_path: Path) -> None:
    _tree(tmp_path, JOINT)
    result = _run(tmp_path, "bill", "acme", "M2", "INV-3", "--amount", "50", "--force")
    assert "; J-1 marked paid: true, since M1 and M2 said paid; J-2 marked paid: true, since M2 said paid" in result.out
    assert (_statuses(tmp_path), _totals(tmp_path)[:2]) == (["paid", "partially_paid"], ("2000.00", "50.00"))


def test_cancelling_the_milestone_that_was_not_paid_pays_no_invoice(tmp_path: Path) -> None:
    record = JOINT.replace("status: paid}\ninvoices", "status: sent}\ninvoices").replace("M2, amount: 500.00}]}\n  - {number: J-2, amount: 500.00, sent: 2026-02-01, lines: [{milestone: M2", "M2, amount: 500.00}]}\n  - {number: J-2, amount: 500.00, sent: 2026-02-01, lines: [{milestone: M1")  # fmt: skip
    _tree(tmp_path, record)
    assert _totals(tmp_path)[:2] == ("500.00", "1500.00")
    result = _run(tmp_path, "cancel", "acme", "M2", "--reason", "dropped", "--force")
    assert "; J-2 marked paid: true, since M1 said paid" in result.out
    assert (_statuses(tmp_path), _totals(tmp_path)[:2]) == (["partially_paid", "cancelled"], ("500.00", "1500.00"))


def test_cancelling_the_milestone_of_a_paid_invoice_leaves_it_paid(tmp_path: Path) -> None:
    _tree(tmp_path, PAID)
    assert "; INV-1 marked paid: true" in _run(tmp_path, "cancel", "acme", "M1", "--reason", "x", "--force").out
    assert (_statuses(tmp_path)[0], _totals(tmp_path)[:2]) == ("cancelled", ("1000.00", "0.00"))


@pytest.mark.parametrize("verb", ["hold", "deliver", "approve"])
def test_a_verb_that_moves_no_status_marks_nothing(tmp_path: Path, verb: str) -> None:
    for record in (PAID, PAID.replace("amount: 1000.00, sent", "amount: 600.00, sent")):
        _tree(tmp_path, record)
        assert (
            "marked"
            not in _run(tmp_path, verb, "acme", "M1", "--force", *(["--reason", "x"] if verb == "hold" else [])).out
        )
        assert _statuses(tmp_path)[0] == "paid"


# What `lint --fix` leaves, and what the hint says instead.


@pytest.mark.parametrize(
    ("record", "hint"),
    [
        (
            PAID.replace("amount: 1000.00, sent", "amount: 600.00, sent"),
            "write `paid: true` on INV-1 first, which counts as paid only because M1 says so; then write `status: partially_paid`",
        ),
        (
            PAID.replace("status: paid", "status: written_off"),
            "record what was written off: mtrack write-off INV-1; if nothing was, write `status: sent`",
        ),
        (
            JOINT.replace("status: paid}\ninvoices", "status: sent}\ninvoices"),
            "record what came: mtrack pay J-1; if nothing did, write `status: sent`",
        ),
        (
            PAID.replace("sent: 2026-02-01}", "sent: 2026-02-01, payments: [{date: 2026-03-01, amount: 600.00}]}")
            .replace("status: paid", "status: written_off"),
            "record what was written off: mtrack write-off INV-1; if nothing was, write `status: partially_paid`",
        ),
    ],
)  # fmt: skip
def test_fix_changes_no_figure_and_the_hint_says_what_to_record(tmp_path: Path, record: str, hint: str) -> None:
    _tree(tmp_path, record)
    before = _totals(tmp_path)
    result = _run(tmp_path, "lint", "--fix", "--select", "status-mismatch")
    assert (tmp_path / "acme/milestones.yaml").read_text(encoding="utf-8") == record
    assert _totals(tmp_path) == before
    assert "fixed" not in result.err
    (finding,) = lint_json(tmp_path, "--select", "status-mismatch", as_of=date.fromisoformat(AS_OF))["findings"]
    assert finding["hint"] == hint


@pytest.mark.parametrize(
    ("record", "status"),
    [
        (PAID.replace("status: paid", "status: not_billed"), "sent"),
        (PAID.replace("sent: 2026-02-01}", "sent: 2026-02-01, paid: true}").replace("status: paid", "status: sent"), "paid"),
        (PAID.replace("sent: 2026-02-01}", "sent: 2026-02-01, payments: [{date: 2026-03-01, amount: 600.00}]}"), "partially_paid"),
        (PAID.replace("sent: 2026-02-01}", "sent: 2026-02-01, void: {date: 2026-02-02}}"), "not_billed"),
        (PAID.replace("status: paid", "cancelled: {date: 2026-02-02}\n    status: paid"), "cancelled"),
    ],
)  # fmt: skip
def test_fix_writes_a_status_that_changes_no_figure(tmp_path: Path, record: str, status: str) -> None:
    _tree(tmp_path, record)
    before = _totals(tmp_path)
    (finding,) = lint_json(tmp_path, "--select", "status-mismatch", as_of=date.fromisoformat(AS_OF))["findings"]
    assert finding["hint"] == f"write `status: {status}` (mtrack lint --fix does)"
    assert "1 status fixed" in _run(tmp_path, "lint", "--fix", "--select", "status-mismatch").err
    assert (_statuses(tmp_path)[0], _totals(tmp_path)) == (status, before)


# Tax to the last cent, and credit notes of void invoices.


@pytest.mark.parametrize(
    "parts", [("333.33", "333.33", None), ("333.33", "333.33", "333.34"), ("0.01", "999.98", None)]
)
def test_the_last_credit_note_takes_the_rest_of_the_tax(tmp_path: Path, parts: tuple[str | None, ...]) -> None:
    _tree(
        tmp_path,
        PAID.replace("sent: 2026-02-01}", "sent: 2026-02-01, tax: 81.05}").replace("status: paid", "status: sent"),
    )
    for place, part in enumerate(parts):
        amount = [] if part is None else ["--amount", part]
        assert _run(tmp_path, "credit", "INV-1", f"CN-{place}", *amount).code == 0
    notes = _data(tmp_path)["invoices"]
    assert round(sum(note["tax"] for note in notes), 2) == 81.05
    assert _totals(tmp_path)[1] == "0.00"


def test_an_invoice_with_a_credit_note_is_not_voided_silently(tmp_path: Path) -> None:
    _tree(tmp_path, PAID.replace("status: paid", "status: sent"))
    assert _run(tmp_path, "credit", "INV-1", "CN-1", "--amount", "400").code == 0
    refused = _run(tmp_path, "void", "INV-1")
    assert (refused.code, "(overcredited)" in refused.out) == (1, True)
    forced = _run(tmp_path, "void", "INV-1", "--force")
    assert forced.out.startswith("INV-1 void since 2026-06-01; CN-1 still credits it, so void that too\n")
    assert _run(tmp_path, "void", "CN-1").code == 0
    assert "overcredited" not in _run(tmp_path, "lint").out


def test_a_mark_stands_where_the_format_has_it(tmp_path: Path) -> None:
    _tree(tmp_path, JOINT)
    assert _run(tmp_path, "bill", "acme", "M1", "INV-3", "--amount", "50", "--force").code == 0
    assert list(_data(tmp_path)["invoices"][0]) == ["number", "amount", "sent", "paid", "lines"]


@pytest.mark.parametrize("case", sorted(CASES))
def test_what_a_verb_writes_is_in_the_order_of_the_format(case: str) -> None:
    context = context_of(PAID.replace("status: paid", "status: sent"))
    assert context is not None
    for change in changes_for(context, case):
        _check_order(change)


def _check_order(change: Change) -> None:
    if isinstance(change, Remove) or not isinstance(change.value, dict):
        return
    order = ORDERS[str(change.route[-1])]["properties"]
    assert list(change.value) == [key for key in order if key in change.value]


VOID = """\
project: F
currency: EUR
milestones:
  - {id: M1, name: One, amount: 1000.00, status: paid, deliverable: {approved: 2026-01-02}, invoice: {number: R-1, amount: 1000.00, sent: 2026-01-05, void: {date: 2026-03-01, reason: x}}}
"""


def test_a_fix_leaves_what_is_paid_before_it_is_void(tmp_path: Path) -> None:
    """On a day before the invoice is void it would show as overdue; from then on it counts nowhere."""
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": VOID})
    before = mtrack("invoices", tmp_path, "--format", "csv", "--as-of", "2026-02-20").out
    assert ",paid," in before
    mtrack("lint", tmp_path, "--fix", "--as-of", "2026-02-20")
    assert (tmp_path / "p/milestones.yaml").read_text(encoding="utf-8") == VOID
    said = mtrack("lint", tmp_path, "--as-of", "2026-02-20").out
    assert "write `paid: true` on the void invoice first, if money came on it; then write `status: not_billed`" in said
    mtrack("lint", tmp_path, "--fix", "--as-of", "2026-03-01")
    assert "status: not_billed" in (tmp_path / "p/milestones.yaml").read_text(encoding="utf-8")


def test_no_day_of_a_payment_is_shown_before_it(tmp_path: Path) -> None:
    note = "invoices:\n  - {number: C-1, amount: 1000.00, sent: 2026-02-18, credits: R-1, lines: [{milestone: M1, amount: 1000.00}]}\n"
    record = (
        VOID.replace("void: {date: 2026-03-01, reason: x}", "paid: 2026-03-10").replace(
            "status: paid", "status: not_billed"
        )
        + note
    )
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": record})

    def paid_on(day: str) -> str | None:
        rows = json.loads(mtrack("invoices", tmp_path, "--format", "json", "--as-of", day).out)["rows"]
        (row,) = [row for row in rows if row["number"] == "R-1"]
        day_of_payment: str | None = row["paid_on"]
        return day_of_payment

    assert paid_on("2026-02-20") is None
    assert paid_on("2026-03-10") == "2026-03-10"


def test_hints_name_commands_that_can_be_run(tmp_path: Path) -> None:
    """Without an agreement there is nothing to amend."""
    bare = "project: F\ncurrency: EUR\nmilestones:\n  - {id: M1, name: One, amount: 1000.00, status: partially_paid, deliverable: {approved: 2026-01-02}, invoice: {number: R-1, amount: 600.00, sent: 2026-01-05, paid: 2026-01-09}}\n"
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "p/milestones.yaml": bare, "p/agreement/a.pdf": "x"})
    hints = {item["rule"]: item["hint"] for item in lint_json(tmp_path)["findings"]}
    assert "or amend the agreement: mtrack set p M1 --amount 600.00" in hints["underbilled"]
    assert mtrack("set", "p", "M1", "--amount", "600.00", "--as-of", "2026-03-01", cwd=tmp_path).code == 0
    assert hints["unrecorded-file"].startswith("record the agreement: `agreement: {file: agreement/a.pdf}`; or")
