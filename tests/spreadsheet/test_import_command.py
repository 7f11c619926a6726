"""`mtrack import` and `mtrack new --from`: what is shown, what is recorded, what is refused, with which exit code."""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

import pytest
from sheets import workbook
from support import mtrack, write_tree

if TYPE_CHECKING:
    from pathlib import Path

AS_OF = "2026-03-01"
RECORDS = """\
project: Acme website
currency: EUR
milestones:
  - id: M1
    name: Kick-off
    amount: 500
    status: not_billed
invoices: []
"""
SHEET = """\
Acme website, as of March;;;;;;

Milestone;Value (EUR);Approved;Invoice No.;Invoice date;VAT;Paid on
Discovery;4.000,00;02.02.2026;R-1;03.02.2026;760,00;20.02.2026
Beta;5.000,50;;;;;
Total;9.000,50;;;;760,00;
"""


@pytest.fixture
def work(tmp_path: Path) -> Path:
    return write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": RECORDS, "plan.csv": SHEET})


def run(work: Path, *arguments: str) -> tuple[int, str, str]:
    result = mtrack(*arguments, "--as-of", AS_OF, cwd=work)
    return result.code, result.out, result.err


def test_a_sheet_is_shown_and_recorded_in_one_edit(work: Path) -> None:
    code, out, err = run(work, "import", "plan.csv", "--project", "acme")
    assert code == 0, out + err
    assert out.splitlines()[:4] == [
        "Milestone       Amount  Planned  Approved     Invoice  Sent         Billed    Paid          Status",
        "──────────────────────────────────────────────────────────────────────────────────────────────────────",
        "M2 Discovery  4,000.00           Feb 2, 2026  R-1      Feb 3, 2026  4,000.00  Feb 20, 2026  paid",
        "M3 Beta       5,000.50                                                                      not billed",
    ]
    assert out.splitlines()[4:] == [
        "2 milestones, EUR 9,000.50, and 1 invoice, EUR 4,000.00, imported",
        "acme: EUR 5,500.50 left to bill, EUR 0.00 to collect",
    ]
    assert err.splitlines()[0] == "row 6 is a total, and checked"
    text = (work / "acme/milestones.yaml").read_text(encoding="utf-8")
    assert text.startswith(RECORDS.removesuffix("invoices: []\n"))
    assert (
        "  - id: M2\n    name: Discovery\n    amount: 4000.00\n    deliverable:\n      approved: 2026-02-02\n"
        "    invoice:\n      number: R-1\n      amount: 4000.00\n      sent: 2026-02-03\n      tax: 760.00\n      paid: 2026-02-20\n"
        "    status: paid\n  - id: M3\n    name: Beta\n    amount: 5000.50\n    status: not_billed\n"
    ) in text


def test_a_dry_run_shows_the_table_and_the_diff_and_writes_nothing(work: Path) -> None:
    code, out, _ = run(work, "import", "plan.csv", "--project", "acme", "--dry-run")
    assert code == 0
    assert out.startswith("Milestone ")
    assert "\n+++ b/acme/milestones.yaml\n" in out
    assert "\n+    name: Discovery\n" in out
    assert (work / "acme/milestones.yaml").read_text(encoding="utf-8") == RECORDS
    assert run(work, "new", "globex", "--currency", "EUR", "--from", "plan.csv", "--dry-run")[0] == 0
    assert not (work / "globex").exists()


def test_all_faults_are_told_at_once_and_nothing_is_written(work: Path) -> None:
    bad = SHEET.replace("Paid on", "Owner").replace("02.02.2026", "soon").replace("5.000,50;", "5.000,5x;")
    write_tree(work, {"plan.csv": bad})
    for arguments in (("import", "plan.csv", "--project", "acme"), ("new", "globex", "--currency", "EUR", "--from", "plan.csv"),
                      ("import", "plan.csv", "--project", "acme", "--force")):  # fmt: skip
        code, out, err = run(work, *arguments)
        assert code == 1
        assert out.splitlines() == [
            "G3: the column 'Owner' is not known; say what it is with --map 'Owner=KEY', or leave it out with --ignore 'Owner'",
            "C4: 'soon' is not a day of the calendar",
            "B5: '5.000,5x' is not an amount",
        ]
        assert err == "mtrack: plan.csv has 3 faults; nothing was written\n"
    assert (work / "acme/milestones.yaml").read_text(encoding="utf-8") == RECORDS
    assert not (work / "globex").exists()


def test_what_the_verbs_would_refuse_is_refused_with_its_cell(work: Path) -> None:
    write_tree(work, {"plan.csv": SHEET.replace("02.02.2026", "")})
    code, out, err = run(work, "import", "plan.csv", "--project", "acme")
    assert code == 1
    assert (
        "E4: error: invoice R-1, sent on 2026-02-03, bills M2 'Discovery', which has no approval (billed-before-approval)"
        in out
    )
    assert "--approved-when-sent takes the day of sending" in err
    assert run(work, "new", "globex", "--currency", "EUR", "--from", "plan.csv")[0] == 1
    assert run(work, "import", "plan.csv", "--project", "acme", "--approved-when-sent")[0] == 0
    code, out, _ = run(work, "import", "plan.csv", "--project", "acme", "--approved-when-sent")
    assert (code, "D4: error: invoice number R-1 is already used" in out) == (1, True)
    write_tree(work, {"plan.csv": "id,name,amount\nM1,Again,5\n"})
    assert run(work, "import", "plan.csv", "--project", "acme")[:2] == (
        1, "A2: the project has a milestone M1 already; give another id, or leave the row out\n",
    )  # fmt: skip


def test_the_current_folders_project_is_meant_and_another_must_exist(work: Path) -> None:
    result = mtrack("import", "../plan.csv", "--as-of", AS_OF, cwd=work / "acme")
    assert result.code == 0, result.err
    assert run(work, "import", "plan.csv", "--project", "globex")[0] == 2
    assert run(work, "import", "plan.csv") == (
        2, "", "mtrack: say which project it goes into: mtrack import FILE --project PROJECT\n",
    )  # fmt: skip
    assert run(work, "import", "none.csv", "--project", "acme")[0] == 2
    assert run(work, "import", "acme", "--project", "acme")[0] == 2


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--map", "Owner"], "--map: 'Owner' is not COLUMN=KEY"),
        (["--map", "Owner=boss"], "--map: there is no key 'boss'; choose from id, name, amount"),
        (["--map", "Owner=note"], "--map: there is no column 'Owner'; there is 'Milestone', 'Value (EUR)'"),
        (["--ignore", "Owner"], "--ignore: there is no column 'Owner'"),
        (["--decimal", ";"], "there is no ';'; choose from ., ,"),
        (["--date-format", "dd.mm.yyyy"], "--date-format: 'dd.mm.yyyy' does not say day, month and year"),
        (["--date-format", "%d.%m"], "--date-format: '%d.%m' does not say day, month and year"),
        (["--encoding", "latin-9"], "there is no 'latin-9'"),
        (["--sheet", "Plan"], "--sheet goes with a workbook"),
    ],
)
def test_an_option_that_makes_no_sense_is_2(options: list[str], words: str, work: Path) -> None:
    code, out, err = run(work, "import", "plan.csv", "--project", "acme", *options)
    assert (code, out) == (2, "")
    assert words in err
    assert run(work, "new", "globex", "--currency", "EUR", "--from", "plan.csv", *options)[0] == 2


def test_options_for_spreadsheets_go_with_one(work: Path) -> None:
    for arguments in (["--milestone", "A=5"], ["--from", "sow.md"]):
        write_tree(work, {"sow.md": "# SOW\n"})
        code, _, err = run(work, "new", "globex", "--currency", "EUR", *arguments, "--decimal", ",")
        assert (code, "go with a spreadsheet" in err) == (2, True)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_standard_input_is_read(encoding: str, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments in (("import", "-", "--project", "acme"), ("new", "globex", "--currency", "EUR", "--from", "-")):
        monkeypatch.setattr(
            sys, "stdin", io.TextIOWrapper(io.BytesIO(SHEET.replace("R-1", arguments[0]).encode(encoding)))
        )
        code, out, err = run(work, *arguments)
        assert code == 0, out + err
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert run(work, "import", "-", "--project", "acme") == (
        1, "standard input: it is empty\n", "mtrack: standard input has 1 fault; nothing was written\n",
    )  # fmt: skip


def test_a_workbook_and_a_tsv_are_known_by_their_endings(work: Path) -> None:
    rows: list[list[Any]] = [["name", "amount"], ["A, b", 5.5]]
    write_tree(work, {"plan.xlsx": workbook(rows), "plan.tsv": "name\tamount\nA, b; c\t5.5\n"})
    assert run(work, "new", "globex", "--currency", "EUR", "--from", "plan.xlsx")[0] == 0
    assert run(work, "new", "initech", "--currency", "EUR", "--from", "plan.tsv")[0] == 0
    assert '    name: "A, b"\n' not in (work / "globex/milestones.yaml").read_text(encoding="utf-8")
    assert "    name: A, b; c\n    amount: 5.50\n" in (work / "initech/milestones.yaml").read_text(encoding="utf-8")
    write_tree(work, {"plan.tsv": "name,amount\nA,5\n"})
    assert run(work, "import", "plan.tsv", "--project", "globex")[0] == 1


def test_a_project_without_a_currency_asks_for_one(work: Path) -> None:
    assert run(work, "new", "globex", "--from", "plan.csv") == (
        2, "", "mtrack: give --currency, or set one in mtrack.yaml\n",
    )  # fmt: skip
    code, out, _ = run(work, "new", "globex", "--currency", "USD", "--from", "plan.csv")
    assert (code, out) == (1, "B3: 'Value (EUR)' is in EUR, and the project in USD\n")


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_and_never_loses_name_number_or_amount(
    width: int, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    _, out, _ = run(work, "import", "plan.csv", "--project", "acme", "--dry-run")
    table = out.partition("--- ")[0]
    assert all(len(line) <= width for line in table.splitlines())
    assert all(word in table for word in ("Discovery", "Beta", "4,000.00", "5,000.50", "R-1"))


def test_of_many_warnings_only_the_first_are_told(work: Path) -> None:
    rows = "".join(f"N{i},5,2026-01-01,R-{i},2026-01-02,2026-01-03\n" for i in range(30))
    write_tree(work, {"plan.csv": f"name,amount,approved,invoice,sent,paid\n{rows}"})
    code, _, err = run(work, "import", "plan.csv", "--project", "acme")
    assert code == 0
    assert err.count(": warning: ") == 10
    assert "… and 51 more of these; mtrack lint lists them\n" in err


def test_an_error_that_is_forced_is_recorded_and_told(work: Path) -> None:
    write_tree(work, {"plan.csv": SHEET.replace("02.02.2026", "")})
    code, out, err = run(work, "import", "plan.csv", "--project", "acme", "--force")
    assert (code, "imported" in out, "error, recorded anyway: invoice R-1" in err) == (0, True, True)


@pytest.mark.parametrize(
    ("old", "new", "cell"),
    [
        ("03.02.2026", "01.02.2026", "E4: error: invoice R-1, sent on 2026-02-01, "),
        ("02.02.2026", "02.02.2027", "C4: error: "),
        ("20.02.2026", "20.02.2027", "G4: error: "),
    ],
)
def test_the_cell_of_what_is_refused_is_that_of_the_value(old: str, new: str, cell: str, work: Path) -> None:
    write_tree(work, {"plan.csv": SHEET.replace(old, new)})
    code, out, _ = run(work, "import", "plan.csv", "--project", "acme")
    assert code == 1
    assert cell in out
