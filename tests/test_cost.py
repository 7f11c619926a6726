"""What a run may cost, counted in what it does and not in seconds: the same however busy the machine is."""

from __future__ import annotations

import gc
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from importlib import import_module
from typing import TYPE_CHECKING

import pytest
from support import ROOT, mtrack, write_tree

from mtrack import limits
from mtrack.check import workspace
from mtrack.yaml import compose as compose_module
from mtrack.yaml import places, source

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType
    from typing import Any


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each text is composed."""
    result: Counter[str] = Counter()
    compose = compose_module.compose

    def counted(text: str) -> object:
        result[text] += 1
        return compose(text)

    for module in (compose_module, places):
        monkeypatch.setattr(module, "compose", counted)
    return result


@pytest.mark.parametrize("ways", ["", "plain"])
@pytest.mark.parametrize("command", ["lint", "gaps", "status", "next"])
def test_a_file_is_composed_once(
    command: str, ways: str, tmp_path: Path, composed: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MTRACK_WAYS", ways)
    for i in range(30):
        record = (
            f"project: P{i}\ncurrency: EUR\nagreement: {{total: 5000.00}}\nmilestones:\n"
            "  - {id: M1, name: One, amount: 4000.00, status: paid}\n"
            f"  - id: M2\n    name: Two\n    amount: 900.005\n    status: sent\n"
            f"    invoice: {{number: R{i:02}A, amount: 900.00, sent: 2026-01-0{i % 9 + 1}}}\n"
        )
        write_tree(tmp_path, {f"p{i}/milestones.yaml": record})
    ran = mtrack(command, tmp_path, "--as-of", "2026-11-22")
    assert ran.code in (0, 1)
    assert "P0" in ran.out or "p0" in ran.out
    assert not ran.err
    # A plain file need not be composed at all, whatever is found in it.
    assert len(composed) == (0 if ways else 30)
    assert set(composed.values()) <= {1}


@pytest.mark.parametrize("command", ["lint", "gaps", "status", "next", "aging", "invoices"])
def test_a_file_that_can_not_be_used_is_read_once(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: Counter[str] = Counter()
    from_bytes = source.from_bytes

    def counted(path: str, *given: Any) -> Any:
        read[path] += 1
        return from_bytes(path, *given)

    monkeypatch.setattr(source, "from_bytes", counted)
    monkeypatch.setattr(workspace, "MOST_TEXT", 100)
    good = "project: P\ncurrency: EUR\nmilestones:\n  - {id: M1, name: One, amount: 4000.00, status: paid}\n"
    write_tree(tmp_path, {f"p{i}/milestones.yaml": good.replace("EUR", "[E]" if i % 2 else "EUR") for i in range(6)})
    assert mtrack(command, tmp_path, "--as-of", "2026-11-22").code in (0, 1)
    assert read == Counter(f"p{i}/milestones.yaml" for i in range(6))


CALLS = 2750
"""Calls of functions, Python's and C's, that a lint makes for a project of eight milestones with its papers."""


def calls(root: Path) -> int:
    """How many functions a lint calls, the start aside."""
    mtrack("lint", root, "--as-of", "2026-11-22")  # what is loaded once
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    gc.collect()  # what others have left and is called when it goes
    gc.disable()
    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        mtrack("lint", root, "--as-of", "2026-11-22")
    finally:
        sys.setprofile(before)
        gc.enable()
    return count


def test_a_project_costs_no_more_than_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MTRACK_WAYS", "forms plain traits")
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    workspace = import_module("workspace")
    for count in (20, 60):
        workspace.write(str(tmp_path / f"{count}"), count, 8)
    found = (calls(tmp_path / "60") - calls(tmp_path / "20")) / 40
    assert found <= 1.2 * CALLS, f"{found:.0f} calls a project"


VALGRIND = shutil.which("valgrind")
MEASURED_WITH = (3, 11)
"""The Python by which the figure below was taken; the interpreters of others need more or fewer instructions."""
INSTRUCTIONS = 0.87
"""Instructions that a lint takes for such a project, in runs of the work below: some 3.4 million in Debian's Python 3.11.

What they come to depends on how a Python was built, how often they are more than those of other work does not.
"""
WORK = """
import re, sys
from decimal import Decimal

class Item:
    def __init__(self, name, amount):
        self.name, self.amount = name, amount

def read(line):
    match = re.match(r"([A-Z]+)-([0-9]+): ([0-9.]+)", line)
    return Item(f"{match[1]} {match[2]}", Decimal(match[3]))

for turn in range(int(sys.argv[1])):
    items = [read(f"INV-{i}: {i % 7}.50") for i in range(200)]
    sums = {}
    for item in sorted(items, key=lambda item: item.name):
        sums[item.amount] = sums.get(item.amount, 0) + item.amount
"""


def instructions(*arguments: str | Path, cwd: Path | None = None) -> int:
    """How many instructions a run of Python takes."""
    assert VALGRIND is not None
    counting = (VALGRIND, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0",
                   "MTRACK_WAYS": "forms plain traits"}  # fmt: skip
    done = subprocess.run(
        [*counting, sys.executable, *arguments], capture_output=True, text=True, check=False, env=environment, cwd=cwd
    )
    found = re.search(r"I +refs: +([0-9,]+)", done.stderr)
    assert found is not None, done.stderr
    assert done.returncode in (0, 1), done.stderr
    return int(found[1].replace(",", ""))


@pytest.mark.skipif(VALGRIND is None, reason="there is no valgrind here")
@pytest.mark.skipif(sys.version_info[:2] != MEASURED_WITH, reason="the figure is of another Python")
def test_a_project_takes_no_more_instructions_than_it_did(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    workspace = import_module("workspace")
    totals: list[int] = []
    for count in (50, 150):
        root = tmp_path / f"{count}"
        workspace.write(str(root), count, 8)
        totals.append(instructions("-m", "mtrack", "lint", root, "--as-of", "2026-11-22"))
    few, more = totals
    work = (instructions("-c", WORK, "22") - instructions("-c", WORK, "2")) / 20
    found = (more - few) / 100 / work
    assert found <= 1.2 * INSTRUCTIONS, f"{found:.2f} of the work, {(more - few) / 100:,.0f} instructions a project"


@pytest.mark.skipif(VALGRIND is None, reason="there is no valgrind here")
@pytest.mark.parametrize("arguments", [("pay", "INV-1"), ("bill", "site", "M2", "INV-2")])
def test_a_verb_among_a_thousand_projects_takes_at_most_twice_as_much(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    record = (
        "project: Site\ncurrency: EUR\nmilestones:\n"
        "  - id: M1\n    name: Draft\n    amount: 3000.00\n    status: sent\n"
        "    invoice: {number: INV-1, amount: 3000.00, sent: 2026-10-01}\n"
        "  - id: M2\n    name: Launch\n    amount: 5000.00\n    status: not_billed\n"
    )
    totals: list[int] = []
    for others in (0, 999):
        root = tmp_path / f"{others}"
        files: dict[str, str | bytes] = {"mtrack.yaml": "format: 1\n", "site/milestones.yaml": record}
        for i in range(others):
            folder = f"clients/c{i % 20}/project-{i}"
            files[f"{folder}/milestones.yaml"] = record.replace("INV-1", f"OLD-{i:04}")
            files[f"{folder}/invoices/a.pdf"] = "x"
        write_tree(root, files)
        totals.append(instructions("-m", "mtrack", *arguments, "--dry-run", "--as-of", "2026-11-22", cwd=root))
    alone, among = totals
    assert among <= 2 * alone, f"{among:,} instructions among a thousand, {alone:,} alone"


def steps(*arguments: str | Path, cwd: Path) -> Counter[tuple[str, int]]:
    """How often each line of mtrack runs in a command."""
    result: Counter[tuple[str, int]] = Counter()
    own = str(ROOT / "mtrack")

    def line(frame: FrameType, event: str, _argument: Any) -> Any:
        if event == "line":
            result[frame.f_code.co_filename.removeprefix(own), frame.f_lineno] += 1
        return line

    before = sys.gettrace()
    sys.settrace(lambda frame, _event, _argument: line if frame.f_code.co_filename.startswith(own) else None)
    try:
        mtrack(*arguments, cwd=cwd)
    finally:
        sys.settrace(before)
    return result


@pytest.mark.parametrize(
    ("shape", "command"),
    [
        ("one number", "status --format csv"),
        ("one file", "status --format csv"),
        ("one id", "status --format csv"),
        ("one invoice", "status --format csv"),
        ("one invoice", "lint"),
        ("one number", "report -o REPORT"),
        ("two of each transfer", "lint"),
        ("one transfer", "lint"),
        ("credit notes", "lint"),
        ("payments", "invoices"),
        ("instalments", "gaps"),
        ("replaced", "next"),
        ("numbers with holes", "lint"),
        ("waivers", "lint"),
        ("milestones", "forecast"),
        ("milestones", "report -o REPORT"),
        ("cut off", "lint"),
        ("lines and payments", "lint"),
        ("lines and payments", "report -o REPORT"),
        ("lines and payments", "status --format csv"),
        ("amendments", "forecast"),
        ("amendments", "report -o REPORT"),
        ("currencies", "lint"),
        ("milestones", "lint --diff"),
        ("lines and payments", "lint --diff"),
        ("one paper", "verify"),
        ("one file", "verify"),
    ],
)
def test_no_line_runs_for_each_pair_of_a_crowd(
    shape: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between crowds of 25, 50 and 100, what runs for each of them grows as they do, what runs for each pair four times as much."""
    monkeypatch.setenv("MTRACK_WAYS", "forms plain traits")
    monkeypatch.syspath_prepend(str(ROOT / "bench"))
    extremes = import_module("extremes")
    monkeypatch.setattr(extremes, "SPREAD", 1)
    monkeypatch.setattr(limits, "CELL_ROWS", 5)
    found: list[Counter[tuple[str, int]]] = []
    for count in (25, 25, 50, 100):  # what is loaded once counts in the first
        monkeypatch.setattr(extremes, "MANY", count)
        root = tmp_path / f"{len(found)}"
        root.mkdir()
        extremes.write(shape, str(root))
        words = command.replace("REPORT", str(tmp_path / f"report{len(found)}")).split()
        found.append(steps(*words, "--as-of", extremes.AS_OF, cwd=root))
    _, few, more, many = found
    assert sum(many.values()) > 100
    assert not {
        place: (few[place], more[place], count)
        for place, count in many.items()
        if count > 1000 and count - more[place] > 3 * (more[place] - few[place])
    }
