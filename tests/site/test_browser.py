"""The report in a real browser: Debian's chromium, driven by Playwright. Skipped, aloud, only where there is none."""

from __future__ import annotations

import json
import math
import os
import re
import shutil
import threading
import warnings
from contextlib import suppress
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import axe_playwright_python
import pytest
from hostile import write_hostile
from playwright.sync_api import Error as PlaywrightError
from printed import printed
from support import AS_OF, ROOT, mtrack, write_tree

from mtrack.check.report import Selection
from mtrack.check.workspace import open_workspace
from mtrack.figures.states import STATES
from mtrack.site.build import Options, write_folder
from mtrack.site.serve import Preview, serving, watch
from mtrack.site.written import Written
from mtrack.views.registers import STATES as INVOICE_STATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, Request

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
        self.page.on("requestfailed", self._failed)
        self.page.on("request", lambda request: self.requests.append(request.url))

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # as where the page is left before it came
            self.messages.append(f"failed: {request.url}")

    def open(self, address: str) -> Page:
        self.page.goto(address)
        return self.page

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def parts_of(single: Path) -> list[str]:
    """The addresses of a single file's parts."""
    found = re.findall(r'class="part" id="([^"]*)"', single.read_text(encoding="utf-8"))
    assert len(found) > 5
    return [f"{single.as_uri()}#{part}" for part in found]


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


WHOLE = os.environ.get("MTRACK_BROWSER") == "all"
"""Whether every page is looked at in every way, however long that takes."""
AXE_LOOKS = (
    [(theme, (320, 390, 820, 1280, 1920)) for theme in ("light", "dark")]
    if WHOLE
    else [("light", (320, 1920)), ("dark", (390, 820, 1280))]
)


def axe(page: Page) -> list[Any]:
    """What axe finds on the page as it is shown now."""
    page.evaluate(f"window.axe || (() => {{ {AXE} }})()")  # the protocol's own door: the page's policy stays as it is
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (item["id"], item["nodes"][0]["html"][:200], item["nodes"][0]["failureSummary"]) for item in found["violations"]
    ]


def test_axe_finds_nothing_on_any_page(browser: Browser, site: Path, hostile: Path) -> None:
    with Visit(browser) as visit:
        for path in [*pages(site), *pages(hostile / "report")]:
            assert axe(visit.open(path.as_uri())) == [], path.name


@pytest.mark.parametrize(("theme", "widths"), AXE_LOOKS)
def test_axe_finds_nothing_at_any_width(
    browser: Browser, site: Path, hostile: Path, theme: str, widths: tuple[int, ...]
) -> None:
    broken = next(path for path in pages(hostile / "report") if "can't be read" in path.read_text(encoding="utf-8"))
    kinds = [*site.glob("[!c]*.html"), site / "clients.html", next(site.glob("client-*.html")), broken]
    kinds += [site / "projects/hooli-app.html", site / "projects/hooli-app-statement.html"]
    if WHOLE:
        kinds = [*pages(site), *pages(hostile / "report")]
    with Visit(browser, theme=theme) as visit:
        for path in kinds:
            page = visit.open(path.as_uri())
            for width in widths:
                page.set_viewport_size({"width": width, "height": 900})
                assert axe(page) == [], (path.name, width)


def test_hostile_text_does_nothing(browser: Browser, hostile: Path) -> None:
    with Visit(browser) as visit:
        single = hostile / "one.html"
        for address in [*(path.as_uri() for path in pages(hostile / "report")), *parts_of(single), single.as_uri()]:
            page = visit.open(address)
            for element in page.locator("main th, main td, main h1, main a").all()[:5]:
                if element.is_visible():
                    element.hover(force=True, no_wait_after=True)
            page.evaluate(
                "for (const e of document.querySelectorAll('*'))"
                " for (const what of ['mouseover', 'mouseenter', 'click', 'focus', 'error', 'load', 'toggle'])"
                " if (what !== 'click' || !e.closest('a, button, input, select, label, summary'))"
                " e.dispatchEvent(new Event(what, {bubbles: true}))"
            )
            assert page.evaluate("window.hacked") is None
            assert page.evaluate(
                "[...document.querySelectorAll('*')].every(e => !e.hasAttribute('onmouseover') && !e.hasAttribute('onerror'))"
            )
            assert page.evaluate(
                "[...document.links].every(a => a.protocol === 'file:' || /^mailto:[\\w@.%+-]+$/.test(a.href))"
            )
            assert page.locator("main img, main script").count() == 0
        assert visit.messages == []
        assert all(request.startswith("file:") for request in visit.requests)


FIGURES = """root => [...root.querySelectorAll('data[data-figure]')].map(
    item => [item.dataset.figure, item.dataset.currency, item.value])"""


def figures(page: Page, selector: str) -> dict[tuple[str, str], str]:
    """The figures of a part of a page, by name and currency."""
    found = page.locator(selector).evaluate_all(f"roots => roots.flatMap({FIGURES})")
    return {(name, currency): value for name, currency, value in found}


def without_zeros(found: dict[Any, str]) -> dict[Any, str]:
    return {key: value for key, value in found.items() if Decimal(value)}


def test_numbers_are_those_of_status(browser: Browser, site: Path) -> None:
    data = json.loads(mtrack("status", ROOT / "example-workspace", "--format", "json", "--as-of", DAY).out)
    lines = ("agreed", "billed", "unbilled", "outstanding", "received")
    with Visit(browser) as visit:
        page = visit.open((site / "index.html").as_uri())
        shown = figures(page, ".addup")
        bars = figures(page, ".purse")
        for currency, totals in data["totals"].items():
            assert {name: shown[name, currency] for name in lines} == {name: totals[name] for name in lines}
            assert {name: bars[name, currency] for name in totals["states"]} == totals["states"]
            assert bars["agreed", currency] == totals["agreed"]
            net = [Decimal(shown[name, currency]) for name in ("agreed", "billed", "unbilled", "overbilled")]
            assert net[0] == net[1] + net[2] - net[3]
            gross = [Decimal(shown[name, currency]) for name in ("gross", "paid", "written_off", "outstanding")]
            assert gross[0] == sum(gross[1:])
        for project in data["projects"]:
            page = visit.open((site / f"projects/{project['path']}.html").as_uri())
            shown = figures(page, ".addup")
            assert {name: shown[name, project["currency"]] for name in lines} == {
                name: project["totals"][name] for name in lines
            }
            legend = figures(page, ".parts")
            assert {name: legend[name, project["currency"]] for name in project["totals"]["states"]} == (
                project["totals"]["states"]
            )
            for milestone in project["milestones"]:
                row = figures(page, f"tr[data-milestone='{milestone['id']}']")
                assert row["agreed", project["currency"]] == milestone["agreed"]
                if milestone["invoices"]:
                    assert row["settled", project["currency"]] == milestone["settled"]


def test_aging_and_the_register_are_those_of_their_commands(browser: Browser, site: Path) -> None:
    aging = json.loads(mtrack("aging", ROOT / "example-workspace", "--format", "json", "--as-of", DAY).out)
    register = json.loads(mtrack("invoices", ROOT / "example-workspace", "--format", "json", "--as-of", DAY).out)
    names = ("net", "tax", "gross", "settled", "outstanding")
    with Visit(browser) as visit:
        page = visit.open((site / "index.html").as_uri())
        for currency, buckets in aging["buckets"].items():
            shown = figures(page, f"tr[data-aging={currency}]")
            assert shown == without_zeros({(f"aging-{name}", currency): value for name, value in buckets.items()})
        page = visit.open((site / "invoices.html").as_uri())
        rows = page.locator(".register tbody tr[data-state]").evaluate_all(
            f"rows => rows.map(row => [row.cells[0].innerText.split('\\n')[0], row.dataset.state, ({FIGURES})(row)])"
        )
        assert len(rows) == len(register["rows"])
        for (number, state, found), row in zip(rows, register["rows"], strict=True):
            assert (number, state) == (row["number"], row["state"])
            assert {name: value for name, _, value in found} == without_zeros({name: row[name] for name in names})
        for currency, sums in register["sums"].items():
            shown = figures(page, f".register tfoot tr[data-currency={currency}]")
            assert {name: shown[name, currency] for name in names} == {name: sums[name] for name in names}


def test_the_slots_of_the_bars_are_the_states(browser: Browser, site: Path) -> None:
    data = json.loads(mtrack("status", ROOT / "example-workspace", "--format", "json", "--as-of", DAY).out)
    with Visit(browser) as visit:
        for project in data["projects"]:
            page = visit.open((site / f"projects/{project['path']}.html").as_uri())
            for milestone in project["milestones"]:
                slot = page.locator(f".slots a[href='#m-{milestone['id']}']")
                if milestone["status"] == "cancelled":
                    assert slot.count() == 0
                    continue
                classes = slot.locator("rect").evaluate_all("items => items.map(item => item.getAttribute('class'))")
                shown = {name.removeprefix("s-") for name in classes} - {"track", "approved", "completed", "deposit"}
                states = {name for name, value in milestone["states"].items() if Decimal(value)}
                assert shown in (states, states - {"outstanding"} | {"disputed"}), milestone["id"]
                words = slot.locator("title").text_content() or ""
                assert words.startswith(f"{milestone['id']} {milestone['name']}: ")
                assert slot.get_attribute("href") == f"#m-{milestone['id']}"
                assert page.locator(f"tbody#m-{milestone['id']}").count() == 1


OVERBILLED = """project: Close
currency: EUR
milestones:
  - {id: M1, name: A, amount: 40000.00, deliverable: {approved: 2026-01-02}, status: not_billed}
  - id: M2
    name: B
    amount: 1000.00
    deliverable: {approved: 2026-01-02}
    invoice: {number: N-1, amount: 3000.00, sent: 2026-01-03}
    status: sent
  - {id: M3, name: C, amount: 1000.00, deliverable: {approved: 2026-01-02}, status: not_billed}
"""


def test_what_stands_under_a_slot_has_its_words_at_every_width(browser: Browser, site: Path, tmp_path: Path) -> None:
    write_tree(tmp_path / "work", {"close/milestones.yaml": OVERBILLED})
    mtrack("report", tmp_path / "work", "-o", tmp_path / "out", "--as-of", DAY)
    for path, said in (
        (site / "projects/hooli-app.html", ["bill USD 10,000"]),
        (tmp_path / "out/projects/close.html", ["bill EUR 40,000", "EUR 2,000 overbilled", "bill EUR 1,000"]),
    ):
        with Visit(browser) as visit:
            page = visit.open(path.as_uri())
            for media, widths in (("screen", (320, 390, 820, 1024, 1440)), ("print", (695,))):
                page.emulate_media(media=media)  # type: ignore[arg-type]
                for width in widths:
                    page.set_viewport_size({"width": width, "height": 900})
                    found = page.locator(".slots text[class*='k-']:visible, .notes li:visible").all_text_contents()
                    assert [text.split(" ", 1)[1] if text[0] == "M" else text for text in found] == said, width
                    marks = page.locator(".slots use.under").evaluate_all(
                        "items => items.filter(item => item.getClientRects().length).length"
                    )
                    assert marks == len(said), width


def test_a_phone_says_which_bar_is_which(browser: Browser, site: Path) -> None:
    with Visit(browser, width=390) as visit:
        page = visit.open((site / "projects/hooli-app.html").as_uri())
        assert page.locator(".sl").inner_text() == "delivered above billed"
        for name in ("index", "clients"):
            page = visit.open((site / f"{name}.html").as_uri())
            assert page.locator(".bars-key:visible").count() == 1
        page.set_viewport_size({"width": 1280, "height": 900})
        assert page.locator(".bars-key:visible").count() == 0, "the head of the table says it"


SMALL = """() => [...document.querySelectorAll('a, button, summary, input, select')]
  .filter(item => item.checkVisibility() && !item.closest('.vh, .skip, svg, [hidden]'))
  .filter(item => item.getBoundingClientRect().height < 24 || item.getBoundingClientRect().width < 24)
  .map(item => item.textContent)"""


def test_what_a_finger_aims_at_is_large_enough(browser: Browser, site: Path) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    for name in ("index", "clients", "invoices", "findings", "tasks", "projects/hooli-app", "projects/initech-portal"):
        page.goto((site / f"{name}.html").as_uri())
        assert page.evaluate(SMALL) == [], name
    context.close()


def test_the_timeline_names_every_stretch_that_it_draws(browser: Browser, site: Path) -> None:
    states = "rects => [...new Set(rects.map(rect => rect.getAttribute('class')))].sort()"
    seen: set[str] = set()
    with Visit(browser) as visit:
        for path in sorted((site / "projects").glob("*.html")):
            page = visit.open(path.as_uri())
            drawn = page.locator(".lane rect").evaluate_all(states)
            assert page.locator(".between rect").evaluate_all(states) == drawn, path.name
            seen.update(drawn)
    assert {"s-on_hold", "s-disputed", "s-ahead"} <= seen


FILLS = """names => {
  const svg = document.querySelector('svg.slots');
  return names.map(name => {
    const rect = svg.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'rect'));
    rect.setAttribute('class', name);
    const found = getComputedStyle(rect).fill.match(/[0-9.]+/g).slice(0, 3).map(Number);
    rect.remove();
    return found;
  });
}"""


def lightness(colour: list[float]) -> float:
    """Of a colour in grey, as the eye has it: 0 is black, 100 white."""
    linear = [((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    light: float = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 116.0 * math.cbrt(light) - 16


@pytest.mark.parametrize(("theme", "media"), [("light", "screen"), ("dark", "screen"), ("dark", "print")])
def test_in_grey_what_is_filled_plainly_differs_by_lightness(
    browser: Browser, site: Path, theme: str, media: Any
) -> None:
    with Visit(browser, theme=theme) as visit:
        page = visit.open((site / "projects/hooli-app.html").as_uri())
        page.emulate_media(media=media)
        for names in (("s-paid", "s-outstanding", "s-ahead"), ("s-billed", "s-paid")):
            grey = sorted(lightness(fill) for fill in page.evaluate(FILLS, list(names)))
            assert all(after - before > 16 for before, after in pairwise(grey)), (names, grey)
        # The states that share a lightness with another have a texture.
        textured = page.evaluate(
            "names => names.map(name => !!document.querySelector(`#p-${name} :is(.p-line, .p-cross, .p-hatch)`))",
            ["overdue", "to_bill", "disputed", "written_off"],
        )
        assert all(textured)


def test_the_first_screen_of_a_phone_says_what_to_do(browser: Browser, site: Path) -> None:
    with Visit(browser, width=390) as visit:
        page = visit.open((site / "index.html").as_uri())
        page.set_viewport_size({"width": 390, "height": 844})
        rows = page.locator(".tasks tbody:not(:has(.v-soon)):not(:has(.v-tidy)) tr:not(.verb)")
        boxes = [row.bounding_box() for row in rows.all() if row.is_visible()]
        data = json.loads(mtrack("next", ROOT / "example-workspace", "--format", "json", "--as-of", DAY).out)
        assert len(boxes) == sum(item["verb"] not in ("soon", "tidy") for item in data["items"]) == 6
        assert boxes[0] is not None
        assert boxes[0]["y"] < 200
        assert all(box is not None and box["y"] + box["height"] <= 844 for box in boxes)


def test_tables_sort_by_meaning(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        page = visit.open((site / "invoices.html").as_uri())
        records = page.locator("table.register tbody tr")
        first = records.all_text_contents()
        page.get_by_role("button", name="Gross").click()
        found = page.eval_on_selector_all(
            "table.register tbody tr",
            "rows => rows.map(row => row.cells[6].querySelector('data')).map(data => [data.dataset.currency, Number(data.value)])",
        )
        assert [code for code, _ in found] == sorted(code for code, _ in found), (
            "no amount beside one of another currency"
        )
        for code in {code for code, _ in found}:
            amounts = [amount for other, amount in found if other == code]
            assert amounts == sorted(amounts, reverse=True)
        assert page.locator("th[aria-sort=descending]").count() == 1
        page.get_by_role("button", name="Gross").click()
        page.get_by_role("button", name="Gross").click()
        assert records.all_text_contents() == first
        page = visit.open((site / "findings.html").as_uri())
        page.get_by_role("button", name="Severity").click()
        words = page.locator("table.findings tbody tr td:first-child").all_inner_texts()
        weights = [{"error": 3, "warning": 2, "info": 1, "waived": 0}[word] for word in words]
        assert weights == sorted(weights, reverse=True)
        assert len(set(weights)) > 2
        assert visit.messages == []


def column(page: Page, table: str, head: str) -> list[str]:
    """The cells of a column after a click on its head."""
    page.locator(f"{table} thead button", has_text=head).click()
    place = page.locator(f"{table} thead th").evaluate_all(
        "(heads, name) => heads.findIndex(head => head.textContent === name)", head
    )
    found: list[str] = page.locator(f"{table} tbody tr").evaluate_all(
        "(rows, place) => rows.map(row => row.cells[place].innerText.replace(/\\s+/g, ' ').trim())", place
    )
    return found


def test_the_list_of_projects_sorts_by_what_its_columns_mean(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        page = visit.open((site / "index.html").as_uri())
        for ways in (1, -1):
            shares = [
                int(billed) / int(of)
                for billed, _, of in (text.split() for text in column(page, ".projects", "Billed"))
            ]
            assert shares == sorted(shares, reverse=ways > 0)
            assert len(set(shares)) > 2
        marks = "rows => rows.map(row => row.cells[4].querySelector('use')?.getAttribute('href').slice(3) ?? '')"
        first = page.locator(".projects tbody tr").evaluate_all(marks)
        column(page, ".projects", "To do first")
        assert page.locator(".projects tbody tr").evaluate_all(marks) == sorted(
            first, key=["alarm", "overdue", "to_bill", "ahead", "soon", "tidy", ""].index
        )
        days = "rows => rows.map(row => row.cells[5].querySelector(':scope > small time')?.dateTime ?? '')"
        column(page, ".projects", "Next to deliver")
        planned = page.locator(".projects tbody tr").evaluate_all(days)
        assert planned == sorted(planned, key=lambda day: (not day, day)), "what has no day is last"
        column(page, ".projects", "Next to deliver")
        planned = page.locator(".projects tbody tr").evaluate_all(days)
        assert planned == sorted(filter(None, planned), reverse=True) + [day for day in planned if not day]
        assert visit.messages == []


def test_the_register_sorts_states_in_their_order(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        page = visit.open((site / "invoices.html").as_uri())
        states = "rows => rows.map(row => row.dataset.state)"
        for way in (1, -1):
            column(page, ".register", "State")
            found = page.locator(".register tbody tr").evaluate_all(states)
            assert found == sorted(found, key=lambda state: way * INVOICE_STATES.index(state))
        assert len(set(found)) > 3
        assert page.locator(".register .hole").count() == 0, "a hole is about a place in the first order"
        column(page, ".register", "Number")
        assert page.locator(".register .hole").count() == 0
        papers = column(page, ".register", "Paper")
        assert papers == [text for text in papers if text != "–"] + [text for text in papers if text == "–"]


def test_a_filter_stands_in_the_address_and_its_sums_follow(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        page = visit.open((site / "invoices.html").as_uri())
        shown = page.locator("table.register tbody tr[data-state]:visible")
        page.locator(".tabs a", has_text="overdue").click()
        assert shown.count() == 2
        assert page.url.endswith("#state=overdue")
        assert page.locator(".register tfoot tr:visible").count() == 1
        sums = figures(page, ".register tfoot tr:visible")
        assert sums["outstanding", "USD"] == "19500.00"
        assert page.locator(".register tfoot tr:visible td[data-sum=outstanding]").inner_text() == "USD\u00a019,500.00"
        for text in ("\uff29nv\u20132026\u2010014", "inv-2026-014"):
            page.get_by_role("searchbox", name="Filter").fill(text)
            assert shown.count() == 1
        page.reload()
        assert shown.count() == 1, "the address keeps it"
        page.get_by_role("button", name="show all").click()
        assert shown.count() == 24
        page.get_by_label("Year").select_option("2025")
        page.get_by_label("Currency").select_option("CHF")
        assert shown.count() == 3
        page = visit.open((site / "index.html").as_uri())
        page.locator(".purse[aria-label=USD] .k-overdue a").click()
        page.wait_for_url("**/invoices.html#currency=USD&part=net-overdue")
        shown.first.wait_for()
        assert shown.count() == 2
        page = visit.open((site / "index.html").as_uri())
        page.locator("tr[data-aging=USD] a").first.click()
        page.wait_for_url("**/invoices.html#*part=age-61-90")
        shown.first.wait_for()
        assert page.locator("table.register tbody tr[data-state]:visible th a").all_inner_texts() == ["INV-2026-014"]
        page = visit.open((site / "findings.html").as_uri())
        page.get_by_label("Kind").select_option("overlap")
        assert page.locator("tbody tr:visible").count() == 1
        assert visit.messages == []


def test_a_hole_in_the_numbers_has_a_mark_of_its_own(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        page = visit.open((site / "invoices.html").as_uri())
        (used,) = page.locator(".hole .mark use").evaluate_all("items => items.map(item => item.getAttribute('href'))")
        assert page.locator(f"svg.sprite {used}").count() == 1
        assert used.removeprefix("#m-") not in (*STATES, *INVOICE_STATES)


def test_a_filter_says_what_it_shows_and_what_would_fill_it(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        page = visit.open(f"{(site / 'invoices.html').as_uri()}#state=outstanding+partially_paid+disputed&currency=EUR")
        assert page.locator(".tabs a[aria-current] .state").all_inner_texts() == [
            "outstanding",
            "partly paid",
            "disputed",
        ]
        assert not page.locator(".nothing").is_visible()
        page.get_by_role("searchbox", name="Filter").fill("nowhere")
        said = "No invoice fits “nowhere”, EUR, outstanding, partly paid, disputed: one that does would stand here."
        assert said in page.locator(".nothing").inner_text()
        assert not page.locator("table.register").is_visible(), "no head of nothing"
        page.locator(".nothing button").click()
        assert page.locator("table.register tbody tr[data-state]:visible").count() == 24
        assert page.locator(".tabs a[aria-current]").all_inner_texts()[0].split() == ["all", "24"]
        for name, what in (("index", "project"), ("clients", "client"), ("findings", "finding")):
            page = visit.open((site / f"{name}.html").as_uri())
            page.get_by_role("searchbox", name="Filter").fill("nowhere")
            assert page.locator(".nothing").inner_text().startswith(f"No {what} fits “nowhere”")
        page = visit.open(f"{(site / 'invoices.html').as_uri()}#currency=USD&part=age-61-90&project=hooli-app")
        assert page.locator(".filter output").inner_text() == (
            "1 of 24: Hooli companion app · 61–90 days past due USD\u00a05,500.00"
        )
        assert visit.messages == []
        page = visit.open(f"{(site / 'invoices.html').as_uri()}#currency=USD&state=partially_paid")
        assert page.locator(".nothing").is_visible()
        assert axe(page) == []


def test_the_search_finds_projects_milestones_clients_and_numbers(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        for page_name in ("index.html", "projects/acme-website.html"):
            page = visit.open((site / page_name).as_uri())
            assert not any("search.js" in request for request in visit.requests[-3:]), "asked for only when wanted"
            box = page.get_by_role("searchbox", name="Search")
            for text, name, address in (
                ("hooli comp", "Hooli companion app", "projects/hooli-app.html"),
                ("ios build", "M4 iOS build", "projects/hooli-app.html#m-M4"),
                ("2026-016", "INV-2026-016", "projects/hooli-app.html#i-INV-2026-016"),
                ("umbrella nv", "Umbrella NV", "client-umbrella-nv"),
                ("\uff29\uff2e\uff36\u20112026\u2212016", "INV-2026-016", "projects/hooli-app.html#i-INV-2026-016"),
                ("umb\u200brella\xa0NV", "Umbrella NV", "client-umbrella-nv"),
            ):
                box.fill(text)
                link = page.locator(".hits a", has_text=name).first
                assert address in str(link.evaluate("link => link.href"))
            box.fill("nothing like it")
            assert page.locator(".hits").inner_text() == "nothing found"
        box.fill("ios build")
        box.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/hooli-app.html#m-M4")
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


def test_paper_has_no_buttons_repeats_heads_and_counts_its_pages(browser: Browser, site: Path) -> None:
    with Visit(browser, theme="dark") as visit:
        page = visit.open((site / "invoices.html").as_uri())
        sheets = printed(page)
        assert len(sheets) > 1
        for number, text in enumerate(sheets, 1):
            assert "Outstanding" in text
            assert f"{number} / {len(sheets)}" in text
            assert "show all" not in text
            assert "Theme" not in text


def test_a_single_file_shows_one_part_at_a_time(browser: Browser, tmp_path: Path) -> None:
    target = tmp_path / "one.html"
    mtrack("report", ROOT / "example-workspace", "--single-file", target, "--as-of", DAY)
    for script in (True, False):
        with Visit(browser, script=script) as visit:
            page = visit.open(target.as_uri())

            def shows_only(part: str, page: Any = page) -> None:
                """The address changes before what follows from it is shown."""
                page.locator(f".part[id='{part}']").wait_for()
                assert page.locator(".part:visible").count() == 1

            shows_only("p-index")
            page.get_by_role("link", name="Clients").click()
            shows_only("p-clients")
            page.goto(f"{target.as_uri()}#p-projects-hooli-app-m-M4")
            shows_only("p-projects-hooli-app")
            assert page.locator("[id='p-projects-hooli-app-m-M4']").is_visible()
            page.goto(f"{target.as_uri()}#p-nowhere")
            shows_only("p-index")
            if script:
                assert page.locator(".part").count() == 3, "no other part is drawn"
                page.goto(f"{target.as_uri()}#p-projects-hooli-app-m-M4")
                lit = "getComputedStyle(document.querySelector('tbody.target td')).backgroundColor"
                assert page.evaluate(lit) != page.evaluate(
                    "getComputedStyle(document.querySelector('.milestones td')).backgroundColor"
                )
                page.goto(f"{target.as_uri()}#p-invoices&state=overdue&currency=USD")
                shows_only("p-invoices")
                assert page.locator(".register tbody tr[data-state]:visible").count() == 2
                box = page.get_by_role("searchbox", name="Search")
                box.fill("ios build")
                page.locator(".hits a").first.click()
                assert page.url.endswith("#p-projects-hooli-app-m-M4")
                shows_only("p-projects-hooli-app")
            assert visit.messages == []
            assert visit.requests[-1].startswith(target.as_uri())


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
    watcher = threading.Thread(target=watch, args=(preview, stop, lambda _path: None))
    watcher.start()
    try:
        with serving(preview, 0) as address, Visit(browser) as visit:
            top = address.removesuffix("index.html")
            for path in sorted(Path(preview.folder).rglob("*.html")):
                page = visit.open(top + path.relative_to(preview.folder).as_posix())
                links = page.eval_on_selector_all(
                    "a[href]:not(svg a)", "links => links.map(link => link.href.split('#')[0])"
                )
                for link in {link for link in links if not link.startswith("mailto:")}:
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
