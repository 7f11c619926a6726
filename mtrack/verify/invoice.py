"""An invoice's file beside its record: certain where the file is structured, evidence where it is text."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack import characters, money
from mtrack.record.model import number_key
from mtrack.record.verdict import Verdict
from mtrack.verify.amounts import Writing, amounts
from mtrack.verify.currencies import MARK, fits, of_mark
from mtrack.verify.dates import dates
from mtrack.verify.match import money_text, seen
from mtrack.verify.papers import limited, over, quote
from mtrack.verify.spots import MONEY_COLUMN, is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from mtrack.record.verdict import Field, State
    from mtrack.verify.amounts import Amount
    from mtrack.verify.claims import InvoiceClaim
    from mtrack.verify.dates import Day
    from mtrack.verify.documents.document import Row
    from mtrack.verify.einvoice import EInvoice
    from mtrack.verify.papers import Papers

EARLIER = 14
"""Days by which a paper's date may be before the day it was sent."""
_NUMBER = re.compile(
    r"(?:invoice|inv\.?|bill|rechnungs?|rg\.?|facture|factura|fattura|factuur|faktura|fatura|credit\s*note|gutschrifts?|avoir"
    r"|請求書)[\s\w-]{0,20}?(?:no\.?|nr\.?|n[°º]|number|num(?:mer|éro|ero)?\.?|#|id|番号)?\s*[:#.]?\s*"
    r"([A-Z0-9][A-Z0-9./_-]*\d[A-Z0-9./_-]*)",
    re.IGNORECASE,
)
_TOTAL = re.compile(
    r"total|sum|amount|betrag|netto|brutto|montant|importe|gesamt|totale|à payer|due|balance|net\b|totaal|bedrag|belopp|att betala"
    r"|合計|請求金額|小計",
    re.IGNORECASE,
)
_JOINED_BEFORE = re.compile(r"(?<![\w/-])(?:\w{1,20}[-/]){1,5}$")
_IN_WORD = r"[^\W\u3040-\u30ff\u3400-\u9fff]"
_CALLED = re.compile(
    r"(?:invoice|inv|bill|rechnung|rg|facture|factura|fattura|factuur|faktura|fatura|credit\s*note|gutschrift|avoir|請求書"
    r"|\bno|nr|\bn|n[°º]|number|nummer|num[eé]ro|num|\bid|#|番号)[\s.:#]*$",
    re.IGNORECASE,
)
"""The words right before an invoice's number."""
_HEADS_NUMBER = re.compile(
    r"invoice|rechnung|factur|fattura|factuur|fa[kc]?tura|credit\s*note|gutschrift|avoir|請求書|\bno\b|\bnr\b|number|nummer",
    re.IGNORECASE,
)
"""The words of a heading that may stand above it."""
_MAX_CALLED = 40
_SHORT_NUMBER = 4
"""Digits of a number that may as well be a day, a year or a count."""
_NET = re.compile(
    r"\b(?:nett?o?|sub-?\s?total|zwischensumme|sous-total|excl\w*|exkl\w*|excluding|before|without|ohne|hors|h\.?t|zzgl|base imponible"
    r"|imponibile|taxable|steuerbasis)\b|小計|税抜",
    re.IGNORECASE,
)
_GROSS = re.compile(r"\b(?:gross|brutto|t\.?t\.?c|bruto)\b|税込", re.IGNORECASE)
_WITH = re.compile(r"\b(?:incl\w*|inkl\w*|including|with|mit|y compris|iva incluido)\b", re.IGNORECASE)
_TAX = re.compile(
    r"\b(?:vat|v\.a\.t|tax(?:es)?|gst|hst|mwst|ust|umsatzsteuer|mehrwertsteuer|tva|iva|btw|moms)\b|消費税",
    re.IGNORECASE,
)
_BASE = re.compile(r"\b(?:of|on|auf|von|sur|su|de|sobre|av|på|over)\s*(?:[A-Z]{3}|\W)*$")
"""Behind words such as "VAT 19 % on" stands the amount that is taxed."""
_TOTAL_ALONE = re.compile(r"total|sum\b|summe|gesamt|insgesamt|due\b|balance|合計|請求金額", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_MARK = re.compile(MARK)
_DUE = re.compile(
    r"\bdue\b|payable|pay\w*\s+(?:by|until)|fällig|zahlbar|zahlungsziel|échéance|vencimiento|vence|limite|scadenza|verval|förfall|forfald|支払期限",
    re.IGNORECASE,
)
_ISSUED = re.compile(
    r"dated?\b|datum|issued|\bfecha|\bdata\b|\bdato\b|émise|\bdel?\s*$|発行|請求日|日付", re.IGNORECASE
)
_MAX_ROWS = 5_000
_APART = ("<super>", "<sub>", "<fraction>")
"""Kinds of characters that NFKC makes digits of the number before them: the mark of a footnote is none."""


def check_structured(claim: InvoiceClaim, paper: EInvoice, path: str) -> list[Verdict]:
    """The verdicts of a structured invoice on the recorded fields, and on tax that only it has."""
    return list(_Structured(claim, paper, path).verdicts())


class _Structured:
    """The fields of a structured invoice beside those recorded."""

    def __init__(self, claim: InvoiceClaim, paper: EInvoice, path: str) -> None:
        self.claim, self.paper, self.path = claim, paper, path

    def verdicts(self) -> Iterator[Verdict]:
        """One verdict per field that is recorded."""
        claim, paper = self.claim, self.paper
        same = number_key(claim.number) == number_key(paper.number)
        yield self._verdict("number", claim.number, paper.number, same=same)
        yield self._verdict("currency", claim.currency, paper.currency, same=claim.currency == paper.currency)
        yield self._day(
            "sent", claim.sent, paper.issued, same=paper.issued is not None and _is_sent(claim, paper.issued)
        )
        if claim.due:
            same = not set(paper.due).isdisjoint(claim.due)
            yield self._day("due", claim.due[0], next(iter(paper.due), None), same=same)
        yield self._amount("net", claim.paper_net, paper.net)
        if claim.total is None:
            yield from self._tax()
        credit_note = paper.credit_note or _negative(paper.gross if paper.gross is not None else paper.net)
        yield self._verdict("kind", _kind(claim.credit_note), _kind(credit_note), same=claim.credit_note == credit_note)

    def _tax(self) -> Iterator[Verdict]:
        """Tax and gross, where the paper bills this record alone; tax that the record lacks is reported once."""
        claim, paper = self.claim, self.paper
        if claim.tax is not None:
            yield self._amount("tax", claim.tax, paper.tax)
        elif paper.tax:
            yield self._verdict("tax", None, money_text(paper.tax.copy_abs()), same=False)
            return
        if claim.tax is not None or paper.gross is not None:
            yield self._amount("gross", money.plus(claim.net, claim.tax or money.ZERO), paper.gross)

    def _amount(self, field: Field, recorded: Decimal, found: Decimal | None) -> Verdict:
        written = "" if found is None else money_text(found.copy_abs())
        same = found is not None and found.copy_abs() == recorded
        return self._verdict(field, money_text(recorded), written, same=same)

    def _day(self, field: Field, recorded: date, found: date | None, *, same: bool) -> Verdict:
        return self._verdict(field, recorded.isoformat(), "" if found is None else found.isoformat(), same=same)

    def _verdict(self, field: Field, recorded: str | None, found: str, *, same: bool) -> Verdict:
        verdict = Verdict("invoice", self.claim.number, field, recorded, "not_found", certain=True)
        if found:
            return replace(verdict, verdict="confirmed" if same else "differs", found=found, file=self.path)
        unread = self.paper.unread.get(field)
        if unread is None:
            return verdict
        what = "a day" if field in {"sent", "due"} else f"an amount in {self.paper.currency}".removesuffix(" in ")
        return replace(verdict, file=self.path, quote=quote(unread), note=f"not {what} as e-invoices write it")


def _kind(credit_note: bool) -> str:  # noqa: FBT001
    return "credit note" if credit_note else "invoice"


def _negative(amount: Decimal | None) -> bool:
    return amount is not None and amount < 0


def _is_sent(claim: InvoiceClaim, day: date) -> bool:
    return claim.sent - timedelta(days=EARLIER) <= day <= claim.sent


def check_text(claim: InvoiceClaim, papers: Papers) -> list[Verdict]:
    """The verdicts of an invoice that is text on the recorded fields."""
    return limited(list(_Text(claim, papers).verdicts()), over(papers, _MAX_ROWS))


class _Text:
    """The rows of one invoice, with their amounts and dates."""

    def __init__(self, claim: InvoiceClaim, papers: Papers) -> None:
        self.claim, self.papers = claim, papers
        rows = papers.rows[:_MAX_ROWS]
        writing = Writing(row.text for row in rows)
        self.amounts = [
            (i, amount)
            for i, row in enumerate(rows)
            for amount in amounts(row.text, writing, claim.currency)
            if not amount.percent
        ]
        self.marked: dict[int, list[str]] = {}
        for i, amount in self.amounts:
            if amount.marked:
                self.marked.setdefault(i, []).append(amount.raw)
        self.negative = self._negative_total()
        self.may_be_negative = claim.credit_note or self.negative is not None
        self.labels = dict(_labels(rows, self.amounts))
        self.taxes = {
            amount.values[0] for i, amount in self.amounts if self.labels[i, amount.start] == "tax" and amount.values[0]
        }
        self.days = [(i, day.days, role) for i, row in enumerate(rows) for day, role in _days(row.text)]

    def verdicts(self) -> Iterator[Verdict]:
        """One verdict per field that is recorded."""
        claim = self.claim
        yield self._number()
        yield from self._money()
        early = tuple(claim.sent - timedelta(days=back) for back in range(EARLIER + 1))
        yield self._day("sent", early)
        if claim.due:
            yield self._day("due", claim.due)
        yield self._currency()
        if self.negative is not None and not claim.credit_note:
            yield self._verdict("kind", "invoice", "differs", "credit note", self.negative)

    def _verdict(
        self, field: Field, recorded: str, state: State, found: str | None = None, row: int | None = None
    ) -> Verdict:
        verdict = Verdict("invoice", self.claim.number, field, recorded, state, found)
        return verdict if row is None else seen(self.papers, row, verdict)

    def _number(self) -> Verdict:
        number = _number_pattern(self.claim.number)
        for i, row in enumerate(self.papers.rows[:_MAX_ROWS]):
            if any(self._is_number(match, i) for match in number.finditer(_comparable(row.text))):
                return self._verdict("number", self.claim.number, "confirmed", self.claim.number, i)
        for i, row in enumerate(self.papers.rows[:_MAX_ROWS]):
            match = _NUMBER.search(row.text)
            if match:
                joined = _JOINED_BEFORE.search(row.text[: match.start(1)])
                whole = (joined[0] if joined else "") + match[1]
                return self._verdict("number", self.claim.number, "not_found", quote(whole)[:60], i)
        return self._verdict("number", self.claim.number, "not_found")

    def _is_number(self, match: re.Match[str], row: int) -> bool:
        """Whether what reads as the invoice's number is not a part of a date or an amount, nor a mere count."""
        text, length = match.string, len(match[0])
        for day in dates(text):
            if day.start <= match.start() and match.end() <= day.end and length < day.end - day.start:
                return False
        if not match[0].isdigit() or _CALLED.search(text[max(0, match.start() - _MAX_CALLED) : match.start()]):
            return True
        if length > _SHORT_NUMBER:
            return not any(match[0] in raw for raw in self.marked.get(row, ()))
        above = self.papers.rows[row - 1].text if row else ""
        return bool(_HEADS_NUMBER.search(above)) and not re.search(r"\d", above)

    def _money(self) -> Iterator[Verdict]:
        claim = self.claim
        net = claim.paper_net
        tax = claim.tax if claim.total is None else None
        gross = money.plus(net, tax) if tax else None
        net_verdict = self._amount("net", net)
        gross_verdict = self._amount("gross", gross) if gross is not None else None
        if net_verdict.verdict != "confirmed" and gross_verdict and gross_verdict.verdict == "confirmed":
            note = "gross less the recorded tax"
            net_verdict = replace(gross_verdict, field="net", recorded=money_text(net), verdict="computed", note=note)
        yield net_verdict
        if tax:
            yield self._amount("tax", tax)
        if gross_verdict is not None:
            yield gross_verdict

    def _amount(self, field: Field, amount: Decimal) -> Verdict:
        recorded = money_text(amount)
        same = [
            (i, found)
            for i, found in self.amounts
            if amount in found.values
            and (self.may_be_negative or not found.negative)
            and fits(found.currencies, self.claim.currency)
            and (is_plain(found) or self._is_money(i, found))
        ]
        if not same:
            return self._nearest(amount) if field == "net" else self._verdict(field, recorded, "not_found")
        best = max(same, key=lambda place: (self._is_beside(field, *place), place[1].marked or place[1].shaped))
        state: State = "confirmed" if self._is_beside(field, *best) else "elsewhere"
        return self._verdict(field, recorded, state, recorded, best[0])

    def _is_beside(self, field: Field, row: int, amount: Amount) -> bool:
        """Whether a number is money, and not labelled as something else than the field."""
        label = self.labels[row, amount.start]
        if not self._is_money(row, amount) or (label and label != field):
            return False
        return field != "net" or label == "net" or not self._holds_tax(amount.values[0])

    def _is_money(self, row: int, amount: Amount) -> bool:
        """Whether a number is money by its looks or by its row, and not a house number, a count or a year."""
        text = self.papers.rows[row]
        looks = amount.marked or amount.shaped
        return looks or any(map(MONEY_COLUMN.search, text.header)) or bool(_TOTAL.search(text.text))

    def _holds_tax(self, value: Decimal) -> bool:
        """Whether an amount is the tax that the paper states, or another one of the paper with it."""
        if value in self.taxes:
            return True
        all_values = {amount.values[0] for _, amount in self.amounts}
        return any(money.minus(value, tax) in all_values for tax in self.taxes if tax < value)

    def _nearest(self, net: Decimal) -> Verdict:
        """The net amount is not there; the nearest that is, or a row that has it in another currency."""
        recorded, currency = money_text(net), self.claim.currency
        read = [(i, found) for i, found in self.amounts if found.marked or found.shaped]
        own = [(i, found) for i, found in read if fits(found.currencies, currency)]
        if not read:
            return self._verdict("net", recorded, "not_found")
        row, nearest = min(
            own or read, key=lambda at: (money.minus(at[1].values[0], net).copy_abs(), not self._is_total(*at))
        )
        found = money_text(nearest.values[0]) if own else None
        return self._verdict("net", recorded, "not_found", found, row)

    def _is_total(self, row: int, amount: Amount) -> bool:
        return (amount.marked or amount.shaped) and bool(_TOTAL.search(self.papers.rows[row].text))

    def _negative_total(self) -> int | None:
        """The row of the paper's total where that is negative, as that of a credit note is."""
        totals = [
            (i, amount)
            for i, amount in self.amounts
            if self._is_total(i, amount) and self.claim.paper_net in amount.values
        ]
        return totals[0][0] if totals and all(amount.negative for _, amount in totals) else None

    def _day(self, field: Field, days: tuple[date, ...]) -> Verdict:
        recorded = days[0].isoformat()
        same = [
            (role not in {"", field}, i, day.isoformat())
            for i, found, role in self.days
            for day in days
            if day in found
        ]
        if same:
            is_other, row, written = min(same, key=lambda place: place[:2])
            return self._verdict(field, recorded, "elsewhere" if is_other else "confirmed", written, row)
        there = [(abs(day - wanted), i, day) for i, found, _ in self.days for day in found for wanted in days]
        if not there:
            return self._verdict(field, recorded, "not_found")
        _, row, nearest = min(there)
        return self._verdict(field, recorded, "not_found", nearest.isoformat(), row)

    def _currency(self) -> Verdict:
        currency = self.claim.currency
        code = re.compile(rf"(?<![A-Za-z]){re.escape(currency)}(?![A-Za-z])")
        named = [(i, amount) for i, amount in self.amounts if amount.marked]
        places = [i for i, amount in named if fits(amount.currencies, currency)]
        places += [i for i, row in enumerate(self.papers.rows[:_MAX_ROWS]) if code.search(row.text)][:1]
        if places:
            return self._verdict("currency", currency, "confirmed", currency, places[0])
        if named:
            return self._verdict("currency", currency, "not_found", named[0][1].currencies[0], named[0][0])
        return self._verdict("currency", currency, "not_found")


def _labels(rows: list[Row], places: list[tuple[int, Amount]]) -> Iterator[tuple[tuple[int, int], str]]:
    """What the words before each amount, else all of its row, call it: "net", "tax", "gross" or "" for none of them."""
    end_of: dict[int, int] = {}
    for i, amount in places:
        text = rows[i].text
        before = text[end_of.get(i, 0) : amount.start]
        end_of[i] = amount.end
        words = _MARK.sub(lambda mark: "" if of_mark(mark[0]) else mark[0], before)
        yield (i, amount.start), _role(before if _LETTER.search(words) else text)


def _role(text: str) -> str:
    if _NET.search(text) or (_TAX.search(text) and _BASE.search(text)):
        return "net"
    is_total = bool(_TOTAL_ALONE.search(text))
    if _GROSS.search(text) or (is_total and _WITH.search(text)):
        return "gross"
    return "tax" if _TAX.search(text) and not (is_total or _WITH.search(text)) else ""


def _days(text: str) -> Iterator[tuple[Day, str]]:
    """The dates of a row, each with the field that the words beside it name; "" where they name none."""
    days = list(dates(text))
    for before, day, behind in zip([None, *days], days, [*days[1:], None], strict=False):
        words = text[before.end if before else 0 : day.start]
        if not _LETTER.search(words):
            words = text[day.end : behind.start if behind else None]
        yield day, "due" if _DUE.search(words) else "sent" if _ISSUED.search(words) else ""


def _number_pattern(number: str) -> re.Pattern[str]:
    """An invoice number in a comparable text, whatever its spaces, where it is not part of a longer one.

    Letters, digits and what joins them make it longer: "PRO-INV-1", "INV-1/2". A point does before a digit or behind
    one, but neither in "No.1" nor at the end of a sentence; Chinese and Japanese need no gap between words.
    """
    key = number_key(number)
    if not key:
        return re.compile(r"(?!)")  # nothing of it shows, so that it stands nowhere
    before = rf"(?<!{_IN_WORD})(?<!{_IN_WORD}[-/])(?<!\d\.)" if re.match(_IN_WORD, key[0]) else ""
    behind = rf"(?![-/.]?{_IN_WORD})" if re.match(_IN_WORD, key[-1]) else ""
    return re.compile(before + r"\s?".join(map(re.escape, key)) + behind)


def _comparable(text: str) -> str:
    """A text in which numbers stand as they compare."""
    if not text.isascii():
        text = text.replace("№", "№ ")
        text = "".join(" " if unicodedata.decomposition(char).startswith(_APART) else char for char in text)
    return characters.seen(text)
