"""The commands that record: what they write, what they refuse, what they say."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
import yaml
from msgspec.structs import replace
from support import ROOT, Result, add_evidence, mtrack, write_tree

from mtrack import workspace
from mtrack.workspace import walk

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

AS_OF = "2026-03-01"
RECORD = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {approved: 2026-02-02, signoff: signoffs/m1.eml}
    invoice: {number: INV-2026-004, amount: 4000.00, sent: 2026-02-03, tax: 760.00, file: invoices/INV-2026-004.pdf}
    status: sent
  - id: M2
    name: Beta
    amount: 5000.00
    deliverable: {approved: 2026-02-20, signoff: signoffs/m2.eml}
    status: not_billed
"""
OTHER = RECORD.replace("Acme website", "Globex portal").replace("INV-2026-004", "INV-2026-005")


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """Two projects, one in a sub-folder, without a finding."""
    files = {
        "mtrack.yaml": "format: 1\n",
        "acme-website/milestones.yaml": RECORD,
        "clients/globex-portal/milestones.yaml": OTHER,
    }
    write_tree(tmp_path, dict(files))
    add_evidence(tmp_path)
    return tmp_path


def _run(work: Path, *arguments: str | Path, as_of: str = AS_OF) -> Result:
    return mtrack(*arguments, "--as-of", as_of, cwd=work)


def _text(work: Path, project: str = "acme-website") -> str:
    return (work / project / "milestones.yaml").read_text(encoding="utf-8")


def _changed(work: Path, *arguments: str | Path, as_of: str = AS_OF) -> str:
    """The lines a command adds (+) and takes (-), and nothing else."""
    diff = _run(work, *arguments, "--dry-run", as_of=as_of)
    assert diff.code == 0, diff.out + diff.err
    before = _text(work)
    result = _run(work, *arguments, as_of=as_of)
    assert result.code == 0, result.out + result.err
    assert _text(work) != before
    lines = diff.out.splitlines()[2:]
    return "\n".join(line for line in lines if line[:1] in "+-")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["deliver", "acme-website", "M2", "--note", "beta 1", "--date", "2026-02-18"],
         "-    deliverable: {approved: 2026-02-20, signoff: signoffs/m2.eml}\n+    deliverable: {note: beta 1, completed: 2026-02-18, approved: 2026-02-20, signoff: signoffs/m2.eml}"),
        (["bill", "acme-website", "M2", "INV-2026-006"],
         "-    status: not_billed\n+    invoice: {number: INV-2026-006, amount: 5000.00, sent: 2026-03-01}\n+    status: sent"),
        (["bill", "acme-website", "M2", "0012", "--amount", "1000", "--sent", "2026-02-25", "--due", "2026-03-25", "--tax", "190", "--total", "1200"],
         '-    status: not_billed\n+    invoice: {number: "0012", amount: 1000.00, sent: 2026-02-25, tax: 190.00, total: 1200.00, due: 2026-03-25}\n+    status: sent'),
        (["pay", "inv-2026-004"], "+payments: [{date: 2026-03-01, amount: 4760.00}]"),
        (["pay", "INV-2026- 004", "1000", "--withheld", "10.00", "--fee", "2.50", "--reference", "transfer 8841", "--note", "half", "--received", "1100 usd"],
         "+payments: [{date: 2026-03-01, amount: 1000.00, withheld: 10.00, fee: 2.50, received: {amount: 1100, currency: USD}, reference: transfer 8841, note: half}]"),
        (["void", "INV-2026-004", "--reason", "wrong address"], "+void: {date: 2026-03-01, reason: wrong address}"),
        (["write-off", "INV-2026-004", "--reason", "client insolvent"], "+written_off: {date: 2026-03-01, amount: 4760.00, reason: client insolvent}"),
        (["hold", "acme-website", "M2", "--until", "2026-07-01", "--reason", "new budget"], "+    hold: {until: 2026-07-01, reason: new budget}"),
        (["hold", "acme-website", "M2"], "+    hold: {}"),
        (["cancel", "acme-website", "M2", "--reason", "dropped"],
         "-    status: not_billed\n+    cancelled: {date: 2026-03-01, reason: dropped}\n+    status: cancelled"),
        (["amend", "acme-website", "--amount", "-800", "--milestones", "-1", "--signed", "2026-02-02", "--note", "less"],
         "-agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2}\n+agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00, milestones: 2, amendments: [{signed: 2026-02-02, amount: -800.00, milestones: -1, note: less}]}"),
        (["credit", "INV-2026-004", "CN-1"],
         "-    status: sent\n+    status: not_billed\n+invoices:\n+  - number: CN-1\n+    amount: 4000.00\n+    sent: 2026-03-01\n+    tax: 760.00\n+    credits: INV-2026-004\n+    lines:\n+      - {milestone: M1, amount: 4000.00}"),
        (["credit", "INV-2026-004", "CN-1", "--amount", "1000", "--date", "2026-02-20"],
         "+invoices:\n+  - number: CN-1\n+    amount: 1000.00\n+    sent: 2026-02-20\n+    tax: 190.00\n+    credits: INV-2026-004\n+    lines:\n+      - {milestone: M1, amount: 1000.00}"),
    ],
)  # fmt: skip
def test_a_verb_writes_the_lines_it_means_and_no_other(work: Path, arguments: list[str], expected: str) -> None:
    found = _changed(work, *arguments)
    if expected.startswith(("+payments", "+void", "+written")):
        assert f"file: invoices/INV-2026-004.pdf, {expected[1:]}}}" in found
        assert found.count("\n+") + found.count("\n-") + 1 in (2, 4)
    else:
        assert found == expected


def test_a_project_is_named_by_its_path_or_its_end(work: Path) -> None:
    for name in (
        "globex-portal",
        "clients/globex-portal",
        "clients/globex-portal/",
        "clients/globex-portal/milestones.yaml",
    ):
        assert _run(work, "hold", name, "M2", "--dry-run").code == 0, name
    assert mtrack("hold", "globex-portal", "M2", "--dry-run", "--as-of", AS_OF, cwd=work / "acme-website").code == 0
    assert mtrack("hold", "M2", "--dry-run", "--as-of", AS_OF, cwd=work / "acme-website").code == 0
    assert (
        mtrack("close", "--dry-run", "--as-of", AS_OF, cwd=work / "acme-website").code == 1
    )  # the project one stands in
    write_tree(work, {"old/globex-portal/milestones.yaml": OTHER})
    result = _run(work, "hold", "globex-portal", "M2")
    assert (result.code, "could be clients/globex-portal, old/globex-portal" in result.err) == (2, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["hold", "acme-webiste", "M2"], "there is no project 'acme-webiste' in this workspace; did you mean acme-website?"),
        (["hold", "acme-website", "m3"], "there is no milestone 'm3' in acme-website; did you mean M2?"),
        (["pay", "INV-2026-04"], "there is no invoice 'INV-2026-04' in this workspace; did you mean INV-2026-004?"),
        (["pay"], "NUMBER is missing: mtrack pay"),
        (["bill", "acme-website"], "MILESTONE is missing: mtrack bill"),
        (["bill", "acme-website", "M2"], "NUMBER is missing: mtrack bill"),
        (["bill", "acme-website", "M2", "I-9", "x"], "too many words: x"),
        (["bill", "acme-website", "M2", "I-9", "--line", "M2=1"], "with --line the milestones stand there"),
        (["bill", "acme-website", "I-9", "--line", "M2=1", "--amount", "1"], "--amount goes with one milestone"),
        (["bill", "acme-website", "M2", "I-9", "--amount", "1,000.50"], "'1,000.50' is not an amount; write 1000.50"),
        (["bill", "acme-website", "M2", "I-9", "--amount", "-5"], "'-5' is below 0"),
        (["bill", "acme-website", "M2", "I-9", "--sent", "2026-02-30"], "is not a day of the calendar"),
        (["bill", "acme-website", "M2", " "], "a word is empty; usage: mtrack bill"),
        (["pay", "INV-2026-004", "--received", "many"], "write 'USD 5120.00'"),
        (["hold", "acme-website", "M2", "--release"], "M2 is not on hold"),
        (["hold", "acme-website", "M2", "--release", "--reason", "x"], "--release goes alone"),
        (["amend", "acme-website"], "say what changes"),
        (["approve", "acme-website", "M2", "--date", "2026-02-21"], "M2 was approved on 2026-02-20 already (acme-website/milestones.yaml:14:29); --force writes 2026-02-21"),
        (["add", "acme-website", "Extra", "100", "--id", "M 3"], "'M 3' can't be an id"),
        (["add", "acme-website", "Extra", "100", "--id", "M2"], "the id M2 is taken"),
        (["add", "acme-website", "Extra"], "AMOUNT is missing"),
        (["credit", "INV-2026-004", "C-1", "--amount", "1", "--line", "M1"], "give --amount or --line, not both"),
        (["new", "acme-website"], "is a project already"),
        (["new"], "PROJECT is missing: mtrack new"),
        (["new", "fresh", "--currency", "EUR"], "a project needs a milestone: --milestone 'NAME=AMOUNT' or --from FILE"),
        (["new", "fresh", "--milestone", "One=1"], "give --currency, or set one in mtrack.yaml"),
        (["new", "fresh", "--currency", "EUR", "--milestone", "One"], "'One' is not NAME=AMOUNT"),
    ],
)  # fmt: skip
def test_wrong_usage_says_what_to_write(work: Path, arguments: list[str], words: str) -> None:
    before = {path: path.read_bytes() for path in work.rglob("*") if path.is_file()}
    result = _run(work, *arguments)
    assert result.code == 2, result.out + result.err
    assert words in result.err
    assert {path: path.read_bytes() for path in work.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("rule", "arguments"),
    [
        ("overbilled", ["bill", "acme-website", "M1", "INV-2026-006"]),
        ("overbilled", ["bill", "acme-website", "M2", "INV-2026-006", "--amount", "5000.01"]),
        ("duplicate-invoice-number", ["bill", "acme-website", "M2", "INV-2026-004"]),
        ("duplicate-invoice-number", ["bill", "acme-website", "M2", "inv - 2026-005"]),
        ("future-date", ["bill", "acme-website", "M2", "INV-2026-006", "--sent", "2026-03-02"]),
        ("future-date", ["pay", "INV-2026-004", "--date", "2026-03-02"]),
        ("date-order", ["pay", "INV-2026-004", "--date", "2026-02-01"]),
        ("billed-before-approval", ["bill", "acme-website", "M2", "INV-2026-006", "--sent", "2026-02-19"]),
        ("billed-cancelled", ["cancel", "acme-website", "M1"]),
        ("closed-with-open", ["close", "acme-website"]),
        ("amount-exceeds-agreement", ["add", "acme-website", "Extra", "1000"]),
        ("replaced-not-void", ["bill", "acme-website", "M2", "INV-2026-006", "--replaces", "INV-2026-004"]),
        ("amount-precision", ["pay", "INV-2026-004", "0.001"]),
    ],
)
def test_an_edit_that_adds_an_error_is_refused_with_it_unless_forced(
    work: Path, rule: str, arguments: list[str]
) -> None:
    before = _text(work)
    result = _run(work, *arguments)
    assert result.code == 1, result.err
    assert f"({rule})" in result.out
    assert "this would add an error; nothing was changed (--force records it anyway)" in result.err
    assert _text(work) == before
    assert _run(work, *arguments, "--dry-run").code == 1
    forced = _run(work, *arguments, "--force")
    assert forced.code == 0, forced.err
    assert f"({rule})" in forced.err
    assert _text(work) != before


@pytest.mark.parametrize(
    ("arguments", "hints"),
    [
        (["bill", "acme-website", "M2", "INV-2026-006", "--amount", "5950"], ["record the amendment that allows it: mtrack amend acme-website +950.00 --set M2=5950.00"]),
        (["bill", "acme-website", "M1", "INV-2026-004"], ["record the amendment that allows it: mtrack amend acme-website +4000.00 --set M1=8000.00", "correct the number, or remove the copy; one paper over several projects gives the same `total` in each"]),
        (["bill", "acme-website", "M1", "it's 6"], ["record the amendment that allows it: mtrack amend acme-website +4000.00 --set M1=8000.00"]),
        (["credit", "INV-2026-004", "C-1", "--amount", "4760"], ["correct the amount or the milestone that it names"]),
        (["bill", "acme-website", "M2", "INV-2026-006", "--replaces", "INV-2026-004"], ["take the old one back: mtrack void INV-2026-004 --reason …, mtrack credit INV-2026-004 NUMBER"]),
        (["cancel", "acme-website", "M1"], ["take it back: mtrack void INV-2026-004 --reason …, mtrack credit INV-2026-004 NUMBER"]),
    ],
)  # fmt: skip
def test_a_refusal_offers_no_way_that_begins_at_what_is_not_recorded(
    work: Path, arguments: list[str], hints: list[str]
) -> None:
    told = _run(work, *arguments).out.splitlines()
    assert [line.strip() for line in told if line.startswith("  ")] == hints


def test_a_closed_project_refuses_an_invoice_without_the_way_to_pay_it(work: Path) -> None:
    assert _run(work, "pay", "INV-2026-004").code == 0
    assert _run(work, "set", "acme-website", "M2", "--amount", "0", "--force").code == 0
    assert _run(work, "close", "acme-website", "--force").code == 0
    told = _run(work, "bill", "acme-website", "M2", "J-1", "--amount", "10").out
    assert "(closed-with-open)\n  take `closed` away\n" in told


def test_a_new_project_is_refused_without_ways_that_begin_at_its_invoices(work: Path) -> None:
    (work / "plan.csv").write_text(
        "Milestone,Amount,Approved,Invoice,Invoice amount,Sent\nA,10.00,2026-02-01,N-1,12.00,2026-02-02\n"
    )
    told = _run(work, "new", "other", "--currency", "EUR", "--total", "10", "--from", "plan.csv").out
    assert "(overbilled)" in told
    assert "mtrack amend other +2.00 --set M1=12.00" in told
    assert "N-1 NUMBER" not in told


def test_a_cancelled_milestone_can_be_taken_off_an_invoice_that_bills_others_too(work: Path) -> None:
    assert _run(work, "amend", "acme-website", "+1000", "--milestone", "More=1000 upfront").code == 0
    assert _run(work, "bill", "acme-website", "J-1", "--line", "M2=2000", "--line", "M3").code == 0
    assert _run(work, "credit", "J-1", "J-2", "--line", "M2").code == 0
    refused = _run(work, "cancel", "acme-website", "M2")
    assert refused.code == 1
    way = "mtrack waive billed-cancelled acme-website --milestone M2 --number J-1 --reason …"
    assert f"nothing of its share is left; accept it: {way}" in refused.out
    assert _run(work, *way.split()[1:-1], "given back").code == 0
    assert _run(work, "cancel", "acme-website", "M2").code == 0


@pytest.mark.parametrize(
    "text", ["invoices:\n- number: inv-2026-077\n  x: [\n", '"a\\u0062": [\n', "\xff INV-2026-077"]
)
def test_records_that_may_hold_the_number_and_cannot_be_used_are_named(work: Path, text: str) -> None:
    theirs = work / "clients/globex-portal/milestones.yaml"
    theirs.write_bytes(text.encode("latin-1"))
    told = (
        "mtrack: the number may be in use where nothing can be looked up; mtrack lint says what to fix: "
        "clients/globex-portal/milestones.yaml\n"
    )
    billed = _run(work, "bill", "acme-website", "M2", "INV-2026-077", "--dry-run")
    assert (billed.code, billed.err.count(told)) == (0, 1)
    new = ("new", "other", "--currency", "EUR", "--milestone", "A=1", "--dry-run")
    assert told not in _run(work, *new).err
    other = _run(work, "bill", "acme-website", "M2", "INV-2026-008", "--dry-run")
    assert (told in other.err) == ("\\" in text)  # an escape may hide any number


def test_folders_that_cannot_be_looked_into_are_named_where_a_number_is_taken(
    work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_one_shut(*arguments: Any, **options: Any) -> workspace.Walk:
        return replace(walk(*arguments, **options), closed=("clients/shut",))

    monkeypatch.setattr(workspace, "walk", with_one_shut)
    billed = _run(work, "bill", "acme-website", "M2", "INV-2026-077", "--dry-run")
    assert billed.code == 0
    assert billed.err.endswith("nothing can be looked up; mtrack lint says what to fix: clients/shut\n")
    assert "looked up" not in _run(work, "set", "acme-website", "M2", "--note", "x", "--dry-run").err


def test_nothing_is_no_payment_but_what_was_kept_back_is_one(work: Path) -> None:
    before = _text(work)
    for words in (("0",), ("0.00", "--withheld", "0")):
        result = _run(work, "pay", "INV-2026-004", *words)
        assert (result.code, result.out) == (2, "")
        assert "0 is no payment of INV-2026-004; give the amount that came in" in result.err
    assert _text(work) == before
    assert _run(work, "pay", "INV-2026-004", "0", "--withheld", "5").code == 0
    assert _text(work) != before


def test_of_findings_that_say_the_same_only_those_are_told_that_are_new(work: Path) -> None:
    told = "invoice I names no file (invoice-file-missing)"
    for name in ("One", "Two", "Three"):
        assert _run(work, "add", "acme-website", name, "10", "--upfront", "--force").code == 0
        milestone = (work / "acme-website" / "milestones.yaml").read_text().count("id: M")
        billed = _run(work, "bill", "acme-website", f"M{milestone}", "I", "--force")
        assert billed.code == 0, billed.err
        assert billed.err.count(told) == 1


def test_findings_have_their_place_but_in_lines_that_are_not_written(work: Path) -> None:
    theirs = "clients/globex-portal/milestones.yaml:9:23: "
    used = "invoice number INV-2026-005 is already used in Acme website, for EUR 5,000.00 sent on 2026-03-01"
    bill = ("bill", "acme-website", "M2", "INV-2026-005", "--file", work / "mtrack.yaml")
    assert _run(work, *bill).out.startswith(f"{theirs}error: {used} (duplicate-invoice-number)\n  correct the number")
    forced = _run(work, *bill, "--force", "--dry-run")
    assert forced.err.startswith(
        f"would copy {work / 'mtrack.yaml'} to invoices/file-mtrack.yaml\n{theirs}error, to be recorded anyway: {used} ("
    )
    forced = _run(work, *bill, "--force")
    assert forced.err.startswith(
        f"{theirs}error, recorded anyway: {used} (duplicate-invoice-number)\n"
        "  see acme-website/milestones.yaml:15:23: first used here\n  correct the number"
    )
    assert _run(work, "bill", "globex-portal", "M2", "INV-2026-004").out.startswith(
        "error: invoice number INV-2026-004 is already used in Acme website, for EUR 4,000.00 sent on 2026-02-03"
        " (duplicate-invoice-number)\n  see acme-website/milestones.yaml:9:23: first used here\n"
    )


def test_where_both_streams_lead_to_one_place_the_last_word_comes_last(work: Path) -> None:
    command = [sys.executable, "-m", "mtrack", "close", "acme-website", "--as-of", AS_OF]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=work, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.stdout.startswith("error: the project was closed on 2026-03-01, but M1 'Discovery' is sent")
    assert done.stdout.endswith("mtrack: this would add an error; nothing was changed (--force records it anyway)\n")


def test_an_error_that_was_there_is_no_reason_to_refuse(work: Path) -> None:
    path = work / "acme-website/milestones.yaml"
    path.write_text(
        RECORD.replace("status: not_billed", "status: paid").replace("total: 9000.00", "total: 8000.00"),
        encoding="utf-8",
    )
    result = _run(work, "pay", "INV-2026-004", "10.00")
    assert result.code == 0, result.out
    assert "status: paid" in _text(work)  # wrong before, and not of the milestone that was paid
    assert _run(work, "add", "acme-website", "More", "1.00").code == 1  # more money at stake than before


@pytest.mark.parametrize(
    ("wrong", "command", "said", "left"),
    [
        ("partially_paid", ("hold", "acme-website", "M2"), "; status of M2 corrected from partially_paid to not_billed", "not_billed"),
        ("sent", ("deliver", "acme-website", "M2", "--date", "2026-02-19"), "; status of M2 corrected from sent to not_billed", "not_billed"),
        ("partially_paid", ("bill", "acme-website", "M2", "I-9"), ", sent on 2026-03-01", "partially_paid"),
        ("sent", ("bill", "acme-website", "M2", "I-9"), ", sent on 2026-03-01", "sent"),
        ("sent", ("cancel", "acme-website", "M2", "--force"), "; status of M2 corrected from sent to cancelled", "cancelled"),
        ("sent", ("bill", "acme-website", "I-9", "--line", "M1=1.00", "--line", "M2=1000.00", "--force"), ", sent on 2026-03-01", "sent"),
        ("sent", ("deliver", "acme-website", "M1", "--force"), "delivered on 2026-03-01", "sent"),
        ("sent", ("close", "acme-website", "--force"), "closed on 2026-03-01", "sent"),
        ("not_billed", ("hold", "acme-website", "M2"), "on hold", "not_billed"),
    ],
)  # fmt: skip
def test_a_status_that_was_wrong_is_corrected_by_a_verb_that_touches_the_milestone(
    work: Path, wrong: str, command: tuple[str, ...], said: str, left: str
) -> None:
    path = work / "acme-website/milestones.yaml"
    path.write_text(RECORD.replace("status: not_billed", f"status: {wrong}"), encoding="utf-8")
    result = _run(work, *command)
    assert result.code == 0, result.out
    assert result.out.splitlines()[0].endswith(said)
    assert yaml.safe_load(_text(work))["milestones"][1]["status"] == left


@pytest.mark.parametrize(
    "command", [("write-off", "INV-2026-004", "10.00"), ("pay", "INV-2026-004", "10.00"), ("void", "INV-2026-004")]
)
def test_a_wrong_status_is_corrected_by_a_verb_for_an_invoice(work: Path, command: tuple[str, ...]) -> None:
    path = work / "acme-website/milestones.yaml"
    path.write_text(RECORD.replace("status: sent", "status: not_billed"), encoding="utf-8")
    result = _run(work, *command)
    assert result.code == 0, result.out
    assert ("; status of M1 corrected from not_billed to " in result.out) == (command[0] != "void")
    assert _run(work, "lint").code == 0 or "status-mismatch" not in _run(work, "lint").out


def test_a_wrong_status_at_whose_word_an_invoice_counts_as_paid_stays(work: Path) -> None:
    path = work / "acme-website/milestones.yaml"
    path.write_text(
        RECORD.replace("status: sent", "status: paid").replace("amount: 4000.00, sent", "amount: 3000.00, sent"),
        encoding="utf-8",
    )
    assert "corrected" not in _run(work, "hold", "acme-website", "M1").out
    assert "status: paid\n  - id: M2" in _text(work)


def test_a_broken_record_is_not_edited(work: Path) -> None:
    path = work / "acme-website/milestones.yaml"
    path.write_text(RECORD.replace("amount: 5000.00", "amount: 5,000"), encoding="utf-8")
    result = _run(work, "hold", "acme-website", "M2")
    assert (result.code, "the record is broken; fix this first" in result.err) == (1, True)
    assert "acme-website/milestones.yaml:13:13: error: `amount` must be a number" in result.out
    assert _run(work, "pay", "INV-2026-004").code == 2  # its invoices can't be told


def test_outcome_and_what_is_left_take_a_line_each(work: Path) -> None:
    result = _run(work, "bill", "acme-website", "M2", "INV-2026-006", "--tax", "950")
    assert result.out == (
        "M2 billed as INV-2026-006: EUR 5,000.00 plus EUR 950.00 tax, sent on 2026-03-01\n"
        "acme-website: EUR 0.00 left to bill, EUR 10,710.00 to collect\n"
    )
    assert result.err == (
        "acme-website/milestones.yaml:15:15: warning: invoice INV-2026-006 names no file (invoice-file-missing)\n"
        "  put the PDF into invoices/ and add `file: invoices/INV-2026-006.pdf`\n"
    )
    result = _run(work, "pay", "INV-2026-004")
    assert result.out == (
        "INV-2026-004 paid: EUR 4,760.00 on 2026-03-01\nacme-website: EUR 0.00 left to bill, EUR 5,950.00 to collect\n"
    )
    assert _run(work, "pay", "INV-2026-006").out.endswith("acme-website: nothing left to bill or to collect\n")


def test_an_edit_made_twice_changes_nothing_the_second_time(work: Path) -> None:
    assert _run(work, "deliver", "acme-website", "M1", "--date", "2026-02-01").code == 0
    before = _text(work)
    result = _run(work, "deliver", "acme-website", "M1", "--date", "2026-02-01")
    assert (result.code, result.out.split("\n", 1)[0]) == (
        0,
        "M1 'Discovery' delivered on 2026-02-01: recorded already",
    )
    assert _text(work) == before
    assert _run(work, "deliver", "acme-website", "M1", "--date", "2026-02-02", "--force").code == 0
    assert "completed: 2026-02-02" in _text(work)


def test_a_new_deliverable_has_its_keys_in_the_usual_order(work: Path) -> None:
    path = work / "acme-website/milestones.yaml"
    path.write_text(
        RECORD.replace("    deliverable: {approved: 2026-02-20, signoff: signoffs/m2.eml}\n", ""), encoding="utf-8"
    )
    assert _run(work, "deliver", "acme-website", "M2", "--note", "beta 1").code == 0
    assert _run(work, "approve", "acme-website", "M2", "--by", "Ana").code == 0
    assert "    deliverable: {note: beta 1, completed: 2026-03-01, approved: 2026-03-01, approved_by: Ana}\n" in _text(
        work
    )


def test_partial_payments_and_a_refund_keep_the_status_right(work: Path) -> None:
    for arguments, status in (
        (["pay", "INV-2026-004", "1000"], "partially_paid"),
        (["pay", "INV-2026-004", "--fee", "10.00"], "paid"),
        (["pay", "INV-2026-004", "-500"], "partially_paid"),
        (["write-off", "INV-2026-004"], "paid"),
    ):
        assert _run(work, *arguments).code == 0
        assert f"    status: {status}\n  - id: M2" in _text(work), arguments
    assert "amount: 3750.00, fee: 10.00" in _text(work)
    assert "amount: -500.00" in _text(work)
    assert _run(work, "pay", "INV-2026-004").code == 2
    assert "nothing is outstanding" in _run(work, "write-off", "INV-2026-004").err
    assert _run(work, "write-off", "INV-2026-004", "1.00", "--date", "2026-02-28").code == 0
    assert "written_off: {date: 2026-02-28, amount: 501.00}" in _text(work)


def test_the_rest_of_a_milestone_taken_at_its_word_is_not_taken_for_paid(work: Path) -> None:
    path = work / "acme-website/milestones.yaml"
    path.write_text(
        RECORD.replace("status: sent", "status: partially_paid").replace(
            "amount: 4000.00, sent", "amount: 3000.00, sent"
        ),
        encoding="utf-8",
    )
    assert _run(work, "bill", "acme-website", "M1", "INV-2026-006").code == 0
    assert "  - number: INV-2026-006\n    amount: 1000.00\n" in _text(work)
    assert "paid\n  - id: M2" in _text(work)
    assert "EUR 4,760.00 to collect" in _run(work, "hold", "acme-website", "M2").out


def test_a_void_invoice_is_issued_again_at_the_top(work: Path) -> None:
    assert _run(work, "void", "INV-2026-004").code == 0
    assert "    status: not_billed\n  - id: M2" in _text(work)
    assert _run(work, "void", "INV-2026-004").code == 2
    assert _run(work, "pay", "INV-2026-004").code == 2
    assert _run(work, "bill", "acme-website", "M1", "INV-2026-006", "--replaces", "INV-2026-004").code == 0
    assert (
        "invoices:\n  - number: INV-2026-006\n    amount: 4000.00\n    sent: 2026-03-01\n    replaces: INV-2026-004\n    lines:\n"
        in _text(work)
    )
    assert "    status: sent\n  - id: M2" in _text(work)


def test_an_invoice_over_several_milestones_and_a_credit_of_one_share(work: Path) -> None:
    assert _run(work, "void", "INV-2026-004").code == 0
    assert _run(work, "bill", "acme-website", "INV-2026-006", "--line", "M1", "--line", "M2=1000").code == 0
    assert (
        "  - number: INV-2026-006\n    amount: 5000.00\n    sent: 2026-03-01\n"
        "    lines:\n      - {milestone: M1, amount: 4000.00}\n      - {milestone: M2, amount: 1000.00}\n"
    ) in _text(work)
    assert "say what each gets back with --line" in _run(work, "credit", "INV-2026-006", "CN-1", "--amount", "10").err
    assert _run(work, "credit", "INV-2026-006", "CN-1", "--line", "M2").code == 0
    assert "    credits: INV-2026-006\n    lines:\n      - {milestone: M2, amount: 1000.00}\n" in _text(work)
    assert _run(work, "credit", "INV-2026-006", "CN-2").code == 0
    assert "  - number: CN-2\n    amount: 4000.00\n" in _text(work)
    assert "is credited in full already" in _run(work, "credit", "INV-2026-006", "CN-3").err
    assert "is a credit note itself" in _run(work, "credit", "CN-2", "CN-3").err


def test_what_an_amendment_leaves_open_is_said_and_the_next_step_closes_it(work: Path) -> None:
    result = _run(work, "amend", "acme-website", "--amount", "1000", "--milestones", "1", "--signed", "2026-02-28")
    assert result.code == 0, result.out
    assert "still to do:" in result.err
    assert "(amount-unlisted)" in result.err
    assert "(milestones-missing)" in result.err
    result = _run(work, "add", "acme-website", "Newsletter", "1000", "--planned", "2026-06-01")
    assert (result.code, result.err) == (0, "")
    assert (
        "  - id: M3\n    name: Newsletter\n    amount: 1000.00\n    planned: 2026-06-01\n    status: not_billed\n"
        in _text(work)
    )
    result = _run(work, "cancel", "acme-website", "M3")
    assert (result.code, "still to do" in result.err) == (0, True)
    assert _run(work, "amend", "acme-website", "--amount", "-1000", "--milestones", "-1").err == ""
    assert _run(work, "cancel", "acme-website", "M3").code == 2


def test_files_are_copied_under_a_clean_name_or_moved(work: Path) -> None:
    paper = work / "My invoice, signed (1).pdf"
    paper.write_bytes(b"paper")
    assert _run(work, "bill", "acme-website", "M2", "INV-2026-006", "--file", paper, "--dry-run").err.startswith(
        "would copy"
    )
    assert _run(work, "bill", "acme-website", "M2", "INV-2026-006", "--file", paper).code == 0
    assert 'file: "invoices/My-invoice,-signed-(1).pdf"' in _text(work)
    assert (work / "acme-website/invoices/My-invoice,-signed-(1).pdf").read_bytes() == b"paper"
    assert paper.exists()
    mail = work / "m1.eml"
    mail.write_bytes(b"another mail")
    result = _run(
        work, "approve", "globex-portal", "M1", "--date", "2026-02-02", "--signoff", mail, "--move", "--force"
    )
    assert result.code == 0, result.err
    assert "signoff: signoffs/m1-2.eml" in _text(work, "clients/globex-portal")
    assert not mail.exists()
    assert (
        _run(
            work, "amend", "acme-website", "--note", "x", "--file", work / "acme-website/agreement/sow.pdf", "--move"
        ).code
        == 0
    )
    assert (work / "acme-website/agreement/sow.pdf").exists()


@pytest.mark.parametrize("name", ["milestones.yaml", "Milestones.yml", "MILESTONES.YAML", "mtrack.yaml"])
def test_a_paper_that_is_called_like_records_is_copied_under_another_name(work: Path, name: str) -> None:
    paper = work.parent / f"elsewhere-{work.name}" / name
    write_tree(paper.parent, {name: "a list of the work done"})
    result = _run(work, "bill", "acme-website", "M2", "INV-2026-006", "--file", paper)
    assert result.code == 0, result.err
    assert f"file: invoices/file-{name}" in _text(work)
    assert (work / "acme-website/invoices" / f"file-{name}").read_bytes() == paper.read_bytes()
    assert walk(str(work)).projects == ("acme-website", "clients/globex-portal")
    assert "milestones-file-missing" not in _run(work, "lint").out


def test_a_refused_edit_brings_no_file(work: Path) -> None:
    paper = work / "paper.pdf"
    paper.write_bytes(b"paper")
    assert _run(work, "bill", "acme-website", "M1", "INV-2026-006", "--file", paper, "--move").code == 1
    assert paper.exists()
    assert not (work / "acme-website/invoices/paper.pdf").exists()


def test_what_can_not_be_edited_shows_the_lines_to_write(work: Path) -> None:
    path = work / "acme-website/milestones.yaml"
    path.write_text(RECORD.replace("status: not_billed", "status: &open not_billed"), encoding="utf-8")
    result = _run(work, "bill", "acme-website", "M2", "INV-2026-006")
    assert result.code == 3
    assert result.err == (
        "mtrack: acme-website/milestones.yaml:15:13: mtrack does not edit this: the value carries an anchor\n"
        "Write it by hand:\n"
        "  in milestones, M2 (line 11):\n"
        "    invoice: {number: INV-2026-006, amount: 5000.00, sent: 2026-03-01}\n"
        "    status: sent\n"
    )


def test_a_number_in_two_projects_asks_for_the_project(work: Path) -> None:
    path = work / "clients/globex-portal/milestones.yaml"
    path.write_text(RECORD.replace("sent: 2026-02-03, tax", "sent: 2026-02-03, total: 8000.00, tax"), encoding="utf-8")
    result = _run(work, "pay", "INV-2026-004")
    assert (result.code, "say which with --project" in result.err) == (2, True)
    assert _run(work, "pay", "INV-2026-004", "--project", "globex-portal").code == 0
    assert "payments" in _text(work, "clients/globex-portal")


# Begin ------------------------------------------------------------------------------------------------------------


def test_init_writes_what_is_not_there_and_says_what_to_do_next(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("mine\n", encoding="utf-8")
    result = mtrack("init", "--currency", "EUR", cwd=tmp_path)
    assert result.code == 0
    assert "wrote mtrack.yaml\n" in result.out
    assert "kept .gitignore: it was there already\n" in result.out
    assert "next: mtrack new" in result.out
    assert (tmp_path / ".gitignore").read_text(encoding="utf-8") == "mine\n"
    settings = (tmp_path / "mtrack.yaml").read_bytes()
    assert b"\ncurrency: EUR\n" in settings
    again = mtrack("init", cwd=tmp_path)
    assert (again.code, "wrote mtrack.yaml" in again.out) == (0, False)
    assert (tmp_path / "mtrack.yaml").read_bytes() == settings
    assert mtrack("lint", tmp_path).code == 0
    (tmp_path / "sub").mkdir()
    assert mtrack("init", "sub", cwd=tmp_path).code == 2
    assert mtrack("init", "--currency", "EURO", tmp_path / "sub2").code == 2


def test_a_new_project_in_words_and_from_a_table(tmp_path: Path) -> None:
    mtrack("init", "--currency", "EUR", tmp_path)
    table = tmp_path / "plan.csv"
    table.write_text('\ufeffName,amount,planned\n"One: all, of it",100.5,2026-05-01\nTwo,200,\n', encoding="utf-8")
    paper = tmp_path / "sow.pdf"
    paper.write_bytes(b"sow")
    result = _run(
        tmp_path, "new", "clients/acme-website", "--client", "yes", "--agreement", paper, "--signed", "2026-01-10", "--total", "400.50",
        "--count", "3", "--from", table, "--milestone", "Three=100",
    )  # fmt: skip
    assert (result.code, result.err) == (0, ""), result.out
    assert result.out.startswith("Milestone ")
    assert _text(tmp_path, "clients/acme-website").partition("milestones.schema.json\n")[2] == (
        "project: Acme website\n"
        'client: "yes"\n'
        "agreement:\n  file: agreement/sow.pdf\n  signed: 2026-01-10\n  total: 400.50\n  milestones: 3\n"
        "milestones:\n"
        '  - id: M1\n    name: "One: all, of it"\n    amount: 100.50\n    planned: 2026-05-01\n    status: not_billed\n'
        "  - id: M2\n    name: Two\n    amount: 200.00\n    status: not_billed\n"
        "  - id: M3\n    name: Three\n    amount: 100.00\n    status: not_billed\n"
    )
    for folder in ("agreement", "invoices", "signoffs"):
        assert (tmp_path / "clients/acme-website" / folder).is_dir()
    assert _run(tmp_path, "lint").code == 0


def test_a_workspace_that_is_one_project_is_called_as_its_folder(tmp_path: Path) -> None:
    root = tmp_path / "acme-website"
    root.mkdir()
    created = mtrack("new", ".", "--currency", "EUR", "--milestone", "One=0", "--as-of", AS_OF, cwd=root)
    assert (
        created.out == "acme-website created: 1 milestone, EUR 0.00\nacme-website: nothing left to bill or to collect\n"
    )
    assert "project: Acme website\n" in _text(tmp_path)
    assert mtrack("close", "--as-of", AS_OF, cwd=root).out.startswith(
        "acme-website closed on 2026-03-01\nacme-website: "
    )


def test_a_new_project_may_lack_what_comes_later_but_begins_with_no_error(tmp_path: Path) -> None:
    result = _run(tmp_path, "new", "acme", "--currency", "EUR", "--total", "500", "--milestone", "One=100")
    assert result.code == 0
    assert "(agreement-missing)" in result.err
    assert "(amount-unlisted)" in result.err
    for arguments, rule in (
        (["--currency", "EURO", "--milestone", "One=100"], "unknown-currency"),
        (["--currency", "EUR", "--total", "50", "--milestone", "One=100"], "amount-exceeds-agreement"),
        (["--currency", "JPY", "--milestone", "One=0.5"], "amount-precision"),
    ):
        result = _run(tmp_path, "new", "bad", *arguments)
        assert (result.code, f"({rule})" in result.out) == (1, True), result.out
        assert not (tmp_path / "bad").exists()
    table = tmp_path / "plan.csv"
    for text, words in (
        ("a,b\n1,2\n", "A1: no row names the columns"),
        ("", "plan.csv: it is empty"),
        ("name,amount\n", "A1: there is no milestone below the header"),
        ("name,amount\nx,1.000.5x\n", "B2: '1.000.5x' is not an amount"),
        ("name,amount\nx,5,000\n", "C2: '000' stands in a column without a name"),
        ('Planned,Amount,Name\n\n,5,"two\nlines"\n2026-02-30,5,x\n', "A4: '2026-02-30' is not a day"),
        ("name,amount\nx\n", "B2: the milestone has no amount"),
        ("amount,name\n5000\n", "B2: the milestone has no name"),
        ("name,amount,Name\nx,5,y\n", "C1: the column 'Name' stands in A1 too"),
        ('name,amount\n"x,5\n', "A2: this is not CSV: a quote is left open"),
        ("name,amount\nL\xe4ufe,5\n", "plan.csv: it is not UTF-8"),
    ):
        table.write_bytes(text.encode("latin-1"))
        result = _run(tmp_path, "new", "bad", "--currency", "EUR", "--from", table)
        assert (result.code, words in result.out) == (1, True), result.out
    assert _run(tmp_path, "new", ".hidden/x", "--currency", "EUR", "--milestone", "A=1").code == 2
    assert _run(tmp_path, "new", "plan.csv/x", "--currency", "EUR", "--milestone", "A=1").code == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["acme", "plan.csv"]


@pytest.mark.parametrize("folder", ["archive", "archive/x", "archive/deep/x", "2026/old-x", "./archive/x"])
@pytest.mark.parametrize("more", [(), ("--dry-run",), ("--force",), ("--from", "plan.csv")], ids=" ".join)
def test_no_project_is_made_where_mtrack_would_not_look(tmp_path: Path, folder: str, more: tuple[str, ...]) -> None:
    write_tree(
        tmp_path, {"mtrack.yaml": "exclude: [archive/, old-*]\ncurrency: EUR\n", "plan.csv": "name,amount\nx,5\n"}
    )
    before = sorted(tmp_path.rglob("*"))
    result = _run(tmp_path, "new", folder, *more, "--milestone", "A=1")
    assert (result.code, sorted(tmp_path.rglob("*"))) == (2, before), result.err
    assert result.err == f"mtrack: {folder} is excluded by mtrack.yaml: mtrack would not look into it\n"


def test_a_project_is_made_beside_what_is_excluded(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "exclude: [/archive/]\ncurrency: EUR\n"})
    for folder in ("archived", "deep/archive"):
        assert _run(tmp_path, "new", folder, "--milestone", "A=1").code == 0


# Commit -----------------------------------------------------------------------------------------------------------


def _git(work: Path, *arguments: str) -> str:
    command = ["git", "-C", str(work), "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def repository(work: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "A")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "a@example.com")
    _git(work, "init", "-q")
    _git(work, "add", ".")
    _git(work, "commit", "-q", "-m", "begin")
    return work


def test_one_commit_holds_the_files_touched_and_nothing_else(repository: Path) -> None:
    (repository / "other.txt").write_text("mine", encoding="utf-8")
    _git(repository, "add", "other.txt")
    paper = repository / "INV.pdf"
    paper.write_bytes(b"paper")
    result = _run(repository, "bill", "acme-website", "M2", "INV-2026-006", "--file", paper, "--commit")
    assert result.code == 0, result.err
    assert (
        _git(repository, "log", "-1", "--format=%s").strip() == "acme-website: bill M2 as INV-2026-006 (EUR 5,000.00)"
    )
    assert _git(repository, "show", "--name-only", "--format=", "HEAD").split() == [
        "acme-website/invoices/INV.pdf",
        "acme-website/milestones.yaml",
    ]
    assert _git(repository, "status", "--porcelain").splitlines() == ["A  other.txt", "?? INV.pdf"]


def test_evidence_that_git_ignores_stays_out_of_the_commit(repository: Path) -> None:
    (repository / ".git/info/exclude").write_text("*.pdf\n", encoding="utf-8")
    paper = repository / "INV.pdf"
    paper.write_bytes(b"paper")
    assert _run(repository, "bill", "acme-website", "M2", "INV-2026-006", "--file", paper, "--commit").code == 0
    assert _git(repository, "show", "--name-only", "--format=", "HEAD").split() == ["acme-website/milestones.yaml"]
    assert _git(repository, "status", "--porcelain") == ""


def test_a_commit_waits_for_another_git(repository: Path) -> None:
    lock = repository / ".git/index.lock"
    lock.touch()
    threading.Timer(0.5, lock.unlink).start()
    assert _run(repository, "hold", "acme-website", "M2", "--commit").code == 0
    assert _git(repository, "log", "-1", "--format=%s").strip() == "acme-website: hold M2"


def test_commits_at_once_hold_one_edit_each(repository: Path) -> None:
    hook = repository / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nsleep 0.3\n", encoding="utf-8")
    hook.chmod(0o755)
    loop = "for day in 1 2 3; do $0 -m mtrack $* acme-website --as-of 2026-03-01 --commit {}$day || exit; done"
    writers = [
        subprocess.Popen(
            ["sh", "-c", loop.format(words), sys.executable, verb], cwd=repository, env={**os.environ, "PYTHONPATH": str(ROOT)}
        )
        for verb, words in (("hold", "M2 --until 2026-04-0"), ("amend", "--note n"))
    ]  # fmt: skip
    assert [writer.wait(120) for writer in writers] == [0, 0]
    subjects = _git(repository, "log", "-6", "--format=%s").splitlines()
    assert sorted(subjects) == [
        *["acme-website: amend the agreement"] * 3,
        *[f"acme-website: hold M2 until 2026-04-0{day}" for day in (1, 2, 3)],
    ]
    for i in range(6):
        stat = _git(repository, "show", "--format=", "--shortstat", f"HEAD~{i}")
        assert stat.startswith(" 1 file changed, 1 insertion(+)"), stat


def test_uncommitted_changes_of_the_same_file_stop_a_commit(repository: Path) -> None:
    path = repository / "acme-website/milestones.yaml"
    path.write_text(RECORD + "# mine\n", encoding="utf-8")
    result = _run(repository, "hold", "acme-website", "M2", "--commit")
    assert (result.code, "has changes that are not committed yet" in result.err) == (3, True)
    assert path.read_text(encoding="utf-8") == RECORD + "# mine\n"
    assert _run(repository, "hold", "globex-portal", "M2", "--commit").code == 0


def test_without_git_a_commit_says_so_and_nothing_is_changed(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(work.parent))
    result = _run(work, "hold", "acme-website", "M2", "--commit")
    assert (result.code, "--commit needs a git repository" in result.err) == (3, True)
    assert mtrack("init", "--commit", work.parent / "fresh/studio").code == 3
    assert not (work.parent / "fresh").exists()
    monkeypatch.setenv("PATH", "")
    result = _run(work, "hold", "acme-website", "M2", "--commit")
    assert (result.code, "--commit needs git, which is not installed" in result.err) == (3, True)
    assert _text(work) == RECORD


def test_a_commit_that_fails_says_that_the_record_is_written(repository: Path) -> None:
    hook = repository / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho checking\necho 'error: not on a Sunday' >&2\nexit 1\n", encoding="utf-8")
    hook.chmod(0o755)
    result = _run(repository, "hold", "acme-website", "M2", "--commit")
    assert result.code == 3
    assert result.err.endswith(
        "mtrack: recorded, but not committed; git, and the hooks it ran, say:\n  checking\n  error: not on a Sunday\n"
    )
    assert "hold: {}" in _text(repository)
    assert _git(repository, "status", "--short").splitlines() == [" M acme-website/milestones.yaml"]


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "acme-website", "M2", "--signoff", "paper.pdf", "--by", "X", "--force"),
        ("new", "fresh", "--currency", "EUR", "--milestone", "One=1", "--agreement", "paper.pdf"),
        ("waive", "overdue", "--reason", "as agreed"),
        ("hold", "acme-website", "M2"),
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize("end", ["fails", "signal"])
def test_what_a_commit_that_does_not_come_leaves(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, words: tuple[str, ...], end: str
) -> None:
    """The records as the edit has them, no trace in git's index, and no process."""
    paper = write_tree(tmp_path_factory.mktemp("given"), {"paper.pdf": "signed"}) / "paper.pdf"
    (repository / "mine.txt").write_text("mine", encoding="utf-8")
    _git(repository, "add", "mine.txt")
    staged = _git(repository, "diff", "--cached", "--name-status")
    assert "mine.txt" in staged
    head, begun = _git(repository, "rev-parse", "HEAD"), repository / ".git/begun"
    hook = repository / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    ends = (
        "exit 1"
        if end == "fails"
        else f"sleep 71.{os.getpid()} & echo $! > '{begun}.new'; mv '{begun}.new' '{begun}'; wait"
    )
    hook.write_text(f"#!/bin/sh\n{ends}\n", encoding="utf-8")
    hook.chmod(0o755)
    line = [str(paper) if word == "paper.pdf" else word for word in words]
    process = subprocess.Popen(
        [sys.executable, "-m", "mtrack", *line, "--commit", "--as-of", AS_OF], cwd=repository, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    if end == "signal":
        deadline = time.monotonic() + 60
        while not begun.exists():
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
    err = process.communicate(timeout=60)[1]
    if end == "signal":
        assert process.returncode == 143
        assert err == (
            "mtrack: recorded, but not committed; commit it with git instead of running the command again\ninterrupted\n"
        )
        if sys.platform == "linux":
            deadline, child = time.monotonic() + 10, int(begun.read_text(encoding="utf-8"))
            while os.path.exists(f"/proc/{child}"):  # what is ended takes a moment to go
                assert time.monotonic() < deadline
                time.sleep(0.05)
    else:
        assert process.returncode == 3
        assert "mtrack: recorded, but not committed; git, and the hooks it ran, say:\n" in err
    assert _git(repository, "rev-parse", "HEAD") == head
    assert _git(repository, "diff", "--cached", "--name-status") == staged
    assert len(_git(repository, "status", "--short").splitlines()) > 1
    assert not list(repository.glob(".git/*.lock"))


def test_an_interrupt_after_the_commit_says_that_it_is_there(repository: Path) -> None:
    begun = repository / ".git/begun"
    hook = repository / ".git/hooks/post-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch '{begun}'\nsleep 71\n", encoding="utf-8")
    hook.chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-m", "mtrack", "hold", "acme-website", "M2", "--commit", "--as-of", AS_OF], cwd=repository,
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    while not begun.exists():
        assert process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60)[1] == "mtrack: recorded and committed already\ninterrupted\n"
    assert process.returncode == 130
    assert _git(repository, "log", "-1", "--format=%s").strip() == "acme-website: hold M2"


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("fresh/", ("new", "fresh", "--currency", "EUR", "--milestone", "One=1")),
        ("milestones.yaml", ("new", "fresh", "--currency", "EUR", "--milestone", "One=1")),
        ("ignored/", ("hold", "ignored", "M2")),
    ],
)
def test_records_that_git_ignores_are_not_committed(repository: Path, pattern: str, words: tuple[str, ...]) -> None:
    write_tree(repository, {".gitignore": pattern, "ignored/milestones.yaml": OTHER})
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file() and ".git" not in path.parts}
    result = _run(repository, *words, "--commit")
    path = f"{words[1]}/milestones.yaml"
    assert (result.code, result.err) == (
        3,
        f"mtrack: git ignores {path}; leave --commit out, or change the pattern that git check-ignore -v shows; nothing was changed\n",
    )
    assert before == {
        path: path.read_bytes() for path in repository.rglob("*") if path.is_file() and ".git" not in path.parts
    }


def test_a_workspace_that_git_ignores_is_made_and_not_committed(tmp_path: Path) -> None:
    outer = write_tree(tmp_path, {".gitignore": "inner/"})
    _git(outer, "init", "-q")
    result = mtrack("init", outer / "inner", "--commit")
    assert result.code == 3
    assert result.err.startswith("mtrack: recorded, but not committed: git ignores mtrack.yaml, ")
    assert (outer / "inner/mtrack.yaml").exists()
