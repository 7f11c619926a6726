"""Completion in the shells themselves: the script is loaded, and the shell is asked what it offers."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from support import ROOT, mtrack, write_tree

from mtrack import resources
from mtrack.cli.commands import COMMANDS
from mtrack.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")

RECORD = """\
project: {name}
currency: EUR
milestones:
  - {{id: {id}1, name: Discovery, amount: 4000.00, status: sent, invoice: {{number: {number}, amount: 4000.00, sent: 2026-02-03}}}}
  - {{id: {id}2, name: Beta, amount: 5000.00, status: not_billed}}
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(
        tmp_path / "workspace",
        {
            "mtrack.yaml": "format: 1\n",
            "acme-website/milestones.yaml": RECORD.format(name="Acme", id="M", number="INV-2026-004"),
            "clients/globex/milestones.yaml": RECORD.format(name="Globex", id="G", number='"2026/17 B"'),
        },
    )


def complete(root: Path, *words: str) -> list[str]:
    """What bash offers for the last of `words`, after `mtrack`."""
    folder = root.parent / "bin"
    folder.mkdir(exist_ok=True)
    (folder / "mtrack").write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m mtrack "$@"\n', encoding="utf-8")
    (folder / "mtrack").chmod(0o755)
    line = ("mtrack", *words)
    script = f"""
        source <(mtrack completion bash)
        complete -p mtrack >/dev/null || exit 9
        function=$(complete -p mtrack | sed 's/.*-F \\([^ ]*\\).*/\\1/')
        COMP_WORDS=({" ".join(map(shlex.quote, line))}); COMP_CWORD={len(words)}
        "$function" mtrack {shlex.quote(line[-1])} {shlex.quote(line[-2])}
        if (( ${{#COMPREPLY[@]}} )); then printf '%s\\n' "${{COMPREPLY[@]}}"; fi
    """
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", script],
        cwd=root, capture_output=True, text=True, encoding="utf-8", check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


@needs_bash
def test_bash_completes_commands(root: Path) -> None:
    assert set(complete(root, "")) == {name for commands in COMMANDS.values() for name in commands}
    assert complete(root, "sta") == ["status"]


@needs_bash
def test_bash_completes_projects(root: Path) -> None:
    assert complete(root, "bill", "") == ["acme-website", "globex", "clients/globex"]
    assert complete(root, "approve", "CL") == ["clients/globex"]


@needs_bash
@pytest.mark.parametrize("typed", ["Sö", '"Sö', "'Sö", r"Söhne\ \&"])
def test_bash_keeps_a_name_whole_and_runs_nothing_in_it(typed: str, root: Path) -> None:
    name = "Söhne & *$(touch ran)`touch ran`'s $(touch ran)"
    write_tree(root, {f"{name}/milestones.yaml": RECORD.format(name="Sons", id="S", number="INV-9")})
    (offered,) = complete(root, "bill", typed)
    quote = typed[0] if typed[0] in "'\"" else ""
    done = subprocess.run(
        ["bash", "-c", f"printf %s {quote}{offered}{quote}"],
        cwd=root,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == name
    assert not (root / "ran").exists()


@needs_bash
def test_bash_is_offered_no_name_that_breaks_a_line(root: Path) -> None:
    write_tree(root, {"zeta\x1b[31m\nnext/milestones.yaml": RECORD.format(name="Zeta", id="Z", number="INV-9")})
    assert complete(root, "bill", "z") == []


@needs_bash
def test_bash_completes_the_milestones_of_the_project_named(root: Path) -> None:
    assert complete(root, "bill", "acme-website", "") == ["M1", "M2"]
    assert complete(root, "approve", "globex", "G") == ["G1", "G2"]
    assert complete(root, "deliver", "clients/globex", "M") == []


@needs_bash
def test_bash_completes_milestones_by_name_and_where_the_project_is_left_out(root: Path) -> None:
    assert complete(root, "approve", "globex", "be") == ["Beta"]
    inside = root / "acme-website"
    assert complete(inside, "approve", "") == ["M1", "M2", "acme-website", "globex", "clients/globex"]
    assert complete(inside, "bill", "disc") == ["Discovery"]
    assert complete(inside, "close", "") == ["acme-website", "globex", "clients/globex"]


@needs_bash
def test_bash_completes_invoice_numbers(root: Path) -> None:
    assert complete(root, "pay", "") == ["INV-2026-004", "2026/17\\ B"]
    assert complete(root, "void", "inv") == ["INV-2026-004"]


@needs_bash
def test_bash_completes_rules(root: Path) -> None:
    assert complete(root, "rules", "") == list(RULES)
    assert complete(root, "rules", "over") == [name for name in RULES if name.startswith("over")]
    assert complete(root, "lint", "--select", "overdue,status-m") == ["overdue,status-mismatch"]
    assert complete(root, "lint", "--form") == ["--format"]
    assert "sarif" in complete(root, "lint", "--format", "")


@needs_bash
def test_bash_completes_schemas_and_shells(root: Path) -> None:
    assert complete(root, "schema", "") == list(resources.SCHEMAS)
    assert complete(root, "completion", "") == ["bash", "zsh", "fish"]


@needs_bash
def test_bash_is_offered_nothing_where_nothing_can_be_read(root: Path) -> None:
    write_tree(root, {"mtrack.yaml": "format: [\n"})
    assert complete(root, "bill", "") == []


def ask(root: Path, **asked: str) -> tuple[int, str, str]:
    """What a shell is told that sets these variables."""
    names = ("_MTRACK_COMPLETE", "COMP_WORDS", "COMP_CWORD")
    environment = {name: value for name, value in os.environ.items() if name not in names} | asked
    done = subprocess.run(
        [sys.executable, "-m", "mtrack"], cwd=root, capture_output=True, text=True, encoding="utf-8", check=False,
        env={**environment, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


WORDS = {"COMP_WORDS": "mtrack sta"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize("asked", [{}, {"COMP_CWORD": "1"}, WORDS, {**WORDS, "COMP_CWORD": " "}], ids=str)
def test_a_shell_that_says_not_what_is_typed_is_told_nothing(root: Path, shell: str, asked: dict[str, str]) -> None:
    assert ask(root, _MTRACK_COMPLETE=f"{shell}_complete", **asked) == (1, "", "")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize("place", ["", "one", "1.0", "9" * 5000], ids=lambda place: place[:8])
def test_a_place_that_is_no_number_is_told_nothing(root: Path, shell: str, place: str) -> None:
    assert ask(root, _MTRACK_COMPLETE=f"{shell}_complete", COMP_CWORD=place, **WORDS) == (1, "", "")


@pytest.mark.parametrize("asked", ["bash", "bash_", "nonsense", "bash_nonsense", "csh_complete"])
def test_what_no_shell_asks_is_told_nothing(root: Path, asked: str) -> None:
    assert ask(root, _MTRACK_COMPLETE=asked) == (1, "", "")


@pytest.mark.parametrize(
    ("shell", "word", "told"),
    [("bash", "1", "plain,status\n"), ("zsh", "1", "plain\nstatus\n"), ("fish", "sta", "plain,status\t")],
)
def test_what_a_shell_asks_is_told(root: Path, shell: str, word: str, told: str) -> None:
    code, out, err = ask(root, _MTRACK_COMPLETE=f"{shell}_complete", COMP_CWORD=word, COMP_WORDS="mtrack\nsta")
    assert (code, out[: len(told)], err) == (0, told, "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_is_one_of_its_shell(shell: str) -> None:
    result = mtrack("completion", shell)
    assert (result.code, result.err) == (0, "")
    assert f"_MTRACK_COMPLETE={shell}_complete" in result.out
    assert sys.executable not in result.out
    if shutil.which(shell) is None:
        pytest.skip(f"there is no {shell} to read its script")
    done = subprocess.run(
        [shell, "-n"], input=result.out, text=True, encoding="utf-8", capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_shell_is_wrong_usage() -> None:
    assert mtrack("completion", "csh").code == 2
