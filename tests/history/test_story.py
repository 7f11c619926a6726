"""One repository with a known story: what `log`, `audit` and `diff` say of it, written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support import mtrack, validated

from history.story import Story
from history.test_log import ACME, BILLED, PAID, events
from mtrack.render.markdown import escape

if TYPE_CHECKING:
    from pathlib import Path

RECORDS = "acme/milestones.yaml"
GLOBEX = """\
project: Globex rebrand
currency: USD
milestones:
  - {id: A, name: Logo, amount: 700.00, status: not_billed}
"""
SETTINGS = "format: 1\n"
FILES = {"acme/agreement/sow.pdf": "signed", "acme/signoffs/m1.eml": "ok", "acme/invoices/1.pdf": "invoice"}


def reindented(text: str) -> str:
    """The same records with wider indents, quotes and comments."""
    lines = [f"  {line}" if line.startswith("  ") else line for line in text.splitlines()]
    return "# reviewed\n" + "\n".join(lines).replace("name: Discovery", 'name: "Discovery"  # the first') + "\n"


class Told:
    """The story, told by commits; what each should say stands beside it."""

    def __init__(self, folder: Path) -> None:
        self.story = Story(folder)
        self.expected: dict[str, list[str]] = {}
        self.day = 1

    def then(self, subject: str, files: dict[str, str | bytes | None], *expected: str, days: int = 3) -> None:
        self.day += days
        self.expected[subject] = list(expected)
        self.story.commit(subject, self.date, files)

    @property
    def date(self) -> str:
        return f"2026-{2 + self.day // 28:02}-{1 + self.day % 28:02}"


def tidied(told: Told) -> str:
    """A branch that is rebased, one that is squashed, an amended commit; the records then."""
    story, records = told.story, "clients/milestones.yaml"
    story.git("checkout", "--quiet", "-b", "notes")
    told.then("contact", {records: PAID.replace("currency: EUR", "currency: EUR\ncontact: Ms Doe")}, "project-changed")
    story.git("checkout", "--quiet", "main")
    told.then("beta planned", {records: PAID + "    planned: 2026-09-01\n"}, "milestone-changed M2")
    story.git("rebase", "--quiet", "main", "notes", day=told.date)
    story.git("checkout", "--quiet", "main")
    story.git("merge", "--quiet", "--ff-only", "notes")
    now = PAID.replace("currency: EUR", "currency: EUR\ncontact: Ms Doe") + "    planned: 2026-09-01\n"

    story.git("checkout", "--quiet", "-b", "client")
    told.then("first try", {records: now.replace("contact: ", "client: Acme\ncontact: ")})
    story.commit("second try", told.date, {records: now.replace("contact: ", "client: Acme Inc\ncontact: ")})
    story.git("checkout", "--quiet", "main")
    story.git("merge", "--quiet", "--squash", "client")
    now = now.replace("contact: ", "client: Acme Inc\ncontact: ")
    told.then("client", {}, "project-changed")
    story.git("branch", "--quiet", "-D", "client")
    told.expected["first try"] = []

    story.commit("amended", told.date, {records: now.replace("Ms Doe", "Ms Roe")})
    now = now.replace("Ms Doe", "Mr Roe")
    story.write({records: now})
    story.git("commit", "--quiet", "--all", "--amend", "--no-edit", day=told.date)
    told.expected["amended"] = ["project-changed"]
    return now


def merged(told: Told, now: str) -> str:
    """A merge without and one with a conflict."""
    story, records = told.story, "clients/milestones.yaml"
    story.git("checkout", "--quiet", "-b", "clean")
    told.then("notes", {records: now.replace("project: Acme website", "project: Acme site")}, "project-changed")
    story.git("checkout", "--quiet", "main")
    told.then("planned again", {records: now.replace("2026-09-01", "2026-10-01")}, "milestone-changed M2")
    story.git("merge", "--quiet", "-m", "merge", "clean", day=told.date)
    told.expected["merge"] = []
    now = now.replace("2026-09-01", "2026-10-01").replace("project: Acme website", "project: Acme site")

    story.git("checkout", "--quiet", "-b", "conflict")
    told.then("theirs", {records: now.replace("2026-10-01", "2026-11-01")}, "milestone-changed M2")
    story.git("checkout", "--quiet", "main")
    told.then("ours", {records: now.replace("2026-10-01", "2026-12-01")}, "milestone-changed M2")
    story.git("merge", "--quiet", "--no-commit", "--strategy=ours", "conflict")
    told.then("merge with a conflict", {records: now.replace("2026-10-01", "2026-12-01")}, "milestone-changed M2")
    return now.replace("2026-10-01", "2026-12-01")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    told = Told(tmp_path_factory.mktemp("story") / "ws")
    story = told.story
    told.then("settings", {"mtrack.yaml": SETTINGS}, "settings-changed")
    told.then("acme", {RECORDS: ACME, **FILES}, "project-added", "file-attached file", "listed M1", "listed M2")
    told.then("globex", {"globex/milestones.yaml": GLOBEX}, "project-added", "listed A")
    told.then(
        "bill", {RECORDS: BILLED},
        "status-changed M1", "approved M1", "file-attached M1", "billed M1 INV-1", "file-attached M1 INV-1",
    )  # fmt: skip
    typo = BILLED.replace("INV-1, amount: 4000.00", "INV-1, amount: 400.00")
    told.then("typo", {RECORDS: typo.replace("INV-1", "INV-1")}, "invoice-changed M1 INV-1")
    told.then("typo corrected the same day", {RECORDS: BILLED}, "invoice-changed M1 INV-1", days=0)
    told.then("line ends", {RECORDS: BILLED.replace("\n", "\r\n")})
    told.then("indents", {RECORDS: reindented(BILLED)})
    told.then("line ends back", {RECORDS: BILLED})
    told.then("broken", {RECORDS: BILLED.replace("currency: EUR", "currency: [")}, "broken")
    told.then("still broken", {RECORDS: BILLED.replace("currency: EUR", "currency: {")})
    told.then("mended", {RECORDS: PAID}, "mended", "status-changed M1", "paid M1 INV-1")
    story.git("mv", "acme", "clients")
    told.then("moved", {}, "project-moved")
    records = "clients/milestones.yaml"
    told.then("altered", {records: PAID.replace("sent: 2026-02-02", "sent: 2026-02-12")}, "invoice-changed M1 INV-1")
    told.then("altered back", {records: PAID}, "invoice-changed M1 INV-1")
    told.then("agreement replaced", {"clients/agreement/sow.pdf": "another"}, "file-changed file")
    story.git("rm", "-r", "--quiet", "globex")
    told.then("globex gone", {}, "project-removed", "milestone-removed A")

    now = tidied(told)
    now = merged(told, now)
    second = "    amount: 5000.00\n    invoice: {number: INV-2, amount: AMOUNT, sent: 2026-06-01}\n"
    for branch, amount in (("site-a", "5000.00"), ("site-b", "2500.00")):
        story.git("checkout", "--quiet", "-b", branch, "main")
        text = now.replace("    amount: 5000.00\n", second.replace("AMOUNT", amount))
        assert text != now
        story.commit(branch, told.date, {records: text})
    story.git("checkout", "--quiet", "main")
    return told


def words(item: dict[str, Any]) -> str:
    """An event in short: its name, the milestone and the invoice; else the field of a file."""
    names = [item["milestone"], item["invoice"]]
    if item["event"].startswith("file-") and not any(names):
        names = [item["field"]]
    return " ".join([item["event"], *filter(None, names)])


def test_each_commit_says_what_it_did(told: Told) -> None:
    found: dict[str, list[str]] = {subject: [] for subject in told.expected}
    for item in events(told.story.folder):
        found.setdefault(item["subject"], []).append(words(item))
    assert found == told.expected


def test_the_merge_with_a_conflict_names_what_was_given_up(told: Told) -> None:
    (item,) = [item for item in events(told.story.folder) if item["subject"] == "merge with a conflict"]
    assert (item["field"], item["old"], item["new"]) == ("planned", "2026-11-01", "2026-12-01")


def test_the_audit(told: Told) -> None:
    result = mtrack("audit", "--format", "json", "--branches", "--as-of", "2026-11-22", cwd=told.story.folder)
    assert result.code == 1
    subjects = dict(line.split(" ", 1) for line in told.story.git("log", "--all", "--format=%H %s").splitlines())
    found = [
        (item["rule"], subjects[item["commit"]["id"]], item["line"] is not None)
        for item in validated(result.out, "findings")["findings"]
    ]
    assert sorted(found) == [
        ("agreement-replaced", "agreement replaced", True),
        ("branch-collision", "site-b", False),
        ("sent-invoice-changed", "altered", True),
        ("sent-invoice-changed", "altered back", True),
        ("sent-invoice-changed", "typo", True),
    ]


@pytest.mark.parametrize("format_", ["text", "md", "csv"])
def test_every_format_of_the_log_has_every_event(format_: str, told: Told) -> None:
    out = mtrack("log", "--format", format_, cwd=told.story.folder).out
    for item in events(told.story.folder):
        assert item["commit"][:10] in out
        message = escape(item["message"]) if format_ == "md" else item["message"]
        assert message in out.replace('""', '"')


def test_the_difference_between_two_ends_is_net(told: Told) -> None:
    """What was altered and altered back, broken and mended, is not in it."""
    begin = told.story.git("log", "--format=%H", "--grep=^bill$")
    result = mtrack("diff", begin, "main", "--format", "json", "--as-of", "2026-06-01", cwd=told.story.folder)
    found = validated(result.out, "diff")
    assert sorted(map(words, found["events"])) == [
        "file-changed file", "milestone-changed M2", "milestone-removed A", "paid M1 INV-1", "project-changed",
        "project-changed", "project-changed", "project-moved", "project-removed", "status-changed M1",
    ]  # fmt: skip
    assert [(item["path"], item["after"] and item["after"]["received"]) for item in found["projects"]] == [
        ("clients", "4000.00"), ("globex", None),
    ]  # fmt: skip
