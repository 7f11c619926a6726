"""`mtrack log`: the events of each commit, with a real git."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support import mtrack, validated

from history.story import Story
from mtrack.errors import CannotRunError
from mtrack.history.recent import recent

if TYPE_CHECKING:
    from pathlib import Path

ACME = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    status: not_billed
  - id: M2
    name: Beta
    amount: 5000.00
    status: not_billed
"""
BILLED = ACME.replace(
    "    status: not_billed\n  - id: M2",
    "    deliverable: {approved: 2026-02-01, signoff: signoffs/m1.eml}\n"
    "    invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02, file: invoices/1.pdf}\n"
    "    status: sent\n  - id: M2",
)
PAID = BILLED.replace("1.pdf}", "1.pdf, payments: [{date: 2026-03-01, amount: 4000.00}]}").replace(
    "status: sent", "status: paid"
)
RECORDS = "acme/milestones.yaml"


def events(root: Path, *arguments: str) -> list[dict[str, Any]]:
    result = mtrack("log", *arguments, "--format", "json", cwd=root)
    assert (result.code, result.err) == (0, "")
    found: list[dict[str, Any]] = validated(result.out, "log")["events"]
    return found


def told(root: Path, subject: str | None = None) -> list[tuple[str | None, ...]]:
    """The events of a commit, or of the last one: name, milestone, invoice, field."""
    found = events(root)
    subject = subject or (found[0]["subject"] if found else None)
    return [
        (item["event"], item["milestone"], item["invoice"], item["field"])
        for item in found
        if item["subject"] == subject
    ]


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "ws")
    story.commit(
        "begin", "2026-01-10", {"mtrack.yaml": "format: 1\n", RECORDS: ACME, "acme/agreement/sow.pdf": "signed"}
    )
    return story


def test_a_project_that_came_tells_its_milestones_and_files(story: Story) -> None:
    assert told(story.folder) == [
        ("settings-changed", None, None, None),
        ("project-added", None, None, None),
        ("file-attached", None, None, "file"),
        ("listed", "M1", None, None),
        ("listed", "M2", None, None),
    ]
    added = events(story.folder)[1]
    assert added["new"]["agreement"]["total"] == "9000.00"
    assert (added["old"], added["amount"], added["currency"]) == (None, None, None)


def test_a_bill_and_its_payment(story: Story) -> None:
    story.commit("bill", "2026-02-02", {RECORDS: BILLED, "acme/invoices/1.pdf": "1", "acme/signoffs/m1.eml": "ok"})
    assert told(story.folder) == [
        ("status-changed", "M1", None, "status"),
        ("approved", "M1", None, "deliverable.approved"),
        ("file-attached", "M1", None, "deliverable.signoff"),
        ("billed", "M1", "INV-1", None),
        ("file-attached", "M1", "INV-1", "file"),
    ]
    billed = events(story.folder)[3]
    assert billed["message"] == "M1 'Discovery' billed as INV-1: EUR 4,000.00"
    assert (billed["amount"], billed["currency"], billed["new"]["sent"]) == ("4000.00", "EUR", "2026-02-02")
    story.commit("pay", "2026-03-01", {RECORDS: PAID})
    assert told(story.folder) == [("status-changed", "M1", None, "status"), ("paid", "M1", "INV-1", None)]


def test_a_refund_is_told_as_what_was_paid_back(story: Story) -> None:
    story.commit("pay", "2026-03-01", {RECORDS: PAID})
    refund = PAID.replace("amount: 4000.00}]", "amount: 4000.00}, {date: 2026-03-04, amount: -150.00}]")
    story.commit("refund", "2026-03-04", {RECORDS: refund})
    (event,) = (item for item in events(story.folder) if item["subject"] == "refund")
    assert (event["message"], event["amount"]) == ("INV-1: EUR 150.00 paid back on 2026-03-04", "-150.00")


CHANGES = {
    "amount": ({"amount: 5000.00": "amount: 5500.00"}, [("milestone-changed", "M2", None, "amount")]),
    "renamed milestone": ({"id: M2": "id: M3"}, [("milestone-changed", "M3", None, "id")]),
    "replaced milestone": (
        {"id: M2\n    name: Beta\n    amount: 5000.00": "id: M3\n    name: Other\n    amount: 5001.00"},
        [("listed", "M3", None, None), ("milestone-removed", "M2", None, None)],
    ),
    "renumbered invoice": ({"INV-1": "INV-9"}, [("invoice-changed", "M1", "INV-9", "number")]),
    "void": ({"1.pdf,": "1.pdf, void: {date: 2026-03-02, reason: typo},"}, [("voided", "M1", "INV-1", "void")]),
    "disputed": ({"1.pdf,": "1.pdf, disputed: {since: 2026-03-02},"}, [("disputed", "M1", "INV-1", "disputed")]),
    "written off": (
        {"1.pdf,": "1.pdf, written_off: {date: 2026-03-02, amount: 10.00},"},
        [("written-off", "M1", "INV-1", "written_off")],
    ),
    "payment amount": ({"01, amount: 4000.00": "01, amount: 3000.00"}, [("payment-changed", "M1", "INV-1", "amount")]),
    "payment gone": ({", payments: [{date: 2026-03-01, amount: 4000.00}]": ""}, [("payment-removed", "M1", "INV-1", None)]),
    "another payment first": (
        {"payments: [": "payments: [{date: 2026-02-20, amount: 1.00}, "},
        [("paid", "M1", "INV-1", None)],
    ),
    "held": ({"amount: 5000.00": "amount: 5000.00\n    hold: {}"}, [("held", "M2", None, "hold")]),
    "cancelled": (
        {"amount: 5000.00": "amount: 5000.00\n    cancelled: {date: 2026-03-02}"},
        [("cancelled", "M2", None, "cancelled")],
    ),
    "approval gone": ({"approved: 2026-02-01, ": ""}, [("delivery-changed", "M1", None, "deliverable.approved")]),
    "total": ({"total: 9000.00": "total: 9100.00"}, [("agreement-changed", None, None, "total")]),
    "amended": (
        {"total: 9000.00": "total: 9000.00, amendments: [{amount: 100.00, signed: 2026-03-01}]"},
        [("amended", None, None, None)],
    ),
    "closed": ({"currency: EUR": "currency: EUR\nclosed: 2026-03-02"}, [("closed", None, None, "closed")]),
    "client": ({"currency: EUR": "currency: EUR\nclient: Acme"}, [("project-changed", None, None, "client")]),
    "file no longer named": ({", file: invoices/1.pdf": ""}, [("file-removed", "M1", "INV-1", "file")]),
    "attachment": (
        {"amount: 5000.00": "amount: 5000.00\n    attachments: [notes.txt]"},
        [("file-attached", "M2", None, "attachments")],
    ),
    "broken": ({"project: Acme website": "project: ["}, [("broken", None, None, None)]),
    "own key": ({"currency: EUR": "currency: EUR\nx-ticket: 7"}, []),
    "more zeros": ({"amount: 5000.00": "amount: 5000.0"}, []),
    "empty value": ({"amount: 5000.00": "amount: 5000.00\n    planned:"}, []),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_as_what_it_is(name: str, story: Story) -> None:
    story.commit("pay", "2026-03-01", {RECORDS: PAID, "acme/invoices/1.pdf": "1", "acme/signoffs/m1.eml": "ok"})
    replaced, expected = CHANGES[name]
    text = PAID
    for old, new in replaced.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    story.commit("change", "2026-03-02", {RECORDS: text})
    assert told(story.folder, "change") == expected


RECEIVED = "date: 2026-03-01, amount: 4000.00"
WORDS = {
    "percent": ("total: 9000.00", "total: 9000.00, retention: 5", "agreement: retention set to 5 %"),
    "percent with decimals": ("total: 9000.00", "total: 9000.00, tax_rate: 8.1", "agreement: tax rate set to 8.1 %"),
    "count": ("total: 9000.00", "total: 9000.00, milestones: 2", "agreement: milestones set to 2"),
    "days": ("total: 9000.00", "total: 9000.00, payment_terms: 14", "agreement: payment terms set to 14"),
    "amount": ("amount: 5000.00", "amount: 5500", "M2 'Beta': amount changed from EUR 5,000.00 to EUR 5,500.00"),
    "tax": ("1.pdf,", "1.pdf, tax: 760.5,", "INV-1: tax set to EUR 760.50"),
    "amendment's count": (
        "total: 9000.00",
        "total: 9000.00, amendments: [{amount: 10.00, milestones: 1}]",
        "agreement amended by EUR 10.00",
    ),
    "fee": (RECEIVED, f"{RECEIVED}, fee: 12.00", "INV-1: payment of 2026-03-01: fee set to EUR 12.00"),
    "another currency": (
        RECEIVED,
        f"{RECEIVED}, received: {{amount: 4400, currency: USD}}",
        "INV-1: payment of 2026-03-01: received set to amount 4400, currency USD",
    ),
    "yes": ("amount: 5000.00", "amount: 5000.00\n    upfront: true", "M2 'Beta': upfront set to yes"),
    "text": ("currency: EUR", 'currency: EUR\nnote: "5"', "project: note set to '5'"),
}


@pytest.mark.parametrize("name", WORDS)
def test_values_are_told_as_what_they_are(name: str, story: Story) -> None:
    story.commit("pay", "2026-03-01", {RECORDS: PAID})
    old, new, words = WORDS[name]
    assert PAID.count(old) == 1
    story.commit("change", "2026-03-02", {RECORDS: PAID.replace(old, new)})
    assert [item["message"] for item in events(story.folder) if item["subject"] == "change"] == [words]


def test_an_invoice_that_moves_to_the_top_has_not_changed(story: Story) -> None:
    story.commit("bill", "2026-02-02", {RECORDS: BILLED})
    moved = BILLED.replace(
        "    invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02, file: invoices/1.pdf}\n", ""
    )
    moved += "invoices:\n  - {number: INV-1, amount: 4000.00, sent: 2026-02-02, file: invoices/1.pdf, lines: [{milestone: M1, amount: 4000.00}]}\n"
    story.commit("move", "2026-02-03", {RECORDS: moved})
    assert told(story.folder, "move") == []
    story.commit("share", "2026-02-04", {RECORDS: moved.replace("{milestone: M1,", "{milestone: M2,")})
    assert told(story.folder, "share") == [("invoice-changed", "M2", "INV-1", "lines")]


def test_files_are_followed_by_their_content(story: Story) -> None:
    story.commit("bill", "2026-02-02", {RECORDS: BILLED})
    assert told(story.folder, "bill")[-1] == ("billed", "M1", "INV-1", None)
    story.commit("late file", "2026-02-03", {"acme/invoices/1.pdf": "1"})
    assert told(story.folder, "late file") == [("file-attached", "M1", "INV-1", "file")]
    story.commit("other content", "2026-02-04", {"acme/invoices/1.pdf": "2"})
    assert told(story.folder, "other content") == [("file-changed", "M1", "INV-1", "file")]
    story.commit("gone", "2026-02-05", {"acme/invoices/1.pdf": None, "acme/invoices/unrelated.pdf": "3"})
    assert told(story.folder, "gone") == [("file-removed", "M1", "INV-1", "file")]


def test_what_was_received_in_another_currency_is_told_in_it(story: Story) -> None:
    text = PAID.replace(RECEIVED, f"{RECEIVED}, received: {{amount: 4400.00, currency: USD}}")
    story.commit("pay", "2026-03-01", {RECORDS: text})
    story.commit("change", "2026-03-02", {RECORDS: text.replace("4400.00", "4410.00")})
    (item,) = [item for item in events(story.folder) if item["subject"] == "change"]
    assert item["message"] == "INV-1: payment of 2026-03-01: received: amount changed from USD 4400.00 to USD 4410.00"
    assert (item["amount"], item["currency"]) == (None, None)


def test_amounts_that_were_verified_are_told_with_their_currency(story: Story) -> None:
    verified = f"verified: {{by: A, date: 2026-03-01, sha256: '{'0' * 64}', amounts: {{M1: 4000.00}}}}"
    text = ACME.replace("total: 9000.00", f"total: 9000.00, {verified}")
    story.commit("verify", "2026-03-01", {RECORDS: text})
    story.commit("change", "2026-03-02", {RECORDS: text.replace("M1: 4000.00", "M1: 4100.00")})
    messages = [item["message"] for item in events(story.folder) if item["subject"] == "change"]
    assert messages == ["agreement: verified: amounts: M1 changed from EUR 4,000.00 to EUR 4,100.00"]


PAID_IN_FULL = {
    "a date": ("paid: 2026-03-01", "4760.00"),
    "no date": ("paid: true", "4760.00"),
    "the rest written off": ("paid: true, written_off: {date: 2026-03-02, amount: 60.00}", "4700.00"),
}


@pytest.mark.parametrize("name", PAID_IN_FULL)
def test_paid_in_full_is_what_was_left_and_counts_as_received(name: str, story: Story) -> None:
    billed = BILLED.replace("INV-1, amount: 4000.00", "INV-1, amount: 4000.00, tax: 760.00")
    story.commit("bill", "2026-02-02", {RECORDS: billed})
    paid, amount = PAID_IN_FULL[name]
    story.commit("pay", "2026-03-01", {RECORDS: billed.replace("1.pdf}", f"1.pdf, {paid}}}")})
    (item,) = [item for item in events(story.folder) if item["event"] == "paid"]
    assert (item["field"], item["amount"], item["currency"]) == ("paid", amount, "EUR")
    assert f"    received EUR {amount[0]},{amount[1:]}" in mtrack("log", cwd=story.folder).out


def test_paid_in_full_leaves_out_what_credit_notes_gave_back(story: Story) -> None:
    note = "{number: CN-NAME, credits: inv-1, amount: 500.00, sent: 2026-02-20, lines: [{milestone: M1, amount: 500.00}]MORE}"
    notes = [
        note.replace("NAME", "1").replace("MORE", ""),
        note.replace("NAME", "2").replace("MORE", ", void: {date: 2026-02-21}"),
    ]
    text = (
        BILLED.replace("1.pdf}", "1.pdf, paid: 2026-03-01}")
        + "invoices:\n"
        + "".join(f"  - {item}\n" for item in notes)
    )
    story.commit("all at once", "2026-03-01", {RECORDS: text})
    assert [item["amount"] for item in events(story.folder) if item["event"] == "paid"] == ["3500.00"]


def test_a_project_is_followed_through_moves(story: Story) -> None:
    story.git("mv", "acme", "clients")
    story.commit("move", "2026-02-01", {"clients/milestones.yaml": ACME.replace("name: Beta", "name: Beta test")})
    assert told(story.folder, "move") == [
        ("project-moved", None, None, None),
        ("milestone-changed", "M2", None, "name"),
    ]
    assert {item["project"] for item in events(story.folder, "clients")} == {"acme", "clients"}
    assert events(story.folder, "acme") == events(story.folder, "clients")


def test_a_version_that_cannot_be_used_is_compared_over(story: Story) -> None:
    story.commit("broken", "2026-02-01", {RECORDS: "project: ["})
    story.commit("still broken", "2026-02-02", {RECORDS: "project: [["})
    story.commit("mended", "2026-02-03", {RECORDS: ACME.replace("5000.00", "5100.00")})
    assert told(story.folder, "broken") == [("broken", None, None, None)]
    assert told(story.folder, "still broken") == []
    assert told(story.folder, "mended") == [("mended", None, None, None), ("milestone-changed", "M2", None, "amount")]


@pytest.mark.parametrize("broken", ["currency: [", "currency: EUR\nmilestone: 7\nx: {"])
def test_a_project_that_moved_and_broke_in_one_commit_is_the_same(broken: str, story: Story) -> None:
    story.git("mv", "acme", "clients")
    story.commit("move", "2026-02-02", {"clients/milestones.yaml": ACME.replace("currency: EUR", broken)})
    assert [event for event, *_ in told(story.folder)] == ["broken", "project-moved"]
    story.git("mv", "clients", "north")
    story.commit("and back", "2026-02-03", {"north/milestones.yaml": ACME.replace("4000.00", "4500.00")})
    assert [event for event, *_ in told(story.folder)] == ["mended", "project-moved", "milestone-changed"]


def test_a_project_that_moved_and_broke_beside_another_one_is_not_that(story: Story) -> None:
    other = ACME.replace("Acme", "Globex").replace("M1", "A").replace("M2", "B").replace("Discovery", "Logo")
    story.commit("other", "2026-02-01", {"globex/milestones.yaml": other})
    story.git("rm", "-r", "--quiet", "acme")
    story.commit("change", "2026-02-02", {"north/milestones.yaml": other.replace("currency: EUR", "currency: [")})
    assert [event for event, *_ in told(story.folder)] == [
        "project-removed",
        "milestone-removed",
        "milestone-removed",
        "broken",
    ]


def test_what_happened_last_in_each_project(story: Story) -> None:
    other = ACME.replace("Acme", "Globex")
    begun = story.git("rev-parse", "HEAD")
    story.commit("globex", "2026-02-01", {"globex/milestones.yaml": other})
    both: dict[str, str | bytes | None] = {
        "globex/milestones.yaml": other.replace("Beta", "Gamma"),
        RECORDS: ACME.replace("Beta", "Gamma"),
    }
    story.commit("both", "2026-02-02", both)
    story.git("mv", "acme", "clients")
    story.commit("move", "2026-02-03")

    def shown(most: int, revision: str = "HEAD") -> dict[str, tuple[list[tuple[str, list[str]]], int]]:
        return {
            folder: (
                [(entry.commit.subject, [item.event for item in entry.events]) for entry in found.entries],
                found.left_out,
            )
            for folder, found in recent(str(story.folder), most, revision).items()
        }

    first = ["project-added", "file-attached", "listed", "listed"]
    assert shown(3) == {
        "clients": ([("move", ["project-moved"]), ("both", ["milestone-changed"]), ("begin", first[:1])], 3),
        "globex": ([("both", ["milestone-changed"]), ("globex", ["project-added", "listed"])], 1),
    }
    assert shown(100)["clients"] == (
        [("move", ["project-moved"]), ("both", ["milestone-changed"]), ("begin", first)],
        0,
    )
    assert shown(100, begun) == {"acme": ([("begin", first)], 0)}
    assert shown(0)["globex"] == ([], 4)


def test_nothing_happened_before_the_first_commit(tmp_path: Path) -> None:
    empty = Story(tmp_path / "empty")
    assert recent(str(empty.folder), 9) == {}
    with pytest.raises(CannotRunError):
        recent(str(tmp_path), 9)


def test_what_is_asked_for(story: Story) -> None:
    bill = story.commit("bill", "2026-02-02", {RECORDS: BILLED})
    story.commit("pay", "2026-03-01", {RECORDS: PAID.replace("INV-1", "INV-2")})
    assert {item["subject"] for item in events(story.folder, "--since", "2026-02-02")} == {"bill", "pay"}
    assert {item["subject"] for item in events(story.folder, "--until", "2026-02-02")} == {"bill", "begin"}
    assert {item["subject"] for item in events(story.folder, "--since", bill)} == {"pay"}
    assert {item["subject"] for item in events(story.folder, "--until", bill)} == {"bill", "begin"}
    assert {item["event"] for item in events(story.folder, "--invoice", "inv-1")} == {
        "billed",
        "invoice-changed",
        "paid",
    }
    assert {item["milestone"] for item in events(story.folder, "acme", "m2")} == {"M2"}
    assert events(story.folder, "acme", "beta") == events(story.folder, "acme", "M2")
    assert events(story.folder, "--author", "NORTH") == events(story.folder)
    assert events(story.folder, "--author", "someone else") == []
    for arguments in (("nowhere",), ("acme", "M9"), ("--invoice", "X"), ("--since", "no-such-revision")):
        result = mtrack("log", *arguments, cwd=story.folder)
        assert (result.code, result.out) == (2, ""), arguments


def test_text_markdown_and_csv(story: Story) -> None:
    story.commit("bill | it", "2026-02-02", {RECORDS: BILLED})
    text = mtrack("log", cwd=story.folder).out
    assert "  acme\n" in text
    assert "    M1 'Discovery' billed as INV-1: EUR 4,000.00\n" in text
    assert "    billed EUR 4,000.00\n" in text
    page = mtrack("log", "--format", "md", cwd=story.folder).out
    assert "### 2026-02-02 · bill \\| it\n" in page
    rows = mtrack("log", "--format", "csv", cwd=story.folder).out.splitlines()
    assert rows[0].startswith("commit,author,email,date,subject,project,milestone,invoice,event,")
    assert len(rows) == 1 + len(events(story.folder))


def test_outside_a_repository_and_without_a_commit(tmp_path: Path) -> None:
    result = mtrack("log", cwd=tmp_path)
    assert (result.code, result.out) == (3, "")
    assert result.err.count("\n") == 1
    Story(tmp_path)
    assert mtrack("log", cwd=tmp_path).out == "no events\n"
    assert validated(mtrack("log", "--format", "json", cwd=tmp_path).out, "log")["head"] is None


@pytest.mark.parametrize("text", ["just text\n", "- a list\n"])
def test_settings_that_are_no_mapping_can_not_be_used(text: str, story: Story) -> None:
    story.commit("break", "2026-02-03", {"mtrack.yaml": text})
    story.commit("mend", "2026-02-04", {"mtrack.yaml": "format: 1\nname: Studio\n"})
    told = {item["subject"]: item["message"] for item in events(story.folder) if item["event"] == "settings-changed"}
    assert (told["break"], told["mend"]) == ("the settings can't be used", "settings recorded")
    assert mtrack("audit", cwd=story.folder).code == 0
    assert mtrack("diff", "HEAD~1", "HEAD", cwd=story.folder).err == ""
