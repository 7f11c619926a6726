"""Every page beside the command whose view it shows: tasks, cash, clients, a client, statements, findings."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from support import ROOT, mtrack
from test_browser import CHROMIUM, DAY, Visit, browser, figures, site

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

__all__ = ["browser", "site"]
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here"),
    pytest.mark.xdist_group("browser"),
]
Sums = dict[tuple[str, str], Decimal]
AMOUNTS = "items => items.map(item => [item.value, item.dataset.currency])"


def command(*words: str) -> Any:
    return json.loads(mtrack(*words, ROOT / "example-workspace", "--format", "json", "--as-of", DAY).out)


def decimals(found: dict[tuple[str, str], str]) -> Sums:
    return {key: Decimal(value) for key, value in found.items() if Decimal(value)}


def amounts(page: Page, selector: str) -> list[list[str]]:
    return list(page.locator(selector).evaluate_all(AMOUNTS))


def test_tasks_are_those_of_next(browser: Browser, site: Path) -> None:
    data = command("next")
    wanted = [[item["amount"], item["currency"]] for item in data["items"] if item["amount"] is not None]
    with Visit(browser) as visit:
        page = visit.open((site / "tasks.html").as_uri())
        assert amounts(page, ".tasks tbody tr:not(.verb) td.n data") == wanted
        assert page.locator(".tasks tbody tr:not(.verb)").count() == len(data["items"])
        for verb, sums in data["sums"].items():
            shown = amounts(page, f".tasks .v-{verb} .of data")
            assert {currency: value for value, currency in shown} == sums


def test_cash_expected_is_that_of_forecast(browser: Browser, site: Path) -> None:
    wanted: dict[str, Sums] = defaultdict(lambda: defaultdict(Decimal))
    for item in command("forecast")["items"]:
        month = "undated" if item["day"] is None else item["day"][:7]
        place = item["band"] if item["band"] in ("retained", "disputed") else "late" if item["late"] else month
        wanted[item["currency"]][f"cash-{place}", item["currency"]] += Decimal(item["amount"])
    with Visit(browser) as visit:
        page = visit.open((site / "index.html").as_uri())
        assert {row.get_attribute("data-cash") for row in page.locator("tr[data-cash]").all()} == set(wanted)
        for currency, sums in wanted.items():
            assert decimals(figures(page, f"tr[data-cash={currency}] td:not(.total)")) == sums
            assert amounts(page, f"tr[data-cash={currency}] .total data") == [[f"{sum(sums.values())}", currency]]


def test_what_is_on_hold_is_not_drawn_as_to_be_billed(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        page = visit.open((site / "index.html").as_uri())
        assert page.locator("tr[data-cash=EUR] rect.s-on_hold").count() == 1
        assert page.locator("tr[data-cash=EUR] rect.s-to_bill").count() == 0
        assert page.locator("tr[data-cash=CHF] rect.s-to_bill").count() == 1
        assert "to be billed, on hold, planned" in page.locator("section:has(tr[data-cash]) .sub").inner_text()
    text = mtrack("forecast", ROOT / "example-workspace", "--as-of", DAY).out
    (line,) = (line for line in text.splitlines() if "Umbrella intranet" in line and "6,500.00" in line)
    assert "to be billed, on hold" in line


def test_clients_are_the_sums_of_their_projects(browser: Browser, site: Path) -> None:
    names = ("agreed", "billed", "unbilled", "outstanding", "overdue")
    wanted: dict[str, Sums] = defaultdict(lambda: defaultdict(Decimal))
    for project in command("status")["projects"]:
        for name in names:
            if value := Decimal(project["totals"][name]):
                wanted[project["client"] or "no client named"][name, project["currency"]] += value
    with Visit(browser) as visit:
        page = visit.open((site / "clients.html").as_uri())
        shown: dict[str, Sums] = defaultdict(dict)
        for row in page.locator("table.clients tbody tr").all():
            head = row.locator("th").inner_text().split("\n")[0].removesuffix(" 1 project").strip()
            shown[head].update(decimals(dict(figures_of(row))))
        assert shown == wanted
        for path in site.glob("client-*.html"):
            page = visit.open(path.as_uri())
            assert decimals(figures(page, "table.clients")) == wanted[page.locator("h1").inner_text()]


def figures_of(row: Any) -> list[tuple[tuple[str, str], str]]:
    found = row.locator("data[data-figure]").evaluate_all(
        "items => items.map(item => [item.dataset.figure, item.dataset.currency, item.value])"
    )
    return [((name, currency), value) for name, currency, value in found]


def test_statements_are_those_of_status(browser: Browser, site: Path) -> None:
    with Visit(browser) as visit:
        for project in command("status")["projects"]:
            page = visit.open((site / f"projects/{project['path']}-statement.html").as_uri())
            code, totals = project["currency"], project["totals"]
            shown = figures(page, ".summary")
            same = {"agreed": "agreed", "billed": "billed", "settled": "settled", "outstanding": "outstanding"}
            assert {name: shown[name, code] for name in same} == {name: totals[of] for name, of in same.items()}
            assert Decimal(shown["gross", code]) == Decimal(totals["settled"]) + Decimal(totals["outstanding"])
            due = Decimal(shown["due", code])
            assert Decimal(shown.get(("overdue", code), due)) == Decimal(totals["overdue"])
            parts = ("later", "disputed", "retained")
            assert due + sum(Decimal(shown.get((name, code), 0)) for name in parts) == Decimal(totals["outstanding"])
            lines = page.locator(".lines tbody tr").all()
            counted = [item for item in project["milestones"] if item["status"] != "cancelled"]
            assert len(lines) == len(counted)
            for line, milestone in zip(lines, counted, strict=True):
                found = dict(figures_of(line))
                assert found["agreed", code] == milestone["agreed"]
                assert found.get(("billed", code), "0") == (
                    milestone["billed"] if Decimal(milestone["billed"]) else "0"
                )


def test_what_is_at_stake_is_that_of_lint(browser: Browser, site: Path) -> None:
    found = command("lint", "--ignore", "agreement-differs")["findings"]  # the papers stand on the project's page
    wanted = sorted([item["amount"], item["currency"]] for item in found if item["amount"] is not None)
    with Visit(browser) as visit:
        page = visit.open((site / "findings.html").as_uri())
        assert sorted(amounts(page, "table.findings td.n data")) == wanted
        words = page.locator("table.findings tbody tr td:first-child").all_inner_texts()
        order = ["error", "warning", "info", "waived"]
        assert [order.index(word) for word in words] == sorted(
            order.index("waived" if item["waived"] else item["severity"]) for item in found
        ), "the most severe first"
