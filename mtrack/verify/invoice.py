"""An invoice's file beside its record: certain where the file is structured, evidence where it is text."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack import money
from mtrack.record.model import number_key
from mtrack.record.verdict import Verdict
from mtrack.verify.amounts import Writing, amounts
from mtrack.verify.another import is_of_another, title
from mtrack.verify.currencies import fits
from mtrack.verify.invoice_days import invoice_days
from mtrack.verify.invoice_number import called, labelled, labels, numbers
from mtrack.verify.match import money_text, seen
from mtrack.verify.papers import limited, over, quote
from mtrack.verify.roles import Sums, roles
from mtrack.verify.spots import MONEY_COLUMN, is_plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from decimal import Decimal

    from mtrack.record.verdict import Field, State
    from mtrack.verify.amounts import Amount
    from mtrack.verify.claims import InvoiceClaim
    from mtrack.verify.documents.document import Row
    from mtrack.verify.einvoice import EInvoice
    from mtrack.verify.papers import Papers

EARLIER = 14
"""Days by which a paper's date may be before the day it was sent."""
_TOTAL = re.compile(
    r"total|sum|amount|betrag|netto|brutto|montant|importe|gesamt|totale|à payer|due|balance|net\b|totaal|bedrag|belopp|att betala"
    r"|合計|請求金額|小計",
    re.IGNORECASE,
)
_BILLS = frozenset({"invoice", "credit note"})
_MAX_ROWS = 5_000


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
        recorded = _kind(claim.credit_note)
        yield self._verdict("kind", recorded, paper.kind, same=recorded == paper.kind)

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


def _cells(row: Row) -> tuple[str, ...]:
    return row.cells or (row.text,)


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
        read = [(i, amount) for i, row in enumerate(rows) for amount in amounts(row.text, writing, claim.currency)]
        self.amounts = [(i, amount) for i, amount in read if not amount.percent]
        self.rates = {amount.values[0] for _, amount in read if amount.percent}
        self.marked: dict[int, list[str]] = {}
        for i, amount in self.amounts:
            if amount.marked:
                self.marked.setdefault(i, []).append(amount.raw)
        self.negative = self._negative_total()
        self.may_be_negative = claim.credit_note or self.negative is not None
        self.labels = {
            (i, start): "other" if is_of_another(rows[i].text, start) else label
            for (i, start), label in roles(rows, self.amounts)
        }
        own = [(i, amount) for i, amount in self.amounts if fits(amount.currencies, claim.currency)]
        self.sums = Sums([(self.labels[i, amount.start], amount.values[0]) for i, amount in own])
        self.days = [
            (i, day.days, role, plain) for i, row in enumerate(rows) for day, role, plain in invoice_days(row.text)
        ]
        self.title = title([row.cells for row in rows])

    def verdicts(self) -> Iterator[Verdict]:
        """One verdict per field that is recorded."""
        claim = self.claim
        early = tuple(claim.sent - timedelta(days=back) for back in range(EARLIER + 1))
        due = [self._day("due", claim.due)] if claim.due else []
        kind = self._kind()
        for verdict in (self._number(), *self._money(), self._day("sent", early), *due, self._currency()):
            is_bill = verdict.verdict != "confirmed" or self.title is None or self.title.kind in _BILLS
            yield verdict if is_bill else replace(verdict, verdict="elsewhere")
        if kind is not None:
            yield kind

    def _kind(self) -> Verdict | None:
        """The kind of the paper by its title, or by a negative total, where it is another than the recorded one."""
        recorded = _kind(self.claim.credit_note)
        if self.title is not None and self.title.kind not in {recorded, "invoice"}:
            verdict = self._verdict("kind", recorded, "differs", self.title.kind, self.title.row)
            if self.title.sure:
                return replace(verdict, note="by its title")
            return replace(verdict, verdict="elsewhere", note="a credit note, unless the client bills itself by it")
        if self.negative is not None and not self.claim.credit_note:
            return self._verdict("kind", recorded, "differs", "credit note", self.negative)
        return None

    def _verdict(
        self, field: Field, recorded: str, state: State, found: str | None = None, row: int | None = None
    ) -> Verdict:
        verdict = Verdict("invoice", self.claim.number, field, recorded, state, found)
        return verdict if row is None else seen(self.papers, row, verdict)

    def _number(self) -> Verdict:
        """The number where it is called the invoice's; one that stands elsewhere, where the paper has another, is not its."""
        number, is_credit = self.claim.number, self.claim.credit_note
        rows = self.papers.rows[:_MAX_ROWS]
        above = ["", *(row.text for row in rows)]
        same = [
            (is_of_another(row.text, place), i)
            for i, row in enumerate(rows)
            for place in numbers(number, row.text, above[i], self.marked.get(i, ()))
        ]
        own = [i for _, i in same if any(labels(number, cell, is_credit_note=is_credit) for cell in _cells(rows[i]))]
        other = self._labelled() if same and not own else None
        if other is not None and not number_key(number).endswith(number_key(other[1])):  # "INV-7" may be called "7"
            return self._verdict("number", number, "differs", other[1], other[0])
        if same:
            is_another, at = min(one for one in same if not own or one[1] in own)
            state: State = "elsewhere" if is_another or other else "confirmed"
            return self._verdict("number", number, state, number, at)
        found = [(i, said) for i, row in enumerate(rows) if (said := called(row.text)) is not None]
        for i, said in found:
            if number_key(said) == number_key(number):
                return self._verdict("number", number, "elsewhere", number, i)
        for i, said in found[:1]:
            return self._verdict("number", number, "not_found", quote(said)[:60], i)
        return self._verdict("number", number, "not_found")

    def _labelled(self) -> tuple[int, str] | None:
        """The number that the paper plainly calls its own, with its row, where it is another one than that recorded."""
        for i, row in enumerate(self.papers.rows[:_MAX_ROWS]):
            for cell in _cells(row):
                said = labelled(cell, is_credit_note=self.claim.credit_note)
                if said is not None and not is_of_another(row.text, row.text.find(said)):
                    return None if number_key(said) == number_key(self.claim.number) else (i, said)
        return None

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
        if tax and gross:
            yield self._tax(tax, gross)
        if gross_verdict is not None:
            yield gross_verdict

    def _tax(self, tax: Decimal, gross: Decimal) -> Verdict:
        """The recorded tax; several rates may each have a row, where the sum with all of them stands in the paper."""
        verdict = self._amount("tax", tax)
        rows = [i for i, amount in self.amounts if self.labels[i, amount.start] == "tax"]
        if verdict.verdict == "confirmed" or self.sums.tax != tax or gross not in self.sums.values:
            return verdict
        computed = replace(verdict, verdict="computed", found=verdict.recorded, note="the sum of its rows of tax")
        return seen(self.papers, rows[-1], computed)

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
        net = self.sums.net_of(amount, self.rates) if field == "net" else None
        if net is not None:
            row = next(
                i for i, found in self.amounts if found.values[0] == net and self.labels[i, found.start] == "net"
            )
            return self._verdict(field, recorded, "differs", money_text(net), row)
        best = max(same, key=lambda place: self._nearness(field, *place))
        state: State = "confirmed" if self._is_beside(field, *best) else "elsewhere"
        return self._verdict(field, recorded, state, recorded, best[0])

    def _is_beside(self, field: Field, row: int, amount: Amount) -> bool:
        """Whether a number is money, and labelled as the field, or not as something else while nothing else is labelled so."""
        label, value = self.labels[row, amount.start], amount.values[0]
        if not self._is_money(row, amount) or label not in {field, "total", ""}:
            return False
        return label == field or self.sums.may_be(field, value)

    def _nearness(self, field: Field, row: int, amount: Amount) -> tuple[bool, bool, bool]:
        """How surely an amount is the field's, to compare with others."""
        is_called = self.labels[row, amount.start] == field
        return self._is_beside(field, row, amount), is_called, amount.marked or amount.shaped

    def _is_money(self, row: int, amount: Amount) -> bool:
        """Whether a number is money by its looks or by its row, and not a house number, a count or a year."""
        text = self.papers.rows[row]
        looks = amount.marked or amount.shaped
        return looks or any(map(MONEY_COLUMN.search, text.header)) or bool(_TOTAL.search(text.text))

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
        """A recorded day beside its name; where the paper plainly names another so, it is not that one."""
        recorded = days[0].isoformat()
        is_named = any(role == field for _, _, role, _ in self.days)
        plain = [found for _, found, role, plain in self.days if role == field and plain]
        is_another = bool(plain) and set(days).isdisjoint(day for found in plain for day in found)
        same = [
            (is_another or (role != field and bool(role or is_named)), i, day.isoformat())
            for i, found, role, _ in self.days
            for day in days
            if day in found
        ]
        if same:
            is_other, row, written = min(same, key=lambda place: place[:2])
            return self._verdict(field, recorded, "elsewhere" if is_other else "confirmed", written, row)
        there = [(abs(day - wanted), i, day) for i, found, *_ in self.days for day in found for wanted in days]
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
