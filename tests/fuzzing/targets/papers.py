"""A paper of any kind but PDF: read and compared with what is recorded, or told unreadable in words."""

from __future__ import annotations

import io
import zipfile

from fuzz_papers import CLAIMS, MAIL, TABLE
from papers_of import cii, docx, odt, ubl

from mtrack.verify.documents import read
from mtrack.verify.documents.document import UnreadableError
from mtrack.verify.documents.layout import Word, lines
from mtrack.verify.papers import papers
from mtrack.verify.proposal import propose
from mtrack.verify.worker import _compare, _readable

PARTS = {"docx": "word/document.xml", "odt": "content.xml"}
KINDS = ("docx", "odt", "xml", "eml", "html", "md", "txt", "layout")


def _part(archive: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return opened.read(name)


SEEDS = [
    b"\x00" + _part(docx("Agreement", TABLE), PARTS["docx"]), b"\x01" + _part(odt("Agreement", TABLE), PARTS["odt"]), b"\x02" + ubl(), b"\x02" + cii(), b"\x03" + MAIL,
    b"\x04<h1>Agreement</h1><table><tr><td colspan=2>Discovery<td>EUR 4,000<tr><td>Beta<td>EUR 5,000</table>within 30 days of invoice",
    b"\x05# Agreement\n\n| Milestone | Amount |\n|---|---|\n| Discovery | EUR 4,000.00 |\n\nsigned 10 January 2026\n",
    b"\x06Discovery 4k, Beta CHF 1'234.\xe2\x80\x94 and 50 % of 9.000,00 EUR, invoice INV-7 of 3 February 2026\n", b"\x07" + bytes(range(200)),
]  # fmt: skip
WORDS = ["EUR ", "1,234.50", "1.234,50", "1 234,50", "1'234.\u2014", "12k", "US$ ", "50 %", "Discovery", "Beta", "Milestone 1", "Total", "INV-7", "3 February 2026", "2026-02-30",
         "<w:tr>", "<w:tc>", "<w:p><w:r><w:t>", '<table:table-cell table:number-columns-repeated="99999">', "<cbc:ID>", "&#0;", "<!DOCTYPE x>", "=?utf-8?b?", "Content-Type: text/html", "<td rowspan=99>", "\xa0"]  # fmt: skip


def _content(kind: str, data: bytes) -> bytes:
    if kind not in PARTS:
        return data
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(PARTS[kind], data)
    return out.getvalue()


def _layout(data: bytes) -> None:
    chars = [
        Word(a * 3.0, b * 3.0, a * 3.0 + c, b * 3.0 + d % 16, chr(e), i)
        for i, (a, b, c, d, e) in enumerate(zip(*[iter(data)] * 5, strict=False))
    ]
    found = lines(chars)
    assert all("".join(line.cells).strip() for line in found)


def check(data: bytes) -> None:
    """The first byte chooses the kind."""
    kind = KINDS[(data[0] if data else 0) % len(KINDS)]
    if kind == "layout":
        _layout(data[1:])
        return
    try:
        document = _readable(read(f"a.{kind}", _content(kind, data[1:])))
    except UnreadableError:
        return
    read_papers = [("a", document)]
    for claim in CLAIMS:
        for verdict in _compare(claim, read_papers):
            assert verdict.field
    propose(papers(read_papers), "EUR")
