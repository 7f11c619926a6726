"""The report in a real browser: Debian's chromium, driven by Playwright. Skipped, aloud, only where there is none."""

from __future__ import annotations

import json
import re
import shutil
import threading
import unicodedata
import warnings
from contextlib import suppress
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import axe_playwright_python
import pytest
from hostile import write_hostile
from playwright.sync_api import Error as PlaywrightError
from support import AS_OF, ROOT, mtrack, write_tree

from mtrack.check.report import Selection
from mtrack.check.workspace import open_workspace
from mtrack.site.build import Options, write_folder
from mtrack.site.serve import Preview, serving, watch
from mtrack.site.written import Written

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    warnings.warn("there is no chromium here: the tests that open the report are skipped", stacklevel=1)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.xdist_group("browser"),  # one browser for all of them
]
DAY = "2026-11-22"
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site") / "report"
    result = mtrack("report", ROOT / "example-workspace", "-o", out, "--as-of", DAY)
    assert result.code == 0, result.err
    return out


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("hostile")
    write_hostile(base / "work")
    assert mtrack("report", base / "work", "-o", base / "report", "--as-of", AS_OF.isoformat()).code == 1
    assert mtrack("report", base / "work", "--single-file", base / "one.html", "--as-of", AS_OF.isoformat()).code == 1
    return base


class Visit:
    """A page that is open, and all it complained of or asked for."""

    def __init__(self, browser: Browser, *, width: int = 1280, theme: Any = "light", script: bool = True) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, java_script_enabled=script, bypass_csp=False
        )
        self.page: Page = self.context.new_page()
        self.messages: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.messages.append(message.text))
        self.page.on("pageerror", lambda error: self.messages.append(str(error)))
        self.page.on("requestfailed", lambda request: self.messages.append(f"failed: {request.url}"))
        self.page.on("request", lambda request: self.requests.append(request.url))

    def open(self, address: str) -> Page:
        self.page.goto(address)
        return self.page

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def pages(folder: Path) -> list[Path]:
    found = sorted(folder.rglob("*.html"))
    assert found
    return found


def test_every_page_opens_from_a_file_without_a_word(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        for path in pages(site):
            page = visit.open(path.as_uri())
            assert page.locator("h1").count() == 1
            assert page.locator("#theme").is_visible()
            # The style sheet applies: the policy lets our own files through.
            assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") == "1200px"
        assert visit.messages == []
        assert {request.rsplit("/", 1)[0] for request in visit.requests} <= {
            site.as_uri(),
            (site / "projects").as_uri(),
        }


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing(browser: Browser, site: Path, hostile: Path, theme: str, width: int) -> None:
    with Visit(browser, theme=theme, width=width) as visit:
        for path in [*pages(site), *pages(hostile / "report")]:
            page = visit.open(path.as_uri())
            page.evaluate(AXE)  # the protocol's own door: the page's policy stays as it is
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            told = [
                (item["id"], item["nodes"][0]["html"][:200], item["nodes"][0]["failureSummary"])
                for item in found["violations"]
            ]
            assert told == [], path.name


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_sideways(browser: Browser, site: Path, hostile: Path, width: int) -> None:
    with Visit(browser, width=width) as visit:
        for path in [*pages(site), *pages(hostile / "report"), hostile / "one.html"]:
            page = visit.open(path.as_uri())
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path.name


def test_hostile_text_does_nothing(browser: Browser, hostile: Path) -> None:
    with Visit(browser) as visit:
        for path in [*pages(hostile / "report"), hostile / "one.html"]:
            page = visit.open(path.as_uri())
            for element in page.locator("main th, main td, main h1, main a").all()[:60]:
                if element.is_visible():
                    element.hover(force=True, no_wait_after=True)
            assert page.evaluate("window.hacked") is None
            assert page.evaluate(
                "[...document.querySelectorAll('*')].every(e => !e.hasAttribute('onmouseover') && !e.hasAttribute('onerror'))"
            )
            assert page.evaluate("[...document.links].every(a => a.protocol === 'file:')")
            assert page.locator("main img, main script").count() == 0
        assert visit.messages == []
        assert all(request.startswith("file:") for request in visit.requests)


def test_numbers_are_those_of_status(browser: Browser, site: Path) -> None:
    data = json.loads(mtrack("status", ROOT / "example-workspace", "--format", "json", "--as-of", DAY).out)
    read = """row => Object.fromEntries([...row.querySelectorAll('td[data-key]')].map(
        cell => [cell.dataset.key, cell.querySelector('data')?.value]))"""
    with Visit(browser) as visit:
        page = visit.open((site / "index.html").as_uri())
        rows = page.locator("tr[data-sums]")
        sums = {code: without_states(totals) for code, totals in data["totals"].items()}
        assert {row.get_attribute("data-sums"): row.evaluate(read) for row in rows.all()} == sums
        for project in data["projects"]:
            page = visit.open((site / f"projects/{project['path']}.html").as_uri())
            assert page.locator("tr[data-sums]").evaluate(read) == without_states(project["totals"])
            for milestone in project["milestones"]:
                shown = page.locator(f"tr[data-milestone='{milestone['id']}']").evaluate(read)
                assert shown["agreed"] == milestone["agreed"]
                if milestone["invoices"]:
                    assert shown["settled"] == milestone["settled"]


def without_states(totals: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in totals.items() if name != "states"}


def test_parts_of_the_bar_sum_to_agreed_and_overbilled(site: Path) -> None:
    data = json.loads(mtrack("status", ROOT / "example-workspace", "--format", "json", "--as-of", DAY).out)
    page = (site / "index.html").read_text(encoding="utf-8")
    for currency, totals in data["totals"].items():
        purse = page.split(f'aria-label="{currency}">')[1].split("</dl>")[0]
        shown = re.findall(r'<dd><data value="([^"]*)"', purse)
        assert shown == list(totals["states"].values())
        parts = list(map(float, shown))
        billed, unbilled = float(totals["billed"]), float(totals["unbilled"])
        assert sum(parts) == pytest.approx(billed + unbilled)


def test_tables_sort_and_filter(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        page = visit.open((site / "invoices.html").as_uri())
        first = page.locator("table.register tbody tr").all_text_contents()
        page.get_by_role("button", name="Gross").click()
        amounts = page.eval_on_selector_all(
            "table.register tbody tr", "rows => rows.map(row => Number(row.cells[5].querySelector('data').value))"
        )
        assert amounts == sorted(amounts, reverse=True)
        assert page.locator("th[aria-sort=descending]").count() == 1
        page.get_by_role("button", name="Gross").click()
        page.get_by_role("button", name="Gross").click()
        assert page.locator("table.register tbody tr").all_text_contents() == first
        page.get_by_label("State").select_option("overdue")
        shown = page.locator("table.register tbody tr:visible")
        assert shown.count() == 2
        assert all("overdue" in text for text in shown.all_text_contents())
        page.get_by_role("searchbox", name="Filter").fill("inv-2026-014")
        assert shown.count() == 1
        page = visit.open((site / "findings.html").as_uri())
        page.get_by_label("Kind").select_option("overlap")
        assert page.locator("tbody tr:visible").count() == 1
        assert visit.messages == []


def test_the_theme_switches_and_stays(browser: Browser, site: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    with Visit(browser) as visit:
        page = visit.open((site / "index.html").as_uri())
        light = page.evaluate(ground)
        page.locator("#theme").click()
        page.locator("#theme").click()
        dark = page.evaluate(ground)
        assert dark != light
        page = visit.open((site / "clients.html").as_uri())
        assert page.evaluate(ground) == dark
        page.locator("#theme").press("Enter")
        assert page.evaluate(ground) == light


def test_it_is_whole_without_scripts(browser: Browser, site: Path) -> None:
    with Visit(browser, script=False) as visit:
        page = visit.open((site / "findings.html").as_uri())
        assert page.locator("tbody tr").first.is_visible()
        assert not page.locator("form.filter").first.is_visible()
        assert not page.locator("#theme").is_visible()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_paper_holds_every_row(browser: Browser, site: Path, paper: str) -> None:
    from pypdf import PdfReader  # noqa: PLC0415

    with Visit(browser, theme="dark") as visit:
        for path in pages(site):
            page = visit.open(path.as_uri())
            heads = page.locator(
                "main section > table tbody th[scope=row], main > table th[scope=row]"
            ).all_inner_texts()
            assert heads or path.name == "broken.html"
            reader = PdfReader(BytesIO(page.pdf(format=paper)))
            sheets = ["".join(unicodedata.normalize("NFKC", sheet.extract_text()).split()) for sheet in reader.pages]
            whole = "".join(sheets)
            for head in heads:  # a head may be broken over lines of its cell, with other cells between
                assert all(word in whole for word in head.split()), (path.name, head)
            if path.parent.name == "projects":
                (sheet,) = [text for text in sheets if "Balancetobill" in text]
                assert "Inall" in sheet


def test_a_single_file_works_alone(browser: Browser, tmp_path: Path) -> None:
    target = tmp_path / "one.html"
    mtrack("report", ROOT / "example-workspace", "--single-file", target, "--as-of", DAY)
    with Visit(browser) as visit:
        page = visit.open(target.as_uri())
        assert page.locator("#theme").is_visible()
        assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") == "1200px"
        page.evaluate(AXE)
        assert page.evaluate("axe.run(document).then(found => found.violations.map(item => item.id))") == []
        assert visit.messages == []
        assert visit.requests == [target.as_uri()]


def test_the_preview_reloads_and_shows_what_is_broken(browser: Browser, tmp_path: Path) -> None:
    root = tmp_path / "work"
    shutil.copytree(ROOT / "example-workspace", root)

    given = Options(advance=lambda _done, _of: None, say=pytest.fail, written=Written(None), live=True)

    def build(folder: str) -> None:
        workspace = open_workspace(str(root), date.fromisoformat(DAY))
        write_folder(workspace, Selection(), ".", folder, given)

    preview, stop = Preview(str(root), build), threading.Event()
    preview.rebuild()
    watcher = threading.Thread(target=watch, args=(preview, stop))
    watcher.start()
    try:
        with serving(preview, 0) as address, Visit(browser) as visit:
            top = address.removesuffix("index.html")
            for path in sorted(Path(preview.folder).rglob("*.html")):
                page = visit.open(top + path.relative_to(preview.folder).as_posix())
                for link in page.eval_on_selector_all("a[href]", "links => links.map(link => link.href.split('#')[0])"):
                    assert visit.context.request.get(link).status == 200, link
            page = visit.open(f"{top}projects/acme-website.html")
            while page.evaluate("window.mtrackSeen") is None:
                page.wait_for_timeout(50)
            records = root / "acme-website/milestones.yaml"
            whole = records.read_text(encoding="utf-8")
            records.write_text(whole.replace("Acme website", "Acme shop"), encoding="utf-8")
            page.wait_for_selector("h1:has-text('Acme shop')", timeout=15_000)
            records.write_text("project: [\n", encoding="utf-8")
            page.wait_for_selector("code:has-text('invalid-yaml')", timeout=15_000)
            (root / "mtrack.yaml").write_text("format: [\n", encoding="utf-8")
            page.wait_for_selector("h1:has-text('could not be drawn')", timeout=15_000)
            page.goto("about:blank")
            assert [
                message for message in visit.messages if "ERR_ABORTED" not in message and "/live" not in message
            ] == []
            assert all(request.startswith(top) or request == "about:blank" for request in visit.requests)
    finally:
        stop.set()
        watcher.join(timeout=20)
        preview.close()


def wait_until(page: Page, condition: str) -> None:
    """Wait for a page that may be loaded anew meanwhile; the policy of the preview keeps the browser's own way out."""
    for _ in range(300):
        with suppress(PlaywrightError):
            if page.evaluate(condition):
                return
        page.wait_for_timeout(50)
    pytest.fail(condition)


def test_the_preview_keeps_what_is_typed_into_a_filter(browser: Browser, tmp_path: Path) -> None:
    root = tmp_path / "work"
    shutil.copytree(ROOT / "example-workspace", root)
    given = Options(advance=lambda _done, _of: None, say=pytest.fail, written=Written(None), live=True)

    def build(folder: str) -> None:
        write_folder(open_workspace(str(root), date.fromisoformat(DAY)), Selection(), ".", folder, given)

    preview = Preview(str(root), build)
    preview.rebuild()
    with serving(preview, 0) as address, Visit(browser) as visit:
        page = visit.open(address.replace("index", "invoices"))
        form = page.locator("form.filter").first
        rows = page.locator("table.register tbody tr:visible")
        all_rows = rows.count()
        form.locator("input").first.fill("acme")
        select = form.locator("select").first
        chosen = select.locator("option").nth(1).get_attribute("value")
        select.select_option(chosen)
        shown = rows.count()
        assert shown < all_rows
        for trouble in (False, True, False):
            wait_until(page, "window.mtrackSeen !== undefined")
            page.evaluate("window.before = true")
            (root / "mtrack.yaml").write_text("format: [\n" if trouble else "format: 1\n", encoding="utf-8")
            preview.rebuild()
            wait_until(page, "window.before === undefined && window.mtrackSeen !== undefined")
            if not trouble:
                assert form.locator("input").first.input_value() == "acme"
                assert select.input_value() == chosen
                assert rows.count() == shown
        assert [message for message in visit.messages if "ERR_" not in message and "/live" not in message] == []
    preview.close()


def test_the_preview_serves_nothing_else(browser: Browser, tmp_path: Path) -> None:
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n", ".secret": "x", "a/page.html": "<p>x"})
    write_tree(tmp_path, {"outside.txt": "x"})
    (root / "a/out.txt").symlink_to(tmp_path / "outside.txt")

    def build(folder: str) -> None:
        write_tree(Path(folder), {"index.html": "x", "sub/x.txt": "x"})

    preview = Preview(str(root), build)
    preview.rebuild()
    with serving(preview, 0) as address, Visit(browser) as visit:
        top = address.removesuffix("/index.html")
        ask = visit.context.request
        policy = ask.get(f"{top}/files/a/page.html").headers["content-security-policy"]
        assert policy == "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        for path in ("files/.secret", "files/..%2foutside.txt", "files/a/out.txt", "files/a", "sub/", "files/"):
            assert ask.get(f"{top}/{path}").status == 404, path
        assert ask.get(f"{top}/index.html", headers={"Host": "elsewhere.example"}).status == 421
    preview.close()
