"""A repository with a known story: what each commit should say stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from history.story import Story
from history.test_log import ACME, BILLED, PAID

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


NORTHWIND = """\
project: Northwind app
currency: EUR
agreement: {file: agreement/a.pdf, signed: 2026-03-20, total: 6000.00}
milestones:
  - id: A
    name: Design
    amount: 2000.00
    status: not_billed
  - id: B
    name: Build
    amount: 4000.00
    status: not_billed
"""
LIFE: tuple[tuple[str, tuple[tuple[str, str], ...], tuple[str, ...]], ...] = (
    ("delivered", (("2000.00\n", "2000.00\n    deliverable: {completed: DAY}\n"),), ("delivered A",)),
    ("approved", (("{completed: ", "{approved: DAY, completed: "),), ("approved A",)),
    ("signed off", (("{approved: ", "{signoff: signoffs/a.eml, approved: "),), ("file-attached A",)),
    (
        "billed",
        (("    status: not_billed\n  - id: B", "    invoice: {number: N-1, amount: 2000.00, sent: DAY}\n    status: sent\n  - id: B"),),
        ("status-changed A", "billed A N-1"),
    ),
    ("the paper of it", (("{number: N-1,", "{number: N-1, file: invoices/1.pdf,"),), ("file-attached A N-1",)),
    (
        "paid in short", (("{number: N-1,", "{number: N-1, paid: DAY,"), ("status: sent", "status: paid")),
        ("status-changed A", "paid A N-1"),
    ),
    (
        "paid written out", (("paid: LAST,", "payments: [{date: LAST, amount: 2000.00}],"),),
        ("payment-removed A N-1", "paid A N-1"),
    ),
    ("refunded", (("amount: 2000.00}],", "amount: 2000.00}, {date: DAY, amount: -100.00}],"),), ("paid A N-1",)),
    ("held", (("4000.00\n", "4000.00\n    hold: {reason: their budget}\n"),), ("held B",)),
    ("released", (("    hold: {reason: their budget}\n", ""),), ("released B",)),
    ("another id", (("id: B\n", "id: B1\n"),), ("milestone-changed B1",)),
    (
        "amendment", (("6000.00}", "6000.00, amendments: [{signed: DAY, amount: 500.00}]}"), ("4000.00", "4500.00")),
        ("amended", "milestone-changed B1"),
    ),
    ("an extra", (("END", "  - id: C\n    name: Extra\n    amount: 300.00\n    status: not_billed\nEND"),), ("listed C",)),
    (
        "the extra cancelled",
        (("300.00\n    status: not_billed", "300.00\n    cancelled: {date: DAY, reason: not wanted}\n    status: cancelled"),),
        ("status-changed C", "cancelled C"),
    ),
    (
        "in part", (("END", "invoices:\n  - {number: N-2, amount: 2000.00, sent: DAY, lines: [{milestone: B1, amount: 2000.00}]}\nEND"),),
        ("billed B1 N-2",),
    ),
    ("void", (("{number: N-2,", "{number: N-2, void: {date: DAY, reason: wrong address},"),), ("voided B1 N-2",)),
    (
        "again",
        (("END", "  - {number: N-3, replaces: N-2, amount: 2200.00, sent: DAY, lines: [{milestone: B1, amount: 2200.00}]}\nEND"),),
        ("billed B1 N-3",),
    ),
    ("disputed", (("{number: N-3,", "{number: N-3, disputed: {since: DAY, reason: late},"),), ("disputed B1 N-3",)),
    ("settled", (("disputed: {since: LAST, reason: late}, ", ""),), ("dispute-ended B1 N-3",)),
    (
        "credited",
        (("END", "  - {number: CN-1, credits: N-3, amount: 200.00, sent: DAY, lines: [{milestone: B1, amount: 200.00}]}\nEND"),),
        ("credited B1 CN-1",),
    ),
    ("written off", (("{number: N-3,", "{number: N-3, written_off: {date: DAY, amount: 50.00},"),), ("written-off B1 N-3",)),
    ("retention", (("6000.00, ", "6000.00, retention: 5, "),), ("agreement-changed",)),
    ("comments", (("milestones:\n", "\n# as agreed\nmilestones:\n"),), ()),
    ("a mark", (("project:", "\ufeffproject:"),), ()),
    ("own keys", (("currency: EUR", "currency: EUR\nx-ticket: 7"),), ()),
    ("closed", (("currency: EUR", "currency: EUR\nclosed: DAY"),), ("closed",)),
    ("reopened", (("\nclosed: LAST", ""),), ("reopened",)),
    ("payment gone", ((", {date: REFUND, amount: -100.00}", ""),), ("payment-removed A N-1",)),
    ("approval gone", (("approved: APPROVAL, ", ""),), ("delivery-changed A",)),
    ("status back", (("status: paid", "status: sent"),), ("status-changed A",)),
    ("the extra gone", (("  - id: C", "GONE"),), ("milestone-removed C",)),
)  # fmt: skip
"""The life of a project: what each commit replaces in its records, and the events; DAY is the commit's, LAST the one's before."""


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
        return self.after(0)

    def after(self, days: int) -> str:
        """The day so many days after the last commit."""
        day = self.day + days
        return f"2026-{2 + day // 28:02}-{1 + day % 28:02}"


def lived(told: Told) -> None:
    """A whole life of a project, to its folder's last move, which also breaks it."""
    records = "northwind/milestones.yaml"
    text, days = NORTHWIND + "END", {"LAST": ""}
    told.then(
        "northwind", {records: NORTHWIND, "northwind/agreement/a.pdf": "signed too"},
        "project-added", "file-attached file", "listed A", "listed B",
    )  # fmt: skip
    for subject, changes, expected in LIFE:
        day = told.after(3)
        for old, new in changes:
            filled = [part.replace("LAST", days["LAST"]) for part in (old, new)]
            filled = [part.replace("REFUND", days.get("refunded", "")) for part in filled]
            filled = [part.replace("APPROVAL", days.get("approved", "")).replace("DAY", day) for part in filled]
            assert text.count(filled[0]) == 1, (subject, filled)
            text = text.replace(filled[0], filled[1])
        if "GONE" in text:  # all of a milestone, up to what comes next
            text = text.partition("GONE")[0] + "invoices:" + text.partition("invoices:")[2]
        files: dict[str, str | bytes | None] = {records: text.removesuffix("END")}
        files |= {"northwind/signoffs/a.eml": "fine"} if subject == "signed off" else {}
        files |= {"northwind/invoices/1.pdf": "paper"} if subject == "the paper of it" else {}
        told.then(subject, files, *expected)
        days |= {subject: day, "LAST": day}
    told.then("the window is two days", {"mtrack.yaml": f"{SETTINGS}correct_within: 2\n"}, "settings-changed")
    told.then("what nobody records", {"northwind/notes.txt": "call them"})
    broken = text.removesuffix("END").replace("currency: EUR", "currency: [")
    told.story.git("mv", "northwind", "app")
    told.then("moved and broken", {"app/milestones.yaml": broken}, "broken", "project-moved")
    mended = text.removesuffix("END").replace("Northwind app", "Northwind shop")
    told.then("and mended", {"app/milestones.yaml": mended}, "mended", "project-changed")
    told.then(
        "noted", {"app/milestones.yaml": mended.replace("currency: EUR", "currency: EUR\nnote: x")}, "project-changed"
    )
    told.story.git("revert", "--no-edit", "--no-commit", "HEAD")
    told.then("note reverted", {}, "project-changed")


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


def tell(folder: Path) -> Told:
    """Make the repository."""
    told = Told(folder)
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

    lived(told)
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
