"""Every page on every workspace at every width: nothing scrolls sideways, overlaps, is clipped or broken; paper holds all."""

from __future__ import annotations

import os
import re
import unicodedata
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest
from printed import printed
from support import mtrack
from test_browser import CHROMIUM, Visit, browser
from workspaces import DAY, WORKSPACES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import Browser

__all__ = ["browser"]
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.xdist_group("browser"),
]
WIDTHS = (320, 390, 820, 1280, 1920, 2560)
FONTS = {"system": None, "serif": '"DejaVu Serif", "Liberation Serif", serif'}
LOOKS = [("system", "light"), ("serif", "dark")]
WHOLE = os.environ.get("MTRACK_BROWSER") == "all"
"""Whether every page is looked at in every way, however long that takes."""
if WHOLE:
    LOOKS += [("system", "dark"), ("serif", "light")]
LARGE = ("many",)
"""Workspaces of which fewer pages are looked at, at fewer widths: each takes a second or more."""
CHECK = """() => {
  const faults = [], root = document.documentElement, seen = [];
  if (root.scrollWidth > innerWidth) { faults.push('scrolls sideways: ' + root.scrollWidth); }
  const hidden = node => !node.checkVisibility({visibilityProperty: true, opacityProperty: true})
    || node.closest('.vh, .sprite, [hidden], .skip, option, select');
  for (const item of document.querySelectorAll('data, time, .cash, .short, .state, abbr')) {
    if (hidden(item) || item.closest('.long')) { continue; }
    const tops = new Set([...item.getClientRects()].filter(box => box.width > 0.5).map(box => Math.round(box.bottom / 4)));
    if (tops.size > 1) { faults.push('broken: ' + item.textContent); }
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || hidden(parent) || parent.closest('title')) { continue; }
    const scrolls = parent.closest('.scroll, pre, .hits');
    for (const match of node.data.matchAll(/[^\\s]+/g)) {
      range.setStart(node, match.index);
      range.setEnd(node, match.index + match[0].length);
      const boxes = [...range.getClientRects()].filter(box => box.width > 0.5 && box.height > 0.5);
      const width = boxes.reduce((sum, box) => sum + box.width, 0);
      if (boxes.length > 1 && width < innerWidth - 56 && match[0].length <= 30 && !/[-\\/\\u2010-\\u2015\\u200b\\u0590-\\u08ff\\u3040-\\uffff]/.test(match[0]) && !parent.closest('.long')) {
        faults.push('word broken: ' + match[0]);
      }
      for (const box of boxes) {
        if (!scrolls && (box.left < -0.5 || box.right > innerWidth + 0.5)) { faults.push('outside: ' + match[0]); }
        seen.push({x: box.left, y: box.top + box.height * 0.2, r: box.right, b: box.bottom - box.height * 0.2, t: match[0], p: parent});
      }
    }
  }
  seen.sort((a, b) => a.y - b.y);
  for (let i = 0; i < seen.length; i++) {
    for (let j = i + 1; j < seen.length && seen[j].y < seen[i].b - 1; j++) {
      if (seen[j].x < seen[i].r - 1 && seen[i].x < seen[j].r - 1) { faults.push('over each other: ' + seen[i].t + ' ' + seen[j].t); }
    }
  }
  for (const item of document.querySelectorAll('main *, header *')) {
    const style = getComputedStyle(item);
    if (/hidden|clip/.test(style.overflowX) && !item.closest('.vh, .sprite, svg, input, select') && item.scrollWidth > item.clientWidth + 1) {
      faults.push('clipped: ' + item.className);
    }
  }
  return faults.slice(0, 5);
}"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The report of a workspace by its name, written once."""
    made: dict[str, Path] = {}

    def build(name: str) -> Path:
        if name not in made:
            base = tmp_path_factory.mktemp(name)
            root = WORKSPACES[name](base / "work")
            result = mtrack("report", root, "-o", base / "report", "--as-of", DAY)
            assert result.code in (0, 1), result.err
            made[name] = base / "report"
        return made[name]

    return build


def shown(folder: Path, name: str) -> list[Path]:
    """The pages of a report, of many of one kind the first two or three."""
    top = [*sorted(folder.glob("[!c]*.html")), folder / "clients.html"]
    clients = sorted(folder.glob("client-*.html"))[:2]
    statements = sorted(folder.glob("projects/*-statement.html"))
    projects = [path for path in sorted(folder.glob("projects/*.html")) if path not in statements]
    if name in LARGE and not WHOLE:
        return [folder / "index.html", folder / "invoices.html", clients[0], projects[0], statements[0]]
    return [*top, *clients, *projects[: 8 if len(projects) < 20 else 2], *statements[:3]]


@pytest.mark.parametrize(("font", "theme"), LOOKS)
@pytest.mark.parametrize("name", WORKSPACES)
def test_nothing_scrolls_overlaps_or_breaks(
    browser: Browser, built: Callable[[str], Path], name: str, font: str, theme: str
) -> None:
    folder = built(name)
    family = FONTS[font]
    style = folder / "report.css"
    before = style.read_text(encoding="utf-8")
    faults: dict[str, Any] = {}
    try:
        if family is not None:
            style.write_text(re.sub(r"-apple-system[^;]*", family, before), encoding="utf-8")
        with Visit(browser, theme=theme) as visit:
            for path in shown(folder, name):
                page = visit.open(path.as_uri())
                for width in WIDTHS if WHOLE or name not in LARGE else (320, 820, 1280):
                    page.set_viewport_size({"width": width, "height": 900})
                    found = page.evaluate(CHECK)
                    if found:
                        faults[f"{path.relative_to(folder)} at {width}"] = found
            assert visit.messages == []
    finally:
        style.write_text(before, encoding="utf-8")
    assert faults == {}


@pytest.mark.parametrize("name", WORKSPACES)
def test_every_link_resolves(built: Callable[[str], Path], name: str) -> None:
    folder = built(name)
    texts = {path.resolve(): path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}
    ids = {path: set(re.findall(r'\bid="([^"]*)"', text)) for path, text in texts.items()}
    lost: set[tuple[str, str]] = set()
    for path, text in texts.items():
        for href in set(re.findall(r'<a [^>]*?href="([^"]*)"', text)):
            parts = urlsplit(href.replace("&amp;", "&").replace("&#39;", "'"))
            if parts.scheme == "mailto":
                continue
            target = path if not parts.path else (path.parent / unquote(parts.path)).resolve()
            place = unquote(parts.fragment)
            if not target.is_file() or (place and "=" not in place and place not in ids[target]):
                lost.add((path.name, href))
    assert lost == set()


def squeezed(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize(
    ("name", "paper"), [*((name, "A4") for name in WORKSPACES), ("example", "Letter"), ("long", "Letter")]
)
def test_paper_holds_every_amount_whole(browser: Browser, built: Callable[[str], Path], name: str, paper: str) -> None:
    folder = built(name)
    lost: dict[str, Any] = {}
    with Visit(browser, theme="dark") as visit:
        for path in shown(folder, name):
            if name in LARGE and path.name == "invoices.html" and not WHOLE:
                continue  # a hundred sheets
            page = visit.open(path.as_uri())
            page.emulate_media(media="print")
            amounts = page.evaluate(
                "[...document.querySelectorAll('main data')].filter(item => item.checkVisibility()).map(item => item.textContent)"
            )
            sheets = [squeezed(sheet) for sheet in printed(page, paper)]
            whole = "".join(sheets)
            missing = [amount for amount in amounts if squeezed(amount) not in whole]
            if missing:
                lost[path.name] = missing[:5]
            if path.name.endswith("-statement.html") and name not in ("long", "hostile") and len(sheets) != 1:
                lost[path.name] = f"{len(sheets)} sheets"
            page.emulate_media(media="screen")
    assert lost == {}


def test_a_single_file_of_400_projects_opens_at_once(browser: Browser, tmp_path: Path) -> None:
    """Measured by the processor time of the browser's process that draws the page, which others' work does not add to."""
    target = tmp_path / "one.html"
    root = WORKSPACES["many"](tmp_path / "work")
    assert mtrack("report", root, "--single-file", target, "--as-of", DAY).code == 0
    with Visit(browser) as visit:
        page = visit.open(target.as_uri())
        meter = visit.context.new_cdp_session(page)
        meter.send("Performance.enable")
        metrics = {item["name"]: item["value"] for item in meter.send("Performance.getMetrics")["metrics"]}
        assert metrics["ProcessTime"] < 3
        assert page.locator(".part").count() == 1, "no other part is drawn"
        page.locator("table.projects tbody a").first.click()
        assert page.locator(".part:visible h1").count() == 1
        assert page.locator(".part").count() == 2
        assert visit.messages == []
