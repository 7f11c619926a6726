"""Every rule of SPEC 4: one exact case or more a rule (`tests/cases`), and the days and cents where it begins."""

from __future__ import annotations

import inspect
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from anything import AS_OF_ANY, flow, projects
from hypothesis import given
from hypothesis import strategies as st
from marked import case, tree
from support import lint_json, write_tree

from mtrack.check.pipeline import check
from mtrack.check.workspace import Workspace, load_project
from mtrack.figures.clock import ALWAYS
from mtrack.figures.ledger import work_out
from mtrack.record import schema
from mtrack.record.settings import Settings
from mtrack.rules import RULES
from mtrack.rules.context import ProjectContext
from mtrack.rules.pages import page
from mtrack.workspace import Walk, evidence_files
from mtrack.yaml import source

if TYPE_CHECKING:
    from datetime import date

    from mtrack.finding import Finding

CASES = sorted((Path(__file__).parent / "cases").glob("*/*.txt"))

SPEC = """
record    error    unreadable invalid-yaml schema unknown-key unknown-currency amount-precision lines-mismatch
record    error    duplicate-milestone unknown-milestone
record    warning  tax-mismatch text-cut no-projects duplicate-name unused-waiver expired-waiver milestones-file-missing
record    warning  mixed-scripts settings-weakened link-outside
agreement error    agreement-missing
agreement warning  agreement-unsigned total-missing
gap       error    amount-unlisted milestones-missing
gap       warning  approved-not-billed upfront-not-billed skipped-milestone underbilled overdue retention-due
gap       warning  unrecorded-file
gap       info     delivered-not-approved planned-date-passed invoice-number-gap
overlap   error    amount-exceeds-agreement milestones-extra duplicate-invoice-number overbilled billed-cancelled
overlap   error    overcredited replaced-not-void
overlap   warning  overpaid duplicate-payment likely-duplicate-invoice duplicate-attachment
status    error    status-mismatch billed-before-approval date-order future-date
status    info     payment-not-recorded
evidence  error    attachment-missing attachment-outside
evidence  warning  invoice-file-missing signoff-missing attachment-not-committed
evidence  error    invoice-file-differs agreement-changed
evidence  warning  invoice-not-confirmed agreement-differs agreement-not-confirmed signoff-other-milestone
evidence  warning  attachment-unreadable
evidence  info     invoice-detail-not-confirmed agreement-unrecorded agreement-detail-differs signoff-detail-differs
evidence  info     evidence-no-text
close     error    closed-with-open
close     info     ready-to-close
audit     error    sent-invoice-changed agreed-amount-changed milestone-removed payment-removed agreement-replaced
audit     error    unsigned-change branch-collision
audit     warning  approval-removed status-went-back
audit     info     backdated
"""
EXPECTED = {
    name: (category, severity)
    for category, severity, *names in map(str.split, SPEC.split("\n")[1:-1])
    for name in names
}


def test_rules_are_those_of_the_spec() -> None:
    assert len(EXPECTED) == 79
    assert {rule.name: (rule.category.value, rule.severity.word) for rule in RULES.values()} == EXPECTED
    assert [rule.name for rule in RULES.values() if rule.fixable] == ["status-mismatch"]


def test_every_rule_has_a_case() -> None:
    """Those of rules that ask git are in tests/history: a tree of files has no commits."""
    ask_git = {name for name, rule in RULES.items() if any(file.commit for file in page(rule).bad)}
    assert {path.parent.name for path in CASES} == set(RULES) - ask_git


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_case(path: Path, tmp_path: Path) -> None:
    wanted = case(path)
    root = wanted.tree.write(tmp_path)
    report = lint_json(
        root, *wanted.head.get("arguments", ()), *(["--as-of", wanted.head["as_of"]] if "as_of" in wanted.head else [])
    )
    assert report["skipped"] == wanted.head.get("skipped", [])
    assert report["findings"] == [_finding(item, wanted.tree) for item in wanted.head["findings"]]
    assert path.parent.name in {finding["rule"] for finding in report["findings"]}


def _finding(item: dict[str, Any], files: Any) -> dict[str, Any]:
    category, severity = EXPECTED[item["rule"]]
    spot = files.spot(item["at"])
    related = [(files.spot(other["at"]), other["message"]) for other in item.get("related", ())]
    paths = [path.rstrip("/") for path in (*files.texts, *files.links)]
    projects = [os.path.dirname(path) for path in paths if path.endswith("/milestones.yaml")]
    folders = [folder for folder in projects if spot.path.startswith(f"{folder}/")]
    return {
        "rule": item["rule"],
        "category": category,
        "severity": severity,
        "path": spot.path,
        "line": spot.line,
        "column": spot.column,
        "end_line": spot.end_line,
        "end_column": spot.end_column,
        "project": max(folders, key=len) if folders else None,
        "milestone": item.get("milestone") if item.get("milestone") != "null" else None,
        "invoice": item.get("invoice"),
        "amount": item.get("amount"),
        "currency": item.get("currency"),
        "message": item["message"],
        "hint": item.get("hint"),
        "related": [
            {"path": place.path, "line": place.line, "column": place.column, "message": message}
            for place, message in related
        ],
        "waived": False,
        "commit": None,
    }


# What follows looks at the edges: which rules speak, of whom, and nothing else. "overdue INV-1" is a rule and the
# invoice, else the milestone, it is about.


def spoken(root: Path, text: str, *arguments: str) -> list[str]:
    """What the rules find in a tree, without what every tree here has."""
    tree(text).write(root)
    report = lint_json(root, *arguments)
    return [" ".join(filter(None, (item["rule"], item["invoice"] or item["milestone"]))) for item in report["findings"]]


def records(milestones: str, invoices: str = "", more: str = "", total: str = "9000.00") -> str:
    """A project's records with an agreement that is in order; lists are given a line per item."""
    lines = [f"  - {line.strip()}" for line in milestones.strip().splitlines()]
    text = "project: Acme website\ncurrency: EUR\n"
    text += (
        f"agreement: {{file: agreement/sow.pdf, signed: 2026-01-10, total: {total}}}\nmilestones:\n"
        + "\n".join(lines)
        + "\n"
    )
    if invoices:
        text += "invoices:\n" + "".join(f"  - {line.strip()}\n" for line in invoices.strip().splitlines())
    return text + more


def one(*fields: str, status: str = "not_billed", amount: str = "9000.00", invoices: str = "", more: str = "") -> str:
    """Records of one milestone, M1."""
    inner = ", ".join(["id: M1", "name: Discovery", f"amount: {amount}", *fields, f"status: {status}"])
    return records(f"{{{inner}}}", invoices, more, total=amount)


def bill(
    sent: str = "2026-02-03", *fields: str, number: str = "INV-1", amount: str = "9000.00", key: str = "invoice"
) -> str:
    """A milestone's invoice with a file of its own."""
    return f"{key}: {{{_bill(sent, *fields, number=number, amount=amount)}}}"


def top(
    sent: str = "2026-02-03", *fields: str, number: str = "INV-2", amount: str = "9000.00", milestone: str = "M1"
) -> str:
    """An invoice at the top that bills one milestone."""
    return f"{{{_bill(sent, *fields, number=number, amount=amount)}, lines: [{{milestone: {milestone}, amount: {amount}}}]}}"


def two_of(
    first: str = "4500.00",
    second: str = "4500.00",
    sent: str = "2026-02-03",
    number: str = "INV-2",
    numbers: tuple[str, str] | None = None,
) -> str:
    """Two milestones, each with an invoice of its own over 4500.00; the second is `sent` on some day."""
    one_number, other = numbers or ("INV-1", number)
    return records(
        f"""{{id: M1, name: One, amount: {first}, {DONE}, {bill(amount="4500.00", number=one_number)}, status: sent}}
        {{id: M2, name: Two, amount: {second}, {DONE}, {bill(sent, amount="4500.00", number=other)}, status: sent}}""",
        total=str(Decimal(first) + Decimal(second)),
    )


def _bill(sent: str, *fields: str, number: str, amount: str) -> str:
    parts = [f"number: {number}", f"amount: {amount}", f"sent: {sent}", *fields]
    if not any(field.startswith("file:") for field in fields):
        parts.append(f"file: invoices/{number}.pdf")
    return ", ".join(parts)


DONE = "deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}"
PAID = "payments: [{date: 2026-02-10, amount: 9000.00}]"
VOID = "void: {date: 2026-02-10}"


def agreed(agreement: str, more: str = "") -> str:
    """Records of a milestone of 1.00 with the agreement given."""
    milestone = f"{{id: M1, name: One, amount: 1.00, status: not_billed}}{more}"
    return f"project: Acme website\ncurrency: EUR\n{agreement}\nmilestones: [{milestone}]\n"


def approved(day: str) -> str:
    return f"deliverable: {{approved: {day}, signoff: signoffs/m1.eml}}"


EDGES: dict[str, tuple[str, list[str]]] = {
    # overdue: live, outstanding, due before as-of, not disputed
    "due today": (one(DONE, bill("2026-02-03", "due: 2026-02-20"), status="sent"), []),
    "due yesterday": (one(DONE, bill("2026-02-03", "due: 2026-02-19"), status="sent"), ["overdue INV-1"]),
    "30 days by default, today": (one("upfront: true", bill("2026-01-21"), status="sent"), []),
    "30 days by default, yesterday": (one("upfront: true", bill("2026-01-20"), status="sent"), ["overdue INV-1"]),
    "disputed": (one(DONE, bill("2026-02-03", "due: 2026-02-19", "disputed: {since: 2026-02-19}"), status="sent"), []),
    "disputed today": (
        one(DONE, bill("2026-02-03", "due: 2026-02-19", "disputed: {since: 2026-02-20}"), status="sent"),
        [],
    ),
    "due, paid": (
        one(DONE, bill("2026-02-03", "due: 2026-02-19", PAID), status="paid", more="closed: 2026-02-20\n"),
        [],
    ),
    "due, a cent open": (
        one(
            DONE,
            bill("2026-02-03", "due: 2026-02-19", "payments: [{date: 2026-02-10, amount: 8999.99}]"),
            status="partially_paid",
        ),
        ["overdue INV-1"],
    ),
    "due, taken at its word": (
        one(DONE, bill("2026-02-03", "due: 2026-02-19"), status="paid", more="closed: 2026-02-20\n"),
        ["payment-not-recorded INV-1"],
    ),
    "due, void": (one(DONE, bill("2026-02-03", "due: 2026-02-19", VOID)), ["approved-not-billed M1"]),
    "due, credited in full": (
        one(DONE, bill("2026-02-03", "due: 2026-02-19"), invoices=top("2026-02-04", "credits: INV-1")),
        ["approved-not-billed M1"],
    ),
    "due, all credited but a cent": (
        one(
            DONE,
            bill("2026-02-03", "due: 2026-02-19"),
            status="sent",
            invoices=top("2026-02-04", "credits: INV-1", amount="8999.99"),
        ),
        ["underbilled M1", "overdue INV-1"],
    ),
    "due, its milestone cancelled": (
        records(
            f"""{{id: M1, name: One, amount: 9000.00, status: not_billed}}
            {{id: M2, name: Two, amount: 9000.00, {DONE}, {bill("2026-02-03", "due: 2026-02-19")}, status: cancelled}}"""
        ),
        ["overdue INV-1", "billed-cancelled INV-1"],
    ),
    # approved-not-billed: more than bill_within days ago
    "approved today": (one(approved("2026-02-20")), []),
    "approved yesterday": (one(approved("2026-02-19")), ["approved-not-billed M1"]),
    "approved tomorrow": (one(approved("2026-02-21")), ["future-date M1"]),
    "approved and on hold": (one(approved("2026-02-19"), "hold: {reason: budget}"), []),
    "approved and on hold without a word": (one(approved("2026-02-19"), "hold: {}"), []),
    "approved and on hold until today": (one(approved("2026-02-19"), "hold: {until: 2026-02-20}"), []),
    "approved and on hold until yesterday": (
        one(approved("2026-02-19"), "hold: {until: 2026-02-19}"),
        ["approved-not-billed M1"],
    ),
    "approved, hold left empty": (one(approved("2026-02-19"), "hold: "), ["approved-not-billed M1"]),
    "approved, upfront": (one("upfront: true", approved("2026-02-19")), ["approved-not-billed M1"]),
    # delivered-not-approved: more than 14 days ago
    "completed 14 days ago": (one("deliverable: {completed: 2026-02-06}"), []),
    "completed 15 days ago": (one("deliverable: {completed: 2026-02-05}"), ["delivered-not-approved M1"]),
    "completed 15 days ago, approved": (
        one("deliverable: {completed: 2026-02-05, approved: 2026-02-20, signoff: signoffs/m1.eml}"),
        [],
    ),
    "completed 15 days ago, billed": (
        one("upfront: true, deliverable: {completed: 2026-02-05}", bill(), status="sent"),
        [],
    ),
    "completed 15 days ago, on hold": (
        one("deliverable: {completed: 2026-02-05}, hold: {}"),
        ["delivered-not-approved M1"],
    ),
    # planned-date-passed: strictly before as-of, nothing done
    "planned today": (one("planned: 2026-02-20"), []),
    "planned yesterday": (one("planned: 2026-02-19"), ["planned-date-passed M1"]),
    "planned yesterday, completed": (one("planned: 2026-02-19, deliverable: {completed: 2026-02-19}"), []),
    "planned yesterday, approved": (one("planned: 2026-02-19", approved("2026-02-20")), []),
    "planned yesterday, billed": (one("planned: 2026-02-19, upfront: true", bill(), status="sent"), []),
    "planned yesterday, billed in vain": (
        one("planned: 2026-02-19", bill("2026-02-03", VOID)),
        ["planned-date-passed M1"],
    ),
    # upfront-not-billed: more than bill_within days after `planned`, else after the agreement was signed
    "a deposit, billed in vain": (
        one("planned: 2026-02-19, upfront: true", bill("2026-02-03", VOID)),
        ["upfront-not-billed M1"],
    ),
    "a deposit since the agreement": (one("upfront: true"), ["upfront-not-billed M1"]),
    "a deposit, planned today": (one("upfront: true", "planned: 2026-02-20"), []),
    "a deposit, planned yesterday": (one("upfront: true", "planned: 2026-02-19"), ["upfront-not-billed M1"]),
    "a deposit, its day unknown": (
        one("upfront: true").replace(", signed: 2026-01-10", ""),
        ["agreement-unsigned"],
    ),
    "a deposit, on hold": (one("upfront: true", "hold: {reason: budget}"), []),
    "a deposit, on hold until yesterday": (
        one("upfront: true", "hold: {until: 2026-02-19}"),
        ["upfront-not-billed M1"],
    ),
    "a deposit, approved": (one("upfront: true", approved("2026-02-20")), []),
    "a deposit of no amount": (one("upfront: true", amount="0", more="closed: 2026-02-20\n"), []),
    "a deposit, completed long ago": (
        one("upfront: true", "planned: 2026-03-01", "deliverable: {completed: 2026-01-20}"),
        ["delivered-not-approved M1"],
    ),
    "a deposit, billed in part": (one("upfront: true", bill(amount="4000.00"), status="sent"), ["underbilled M1"]),
    "a deposit, billed in part, its day to come": (
        one("upfront: true", "planned: 2026-02-20", bill(amount="4000.00"), status="sent"),
        [],
    ),
    "billed in part before its approval": (
        one(approved("2026-02-20"), bill("2026-02-03", "upfront: true", amount="4000.00"), status="sent"),
        [],
    ),
    "billed in part, approved yesterday": (
        one(approved("2026-02-19"), bill("2026-02-03", "upfront: true", amount="4000.00"), status="sent"),
        ["underbilled M1"],
    ),
    "billed in part, on hold": (
        one(DONE, bill(amount="4000.00"), "hold: {reason: budget}", status="sent"),
        [],
    ),
    "planned yesterday, on hold until today": (one("planned: 2026-02-19, hold: {until: 2026-02-20}"), []),
    "planned yesterday, on hold until then": (
        one("planned: 2026-02-19, hold: {until: 2026-02-19}"),
        ["planned-date-passed M1"],
    ),
    # billed-before-approval: sent on the day of approval is fine
    "sent on the day of approval": (one(DONE, bill("2026-02-02"), status="sent"), []),
    "sent the day before": (one(DONE, bill("2026-02-01"), status="sent"), ["billed-before-approval INV-1"]),
    "sent without approval": (one(bill(), status="sent"), ["billed-before-approval INV-1"]),
    "sent without approval, upfront": (one("upfront: true", bill(), status="sent"), []),
    "sent without approval, void": (one(bill("2026-02-03", VOID)), []),
    # date-order
    "due on the day it is sent": (one(DONE, bill("2026-02-20", "due: 2026-02-20"), status="sent"), []),
    "void on the day it is sent": (one(bill("2026-02-10", VOID)), []),
    "paid on the day it is sent": (
        one(DONE, bill("2026-02-10", PAID), status="paid", more="closed: 2026-02-20\n"),
        [],
    ),
    "paid the day before": (
        one(DONE, bill("2026-02-11", PAID), status="paid", more="closed: 2026-02-20\n"),
        ["date-order INV-1"],
    ),
    "paid the day before, upfront": (
        one("upfront: true", bill("2026-02-11", PAID), status="paid", more="closed: 2026-02-20\n"),
        [],
    ),
    "sent before the agreement, upfront": (
        one("upfront: true", bill("2026-01-09", "due: 2026-03-01"), status="sent"),
        [],
    ),
    "sent before the agreement, one of two upfront": (
        records(
            f"""{{id: M1, name: One, amount: 4000.00, upfront: true, status: sent}}
            {{id: M2, name: Two, amount: 5000.00, {approved("2026-01-05")}, status: sent}}""",
            "{number: INV-1, amount: 9000.00, sent: 2026-01-09, due: 2026-03-01, file: invoices/1.pdf, "
            "lines: [{milestone: M1, amount: 4000.00}, {milestone: M2, amount: 5000.00}]}",
        ),
        ["date-order INV-1"],
    ),
    "due before it is sent, upfront": (
        one("upfront: true", bill("2026-02-20", "due: 2026-02-19", "disputed: {since: 2026-02-20}"), status="sent"),
        ["date-order INV-1"],
    ),
    "completed on the day of approval": (
        one("deliverable: {completed: 2026-02-20, approved: 2026-02-20, signoff: signoffs/m1.eml}"),
        [],
    ),
    # skipped-milestone: neither billed nor approved, while a later one is billed
    "skipped, upfront itself": (
        records(
            f"""{{id: M1, name: One, amount: 4000.00, upfront: true, status: not_billed}}
            {{id: M2, name: Two, amount: 5000.00, {DONE}, {bill(amount="5000.00")}, status: sent}}"""
        ),
        ["upfront-not-billed M1"],
    ),
    "skipped, a deposit whose day is unknown": (
        records(
            f"""{{id: M1, name: One, amount: 4000.00, upfront: true, status: not_billed}}
            {{id: M2, name: Two, amount: 5000.00, {DONE}, {bill(amount="5000.00")}, status: sent}}"""
        ).replace(", signed: 2026-01-10", ""),
        ["agreement-unsigned", "skipped-milestone M1"],
    ),
    "skipped, its own day today": (
        records(
            f"""{{id: M1, name: One, amount: 4000.00, planned: 2026-02-20, status: not_billed}}
            {{id: M2, name: Two, amount: 5000.00, {DONE}, {bill(amount="5000.00")}, status: sent}}"""
        ),
        [],
    ),
    "skipped, its own day yesterday": (
        records(
            f"""{{id: M1, name: One, amount: 4000.00, planned: 2026-02-19, status: not_billed}}
            {{id: M2, name: Two, amount: 5000.00, {DONE}, {bill(amount="5000.00")}, status: sent}}"""
        ),
        ["planned-date-passed M1", "skipped-milestone M1"],
    ),
    "skipped, on hold until today": (
        records(
            f"""{{id: M1, name: One, amount: 4000.00, hold: {{until: 2026-02-20}}, status: not_billed}}
            {{id: M2, name: Two, amount: 5000.00, {DONE}, {bill(amount="5000.00")}, status: sent}}"""
        ),
        [],
    ),
    "skipped, of no amount": (
        records(
            f"""{{id: M1, name: One, amount: 0, status: not_billed}}
            {{id: M2, name: Two, amount: 9000.00, {DONE}, {bill()}, status: sent}}"""
        ),
        [],
    ),
    "skipped, cancelled": (
        records(
            f"""{{id: M1, name: One, amount: 1.00, status: cancelled}}
            {{id: M2, name: Two, amount: 9000.00, {DONE}, {bill()}, status: sent}}"""
        ),
        [],
    ),
    "skipped, for a deposit only": (
        records(
            f"""{{id: M1, name: One, amount: 4000.00, status: not_billed}}
            {{id: M2, name: Two, amount: 5000.00, upfront: true, {bill(amount="5000.00")}, status: sent}}"""
        ),
        [],
    ),
    "skipped, for one that is void": (
        records(
            f"""{{id: M1, name: One, amount: 4000.00, status: not_billed}}
            {{id: M2, name: Two, amount: 5000.00, {bill("2026-02-03", VOID, amount="5000.00")}, status: not_billed}}"""
        ),
        [],
    ),
    "skipped twice": (
        records(
            f"""{{id: M1, name: One, amount: 2000.00, status: not_billed}}
            {{id: M2, name: Two, amount: 2000.00, status: not_billed}}
            {{id: M3, name: Three, amount: 5000.00, {DONE}, {bill(amount="5000.00")}, status: sent}}"""
        ),
        ["skipped-milestone M1", "skipped-milestone M2"],
    ),
    # a milestone of amount 0 needs no invoice
    "of no amount, approved": (one(DONE, amount="0", more="closed: 2026-02-20\n"), []),
    "of no amount, paid": (one(DONE, amount="0.00", status="paid", more="closed: 2026-02-20\n"), []),
    "of no amount, written off": (one(DONE, amount="0", status="written_off", more="closed: 2026-02-20\n"), []),
    "of no amount, planned": (
        one("planned: 2026-02-19", amount="0", more="closed: 2026-02-20\n"),
        ["planned-date-passed M1"],
    ),
    "of no amount, billed": (
        one(DONE, bill(amount="0"), amount="0", status="paid"),
        ["ready-to-close"],
    ),
    "of no amount, billed, status wrong": (
        one(DONE, bill(amount="0"), amount="0"),
        ["ready-to-close", "status-mismatch M1"],
    ),
    "of no amount, planned for today": (one("planned: 2026-02-20", amount="0"), []),
    "of no amount, planned for today and done": (
        one("planned: 2026-02-20", "deliverable: {completed: 2026-02-19}", amount="0"),
        ["ready-to-close"],
    ),
    "of no amount, planned for yesterday": (
        one("planned: 2026-02-19", amount="0"),
        ["ready-to-close", "planned-date-passed M1"],
    ),
    "of no amount, its bill void": (
        one(DONE, bill("2026-02-03", VOID, amount="0"), amount="0", status="sent"),
        ["ready-to-close"],
    ),
    # cancelled ones
    "cancelled by the mapping alone": (
        records(
            """{id: M1, name: One, amount: 9000.00, status: not_billed}
            {id: M2, name: Two, amount: 1.00, cancelled: {date: 2026-02-01}, planned: 2026-02-01, status: not_billed}"""
        ),
        ["status-mismatch M2"],
    ),
    "cancelled, late in every way": (
        records(
            f"""{{id: M1, name: One, amount: 9000.00, status: not_billed}}
            {{id: M2, name: Two, amount: 1.00, planned: 2026-01-01, {DONE}, status: cancelled}}"""
        ),
        [],
    ),
    "cancelled all": (records("{id: M1, name: One, amount: 9000.00, status: cancelled}", total="0"), []),
    # agreement
    "agreement left empty": (agreed("agreement:"), ["agreement-missing"]),
    "agreement with nothing in it": (agreed("agreement: {}"), ["agreement-missing", "total-missing"]),
    "total of zero": (
        agreed("agreement: {file: a.pdf, signed: 2026-01-01, total: 0, milestones: 0}"),
        ["amount-exceeds-agreement", "milestones-extra"],
    ),
    "counts and sums, cancelled aside": (
        agreed(
            """agreement:
  {file: a.pdf, signed: 2026-01-01, total: 5.00, milestones: 2, amendments: [{amount: -4.00, milestones: -1, note: Two is dropped}]}""",
            ", {id: M2, name: Two, amount: 4.00, status: cancelled}",
        ),
        [],
    ),
    # overpaid, credit notes
    "credited beyond what it was over": (
        one(DONE, bill(), invoices=top("2026-02-04", "credits: INV-1", amount="9500.00")),
        ["approved-not-billed M1", "overcredited INV-2"],
    ),
    "credited ten times what was billed": (
        one(
            DONE,
            bill(amount="4000.00"),
            amount="4000.00",
            invoices=top("2026-02-04", "credits: INV-1", amount="40000.00"),
        ),
        ["approved-not-billed M1", "overcredited INV-2"],
    ),
    "credited and paid": (
        one(
            DONE,
            bill("2026-02-03", PAID),
            status="paid",
            invoices=top("2026-02-04", "credits: INV-1", amount="1000.00"),
            more="closed: 2026-02-20\n",
        ),
        ["underbilled M1", "overpaid INV-1", "closed-with-open M1", "status-mismatch M1"],
    ),
    "a credit note on a void invoice": (
        one(bill("2026-02-03", VOID), invoices=top("2026-02-04", "credits: INV-1")),
        ["overcredited INV-2"],
    ),
    "a credit note on another milestone": (
        records(
            f"""{{id: M1, name: One, amount: 4000.00, {DONE}, {bill(amount="4000.00")}, status: sent}}
            {{id: M2, name: Two, amount: 5000.00, status: not_billed}}""",
            top("2026-02-04", "credits: INV-1", amount="1.00", milestone="M2"),
        ),
        ["overcredited INV-2"],
    ),
    "a payment on a void invoice and its refund": (
        one(
            bill(
                "2026-02-03",
                VOID,
                "payments: [{date: 2026-02-10, amount: 9000.00}, {date: 2026-02-11, amount: -9000.00}]",
            ),
        ),
        [],
    ),
    "a void credit note": (
        one(DONE, bill(), status="sent", invoices=top("2026-02-04", "credits: INV-1", VOID)),
        [],
    ),
    "two credit notes, in full together": (
        one(
            DONE,
            bill("2026-02-03", "due: 2026-02-19"),
            invoices=f"""{top("2026-02-04", "credits: inv-1", amount="4000.00", number="C-1")}
            {top("2026-02-05", "credits: INV-1", amount="5000.00", number="C-2")}""",
        ),
        ["approved-not-billed M1"],
    ),
    # replaced-not-void
    "replaces a void one": (
        one(DONE, bill("2026-02-03", VOID), status="sent", invoices=top("2026-02-11", "replaces: INV-1")),
        [],
    ),
    "replaces one credited in full": (
        one(
            DONE,
            bill(),
            status="sent",
            invoices=f"""{top("2026-02-04", "credits: INV-1", number="C-1")}
            {top("2026-02-05", "replaces: INV-1", number="INV-3")}""",
        ),
        [],
    ),
    "replaces one credited in part": (
        one(
            DONE,
            bill(),
            status="sent",
            invoices=f"""{top("2026-02-04", "credits: INV-1", number="C-1", amount="8000.00")}
            {top("2026-02-05", "replaces: INV-1", number="INV-3", amount="8000.00")}""",
        ),
        ["replaced-not-void INV-3"],
    ),
    "a void one replaces": (
        one(DONE, bill(), status="sent", invoices=top("2026-02-05", "replaces: INV-1", VOID)),
        [],
    ),
    "replaces a credit note": (
        one(
            DONE,
            bill(),
            status="sent",
            invoices=f"""{top("2026-02-04", "credits: INV-1", number="C-1", amount="1000.00")}
            {top("2026-02-05", "replaces: C-1", number="INV-3", amount="1000.00")}""",
        ),
        ["replaced-not-void INV-3"],
    ),
    # void invoices: record, date and attachment rules look at them, gaps and overlaps don't
    "void, wrong in every way": (
        one(
            approved("2026-02-20"),
            invoices="""{number: INV-1, amount: 9000.005, sent: 2026-02-21, file: ../gone.pdf, void: {date: 2026-02-10}, lines: [{milestone: M2, amount: 1.00}]}
            {number: INV-2, amount: 9000.005, sent: 2026-02-21, file: ../gone.pdf, void: {date: 2026-02-20}, lines: [{milestone: M1, amount: 9000.005}]}""",
        ),
        [
            "amount-precision INV-1",
            "lines-mismatch INV-1",
            "future-date INV-1",
            "attachment-outside INV-1",
            "date-order INV-1",
            "unknown-milestone INV-1",
            "amount-precision INV-2",
            "future-date INV-2",
            "attachment-outside INV-2",
            "duplicate-attachment INV-2",
            "date-order INV-2",
            "amount-precision INV-2",
        ],
    ),
    "void, the double of another": (
        one(
            DONE,
            bill("2026-02-03", "file: invoices/1.pdf", "payments: [{date: 2026-02-10, amount: 1.00, reference: T-1}]"),
            status="partially_paid",
            invoices=top(
                "2026-02-03",
                "file: invoices/1.pdf",
                VOID,
                "payments: [{date: 2026-02-10, amount: 1.00, reference: T-1}]",
            ),
        ),
        ["overpaid INV-2", "duplicate-attachment INV-2"],
    ),
    # duplicate-payment
    "one reference, two dates": (
        one(
            DONE,
            bill("2026-02-03", "payments: [{date: 2026-02-10, amount: 1.00, reference: T-1}]", amount="4000.00"),
            status="partially_paid",
            invoices=top(
                "2026-02-04", "payments: [{date: 2026-02-11, amount: 1.00, reference: T-1}]", amount="5000.00"
            ),
        ),
        [],
    ),
    "no reference": (
        one(
            DONE,
            bill("2026-02-03", "payments: [{date: 2026-02-10, amount: 1.00}]", amount="4000.00"),
            status="partially_paid",
            invoices=top("2026-02-04", "payments: [{date: 2026-02-10, amount: 1.00, reference: ''}]", amount="5000.00"),
        ),
        [],
    ),
    "twice on one invoice": (
        one(
            DONE,
            bill(
                "2026-02-03",
                "payments: [{date: 2026-02-10, amount: 1.00, reference: T}, {date: 2026-02-10, amount: 1.00, reference: T}]",
            ),
            status="partially_paid",
        ),
        [],
    ),
    "a number as reference": (
        one(
            DONE,
            bill("2026-02-03", "payments: [{date: 2026-02-10, amount: 1.00, reference: 0012}]", amount="4000.00"),
            status="partially_paid",
            invoices=top(
                "2026-02-04", "payments: [{date: 2026-02-10, amount: 1, reference: '0012'}]", amount="5000.00"
            ),
        ),
        ["duplicate-payment INV-2"],
    ),
    # likely-duplicate-invoice
    "same amount, another day": (
        one(DONE, bill(amount="4500.00"), status="sent", invoices=top("2026-02-04", amount="4500.00")),
        [],
    ),
    "same amount and day, on one milestone": (
        one(DONE, bill(amount="4500.00"), status="sent", invoices=top(amount="4500.00")),
        ["likely-duplicate-invoice INV-2"],
    ),
    "same amount and day, on milestones of their own": (two_of(), []),
    "same amount and day, the second milestone overbilled": (
        two_of(second="4000.00"),
        ["overbilled INV-2", "likely-duplicate-invoice INV-2"],
    ),
    "same amount and day, the first milestone overbilled": (
        two_of(first="4000.00"),
        ["overbilled INV-1", "likely-duplicate-invoice INV-2"],
    ),
    "same amount and day, one void": (
        one(DONE, bill("2026-02-03", VOID), status="sent", invoices=top()),
        [],
    ),
    "leading zeros": (two_of(number="INV-01", sent="2026-02-05"), ["likely-duplicate-invoice INV-01"]),
    "leading zeros in an inner run": (
        two_of(numbers=("INV-02-1", "INV-2-01"), sent="2026-02-05"),
        ["likely-duplicate-invoice INV-2-01"],
    ),
    "zeros that lead nothing": (two_of(numbers=("INV-10", "INV-1"), sent="2026-02-05"), []),
    "a zero alone": (two_of(numbers=("INV-0", "INV-00"), sent="2026-02-05"), ["likely-duplicate-invoice INV-00"]),
    "leading zeros, the same amount and day, told once": (
        one(DONE, bill(amount="4500.00"), status="sent", invoices=top(amount="4500.00", number="INV-001")),
        ["likely-duplicate-invoice INV-001"],
    ),
    "leading zeros, one void": (
        one(DONE, bill("2026-02-03", VOID), status="sent", invoices=top(number="INV-01")),
        [],
    ),
    "same amount and day, one credited": (
        one(DONE, bill(), status="sent", invoices=f"{top()}\n{top('2026-02-04', 'credits: INV-1', number='C-1')}"),
        [],
    ),
    # payment-not-recorded
    "partially paid, nothing listed": (one(DONE, bill(), status="partially_paid"), ["payment-not-recorded INV-1"]),
    "paid by a write-off": (
        one(
            DONE,
            bill("2026-02-03", "written_off: {date: 2026-02-10, amount: 9000.00}"),
            status="written_off",
            more="closed: 2026-02-20\n",
        ),
        [],
    ),
    # closed and ready to close
    "closed, partially paid": (
        one(
            DONE,
            bill("2026-02-03", "payments: [{date: 2026-02-10, amount: 1.00}]"),
            status="partially_paid",
            more="closed: 2026-02-20\n",
        ),
        ["closed-with-open M1"],
    ),
    "closed, its status wrong": (
        one(DONE, bill("2026-02-03", PAID), more="closed: 2026-02-20\n"),
        ["status-mismatch M1"],
    ),
    "ready": (one(DONE, bill("2026-02-03", PAID), status="paid"), ["ready-to-close"]),
    "ready, but an amount is unlisted": (
        one(DONE, bill("2026-02-03", PAID), status="paid").replace("total: 9000.00", "total: 9000.01"),
        ["amount-unlisted"],
    ),
    "ready, but overbilled": (
        one(DONE, bill("2026-02-03", PAID), status="paid", invoices=top("2026-02-05", PAID)),
        ["overbilled M1"],
    ),
    "ready, but its number is used twice": (
        one(DONE, bill(amount="4000.00"), status="paid", invoices=top("2026-02-05", number="INV-1", amount="5000.00")),
        [
            "payment-not-recorded INV-1",
            "payment-not-recorded INV-1",
            "duplicate-invoice-number INV-1",
            "duplicate-attachment INV-1",
        ],
    ),
    "ready in spite of warnings": (
        one("deliverable: {approved: 2026-02-02}", bill("2026-02-03", PAID), status="paid"),
        ["ready-to-close", "signoff-missing M1"],
    ),
    "ready in spite of errors elsewhere": (
        one(DONE, bill("2026-02-03", PAID, "due: 2026-01-01"), status="paid"),
        ["ready-to-close", "date-order INV-1"],
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_edge(name: str, tmp_path: Path) -> None:
    text, wanted = EDGES[name]
    assert spoken(tmp_path, text) == wanted


WORKSPACES: dict[str, tuple[str, str, list[str]]] = {
    "bill_within, on the last day": ("bill_within: 5", one(approved("2026-02-15")), []),
    "bill_within, past it": ("bill_within: 5", one(approved("2026-02-14")), ["approved-not-billed M1"]),
    "payment_terms, on the last day": ("payment_terms: 17", one(DONE, bill(), status="sent"), []),
    "payment_terms, past it": ("payment_terms: 16", one(DONE, bill(), status="sent"), ["overdue INV-1"]),
    "payment_terms of none": ("payment_terms: 0", one(DONE, bill(), status="sent"), ["overdue INV-1"]),
    "payment_terms of the agreement first": (
        "payment_terms: 60",
        one(DONE, bill(), status="sent").replace("total:", "payment_terms: 0, total:"),
        ["overdue INV-1"],
    ),
    "currencies of one's own": (
        "currencies: {BTC: 8}",
        one(amount="0.00000001").replace("currency: EUR", "currency: BTC"),
        [],
    ),
    "a severity does not change what is checked": (
        "rules: {overdue: error, date-order: off}",
        one(DONE, bill("2026-02-03", "due: 2026-01-01", PAID), status="paid"),
        ["ready-to-close"],
    ),
}


@pytest.mark.parametrize("name", WORKSPACES)
def test_workspace(name: str, tmp_path: Path) -> None:
    settings, text, wanted = WORKSPACES[name]
    assert spoken(tmp_path, f">>> mtrack.yaml\nformat: 1\n{settings}\n>>> acme/milestones.yaml\n{text}") == wanted


# Shares of one paper: the same total, sent date and currency, and they fit.


def share(
    amount: str, *fields: str, sent: str = "2026-02-03", currency: str = "EUR", file: str = "invoices/1.pdf"
) -> str:
    text = one(DONE, bill(sent, *fields, f"file: {file}", number="INV-1", amount=amount), amount=amount, status="sent")
    return text.replace("currency: EUR", f"currency: {currency}")


SHARES: dict[str, tuple[str, str, list[str]]] = {
    "fit": (share("4000.00", "total: 9000"), share("5000.00", "total: 9000.00"), []),
    "fit with room": (share("4000.00", "total: 99999"), share("5000.00", "total: 99999"), []),
    "a cent too much": (
        share("4000.01", "total: 9000"),
        share("5000.00", "total: 9000"),
        ["duplicate-invoice-number INV-1"],
    ),
    "no total": (share("4000.00"), share("5000.00"), ["duplicate-invoice-number INV-1"]),
    "one total": (share("4000.00", "total: 9000"), share("5000.00"), ["duplicate-invoice-number INV-1"]),
    "two totals": (
        share("4000.00", "total: 9000"),
        share("5000.00", "total: 9001"),
        ["duplicate-invoice-number INV-1"],
    ),
    "two days": (
        share("4000.00", "total: 9000"),
        share("5000.00", "total: 9000", sent="2026-02-04"),
        ["duplicate-invoice-number INV-1"],
    ),
    "two currencies": (
        share("4000.00", "total: 9000"),
        share("5000.00", "total: 9000", currency="USD"),
        ["duplicate-invoice-number INV-1"],
    ),
    "one void": (
        share("4000.00", "total: 9000"),
        share("5000.00", "total: 9000", VOID).replace("status: sent", "status: not_billed"),
        ["approved-not-billed M1"],
    ),
}


@pytest.mark.parametrize("name", SHARES)
def test_shares_of_one_paper(name: str, tmp_path: Path) -> None:
    first, second, wanted = SHARES[name]
    tree(f">>> acme/milestones.yaml\n{first}>>> globex/milestones.yaml\n{second}").write(tmp_path)
    for folder in ("acme", "globex"):  # the paper itself lies in both
        (tmp_path / folder / "invoices/1.pdf").write_text("the paper")
    found = [item for item in lint_json(tmp_path)["findings"] if item["rule"] != "duplicate-attachment"]
    assert [f"{item['rule']} {item['invoice'] or item['milestone']}" for item in found] == wanted
    attached = lint_json(tmp_path, "--select", "duplicate-attachment")["findings"]
    assert bool(attached) == ("duplicate-invoice-number INV-1" in wanted)


def test_a_share_can_be_the_double_of_another_invoice(tmp_path: Path) -> None:
    # The second share is no repeat of the first, and still one of another invoice: nothing hides it.
    paid = "payments: [{date: 2026-02-10, amount: 1.00, reference: T-1}]"
    first = share("4000.00", "total: 9000")
    second = one(
        DONE,
        bill("2026-02-03", "total: 9000", paid, "file: invoices/2.pdf", amount="5000.00"),
        status="partially_paid",
        amount="10000.00",
        invoices=top("2026-02-03", paid, "file: invoices/2.pdf", amount="5000.00"),
    )
    found = spoken(tmp_path, f">>> acme/milestones.yaml\n{first}>>> globex/milestones.yaml\n{second}")
    assert found == ["likely-duplicate-invoice INV-2", "duplicate-payment INV-2", "duplicate-attachment INV-2"]


def test_shares_in_one_project_are_one_invoice(tmp_path: Path) -> None:
    paid = "payments: [{date: 2026-02-10, amount: 1.00, reference: T-1}]"
    own = bill("2026-02-03", "total: 9000", paid, "file: invoices/1.pdf", amount="4500.00")
    other = bill("2026-02-03", "total: 9000", paid, "file: invoices/1.pdf", number="inv-1", amount="4500.00")
    text = records(
        f"""{{id: M1, name: One, amount: 4500.00, {DONE}, {own}, status: partially_paid}}
        {{id: M2, name: Two, amount: 4500.00, {DONE}, {other}, status: partially_paid}}"""
    )
    assert spoken(tmp_path, text) == []


# Text that a comment cuts off.


def named(name: str, fields: str = "", more: str = "") -> str:
    """Records of one milestone in lines, with a name as it is written."""
    return f"""project: Acme
currency: EUR
milestones:
  - id: M1
    name: {name}
    amount: 9000.00{fields}
    status: not_billed
{more}"""


CUT: dict[str, tuple[str, list[str]]] = {
    "a name": (named("Beta #2"), ["#2"]),
    "a name in quotes": (named("'Beta #2'"), []),
    "no space before it": (named("Beta#2"), []),
    "a space behind it": (named("Beta # 2 of 3"), []),
    "a letter behind it": (named("Beta #two"), []),
    "a tab before it, and more behind": (named("Beta\t#2 of 3"), ["#2 of 3"]),
    "a name on two lines": (named("Beta\n      and more #2"), ["#2"]),
    "a number": (named("Beta", more="x-ticket: WEB #17\nnote: 24 #17\n"), ["#17"]),
    "an amount, a day, a status, an id": (
        named("Beta", "#1\n    planned: 2026-03-01 #2")
        .replace("00#1", "00 #1")
        .replace("id: M1", "id: M1 #3")
        .replace("not_billed", "not_billed #4"),
        [],
    ),
    "an item of a list": (
        named(name="Beta", fields="\n    attachments:\n      - a.txt #1\n      - b.txt"),
        ["#1"],
    ),
    "in braces": (named("Beta", fields="\n    hold: {reason: budget #7\n      }"), ["#7"]),
    "a block of text": (named("Beta", more="note: |\n  see #4\n"), []),
    "nothing before it": (named("Beta", more="note: #4\n"), []),
    "a key": (named("Beta", more="note:   see #4\n"), ["#4"]),
    "a broken file": (named("Beta #2").replace("9000.00", "9,000.00"), []),
}


@pytest.mark.parametrize("name", CUT)
def test_text_cut(name: str, tmp_path: Path) -> None:
    text, wanted = CUT[name]
    tree(f">>> acme/milestones.yaml\n{text}").write(tmp_path)
    found = lint_json(tmp_path, "--select", "text-cut")["findings"]
    lines = text.splitlines()
    assert [lines[item["line"] - 1][item["column"] - 1 :] for item in found] == wanted


def test_text_cut_in_settings_and_names_its_invoice(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            "mtrack.yaml": "format: 1\nname: Studio #4\ncurrency: EUR #1\n",
            "acme/milestones.yaml": named(
                "Beta", "\n    invoice:\n      number: R-1 #2\n      amount: 1\n      sent: 2026-02-03"
            ),
        },
    )
    found = lint_json(tmp_path, "--select", "text-cut")["findings"]
    assert [(item["path"], item["line"], item["column"], item["milestone"], item["invoice"]) for item in found] == [
        ("acme/milestones.yaml", 8, 19, "M1", "R-1"),
        ("mtrack.yaml", 2, 14, None, None),
    ]
    assert found[0]["message"] == "'#2' is no part of `number`: ' #' begins a comment"


# Number series.


def series(*numbers: str, folder: str = "acme") -> str:
    """A project with an invoice of no amount for each number, each on a day of its own."""
    invoices = "\n".join(
        top(f"2025-{1 + i // 28:02}-{1 + i % 28:02}", number=number, amount="0") for i, number in enumerate(numbers)
    )
    return f">>> {folder}/milestones.yaml\n" + one(DONE, amount="0", status="paid", invoices=invoices)


SERIES: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "two numbers are none": (("INV-1", "INV-3"), []),
    "three are": (("INV-1", "INV-2", "INV-4"), ["INV-4"]),
    "three of which two are one": (("INV-1", "INV-3", "inv - 3"), []),
    "need not start at 1": (("INV-7", "INV-8", "INV-9"), []),
    "by value, not by digits": (("INV-009", "INV-10", "INV-0011"), []),
    "in any order": (("INV-4", "INV-1", "INV-2"), ["INV-4"]),
    "another text before": (("INV-1", "INV-2", "RE-4", "INV-3"), []),
    "another text after": (("INV-1a", "INV-2b", "INV-4a"), []),
    "digits before the last run": (("2025-1", "2025-2", "2026-4", "2026-5"), []),
    "no digits": (("A", "B", "D"), []),
    "digits alone": (("1", "2", "4"), ["4"]),
    "a text after the digits": (("1/A", "2/A", "4/A"), ["4/A"]),
    "holes each": (("INV-1", "INV-3", "INV-5", "INV-8"), ["INV-3", "INV-5", "INV-8"]),
    "100 missing": (("INV-1", "INV-2", "INV-103"), ["INV-103"]),
    "101 missing": (("INV-1", "INV-2", "INV-104"), []),
    "split into two series": (
        ("INV-1", "INV-2", "INV-4", "INV-200", "INV-201", "INV-203"),
        ["INV-4", "INV-203"],
    ),
    "split, too short each": (("INV-1", "INV-3", "INV-200", "INV-202"), []),
}


@pytest.mark.parametrize("name", SERIES)
def test_series(name: str, tmp_path: Path) -> None:
    numbers, wanted = SERIES[name]
    found = spoken(tmp_path, series(*numbers), "--select", "invoice-number-gap")
    assert found == sorted(
        (f"invoice-number-gap {number}" for number in wanted), key=lambda text: numbers.index(text.split(" ", 1)[1])
    )


def test_series_names_at_most_three(tmp_path: Path) -> None:
    tree(series("R-08", "R-09", "R-11", "R-0014", "R-018", "R-119")).write(tmp_path)
    found = lint_json(tmp_path, "--select", "invoice-number-gap")["findings"]
    assert [item["message"] for item in found] == [
        "R-10 is not recorded anywhere, between R-09 and R-11",
        "R-0012 and R-0013 are not recorded anywhere, between R-11 and R-0014",
        "R-015, R-016 and R-017 are not recorded anywhere, between R-0014 and R-018",
        "R-019, R-020, R-021 and 97 more are not recorded anywhere, between R-018 and R-119",
    ]


def test_series_is_silent_while_a_file_is_broken(tmp_path: Path) -> None:
    tree(series("INV-1", "INV-2", "INV-4") + ">>> globex/milestones.yaml\nproject: [\n").write(tmp_path)
    assert lint_json(tmp_path, "--select", "invoice-number-gap")["findings"] == []
    (tmp_path / "globex/milestones.yaml").write_text(one())
    assert len(lint_json(tmp_path, "--select", "invoice-number-gap")["findings"]) == 1


# Nothing to check.


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("MILESTONE.YML", True),
        ("milestones.yaml.txt", True),
        ("milestones.yaml.bak", True),
        ("milestones.yaml~", True),
        ("milestones.yaml ", True),
        (" milestones.yaml", True),
        ("mile stones.yaml", True),
        ("milestones\u200b.yaml", True),
        ("milestones.\uff59aml", True),
        ("milestones (1).yaml", True),
        ("Milestones (conflicted copy of today).yml", True),
        ("milestones copy.yaml", True),
        ("milestones-template.yaml", False),
        ("milestones-2025.yaml", False),
        ("milestones.json", False),
        ("milestones", False),
        ("old-milestones.yaml", False),
    ],
)
def test_a_file_with_nearly_the_name_of_records_is_told(name: str, told: bool, tmp_path: Path) -> None:  # noqa: FBT001
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "a/milestones.yaml": one(), f"b/{name}": one()})
    write_tree(tmp_path, {f"a/{name}": one()})  # beside the records it is nobody's
    found = lint_json(tmp_path, "--select", "milestones-file-missing")["findings"]
    assert [item["path"] for item in found] == ([f"b/{name}"] if told else [])


@pytest.mark.parametrize(
    ("files", "path", "wanted"),
    [
        ({}, ".", ["no-projects ."]),
        ({"notes.txt": "x"}, ".", ["no-projects ."]),
        ({"acme/milestones.yaml": one()}, ".", []),
        ({"acme/milestones.yaml": one()}, "acme", []),
        ({"acme/milestones.yaml": one(), "more/notes.txt": "x"}, "more", ["no-projects more"]),
        ({"acme/milestones.yaml": "project: ["}, ".", []),
        (
            {"acme/milestones.yml": one()},
            ".",
            ["no-projects .", "milestones-file-missing acme/milestones.yml"],
        ),
        ({"acme/Milestones.yaml": one()}, "acme", ["no-projects acme", "milestones-file-missing acme/Milestones.yaml"]),
        ({"milestone.yaml": one()}, ".", ["no-projects .", "milestones-file-missing milestone.yaml"]),
        ({"acme/milestones.yaml": one(), "acme/milestones.yml": one()}, ".", []),
        (
            {"a/milestones.yaml": one(), "b/milestones.yml": one(), "b/agreement/sow.pdf": "x"},
            ".",
            ["milestones-file-missing b/milestones.yml"],
        ),
    ],
)
def test_nothing_to_check_is_said(files: dict[str, str | bytes], path: str, wanted: list[str], tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", **files})
    (tmp_path / "more").mkdir(exist_ok=True)
    found = lint_json(tmp_path / path, "--select", "no-projects,milestones-file-missing")["findings"]
    assert [f"{item['rule']} {item['path']}" for item in found] == wanted
    for item in found:
        assert item["line"] is None
        near = [
            name for name in files if name.lower().endswith(("milestones.yml", "milestones.yaml", "milestone.yaml"))
        ]
        if near and path != "more":
            assert item["hint"] in ("rename it to milestones.yaml", f"rename {near[0]} to milestones.yaml")


# Evidence on disk.


def test_what_systems_leave_in_folders_is_no_evidence(tmp_path: Path) -> None:
    names = ("Thumbs.db", "thumbs.db", "desktop.ini", ".DS_Store", "~$offer.docx", "offer.docx~", "sub/Thumbs.db")
    kept = ("offer.docx", "a~b.pdf", "Thumbs.db.pdf", "desktop.ini.txt")
    files: dict[str, str | bytes] = {f"acme/invoices/{name}": "x" for name in (*names, *kept)}
    write_tree(tmp_path, {"acme/milestones.yaml": one(), **files})
    found = lint_json(tmp_path, "--select", "unrecorded-file")["findings"]
    assert [item["path"] for item in found] == [f"acme/invoices/{name}" for name in sorted(kept)]


@pytest.mark.parametrize("folder", ["acme", "."])
@pytest.mark.parametrize(
    ("named", "there", "why"),
    [
        ("invoices/Caf\u00e9.pdf", "invoices/Cafe\u0301.pdf", "its accents are composed otherwise"),
        ("invoices/Cafe\u0301.pdf", "invoices/Caf\u00e9.pdf", "its accents are composed otherwise"),
        ("invoices/INV-1.pdf", "invoices/inv-1.PDF", "capitals and small letters differ"),
        ("Invoices/1.pdf", "invoices/1.pdf", "capitals and small letters differ"),
        ("invoices/\u00c9.pdf", "invoices/e\u0301.PDF", "capitals and small letters differ"),
        ("invoices/1.pdf", "invoices/2.pdf", None),
        ("signoffs/1.pdf", "invoices/1.pdf", None),
    ],
)
def test_names_that_look_the_same(named: str, there: str, why: str | None, folder: str, tmp_path: Path) -> None:
    record = one(f"attachments: ['{named}']")
    write_tree(tmp_path / folder, {"milestones.yaml": record, there: "paper"})
    if (tmp_path / folder / named).exists():
        pytest.skip("to this file system the two names are one")
    found = lint_json(tmp_path, "--select", "attachment-missing,unrecorded-file")["findings"]
    hints = {
        item["rule"]: item["hint"] for item in found if named in item["message"] or item["rule"] == "unrecorded-file"
    }
    assert hints.keys() == {"attachment-missing", "unrecorded-file"}
    if why is None:
        assert not any("looks the same" in hint for hint in hints.values())
    else:
        assert hints == {
            "attachment-missing": f"there is one that looks the same, {there} ({why}): make the two names one",
            "unrecorded-file": f"the records name {named}, which looks the same ({why}): make the two names one",
        }


def test_one_file_under_two_paths(tmp_path: Path) -> None:
    own, other = (
        bill(number="INV-1", amount="4000.00"),
        bill("2026-02-04", "file: invoices/./x/../INV-1.pdf", number="INV-2", amount="5000.00"),
    )
    text = records(
        f"{{id: M1, name: One, amount: 4000.00, {DONE}, {own}, status: sent}}\n{{id: M2, name: Two, amount: 5000.00, {DONE}, {other}, status: sent}}"
    )
    assert spoken(tmp_path, text) == ["duplicate-attachment INV-2"]


def test_same_size_is_not_same_content(tmp_path: Path) -> None:
    own, other = bill(number="INV-1", amount="4000.00"), bill("2026-02-04", number="INV-2", amount="5000.00")
    text = records(
        f"{{id: M1, name: One, amount: 4000.00, {DONE}, {own}, status: sent}}\n{{id: M2, name: Two, amount: 5000.00, {DONE}, {other}, status: sent}}"
    )
    tree(text).write(tmp_path)
    (tmp_path / "acme/invoices/INV-1.pdf").write_bytes(b"one")
    (tmp_path / "acme/invoices/INV-2.pdf").write_bytes(b"two")
    assert lint_json(tmp_path)["findings"] == []
    (tmp_path / "acme/invoices/INV-2.pdf").write_bytes(b"one")
    assert [item["rule"] for item in lint_json(tmp_path)["findings"]] == ["duplicate-attachment"]


def test_two_that_are_missing_are_one_file(tmp_path: Path) -> None:
    text = one(
        DONE,
        bill(amount="4000.00"),
        status="sent",
        invoices=top("2026-02-04", "file: invoices/INV-1.pdf", amount="5000.00"),
    )
    tree(text).write(tmp_path)
    (tmp_path / "acme/invoices/INV-1.pdf").unlink()
    found = [item["rule"] for item in lint_json(tmp_path)["findings"]]
    assert found == ["attachment-missing", "attachment-missing", "duplicate-attachment"]


@pytest.mark.parametrize(
    ("link", "target", "wanted"),
    [
        ("acme/papers", "../shared", ["attachment-outside"]),  # a folder that leads out of the project
        ("acme/papers", "agreement", []),  # and one that does not
        ("acme/papers", "papers", ["attachment-missing"]),  # a circle
        ("acme/papers/sow.pdf", "../../shared/sow.pdf", ["attachment-outside"]),
        ("acme/papers/sow.pdf", "../../gone/sow.pdf", ["attachment-outside"]),  # broken, and it leads out
        ("acme/papers/sow.pdf", "../agreement/sow.pdf", []),
        ("acme/papers/sow.pdf", "../agreement/none.pdf", ["attachment-missing"]),
    ],
)
def test_links(link: str, target: str, wanted: list[str], tmp_path: Path) -> None:
    text = one("attachments: [papers/sow.pdf]")
    tree(
        f">>> acme/milestones.yaml\n{text}>>> acme/agreement/sow.pdf\nx\n>>> shared/sow.pdf\ny\n>>> {link} -> {target}\n"
    ).write(tmp_path)
    assert [item["rule"] for item in lint_json(tmp_path)["findings"]] == wanted


def test_a_linked_project_folder_is_the_project(tmp_path: Path) -> None:
    # What its files lead out of is where it really lies.
    text = one().replace("agreement/sow.pdf", "agreement/../agreement/sow.pdf")
    tree(
        f">>> mtrack.yaml\nformat: 1\n>>> .store/acme/milestones.yaml\n{text}>>> .store/acme/agreement/sow.pdf\nx\n>>> acme -> .store/acme\n"
    ).write(tmp_path)
    report = lint_json(tmp_path)
    assert (report["summary"]["projects"], report["findings"]) == (1, [])


def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    tree(one("attachments: [pipe]")).write(tmp_path)
    (tmp_path / "acme/pipe").unlink()
    os.mkfifo(tmp_path / "acme/pipe")
    found = lint_json(tmp_path)["findings"]
    assert [(item["rule"], item["message"]) for item in found] == [
        ("attachment-missing", "the attachment pipe is not a regular file")
    ]


def test_names_that_no_file_can_have(tmp_path: Path) -> None:
    text = one(rf'attachments: ["a\0b", "{"x" * 5000}", "/", ".", "agreement/sow.pdf/x"]')
    tree(
        text + ">>> acme/agreement/sow.pdf\nx\n"
        if text.startswith(">>>")
        else f">>> acme/milestones.yaml\n{text}>>> acme/agreement/sow.pdf\nx\n"
    ).write(tmp_path)
    found = [item["rule"] for item in lint_json(tmp_path)["findings"]]
    assert found == [
        "attachment-missing",
        "attachment-missing",
        "attachment-outside",
        "attachment-missing",
        "attachment-missing",
    ]


def test_evidence_folders_that_are_not_looked_into(tmp_path: Path) -> None:
    tree(
        f">>> mtrack.yaml\nformat: 1\nexclude: [/acme/signoffs/]\n>>> acme/milestones.yaml\n{one()}>>> acme/agreement/sow.pdf\nx\n"
        ">>> acme/signoffs/excluded.eml\nx\n>>> shared/linked.pdf\nx\n>>> acme/invoices -> ../shared\n"
    ).write(tmp_path)
    assert lint_json(tmp_path)["findings"] == []


def test_folders_of_any_depth(tmp_path: Path) -> None:
    below = "/".join(["d"] * 200 + ["x.pdf"])
    tree(f">>> {below}\nx\n").write(tmp_path)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack()) + 100)
    try:
        assert list(evidence_files(str(tmp_path))) == [below]
    finally:
        sys.setrecursionlimit(limit)


# Faults that need no tree of their own, and amounts of any size.


def test_the_root_can_be_a_project(tmp_path: Path) -> None:
    tree(f">>> mtrack.yaml\nformat: 1\n>>> milestones.yaml\n{one(bill(), status='sent')}").write(tmp_path)
    (finding,) = lint_json(tmp_path)["findings"]
    assert (finding["rule"], finding["project"], finding["path"]) == ("billed-before-approval", ".", "milestones.yaml")


def test_a_void_invoice_still_holds_its_number(tmp_path: Path) -> None:
    text = one(DONE, bill("2026-02-03", VOID), status="sent", invoices=top("2026-02-11", number="INV-1"))
    assert spoken(tmp_path, text) == ["duplicate-invoice-number INV-1", "duplicate-attachment INV-1"]


@pytest.mark.parametrize("digits", [3, 17, 18])
def test_amounts_keep_every_digit(digits: int, tmp_path: Path) -> None:
    tail = "0" * (digits - 1) + "1"
    text = one(DONE, bill(amount=f"999999999999999999.{tail}"), amount="999999999999999999", status="sent")
    tree(text).write(tmp_path)
    found = lint_json(tmp_path)["findings"]
    assert [item["rule"] for item in found] == ["overbilled", "amount-precision"]
    assert found[0]["amount"] == f"0.{tail}"


def test_a_number_of_a_million_digits_is_in_no_series(tmp_path: Path) -> None:
    long = "9" * 1_000_000
    assert (
        spoken(tmp_path, series(f"{long}-1", f"{long}-2", f"1{long}", f"2{long}x1"), "--select", "invoice-number-gap")
        == []
    )


@pytest.mark.parametrize(
    ("yaml", "wanted"),
    [
        ("", "schema 1"),
        ("- a\n", "schema 1"),
        ("text\n", "schema 1"),
        ("# nothing\n", "schema 1"),
        ("a: 1\n---\nb: 2\n", "invalid-yaml 2"),
        ("a: [\n", "invalid-yaml 2"),
        ("a: &x [*x]\n", "invalid-yaml 1"),
        ("a: " + "[" * 101 + "]" * 101 + "\n", "invalid-yaml 1"),
        (
            "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"a{i}: &a{i} [{','.join([f'*a{i - 1}' if i else '*a'] * 10)}]\n" for i in range(6)),
            "invalid-yaml",
        ),
        ("a: " + "x" * (5 * 1024 * 1024) + "\n", "unreadable None"),
    ],
)
def test_files_that_are_no_records(yaml: str, wanted: str, tmp_path: Path) -> None:
    tree(f">>> acme/milestones.yaml\n{one()}>>> globex/x.txt\n").write(tmp_path)
    (tmp_path / "globex/milestones.yaml").write_text(yaml)
    report = lint_json(tmp_path)
    found = [f"{item['rule']} {item['line']}" for item in report["findings"] if item["project"] == "globex"]
    assert found
    assert found[0].startswith(wanted)
    assert report["skipped"] == ["globex/milestones.yaml"]
    assert report["summary"]["projects"] == 2


# Whatever the records.

ORDERED = {"likely-duplicate-invoice", "duplicate-payment"}
"""Rules that speak of the later of two."""


def checked(data: dict[str, Any], as_of: date) -> tuple[Finding, ...]:
    """All findings of a project that is nowhere on disk."""
    read = source.parse("acme/milestones.yaml", flow(data) + "\n", schema.shape("milestones"))
    settings = Settings(currency="EUR")
    file, project = load_project("acme", read, settings)
    assert project is not None, file
    context = ProjectContext(project, settings, "/nowhere", as_of)
    workspace = Workspace("/nowhere", as_of, settings, Walk(("acme",), ()), {"acme": (file, context)})
    return check(workspace).report.findings


@given(projects(), AS_OF_ANY)
def test_every_finding_is_whole(data: dict[str, Any], as_of: date) -> None:
    found = checked(data, as_of)
    assert [finding.order for finding in found] == sorted(finding.order for finding in found)
    ids = {item["id"] for item in data["milestones"]}
    for finding in found:
        assert finding.span is not None
        assert finding.excerpt is not None
        assert (finding.span.line, finding.span.column) < (finding.span.end_line, finding.span.end_column)
        assert finding.project == "acme"
        assert finding.message
        assert finding.hint
        assert finding.milestone is None or finding.milestone in ids
        assert (finding.amount is None) == (finding.currency is None)
        assert (
            finding.amount is None
            or finding.amount > 0
            or finding.rule in ORDERED | {"approved-not-billed", "upfront-not-billed", "skipped-milestone"}
        )


@given(projects(), AS_OF_ANY, st.randoms(use_true_random=False))
def test_findings_do_not_depend_on_the_order_of_invoices(data: dict[str, Any], as_of: date, random: Any) -> None:
    def said(data: dict[str, Any]) -> list[tuple[Any, ...]]:
        return sorted(
            (
                item.rule,
                item.milestone or "",
                "" if item.rule == "billed-before-approval" else item.invoice or "",
                str(item.amount),
            )
            for item in checked(data, as_of)
            if item.rule not in ORDERED
        )

    before = said(data)
    random.shuffle(data["invoices"])
    for invoice in data["invoices"]:
        random.shuffle(invoice["lines"])
        random.shuffle(invoice.get("payments", []))
    assert said(data) == before


@given(projects(), AS_OF_ANY)
def test_rules_say_what_the_figures_say(data: dict[str, Any], as_of: date) -> None:
    found = checked(data, as_of)
    read = source.parse("acme/milestones.yaml", flow(data) + "\n", schema.shape("milestones"))
    _, project = load_project("acme", read, Settings(currency="EUR"))
    assert project is not None
    whole, ledger = (work_out(project, Settings().payment_terms, day) for day in (ALWAYS, as_of))
    sums = ledger.totals
    owed: dict[str, Decimal] = {}
    for finding in found:
        owed[finding.rule] = owed.get(finding.rule, Decimal(0)) + (finding.amount or 0)
    assert owed.get("overdue", 0) + owed.get("retention-due", 0) == sums.overdue
    counted = [item for item in ledger.milestones if not item.milestone.cancelled]
    assert owed.get("overbilled", 0) == sum(item.overbilled for item in counted)
    unbilled = ("approved-not-billed", "upfront-not-billed", "skipped-milestone", "underbilled")
    assert sum(owed.get(rule, 0) for rule in unbilled) <= sums.unbilled
    assert bool(owed.get("overcredited")) == bool(
        sums.overcredited or any(item.overcredited for item in ledger.invoices)
    )
    wrong = {item.milestone.id for item in whole.milestones if item.milestone.status not in item.accepted_statuses}
    assert {finding.milestone for finding in found if finding.rule == "status-mismatch"} == wrong
    to_come = [
        item
        for item in counted
        if not item.milestone.amount
        and (item.milestone.planned or as_of) >= as_of
        and item.milestone.planned is not None
        and item.milestone.approved is None
    ]
    closable = bool(counted) and not to_come and not any(item.open for item in ledger.milestones)
    errors = any(finding.category.value in ("gap", "overlap") and finding.severity.word == "error" for finding in found)
    assert ("ready-to-close" in {finding.rule for finding in found}) == (closable and not errors)
