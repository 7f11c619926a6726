"""The README says what the program does: its tour is run, its tables are generated, its paths exist."""

from __future__ import annotations

import re

import pytest
from support import ROOT
from tools.readme import generated

from mtrack.cli.commands import COMMANDS

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
