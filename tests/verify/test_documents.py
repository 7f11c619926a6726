"""Each kind of file becomes rows with places; what can't be read says why."""

from __future__ import annotations

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
