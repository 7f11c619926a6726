"""Merges: what a merge did by itself, and nothing that a side had done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from support import mtrack, validated

from history.story import Story
from history.test_log import events

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
RECORDS = "acme/milestones.yaml"


class Merge:
    """Two sides over one commit; each is a text of the records, or whole files."""

    def __init__(self, folder: Path) -> None:
        self.story = Story(folder)
        self.story.commit("begin", "2026-01-12", {"mtrack.yaml": "format: 1\n", RECORDS: ACME})

    def of(self, ours: str, theirs: str, merged: str | None) -> list[tuple[Any, ...]]:
        """The events of the merge commit."""
        story = self.story
        story.git("checkout", "--quiet", "-b", "side")
        story.commit("theirs", "2026-02-01", {RECORDS: theirs})
        story.git("checkout", "--quiet", "main")
        story.commit("ours", "2026-02-02", {RECORDS: ours})
        story.git("merge", "--quiet", "--no-commit", "--strategy=ours", "side")
        story.commit("merge", "2026-03-01", {RECORDS: merged})
        return self.events()

    def events(self) -> list[tuple[Any, ...]]:
        return [
            (item["event"], item["milestone"], item["field"], item["old"], item["new"])
            for item in events(self.story.folder)
            if item["subject"] == "merge"
        ]


@pytest.fixture
def merge(tmp_path: Path) -> Merge:
    return Merge(tmp_path / "ws")


M1, M2 = ACME.replace("4000.00", "4100.00"), ACME.replace("5000.00", "5100.00")
BOTH = M1.replace("5000.00", "5100.00")


def test_what_each_side_changed_is_its_own(merge: Merge) -> None:
    assert merge.of(M1, M2, BOTH) == []
    found = [(item["subject"], item["event"], item["new"]) for item in events(merge.story.folder)][:2]
    assert sorted(found) == [("ours", "milestone-changed", "4100.00"), ("theirs", "milestone-changed", "5100.00")]


def test_what_both_changed_alike_is_no_event(merge: Merge) -> None:
    assert merge.of(M1, M1.replace("Beta", "Beta test"), M1.replace("Beta", "Beta test")) == []


@pytest.mark.parametrize(
    ("merged", "given_up"), [("4100.00", "4200.00"), ("4200.00", "4100.00"), ("4300.00", "4100.00")]
)
def test_a_conflict_is_an_event_with_what_was_given_up(merged: str, given_up: str, merge: Merge) -> None:
    texts = [ACME.replace("4000.00", amount) for amount in ("4100.00", "4200.00", merged)]
    assert merge.of(*texts) == [("milestone-changed", "M1", "amount", given_up, merged)]


def test_a_side_thrown_away_is_an_event(merge: Merge) -> None:
    assert merge.of(M1, M2, M1) == [("milestone-changed", "M2", "amount", "5100.00", "5000.00")]


def test_what_only_the_merge_did_is_an_event(merge: Merge) -> None:
    assert merge.of(M1, M2, BOTH.replace("name: Beta", "name: Gamma")) == [
        ("milestone-changed", "M2", "name", "Beta", "Gamma")
    ]


def test_a_record_that_one_side_added_and_one_removed(merge: Merge) -> None:
    third = "  - id: M3\n    name: Launch\n    amount: 1.00\n    status: not_billed\n"
    without = ACME[: ACME.index("  - id: M2")]
    assert merge.of(ACME + third, without, without + third) == []


def test_a_removed_record_that_the_other_side_changed(merge: Merge) -> None:
    without = ACME[: ACME.index("  - id: M2")]
    ((event, milestone, _, old, _),) = merge.of(without, M2, without)
    assert (event, milestone, old["amount"]) == ("milestone-removed", "M2", "5100.00")


def test_a_move_on_one_side_and_a_change_on_the_other(tmp_path: Path) -> None:
    story = Merge(tmp_path / "ws").story
    story.git("checkout", "--quiet", "-b", "side")
    story.git("mv", "acme", "clients")
    story.commit("move", "2026-02-01")
    story.git("checkout", "--quiet", "main")
    story.commit("amount", "2026-02-02", {RECORDS: M1})
    story.git("merge", "--quiet", "-m", "merge", "side", day="2026-02-03")
    assert (story.folder / "clients/milestones.yaml").read_text() == M1
    told = [(item["subject"], item["event"]) for item in events(story.folder)]
    assert ("merge", "project-moved") not in told
    assert [name for _, name in told if name in ("project-added", "project-removed", "project-moved")] == [
        "project-moved",
        "project-added",
    ]
    assert {item["subject"] for item in events(story.folder, "clients")} == {"begin", "move", "amount"}


def test_a_project_that_came_on_a_side_is_told_once(tmp_path: Path) -> None:
    story = Merge(tmp_path / "ws").story
    story.git("checkout", "--quiet", "-b", "side")
    story.commit("globex", "2026-02-01", {"globex/milestones.yaml": ACME.replace("Acme", "Globex")})
    story.git("checkout", "--quiet", "main")
    story.commit("amount", "2026-02-02", {RECORDS: M1})
    story.git("merge", "--quiet", "-m", "merge", "side", day="2026-02-03")
    story.commit("later", "2026-02-04", {"globex/milestones.yaml": M1.replace("Acme", "Globex")})
    told = [(item["subject"], item["event"]) for item in events(story.folder, "globex")]
    assert told == [
        ("later", "milestone-changed"),
        ("globex", "project-added"),
        ("globex", "listed"),
        ("globex", "listed"),
    ]


def test_the_same_project_begun_on_both_sides_is_one(tmp_path: Path) -> None:
    story = Merge(tmp_path / "ws").story
    globex = {"globex/milestones.yaml": ACME.replace("Acme", "Globex")}
    story.git("checkout", "--quiet", "-b", "side")
    story.commit("theirs", "2026-02-01", dict(globex))
    story.git("checkout", "--quiet", "main")
    story.commit("ours", "2026-02-02", dict(globex))
    story.git("merge", "--quiet", "-m", "merge", "side", day="2026-02-03")
    told = {(item["subject"], item["event"]) for item in events(story.folder, "globex")}
    assert told == {("theirs", "project-added"), ("theirs", "listed"), ("ours", "project-added"), ("ours", "listed")}


def test_an_octopus(tmp_path: Path) -> None:
    story = Merge(tmp_path / "ws").story
    for number in (1, 2):
        story.git("checkout", "--quiet", "-b", f"side{number}", "main")
        story.commit(f"side{number}", "2026-02-01", {f"p{number}/milestones.yaml": ACME.replace("Acme", f"P{number}")})
    story.git("checkout", "--quiet", "main")
    story.commit("ours", "2026-02-02", {RECORDS: M1})
    story.git("merge", "--quiet", "-m", "merge", "side1", "side2", day="2026-02-03")
    assert len(story.git("rev-parse", "HEAD^@").split()) == 3
    assert [item for item in events(story.folder) if item["subject"] == "merge"] == []


def test_audit_judges_what_a_merge_gave_up(tmp_path: Path) -> None:
    billed = ACME.replace(
        "4000.00\n    status: not_billed",
        "4000.00\n    invoice: {number: INV-1, amount: 4000.00, sent: 2026-01-20}\n    status: sent",
    )
    merge = Merge(tmp_path / "ws")
    merge.story.commit("bill", "2026-01-20", {RECORDS: billed})
    voided = billed.replace("sent: 2026-01-20}", "sent: 2026-01-20, tax: 760.00}")
    assert merge.of(billed.replace("Beta", "Gamma"), voided, billed.replace("Beta", "Gamma")) == [
        ("invoice-changed", "M1", "tax", "760.00", None)
    ]
    result = mtrack("audit", "--format", "json", cwd=merge.story.folder)
    found = validated(result.out, "findings")["findings"]
    told = [(item["rule"], item["commit"]["id"]) for item in found if item["rule"] == "sent-invoice-changed"]
    assert (("sent-invoice-changed", merge.story.git("rev-parse", "HEAD"))) in told
    assert len(told) == 2


def told(story: Story, *path: str) -> list[tuple[Any, ...]]:
    """Each event by its commit's subject, with its values; the newest first."""
    return [(item["subject"], item["event"], item["old"], item["new"]) for item in events(story.folder, *path)]


@pytest.mark.parametrize("removed", ["ours", "theirs"])
@pytest.mark.parametrize("merged", ["kept", "removed"])
def test_a_removed_project_that_the_other_side_changed(removed: str, merged: str, tmp_path: Path) -> None:
    story = Merge(tmp_path / "ws").story
    story.git("checkout", "--quiet", "-b", "theirs")
    story.commit("theirs", "2026-02-01", {RECORDS: None if removed == "theirs" else M2})
    story.git("checkout", "--quiet", "-b", "ours", "main")
    story.commit("ours", "2026-02-02", {RECORDS: None if removed == "ours" else M2})
    story.git("merge", "--quiet", "--no-commit", "--strategy=ours", "theirs")
    there = (story.folder / RECORDS).exists()
    if there != (merged == "kept"):
        story.git(*(("checkout", "theirs", "--") if merged == "kept" else ("rm", "--quiet")), RECORDS)
    story.commit("merge", "2026-03-01")
    found = [item for item in told(story) if item[0] == "merge"]
    if merged == "kept":
        assert {item[1] for item in found} == {"project-added", "listed"}
    else:
        ((_, event, old, _),) = found
        assert (event, old["amount"]) == ("milestone-removed", "5100.00")
    assert mtrack("audit", cwd=story.folder).code in (0, 1)


def test_branches_that_were_merged_both_ways(tmp_path: Path) -> None:
    """Of the two commits that both sides of the last merge are made from, each holds a change that the other does not."""
    story = Merge(tmp_path / "ws").story
    story.git("checkout", "--quiet", "-b", "side")
    story.commit("theirs", "2026-02-01", {RECORDS: M2})
    story.git("checkout", "--quiet", "main")
    story.commit("ours", "2026-02-02", {RECORDS: M1})
    story.git("branch", "ours")
    story.git("merge", "--quiet", "-m", "one way", "side", day="2026-02-03")
    story.commit("ours again", "2026-02-04", {RECORDS: BOTH.replace("4100.00", "4150.00")})
    story.git("checkout", "--quiet", "side")
    story.git("merge", "--quiet", "-m", "the other way", "ours", day="2026-02-05")
    story.commit("theirs again", "2026-02-06", {RECORDS: BOTH.replace("5100.00", "5150.00")})
    story.git("checkout", "--quiet", "main")
    story.git("merge", "--quiet", "-m", "merge", "side", day="2026-02-07")
    assert {item[0]: item[2:] for item in told(story) if item[1] == "milestone-changed"} == {
        "ours": ("4000.00", "4100.00"),
        "theirs": ("5000.00", "5100.00"),
        "ours again": ("4100.00", "4150.00"),
        "theirs again": ("5100.00", "5150.00"),
    }
    assert {item[0] for item in told(story)}.isdisjoint({"one way", "the other way", "merge"})


@pytest.mark.parametrize("taken", ["4100.00", "4200.00"])
def test_a_conflict_left_in_the_records_is_an_event_once_it_is_resolved(taken: str, merge: Merge) -> None:
    ours, theirs = (ACME.replace("4000.00", amount) for amount in ("4100.00", "4200.00"))
    marked = ACME.replace("4000.00", "<<<<<<< HEAD\n    amount: 4100.00\n=======\n    amount: 4200.00\n>>>>>>> side")
    assert merge.of(ours, theirs + "note: theirs\n", marked) == [("broken", None, None, None, None)]
    merge.story.commit("still", "2026-03-02", {RECORDS: marked + "# not yet\n"})
    merge.story.commit("resolve", "2026-03-03", {RECORDS: ACME.replace("4000.00", taken) + "note: theirs\n"})
    (given_up,) = {"4100.00", "4200.00"} - {taken}
    assert [item for item in told(merge.story) if item[0] in ("still", "resolve")] == [
        ("resolve", "mended", None, None),
        ("resolve", "milestone-changed", given_up, taken),
    ]


def test_a_conflict_that_is_merged_on_before_it_is_resolved(merge: Merge) -> None:
    """What each of three sides changed is its own, whichever merge left the markers."""
    story = merge.story
    story.git("branch", "third")
    marked = ACME.replace("4000.00", "<<<<<<< HEAD\n    amount: 4100.00\n=======\n    amount: 4200.00\n>>>>>>> side")
    merge.of(M1, ACME.replace("4000.00", "4200.00") + "note: theirs\n", marked)
    for number in range(2):
        story.git("checkout", "--quiet", "third")
        third = M2.replace("name: Beta", f"name: Beta {number}")
        story.commit("third", "2026-03-02", {RECORDS: third})
        story.git("checkout", "--quiet", "main")
        story.git("merge", "--quiet", "--no-commit", "--strategy=ours", "third")
        story.commit("on", "2026-03-03", {RECORDS: f"{marked}# {number}\n"})
    story.commit("resolve", "2026-03-04", {RECORDS: third.replace("4000.00", "4200.00") + "note: theirs\n"})
    assert told(story)[:2] == [
        ("resolve", "mended", None, None),
        ("resolve", "milestone-changed", "4100.00", "4200.00"),
    ]
    assert [item[0] for item in told(story)].count("resolve") == 2


def test_a_merge_that_mends_what_both_sides_had_broken_says_so(merge: Merge) -> None:
    broken = ACME + "note: [\n"
    merged = merge.of(broken + "# ours\n", broken + "# theirs\n", ACME)
    assert merged == [("mended", None, None, None, None)]


def test_a_workspace_that_is_merged_into_a_folder_has_moved(tmp_path: Path) -> None:
    """As `git subtree add` does it: the projects of another repository are theirs, and lie elsewhere from then on."""
    story = Merge(tmp_path / "ws").story
    story.git("checkout", "--quiet", "--orphan", "theirs")
    story.commit(
        "begin theirs",
        "2026-02-01",
        {RECORDS: None, "mtrack.yaml": None, "globex/milestones.yaml": ACME.replace("Acme", "Globex")},
    )
    story.git("checkout", "--quiet", "main")
    story.git("merge", "--quiet", "--no-commit", "--strategy=ours", "--allow-unrelated-histories", "theirs")
    story.git("read-tree", "--prefix=clients", "-u", "theirs")
    story.commit("join", "2026-03-01", {"clients/globex/milestones.yaml": M1.replace("Acme", "Globex")})
    assert [item for item in told(story, "clients/globex") if item[0] == "join"] == [
        ("join", "project-moved", "globex", "clients/globex"),
        ("join", "milestone-changed", "4000.00", "4100.00"),
    ]
    found = json.loads(mtrack("audit", "--format", "json", cwd=story.folder).out)["findings"]
    assert [item["rule"] for item in found] == ["agreed-amount-changed"]
