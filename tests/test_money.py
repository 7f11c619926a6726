"""Exact amounts: the same text back, the same sums, whatever decimal context a caller has set."""

from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import iso4217
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import mtrack, write_tree

from mtrack import money, resources

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DIGITS, DECIMALS = 18, 18
LONG = "999999999999999999.999999999999999999"


@st.composite
def amounts(draw: st.DrawFn) -> Decimal:
    """Any amount that a file can hold."""
    decimals = draw(st.integers(0, DECIMALS))
    units = draw(st.integers(-(10 ** (DIGITS + decimals)) + 1, 10 ** (DIGITS + decimals) - 1))
    return Decimal((int(units < 0), tuple(map(int, str(abs(units)))), -decimals))


@pytest.fixture(autouse=True, params=["default", "three digits"])
def _context(request: pytest.FixtureRequest) -> Iterator[None]:
    """The default context, and one that would round or refuse nearly everything."""
    narrow = decimal.Context(prec=3, rounding=decimal.ROUND_UP, traps=[decimal.Inexact, decimal.InvalidOperation])
    with decimal.localcontext(narrow if request.param == "three digits" else decimal.DefaultContext):
        yield


def test_the_limits_are_those_of_the_schema() -> None:
    assert money.limits() == (DIGITS, DECIMALS)
    milestones, workspace = (resources.schema(name) for name in ("milestones", "workspace"))
    digits = milestones["$defs"]["plainDigits"]
    assert (digits["exclusiveMinimum"], digits["exclusiveMaximum"]) == (-(10**DIGITS), 10**DIGITS)
    assert workspace["properties"]["currencies"]["additionalProperties"]["maximum"] == DECIMALS


@pytest.mark.parametrize("text", ["0", "-0.5", "9" * 18, LONG, f"-{LONG}", "007", "1.50", "0." + "0" * 18])
def test_plain_digits_are_read(text: str) -> None:
    amount = money.parse(text)
    assert amount is not None
    assert Fraction(amount) == Fraction(text)


@pytest.mark.parametrize(
    "text",
    ["", "-", "+1", "1.", ".5", "9" * 19, "0." + "1" * 19, "1." + "0" * 19, "1e3", "1_000", "0x1", "NaN", " 1", "1\n", "\u0661", "1,5"],
)  # fmt: skip
def test_anything_else_is_not(text: str) -> None:
    assert money.parse(text) is None


@given(amounts(), st.integers(0, DECIMALS))
def test_text_comes_back_as_the_same_amount(amount: Decimal, decimals: int) -> None:
    text = money.plain(amount, decimals)
    assert money.parse(text) == amount
    assert len(text.partition(".")[2]) == max(decimals, money.decimals_used(amount))
    shown = money.display(amount, "EUR", decimals)
    assert shown.replace(",", "") == f"EUR {text}"
    assert all(len(group) == 3 for group in shown.removeprefix("EUR ").split(".")[0].lstrip("-").split(",")[1:])


@given(st.lists(amounts(), min_size=1, max_size=20), amounts(), amounts())
def test_sums_are_exact(some: list[Decimal], left: Decimal, right: Decimal) -> None:
    many = some * (10_000 // len(some))
    assert Fraction(money.total(many)) == sum(map(Fraction, some)) * (10_000 // len(some))
    assert Fraction(money.plus(left, right)) == Fraction(left) + Fraction(right)
    assert Fraction(money.minus(left, right)) == Fraction(left) - Fraction(right)
    assert Fraction(money.excess(left, right)) == max(Fraction(left) - Fraction(right), 0)


POSITIVE = amounts().filter(lambda amount: amount > 0)


@given(amounts(), st.lists(POSITIVE, min_size=1, max_size=5), st.integers(0, DECIMALS))
def test_parts_sum_to_the_whole(amount: Decimal, weights: list[Decimal], decimals: int) -> None:
    parts = money.allocate(amount, tuple(weights), decimals)
    assert sum(map(Fraction, parts)) == Fraction(amount)


@given(amounts(), amounts(), POSITIVE, st.integers(0, DECIMALS))
def test_proportions_are_rounded_once(amount: Decimal, part: Decimal, whole: Decimal, decimals: int) -> None:
    exact = Fraction(amount) * Fraction(part) / Fraction(whole)
    found = money.proportion(amount, part, whole, decimals)
    assert abs(Fraction(found) - exact) <= Fraction(1, 2 * 10**decimals)
    assert (Fraction(found) * 10**decimals).denominator == 1


@pytest.mark.parametrize(
    ("amount", "part", "whole", "decimals", "found"),
    [("0.005", "1", "1", 2, "0.01"), ("0.004", "1", "1", 2, "0.00"), ("0.015", "19", "19", 2, "0.02"),
     ("1", "1", "3", 2, "0.33"), ("1", "1", "8", 2, "0.13"), ("1", "3", "8", 2, "0.38"), ("5", "1", "10", 0, "1"),
     ("0.50", "19", "100", 2, "0.10"), ("2", "8.1", "100", 2, "0.16"), ("12.50", "7.4", "100", 2, "0.93")],
)  # fmt: skip
def test_proportions_are_rounded_half_up(amount: str, part: str, whole: str, decimals: int, found: str) -> None:
    assert str(money.proportion(Decimal(amount), Decimal(part), Decimal(whole), decimals)) == found


@given(POSITIVE, POSITIVE)
def test_percent_is_rounded_down(part: Decimal, whole: Decimal) -> None:
    percent = money.percent(part, whole)
    assert percent <= Fraction(part) * 100 / Fraction(whole) < percent + 1


RECORD = """\
project: Long
currency: LONG
agreement: {total: 999999999999999999.999999999999999999}
milestones:
- {id: M1, name: One, amount: 999999999999999999.999999999999999998, deliverable: {approved: 2026-01-02}, status: partially_paid,
   invoice: {number: A-1, amount: 333333333333333333.333333333333333333, tax: 0.000000000000000001, sent: 2026-01-03,
             payments: [{date: 2026-02-01, amount: 111111111111111111.1111111111111}]}}
- {id: M2, name: Two, amount: 0.000000000000000001, status: partially_paid,
   invoice: {number: A-2, amount: 900000000000000000, sent: 2026-01-03, payments: [{date: 2026-02-01, amount: 0.0000000000001}]}}
"""


VIEWS = (
    ("status",), ("status", "--format", "json"), ("status", "--format", "md"), ("gaps",), ("aging",), ("forecast",), ("lint",),
    ("report", "--format", "md"),
)  # fmt: skip


def views(root: Path) -> list[str]:
    """What every view says."""
    results = [mtrack(name, root, "--as-of", "2026-02-20", *options) for name, *options in VIEWS]
    assert {result.code for result in results} <= {0, 1}, [result.err for result in results]
    return [result.out for result in results]


def test_views_say_the_same_of_long_amounts_in_any_context(tmp_path: Path) -> None:
    files = {"mtrack.yaml": "format: 1\ncurrencies: {LONG: 18}\n", "p/milestones.yaml": RECORD}
    root = write_tree(tmp_path / "w", dict(files))
    with decimal.localcontext(decimal.DefaultContext):
        usual = views(root)
        page = tmp_path / "report.html"
        assert mtrack("report", root, "--as-of", "2026-02-20", "--single-file", page).code == 0
    with decimal.localcontext(decimal.Context(prec=3)):
        assert views(root) == usual
    for text in (usual[1], page.read_text(encoding="utf-8")):
        assert "1233333333333333333.333333333333333333" in text


def test_the_usual_currencies_have_the_decimals_of_the_whole_list() -> None:
    assert money.USUAL
    assert {
        code: currency.exponent for currency in iso4217.Currency if (code := currency.code) in money.USUAL
    } == money.USUAL
