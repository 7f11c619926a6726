"""The fields of a structured invoice: UBL, CII (with Factur-X, XRechnung, ZUGFeRD 2) and ZUGFeRD 1."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack import money
from mtrack.record.verdict import Field  # noqa: TC001  (msgspec reads the annotations)
from mtrack.verify.documents import xml
from mtrack.verify.documents.document import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree.ElementTree import Element

_CREDIT_NOTES = frozenset(["81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"])
"""Codes of UNTDID 1001 that mean a credit note."""
_PROFORMA = "325"
_DATE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:[T Z+-].*|\d{4}(?:\d\d)?)?", re.ASCII | re.DOTALL)
"""A day, which may have its time behind it."""
_AMOUNT = re.compile(r"[+-]?(?:\d{1,30}(?:\.\d{0,30})?|\.\d{1,30})", re.ASCII)
_INSIDE = re.compile(r"(?:factur-?x|zugferd-invoice|xrechnung)\.xml", re.IGNORECASE)


class EInvoice(Struct, frozen=True):
    """A structured invoice; amounts and days as it gives them, None where it gives none.

    `credits` are the invoices it credits; `unread` what stands there for an amount or a day and can't be read as one in
    its currency, by the field of verdicts; `instalments` the days and amounts of its payment terms where each has both;
    `prepaid` what it says is paid already.
    """

    number: str
    credit_note: bool
    issued: date | None
    due: tuple[date, ...]
    currency: str
    net: Decimal | None
    tax: Decimal | None
    gross: Decimal | None
    credits: tuple[str, ...] = ()
    unread: dict[Field, str] = {}
    instalments: tuple[tuple[date, Decimal], ...] = ()
    proforma: bool = False
    prepaid: Decimal | None = None

    @property
    def kind(self) -> str:
        """What it is by its code, or by a negative total, as that of a correction may be."""
        total = self.net if self.gross is None else self.gross
        if self.credit_note or (total is not None and total < 0):
            return "credit note"
        return "proforma invoice" if self.proforma else "invoice"

    @property
    def adds_up(self) -> bool:
        """Whether net and tax come to gross; one without gross says nothing else."""
        return None in {self.net, self.gross} or money.total(filter(None, (self.net, self.tax))) == self.gross


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
    total = xml.first(root, "LegalMonetaryTotal")
    due = [
        xml.text(root, "DueDate"),
        *(xml.text(node) for node in xml.every(root, "PaymentMeans", "PaymentDueDate")),
        *(xml.text(node) for node in xml.every(root, "PaymentTerms", "PaymentDueDate")),
        *(xml.text(node) for node in xml.every(root, "PaymentTerms", "InstallmentDueDate")),
    ]
    return _invoice(
        xml.text(root, "ID"),
        xml.text(root, "DocumentCurrencyCode"),
        xml.text(root, "IssueDate"),
        due,
        {
            "net": list(xml.every(total, "TaxExclusiveAmount")),
            "tax": list(xml.every(root, "TaxTotal", "TaxAmount")),
            "gross": list(xml.every(total, "TaxInclusiveAmount")),
        },
        list(xml.every(total, "PrepaidAmount")),
        xml.every(root, "BillingReference", "InvoiceDocumentReference", "ID"),
        [
            (
                xml.text(terms, "PaymentDueDate") or xml.text(terms, "InstallmentDueDate"),
                list(xml.every(terms, "Amount")),
            )
            for terms in xml.every(root, "PaymentTerms")
        ],
        code,
        credit_note=credit_note,
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
    return _invoice(
        xml.text(header, "ID"),
        xml.text(settlement, "InvoiceCurrencyCode"),
        _time(xml.first(header, "IssueDateTime")),
        list(map(_time, xml.every(settlement, "SpecifiedTradePaymentTerms", "DueDateDateTime"))),
        {
            "net": list(xml.every(total, "TaxBasisTotalAmount")),
            "tax": list(xml.every(total, "TaxTotalAmount")),
            "gross": list(xml.every(total, "GrandTotalAmount")),
        },
        list(xml.every(total, "TotalPrepaidAmount")),
        xml.every(settlement, "InvoiceReferencedDocument", "IssuerAssignedID"),
        [
            (_time(xml.first(terms, "DueDateDateTime")), list(xml.every(terms, "PartialPaymentAmount")))
            for terms in xml.every(settlement, "SpecifiedTradePaymentTerms")
        ],
        xml.text(header, "TypeCode"),
    )


def _invoice(  # noqa: PLR0913
    number: str,
    code: str,
    issued: str,
    due: list[str],
    written: dict[Field, list[Element]],
    prepaid: list[Element],
    credited: Iterable[Element],
    terms: list[tuple[str, list[Element]]],
    kind: str,
    *,
    credit_note: bool = False,
) -> EInvoice:
    """The invoice of the texts and elements that a format has for its fields."""
    named = {name for nodes in written.values() for node in nodes if (name := _currency_of(node))}
    currency = code.upper() or (named.pop() if len(named) == 1 else "")
    days = _dates(due)
    amounts = {field: _amount(nodes, currency) for field, nodes in written.items()}
    amounts["tax"] = _tax(written["tax"], currency, amounts)
    unread = {field: next(filter(None, map(_words, nodes)), "") for field, nodes in written.items()}
    unread = {field: text for field, text in unread.items() if text and amounts[field] is None}
    if issued and _date(issued) is None:
        unread["sent"] = issued
    if any(due) and not days:
        unread["due"] = next(filter(None, due))
    return EInvoice(
        number=number,
        credit_note=credit_note or kind in _CREDIT_NOTES,
        issued=_date(issued),
        due=days,
        currency=currency,
        **amounts,
        credits=_texts(credited),
        unread=unread,
        instalments=_instalments(terms, currency),
        proforma=kind == _PROFORMA,
        prepaid=_amount(prepaid, currency),
    )


def _instalments(terms: list[tuple[str, list[Element]]], currency: str) -> tuple[tuple[date, Decimal], ...]:
    """The day and the amount of each of the payment terms; none where one lacks either."""
    read = [(_date(day), _amount(nodes, currency)) for day, nodes in terms]
    known = tuple((day, amount) for day, amount in read if day is not None and amount is not None)
    return known if len(known) == len(read) else ()


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
    readable = [node for node in nodes if _AMOUNT.fullmatch((node.text or "").strip())]
    own = [node for node in readable if _currency_of(node) == currency]
    fitting = own or [node for node in readable if not _currency_of(node)]
    return money.plus(Decimal((fitting[0].text or "").strip()), money.ZERO) if fitting else None


def _tax(nodes: list[Element], currency: str, amounts: dict[Field, Decimal | None]) -> Decimal | None:
    """The tax in the invoice's currency; the sum of several, as for each kind of tax, where it comes with net to gross and none alone does."""
    net, first, gross = amounts["net"], amounts["tax"], amounts["gross"]
    own = [amount for node in nodes if (amount := _amount([node], currency)) is not None]
    if net is None or gross is None or len(own) < 2:  # noqa: PLR2004  (one is the tax)
        return first
    tax = money.minus(gross, net)
    return tax if tax == money.total(own) or tax in own else first


def _currency_of(node: Element) -> str:
    return node.get("currencyID", "").strip().upper()


def _words(node: Element) -> str:
    """What stands for an amount, with its currency: "USD 4000.00"."""
    text = (node.text or "").strip()
    return f"{_currency_of(node)} {text}".strip() if text else ""
