"""The fields of a structured invoice: UBL, CII (with Factur-X, XRechnung, ZUGFeRD 2) and ZUGFeRD 1."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.verify.documents import xml
from mtrack.verify.documents.document import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

_CREDIT_NOTES = frozenset(["81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"])
"""Codes of UNTDID 1001 that mean a credit note."""
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T Z+-].*)?", re.ASCII | re.DOTALL)
_AMOUNT = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})", re.ASCII)
_INSIDE = re.compile(r"(?:factur-?x|zugferd-invoice|xrechnung)\.xml", re.IGNORECASE)


class EInvoice(Struct, frozen=True):
    """A structured invoice; amounts as it gives them, None where it gives none. `credits` are the invoices it credits."""

    number: str
    credit_note: bool
    issued: date | None
    due: tuple[date, ...]
    currency: str
    net: Decimal | None
    tax: Decimal | None
    gross: Decimal | None
    credits: tuple[str, ...] = ()


def read_einvoice(data: bytes) -> EInvoice | None:
    """The invoice in an XML text; None where the XML is something else. Raises `UnreadableError`."""
    root = xml.read_xml(data)
    if xml.local(root.tag) == "StandardBusinessDocument":  # the envelope of Peppol
        root = next((child for child in root if xml.local(child.tag) in {"Invoice", "CreditNote"}), root)
    name = xml.local(root.tag)
    if name in {"Invoice", "CreditNote"} and "oasis:names:specification:ubl" in root.tag:
        return _ubl(root, credit_note=name == "CreditNote")
    if name == "CrossIndustryInvoice":
        return _cii(root, "ExchangedDocument", "SupplyChainTradeTransaction", "Header")
    if name == "CrossIndustryDocument":
        return _cii(root, "HeaderExchangedDocument", "SpecifiedSupplyChainTradeTransaction", "SupplyChain")
    return None


def embedded(attached: Iterable[tuple[str, bytes]]) -> EInvoice | None:
    """The structured invoice among the files inside a PDF; None where there is none."""
    for _, data in sorted(attached, key=lambda file: not _INSIDE.fullmatch(file[0])):
        try:
            invoice = read_einvoice(data)
        except UnreadableError:
            continue
        if invoice is not None:
            return invoice
    return None


def _ubl(root: Element, *, credit_note: bool) -> EInvoice:
    code = xml.text(root, "InvoiceTypeCode") or xml.text(root, "CreditNoteTypeCode")
    currency = xml.text(root, "DocumentCurrencyCode")
    total = xml.first(root, "LegalMonetaryTotal")
    due = [
        xml.text(root, "DueDate"),
        *(xml.text(node) for node in xml.every(root, "PaymentMeans", "PaymentDueDate")),
        *(xml.text(node) for node in xml.every(root, "PaymentTerms", "PaymentDueDate")),
        *(xml.text(node) for node in xml.every(root, "PaymentTerms", "InstallmentDueDate")),
    ]
    return EInvoice(
        number=xml.text(root, "ID"),
        credit_note=credit_note or code in _CREDIT_NOTES,
        issued=_date(xml.text(root, "IssueDate")),
        due=_dates(due),
        currency=currency,
        net=_amount(xml.every(total, "TaxExclusiveAmount"), currency),
        tax=_amount(xml.every(root, "TaxTotal", "TaxAmount"), currency),
        gross=_amount(xml.every(total, "TaxInclusiveAmount"), currency),
        credits=_texts(xml.every(root, "BillingReference", "InvoiceDocumentReference", "ID")),
    )


def _cii(root: Element, document: str, deal: str, part: str) -> EInvoice:
    """CII and the ZUGFeRD 1 before it differ in the names of three elements."""
    header = xml.first(root, document)
    settlement = xml.first(root, deal, f"Applicable{part}TradeSettlement")
    summation = (
        "SpecifiedTradeSettlementHeaderMonetarySummation"
        if part == "Header"
        else "SpecifiedTradeSettlementMonetarySummation"
    )
    total = xml.first(settlement, summation)
    currency = xml.text(settlement, "InvoiceCurrencyCode")
    terms = list(xml.every(settlement, "SpecifiedTradePaymentTerms", "DueDateDateTime"))
    return EInvoice(
        number=xml.text(header, "ID"),
        credit_note=xml.text(header, "TypeCode") in _CREDIT_NOTES,
        issued=_date(_time(xml.first(header, "IssueDateTime"))),
        due=_dates(map(_time, terms)),
        currency=currency,
        net=_amount(xml.every(total, "TaxBasisTotalAmount"), currency),
        tax=_amount(xml.every(total, "TaxTotalAmount"), currency),
        gross=_amount(xml.every(total, "GrandTotalAmount"), currency),
        credits=_texts(xml.every(settlement, "InvoiceReferencedDocument", "IssuerAssignedID")),
    )


def _time(node: Element | None) -> str:
    return xml.text(node, "DateTimeString") or xml.text(node, "DateTime") or xml.text(node)


def _texts(nodes: Iterable[Element]) -> tuple[str, ...]:
    return tuple(filter(None, map(xml.text, nodes)))


def _dates(texts: Iterable[str]) -> tuple[date, ...]:
    return tuple(dict.fromkeys(day for text in texts if (day := _date(text)) is not None))


def _date(text: str) -> date | None:
    match = _DATE.fullmatch(text.strip())
    try:
        return date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None


def _amount(nodes: Iterable[Element], currency: str) -> Decimal | None:
    """The amount in the invoice's currency; the first where none says which."""
    found: Decimal | None = None
    for node in nodes:
        text = (node.text or "").strip()
        if not _AMOUNT.fullmatch(text):
            continue
        value = money.plus(Decimal(text), money.ZERO)
        if node.get("currencyID") == currency:
            return value
        found = value if found is None else found
    return found
