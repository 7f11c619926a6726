"""The values that several pages show: a currency and its decimals, the parts of a bar in words, rows of sums, contacts."""

from __future__ import annotations

import re
from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from mtrack import money
from mtrack.render.wording import STATES, percent_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mtrack.figures.ledger import Totals
    from mtrack.views.parts import Parts
    from mtrack.views.progress import Progress

STATE_WORDS = {
    **{state: word for state, (_, word) in STATES.items()},
    "alarm": "overbilled",
    "retained": "retained",
    "disputed": "disputed",
    "partially_paid": "partly paid",
    "cancelled": "cancelled",
    "void": "void",
    "credited": "credited",
}
"""The word of every state; those of money and those of a record, the others those of a record."""
_ADDRESS = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


class Unit(Struct, frozen=True):
    """A currency, the decimals it has, and how many of them the amounts beside each other show."""

    currency: str
    decimals: int
    shown: int


class Part(Struct, frozen=True):
    """A part of the agreed amount: its state, its amount, its percentage where there is any, and where it is made of."""

    state: str
    word: str
    amount: Decimal
    percent: str | None
    href: str | None


class Legend(Struct, frozen=True):
    """A bar in words. Its parts sum to what is agreed and `overbilled`; `retained` and `disputed` are in outstanding."""

    parts: tuple[Part, ...]
    overbilled: Sum | None
    retained: Sum | None
    disputed: Sum | None


class Sum(Struct, frozen=True):
    """An amount that is a part of a line which adds up: its sign there, its name and figure, where it is made of."""

    sign: str
    name: str
    figure: str
    amount: Decimal
    href: str | None = None


class Choice(Struct, frozen=True):
    """A value to filter by, and what it is in words."""

    name: str
    word: str


class Contact(Struct, frozen=True):
    """Whom to ask; `href` where the text holds an address."""

    text: str
    href: str | None


def legend(progress: Progress, hrefs: Mapping[str, str]) -> Legend:
    """The bar of a project or a currency in words, each state with what it is made of; its percentages sum to 100."""
    percents, states = progress.percentages, progress.states
    return Legend(
        tuple(
            Part(name, STATE_WORDS[name], amount, percent_text(percents[name]) if amount else None, _net(hrefs, name))
            for name, amount in progress.parts.items()
        ),
        _said("overbilled", progress.overbilled, hrefs.get("overbilled")),
        _said("retained", states.retained, _net(hrefs, "retained")),
        _said("disputed", states.disputed, _net(hrefs, "disputed")),
    )


def _net(hrefs: Mapping[str, str], state: str) -> str | None:
    """Where the money of a state is: net of tax on invoices, else where all that is not billed is."""
    return hrefs.get(f"net-{state}", hrefs.get(state))


def _said(name: str, amount: Decimal, href: str | None) -> Sum | None:
    return Sum("", name, name, amount, href) if amount else None


def net_line(totals: Totals, hrefs: Mapping[str, str]) -> tuple[Sum, ...]:
    """The line agreed = billed + unbilled - overbilled (+ overcredited), net of tax."""
    line = (
        Sum("", "agreed", "agreed", totals.agreed, hrefs.get("agreed")),
        Sum("=", "billed", "billed", totals.billed, hrefs.get("net-billed")),
        Sum("+", "unbilled", "unbilled", totals.unbilled, hrefs.get("unbilled")),
        Sum("−", "overbilled", "overbilled", totals.overbilled, hrefs.get("overbilled")),
    )
    over = Sum("+", "overcredited", "overcredited", totals.overcredited, hrefs.get("overcredited"))
    return (*line, over) if totals.overcredited else line


def gross_line(totals: Totals, hrefs: Mapping[str, str]) -> tuple[Sum, ...]:
    """The line billed = paid + written off + outstanding (- overpaid), with tax; then the cash that came."""
    overpaid = Sum("−", "overpaid", "overpaid", totals.overpaid, hrefs.get("overpaid"))
    return (
        Sum("", "billed", "gross", totals.gross, hrefs.get("billed")),
        Sum("=", "paid", "paid", totals.paid, hrefs.get("paid")),
        Sum("+", "written off", "written_off", totals.written_off, hrefs.get("written_off")),
        Sum("+", "outstanding", "outstanding", totals.outstanding, hrefs.get("outstanding")),
        *((overpaid,) if totals.overpaid else ()),
        Sum("", "received in cash", "received", totals.received, hrefs.get("received")),
    )


def parts_text(parts: Parts, unit: Unit) -> str:
    """The parts of a record as a row of a list has them: "4000.00 billed paid 500.00 overdue"."""
    return " ".join(f"{money.plain(amount, unit.decimals)} {names}" for amount, names in parts)


def contact(text: str | None) -> Contact | None:
    """A contact as a page shows it: an address in it can be written to."""
    if not text:
        return None
    found = _ADDRESS.search(text)
    return Contact(text, f"mailto:{quote(found[0], safe='@')}" if found else None)
