"""The sinks: whatever text goes in, nothing that comes out is obeyed by the terminal, CI log, spreadsheet, Markdown or browser."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from attack.channels import obeyed_by_browser, obeyed_by_runner, obeyed_by_spreadsheet, obeyed_in_markdown
from attack.corpus import TEXTS

from mtrack.cli.ci_log import CiLog
from mtrack.render.cells import Amount, Code, Column, Kind
from mtrack.render.csv import csv_text
from mtrack.render.markdown import Document
from mtrack.render.table import Table
from mtrack.render.templates import html_environment
from mtrack.render.terminal import Apart, Screen, Whole, styled
from mtrack.render.wording import Wording
from mtrack.site.filters import Filters

if TYPE_CHECKING:
    from jinja2 import Template

SEEDS = [text.encode("utf-8", "surrogatepass") for text in TEXTS]
WORDS = [*(text for text in TEXTS if len(text) < 20), "\n", "::", "##[", "\u202e", "\u200d", "\ufe0f", "\u0628", "\U0001f600", "\x1b[", "|", "`", "@", "=", ";", '"', "<", "&"]  # fmt: skip
WORDING = Wording("en")
COLUMNS = (Column("Name"), Column("Note", keep=1), Column("Amount", Kind.AMOUNT))
PAGE = (
    "<!DOCTYPE html><title>{{ text }}</title><p title=\"{{ text }}\" data-x='{{ text }}'>{{ text }} {{ name(text) }} {{ number(text) }} "
    "{{ path(text) }} {{ prose(text) }}</p>"
)
ALLOWED = {"html", "head", "title", "body", "p", "span", "wbr", "bdi", "b", "code"}


def obeyed(text: str) -> list[str]:
    """What a terminal obeys or does not show; the isolates around a name are mtrack's own, in pairs on their line."""
    found = []
    for line in text.split("\n"):
        if line.count("\u2068") != line.count("\u2069"):
            found.append(f"isolates: {line!a}")
        for i, char in enumerate(line):
            kind = unicodedata.category(char)
            beside = line[max(i - 1, 0) : i] + line[i + 1 : i + 2]
            joins = char in "\u200c\u200d\ufe0e\ufe0f" and beside and not beside.isascii()
            keycap = char == "\ufe0f" and line[i + 1 : i + 2] == "\u20e3"
            if kind in ("Cc", "Cf", "Zl", "Zp", "Cs") and char not in "\u2068\u2069" and not joins and not keycap:
                found.append(f"U+{ord(char):04X}")
    return found


def _screen(texts: list[str], width: int | None) -> str:
    screen = Screen(colour=False, width=width)
    for text in texts:
        screen.line(text, " ", Apart(text), " ", Whole(text), styled((text, Apart(text)), "bold"), hang=2)
    table = Table(WORDING, *COLUMNS)
    for text in texts:
        table.row(text, (Apart(text), Code(text)), Amount(Decimal(5), 2, "EUR"))
    table.print(screen)
    return screen.text()


def _csv(texts: list[str]) -> str:
    return csv_text(["a", "b", "c"], [[text, (text, text[::-1]), Code(text)] for text in texts])


def _markdown(texts: list[str]) -> str:
    page = Document(WORDING)
    for text in texts:
        page.heading(2, text, text)
        page.paragraph(text, text, Code(text))
        page.paragraph(Code(text), text)
        page.items([text, text])
        page.block(text)
        page.table(COLUMNS, [[text, (text, Code(text)), Amount(Decimal(5), 2, "EUR")]])
    return page.text()


@cache
def _page() -> Template:
    environment = html_environment()
    filters = Filters("en")
    filters.install(environment)
    environment.globals |= {name: getattr(filters, name) for name in ("name", "number", "path", "prose")}
    return environment.from_string(PAGE)


def check(data: bytes) -> None:
    """Texts, parted by NUL, through every sink."""
    texts = [part.decode("utf-8", "surrogateescape") for part in data.split(b"\0")[:6]]
    for width in (None, 20, 60):
        assert obeyed(_screen(texts, width)) == []
    log, stream = io.StringIO(), CiLog
    guarded = stream(log)
    for text in texts:
        for i in range(0, len(text), 7):
            guarded.write(text[i : i + 7])
    assert obeyed_by_runner(log.getvalue()) == []
    table = _csv(texts)
    assert obeyed_by_spreadsheet(table) == []
    assert [len(row) for row in csv.reader(io.StringIO(table, newline=""), strict=True)] == [3] * (len(texts) + 1)
    assert obeyed(table) == []
    page = _markdown(texts)
    assert obeyed_in_markdown(page) == []
    assert obeyed(page) == []
    for text in texts[:2]:
        shown = _page().render(text=text)
        assert [
            one for one in obeyed_by_browser(shown) if not re.fullmatch(r"U\+(000D|200[CD]|206[89]|FE0[EF])", one)
        ] == []
        assert set(re.findall(r"<([a-zA-Z]+)", shown)) <= ALLOWED, shown
