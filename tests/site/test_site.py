from __future__ import annotations

import html
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import urlopen

import html5lib
import pytest
from changes import RECORDS
from hostile import SCRIPT, write_hostile
from hypothesis import given
from hypothesis import strategies as st
from support import AS_OF, ROOT, add_evidence, lint_json, mtrack, write_tree

from mtrack import characters, git
from mtrack.check.pipeline import check
from mtrack.check.report import Selection
from mtrack.check.workspace import open_workspace
from mtrack.figures.states import STATES, States
from mtrack.record.model import number_sort_key
from mtrack.render.registers import invoices_csv
from mtrack.render.wording import Wording
from mtrack.rules import RULES
from mtrack.site.charts import small_bars, state_bar
from mtrack.site.filters import Filters
from mtrack.site.links import client_page_of, page_of
from mtrack.views.overview import Overview, overview
from mtrack.views.progress import Progress
from mtrack.views.registers import invoices
from mtrack.views.summary import project_summary

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = write_tree(
        tmp_path / "studio",
        {
            "mtrack.yaml": "format: 1\nname: Studio\n",
            "one/milestones.yaml": RECORDS.format(name="One", number="A-1"),
            "two/milestones.yaml": RECORDS.format(name="Two", number="B-1"),
        },
    )
    add_evidence(root)
    return root


def report(root: Path, out: Path, *more: str) -> int:
    result = mtrack("report", root, "-o", out, "--as-of", AS_OF.isoformat(), *more)
    assert result.code in (0, 1), result.err
    return result.code


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_search_takes_the_same_dashes_for_one() -> None:
    written = re.search(r"DASHES = /\[(.*)\]/gu", (ROOT / "templates/site/report.js").read_text())
    assert written is not None
    found = re.sub(r"\\u\{?([0-9a-f]{4,5})\}?", lambda match: chr(int(match[1], 16)), written[1])
    assert found == characters.DASHES


def test_the_site_has_its_pages_and_nothing_else(tree: Path, tmp_path: Path) -> None:
    assert report(tree, tmp_path / "out") == 0
    assert sorted(files(tmp_path / "out")) == [
        client_page_of("Acme GmbH"), "clients.html", "findings.html", "index.html", "invoices.csv", "invoices.html",
        "projects/one-statement.html", "projects/one.html", "projects/two-statement.html", "projects/two.html",
        "report.css", "report.js", "search.js", "tasks.html",
    ]  # fmt: skip


def test_the_same_tree_gives_the_same_bytes(tree: Path, tmp_path: Path) -> None:
    report(tree, tmp_path / "out")
    first = files(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    report(tree, tmp_path / "out")
    assert files(tmp_path / "out") == first


def test_only_changed_pages_are_written_again(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report(tree, out)
    for path in out.rglob("*.*"):
        os.utime(path, (1, 1))
    report(tree, out)
    assert {path.stat().st_mtime for path in out.rglob("*.html")} == {1}
    (tree / "two/milestones.yaml").write_text(RECORDS.format(name="Second", number="B-1"), encoding="utf-8")
    report(tree, out)
    changed = {path.relative_to(out).as_posix() for path in out.rglob("*.html") if path.stat().st_mtime != 1}
    assert "projects/two.html" in changed
    assert "projects/one.html" not in changed
    assert "Second" in (out / "index.html").read_text(encoding="utf-8")


def test_what_a_page_depends_on_makes_it_again(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report(tree, out)
    assert 'href="../../studio/one/invoices/A-1.pdf"' in (out / "projects/one.html").read_text(encoding="utf-8")
    (tree / "one/invoices/A-1.pdf").unlink()
    report(tree, out)
    page = (out / "projects/one.html").read_text(encoding="utf-8")
    assert "A-1.pdf</bdi></a>" not in page
    assert "attachment-missing" in page


def test_every_row_stands_on_the_page_that_filters_it(tmp_path: Path) -> None:
    report(ROOT / "example-workspace", tmp_path / "out", "--as-of", "2026-11-22")
    view = example()
    text = (tmp_path / "out/invoices.html").read_text(encoding="utf-8")
    assert len(re.findall(r"<tr data-state=", text)) == len(view.register)
    assert len(re.findall(r'class="hole"', text)) == 1, "a hole is no invoice"
    assert f'all <span class="count">{len(view.register)}</span>' in text
    table = invoices(open_workspace(str(ROOT / "example-workspace"), date(2026, 11, 22)), Selection())
    assert (tmp_path / "out/invoices.csv").read_bytes().decode() == invoices_csv(table.rows)


def test_pages_of_gone_projects_are_removed(tree: Path, tmp_path: Path) -> None:
    report(tree, tmp_path / "out")
    (tmp_path / "out/notes.txt").write_text("mine", encoding="utf-8")
    shutil.rmtree(tree / "two")
    report(tree, tmp_path / "out")
    left = files(tmp_path / "out")
    assert "projects/two.html" not in left
    assert left["notes.txt"] == b"mine"


def test_a_run_that_ends_early_knows_its_pages_the_next_time(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    report(tree, out)
    write_tree(tree, {"templates/site/project.html.j2": "{{ nothing }}", "templates/other.html.j2": "one"})
    assert mtrack("report", tree, "-o", out, "--as-of", AS_OF.isoformat(), "--templates").code == 3
    shutil.rmtree(tree / "two")
    write_tree(tree, {"templates/site/project.html.j2": "{% include 'other.html.j2' %}"})
    report(tree, out, "--templates")
    assert not (out / "projects/two.html").exists()
    assert (out / "projects/one.html").read_text(encoding="utf-8") == "one"
    write_tree(tree, {"templates/other.html.j2": "another"})
    report(tree, out, "--templates")
    assert (out / "projects/one.html").read_text(encoding="utf-8") == "another"


def test_a_folder_of_others_is_left_alone(tree: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_tree(out, {"index.html": "mine"})
    result = mtrack("report", tree, "-o", out, "--as-of", AS_OF.isoformat())
    assert result.code == 2
    assert "is not empty and mtrack did not make it" in result.err
    assert files(out) == {"index.html": b"mine"}


@pytest.mark.parametrize("place", ["studio/one/report", "studio/one/invoices", "studio", "."])
def test_records_are_not_written_over(tree: Path, tmp_path: Path, place: str) -> None:
    before = files(tree)
    result = mtrack("report", tree, "-o", tmp_path / place, "--as-of", AS_OF.isoformat())
    assert result.code == 2, result.out
    assert files(tree) == before


def test_the_workspace_is_only_read(tree: Path, tmp_path: Path) -> None:
    before = files(tree)
    report(tree, tmp_path / "out")
    mtrack("report", tree, "--single-file", tmp_path / "one.html", "--as-of", AS_OF.isoformat())
    assert files(tree) == before


def test_a_broken_project_has_a_page_with_its_findings(tree: Path, tmp_path: Path) -> None:
    (tree / "two/milestones.yaml").write_text("project: Two\nmilestones: [\n", encoding="utf-8")
    assert report(tree, tmp_path / "out") == 1
    assert "invalid-yaml" in (tmp_path / "out/projects/two.html").read_text(encoding="utf-8")
    assert "Left out until fixed" in (tmp_path / "out/index.html").read_text(encoding="utf-8")
    for name in ("index", "tasks"):  # what there is to do leads there
        page = (tmp_path / f"out/{name}.html").read_text(encoding="utf-8")
        rows = [row for row in page.split("<tr") if "two/milestones.yaml" in row]
        assert rows, name
        assert all('href="projects/two.html"' in row for row in rows), name


@pytest.mark.parametrize("single", [False, True])
def test_every_page_is_valid_html(tmp_path: Path, single: bool) -> None:  # noqa: FBT001
    write_hostile(tmp_path / "hostile")
    for name, root, as_of in (
        ("example", ROOT / "example-workspace", date(2026, 11, 22)),
        ("hostile", tmp_path / "hostile", AS_OF),
        ("empty", write_tree(tmp_path / "empty", {"mtrack.yaml": "format: 1\n"}), AS_OF),
    ):
        target = tmp_path / name / "site.html" if single else tmp_path / f"out-{name}"
        option = "--single-file" if single else "-o"
        if single:
            target = tmp_path / f"{name}.html"
        result = mtrack("report", root, option, target, "--as-of", as_of.isoformat())
        assert result.code in (0, 1), result.err
        for page in [target] if single else sorted(target.rglob("*.html")):
            html5lib.HTMLParser(strict=True).parse(page.read_text(encoding="utf-8"))


def test_links_lead_somewhere(tmp_path: Path) -> None:
    write_hostile(tmp_path / "hostile")
    for root, as_of in ((ROOT / "example-workspace", "2026-11-22"), (tmp_path / "hostile", AS_OF.isoformat())):
        out = tmp_path / f"out-{root.name}"
        mtrack("report", root, "-o", out, "--as-of", as_of)
        pages = {page: page.read_text(encoding="utf-8") for page in out.rglob("*.html")}
        assert pages
        for page, text in pages.items():
            ids = re.findall(r'\bid="([^"]*)"', text)
            assert len(ids) == len(set(ids)), page
            for href in re.findall(r'<a [^>]*href="([^"]*)"', text):
                parts = urlsplit(href.replace("&amp;", "&").replace("&#39;", "'"))
                if parts.scheme:
                    assert re.fullmatch(r"mailto:[A-Za-z0-9@._%+-]+", href), href
                    continue
                target = page if not parts.path else (page.parent / unquote(parts.path)).resolve()
                assert target.is_file(), href
                if "=" in parts.fragment:
                    assert 'class="filter"' in target.read_text(encoding="utf-8"), href
                elif parts.fragment:
                    assert f'id="{parts.fragment}"' in target.read_text(encoding="utf-8"), href


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    write_hostile(tmp_path / "hostile")
    report(tmp_path / "hostile", tmp_path / "out")
    for page in (tmp_path / "out").rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert SCRIPT not in text
        assert len(re.findall("<script", text)) == 1
        assert not re.search("[\u202a-\u202e\u2066-\u2069]", text)
        assert 'href="javascript' not in text
        assert "49{%" not in text


def test_a_single_file_holds_every_page(tree: Path, tmp_path: Path) -> None:
    result = mtrack("report", tree, "--single-file", tmp_path / "all.html", "--as-of", AS_OF.isoformat())
    assert result.code == 0
    text = (tmp_path / "all.html").read_text(encoding="utf-8")
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))
    for href in re.findall(r'href="#([^"]*)"', text):
        assert href.split("&")[0] in ids
    assert 'id="p-projects-one"' in text
    assert 'href="studio/one/invoices/A-1.pdf"' in text
    assert not re.search(r'(src|href)="(https?:|report\.)', text)


def test_a_single_file_is_not_written_over_records(tree: Path) -> None:
    before = files(tree)
    for target in ("mtrack.yaml", "one/milestones.yaml", "one/report.html", "one/invoices/A-1.html"):
        assert mtrack("report", tree, "--single-file", tree / target, "--as-of", AS_OF.isoformat()).code == 2, target
    assert files(tree) == before


def test_every_gap_and_overlap_has_a_next_step() -> None:
    assert [rule.name for rule in RULES.values() if bool(rule.next_step) != (rule.category in ("gap", "overlap"))] == []


def test_folders_never_share_a_page() -> None:
    folders = ["a", "A", "a/b", "a-b", "a.b", "a_b", ".", "ä", "a b", "a  b", "a" * 300, "a" * 301, "..a", "con"]
    pages = [page_of(folder) for folder in folders]
    assert len({page.lower() for page in pages}) == len(folders)
    assert all(re.fullmatch(r"projects/[a-z0-9._-]+\.html", page) and len(page) < 120 for page in pages)


def test_the_commit_is_shown_and_git_is_only_read(tree: Path, tmp_path: Path) -> None:
    assert git.head(str(tree)) is None
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for command in (
        ["init", "-q"],
        ["add", "."],
        ["-c", "user.name=x", "-c", "user.email=x@example.org", "commit", "-q", "-m", "x"],
    ):
        subprocess.run(["git", "-C", tree, *command], check=True, env=environment)
    head = git.head(str(tree))
    assert head
    before = files(tree)
    report(tree, tmp_path / "out")
    assert files(tree) == before
    assert f"<code>{head}</code>" in (tmp_path / "out/index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["aging", "forecast"])
def test_cash_commands_say_the_same_in_every_format(tree: Path, command: str) -> None:
    results = {
        name: mtrack(command, tree, "--format", name, "--as-of", "2026-04-01") for name in ("text", "json", "csv", "md")
    }
    assert all(result.code == 0 for result in results.values())
    for name, result in results.items():
        assert ("8,000.00" if name in ("text", "md") else "4000.00") in result.out
    data = json.loads(results["json"].out)
    if command == "aging":
        assert data["buckets"]["EUR"]["1-30"] == "8000.00"
        assert [item["days"] for item in data["invoices"]] == [27, 27]
    else:
        assert data["months"]["EUR"][0] == {
            "month": "2026-04",
            "certain": "8000.00",
            "billable": "0.00",
            "planned": "0.00",
            "retained": "0.00",
            "disputed": "0.00",
        }


def test_nothing_outstanding_says_so(tmp_path: Path) -> None:
    root = write_tree(tmp_path, {"mtrack.yaml": "format: 1\n"})
    assert "nothing is outstanding" in mtrack("aging", root).out
    assert "nothing is expected" in mtrack("forecast", root).out


def test_serve_says_where_and_ends_on_ctrl_c(tree: Path) -> None:
    before = files(tree)
    command = [sys.executable, "-m", "mtrack", "serve", str(tree), "--port", "0", "--as-of", AS_OF.isoformat()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        assert process.stderr
        line = process.stdout.readline()
        try:
            match = re.match(r"http://127\.0\.0\.1:[0-9]+/index\.html", line)
            assert match, line + process.stderr.read()
            with urlopen(match[0], timeout=20) as answer:  # noqa: S310  (our own address)
                assert b"<title>Overview" in answer.read()
        finally:
            process.send_signal(signal.SIGINT)
            code = process.wait(timeout=20)
        assert code == 0
        assert "Traceback" not in process.stderr.read()
    assert files(tree) == before


AMOUNTS = st.decimals(0, 10**18, places=2)


@given(st.lists(AMOUNTS, min_size=len(STATES), max_size=len(STATES)), AMOUNTS)
def test_bars_fill_their_width_and_no_more(parts: list[Decimal], over: Decimal) -> None:
    states = States(*parts)
    over = min(over, states.billed)
    agreed = sum(parts, Decimal()) - over
    progress = Progress(agreed=agreed, approved=min(agreed, states.paid), overbilled=over, states=states)
    widths = [
        Decimal(width)
        for width in re.findall(rf'class="s-(?:{"|".join(STATES)})"[^>]* width="([0-9.]+)%"', state_bar(progress))
    ]
    assert sum(widths, Decimal()) == (100 if any(parts) else 0)
    for picture in (state_bar(progress), small_bars(progress)):
        for start, width in re.findall(r' x="([0-9.]+)%" y="[0-9.]+" width="([0-9.]+)%"', picture):
            assert Decimal(start) + Decimal(width) <= 100


@pytest.mark.parametrize(
    ("locale", "written"),
    [
        ("en", "1,234,567,890.50"),
        ("de_CH", "1'234'567'890.50"),
        ("it_CH", "1'234'567'890.50"),
        ("fr_CH", "1'234'567'890,50"),
        ("de_DE", "1.234.567.890,50"),
        ("hi_IN", "1,23,45,67,890.50"),
    ],
)
def test_digits_are_grouped_by_the_signs_of_the_locale(locale: str, written: str) -> None:
    amount = Decimal("1234567890.5")
    assert Wording(locale).number(amount, 2).replace("\u2019", "'") == written
    assert Wording(locale).number(-amount, 2).replace("\u2019", "'") == f"-{written}"
    assert Wording(locale).number(Decimal("123456.25"), 2).replace("\u2019", "'").endswith(written[-3:-2] + "25")


def test_arabic_dates_hold_no_marks_that_turn_them() -> None:
    for day in (date(2026, 11, 22), date(2026, 1, 3)):
        for text in (Wording("ar_EG").day(day), Wording("ar").month(day), Wording("he_IL").day(day)):
            assert not re.search("[\u200e\u200f\u061c]", text)
    assert Wording("ar_EG").day(date(2026, 11, 22)) == "22/11/2026"


def test_amounts_are_written_alike_by_the_fast_way_and_by_the_locale() -> None:
    for locale in ("en", "de_DE", "de_CH", "fr_FR", "es_ES", "pl_PL", "sv_SE", "hi_IN", "ar_EG", "ja_JP", "pt_PT"):
        wording = Wording(locale)
        for text in ("0", "7", "999.99", "1000", "1234.5", "12345.67", "123456.78", "1234567.891", "9" * 18):
            amount = Decimal(text)
            exact = amount.quantize(Decimal(f"1e-{max(2, -int(amount.as_tuple().exponent))}"))
            assert wording.number(amount, 2) == wording._by_pattern(exact), (locale, text)  # noqa: SLF001


def example() -> Overview:
    workspace = open_workspace(str(ROOT / "example-workspace"), date(2026, 11, 22))
    checked = check(workspace, summarize=project_summary)
    return overview(workspace.settings, checked.report, checked.summaries)


def test_months_hold_what_was_sent_and_paid() -> None:
    view = example()
    assert [month.first for month in view.months["EUR"]][:2] == [date(2025, 12, 1), date(2026, 1, 1)]
    assert all(len(entries) == 12 for entries in view.months.values())
    usd = {month.first.isoformat()[:7]: (month.billed, month.received) for month in view.months["USD"]}
    assert usd["2026-06"] == (Decimal(9000), Decimal(8975))
    assert sum(billed for billed, _ in usd.values()) == 60_000


def test_the_register_shows_holes_and_every_number() -> None:
    lines = example().register
    assert len(lines) == sum(len(item.invoices) for item in example().projects) > 0
    assert [line.invoice.number for line in lines if line.hole] == ["INV-2026-011"]
    assert [line.invoice.number for line in lines if line.invoice.state == "void"] == ["INV-2026-001"]
    numbers = [line.invoice.number for line in lines]
    assert numbers == sorted(numbers)
    assert sorted(["INV-10", "INV-9", "INV-010", "X"], key=number_sort_key) == ["INV-9", "INV-10", "INV-010", "X"]


def test_messages_write_amounts_and_days_as_the_locale_does_but_for_what_a_file_says() -> None:
    filters = Filters("de_DE")
    said = "EUR -1,234.50 since 2026-02-03, 'Beta EUR 5.00 of 2026-01-01' and `due: 2026-01-02`, EUR 1.2.3"
    told = re.sub("<[^>]+>", "", html.unescape(str(filters.told(said)))).replace("\u00a0", " ")
    assert told == "−1.234,50 EUR since 03.02.2026, 'Beta EUR 5.00 of 2026-01-01' and due: 2026-01-02, EUR 1.2.3"
    assert "2026-02-03" in str(filters.prose(said))
    assert "it's 03.02.2026" in re.sub("<[^>]+>", "", html.unescape(str(filters.told("it's 2026-02-03, isn't it"))))


def test_a_finding_about_the_record_says_how_a_file_writes_a_day(tmp_path: Path) -> None:
    write_tree(
        tmp_path,
        {
            "mtrack.yaml": "format: 1\nlocale: de_DE\n",
            "p/milestones.yaml": "project: P\ncurrency: EUR\nclosed: 31.1.2026\nmilestones:\n  - {id: M1, name: A, amount: 1, status: paid}\n",
        },
    )
    mtrack("report", tmp_path, "-o", tmp_path / "out", "--as-of", "2026-11-22")
    text = re.sub("<[^>]+>", "", (tmp_path / "out/findings.html").read_text(encoding="utf-8"))
    (said,) = {finding["message"] for finding in lint_json(tmp_path)["findings"] if finding["rule"] == "schema"}
    assert "31.1.2026" in said
    assert said.replace("`", "") in html.unescape(text)
