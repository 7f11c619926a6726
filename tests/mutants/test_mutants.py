"""The mutants, how one is put into a running interpreter, and what is said of those that survive."""

from __future__ import annotations

import ast
import re

import pytest
from support import ROOT

pytest.importorskip("mutmut", reason="`make mutants` installs it")

from mtrack.figures import tax
from mutants.known import KNOWN, known
from mutants.make import Mutant, mutants_of, source_of
from mutants.patch import Live
from mutants.rooms import ROOMS
from mutants.run import interval

GAPS = ROOT / "mtrack" / "rules" / "gap.py"


def _apart_from_bodies(source: str) -> str:
    """A module without what its functions do."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.body = node.body[:1] if ast.get_docstring(node) else [ast.Pass()]
    return ast.dump(tree)


def test_a_mutant_changes_what_a_function_does_and_nothing_else() -> None:
    before = GAPS.read_text(encoding="utf-8")
    made = mutants_of(GAPS)
    assert len(made) > 300
    assert {mutant.function for mutant in made} >= {"overdue", "underbilled"}  # which have a decorator
    for mutant in made[::40]:
        after = source_of(mutant)
        assert after != before
        assert _apart_from_bodies(after) == _apart_from_bodies(before), mutant


def test_a_mutant_is_put_into_the_function_that_is_there() -> None:
    path = ROOT / "mtrack" / "figures" / "tax.py"
    mutant = next(one for one in mutants_of(path) if one.before.startswith("return") is False)
    function = getattr(tax, mutant.function)
    code = function.__code__
    try:
        assert Live().put(mutant, source_of(mutant))
        assert function.__code__ is not code
    finally:
        function.__code__ = code


def test_the_interval_of_a_score() -> None:
    assert [round(end, 3) for end in interval(180, 200)] == [0.851, 0.934]
    assert interval(0, 0) == (0.0, 1.0)
    low, high = interval(50, 50)
    assert low < 1 == pytest.approx(high)


def test_every_survivor_that_is_explained_is_a_mutant() -> None:
    lines = [line for line in KNOWN.read_text(encoding="utf-8").splitlines() if line.startswith("- ")]
    assert len(known()) == len(lines) == len(set(lines))
    for path in sorted({item[0] for item in known()}):
        there = {(one.path, one.function, one.before, one.after) for one in mutants_of(ROOT / path)}
        assert {item for item in known() if item[0] == path} <= there


def test_every_room_has_modules_and_tests() -> None:
    for room in ROOMS.values():
        assert room.files
        assert [name for name in room.tests if not (ROOT / name).exists()] == []


def test_a_mutant_is_told_in_one_line() -> None:
    mutant = Mutant("mtrack/a.py", 0, "f", 0, 7, "a + b", "a - b")
    assert re.fullmatch(r"mtrack/a.py:7 f: a \+ b → a - b", str(mutant))
