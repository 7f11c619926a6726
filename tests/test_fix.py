"""`mtrack lint --fix` fixes what is certain and nothing else; `--diff` writes nothing; `--output` writes a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support import lint_json, mtrack, validated, write_tree

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """\
# kept by hand
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
    invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-03, file: invoices/1.pdf}
    status: not_billed   # to be checked
  - {id: M2, name: Beta, amount: 5000.00, upfront: true, invoice: {number: INV-2, amount: 5000.00, sent: 2026-02-03, file: invoices/2.pdf}, status: "partially_paid"}
  - {id: M3, name: Launch, amount: 0, status: cancelled}
"""
EVIDENCE = dict.fromkeys(("acme/agreement/sow.pdf", "acme/signoffs/m1.eml"), "paper") | {
    "acme/invoices/1.pdf": "one",
    "acme/invoices/2.pdf": "two",
}
FIXED = RECORD.replace("status: not_billed ", "status: sent ")


def tree(root: Path, record: str = RECORD) -> Path:
    return write_tree(root, {"acme/milestones.yaml": record, "mtrack.yaml": "format: 1\n", **EVIDENCE})


def record_of(root: Path) -> str:
    return (root / "acme/milestones.yaml").read_text(encoding="utf-8")


def test_fix_writes_the_expected_status_and_no_other_byte(tmp_path: Path) -> None:
    tree(tmp_path)
    result = mtrack("lint", tmp_path, "--fix", "--as-of", "2026-02-20", "--format", "json")
    assert record_of(tmp_path) == FIXED
    assert result.err == "acme/milestones.yaml: 1 status fixed\n"
    assert result.code == 0
    assert [finding["rule"] for finding in validated(result.out, "findings")["findings"]] == ["payment-not-recorded"]
    again = mtrack("lint", tmp_path, "--fix", "--as-of", "2026-02-20")
    assert (again.code, again.err, record_of(tmp_path)) == (0, "", FIXED)


def test_diff_shows_the_change_and_writes_nothing(tmp_path: Path) -> None:
    tree(tmp_path)
    result = mtrack("lint", tmp_path, "--diff", "--as-of", "2026-02-20")
    assert result.code == 1
    assert [line for line in result.out.splitlines() if line[:1] in "+-" and line[:3] not in ("+++", "---")] == [
        "-    status: not_billed   # to be checked",
        "+    status: sent   # to be checked",
    ]
    assert record_of(tmp_path) == RECORD


def test_fix_leaves_what_is_waived_ignored_or_off(tmp_path: Path) -> None:
    waiver = "waivers:\n  - {rule: status-mismatch, milestone: M1, reason: agreed by phone}\n"
    tree(tmp_path, RECORD + waiver)
    assert mtrack("lint", tmp_path, "--fix", "--as-of", "2026-02-20").code == 0
    assert record_of(tmp_path) == RECORD + waiver
    tree(tmp_path)
    mtrack("lint", tmp_path, "--fix", "--ignore", "status-mismatch", "--as-of", "2026-02-20")
    assert record_of(tmp_path) == RECORD
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\nrules: {status-mismatch: off}\n"})
    mtrack("lint", tmp_path, "--fix", "--as-of", "2026-02-20")
    assert record_of(tmp_path) == RECORD


def test_fix_mends_only_under_the_path(tmp_path: Path) -> None:
    tree(tmp_path)
    other = RECORD.replace("INV-", "OTHER-").replace("invoices/", "invoices/other-")
    write_tree(tmp_path, {"zeta/milestones.yaml": other})
    mtrack("lint", tmp_path / "zeta", "--fix", "--as-of", "2026-02-20")
    assert record_of(tmp_path) == RECORD
    assert "status: sent " in (tmp_path / "zeta/milestones.yaml").read_text(encoding="utf-8")


def test_fix_tells_what_it_can_not_edit_and_goes_on(tmp_path: Path) -> None:
    anchored = RECORD.replace("status: not_billed   # to be checked", "status: &s not_billed").replace(
        "cancelled}", "cancelled, x-copy: *s}"
    )
    tree(tmp_path, anchored)
    write_tree(tmp_path, {"zeta/milestones.yaml": RECORD.replace("INV-", "Z-")})
    result = mtrack("lint", tmp_path, "--fix", "--as-of", "2026-02-20", "--select", "status-mismatch")
    assert result.code == 1
    assert "acme/milestones.yaml" in result.err
    assert "zeta/milestones.yaml: 1 status fixed" in result.err
    assert record_of(tmp_path) == anchored
    assert [f["path"] for f in lint_json(tmp_path, "--select", "status-mismatch")["findings"]] == [
        "acme/milestones.yaml"
    ]


def test_output_goes_to_a_file(tmp_path: Path) -> None:
    tree(tmp_path)
    target = tmp_path / "out" / "findings.json"
    result = mtrack("lint", tmp_path, "--format", "json", "--as-of", "2026-02-20", "--output", target)
    assert (result.code, result.out) == (1, "")
    assert validated(target.read_text(encoding="utf-8"), "findings")["summary"]["errors"] == 1


SHARED = """\
project: Acme website
currency: EUR
milestones:
  - {{id: M1, name: Discovery, amount: 4000.00, upfront: true, status: {status}}}
invoices:
{invoices}"""
BILLS = "  - {{number: {}, amount: 4000.00, sent: 2026-02-03, lines: [{{milestone: M1, amount: 4000.00}}], {}}}\n"


def test_fix_leaves_a_status_that_would_settle_the_tax_of_an_invoice_taken_back(tmp_path: Path) -> None:
    invoices = BILLS.format("R-1", "tax: 760.00") + BILLS.format("C-1", "credits: R-1")
    invoices += BILLS.format("R-2", "payments: [{date: 2026-02-10, amount: 4000.00}]")
    text = SHARED.format(status="sent", invoices=invoices)
    tree(tmp_path, text)
    (found,) = lint_json(tmp_path, "--select", "status-mismatch")["findings"]
    assert found["hint"] == "record first what settles R-1; `status: paid` would"
    mtrack("lint", tmp_path, "--fix", "--as-of", "2026-02-20")
    assert record_of(tmp_path) == text


def test_fix_leaves_a_status_that_counts_an_invoice_as_paid_until_it_is_void(tmp_path: Path) -> None:
    text = SHARED.format(status="paid", invoices=BILLS.format("R-1", "void: {date: 2026-03-01}"))
    tree(tmp_path, text)
    (found,) = lint_json(tmp_path, "--select", "status-mismatch")["findings"]
    assert found["hint"].startswith("write `paid: true` on the void invoice first, if money came on it; then write")
    mtrack("lint", tmp_path, "--fix", "--as-of", "2026-02-20")
    assert record_of(tmp_path) == text
