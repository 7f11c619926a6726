"""The example workspace: what mtrack says about it, line by line, and that its papers are what the records say.

The figures further down are worked out by hand from the records and SPEC 3, not copied from an output. A golden file
that no longer holds is written again by the command its test names, once every changed line was read.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from datetime import date
from decimal import Decimal
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from support import ROOT, Result, contexts, lint_json, mtrack, validated
from tools import make_example_papers
from tools.make_example_papers import Agreement, Invoice

from mtrack import money
from mtrack.check.workspace import Workspace, open_workspace
from mtrack.figures.aging import outstanding_by_age

if TYPE_CHECKING:
    from mtrack.rules.context import ProjectContext

AS_OF = "2026-11-22"
TODAY = date.fromisoformat(AS_OF)
EXAMPLE = ROOT / "example-workspace"
GOLDEN = Path(__file__).parent / "golden" / "example"
PROJECTS = (
    "acme-website",
    "globex-rebrand",
    "hooli-app",
    "initech-portal",
    "nakatomi-wayfinding",
    "umbrella-intranet",
    "vandelay-catalogue",
)

SMALLEST = """\
project: Acme website
currency: EUR
agreement: {file: agreement/signed-sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}
milestones:
  - id: M1
    name: Discovery complete
    amount: 4000.00
    deliverable: {note: research report, approved: 2026-02-02}
    invoice: {number: INV-2026-004, amount: 4000.00, sent: 2026-02-03}
    status: paid
  - id: M2
    name: Beta delivered
    amount: 5000.00
    status: not_billed
"""
"""The smallest useful record, as the format's page shows it."""


def run(command: str, *arguments: str | Path, cwd: Path = ROOT) -> Result:
    """A command on the example, as of its day."""
    return mtrack(command, *arguments, "--as-of", AS_OF, cwd=cwd)


@cache
def workspace() -> Workspace:
    return open_workspace(str(EXAMPLE), TODAY)


def context(folder: str) -> ProjectContext:
    return next(item for item in contexts(workspace()) if item.project.folder == folder)


# What lint says. ------------------------------------------------------------------------------------------------------

FINDINGS: tuple[tuple[Any, ...], ...] = (
    # severity, rule, path, line, column, what stands there, milestone, invoice, amount, currency, waived
    ("warning", "signoff-missing", "acme-website/milestones.yaml", 8, 19, "note:", "M1", None, None, None, True),
    ("warning", "invoice-file-missing", "acme-website/milestones.yaml", 9, 15, "number:", "M1", "INV-2026-004", None, None, True),
    ("info", "payment-not-recorded", "acme-website/milestones.yaml", 10, 13, "paid", "M1", "INV-2026-004", None, None, True),
    ("error", "status-mismatch", "hooli-app/milestones.yaml", 41, 13, "sent", "M2", None, None, None, False),
    ("warning", "overdue", "hooli-app/milestones.yaml", 53, 13, "2026-07-27", "M3", "INV-2026-014", "5500.00", "USD", False),
    ("warning", "overdue", "hooli-app/milestones.yaml", 70, 54, "2026-09-28", "M4", "INV-2026-016", "14000.00", "USD", False),
    ("warning", "approved-not-billed", "hooli-app/milestones.yaml", 93, 41, "2026-11-03", "M6", None, "10000.00", "USD", False),
    ("warning", "agreement-differs", "hooli-app/milestones.yaml", 98, 13, "6000.00", "M7", None, None, None, False),
    ("warning", "agreement-differs", "hooli-app/milestones.yaml", 103, 43, "8000.00", "M8", None, None, None, False),
    ("error", "overbilled", "initech-portal/milestones.yaml", 32, 13, "8500.00", "M3", None, "8500.00", "EUR", False),
    ("warning", "unrecorded-file", "nakatomi-wayfinding/invoices/INV-2026-010-draft.pdf", None, None, None, None, None, None, None, False),
    ("warning", "delivered-not-approved", "nakatomi-wayfinding/milestones.yaml", 31, 18, "2026-04-24", "M2", None, None, None, False),
    ("warning", "skipped-milestone", "nakatomi-wayfinding/milestones.yaml", 32, 13, "not_billed", "M2", None, "1500000", "JPY", False),
    ("info", "invoice-number-gap", "nakatomi-wayfinding/milestones.yaml", 43, 15, "INV-2026-011", "M3", "INV-2026-011", None, None, False),
    ("warning", "signoff-missing", "umbrella-intranet/milestones.yaml", 47, 7, "note:", "M2", None, None, None, True),
    ("warning", "upfront-not-billed", "vandelay-catalogue/milestones.yaml", 69, 13, "not_billed", "M4", None, "3000.00", "CHF", False),
)  # fmt: skip
"""Every finding, in order."""


def test_lint_finds_what_the_example_is_about_and_nothing_else() -> None:
    found = lint_json(EXAMPLE, as_of=TODAY)
    fields = ("severity", "rule", "path", "line", "column", "milestone", "invoice", "amount", "currency", "waived")
    expected = [(*row[:5], *row[6:]) for row in FINDINGS]
    assert [tuple(finding[name] for name in fields) for finding in found["findings"]] == expected
    assert found["summary"] == {
        "projects": 7, "milestones": 33, "errors": 2, "warnings": 9, "infos": 1, "waived": 4,
    }  # fmt: skip
    assert found["skipped"] == []


@pytest.mark.parametrize("row", [row for row in FINDINGS if row[3] is not None], ids=lambda row: f"{row[2]}:{row[3]}")
def test_each_place_is_where_its_words_stand(row: tuple[Any, ...]) -> None:
    _, _, path, line, column, words, *_ = row
    text = (EXAMPLE / path).read_text(encoding="utf-8").splitlines()[line - 1]
    assert text[column - 1 :].startswith(words)


GOLDEN_COMMANDS: dict[str, tuple[int, tuple[str, ...]]] = {
    "lint.txt": (1, ("lint", "example-workspace")),
    "lint-concise.txt": (1, ("lint", "example-workspace", "--format", "concise")),
    "gaps.txt": (1, ("gaps", "example-workspace")),
}
"""A golden file, and the exit code and the command that prints it."""


@pytest.mark.parametrize("name", GOLDEN_COMMANDS)
def test_every_line_is_as_written_down(name: str) -> None:
    code, arguments = GOLDEN_COMMANDS[name]
    result = run(*arguments)
    command = f"mtrack {' '.join(arguments)} --as-of {AS_OF} > tests/golden/example/{name}"
    assert result.out == (GOLDEN / name).read_text(encoding="utf-8"), f"read what changed; then: {command}"
    assert (result.code, result.err) == (code, "")


def test_no_golden_file_is_left_over() -> None:
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(GOLDEN_COMMANDS)


def test_concise_has_a_line_a_finding_in_the_same_order() -> None:
    lines = run("lint", "example-workspace", "--format", "concise").out.splitlines()
    starts = [
        f"example-workspace/{path}{'' if line is None else f':{line}:{column}'}: {severity}[{rule}] "
        for severity, rule, path, line, column, *_ in FINDINGS
    ]
    assert len(lines) == len(starts)
    for found, start in zip(lines, starts, strict=True):
        assert found.startswith(start)


def test_the_output_does_not_depend_on_where_it_is_asked_for() -> None:
    for command, name in {"gaps": "text", "status": "text", "report": "md", "forecast": "csv", "aging": "md"}.items():
        outputs = {
            run(command, EXAMPLE, "--format", name).out,
            run(command, "example-workspace", "--format", name).out,
            run(command, ".", "--format", name, cwd=EXAMPLE).out,
        }
        assert len(outputs) == 1


@pytest.mark.parametrize(
    ("folder", "lint", "strict", "gaps"),
    [
        # exit codes of lint, of lint --fail-on info, of gaps
        ("acme-website", 0, 0, 0),  # waived findings do not count
        ("globex-rebrand", 0, 0, 0),
        ("hooli-app", 1, 1, 0),  # its error is about a status, its gaps are warnings
        ("initech-portal", 1, 1, 1),
        ("nakatomi-wayfinding", 0, 1, 0),
        ("umbrella-intranet", 0, 0, 0),
        ("vandelay-catalogue", 0, 1, 0),  # a deposit not billed
    ],
)
def test_exit_codes(folder: str, lint: int, strict: int, gaps: int) -> None:
    assert run("lint", EXAMPLE / folder).code == lint
    assert run("lint", EXAMPLE / folder, "--fail-on", "info").code == strict
    assert run("gaps", EXAMPLE / folder).code == gaps
    assert run("status", EXAMPLE / folder).code == 0
    assert run("report", EXAMPLE / folder, "--format", "md").code == 0


def contents() -> dict[str, str]:
    """The hash of every file of the example, hidden ones too; a folder stands with none."""
    return {
        path.relative_to(EXAMPLE).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in EXAMPLE.rglob("*")
    }


def test_looking_changes_nothing(tmp_path: Path) -> None:
    before = contents()
    for command, formats in {
        "lint": ("text", "concise", "json"),
        "gaps": ("text", "json", "md"),
        "status": ("text", "json", "csv", "md"),
        "report": ("md",),
    }.items():
        for name in formats:
            assert run(command, EXAMPLE, "--format", name, cwd=tmp_path).out
            assert run(command, ".", "--format", name, cwd=EXAMPLE).out
    assert contents() == before
    assert list(tmp_path.iterdir()) == []


# The six projects. ----------------------------------------------------------------------------------------------------


def rules_of(folder: str, *, waived: bool = False) -> list[str]:
    return [row[1] for row in FINDINGS if row[2].startswith(f"{folder}/") and row[-1] == waived]


def statuses(folder: str) -> dict[str, str]:
    return {milestone.id: milestone.status for milestone in context(folder).project.milestones}


def test_there_are_seven_projects_in_four_currencies() -> None:
    assert tuple(item.project.folder for item in contexts(workspace())) == PROJECTS
    assert {item.project.currency for item in contexts(workspace())} == {"CHF", "EUR", "USD", "JPY"}
    assert not context("initech-portal").project.sets_currency  # the studio's default
    assert (workspace().settings.name, workspace().settings.locale) == ("Studio North", "en_GB")


def test_the_smallest_record_is_the_one_the_format_shows() -> None:
    assert (EXAMPLE / "acme-website" / "milestones.yaml").read_text(encoding="utf-8") == SMALLEST


def test_the_smallest_record_has_no_error_even_without_the_waivers(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE / "acme-website", tmp_path / "acme-website")
    found = lint_json(tmp_path, as_of=TODAY)
    assert [(item["severity"], item["rule"]) for item in found["findings"]] == [
        ("warning", "signoff-missing"),
        ("warning", "invoice-file-missing"),
        ("info", "payment-not-recorded"),
    ]
    assert run("lint", tmp_path).code == 0
    assert run("gaps", tmp_path, "--fail-on", "info").code == 0


def test_the_clean_one_has_no_finding_that_is_not_waived() -> None:
    assert rules_of("acme-website") == []
    assert rules_of("acme-website", waived=True) == ["signoff-missing", "invoice-file-missing", "payment-not-recorded"]
    assert all(waiver.reason for waiver in workspace().settings.waivers)


def test_the_closed_one_is_paid_and_has_no_finding_at_all() -> None:
    project = context("globex-rebrand").project
    assert rules_of("globex-rebrand") == rules_of("globex-rebrand", waived=True) == []
    assert project.closed == date(2026, 6, 8)
    assert set(statuses("globex-rebrand").values()) == {"paid"}
    assert context("globex-rebrand").ledger.totals.outstanding == 0


def test_the_one_in_full_swing_has_milestones_at_every_stage() -> None:
    assert rules_of("hooli-app") == [
        "status-mismatch",
        "overdue",
        "overdue",
        "approved-not-billed",
        *["agreement-differs"] * 2,
    ]
    ledger = context("hooli-app").ledger
    stages = {}
    for figures in ledger.milestones:
        milestone, live = figures.milestone, figures.live_invoices
        if live:
            late = ", overdue" if any(item.overdue for item in live) else ""
            stages[milestone.id] = figures.expected_status + late
        else:
            stages[milestone.id] = (
                "approved" if milestone.approved else "delivered" if milestone.completed else "planned"
            )
    assert stages == {
        "M1": "paid",
        "M2": "paid",
        "M3": "partially_paid, overdue",
        "M4": "sent, overdue",
        "M5": "sent",
        "M6": "approved",
        "M7": "delivered",
        "M8": "planned",
    }


def test_the_one_billed_twice_has_one_finding_that_names_both_invoices() -> None:
    assert rules_of("initech-portal") == ["overbilled"]
    (finding,) = lint_json(EXAMPLE / "initech-portal", as_of=TODAY)["findings"]
    places = [(item["path"], item["line"], item["column"]) for item in finding["related"]]
    assert places == [("initech-portal/milestones.yaml", 35, 16), ("initech-portal/milestones.yaml", 51, 13)]
    text = (EXAMPLE / "initech-portal" / "milestones.yaml").read_text(encoding="utf-8").splitlines()
    assert text[34][15:].startswith("INV-2026-017")
    assert text[50][12:].startswith("INV-2026-018")


def test_the_skipped_one_tells_the_whole_story() -> None:
    # delivered in April, never approved; an invoice was drafted, its number is missing, and the next milestone is paid
    assert rules_of("nakatomi-wayfinding") == [
        "unrecorded-file", "delivered-not-approved", "skipped-milestone", "invoice-number-gap",
    ]  # fmt: skip
    assert statuses("nakatomi-wayfinding") == {"M1": "paid", "M2": "not_billed", "M3": "paid", "M4": "not_billed"}
    draft = (EXAMPLE / "nakatomi-wayfinding" / "invoices" / "INV-2026-010-draft.pdf").read_bytes()
    assert b"DRAFT" in draft
    assert b"JPY 1,500,000" in draft


def test_the_disputed_one_is_neither_overdue_nor_a_gap() -> None:
    project, ledger = context("umbrella-intranet").project, context("umbrella-intranet").ledger
    assert rules_of("umbrella-intranet") == []
    assert rules_of("umbrella-intranet", waived=True) == ["signoff-missing"]
    (disputed,) = (item for item in ledger.invoices if item.invoice.disputed)
    assert disputed.due == date(2026, 9, 7)  # 17 August and 21 days: long past
    assert disputed.outstanding == 9000
    assert not disputed.overdue
    assert outstanding_by_age(ledger.invoices, TODAY)["disputed"] == 9000
    assert project.agreement is not None
    assert [item.amount for item in project.agreement.amendments] == [6500, -4000]
    assert statuses("umbrella-intranet")["M4"] == "cancelled"
    held = project.milestones[4]
    assert held.approved is not None
    assert held.on_hold(TODAY)


def test_what_the_format_offers_is_shown_somewhere() -> None:
    projects = [item.project for item in contexts(workspace())]
    milestones = [milestone for project in projects for milestone in project.milestones]
    invoices = [invoice for project in projects for invoice in project.invoices()]
    payments = [payment for invoice in invoices for payment in invoice.payments]
    shown = {
        "client": sum(project.client is not None for project in projects),
        "upfront": sum(milestone.upfront for milestone in milestones),
        "hold": sum(milestone.hold for milestone in milestones),
        "cancelled": sum(milestone.cancelled for milestone in milestones),
        "attachments": sum(len(milestone.attachments) for milestone in milestones),
        "tax": sum(bool(invoice.tax) for invoice in invoices),
        "lines over several milestones": sum(len(invoice.lines) > 1 for invoice in invoices),
        "void": sum(invoice.void is not None for invoice in invoices),
        "replaces": sum(invoice.replaces is not None for invoice in invoices),
        "credit notes": sum(invoice.is_credit_note for invoice in invoices),
        "disputed": sum(invoice.disputed is not None for invoice in invoices),
        "written off": sum(invoice.written_off is not None for invoice in invoices),
        "withheld": sum(bool(payment.withheld) for payment in payments),
        "fee": sum(bool(payment.fee) for payment in payments),
        "received": sum(payment.received_amount is not None for payment in payments),
        "waivers": sum(len(project.waivers) for project in projects),
    }
    assert shown == {
        "client": 6, "upfront": 2, "hold": 1, "cancelled": 1, "attachments": 1, "tax": 9,
        "lines over several milestones": 1, "void": 1, "replaces": 1, "credit notes": 1, "disputed": 1,
        "written off": 2, "withheld": 2, "fee": 2, "received": 1, "waivers": 1,
    }  # fmt: skip


def test_invoice_numbers_run_in_one_series_across_the_studio() -> None:
    sent = {invoice.number: invoice.sent for item in contexts(workspace()) for invoice in item.project.invoices()}
    expected = [f"INV-2025-{n:03}" for n in range(31, 37)] + [f"INV-2026-{n:03}" for n in range(1, 20) if n != 10]
    assert sorted(sent) == expected
    days = [sent[number] for number in expected]
    assert days == sorted(days)
    assert all(number.startswith(f"INV-{day.year}-") for number, day in sent.items())


def test_the_year_runs_from_november_to_november() -> None:
    days = [
        day
        for item in contexts(workspace())
        for invoice in item.project.invoices()
        for day in (invoice.sent, *(payment.date for payment in invoice.payments))
    ]
    assert date(2025, 11, 1) <= min(days) <= max(days) <= TODAY


# The figures, worked out by hand. -------------------------------------------------------------------------------------

NAMES = ("agreed", "billed", "unbilled", "received", "settled", "outstanding", "overdue")

TOTALS = {
    # M1 4,000 + M2 5,000; M1 is billed; no payment is listed, and its status `paid` is taken at its word: 4,000 came
    "acme-website": ("9000.00", "4000.00", "5000.00", "4000.00", "4000.00", "0.00", "0.00"),
    # 4,000 + 6,000 + 5,000 + 3,500, all billed (the void INV-2026-001 not counted). Gross: 23 % on top, 22,755.
    # Cash 4,920 + 7,380 + 6,138 + 2,305 + 2,000 = 22,743; with 12 written off all of it is settled
    "globex-rebrand": ("18500.00", "18500.00", "0.00", "22743.00", "22755.00", "0.00", "0.00"),
    # 12 + 9 + 11 + 14 + 14 + 10 + 6 + 8 thousand; M1 to M5 are billed, M6 to M8 (24) not.
    # Cash 12,000 + 8,975 + 5,500; settled has the 25 fee too. Outstanding 5,500 of M3, 14,000 of M4, 14,000 of M5, of
    # which M3 (due 26 August) and M4 (due 28 October) are overdue
    "hooli-app": ("84000.00", "60000.00", "24000.00", "26475.00", "26500.00", "33500.00", "19500.00"),
    # 4,000 + 9,000 + 8,500 + 5,500 + 3,000; billed 4,000 + 9,000 + 8,500 + (8,500 + 5,500), M3 twice; M5 is unbilled.
    # Cash 4,920 + 11,070. Outstanding INV-2026-017, 8,500 + 1,955, due 25 November, and INV-2026-018, 14,000 + 3,220
    "initech-portal": ("30000.00", "35500.00", "3000.00", "15990.00", "15990.00", "27675.00", "0.00"),
    # 1.2 + 1.5 + 1.8 + 0.9 million; M1 and M3 billed. Cash 1,074,980 + 1,616,220; with 122,520 + 183,780 withheld and
    # a fee of 2,500 both are settled
    "nakatomi-wayfinding": ("5400000", "3000000", "2400000", "2691200", "3000000", "0", "0"),
    # 5,000 + 8,000 + 9,000 + 6,500, the cancelled M4 in no sum. Billed 5,500 less the credit of 500, 8,000, 9,000; M5
    # on hold is unbilled. Cash 5,000 + 8,000. Settled: INV-2026-003 5,000 + 500 credited, the credit note itself -500,
    # INV-2026-008 8,000. Outstanding the disputed 9,000, which is not overdue
    "umbrella-intranet": ("28500.00", "22000.00", "6500.00", "13000.00", "13000.00", "9000.00", "0.00"),
    # 6,000 + 3,000 + 4,000 + 3,000 + 5,000; M1 to M3 billed. Cash 9,000 in one transfer, and 1,600; with 2,400 written
    # off all three are settled
    "vandelay-catalogue": ("21000.00", "13000.00", "8000.00", "10600.00", "13000.00", "0.00", "0.00"),
}

CURRENCIES = {
    # Acme, Globex, Initech, Umbrella
    "EUR": (
        "86000.00",  # 9,000 + 18,500 + 30,000 + 28,500
        "80000.00",  # 4,000 + 18,500 + 35,500 + 22,000
        "14500.00",  # 5,000 + 0 + 3,000 + 6,500; 86,000 = 80,000 + 14,500 - 8,500 billed twice
        "55733.00",  # 4,000 + 22,743 + 15,990 + 13,000
        "55745.00",  # 4,000 + 22,755 + 15,990 + 13,000
        "36675.00",  # 0 + 0 + 27,675 + 9,000
        "0.00",
    ),
    "CHF": TOTALS["vandelay-catalogue"],
    "JPY": TOTALS["nakatomi-wayfinding"],
    "USD": TOTALS["hooli-app"],
}

MILESTONES: dict[str, tuple[tuple[Any, ...], ...]] = {
    # id, status, expected status, agreed, billed, unbilled (net), settled, outstanding (gross), invoices
    "acme-website": (
        ("M1", "paid", "paid", "4000.00", "4000.00", "0.00", "4000.00", "0.00", ["INV-2026-004"]),
        ("M2", "not_billed", "not_billed", "5000.00", "0.00", "5000.00", "0.00", "0.00", []),
    ),
    "globex-rebrand": (
        ("M1", "paid", "paid", "4000.00", "4000.00", "0.00", "4920.00", "0.00", ["INV-2025-032"]),
        ("M2", "paid", "paid", "6000.00", "6000.00", "0.00", "7380.00", "0.00", ["INV-2026-002"]),  # not the void one
        ("M3", "paid", "paid", "5000.00", "5000.00", "0.00", "6150.00", "0.00", ["INV-2026-006"]),  # 6,138 + 12
        ("M4", "paid", "paid", "3500.00", "3500.00", "0.00", "4305.00", "0.00", ["INV-2026-009"]),  # 2,305 + 2,000
    ),
    "hooli-app": (
        ("M1", "paid", "paid", "12000.00", "12000.00", "0.00", "12000.00", "0.00", ["INV-2026-007"]),
        ("M2", "sent", "paid", "9000.00", "9000.00", "0.00", "9000.00", "0.00", ["INV-2026-012"]),  # 8,975 + 25
        ("M3", "partially_paid", "partially_paid", "11000.00", "11000.00", "0.00", "5500.00", "5500.00", ["INV-2026-014"]),
        ("M4", "sent", "sent", "14000.00", "14000.00", "0.00", "0.00", "14000.00", ["INV-2026-016"]),
        ("M5", "sent", "sent", "14000.00", "14000.00", "0.00", "0.00", "14000.00", ["INV-2026-019"]),
        ("M6", "not_billed", "not_billed", "10000.00", "0.00", "10000.00", "0.00", "0.00", []),
        ("M7", "not_billed", "not_billed", "6000.00", "0.00", "6000.00", "0.00", "0.00", []),
        ("M8", "not_billed", "not_billed", "8000.00", "0.00", "8000.00", "0.00", "0.00", []),
    ),
    "initech-portal": (
        ("M1", "paid", "paid", "4000.00", "4000.00", "0.00", "4920.00", "0.00", ["INV-2025-033"]),
        ("M2", "paid", "paid", "9000.00", "9000.00", "0.00", "11070.00", "0.00", ["INV-2026-013"]),
        # 10,455 of INV-2026-017, and of INV-2026-018 17,220 x 8,500 / 14,000 = 10,455
        ("M3", "sent", "sent", "8500.00", "17000.00", "0.00", "0.00", "20910.00", ["INV-2026-017", "INV-2026-018"]),
        # 17,220 x 5,500 / 14,000
        ("M4", "sent", "sent", "5500.00", "5500.00", "0.00", "0.00", "6765.00", ["INV-2026-018"]),
        ("M5", "not_billed", "not_billed", "3000.00", "0.00", "3000.00", "0.00", "0.00", []),
    ),
    "nakatomi-wayfinding": (
        # 1,074,980 + 122,520 + 2,500
        ("M1", "paid", "paid", "1200000", "1200000", "0", "1200000", "0", ["INV-2025-031"]),
        ("M2", "not_billed", "not_billed", "1500000", "0", "1500000", "0", "0", []),
        # 1,616,220 + 183,780
        ("M3", "paid", "paid", "1800000", "1800000", "0", "1800000", "0", ["INV-2026-011"]),
        ("M4", "not_billed", "not_billed", "900000", "0", "900000", "0", "0", []),
    ),
    "umbrella-intranet": (
        # billed 5,500 - 500; settled 5,500 - 500
        ("M1", "paid", "paid", "5000.00", "5000.00", "0.00", "5000.00", "0.00", ["INV-2026-003", "INV-2026-005"]),
        ("M2", "paid", "paid", "8000.00", "8000.00", "0.00", "8000.00", "0.00", ["INV-2026-008"]),
        ("M3", "sent", "sent", "9000.00", "9000.00", "0.00", "0.00", "9000.00", ["INV-2026-015"]),
        ("M4", "cancelled", "cancelled", "0.00", "0.00", "0.00", "0.00", "0.00", []),  # its 4,000 are agreed no more
        ("M5", "not_billed", "not_billed", "6500.00", "0.00", "6500.00", "0.00", "0.00", []),
    ),
    "vandelay-catalogue": (
        ("M1", "paid", "paid", "6000.00", "6000.00", "0.00", "6000.00", "0.00", ["INV-2025-034"]),
        ("M2", "paid", "paid", "3000.00", "3000.00", "0.00", "3000.00", "0.00", ["INV-2025-035"]),
        ("M3", "paid", "paid", "4000.00", "4000.00", "0.00", "4000.00", "0.00", ["INV-2025-036"]),  # 1,600 + 2,400
        ("M4", "not_billed", "not_billed", "3000.00", "0.00", "3000.00", "0.00", "0.00", []),
        ("M5", "not_billed", "not_billed", "5000.00", "0.00", "5000.00", "0.00", "0.00", []),
    ),
}  # fmt: skip


@cache
def status() -> Any:
    result = run("status", EXAMPLE, "--format", "json")
    assert (result.code, result.err) == (0, "")
    return validated(result.out, "status")


def test_status_has_the_sums_worked_out_by_hand() -> None:
    data = status()
    assert data["as_of"] == AS_OF
    assert {item["path"]: tuple(item["totals"][name] for name in NAMES) for item in data["projects"]} == TOTALS
    assert {code: tuple(sums[name] for name in NAMES) for code, sums in data["totals"].items()} == CURRENCIES


@pytest.mark.parametrize("folder", PROJECTS)
def test_status_has_the_milestones_worked_out_by_hand(folder: str) -> None:
    fields = ("id", "status", "expected_status", "agreed", "billed", "unbilled", "settled", "outstanding", "invoices")
    project = next(item for item in status()["projects"] if item["path"] == folder)
    found = tuple(tuple(milestone[name] for name in fields) for milestone in project["milestones"])
    assert found == MILESTONES[folder]


def test_the_hand_worked_figures_agree_with_each_other() -> None:
    for folder, rows in MILESTONES.items():
        counted = [row for row in rows if row[1] != "cancelled"]
        agreed, billed, unbilled, _, settled, outstanding, _ = map(Decimal, TOTALS[folder])
        for index, total in {3: agreed, 4: billed, 5: unbilled, 6: settled, 7: outstanding}.items():
            assert sum(Decimal(row[index]) for row in counted) == total, (folder, index)
        surplus = sum(max(Decimal(row[4]) - Decimal(row[3]), Decimal(0)) for row in counted)
        assert agreed == billed + unbilled - surplus
    for code, folders in {"CHF": [6], "EUR": [0, 1, 3, 5], "JPY": [4], "USD": [2]}.items():
        for i, whole in enumerate(CURRENCIES[code]):
            assert sum(Decimal(TOTALS[PROJECTS[folder]][i]) for folder in folders) == Decimal(whole)


def test_gaps_sums_what_is_at_stake() -> None:
    data = json.loads(run("gaps", EXAMPLE, "--format", "json").out)
    totals = {
        code: {name: amount for name, amount in sums.items() if Decimal(amount)}
        for code, sums in data["totals"].items()
    }
    assert totals == {
        "CHF": {"gaps": "3000.00", "not_billed": "3000.00"},  # the deposit of Vandelay
        "EUR": {
            "overlaps": "8500.00",
            "overlaps_net": "8500.00",
            "on_hold": "6500.00",
        },  # M3 of Initech, M5 of Umbrella
        "JPY": {"gaps": "1500000", "not_billed": "1500000"},  # M2 of Nakatomi, skipped
        # 5,500 + 14,000 overdue, 10,000 approved and not billed
        "USD": {"gaps": "29500.00", "not_billed": "10000.00", "not_collected": "19500.00"},
    }
    assert [(item["path"], item["sums"]["gaps"], item["sums"]["overlaps"]) for item in data["projects"]] == [
        ("hooli-app", "29500.00", "0.00"),
        ("initech-portal", "0.00", "8500.00"),
        ("nakatomi-wayfinding", "1500000", "0"),
        ("umbrella-intranet", "0.00", "0.00"),
        ("vandelay-catalogue", "3000.00", "0.00"),
    ]
    # days: 26 August, 28 October and 3 November to 22 November; 2 November; 24 April and 22 May
    since = [(row["rule"], row["days"]) for item in data["projects"] for row in (*item["gaps"], *item["overlaps"])]
    assert since == [
        ("overdue", 88), ("overdue", 25), ("approved-not-billed", 19),
        ("overbilled", 20),
        ("unrecorded-file", None), ("delivered-not-approved", 212), ("skipped-milestone", 184),
        ("invoice-number-gap", None),
        ("upfront-not-billed", 20),
    ]  # fmt: skip


# The papers. ----------------------------------------------------------------------------------------------------------

PDFS = {paper.path: paper for paper in make_example_papers.PAPERS}
MAILS = sorted(path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*.eml"))


def pdf_text(data: bytes) -> list[str]:
    """The lines of a one-page PDF, after its structure held: header, every cross-reference, trailer, stream length."""
    assert data.startswith(b"%PDF-1.4\n%")
    end = re.search(rb"startxref\n(\d+)\n%%EOF\n\Z", data)
    assert end
    table = data[int(end[1]) :]
    head = re.match(rb"xref\n0 (\d+)\n", table)
    assert head
    size = int(head[1])
    entries = [table[head.end() + 20 * i : head.end() + 20 * (i + 1)] for i in range(size)]
    assert entries[0] == b"0000000000 65535 f \n"
    for number, entry in enumerate(entries[1:], 1):
        assert re.fullmatch(rb"\d{10} 00000 n \n", entry)
        offset = int(entry[:10])
        assert data[offset:].startswith(b"%d 0 obj\n" % number)
    assert len(re.findall(rb"^\d+ 0 obj$", data, re.MULTILINE)) == size - 1
    trailer = table[head.end() + 20 * size :]
    assert trailer.startswith(b"trailer\n<< /Size %d /Root 1 0 R " % size)
    stream = re.search(rb"/Length (\d+) >>\nstream\n", data)
    assert stream
    content = data[stream.end() : stream.end() + int(stream[1])]
    assert data[stream.end() + int(stream[1]) :].startswith(b"endstream\n")
    shown = re.findall(rb"\((.*)\) Tj", content)
    return [re.sub(rb"\\(.)", rb"\1", line).decode("cp1252") for line in shown]


def amount_line(lines: list[str], name: str) -> str:
    """The amount beside a name."""
    return next(line for line in lines if line.startswith(name)).removeprefix(name).strip()


def test_every_pdf_is_made_by_the_script_and_every_one_it_makes_is_there() -> None:
    assert sorted(path.relative_to(EXAMPLE).as_posix() for path in EXAMPLE.rglob("*.pdf")) == sorted(PDFS)


@pytest.mark.parametrize("path", sorted(PDFS))
def test_a_pdf_is_whole_and_made_the_same_every_time(path: str) -> None:
    data = (EXAMPLE / path).read_bytes()
    assert len(pdf_text(data)) > 3
    assert make_example_papers.render(PDFS[path]) == data


def test_no_two_papers_are_the_same() -> None:
    hashes = [digest for path, digest in contents().items() if path.endswith((".pdf", ".eml", ".txt"))]
    assert len(hashes) == len(set(hashes)) == len(PDFS) + len(MAILS) + 1


def test_the_invoices_say_what_the_records_say() -> None:
    checked = 0
    for item in contexts(workspace()):
        project = item.project
        for figures in item.ledger.invoices:
            invoice = figures.invoice
            if invoice.file is None:
                continue
            path = f"{project.folder}/{invoice.file}"
            paper = PDFS[path]
            assert isinstance(paper, Invoice)
            assert (paper.number, paper.currency, paper.sent) == (invoice.number, project.currency, str(invoice.sent))
            assert paper.due == ("" if invoice.is_credit_note else str(figures.due))
            assert sum(Decimal(amount) for _, amount in paper.items) == invoice.amount
            assert Decimal(paper.vat) == invoice.tax
            lines = pdf_text((EXAMPLE / path).read_bytes())
            assert any(invoice.number in line for line in lines)
            gross = money.display(invoice.amount + invoice.tax, project.currency, project.decimals)
            assert amount_line(lines, "Total") == gross
            checked += 1
    assert checked == 23


def test_the_agreements_say_what_the_records_say() -> None:
    for item in contexts(workspace()):
        project, agreement = item.project, item.project.agreement
        assert agreement is not None
        assert agreement.total is not None
        parts = [(agreement.file, agreement.signed, agreement.total)]
        parts += [(part.file, part.signed, part.amount) for part in agreement.amendments]
        listed: list[Decimal] = []
        for file, signed, total in parts:
            path = f"{project.folder}/{file}"
            paper = PDFS[path]
            assert isinstance(paper, Agreement)
            assert (paper.currency, paper.signed) == (project.currency, str(signed))
            assert amount_line(pdf_text((EXAMPLE / path).read_bytes()), "Total") == project.money(total)
            assert sum(Decimal(amount) for _, amount in paper.items) == total
            listed += [Decimal(amount) for _, amount in paper.items]
        assert len(pdf_text((EXAMPLE / project.folder / (agreement.file or "")).read_bytes())) > agreement.milestones  # type: ignore[operator]
        counted = [milestone.amount for milestone in project.milestones if not milestone.cancelled]
        assert sum(listed) == sum(counted)


def mail(path: str) -> EmailMessage:
    message = message_from_bytes((EXAMPLE / path).read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize("path", MAILS)
def test_a_sign_off_mail_reads_as_one(path: str) -> None:
    message = mail(path)
    assert not message.defects
    assert not any(part.defects for part in message.walk())
    for name in ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "Received", "MIME-Version"):
        assert message[name]
        assert not message[name].defects
    sender = message["From"].addresses[0]
    assert sender.domain in message["Message-ID"]
    assert [address.addr_spec for address in message["To"].addresses] == ["hello@studio-north.example"]
    # it arrived a few seconds after it was sent
    arrived = parsedate_to_datetime(str(message["Received"]).rpartition(";")[2].strip())
    assert 0 <= (arrived - parsedate_to_datetime(str(message["Date"]))).total_seconds() < 60
    body = message.get_body(("plain",))
    assert body is not None
    assert re.search(r"\b(approved|accept(ed)?)\b", body.get_content(), re.IGNORECASE)


def test_each_approval_is_dated_as_its_sign_off() -> None:
    named: list[str] = []
    for item in contexts(workspace()):
        for milestone in item.project.milestones:
            signoff = milestone.deliverable.signoff
            if signoff is None or not signoff.endswith(".eml"):
                continue
            path = f"{item.project.folder}/{signoff}"
            named.append(path)
            message = mail(path)
            assert parsedate_to_datetime(str(message["Date"])).date() == milestone.approved
            domain = message["From"].addresses[0].domain
            assert domain.partition(".")[0] in item.project.name.lower()
    assert sorted(named) == MAILS
    assert len(named) == 20


def test_all_companies_and_addresses_are_made_up() -> None:
    for path in contents():
        data = (EXAMPLE / path).read_bytes() if (EXAMPLE / path).is_file() else b""
        text = data.decode("cp1252", "replace")
        domains = re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text)
        assert all(domain.endswith(".example") for domain in domains), path
        assert "http" not in text.lower(), path
        # addresses set aside for documentation (RFC 5737)
        found = re.findall(r"\[(\d+\.\d+\.\d+)\.\d+\]", text)
        assert set(found) <= {"192.0.2", "198.51.100", "203.0.113"}, path
    assert all(mail(path)["From"].addresses[0].domain.endswith(".example") for path in MAILS)


def test_the_example_is_small() -> None:
    assert sum(path.stat().st_size for path in EXAMPLE.rglob("*") if path.is_file()) < 300_000
