"""Money and dates as the workspace's locale writes them, and the few words every report shares."""

from __future__ import annotations

import os
from decimal import Decimal
from functools import cache, cached_property
from typing import TYPE_CHECKING

from babel import Locale
from babel.numbers import parse_pattern

from mtrack import money
from mtrack.views import percentages

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from mtrack.render.cells import Amount

_SIGNS = (("decimal", "."), ("group", ","))
_MARKS = str.maketrans("", "", "\u200e\u200f\u061c")
"""Marks that turn a line around: reports are written from left to right, and isolate what is not."""

STATES = {
    "paid": ("●", "paid"),
    "written_off": ("⊘", "written off"),
    "outstanding": ("◐", "outstanding"),
    "overdue": ("▲", "overdue"),
    "to_bill": ("◆", "to bill"),
    "on_hold": ("⏸", "on hold"),
    "ahead": ("○", "ahead"),
}
"""The seven states of money in every report: mark and word, always together."""
OVERLAP_MARK = "✕"
DISPUTED_MARK = "▨"
RETAINED_MARK = "[◐]"
"""The mark of outstanding amounts, in brackets; so in the bars, whatever its width."""
BUCKET_WORDS = {
    "retained": "retained",
    "not_due": "not due",
    "1-30": "1–30 days",
    "31-60": "31–60 days",
    "61-90": "61–90 days",
    "over_90": "over 90 days",
    "disputed": "disputed",
}
"""The words of the aging buckets."""
BAND_WORDS = {
    "certain": "invoiced and due",
    "billable": "to be billed",
    "planned": "planned",
    "retained": "retained",
    "disputed": "disputed",
}
"""The words of the forecast's bands."""


class Wording:
    """One locale's way to write amounts and dates. `locale` is a name such as en_GB that Babel knows."""

    def __init__(self, locale: str) -> None:
        self.locale = Locale.parse(locale)

    @cached_property
    def _pattern(self) -> str:
        return str(self.locale.decimal_formats[None].pattern).split(";")[0]

    @cached_property
    def code_last(self) -> bool:
        """Whether the currency's code stands after the amount."""
        return str(self.locale.currency_formats["standard"].pattern).split(";")[0].rstrip("\u200f").endswith("¤")

    def number(self, amount: Decimal, decimals: int) -> str:
        """An amount without its currency, with at least `decimals` decimals and none lost."""
        exact = money.with_places(amount, decimals)
        if self._western is not None and amount >= 0:
            return f"{exact:,f}".translate(self._western)
        return self._by_pattern(exact)

    def _by_pattern(self, amount: Decimal) -> str:
        """An amount with all its places by the locale's signs and groups alone: Babel's own patterns lose a group sign that is a quote."""
        first, others = parse_pattern(self._pattern).grouping
        point, group = (_without_marks(self._symbols.get(name, default)) for name, default in _SIGNS)
        whole, _, rest = f"{amount.copy_abs():f}".partition(".")
        end = max(len(whole) - first, 0)
        starts = [0, *range(end % others or others, end, others), end] if end else [0]
        groups = [whole[start:stop] for start, stop in zip(starts, [*starts[1:], len(whole)], strict=True)]
        text = group.join(filter(None, groups)) + (point + rest if rest else "")
        return f"-{text}" if amount < 0 else text

    @cached_property
    def _symbols(self) -> Mapping[str, str]:
        """The locale's signs for its Latin digits."""
        symbols: Mapping[str, str] = self.locale.number_symbols["latn"]
        return symbols

    def signs(self) -> dict[str, str | int]:
        """The signs of amounts, for a script: the point, the group sign, the digits of the first and other groups."""
        first, others = parse_pattern(self._pattern).grouping
        point, group = (_without_marks(self._symbols.get(name, default)) for name, default in _SIGNS)
        return {"point": point, "group": group, "first": first, "others": others}

    @cached_property
    def _western(self) -> dict[int, str] | None:
        """The table from Python's own "1,234.56" to the locale's, where only the two signs differ: much faster."""
        point = self._by_pattern(Decimal("0.5"))[1:-1]
        comma = self._by_pattern(Decimal(1111111)).replace("1", "")
        table = {ord(","): comma[: len(comma) // 2], ord("."): point}
        for text in ("0", "0.50", "7.25", "999", "1234", "98765.4321", "1234567.8", "12345678901234567890.12"):
            amount = Decimal(text)
            if f"{amount:,f}".translate(table) != self._by_pattern(amount):
                return None
        return table

    def money(self, amount: Decimal, currency: str, decimals: int) -> str:
        """An amount with its currency's code: "EUR 5,000.00", "5.000,00 EUR"."""
        number = self.number(amount, decimals).replace("\u202f", "\u00a0")
        return f"{number} {currency}" if self.code_last else f"{currency} {number}"

    def amount(self, amount: Amount) -> str:
        """An amount, with its currency where it has one."""
        if amount.currency is None:
            return self.number(amount.value, amount.decimals)
        return self.money(amount.value, amount.currency, amount.decimals)

    def day(self, day: date | None) -> str:
        """A date, or nothing: "3 Feb 2026"."""
        return "" if day is None else _day(day, "medium", str(self.locale))

    def month(self, day: date) -> str:
        """A month: "Feb 2026"."""
        return _day(day, "MMM yyyy", str(self.locale))

    def short_month(self, day: date) -> str:
        """A month without its year, for an axis: "Feb"."""
        return _day(day, "LLL", str(self.locale))

    def brief(self, amount: Decimal, decimals: int) -> str:
        """An amount for an overview: without decimals where they are all zero."""
        return self.number(amount, 0 if amount == amount.to_integral_value() else decimals)


@cache
def _format_date() -> Callable[..., str]:
    """Babel's function; its module looks for the time zone as it is loaded, and fails on a TZ that names none."""
    given = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    try:
        from babel.dates import format_date  # noqa: PLC0415
    finally:
        del os.environ["TZ"]
        if given is not None:
            os.environ["TZ"] = given
    return format_date


@cache
def _day(day: date, pattern: str, locale: str) -> str:
    return _without_marks(str(_format_date()(day, format=pattern, locale=locale)))


def _without_marks(text: str) -> str:
    return text.translate(_MARKS)


def percent(part: Decimal, whole: Decimal) -> str:
    """A part of a whole in whole percent; only all of it is 100 %, and "–" is of nothing."""
    return percent_text(percentages.percent(part, whole))


def percent_text(share: int | None) -> str:
    """A percentage as reports write it; "–" for none."""
    return "–" if share is None else f"{share} %"


def status_word(status: str) -> str:
    """A status as reports write it: "partially paid"."""
    return status.replace("_", " ")
