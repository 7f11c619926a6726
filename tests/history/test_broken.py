"""A repository that git can't read: each command says so, in git's words, and finds the rest."""

from __future__ import annotations

import json
import os
import shutil
import sys
from typing import TYPE_CHECKING

import pytest
from support import mtrack

from history.story import Story
from history.test_weakened import AS_OF, TEXT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _leads_nowhere(folder: Path) -> None:
    shutil.move(folder / ".git", folder.parent / "there")
    (folder / ".git").write_text(f"gitdir: {folder.parent / 'nowhere'}\n", encoding="utf-8")


def _empty(folder: Path) -> None:
    shutil.move(folder / ".git", folder.parent / "there")
    (folder / ".git").mkdir()


def _closed(folder: Path) -> None:
    if os.name == "nt" or os.geteuid() == 0:
        pytest.skip("the user may look into every folder")
    (folder / ".git").chmod(0)


def _over(name: str, text: str) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        (folder / ".git" / name).write_text(text, encoding="utf-8")

    return damage


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "leads nowhere": (_leads_nowhere, "fatal: not a git repository"),
    "empty": (_empty, "fatal: not a git repository"),
    "closed": (_closed, "fatal: not a git repository"),
    "head": (_over("HEAD", "junk\n"), "fatal: not a git repository"),
    "settings": (_over("config", "[core\n"), "fatal: bad config"),
    "index": (_over("index", "junk\n"), "index file smaller than expected"),
}
READS = ("lint", "gaps", "status", "next", "aging", "forecast", "invoices", "payments", "verify", "report")
TOLD = "mtrack: git can't tell which files are committed: '"
LOST = "'; files that are not committed are not found"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "ws")
    files = {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": TEXT, "acme/agreement/sow.pdf": "signed"}
    story.commit("begin", "2026-02-02", {**files})
    story.write({"acme/invoices/1.pdf": "1"})
    return story


def test_a_file_that_git_does_not_track_is_told_with_the_invoice_that_names_it(story: Story) -> None:
    found = json.loads(mtrack("lint", *AS_OF, "--format", "json", cwd=story.folder).out)["findings"]
    (missing,) = [item for item in found if item["rule"] == "attachment-not-committed"]
    assert (missing["milestone"], missing["invoice"]) == ("M1", "INV-1")
    assert missing["hint"].startswith("commit it with the records: git add acme/invoices/1.pdf")


def not_committed(story: Story) -> list[tuple[str, str]]:
    """The files that are told, and those that are to be added."""
    result = mtrack("lint", *AS_OF, "--select", "attachment-not-committed", "--format", "json", cwd=story.folder)
    found = json.loads(result.out)["findings"]
    return [(item["message"].partition(" is not tracked")[0], item["hint"].split()[7]) for item in found]


INNER = "project: Inner\ncurrency: EUR\nmilestones: [{id: M1, name: One, amount: 0, status: not_billed}]\n"


@pytest.mark.parametrize("inner", ["acme/invoices", "acme/invoices/deeper"])
def test_a_file_in_a_project_within_the_project_is_tracked(inner: str, story: Story) -> None:
    """The outer project names it, and git lists it, whatever git knows of the records beside it."""
    told = [("the invoice file invoices/1.pdf", "acme/invoices/1.pdf")]
    story.write({f"{inner}/milestones.yaml": INNER})
    assert not_committed(story) == told
    story.git("add", "acme/invoices/1.pdf")
    assert not_committed(story) == []
    story.git("add", "--all")
    assert not_committed(story) == []
    story.git("rm", "--cached", "--quiet", "acme/invoices/1.pdf")
    assert not_committed(story) == told


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("target", [".inv", "../acme/.inv/", "deep/../.inv", "{root}/acme/.inv"])
def test_a_file_behind_a_link_is_tracked_where_the_link_and_the_file_are(target: str, story: Story) -> None:
    (story.folder / "acme/invoices").rename(story.folder / "acme/.inv")
    (story.folder / "acme/deep").mkdir()
    (story.folder / "acme/invoices").symlink_to(target.format(root=story.folder))
    file = "the invoice file invoices/1.pdf"
    assert not_committed(story) == [(file, "acme/invoices")]
    story.git("add", "acme/invoices")
    assert not_committed(story) == [(file, "acme/.inv/1.pdf")]
    story.git("add", "acme/.inv/1.pdf")
    assert not_committed(story) == []
    story.git("rm", "--cached", "--quiet", "acme/invoices")
    assert not_committed(story) == [(file, "acme/invoices")]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_link_in_the_place_of_a_file_is_not_the_file(story: Story) -> None:
    (story.folder / "acme/invoices/1.pdf").rename(story.folder / "acme/invoices/real.pdf")
    (story.folder / "acme/invoices/1.pdf").symlink_to("real.pdf")
    story.git("add", "acme/invoices/1.pdf")
    assert not_committed(story) == [("the invoice file invoices/1.pdf", "acme/invoices/real.pdf")]
    story.git("add", "--all")
    assert not_committed(story) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_repository_that_cannot_be_read_is_told(name: str, story: Story) -> None:
    damage, words = BROKEN[name]
    whole = mtrack("lint", *AS_OF, cwd=story.folder)
    assert "(attachment-not-committed)" in whole.out or "[attachment-not-committed]" in whole.out
    assert whole.err == ""
    damage(story.folder)
    for command in READS:
        result = mtrack(command, *AS_OF, cwd=story.folder)
        assert result.code in (0, 1), result.err
        (line,) = [line for line in result.err.splitlines() if line.startswith(TOLD)]
        assert words in line, command
        assert line.endswith(LOST)
    (story.folder / ".git").chmod(0o700)


@pytest.mark.parametrize("name", [name for name in BROKEN if name != "index"])
def test_a_history_that_cannot_be_read_is_told(name: str, story: Story) -> None:
    damage, words = BROKEN[name]
    damage(story.folder)
    for command in (
        ("log",), ("audit",), ("diff",), ("lint", "--since", "HEAD"), ("lint", "--at", "HEAD"), ("gaps", "--settings-from", "HEAD"),
        ("report", "--since", "HEAD"),
    ):  # fmt: skip
        result = mtrack(*command, cwd=story.folder)
        assert (result.code, result.out, result.err.count("\n")) == (3, "", 1), command
        assert result.err.startswith("mtrack: git can't read the repository around the workspace: '"), command
        assert words in result.err
    report = mtrack("report", *AS_OF, cwd=story.folder)
    (line,) = [line for line in report.err.splitlines() if line.endswith("; the pages have no history")]
    assert words in line
    (story.folder / ".git").chmod(0o700)


def test_where_there_is_none_nothing_is_told(story: Story) -> None:
    shutil.rmtree(story.folder / ".git")
    for command in READS:
        assert "git" not in mtrack(command, *AS_OF, cwd=story.folder).err


def test_a_bare_repository_tracks_no_files_here(story: Story) -> None:
    story.git("config", "core.bare", "true")
    assert mtrack("lint", *AS_OF, cwd=story.folder).err == ""


def test_it_is_told_again_and_not_once_it_is_mended(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of a run does not outlive what it says of git."""
    monkeypatch.setenv("MTRACK_WAYS", "memo store plain forms traits fork")
    whole = mtrack("lint", *AS_OF, cwd=story.folder)
    head = (story.folder / ".git/HEAD").read_bytes()
    _over("HEAD", "junk\n")(story.folder)
    for _ in range(3):
        assert TOLD in mtrack("lint", *AS_OF, cwd=story.folder).err
    (story.folder / ".git/HEAD").write_bytes(head)
    for _ in range(2):
        assert mtrack("lint", *AS_OF, cwd=story.folder) == whole


@pytest.mark.skipif(os.name == "nt", reason="programs are found elsewhere there")
def test_without_git_a_repository_is_told(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(story.folder / "nowhere"))
    result = mtrack("lint", *AS_OF, cwd=story.folder)
    assert result.err == f"mtrack: the history is read with git, which is not installed{LOST[1:]}\n"
