"""`lint --since REV` tells of projects that no command shows any more: hidden, led away, moved outside, deleted."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support import mtrack

from history.story import Story
from history.test_weakened import AS_OF, FOUND, RECORDS, TEXT, begun, silenced, weakened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return begun(tmp_path)


@pytest.mark.parametrize("hidden", [".acme", ".old/acme", ".acme/deeper"])
def test_a_project_that_is_hidden(hidden: str, story: Story) -> None:
    (story.folder / hidden).parent.mkdir(exist_ok=True, parents=True)
    story.git("mv", "acme", hidden)
    (item,) = weakened(story)
    assert (item["path"], item["line"]) == (hidden, None)
    assert item["message"] == f"the project acme is hidden in {hidden}, and HEAD shows it, which silences 3 findings"
    assert {other["path"] for other in item["related"]} == {f"{hidden}/milestones.yaml"}


def test_a_project_that_is_hidden_and_changed(story: Story) -> None:
    story.git("mv", "acme", ".acme")
    story.write({".acme/milestones.yaml": TEXT.replace("4100.00", "4200.00").replace("name: Beta", "name: Gamma")})
    assert [item["path"] for item in weakened(story)] == [".acme"]


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("4100.00", "4200.00")])
def test_a_project_that_moves_to_where_an_exclude_of_then_hides_it(text: str, story: Story) -> None:
    other = TEXT.replace("Acme website", "Globex").replace("INV-1", "G-1")
    own = {"mtrack.yaml": "format: 1\nexclude: [archive/]\n"}
    story.commit("exclude", "2026-02-03", {**own, "archive/globex/milestones.yaml": other})
    story.git("mv", "acme", "archive/acme")
    story.write({"archive/acme/milestones.yaml": text, "archive/globex/milestones.yaml": other})
    (item,) = weakened(story)
    assert (item["path"], item["line"]) == ("archive/acme", None)
    expected = "the project acme is hidden in archive/acme, and HEAD shows it, which silences 3 findings"
    assert item["message"] == expected


def test_a_project_that_went_is_not_taken_for_one_that_was_hidden_before(story: Story) -> None:
    """A copy that was there is no place where it moved."""
    own = {"mtrack.yaml": "format: 1\nexclude: [archive/]\n"}
    story.commit("copies", "2026-02-03", {**own, "archive/acme/milestones.yaml": TEXT, ".old/milestones.yaml": TEXT})
    story.git("rm", "-rf", "--quiet", "acme")
    assert [item["message"].partition(",")[0] for item in weakened(story)] == ["the project acme went"]


@pytest.fixture
def deep(story: Story) -> Iterator[None]:
    """Hidden folders in each other, deeper than a function may call itself, and than a path is long."""
    inside = os.open(story.folder, os.O_RDONLY)
    for _ in range(4_200):
        os.mkdir(".d", dir_fd=inside)
        below = os.open(".d", os.O_RDONLY, dir_fd=inside)
        os.close(inside)
        inside = below
    os.close(inside)
    yield
    subprocess.run(["rm", "-rf", str(story.folder / ".d")], check=True)  # shutil would call itself as often


@pytest.mark.skipif(sys.platform == "win32", reason="folders that are held open")
@pytest.mark.usefixtures("deep")
def test_a_hidden_folder_that_is_very_deep(story: Story) -> None:
    story.git("mv", "acme", ".acme")
    assert [item["path"] for item in weakened(story)] == [".acme"]


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("folder", ["acme", "clients/acme"])
def test_a_project_behind_a_link(folder: str, story: Story, tmp_path: Path) -> None:
    if folder != "acme":
        (story.folder / "clients").mkdir()
        story.git("mv", "acme", folder)
        story.commit("move", "2026-02-03")
    top = folder.partition("/")[0]
    (story.folder / top).rename(tmp_path / "elsewhere")
    (story.folder / top).symlink_to(tmp_path / "elsewhere")
    (item,) = weakened(story)
    assert (item["path"], item["line"], len(item["related"])) == (top, None, 3)
    assert "lies behind a link out of the workspace" in item["message"]


def test_a_project_that_moved_is_none(story: Story) -> None:
    (story.folder / "clients").mkdir()
    story.git("mv", "acme", "clients/acme")
    assert weakened(story) == []
    other = TEXT.replace("4100.00", "4000.00")
    story.write({"clients/acme/milestones.yaml": other})
    assert weakened(story) == []


def test_a_project_that_was_deleted(story: Story) -> None:
    story.commit(
        "other", "2026-02-03", {"globex/milestones.yaml": TEXT.replace("INV-1", "G-1").replace("Acme", "Globex")}
    )
    story.git("rm", "-rf", "--quiet", "acme")
    (item,) = weakened(story)
    assert (item["path"], item["line"], item["severity"]) == (RECORDS, None, "warning")
    assert item["message"] == "the project acme went, and HEAD shows it, which silences 3 findings"
    assert silenced(item) == sorted(FOUND)
    assert weakened(story, "globex") == []


def test_a_project_that_was_put_behind_another_name_of_its_records(story: Story) -> None:
    story.git("mv", RECORDS, "acme/Milestones.yaml")
    assert [item["path"] for item in weakened(story)] == [RECORDS]


OFFER = """\
project: Offer
currency: EUR
agreement: {file: agreement/sow.pdf, total: 9000.00}
milestones:
  - {id: M1, name: Discovery, amount: 4000.00, status: not_billed}
  - {id: M2, name: Beta, amount: 5000.00, status: cancelled}
"""
MORE = {
    "nothing": ("project", "project", False),
    "signed": ("total", "signed: 2026-01-10, total", True),
    "delivered": ("status: not_billed", "deliverable: {completed: 2026-01-20}, status: not_billed", True),
    "approved": ("status: not_billed", "deliverable: {approved: 2026-01-20}, status: not_billed", True),
    "billed": (
        "status: not_billed",
        "invoice: {number: O-1, amount: 1.00, sent: 2026-01-20}, status: not_billed",
        True,
    ),
    "paid": ("status: not_billed", "status: paid", True),
    "broken": ("currency", "currencies", True),
}


@pytest.mark.parametrize("name", MORE)
def test_an_offer_that_nobody_took_may_go(name: str, story: Story) -> None:
    before, after, told = MORE[name]
    story.commit("offer", "2026-02-03", {"offer/milestones.yaml": OFFER.replace(before, after)})
    story.git("rm", "-rf", "--quiet", "offer")
    assert [item["path"] for item in weakened(story)] == (["offer/milestones.yaml"] if told else [])


@pytest.mark.parametrize("text", [TEXT, TEXT.replace("4100.00", "4200.00")])
@pytest.mark.parametrize(
    ("root", "out", "seen"),
    [("ws", "out", "../out"), ("firms/ws", "firms/out", "../out"), ("firms/ws", "out", "../../out")],
)
def test_a_project_that_moves_out_of_the_workspace(root: str, out: str, seen: str, text: str, tmp_path: Path) -> None:
    story = Story(tmp_path / "repo")
    old = TEXT.replace("Acme website", "Copy")
    begun = {f"{root}/mtrack.yaml": "format: 1\n", f"{root}/{RECORDS}": TEXT, f"old/{RECORDS}": old}
    story.commit("begin", "2026-02-02", {**begun})
    (story.folder / out).mkdir()
    story.git("mv", f"{root}/acme", f"{out}/acme")
    story.write({f"{out}/{RECORDS}": text})
    inside = story.folder / root
    result = mtrack("lint", "--since", "HEAD", "--format", "json", *AS_OF, cwd=inside)
    (item,) = [item for item in json.loads(result.out)["findings"] if item["rule"] == "settings-weakened"]
    assert (item["path"], item["line"]) == (RECORDS, None)
    assert item["message"].startswith(f"the project acme lies in {seen}/acme outside the workspace, and HEAD shows it")
    story.git("rm", "-rf", "--quiet", out)
    result = mtrack("lint", "--since", "HEAD", "--format", "json", *AS_OF, cwd=inside)
    assert "the project acme went, and HEAD shows it" in result.out


def test_a_project_that_gives_way_to_a_repository(story: Story) -> None:
    story.git("rm", "-rf", "--quiet", "acme")
    head = story.git("rev-parse", "HEAD")
    story.git("update-index", "--add", "--cacheinfo", f"160000,{head},acme")
    (item,) = weakened(story)
    assert (item["path"], len(item["related"])) == ("acme", 3)
    assert item["message"].startswith("the project acme gave way to a repository of its own in acme, and HEAD shows it")


def test_a_project_that_is_hidden_is_told_where_it_was(story: Story) -> None:
    (story.folder / "clients").mkdir()
    story.git("mv", "acme", "clients/acme")
    story.commit(
        "move", "2026-02-03", {"other/milestones.yaml": TEXT.replace("Acme website", "Other").replace("INV-1", "O-1")}
    )
    story.git("mv", "clients/acme", ".acme")
    (story.folder / "clients").mkdir(exist_ok=True)
    assert [item["path"] for item in weakened(story, "clients")] == [".acme"]
    assert weakened(story, "other") == []


OTHER = OFFER.replace("M1", "K1").replace("M2", "K2").replace("Discovery", "Analysis").replace("Beta", "Report")


@pytest.mark.parametrize("name", ["Other", "Acme website"])
def test_a_project_that_gives_way_to_another_one_in_its_folder(name: str, story: Story) -> None:
    story.write({RECORDS: OTHER.replace("project: Offer", f"project: {name}")})
    (item,) = weakened(story)
    assert (item["path"], silenced(item)) == (RECORDS, sorted(FOUND))
    assert item["message"] == "the project acme gave way to another one, and HEAD shows it, which silences 3 findings"


def test_a_project_that_is_hidden_behind_another_one(story: Story) -> None:
    story.git("mv", "acme", ".acme")
    story.write({RECORDS: OTHER})
    assert [item["path"] for item in weakened(story)] == [".acme"]


def test_a_project_that_moved_and_left_its_folder_to_another_one(story: Story) -> None:
    story.git("mv", "acme", "clients")
    story.write({RECORDS: OTHER})
    assert weakened(story) == []


RENAMED = {
    "the project": ("project: Acme website", "project: Globex"),
    "the ids": ("id: M", "id: P-M"),
    "the ids and the project": ("id: M", "id: P-M", "project: Acme website", "project: Globex"),
    "the milestones": ("name: Discovery", "name: Research", "name: Beta", "name: Gamma"),
    "broken": ("project:", "projects:"),
}


@pytest.mark.parametrize("name", RENAMED)
def test_a_project_that_is_called_otherwise_is_the_same(name: str, story: Story) -> None:
    text = TEXT
    for before, after in zip(RENAMED[name][::2], RENAMED[name][1::2], strict=True):
        assert before in text
        text = text.replace(before, after)
    story.write({RECORDS: text})
    assert weakened(story) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
def test_a_project_that_gives_way_to_a_link_inside(story: Story) -> None:
    story.commit("other", "2026-02-03", {"globex/milestones.yaml": TEXT.replace("INV-1", "G-1")})
    shutil.rmtree(story.folder / "acme")
    (story.folder / "acme").symlink_to("globex")
    (item,) = weakened(story)
    assert item["message"].startswith("the project acme gave way to a link, and HEAD shows it")


def shares(story: Story, folder: str = "globex", name: str = "Globex") -> str:
    """The records of a project that has an invoice number of acme, committed."""
    text = TEXT.replace("Acme website", name).replace("4100.00", "4000.00").replace("M1", "G1").replace("M2", "G2")
    story.commit("share", "2026-02-03", {f"{folder}/milestones.yaml": text, f"{folder}/invoices/1.pdf": folder})
    return text


def _hide(story: Story) -> None:
    story.git("mv", "acme", ".acme")


def _delete(story: Story) -> None:
    story.git("rm", "-rf", "--quiet", "acme")


def _lead_away(story: Story) -> None:
    (story.folder / "acme").rename(story.folder.parent / "elsewhere")
    (story.folder / "acme").symlink_to(story.folder.parent / "elsewhere")


def _lead_inside(story: Story) -> None:
    shutil.rmtree(story.folder / "acme")
    (story.folder / "acme").symlink_to("globex")


def _give_way(story: Story) -> None:
    story.write({RECORDS: OTHER})


def _own_repository(story: Story) -> None:
    _delete(story)
    story.git("update-index", "--add", "--cacheinfo", f"160000,{story.git('rev-parse', 'HEAD')},acme")


WAYS = [_hide, _delete, _lead_away, _lead_inside, _give_way, _own_repository]
SHARED = "duplicate-invoice-number"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("act", WAYS)
@pytest.mark.parametrize("asked", [(), ("globex",), ("globex/milestones.yaml",)])
def test_what_a_project_that_went_shared_with_others_is_lost_with_it(
    act: Callable[[Story], None], asked: tuple[str, ...], story: Story
) -> None:
    """Shown for the other one too, whose finding it was."""
    shares(story)
    act(story)
    (item,) = weakened(story, *asked)
    assert silenced(item) == sorted([*FOUND, SHARED])
    (other,) = [found for found in item["related"] if found["message"].startswith(SHARED)]
    assert (other["path"], other["line"]) == ("globex/milestones.yaml", 9)
    assert item["message"].endswith("which silences 4 findings")


def test_what_another_one_still_shares_is_not_lost(story: Story) -> None:
    shares(story)
    shares(story, "initech", "Initech")
    _delete(story)
    (item,) = weakened(story)
    assert [found["path"] for found in item["related"] if found["message"].startswith(SHARED)] == [
        "globex/milestones.yaml"
    ]
    assert weakened(story, "initech") == []


def test_what_was_accepted_or_went_with_its_own_project_is_not_lost(story: Story) -> None:
    accepted = f"waivers: [{{rule: {SHARED}, reason: one number for both}}]\n"
    story.commit("accept", "2026-02-04", {"globex/milestones.yaml": shares(story) + accepted})
    _delete(story)
    (item,) = weakened(story)
    assert silenced(item) == sorted(FOUND)
    assert weakened(story, "globex") == []
    story.git("rm", "-rf", "--quiet", "globex")
    told = [silenced(item) for item in weakened(story)]
    assert (told[0], len(told), SHARED in told[1]) == (sorted(FOUND), 2, False)


def test_what_is_lost_in_a_project_that_moved_stands_where_it_is_now(story: Story) -> None:
    shares(story)
    story.git("mv", "globex", "zeta")
    assert weakened(story) == []
    _hide(story)
    (item,) = weakened(story, "zeta")
    assert item["related"][0]["path"] == "zeta/milestones.yaml"
    assert silenced(item) == sorted([*FOUND, SHARED])


def test_a_rule_that_is_off_now_hides_nothing_of_what_is_lost(story: Story) -> None:
    shares(story)
    story.write({"mtrack.yaml": f"format: 1\nrules: {{{SHARED}: off}}\n"})
    _delete(story)
    assert {item["path"]: silenced(item) for item in weakened(story, "globex")} == {
        RECORDS: sorted([*FOUND, SHARED]),
        "mtrack.yaml": [],
    }


def test_what_was_asked_for_is_among_the_first_that_are_listed(story: Story) -> None:
    """Of many, only so many are listed."""
    rows = "".join(f"  - {{id: N{i}, name: N{i}, amount: 1.00, status: sent}}\n" for i in range(30))
    story.commit("many", "2026-02-03", {RECORDS: TEXT + rows})
    shares(story)
    _delete(story)
    (item,) = weakened(story, "globex")
    assert (item["related"][0]["path"], len(item["related"])) == ("globex/milestones.yaml", 20)
    (item,) = weakened(story)
    assert item["related"][0]["path"] == RECORDS
