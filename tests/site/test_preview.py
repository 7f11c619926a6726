"""The preview as its user has it: search works, a reload leaves the view as it was, a page that went says so."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import pytest
from support import ROOT
from test_browser import DAY, Visit, browser, pytestmark, wait_until  # noqa: F401  (a fixture, and what holds for every test)

from mtrack.check.report import Selection
from mtrack.check.workspace import open_workspace
from mtrack.site.build import Options, write_folder
from mtrack.site.serve import Preview, serving
from mtrack.site.written import Written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page


@contextmanager
def previewed(root: Path) -> Iterator[tuple[Preview, str]]:
    """A preview of a copy of the example, and its address."""
    shutil.copytree(ROOT / "example-workspace", root)
    given = Options(advance=lambda _done, _of: None, say=pytest.fail, written=Written(None), live=True)

    def build(folder: str) -> None:
        write_folder(open_workspace(str(root), date.fromisoformat(DAY)), Selection(), ".", folder, given)

    preview = Preview(str(root), build)
    preview.rebuild()
    with serving(preview, 0) as address:
        yield preview, address.removesuffix("index.html")
    preview.close()


def rebuilt(preview: Preview, page: Page) -> None:
    """Build again, and wait until the page is loaded anew."""
    wait_until(page, "window.mtrackSeen !== undefined")
    page.evaluate("window.before = true")
    preview.rebuild()
    wait_until(page, "window.before === undefined && window.mtrackSeen !== undefined")


def test_its_search_finds(browser: Browser, tmp_path: Path) -> None:  # noqa: F811
    with previewed(tmp_path / "work") as (_, top), Visit(browser) as visit:
        page = visit.open(f"{top}index.html")
        page.locator(".find input").fill("INV-2026-016")
        page.locator(".hits a").first.click()
        page.wait_for_url("**/projects/hooli-app.html#i-INV-2026-016")
        assert [message for message in visit.messages if "/live" not in message] == []


def test_what_is_unfolded_sorted_and_scrolled_to_stays(browser: Browser, tmp_path: Path) -> None:  # noqa: F811
    with previewed(tmp_path / "work") as (preview, top), Visit(browser) as visit:
        page = visit.open(f"{top}index.html")
        page.locator("details.tidy summary").click()
        page.evaluate("scrollTo(0, 900)")
        rebuilt(preview, page)
        wait_until(page, "document.querySelector('details.tidy').open && scrollY === 900")

        page = visit.open(f"{top}invoices.html")
        first = page.locator(".register tbody th").first
        head = page.locator(".register th[aria-sort]")
        seen = set()
        for _ in range(2):
            page.locator(".register thead button", has_text="Gross").click()
            before = head.get_attribute("aria-sort"), first.inner_text()
            rebuilt(preview, page)
            assert (head.get_attribute("aria-sort"), first.inner_text()) == before
            seen.add(before)
        assert len(seen) == 2


def test_a_page_that_went_says_so_and_comes_back(browser: Browser, tmp_path: Path) -> None:  # noqa: F811
    root = tmp_path / "work"
    with previewed(root) as (preview, top), Visit(browser) as visit:
        page = visit.open(f"{top}projects/hooli-app.html")
        (root / "hooli-app").rename(root / "hooli-two")
        rebuilt(preview, page)
        assert page.locator("h1").inner_text() == "There is no such page"
        (root / "hooli-two").rename(root / "hooli-app")
        rebuilt(preview, page)
        assert page.locator("h1").inner_text() == "Hooli companion app"
        assert visit.context.request.get(f"{top}projects/none.html").status == 404
