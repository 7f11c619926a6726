"""README.md and docs/ say what the program does: commands are run, tables are generated, paths exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support import ROOT
from tools.docs import PAGES, PARTS, generated, parts

from mtrack.cli.commands import COMMANDS

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in PAGES}
README = TEXTS["README.md"]
PAGE = pytest.mark.parametrize("page", TEXTS)


@PAGE
def test_generated_parts_are_what_the_program_prints(page: str) -> None:
    assert generated(TEXTS[page]) == TEXTS[page], "run: python tests/tools/generated.py"


def test_every_generated_table_is_in_one_page() -> None:
    assert sorted(name for text in TEXTS.values() for name in parts(text)) == sorted(PARTS)


@pytest.mark.parametrize("variable", ["COLUMNS", "FORCE_COLOR", "GITHUB_ACTIONS"])
def test_generated_parts_do_not_depend_on_the_machine(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, {"COLUMNS": "60", "FORCE_COLOR": "1"}.get(variable, "true"))
    assert generated(README) == README


@PAGE
def test_every_command_named_exists(page: str) -> None:
    known = {name for commands in COMMANDS.values() for name in commands}
    typed = re.findall(r"```sh\n(.*?)```|(^\$ [^\n]*)|(`[^`\n]+`)", TEXTS[page], re.DOTALL | re.MULTILINE)
    named = {name for code in typed for name in re.findall(r"\bmtrack ([a-z][a-z-]+)", "".join(code))}
    assert named <= known
    assert named or page == "docs/figures.md"


def test_readme_links_every_page() -> None:
    assert {page for page in TEXTS if page != "README.md"} <= set(re.findall(r"\]\(([^)#]+)\)", README))


@PAGE
def test_every_file_named_exists(page: str) -> None:
    text = re.sub(r"```.*?```", "", TEXTS[page], flags=re.DOTALL)
    named = [ROOT / path for path in re.findall(r"`((?:[A-Z]{4,}\.md|example-workspace/|docs/[\w./-]+))`", text)]
    linked = [(ROOT / page).parent / path for path in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text)]
    assert [path for path in named + linked if not path.exists()] == []


@PAGE
def test_every_heading_linked_exists(page: str) -> None:
    for path, anchor in re.findall(r"\]\(([^)#:]*)#([^)]*)\)", TEXTS[page]):
        target = (ROOT / page).parent / path if path else ROOT / page
        headings = re.findall(r"^#+ (.*)$", target.read_text(encoding="utf-8"), re.MULTILINE)
        assert anchor in [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]


MAIL = "From: owner@acme.example\nTo: studio@north.example\nDate: Thu, 22 Oct 2026 10:00:00 +0000\nSubject: M1\n\nApproved.\n"


def test_the_five_minutes_can_be_typed_as_it_is_shown(tmp_path: Path) -> None:
    block = README.partition("## Five minutes")[2].partition("```sh\n")[2].partition("```")[0]
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
