"""Days as a column writes them: one style for the whole column, and none that is ambiguous."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from mtrack.verify.dates import month_of

if TYPE_CHECKING:
    from mtrack.spreadsheet.cells import Cell, Faults

_TIME = r"(?:[T ]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[AaPp][Mm]|Z|[+-][0-9]{2}:?[0-9]{2})?)?"
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}})(?P<mark>[-/.])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}}){_TIME}"
)
_YEAR_LAST = re.compile(
    rf"(?P<one>[0-9]{{1,2}})(?P<mark>[-/.])(?P<two>[0-9]{{1,2}})(?P=mark)(?P<year>[0-9]{{4}}){_TIME}"
)
_SHORT_YEAR = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}|[0-9]{1,2}[- ][^\W\d_]{3,}\.?[- ][0-9]{2}")
_DAY_MONTH = re.compile(
    r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?[ -]+(?P<month>[^\W\d_]{3,})\.?,?[ -]+(?P<year>[0-9]{4})", re.IGNORECASE
)
_MONTH_DAY = re.compile(
    r"(?P<month>[^\W\d_]{3,})\.?[ -]+(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?,?[ -]+(?P<year>[0-9]{4})", re.IGNORECASE
)
_FORMATS = {"dmy": "%d{0}%m{0}%Y", "mdy": "%m{0}%d{0}%Y"}


def readings(text: str) -> dict[str, date]:
    """The days that a text can be, by the style in which it is written then.

    Points part a day first wherever they are used; with other marks either may come first.
    """
    if match := _YEAR_FIRST.fullmatch(text):
        found = {f"ymd{match['mark']}": _day(match["year"], match["month"], match["day"])}
    elif match := _YEAR_LAST.fullmatch(text):
        mark = match["mark"]
        found = {f"dmy{mark}": _day(match["year"], match["two"], match["one"])}
        if mark != ".":
            found[f"mdy{mark}"] = _day(match["year"], match["one"], match["two"])
    elif match := _DAY_MONTH.fullmatch(text) or _MONTH_DAY.fullmatch(text):
        month = month_of(match["month"])
        style = "day month year" if match.re is _DAY_MONTH else "month day year"
        found = {style: None if month is None else _day(match["year"], month, match["day"])}
    else:
        return {}
    return {style: day for style, day in found.items() if day is not None}


def _day(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_days(cells: list[Cell], said: str | None, faults: Faults) -> dict[Cell, date]:
    """The days in the cells of a column; what is no day, in another style, or not plain is a fault."""
    days = {cell: cell.value for cell in cells if isinstance(cell.value, date)}
    texts = [cell for cell in cells if isinstance(cell.value, str)]
    for cell in cells:
        if not isinstance(cell.value, (date, str)):
            faults.add(cell, f"'{cell.text}' is not a day; a cell with a day has a date's format")
    if said is not None and (given := _by_format(texts, said)) is not None:
        return days | given
    written = {cell: readings(cell.text) for cell in texts}
    if said is not None and not all(map(_is_plain, written.values())):
        for cell in texts:
            if _by_format([cell], said) is None:
                faults.add(cell, f"'{cell.text}' is not a day written as {said}")
        return days
    for cell, found in written.items():
        if not found:
            faults.add(cell, _no_day(cell.text))
    written = {cell: found for cell, found in written.items() if found}
    if days and (turned := [cell for cell, found in written.items() if not _is_plain(found)]):
        _refuse_beside(turned, next(iter(days)), faults)
        return days
    return days | _in_one_style(written, faults)


def _by_format(texts: list[Cell], said: str) -> dict[Cell, date] | None:
    """The days by a format of `strptime`; None where one is not written so."""
    try:
        return {cell: datetime.strptime(cell.text, said).date() for cell in texts}  # noqa: DTZ007  (a day has no zone)
    except ValueError:
        return None


def _is_plain(found: dict[str, date]) -> bool:
    """Whether a text is one day by its form alone: the year first, or the month in letters."""
    return bool(found) and not any(style.startswith(("dmy", "mdy")) for style in found)


def _no_day(text: str) -> str:
    if match := _SHORT_YEAR.fullmatch(text):
        mark = match[1] or "/"
        return f"'{text}' has a year of two digits; say how it is written, as in --date-format '%d{mark}%m{mark}%y'"
    return f"'{text}' is not a day of the calendar"


def _refuse_beside(cells: list[Cell], day: Cell, faults: Faults) -> None:
    """Text beside real dates is what a program could not turn into one; it may have turned others round."""
    for cell in cells:
        faults.add(
            cell,
            f"'{cell.text}' is text, and {day.address} a date: the program that read the text may have taken days for months; "
            "make all of them dates, or say --date-format",
        )


def _in_one_style(written: dict[Cell, dict[str, date]], faults: Faults) -> dict[Cell, date]:
    if not written:
        return {}
    styles = sorted({style for found in written.values() for style in found})
    fitting = sorted(style for style in styles if all(style in found for found in written.values()))
    if not fitting:
        _in_one_style(_refuse_mixed(written, styles, faults), faults)
        return {}
    for cell, found in written.items():
        if len({found[style] for style in fitting}) > 1:
            faults.add(cell, _ambiguous(cell.text, found, fitting))
    return {cell: found[fitting[0]] for cell, found in written.items()}


def _refuse_mixed(
    written: dict[Cell, dict[str, date]], styles: list[str], faults: Faults
) -> dict[Cell, dict[str, date]]:
    """Refuse what is not in the style of the most; the others."""

    def users(style: str) -> list[Cell]:
        return [cell for cell, found in written.items() if style in found]

    main = max(styles, key=lambda style: (len(users(style)), users(style)[0] is next(iter(written))))
    first = next((cell for cell in users(main) if len(written[cell]) == 1), users(main)[0])
    for cell, found in written.items():
        if main not in found:
            faults.add(
                cell,
                f"'{cell.text}' is written in another way than '{first.text}' in {first.address}; a column has one",
            )
    return {cell: written[cell] for cell in users(main)}


def _ambiguous(text: str, found: dict[str, date], styles: list[str]) -> str:
    days = " or ".join(found[style].isoformat() for style in styles)
    formats = " or ".join(f"'{_FORMATS[style[:3]].format(style[3:])}'" for style in styles)
    return f"'{text}' may be {days}; say which with --date-format {formats}"
