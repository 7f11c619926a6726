"""The sink of the HTML pages: amounts, days, names and marks, each written and escaped the same way on every page."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import TYPE_CHECKING

from markupsafe import Markup, escape

from mtrack import money
from mtrack.finding import Category
from mtrack.render.templates import clean
from mtrack.render.wording import Wording, status_word
from mtrack.site import charts
from mtrack.site.cells import STATE_WORDS
from mtrack.words import count

if TYPE_CHECKING:
    from collections.abc import Callable

    from jinja2 import Environment

    from mtrack.finding import Finding
    from mtrack.site.cells import Unit

MARKS = {"void": "cancelled", "credited": "cancelled", "partially_paid": "outstanding"}
"""States that share another's mark."""
MINUS = "\N{MINUS SIGN}"
_NEGATIVE = re.compile(r"(?<=\b[A-Z]{3} )-(?=[0-9])")
"""The sign of an amount in a message, "EUR -5.00"."""
_ATOMS = re.compile(
    r"(?<![\w.])(?P<currency>[A-Z]{3}) (?P<amount>-?[0-9](?:[0-9.,]*[0-9])?)"
    r"|(?<![\w.-])(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})(?![\w-])"
)
"""Parts of a message that no line breaks: an amount with its currency, a date."""
_QUOTED = re.compile(r"('(?:[^']|(?<=\w)'(?=\w))*')(?!\w)")
"""The parts of a message that come from a file."""
LONG = 30
"""Letters from which a word may be broken; shorter ones never are."""
_LONG_WORD = re.compile(rf"\S{{{LONG + 1},}}")
_SHORT, _LONG_NUMBER, _LONGER_NUMBER = 30, 14, 22
_DASH = Markup('<span class="z">–</span>')


def _markup(text: str) -> Markup:
    """HTML of this module, in which every part from a file is escaped; much faster than Markup's own formatting."""
    return Markup(text)  # noqa: S704


def _breakable(text: str) -> str:
    """Escaped text, in which words that are too long for a line may be broken."""
    if len(text) <= LONG:
        return str(escape(text))
    pieces: list[str] = []
    at = 0
    for match in _LONG_WORD.finditer(text):
        pieces += [str(escape(text[at : match.start()])), f'<span class="long">{escape(match[0])}</span>']
        at = match.end()
    return "".join((*pieces, str(escape(text[at:]))))


def _as_written(match: re.Match[str]) -> str:
    return match[0]


class Filters:
    """The filters and functions of one locale."""

    def __init__(self, locale: str) -> None:
        self.wording = Wording(locale)
        # The same days, amounts and states repeat; looking one up is much faster than writing it.
        self.day = lru_cache(maxsize=4096)(self._day)
        self.prose = lru_cache(maxsize=4096)(self._prose)
        self.told = lru_cache(maxsize=4096)(self._told)
        self.amount = lru_cache(maxsize=8192)(self._amount)
        self.cash = lru_cache(maxsize=8192)(self._cash)
        self.state = lru_cache(maxsize=256)(self._state)
        self.name = lru_cache(maxsize=1024)(self._name)

    def _amount(self, value: Decimal, unit: Unit, figure: str = "", *, whole: bool = False) -> Markup:
        """An amount, without its currency; for programs its exact value, its currency, and the name of the figure.

        A `whole` one has no decimals where all of them are zero.
        """
        return _markup(self._data(value, unit, figure, self._number(value, unit, whole=whole)))

    def _number(self, value: Decimal, unit: Unit, *, whole: bool) -> str:
        if whole:
            return self.wording.brief(value, unit.shown)
        return self.wording.number(value, unit.shown)

    def _data(self, value: Decimal, unit: Unit, figure: str, text: str) -> str:
        called = f' data-figure="{figure}"' if figure else ""
        shown = escape(text.replace("-", MINUS))
        kind = "" if len(text) <= _LONGER_NUMBER else ' class="longer"'
        return f'<data value="{money.plain(value, unit.decimals)}"{called} data-currency="{escape(unit.currency)}"{kind}>{shown}</data>'

    def or_dash(self, value: Decimal | None, unit: Unit, figure: str = "") -> Markup:
        """An amount, or a dash for none, so that the zeros of a table don't hide its sums."""
        return self.amount(value, unit, figure) if value else _DASH

    def brief(self, value: Decimal, unit: Unit, figure: str = "") -> Markup:
        """An amount for an overview: no decimals where they are all zero."""
        return self.amount(value, unit, figure, whole=True)

    def brief_or_dash(self, value: Decimal | None, unit: Unit, figure: str = "") -> Markup:
        """The same, with a dash for nothing."""
        return self.brief(value, unit, figure) if value else _DASH

    def signed(self, value: Decimal, unit: Unit) -> Markup:
        """A change: with its sign."""
        plus = Markup("+") if value > 0 else Markup()
        return plus + self.amount(value, unit)

    def _cash(self, value: Decimal, unit: Unit, figure: str = "", *, whole: bool = True) -> Markup:
        """An amount with its currency before it, or after, as the locale has it; no line breaks between the two."""
        written = self._number(value, unit, whole=whole)
        number = self._data(value, unit, figure, written)
        code = f'<abbr class="cur">{escape(clean(unit.currency))}</abbr>'
        inner = f"{number}\u00a0{code}" if self.wording.code_last else f"{code}\u00a0{number}"
        kind = "cash" if len(written) <= _LONG_NUMBER else "cash long-number"
        return _markup(f'<span class="{kind}">{inner}</span>')

    def money(self, value: Decimal, unit: Unit, figure: str = "") -> Markup:
        """The same with all its decimals, for a column of amounts."""
        return self.cash(value, unit, figure, whole=False)

    def _day(self, day: date | None) -> Markup:
        if day is None:
            return Markup()
        return _markup(f'<time datetime="{day.isoformat()}">{escape(self.wording.day(day))}</time>')

    def _name(self, text: str | None) -> Markup:
        """Text from a file, isolated so that text written from right to left reorders nothing around it."""
        return _markup(f"<bdi>{_breakable(clean(str(text)))}</bdi>") if text else Markup()

    def path(self, text: str) -> Markup:
        """A path: it breaks after its slashes, and anywhere only where a part of it is long."""
        return _markup(f"<bdi>{'/<wbr>'.join(_breakable(clean(part)) for part in text.split('/'))}</bdi>")

    def number(self, text: str) -> Markup:
        """An invoice number: kept on one line where it is of a usual length."""
        short = ' class="short"' if len(text) <= _SHORT else ""
        return _markup(f"<bdi{short}>{_breakable(clean(text))}</bdi>")

    def _state(self, name: str, word: str | None = None) -> Markup:
        """A state: its mark and its word, in its colour."""
        text = escape(clean(word or STATE_WORDS[name]))
        return _markup(f'<span class="state k-{escape(name)}">{charts.mark(MARKS.get(name, name))}{text}</span>')

    def _prose(self, text: str) -> Markup:
        """A hint: what stands between backquotes as code; no line breaks an amount or a date, minus is the true one."""
        return self._marked_up(text, lambda match: _NEGATIVE.sub(MINUS, match[0]))

    def _told(self, text: str) -> Markup:
        """An account of what happened, amounts and days as the locale writes them, but for quotes from a file."""
        return self._marked_up(text, self._as_here)

    def message(self, finding: Finding) -> Markup:
        """The message of a finding; those about the record say how a file writes an amount or a day."""
        return (self.prose if finding.category is Category.RECORD else self.told)(finding.message)

    def _as_here(self, match: re.Match[str]) -> str:
        """An amount or a day of a message as the locale writes it."""
        try:
            if match["day"]:
                return self.wording.day(date.fromisoformat(match["day"]))
            number = match["amount"].replace(",", "")
            return self.wording.money(Decimal(number), match["currency"], len(number.partition(".")[2])).replace(
                "-", MINUS
            )
        except (ValueError, InvalidOperation):  # it only looks like one
            return match[0]

    def _marked_up(self, text: str, write: Callable[[re.Match[str]], str]) -> Markup:
        pieces = clean(text).split("`")
        if len(pieces) % 2 == 0:
            return _markup("`".join(self._sentence(piece, write) for piece in pieces))
        return _markup(
            "".join(
                f"<code>{self._sentence(piece, _as_written)}</code>" if i % 2 else self._sentence(piece, write)
                for i, piece in enumerate(pieces)
            )
        )

    def _sentence(self, text: str, write: Callable[[re.Match[str]], str]) -> str:
        quoted = [match.span() for match in _QUOTED.finditer(text)]
        pieces: list[str] = []
        at = 0
        for match in _ATOMS.finditer(text):
            is_quoted = any(start < match.start() < end for start, end in quoted)
            whole = escape(match[0] if is_quoted else write(match))
            kind = "short" if len(match[0]) <= _LONGER_NUMBER else "short longer"
            pieces += [_breakable(text[at : match.start()]), f'<span class="{kind}">{whole}</span>']
            at = match.end()
        return "".join((*pieces, _breakable(text[at:])))

    def install(self, environment: Environment) -> None:
        """Give the templates all of it."""
        environment.filters.update(
            amount=self.amount, or_dash=self.or_dash, brief=self.brief, brief_or_dash=self.brief_or_dash,
            signed=self.signed, cash=self.cash, money=self.money, day=self.day, month=self.wording.month,
            short_month=self.wording.short_month, t=self.name, number=self.number, path=self.path, prose=self.prose,
            told=self.told, message=self.message, status_word=status_word,
        )  # fmt: skip
        environment.globals.update(
            mark=charts.mark, state=self.state, count=count, STATE_WORDS=STATE_WORDS, code_last=self.wording.code_last
        )
