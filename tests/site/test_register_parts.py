"""Every amount leads to the invoices, projects or tasks it is made of: each link is followed, and the sum there is the same."""

from __future__ import annotations

import os
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from support import ROOT, mtrack, write_tree
from test_browser import CHROMIUM, DAY, Visit, browser

from mtrack.views.invoice_parts import FIXED

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

__all__ = ["browser"]
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.xdist_group("browser"),
]

STATES = """\
project: All states
client: Statesman  Ltd
agreement: {signed: 2026-01-10, total: 100000, milestones: 13, retention: 5, payment_terms: 30}
milestones:
  - {id: M1, name: Deposit, amount: 10000, upfront: true, status: paid,
     invoice: {number: A-1, amount: 10000, tax: 1900, sent: 2026-01-12, paid: 2026-02-01}}
  - {id: M2, name: Partly paid, amount: 10000, status: partially_paid, deliverable: {approved: 2026-02-10},
     invoice: {number: A-2, amount: 10000, tax: 1900, sent: 2026-02-12, payments: [{date: 2026-03-01, amount: 6000.01}]}}
  - {id: M3, name: Given up, amount: 10000, status: partially_paid, deliverable: {approved: 2026-03-10},
     invoice: {number: A-3, amount: 10000, tax: 1900, sent: 2026-03-12, written_off: {date: 2026-09-01, amount: 700, reason: small},
     payments: [{date: 2026-04-01, amount: 9000, fee: 50, discount: 250, withheld: 1000}]}}
  - {id: M4, name: Disputed, amount: 10000, status: partially_paid, deliverable: {approved: 2026-04-10},
     invoice: {number: A-4, amount: 10000, tax: 1900, sent: 2026-04-12, disputed: {since: 2026-05-01, reason: slow},
     payments: [{date: 2026-05-02, amount: 1000}]}}
  - {id: M5, name: Retained, amount: 10000, status: partially_paid, deliverable: {approved: 2026-05-10},
     invoice: {number: A-5, amount: 10000, tax: 1900, sent: 2026-05-12, retained: {amount: 595, until: 2027-01-31},
     payments: [{date: 2026-06-10, amount: 11000}]}}
  - {id: M6, name: Late, amount: 10000, status: sent, deliverable: {approved: 2026-07-10},
     invoice: {number: A-6, amount: 10000, tax: 1900, sent: 2026-08-12}}
  - {id: M7, name: Open, amount: 10000, status: sent, deliverable: {approved: 2026-11-10},
     invoice: {number: A-7, amount: 10000, tax: 1900, sent: 2026-11-12}}
  - {id: M8, name: Free, amount: 5000, status: not_billed, deliverable: {approved: 2026-11-10}}
  - {id: M9, name: Held, amount: 5000, status: not_billed, deliverable: {approved: 2026-10-10}, hold: {reason: budget}}
  - {id: M10, name: Later, amount: 5000, planned: 2026-12-20, status: not_billed}
  - {id: M11, name: One, amount: 5000, status: partially_paid, deliverable: {approved: 2026-08-10}}
  - {id: M12, name: Other, amount: 3333, status: partially_paid, deliverable: {approved: 2026-08-10}}
  - {id: M13, name: Billed twice, amount: 6667, status: sent, deliverable: {approved: 2026-08-10}}
invoices:
  - {number: A-8, amount: 8333, tax: 1583.27, sent: 2026-08-20, lines: [{milestone: M11, amount: 5000}, {milestone: M12, amount: 3333}],
     payments: [{date: 2026-09-01, amount: 1111.11}], written_off: {date: 2026-09-02, amount: 77.77, reason: small},
     instalments: [{due: 2026-09-10, amount: 2000}, {due: 2026-10-10, amount: 2000}, {due: 2027-02-01, amount: 3000}]}
  - {number: A-9, amount: 6667, sent: 2026-08-21, lines: [{milestone: M13, amount: 6667}]}
  - {number: A-10, amount: 4000, sent: 2026-09-20, lines: [{milestone: M13, amount: 4000}]}
  - {number: A-11, credits: A-9, amount: 2000, sent: 2026-09-22, lines: [{milestone: M13, amount: 2000}]}
  - {number: A-12, credits: A-10, amount: 4000, sent: 2026-09-23, lines: [{milestone: M13, amount: 4000}]}
  - {number: A-13, credits: A-9, amount: 100, sent: 2026-09-24, lines: [{milestone: M7, amount: 100}]}
  - {number: A-14, amount: 100, sent: 2026-04-20, void: {date: 2026-04-21, reason: wrong}, lines: [{milestone: M5, amount: 100}]}
"""
REFUND = """\
project: Refunded
client: statesman Ltd
agreement: {signed: 2025-01-10, total: 20000, milestones: 2, retention: 10}
milestones:
  - {id: M1, name: Design, amount: 10000, status: paid, deliverable: {approved: 2025-02-10},
     invoice: {number: R-1, amount: 10000, sent: 2025-12-12,
     payments: [{date: 2026-03-12, amount: 12500}, {date: 2026-04-12, amount: -1000}]}}
  - {id: M2, name: Build, amount: 10000, status: sent, deliverable: {approved: 2026-02-10},
     invoice: {number: R-2, amount: 10000, sent: 2026-03-12, instalments: [{due: 2026-11-25, amount: 3000}]}}
"""
NAMELESS = """\
project: Nameless
currency: KWD
milestones:
  - {id: M1, name: Design, amount: 100.125, status: partially_paid, deliverable: {approved: 2026-02-10},
     invoice: {number: N-1, amount: 100.125, tax: 5.006, sent: 2026-10-12, payments: [{date: 2026-11-12, amount: 33.333}]}}
  - {id: M2, name: Build, amount: 50, planned: 2027-03-01, status: not_billed}
  - {id: M3, name: Extra, amount: 20, status: paid, deliverable: {approved: 2026-02-10},
     invoice: {number: N-2, amount: 20, sent: 2026-10-13, paid: true}}
"""
SETTINGS = "format: 1\nname: Studio\ncurrency: EUR\npayment_terms: 30\n"
FOLLOWED = """() => [...document.querySelectorAll("main a data")].map(data =>
  [data.value, data.dataset.currency, data.closest("a").getAttribute("href")])"""
UNLINKED = """() => [...document.querySelectorAll("main data")].filter(data => {
  if (!data.checkVisibility() || Number(data.value) === 0 || data.closest("a, .records, .agreement, tfoot")) { return false; }
  const row = data.closest("tr");
  return !row || !row.querySelector("a[href]");
}).map(data => data.dataset.currency + " " + data.value + " " + data.closest("section, article, table, main").className)"""
LANDED = """() => [...document.querySelectorAll("table.register tfoot tr")].filter(row => row.offsetParent).map(row => {
  const data = row.querySelector(".asked data"); return [row.dataset.currency, data ? data.value : null]; })"""
ARRIVED = """() => { const form = [...document.querySelectorAll("form.filter")].find(one => one.checkVisibility());
  const wanted = new URLSearchParams(location.hash.slice(1));
  return form && [...form.elements].every(field => !field.name || field.value === (wanted.get(field.name) || ""))
    && (wanted.has("verb") || document.querySelector(".asked")); }"""
PROJECTS = """() => [...document.querySelectorAll("table.projects tbody tr")].filter(row => row.offsetParent).map(row =>
  { const data = row.querySelector(".asked data"); return [data.dataset.currency, data.value]; })"""
TASKS = """() => [...document.querySelectorAll("table.tasks tbody tr")].filter(row => row.offsetParent).map(row => {
  const found = [...row.querySelectorAll("data")].filter(data => data.offsetParent);
  return [row.matches(".verb"), found.map(data => [data.dataset.currency, data.value])]; })"""
SHOWN = """() => [...document.querySelectorAll("table.register tbody tr[data-state]")].filter(row => row.offsetParent).map(row =>
  [row.querySelector("th a").textContent, row.querySelector(".asked data")?.value])"""


@pytest.fixture(scope="module", params=["example", "parts"])
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    base = tmp_path_factory.mktemp(request.param)
    folder = ROOT / "example-workspace"
    if request.param == "parts":
        folder = write_tree(
            base / "work",
            {
                "mtrack.yaml": SETTINGS,
                "states/milestones.yaml": STATES,
                "refund/milestones.yaml": REFUND,
                "nameless/milestones.yaml": NAMELESS,
            },
        )
    for where in (("-o", base / "out"), ("--single-file", base / "one.html")):
        result = mtrack("report", folder, *where, "--as-of", DAY)
        assert result.code == 0, result.err
    return request.param, base


def links_of(page: Page) -> list[tuple[str, str, str]]:
    """The amounts of a page that lead to the register: value, currency, address."""
    return [
        (value, code, href) for value, code, href in page.evaluate(FOLLOWED) if "invoices" in href and "part=" in href
    ]


def check_projects(page: Page, value: str, currency: str, address: str) -> None:
    """Go to the address of a list of projects: what each adds is shown, and sums to the amount."""
    page.evaluate("address => { location.href = address; }", address)
    page.wait_for_function(ARRIVED)
    rows = page.evaluate(PROJECTS)
    assert {code for code, _ in rows} == {currency}, address
    assert sum(Decimal(amount) for _, amount in rows) == Decimal(value), address
    assert page.locator("form.filter:visible output").inner_text().count(currency) == 1


def check_tasks(page: Page, value: str, currency: str, address: str) -> None:
    """Go to the address of the tasks of a verb: their sum, under one head that says it, is the amount."""
    page.evaluate("address => { location.href = address; }", address)
    page.wait_for_function(ARRIVED)
    (first, *rows) = page.evaluate(TASKS)
    assert first == [True, [[currency, value]]], address
    assert not any(is_head for is_head, _ in rows), address
    amounts = [amount for _, found in rows for amount in found]
    assert {code for code, _ in amounts} == {currency}, address
    assert sum(Decimal(amount) for _, amount in amounts) == Decimal(value), address


def check(page: Page, value: str, currency: str, address: str) -> None:
    """Go to the address: what is shown there sums to the amount, row by row too."""
    page.evaluate("address => { location.href = address; }", address)
    page.wait_for_function(ARRIVED)
    ((code, found),) = page.evaluate(LANDED)
    assert (code, Decimal(found)) == (currency, Decimal(value)), address
    rows = page.evaluate(SHOWN)
    assert all(amount is not None and Decimal(amount) for _, amount in rows), address
    assert sum(Decimal(amount) for _, amount in rows) == Decimal(value), address


def test_every_amount_is_found_again_where_its_link_leads(browser: Browser, report: tuple[str, Path]) -> None:
    name, base = report
    site = base / "out"
    pages = [site / "index.html", site / "clients.html", *sorted(site.glob("client-*.html"))]
    pages += sorted(site.glob("projects/*.html"))
    seen: dict[tuple[str, str, str], None] = {}
    with Visit(browser) as visit:
        for path in pages:
            page = visit.open(path.as_uri())
            seen |= dict.fromkeys((value, code, href.removeprefix("../")) for value, code, href in links_of(page))
        assert any("-statement" in path.name for path in pages)
        page = visit.open((site / "invoices.html").as_uri())
        for value, code, href in seen:
            check(page, value, code, (site / href.partition("#")[0]).as_uri() + "#" + href.partition("#")[2])
        assert visit.messages == []
    if name == "parts":
        asked = {word for _, _, href in seen for word in href.partition("part=")[2].partition("&")[0].split("+")}
        assert set(FIXED) <= asked
        assert {"due-late", "due-2026-11", "received-2026-11"} <= asked


def test_every_amount_that_is_not_billed_is_found_again_among_the_projects(
    browser: Browser, report: tuple[str, Path]
) -> None:
    name, base = report
    site = base / "out"
    with Visit(browser) as visit:
        seen: dict[tuple[str, str, str], None] = {}
        for path in (site / "index.html", site / "clients.html", *site.glob("client-*.html")):
            page = visit.open(path.as_uri())
            seen |= {(value, code, href): None for value, code, href in page.evaluate(FOLLOWED) if "has=" in href}
        page = visit.open((site / "clients.html").as_uri())
        for value, code, href in seen:
            check_projects(page, value, code, f"{site.as_uri()}/{href}")
        asked = {word for _, _, href in seen for word in href.partition("has=")[2].partition("&")[0].split("+")}
        assert {"agreed", "unbilled", "cash"} <= asked
        if name == "parts":
            assert any("client=statesman" in href and "has=unbilled" in href for _, _, href in seen)
            assert {"to_bill", "on_hold", "ahead", "cash-undated"} <= asked
        assert visit.messages == []


def test_the_sum_of_a_group_of_tasks_leads_to_them(browser: Browser, report: tuple[str, Path]) -> None:
    _, base = report
    site = base / "out"
    with Visit(browser) as visit:
        seen: dict[tuple[str, str, str], None] = {}
        for path in (site / "index.html", site / "tasks.html", *site.glob("projects/*.html")):
            page = visit.open(path.as_uri())
            found = [one for one in page.evaluate(FOLLOWED) if "tasks.html#" in one[2]]
            seen |= {(value, code, href.removeprefix("../")): None for value, code, href in found}
        assert any("project=" in href for _, _, href in seen)
        for value, code, href in seen:
            check_tasks(page, value, code, f"{site.as_uri()}/{href}")
        page.get_by_role("button", name="show all").first.click()
        whole = page.evaluate(TASKS)
        assert whole == visit.open((site / "tasks.html").as_uri()).evaluate(TASKS)
        assert visit.messages == []


@pytest.mark.parametrize("report", ["example"], indirect=True)
def test_no_amount_leads_nowhere(browser: Browser, report: tuple[str, Path]) -> None:
    _, base = report
    lost: dict[str, Any] = {}
    with Visit(browser) as visit:
        for path in sorted((base / "out").rglob("*.html")):
            page = visit.open(path.as_uri())
            page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true; })")
            if found := page.evaluate(UNLINKED):
                lost[path.name] = found
    assert lost == {}


@pytest.mark.parametrize("report", ["example"], indirect=True)
def test_the_year_above_the_charts_is_that_of_its_invoices(browser: Browser, report: tuple[str, Path]) -> None:
    _, base = report
    with Visit(browser) as visit:
        page = visit.open((base / "out/index.html").as_uri())
        hrefs = page.locator("figcaption a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
        assert {href.rpartition("part=")[2] for href in hrefs} == {"billed-span", "received-span", "undated-span"}
        page.locator("figcaption a").first.click()
        page.wait_for_url("**/invoices.html#*part=billed-span")
        assert "billed, last 12 months EUR" in page.locator("form.filter output").inner_text()


@pytest.mark.parametrize("report", ["example"], indirect=True)
def test_how_many_findings_are_how_bad_leads_to_them(browser: Browser, report: tuple[str, Path]) -> None:
    _, base = report
    with Visit(browser) as visit:
        page = visit.open((base / "out/findings.html").as_uri())
        tallies = page.locator(".lead a").all_inner_texts()
        assert len(tallies) > 2
        for text in tallies:
            page.locator(".lead a", has_text=text).click()
            number = int(text.split()[0])
            page.wait_for_function(
                "wanted => document.querySelector('output').textContent.startsWith(wanted)", arg=f"{number} of"
            )
            assert page.locator("table.findings tbody tr:visible").count() == number


@pytest.mark.parametrize("report", ["example"], indirect=True)
def test_a_statement_on_paper_leads_to_no_place_on_a_computer(browser: Browser, report: tuple[str, Path]) -> None:
    from pypdf import PdfReader  # noqa: PLC0415

    _, base = report
    with Visit(browser) as visit:
        page = visit.open((base / "out/projects/hooli-app-statement.html").as_uri())
        assert page.locator(".sheet a[href]").count() > 10
        found = [
            note.get_object()["/A"]["/URI"]
            for sheet in PdfReader(BytesIO(page.pdf(format="A4"))).pages
            for note in sheet.get("/Annots", ())
        ]
        assert found
        assert all(address.startswith("mailto:") for address in found)
        assert page.locator(".sheet a[href]").count() > 10, "on the screen they are there again"


def test_the_same_in_a_single_file(browser: Browser, report: tuple[str, Path]) -> None:
    _, base = report
    top = (base / "one.html").as_uri()
    with Visit(browser) as visit:
        page = visit.open(top)
        seen = dict.fromkeys(links_of(page))
        assert len(seen) > 20
        others = [(value, code, href) for value, code, href in page.evaluate(FOLLOWED) if href.startswith("#p-")]
        for value, code, href in list(seen)[::4]:
            assert href.startswith("#p-invoices&")
            check(page, value, code, top + href)
        tasks = [one for one in others if one[2].startswith("#p-tasks&verb=")]
        projects = [one for one in others if one[2].startswith("#p-index&") and "has=" in one[2]]
        assert len(tasks) > 3
        assert len(projects) > 3
        for value, code, href in tasks:
            check_tasks(page, value, code, top + href)
        for value, code, href in projects[::2]:
            check_projects(page, value, code, top + href)
        assert visit.messages == []


@pytest.mark.parametrize("report", ["example"], indirect=True)
def test_what_is_written_off_in_part_is_reached_and_said_in_words(browser: Browser, report: tuple[str, Path]) -> None:
    _, base = report
    with Visit(browser) as visit:
        page = visit.open((base / "out/index.html").as_uri())
        page.locator("[data-sums=EUR] dl:last-child a", has_text="12.00").first.click()
        page.wait_for_url("**/invoices.html#currency=EUR&part=written_off")
        assert page.locator("form.filter output").inner_text() == "1 of 24 · written off EUR\u00a012.00"
        assert page.locator(".register tfoot tr:visible th").inner_text().endswith("written off EUR\u00a012.00")
        page.get_by_label("Amount").select_option("all")
        assert page.locator(".register .asked").count() == 0
    with Visit(browser, script=False) as visit:
        page = visit.open((base / "out/invoices.html").as_uri() + "#part=written_off&currency=EUR")
        assert page.locator(".register tbody tr[data-state]:visible").count() == 24


def test_what_is_not_billed_leads_to_the_projects_that_have_it(browser: Browser, report: tuple[str, Path]) -> None:
    name, base = report
    wanted: dict[str, Any] = {
        "example": (".purse[aria-label=EUR] .k-on_hold a", ["Umbrella intranet"]),
        "parts": (".purse[aria-label=EUR] .k-to_bill a", ["All states"]),
    }
    where, projects = wanted[name]
    with Visit(browser) as visit:
        page = visit.open((base / "out/index.html").as_uri())
        page.locator(where).click()
        page.wait_for_url("**has=*")
        assert page.locator("table.projects tbody tr:visible th a").all_inner_texts() == projects


def test_amounts_of_several_currencies_stand_after_theirs(browser: Browser, report: tuple[str, Path]) -> None:
    with Visit(browser) as visit:
        page = visit.open((report[1] / "out/invoices.html").as_uri())
        for cell in page.locator("table.register td.n:has(data)").all_inner_texts():
            assert cell[:3].isalpha(), cell
            assert cell[:3].isupper(), cell


def test_a_folder_whose_name_is_no_text_leads_to_the_register_too(tmp_path: Path) -> None:
    root = write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\n"})
    record = "project: P\nclient: C\ncurrency: EUR\nmilestones:\n  - {id: M1, name: A, amount: 5.00, status: sent, invoice: {number: R-1, amount: 5.00, sent: 2026-01-05}}\n"
    os.makedirs(os.fsencode(root) + b"/zo\xeb")
    with open(os.fsencode(root) + b"/zo\xeb/milestones.yaml", "w", encoding="utf-8") as file:
        file.write(record)
    done = mtrack("report", root, "-o", tmp_path / "out", "--as-of", "2026-11-22")
    assert (done.code, done.err) == (0, "")
    pages = [page.read_text(encoding="utf-8") for page in (tmp_path / "out").rglob("*.html")]
    assert any("project=zo%5Cudceb" in page for page in pages)
    assert any('data-project="zo\\udceb"' in page for page in pages)
