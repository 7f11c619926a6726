"""`mtrack status` on a screen: what is planned, completed and due, what is disputed and held; no column of days without one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import AS_OF, add_evidence, mtrack, write_tree

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-02, total: 6000.00}
milestones:
  - {id: M1, name: One, amount: 1000.00, planned: 2026-01-04, deliverable: {completed: 2026-01-05, approved: 2026-01-06, signoff: signoffs/1.eml}, invoice: {number: INV-1, amount: 1000.00, sent: 2026-01-07, due: 2026-02-08, disputed: {since: 2026-02-09, reason: scope}, file: invoices/1.pdf}, status: sent}
  - {id: M2, name: Two, amount: 2000.00, deliverable: {approved: 2026-01-06, signoff: signoffs/2.eml}, hold: {until: 2026-06-30}, status: not_billed}
  - {id: M3, name: Three, amount: 3000.00, hold: {}, status: not_billed}
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "200")
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORD})
    add_evidence(tmp_path)
    return tmp_path


def lines(root: Path, *arguments: str) -> list[str]:
    result = mtrack("status", root, "--as-of", AS_OF.isoformat(), *arguments)
    assert result.code == 0, result.err
    return [" ".join(line.split()) for line in result.out.splitlines()]


def test_the_screen_shows_each_day_what_is_disputed_and_what_is_held(root: Path) -> None:
    found = lines(root)
    assert "milestone EUR deliverable planned completed approved invoice sent due settled status" in found
    assert (
        "M1 One 1,000.00 Jan 4, 2026 Jan 5, 2026 Jan 6, 2026 INV-1 Jan 7, 2026 Feb 8, 2026 0.00 sent, disputed since Feb 9, 2026"
        in found
    )
    assert "M2 Two 2,000.00 Jan 6, 2026 not billed, on hold until Jun 30, 2026" in found
    assert "M3 Three 3,000.00 not billed, on hold" in found


def test_a_column_of_days_that_no_milestone_has_is_left_out(root: Path) -> None:
    bare = RECORD.replace("planned: 2026-01-04, ", "").replace("completed: 2026-01-05, ", "")
    (root / "acme/milestones.yaml").write_text(bare, encoding="utf-8")
    assert "milestone EUR deliverable approved invoice sent due settled status" in lines(root)


def test_markdown_has_them_too(root: Path) -> None:
    text = "\n".join(lines(root, "--format", "md"))
    assert (
        "| Milestone | EUR | Deliverable | Planned | Completed | Approved | Invoice | Sent | Due | Settled | Status |"
        in text
    )
    assert "disputed since" in text


def test_before_the_dispute_there_is_none(root: Path) -> None:
    assert "disputed since" not in mtrack("status", root, "--as-of", "2026-02-08").out
