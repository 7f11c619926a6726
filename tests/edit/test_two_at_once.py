"""Two commands at once: no number is taken twice, nothing that was recorded is lost, no lock is in the way for good."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import kill
import pytest
from support import ROOT, mtrack, write_tree

from mtrack.edit import writer
from mtrack.errors import CannotRunError

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
AS_OF = ("--as-of", "2026-02-20")

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="commands are forked")


def _project(name: str, count: int) -> str:
    milestones = "".join(
        f"  - {{id: M{i}, name: Phase {i}, amount: 100.00, deliverable: {{approved: 2026-02-02}}, status: not_billed}}\n"
        for i in range(count)
    )
    return f"project: {name}\ncurrency: EUR\nmilestones:\n{milestones}"


def _workspace(root: Path, projects: int, milestones: int) -> Path:
    files: dict[str, str | bytes] = {f"p{i}/milestones.yaml": _project(f"P{i}", milestones) for i in range(projects)}
    return write_tree(root, {"mtrack.yaml": "format: 1\n", **files})


def _at_once(root: Path, *lists: Sequence[tuple[str, ...]]) -> list[list[tuple[int, str]]]:
    """What the commands of each list did, those of a list at once."""
    done = subprocess.run(
        [sys.executable, HERE / "two_at_once.py", root],
        input=json.dumps([[[*command, *AS_OF] for command in commands] for commands in lists]),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    return [[(code, said) for code, said in results] for results in json.loads(done.stdout)]


def _numbers(root: Path) -> list[str]:
    data = json.loads(mtrack("invoices", root, "--format", "json", *AS_OF).out)
    return sorted(row["number"] for row in data["rows"])


def test_25_pairs_of_bill_take_no_number_twice(tmp_path: Path) -> None:
    """Some of the pairs in one spelling, some in two that compare alike."""
    root = _workspace(tmp_path, 2, 25)
    spellings = [(f"INV-{i}", f"INV-{i}" if i % 2 else f"\uff29nv\u2013{i}") for i in range(25)]
    pairs = [[("bill", "p0", f"M{i}", one), ("bill", "p1", f"M{i}", other)] for i, (one, other) in enumerate(spellings)]
    for results in _at_once(root, *pairs):
        assert sorted(code for code, _ in results) == [0, 1], results
        assert sum("duplicate-invoice-number" in said for _, said in results) == 1, results
    assert len(_numbers(root)) == 25
    assert not kill.litter(root)


def test_verbs_that_take_numbers_wait_for_each_other(tmp_path: Path) -> None:
    """One number from `bill`, `credit` and `bill --line` in as many projects: one of them gets it."""
    root = _workspace(tmp_path, 4, 2)
    for i in range(4):
        assert mtrack("bill", "p" + str(i), "M0", f"R-{i}", *AS_OF, cwd=root).code == 0
    (results,) = _at_once(
        root,
        [
            ("bill", "p0", "M1", "X-1"),
            ("credit", "R-1", "X-1"),
            ("credit", "R-2", "x-1", "--amount", "10"),
            ("bill", "p3", "X-1", "--line", "M1=50"),
        ],
    )
    assert sorted(code for code, _ in results) == [0, 1, 1, 1], results
    assert [number.upper() for number in _numbers(root)] == ["R-0", "R-1", "R-2", "R-3", "X-1"]
    assert not kill.litter(root)


def test_new_projects_from_a_table_take_no_number_twice(tmp_path: Path) -> None:
    root = _workspace(tmp_path, 1, 2)
    write_tree(root, {"jobs.csv": "name,amount,invoice,sent,approved\nPhase,100.00,X-1,2026-02-03,2026-02-02\n"})
    (results,) = _at_once(
        root,
        [
            ("new", "p1", "--from", "jobs.csv", "--currency", "EUR"),
            ("new", "p2", "--from", "jobs.csv", "--currency", "EUR"),
            ("bill", "p0", "M1", "x-1"),
            ("import", "jobs.csv", "--project", "p0"),
        ],
    )
    assert sorted(code for code, _ in results) == [0, 1, 1, 1], results
    assert [number.upper() for number in _numbers(root)] == ["X-1"]
    assert (root / "p1").exists() + (root / "p2").exists() == sum(code == 0 for code, _ in results[:2])
    late = mtrack("new", "p3", "--from", "jobs.csv", "--currency", "EUR", *AS_OF, cwd=root)
    assert (late.code, (root / "p3").exists()) == (1, False)
    assert "duplicate-invoice-number" in late.out
    assert not kill.litter(root)


def test_other_verbs_go_on_beside_them(tmp_path: Path) -> None:
    """Six commands on two projects, each with something else to record: all of it is there in the end."""
    root = _workspace(tmp_path, 2, 3)
    for i in range(2):
        assert mtrack("bill", f"p{i}", "M0", f"R-{i}", *AS_OF, cwd=root).code == 0
    (results,) = _at_once(
        root,
        [
            *(("bill", f"p{i}", "M1", f"S-{i}") for i in range(2)),
            *(("pay", f"R-{i}") for i in range(2)),
            *(("hold", f"p{i}", "M2", "--reason", "the client moves") for i in range(2)),
        ],
    )
    assert [code for code, _ in results] == [0] * 6, results
    assert _numbers(root) == ["R-0", "R-1", "S-0", "S-1"]
    for i in range(2):
        text = (root / f"p{i}/milestones.yaml").read_text(encoding="utf-8")
        assert "payments:" in text
        assert "hold:" in text
    assert not kill.litter(root)


def test_a_number_waits_for_one_who_takes_another_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = _workspace(tmp_path, 1, 1)
    with (
        writer.taking_numbers(str(root)),
        pytest.raises(CannotRunError, match=r"another mtrack has been writing in .* nothing was changed"),
        writer.taking_numbers(str(root), patience=0.1),
    ):
        pass
    before = (root / "p0/milestones.yaml").read_bytes()
    monkeypatch.setattr(writer.taking_numbers.__wrapped__, "__defaults__", (0.1,))  # type: ignore[attr-defined]
    with writer.taking_numbers(str(root)):
        refused = mtrack("bill", "p0", "M0", "INV-1", *AS_OF, cwd=root)
        assert refused.code == 3
        assert "another mtrack has been writing" in refused.err
        assert mtrack("bill", "p0", "M0", "INV-1", "--dry-run", *AS_OF, cwd=root).code == 0
        assert mtrack("approve", "p0", "M0", "--date", "2026-02-03", "--force", *AS_OF, cwd=root).code == 0
    assert (root / "p0/milestones.yaml").read_bytes() != before
    assert not kill.litter(root)


def test_a_lock_left_by_a_killed_command_is_in_nobodys_way(tmp_path: Path) -> None:
    root = _workspace(tmp_path, 1, 1)
    (root / writer.NUMBERS_LOCK).touch()
    (root / "p0" / writer.LOCK).touch()
    assert mtrack("bill", "p0", "M0", "INV-1", *AS_OF, cwd=root).code == 0
    assert not kill.litter(root)


@pytest.mark.parametrize("lock", [writer.NUMBERS_LOCK, f"p0/{writer.LOCK}"])
def test_a_file_called_like_a_lock_that_is_not_mtracks_stays(tmp_path: Path, lock: str) -> None:
    root = _workspace(tmp_path, 1, 1)
    (root / lock).write_text("somebody's\n", encoding="utf-8")
    assert mtrack("bill", "p0", "M0", "INV-1", *AS_OF, cwd=root).code == 0
    assert mtrack("approve", "p0", "M0", "--date", "2026-02-03", "--force", *AS_OF, cwd=root).code == 0
    assert (root / lock).read_text(encoding="utf-8") == "somebody's\n"
    assert kill.litter(root) == [lock.rpartition("/")[2]]


@pytest.mark.parametrize("lock", [writer.NUMBERS_LOCK, f"p0/{writer.LOCK}"])
@pytest.mark.parametrize("target", ["outside", "p0/milestones.yaml", "nowhere"])
def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path, lock: str, target: str) -> None:
    root = _workspace(tmp_path / "workspace", 1, 1)
    outside = tmp_path / "outside"
    outside.write_text("kept\n", encoding="utf-8")
    leads = {"outside": outside, "nowhere": tmp_path / "nowhere"}.get(target, root / target)
    (root / lock).symlink_to(leads)
    before = (root / "p0/milestones.yaml").read_bytes()
    refused = mtrack("bill", "p0", "M0", "INV-1", *AS_OF, cwd=root)
    assert refused.code == 3
    assert refused.err.endswith(
        "is a link, and mtrack locks with a file of that name; remove it; nothing was changed\n"
    )
    assert (root / "p0/milestones.yaml").read_bytes() == before
    assert outside.read_text(encoding="utf-8") == "kept\n"
    assert not (tmp_path / "nowhere").exists()
    assert (root / lock).is_symlink()
