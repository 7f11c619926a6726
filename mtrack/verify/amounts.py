"""Amounts of money and percentages as people write them. An amount keeps every reading that its characters allow."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.verify import currencies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SPACES = " \u00a0\u202f\u2009"
_GROUPED = rf"\d{{1,3}}(?:(?P<sep>[,.'’‘´`{_SPACES}])\d{{3}})(?:(?P=sep)\d{{3}}){{0,4}}(?:[.,]\d{{1,8}})?"
_INDIAN = r"\d{1,2}(?:,\d{2}){1,5},\d{3}(?:\.\d{1,8})?"
_SPACED = r"\d{1,3}(?:,[ \u00a0]\d{3}){1,4}(?=[ \u00a0]?(?:[$€£]|[A-Z]{3}(?![A-Za-z])))"
_NUMBER = rf"(?:{_INDIAN}|{_SPACED}|{_GROUPED}|\d{{1,18}}(?:[.,]\d{{1,18}})?)(?!\d)"
_SCALES = {
    "k": 3,
    "tsd": 3,
    "thousand": 3,
    "tausend": 3,
    "mille": 3,
    "mil": 3,
    "duizend": 3,
    "tusen": 3,
    "千": 3,
    "万": 4,
    "lakh": 5,
    "lac": 5,
    "m": 6,
    "mm": 6,
    "mn": 6,
    "mio": 6,
    "million": 6,
    "millionen": 6,
    "millones": 6,
    "miljoen": 6,
    "miljoner": 6,
    "crore": 7,
    "億": 8,
}
_SCALE = rf"(?:(?:{'|'.join(sorted(_SCALES, key=len, reverse=True))})s?\.?(?![A-Za-z])|千|万|億)"
_PERCENT = r"(?:%|per\s?cent\b|prozent\b|procent\b|pour\scent\b|por\sciento\b)"
_TOKEN = re.compile(
    rf"""(?P<pre>{currencies.MARK}[{_SPACES}]?(?:[(]?{currencies.MARK}[)]?)?(?:[{_SPACES}]?:?[{_SPACES}]?))?
    (?P<sign>[-−–]?)[{_SPACES}]?(?P<num>{_NUMBER})(?P<tail>[.,][-–—]{{1,2}}|/[-=])?
    (?:[{_SPACES}-]?(?P<scale>(?i:{_SCALE})))?
    (?:[{_SPACES}]?[(\[]?(?P<post>{currencies.MARK}))?
    (?P<percent>[{_SPACES}]?(?i:{_PERCENT}))?""",
    re.VERBOSE,
)
_WIDE = str.maketrans({0xFF10 + i: str(i) for i in range(10)} | {"，": ",", "．": ".", "￥": "¥", "％": "%"})
_GROUP_OF_THREE = re.compile(r"\d[,.'’´` \u00a0\u202f\u2009]\d{3}(?!\d)|\d[.,]\d\d(?!\d)|\d[.,][-–—]")
_COUNTED = re.compile(
    r"(?i)(?:milestone|phase|stage|step|part|instal?lment|deliverable|etappe|meilenstein|rate|jalon|étape|hito|fase|etap)\s*$"
)
_FIRST_DIGITS = re.compile(r"\d+")
_MAX_DIGITS = 30


class Amount(Struct, frozen=True):
    """An amount as it is written at `start` to `end` of a text; the likeliest reading is the first of `values`.

    `currencies` are those that its mark may stand for: none where it has no mark. `negative` where a minus stands
    before it; `values` are never negative. `shaped` where its digits are grouped as those of money are.
    """

    start: int
    end: int
    raw: str
    values: tuple[Decimal, ...]
    currencies: tuple[str, ...]
    percent: bool = False
    negative: bool = False
    shaped: bool = False

    @property
    def marked(self) -> bool:
        """Whether it is money for certain: a currency stands beside it."""
        return bool(self.currencies) and not self.percent

    def reads(self, amount: Decimal) -> bool:
        """Whether it may be read as an amount."""
        return amount in self.values


def readings(number: str, decimal: str = "") -> tuple[Decimal, ...]:
    """The values that a written number may have, the likeliest first; `decimal` is the document's mark, if known."""
    digits = re.sub(rf"['’‘´`{_SPACES}]", "", number)
    marks = [char for char in digits if char in ".,"]
    if len(digits) > _MAX_DIGITS:
        return ()
    if len(set(marks)) > 1 and marks.count(marks[-1]) == 1:
        return (_decimal(digits, marks[-1]),)
    if len(marks) != 1:
        return (_decimal(digits, ""),)
    whole, _, fraction = digits.partition(marks[0])
    as_decimal = _decimal(digits, marks[0])
    if len(fraction) != 3 or whole.startswith("0") or len(whole) > 3:  # noqa: PLR2004  (a group of thousands)
        return (as_decimal,)
    grouped = _decimal(digits, "")
    return (as_decimal, grouped) if marks[0] == decimal else (grouped, as_decimal)


def _decimal(digits: str, mark: str) -> Decimal:
    whole, _, fraction = digits.rpartition(mark) if mark else (digits, "", "")
    return Decimal(f"{re.sub('[.,]', '', whole)}.{fraction or 0}")


def decimal_mark(texts: Iterable[str]) -> str:
    """The decimal mark that a document uses where there is no doubt: "," or "." or "" for none."""
    points = commas = 0
    for text in texts:
        points += len(re.findall(r"\d,\d{3}\.\d{1,2}(?!\d)|(?<![\d.,])\d+\.\d\d(?![\d.,])", text))
        commas += len(re.findall(r"\d\.\d{3},\d{1,2}(?!\d)|(?<![\d.,])\d+,\d\d(?![\d.,])", text))
    return "" if points == commas else "." if points > commas else ","


def amounts(text: str, decimal: str = "", own: str = "") -> Iterator[Amount]:
    """The numbers of a text that may be amounts or percentages. `own` is the record's currency code."""
    wide = text.translate(_WIDE)
    position = 0
    while match := _TOKEN.search(wide, position):
        amount = _amount(wide, match, decimal, own)
        if amount is not None:
            yield replace(amount, raw=text[amount.start : amount.end].strip())
            position = amount.end
        else:  # what goes on behind a space may be an amount: "M1 500"
            position = match.start("num") + _FIRST_DIGITS.match(match["num"]).end()  # type: ignore[union-attr]


def _amount(text: str, match: re.Match[str], decimal: str, own: str) -> Amount | None:
    before, after = _marks(match["pre"], own), currencies.of_mark(match["post"] or "", own) if match["post"] else ()
    scale = match["scale"] if before or after or (match["scale"] or "").lower() not in {"m", "mm", "mil"} else None
    start = match.start("pre") if before else match.start("num")
    if not before and not _stands_alone(text, match.start("num")):
        return None
    end_of_number = match.end("num")
    if not scale and not after and text[end_of_number : end_of_number + 1].isalpha():
        return None
    values = _values(text, match, decimal, scale)
    end = (
        match.end("post")
        if after
        else match.end("scale")
        if scale
        else match.end("tail")
        if match["tail"]
        else match.end("num")
    )
    percent = bool(match["percent"])
    return Amount(
        start,
        match.end() if percent else end,
        "",
        values,
        _closer(before, after),
        percent,
        bool(match["sign"]) or text[max(0, start - 1) : start] in {"-", "−"},
        bool(_GROUP_OF_THREE.search(match["num"] + (match["tail"] or ""))),
    )


def _marks(pre: str | None, own: str) -> tuple[str, ...]:
    """The currencies of what stands before a number, which may be a code and a sign; the narrower decides."""
    found = [of for mark in re.findall(currencies.MARK, pre or "") if (of := currencies.of_mark(mark, own))]
    return min(found, key=len, default=())


def _closer(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """The marks before or after an amount, whichever say more."""
    if before and after:
        return after if len(after) <= len(before) else before
    return before or after


def _stands_alone(text: str, start: int) -> bool:
    """Whether a number without a mark is not part of a word, a path, a version or a number such as INV-2026."""
    last = text[start - 1 : start]
    if not last or last.isspace() or last in "-–−":
        last, before = text[max(0, start - 1) : start], text[max(0, start - 2) : max(0, start - 1)]
        return last not in {"-", "–", "−"} or not before.isalnum()
    return not (last.isalnum() or last in "./_,#")


def _values(text: str, match: re.Match[str], decimal: str, scale: str | None) -> tuple[Decimal, ...]:
    number = match["num"]
    if match["sep"] in {" ", "\xa0"} and _COUNTED.search(text[: match.start("num")]):
        number = re.split(r"[ \xa0]", number, maxsplit=1)[1]  # "Phase 2 500.00"
    values = readings(number, decimal)
    if scale:
        places = _SCALES.get(scale.lower().rstrip(".").removesuffix("s"), 0) or _SCALES.get(
            scale.lower().rstrip("."), 0
        )
        values = tuple(
            money.scaled(value, places) for value in (values[-1:] if "." in number or "," in number else values)
        )
    return values
