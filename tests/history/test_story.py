"""One repository with a known story: what `log`, `audit` and `diff` say of it, written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from support import mtrack, validated

from history.test_log import events
from mtrack.render.markdown import escape

if TYPE_CHECKING:
    from history.told import Told


def words(item: dict[str, Any]) -> str:
    """An event in short: its name, the milestone and the invoice; else the field of a file."""
    names = [item["milestone"], item["invoice"]]
    if item["event"].startswith("file-") and not any(names):
        names = [item["field"]]
    return " ".join([item["event"], *filter(None, names)])


def test_the_story_is_long_enough(told: Told) -> None:
    assert len(told.story.git("rev-list", "--all").split()) >= 60


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
        ("approval-removed", "approval gone", False),
        ("branch-collision", "site-b", False),
        ("payment-removed", "payment gone", False),
        ("sent-invoice-changed", "altered", True),
        ("sent-invoice-changed", "altered back", True),
        ("sent-invoice-changed", "typo", True),
        ("status-went-back", "status back", True),
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
        "amended", "billed A N-1", "billed B1 N-2", "billed B1 N-3", "credited B1 CN-1", "file-attached A", "file-attached A N-1",
        "file-attached file", "file-changed file", "listed A", "listed B1", "milestone-changed M2", "milestone-removed A", "paid A N-1", "paid M1 INV-1", "project-added", "project-changed",
        "project-changed", "project-changed", "project-moved", "project-removed", "settings-changed", "status-changed M1",
    ]  # fmt: skip
    assert [(item["path"], item["after"] and item["after"]["received"]) for item in found["projects"]] == [
        ("app", "2000.00"), ("clients", "4000.00"), ("globex", None),
    ]  # fmt: skip
