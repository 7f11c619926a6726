"""Schedules of percentages: what `new --from` proposes, `verify` finds as computed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support import mtrack, write_tree

from mtrack.verify.documents import read
from mtrack.verify.papers import papers
from mtrack.verify.proposal import propose

if TYPE_CHECKING:
    from pathlib import Path

SCHEDULES = {
    "lines": (
        "Total fee: EUR 10,000.00\nPayment schedule\n1. Signature 30%\n2. Beta 45%\n3. Delivery 25%\n",
        [("Signature", "3000.00"), ("Beta", "4500.00"), ("Delivery", "2500.00")],
    ),
    "a table": (
        (
            "The fee is EUR 12,345.00 plus VAT.\n\n## Payment\n\n| Milestone | Due | Share |\n|---|---|---|\n"
            "| Kick-off | 1 May 2026 | 30 % |\n| Release | 1 June 2026 | 70 % |\n"
        ),
        [("Kick-off", "3703.50"), ("Release", "8641.50")],
    ),
    "the share first": (
        "Honorar gesamt: EUR 9.000,00 netto zzgl. 19 % MwSt.\n\nZahlungsplan\n- 30 % Auftrag\n- 70 % Abnahme\n",
        [("Auftrag", "2700.00"), ("Abnahme", "6300.00")],
    ),
    "with a gross total": (
        "Total net: EUR 10,000.00\nVAT 19 %: EUR 1,900.00\nTotal gross: EUR 11,900.00\n\nPayment\n- Signature: 50 %\n- Delivery: 50 %\n",
        [("Signature", "5000.00"), ("Delivery", "5000.00")],
    ),
    "parts of a percent": (
        "Fee EUR 10,000.00\nInvoices\n- Signature 33.33%\n- Beta 33.33%\n- Launch 33.34%\n",
        [("Signature", "3333.00"), ("Beta", "3333.00"), ("Launch", "3334.00")],
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_the_shares_of_a_total_are_milestones_that_verify_works_out(name: str, tmp_path: Path) -> None:
    text, milestones = SCHEDULES[name]
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\ncurrency: EUR\n", "sow.md": text})
    result = mtrack("new", "acme", "--from", "sow.md", cwd=tmp_path)
    assert result.code == 0, result.err
    record = (tmp_path / "acme/milestones.yaml").read_text(encoding="utf-8")
    for named, amount in milestones:
        assert f"    name: {named}\n    amount: {amount}\n" in record
    assert record.count("  - id: ") == len(milestones)
    found = json.loads(mtrack("verify", "--format", "json", cwd=tmp_path).out)
    verdicts = {(item["id"], item["field"]): item["verdict"] for item in found["evidence"]}
    assert {verdicts[f"M{i}", "amount"] for i, _ in enumerate(milestones, 1)} == {"computed"}
    assert found["findings"] == []


OTHER = {
    "they don't come to the whole": SCHEDULES["lines"][0].replace("45%", "40%"),
    "nobody speaks of paying": "Total: EUR 10,000.00\nTeam\n- Design 60%\n- Code 40%\n",
    "there is no total": "Payment schedule\n1. Signature 30%\n2. Delivery 70%\n",
    "there are several totals": "Total A: EUR 10,000.00\nTotal B: EUR 20,000.00\nPayment\n- Signature 30%\n- Delivery 70%\n",
    "a share is no whole number of cents": "Total: EUR 10,000.01\nPayment\n- Signature 30%\n- Delivery 70%\n",
    "the total is nothing": "Total: EUR 0.00\nPayment\n- Signature 30%\n- Delivery 70%\n",
    "a row has two": "Total: EUR 10,000.00\nPayment\n- Signature 30% or 40%\n- Delivery 70%\n",
    "they stand apart": "Total: EUR 10,000.00\nPayment\n- Signature 30%\n" + "Words.\n\n" * 9 + "- Delivery 70%\n",
}


@pytest.mark.parametrize("text", OTHER.values(), ids=OTHER)
def test_other_percentages_are_no_milestones(text: str) -> None:
    assert propose(papers([("sow.md", read("sow.md", text.encode()))])).items == ()


def test_shares_of_a_total_with_tax_are_doubted() -> None:
    text = "Total incl. VAT EUR 11,900.00\nPayment\n- Signature 30%\n- Delivery 70%\n"
    assert "amounts with tax" in propose(papers([("sow.md", read("sow.md", text.encode()))])).doubt


def test_amounts_that_add_up_come_before_shares() -> None:
    text = "| Milestone | Fee | Share |\n|---|---|---|\n| A | EUR 3,000 | 30 % |\n| B | EUR 7,000 | 70 % |\n| Total | EUR 10,000 | 100 % |\n"
    found = propose(papers([("sow.md", read("sow.md", text.encode()))]))
    assert [(item.name, int(item.amount)) for item in found.items] == [("A", 3000), ("B", 7000)]
