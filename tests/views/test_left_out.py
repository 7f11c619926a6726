"""One clock: every view shows the records as they stood on the day, and says what it leaves out."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
from support import lint_json, mtrack, write_tree

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """project: Acme website
client: Acme Corp
currency: EUR
agreement: {{file: agreement/sow.pdf, signed: {signed}, total: 9000.00}}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {{completed: 2025-10-30, approved: 2025-10-31}}
    invoice:
      number: INV-1
      amount: 4000.00
      sent: 2025-11-03
      payments: [{{date: 2026-01-15, amount: 4000.00}}]
    status: paid
  - id: M2
    name: Beta
    amount: 5000.00
    deliverable: {{completed: 2026-01-20, approved: 2026-01-30}}
    invoice: {{number: INV-2, amount: 5000.00, sent: 2026-02-03, payments: [{{date: 2026-03-01, amount: 5000.00}}]}}
    status: paid
closed: 2026-03-02
"""
DAY = "2025-12-31"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(
        tmp_path / "w", {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORD.format(signed="2025-10-01")}
    )


def output(root: Path, *arguments: str, day: str = DAY) -> str:
    result = mtrack(arguments[0], root, *arguments[1:], "--as-of", day)
    assert result.code in (0, 1), result.err
    return result.out


def data(root: Path, view: str, day: str = DAY) -> Any:
    return json.loads(output(root, view, "--format", "json", day=day))


def test_a_payment_of_january_has_not_come_in_december(root: Path) -> None:
    aging = data(root, "aging")
    assert [(item["number"], item["bucket"], item["days"], item["outstanding"]) for item in aging["invoices"]] == [
        ("INV-1", "1-30", 28, "4000.00")
    ]
    status = data(root, "status")
    totals = status["totals"]["EUR"]
    assert (totals["billed"], totals["received"], totals["overdue"]) == ("4000.00", "0.00", "4000.00")
    first, second = status["projects"][0]["milestones"]
    assert (first["state"], second["state"], second["approved"], second["invoices"]) == ("overdue", "ahead", None, [])
    assert (first["status"], first["expected_status"]) == ("paid", "paid"), "a status is that of the whole record"
    assert status["projects"][0]["closed"] is None
    assert data(root, "gaps")["projects"][0]["gaps"][0]["rule"] == "overdue"
    assert [(item["invoice"], item["milestone"]) for item in data(root, "forecast")["items"]] == [
        ("INV-1", None), (None, "M2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "left"),
    [("2026-03-02", 0), ("2026-03-01", 1), ("2026-02-28", 2), ("2026-02-02", 2), ("2026-01-29", 3),
     ("2026-01-14", 5), ("2025-10-30", 6), ("2025-10-29", 7), ("2025-09-01", 7)],
)  # fmt: skip
def test_an_invoice_is_one_and_every_other_later_date_is_one(root: Path, day: str, left: int) -> None:
    for view in ("status", "gaps", "aging", "forecast"):
        assert data(root, view, day)["left_out"] == left, view


LINE = re.compile(r"left out, since dated after 2025-12-31: (\d+) records \((.*?) and (\d+) more\)", re.IGNORECASE)


@pytest.mark.parametrize(
    "view",
    [("status",), ("gaps",), ("aging",), ("forecast",), ("status", "--format", "md"), ("gaps", "--format", "md"),
     ("aging", "--format", "md"), ("forecast", "--format", "md"), ("report", "--format", "md")],
    ids=" ".join,
)  # fmt: skip
def test_every_view_says_what_it_leaves_out_and_names_the_first_three(root: Path, view: tuple[str, ...]) -> None:
    found = LINE.search(" ".join(output(root, *view).replace("\\", "").split()))
    assert found, output(root, *view)
    assert found[1] == "5"
    assert found[3] == "2"
    assert found[2].count(",") == 2
    assert "left out" not in output(root, *view, day="2026-03-02").lower()


def test_what_is_left_out_is_no_finding_of_the_report_and_stays_one_of_lint(root: Path, tmp_path: Path) -> None:
    found = lint_json(root, "--select", "future-date", as_of=date(2025, 12, 31))["findings"]
    assert len(found) == 6, "an invoice that is left out has dates of its own"
    out = tmp_path / "site"
    assert mtrack("report", root, "-o", out, "--as-of", DAY).code in (0, 1)
    pages = {path.name: path.read_text(encoding="utf-8") for path in out.rglob("*.html")}
    assert not [name for name, text in pages.items() if "future-date" in text]
    single = tmp_path / "one.html"
    assert mtrack("report", root, "--single-file", single, "--as-of", DAY).code in (0, 1)
    assert "future-date" not in single.read_text(encoding="utf-8")
    assert "future-date" not in output(root, "report", "--format", "md")
    assert LINE.search(" ".join(re.sub("<[^>]*>", "", pages["index.html"]).split()))


def test_the_signing_of_the_agreement_is_never_left_out(root: Path, tmp_path: Path) -> None:
    write_tree(root, {"acme/milestones.yaml": RECORD.format(signed="2062-01-10")})
    assert data(root, "status", "2026-03-02")["left_out"] == 0
    out = tmp_path / "site"
    assert mtrack("report", root, "-o", out, "--as-of", "2026-03-02").code in (0, 1)
    assert "future-date" in (out / "projects/acme.html").read_text(encoding="utf-8")
    assert "future-date" in (out / "findings.html").read_text(encoding="utf-8")


def test_a_broken_status_of_today_is_told_of_the_whole_record(root: Path) -> None:
    text = RECORD.format(signed="2025-10-01").replace("status: paid\nclosed", "status: sent\nclosed")
    write_tree(root, {"acme/milestones.yaml": text})
    for day in (date(2025, 12, 31), date(2026, 3, 2)):
        found = lint_json(root, "--select", "status-mismatch", as_of=day)["findings"]
        assert [item["milestone"] for item in found] == ["M2"]


def test_what_is_wrong_with_a_record_of_a_later_day_has_no_age_yet(root: Path, tmp_path: Path) -> None:
    """Rules about what is recorded judge the whole record: a payment that stands there twice is told before its day."""
    text = RECORD.format(signed="2025-10-01")
    for payment in ("date: 2026-01-15, amount: 4000.00", "date: 2026-03-01, amount: 5000.00"):
        text = text.replace(payment, "date: 2026-02-10, amount: 1000.00, reference: R-1")
    write_tree(root, {"acme/milestones.yaml": text})
    out = tmp_path / "site"
    mtrack("report", root, "-o", out, "--as-of", DAY)
    told = {
        "gaps": output(root, "gaps"),
        "gaps.md": output(root, "gaps", "--format", "md"),
        "next": output(root, "next"),
        "next.md": output(root, "next", "--format", "md"),
        "site": "".join(page.read_text(encoding="utf-8") for page in out.rglob("*.html")),
    }
    for name, text in told.items():
        assert "duplicate-payment" in text or "ask the bank which it is" in text, name
        assert not re.search(r"(?<!\d)-\d+ d", text), name
    assert "in 41 d" in told["next"]
    assert "in 41 days" in told["site"]
