"""Amounts with more decimals than their currency has, and those whose point may have been meant as a thousands separator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from decimal import Decimal

THOUSANDS = 3
"""Decimals that look like the digits behind a separator of thousands."""
_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def precision_fault(amount: Decimal, currency: str, allowed: int | None) -> tuple[str, str] | None:
    """Message and hint about the decimals of an amount as it was written; None where nothing is wrong.

    `allowed` is how many decimals the currency has; None where there is no limit.
    """
    if allowed is None or _fits(amount, allowed):
        return None
    used = money.decimals_used(amount)
    if reads_as_thousands(amount, allowed):
        if used <= allowed:
            message = f"{amount:f} reads as {_said(amount)}: write {money.plain(amount, allowed)}, or {_times_1000(amount, allowed)}"
            return message, f"{currency} has {_decimals(allowed)}, and three digits behind a point may be a thousand"
        hint = f"round it as the paper does, or write {_times_1000(amount, allowed)} if the point parts thousands"
        return f"{amount:f} has {_decimals(used)}, and {_has(currency, allowed)}", hint
    if used <= allowed:
        return None
    hint = (
        f"round it as the paper does: at most {_decimals(allowed)}"
        if allowed
        else "round it to a whole number as the paper does"
    )
    return f"{money.plain(amount, 0)} has {_decimals(used)}, and {_has(currency, allowed)}", hint


def _fits(amount: Decimal, allowed: int) -> bool:
    """Whether the characters alone show no more decimals than are allowed, zeros counted: nearly every amount."""
    text = str(amount)
    point = text.find(".")
    return "E" not in text and (point < 0 or len(text) - point - 1 <= allowed)


def reads_as_thousands(amount: Decimal, allowed: int | None) -> bool:
    """Whether an amount is written with exactly three decimals, zeros or not, in a currency that has fewer."""
    return allowed is not None and allowed < THOUSANDS and amount.as_tuple().exponent == -THOUSANDS


def _times_1000(amount: Decimal, allowed: int) -> str:
    return money.plain(money.scaled(amount, THOUSANDS), allowed)


def _said(amount: Decimal) -> str:
    """A whole number up to 999 in words, any other in digits: "twenty-four", "24.5"."""
    if money.decimals_used(amount) or abs(amount) >= 1000:  # noqa: PLR2004
        return money.plain(amount, 0)
    return f"{'minus ' * (amount < 0)}{_in_words(int(abs(amount)))}"


def _in_words(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    if hundreds:
        return f"{_ONES[hundreds]} hundred" + (f" and {_in_words(rest)}" if rest else "")
    if rest < len(_ONES):
        return _ONES[rest]
    tens, ones = divmod(rest, 10)
    return _TENS[tens - 2] + (f"-{_ONES[ones]}" if ones else "")


def _has(currency: str, allowed: int) -> str:
    return f"{currency} has {_decimals(allowed) if allowed else 'none'}"


def _decimals(number: int) -> str:
    return "1 decimal" if number == 1 else f"{number or 'no'} decimals"
