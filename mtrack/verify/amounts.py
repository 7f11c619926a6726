"""Amounts of money and percentages as people write them. An amount keeps every reading that its characters allow."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.verify import currencies, scales
from mtrack.verify.dates import dates

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mtrack.verify.dates import Day

_SPACES = " \u00a0\u202f\u2009"
_GROUPED = rf"\d{{1,3}}(?:(?P<sep>[,.'’‘´`{_SPACES}])\d{{3}})(?:(?P=sep)\d{{3}}){{0,4}}(?:[.,]\d{{1,8}})?"
_INDIAN = r"\d{1,2}(?:,\d{2}){1,5},\d{3}(?:\.\d{1,8})?"
_SPACED = r"\d{1,3}(?:,[ \u00a0]\d{3}){1,4}(?=[ \u00a0]?(?:[$€£]|[A-Z]{3}(?![A-Za-z])))"
_NUMBER = rf"(?:{_INDIAN}|{_SPACED}|{_GROUPED}|\d{{1,18}}(?:[.,]\d{{1,18}})?)(?!\d)"
_PERCENT = r"(?:%|per\s?cent\b|prozent\b|procent\b|pour\scent\b|por\sciento\b)"
_PRE = rf"{currencies.MARK}[{_SPACES}]?(?:[(]?{currencies.MARK}[)]?)?(?:[{_SPACES}]?:?[{_SPACES}]?)"
_TOKEN = re.compile(
    rf"""(?:(?P<pre>{_PRE})(?:(?P<lead>{scales.LONG})[{_SPACES}]?)?)?
    (?P<sign>[-−–]?)[{_SPACES}]?(?P<num>{_NUMBER})(?P<tail>[.,][-–—]{{1,2}}|/[-=])?
    (?:[{_SPACES}-]?(?P<scale>{scales.WORD}))?
    (?:[{_SPACES}]?[(\[]?(?P<post>{currencies.MARK}))?
    (?P<percent>[{_SPACES}]?(?i:{_PERCENT}))?""",
    re.VERBOSE,
)
UNIT = (
    rf"{_PERCENT}|(?:calendar|business|working)\s|(?:days?|weeks?|months?|hours?|tagen?|wochen?|monaten?|stunden|jours?|semaines"
    r"|mois|giorni|mesi|d[ií]as|semanas|meses|dagen|weken|maanden|dagar|veckor|dage|uger)\b"
)
_NEXT = re.compile(
    rf"""{_PRE}[-−–]?[{_SPACES}]?(?P<num>{_NUMBER})(?P<unit>[{_SPACES}-]?(?i:{UNIT}))?
    (?P<more>(?:[{_SPACES}]?{currencies.MARK}[{_SPACES}]?{_NUMBER.replace("?P<sep>", "?P<more_sep>").replace("?P=sep", "?P=more_sep")}){{0,20}}
    [{_SPACES}]?(?P<last>{currencies.MARK})(?![{_SPACES}]?\d))?""",
    re.VERBOSE,
)
"""What is behind a mark where that may be the mark of the next number."""
_WIDE = str.maketrans({0xFF10 + i: str(i) for i in range(10)} | {"，": ",", "．": ".", "￥": "¥", "％": "%"})
_GROUP_OF_THREE = re.compile(r"\d[,.'’´` \u00a0\u202f\u2009]\d{3}(?!\d)|\d[.,]\d\d(?!\d)|\d[.,][-–—]")
_COUNTED = re.compile(
    r"(?i)(?:milestone|phase|stage|step|part|instal?lment|deliverable|etappe|meilenstein|rate|jalon|étape|hito|fase|etap)\s*$"
)
_FIRST_DIGITS = re.compile(r"\d+")
_MARK = re.compile(currencies.MARK)
_DIGIT_BEHIND = re.compile(rf"[{_SPACES}]?:?[{_SPACES}]?[-−–]?\d")
_THOUSANDS = 3
_MAX_DIGITS = 30
_MAX_ROWS = 5_000
_REACH = 30
_MAX_MARK = 4
"""Characters of one mark of a currency and the space behind it."""


class Amount(Struct, frozen=True):
    """An amount as it is written at `start` to `end` of a text; the likeliest reading is the first of `values`.

    `currencies` are those that its mark may stand for: none where it has no mark. `negative` where a minus stands
    before it, no dash of the text; `values` are never negative. `shaped` where its digits are grouped as those of money are;
    `scaled` where a word or a mark beside it makes it larger, `unsure` where it is not plain whether the paper's unit does.
    """

    start: int
    end: int
    raw: str
    values: tuple[Decimal, ...]
    currencies: tuple[str, ...]
    percent: bool = False
    negative: bool = False
    shaped: bool = False
    scaled: bool = False
    unsure: bool = False

    @property
    def marked(self) -> bool:
        """Whether it is money for certain: a currency stands beside it."""
        return bool(self.currencies) and not self.percent

    @property
    def value(self) -> Decimal:
        """The likeliest reading, with its sign."""
        return self.values[0].copy_negate() if self.negative else self.values[0]

    def reads(self, amount: Decimal) -> bool:
        """Whether it may be read as an amount, which is never negative."""
        return not self.negative and amount in self.values


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


class Writing:
    """The way in which a document writes its amounts."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = tuple(islice(texts, _MAX_ROWS))
        self.decimal = decimal_mark(self._texts)

    @cached_property
    def marks_behind(self) -> bool:
        """Whether currencies stand behind numbers, by the marks that are beside one number alone."""
        before = behind = 0
        for text in self._texts:
            for match in _MARK.finditer(text) if any(char.isdigit() for char in text) else ():
                follows = text[max(0, match.start() - 2) : match.start()].rstrip(_SPACES)[-1:].isdigit()
                leads = _DIGIT_BEHIND.match(text, match.end()) is not None
                if follows != leads and currencies.of_mark(match[0]):
                    before, behind = before + leads, behind + follows
        return behind > before


def amounts(text: str, writing: Writing, own: str = "", headed: tuple[str, ...] = ()) -> Iterator[Amount]:
    """The numbers of a text that may be amounts or percentages, none of a date.

    `own` is the record's currency code; `headed` are the currencies that the heading above the text names.
    """
    days = list(dates(text))
    wide = text.translate(_WIDE)
    position = 0
    while match := _TOKEN.search(wide, position):
        amount = _amount(wide, match, writing, own, headed)
        if amount is not None:
            if amount.marked or not any(day.start < amount.end and amount.start < day.end for day in days):
                yield replace(amount, raw=text[amount.start : amount.end].strip())
            position = amount.end
        else:  # what goes on behind a space may be an amount: "M1 500"
            position = match.start("num") + _FIRST_DIGITS.match(match["num"]).end()  # type: ignore[union-attr]


def _amount(text: str, match: re.Match[str], writing: Writing, own: str, headed: tuple[str, ...]) -> Amount | None:
    before, after = _codes(match["pre"], own), _codes(match["post"], own)
    if after and _is_of_next(text, match, before, after, writing):
        after = ()
    start = _start_of_mark(match, own) if before else match.start("num")
    if not before and not _stands_alone(text, match.start("num")):
        return None
    values = readings(_number(text, match), writing.decimal)
    behind = _scale_behind(match, _closer(before, after) or headed, values[:1])
    end_of_number = match.end("num")
    if not behind and not after and text[end_of_number : end_of_number + 1].isalpha():
        return None
    scale = behind or _scale_of_marks(match, before, after) or _scale_before(text[:start], match, before, values[:1])
    end = (
        match.end("post")
        if after
        else match.end("scale")
        if behind
        else match.end("tail")
        if match["tail"]
        else match.end("num")
    )
    percent = bool(match["percent"]) and bool(after or not match["post"])
    return Amount(
        start,
        match.end() if percent else end,
        "",
        tuple(money.scaled(value, scale) for value in _in_order(values, writing.decimal, scale)) if scale else values,
        _closer(before, after),
        percent,
        _is_negative(text, match, start, match.end() if percent else end),
        _is_shaped(match["num"] + (match["tail"] or "")),
        bool(scale),
    )


def _scale_behind(match: re.Match[str], codes: tuple[str, ...], values: tuple[Decimal, ...]) -> int:
    """The places by which a word behind a number scales it; 0 where it does not."""
    if not match["scale"] or not values:
        return 0
    apart = match.start("scale") > max(match.end("num"), match.end("tail"))
    text, end = match.string, match.end("scale")
    if apart and text[end : end + 1] == ")" and text.count("(", 0, end) <= text.count(")", 0, end):
        return 0  # the letter of a list: "EUR 900 b) EUR 800"
    return scales.places(match["scale"], codes, values[0], apart=apart)


def _scale_of_marks(match: re.Match[str], before: tuple[str, ...], after: tuple[str, ...]) -> int:
    """The places by which the marks beside a number scale it: "TEUR"."""
    marks = [*_MARK.findall((before and match["pre"]) or ""), *([match["post"]] if after else [])]
    return max((currencies.of_scaled(mark)[0] for mark in marks), default=0)


def _scale_before(text: str, match: re.Match[str], before: tuple[str, ...], values: tuple[Decimal, ...]) -> int:
    """The places by which a word scales the number behind it, on one side of its mark or the other: "EUR Mio. 2,5"."""
    if not before or not values:
        return 0
    return (
        scales.places(match["lead"], before, values[0], apart=True) if match["lead"] else scales.before(text, values[0])
    )


def _in_order(values: tuple[Decimal, ...], decimal: str, scale: int) -> tuple[Decimal, ...]:
    """The readings of a number that is scaled, the likeliest first: "1.234 million" has a part, "1.234 TEUR" has none."""
    return values if decimal or scale <= _THOUSANDS else values[::-1]


def _is_shaped(number: str) -> bool:
    """Whether digits are grouped as those of money are."""
    return bool(_GROUP_OF_THREE.search(number))


def _is_of_next(
    text: str, match: re.Match[str], before: tuple[str, ...], after: tuple[str, ...], writing: Writing
) -> bool:
    """Whether the mark behind a number is that of the number behind it, as in "Milestone 1 EUR 1,000".

    What stands closest decides, then what is no amount, then the digits, and last how the document writes others.
    """
    following = _NEXT.match(text, match.start("post"))
    if following is None:
        return False
    start = max(0, match.start("num") - _REACH)
    days = list(dates(text[start : following.end("num") + _REACH]))
    if following["unit"] or _is_in(days, following.start("num") - start):
        return False
    opened = text[match.start("post") - 1] in "(["
    apart = match.start("post") > max(match.end(name) for name in ("num", "tail", "scale"))
    if opened or apart != (match.end("post") < following.start("num")):
        return opened or apart
    if before:
        return not set(after) < set(before)
    counted = _is_in(days, match.start("num") - start) or _COUNTED.search(text[start : match.start("num")])
    return bool(counted) or _leads(match, following, writing)


def _leads(match: re.Match[str], following: re.Match[str], writing: Writing) -> bool:
    """Whether a mark leads the number behind it, by the digits on both sides and by the other amounts."""
    if following["more"] and currencies.of_mark(following["last"]):
        return False
    one, other = _is_shaped(match["num"] + (match["tail"] or "")), _is_shaped(following["num"])
    return other if one != other else not writing.marks_behind


def _is_in(days: list[Day], place: int) -> bool:
    return any(day.start <= place < day.end for day in days)


def _is_negative(text: str, match: re.Match[str], start: int, end: int) -> bool:
    """Whether a minus sign stands before a number or its currency mark, not a dash of a range, of a list or between words."""
    if match["sign"] and start < match.start("sign"):
        return True  # behind the mark: "EUR -5,000"
    before = text[:start].removesuffix("-").removesuffix("−").removesuffix("–")
    if len(before) == start or before[-1:].isalnum():
        return False
    return bool(before.strip()) or not re.search(r"[^\W\d]", text[end:])


def _codes(marks: str | None, own: str) -> tuple[str, ...]:
    """The currencies of what stands beside a number, which may be a code and a sign; the narrower decides."""
    each = _MARK.findall(marks or "") or filter(
        None, [(marks or "").strip(" :()[]")]
    )  # "R" is one only before a number
    found = [of for mark in each if (of := currencies.of_scaled(mark)[1] or currencies.of_mark(mark, own))]
    return min(found, key=len, default=())


def _start_of_mark(match: re.Match[str], own: str) -> int:
    """Where the currency before an amount begins, behind a word in capitals that is none: "VAT £220.00"."""
    start, pre = match.start("pre"), match["pre"]
    if len(pre) > _MAX_MARK:
        return next((start + mark.start() for mark in _MARK.finditer(pre) if _codes(mark[0], own)), start)
    return start


def _closer(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """The mark before an amount, and that behind it where it says more of the same currency, as in "$100 USD"."""
    return after if not before or (after and set(after) <= set(before)) else before


def _stands_alone(text: str, start: int) -> bool:
    """Whether a number without a mark is not part of a word, a path, a version or a number such as INV-2026."""
    last = text[start - 1 : start]
    if not last or last.isspace() or last in "-–−":
        last, before = text[max(0, start - 1) : start], text[max(0, start - 2) : max(0, start - 1)]
        return last not in {"-", "–", "−"} or not before.isalnum()
    return not (last.isalnum() or last in "./_,#")


def _number(text: str, match: re.Match[str]) -> str:
    """The digits of an amount, without a count before them: "Phase 2 500.00"."""
    number = match["num"]
    if match["sep"] in {" ", "\xa0"} and _COUNTED.search(text[: match.start("num")]):
        number = re.split(r"[ \xa0]", number, maxsplit=1)[1]
    return number
