"""Dates as people write them, in the languages of the papers; with every order of day and month that is possible."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_LANGUAGES = (
    "january february march april may june july august september october november december",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "januari februari maart april mei juni juli augustus september oktober november december",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november desember",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
)
MONTHS = {
    "sept": 9,
    "jänner": 1,
    "mrz": 3,
    "fev": 2,
    "dec": 12,
    "déc": 12,
    "mrt": 3,
    "okt": 10,
    "fevrier": 2,
    "aout": 8,
}
_ABBREVIATED = 3
for _names in _LANGUAGES:
    for _number, _name in enumerate(_names.split(), 1):
        for _form in (_name, _name[:3], _name[:4], _name[:5]):
            if len(_form) >= _ABBREVIATED and not (_form == "mar" and _number != 3):  # noqa: PLR2004
                MONTHS.setdefault(_form, _number)
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"
_OF = r"(?:of\s+|de\s+|del\s+)?"
_DATE = re.compile(
    rf"""(?<!\d)(?P<y1>{_YEAR})\s?[-/.年]\s?(?P<m1>\d{{1,2}})\s?[-/.月]\s?(?P<d1>\d{{1,2}})(?!\d) |
    (?<![\d.,/])(?P<a>\d{{1,2}})(?P<s>[./-])\s?(?P<b>\d{{1,2}})(?P=s)\s?(?P<y2>{_YEAR}|\d\d)(?![\d/]) |
    (?<!\d)(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª|°)?[\s-]*(?:day\s+)?{_OF}(?P<m3>{_MONTH})\b\.?,?[\s-]*{_OF}(?P<y3>{_YEAR}|(?<=-)\d\d)(?!\d) |
    \b(?P<m4>{_MONTH})\.?\s+(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\s?,?\s+(?P<y4>{_YEAR})""",
    re.VERBOSE | re.IGNORECASE,
)
_MAYBE = re.compile(r"(?:19|20)\d\d|\d[./]\s?\d{1,2}[./]|\d-(?:\d|[a-zA-Z])")
_CENTURY = 100


class Day(NamedTuple):
    """A date as it is written at `start` to `end` of a text, with the days that it may be."""

    start: int
    end: int
    days: tuple[date, ...]


def dates(text: str) -> Iterator[Day]:
    """The dates of a text."""
    if not _MAYBE.search(text):
        return
    for match in _DATE.finditer(text):
        days = tuple(dict.fromkeys(day for parts in _orders(match) if (day := _day(*parts)) is not None))
        if days:
            yield Day(match.start(), match.end(), days)


def _orders(match: re.Match[str]) -> list[tuple[int, int, int]]:
    """Year, month and day, in each order that may be meant."""
    if match["y1"]:
        return [(int(match["y1"]), int(match["m1"]), int(match["d1"]))]
    if match["y2"]:
        year, first, second = int(match["y2"]), int(match["a"]), int(match["b"])
        return [(year, second, first)] if match["s"] == "." else [(year, second, first), (year, first, second)]
    if match["y3"]:
        return [(int(match["y3"]), MONTHS[match["m3"].lower()], int(match["d3"]))]
    return [(int(match["y4"]), MONTHS[match["m4"].lower()], int(match["d4"]))]


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year + 2000 if year < _CENTURY else year, month, day)
    except ValueError:
        return None
