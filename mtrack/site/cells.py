"""The values that several pages show: the parts of a bar in words, the seven sums, a page's place among its parts."""

from __future__ import annotations

from decimal import Decimal  # noqa: TC003  (msgspec reads the annotations)
from typing import TYPE_CHECKING

from msgspec import Struct

from mtrack.render.wording import percent, percent_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from mtrack.figures.ledger import Totals
    from mtrack.views.progress import Progress

STATE_WORDS = {
    "paid": "paid",
    "outstanding": "outstanding",
    "overdue": "overdue",
    "to_bill": "to bill",
    "ahead": "ahead",
    "alarm": "overbilled",
    "disputed": "disputed",
    "on_hold": "on hold",
    "partially_paid": "partly paid",
    "cancelled": "cancelled",
    "void": "void",
    "credited": "credited",
    "written_off": "written off",
}
"""The word of every state; those of money and those of a record, the others those of a record."""
SUMS = ("agreed", "billed", "unbilled", "received", "settled", "outstanding", "overdue")
"""The sums of `mtrack status`."""


class Part(Struct, frozen=True):
    """A part of the agreed amount: its state, its amount, and its percentage where there is any of it."""

    state: str
    word: str
    amount: Decimal
    percent: str | None


class Legend(Struct, frozen=True):
    """A bar in words. Its parts sum to what is agreed and `overbilled`; `disputed` is a part of outstanding."""

    parts: tuple[Part, ...]
    overbilled: Decimal | None
    disputed: Decimal | None


class Sum(Struct, frozen=True):
    """An amount under its heading; `kind` is its class in the style sheet, "" for none."""

    name: str
    amount: Decimal
    kind: str = ""


def legend(progress: Progress) -> Legend:
    """The bar of a project or a currency in words; its percentages sum to 100."""
    percents = progress.percentages
    return Legend(
        tuple(
            Part(name, STATE_WORDS[name], amount, percent_text(percents[name]) if amount else None)
            for name, amount in progress.parts.items()
        ),
        progress.overbilled or None,
        progress.states.disputed or None,
    )


def bar_words(progress: Progress) -> str:
    """The two bars of a row in words: "approved 50 %, billed 25 %"."""
    approved, billed = (percent(part, progress.agreed) for part in (progress.approved, progress.states.billed))
    return f"approved {approved}, billed {billed}"


def sums(totals: Totals, names: Iterable[str] = SUMS) -> tuple[Sum, ...]:
    """Some of the sums under their names; none is dimmed, and what is overdue is in its colour."""
    return tuple(Sum(name, getattr(totals, name), _kind(name, getattr(totals, name))) for name in names)


def _kind(name: str, amount: Decimal) -> str:
    if not amount:
        return "none"
    return "k-overdue" if name == "overdue" else ""
