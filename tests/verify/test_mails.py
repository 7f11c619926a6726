"""The text of e-mails and pages, whatever parts and character sets they are made of."""

from __future__ import annotations

import base64
from datetime import date
from decimal import Decimal

import pytest

from mtrack.verify.claims import MilestoneClaim, SignoffClaim
from mtrack.verify.documents import read
from mtrack.verify.documents.document import UnreadableError
from mtrack.verify.papers import papers
from mtrack.verify.signoff import check_signoff

HEAD = "Date: Tue, 3 Feb 2026 10:00:00 +0100\nFrom: Ada Client <ada@example.org>\nMIME-Version: 1.0\n"
INNER = "Date: Mon, 5 Jan 2026 10:00:00 +0000\nFrom: Bo <bo@example.org>\n\nBeta is accepted.\n"


def texts(data: str | bytes) -> list[str]:
    """The rows of an e-mail below its own headers."""
    document = read("a.eml", data if isinstance(data, bytes) else data.encode())
    assert (str(document.day), document.sender) == ("2026-02-03", "Ada Client")
    assert [row.number for row in document.rows] == sorted({row.number for row in document.rows})
    return [row.text for row in document.rows[2:]]


def mixed(*parts: str, kind: str = "mixed") -> str:
    """A text of several parts, each with its headers."""
    return (
        f"Content-Type: multipart/{kind}; boundary={kind}\n\n"
        + "".join(f"--{kind}\n{part}\n" for part in parts)
        + f"--{kind}--\n"
    )


PLAIN, EMPTY = "Content-Type: text/plain\n\nBeta is accepted.", "Content-Type: text/plain\n\n \n"
PAGE = "Content-Type: text/html\n\n<p>Beta is <b>accepted</b>.</p>"
MEETING = "Content-Type: text/calendar; method=REPLY\n\nSUMMARY:Beta is accepted.\n"
PARTS = {
    "plain before a page": (mixed(PLAIN, PAGE.replace("Beta", "x"), kind="alternative"), ["Beta is accepted."]),
    "plain behind a page": (mixed(PAGE.replace("Beta", "x"), PLAIN, kind="alternative"), ["Beta is accepted."]),
    "a page, plain without text": (mixed(EMPTY, PAGE, kind="alternative"), ["Beta is accepted."]),
    "a page with its picture": (
        mixed(EMPTY, mixed(PAGE, "Content-Type: image/png\n\nx", kind="related"), kind="alternative"), ["Beta is accepted."],
    ),
    "several texts": (mixed(PLAIN, PAGE, "Content-Type: text/plain\nContent-Disposition: inline\n\nAda\n"), [
        "Beta is accepted.", "Beta is accepted.", "Ada",
    ]),
    "a signed text": (mixed(mixed(PLAIN, PAGE, kind="alternative"), "Content-Type: application/x\n\nx", kind="signed"), ["Beta is accepted."]),
    "an attached text": (mixed(PLAIN, "Content-Type: text/plain\nContent-Disposition: attachment; filename=a\n\nx"), ["Beta is accepted."]),
    "a message within": (mixed("Content-Type: text/plain\n\nSee below.", f"Content-Type: message/rfc822\n\n{INNER}"), [
        "See below.", "Date: Mon, 05 Jan 2026 10:00:00 +0000", "From: Bo <bo@example.org>", "Beta is accepted.",
    ]),
    "an attached message": (mixed(f"Content-Type: message/rfc822\nContent-Disposition: attachment\n\n{INNER}"), [
        "Date: Mon, 05 Jan 2026 10:00:00 +0000", "From: Bo <bo@example.org>", "Beta is accepted.",
    ]),
    "a meeting": (MEETING, ["SUMMARY:Beta is accepted."]),
    "a meeting with a text": (mixed(PLAIN, MEETING, kind="alternative"), ["Beta is accepted."]),
    "nothing": (mixed(), []),
}  # fmt: skip


@pytest.mark.parametrize(("body", "rows"), PARTS.values(), ids=PARTS)
def test_each_text_of_an_e_mail_is_read_once(body: str, rows: list[str]) -> None:
    assert texts(HEAD + body) == rows


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\n", b"From bo@example.org Tue Feb  3 2026\n"])
def test_what_stands_before_the_headers_does_no_harm(before: bytes) -> None:
    assert texts(before + f"{HEAD}\nBeta is accepted.\n".encode()) == ["Beta is accepted."]


def test_an_e_mail_in_utf_16_is_read() -> None:
    assert texts(f"{HEAD}\nBeta is accepted.\n".encode("utf-16")) == ["Beta is accepted."]


def test_messages_within_messages_end_somewhere() -> None:
    assert len(texts(HEAD + "Content-Type: message/rfc822\n\nDate: x\n" * 90 + "\nx\n")) < 50


@pytest.mark.parametrize("kind", ["mixed", "alternative"])
def test_an_e_mail_of_many_parts_is_not_read(kind: str) -> None:
    assert len(texts(HEAD + mixed(*[PLAIN] * 200, kind=kind))) == (200 if kind == "mixed" else 1)
    with pytest.raises(UnreadableError, match="has more parts than an e-mail should"):
        texts(HEAD + mixed(*[PLAIN] * 201, kind=kind))


CHARSETS = {
    "none": ("", "Für Beta: 4.000 €", "utf-8"),
    "none, and Windows": ("", "Für Beta: 4.000 €", "cp1252"),
    "one too small": ("; charset=us-ascii", "Für Beta: 4.000 €", "cp1252"),
    "one too old": ("; charset=iso-8859-1", "Für Beta: 4.000 €", "cp1252"),
    "one that is not so": ("; charset=iso-8859-1", "Für Beta: 4.000 €", "utf-8"),
    "one nobody knows": ("; charset=x-none", "Für Beta: 4.000 €", "utf-8"),
    "one that is no text": ("; charset=base64", "Für Beta: 4.000 €", "utf-8"),
    "Japanese": ("; charset=iso-2022-jp", "検収 Beta 4,000円", "iso-2022-jp"),
    "Japanese of Windows": ("; charset=shift_jis", "検収 Beta 4,000円", "shift_jis"),
    "Russian": ("; charset=koi8-r", "Этап Beta", "koi8-r"),
    "with the euro": ("; charset=iso-8859-15", "Für Beta: 4.000 €", "iso-8859-15"),
}


@pytest.mark.parametrize(("named", "text", "charset"), CHARSETS.values(), ids=CHARSETS)
@pytest.mark.parametrize("kind", ["plain", "html"])
def test_a_text_is_read_by_the_character_set_that_it_names(kind: str, named: str, text: str, charset: str) -> None:
    head = f"{HEAD}Content-Type: text/{kind}{named}\nContent-Transfer-Encoding: "
    assert texts(head.encode() + b"8bit\n\n" + text.encode(charset)) == [text]
    assert texts(head.encode() + b"base64\n\n" + base64.encodebytes(text.encode(charset))) == [text]


@pytest.mark.parametrize(
    "head",
    ["<meta charset={}>", '<html><head><META http-equiv="Content-Type" content="text/html; charset={}">', '<?xml version="1.0" encoding="{}"?>'],
)  # fmt: skip
@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "koi8-r"])
def test_a_page_is_read_by_the_character_set_that_its_head_names(head: str, charset: str) -> None:
    page = f"{head.format(charset)}<p>Этап: 4 000</p>".encode(charset)
    assert [row.text for row in read("a.html", page).rows] == ["Этап: 4 000"]
    assert texts(f"{HEAD}Content-Type: text/html\nContent-Transfer-Encoding: 8bit\n\n".encode() + page) == [
        "Этап: 4 000"
    ]


FORWARDED = {
    "with words": ("---------- Forwarded message ---------\nFrom: Ada <ada@example.org>\nDate: Mon, 5 Jan 2026 at 10:00\n\nBeta is fine.", "computed"),
    "in German": ("Von: Ada\nGesendet: Montag, 5. Januar 2026 10:00\nBetreff: Beta", "computed"),
    "quoted": ("> *Sent:* Monday, January 5, 2026 10:00 AM\n> Beta is fine.", "computed"),
    "of another day": ("Date: Mon, 12 Jan 2026 10:00:00 +0100\nBeta is fine.", "differs"),
    "a day in the text": ("Beta: handed over on 5 January 2026. It is fine.", "differs"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "verdict"), FORWARDED.values(), ids=FORWARDED)
def test_the_day_of_approval_may_be_that_of_a_message_within(text: str, verdict: str) -> None:
    claim = SignoffClaim("M1", (MilestoneClaim("M1", "Beta", Decimal(1)),), date(2026, 1, 5))
    for data in (f"{HEAD}\n{text}\n", HEAD + mixed("Content-Type: text/plain\n\nSee below.\n" + text)):
        document = read("a.eml", data.encode())
        found = check_signoff(claim, papers([("a.eml", document)]), is_mail=True, day=document.day)
        assert [(one.field, one.verdict) for one in found] == [("milestone", "confirmed"), ("date", verdict)]


def test_the_day_of_approval_may_be_that_of_an_attached_message() -> None:
    claim = SignoffClaim("M1", (MilestoneClaim("M1", "Beta", Decimal(1)),), date(2026, 1, 5))
    document = read("a.eml", (HEAD + mixed(f"Content-Type: message/rfc822\n\n{INNER}")).encode())
    found = check_signoff(claim, papers([("a.eml", document)]), is_mail=True, day=document.day)
    assert [one.verdict for one in found] == ["confirmed", "computed"]


@pytest.mark.parametrize(
    ("mail", "forwards"),
    [
        (HEAD + mixed(f"Content-Type: message/rfc822\n\n{INNER}"), True),
        (f"Subject: FW: M2\n{HEAD}Content-Type: text/plain\n\nSee below.", True),
        (f"Subject: Re: M2\n{HEAD}Content-Type: text/plain\n\n> Sent: 2 February 2026 10:15", False),
    ],
)
def test_an_e_mail_that_forwards_another_is_known(mail: str, forwards: bool) -> None:  # noqa: FBT001
    assert read("a.eml", mail.encode()).forwards is forwards
