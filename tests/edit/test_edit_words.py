"""What commands that record say, commit and lay out in rarer cases."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from support import Result, mtrack, write_tree

from mtrack.edit.create import title
from mtrack.files import TEMPORARY

if TYPE_CHECKING:
    from pathlib import Path

RECORD = """\
project: Acme website
currency: EUR
agreement: {file: agreement/sow.pdf, signed: 2026-01-10, total: 9000.00}
milestones:
  - id: M1
    name: Discovery
    amount: 4000.00
    status: not_billed
    # about Discovery
  # the end
  - id: M2
    name: Beta
    amount: 5000.00
    status: not_billed
    # about Beta
  # the end
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(
        tmp_path / "w", {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORD, "acme/agreement/sow.pdf": "x"}
    )


def run(root: Path, *words: str) -> Result:
    result = mtrack(*words, "--as-of", "2026-02-20", cwd=root)
    assert result.code == 0, result
    return result


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", *words]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("acme-website", "Acme website"),
        ("my_new-site", "My new site"),
        ("clients/x", "X"),
        ("-", "Project"),
        ("a__b", "A  b"),
    ],
)
def test_a_project_is_called_as_its_folder(folder: str, name: str) -> None:
    assert title(folder) == name


@pytest.mark.parametrize(
    ("words", "subject"),
    [
        (["close", "acme", "--force"], "close the project"),
        (["cancel", "acme", "M2", "--reason", "dropped", "--force"], "cancel M2"),
        (["set", "acme", "M2", "--note", "by phone"], "set M2 (note 'by phone')"),
        (["set", "acme", "M2", "--name", "Gamma"], "set M2 ("),
        (["hold", "acme", "M2", "--reason", "waits"], "hold M2"),
        (["hold", "acme", "M2", "--until", "2026-05-01", "--reason", "waits"], "hold M2 until 2026-05-01"),
        (["deliver", "acme", "M2"], "deliver M2 on 2026-02-20"),
    ],
)
def test_the_subject_of_a_commit(root: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], subject: str) -> None:
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "x")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "x@example.org")
    git(root, "init", "-q")
    git(root, "add", ".")
    git(root, "commit", "-q", "-m", "begin")
    run(root, *words, "--commit")
    told = git(root, "log", "-1", "--format=%s").strip()
    assert told.startswith(f"acme: {subject}") if subject.endswith("(") else told == f"acme: {subject}"


def test_every_milestone_that_an_amendment_adds_is_told(root: Path) -> None:
    told = run(root, "amend", "acme", "+1500", "--milestone", "Phase 3=1000", "--milestone", "Phase 4=500").out
    assert "M3 'Phase 3' added: EUR 1,000.00; M4 'Phase 4' added: EUR 500.00" in told


def test_a_project_without_a_workspace_is_found_from_inside(tmp_path: Path) -> None:
    alone = write_tree(tmp_path / "alone", {"milestones.yaml": RECORD, "invoices/x": ""})
    for folder in (alone, alone / "invoices"):
        told = mtrack("set", "M2", "--note", folder.name, "--as-of", "2026-02-20", cwd=folder)
        assert told.code == 0, told
    assert "note: invoices" in (alone / "milestones.yaml").read_text(encoding="utf-8")


def test_what_a_killed_writer_left_is_swept_away_and_a_folder_of_such_a_name_is_not(root: Path) -> None:
    left, folder = root / f"acme/.a{TEMPORARY}", root / f"acme/invoices/.b{TEMPORARY}"
    left.write_text("x", encoding="utf-8")
    folder.mkdir(parents=True)
    run(root, "set", "acme", "M2", "--note", "x")
    assert not left.exists()
    assert folder.is_dir()


def test_the_comments_that_belong_to_an_item_stay_with_it(root: Path) -> None:
    run(root, "add", "acme", "Launch", "0.00", "--force")
    text = (root / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert text.startswith(RECORD[: RECORD.rindex("  # the end")])
    assert text.index("# about Beta") < text.index("name: Launch")
    run(root, "add", "acme", "Between", "0.00", "--after", "M1", "--force")
    text = (root / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert text.index("# about Discovery") < text.index("name: Between") < text.index("name: Beta")


@pytest.mark.parametrize("folder", ["acme", "clients/acme", "clients/2026/acme"])
def test_an_editor_finds_the_schema_from_any_folder(tmp_path: Path, folder: str) -> None:
    assert mtrack("init", tmp_path / "w").code == 0
    assert mtrack("new", folder, "--currency", "EUR", "--milestone", "A=1", cwd=tmp_path / "w").code == 0
    record = tmp_path / "w" / folder / "milestones.yaml"
    first = record.read_text(encoding="utf-8").split("\n")[0]
    assert first.startswith("# yaml-language-server: $schema=")
    schema = record.parent / first.partition("$schema=")[2]
    assert schema.resolve().is_file()
    assert schema.resolve().is_relative_to(tmp_path / "w")


def test_a_dry_run_of_a_new_project_shows_all_of_it_and_nothing_else(root: Path) -> None:
    told = run(root, "new", "globex", "--currency", "EUR", "--milestone", "A=1", "--dry-run").out
    diff = told.partition("@@ -0,0 +1,")[2].partition("\n")[2].split("\n")
    assert "+project: Globex" in diff
    assert [line for line in diff if line.startswith("-")] == []


@pytest.mark.parametrize("dashes", ["", "  ", "    "])
def test_a_new_list_is_laid_out_as_the_others(root: Path, dashes: str) -> None:
    block = RECORD.replace("\n    #", "\n  #")
    head, _, items = block.partition("milestones:\n")
    deeper = "".join(f"{dashes}{line.removeprefix('  ')}" for line in items.splitlines(keepends=True))
    write_tree(root, {"acme/milestones.yaml": f"{head}milestones:\n{deeper}"})
    run(root, "bill", "acme", "R-1", "--line", "M1=1000", "--line", "M2=1000", "--sent", "2026-02-19", "--force")
    text = (root / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert f"\ninvoices:\n{dashes}- " in text


@pytest.mark.parametrize("quote", ["'", '"'])
def test_what_needs_quotes_gets_those_of_the_file(root: Path, quote: str) -> None:
    write_tree(
        root,
        {
            "acme/milestones.yaml": RECORD.replace("Acme website", f"{quote}Acme{quote}").replace(
                "Discovery", f"{quote}Discovery{quote}"
            )
        },
    )
    run(root, "set", "acme", "M2", "--note", "a: b")
    assert f"note: {quote}a: b{quote}\n" in (root / "acme/milestones.yaml").read_text(encoding="utf-8")


def test_a_text_in_braces_may_hold_what_braces_are_made_of(root: Path) -> None:
    held = RECORD.replace("amount: 5000.00\n", "amount: 5000.00\n    hold: {reason: waits, until: 2026-05-01}\n")
    write_tree(root, {"acme/milestones.yaml": held})
    run(root, "hold", "acme", "M2", "--reason", "a, b} and [c]")
    text = (root / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert 'hold: {reason: "a, b} and [c]", until: 2026-05-01}\n' in text
