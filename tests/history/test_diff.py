"""`mtrack diff`: what a change does to the money."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from support import AS_OF, lint_json, mtrack, validated

from history.story import Story
from mtrack.render.diff import LIMIT

if TYPE_CHECKING:
    from pathlib import Path

ACME = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - {id: M1, name: Discovery, amount: 4000.00, deliverable: {approved: 2026-02-01}, status: not_billed}
  - {id: M2, name: Beta, amount: 5000.00, status: not_billed}
"""
BILLED = ACME.replace(
    "{approved: 2026-02-01}, status: not_billed",
    "{approved: 2026-02-01}, invoice: {number: INV-1, amount: 4000.00, sent: 2026-02-02}, status: sent",
)
RECORDS = "acme/milestones.yaml"


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "ws")
    story.commit(
        "begin", "2026-02-01", {"mtrack.yaml": "format: 1\n", RECORDS: ACME, "acme/agreement/sow.pdf": "signed"}
    )
    return story


def diff(story: Story, *arguments: str) -> Any:
    result = mtrack("diff", *arguments, "--format", "json", "--as-of", AS_OF.isoformat(), cwd=story.folder)
    assert result.err == ""
    return validated(result.out, "diff")


def test_the_working_tree_against_the_last_commit(story: Story) -> None:
    assert diff(story)["projects"] == []
    story.write({RECORDS: BILLED})
    found = diff(story)
    assert (found["base"], found["head"]) == (story.git("rev-parse", "HEAD"), None)
    (project,) = found["projects"]
    assert project == {
        "path": "acme",
        "currency": "EUR",
        "before": {
            "agreed": "9000.00",
            "billed": "0.00",
            "received": "0.00",
            "outstanding": "0.00",
            "to_bill": "4000.00",
        },
        "after": {
            "agreed": "9000.00",
            "billed": "4000.00",
            "received": "0.00",
            "outstanding": "4000.00",
            "to_bill": "0.00",
        },
    }
    assert [(item["event"], item["commit"]) for item in found["events"]] == [("status-changed", None), ("billed", None)]
    assert {item["rule"] for item in found["findings"]["new"]} == {"invoice-file-missing"}
    assert {item["rule"] for item in found["findings"]["gone"]} == {"approved-not-billed"}


def test_two_revisions_and_where_they_parted(story: Story) -> None:
    begin = story.git("rev-parse", "HEAD")
    story.git("checkout", "--quiet", "-b", "side")
    bill = story.commit("bill", "2026-02-02", {RECORDS: BILLED})
    story.git("checkout", "--quiet", "main")
    story.commit("client", "2026-02-03", {RECORDS: ACME.replace("currency: EUR", "currency: EUR\nclient: Acme")})
    two = diff(story, "main", "side")
    assert (two["base"], two["head"]) == (story.git("rev-parse", "main"), bill)
    assert [item["event"] for item in two["events"]] == ["project-changed", "status-changed", "billed"]
    parted = diff(story, "main...side")
    assert (parted["base"], parted["head"]) == (begin, bill)
    assert [item["event"] for item in parted["events"]] == ["status-changed", "billed"]
    assert diff(story, "main..side") == two
    assert [item["event"] for item in diff(story, "side")["events"]] == [
        "project-changed",
        "status-changed",
        "invoice-removed",
    ]


def test_a_project_that_came_went_or_moved(story: Story) -> None:
    story.write(
        {"globex/milestones.yaml": ACME.replace("Acme website", "Globex").replace("M1", "A").replace("M2", "B")}
    )
    came = diff(story)["projects"]
    assert [(item["path"], item["before"], item["after"]["agreed"]) for item in came] == [("globex", None, "9000.00")]
    story.commit("globex", "2026-02-02")
    story.git("mv", "globex", "clients")
    assert [item["event"] for item in diff(story)["events"]] == ["project-moved"]
    story.git("reset", "--quiet", "--hard")
    story.write({"globex/milestones.yaml": None})
    went = diff(story)
    assert [(item["path"], item["after"]) for item in went["projects"]] == [("globex", None)]
    assert [item["event"] for item in went["events"]] == ["project-removed", "milestone-removed", "milestone-removed"]


def test_a_project_that_moved_and_broke_is_the_same(story: Story) -> None:
    story.git("mv", "acme", "clients")
    text = (story.folder / "clients/milestones.yaml").read_text(encoding="utf-8")
    story.write({"clients/milestones.yaml": text.replace("currency: EUR", "currency: [")})
    found = diff(story)
    assert [(item["event"], item["project"]) for item in found["events"]] == [
        ("broken", "clients"),
        ("project-moved", "clients"),
    ]
    assert [(item["path"], item["before"] is None, item["after"]) for item in found["projects"]] == [
        ("clients", False, None)
    ]


def test_what_the_index_holds_as_clean_is_its_entry(story: Story) -> None:
    """A content that a filter or a line end changes on its way out has not changed."""
    story.commit("attributes", "2026-02-02", {".gitattributes": "*.pdf text eol=crlf\n"})
    (story.folder / "acme/agreement/sow.pdf").unlink()
    story.commit("lines", "2026-02-03", {"acme/agreement/sow.pdf": "signed\nand sealed\n"})
    (story.folder / "acme/agreement/sow.pdf").unlink()
    story.git("checkout", "--", "acme/agreement/sow.pdf")
    assert b"\r\n" in (story.folder / "acme/agreement/sow.pdf").read_bytes()
    assert diff(story)["events"] == []
    os.utime(story.folder / "acme/agreement/sow.pdf", (1, 1))  # the index can't know any more
    assert diff(story)["events"] == []
    story.write({"acme/agreement/sow.pdf": "another one\r\n"})
    assert [(item["event"], item["field"]) for item in diff(story)["events"]] == [("file-changed", "file")]
    story.write({RECORDS: ACME.replace("sow.pdf", "new.pdf"), "acme/agreement/new.pdf": "not known to the index\n"})
    assert [(item["event"], item["field"]) for item in diff(story)["events"]] == [("file-changed", "file")]


def test_what_a_sparse_checkout_leaves_out_has_not_gone(story: Story) -> None:
    story.commit("another", "2026-02-02", {"globex/milestones.yaml": BILLED, "globex/agreement/sow.pdf": "theirs"})
    story.commit("more", "2026-02-03", {"globex/milestones.yaml": BILLED.replace("Beta", "Gamma")})
    day = ("--as-of", AS_OF.isoformat())
    whole = mtrack("lint", *day, cwd=story.folder).out
    story.git("sparse-checkout", "set", "acme")
    assert not (story.folder / "globex").exists()
    assert mtrack("diff", *day, cwd=story.folder).out == "no change to the money\n"
    assert "settings-weakened" not in mtrack("lint", "--since", "HEAD", *day, cwd=story.folder).out
    assert mtrack("diff", "HEAD", *day, cwd=story.folder).err == ""
    assert mtrack("diff", "HEAD~1", *day, cwd=story.folder).err == (
        "mtrack: what changed here is not told, since it is not checked out: globex/milestones.yaml\n"
    )
    story.write({RECORDS: ACME.replace("5000.00", "6000.00")})
    assert [(item["event"], item["project"]) for item in diff(story)["events"]] == [("milestone-changed", "acme")]
    story.git("checkout", "--quiet", "--", ".")
    story.git("sparse-checkout", "set", "--no-cone", "/*", "!*.pdf")
    assert diff(story)["events"] == []
    assert "attachment-missing" not in mtrack("lint", "--since", "HEAD", *day, cwd=story.folder).out
    story.git("sparse-checkout", "disable")
    assert mtrack("lint", *day, cwd=story.folder).out == whole


def test_the_exit_code_goes_by_what_appears(story: Story) -> None:
    arguments = ("--as-of", AS_OF.isoformat())
    assert mtrack("diff", *arguments, "--fail-on", "info", cwd=story.folder).code == 0
    story.write({RECORDS: BILLED})
    assert mtrack("diff", *arguments, cwd=story.folder).code == 0
    assert mtrack("diff", *arguments, "--fail-on", "warning", cwd=story.folder).code == 1
    story.write({RECORDS: BILLED.replace("status: sent", "status: paid, x-a: 1").replace("total: 9000", "total: 9001")})
    assert mtrack("diff", *arguments, cwd=story.folder).code == 1


def test_text_and_markdown_say_what_it_costs(story: Story) -> None:
    story.write({RECORDS: BILLED})
    arguments = ("--as-of", AS_OF.isoformat())
    text = mtrack("diff", *arguments, cwd=story.folder).out
    assert text.splitlines()[0] == (
        "+ EUR 4,000.00 billed, + EUR 4,000.00 outstanding, - EUR 4,000.00 to bill, 1 new warning, 1 finding gone"
    )
    assert "  M1 'Discovery' billed as INV-1: EUR 4,000.00\n" in text
    page = mtrack("diff", *arguments, "--format", "md", cwd=story.folder).out
    assert "| acme | EUR 9,000.00 | EUR 0.00 → EUR 4,000.00 |" in page
    assert "- M1 'Discovery' billed as INV-1: EUR 4,000.00\n" in page


def test_markdown_fits_into_a_comment(story: Story) -> None:
    milestones = "".join(
        f"  - {{id: N{i}, name: A milestone with quite a long name number {i}, amount: 1.00, status: not_billed}}\n"
        for i in range(1500)
    )
    story.write({RECORDS: ACME + milestones})
    page = mtrack("diff", "--format", "md", "--as-of", AS_OF.isoformat(), cwd=story.folder).out
    assert LIMIT - 300 < len(page) <= LIMIT
    assert "more lines: run `mtrack diff` to see them." in page


def test_wrong_usage_and_no_repository(story: Story, tmp_path: Path) -> None:
    for arguments, code in (
        (("nowhere",), 2),
        (("HEAD", "HEAD", "HEAD"), 2),
        (("HEAD...nowhere",), 2),
        (("--output=x",), 2),
    ):
        result = mtrack("diff", *arguments, cwd=story.folder)
        assert (result.code, result.out) == (code, ""), arguments
    result = mtrack("diff", cwd=tmp_path)
    assert (result.code, result.out) == (3, "")


def test_before_the_first_commit(tmp_path: Path) -> None:
    story = Story(tmp_path)
    story.write({RECORDS: ACME})
    found = diff(story)
    assert (found["base"], found["projects"][0]["before"]) == (None, None)
    assert [item["event"] for item in found["events"]] == ["project-added", "listed", "listed"]


def test_a_project_that_only_moved_brings_no_finding(story: Story) -> None:
    """A change that files a project away failed its gate by the old findings in it."""
    assert lint_json(story.folder, "--as-of", "2026-11-22")["findings"]
    story.git("mv", "acme", "clients")
    found = diff(story)
    assert [item["event"] for item in found["events"]] == ["project-moved"]
    assert found["findings"] == {"new": [], "gone": []}
    text = (story.folder / "clients/milestones.yaml").read_text(encoding="utf-8")
    story.write({"clients/milestones.yaml": text.replace("5000.00", "5100.00")})
    found = diff(story)
    assert {item["path"] for item in found["findings"]["new"]} == {"clients/milestones.yaml"}
    story.commit(
        "other",
        "2026-02-02",
        {
            "acme/milestones.yaml": text.replace("Acme", "Globex")
            .replace("M", "K")
            .replace("INV", "G")
            .replace("Discovery", "Logo")
            .replace("Beta", "Shop")
        },
    )
    events = [(item["event"], item["project"]) for item in diff(story, "HEAD~1", "HEAD")["events"]]
    assert ("project-moved", "clients") in events
    assert ("project-added", "acme") in events
    assert not {"invoice-removed", "milestone-removed"} & {event for event, _ in events}


def test_a_change_of_records_that_were_and_are_broken_is_said(story: Story) -> None:
    """It ended with 0 and "no change to the money"."""
    story.commit("broken", "2026-02-01", {RECORDS: "project: [\n"})
    same = mtrack("diff", "--as-of", AS_OF.isoformat(), cwd=story.folder)
    assert (same.code, same.err) == (0, "")
    story.write({RECORDS: "project: [[\n"})
    for revisions in ((), ("HEAD",)):
        result = mtrack("diff", *revisions, "--as-of", AS_OF.isoformat(), cwd=story.folder)
        assert result.code == 1
        assert result.err == (
            f"mtrack: what changed here is not told, since it can't be used on either side: {RECORDS}\n"
        )
