"""What the templates write with: amounts, days, names and marks, each the same way on every page."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from mtrack import money
from mtrack.render.templates import clean
from mtrack.render.wording import BAND_WORDS, BUCKET_WORDS, Wording, percent, status_word
from mtrack.render.words import count
from mtrack.site import charts

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from jinja2 import Environment

STATE_WORDS = {
    "received": "received",
    "outstanding": "outstanding",
    "overdue": "overdue",
    "billable": "not billed",
    "ahead": "ahead",
    "alarm": "overbilled",
    "disputed": "disputed",
    "hold": "on hold",
    "cancelled": "cancelled",
    "void": "void",
    "credit": "credit note",
    "written_off": "written off",
}
"""The word of every state; the first five are the states of money, the others what can befall a record."""
MARKS = {"hold": "ahead", "written_off": "cancelled", "void": "cancelled", "credit": "cancelled"}
"""States that share another's mark."""
BUCKET_STATES = {"not_due": "outstanding", "disputed": "disputed"}
"""The state of an aging bucket; of all others it is overdue."""
BAND_STATES = {"certain": "outstanding", "billable": "billable", "planned": "ahead"}
"""The state of a forecast band."""
EVENT_WORDS = {
    "planned": "planned",
    "completed": "completed",
    "approved": "approved",
    "sent": "sent",
    "due": "due",
    "paid": "paid",
}
SEVERITY_WORDS = {1: "info", 2: "warning", 3: "error"}


_SHORT, _LONG_PART = 20, 24
_DASH = Markup('<data class="z" value="0">–</data>')


def _markup(text: str) -> Markup:
    """Text whose every part from a file is escaped already; much faster than Markup's own formatting."""
    return Markup(text)  # noqa: S704


class Words:
    """The filters and functions of one locale."""

    def __init__(self, locale: str) -> None:
        self.wording = Wording(locale)
        # The same days, amounts and states come again and again; to look one up is much faster than to write it.
        self.day = lru_cache(maxsize=4096)(self._day)
        self.amount = lru_cache(maxsize=8192)(self._amount)
        self.brief = lru_cache(maxsize=8192)(self._brief)
        self.state = lru_cache(maxsize=256)(self._state)

    def _amount(self, value: Decimal, places: int) -> Markup:
        """An amount, without its currency; the exact value beside it for programs."""
        return _markup(
            f'<data value="{money.plain(value, places)}">{escape(self.wording.number(value, places))}</data>'
        )

    def _brief(self, value: Decimal, places: int) -> Markup:
        """The same for an overview: no decimals where they are all zero."""
        return _markup(f'<data value="{money.plain(value, places)}">{escape(self.wording.brief(value, places))}</data>')

    def or_dash(self, value: Decimal, places: int) -> Markup:
        """An amount, or a dash for none, so that a sheet's zeros don't drown its sums."""
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
        """Text from a file, set apart so that it turns only itself around where it is written from right to left."""
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
        """A message: what stands between backquotes as code."""
        pieces = str(escape(clean(str(text)))).split("`")
        if len(pieces) % 2 == 0:
            return _markup("`".join(pieces))
        parts = (f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
        return _markup("".join(parts))

    def install(self, environment: Environment) -> None:
        """Give the templates all of it."""
        environment.filters.update(
            or_dash=self.or_dash, signed=self.signed, amount=self.amount, brief=self.brief, cash=self.cash, day=self.day, t=self.name, number=self.number, path=self.path, prose=self.prose,
            status_word=status_word, month=self.wording.month, long_day=self.wording.long_day,
        )  # fmt: skip
        environment.globals.update(
            mark=charts.mark, state=self.state, percent=percent, count=count, sum_bar=charts.sum_bar,
            two_bars=charts.two_bars, row_bar=charts.row_bar, parts_of=charts.parts_of, columns=self.columns,
            STATE_WORDS=STATE_WORDS, BUCKET_WORDS=BUCKET_WORDS, BUCKET_STATES=BUCKET_STATES, BAND_STATES=BAND_STATES, BAND_WORDS=BAND_WORDS, EVENT_WORDS=EVENT_WORDS,
            SEVERITY_WORDS=SEVERITY_WORDS,
        )  # fmt: skip

    def columns(self, months: Any) -> Markup:
        """The column chart of billed beside received."""
        return charts.columns(months, self.wording)
