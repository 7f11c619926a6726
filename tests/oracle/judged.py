"""One finding as far as the contract fixes it, and the project it is found in."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from oracle.basics import Record, inside

if TYPE_CHECKING:
    from datetime import date
    from fractions import Fraction


class Fired(NamedTuple):
    """One finding, as far as the contract fixes it."""

    rule: str
    path: str
    milestone: str | None
    invoice: str | None
    amount: Fraction | None


class Judged(NamedTuple):
    """A project as it stood, and whole."""

    path: str
    seen: Record
    whole: Record
    settings: Record
    day: date


def of_milestone(rule: str, case: Judged, milestone: Record, amount: Fraction | None = None) -> Fired:
    return Fired(rule, case.path, milestone["id"], None, amount)


def of_invoice(rule: str, case: Judged, invoice: Record, amount: Fraction | None = None) -> Fired:
    names = list(invoice["lines"])
    return Fired(rule, case.path, names[0] if len(names) == 1 else None, invoice["number"], amount)


def agreement_of(case: Judged) -> Record:
    return inside(case.whole["record"], "agreement")


def more_than(day: date | None, days: int, case: Judged) -> bool:
    return day is not None and (case.day - day).days > days
