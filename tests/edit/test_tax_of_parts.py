"""Whoever takes the rest of a net amount takes the rest of its tax (SPEC 3), and no rule asks for anything else then."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from support import lint_json, mtrack, write_tree

from mtrack.record import schema
from mtrack.yaml import source

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = ("--as-of", "2026-02-20")
RECORD = """project: Acme
currency: EUR
agreement: {{signed: 2026-01-01, total: {whole}, tax_rate: {rate}}}
milestones:
  - {{id: M1, name: Phase, amount: {whole}, deliverable: {{approved: 2026-01-05}}, status: not_billed}}
"""


def taxes(root: Path) -> list[Decimal]:
    data = source.read(str(root), "acme/milestones.yaml", schema.shape("milestones")).data
    own = [item["invoice"] for item in data["milestones"] if "invoice" in item]
    return [item["tax"] for item in (*own, *data.get("invoices", []))]


def mismatches(root: Path) -> list[str]:
    report = lint_json(root, "--select", "tax-mismatch")
    return [item["invoice"] for item in report["findings"]]


@pytest.mark.parametrize(
    ("whole", "rate", "parts", "expected"),
    [
        ("100.00", "19", ["33.33", "33.33", None], ["6.33", "6.33", "6.34"]),
        ("100.00", "19", ["33.33", "33.33", "33.34"], ["6.33", "6.33", "6.34"]),
        ("100.00", "19", ["33.33", "33.33", "33.00"], ["6.33", "6.33", "6.27"]),
        ("10.00", "8.1", ["2.50", "2.50", "2.50", None], ["0.20", "0.20", "0.20", "0.21"]),
        ("0.06", "19", ["0.03", "0.03"], ["0.01", "0.00"]),
        ("100.00", "19", [None], ["19.00"]),
    ],
)
def test_the_last_part_of_a_milestone(
    tmp_path: Path, whole: str, rate: str, parts: list[str | None], expected: list[str]
) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": RECORD.format(whole=whole, rate=rate)})
    for i, part in enumerate(parts):
        amount = () if part is None else ("--amount", part)
        done = mtrack("bill", "acme", "M1", f"R-{i}", *amount, *AS_OF, cwd=tmp_path)
        assert done.code == 0, done.err
    assert taxes(tmp_path) == [Decimal(tax) for tax in expected]
    assert mismatches(tmp_path) == []


def test_a_void_invoice_is_no_part_of_a_milestone(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": RECORD.format(whole="100.00", rate="19")})
    for i in range(2):
        assert mtrack("bill", "acme", "M1", f"R-{i}", "--amount", "33.33", *AS_OF, cwd=tmp_path).code == 0
        assert mtrack("void", f"R-{i}", *AS_OF, cwd=tmp_path).code == 0
    assert mtrack("bill", "acme", "M1", "R-2", "--amount", "33.34", *AS_OF, cwd=tmp_path).code == 0
    assert taxes(tmp_path) == [Decimal("6.33")] * 3
    assert mismatches(tmp_path) == []


def test_the_last_credit_note_of_an_invoice(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": RECORD.format(whole="100.00", rate="19")})
    assert mtrack("bill", "acme", "M1", "R-1", *AS_OF, cwd=tmp_path).code == 0
    for number, amount in (("C-1", ("--amount", "33.33")), ("C-2", ("--amount", "33.33")), ("C-3", ())):
        assert mtrack("credit", "R-1", number, *amount, *AS_OF, cwd=tmp_path).code == 0
    assert taxes(tmp_path) == [Decimal("19.00"), Decimal("6.33"), Decimal("6.33"), Decimal("6.34")]
    assert mismatches(tmp_path) == []


def test_a_tax_of_another_rate_leaves_no_rest(tmp_path: Path) -> None:
    write_tree(tmp_path, {"acme/milestones.yaml": RECORD.format(whole="100.00", rate="19")})
    assert mtrack("bill", "acme", "M1", "R-1", "--amount", "50", "--tax", "3.50", *AS_OF, cwd=tmp_path).code == 0
    assert mtrack("bill", "acme", "M1", "R-2", *AS_OF, cwd=tmp_path).code == 0
    assert taxes(tmp_path) == [Decimal("3.50"), Decimal("9.50")]
    assert mismatches(tmp_path) == ["R-1"]


def test_a_rate_that_is_given_counts_as_one_that_is_set(tmp_path: Path) -> None:
    text = RECORD.format(whole="100.00", rate="19").replace(", tax_rate: 19", "")
    write_tree(tmp_path, {"acme/milestones.yaml": text})
    for i, amount in enumerate(["33.33", "33.33", "33.34"]):
        words = ("bill", "acme", "M1", f"R-{i}", "--amount", amount, "--tax", "19%", *AS_OF)
        assert mtrack(*words, cwd=tmp_path).code == 0
    assert taxes(tmp_path) == [Decimal("6.33"), Decimal("6.33"), Decimal("6.34")]
