"""What the pages show beyond the records: the papers, git's history, what changed, a month's statements, copies; --open."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html import unescape
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote
from urllib.request import urlopen

import click
import pytest
from history.story import Story
from support import ROOT, mtrack
from tools.demo_repository import AGREED, BILLED, PAID

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2026-11-22"
EXAMPLE = ROOT / "example-workspace"


def report(root: Path, out: Path, *more: Any, code: int = 0) -> str:
    result = mtrack("report", root, "-o", out, "--as-of", DAY, *more)
    assert result.code == code, result.err
    return result.err


def text(out: Path, name: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", (out / name).read_text(encoding="utf-8"))))


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """A project that was agreed, billed and paid, a commit each."""
    told = Story(tmp_path / "work")
    for day, records in (("2026-01-12", AGREED), ("2026-02-03", BILLED), ("2026-03-04", PAID)):
        told.commit("Record", day, {"mtrack.yaml": "format: 1\n", "acme/milestones.yaml": records})
    return told


def test_the_papers_stand_beside_the_amounts_with_quote_and_link(tmp_path: Path) -> None:
    report(EXAMPLE, tmp_path / "out")
    page = (tmp_path / "out/projects/hooli-app.html").read_text(encoding="utf-8")
    mark = re.search(
        r'<tr data-milestone="M3">.*?<a class="ev ev-confirmed" href="([^"]*)" title="([^"]*)" aria-label="\2">✓</a>',
        page,
        re.DOTALL,
    )
    assert mark
    assert mark[2] == "confirmed: agreement/master-agreement.pdf, p. 1, l. 7: &#34;3. Design system USD 11,000.00&#34;"
    assert (tmp_path / "out/projects" / unquote(mark[1])).resolve() == (
        EXAMPLE / "hooli-app/agreement/master-agreement.pdf"
    )
    assert '<td class="n"><data value="11000.00" data-figure="net"' in page
    assert page.count('class="ev ev-confirmed"') == 12, "the total, six milestones, five invoices"
    assert page.count('class="ev ev-differs"') + page.count('class="ev ev-not_found"') == 2, (
        "two are swapped in the contract"
    )
    assert (
        len(re.findall(r'class="ev ev-(?:differs|not_found)"[^>]*>▲ (?:paper differs|not in the paper)</a>', page)) == 2
    )


def test_without_verify_no_paper_is_read(tmp_path: Path) -> None:
    root = tmp_path / "work"
    shutil.copytree(EXAMPLE, root)
    settings = root / "mtrack.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("verify: true", "verify: false"), encoding="utf-8")
    report(root, tmp_path / "out")
    assert 'class="ev' not in (tmp_path / "out/projects/hooli-app.html").read_text(encoding="utf-8")


def test_a_project_tells_its_history(story: Story, tmp_path: Path) -> None:
    report(story.folder, tmp_path / "out")
    page = text(tmp_path / "out", "projects/acme.html")
    history = page.partition("History")[2]
    assert "M1 'Discovery complete' billed as INV-2026-004: EUR 4,000.00" in history
    assert history.index("paid on Mar 4, 2026") < history.index("billed as"), "the newest first"
    assert history.count("Discovery complete' listed") == 1
    (story.folder / "acme/milestones.yaml").write_text(
        PAID.replace("note: research report", "note: the report"), encoding="utf-8"
    )
    story.commit("Reword", "2026-03-05")
    report(story.folder, tmp_path / "out")
    assert "research report" in text(tmp_path / "out", "projects/acme.html").partition("History")[2], (
        "the page is drawn again"
    )


def test_what_changed_since_a_revision_stands_on_the_overview(story: Story, tmp_path: Path) -> None:
    report(story.folder, tmp_path / "out", "--since", "HEAD~1")
    page = text(tmp_path / "out", "index.html")
    assert "Changed since HEAD~1" in page
    changed = page.partition("Changed since HEAD~1")[2].partition("Where the money is")[0]
    assert "Acme website" in changed
    assert "4,000.00" in changed
    assert "billed as" not in changed
    report(story.folder, tmp_path / "out", "--since", "HEAD")
    assert "Nothing of the records changed." in text(tmp_path / "out", "index.html")
    report(story.folder, tmp_path / "out")
    assert "Changed since" not in text(tmp_path / "out", "index.html")
    assert "no revision" in mtrack("report", story.folder, "-o", tmp_path / "out", "--since", "nowhere").err


def test_the_statement_of_a_month_is_as_of_its_end(tmp_path: Path) -> None:
    report(EXAMPLE, tmp_path / "out")
    last = text(tmp_path / "out", "projects/hooli-app-statement.html")
    assert "Period Nov 2026 as of 22 Nov 2026" in last
    assert "outstanding USD 33,500.00 of it due now 19,500.00 of it not due yet 14,000.00" in last
    report(EXAMPLE, tmp_path / "out", "--period", "2026-07")
    page = text(tmp_path / "out", "projects/hooli-app-statement.html")
    assert "Period Jul 2026 as of 31 Jul 2026" in page
    assert "INV-2026-014" in page
    assert "INV-2026-016" not in page
    assert "outstanding USD 11,000.00 of it due now 0.00 of it not due yet 11,000.00" in page
    result = mtrack("report", EXAMPLE, "-o", tmp_path / "out", "--period", "July")
    assert (result.code, "'July' is not a month; write it as YYYY-MM" in result.err) == (2, True)


def test_a_statement_says_who_owes_what_and_no_finding(tmp_path: Path) -> None:
    report(EXAMPLE, tmp_path / "out")
    for path in (tmp_path / "out/projects").glob("*-statement.html"):
        page = text(tmp_path / "out", f"projects/{path.name}")
        assert "From Studio North To " in page
        assert "name, date, signature" in page
        assert not re.search("warning|error|overbilled|mtrack lint", page.replace("Drawn by mtrack", "")), path.name


def test_copies_make_a_mailed_folder_whole(tmp_path: Path) -> None:
    report(EXAMPLE, tmp_path / "out", "--with-files")
    moved = tmp_path / "elsewhere"
    shutil.move(tmp_path / "out", moved)
    links = 0
    for page in moved.rglob("*.html"):
        for href in re.findall(r'href="([^"#]*)"', page.read_text(encoding="utf-8")):
            if not href.startswith("mailto:"):
                target = (page.parent / unquote(href)).resolve()
                assert target.is_file(), (page.name, href)
                assert target.is_relative_to(moved), "nothing leads out of the folder"
                links += "files/" in href
    assert links > 60
    copies = {path.read_bytes() for path in (moved / "files").iterdir()}
    assert (EXAMPLE / "hooli-app/invoices/INV-2026-007.pdf").read_bytes() in copies


def test_copies_go_with_the_option_and_with_their_record(tmp_path: Path) -> None:
    root, out = tmp_path / "work", tmp_path / "out"
    shutil.copytree(EXAMPLE, root)
    report(root, out, "--with-files")
    before = set((out / "files").iterdir())
    (root / "hooli-app/invoices/INV-2026-007.pdf").unlink()
    report(root, out, "--with-files")
    assert len(before - set((out / "files").iterdir())) == 1
    report(root, out)
    assert not (out / "files").exists()
    assert (
        "--with-files copies into a folder"
        in mtrack("report", root, "--single-file", tmp_path / "one.html", "--with-files").err
    )


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("index", "index.html"),
        ("invoices.html#state=overdue", "invoices.html#state=overdue"),
        ("hooli-app", "projects/hooli-app.html"),
        ("projects/hooli-app-statement", "projects/hooli-app-statement.html"),
    ],
)
def test_open_opens_the_page(page: str, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(click, "launch", opened.append)
    report(EXAMPLE, tmp_path / "out", "--open", page)
    assert opened == [f"{(tmp_path / 'out').as_uri()}/{address}"]


def test_open_names_the_pages_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(click, "launch", pytest.fail)
    assert "the report has no page 'nowhere'; name one of index" in report(
        EXAMPLE, tmp_path / "out", "--open", "nowhere", code=2
    )


@pytest.mark.parametrize("option", ["--open=index", "--period=2026-01", "--since=HEAD", "--with-files", "--templates"])
def test_markdown_takes_no_option_of_pages(option: str) -> None:
    result = mtrack("report", EXAMPLE, "--format", "md", option)
    assert result.code == 2
    assert f"{option.partition('=')[0]} is about HTML pages; leave out --format md" in result.err


def test_the_preview_tells_history_and_what_changed_and_hears_of_commits(story: Story) -> None:
    command = [
        sys.executable,
        "-m",
        "mtrack",
        "serve",
        str(story.folder),
        "--port",
        "0",
        "--since",
        "HEAD~1",
        "--as-of",
        DAY,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().split()[0]

            def shown(name: str) -> str:
                with urlopen(address.replace("index.html", name), timeout=20) as answer:  # noqa: S310  (our own address)
                    return re.sub("<[^>]*>", "", answer.read().decode())

            assert "paid on Mar 4, 2026" in shown("projects/acme.html").partition("History")[2]
            changed = shown("index.html").partition("Changed since HEAD~1")[2].partition("Where the money is")[0]
            assert "EUR 4,000.00" in changed
            story.commit(
                "Reword", "2026-03-05", {"acme/milestones.yaml": PAID.replace("research report", "the report")}
            )
            deadline = time.monotonic() + 60
            while "research report" not in shown("projects/acme.html").partition("History")[2]:
                assert time.monotonic() < deadline
                time.sleep(0.2)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)


def test_the_preview_shows_what_the_papers_say(tmp_path: Path) -> None:
    root = tmp_path / "work"
    shutil.copytree(EXAMPLE, root)
    command = [sys.executable, "-m", "mtrack", "serve", str(root), "--port", "0", "--as-of", DAY]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout
            address = process.stdout.readline().split()[0]
            with urlopen(address.replace("index.html", "projects/hooli-app.html"), timeout=20) as answer:  # noqa: S310
                page = answer.read().decode()
            assert page.count('class="ev ev-confirmed"') == 12
            assert 'href="/files/hooli-app/agreement/master-agreement.pdf" title="confirmed' in page
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=60)
