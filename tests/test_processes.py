"""A workspace checked in several processes: the same to the byte as in one, whatever becomes of a child."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest
from support import mtrack, write_tree

from mtrack.check import processes, visits
from mtrack.check.processes import Child, children, shares

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only where processes are forked")
RECORDS = """project: P{i}
currency: {currency}
agreement: {{total: 5000.00}}
milestones:
  - {{id: M1, name: One, amount: 4000.00, status: paid}}
  - id: M2
    name: Two
    amount: 1000.00
    hold: {{reason: later}}
    status: sent
    invoice: {{number: R{number}, amount: 900.00, sent: 2027-01-0{day}}}
"""
COMMANDS = (
    ("lint", "--format", "json"),
    ("lint",),
    ("gaps",),
    ("gaps", "--format", "json"),
    ("report", "--format", "md"),
)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[Child]:
    """The processes that are started; small shares are worth one, on a machine of four cores."""
    monkeypatch.setenv("MTRACK_WAYS", "fork plain")
    monkeypatch.setattr(processes, "ENOUGH", 3)
    monkeypatch.setattr(processes, "_cores", lambda: 4)
    result: list[Child] = []
    start = Child.__init__

    def counted(self: Child, work: object) -> None:
        start(self, work)  # type: ignore[arg-type]
        result.append(self)

    monkeypatch.setattr(Child, "__init__", counted)
    return result


def tree(root: Path) -> Path:
    """Sixteen projects: some broken, some with a number that another has, one in a currency that nobody knows."""
    write_tree(
        root,
        {"mtrack.yaml": "format: 1\nwaivers: [{rule: overdue, reason: they pay late, file: p2/milestones.yaml}]\n"},
    )
    for i in range(16):
        text = RECORDS.format(i=i, number=i % 14, day=i % 9 + 1, currency="ZZZ" if i == 11 else "EUR")
        write_tree(root, {f"p{i:02}/milestones.yaml": "milestones: [\n" if i in (3, 13) else text})
    return root


def alone(root: Path, monkeypatch: pytest.MonkeyPatch, *command: str) -> object:
    monkeypatch.setenv("MTRACK_WAYS", "plain")
    result = mtrack(command[0], root, *command[1:], "--as-of", "2026-11-22")
    monkeypatch.setenv("MTRACK_WAYS", "fork plain")
    return result


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("enough", [1, 3, 5, 8])
def test_it_is_the_same(
    command: tuple[str, ...], enough: int, tmp_path: Path, started: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(tmp_path)
    monkeypatch.setattr(processes, "ENOUGH", enough)
    wanted = alone(root, monkeypatch, *command)
    assert started == []
    assert mtrack(command[0], root, *command[1:], "--as-of", "2026-11-22") == wanted
    first, again = 16, 2  # those that name a number again are checked once all are read
    assert len(started) == sum(max(min(4, projects // enough) - 1, 0) for projects in (first, again))


def test_what_a_dead_child_had_to_do_is_done(
    tmp_path: Path, started: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(tmp_path)
    wanted = alone(root, monkeypatch, "lint")

    def dying(*_given: object) -> bytes:
        os.kill(os.getpid(), 9)
        return b""

    monkeypatch.setattr(visits, "_hand_over", dying)
    assert mtrack("lint", root, "--as-of", "2026-11-22") == wanted
    monkeypatch.setattr(visits, "_hand_over", lambda *_given: b"half")
    assert mtrack("lint", root, "--as-of", "2026-11-22") == wanted
    monkeypatch.setattr(visits, "_hand_over", lambda *_given: 1 / 0)
    assert mtrack("lint", root, "--as-of", "2026-11-22") == wanted
    assert len(started) == 9


def test_without_a_process_left_all_is_done(
    tmp_path: Path, started: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(tmp_path)
    wanted = alone(root, monkeypatch, "lint")

    def refused() -> int:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    before = len(os.listdir("/proc/self/fd"))
    monkeypatch.setattr(os, "fork", refused)
    assert mtrack("lint", root, "--as-of", "2026-11-22") == wanted
    assert started == []
    assert len(os.listdir("/proc/self/fd")) == before


def test_names_that_are_not_text_are_handled_here(
    tmp_path: Path, started: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(tmp_path)
    os.makedirs(os.fsencode(root / "p15/signoffs"))
    with open(os.fsencode(root / "p15/signoffs") + b"/\xff.eml", "wb") as file:
        file.write(b"there")
    wanted = alone(root, monkeypatch, "lint", "--format", "concise")
    assert mtrack("lint", root, "--format", "concise", "--as-of", "2026-11-22") == wanted
    assert started


def test_where_mtrack_itself_fails_is_told_the_same(
    tmp_path: Path, started: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tree(tmp_path)

    def failing(_ledger: object) -> object:
        message = "on purpose"
        raise ValueError(message)

    monkeypatch.setattr("mtrack.figures.ledger.expected_status", failing)
    wanted = alone(root, monkeypatch, "lint")
    assert mtrack("lint", root, "--as-of", "2026-11-22") == wanted
    assert len(started) == 3


def test_no_child_is_left_behind(started: list[Child]) -> None:
    def endless() -> bytes:
        while True:
            pass

    def interrupted() -> None:
        with children([endless, endless]):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(started) == 2
    for child in started:
        with pytest.raises(ChildProcessError):
            os.waitpid(child._id, os.WNOHANG)  # noqa: SLF001


def test_few_projects_are_no_work_to_share(started: list[Child], monkeypatch: pytest.MonkeyPatch) -> None:
    assert shares(range(5)) == [range(5)]
    assert shares(range(6)) == [range(3), range(3, 6)]
    assert [len(share) for share in shares(range(103))] == [25, 26, 26, 26]
    monkeypatch.setenv("MTRACK_WAYS", "plain")
    assert shares(range(103)) == [range(103)]
    assert started == []
