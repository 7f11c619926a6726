"""A change that moves the root of the workspace, up or down: what is told of it, and by which settings it is judged."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from support import mtrack, validated

from history.story import Story
from history.test_weakened import AS_OF, TEXT
from mtrack.history.roots import root_then

if TYPE_CHECKING:
    from pathlib import Path

STRICT = "format: 1\nrules: {overdue: error, overbilled: warning}\nname: then\n"
LAX = "format: 1\nrules: {overdue: off, overbilled: off}\nname: now\n"
THEN = {"overbilled": "warning", "overdue": "error", "signoff-missing": "warning"}
RECORDS = "ws/acme/milestones.yaml"


def story_of(tmp_path: Path, settings: str) -> Story:
    """A repository with `mtrack.yaml` in one folder, and a project in `ws/acme`."""
    story = Story(tmp_path / "repo")
    story.commit(
        "begin", "2026-02-02",
        {settings: STRICT, RECORDS: TEXT, "ws/acme/agreement/sow.pdf": "signed", "ws/acme/invoices/1.pdf": "1"},
    )  # fmt: skip
    return story


def found(story: Story, here: str, *arguments: str) -> list[dict[str, Any]]:
    result = mtrack("lint", "--format", "json", *AS_OF, *arguments, cwd=story.folder / here)
    assert result.code in (0, 1), result.err
    items: list[dict[str, Any]] = validated(result.out, "findings")["findings"]
    return items


def graded(items: list[dict[str, Any]]) -> dict[str, str]:
    return {item["rule"]: item["severity"] for item in items}


def told(story: Story, here: str, *arguments: str) -> list[tuple[str, str]]:
    """The places and words of what is weakened, up to the list."""
    items = found(story, here, "--since", "HEAD", *arguments)
    return [
        (item["path"], item["message"].partition(", which silences")[0])
        for item in items
        if item["rule"] == "settings-weakened"
    ]


PLACES = [
    ("", "."),
    ("", "ws"),
    ("", "ws/acme"),
    ("ws", "."),
    ("ws", "acme"),
    ("ws/acme", "."),
    ("ws/acme/invoices", "."),
]
DOWN = "commands in {} go by its own mtrack.yaml alone, and went by that of the workspace at HEAD"
UP = "commands in ws go by the mtrack.yaml of the workspace, and went by its own mtrack.yaml alone at HEAD"


@pytest.mark.parametrize("new", ["ws", "ws/acme"])
@pytest.mark.parametrize(("here", "path"), PLACES)
def test_settings_that_come_below_the_root(here: str, path: str, new: str, tmp_path: Path) -> None:
    story = story_of(tmp_path, "mtrack.yaml")
    story.write({f"{new}/mtrack.yaml": LAX})
    assert (f"{new}/mtrack.yaml", DOWN.format(new)) in told(story, here, path)
    assert graded(found(story, here, path, "--settings-from", "HEAD")) == THEN
    assert "settings-weakened" in graded(found(story, here, path, "--settings-from", "HEAD", "--since", "HEAD"))


@pytest.mark.parametrize("above", [LAX, STRICT, "format: 1\n"])
@pytest.mark.parametrize(("here", "path"), PLACES)
def test_settings_that_move_up(here: str, path: str, above: str, tmp_path: Path) -> None:
    story = story_of(tmp_path, "ws/mtrack.yaml")
    story.write({"ws/mtrack.yaml": None, "mtrack.yaml": above})
    assert ("ws/mtrack.yaml", UP) in told(story, here, path)
    if (here, path) != ("", "."):  # there, the root of then had no settings
        assert graded(found(story, here, path, "--settings-from", "HEAD")) == THEN
        both = found(story, here, path, "--settings-from", "HEAD", "--since", "HEAD")
        here_now = "commands here go by ../mtrack.yaml, and went by its own mtrack.yaml alone at HEAD"
        assert here_now in {item["message"] for item in both}


@pytest.mark.parametrize(("here", "path"), PLACES)
def test_settings_that_go(here: str, path: str, tmp_path: Path) -> None:
    story = story_of(tmp_path, "mtrack.yaml")
    story.write({"mtrack.yaml": None})
    assert ("mtrack.yaml", "'overdue' is a warning now, and was an error at HEAD") in told(story, here, path)
    assert graded(found(story, here, path, "--settings-from", "HEAD")) == THEN


def test_settings_above_the_root_change_nothing(tmp_path: Path) -> None:
    story = story_of(tmp_path, "ws/mtrack.yaml")
    story.write({"mtrack.yaml": LAX})
    for path in ("ws", "ws/acme"):
        assert graded(found(story, "", path)) == THEN
        assert told(story, "", path) == []


def test_settings_that_were_there_or_came_with_their_folder(tmp_path: Path) -> None:
    story = story_of(tmp_path, "mtrack.yaml")
    story.commit("below", "2026-02-03", {"ws/mtrack.yaml": LAX})
    assert told(story, "") == []
    assert told(story, "ws") == []
    assert graded(found(story, "ws", "--settings-from", "HEAD")) == {"signoff-missing": "warning"}
    story.git("rm", "-rf", "--quiet", "ws")
    assert told(story, "") == [("ws/acme/milestones.yaml", "the project ws/acme went, and HEAD shows it")]


@pytest.mark.parametrize("name", ["lint", "gaps", "status", "next", "aging", "forecast", "invoices", "payments"])
@pytest.mark.parametrize("where", ["ws/acme/mtrack.yaml", "mtrack.yaml"])
def test_every_view_is_judged_by_the_settings_of_then(name: str, where: str, tmp_path: Path) -> None:
    story = story_of(tmp_path, "mtrack.yaml")
    lax = LAX.replace("rules", "payment_terms: 3650\nbill_within: 3650\nexclude: [acme, ws/acme]\nrules")
    expected = mtrack(name, "--format", "json", *AS_OF, cwd=story.folder)
    story.write({where: lax})
    shown = mtrack(name, "--format", "json", *AS_OF, "--settings-from", "HEAD", cwd=story.folder)
    assert (shown.code, shown.out) == (expected.code, expected.out)
    inside = mtrack(name, "--format", "json", *AS_OF, "--settings-from", "HEAD", cwd=story.folder / "ws/acme")
    assert json.loads(inside.out).get("projects") == json.loads(expected.out).get("projects")


def test_a_report_goes_by_the_settings_of_then(tmp_path: Path) -> None:
    story = story_of(tmp_path, "mtrack.yaml")
    before = mtrack("report", "--format", "md", *AS_OF, cwd=story.folder)
    assert mtrack("report", "-o", tmp_path / "before", *AS_OF, cwd=story.folder).code == 0
    story.write({"mtrack.yaml": LAX.replace("rules", "exclude: [ws]\npayment_terms: 3650\nrules")})
    after = mtrack("report", "--format", "md", *AS_OF, "--settings-from", "HEAD", cwd=story.folder)
    assert (after.code, after.out) == (before.code, before.out)
    assert mtrack("report", "-o", tmp_path / "after", *AS_OF, "--settings-from", "HEAD", cwd=story.folder).code == 0
    pages = {path.relative_to(tmp_path / "before") for path in (tmp_path / "before").rglob("*.html")}
    assert pages
    for page in pages:
        assert (tmp_path / "after" / page).read_bytes() == (tmp_path / "before" / page).read_bytes(), page


@pytest.mark.parametrize("command", ["verify", "audit"])
def test_what_reads_papers_and_the_history_goes_by_the_settings_of_then(command: str, tmp_path: Path) -> None:
    story = story_of(tmp_path, "mtrack.yaml")
    story.commit("change", "2026-05-02", {RECORDS: TEXT.replace("amount: 4100.00, sent", "amount: 4200.00, sent")})
    expected = mtrack(command, "--format", "json", *AS_OF, cwd=story.folder)
    assert expected.code == 1, expected.out
    rules = "invoice-not-confirmed: off, agreement-unconfirmed: off, sent-invoice-changed: info"
    waiver = "{rule: sent-invoice-changed, reason: none}"
    story.write({"mtrack.yaml": f"format: 1\nexclude: [ws]\nwaivers: [{waiver}]\nrules: {{{rules}}}\n"})
    assert mtrack(command, "--format", "json", *AS_OF, cwd=story.folder).out != expected.out
    shown = mtrack(command, "--format", "json", *AS_OF, "--settings-from", "HEAD", cwd=story.folder)
    assert (shown.code, shown.out) == (1, expected.out)


@pytest.mark.parametrize("arguments", [(), ("ws/acme",), ("--invoice", "INV-1"), ("ws/acme", "M1", "--format", "json")])
@pytest.mark.parametrize("where", ["ws/acme/mtrack.yaml", "mtrack.yaml"])
def test_a_log_leaves_out_what_the_settings_of_then_do(where: str, arguments: tuple[str, ...], tmp_path: Path) -> None:
    story = story_of(tmp_path, "mtrack.yaml")
    expected = mtrack("log", *arguments, cwd=story.folder)
    assert "INV-1" in expected.out
    story.write({where: "format: 1\nexclude: [ws]\n"})
    for repeated in range(2):
        shown = mtrack("log", *arguments, "--settings-from", "HEAD", cwd=story.folder)
        assert (shown.code, shown.out) == (0, expected.out), repeated
    if where == "mtrack.yaml":
        assert mtrack("log", *arguments, cwd=story.folder).out != expected.out
    assert mtrack("log", "--settings-from", "nowhere", cwd=story.folder).code == 2
    story.commit("hidden", "2026-05-02")
    assert "INV-1" in mtrack("log", *arguments, "--settings-from", "HEAD~1", cwd=story.folder).out


@pytest.mark.parametrize("command", ["lint", "gaps", "report", "status", "invoices"])
def test_it_does_not_go_with_at(command: str, tmp_path: Path) -> None:
    story = story_of(tmp_path, "mtrack.yaml")
    result = mtrack(command, "--at", "HEAD", "--settings-from", "HEAD", cwd=story.folder)
    assert (result.code, result.out) == (2, "")
    assert result.err == "mtrack: --at shows what a commit had; leave --settings-from out\n"


def test_a_workspace_at_a_revision_has_the_root_of_then(tmp_path: Path) -> None:
    story = story_of(tmp_path, "mtrack.yaml")
    story.commit("down", "2026-02-03", {"ws/mtrack.yaml": LAX, "mtrack.yaml": None})
    assert graded(found(story, "ws", "--at", "HEAD~1")) == THEN
    assert graded(found(story, "ws")) == {"signoff-missing": "warning"}


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_the_root_of_then(tmp_path: Path) -> None:
    story = story_of(tmp_path, "ws/mtrack.yaml")
    (tmp_path / "mtrack.yaml").write_text(LAX, encoding="utf-8")
    (tmp_path / "link").symlink_to(story.folder / "ws/acme")
    story.write({"ws/mtrack.yaml": None})
    ws = str(story.folder / "ws")
    assert root_then(str(story.folder / RECORDS), "HEAD", "x") == ws
    assert root_then(ws, "2026-02-03", "x") == ws
    assert root_then(ws, "2026-02-02", "x") is None  # before the first commit
    assert root_then(str(story.folder), "HEAD", "x") is None
    assert root_then(str(tmp_path / "link"), "HEAD", "x") is None  # the folder above a link is that of the link


@pytest.mark.parametrize("revisions", [(), ("HEAD~1",), ("HEAD~1", "HEAD"), ("HEAD~1...HEAD",)])
def test_what_a_change_does_is_judged_by_the_settings_of_then(revisions: tuple[str, ...], tmp_path: Path) -> None:
    story = story_of(tmp_path, "mtrack.yaml")
    worse = TEXT.replace("amount: 4100.00, sent", "amount: 8100.00, sent").replace("signed: 2026-01-10, ", "")
    lax = "format: 1\nrules: {overbilled: off, agreement-unsigned: off}\nexclude: [ws/acme]\n"
    story.write({"mtrack.yaml": lax, RECORDS: worse})
    if revisions:
        story.commit("change", "2026-02-03")
    own, judged = (
        json.loads(mtrack("diff", *revisions, "--format", "json", *AS_OF, *more, cwd=story.folder).out)
        for more in ((), ("--settings-from", "HEAD~1" if revisions else "HEAD"))
    )
    assert not {item["rule"] for item in own["findings"]["new"]} & {"overbilled", "agreement-unsigned"}
    assert "overbilled" in {item["rule"] for item in judged["findings"]["new"]}
    (project,) = judged["projects"]
    assert (project["before"]["billed"], project["after"]["billed"]) == ("4100.00", "8100.00")
    changed = {item["field"] for item in judged["events"] if item["event"] == "settings-changed"}
    assert "exclude" in changed
