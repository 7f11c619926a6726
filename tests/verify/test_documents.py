"""Each kind of file becomes rows with places; what can't be read says why."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from papers_of import docx, lines, odt, pdf

from mtrack.verify.documents import read
from mtrack.verify.documents.document import UnreadableError

TABLE = [["Milestone", "Amount"], ["Discovery", "EUR 4,000.00"], ["Beta", "EUR 5,000.00"]]


def cells(name: str, data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read(name, data).rows]


def test_pdf_keeps_an_amount_beside_its_name() -> None:
    document = read(
        "a.pdf", pdf(lines("Statement of work", "1. Discovery | EUR 4,000.00"), lines("2. Beta | EUR 5,000.00"))
    )
    assert [(row.page, row.number, row.cells) for row in document.rows] == [
        (1, 1, ("Statement of work",)),
        (1, 2, ("1. Discovery", "EUR 4,000.00")),
        (2, 1, ("2. Beta", "EUR 5,000.00")),
    ]


LOCKED = pdf(lines("Total EUR 9,000.00")).replace(
    b"/Root 1 0 R", b"/Root 1 0 R/ID[(a)(b)]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O(%b)/U(%b)>>" % ((b"x" * 32,) * 2)
)


@pytest.mark.parametrize("before", [b"%PDF-1.7 nothing", LOCKED, pdf(), pdf([]), pdf(lines("Total"))])
def test_what_is_said_of_a_pdf_is_the_same_whatever_was_read_before(before: bytes) -> None:
    for data, reason, damaged in (
        (LOCKED, "is protected by a password", False),
        (pdf(), "is not a PDF that can be read", True),
        (b"%PDF-1.7 nothing", "is not a PDF that can be read", True),
        (pdf([]), "has no text: it may be a scan", False),
    ):
        with suppress(UnreadableError):
            read("before.pdf", before)
        with pytest.raises(UnreadableError) as caught:
            read("a.pdf", data)
        assert (str(caught.value), caught.value.damaged) == (reason, damaged)


def test_pdf_puts_the_lines_of_a_cell_together() -> None:
    page = [
        (50.0, 700.0, "1"),
        (100.0, 706.0, "Code, decryption and"),
        (100.0, 694.0, "key management"),
        (300.0, 700.0, "EUR 6,000"),
    ]
    assert cells("a.pdf", pdf(page)) == [("1", "Code, decryption and key management", "EUR 6,000")]


def test_two_columns_of_text_stay_lines() -> None:
    left = [(50.0, 700.0 - 12 * i, f"left {i}") for i in range(20)]
    right = [(300.0, 694.0 - 12 * i, f"right {i}") for i in range(20)]
    assert ("left 3",) in cells("a.pdf", pdf(left + right))


def test_office_and_html_keep_rows() -> None:
    html = "<h2>Plan</h2><table>" + "".join(f"<tr><td>{a}</td><td>{b}</td></tr>" for a, b in TABLE) + "</table>"
    for name, data in (("a.docx", docx("Plan", TABLE)), ("a.odt", odt("Plan", TABLE)), ("a.html", html.encode())):
        assert cells(name, data) == [("Plan",), *map(tuple, TABLE)], name
        assert read(name, data).rows[-1].header == ("Milestone", "Amount")


@pytest.mark.parametrize(
    "html",
    [
        "a<p hidden>x</p>b", "a<p hidden=until-found>x<p>b", "a<div style='color:red; DISPLAY : none !important'>x</div>b",
        "a<span style='visibility:hidden'>x</span>b", "a<i style='display:/**/none'>x<b>x</b>x</i>b", "a<!-- x -->b",
        "a<template>x<p>x</template>b", "a<script>'x'</script><style>x{}</style>b", "a<div hidden><p>x</section>x</div>b",
        "a<div hidden/>x</div>b", "a<br hidden>b", "a<p><u hidden>x</p>x</u>b", "a<ul><li hidden>x<li>b</ul>",
        "a<table><tr><td hidden>x<td>b</table>", "a<table><tr hidden><td>x<tr><td>b</table>",
        "a<div><table><tr><td hidden>x</div>x</table>b", "a<title>x</title>b", "a<dl><dt hidden>x<dd>b</dl>",
        "a<span style='display:block'>b", "a b<body><div hidden>x</body>x",
    ],
)  # fmt: skip
def test_html_that_nobody_sees_is_no_text(html: str) -> None:
    assert "".join(row.text for row in read("a.html", html.encode()).rows).replace(" ", "") == "ab"


@pytest.mark.parametrize(
    "html",
    [
        "<head><title>x</title><body>Beta is accepted", "<title>x</title><head><body>Beta is accepted",
        "<html><head><meta charset=utf-8><p>Beta is accepted", "<head><style>p{}</style>Beta is accepted",
        "<!doctype html><html><head><title>x</title></head><body>Beta is accepted</body></html>",
    ],
)  # fmt: skip
def test_html_whose_head_is_not_closed_is_read(html: str) -> None:
    assert cells("a.html", html.encode()) == [("Beta is accepted",)]


@pytest.mark.parametrize(("value", "seen"), [("", False), ("true", False), ("1", False), ("false", True), ("0", True)])
def test_docx_text_that_is_hidden_is_no_text(value: str, seen: bool) -> None:  # noqa: FBT001
    vanish = f'<w:vanish w:val="{value}"/>' if value else "<w:vanish/>"
    data = docx("Beta")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        text = archive.read("word/document.xml").decode()
    run = f"</w:t></w:r><w:r><w:rPr><w:b/>{vanish}</w:rPr><w:t> is accepted</w:t></w:r></w:p>"
    assert cells("a.docx", _with("word/document.xml", text.replace("</w:t></w:r></w:p>", run))) == [
        ("Beta is accepted" if seen else "Beta",)
    ]


def test_odt_text_that_is_not_displayed_is_no_text() -> None:
    spaces = 'xmlns:o="urn:o" xmlns:t="urn:t" xmlns:s="urn:s"'
    style = '<s:style s:name="T1"><s:text-properties t:display="none"/></s:style><s:style s:name="T2"/>'
    body = (
        'Beta<t:span t:style-name="T1"> is not</t:span><t:span t:style-name="T2"> is</t:span> here</t:p>'
        '<t:p t:style-name="T1">x</t:p><t:section t:display="none"><t:p>x</t:p></t:section><t:p>'
        '<t:hidden-text t:is-hidden="true">x</t:hidden-text>'
    )
    text = f"<o:c {spaces}><o:automatic-styles>{style}</o:automatic-styles><o:body><t:p>{body}</t:p></o:body></o:c>"
    assert cells("a.odt", _with("content.xml", text)) == [("Beta is here",)]


def _with(name: str, text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, text)
    return buffer.getvalue()


def test_markdown_knows_headings_tables_and_comments() -> None:
    text = "# Plan <!-- not\nthis --> \n\n| Milestone | Amount |\n|---|---:|\n| [Beta](http://x) | **EUR 5** |\n- Costs: `9`\n"
    rows = read("a.md", text.encode()).rows
    assert [(row.number, row.cells, row.heading) for row in rows] == [
        (1, ("Plan",), 1),
        (4, ("Milestone", "Amount"), 0),
        (6, ("Beta", "EUR 5"), 0),
        (7, ("Costs: 9",), 0),
    ]


def test_mail_has_day_sender_and_text() -> None:
    data = b"From: Ada Client <ada@example.org>\nDate: Mon, 2 Feb 2026 09:00:00 +0100\nSubject: M1\n\nDiscovery is accepted.\n"
    document = read("a.eml", data)
    assert (str(document.day), document.sender) == ("2026-02-02", "Ada Client")
    assert document.rows[-1].text == "Discovery is accepted."


@pytest.mark.parametrize(
    ("name", "data", "reason", "damaged"),
    [
        ("a.pdf", b"not a pdf", "is not what its ending '.pdf' says", True),
        ("a.pdf", b"%PDF-1.7 nothing", "is not a PDF that can be read", True),
        ("a.pdf", pdf([]), "has no text: it may be a scan", False),
        ("a.docx", b"PK\x03\x04 broken", "is damaged", True),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is protected by a password, or an old Word file", False),
        ("a.txt", b"%PDF-1.7", "is not what its ending '.txt' says", True),
        ("a.md", b"a\0b", "is not the text that its ending says", True),
        ("a.png", b"\x89PNG", "is a picture, with no text to read", False),
        ("a.pages", b"PK", "is of a kind that is not read", False),
        ("a.txt", b" \n", "has no text", False),
        ("a.eml", b"nothing of an e-mail", "has none of the headers of an e-mail", True),
    ],
)
def test_what_cannot_be_read_says_why(name: str, data: bytes, reason: str, damaged: bool) -> None:  # noqa: FBT001
    with pytest.raises(UnreadableError) as caught:
        read(name, data)
    assert (str(caught.value), caught.value.damaged) == (reason, damaged)


STRUCK = {
    "s": ("a.html", "a<s>x</s>b"),
    "del": ("a.html", "a<del>x<b>x</b></del>b"),
    "strike": ("a.html", "a<STRIKE>x</STRIKE>b"),
    "a style": ("a.html", "a<span style='color:red; text-decoration: underline line-through red'>x</span>b"),
    "a style's line": ("a.html", "a<span style='text-decoration-line:line-through'>x</span>b"),
    "a block": ("a.html", "a<del><p>x</p></del>b"),
    "no style": ("a.html", "a<span style='text-decoration: underline'>b</span>"),
    "Markdown": ("a.md", "a ~~x~~ b"),
    "Markdown twice": ("a.md", "a ~~x~~~~x~~ b ~~x x~~"),
    "in a table": ("a.md", "| a | ~~x~~ b |\n"),
    "a tag in Markdown": ("a.md", "a <s>x</s> b <del class='y'>x</del>"),
    "a tilde in Markdown": ("a.md", "a ~ b"),
}


@pytest.mark.parametrize(("name", "text"), STRUCK.values(), ids=STRUCK)
def test_what_is_struck_through_is_no_text(name: str, text: str) -> None:
    assert "".join(row.text for row in read(name, text.encode()).rows).replace(" ", "").replace("~", "") == "ab"


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        ("<w:strike/>", False), ('<w:strike w:val="true"/>', False), ("<w:dstrike/>", False), ("<w:vanish/>", False),
        ('<w:strike w:val="0"/>', True), ('<w:dstrike w:val="false"/>', True), ("<w:b/>", True),
    ],
)  # fmt: skip
def test_struck_text_of_word(marks: str, shown: bool) -> None:  # noqa: FBT001
    data = _with_part(
        docx("a MARK b"),
        "word/document.xml",
        "MARK",
        f"</w:t></w:r><w:r><w:rPr>{marks}</w:rPr><w:t>x</w:t></w:r><w:r><w:t>",
    )
    assert [row.text.replace(" ", "") for row in read("a.docx", data).rows] == ["axb" if shown else "ab"]


@pytest.mark.parametrize(
    ("line", "shown"),
    [('text-line-through-style="solid"', False), ('text-line-through-type="single"', False), ('text-line-through-style="none"', True)],
)  # fmt: skip
def test_struck_text_of_opendocument(line: str, shown: bool) -> None:  # noqa: FBT001
    style = f'<o:automatic-styles><o:style name="T1"><o:text-properties {line}/></o:style></o:automatic-styles><o:body>'
    data = _with_part(odt("a MARK b"), "content.xml", "MARK", '<t:span style-name="T1">x</t:span>')
    data = _with_part(data, "content.xml", "<o:body>", style)
    assert [row.text.replace(" ", "") for row in read("a.odt", data).rows] == ["axb" if shown else "ab"]


def _with_part(data: bytes, name: str, old: str, new: str) -> bytes:
    """An archive with something else in a part."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(buffer, "w") as changed:
        for part in archive.namelist():
            text = archive.read(part).decode()
            changed.writestr(part, text.replace(old, new) if part == name else text)
    return buffer.getvalue()


SPANS = {
    "a column before": ("<tr><th rowspan=2>Phase<th colspan=2>Amount<tr><th>Net<th>Gross<tr><td>Beta<td>1<td>2", [
        ("Phase", "Amount", "Amount"), ("", "Net", "Gross"), ("Beta", "1", "2"),
    ]),
    "a total": ("<tr><td>Phase<td>When<td>Amount<tr><td colspan=2>Total<td>3", [("Phase", "When", "Amount"), ("Total", "", "3")]),
    "a name over rows": ("<tr><td>Phase<td>Part<td>Fee<tr><td rowspan='2'>Beta<td>one<td>1<tr><td>two<td>2<tr><td>Launch<td>all<td>3", [
        ("Phase", "Part", "Fee"), ("Beta", "one", "1"), ("", "two", "2"), ("Launch", "all", "3"),
    ]),
    "both": ("<tr><td>a<td>b<td>c<tr><td rowspan=2 colspan=2>x<td>1<tr><td>2", [("a", "b", "c"), ("x", "", "1"), ("", "", "2")]),
    "the last": ("<tr><td>a<td>b<tr><td colspan=2>x", [("a", "b"), ("x",)]),
    "no number": ("<tr><td>a<td>b<tr><td colspan=all rowspan=-1>x<td>1", [("a", "b"), ("x", "1")]),
    "everything": ("<tr><td>a<td>b<tr><td colspan='100%'>x<tr><td>c<td>1", [("a", "b"), ("x",), ("c", "1")]),
}  # fmt: skip


@pytest.mark.parametrize(("table", "rows"), SPANS.values(), ids=SPANS)
def test_cells_over_rows_and_columns_keep_the_columns(table: str, rows: list[tuple[str, ...]]) -> None:
    assert cells("a.html", f"<table>{table}</table>".encode()) == rows


def test_a_cell_over_all_columns_costs_little() -> None:
    table = "<tr>" + "<td colspan=9999 rowspan=9999>x" * 100 + "<tr>" + "<td>y" * 30
    document = read("a.html", f"<table>{table}</table>".encode())
    assert [len(row.cells) for row in document.rows] == [40, 40]


def test_a_cell_of_word_over_columns_keeps_them() -> None:
    data = docx([["Phase", "When", "Amount"], ["Total", "3"]])
    wide = _with_part(
        data,
        "word/document.xml",
        "<w:tc><w:p><w:r><w:t>Total",
        '<w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>Total',
    )
    assert cells("a.docx", wide) == [("Phase", "When", "Amount"), ("Total", "", "3")]
