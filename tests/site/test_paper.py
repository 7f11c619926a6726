"""The report on paper and on a tablet with long names and large amounts: nothing blank, alone, covered or cut off."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from printed import printed
from support import mtrack, write_tree
from test_browser import DAY, Visit, browser, pytestmark, site  # noqa: F401  (fixtures, and what holds for every test)
from workspaces import project, settings

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

AMOUNT = 45_678_901_234
NAME = "Performance and penetration test, with a second round of fixes"
HEAD = """project: Distribution platform for a maker of machine tools
client: Makers of Machine Tools and Automation GmbH & Co. KGaA
currency: EUR
agreement: {{file: agreement/sow.pdf, signed: 2026-01-05, total: {total}.00, milestones: {count}}}
milestones:
"""
MILESTONE = """  - id: M{number}
    name: {name}
    amount: {amount}.00
    deliverable: {{approved: {sent}}}
    invoice: {{number: RE-2026-{number:05}, amount: {amount}.00, sent: {sent}}}
    status: sent
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("large")
    for name, count, amount in (("large", 12, AMOUNT), ("larger", 20, 10 * AMOUNT)):
        milestones = [
            MILESTONE.format(number=i, name=NAME, amount=amount, sent=f"2026-{min(i + 1, 11):02}-02")
            for i in range(1, count + 1)
        ]
        head = HEAD.format(total=count * amount, count=count)
        text = (head + "".join(milestones)).replace("RE-2026", name.upper())
        write_tree(base / "work", {f"{name}/milestones.yaml": text})
    assert mtrack("report", base / "work", "-o", base / "out", "--as-of", DAY).code == 0
    return base / "out"


def sheets(browser: Browser, path: Path, size: str) -> list[str]:  # noqa: F811
    with Visit(browser) as visit:
        page = visit.open(path.as_uri())
        return printed(page, size)


@pytest.mark.parametrize("size", ["A4", "Letter"])
@pytest.mark.parametrize(("name", "last"), [("large", "M12"), ("larger", "M20")])
def test_a_statement_of_long_names_and_large_amounts_is_one_page(
    browser: Browser,  # noqa: F811
    large: Path,
    name: str,
    last: str,
    size: str,
) -> None:
    (sheet,) = sheets(browser, large / f"projects/{name}-statement.html", size)
    assert "Statement" in sheet
    assert last in sheet
    assert "signature" in sheet


@pytest.fixture(scope="module")
def extremes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Statements of many milestones, and amounts of twelve digits and eighteen decimals."""
    base = tmp_path_factory.mktemp("extremes")
    whole = "123456789012.123456789012345678"
    token = project("Token", "TOK", 6).replace("amount: 12000", f"amount: {whole}")
    token = token.replace("total: 72000", "total: 740740734072.740740734072074068")
    files: dict[str, str | bytes] = {
        f"of{n}/milestones.yaml": project(f"Of {n}", "EUR", n, 12_345) for n in (13, 20, 45)
    }
    write_tree(base / "work", files | {"mtrack.yaml": settings(currencies="{TOK: 18}"), "token/milestones.yaml": token})
    assert mtrack("report", base / "work", "-o", base / "out", "--as-of", DAY).code in (0, 1)
    return base / "out"


@pytest.mark.parametrize("size", ["A4", "Letter"])
def test_a_statement_is_one_page_up_to_some_twenty_milestones(browser: Browser, extremes: Path, size: str) -> None:  # noqa: F811
    for number in (13, 20):
        (sheet,) = sheets(browser, extremes / f"projects/of{number}-statement.html", size)
        assert f"M{number} " in sheet
        assert "signature" in sheet
    *_, last = sheets(browser, extremes / "projects/of45-statement.html", size)
    assert "signature" in last
    assert "M45 " in last
    assert "in all" in last, "no signature stands alone"


BEYOND = """() => [...document.querySelectorAll('main data, main time, main .short')].filter(item => {
  const wide = item.closest('.vh, .charts');  // may scroll in a box of its own
  return !wide && item.getBoundingClientRect().right > (item.closest('.scroll') || document.body).getBoundingClientRect().right + 1;
}).map(item => item.textContent)"""


@pytest.mark.parametrize("width", [320, 390])
def test_no_amount_of_eighteen_decimals_is_cut_on_a_phone(browser: Browser, extremes: Path, width: int) -> None:  # noqa: F811
    with Visit(browser, width=width) as visit:
        for name in ("index", "invoices", "projects/token", "projects/token-statement"):
            page = visit.open((extremes / f"{name}.html").as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") == width, name
            assert page.evaluate(BEYOND) == [], name


@pytest.mark.parametrize(
    ("width", "media"), [*((width, "screen") for width in (601, 650, 700, 820, 1024)), (695, "print")]
)
def test_no_amount_of_a_statement_is_cut(browser: Browser, extremes: Path, width: int, media: Any) -> None:  # noqa: F811
    with Visit(browser, width=width) as visit:
        page = visit.open((extremes / "projects/token-statement.html").as_uri())
        page.emulate_media(media=media)
        assert page.evaluate(BEYOND) == []
        heads, sums = (
            page.locator(f".lines {part} .n").evaluate_all(
                "cells => cells.map(cell => cell.getBoundingClientRect().right)"
            )
            for part in ("thead", "tfoot")
        )
        assert heads == sums, "each sum stands under its head"


MARKED = """() => [...document.querySelectorAll('.matrix thead th')].every(head => {
  const mark = head.querySelector('.mark')?.getBoundingClientRect(), cell = head.getBoundingClientRect();
  return !mark || (mark.left >= cell.left && mark.right <= cell.right);
})"""


def test_the_marks_of_a_matrix_stand_in_their_own_heads_on_paper(browser: Browser, site: Path) -> None:  # noqa: F811
    with Visit(browser, width=695) as visit:
        page = visit.open((site / "index.html").as_uri())
        page.emulate_media(media="print")
        assert page.locator(".matrix thead .mark").count() > 5
        assert page.evaluate(MARKED)


def test_the_axis_of_a_timeline_repeats_on_paper(browser: Browser, extremes: Path) -> None:  # noqa: F811
    text = sheets(browser, extremes / "projects/of45.html", "A4")
    (first,) = (number for number, sheet in enumerate(text) if "Timeline" in sheet)
    (last,) = (number for number, sheet in enumerate(text) if "Between the days" in sheet)
    assert last > first
    assert all("Jan 2026 May" in text[number] for number in range(first, last + 1))


def test_today_runs_through_no_name_on_a_phone(browser: Browser, extremes: Path) -> None:  # noqa: F811
    with Visit(browser, width=390) as visit:
        page = visit.open((extremes / "projects/of45.html").as_uri())
        through = page.evaluate("""() => {
          const line = document.querySelector('.behind .today').getBoundingClientRect().left + 1;
          return [...document.querySelectorAll('ol .lane-name')].map(name => {
            name.scrollIntoView();
            const box = name.getBoundingClientRect();
            const over = document.elementFromPoint(line, box.top + box.height / 2)?.closest('.lane-name') === name;
            return over && getComputedStyle(name).backgroundColor;
          });
        }""")
        assert len(through) == 45
        assert set(through) == {"rgb(255, 255, 255)"}


def test_no_head_of_a_table_ends_a_page(browser: Browser, large: Path) -> None:  # noqa: F811
    for sheet in sheets(browser, large / "projects/large.html", "A4"):
        lines = [line for line in sheet.splitlines() if line.strip() and not re.fullmatch(r"\d+ / \d+", line.strip())]
        assert lines[-1].split()[0] not in ("What", "Milestone", "Invoice")


APART = """() => [...document.querySelectorAll('.purse')].map(purse => {
  const amount = purse.querySelector('.cash').getBoundingClientRect();
  const bar = purse.querySelector('.bar').getBoundingClientRect();
  return amount.right <= bar.left || amount.bottom <= bar.top;
})"""


@pytest.mark.parametrize("width", [700, 820, 1000, 1440])
@pytest.mark.parametrize("media", ["print", "screen"])
def test_no_bar_covers_an_amount(browser: Browser, large: Path, width: int, media: str) -> None:  # noqa: F811
    with Visit(browser, width=width) as visit:
        page = visit.open((large / "index.html").as_uri())
        page.emulate_media(media=media)  # type: ignore[arg-type]
        assert page.evaluate(APART) == [True]


CUT = """() => [...document.querySelectorAll('.milestones .state, .invoices .state, .agreement td, .finding')].filter(
  item => item.getBoundingClientRect().right > document.documentElement.clientWidth).length"""


@pytest.mark.parametrize("width", [360, 600, 820])
def test_on_phones_and_tablets_no_state_is_cut_off(browser: Browser, large: Path, width: int) -> None:  # noqa: F811
    with Visit(browser, width=width) as visit:
        page = visit.open((large / "projects/large.html").as_uri())
        assert page.evaluate(CUT) == 0
