"""A short run of the fuzzer, and the inputs at hand."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pytest
from support import ROOT

from fuzzing import run, targets

if TYPE_CHECKING:
    from pathlib import Path

RUNNER = [sys.executable, str(ROOT / "tests" / "fuzzing" / "run.py")]


@pytest.mark.parametrize("name", targets.NAMES)
def test_the_inputs_at_hand(name: str) -> None:
    with patch.dict(os.environ):
        outcome = run.replay(name, targets.load(name))
    assert outcome.failed is None
    assert outcome.executions >= 3


@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris has no wheel for this machine")
def test_a_short_run() -> None:
    done = subprocess.run([*RUNNER, "--executions", "100"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.findall(r"^(\w+): ([0-9,]+) executions in [0-9]+ s, no find$", done.stdout, re.MULTILINE)
    assert [name for name, _ in told] == list(targets.NAMES)
    assert all(int(executions.replace(",", "")) >= 100 for _, executions in told)


def test_without_atheris_the_inputs_at_hand_are_tried(tmp_path: Path) -> None:
    (tmp_path / "atheris.py").write_text("raise ImportError\n", encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run([*RUNNER, "commits", "tree"], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[0] == (
        "atheris has no wheel for this machine or is not installed: the inputs at hand are tried, and no others"
    )
    assert re.search(r"^tree: 10 executions in 0 s, no find$", done.stdout, re.MULTILINE)
    assert done.returncode == 0


def test_a_find_is_told_with_its_input() -> None:
    def check(data: bytes) -> None:
        assert b"\xff" not in data

    target: Any = SimpleNamespace(SEEDS=[b"a", b"b\xff", b"c"], check=check)
    outcome = run.replay("made-up", target)
    assert outcome.executions == 2
    assert (outcome.failed or "").startswith("b'b\\xff'\nTraceback")
