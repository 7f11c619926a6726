"""`mtrack gaps`: net and gross apart, what is on hold and what is waived with their sums, and all of it as CSV."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from support import AS_OF, add_evidence, mtrack, write_tree

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """\
project: Acme website
client: Acme GmbH
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-02, total: 21000.00}
milestones:
  - {id: M1, name: Late, amount: 1000.00, deliverable: {approved: 2026-01-05, signoff: signoffs/1.eml}, invoice: {number: INV-1, amount: 1000.00, sent: 2026-01-06, due: 2026-01-20, tax: 190.00, file: invoices/1.pdf}, status: sent}
  - {id: M2, name: Twice, amount: 2000.00, deliverable: {approved: 2026-01-05, signoff: signoffs/2.eml}, invoice: {number: INV-2, amount: 2500.00, sent: 2026-02-10, tax: 475.00, file: invoices/2.pdf, payments: [{date: 2026-02-12, amount: 3000.00}]}, status: paid}
  - {id: M3, name: Ready, amount: 4000.00, deliverable: {approved: 2026-02-02, signoff: signoffs/3.eml}, status: not_billed}
  - {id: M4, name: "=Held", amount: 6000.00, hold: {until: 2026-06-30, reason: new budget}, deliverable: {approved: 2026-02-02, signoff: signoffs/4.eml}, status: not_billed}
  - {id: M5, name: Accepted, amount: 8000.00, deliverable: {approved: 2026-02-02, signoff: signoffs/5.eml}, status: not_billed}
waivers:
  - {rule: approved-not-billed, milestone: M5, reason: the client asked for one invoice in March}
"""
SUMS = {
    "not_billed": "4000.00",  # M3
    "not_collected": "1190.00",  # INV-1 with its tax
    "gaps": "5190.00",
    "overlaps_net": "500.00",  # M2 is billed 2,500 of 2,000
    "overlaps_gross": "25.00",  # 3,000 was paid of 2,975
    "overlaps": "500.00",  # which is about one milestone
    "on_hold": "6000.00",
    "waived_net": "8000.00",
    "waived_gross": "0.00",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORD})
    add_evidence(tmp_path)
    return tmp_path


def gaps(root: Path, *arguments: str) -> str:
    result = mtrack("gaps", root, "--as-of", AS_OF.isoformat(), *arguments)
    assert (result.code, result.err) == (1, "")
    return result.out


def test_sums_keep_net_and_gross_apart(root: Path) -> None:
    data: Any = json.loads(gaps(root, "--format", "json"))
    assert data["totals"]["EUR"] == SUMS
    project = data["projects"][0]
    assert project["sums"] == SUMS
    assert project["holds"] == [
        {"milestone": "M4", "name": "=Held", "until": "2026-06-30", "reason": "new budget", "amount": "6000.00"}
    ]
    assert [(row["rule"], row["milestone"], row["amount"], row["reason"]) for row in project["waived"]] == [
        ("approved-not-billed", "M5", "8000.00", "the client asked for one invoice in March")
    ]


def test_the_screen_shows_every_sum_with_what_it_is(root: Path) -> None:
    lines = [" ".join(line.split()) for line in gaps(root).splitlines()]
    for line in (
        "not billed, net 4,000.00", "not collected, gross 1,190.00", "too much, net 500.00", "too much, gross 25.00",
        "on hold, net 6,000.00", "waived, net 8,000.00", "⏸ M4 =Held new budget Jun 30, 2026 6,000.00",
        "◆ M5 Accepted approved-not-billed the client asked for one invoice in March 8,000.00",
        "EUR not billed, net 4,000.00", "EUR waived, net 8,000.00", "1 project: 4 gaps and overlaps, 1 on hold, 1 waived",
    ):  # fmt: skip
        assert line in lines, line
    assert not any("sum of" in line or line.startswith("waived, gross") for line in lines)


def test_as_csv_every_amount_stands_under_net_or_gross(root: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(gaps(root, "--format", "csv"))))
    assert [(row["kind"], row["rule"], row["milestone"], row["net"], row["gross"]) for row in rows] == [
        ("gap", "overdue", "M1", "", "1190.00"),
        ("gap", "approved-not-billed", "M3", "4000.00", ""),
        ("overlap", "overbilled", "M2", "500.00", ""),
        ("overlap", "overpaid", "M2", "", "25.00"),
        ("waived", "approved-not-billed", "M5", "8000.00", ""),
        ("hold", "", "M4", "6000.00", ""),
    ]
    assert {row["currency"] for row in rows} == {"EUR"}
    assert rows[-1]["name"] == "'=Held"  # which a spreadsheet would run
    assert (rows[-1]["until"], rows[-1]["reason"]) == ("2026-06-30", "new budget")
    assert sum(Decimal(row["net"] or 0) for row in rows) == Decimal("18500.00")


def test_a_project_with_nothing_but_a_hold_is_shown_and_is_no_gap(root: Path) -> None:
    held = (
        RECORD.partition("milestones:\n")[0].replace("21000.00", "6000.00")
        + "milestones:\n"
        + next(f"{line}\n" for line in RECORD.splitlines() if "=Held" in line)
    )
    (root / "acme/milestones.yaml").write_text(held, encoding="utf-8")
    result = mtrack("gaps", root, "--as-of", AS_OF.isoformat(), "--fail-on", "info")
    assert result.code == 1  # the files of the others are recorded nowhere now
    for path in [*(root / "acme/invoices").iterdir(), *(root / "acme/signoffs").glob("[1235].eml")]:
        path.unlink()
    result = mtrack("gaps", root, "--as-of", AS_OF.isoformat(), "--fail-on", "info")
    assert result.code == 0, result.out
    assert "1 project: no gaps, no overlaps, 1 on hold" in result.out
    later = mtrack("gaps", root, "--as-of", "2026-07-01").out
    assert ("approved-not-billed" in later, "on hold" in later) == (True, False)
    assert "on hold" not in mtrack("gaps", root, "--client", "globex", "--as-of", AS_OF.isoformat()).out


def test_markdown_lists_them_too(root: Path) -> None:
    text = gaps(root, "--format", "md")
    for words in ("⏸ on hold", "until 2026-06-30", "◆ waived", "not billed, net", "waived, net"):
        assert words in text
