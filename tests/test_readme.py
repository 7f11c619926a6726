"""The README says what the program does: its tour is run, its tables are generated, its paths exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support import ROOT
from tools.readme import generated

from mtrack.cli.commands import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_generated_parts_are_what_the_program_prints() -> None:
    assert generated(README) == README, "run: python tests/tools/generated.py"


@pytest.mark.parametrize("variable", ["COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS"])
def test_generated_parts_do_not_depend_on_the_machine(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, {"COLUMNS": "60", "FORCE_COLOR": "1"}.get(variable, "true"))
    assert generated(README) == README


def test_every_command_named_exists() -> None:
    known = {name for commands in COMMANDS.values() for name in commands}
    named = set(re.findall(r"mtrack ([a-z][a-z-]+)", "\n".join(re.findall(r"`[^`\n]+`|^\$ .*$", README, re.MULTILINE))))
    assert named
    assert named <= known


def test_every_file_named_exists() -> None:
    named = set(re.findall(r"`((?:[A-Z]{4,}[a-z.]*|example-workspace/|docs/[\w./-]+))`", README)) | set(
        re.findall(r"\]\(([^)#:]+)\)", README)
    )
    assert "CONTRIBUTING.md" in named
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


MAIL = "From: owner@acme.example\nTo: studio@north.example\nDate: Thu, 22 Oct 2026 10:00:00 +0000\nSubject: M1\n\nApproved.\n"


def test_the_life_of_a_record_can_be_typed_as_it_is_shown(tmp_path: Path) -> None:
    block = README.partition("## The life of a record")[2].partition("```sh\n")[2].partition("```")[0]
    for name in ("sow.pdf", "INV-2026-001.pdf"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    (tmp_path / "approval.eml").write_text(MAIL, encoding="utf-8")
    program = tmp_path / "bin/mtrack"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m mtrack "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    environment = os.environ | {
        "HOME": str(tmp_path), "PATH": f"{program.parent}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    done = subprocess.run(
        ["sh", "-e", "-c", block], cwd=tmp_path, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    record = (tmp_path / "studio/acme-website/milestones.yaml").read_text(encoding="utf-8")
    assert "approved: 2026-10-22" in record
    assert "status: partially_paid" in record
