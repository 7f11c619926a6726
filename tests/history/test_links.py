"""Records behind links, and projects that leave the view: the history sees what a lint sees, and loses sight of nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from support import lint_json, mtrack

from history.story import Story
from history.test_audit import BASE, FILES, RECORDS, audit, changed, rules
from history.test_log import events

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")

LATER = changed(it="INV-1, amount: 4000.00 => INV-1, amount: 4100.00")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    story = Story(tmp_path / "ws")
    story.commit("begin", "2026-03-01", dict(FILES))
    return story


def linked(story: Story, path: str, target: str) -> None:
    """Put a link in the place of a file or a folder; what was there goes to where the link leads."""
    link = story.folder / path
    there = link.parent / target
    there.parent.mkdir(parents=True, exist_ok=True)
    link.rename(there)
    link.symlink_to(target)


def told(story: Story, subject: str) -> list[str]:
    """The events of a commit."""
    return [item["event"] for item in events(story.folder) if item["subject"] == subject]


@pytest.mark.parametrize("target", ["real.yaml", "../store/real.yaml", ".hidden/real.yaml"])
def test_records_that_became_a_link_are_read_through_it(target: str, story: Story) -> None:
    linked(story, RECORDS, target)
    story.commit("link", "2026-03-10")
    assert told(story, "link") == []
    assert rules(story) == []
    story.write({RECORDS: LATER})  # through the link
    story.commit("change", "2026-03-11")
    (item,) = audit(story)
    assert (item["rule"], item["path"], item["line"]) == ("sent-invoice-changed", RECORDS, 9)
    (event,) = [item for item in events(story.folder) if item["subject"] == "change"]
    assert (event["event"], event["field"], event["new"]) == ("invoice-changed", "amount", "4100.00")


def test_a_link_that_comes_with_a_change_or_leads_elsewhere(story: Story) -> None:
    linked(story, RECORDS, "real.yaml")
    story.commit("link", "2026-03-10", {RECORDS: LATER})
    assert rules(story) == ["sent-invoice-changed"]
    story.commit("other", "2026-03-11", {"acme/other.yaml": BASE})
    (story.folder / RECORDS).unlink()
    (story.folder / RECORDS).symlink_to("other.yaml")
    story.commit("elsewhere", "2026-03-12")
    found = audit(story)
    assert [item["rule"] for item in found] == ["sent-invoice-changed"] * 2
    assert "as it had been before" in found[1]["message"]


def test_a_chain_of_links_and_one_through_a_folder(story: Story) -> None:
    linked(story, RECORDS, "../by/real.yaml")
    linked(story, "by/real.yaml", "../last.yaml")
    linked(story, "by", ".deep/by")
    (story.folder / ".deep/last.yaml").write_bytes((story.folder / "last.yaml").read_bytes())
    story.commit("links", "2026-03-10")
    assert rules(story) == []
    story.commit("change", "2026-03-11", {".deep/last.yaml": LATER})
    assert rules(story) == ["sent-invoice-changed"]


@pytest.mark.parametrize(
    "target", ["nowhere.yaml", "milestones.yaml", "/etc/hostname", "../../outside.yaml", "invoices"]
)
def test_records_that_are_a_link_to_no_file_of_the_tree_went(target: str, story: Story) -> None:
    (story.folder / RECORDS).unlink()
    (story.folder / RECORDS).symlink_to(target)
    story.commit("link", "2026-03-10")
    [item] = audit(story)
    assert item["rule"] == "sent-invoice-changed"
    assert (item["path"], item["line"]) == (RECORDS, None)
    assert told(story, "link")[0] == "project-removed"


def test_an_ignored_file_behind_a_link_is_no_record(story: Story) -> None:
    """A lint of this working tree reads it; nobody else can."""
    story.commit("ignore", "2026-03-02", {".gitignore": "real.yaml\n"})
    linked(story, RECORDS, "real.yaml")
    story.commit("link", "2026-03-10")
    assert rules(story) == ["sent-invoice-changed"]
    story.git("add", "--force", "acme/real.yaml")
    story.git("commit", "--quiet", "-m", "there", day="2026-03-11")
    assert told(story, "there")[0] == "project-added"


def test_settings_behind_a_link_count(story: Story) -> None:
    bare = BASE.replace("currency: EUR\n", "")
    story.commit("settings", "2026-03-02", {"mtrack.yaml": "format: 1\ncurrency: EUR\n", RECORDS: bare})
    linked(story, "mtrack.yaml", "settings.yaml")
    story.commit("link", "2026-03-03")
    changes = {RECORDS: LATER.replace("currency: EUR\n", "")}
    story.commit("change", "2026-03-10", dict(changes))
    assert rules(story) == ["sent-invoice-changed"]
    story.commit("rename", "2026-03-11", {"settings.yaml": "format: 1\ncurrency: EUR\nname: Studio\n"})
    found = [(item["event"], item["field"]) for item in events(story.folder) if item["subject"] == "rename"]
    assert found == [("settings-changed", "name")]


@pytest.mark.parametrize("place", ["acme/invoices/1.pdf", "acme/invoices"])
def test_a_file_behind_a_link_that_changes(place: str, story: Story) -> None:
    linked(story, place, {"acme/invoices": "../store"}.get(place, "../../store/1.pdf"))
    story.commit("link", "2026-03-10")
    assert rules(story) == []
    story.commit("change", "2026-03-11", {"store/1.pdf": "another"})
    (item,) = audit(story)
    assert (item["rule"], "invoices/1.pdf" in item["message"]) == ("sent-invoice-changed", True)


def test_the_past_is_read_through_links_too(story: Story) -> None:
    linked(story, RECORDS, "real.yaml")
    story.commit("link", "2026-03-10")
    assert lint_json(story.folder, "--at", "HEAD") == lint_json(story.folder, "--at", "HEAD~1")
    story.write({RECORDS: LATER})
    found = lint_json(story.folder, "--since", "HEAD")["findings"]
    assert "overbilled" in {item["rule"] for item in found}
    assert mtrack("diff", cwd=story.folder).out.count("4,100.00")


# Out of view.


def test_a_folder_that_became_a_link_to_a_hidden_one(story: Story) -> None:
    linked(story, "acme", ".acme")
    story.commit("link", "2026-03-10")
    assert rules(story) == []
    story.commit("change", "2026-03-11", {".acme/milestones.yaml": LATER})
    (item,) = audit(story)
    assert (item["rule"], item["path"], item["line"]) == ("sent-invoice-changed", RECORDS, 9)


def test_a_project_that_only_a_link_shows(tmp_path: Path) -> None:
    story = Story(tmp_path / "ws")
    story.write({path.replace("acme/", ".acme/"): content for path, content in FILES.items()})
    (story.folder / "acme").symlink_to(".acme")
    story.commit("begin", "2026-03-01")
    story.commit("change", "2026-03-10", {".acme/milestones.yaml": LATER})
    (item,) = audit(story)
    assert (item["rule"], item["path"], item["line"]) == ("sent-invoice-changed", RECORDS, 9)


AWAY = ["archive/acme", ".acme", ".old/acme", "acme/.deeper", "../acme"]


@pytest.mark.parametrize("away", AWAY)
@pytest.mark.parametrize("at_once", [True, False])
def test_a_project_that_moves_out_of_view_is_audited_all_the_same(away: str, at_once: object, tmp_path: Path) -> None:
    story = Story(tmp_path / "repository")
    files = {f"ws/{path}": content for path, content in FILES.items()}
    story.commit("begin", "2026-03-01", {**files, "ws/mtrack.yaml": "format: 1\nexclude: [archive/]\n"})
    story.folder /= "ws"
    (story.folder / "acme").rename(story.folder / "moving")
    (story.folder / away).parent.mkdir(parents=True, exist_ok=True)
    (story.folder / "moving").rename(story.folder / away)
    later: dict[str, str | bytes | None] = {f"{away}/milestones.yaml": LATER}
    story.write(later if at_once else {})
    story.git("add", "--all", ":/")
    story.git("commit", "--quiet", "-m", "move", day="2026-03-10")
    if not at_once:
        assert rules(story) == []
        story.write(later)
        story.git("add", "--all", ":/")
        story.git("commit", "--quiet", "-m", "change", day="2026-03-11")
    (item,) = audit(story)
    assert (item["rule"], item["project"]) == ("sent-invoice-changed", "acme")
    assert (item["path"], item["line"]) == (RECORDS, None)
    assert f"; the project is out of sight in {away} (commit" in item["message"]


@pytest.mark.parametrize("absolute", [True, False])
def test_a_link_out_of_the_workspace_is_new_where_it_came(story: Story, absolute: bool) -> None:  # noqa: FBT001
    """Wherever a commit is laid out, a link of it leads to where it leads from the workspace."""
    outside = story.folder.parent / "outside"
    outside.mkdir()
    (story.folder / "assets").symlink_to(outside if absolute else "../outside")
    (story.folder / "v1.0").symlink_to(outside if absolute else "../outside")
    (story.folder / "same").symlink_to(story.folder / "acme" if absolute else "acme")

    def found(*words: str) -> list[str]:
        return [item["path"] for item in lint_json(story.folder, *words)["findings"] if item["rule"] == "link-outside"]

    assert found() == found("--since", "HEAD") == ["assets", "v1.0"]
    story.commit("links", "2026-03-10")
    assert found("--at", "HEAD") == ["assets", "v1.0"]
    assert found("--at", "HEAD~1") == found("--since", "HEAD") == []
    assert "link-outside" not in mtrack("diff", "HEAD", cwd=story.folder).out
    assert found("--since", "HEAD~1") == ["assets", "v1.0"]
    words = "what lies behind these links is left out, since they lead out of the workspace: assets, v1.0"
    shown = mtrack("status", "--at", "HEAD", cwd=story.folder)
    assert (shown.code, words in shown.err) == (1, True)
