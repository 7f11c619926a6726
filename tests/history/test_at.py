"""`--at REV`: what a worktree of the revision would say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import mtrack

from history.story import Story

if TYPE_CHECKING:
    from pathlib import Path

    from history.told import Told

ACME = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - {id: M1, name: Discovery, amount: 4000.00, deliverable: {approved: 2026-02-01, signoff: signoffs/m1.eml}, status: not_billed}
  - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
"""
BILLED = ACME.replace(
    "m1.eml}, status: not_billed",
    "m1.eml}, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02, file: invoices/1.pdf}, status: sent",
)
RECORDS = "acme/milestones.yaml"
COMMANDS = {
    "lint": ("json", "text", "sarif"),
    "gaps": ("json", "text", "md"),
    "status": ("json", "csv", "text"),
    "aging": ("json", "text"),
    "forecast": ("json", "text"),
    "next": ("json", "text"),
    "invoices": ("csv", "json"),
    "payments": ("csv", "json"),
    "report": ("md",),
}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    story = Story(tmp_path_factory.mktemp("at") / "ws")
    story.commit(
        "begin",
        "2026-02-01",
        {"mtrack.yaml": "format: 1\nname: Studio\n", RECORDS: ACME, "acme/agreement/sow.pdf": "signed"},
    )
    story.commit("signoff", "2026-02-02", {"acme/signoffs/m1.eml": "ok", "acme/invoices/stray.pdf": "not named"})
    story.commit(
        "bill", "2026-02-02", {RECORDS: BILLED, "acme/invoices/1.pdf": "invoice", "acme/invoices/stray.pdf": None}
    )
    story.commit("empty file", "2026-03-01", {"acme/invoices/1.pdf": ""})
    story.commit("broken", "2026-03-02", {"globex/milestones.yaml": "project: ["})
    story.git("mv", "acme", "clients")
    story.commit(
        "move", "2026-03-03", {"mtrack.yaml": "format: 1\nrules: {invoice-file-missing: off}\nexclude: [globex/]\n"}
    )
    story.write({"clients/milestones.yaml": ACME.replace("Acme", "Not committed")})
    return story


@pytest.mark.parametrize("command", COMMANDS)
def test_it_equals_a_worktree_of_the_revision(command: str, story: Story, tmp_path: Path) -> None:
    for number, commit in enumerate(story.git("rev-list", "--reverse", "HEAD").split()):
        worktree = tmp_path / str(number)
        story.git("worktree", "add", "--quiet", "--detach", str(worktree), commit)
        for format_ in COMMANDS[command]:
            for as_of in ("2026-02-20", "2026-11-22"):
                arguments = (command, "--format", format_, "--as-of", as_of)
                there = mtrack(*arguments, cwd=worktree)
                here = mtrack(*arguments, "--at", commit, cwd=story.folder)
                assert (here.code, here.out, here.err) == (there.code, there.out, there.err), (commit, format_)
        story.git("worktree", "remove", "--force", str(worktree))


@pytest.mark.parametrize("command", COMMANDS)
def test_it_equals_a_worktree_of_every_commit_of_the_story(command: str, told: Told, tmp_path: Path) -> None:
    story, worktree = told.story, tmp_path / "tree"
    story.git("worktree", "add", "--quiet", "--detach", str(worktree), "main")
    arguments = (command, "--format", COMMANDS[command][0], "--as-of", "2026-11-22")
    for commit in story.git("rev-list", "--all").split():
        Story(tmp_path).git("-C", str(worktree), "checkout", "--quiet", "--detach", commit)
        there = mtrack(*arguments, cwd=worktree)
        here = mtrack(*arguments, "--at", commit, cwd=story.folder)
        assert (here.code, here.out, here.err) == (there.code, there.out, there.err), commit
    story.git("worktree", "remove", "--force", str(worktree))


def test_the_site_equals_that_of_a_worktree(story: Story, tmp_path: Path) -> None:
    commit = story.git("rev-parse", "HEAD~3")
    worktree = tmp_path / "ws"
    story.git("worktree", "add", "--quiet", "--detach", str(worktree), commit)
    assert mtrack("report", "--as-of", "2026-03-01", cwd=worktree).code == 0
    assert mtrack("report", "--as-of", "2026-03-01", "--at", commit, cwd=story.folder).code == 0
    pages = sorted(path.relative_to(worktree) for path in (worktree / "mtrack-report").rglob("*.html"))
    assert len(pages) == 7  # with the tasks and the statement
    for page in pages:
        assert (story.folder / page).read_text() == (worktree / page).read_text(), page
    story.git("worktree", "remove", "--force", str(worktree))


def test_without_a_day_it_is_the_committers(story: Story) -> None:
    result = mtrack("status", "--format", "json", "--at", "HEAD~2", cwd=story.folder)
    assert '"as_of": "2026-03-01"' in result.out
    assert '"as_of": "2026-02-01"' in mtrack("lint", "--format", "json", "--at", "HEAD~5", cwd=story.folder).out


def test_nothing_in_the_working_tree_changes(story: Story) -> None:
    before = story.git("status", "--porcelain=v2", "--branch")
    assert mtrack("lint", "--at", "HEAD~1", cwd=story.folder).code in (0, 1)
    assert story.git("status", "--porcelain=v2", "--branch") == before


def test_wrong_usage(story: Story, tmp_path: Path) -> None:
    for arguments in (
        ("--at", "nowhere"),
        ("--at", "HEAD", "--fix"),
        ("--at", "HEAD", "--since", "HEAD"),
        ("--at", "--output=x"),
    ):
        result = mtrack("lint", *arguments, cwd=story.folder)
        assert (result.code, result.out) == (2, ""), arguments
    result = mtrack("lint", "--at", "HEAD", cwd=tmp_path)
    assert (result.code, result.out) == (3, "")


def test_papers_are_not_compared_since_their_content_is_not_there(tmp_path: Path) -> None:
    story = Story(tmp_path / "ws")
    paper = "Statement of work\n\nDiscovery: EUR 4,000.00\nBeta: EUR 5,000.00\nTotal: EUR 9,000.00\n"
    acme = ACME.replace("sow.pdf", "sow.txt").replace("total: 9000.00", "total: 9000.00, milestones: 2")
    files = {"mtrack.yaml": "format: 1\nverify: true\n", RECORDS: acme, "acme/agreement/sow.txt": paper}
    story.commit("begin", "2026-02-01", {**files, "acme/signoffs/m1.eml": "From: a@example.com\n\nM1 ok\n"})
    unread = mtrack("lint", "--at", "HEAD", "--select", "evidence,agreement", cwd=story.folder)
    assert (unread.code, unread.out.splitlines()[0]) == (0, "1 project, 2 milestones: nothing to fix")
