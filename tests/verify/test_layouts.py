"""What stands in cells, boxes, notes and raised letters becomes rows as a reader sees them, in every kind of file."""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal

import pytest
from papers_of import docx, drawn, odt

from mtrack.verify.agreement import check_agreement
from mtrack.verify.claims import AgreementClaim, MilestoneClaim
from mtrack.verify.documents import read
from mtrack.verify.documents.document import UnreadableError
from mtrack.verify.papers import Papers, papers
from mtrack.verify.proposal import propose

LISTED = [("Discovery", "EUR 4,000.00"), ("Beta", "EUR 5,000.00"), ("Total", "EUR 9,000.00")]


def cells(name: str, data: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in read(name, data).rows]


def paper(name: str, data: bytes) -> Papers:
    return papers([(name, read(name, data))])


def with_part(data: bytes, old: str = "", new: str = "", **more: str) -> bytes:
    """An archive with something else for a text in its parts, and with `more` parts; "__" stands for a folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(buffer, "w") as changed:
        for part in archive.namelist():
            changed.writestr(part, archive.read(part).decode().replace(old, new))
        for part, text in more.items():
            changed.writestr(part.replace("__", "/") + ".xml", text)
    return buffer.getvalue()


def word(text: str) -> str:
    """A paragraph of a Word document, with a line feed for the end of a line."""
    lines = text.replace("\n", "</w:t><w:br/><w:t>")
    return f"<w:p><w:r><w:t>{lines}</w:t></w:r></w:p>"


NAMES, AMOUNTS = zip(*LISTED, strict=True)
TABLES = {
    "paragraphs of Word": ("a.docx", with_part(
        docx([["Milestone", "Fee"], ["NAMES", "AMOUNTS"]]), "<w:p><w:r><w:t>NAMES</w:t></w:r></w:p>", "".join(map(word, NAMES)),
    ), "<w:p><w:r><w:t>AMOUNTS</w:t></w:r></w:p>", "".join(map(word, AMOUNTS))),
    "lines of Word": ("a.docx", with_part(
        docx([["Milestone", "Fee"], ["NAMES", "AMOUNTS"]]), "<w:p><w:r><w:t>NAMES</w:t></w:r></w:p>", word("\n".join(NAMES)),
    ), "<w:p><w:r><w:t>AMOUNTS</w:t></w:r></w:p>", word("\n".join(AMOUNTS))),
    "paragraphs of OpenDocument": ("a.odt", with_part(
        odt([["Milestone", "Fee"], ["NAMES", "AMOUNTS"]]), "NAMES", "</t:p><t:p>".join(NAMES),
    ), "AMOUNTS", "</t:p><t:p>".join(AMOUNTS)),
    "lines of OpenDocument": ("a.odt", with_part(
        odt([["Milestone", "Fee"], ["NAMES", "AMOUNTS"]]), "NAMES", "<t:line-break/>".join(NAMES),
    ), "AMOUNTS", "<t:line-break/>".join(AMOUNTS)),
}  # fmt: skip
TEXTS = {
    "lines of HTML": (
        "a.html", f"<table><tr><th>Milestone<th>Fee<tr><td>{'<br>'.join(NAMES)}<td>{'<br>'.join(AMOUNTS)}</table>",
    ),
    "paragraphs of HTML": (
        "a.html", f"<table><tr><th>Milestone<th>Fee<tr><td><p>{'<p>'.join(NAMES)}<td><p>{'<p>'.join(AMOUNTS)}</table>",
    ),
    "lines of Markdown": ("a.md", f"| Milestone | Fee |\n|---|---|\n| {'<br>'.join(NAMES)} | {'<br/>'.join(AMOUNTS)} |\n"),
}  # fmt: skip
LISTS = {key: (name, with_part(data, old, new)) for key, (name, data, old, new) in TABLES.items()} | {
    key: (name, text.encode()) for key, (name, text) in TEXTS.items()
}


@pytest.mark.parametrize(("name", "data"), LISTS.values(), ids=LISTS)
def test_lines_of_cells_that_list_amounts_are_rows(name: str, data: bytes) -> None:
    assert cells(name, data) == [("Milestone", "Fee"), *LISTED]


@pytest.mark.parametrize(("name", "data"), LISTS.values(), ids=LISTS)
def test_swapped_amounts_of_a_list_in_cells_are_told(name: str, data: bytes) -> None:
    swapped = (
        MilestoneClaim("M1", "Discovery", Decimal(5000)),
        MilestoneClaim("M2", "Beta", Decimal(4000)),
    )
    found = check_agreement(AgreementClaim("EUR", swapped, (Decimal(9000),), ()), paper(name, data))
    assert [verdict.verdict for verdict in found if verdict.id] == ["differs", "differs"]


@pytest.mark.parametrize(
    ("row", "rows"),
    [
        ("<td>Discovery<br>and design<td>EUR 4,000", [("Discovery and design", "EUR 4,000")]),
        ("<td>Discovery<td>EUR 4,000<br>on 3 March 2026", [("Discovery", "EUR 4,000 on 3 March 2026")]),
        ("<td>Discovery<br>Beta, the<br>release<td>EUR 4,000<br>EUR 5,000", [("Discovery Beta, the release", "EUR 4,000 EUR 5,000")]),
        ("<td>A<td>Discovery<br>Beta<td>EUR 4,000<br>EUR 5,000", [("A", "Discovery", "EUR 4,000"), ("", "Beta", "EUR 5,000")]),
        ("<td>Number<br>Date<br>Due<td>INV-7<br>3 May 2026<br>2 June 2026", [("Number", "INV-7"), ("Date", "3 May 2026"), ("Due", "2 June 2026")]),
        ("<td>Number<br>Date<br>Due<td>INV-7<br>3 May 2026", [("Number Date Due", "INV-7 3 May 2026")]),
        ("<td>Concept<br>and<br>design<td>in 3 parts<br>by May<br>or June", [("Concept and design", "in 3 parts by May or June")]),
        ("<td>Discovery EUR 4,000<br>Beta EUR 5,000", [("Discovery EUR 4,000",), ("Beta EUR 5,000",)]),
        ("<td>We do:<br>Discovery: 4.000 €<br>Beta: 5.000 €<td>Wir", [("We do:", "Wir"), ("Discovery: 4.000 €", ""), ("Beta: 5.000 €", "")]),
        ("<td>Discovery 40 %<br>Beta 60 %<td>now<br>then<br>later", [
            ("Discovery 40 %",), ("Beta 60 %",), ("", "now"), ("", "then"), ("", "later"),
        ]),
    ],
)  # fmt: skip
def test_lines_of_cells_that_list_nothing_are_one_text(row: str, rows: list[tuple[str, ...]]) -> None:
    assert cells("a.html", f"<table><tr><th>What<th>Fee<tr>{row}</table>".encode())[1:] == rows


W_TABLE = (
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Discovery</w:t></w:r></w:p></w:tc>"
    "<w:tc><w:p><w:r><w:t>EUR 4,000.00</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
)
O_TABLE = (
    "<table:table><table:table-row><table:table-cell><t:p>Discovery</t:p></table:table-cell>"
    "<table:table-cell><t:p>EUR 4,000.00</t:p></table:table-cell></table:table-row></table:table>"
)
W_BOX = "<w:r><m:Choice><w:txbxContent>{}</w:txbxContent></m:Choice><m:Fallback><w:txbxContent>{}</w:txbxContent></m:Fallback></w:r>"
O_BOX = "<d:frame><d:text-box>{}</d:text-box><d:desc>a picture of EUR 7.00</d:desc></d:frame>"


@pytest.mark.parametrize(
    ("name", "data", "outer"),
    [
        ("a.docx", with_part(docx([["Left", "MARK"]]), "<w:p><w:r><w:t>MARK</w:t></w:r></w:p>", W_TABLE), ("Left", "")),
        ("a.odt", with_part(odt([["Left", "MARK"]]), "<t:p>MARK</t:p>", O_TABLE), ("Left", "")),
        ("a.html", b"<table><tr><td>Left<td><table><tr><td>Discovery<td>EUR 4,000.00</table></table>", ("Left", "")),
    ],
)
def test_a_table_in_a_table_has_rows_of_its_own(name: str, data: bytes, outer: tuple[str, ...]) -> None:
    assert cells(name, data) == [("Discovery", "EUR 4,000.00"), outer]


def test_a_text_box_has_rows_of_its_own() -> None:
    xmlns = 'xmlns:m="m" xmlns:d="d" '
    boxed = with_part(
        docx("Before MARK after"), "MARK", f"</w:t></w:r>{W_BOX.format(word('In it') + W_TABLE, word('x'))}<w:r><w:t>"
    )
    rows = [("Before after",), ("In it",), ("Discovery", "EUR 4,000.00")]
    assert cells("a.docx", with_part(boxed, "<w:document ", f"<w:document {xmlns}")) == rows
    boxed = with_part(odt("Before MARK after"), "MARK", O_BOX.format("<t:p>In it</t:p>" + O_TABLE))
    assert cells("a.odt", with_part(boxed, "<o:document-content ", f"<o:document-content {xmlns}")) == rows


RAISED = "<w:r><w:rPr><w:vertAlign w:val='superscript'/></w:rPr><w:t>{}</w:t></w:r>"
O_STYLES = "<o:automatic-styles><o:style name='S'><o:text-properties text-position='{} 58%'/></o:style></o:automatic-styles><o:body>"
MARKS = {
    "HTML": ("a.html", b"<p>Beta EUR 4,000<sup>1</sup></p>", "Beta EUR 4,000 ¹"),
    "HTML, bracketed": ("a.html", b"<p>Beta EUR 4,000<sup><a href='#n'>12)</a></sup></p>", "Beta EUR 4,000 ¹²)"),
    "HTML, no number": ("a.html", b"<p>the 1<sup>st</sup> of May</p>", "the 1st of May"),
    "HTML, an amount": ("a.html", b"<p>Beta EUR <sup>4,000</sup></p>", "Beta EUR 4,000"),
    "Markdown": ("a.md", b"Beta EUR 4,000<sup>1</sup>\n", "Beta EUR 4,000 ¹"),
    "Word": ("a.docx", with_part(docx("Beta EUR 4,000MARK"), "MARK</w:t></w:r>", "</w:t></w:r>" + RAISED.format("1")), "Beta EUR 4,000 ¹"),
    "Word, no number": ("a.docx", with_part(docx("the 1MARK"), "MARK</w:t></w:r>", "</w:t></w:r>" + RAISED.format("st")), "the 1st"),
    **{
        f"OpenDocument, {position}": ("a.odt", with_part(with_part(
            odt("Beta EUR 4,000MARK"), "MARK", "<t:span style-name='S'>1</t:span>",
        ), "<o:body>", O_STYLES.format(position)), f"Beta EUR 4,000{shown}")
        for position, shown in (("super", " ¹"), ("33%", " ¹"), ("0%", "1"), ("sub", "1"))
    },
    "a note of OpenDocument": ("a.odt", with_part(
        odt("Beta EUR 4,000MARK"), "MARK", "<t:note><t:note-citation>1</t:note-citation><t:note-body/></t:note>",
    ), "Beta EUR 4,000"),
}  # fmt: skip


@pytest.mark.parametrize(("name", "data", "text"), MARKS.values(), ids=MARKS)
def test_the_mark_of_a_note_is_no_digit_of_an_amount(name: str, data: bytes, text: str) -> None:
    (row,) = read(name, data).rows
    assert row.text == text
    if "EUR" in text and text[-1] != "1":
        claim = AgreementClaim("EUR", (MilestoneClaim("M1", "Beta", Decimal(4000)),), (), ())
        assert check_agreement(claim, paper(name, data))[0].verdict == "confirmed"


@pytest.mark.parametrize("name", ["Milestone 1", "Beta¹", "Beta"])
def test_the_mark_of_a_note_is_no_part_of_a_name(name: str) -> None:
    claim = AgreementClaim("EUR", (MilestoneClaim("M1", name, Decimal(4000)),), (), ())
    text = f"{name.rstrip('¹')}¹: EUR 4,000\n"
    assert check_agreement(claim, paper("a.txt", text.encode()))[0].verdict == "confirmed"


def test_notes_headers_and_footers_stand_behind_the_text() -> None:
    part = '<w:x xmlns:w="w"><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:x>'
    more = {f"word__{name}": part.format(name) for name in ("header1", "footnotes", "endnotes", "footer2")}
    assert cells("a.docx", with_part(docx("Text"), **more)) == [
        ("Text",),
        ("endnotes",),
        ("footer2",),
        ("footnotes",),
        ("header1",),
    ]
    note = "<t:note><t:note-citation>1</t:note-citation><t:note-body><t:p>plus VAT</t:p></t:note-body></t:note>"
    styles = (
        '<o:s xmlns:o="o" xmlns:t="t"><o:master-styles><o:master-page><o:header><t:p>INV-7</t:p></o:header>'
        '<o:footer o:display="false"><t:p>x</t:p></o:footer></o:master-page></o:master-styles></o:s>'
    )
    assert cells("a.odt", with_part(odt("Text MARK here"), "MARK", note, styles=styles)) == [
        ("Text here",), ("INV-7",), ("plus VAT",),
    ]  # fmt: skip


def test_the_text_of_a_word_document_is_where_its_index_says() -> None:
    data = with_part(
        docx("x"),
        "x",
        "x",
        word__document2='<w:document xmlns:w="w"><w:body><w:p><w:t>Beta</w:t></w:p></w:body></w:document>',
    )
    index = '<R xmlns="r"><Relationship Type="http://x/{}" Target="/word/document2.xml"/></R>'
    for kind, text in (("officeDocument", "Beta"), ("theme", "x")):
        with zipfile.ZipFile(buffer := io.BytesIO(data), "a") as archive:
            archive.writestr("_rels/.rels", index.format(kind))
        assert cells("a.docx", buffer.getvalue()) == [(text,)]


@pytest.mark.parametrize(("mark", "rows"), [("del", 1), ("hidden", 1), ("cantSplit", 2)])
def test_a_row_of_word_that_is_deleted_or_hidden_is_no_text(mark: str, rows: int) -> None:
    data = with_part(
        docx([["Beta"], ["Old"]]),
        "<w:tr><w:tc><w:p><w:r><w:t>Old",
        f"<w:tr><w:trPr><w:{mark}/></w:trPr><w:tc><w:p><w:r><w:t>Old",
    )
    assert len(cells("a.docx", data)) == rows


def test_a_row_of_word_that_begins_later_keeps_its_columns() -> None:
    data = docx([["No", "Milestone", "Fee"], ["Beta", "5"]])
    late = with_part(
        data,
        "<w:tr><w:tc><w:p><w:r><w:t>Beta",
        '<w:tr><w:trPr><w:gridBefore w:val="1"/></w:trPr><w:tc><w:p><w:r><w:t>Beta',
    )
    assert cells("a.docx", late)[1] == ("", "Beta", "5")


def test_what_is_typed_into_a_form_is_text() -> None:
    fields = "<input value='EUR 4,000'><input type=hidden value=x><input style='display:none' value=x><input type=checkbox value=x>"
    assert cells("a.html", f"<table><tr><td>Beta<td>{fields}</table>".encode()) == [("Beta", "EUR 4,000")]


@pytest.mark.parametrize("char", ["\u200c", "\u2060", "\ufeff", "\u200e", "\u202a", "\xad", "\u200b"])
def test_characters_that_nobody_sees_are_no_text(char: str) -> None:
    assert cells("a.html", f"<p>Dis{char}covery {char} EUR {char}4,000{char}.00{char}</p>".encode()) == [
        ("Discovery EUR 4,000.00",)
    ]


MARKDOWN = {
    "HTML": "<table>\n<tr>\n<td>Discovery</td>\n<td>EUR 4,000.00</td></tr>\n<tr><td>Beta</td><td>EUR 5,000.00</td></tr>\n</table>",
    "HTML that is not closed": "<TABLE border=1><tr><td>Discovery<td>EUR 4,000.00\n<tr><td>Beta<td>EUR 5,000.00",
    "a drawn table": "+---+---+\n| Discovery | EUR 4,000.00 |\n+---+---+\n| Beta | EUR 5,000.00 |\n+---+---+",
    "a quoted table": "> | Discovery | EUR 4,000.00 |\n> |---|---|\n> | Beta | EUR 5,000.00 |",
    "a table without pipes around": "Discovery | EUR 4,000.00\n--- | ---:\nBeta | EUR 5,000.00",
    "entities": "| Discovery | EUR&nbsp;4,000.00 |\n|---|---|\n| B&#101;ta | EUR 5,000.00 |",
}


@pytest.mark.parametrize("text", MARKDOWN.values(), ids=MARKDOWN)
def test_tables_of_markdown(text: str) -> None:
    assert cells("a.md", f"{text}\n".encode()) == LISTED[:2]
    claims = tuple(MilestoneClaim(*one) for one in (("M1", "Beta", Decimal(5000)), ("M2", "Discovery", Decimal(4000))))
    found = check_agreement(AgreementClaim("EUR", claims, (), ()), paper("a.md", text.encode()))
    assert [verdict.verdict for verdict in found if verdict.id] == ["confirmed", "confirmed"]


def test_the_text_behind_a_table_of_html_in_markdown_keeps_its_lines() -> None:
    rows = read("a.md", b"# Plan\n<table>\n<tr><td>Beta</td></tr></table>\n\n| a | b |\n").rows
    assert [(row.number, row.cells, row.table) for row in rows] == [
        (1, ("Plan",), None), (3, ("Beta",), 1), (5, ("a", "b"), 2),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["docx", "html", "md"])
def test_the_first_row_of_a_table_without_headings_is_a_milestone(kind: str) -> None:
    made = {
        "docx": docx([list(row) for row in LISTED]),
        "html": b"<table>" + "".join(f"<tr><td>{a}<td>{b}" for a, b in LISTED).encode() + b"</table>",
        "md": "".join(f"| {a} | {b} |\n" for a, b in LISTED).encode(),
    }
    found = propose(paper(f"a.{kind}", made[kind]))
    assert [(item.name, item.amount) for item in found.items] == [("Discovery", Decimal(4000)), ("Beta", Decimal(5000))]
    assert found.adds_up


TURNS = {
    "upright": ("1 0 0 1 {x} {y}", ""),
    "a page on its side": ("0 1 -1 0 {right} {x}", "/Rotate 90"),
    "a page on its other side": ("0 -1 1 0 {y} {down}", "/Rotate 270"),
    "a page upside down": ("-1 0 0 -1 {left} {below}", "/Rotate 180"),
    "text on its side": ("0 1 -1 0 {right} {x}", ""),
}


def at(turn: str, *cells_at: tuple[int, int, str]) -> str:
    """What draws texts at places, turned."""
    return "\n".join(
        f"BT /F 10 Tf {turn.format(x=x, y=y, right=800 - y, left=595 - x, down=700 - x, below=842 - y)} Tm ({text}) Tj ET"
        for x, y, text in cells_at
    )


PLACED = [(x, 700 - 20 * i, text) for i, row in enumerate(LISTED) for x, text in zip((50, 300), row, strict=True)]


@pytest.mark.parametrize(("turn", "page"), TURNS.values(), ids=TURNS)
def test_a_page_is_read_whichever_way_it_is_turned(turn: str, page: str) -> None:
    assert cells("a.pdf", drawn(at(turn, *PLACED), page)) == LISTED


def test_text_in_another_direction_stands_behind_that_of_the_page() -> None:
    side = at(TURNS["text on its side"][0], (300, 780, "printed in 2026"))
    stamp = "BT /F 60 Tf 0.7 0.7 -0.7 0.7 100 500 Tm (COPY 3) Tj ET\n"
    rows = read("a.pdf", drawn(f"{stamp}{side}\n{at(TURNS['upright'][0], *PLACED)}")).rows
    assert [row.cells for row in rows] == [*LISTED, ("printed in 2026",), ("COPY 3",)]
    assert {row.heading for row in rows} == {0}


@pytest.mark.parametrize("rise", [2, 3, 4, 5])
@pytest.mark.parametrize(("mark", "shown"), [("1", " ¹"), ("12", " ¹²"), ("st", "st"), ("*", "*")])
def test_a_raised_number_of_a_pdf_is_no_digit_of_an_amount(rise: int, mark: str, shown: str) -> None:
    row = f"BT /F 10 Tf 50 700 Td (Beta EUR 5,000) Tj /F 6 Tf {rise} Ts ({mark}) Tj /F 10 Tf 0 Ts 250 0 Td (now) Tj ET"
    assert cells("a.pdf", drawn(row)) == [(f"Beta EUR 5,000{shown}", "now")]


IDENTITY = (
    b"<</Type/Font/Subtype/Type0/BaseFont/A+F/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2/BaseFont/A+F"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/DW 600/FontDescriptor<</Type/FontDescriptor/FontName/A+F"
    b"/Flags 4/FontBBox[0 0 1000 1000]/ItalicAngle 0/Ascent 800/Descent -200/CapHeight 700/StemV 80>>>>]>>"
)


def test_a_font_that_does_not_say_which_letters_it_draws_has_no_text() -> None:
    shapes = "".join(f"{ord(char) - 29:04x}" for char in "Discovery EUR 4,000.00")
    with pytest.raises(UnreadableError) as caught:
        read("a.pdf", drawn(f"BT /F 10 Tf 50 700 Td <{shapes}> Tj ET", font=IDENTITY))
    assert (str(caught.value), caught.value.damaged) == (
        "has text in a font that does not say which letters it draws",
        False,
    )
