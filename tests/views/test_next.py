"""`mtrack next`: it fits a terminal with what matters most, one line per thing, nothing twice, and ends with what is first."""

from __future__ import annotations

import json
import re
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from oracle import generate
from oracle.writer import yaml_text
from support import ROOT, mtrack, write_tree

from mtrack.check.workspace import load_project
from mtrack.money import is_currency
from mtrack.record import schema
from mtrack.record.settings import Settings
from mtrack.render.next import HEADINGS
from mtrack.yaml import source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pexpect: Any = pytest.importorskip("pexpect")

_STYLING = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
EXAMPLE = ROOT / "example-workspace", "2026-11-22"


def projects(count: int) -> Iterator[str]:
    """Records as the oracle makes them up: every state, several currencies, much to do."""
    seed = 0
    while True:
        for record in generate.workspace(seed).projects.values():
            text = yaml_text(record)
            read = source.parse("p/milestones.yaml", text, schema.shape("milestones"))
            project = load_project("p", read, Settings(currency="EUR"))[1]
            if project is None or not is_currency(project.currency, {}):  # which has no figures: that is told apart
                continue
            if not count:
                return
            count -= 1
            yield text
        seed += 1


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """400 generated projects, and a day in the middle of their lives."""
    root = tmp_path_factory.mktemp("many")
    texts = enumerate(projects(400), 1)
    write_tree(
        root, {"mtrack.yaml": "format: 1\ncurrency: EUR\n", **{f"p{i:03}/milestones.yaml": text for i, text in texts}}
    )
    return root, generate.MIDDLE.isoformat()


def on_screen(root: Path, day: str, *arguments: str, rows: int = 24) -> list[str]:
    """The lines that a terminal of 80 columns shows."""
    command = ["-m", "mtrack", *arguments, str(root), "--as-of", day]
    text = pexpect.run(
        " ".join([sys.executable, *command]), env={"PYTHONPATH": str(ROOT), "TERM": "xterm", "LANG": "C.UTF-8"},
        encoding="utf-8", timeout=120, dimensions=(rows, 80),
    )  # fmt: skip
    lines = _STYLING.sub("", text).replace("\r\n", "\n").rstrip("\n").split("\n")
    return [line.rpartition("\r")[2] for line in lines]  # what was written before is gone, as how far a long run is


def tasks(root: Path, day: str) -> list[dict[str, Any]]:
    result = mtrack("next", root, "--as-of", day, "--format", "json")
    assert result.code == 0, result.err
    items: list[dict[str, Any]] = json.loads(result.out)["items"]
    return items


@pytest.mark.parametrize("which", ["example", "many"])
def test_it_fits_a_terminal_with_what_matters_most(which: str, request: pytest.FixtureRequest) -> None:
    root, day = EXAMPLE if which == "example" else request.getfixturevalue("many")
    lines = on_screen(root, day, "next")
    assert len(lines) <= 24
    assert all(len(line) <= 80 for line in lines)
    items = tasks(root, day)
    for verb in dict.fromkeys(item["verb"] for item in items):  # each with its heading, and its sums beside it
        mark, words = HEADINGS[verb]
        heading = next(line for line in lines if line.startswith(f"{mark} {words[0].upper()}{words[1:]}"))
        assert (" and " in heading) or sum(item["verb"] == verb for item in items) <= 3
    for verb in ("correct", "chase", "bill"):
        first = next((item for item in items if item["verb"] == verb), None)
        if first is not None:
            assert any((first["invoice"] or first["milestone"]) in line for line in lines)
    assert any(line.startswith("first: ") for line in lines[-8:])


@pytest.mark.parametrize("which", ["example", "many"])
def test_nothing_is_listed_twice(which: str, request: pytest.FixtureRequest) -> None:
    root, day = EXAMPLE if which == "example" else request.getfixturevalue("many")
    items = tasks(root, day)
    things = [(item["path"], item["invoice"], None if item["invoice"] else item["milestone"]) for item in items]
    named = [thing for thing in things if thing[1:] != (None, None)]
    assert len(named) == len(set(named))
    others = [
        (item["path"], item["file"], item["rule"], item["message"])
        for item, thing in zip(items, things, strict=True)
        if thing not in named
    ]
    assert len(others) == len(set(others))


def test_every_task_has_one_line_where_there_is_room(many: tuple[Path, str]) -> None:
    result = mtrack("next", many[0], "--as-of", many[1], "--all")
    lines = result.out.split("\nfirst: ")[0].splitlines()
    assert sum(line.startswith("  ") for line in lines) == len(tasks(*many))


def test_the_example_fits_a_page_of_24_lines_also_where_it_is_piped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = mtrack("next", EXAMPLE[0], "--as-of", EXAMPLE[1]).out.splitlines()
    assert len(lines) <= 24
    assert len([line for line in lines if line.startswith("  ")]) >= len(tasks(*EXAMPLE))  # and nothing is left out


def test_three_of_a_currency_are_shown_and_the_rest_is_counted(many: tuple[Path, str]) -> None:
    items = [item for item in tasks(*many) if item["verb"] == "chase"]
    text = mtrack("next", many[0], "--as-of", many[1]).out
    after = text.partition("▲ Chase")[2]
    heading, *lines = after.split("\n")
    shown = lines[: next(i for i, line in enumerate(lines) if not line.startswith("  "))]
    currencies = {item["currency"] for item in items}
    counts = {code: sum(item["currency"] == code for item in items) for code in currencies}
    assert len(shown) == sum(min(count, 3) for count in counts.values())
    assert f"and {len(items) - len(shown):,} more" in heading


@pytest.mark.parametrize("command", ["gaps", "lint", "next"])
def test_a_terminal_ends_with_the_one_thing_to_do_first(command: str) -> None:
    lines = on_screen(*EXAMPLE, command, rows=40)
    place = max(i for i, line in enumerate(lines) if line.startswith("first: "))
    assert " ".join(" ".join(lines[place:]).split()) == (
        "first: M3 'Approval workflow' is billed EUR 17,000.00 on INV-2026-017 and INV-2026-018, EUR 8,500.00 more than the EUR"
        " 8,500.00 agreed take back what is too much: mtrack credit INV-2026-018 NUMBER --line M3=8500.00"
    )


@pytest.mark.parametrize("command", ["gaps", "lint"])
def test_elsewhere_they_end_as_programs_read_them(command: str) -> None:
    assert "first: " not in mtrack(command, EXAMPLE[0], "--as-of", EXAMPLE[1]).out


BEFORE = """project: Before
currency: EUR
agreement: {signed: 2026-01-05, total: 9000, milestones: 4}
milestones:
  - {id: M1, name: Handed over, amount: 4000.00, deliverable: {completed: 2026-09-01}, status: not_billed}
  - {id: M2, name: Late, amount: 3000.00, planned: 2026-09-01, status: not_billed}
  - {id: M3, name: In part, amount: 2000.00, deliverable: {completed: 2026-09-01}, status: sent,
     invoice: {number: A-1, amount: 500.00, sent: 2026-11-10}}
  - {id: M4, name: For nothing, amount: 0, deliverable: {completed: 2026-09-01}, status: not_billed}
"""


def test_what_is_to_be_approved_or_delivered_first_has_the_amount_that_can_be_billed_then(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "before/milestones.yaml": BEFORE})
    data = json.loads(mtrack("next", root, "--as-of", "2026-11-22", "--format", "json").out)
    found = {(item["verb"], item["milestone"]): item["amount"] for item in data["items"]}
    assert found["approve", "M1"] == "4000.00"
    assert found["deliver", "M2"] == "3000.00"
    assert found["approve", "M4"] is None
    assert data["sums"]["approve"] == {"EUR": "4000.00"}
    assert data["sums"]["deliver"] == {"EUR": "3000.00"}


def test_invoices_whose_numbers_compare_alike_are_each_waited_for(tmp_path: Path) -> None:
    """One of them stood for the other, which was overdue and not chased."""
    numbers = {"M1": "A-1", "M2": "a-1", "M3": "Ａ–１"}
    milestones = "".join(
        f"  - {{id: {id_}, name: Done, amount: 100.00, deliverable: {{approved: 2026-01-01}}, status: sent,\n"
        f'     invoice: {{number: "{number}", amount: 100.00, sent: 2026-01-01}}}}\n'
        for id_, number in numbers.items()
    )
    text = f"project: Alike\ncurrency: EUR\nmilestones:\n{milestones}"
    root = write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "alike/milestones.yaml": text})
    items = json.loads(mtrack("next", root, "--as-of", "2026-06-01", "--format", "json").out)["items"]
    found = [(item["verb"], item["invoice"]) for item in items if item["invoice"]]
    assert sorted(found) == [("chase", "A-1"), ("correct", "a-1"), ("correct", "Ａ–１")]


IN_PARTS = """project: Parts
currency: EUR
milestones:
  - id: M1
    name: In parts
    amount: 3000.00
    deliverable: {approved: 2026-02-01}
    status: partially_paid
    invoice:
      number: D-1
      amount: 3000.00
      sent: 2026-02-02
      instalments:
        - {due: 2026-03-01, amount: 1000.00}
        - {due: 2026-09-15, amount: 1000.00}
        - {due: 2026-12-10, amount: 500.00}
        - {due: 2026-12-12, amount: 300.00}
      retained: {amount: 200.00, until: 2026-10-01}
      payments: [{date: 2026-02-20, amount: 1300.00}]
"""


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-09-20", [("chase", "700.00", 5)]),
        ("2026-11-01", [("chase", "900.00", 47)]),
        ("2026-12-11", [("chase", "1400.00", 87)]),
    ],
)
def test_all_parts_of_an_invoice_that_are_late_are_chased_together(
    day: str, expected: list[tuple[str, str, int]], tmp_path: Path
) -> None:
    """What was retained and is due stood in no task where an instalment was late, and in no sum."""
    root = write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "parts/milestones.yaml": IN_PARTS})
    data = json.loads(mtrack("next", root, "--as-of", day, "--format", "json").out)
    found = [item for item in data["items"] if item["invoice"]]
    assert [(item["verb"], item["amount"], item["days"]) for item in found] == expected
    assert data["sums"]["chase"] == {"EUR": expected[0][1]}
    assert ("what was retained" in found[0]["message"]) == (day > "2026-10-01")


def test_all_parts_of_an_invoice_that_fall_due_soon_are_one_task(tmp_path: Path) -> None:
    text = IN_PARTS.replace("1300.00}", "2000.00}").replace("until: 2026-10-01", "until: 2027-10-01")
    root = write_tree(tmp_path, {"mtrack.yaml": "format: 1\n", "parts/milestones.yaml": text})
    data = json.loads(mtrack("next", root, "--as-of", "2026-12-01", "--format", "json").out)
    (found,) = (item for item in data["items"] if item["invoice"])
    assert (found["verb"], found["amount"], found["since"], found["days"]) == ("soon", "800.00", "2026-12-10", -9)
    assert found["message"] == "invoice D-1 falls due on 2026-12-10; invoice D-1 falls due on 2026-12-12"


@pytest.mark.parametrize("seed", range(1, 13))
def test_what_is_overdue_of_an_invoice_is_what_is_to_be_chased(seed: int, tmp_path: Path) -> None:
    made = generate.workspace(seed)
    files = {f"{path}/milestones.yaml": yaml_text(record) for path, record in made.projects.items()}
    root = write_tree(tmp_path, {"mtrack.yaml": yaml_text(made.settings), **files})
    for day in ("2026-03-01", "2026-07-01", "2026-12-31"):
        rows = json.loads(mtrack("invoices", root, "--as-of", day, "--format", "json").out)["rows"]
        items = json.loads(mtrack("next", root, "--as-of", day, "--format", "json").out)["items"]
        told = {(item["path"].rpartition("/")[0], item["invoice"]): item for item in items if item["invoice"]}
        late = {(row["project"], row["number"]): row["overdue"] for row in rows if Decimal(row["overdue"])}
        for key, amount in late.items():
            assert told[key]["verb"] == "correct" or (told[key]["verb"], told[key]["amount"]) == ("chase", amount)
