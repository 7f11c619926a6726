"""docs/recipes.md: every recipe is typed and ends clean; the year ends with the figures worked out here by hand."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import shutil
import subprocess
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from support import ROOT, Result, mtrack, write_tree
from test_edit_life import Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.xdist_group("recipes")  # the year is typed once, not by every worker
PAGE = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
_DAY = re.compile(r"# ([0-9]{4}-[0-9]{2}-[0-9]{2})")
SETTINGS = "format: 1\nname: Studio North\ncurrency: EUR\n"
END = "2026-12-31"


class Recipe(NamedTuple):
    """A section of the page: the files it shows, and its commands with the day each is typed on."""

    title: str
    files: dict[str, str]
    commands: tuple[tuple[str, str], ...]


def recipes() -> Iterator[Recipe]:
    for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]:
        title = section.partition("\n")[0]
        files = dict(re.findall(r"`([a-z]+\.csv)`:\n\n```csv\n(.*?)```", section, re.DOTALL))
        commands: list[tuple[str, str]] = []
        day = ""
        for block in re.findall(r"```sh\n(.*?)```", section, re.DOTALL):
            for line in block.replace("\\\n", "").splitlines():
                if match := _DAY.fullmatch(line):
                    day = match[1]
                elif line.strip():
                    assert day, line
                    commands.append((day, line.partition("  #")[0].strip()))
        yield Recipe(title, files, tuple(commands))


RECIPES = [recipe for recipe in recipes() if recipe.commands]
YEAR = next(recipe for recipe in RECIPES if recipe.title == "A year")
_PAPER = re.compile(r"~/[\w.-]+")


def papers(recipe: Recipe, home: Path) -> None:
    """Put the papers that a recipe names into the home folder, each with content of its own."""
    for name in {name for _, line in recipe.commands for name in _PAPER.findall(line)}:
        path = home / name.removeprefix("~/")
        path.write_text(recipe.files.get(path.name, f"paper {path.name}\n"), encoding="utf-8")


def typed(recipe: Recipe, home: Path) -> Path:
    """Every command of a recipe, run in a workspace; each must succeed."""
    root = write_tree(home / "studio", {"mtrack.yaml": SETTINGS})
    papers(recipe, home)
    for day, line in recipe.commands:
        words = [word.replace("~/", f"{home}/", 1) for word in shlex.split(line)]
        assert words[0] == "mtrack"
        result = mtrack(*words[1:], "--as-of", day, cwd=root)
        assert result.code == 0, (line, result.out, result.err)
    return root


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.title.replace(" ", "-"))
def test_a_recipe_ends_with_clean_records(recipe: Recipe, tmp_path: Path) -> None:
    if recipe is YEAR:
        pytest.skip("it is typed in a terminal")
    root = typed(recipe, tmp_path)
    last = recipe.commands[-1][0]
    found = mtrack("lint", root, "--as-of", last, "--fail-on", "info")
    assert (found.code, found.err) == (0, ""), found.out


def test_the_page_has_every_recipe_and_links_to_it() -> None:
    titles = [section.partition("\n")[0] for section in re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]]
    anchors = [title.lower().replace(",", "").replace(" ", "-") for title in titles]
    assert [f"[{title}](#{anchor})" in PAGE for title, anchor in zip(titles, anchors, strict=True)] == [True] * len(
        titles
    )
    assert len(titles) == 16


# The year -------------------------------------------------------------------------------------------------------------

INVOICES = """\
number   sent       net     tax    gross   received discount written_off settled outstanding state
2026-001 2026-01-12 3600.00 684.00 4284.00 4284.00  0.00     0.00        4284.00 0.00        paid
2026-002 2026-03-02 4200.00 798.00 4998.00 4998.00  0.00     0.00        4998.00 0.00        paid
2026-003 2026-03-02 3000.00 570.00 3570.00 3498.60  71.40    0.00        3570.00 0.00        paid
2026-004 2026-05-04 2000.00 0.00   2000.00 1500.00  0.00     500.00      2000.00 0.00        paid
2026-005 2026-06-15 4200.00 798.00 4998.00 4998.00  0.00     0.00        4998.00 0.00        paid
2026-006 2026-09-21 3500.00 665.00 4165.00 0.00     0.00     0.00        0.00    4165.00     disputed
2026-007 2026-10-01 500.00  95.00  595.00  595.00   0.00     0.00        595.00  0.00        paid
2026-008 2026-10-05 5000.00 0.00   5000.00 4975.00  0.00     0.00        5000.00 0.00        paid
2026-009 2026-11-02 500.00  95.00  595.00  595.00   0.00     0.00        595.00  0.00        paid
2026-010 2026-11-20 3000.00 0.00   3000.00 1000.00  0.00     0.00        1000.00 2000.00     partially_paid
2026-011 2026-12-01 500.00  95.00  595.00  0.00     0.00     0.00        0.00    595.00      outstanding
"""
"""What was invoiced in 2026: 19 % on acme, initech and care; of acme's two later invoices 5 % came only with the last transfer."""
PAYMENTS = """\
2026-01-26 2026-001 4284.00
2026-03-10 2026-003 3498.60
2026-03-30 2026-002 4748.10
2026-07-06 2026-004 1500.00
2026-07-13 2026-005 4748.10
2026-07-31 2026-002 249.90
2026-07-31 2026-005 249.90
2026-10-28 2026-008 4975.00
2026-11-20 2026-007 595.00
2026-11-20 2026-009 595.00
2026-12-15 2026-010 1000.00
"""
SUMS = {
    # 22,000 net, 3,800 tax; of 25,800 there came 20,468.60, 71.40 was discount, 500 given up, and 4,165 + 595 are open.
    "EUR": {"net": "22000.00", "tax": "3800.00", "gross": "25800.00", "received": "20468.60", "settled": "21040.00", "outstanding": "4760.00", "overdue": "0.00"},
    # 5,000 and 3,000; the bank kept 25 of the first, and the last 2,000 fall due in January.
    "USD": {"net": "8000.00", "tax": "0.00", "gross": "8000.00", "received": "5975.00", "settled": "6000.00", "outstanding": "2000.00", "overdue": "0.00"},
}  # fmt: skip


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace of the year, typed in a real terminal; papers lie in the home folder, which is the workspace."""
    root = write_tree(tmp_path_factory.mktemp("year"), {"mtrack.yaml": SETTINGS})
    papers(YEAR, root)
    terminal = Terminal(root)
    for day, line in YEAR.commands:
        untaxed = re.match(r"mtrack bill (hooli|globex) ", line)  # no rate is set there, so it is asked for
        terminal.run(f"{line} --as-of {day}", *([("tax on top", "")] if untaxed else []))
    return root


def view(root: Path, name: str, *arguments: str, day: str = END) -> Any:
    result = mtrack(name, root, "--as-of", day, *arguments)
    assert result.code == 0, result.err
    return result.out


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_year_ends_clean(year: Path) -> None:
    found: Result = mtrack("lint", year, "--as-of", END, "--fail-on", "info")
    assert (found.code, found.err) == (0, ""), found.out


def test_the_register_of_invoices_is_as_worked_out_by_hand(year: Path) -> None:
    names, *expected = (line.split() for line in INVOICES.splitlines())
    text = view(year, "invoices", "--from", "2026-01-01", "--to", END, "--format", "csv")
    assert [[row[name] for name in names] for row in rows(text)] == expected


def test_the_sums_are_as_worked_out_by_hand(year: Path) -> None:
    data = json.loads(view(year, "invoices", "--from", "2026-01-01", "--to", END, "--format", "json"))
    assert {code: {name: sums[name] for name in SUMS[code]} for code, sums in data["sums"].items()} == SUMS


def test_the_register_of_payments_is_as_worked_out_by_hand(year: Path) -> None:
    found = rows(view(year, "payments", "--from", "2026-01-01", "--to", END, "--format", "csv"))
    assert [[row["date"], row["invoice"], row["amount"]] for row in found] == [
        line.split() for line in PAYMENTS.splitlines()
    ]
    assert {row["total"] for row in found if row["date"] == "2026-07-31"} == {"499.80"}
    assert {row["total"] for row in found if row["date"] == "2026-11-20"} == {"1190.00"}
    assert [row["fee"] for row in found if row["invoice"] == "2026-008"] == ["25.00"]


def test_the_screen_shows_fee_and_discount_and_no_column_that_is_empty(year: Path) -> None:
    head = view(year, "payments", "--from", "2026-01-01").splitlines()[2]
    assert head.split() == ["date", "invoice", "project", "amount", "fee", "discount", "reference"]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # 2026-011 is due today; 2026-006 is disputed; of 2026-010 2,000 fall due in January
        (END, {"EUR": {"not_due": "595.00", "disputed": "4165.00"}, "USD": {"not_due": "2000.00"}}),
        # 2026-004 was due on 3 June, and 500 of it are open; what acme retains of two invoices is due since 15 June;
        # the rest of 2026-005 is due on 15 July
        ("2026-07-10", {"EUR": {"retained": "499.80", "not_due": "4748.10", "31-60": "500.00"}}),
    ],
)
def test_aging_is_as_worked_out_by_hand(year: Path, day: str, expected: dict[str, dict[str, str]]) -> None:
    data = json.loads(view(year, "aging", "--format", "json", day=day))
    found = {
        code: kept
        for code, sums in data["buckets"].items()
        if (kept := {name: amount for name, amount in sums.items() if Decimal(amount)})
    }
    assert found == expected


def test_the_forecast_is_as_worked_out_by_hand(year: Path) -> None:
    text = view(year, "forecast", "--format", "csv")
    names = ("invoice", "milestone", "band", "day", "currency", "amount")
    found = {tuple(row[name] for name in names) for row in rows(text)}
    assert found == {
        ("2026-011", "", "certain", "2026-12-31", "EUR", "595.00"),
        ("2026-006", "", "disputed", "", "EUR", "4165.00"),  # disputed: under no month
        ("2026-010", "", "certain", "2027-01-15", "USD", "2000.00"),
        ("", "M3", "billable", "2027-03-02", "EUR", "2000.00"),  # held until 31 January, and 30 days
        ("", "M3", "planned", "2027-03-17", "USD", "1000.00"),  # planned for 15 February, and 30 days
    }


def test_only_what_is_due_today_is_left_to_do(year: Path) -> None:
    assert "first: invoice 2026-011 falls due on 2026-12-31" in view(year, "next")


# The bookkeeper -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["year", "example"])
@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_spreadsheet_opens_the_register_and_sums_to_status(
    which: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    openpyxl: Any = pytest.importorskip("openpyxl")
    root, day = (
        (request.getfixturevalue("year"), END) if which == "year" else (ROOT / "example-workspace", "2026-11-22")
    )
    (tmp_path / "invoices.csv").write_text(view(root, "invoices", "--format", "csv", day=day), encoding="utf-8")
    command = [
        "soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless", "--infilter=CSV:44,34,76,1,,1033",
        "--convert-to", "xlsx", "--outdir", str(tmp_path), str(tmp_path / "invoices.csv"),
    ]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    head, *cells = openpyxl.load_workbook(tmp_path / "invoices.xlsx").active.iter_rows(values_only=True)
    found = [dict(zip(head, row, strict=True)) for row in cells]
    assert all(isinstance(row["gross"], (int, float)) for row in found)  # numbers, not text
    totals = json.loads(view(root, "status", "--format", "json", day=day))["totals"]
    for code, sums in totals.items():
        own = [row for row in found if row["currency"] == code and row["state"] != "void"]
        for column, name in (
            ("net", "billed"),
            ("received", "received"),
            ("settled", "settled"),
            ("outstanding", "outstanding"),
            ("overdue", "overdue"),
        ):
            assert sum(Decimal(str(row[column])) for row in own) == Decimal(sums[name]), (code, column)


@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_reads_the_payments_with_the_rules_of_the_page(year: Path, tmp_path: Path) -> None:
    rules = re.search(r"```rules\n(.*?)```", PAGE, re.DOTALL)
    assert rules
    text = view(year, "payments", "--format", "csv")
    undated = 'acme,Acme GmbH,R-9,,EUR,5.00,0.00,0.00,0.00,,,,,"of a day nobody recorded"\n'
    (tmp_path / "payments.csv").write_text(text + undated, encoding="utf-8")
    (tmp_path / "payments.csv.rules").write_text(rules[1], encoding="utf-8")

    def balance(account: str) -> list[str]:
        command = ["hledger", "-f", "payments.csv", "balance", "-N", "-b", "2026-01-01", "--flat", account]
        done = subprocess.run(
            command,
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
            env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        )
        return re.findall(r"[A-Z]{3} -?[0-9.]+", done.stdout)

    assert balance("assets:bank") == ["EUR 20468.60", "USD 5975.00"]
    assert balance("expenses:bank fees") == ["USD 25.00"]
    assert balance("expenses:discounts given") == ["EUR 71.40"]
    assert balance("assets:receivable") == ["EUR -20540.00", "USD -6000.00"]
