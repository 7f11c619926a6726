"""Dates as people write them, in the languages of the papers; with every order of day and month that is possible."""

from __future__ import annotations

import re
import unicodedata
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
    "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "január február marec apríl máj jún júl august september október november december",
    "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra",
    "tammikuu helmikuu maaliskuu huhtikuu toukokuu kesäkuu heinäkuu elokuu syyskuu lokakuu marraskuu joulukuu",
    "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta marraskuuta joulukuuta",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "január február március április május június július augusztus szeptember október november december",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
)
_ABBREVIATED = 3
_MONTHS = {"jänner": 1, "mrz": 3, "mrt": 3, "sept": 9}
for _names in _LANGUAGES:
    _listed = _names.split()
    for _number, _name in enumerate(_listed, 1):
        _short = {
            _name[:_length] for _length in (3, 4, 5) if sum(other.startswith(_name[:_length]) for other in _listed) == 1
        }
        for _form in (_name, *_short):
            if len(_form) >= _ABBREVIATED and not (_form == "mar" and _number != 3):  # noqa: PLR2004
                _MONTHS.setdefault(_form, _number)


def _plain(text: str) -> str:
    """The text in small letters without accents."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in flat if not unicodedata.combining(char)).replace("ı", "i")


def _any_of(words: set[str]) -> str:
    """A pattern for the words, the longest first, that looks at each letter once."""
    behind: dict[str, set[str]] = {}
    for word in words - {""}:
        behind.setdefault(word[0], set()).add(word[1:])
    if not behind:
        return ""
    return (
        f"(?:{'|'.join(letter + _any_of(rest) for letter, rest in sorted(behind.items()))}){'?' if '' in words else ''}"
    )


_MONTH = _any_of(_MONTHS.keys() | set(map(_plain, _MONTHS)))
_BY_NAME = {_plain(name): number for name, number in reversed(_MONTHS.items())}
_YEAR = r"(?:19|20)\d\d"
_OF = r"(?:of\s+|de\s+|del\s+)?"
_DATE = re.compile(
    rf"""(?<!\d)(?P<y1>{_YEAR})\s?[-/.年]\s?(?P<m1>\d{{1,2}})\s?[-/.月]\s?(?P<d1>\d{{1,2}})(?!\d) |
    (?<![\d.,/])(?P<a>\d{{1,2}})(?P<s>[./-])\s?(?P<b>\d{{1,2}})(?P=s)\s?(?P<y2>{_YEAR}|\d\d)(?![\d/]) |
    (?<!\d)(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª|°)?[\s-]*(?:day\s+)?{_OF}(?P<m3>{_MONTH})\b\.?,?[\s-]*{_OF}(?P<y3>{_YEAR}|(?<=-)\d\d)(?!\d) |
    \b(?P<m4>{_MONTH})\.?\s+(?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\s?,?\s+(?P<y4>{_YEAR}) |
    (?<!\d)(?P<y5>{_YEAR})\.?\s+(?P<m5>{_MONTH})\.?\s+(?P<d5>\d{{1,2}})(?!\d|[.,]\d)""",
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
    named = next(number for number in "345" if match[f"y{number}"])
    month = month_of(match[f"m{named}"])
    return [] if month is None else [(int(match[f"y{named}"]), month, int(match[f"d{named}"]))]


def month_of(name: str) -> int | None:
    """The number of a month by its name or an abbreviation, in any of the languages, with or without its accents."""
    return _BY_NAME.get(_plain(name))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year + 2000 if year < _CENTURY else year, month, day)
    except ValueError:
        return None
