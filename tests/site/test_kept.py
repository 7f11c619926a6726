"""What a report keeps for the next one: however a workspace changes, the report over an old one is as a new one."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from changes import CHANGES, RECORDS, grow
from support import AS_OF, ROOT, mtrack, write_tree
from test_site import files

from mtrack.check.pipeline import Checked, check
from mtrack.check.workspace import Workspace, open_workspace
from mtrack.views.summary import ProjectSummary, project_summary
from mtrack.watch import Rounds
from mtrack.workspace import find_root

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mtrack.check.store import StoredProject

DAY = "2026-11-22"


def report(root: Path, out: Path, day: str = DAY) -> None:
    """Write a report; the exit code says whether a project is left out."""
    assert mtrack("report", root, "-o", out, "--as-of", day).code in (0, 1)


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Where the one report of a test keeps its projects."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("MTRACK_WAYS", "memo plain store")
    return lambda: min((tmp_path / "cache/mtrack/runs").iterdir())


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The projects that are opened."""
    result: list[str] = []
    open_project = Workspace.open

    def noted(self: Workspace, folder: str) -> object:
        result.append(folder)
        return open_project(self, folder)

    monkeypatch.setattr(Workspace, "open", noted)
    return result


def settle() -> None:
    """Wait until the last changes are old enough to be told from later ones by their time."""
    time.sleep(0.12)


def test_after_every_change_the_report_is_as_a_new_one(
    tmp_path: Path, kept: Callable[[], Path], opened: list[str]
) -> None:
    root, out = tmp_path / "work", tmp_path / "out"
    shutil.copytree(ROOT / "example-workspace", root)
    settle()
    report(root, out)
    assert kept().stat().st_size
    whole = len(set(opened))
    fewer = 0
    for name, change in CHANGES.items():
        change(root)
        settle()
        opened.clear()
        report(root, out)
        fewer += len(set(opened)) < whole
        fresh = tmp_path / "fresh"
        report(root, fresh)
        assert files(out) == files(fresh), name
        shutil.rmtree(fresh)
        settle()
        report(root, out)
    assert fewer > 15


def states(root: Path) -> dict[str, tuple[int, ...]]:
    """What stands in a folder, with the state of each."""
    paths = [root, *root.rglob("*")]
    return {str(path): (info.st_ino, info.st_size, info.st_ctime_ns) for path in paths for info in (path.lstat(),)}


def test_a_process_that_stays_finds_what_a_new_one_finds(
    tmp_path: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTRACK_WAYS", "plain store")
    root = tmp_path / "work"
    shutil.copytree(ROOT / "example-workspace", root)
    rounds = Rounds()
    fewer = 0

    def found() -> Checked[ProjectSummary]:
        workspace = open_workspace(str(root), AS_OF, rounds.watch())
        return check(workspace, summarize=project_summary, kind=ProjectSummary)

    settle()
    found()
    found()  # the first one that somebody tells of changes looks at everything
    before = states(root)
    for name, change in CHANGES.items():
        change(root)
        now = states(root)
        for path in before.keys() | now.keys():
            if before.get(path) != now.get(path):
                rounds.notify(path)
        before = now
        settle()
        opened.clear()
        again = found()
        read = set(opened)
        opened.clear()
        fresh = check(open_workspace(str(root), AS_OF), summarize=project_summary, kind=ProjectSummary)
        assert again.report == fresh.report, name
        assert again.summaries == fresh.summaries, name
        fewer += len(read) < len(set(opened))
    assert fewer > 15


@pytest.mark.parametrize("day", ["2026-11-23", "2027-06-01", "2025-01-01"])
def test_another_day_is_checked_again(tmp_path: Path, day: str) -> None:
    report(ROOT / "example-workspace", tmp_path / "out")
    report(ROOT / "example-workspace", tmp_path / "out", day)
    report(ROOT / "example-workspace", tmp_path / "fresh", day)
    assert files(tmp_path / "out") == files(tmp_path / "fresh")


def test_only_what_changed_is_read(tmp_path: Path, kept: Callable[[], Path], opened: list[str]) -> None:
    root, out = tmp_path / "work", tmp_path / "out"
    shutil.copytree(ROOT / "example-workspace", root)
    settle()
    report(root, out)
    assert kept().stat().st_size
    opened.clear()
    report(root, out)
    assert opened == []
    grow(root, "acme-website/milestones.yaml", "# seen\n")
    report(root, out)
    assert set(opened) == {"acme-website"}


def test_a_project_is_let_go_before_the_next_is_read(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"p{i}/milestones.yaml": RECORDS.format(name=f"P{i}", number=f"P-{i}") for i in range(12)})
    workspace = open_workspace(find_root(str(tmp_path)), AS_OF)
    visited: list[tuple[str, int]] = []
    check(workspace, visit=lambda folder, _kept: visited.append((folder, workspace.opened)))
    assert visited == [(folder, 1) for folder in workspace.walk.projects]
    assert workspace.opened == 0


def test_what_rules_across_projects_say_is_known_from_a_second_visit(tmp_path: Path) -> None:
    numbers = {"p1": "A-1", "p2": "A-2", "p3": "A-4"}
    write_tree(
        tmp_path, {f"{name}/milestones.yaml": RECORDS.format(name=name, number=no) for name, no in numbers.items()}
    )
    workspace = open_workspace(find_root(str(tmp_path)), AS_OF)
    visited: list[tuple[str, bool]] = []

    def visit(folder: str, item: StoredProject[None]) -> None:
        visited.append((folder, any(finding.rule == "invoice-number-gap" for finding in item.findings)))

    check(workspace, visit=visit)
    first = [("p1", False), ("p2", False), ("p3", False)]
    assert visited == [*first, ("p3", True)]


def test_a_number_that_was_there_before_is_visited_last(tmp_path: Path) -> None:
    numbers = {"p1": "A-1", "p2": "A-2", "p3": "A-1"}
    write_tree(
        tmp_path, {f"{name}/milestones.yaml": RECORDS.format(name=name, number=no) for name, no in numbers.items()}
    )
    workspace = open_workspace(find_root(str(tmp_path)), AS_OF)
    visited: list[tuple[str, bool]] = []

    def visit(folder: str, item: StoredProject[None]) -> None:
        visited.append((folder, any(finding.rule == "duplicate-invoice-number" for finding in item.findings)))

    checked = check(workspace, visit=visit)
    assert visited == [("p1", False), ("p2", False), ("p3", True)]  # p3 is left until the others are read
    assert [finding.path for finding in checked.report.findings if finding.rule == "duplicate-invoice-number"] == [
        "p3/milestones.yaml"
    ]


def test_few_projects_stay_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, {f"p{i}/milestones.yaml": RECORDS.format(name=f"P{i}", number=f"P-{i}") for i in range(12)})
    monkeypatch.setattr("mtrack.check.workspace.MOST_OPEN", 3)
    workspace = open_workspace(find_root(str(tmp_path)), AS_OF)
    first = workspace.open("p0")
    for folder in workspace.walk.projects:
        workspace.open(folder)
        assert workspace.open("p0") is first
    assert workspace.opened == 3


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\xc1", b"\x81\xa1a\x91\x01"])
def test_damage_costs_only_time(tmp_path: Path, kept: Callable[[], Path], damage: bytes) -> None:
    out = tmp_path / "out"
    report(ROOT / "example-workspace", out)
    good = files(out)
    kept().write_bytes(damage)
    report(ROOT / "example-workspace", out)
    assert files(out) == good
    kept().unlink()
    report(ROOT / "example-workspace", out)
    assert files(out) == good


def test_names_that_are_not_text_are_read_each_time(
    tmp_path: Path, kept: Callable[[], Path], opened: list[str]
) -> None:
    root = write_tree(tmp_path / "work", {"one/milestones.yaml": RECORDS.format(name="One", number="A-1")})
    (root / "one/signoffs").mkdir()
    with open(os.fsencode(root / "one/signoffs") + b"/\xff.eml", "wb") as file:
        file.write(b"yes")
    settle()
    report(root, tmp_path / "out", AS_OF.isoformat())
    opened.clear()
    report(root, tmp_path / "out", AS_OF.isoformat())
    assert set(opened) == {"one"}
    assert kept().stat().st_size
    assert "udcff.eml" in (tmp_path / "out/projects/one.html").read_text(encoding="utf-8")
