"""The sink of the HTML pages: amounts, days, names and marks, each written and escaped the same way on every page."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from mtrack import money
from mtrack.render.templates import clean
from mtrack.render.wording import Wording, status_word
from mtrack.render.words import count
from mtrack.site import charts
from mtrack.site.cells import STATE_WORDS

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from jinja2 import Environment

MARKS = {"void": "cancelled", "credited": "cancelled", "partially_paid": "outstanding"}
"""States that share another's mark."""
MINUS = "\N{MINUS SIGN}"
_NEGATIVE = re.compile(r"(?<=\b[A-Z]{3} )-(?=[0-9])")
"""The sign of an amount in a message, "EUR -5.00"."""
_SHORT, _LONG_PART = 20, 24
_DASH = Markup('<data class="z" value="0">–</data>')


def _markup(text: str) -> Markup:
    """HTML of this module, in which every part from a file is escaped; much faster than Markup's own formatting."""
    return Markup(text)  # noqa: S704


def _data(value: Decimal, places: int, text: str) -> Markup:
    """An amount as a reader sees it, always with the true minus, and its exact value for programs."""
    return _markup(f'<data value="{money.plain(value, places)}">{escape(text.replace("-", MINUS))}</data>')


class Filters:
    """The filters and functions of one locale."""

    def __init__(self, locale: str) -> None:
        self.wording = Wording(locale)
        # The same days, amounts and states repeat; looking one up is much faster than writing it.
        self.day = lru_cache(maxsize=4096)(self._day)
        self.amount = lru_cache(maxsize=8192)(self._amount)
        self.brief = lru_cache(maxsize=8192)(self._brief)
        self.state = lru_cache(maxsize=256)(self._state)

    def _amount(self, value: Decimal, places: int) -> Markup:
        """An amount, without its currency; the exact value beside it for programs."""
        return _data(value, places, self.wording.number(value, places))

    def _brief(self, value: Decimal, places: int) -> Markup:
        """The same for an overview: no decimals where they are all zero."""
        return _data(value, places, self.wording.brief(value, places))

    def or_dash(self, value: Decimal, places: int) -> Markup:
        """An amount, or a dash for 0, so that the zeros of a table don't hide its sums."""
        return self.amount(value, places) if value else _DASH

    def signed(self, value: Decimal, places: int) -> Markup:
        """A change: with its sign."""
        plus = Markup("+") if value > 0 else Markup()
        return plus + self.amount(value, places)

    def cash(self, value: Decimal, currency: str, places: int) -> Markup:
        """An amount with its currency before it, or after, as the locale has it."""
        number = self.brief(value, places)
        code = f'<abbr class="cur">{escape(clean(currency))}</abbr>'
        return _markup(f"{number}\u00a0{code}" if self.wording.code_last else f"{code}\u00a0{number}")

    def _day(self, day: date | None) -> Markup:
        if day is None:
            return Markup()
        return _markup(f'<time datetime="{day.isoformat()}">{escape(self.wording.day(day))}</time>')

    def name(self, text: object) -> Markup:
        """Text from a file, isolated so that text written from right to left reorders nothing around it."""
        return _markup(f"<bdi>{escape(clean(str(text)))}</bdi>") if text else Markup()

    def path(self, text: str) -> Markup:
        """A path: it breaks after its slashes, and anywhere only where a part of it is long."""
        parts = text.split("/")
        kind = "" if max(map(len, parts)) > _LONG_PART else ' class="path"'
        return _markup(f"<bdi{kind}>{'/<wbr>'.join(str(escape(clean(part))) for part in parts)}</bdi>")

    def number(self, text: str) -> Markup:
        """An invoice number: kept on one line where it is of a usual length."""
        short = ' class="short"' if len(text) <= _SHORT else ""
        return _markup(f"<bdi{short}>{escape(clean(text))}</bdi>")

    def _state(self, name: str, word: str | None = None) -> Markup:
        """A state: its mark and its word, in its colour."""
        text = escape(clean(word or STATE_WORDS[name]))
        return _markup(f'<span class="state k-{escape(name)}">{charts.mark(MARKS.get(name, name))}{text}</span>')

    def prose(self, text: object) -> Markup:
        """A message: what stands between backquotes as code, negative amounts with the true minus."""
        pieces = str(escape(clean(_NEGATIVE.sub(MINUS, str(text))))).split("`")
        if len(pieces) % 2 == 0:
            return _markup("`".join(pieces))
        parts = (f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
        return _markup("".join(parts))

    def install(self, environment: Environment) -> None:
        """Give the templates all of it."""
        environment.filters.update(
            amount=self.amount,
            or_dash=self.or_dash,
            brief=self.brief,
            signed=self.signed,
            cash=self.cash,
            day=self.day,
            month=self.wording.month,
            t=self.name,
            number=self.number,
            path=self.path,
            prose=self.prose,
            status_word=status_word,
        )
        environment.globals.update(mark=charts.mark, state=self.state, count=count, STATE_WORDS=STATE_WORDS)
