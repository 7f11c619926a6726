"""The rows of long pages: those of projects that are as they were are taken from the page that stands there."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from support import mtrack, write_tree
from test_site import files

from mtrack.render import csv
from mtrack.site.pages import Site
from mtrack.site.rows import SLOT, Rows

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("One", "Two", "Three")
RECORDS = """\
project: {name}
client: Acme
currency: EUR
agreement: {{file: agreement/sow.pdf, signed: 2026-01-10, total: {total}}}
milestones:
  - id: M1
    name: Discovery
    amount: {total}
    deliverable: {{approved: 2026-02-02}}
    invoice: {{number: {name}-1, amount: {total}, sent: 2026-02-03}}
    status: sent
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(
        tmp_path / "work",
        {f"{name.lower()}/milestones.yaml": RECORDS.format(name=name, total="4000.00") for name in NAMES},
    )


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many rows are drawn, by kind."""
    result: Counter[str] = Counter()
    row, line = Site.row, csv.csv_line

    def noted(self: Site, kind: str, value: object) -> str:
        result[kind] += 1
        return row(self, kind, value)

    def noted_line(values: tuple[object, ...]) -> str:
        result["line"] += 1
        return line(values)  # type: ignore[arg-type]

    monkeypatch.setattr(Site, "row", noted)
    monkeypatch.setattr("mtrack.render.registers.csv_line", noted_line)
    return result


def report(root: Path, out: Path, *more: str) -> dict[str, bytes]:
    result = mtrack("report", root, "-o", out, "--as-of", "2026-11-22", *more)
    assert result.code == 0, result.err
    return files(out)


def rewrite(root: Path, name: str, old: str, new: str) -> None:
    path = root / name.lower() / "milestones.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_only_rows_of_what_changed_are_drawn(root: Path, tmp_path: Path, drawn: Counter[str]) -> None:
    report(root, tmp_path / "out")
    assert drawn == {"project": 3, "client_project": 3, "invoice": 3, "line": 3}
    drawn.clear()
    report(root, tmp_path / "out")
    assert not drawn
    rewrite(root, "Two", "sent: 2026-02-03", "sent: 2026-02-04")
    again = report(root, tmp_path / "out")
    assert drawn == {"project": 1, "client_project": 1, "invoice": 1, "line": 1}
    assert again == report(root, tmp_path / "fresh")


def test_a_row_that_moves_is_not_drawn_again(root: Path, tmp_path: Path, drawn: Counter[str]) -> None:
    report(root, tmp_path / "out")
    drawn.clear()
    rewrite(root, "Two", "Two-1, amount: 4000.00, sent: 2026-02-03", "Two-1, amount: 4000.00, sent: 2026-01-20")
    again = report(root, tmp_path / "out")
    assert drawn["invoice"] == 1
    order = [again["invoices.html"].index(f">{name}-1<".encode()) for name in ("Two", "One", "Three")]
    assert order == sorted(order)
    assert again == report(root, tmp_path / "fresh")


def test_decimals_that_one_project_brings_show_in_the_rows_of_all(root: Path, tmp_path: Path) -> None:
    before = report(root, tmp_path / "out")
    rewrite(root, "One", "4000.00", "4000.50")
    again = report(root, tmp_path / "out")
    assert again["invoices.html"] != before["invoices.html"]
    assert again == report(root, tmp_path / "fresh")


def test_a_project_that_goes_takes_its_rows_along(root: Path, tmp_path: Path) -> None:
    report(root, tmp_path / "out")
    (root / "two/milestones.yaml").unlink()
    again = report(root, tmp_path / "out")
    assert b"Two-1" not in again["invoices.html"] + again["invoices.csv"] + again["index.html"]
    assert again == report(root, tmp_path / "fresh")


def test_rows_of_a_page_that_someone_has_changed_are_not_taken(root: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report(root, out)
    for name in ("invoices.html", "invoices.csv", "index.html"):
        page = (out / name).read_bytes()
        (out / name).write_bytes(page.replace(b"One", b"0ne"))  # of the same length
    rewrite(root, "Two", "Discovery", "Research")
    refused = mtrack("report", root, "-o", out, "--as-of", "2026-11-22")
    assert (refused.code, "is not as mtrack wrote it" in refused.err) == (2, True)
    assert report(root, out, "--force") == report(root, tmp_path / "fresh")


@pytest.mark.parametrize("damage", [b"", b"nonsense", b"\0\0\0\0", b"\0\0\0\0\x80"])
def test_damage_to_what_is_known_of_rows_costs_only_time(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drawn: Counter[str], damage: bytes
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    report(root, tmp_path / "out")
    (path,) = (tmp_path / "cache/mtrack/reports").glob("*.rows")
    path.write_bytes(damage)
    drawn.clear()
    rewrite(root, "Two", "Discovery", "Research")
    again = report(root, tmp_path / "out")
    assert drawn["invoice"] == 3
    assert again == report(root, tmp_path / "fresh")
    rewrite(root, "Two", "Research", "Analysis")
    drawn.clear()
    report(root, tmp_path / "out")
    assert drawn["invoice"] == 1  # it is known again


def test_one_bit_of_damage_is_noticed(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    report(root, tmp_path / "out")
    (path,) = (tmp_path / "cache/mtrack/reports").glob("*.rows")
    kept = bytearray(path.read_bytes())
    kept[-1] ^= 1  # the length of a row
    path.write_bytes(kept)
    rewrite(root, "Two", "Discovery", "Research")
    assert report(root, tmp_path / "out") == report(root, tmp_path / "fresh")


def test_rows_stand_where_the_page_has_their_slot() -> None:
    rows = Rows()
    rows.add(b"1" * 32, lambda: "<tr>ä</tr>\n")
    rows.add(b"2" * 32, lambda: "<tr>\udcff</tr>\n")
    page = rows.placed(f"<table>ü{SLOT}</table>")
    assert page == "<table>ü<tr>ä</tr>\n<tr>\\udcff</tr>\n</table>".encode()
    kept = rows.kept("digest")
    assert kept is not None
    again = Rows(page, kept)
    again.add(b"2" * 32, lambda: pytest.fail("it is there"))
    again.add(b"3" * 32, lambda: "new\n")
    assert again.placed(f"{SLOT}.") == b"<tr>\\udcff</tr>\nnew\n."


def test_a_page_without_rows_keeps_none() -> None:
    rows = Rows()
    assert rows.placed("<p>empty</p>") == b"<p>empty</p>"
    assert rows.kept("digest") is None
