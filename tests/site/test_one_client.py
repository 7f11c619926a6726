"""A report for one client: all of that client's projects, and not a word of another's, as a folder and as one file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from changes import RECORDS
from history.story import Story
from support import add_evidence, mtrack
from test_site import files

if TYPE_CHECKING:
    from pathlib import Path

DAY = ("--as-of", "2026-11-22")
OTHERS = ("Initech", "initech", "Secret", "B-1", "C-1", "Gone", "D-1", "broken-shop")
"""What tells of a client who is not asked for, or of records that may be anyone's."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two clients' projects in turns, one of the second that went, and one that can't be read."""
    story = Story(tmp_path / "work")
    secret = RECORDS.replace("Acme GmbH", "Initech")
    story.write(
        {
            "mtrack.yaml": "format: 1\nname: Studio\n",
            "a/milestones.yaml": RECORDS.format(name="First", number="A-1"),
            "b-initech/milestones.yaml": secret.format(name="Secret", number="B-1"),
            "c/milestones.yaml": RECORDS.format(name="Second", number="A-2"),
            "d-initech/milestones.yaml": secret.format(name="Secret too", number="C-1"),
            "e/milestones.yaml": RECORDS.format(name="Third", number="A-3"),
            "gone/milestones.yaml": secret.format(name="Gone", number="D-1"),
        }
    )
    add_evidence(story.folder)
    story.commit("Begin", "2026-02-10")
    story.commit(
        "Go on",
        "2026-02-20",
        {
            "a/milestones.yaml": RECORDS.format(name="First", number="A-1").replace("Beta", "Gamma"),
            "b-initech/milestones.yaml": secret.format(name="Secret", number="B-1").replace("4000.00", "4444.00"),
            "gone/milestones.yaml": None,
        },
    )
    story.write({"broken-shop/milestones.yaml": "project: [\n"})
    return story.folder


def told(root: Path, place: Path, *more: str) -> bytes:
    """All that a report for the client holds."""
    single = place.suffix == ".html"
    result = mtrack("report", root, "--single-file" if single else "-o", place, *DAY, "--client", "acme", *more)
    assert result.code in (0, 1), result.err
    if single:
        return place.read_bytes()
    return b"".join(name.encode() + content for name, content in files(place).items())


@pytest.mark.parametrize("name", ["out", "out.html"])
@pytest.mark.parametrize("more", [(), ("--since", "HEAD~1"), ("--at", "HEAD")])
def test_nothing_tells_of_another_client(root: Path, tmp_path: Path, name: str, more: tuple[str, ...]) -> None:
    found = told(root, tmp_path / name, *more)
    for word in ("First", "Second", "Third", "A-1", "A-3", *(["Gamma"] if more[:1] == ("--since",) else [])):
        assert word.encode() in found, word
    for word in OTHERS:
        assert word.encode() not in found, word


def test_copies_are_of_the_clients_papers_alone(root: Path, tmp_path: Path) -> None:
    told(root, tmp_path / "out", "--with-files")
    copies = [path.name.partition("_")[0] for path in (tmp_path / "out/files").iterdir()]
    assert copies.count("sow") == 3
    assert not {"B-1", "C-1"} & set(copies)


def turns(page: str) -> dict[str, str]:
    """Where a page leads on to, by direction."""
    return dict(re.findall(r'<a rel="(prev|next)" href="([^"]*)"', page))


def test_a_page_leads_to_the_clients_project_before_and_after(root: Path, tmp_path: Path) -> None:
    told(root, tmp_path / "out")
    found = {name: turns((tmp_path / f"out/projects/{name}.html").read_text(encoding="utf-8")) for name in "ace"}
    assert found == {
        "a": {"next": "c.html"},
        "c": {"prev": "a.html", "next": "e.html"},
        "e": {"prev": "c.html"},
    }
    single = told(root, tmp_path / "out.html").decode()
    assert re.findall(r'<a rel="(prev|next)" href="([^"]*)"', single) == [
        ("next", "#p-projects-c"),
        ("prev", "#p-projects-a"),
        ("next", "#p-projects-e"),
        ("prev", "#p-projects-c"),
    ]


def test_over_an_old_report_it_is_as_a_new_one(root: Path, tmp_path: Path) -> None:
    """Whether that was for all, or a project of the client has come since."""
    assert mtrack("report", root, "-o", tmp_path / "out", *DAY).code == 1
    assert told(root, tmp_path / "out") == told(root, tmp_path / "fresh")
    Story.write(Story(root), {"d/milestones.yaml": RECORDS.format(name="Between", number="A-4")})
    assert told(root, tmp_path / "out") == told(root, tmp_path / "new")
    page = (tmp_path / "out/projects/c.html").read_text(encoding="utf-8")
    assert turns(page)["next"] == "d.html"
