"""Each recorded value beside an e-invoice: what it says, what stands there instead, or that it has nothing there."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from papers_of import cii, ubl

from mtrack.verify.claims import InvoiceClaim
from mtrack.verify.einvoice import read_einvoice
from mtrack.verify.invoice import check_structured

if TYPE_CHECKING:
    from mtrack.record.verdict import Verdict

CLAIM = InvoiceClaim("INV-7", "EUR", Decimal(4000), date(2026, 2, 3), Decimal(760), due=(date(2026, 3, 5),))
FORMATS = {"UBL": ubl(), "CII": cii(), "ZUGFeRD 1": cii(first_version=True)}
ELEMENTS = {
    "number": ("ID", "ID"), "currency": ("DocumentCurrencyCode", "InvoiceCurrencyCode"), "sent": ("IssueDate", "IssueDateTime"),
    "due": ("DueDate", "SpecifiedTradePaymentTerms"), "net": ("TaxExclusiveAmount", "TaxBasisTotalAmount"),
    "tax": ("TaxAmount", "TaxTotalAmount"), "gross": ("TaxInclusiveAmount", "GrandTotalAmount"),
}  # fmt: skip
BAD = {
    "net": ["9.000,00", "4E3", "EUR 4000", "NaN", "1" * 31],
    "tax": ["760,00", "-"],
    "gross": ["4 760.00"],
    "sent": ["03.02.2026", "2026-02-30"],
    "due": ["in 30 days"],
}


def verdicts(data: bytes, claim: InvoiceClaim = CLAIM) -> dict[str, Verdict]:
    invoice = read_einvoice(data)
    assert invoice is not None
    return {verdict.field: verdict for verdict in check_structured(claim, invoice, "i.xml")}


def element(kind: str, field: str) -> str:
    return ELEMENTS[field][kind != "UBL"]


def without(data: bytes, name: str) -> bytes:
    return re.sub(rf"<(\w:{name})\b.*?</\1>".encode(), b"", data, count=1, flags=re.DOTALL)


def filled(data: bytes, name: str, text: str) -> bytes:
    found = re.search(rf"<(\w:{name})\b[^>]*>(?:\s*<\w:Due[^>]*>)?(?:<\w:DateTimeString[^>]*>)?([^<]*)<".encode(), data)
    assert found is not None
    return data[: found.start(2)] + text.encode() + data[found.end(2) :]


@pytest.mark.parametrize("field", ELEMENTS)
@pytest.mark.parametrize("kind", FORMATS)
def test_what_an_e_invoice_lacks_is_not_found(kind: str, field: str) -> None:
    data = without(FORMATS[kind], element(kind, field))
    assert data != FORMATS[kind]
    for paper in (data, filled(FORMATS[kind], element(kind, field), " ")):
        found = verdicts(paper)
        said = {one: verdict.verdict for one, verdict in found.items() if verdict.verdict != "confirmed"}
        if field == "currency":  # an amount still says which it is in
            assert said == {}
            paper = paper.replace(b' currencyID="EUR"', b"")  # noqa: PLW2901
            assert verdicts(paper)["currency"].verdict == "not_found"
            continue
        assert said == {field: "not_found"}
        assert (found[field].found, found[field].file, found[field].quote) == (None, None, None)


@pytest.mark.parametrize(("field", "text"), [(field, text) for field, texts in BAD.items() for text in texts])
@pytest.mark.parametrize("kind", FORMATS)
def test_what_cannot_be_read_is_told_as_it_stands_there(kind: str, field: str, text: str) -> None:
    found = verdicts(filled(FORMATS[kind], element(kind, field), text))
    assert {one for one, verdict in found.items() if verdict.verdict != "confirmed"} == {field}
    verdict = found[field]
    assert (verdict.verdict, verdict.found, verdict.file) == ("not_found", None, "i.xml")
    assert verdict.quote in {text, f"EUR {text}"}
    assert verdict.note.startswith("not a")


def test_an_invoice_with_nothing_in_it() -> None:
    found = verdicts(b'<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>')
    assert {field: verdict.verdict for field, verdict in found.items()} == {
        **dict.fromkeys(ELEMENTS, "not_found"), "kind": "confirmed",
    }  # fmt: skip


def test_amounts_in_another_currency_than_the_invoice_confirm_nothing() -> None:
    found = verdicts(ubl().replace(b'currencyID="EUR"', b'currencyID="USD"'))
    assert {field: verdict.quote for field, verdict in found.items() if verdict.verdict == "not_found"} == {
        "net": "USD 4000.00", "tax": "USD 760.00", "gross": "USD 4760.00",
    }  # fmt: skip
    assert found["net"].note == "not an amount in EUR as e-invoices write it"


def test_tax_in_the_currency_of_the_books_stands_beside_that_of_the_invoice() -> None:
    books = b'<a:TaxTotal><c:TaxAmount currencyID="USD">900.00</c:TaxAmount></a:TaxTotal>'
    found = verdicts(ubl().replace(b"<a:TaxTotal>", books + b"<a:TaxTotal>"))
    assert {verdict.verdict for verdict in found.values()} == {"confirmed"}


@pytest.mark.parametrize(
    ("taxes", "found"),
    [
        (("700.00", "60.00"), "760.00"),  # of two kinds
        (("760.00", "760.00"), "760.00"),  # of the invoice, and of the books in the same currency
        (("60.00", "760.00"), "760.00"),
        (("700.00", "50.00"), "700.00"),  # nothing adds up
        (("760.00", "x"), "760.00"),
    ],
)
def test_several_taxes_of_one_currency_are_what_comes_to_gross(taxes: tuple[str, str], found: str) -> None:
    one, two = (f'<a:TaxTotal><c:TaxAmount currencyID="EUR">{tax}</c:TaxAmount></a:TaxTotal>' for tax in taxes)
    data = ubl().replace(
        b'<a:TaxTotal><c:TaxAmount currencyID="EUR">760.00</c:TaxAmount></a:TaxTotal>', (one + two).encode()
    )
    verdict = verdicts(data)["tax"]
    assert (verdict.found, verdict.verdict) == (found, "confirmed" if found == "760.00" else "differs")
    data = cii().replace(
        b">760.00<", f'>{taxes[0]}</x:TaxTotalAmount><x:TaxTotalAmount currencyID="EUR">{taxes[1]}<'.encode()
    )
    assert verdicts(data)["tax"].found == found


@pytest.mark.parametrize("kind", FORMATS)
def test_a_currency_in_small_letters_is_the_same(kind: str) -> None:
    found = verdicts(FORMATS[kind].replace(b"EUR<", b"eur<"))
    assert {verdict.verdict for verdict in found.values()} == {"confirmed"}


@pytest.mark.parametrize("time", ["0930", "093015"])
def test_a_day_of_cii_may_have_its_time(time: str) -> None:
    assert verdicts(filled(cii(), "IssueDateTime", f"20260203{time}"))["sent"].verdict == "confirmed"
    assert verdicts(filled(cii(), "IssueDateTime", f"20260204{time}"))["sent"].verdict == "differs"


def test_the_currency_of_the_amounts_is_that_of_an_invoice_that_names_none() -> None:
    found = verdicts(without(ubl(currency="USD"), "DocumentCurrencyCode"))
    assert (found["currency"].verdict, found["currency"].found) == ("differs", "USD")


def test_tax_that_only_shows_in_gross_is_told() -> None:
    claim = replace(CLAIM, tax=None)
    found = verdicts(without(ubl(), "TaxTotal"), claim)
    assert (found["gross"].verdict, found["gross"].recorded, found["gross"].found) == ("differs", "4000.00", "4760.00")
    assert "tax" not in found
    assert "gross" not in verdicts(without(ubl(), "TaxTotal"), replace(claim, total=Decimal(4000)))


def test_an_amount_of_many_digits_is_told_to_the_last() -> None:
    for sign in ("", "-"):
        verdict = verdicts(ubl(net=sign + "9" * 30))["net"]
        assert (verdict.verdict, verdict.found) == ("differs", "9" * 30 + ".00")


@pytest.mark.parametrize(
    ("code", "kind"), [("380", "invoice"), ("384", "invoice"), ("381", "credit note"), ("325", "proforma invoice")]
)
@pytest.mark.parametrize("data", FORMATS.values(), ids=FORMATS)
def test_the_kind_of_an_e_invoice_is_that_of_its_code(data: bytes, code: str, kind: str) -> None:
    verdict = verdicts(data.replace(b">380<", f">{code}<".encode()))["kind"]
    assert (verdict.verdict, verdict.found) == ("confirmed" if kind == "invoice" else "differs", kind)
