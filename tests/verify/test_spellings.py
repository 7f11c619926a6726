"""Invoice numbers and ids as papers print them: they compare as in the records, and no other number is taken for one."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

import pytest

from mtrack.record.model import number_key
from mtrack.verify.claims import InvoiceClaim, MilestoneClaim, SignoffClaim
from mtrack.verify.documents import read
from mtrack.verify.documents.document import plain_forms
from mtrack.verify.invoice import check_text
from mtrack.verify.papers import papers
from mtrack.verify.signoff import check_signoff


def wide(text: str) -> str:
    """The text in full width."""
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text)


def verdicts(number: str, text: str) -> dict[str, tuple[str, str | None]]:
    claim = InvoiceClaim(number=number, currency="EUR", net=Decimal("12000.00"), sent=date(2026, 2, 3))
    document = read("invoice.txt", text.encode())
    found = check_text(claim, papers([("invoice.txt", document)]))
    return {item.field: (item.verdict, item.found) for item in found}


def is_found(number: str, printed: str) -> bool:
    return verdicts(number, f"Invoice {printed}\nTotal EUR 12,000.00\n")["number"][0] == "confirmed"


SAME = {
    "as it is": ("INV-2026-008", "INV-2026-008"),
    "full width": ("INV-2026-008", wide("INV-2026-008")),
    "full width in the records": (wide("INV-2026-008"), "INV-2026-008"),
    "digits alone in full width": ("2026008", wide("2026008")),
    "another type face": ("INV-12", "\U0001d408\U0001d40d\U0001d415-\U0001d7cf\U0001d7d0"),
    "case": ("inv-12", "INV-12"),
    "an en dash": ("INV-12", "INV\u201312"),
    "a minus sign": ("INV-12", "INV\u221212"),
    "a full-width hyphen": ("INV-12", "INV\uff0d12"),
    "a dash in the records": ("INV\u201312", "INV-12"),
    "a soft hyphen": ("INV-12", "IN\u00adV-12"),
    "what shows nothing": ("INV-12", "INV\u2060-1\u200b2"),
    "spaces": ("INV-12", "INV - 12"),
    "a ligature": ("OFFICE-1", "O\ufb03CE-1"),
    "a footnote behind it": ("INV-1", "INV-1\u00b2"),
    "a fraction behind it": ("INV-1", "INV-1\u00bd"),
    "the end of a sentence": ("INV-33", "is INV-33."),
    "brackets": ("INV-33", "(INV-33)"),
    "quotes": ("INV-33", '"INV-33"'),
    "a comma behind it": ("INV-33", "INV-33, of 3 February 2026"),
    "a colon behind it": ("INV-33", "INV-33: thank you"),
    "a colon before it": ("INV-33", "number:INV-33"),
    "a point before it": ("30064443", "Nr.30064443"),
    "a date behind it": ("INV-33", "INV-33 - 3 February 2026"),
    "no gap, as in Japanese": ("INV-33", "\u756a\u53f7INV-33\u3067\u3059"),
    "a digit": ("5", "No. 5"),
    "a digit behind a sign": ("5", "#5"),
    "a digit behind a sign for number": ("5", "\u21165"),
    "a digit behind a degree": ("5", "n\u00b05 du 3 f\u00e9vrier 2026"),
    "a digit below its heading": ("5", "number    Date\n5    3 February 2026"),
    "a date": ("2026-01-05", "2026-01-05"),
    "a number beside an amount": ("12345", "12345 EUR 12,000.00"),
}
OTHER = {
    "a longer one": ("INV-1", "INV-12"),
    "a longer one in full width": ("INV-1", wide("INV-12")),
    "longer before": ("77", "377"),
    "longer before in full width": ("77", wide("377")),
    "a footnote that makes another": ("INV-12", "INV-1\u00b2"),
    "a fraction that makes another": ("INV-11", "INV-1\u00bd"),
    "another": ("INV-12", wide("INV-13")),
    "other digits of a script": ("INV-12", "INV-\u0661\u0662"),
    "a word before it": ("INV-33", "PRO-INV-33"),
    "a letter before it": ("INV-32", "XINV-32"),
    "a letter behind it": ("INV-32", "INV-32b"),
    "a part behind a slash": ("INV-34", "INV-34/2"),
    "a part behind a dash": ("INV-31", "INV-31-B"),
    "a part behind a point": ("INV-31", "INV-31.2"),
    "a part behind a line": ("INV-31", "INV-31_2"),
    "the end of another": ("0008", "INV/2023/03/0008"),
    "a part of a date": ("5", "2026-88\n3 Feb 2026 due 5 Mar 2026"),
    "a year": ("2026", "INV-3 of 3 Feb 2026"),
    "a month": ("2026-01", "INV-3 of 2026-01-15"),
    "a count": ("5", "INV-3\n5 pieces"),
    "a page": ("5", "INV-3\nPage 5"),
    "an amount": ("12345", "INV-3\nDiscovery EUR 12345"),
    "a part of an amount": ("345", "INV-3\nDiscovery EUR 12,345"),
}


@pytest.mark.parametrize("printed", ["PRO-INV-33", "INV-34/2", "INV-31-B", "XINV-32"])
def test_the_nearest_number_is_told_as_a_whole(printed: str) -> None:
    assert verdicts("INV-3", f"Invoice of Ada\n{printed}\nTotal EUR 12,000.00\n")["number"] == ("not_found", printed)


@pytest.mark.parametrize("name", SAME)
def test_a_number_that_reads_the_same_is_found(name: str) -> None:
    assert is_found(*SAME[name])


@pytest.mark.parametrize("name", OTHER)
def test_another_number_is_not_taken_for_it(name: str) -> None:
    assert not is_found(*OTHER[name])


def test_a_full_width_paper_is_read_as_a_whole() -> None:
    text = f"{wide('Invoice No: INV-2026-008')}\n{wide('Date: 2026-02-03')}\n{wide('Total EUR 12,000.00')}\n"
    found = verdicts("INV-2026-008", text)
    assert {field: state for field, (state, _) in found.items()} == dict.fromkeys(
        ("number", "net", "sent", "currency"), "confirmed"
    )
    assert verdicts("INV-2026-009", text)["number"] == ("not_found", "INV-2026-008")


def test_only_width_and_type_face_change_in_a_row() -> None:
    kept = "\u00bd \u00b2 \u2460 \ufb03 \u2013 \u00e9 \u2116"
    assert plain_forms(kept) == kept
    for char in map(chr, range(0xFF01, 0xFF5F)):
        assert plain_forms(char) == unicodedata.normalize("NFKC", char)


def test_every_spelling_of_a_number_that_the_records_take_for_it_is_found() -> None:
    """But for what NFKC makes of marks: a superscript is no digit of the number."""
    for char in map(chr, range(0x80, 0x10FFFF)):
        if unicodedata.category(char) not in ("Lu", "Ll", "Nd", "Pd") or number_key(char) not in "abcz0127-":
            continue
        if unicodedata.decomposition(char).startswith(("<super>", "<sub>")) or not number_key(char):
            continue
        assert is_found(f"X{number_key(char)}9", f"X{char}9"), f"U+{ord(char):04X}"


@pytest.mark.parametrize("printed", ["WP-1", wide("WP-1"), "wp\u20131", "WP\u22121", "W\u2060P-1"])
def test_an_id_on_a_sign_off(printed: str) -> None:
    milestones = tuple(
        MilestoneClaim(id=one, name=name, amount=Decimal(1)) for one, name in (("WP-1", "Alpha"), ("WP-2", "Beta"))
    )
    for own, expected in (("WP-1", "confirmed"), ("WP-2", "differs")):
        claim = SignoffClaim(milestone=own, approved=None, milestones=milestones)
        document = read("mail.txt", f"We accept {printed}.\n".encode())
        (found,) = check_signoff(claim, papers([("mail.txt", document)]))
        assert found.verdict == expected


def test_a_range_of_ids_names_the_first() -> None:
    milestones = (MilestoneClaim(id="M1", name="Alpha", amount=Decimal(1)),)
    document = read("mail.txt", "We accept M1\u2013M3.\n".encode())
    (found,) = check_signoff(
        SignoffClaim(milestone="M1", approved=None, milestones=milestones), papers([("m", document)])
    )
    assert found.verdict == "confirmed"
