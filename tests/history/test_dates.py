"""Commits with dates that nobody could have written them on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from support import mtrack, validated

from history.story import Story
from history.test_audit import FILES, RECORDS, changed, rules

if TYPE_CHECKING:
    from pathlib import Path

LATER = changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4100.00")
ODD = {
    "before the epoch by its offset": "1 -0001",
    "no such offset": "1772366400 +9999",
    "after the year 9999": "253402300800 +0000",
    "the last second": "253402300799 +1400",
    "a number of no clock": "99999999999999999999 +0000",
    "below zero": "-5 +0000",
    "none": "",
    "no number": "today",
}


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "ws")
    story.commit("begin", "2026-03-01", dict(FILES))
    return story


def dated(story: Story, author: str, committer: str) -> str:
    """HEAD once more, with dates as written."""
    lines = story.git("cat-file", "commit", "HEAD").split("\n")
    for i, line in enumerate(lines):
        role = line.partition(" ")[0]
        if role in ("author", "committer"):
            lines[i] = f"{line.partition('> ')[0]}> {author if role == 'author' else committer}"
    text = "\n".join(lines) + "\n"
    commit = story.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", stdin=text.encode())
    story.git("update-ref", "HEAD", commit)
    return commit


@pytest.mark.parametrize("name", ODD)
def test_an_odd_date_costs_only_itself(name: str, story: Story) -> None:
    story.commit("odd", "2026-03-02", {RECORDS: FILES[RECORDS].replace("Beta", "Gamma")})
    dated(story, ODD[name], ODD[name])
    story.commit("change", "2026-03-10", {RECORDS: LATER.replace("Beta", "Gamma")})
    result = mtrack("log", "--format", "json", cwd=story.folder)
    assert result.code == 0, result.err
    found = validated(result.out, "log")["events"]
    assert [item["subject"] for item in found if item["subject"] != "begin"] == ["change", "odd"]
    assert rules(story) == ["sent-invoice-changed"]
    for command in (
        ("lint", "--at", "HEAD~1"),
        ("status", "--at", "HEAD~1"),
        ("lint", "--since", "2026-03-05"),
        ("diff", "HEAD~1"),
        ("audit", "--since", "2026-03-05"),
    ):
        result = mtrack(*command, cwd=story.folder)
        assert result.code in (0, 1), (command, result.err)


def test_a_commit_without_a_date_takes_that_of_the_one_before(story: Story) -> None:
    story.commit("odd", "2026-04-05")
    dated(story, "", "")
    assert json.loads(mtrack("lint", "--at", "HEAD", "--format", "json", cwd=story.folder).out)["as_of"] == "2026-03-01"


def test_a_day_before_all_that_have_a_date(story: Story) -> None:
    """An odd date on the way hides no commit before it."""
    story.commit("odd", "2026-03-02", {RECORDS: LATER})
    dated(story, "1 -0001", "1 -0001")
    found = json.loads(mtrack("lint", "--since", "2026-03-09", "--format", "json", cwd=story.folder).out)["findings"]
    assert found == []


@pytest.mark.parametrize("committed", ["2026-03-01", "2026-02-01", "2020-01-01"])
def test_a_date_before_that_of_a_parent_makes_no_change_a_correction(committed: str, story: Story) -> None:
    story.commit("between", "2026-03-20")
    story.commit("change", "2026-03-01", {RECORDS: LATER}, committed)
    assert rules(story) == ["sent-invoice-changed"]


def test_a_date_that_is_still_to_come_stops_no_clock(story: Story) -> None:
    story.commit("to come", "2099-01-01", {RECORDS: changed(it="name: Beta => name: Gamma")})
    later = changed(it="name: Beta => name: Gamma").replace("INV-1, amount: 4000.00", "INV-1, amount: 4100.00")
    story.commit("correction", "2026-03-02", {RECORDS: later})
    assert rules(story) == []
    story.commit("change", "2026-03-10", {RECORDS: later.replace("4100.00", "4200.00")})
    assert rules(story) == ["sent-invoice-changed"]


def test_a_correction_beside_a_younger_branch_is_one(story: Story) -> None:
    """Only what a commit is made from says when it can't have been written."""
    story.git("checkout", "--quiet", "-b", "other")
    story.commit("younger", "2026-03-20", {"notes.txt": "x"})
    story.git("checkout", "--quiet", "main")
    story.commit("correction", "2026-03-02", {RECORDS: LATER})
    story.git("merge", "--quiet", "--no-ff", "-m", "merge", "other", day="2026-03-21")
    assert rules(story) == []
