"""Pages on a phone: a milestone takes three lines, the rest a fold away; what is owed and expected needs no scrolling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support import mtrack, write_tree
from test_browser import DAY, OVERBILLED, Visit, browser, pytestmark, site  # noqa: F401  (fixtures, and what holds for every test)

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

LINES = """() => [...document.querySelectorAll('.milestones tbody > tr:not(.found)')].map(row => {
  const lines = [...row.querySelectorAll('data, time, b, .state, .inv a, .fold')].filter(item => item.checkVisibility())
    .map(item => item.getBoundingClientRect()).map(box => (box.top + box.bottom) / 2).sort((a, b) => a - b);
  return lines.filter((line, i) => i === 0 || line - lines[i - 1] > 8).length;
})"""


def test_a_milestone_is_a_card_of_three_lines_on_a_phone_and_the_rest_behind_a_fold(
    browser: Browser,  # noqa: F811
    site: Path,  # noqa: F811
) -> None:
    for script in (True, False):
        context = browser.new_context(
            viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, java_script_enabled=script
        )
        page = context.new_page()
        page.goto((site / "projects/hooli-app.html").as_uri())
        if script:
            assert max(page.evaluate(LINES)) <= 3
        card = page.locator("tbody#m-M4")
        assert "INV-2026-016" in card.inner_text()
        rest = ("planned 18 Sept 2026", "21 Sept 2026 ", "build 1.0.0 (31)", "due 28 Oct 2026", "mtrack pay")
        for opened in (False, True):
            text = " ".join(card.inner_text().split())
            assert [words in text for words in rest] == [opened] * len(rest), text
            card.locator(".fold").click()
        page.set_viewport_size({"width": 1280, "height": 900})
        assert page.locator(".fold:visible").count() == 0
        assert page.locator("tbody#m-M4").inner_text().count("planned 18 Sept 2026") == 1
        context.close()


def test_a_long_note_is_folded_at_any_width(browser: Browser, tmp_path: Path) -> None:  # noqa: F811
    note = "A report of all that was measured, " * 4
    record = OVERBILLED.replace("deliverable: {approved", f'deliverable: {{note: "{note}", approved')
    write_tree(tmp_path / "work", {"close/milestones.yaml": record})
    mtrack("report", tmp_path / "work", "-o", tmp_path / "out", "--as-of", DAY)
    with Visit(browser) as visit:
        page = visit.open((tmp_path / "out/projects/close.html").as_uri())
        said = page.get_by_text("A report of all that was measured").first
        assert not said.is_visible()
        page.locator("tbody#m-M1 summary").click()
        assert said.is_visible()


def test_what_is_owed_and_expected_is_read_without_scrolling(browser: Browser, site: Path) -> None:  # noqa: F811
    with Visit(browser, width=390) as visit:
        page = visit.open((site / "index.html").as_uri())
        for width in (601, 820, 320, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.locator(".scroll:has(.matrix)").evaluate_all(
                "boxes => boxes.map(box => box.scrollWidth > box.clientWidth)"
            ) == [False, False]
        assert " ".join(page.locator("tr[data-aging=USD]").inner_text().split()) == (
            "USD 61–90 days 5,500 1–30 days 14,000 not due 14,000 in all 33,500"
        )
        assert page.locator("tr[data-cash=USD] .head:visible .mark").count() == 1, "what is late has its mark"
        page.set_viewport_size({"width": 1280, "height": 900})
        assert page.locator(".matrix .head:visible").count() == 0
