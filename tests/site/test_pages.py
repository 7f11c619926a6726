"""What the pages say of credit notes, signs, percentages and counts, and what their templates may hold."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import AS_OF, ROOT, mtrack, write_tree

from mtrack.figures.states import STATES, States
from mtrack.site.cells import legend
from mtrack.site.links import client_page_of
from mtrack.views.percentages import percentages
from mtrack.views.progress import Progress

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

PAGE = """project: {name}
{client}currency: EUR
agreement: {{total: 300.00, milestones: 3, amendments: [{{amount: -50.00, milestones: -1}}, {{amount: 50.00, milestones: 1}}]}}
milestones:
  - {{id: M1, name: One, amount: 100.00, deliverable: {{approved: 2026-01-20}}, status: partially_paid}}
  - {{id: M2, name: Two, amount: 100.00, status: not_billed}}
  - {{id: M3, name: Three, amount: 100.00, status: not_billed}}
invoices:
  - number: {name}-1
    amount: 130.00
    tax: 24.70
    sent: 2026-02-03
    lines: [{{milestone: M1, amount: 130.00}}]
    payments: [{{date: 2026-02-05, amount: 10.00}}]
  - {{number: {name}-2, credits: {name}-1, amount: 20.00, tax: 3.80, sent: 2026-02-04, lines: [{{milestone: M1, amount: 20.00}}]}}
"""


def report(root: Path, out: Path) -> None:
    assert mtrack("report", root, "-o", out, "--as-of", AS_OF.isoformat()).code in (0, 1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("work")
    for name, client in (("one", "client: Acme\n"), ("two", ""), ("three", "client: Acme\n")):
        write_tree(root, {f"{name}/milestones.yaml": PAGE.format(name=name, client=client)})
    out: Path = tmp_path_factory.mktemp("site") / "out"
    report(root, out)
    return out


def page(site: Path, name: str) -> Element:
    return html5lib.parse((site / name).read_text(encoding="utf-8"), namespaceHTMLElements=False)


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def test_the_row_of_a_credit_note_is_negative_and_says_credits(site: Path) -> None:
    invoices = next(
        item for item in page(site, "projects/one.html").iter("table") if item.get("class") == "records invoices"
    )
    row = next(row for row in invoices.iter("tr") if words(row).startswith("one-2"))
    figures = {str(item.get("data-figure")): words(item) for item in row.iter("data")}
    assert figures == {"net": "−20.00", "tax": "−3.80", "gross": "−23.80", "settled": "−23.80"}
    assert words(next(row.iter("th"))) == "one-2 credits M1"
    bill = next(row for row in invoices.iter("tr") if words(row).startswith("one-1"))
    assert words(next(bill.iter("th"))) == "one-1 bills M1"


def test_every_minus_is_the_true_one(site: Path) -> None:
    for path in site.rglob("*.html"):
        text = words(page(site, path.relative_to(site).as_posix()))
        assert not re.search(r"(?<![\w.:-])-[0-9]", text), path.name
    assert "−50.00" in words(page(site, "projects/one.html"))
    assert 'data value="-50.00"' in (site / "projects/one.html").read_text(encoding="utf-8")


def test_a_client_that_is_not_named_is_none(site: Path) -> None:
    table = next(item for item in page(site, "clients.html").iter("tbody"))
    assert [words(next(row.iter("th"))) for row in table.iter("tr")] == ["Acme 2 projects", "no client named 1 project"]
    assert [path.name for path in site.glob("client-*.html")] == [client_page_of("Acme")]


AMOUNTS = st.decimals(0, 10**18, places=2)


@given(parts=st.lists(AMOUNTS, min_size=1, max_size=5))
def test_percentages_shown_together_sum_to_100(parts: list[Decimal]) -> None:
    whole = sum(parts, Decimal())
    percents = percentages(parts)
    assert sum(percents) == (100 if whole else 0)
    for part, percent in zip(parts, percents, strict=True):
        assert not whole or abs(part * 100 / whole - percent) < 1


def test_the_percentages_of_a_bar_sum_to_100() -> None:
    third = Decimal(1)
    bar = legend(Progress(agreed=Decimal(3), states=States(paid=third, overdue=third, ahead=third)), {})
    assert [part.state for part in bar.parts] == list(STATES)
    assert [part.percent for part in bar.parts] == ["34 %", None, None, "33 %", None, None, "33 %"]
    over = legend(Progress(agreed=Decimal(100), states=States(paid=Decimal(125)), overbilled=Decimal(25)), {})
    assert over.parts[0].percent == "100 %", "of the bar, which is as long as what is billed"
    assert percentages([Decimal(0), Decimal(0)]) == (Decimal(0), Decimal(0))


def test_the_markdown_summary_counts_every_project(tmp_path: Path) -> None:
    record = "project: P\ncurrency: EUR\nmilestones: [{id: M1, name: A, amount: 1.00, status: not_billed}]\n"
    write_tree(tmp_path, {f"p{i:02}/milestones.yaml": record for i in range(45)})
    text = mtrack("report", tmp_path, "--format", "md", "--as-of", AS_OF.isoformat()).out
    assert "45 projects." in text
    assert "5 more projects are left out here" in text


TEMPLATES = sorted((ROOT / "templates").rglob("*.j2"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_compute_nothing_and_stay_readable(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert max(map(len, text.splitlines())) <= 160
    assert "|safe" not in text.replace(" ", "")
    for code in re.findall(r"\{[{%]-?(.*?)-?[%}]\}", text, re.DOTALL):
        bare = re.sub(r'"[^"]*"', '""', code)
        assert not re.search(r"\|\s*(sum|sort|map|select|unique|max|min|format|groupby)\b", bare), code
        assert not re.search(r"[\w)]\s*[-+*/~]\s*[\w(\"]", bare), code
        assert not re.search(r"[<]|\.get\(", bare), code


RETAINED = """project: Tower
currency: EUR
agreement: {file: a.pdf, signed: 2026-01-10, total: 30000.00, milestones: 3, retention: 10}
milestones:
  - id: M1
    name: Frame
    amount: 10000.00
    deliverable: {approved: 2026-01-20}
    invoice: {number: R-1, amount: 10000.00, sent: 2026-01-21, payments: [{date: 2026-02-10, amount: 9000.00}]}
    status: partially_paid
  - {id: M2, name: Walls, amount: 10000.00, deliverable: {approved: 2026-02-01}, invoice: {number: R-2, amount: 10000.00, tax: 1900.00, sent: 2026-02-02}, status: sent}
  - {id: M3, name: Roof, amount: 10000.00, status: not_billed}
"""


def test_what_is_retained_stands_in_brackets(tmp_path: Path) -> None:
    write_tree(tmp_path / "work", {"tower/milestones.yaml": RETAINED})
    report(tmp_path / "work", tmp_path / "out")
    text = (tmp_path / "out/projects/tower.html").read_text(encoding="utf-8")
    assert text.count('<svg class="bracket"') == 2
    assert '<data value="2000.00" data-figure="retained" data-currency="EUR">2,000</data>' in text, (
        "net, as the bars are"
    )
    status = mtrack("status", tmp_path / "work", "--as-of", AS_OF.isoformat()).out
    assert "◐ outstanding 37 %, of which [◐] retained 7 %" in status
    assert re.search("billed  *●+\\[◐?\\]│◐+\\[◐?\\]│", status)
    accepted = RETAINED.replace("name: Roof, amount", "name: Roof, deliverable: {approved: 2026-02-03}, amount")
    write_tree(tmp_path / "work", {"tower/milestones.yaml": accepted})
    report(tmp_path / "work", tmp_path / "out")
    text = (tmp_path / "out/projects/tower.html").read_text(encoding="utf-8")
    assert "bracket" not in text, "it has fallen due"


@pytest.mark.parametrize(
    ("amount", "code", "said"),
    [
        ("10411.2", "EUR", "10,411.20"), ("1200000", "JPY", "1,200,000"), ("5000.5", "JPY", "5,000.5"),
        ("1234.5", "KWD", "1,234.500"), ("9000", "ETH", "9,000.00"), ("9000.000125", "ETH", "9,000.000125"),
    ],
)  # fmt: skip
def test_what_came_in_another_currency_is_written_as_every_amount(
    tmp_path: Path, amount: str, code: str, said: str
) -> None:
    record = f"""project: Abroad
currency: USD
milestones:
  - {{id: M1, name: A, amount: 100.00, deliverable: {{approved: 2026-01-02}}, status: paid, invoice: {{number: A-1, amount: 100.00,
     sent: 2026-01-03, payments: [{{date: 2026-01-09, amount: 100.00, received: {{amount: {amount}, currency: {code}}}}}]}}}}
"""
    write_tree(tmp_path / "work", {"mtrack.yaml": "format: 1\ncurrencies: {ETH: 18}\n", "a/milestones.yaml": record})
    report(tmp_path / "work", tmp_path / "out")
    text = (tmp_path / "out/projects/a.html").read_text(encoding="utf-8")
    assert re.search(
        rf'received as <span class="cash"><abbr class="cur">{code}</abbr>\u00a0<data [^>]*>{re.escape(said)}<', text
    )


def test_a_project_leads_to_the_one_before_and_the_one_after(tmp_path: Path) -> None:
    names = ("a", "b", "c/d")
    files: dict[str, str | bytes] = {
        f"{name}/milestones.yaml": PAGE.format(name=name[0], client="client: Acme\n") for name in names
    }
    write_tree(tmp_path / "work", files | {"b/milestones.yaml": "x: [\n"})
    report(tmp_path / "work", tmp_path / "out")
    turns = {
        name: [
            (link.get("rel"), link.get("href"))
            for link in page(tmp_path / "out", f"projects/{name}.html").findall(".//nav[@class='turn']/a")
        ]
        for name in ("a", "b", "c.d")
    }
    assert turns == {
        "a": [("next", "b.html")],
        "b": [("prev", "a.html"), ("next", "c.d.html")],
        "c.d": [("prev", "b.html")],
    }
    result = mtrack(
        "report", tmp_path / "work", "-o", tmp_path / "acme", "--client", "acme", "--as-of", AS_OF.isoformat()
    )
    assert result.code in (0, 1)
    (link,) = page(tmp_path / "acme", "projects/a.html").findall(".//nav[@class='turn']/a")
    assert (link.get("rel"), link.get("href")) == ("next", "c.d.html"), "b is not there"


def test_a_page_of_broken_records_parts_message_hint_and_place(tmp_path: Path) -> None:
    write_tree(tmp_path / "work", {"a/milestones.yaml": "project: [\n"})
    result = mtrack("report", tmp_path / "work", "-o", tmp_path / "out", "--as-of", AS_OF.isoformat())
    assert result.code == 1
    (told,) = page(tmp_path / "out", "projects/a.html").findall(".//p[@class='finding sev-3']")
    (place,) = told.iter("small")  # on a line of its own
    assert words(place) == "a/milestones.yaml, line 2"
    assert " · " in words(told).removesuffix(words(place))
