"""Money and dates are read as people write them, by the document and never by the machine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mtrack.verify.amounts import amounts, decimal_mark
from mtrack.verify.currencies import fits, of_mark
from mtrack.verify.dates import dates


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("EUR 1,234.50", "1234.50", "EUR"),
        ("1.234,50 €", "1234.50", "EUR"),
        ("1 234,50 €", "1234.50", "EUR"),
        ("1\u202f234,50 EUR", "1234.50", "EUR"),
        ("CHF 1'234.—", "1234", "CHF"),
        ("Fr. 1’234.50", "1234.50", "CHF"),
        ("2.500,00 Franken", "2500", "CHF"),
        ("$12k", "12000", "USD"),
        ("US$ 12,000", "12000", "USD"),
        ("USD5,000", "5000", "USD"),
        ("$10000USD", "10000", "USD"),
        ("1.5 million dollars", "1500000", "USD"),
        ("₹1,00,000", "100000", "INR"),
        ("Rs. 5,000/-", "5000", "INR"),
        ("3 lakh rupees", "300000", "INR"),
        ("2 crore INR", "20000000", "INR"),
        ("￥１，２３４", "1234", "JPY"),
        ("50万円", "500000", "JPY"),
        ("1,200,000円", "1200000", "JPY"),
        ("10 000,00 SEK", "10000", "SEK"),
        ("4 000 kr", "4000", "SEK"),
        ("4000:-", "4000", "SEK"),
        ("€ 12.000,-", "12000", "EUR"),
        ("8, 000 USD", "8000", "USD"),
        ("Phase 2 500.00 EUR", "500.00", "EUR"),
    ],
)
def test_amount(text: str, value: str, currency: str) -> None:
    (amount,) = amounts(text)
    assert (amount.values[0], currency in amount.currencies) == (Decimal(value), True)


@pytest.mark.parametrize("text", ["INV-2026-004", "2nd", "3D", "v1.2", "M12"])
def test_what_is_no_amount(text: str) -> None:
    assert list(amounts(text)) == []


def test_percentage() -> None:
    assert [(amount.percent, amount.values[0]) for amount in amounts("30 % and 33,3 Prozent")] == [
        (True, Decimal(30)),
        (True, Decimal("33.3")),
    ]


def test_the_document_says_which_mark_parts_decimals() -> None:
    german, english = ["Summe 1.234,50", "Satz 12,50"], ["Total 1,234.50"]
    assert (decimal_mark(german), decimal_mark(english), decimal_mark(["6.000 $"])) == (",", ".", "")
    (thousand,) = amounts("6.000 $", decimal_mark(["6.000 $"]))
    assert thousand.values == (Decimal(6000), Decimal("6.000"))
    (ratio,) = amounts("1,234", ",")
    assert ratio.values[0] == Decimal("1.234")


def test_a_sign_that_several_currencies_share_contradicts_none() -> None:
    assert fits(of_mark("$"), "CAD")
    assert fits(of_mark("kr"), "DKK")
    assert fits((), "EUR")
    assert not fits(of_mark("€"), "USD")
    assert of_mark("ROW") == ()


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-03",
        "3 February 2026",
        "February 3, 2026",
        "3rd day of February, 2026",
        "03-Feb-26",
        "3. Februar 2026",
        "03.02.2026",
        "3 février 2026",
        "3 de febrero de 2026",
        "3 februari 2026",
        "den 3 februari 2026",
        "3 febbraio 2026",
        "2026年2月3日",
        "2026/2/3",
    ],
)
def test_date(text: str) -> None:
    (day,) = dates(text)
    assert day.days == (date(2026, 2, 3),)


def test_day_and_month_may_stand_in_either_order() -> None:
    (day,) = dates("03/02/2026")
    assert set(day.days) == {date(2026, 2, 3), date(2026, 3, 2)}
    assert list(dates("32/13/2026")) == []
