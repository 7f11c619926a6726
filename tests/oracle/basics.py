"""Exact amounts, dates and invoice numbers as plain values."""

from __future__ import annotations

import unicodedata
from calendar import monthrange
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

Record = dict[str, Any]
"""A mapping as it stands in a YAML file."""

DECIMALS = {"JPY": 0, "KRW": 0, "BHD": 3, "KWD": 3, "TND": 3}
"""ISO 4217 codes whose decimals are not two."""

DASHES = "-‐‑‒–—―−﹘﹣－"


def exact(value: Any) -> Fraction:
    """An amount from a record; nothing where the key is missing."""
    return Fraction(0) if value is None else Fraction(value)


def on(value: Any) -> date | None:
    """A date from a record."""
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(value)


def listed(record: Record, key: str) -> list[Any]:
    """What a key lists, without empty items."""
    return [item for item in record.get(key) or [] if item is not None]


def inside(record: Record, key: str) -> Record:
    """A mapping inside a record; empty where the key is missing."""
    found = record.get(key)
    return found if isinstance(found, dict) else {}


def decimals(currency: str, settings: Record) -> int:
    """How many decimals a currency has."""
    own = settings.get("currencies") or {}
    return int(own[currency]) if currency in own else DECIMALS.get(currency, 2)


def unit_of(currency: str, settings: Record) -> Fraction:
    """The smallest amount of a currency."""
    return Fraction(1, 10 ** decimals(currency, settings))


def half_up(amount: Fraction, unit: Fraction) -> Fraction:
    """An amount rounded to the unit, half a unit upwards."""
    return floor(amount / unit + Fraction(1, 2)) * unit


def allocate(total: Fraction, weights: Sequence[Fraction], unit: Fraction) -> list[Fraction]:
    """A total shared out in proportion to weights; odd units go to the largest remainders, the first of equals."""
    if total < 0:
        return [-share for share in allocate(-total, weights, unit)]
    whole = sum(weights, Fraction(0))
    if not whole:  # no line has an amount: each as much as another
        return allocate(total, [Fraction(1)] * len(weights), unit)
    exactly = [total * weight / whole for weight in weights]
    shares = [floor(share / unit) * unit for share in exactly]
    left = total - sum(shares, Fraction(0))
    order = sorted(range(len(weights)), key=lambda place: (shares[place] - exactly[place], place))
    for place in order:
        step = min(unit, left)
        shares[place] += step
        left -= step
    return shares


def number_key(number: Any) -> str:
    """An invoice number as it is compared: NFKC, no case, no white space or invisible characters, one dash."""
    text = unicodedata.normalize("NFKC", str(number)).casefold()
    kept = []
    for character in text:
        if character in DASHES:
            kept.append("-")
        elif not character.isspace() and unicodedata.category(character) not in ("Cf", "Cc"):
            kept.append(character)
    return "".join(kept)


def month_end(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def due_by_terms(sent: date, terms: Any) -> date:
    """When an invoice falls due by payment terms: days, or `{days, month_end}`."""
    if not isinstance(terms, dict):
        return sent + timedelta(days=int(terms))
    days = timedelta(days=int(terms["days"]))
    if terms.get("month_end") == "before":
        return month_end(sent) + days
    if terms.get("month_end") == "after":
        return month_end(sent + days)
    return sent + days
