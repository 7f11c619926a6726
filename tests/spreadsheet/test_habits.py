"""Spreadsheets of different habits: each comes in by one command, or is refused with all reasons.

What is recorded of NAME stands in `habits/NAME.yaml`, what is told of one that is refused in `habits/NAME.faults`.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support import mtrack, write_tree

HABITS = Path(__file__).parent / "habits"
COMMANDS = {
    "german.csv": "--currency EUR --map Leistung=name --map Betrag=amount --map Geplant=planned --map Abgenommen=approved "
    "--map Rechnung=invoice --map Rechnungsdatum=sent --map USt=tax --map Bezahlt_am=paid",
    "titles-and-totals.csv": "--currency EUR",
    "libreoffice.xlsx": "--currency EUR",
    "several-invoices-a-row.csv": "--currency EUR",
    "us-dates.csv": "--currency USD",
    "us-dates-that-may-be-european.csv": "--currency USD",
    "swiss.csv": "--currency CHF --encoding windows-1252 --approved-when-sent",
    "one-invoice-for-several.tsv": "--currency EUR",
    "merged-months.xlsx": "--currency EUR --map Month=note",
    "everything-wrong.xlsx": "--currency EUR",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_it_comes_in_or_is_refused_with_all_reasons(name: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n"})
    options = [word.replace("_", " ") if "=" in word else word for word in COMMANDS[name].split()]
    result = mtrack("new", "acme", "--from", HABITS / name, *options, "--as-of", "2026-05-01", cwd=tmp_path)
    told = HABITS / f"{name}.faults"
    if told.exists():
        assert (result.code, result.out) == (1, told.read_text(encoding="utf-8"))
        assert not (tmp_path / "acme").exists()
    else:
        assert result.code == 0, result.out + result.err
        record = (tmp_path / "acme/milestones.yaml").read_text(encoding="utf-8")
        assert record == (HABITS / f"{name}.yaml").read_text(encoding="utf-8")
        assert mtrack("lint", "acme", "--as-of", "2026-05-01", "--ignore", "agreement", cwd=tmp_path).code == 0


def test_a_text_file_of_excel_goes_into_a_project_that_is_there(tmp_path: Path) -> None:
    record = "project: A\ncurrency: EUR\nmilestones:\n  - {id: M1, name: One, amount: 5, status: not_billed}\n"
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": record})
    arguments = ("import", HABITS / "excel-unicode-text.txt", "--project", "acme", "--as-of", "2026-05-01")
    assert mtrack(*arguments, cwd=tmp_path).out.splitlines() == [
        "A1: the column 'Nr' is not known; say what it is with --map 'Nr=KEY', or leave it out with --ignore 'Nr'"
    ]
    result = mtrack(*arguments, "--ignore", "Nr", cwd=tmp_path)
    assert result.code == 0, result.out + result.err
    assert (tmp_path / "acme/milestones.yaml").read_text(encoding="utf-8") == record + (
        '  - {id: M2, name: Étude, amount: 4000, planned: 2026-01-31, note: "two lines\\nof a note", status: not_billed}\n'
        "  - {id: M3, name: Réalisation, amount: 5000, status: not_billed}\n"
    )


def test_those_that_may_be_two_things_come_in_once_it_is_said(tmp_path: Path) -> None:
    write_tree(tmp_path, {"mtrack.yaml": "format: 1\n"})
    result = mtrack(
        "new", "acme", "--currency", "USD", "--from", HABITS / "us-dates-that-may-be-european.csv", "--decimal", ".",
        "--date-format", "%m/%d/%Y", "--as-of", "2026-05-01", cwd=tmp_path,
    )  # fmt: skip
    assert result.code == 0, result.out + result.err
    text = (tmp_path / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert "    amount: 2500.00\n    planned: 2026-01-05\n" in text
