"""`mtrack audit`: what it reports, and what it leaves alone."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from support import AS_OF, lint_json, mtrack, validated

from history.story import AUTHOR, Story
from history.test_matching import lines_run
from mtrack.changes.event import Commit, Event
from mtrack.changes.facts import PROJECT, Record, Version
from mtrack.changes.trail import Moment, Trail

if TYPE_CHECKING:
    from pathlib import Path

    from mtrack.changes.event import Key

BASE = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    deliverable: {approved: 2026-02-01, signoff: signoffs/m1.eml}
    invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02, file: invoices/1.pdf, payments: [{date: 2026-02-20, amount: 1000.00}]}
    status: partially_paid
  - id: M2
    name: Beta
    amount: 5000.00
    status: not_billed
"""
UNBILLED = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
  - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
"""
RECORDS = "acme/milestones.yaml"
FILES = {
    "mtrack.yaml": "format: 1\n",
    RECORDS: BASE,
    "acme/agreement/sow.pdf": "signed",
    "acme/signoffs/m1.eml": "ok",
    "acme/invoices/1.pdf": "invoice",
}
AMENDED = ", amendments: [{amount: 100.00, signed: 2026-03-09}]}"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "ws")
    story.commit("begin", "2026-03-01", dict(FILES))
    return story


def audit(story: Story, *arguments: str) -> list[dict[str, Any]]:
    result = mtrack("audit", "--format", "json", "--as-of", "2026-11-22", *arguments, cwd=story.folder)
    assert result.code in (0, 1), result.err
    found: list[dict[str, Any]] = validated(result.out, "findings")["findings"]
    return found


def rules(story: Story, *arguments: str) -> list[str]:
    return [finding["rule"] for finding in audit(story, *arguments)]


def changed(**replaced: str) -> str:
    text = BASE
    for old, new in replaced.items():
        del old
        before, after = new.split(" => ")
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    return text


CHANGES = {
    "nothing": ("x => x", []),
    "amount of an invoice": ("INV-1, amount: 4000.00 => INV-1, amount: 4100.00", ["sent-invoice-changed"]),
    "number": ("INV-1 => INV-9", ["sent-invoice-changed"]),
    "tax that came": ("sent: 2026-02-02 => sent: 2026-02-02, tax: 760.00", ["sent-invoice-changed"]),
    "sent": ("sent: 2026-02-02 => sent: 2026-02-12", ["sent-invoice-changed"]),
    "void": ("1.pdf, => 1.pdf, void: {date: 2026-03-09},", []),
    "dispute": ("1.pdf, => 1.pdf, disputed: {since: 2026-03-09},", []),
    "due": ("1.pdf, => 1.pdf, due: 2026-04-09,", []),
    "write-off": ("1.pdf, => 1.pdf, written_off: {date: 2026-03-09, amount: 10.00},", []),
    "another payment": ("1000.00}] => 1000.00}, {date: 2026-03-09, amount: 1.00}]", []),
    "payment's amount": ("20, amount: 1000.00 => 20, amount: 900.00", ["payment-removed"]),
    "payment's date": ("date: 2026-02-20 => date: 2026-02-21", ["payment-removed"]),
    "payment's note": ("1000.00}] => 1000.00, note: by bank}]", []),
    "payment gone": (", payments: [{date: 2026-02-20, amount: 1000.00}] => ", ["payment-removed"]),
    "agreed amount": ("amount: 5000.00 => amount: 5100.00", ["agreed-amount-changed"]),
    "agreed total": ("total: 9000.00 => total: 9100.00", ["agreed-amount-changed"]),
    "agreed total amended": ("total: 9000.00} => total: 9100.00" + AMENDED, []),
    "approval's date": ("approved: 2026-02-01 => approved: 2026-02-12", ["approval-removed"]),
    "approval gone": ("approved: 2026-02-01, => ", ["approval-removed"]),
    "status back": ("partially_paid => sent", ["status-went-back"]),
    "status back to nothing": ("partially_paid => not_billed", ["status-went-back"]),
    "status forward": ("partially_paid => paid", []),
    "status cancelled": ("status: not_billed => status: cancelled", []),
    "long ago": ("amount: 5000.00 => amount: 5000.00\n    deliverable: {approved: 2026-02-06}", ["backdated"]),
    "31 days ago": ("amount: 5000.00 => amount: 5000.00\n    deliverable: {approved: 2026-02-07}", []),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_after_some_days(name: str, story: Story) -> None:
    replaced, expected = CHANGES[name]
    text = BASE if name == "nothing" else changed(it=replaced)
    commit = story.commit("change", "2026-03-10", {RECORDS: text})
    found = audit(story)
    assert [item["rule"] for item in found] == expected
    for item in found:
        assert item["commit"] == {"id": commit, "author": AUTHOR[0], "date": "2026-03-10T12:00:00+00:00"}
        assert f"(commit {commit[:10]} by {AUTHOR[0]} on 2026-03-10)" in item["message"]
        assert (item["path"], item["project"]) == (RECORDS, "acme")
        assert (item["line"] is None) == ("gone" in name), item


TERMS = "signed: 2026-01-10, total: 9000.00, milestones: 2, payment_terms: 30, retention: 10}"
PARTS = "1.pdf, due: 2026-03-04, retained: {amount: 400.00}, instalments: [{due: 2026-03-04, amount: 3600.00}],"
DETAILED = BASE.replace("signed: 2026-01-10, total: 9000.00}", TERMS).replace("1.pdf,", PARTS)
LATER = {
    "due put off": ("due: 2026-03-04, retained", "due: 2099-03-04, retained", []),
    "other instalments": ("amount: 3600.00}]", "amount: 600.00}, {due: 2026-09-04, amount: 3000.00}]", []),
    "more retained": ("{amount: 400.00}", "{amount: 4000.00}", []),
    "longer terms": ("payment_terms: 30", "payment_terms: 90", []),
    "more retention": ("retention: 10", "retention: 100", []),
    "fewer milestones": ("milestones: 2", "milestones: 1", []),
    "a tax rate": ("retention: 10", "retention: 10, tax_rate: 19", []),
    "client": ("currency: EUR", "currency: EUR\nclient: Acme GmbH", []),
    "another total": ("total: 9000.00", "total: 9900.00", ["agreed-amount-changed"]),
    "total gone": ("total: 9000.00, ", "", ["agreed-amount-changed"]),
    "agreement gone": ("agreement: {file: agreement/sow.pdf, " + TERMS + "\n", "", ["agreed-amount-changed"]),
}  # fmt: skip


@pytest.mark.parametrize("name", LATER)
def test_what_may_be_agreed_later_is_told_by_the_log_alone(name: str, story: Story) -> None:
    before, after, expected = LATER[name]
    assert DETAILED.count(before) == 1
    story.commit("details", "2026-03-01", {RECORDS: DETAILED})
    assert audit(story) == []
    story.commit("soon", "2026-03-02", {RECORDS: DETAILED.replace(before, after)})
    assert audit(story) == []
    story.commit("back", "2026-03-02", {RECORDS: DETAILED})
    story.commit("change", "2026-03-10", {RECORDS: DETAILED.replace(before, after)})
    assert rules(story) == expected


def test_an_amendment_covers_no_later_change_of_what_came_with_it(story: Story) -> None:
    whole = BASE.replace("total: 9000.00}", "total: 9000.00" + AMENDED)
    third = "  - {id: M3, name: Manual, amount: 100.00, status: not_billed}\n"
    story.commit(
        "begin", "2026-03-10", {"globex/milestones.yaml": whole.replace("Acme", "Globex").replace("INV-1", "INV-2")}
    )
    story.commit("amend", "2026-03-10", {RECORDS: whole + third})
    assert audit(story) == []
    story.commit("manual", "2026-05-01", {RECORDS: whole + third.replace("100.00", "900.00")})
    for before, after in (("total: 9000.00", "total: 9900.00"), ("amount: 5000.00", "amount: 5900.00")):
        text = whole.replace("Acme", "Globex").replace("INV-1", "INV-2").replace(before, after)
        story.commit(after, "2026-06-01", {"globex/milestones.yaml": text})
    found = [(item["path"], item["rule"], item["commit"]["date"][:7]) for item in audit(story)]
    assert [item for item in found if item[1] == "agreed-amount-changed"] == [
        ("acme/milestones.yaml", "agreed-amount-changed", "2026-05"),
        *[("globex/milestones.yaml", "agreed-amount-changed", "2026-06")] * 2,
    ]


def test_money_that_went_back_explains_a_status_that_does(story: Story) -> None:
    paid = "{date: 2026-02-20, amount: 1000.00}"
    back = BASE.replace(paid, f"{paid}, {{date: 2026-04-01, amount: -1000.00}}").replace("partially_paid", "sent")
    story.commit("refund", "2026-04-02", {RECORDS: back})
    assert audit(story) == []


NOTE = "invoices:\n  - {number: C-1, amount: 4000.00, sent: 2026-03-09, credits: INV-1, lines: [{milestone: M1, amount: 4000.00}]}\n"
EXPLAINED = {
    "nothing": ("", "", True),
    "a void": ("1.pdf,", "1.pdf, void: {date: 2026-03-09},", False),
    "a credit note": ("    status: not_billed\n", "    status: not_billed\n" + NOTE, False),
    "an amendment": ("total: 9000.00}", "total: 9000.00" + AMENDED, False),
    "a payment": ("1000.00}]", "1000.00}, {date: 2026-03-09, amount: 0.50}]", True),
    "a payment of nothing": ("1000.00}]", "1000.00}, {date: 2026-03-09, amount: 0, fee: 1.00}]", True),
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_what_explains_a_status_that_went_back(name: str, story: Story) -> None:
    before, after, is_told = EXPLAINED[name]
    assert not before or BASE.count(before) == 1
    back = changed(it="status: partially_paid => status: sent")
    story.commit("back", "2026-03-10", {RECORDS: back.replace(before, after) if before else back})
    assert rules(story) == ["status-went-back"] * is_told


def test_a_commit_that_comes_soon_corrects_what_was_missing(story: Story) -> None:
    taxed = changed(it="sent: 2026-02-02 => sent: 2026-02-02, tax: 760.00")
    story.commit("tax", "2026-03-02", {RECORDS: taxed})
    assert audit(story) == []


CURRENCIES = {
    "the project's": ({RECORDS: BASE.replace("EUR", "USD")}, 2),
    "the settings'": ({"mtrack.yaml": "format: 1\ncurrency: USD\n"}, 1),
    "moved to the settings": ({RECORDS: BASE.replace("currency: EUR\n", ""), "mtrack.yaml": "format: 1\ncurrency: USD\n"}, None),
}  # fmt: skip


@pytest.mark.parametrize("name", CURRENCIES)
def test_another_currency_changes_what_was_signed_and_sent(name: str, story: Story) -> None:
    files, line = CURRENCIES[name]
    if len(files) == 1 and RECORDS not in files:
        settings = {"mtrack.yaml": "format: 1\ncurrency: EUR\n"}
        story.commit("settings", "2026-03-01", {RECORDS: BASE.replace("currency: EUR\n", ""), **settings})
        assert audit(story) == []
    commit = story.commit("change", "2026-03-10", dict(files))
    found = audit(story)
    assert sorted(item["rule"] for item in found) == ["agreed-amount-changed", "sent-invoice-changed"]
    for item in found:
        assert "currency changed from EUR to USD" in item["message"]
        assert (item["path"], item["commit"]["id"]) == (RECORDS, commit)
    assert {item["rule"]: item["line"] for item in found}["agreed-amount-changed"] == line
    back = {"mtrack.yaml": "format: 1\n", RECORDS: BASE}
    story.commit("back", "2026-03-20", {**back})
    assert [item["message"].count("as it had been before") for item in audit(story) if item["invoice"]] == [0, 1]


def test_a_currency_that_only_stands_elsewhere_or_is_corrected_is_no_change(story: Story) -> None:
    settings = {"mtrack.yaml": "format: 1\ncurrency: EUR\n"}
    story.commit("elsewhere", "2026-03-10", {RECORDS: BASE.replace("currency: EUR\n", ""), **settings})
    story.commit("other", "2026-03-11", {"mtrack.yaml": "format: 1\ncurrency: EUR\nname: x\n"})
    assert audit(story) == []
    story.commit("amended", "2026-03-20", {RECORDS: BASE.replace("EUR", "USD").replace("total: 9000.00}", "total: 9000.00" + AMENDED)})  # fmt: skip
    assert rules(story) == ["sent-invoice-changed"]
    story.commit("new", "2026-03-20", {"globex/milestones.yaml": BASE.replace("INV-1", "G-1")})
    story.commit("corrected", "2026-03-21", {"globex/milestones.yaml": BASE.replace("INV-1", "G-1").replace("EUR", "CHF")})  # fmt: skip
    assert rules(story) == ["sent-invoice-changed"]


def test_an_amendment_covers_one_change_of_the_currency(story: Story) -> None:
    amended = BASE.replace("total: 9000.00}", "total: 9000.00" + AMENDED)
    story.commit("amend", "2026-03-10", {RECORDS: amended})
    story.commit("use it", "2026-03-20", {RECORDS: amended.replace("EUR", "USD")})
    assert rules(story) == ["sent-invoice-changed"]
    story.commit("once more", "2026-03-30", {RECORDS: amended.replace("EUR", "CHF")})
    assert sorted(rules(story)) == ["agreed-amount-changed", "sent-invoice-changed", "sent-invoice-changed"]


def test_an_amendment_that_came_with_the_project_covers_no_later_currency(story: Story) -> None:
    amended = BASE.replace("total: 9000.00}", "total: 9000.00" + AMENDED).replace("INV-1", "G-1")
    story.commit("new", "2026-03-10", {"globex/milestones.yaml": amended})
    story.commit("change", "2026-03-20", {"globex/milestones.yaml": amended.replace("EUR", "USD")})
    assert sorted(rules(story)) == ["agreed-amount-changed", "sent-invoice-changed"]


PAYMENT = "payments: [{date: 2026-02-20, amount: 4000.00}]"
FORMS = {
    "the date went": ("paid: 2026-02-20", "paid: true", ["payment-removed"]),
    "the date came": ("paid: true", "paid: 2026-02-20", []),
    "another date": ("paid: 2026-02-20", "paid: 2026-02-21", ["payment-removed"]),
    "written out": ("paid: 2026-02-20", PAYMENT, []),
    "written out, with a fee": ("paid: 2026-02-20", PAYMENT.replace("4000.00", "3990.00, fee: 10.00"), []),
    "written out, with tax withheld": ("paid: 2026-02-20", PAYMENT.replace("4000.00", "3400.00, withheld: 600.00"), []),
    "written out, with a discount": ("paid: 2026-02-20", PAYMENT.replace("4000.00", "3920.00, discount: 80.00"), []),
    "written out on another day": ("paid: 2026-02-20", PAYMENT.replace("-20", "-21"), ["payment-removed"]),
    "written out, less": ("paid: 2026-02-20", PAYMENT.replace("4000", "3000"), ["payment-removed"]),
    "written out, with a date": ("paid: true", PAYMENT, []),
    "in short": (PAYMENT, "paid: 2026-02-20", []),
    "in short, without the date": (PAYMENT, "paid: true", ["payment-removed"]),
    "in short, another day": (PAYMENT, "paid: 2026-02-21", ["payment-removed"]),
    "in short, more": (PAYMENT.replace("4000", "3000"), "paid: 2026-02-20", ["payment-removed"]),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_payment_in_another_form(name: str, story: Story) -> None:
    before, after, expected = FORMS[name]
    text = changed(it="payments: [{date: 2026-02-20, amount: 1000.00}] => PAYMENTS")
    story.commit("paid", "2026-03-01", {RECORDS: text.replace("PAYMENTS", before)})
    begun = story.git("rev-parse", "HEAD")
    story.commit("change", "2026-03-10", {RECORDS: text.replace("PAYMENTS", after)})
    assert rules(story, "--since", begun) == expected


@pytest.mark.parametrize(
    ("committed", "expected"),
    [
        ("2026-03-02T12:00:00+00:00", []),
        ("2026-03-03T11:59:59+00:00", []),
        ("2026-03-03T12:00:00+00:00", ["sent-invoice-changed"]),
    ],
)
def test_a_correction_within_whole_days(committed: str, expected: list[str], story: Story) -> None:
    text = changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4100.00")
    story.commit("change", "2026-03-01", {RECORDS: text}, committed=committed)
    assert rules(story) == expected


def test_correct_within_is_the_stricter_of_then_and_today(story: Story) -> None:
    text = changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4100.00")
    story.commit("settings", "2026-03-01", {"mtrack.yaml": "format: 1\ncorrect_within: 30\n"})
    story.commit("change", "2026-03-10", {RECORDS: text})
    assert rules(story) == []
    story.write({"mtrack.yaml": "format: 1\ncorrect_within: 8\n"})
    assert rules(story) == ["sent-invoice-changed"]


def test_severities_are_the_stricter_too_and_rules_that_are_off_are_named(story: Story) -> None:
    text = changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4100.00")
    story.commit("change", "2026-03-10", {RECORDS: text})
    story.commit("off", "2026-03-11", {"mtrack.yaml": "format: 1\nrules: {sent-invoice-changed: off}\n"})
    result = mtrack("audit", cwd=story.folder)
    assert result.code == 1
    assert "these rules are off in mtrack.yaml: sent-invoice-changed" in result.err
    assert [(item["rule"], item["severity"]) for item in audit(story)] == [("sent-invoice-changed", "error")]
    story.commit("again", "2026-03-20", {RECORDS: changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4200.00")})
    assert len(audit(story)) == 1


def test_changed_back_says_so(story: Story) -> None:
    story.commit("change", "2026-03-10", {RECORDS: changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4100.00")})
    story.commit("back", "2026-03-20", {RECORDS: BASE})
    messages = [item["message"] for item in audit(story)]
    assert len(messages) == 2
    assert ["as it had been before" in message for message in messages] == [False, True]


def test_one_finding_a_commit_and_invoice(story: Story) -> None:
    text = changed(it="INV-1, amount: 4000.00, sent: 2026-02-02 => INV-1, amount: 4100.00, sent: 2026-02-12")
    story.commit("change", "2026-03-10", {RECORDS: text, "acme/invoices/1.pdf": "another"})
    (finding,) = audit(story)
    assert finding["invoice"] == "INV-1"
    for part in ("amount changed from EUR 4,000.00", "sent changed from 2026-02-02", "the content of invoices/1.pdf"):
        assert part in finding["message"]


def test_files_behind_what_was_signed_sent_and_approved(story: Story) -> None:
    story.commit(
        "files", "2026-03-10", {"acme/agreement/sow.pdf": "x", "acme/signoffs/m1.eml": "y", "acme/invoices/1.pdf": None}
    )
    assert sorted(rules(story)) == ["agreement-replaced", "approval-removed", "sent-invoice-changed"]


def test_the_file_of_an_amendment_is_as_signed_as_the_agreement(story: Story) -> None:
    amended = BASE.replace(
        "total: 9000.00}", "total: 9000.00, amendments: [{file: agreement/more.pdf, signed: 2026-02-01}]}"
    )
    story.commit("amend", "2026-03-01", {RECORDS: amended, "acme/agreement/more.pdf": "signed"})
    story.commit("files", "2026-03-10", {"acme/agreement/more.pdf": "x"})
    (found,) = audit(story)
    assert (found["rule"], found["line"]) == ("agreement-replaced", 3)
    assert "agreement/more.pdf" in found["message"]
    assert "and it is still said to be signed on 2026-02-01" in found["message"]


def test_a_signed_file_that_went_is_replaced_by_nothing(story: Story) -> None:
    story.commit("remove", "2026-03-10", {"acme/agreement/sow.pdf": None})
    (found,) = audit(story)
    assert (found["rule"], found["path"]) == ("agreement-replaced", RECORDS)
    assert "and it is still said to be signed on 2026-01-10" in found["message"]


def test_a_signed_file_that_moves_is_not_replaced(story: Story) -> None:
    text = changed(it="agreement/sow.pdf => agreement/signed.pdf")
    story.git("mv", "acme/agreement/sow.pdf", "acme/agreement/signed.pdf")
    story.commit("move", "2026-03-10", {RECORDS: text})
    assert rules(story) == []


def test_a_signed_date_that_goes_along_is_another_agreement(story: Story) -> None:
    text = changed(it="signed: 2026-01-10 => signed: 2026-03-09")
    story.commit("files", "2026-03-10", {RECORDS: text, "acme/agreement/sow.pdf": "x"})
    assert rules(story) == []


def test_an_amendment_covers_changes_until_the_same_value_changes_again(story: Story) -> None:
    amended = BASE.replace("total: 9000.00}", "total: 9000.00" + AMENDED)
    story.commit("amend", "2026-03-10", {RECORDS: amended})
    story.commit("use it", "2026-03-20", {RECORDS: amended.replace("amount: 5000.00", "amount: 5100.00")})
    assert rules(story) == []
    story.commit("once more", "2026-03-30", {RECORDS: amended.replace("amount: 5000.00", "amount: 5200.00")})
    assert rules(story) == ["agreed-amount-changed"]


def test_a_milestone_that_went(story: Story) -> None:
    text = BASE[: BASE.index("  - id: M2")]
    story.commit("remove", "2026-03-10", {RECORDS: text})
    ((rule, milestone, line),) = [(item["rule"], item["milestone"], item["line"]) for item in audit(story)]
    assert (rule, milestone, line) == ("milestone-removed", "M2", None)


UNSIGNED = (
    BASE.replace("signed: 2026-01-10, ", "")
    .replace("INV-1, amount", "U-1, amount")
    .replace("project: Acme", "project: U")
)


@pytest.mark.parametrize("whole", [True, False])
def test_an_approval_goes_with_its_milestone_where_nothing_was_signed(whole: bool, story: Story) -> None:  # noqa: FBT001
    only = (
        UNSIGNED[: UNSIGNED.index("    invoice:")]
        + "    status: not_billed\n"
        + UNSIGNED[UNSIGNED.index("  - id: M2") :]
    )
    story.commit("unsigned", "2026-03-01", {"new/milestones.yaml": only})
    left = only[: only.index("  - id: M1")] + only[only.index("  - id: M2") :]
    story.commit("remove", "2026-03-10", {"new/milestones.yaml": None if whole else left})
    (found,) = audit(story)
    assert (found["rule"], found["milestone"]) == ("approval-removed", "M1")
    assert found["message"].startswith("an approval was changed: M1 'Discovery' removed: EUR 4,000.00")


def test_a_cancelled_milestone_takes_its_approval_along(story: Story) -> None:
    text = UNSIGNED.replace("status: partially_paid", "status: cancelled")
    story.commit("cancelled", "2026-03-01", {"new/milestones.yaml": text})
    left = text[: text.index("  - id: M1")] + text[text.index("  - id: M2") :]
    story.commit("remove", "2026-03-10", {"new/milestones.yaml": left})
    assert "approval-removed" not in rules(story)


def test_records_that_were_committed_broken_are_named(story: Story) -> None:
    """The working tree may hold others: git changes them on the way, where the repository's attributes say so."""
    story.commit("broken", "2026-03-10", {RECORDS: "project: ["})
    story.write({RECORDS: BASE.replace("4000.00", "1.00")})
    result = mtrack("audit", "--format", "json", cwd=story.folder)
    assert validated(result.out, "findings")["skipped"] == [RECORDS]
    told = f"these records can't be used as they were committed, so later changes in them are not judged: {RECORDS}"
    assert result.err == f"mtrack: {told}\n"
    story.write({"globex/milestones.yaml": BASE.replace("INV-1", "G-1")})
    assert mtrack("audit", "globex", cwd=story.folder).err == ""
    story.git("rm", "--cached", "--quiet", RECORDS)
    story.git("commit", "--quiet", "-m", "went")
    assert mtrack("audit", cwd=story.folder).err == ""
    story.commit("fixed", "2026-03-20", {RECORDS: BASE})
    assert mtrack("audit", cwd=story.folder).err == ""


def test_a_project_that_went_is_its_invoices(story: Story) -> None:
    story.git("rm", "-r", "--quiet", "acme")
    story.commit("remove", "2026-03-10")
    [finding] = audit(story)
    assert (finding["rule"], finding["invoice"], finding["path"]) == ("sent-invoice-changed", "INV-1", RECORDS)
    assert (finding["line"], finding["project"]) == (None, "acme")


def test_a_signed_project_that_went_without_an_invoice_is_its_milestones(story: Story) -> None:
    story.commit("unbilled", "2026-03-01", {"globex/milestones.yaml": UNBILLED})
    story.git("rm", "-r", "--quiet", "globex")
    story.commit("remove", "2026-03-10")
    [project] = audit(story)
    assert (project["rule"], project["severity"], project["path"]) == (
        "milestone-removed",
        "error",
        "globex/milestones.yaml",
    )
    assert (project["line"], project["project"], project["milestone"]) == (None, "globex", None)
    assert "project 'Acme website' removed, with 2 milestones not cancelled" in project["message"]


def test_a_project_that_went_before_it_was_signed_or_soon(story: Story) -> None:
    unsigned = BASE[: BASE.index("  - id: M1")].replace("signed: 2026-01-10, ", "") + BASE[BASE.index("  - id: M2") :]
    story.commit("more", "2026-03-09", {"globex/milestones.yaml": unsigned})
    story.commit("new", "2026-03-20", {"initech/milestones.yaml": BASE.replace("INV-1", "I-1")})
    story.git("rm", "-r", "--quiet", "globex", "initech")
    story.commit("remove", "2026-03-20")
    assert audit(story) == []


def test_a_project_that_comes_again_is_compared_with_what_it_was(story: Story) -> None:
    story.git("rm", "-r", "--quiet", "acme")
    story.commit("remove", "2026-03-10")
    removed = story.git("rev-parse", "HEAD")
    other = BASE.replace("amount: 5000.00", "amount: 5500.00").replace(
        "INV-1, amount: 4000.00", "INV-1, amount: 4100.00"
    )
    story.commit("again", "2026-03-10", {**FILES, RECORDS: other})
    assert sorted(rules(story, "--since", removed)) == ["agreed-amount-changed", "sent-invoice-changed"]
    assert len(audit(story)) == 3


def test_a_project_that_comes_again_as_it_was_is_no_change(story: Story) -> None:
    story.git("rm", "-r", "--quiet", "acme")
    removed = story.commit("remove", "2026-03-10")
    story.commit("again", "2026-03-20", dict(FILES))
    assert rules(story, "--since", removed) == []
    story.commit("later", "2026-03-30", {RECORDS: BASE.replace("amount: 5000.00", "amount: 5500.00")})
    assert rules(story, "--since", removed) == ["agreed-amount-changed"]


def test_a_project_that_moved_and_became_another_one_has_gone(story: Story) -> None:
    other = BASE.replace("Acme website", "Globex").replace("M1", "K1").replace("M2", "K2").replace("000.00", "500.00")
    other = other.replace("Discovery", "One").replace("Beta", "Two").replace("INV-1", "G-1")
    story.git("mv", "acme", "globex")
    story.commit("move", "2026-03-10", {"globex/milestones.yaml": other})
    assert "sent-invoice-changed" in rules(story)


def test_a_project_that_moved_has_not_gone(story: Story) -> None:
    story.git("mv", "acme", "clients")
    story.commit("move", "2026-03-10")
    story.commit(
        "change",
        "2026-03-20",
        {"clients/milestones.yaml": changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4100.00")},
    )
    (finding,) = audit(story)
    assert (finding["rule"], finding["path"]) == ("sent-invoice-changed", "clients/milestones.yaml")


def test_today_exclude_decides_what_is_shown(story: Story) -> None:
    story.commit("change", "2026-03-10", {RECORDS: changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4100.00")})
    story.write({"mtrack.yaml": "format: 1\nexclude: [acme/]\n"})
    assert rules(story) == []


def test_since_judges_only_later_commits(story: Story) -> None:
    first = story.commit(
        "change", "2026-03-10", {RECORDS: changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4100.00")}
    )
    story.commit("again", "2026-03-20", {RECORDS: changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4200.00")})
    assert len(audit(story)) == 2
    assert len(audit(story, "--since", first)) == 1
    assert audit(story, "--since", "HEAD") == []


def test_waivers_are_judged_here_and_not_by_lint(story: Story) -> None:
    waiver = "waivers:\n  - {rule: sent-invoice-changed, number: INV-1, reason: typing error, agreed with the client}\n"
    waiver = waiver.replace(", agreed with the client", "")
    text = changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4100.00")
    story.commit("change", "2026-03-10", {RECORDS: text})
    story.write({RECORDS: text + waiver})
    assert [(item["rule"], item["waived"]) for item in audit(story)] == [("sent-invoice-changed", True)]
    assert mtrack("audit", cwd=story.folder).code == 0
    unused = text + waiver.replace("sent-invoice-changed, number: INV-1", "milestone-removed, milestone: M9")
    story.write({RECORDS: unused})
    assert sorted(item["rule"] for item in audit(story)) == ["sent-invoice-changed", "unused-waiver"]
    found = {item["rule"] for item in lint_json(story.folder, as_of=AS_OF)["findings"]}
    assert not found & {"unused-waiver", "unknown-milestone"}
    story.write({RECORDS: text + "waivers: [{rule: duplicate-name, reason: none}]\n"})
    assert "unused-waiver" not in rules(story)
    assert "unused-waiver" in {item["rule"] for item in lint_json(story.folder, as_of=AS_OF)["findings"]}


def test_signatures_are_asked_for_where_the_settings_say(story: Story) -> None:
    story.commit("settings", "2026-03-05", {"mtrack.yaml": "format: 1\nrequire_signed: true\n"})
    story.commit("not of records", "2026-03-06", {"notes.txt": "x"})
    story.commit("change", "2026-03-10", {RECORDS: changed(it="name: Beta => name: Gamma")})
    found = audit(story)
    assert [item["rule"] for item in found] == ["unsigned-change", "unsigned-change"]
    story.commit("off again", "2026-03-11", {"mtrack.yaml": "format: 1\n"})
    assert [item["commit"]["date"][:10] for item in audit(story)] == ["2026-03-10"]


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """Two keys of SSH; the user's settings trust the one of the studio."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen")
    result = {name: tmp_path / name for name in ("studio", "stranger")}
    for name, path in result.items():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", path], check=True)
    for name, path in result.items():
        public = path.with_suffix(".pub").read_text(encoding="utf-8")
        (tmp_path / f"{name}.allowed").write_text(f"{AUTHOR[1]} {public}", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "settings"))
    (tmp_path / "settings").write_text('[gpg "ssh"]\n\tallowedSignersFile = ~/studio.allowed\n', encoding="utf-8")
    return result


def signed(story: Story, subject: str, day: str, text: str, key: Path | None) -> str:
    """A commit that a key signs."""
    story.write({RECORDS: text})
    sign = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}", "-c", "commit.gpgSign=true") if key else ()
    story.git(*sign, "commit", "--quiet", "--all", "-m", subject, day=day)
    return story.git("rev-parse", "HEAD")


def unsigned(story: Story) -> list[str]:
    """The subjects of the commits that are told as unsigned."""
    subjects = dict(line.split(" ", 1) for line in story.git("log", "--format=%H %s").splitlines())
    return [subjects[item["commit"]["id"]] for item in audit(story, "--select", "unsigned-change")]


def test_a_signature_of_a_key_that_the_user_trusts_is_good(story: Story, keys: dict[str, Path], tmp_path: Path) -> None:
    begun = story.git("rev-parse", "HEAD")
    story.write({"mtrack.yaml": "format: 1\nrequire_signed: true\n"})
    last = BASE
    for number, (subject, key) in enumerate(
        (("ours", keys["studio"]), ("theirs", keys["stranger"]), ("nobody's", None))
    ):
        last = last.replace(f"name: Beta{'!' * number}\n", f"name: Beta{'!' * (number + 1)}\n")
        signed(story, subject, f"2026-03-1{number}", last, key)
    expected = ["begin", "nobody's", "theirs"]
    assert sorted(unsigned(story)) == expected
    assert [item["rule"] for item in audit(story, "--since", begun)] == ["unsigned-change"] * 2

    story.git("config", "gpg.ssh.allowedSignersFile", str(tmp_path / "stranger.allowed"))
    story.git("config", "gpg.minTrustLevel", "undefined")
    assert sorted(unsigned(story)) == expected  # the repository has no say in whom the user trusts
    (tmp_path / "settings").write_text('[gpg "ssh"]\n\tallowedSignersFile = ~/stranger.allowed\n', encoding="utf-8")
    assert sorted(unsigned(story)) == ["begin", "nobody's", "ours"]
    (tmp_path / "settings").write_text("", encoding="utf-8")
    assert sorted(unsigned(story)) == ["begin", "nobody's", "ours", "theirs"]


def test_a_signature_of_another_content_is_not_good(story: Story, keys: dict[str, Path]) -> None:
    story.write({"mtrack.yaml": "format: 1\nrequire_signed: true\n"})
    signed(story, "ours", "2026-03-10", BASE.replace("name: Beta", "name: Gamma"), keys["studio"])
    assert unsigned(story) == ["begin"]
    raw = story.git("cat-file", "commit", "HEAD") + "\n"
    story.write({RECORDS: BASE.replace("name: Beta", "name: Delta")})
    story.git("add", "--all")
    forged = raw.replace(raw.split()[1], story.git("write-tree"), 1)
    story.git("update-ref", "HEAD", story.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=forged.encode()))
    assert sorted(unsigned(story)) == ["begin", "ours"]


def branch(story: Story, name: str, text: str, day: str = "2026-03-10") -> None:
    story.git("checkout", "--quiet", "-b", name, "main")
    story.commit(name, day, {RECORDS: text})
    story.git("checkout", "--quiet", "main")


SECOND = "amount: 5000.00 => amount: 5000.00\n    invoice: {number: NUMBER, amount: AMOUNT, sent: 2026-03-09}"


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (("INV-2", "5000.00"), ("INV-2", "4000.00"), 1),
        (("INV-2", "5000.00"), ("inv 2", "4000.00"), 0),
        (("INV-2", "5000.00"), ("inv-2", "4000.00"), 1),
        (("INV-2", "5000.00"), ("INV-2", "5000.00"), 0),
        (("INV-2", "5000.00"), ("INV-3", "5000.00"), 1),
        (("INV-2", "2500.00"), ("INV-3", "2500.00"), 0),
    ],
)
def test_branches_that_collide(ours: tuple[str, str], theirs: tuple[str, str], expected: int, story: Story) -> None:
    for name, (number, amount) in (("a", ours), ("b", theirs)):
        branch(story, name, changed(it=SECOND.replace("NUMBER", number).replace("AMOUNT", amount)))
    found = audit(story, "--branches")
    if theirs[0] == "inv 2":
        expected = 1  # other numbers, and both bill all of M2
    assert [item["rule"] for item in found] == ["branch-collision"] * expected
    assert rules(story) == []


def test_what_two_branches_bill_together_is_told_in_money(story: Story) -> None:
    for name, number in (("a", "INV-2"), ("b", "INV-3")):
        branch(story, name, changed(it=SECOND.replace("NUMBER", number).replace("AMOUNT", "4000.00")))
    (found,) = audit(story, "--branches")
    assert "together bill EUR 8,000.00 of M2, agreed are EUR 5,000.00" in found["message"]
    assert found["milestone"] == "M2"


def test_all_that_changed_on_an_invoice_is_one_finding(story: Story) -> None:
    text = changed(it="INV-1, amount: 4000.00, sent: 2026-02-02 => INV-1, amount: 4100.00, sent: 2026-02-12")
    story.commit("change", "2026-03-10", {RECORDS: text})
    (found,) = audit(story)
    first, second = found["message"].partition(" (commit ")[0].split("; ")
    assert "4,100.00" in first
    assert second == "INV-1: sent changed from 2026-02-02 to 2026-02-12"


def test_an_agreed_amount_is_seen_beside_other_changes(story: Story) -> None:
    text = changed(it="name: Discovery\n    amount: 4000.00 => name: Research\n    amount: 4100.00")
    story.commit("change", "2026-03-10", {RECORDS: text.replace("name: Beta", "name: Gamma")})
    assert rules(story) == ["agreed-amount-changed"]


def test_an_invoice_that_came_late_is_backdated(story: Story) -> None:
    text = changed(
        it=SECOND.replace("NUMBER", "INV-2").replace("AMOUNT", "5000.00").replace("2026-03-09", "2026-02-05")
    )
    story.commit("bill", "2026-03-10", {RECORDS: text})
    (found,) = audit(story)
    assert (found["rule"], found["invoice"]) == ("backdated", "INV-2")
    assert found["message"].startswith("sent 2026-02-05 was recorded 33 days later: ")


def test_a_merged_branch_collides_with_nothing(story: Story) -> None:
    branch(story, "a", changed(it=SECOND.replace("NUMBER", "INV-2").replace("AMOUNT", "5000.00")))
    story.git("merge", "--quiet", "a")
    assert rules(story, "--branches") == []


@pytest.mark.parametrize(("billing", "other"), [("main", "side"), ("side", "main")])
def test_branches_that_were_merged_both_ways_share_what_each_had(billing: str, other: str, story: Story) -> None:
    """Whichever branch billed it, the invoice was there before both, where one of them bills it anew."""
    billed = changed(it=SECOND.replace("NUMBER", "INV-2").replace("AMOUNT", "5000.00"))
    both = billed.replace("name: Beta", "name: Gamma")
    story.git("branch", "side")
    story.git("checkout", "--quiet", other)
    renamed = story.commit("rename", "2026-03-09", {RECORDS: changed(it="name: Beta => name: Gamma")})
    story.git("checkout", "--quiet", billing)
    bill = story.commit("bill", "2026-03-10", {RECORDS: billed})
    for name, theirs in ((billing, renamed), (other, bill)):
        story.git("checkout", "--quiet", name)
        story.git("merge", "--quiet", "--no-commit", "--strategy=ours", theirs)
        story.commit("merge", "2026-03-11", {RECORDS: both})
    story.commit("note", "2026-03-12", {RECORDS: both + "note: theirs\n"})
    story.git("checkout", "--quiet", billing)
    again = (
        "invoices: [{number: INV-3, amount: 5000.00, sent: 2026-03-12, lines: [{milestone: M2, amount: 5000.00}]}]\n"
    )
    text = both.replace("sent: 2026-03-09}", "sent: 2026-03-09, void: {date: 2026-03-12}}") + again
    story.commit("void and bill anew", "2026-03-12", {RECORDS: text})
    assert rules(story, "--branches") == []


@pytest.mark.parametrize("format_", ["text", "concise", "sarif", "github", "gitlab", "junit"])
def test_every_format_names_the_commit(format_: str, story: Story) -> None:
    commit = story.commit("change", "2026-03-10", {RECORDS: changed(it="amount: 5000.00 => amount: 5100.00")})
    result = mtrack("audit", "--format", format_, cwd=story.folder)
    assert result.code == 1
    assert commit[:10] in result.out
    assert "agreed-amount-changed" in result.out


def test_no_repository_and_no_commit(tmp_path: Path) -> None:
    result = mtrack("audit", cwd=tmp_path)
    assert (result.code, result.out) == (3, "")
    Story(tmp_path)
    assert mtrack("audit", cwd=tmp_path).code == 0


def test_a_name_that_another_got_in_the_same_commit() -> None:
    """Each keeps its own history, however the names went round."""
    trail = renamed([["A B", "B C"], ["C D", "B A"]])
    first, second = (trail.moments[i] for i in (0, 1))
    assert [trail.name_now(first, event) for event in first.events] == ["a", "d"]
    assert [trail.name_now(second, event) for event in second.events] == ["d", "a"]


def test_many_numbers_that_were_given_others() -> None:
    def cost(number: int) -> int:
        trail = renamed([[f"{i} {number + i}" for i in range(number)], ["x y"]])
        (moment, _) = trail.moments
        return lines_run(lambda: [trail.name_now(moment, event) for event in moment.events])

    assert cost(400) < 2.5 * cost(200)


def test_a_number_that_was_given_another_again_and_again() -> None:
    def cost(number: int) -> int:
        moments = renamed([[f"{i} {i + 1}"] for i in range(number)]).moments
        return lines_run(lambda: Trail("p", None, moments))

    assert cost(400) < 2.5 * cost(200)


def renamed(names: list[list[str]]) -> Trail:
    """A trail with a commit for each of the lists of numbers that invoices had and got."""
    commit = Commit("1", (), "a", "b", "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00", "s")
    moments = []
    for i, pairs in enumerate(names):
        versions: list[dict[Key, Record]] = [{}, {}]
        events = []
        for old, new in map(str.split, pairs):
            key: Key = ("invoice", old, 0)
            for records, number in zip(versions, (old, new), strict=True):
                records[key] = Record(key, PROJECT, 0, {"number": number}, {}, ())
            events.append(
                Event(event="invoice-changed", project="p", record=key, invoice=new, field="number", old=old, new=new)
            )
        before, after = (Version("p", records) for records in versions)
        moments.append(Moment(i, commit, before, after, tuple(events), 1, False, commit.instant, False))  # noqa: FBT003
    return Trail("p", None, tuple(moments))


def test_a_project_that_moved_and_left_its_folder_to_another_one_has_not_changed(story: Story) -> None:
    """Last year's records are filed away, and the next year begins in their folder with the same ids."""
    other = (
        BASE.replace("Acme website", "Globex")
        .replace("INV-1", "G-1")
        .replace("Discovery", "One")
        .replace("Beta", "Two")
    )
    story.git("mv", "acme", "archive")
    story.commit("next year", "2026-03-10", {"acme/milestones.yaml": other})
    assert rules(story) == []
    story.commit("later", "2026-03-30", {"archive/milestones.yaml": BASE.replace("amount: 5000.00", "amount: 5500.00")})
    assert rules(story) == ["agreed-amount-changed"]
