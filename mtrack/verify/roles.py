"""The words around an invoice's amounts: which is net, tax or gross, and which is something else."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from mtrack import money
from mtrack.verify.currencies import MARK, of_mark
from mtrack.verify.spots import is_plain
from mtrack.verify.taxes import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mtrack.verify.amounts import Amount
    from mtrack.verify.documents.document import Row

Role = Literal["net", "tax", "gross", "total", "discount", "other", "unsure", ""]
"""What an amount is called: "other" is something that is not billed here, "unsure" net or gross, "" nothing of these."""

_NAME = rf"(?<!\w)(?:{NAMES})(?!\w)(?![\s.-]*(?:id|nr|no|n[°º]|num|number|nummer|reg)(?![^\W\d_]))"
"""The name of a tax; "VAT no." names a number, no tax."""
_FILL = r"[^.;\w]{0,4}(?:\.\W{0,4})?(?:\d[\d.,]*\s*%\W*)?(?:(?:of|the|any|all|der|die|gesetzl\w*|applicable|statutory|la|le|les|l|de|d)\b\W*){0,3}(?:\d[\d.,]*\s*%\W*)?"
"""What stands between such a word and the tax: "zzgl. 19 % gesetzlicher USt"."""
_WITHOUT = re.compile(
    rf"\b(?:excl\w*|exkl\w*|ekskl\w*|ex|eks|before|without|net\s+of|no|not\s+subject\s+to|ohne|vor|keine?|nett?o|hors|sans|sin|senza|sem"
    rf"|zonder|utan|uden|uten|bez){_FILL}{_NAME}"
    rf"|{_NAME}[^.;]{{0,12}}\b(?:excl\w*|exkl\w*|exempt|not\s+included|extra|nicht\s+enthalten|befreit|non\s+(?:compris|incl)\w*|no\s+incl\w*)",
    re.IGNORECASE,
)
_WITH = re.compile(
    rf"(?:\b(?:incl?|incl\w+|inkl\w*|including|with|mit|avec|con|com|met|med|y\s+compris|toutes|enthält|enthalten\w*|contains?|w)"
    rf"(?!\w)/?{_FILL}{_NAME}|\b{_NAME}[^.;]{{0,15}}\b(?:incl\w*|inkl\w*|inbegr\w*|enthalten|compris\w*|inbegrepen))",
    re.IGNORECASE,
)
_PLUS = re.compile(
    rf"(?:\+|&|\b(?:plus|zzgl|zuzügl(?:ich)?|add|en\s+sus|más|mas|mais|più|piu|vermeerderd\s+met|tillkommer|tillägg|med\s+tillägg\s+av"
    rf"|exclusive\s+of|pluss?))(?!\w){_FILL}{_NAME}",
    re.IGNORECASE,
)
"""Tax that comes on top: it is what stands behind, and what stands before is without it."""
_TAX = re.compile(_NAME, re.IGNORECASE)
_BASE = re.compile(r"\b(?:of|on|auf|von|sur|su|de|sobre|av|på|over|base|basis)\s*(?:[A-Z]{3}|\W)*$")
"""Behind words such as "VAT 19 % on" stands the amount that is taxed."""
_TAXABLE = re.compile(
    r"\b(?:base\s+(?:imponible|imposable|taxable|ht)|imponibile|taxable|tax(?:able)?\s+bas(?:e|is)|steuerbasis|bemessungsgrundlage"
    r"|untaxed|h\.?t(?!\w)|hors\s+taxes?)|税抜",
    re.IGNORECASE,
)
_NET = re.compile(
    r"\b(?:net|nett|neto|netto\w*|sub-?\s?total|zwischensumme|sous-total|(?:excl|exkl)\w*\W*$)(?!\w)|小計",
    re.IGNORECASE,
)
_GROSS = re.compile(r"\b(?:gross|brutto\w*|t\.?t\.?c|bruto)(?!\w)|税込", re.IGNORECASE)
_PAYING = re.compile(
    r"\b(?:payable|zahlbar|due|days?|tagen?|jours|abzug|deduction|kasse|cash|à\s+payer)\b", re.IGNORECASE
)
"""Words with which "net" means that nothing is deducted from what is paid."""
_TOTAL = re.compile(r"total|sum\b|sum(?:me|a)\b|gesamt|insgesamt|due\b|balance|合計|請求金額", re.IGNORECASE)
_OF_TAX = re.compile(
    rf"{_NAME}|\b(?:total\w*|sum|summe|gesamt|amount|betrag|montant|importe|of|de|der|des|du|la|the|in|at|rate|due|payable|(?-i:[A-Z]{{3}}))\b",
    re.IGNORECASE,
)
"""The words of a row of tax alone, as "Total VAT payable"."""
_DISCOUNT = re.compile(r"\b(?:discount|rebate|rabatt|nachlass|remise|rabais|descuento|sconto|korting)", re.IGNORECASE)
_OTHER = re.compile(
    r"\b(?:contract|order|project|agreed)\s+(?:sum|price|value|total|amount)\b|auftrags(?:summe|wert)|vertragssumme|montant\s+du\s+(?:marché|contrat)"
    r"|\b(?:paid|deposits?|prepa\w*|advances?|payé\w*|versé\w*|acompte\w*|anzahlung\w*|abschlag\w*|vorauszahlung\w*|anticipos?|acconto"
    r"|voorschot|aanbetaling|förskott|forskud|pagado|previous|previously|already|bereits|déjà|carried\s+forward|übertrag|skonto|escompte"
    r"|late\s+fee|credit\s+limit|capital|stammkapital|retention|einbehalt)\b",
    re.IGNORECASE,
)
"""Words of money that is agreed, paid or held back: it is not the amount of this invoice."""
_STATES_TAX = re.compile(r"\b(?:enthält|enthalten\w*|contains?)\b|%", re.IGNORECASE)
"""What makes an amount behind "incl. VAT" the tax itself: "incl. 19 % VAT"."""
_LETTER = re.compile(r"[^\W\d_]")
_MARK = re.compile(MARK)
_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,2})?)\s?%")
_TAXED = 3
"""Amounts of a row that are net, tax and gross."""
_ROUNDED = Decimal("0.05")
_HEADER_REACH = 60
_COLUMNS = 2
"""Columns of different roles that make a table one of net, tax and gross."""


def roles(rows: Sequence[Row], places: Sequence[tuple[int, Amount]]) -> Iterator[tuple[tuple[int, int], Role]]:
    """What each amount, by its row and start, is called by the words beside it or the heading of its column."""
    of_rows: dict[int, list[Amount]] = {}
    for i, amount in places:
        of_rows.setdefault(i, []).append(amount)
    for i, found in of_rows.items():
        row, columns = rows[i], _columns(rows, i, found)
        several = len(set(filter(None, columns))) >= _COLUMNS
        money_of_row = [one for one in found if one.marked or one.shaped or is_plain(one)] or found
        said = dict(zip(money_of_row, _in_row(row.text, money_of_row), strict=True))
        if not any(columns) and "%" in row.text:
            said.update(_of_rate(row.text, money_of_row[-_TAXED:]))
        for amount, column in zip(found, columns, strict=True):
            words = said.get(amount, "")
            yield (i, amount.start), (column or words) if several else (words or column)


class Sums:
    """The amounts of a paper by their roles, and what adds up among them."""

    def __init__(self, amounts: Sequence[tuple[Role, Decimal]]) -> None:
        self._of: dict[Role, list[Decimal]] = {}
        for said, value in amounts:
            if value:
                self._of.setdefault(said, []).append(value)
        self.tax = _sum(self._of.get("tax", []))
        taxes = {*self._of.get("tax", ()), self.tax} - {money.ZERO}
        nets = self._of.get("net", [])
        self.values = {value for _, value in amounts} | {money.total(nets)}
        self._taxes = taxes
        self._nets = {*nets, money.total(nets)}
        self._nets |= {money.minus(net, less) for net in nets for less in self._of.get("discount", ())}

    def net_of(self, gross: Decimal, rates: Iterable[Decimal]) -> Decimal | None:
        """What is called net, where an amount that is not is the sum of it and of what is called tax at one of the rates."""
        for net in self._of.get("net", ()) if gross not in self._nets else ():
            tax = money.minus(gross, net)
            if tax in self._taxes and any(_is_tax_at(rate, net, tax) for rate in rates):
                return net
        return None

    def may_be(self, field: str, value: Decimal) -> bool:
        """Whether an amount that no word calls net, tax or gross may be that, beside those that are called so."""
        called = {"net": "net", "tax": "tax", "gross": "gross"}
        if field == "net":
            if value in self._taxes or self._is_gross(value) or self._is_rest(value):
                return False
            is_sure = any(money.plus(value, tax) in self.values for tax in self._taxes)
            return is_sure or not self._of.get("net") or value in self._nets
        if field == "gross":
            return not self._of.get("gross") or value in self._of["gross"] or self._is_gross(value)
        return field in called and not self._of.get("tax")

    def _is_gross(self, value: Decimal) -> bool:
        """Whether another amount with the tax comes to it."""
        return any(money.minus(value, tax) in self.values for tax in self._taxes if tax < value)

    def _is_rest(self, value: Decimal) -> bool:
        """Whether it is what is left of another amount after a payment."""
        return any(money.plus(value, paid) in self.values for paid in self._of.get("other", ()))


def _sum(values: Sequence[Decimal]) -> Decimal:
    """The sum of the values; one that is the sum of those before it counts as their total, not again."""
    total = money.ZERO
    for count, value in enumerate(values):
        if count < _COLUMNS or value != total:
            total = money.plus(total, value)
    return total


def _in_row(text: str, found: list[Amount]) -> list[Role]:
    """What the words of a row call its amounts: those before each one, or those behind where they stand behind all."""
    ends = [0, *(amount.end for amount in found)]
    starts = [*(amount.start for amount in found), len(text)]
    gaps = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    if not _has_words(gaps[0]) and _has_words(gaps[-1]):
        return [role(gap, behind=True) for gap in gaps[1:]]
    result: list[Role] = []
    for k, gap in enumerate(gaps[:-1]):
        if _has_words(gap):
            result.append(role(gap))
        elif k == 0:
            result.append("net" if _PLUS.search(gaps[1]) else "")
        else:
            result.append("")
    for k, gap in enumerate(gaps[:-1]):
        if _has_words(gap) and _TAX.search(gap) and result[k] in {"tax", "net"}:
            behind = next((j for j in range(k + 1, len(found)) if _has_words(gaps[j])), len(found))
            if behind - k > 1:
                result[k:behind] = _of_tax_row([amount.values[0] for amount in found[k:behind]])
    return result


def _of_tax_row(values: list[Decimal]) -> list[Role]:
    """The roles of several amounts behind one name of a tax: what is taxed comes first, the tax last or before both together."""
    rest: list[Role] = ["unsure"] * (len(values) - 2)
    if len(values) == _TAXED and money.plus(values[0], values[1]) == values[2]:
        return ["net", "tax", "gross"]
    return ["net", *rest, "tax"] if values[0] > values[-1] else ["unsure", *rest, "unsure"]


def _of_rate(text: str, found: list[Amount]) -> dict[Amount, Role]:
    """Net, tax and gross at the end of a row that has the rate between them: "12,000.00 23 % 2,760.00 14,760.00"."""
    if len(found) == _TAXED:
        net, tax, gross = (amount.values[0] for amount in found)
        rate = _RATE.search(text, found[0].end, found[-1].start)
        percent = Decimal(rate[1].replace(",", ".")) if rate else money.ZERO
        if tax and money.plus(net, tax) == gross and _is_tax_at(percent, net, tax):
            return dict(zip(found, ("net", "tax", "gross"), strict=True))
    return {}


def _is_tax_at(rate: Decimal, net: Decimal, tax: Decimal) -> bool:
    exact = money.scaled(money.times(net, rate), -2)
    return money.minus(exact, tax).copy_abs() <= _ROUNDED


def _columns(rows: Sequence[Row], index: int, found: list[Amount]) -> list[Role]:
    """The roles of the columns in which a row's amounts stand; "" without a heading that fits its cells."""
    row = rows[index]
    header = row.header or _header_above(rows, index)
    if len(row.cells) < _COLUMNS or not header or header == row.cells:
        return [""] * len(found)
    heads = [role(cell) if "%" not in cell else "" for cell in header]
    named: list[Role] = [head for head in heads if head in {"net", "tax", "gross"}]
    if not row.header and len(header) != len(row.cells):
        return named if len(named) == len(found) else [""] * len(found)
    result: list[Role] = []
    place, end = -1, 0
    for amount in found:
        while amount.start >= end and place + 1 < len(row.cells):
            place += 1
            end = row.text.find(row.cells[place], end) + len(row.cells[place]) if row.cells[place] else end
        head = heads[place] if place < len(heads) else ""
        result.append(head if head in {"net", "tax", "gross"} else "")
    return result


def _header_above(rows: Sequence[Row], index: int) -> tuple[str, ...]:
    """The cells of the nearest row above that names several columns and has no number, outside tables that have a heading."""
    for row in reversed(rows[max(0, index - _HEADER_REACH) : index]):
        if len(row.cells) >= _COLUMNS and not any(char.isdigit() for char in row.text):
            heads = {role(cell) for cell in row.cells} & {"net", "tax", "gross"}
            if len(heads) >= _COLUMNS:
                return row.cells
    return ()


def _has_words(text: str) -> bool:
    return bool(_LETTER.search(_MARK.sub(lambda mark: "" if of_mark(mark[0]) else mark[0], text)))


def role(words: str, *, behind: bool = False) -> Role:
    """What words before an amount call it, or words `behind` it."""
    if _TAXABLE.search(words) or _WITHOUT.search(words):
        return "net"
    if _TAX.search(words):
        return _role_of_tax(words, behind=behind)
    if _OTHER.search(words):
        return "other"
    net, gross = _NET.search(words), _GROSS.search(words)
    if net and (gross or (net[0].lower().startswith("n") and _PAYING.search(words))):
        return "unsure"
    said: dict[Role, bool] = {
        "net": bool(net),
        "gross": bool(gross),
        "discount": bool(_DISCOUNT.search(words)),
        "total": bool(_TOTAL.search(words)),
    }
    return next((name for name, is_said in said.items() if is_said), "")


def _role_of_tax(words: str, *, behind: bool) -> Role:
    """What words that name a tax call an amount: the tax, or the sum with it or before it."""
    plus, included = _PLUS.search(words), _WITH.search(words)
    if plus:
        alone = not _LETTER.search(words[: plus.start()])
        return "net" if behind else "tax" if alone else "unsure"
    if included:
        starts = not _LETTER.search(words[: included.start()])
        return "tax" if starts and not behind and _STATES_TAX.search(words) else "gross"
    if _GROSS.search(words):
        return "gross"
    if _BASE.search(words):
        return "net"
    return "unsure" if _TOTAL.search(words) and _LETTER.search(_OF_TAX.sub("", words)) else "tax"
