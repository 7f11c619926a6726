"""Details of edits: what a message says, what is undone, and layouts that few files have."""

from __future__ import annotations

import os
import subprocess
from datetime import date
from decimal import Decimal
from errno import EACCES, EROFS
from typing import TYPE_CHECKING

import pytest
from edit_verbs import context_of, splice_records
from support import mtrack, write_tree

from mtrack import limits
from mtrack.directory import Directory
from mtrack.edit import attachments, find, statuses, transaction, verbs, writer
from mtrack.edit.transaction import Options
from mtrack.errors import CannotRunError, UsageError
from mtrack.yaml import comments
from mtrack.yaml.changes import Append, Change, Put, Remove
from mtrack.yaml.refusal import RefusedError

if TYPE_CHECKING:
    from pathlib import Path

    from mtrack.rules.context import ProjectContext

DAY = date(2026, 3, 1)
RECORD = """\
project: P
currency: EUR
agreement: {signed: 2026-01-10, total: 300}
milestones:
  - id: M1
    name: One
    amount: 100
    deliverable: {approved: 2026-02-02}
    invoice: {number: I1, amount: 100, sent: 2026-02-03}
    status: sent
  - id: M2
    name: Two
    amount: 200
    deliverable: {approved: 2026-02-20}
    status: not_billed
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return write_tree(
        tmp_path,
        {
            "mtrack.yaml": "format: 1\n",
            "p/milestones.yaml": RECORD,
            "q/milestones.yaml": RECORD.replace("I1", "Q1"),
            "a.pdf": "a",
        },
    )


def _failing_at(monkeypatch: pytest.MonkeyPatch, last: int) -> None:
    """Let no more than so many files be replaced."""
    replace, done = writer.replace, [0]

    def limited(*given: object) -> None:
        done[0] += 1
        if done[0] == last + 1:
            message = "the disk is full"
            raise CannotRunError(message)
        replace(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(writer, "replace", limited)


def test_a_copy_goes_again_where_the_record_can_not_be_written(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _failing_at(monkeypatch, 0)
    ran = mtrack("bill", "p", "M2", "I2", "--file", "a.pdf", "--as-of", str(DAY), cwd=work)
    assert (ran.code, ran.err) == (3, "mtrack: the disk is full\n")
    assert list((work / "p/invoices").iterdir()) == []
    assert (work / "p/milestones.yaml").read_text(encoding="utf-8") == RECORD


def test_a_copy_goes_again_where_another_record_can_not_be_written(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    targets = [find.Target(str(work), folder) for folder in ("p", "q")]

    def verb(contexts: list[ProjectContext]) -> list[verbs.Edit]:
        return [verbs.add(context, "New", Decimal(5)) for context in contexts]

    _failing_at(monkeypatch, 1)
    with pytest.raises(CannotRunError, match="the disk is full"):
        transaction.carry_out_together(
            targets,
            verb,
            Options(as_of=DAY, force=True),
            lambda folder: (attachments.locate(folder, str(work / "a.pdf"), "invoices"),),
        )
    assert list((work / "p/invoices").iterdir()) == []
    assert (work / "p/milestones.yaml").read_text(encoding="utf-8") == RECORD


def test_a_folder_that_can_not_be_made_is_said(work: Path) -> None:
    with pytest.raises(CannotRunError, match=r"a\.pdf/papers can't be made: not a directory$"):
        writer.open_folder(str(work), str(work / "a.pdf/papers"), make=True)


def test_a_lock_that_can_not_be_made_is_said(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_given: object) -> None:
        raise OSError(EROFS, "?")

    monkeypatch.setattr(Directory, "locked", locked)
    ran = mtrack("hold", "p", "M2", "--as-of", str(DAY), cwd=work)
    assert ran.code == 3
    assert ran.err == f"mtrack: {work}/p can't be written: read-only file system; nothing was changed\n"


def test_the_commit_of_a_new_project_says_what_it_begins_with(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "A")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "a@example.com")
    subprocess.run(["git", "init", "-q", str(work)], check=True)
    ran = mtrack(
        "new", "n", "--currency", "EUR", "--milestone", "One=5", "--commit", "--force", "--as-of", str(DAY), cwd=work
    )
    assert ran.code == 0, ran.err
    command = ["git", "-C", str(work), "log", "--format=%s"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert told == "n: begin with 1 milestone (EUR 5.00)\n"


@pytest.mark.parametrize("text", ["2026/X", "2026/X/", "./2026/X", "X/milestones.yaml", "clients/2026/X"])
def test_a_project_is_known_by_the_end_of_its_path(work: Path, text: str) -> None:
    write_tree(work, {"clients/2026/X/milestones.yaml": RECORD, "clients/2025/XX/milestones.yaml": RECORD})
    assert find.project(text, str(work)).folder == "clients/2026/X"


def test_settings_are_edited_from_any_folder_below(work: Path) -> None:
    (work / "papers").mkdir()
    ran = mtrack("waive", "overdue", "--reason", "r", "--as-of", str(DAY), cwd=work / "papers")
    assert ran.code == 0, ran.err
    assert "rule: overdue" in (work / "mtrack.yaml").read_text(encoding="utf-8")


def test_settings_that_can_not_be_edited_are_said_with_the_lines_to_write(work: Path) -> None:
    write_tree(work, {"mtrack.yaml": "format: 1\nwaivers: &w\n- {rule: overdue, reason: r}\nx-w: *w\n"})
    ran = mtrack("waive", "overbilled", "--reason", "r", "--as-of", str(DAY), cwd=work)
    assert ran.code == 3
    assert ran.err.startswith(
        "mtrack: mtrack.yaml:2:10: mtrack does not edit this: the value is an alias, or is shared"
    )
    assert ran.err.endswith("waivers: (one more)\n      - {rule: overbilled, reason: r}\n")


def test_who_closes_twice_reads_where_it_says_so(work: Path) -> None:
    write_tree(work, {"p/milestones.yaml": f"{RECORD}closed: 2026-02-01\n"})
    ran = mtrack("close", "p", "--as-of", str(DAY), cwd=work)
    assert ran.code == 2
    assert ran.err.startswith("mtrack: p was closed on 2026-02-01 already (p/milestones.yaml:16:")


def test_what_a_waiver_is_for_is_said() -> None:
    edit = verbs.waive(None, {"rule": "overdue", "milestone": "M1", "number": "I1", "file": "a.pdf", "reason": "r"})
    assert edit.did == "overdue accepted for M1, I1, a.pdf in the whole workspace: r"


def test_amounts_are_written_as_the_others_are(work: Path) -> None:
    assert "+    amount: 5\n" in mtrack("add", "p", "New", "5", "--dry-run", "--force", cwd=work).out
    text = RECORD.replace("amount: 200", "amount: 200.00")
    write_tree(work, {"p/milestones.yaml": text})
    assert "+    amount: 5.00\n" in mtrack("add", "p", "New", "5", "--dry-run", "--force", cwd=work).out


def test_an_amount_that_reads_as_thousands_is_refused_in_the_currency() -> None:
    with pytest.raises(UsageError, match=r"^1\.500 has 1 decimal, and JPY has none$"):
        verbs.check_thousands(Decimal("1.500"), "JPY", 0)


def test_what_breaks_the_format_has_no_consequences() -> None:
    context = context_of(RECORD)
    assert context is not None
    for change in (Put(("milestones", 0, "amount"), None), Put(("milestones", 0, "invoice", "sent"), "soon")):
        assert statuses.consequences(context, (change,)) == statuses.Consequences()


HEAD = "project: A\nmilestones:\n"


@pytest.mark.parametrize(
    ("text", "change", "after"),
    [
        ("- hold: {until: 2026-01-01}\n  id: M1\n", Remove(("milestones", 0, "hold")), "- id: M1\n"),
        (
            "- id: M1\n  deliverable: {approved: 2026-01-01}\n",
            Put(("milestones", 0, "invoice"), {"number": "I", "amount": Decimal(5)}),
            "- id: M1\n  deliverable: {approved: 2026-01-01}\n  invoice:\n    number: I\n    amount: 5\n",
        ),
        (
            "- id: M1\n  deliverable: {approved: 2026-01-01}\n",
            Put(("milestones", 0, "hold"), {"until": date(2026, 1, 1)}),
            "- id: M1\n  deliverable: {approved: 2026-01-01}\n  hold: {until: 2026-01-01}\n",
        ),
    ],
)  # fmt: skip
def test_layouts(text: str, change: Change, after: str) -> None:
    assert splice_records(HEAD + text, [change]) == HEAD + after


@pytest.mark.parametrize(
    ("text", "change", "place"),
    [
        (f"{HEAD}- id: M1\n  ? status\n  : sent\n", Put(("milestones", 0, "note"), "x"), (4, 5)),
        (f"{HEAD}- hold: {{until: 2026-01-01}}\n# why\n  id: M1\n", Remove(("milestones", 0, "hold")), (3, 3)),
        ("project: A\n? milestones\n: - id: M1\n", Append(("milestones",), {"id": "M0"}, 0), (3, 3)),
    ],
)
def test_layouts_that_are_refused(text: str, change: Change, place: tuple[int, int]) -> None:
    with pytest.raises(RefusedError) as caught:
        splice_records(text, [change])
    assert (caught.value.reason, caught.value.place) == ("layout", place)


def test_a_file_that_is_too_large_to_be_copied_is_refused(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "COPIED", 2 << 20)
    (work / "a.pdf").write_bytes(bytes((2 << 20) + 1))
    ran = mtrack("bill", "p", "M2", "I2", "--file", "a.pdf", "--as-of", str(DAY), cwd=work)
    assert ran.code == 2
    assert ran.err == (
        "mtrack: a.pdf is larger than 2 MiB; move it into the project folder yourself, and name it there\n"
    )
    assert not (work / "p/invoices").exists()


def test_who_accepts_the_agreement_records_its_amounts_below_it() -> None:
    context = context_of(RECORD)
    assert context is not None
    (change,) = verbs.accept(context, by="A", date=DAY, sha256="0" * 64).changes
    assert (change.route, change.value["by"], change.value["amounts"]) == (  # type: ignore[union-attr]
        ("agreement", "verified"),
        "A",
        {"M1": Decimal(100), "M2": Decimal(200)},
    )


def test_items_of_single_values_are_written_as_those_of_other_lists() -> None:
    lines = "  invoice:\n    number: I\n    lines:\n      - milestone: M1\n        amount: 5.00\n"
    braces = "  invoice:\n    number: I\n    lines:\n      - {milestone: M1, amount: 5.00}\n"
    paid = Append(("milestones", 0, "invoice", "payments"), {"date": DAY, "amount": Decimal(5)})
    for text, written in (
        (lines, "- date: 2026-03-01\n        amount: 5\n"),
        (braces, "- {date: 2026-03-01, amount: 5}\n"),
    ):
        assert written in splice_records(f"{HEAD}- id: M1\n  hold: {{until: 2026-01-01}}\n{text}", [paid])


def test_a_project_that_is_not_there_brings_up_the_name_most_like_it(work: Path) -> None:
    write_tree(work, {"clients/globex-portal/milestones.yaml": RECORD})
    with pytest.raises(UsageError, match=r"there is no project 'globex-portl' in .*; did you mean globex-portal\?$"):
        find.project("globex-portl", str(work))


def test_a_hold_that_says_nothing_new_is_refused(work: Path) -> None:
    assert mtrack("hold", "p", "M2", "--as-of", str(DAY), cwd=work).code == 0
    again = mtrack("hold", "p", "M2", "--as-of", str(DAY), cwd=work)
    assert (again.code, again.err) == (
        2,
        "mtrack: M2 is on hold already; give --until, --reason or --release\n",
    )


def test_an_apostrophe_is_doubled_between_apostrophes(work: Path) -> None:
    record = RECORD.replace("name: One", "name: 'One'").replace("name: Two", "name: 'Two: 2'")
    write_tree(work, {"p/milestones.yaml": record})
    assert mtrack("set", "p", "M2", "--name", "It's: two", "--as-of", str(DAY), cwd=work).code == 0
    written = (work / "p/milestones.yaml").read_text()
    assert written == record.replace("'Two: 2'", "'It''s: two'")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1 #2 b \n", [(("a",), (5, 9))]),
        ("a: '1' #2\n", []),
        ("a: 1 # 2\n", []),
        ("a:\n  - x  #7\n", [(("a", 0), (10, 12))]),
    ],
)
def test_a_comment_that_begins_with_a_digit(text: str, found: list[object]) -> None:
    assert list(comments.number_signs(text)) == found


def test_a_record_of_a_workspace_without_a_schema_names_none(work: Path) -> None:
    assert mtrack("new", "r", "--currency", "EUR", "--milestone", "A=1", cwd=work).code == 0
    assert (work / "r/milestones.yaml").read_text("utf-8").startswith("project:")


def test_a_status_that_was_wrong_is_corrected_where_one_more_invoice_bills_the_milestone(work: Path) -> None:
    path = work / "p/milestones.yaml"
    path.write_text(
        RECORD.replace("amount: 100,", "amount: 40,").replace("status: sent", "status: not_billed"), "utf-8"
    )
    ran = mtrack("bill", "p", "M1", "I2", "--amount", "20", "--as-of", str(DAY), cwd=work)
    assert ran.code == 0
    assert "; status of M1 corrected from not_billed to sent" in ran.out
    assert "status: sent" in path.read_text("utf-8")


def test_a_paper_that_can_not_be_moved_away_is_told(work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unlink = os.unlink

    def refused(path: str, **options: int) -> None:
        if str(path).endswith("a.pdf") and not options:
            raise PermissionError(EACCES, os.strerror(EACCES))
        unlink(path, **options)

    monkeypatch.setattr(os, "unlink", refused)
    ran = mtrack("bill", "p", "M2", "I2", "--file", "a.pdf", "--move", "--as-of", str(DAY), cwd=work)
    assert (ran.code, ran.err.splitlines()[-1]) == (
        3,
        "mtrack: recorded, but a.pdf can't be removed: permission denied",
    )
    assert "I2" in (work / "p/milestones.yaml").read_text("utf-8")


def test_an_id_that_is_taken_is_not_imported() -> None:
    context = context_of(RECORD)
    assert context is not None
    with pytest.raises(UsageError, match=r"\Athe id M2 is taken in p\Z"):
        verbs.import_records(context, [{"id": "M3", "name": "x"}, {"id": "M2", "name": "x"}], [])


def test_another_reason_of_what_is_written_off_is_told(work: Path) -> None:
    off = ("write-off", "I1", "10", "--as-of", str(DAY))
    assert mtrack(*off, "--reason", "rounding", cwd=work).code == 0
    ran = mtrack(*off, "--reason", "insolvent", cwd=work)
    assert ran.code == 0
    assert "reason" in ran.out.splitlines()[0]
    assert "rounding" in ran.out.splitlines()[0]
    assert "reason: insolvent" in (work / "p/milestones.yaml").read_text("utf-8")


@pytest.mark.parametrize("value", ["x", "1", "true", "'~'", "{a: 1}", "2026-01-01", "1" * 5000])
@pytest.mark.parametrize(("path", "words"), [("mtrack.yaml", ()), ("p/milestones.yaml", ("p",))])
def test_a_waiver_is_not_put_where_something_else_stands(
    value: str, path: str, words: tuple[str, ...], work: Path
) -> None:
    file = work / path
    file.write_text(f"{file.read_text('utf-8')}waivers: {value}\n", "utf-8")
    before = file.read_bytes()
    ran = mtrack("waive", "overdue", *words, "--reason", "x", "--as-of", str(DAY), cwd=work)
    assert ran.code == 3
    assert "mtrack does not edit this: something else stands there already\n" in ran.err
    assert file.read_bytes() == before


@pytest.mark.skipif(os.name == "nt", reason="names there hold none of these")
@pytest.mark.parametrize("name", ["a\n--- a/victim.txt\n+++ b", 'a"b', "a\\b", "a\tb\rc\x01\x7f", "plain ö"])
def test_a_difference_names_a_file_as_git_does(name: str, work: Path) -> None:
    write_tree(work, {f"{name}/milestones.yaml": RECORD.replace("I1", "R1"), "victim.txt": "x\n"})
    for words in (
        ("init", "-q"),
        ("add", "."),
        ("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", "x"),
    ):
        subprocess.run(["git", *words], cwd=work, check=True)
    shown = mtrack("set", ".", "M2", "--note", "x", "--dry-run", cwd=work / name)
    assert shown.code == 0, shown.err
    done = mtrack("set", ".", "M2", "--note", "x", cwd=work / name)
    assert done.code == 0
    of_git = subprocess.run(
        ["git", "-c", "core.quotePath=false", "diff"], cwd=work, capture_output=True, text=True, check=True
    ).stdout
    heads = [line for line in of_git.splitlines() if line.startswith(("--- ", "+++ "))]
    assert [line for line in shown.out.splitlines() if line.startswith(("--- ", "+++ "))] == heads
