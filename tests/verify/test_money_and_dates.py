"""Money and dates are read as people write them, by the document and never by the machine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from mtrack.verify import scales
from mtrack.verify.amounts import Writing, amounts, decimal_mark
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
        ("INR 2.5 Cr", "25000000", "INR"),
        ("₹3.5Cr", "35000000", "INR"),
        ("INR 25 L", "2500000", "INR"),
        ("EUR 1,5 Mrd.", "1500000000", "EUR"),
        ("CHF 1 Mia.", "1000000000", "CHF"),
        ("USD 2 bn", "2000000000", "USD"),
        ("$1.5B", "1500000000", "USD"),
        ("15 TEUR", "15000", "EUR"),
        ("TEUR 15", "15000", "EUR"),
        ("10 k€", "10000", "EUR"),
        ("10 tkr", "10000", "SEK"),
        ("12 Mkr", "12000000", "SEK"),
        ("EUR Mio. 2,5", "2500000", "EUR"),
        ("Mio. EUR 2.5", "2500000", "EUR"),
        ("100 tys. zł", "100000", "PLN"),
        ("(USD 2 m)", "2000000", "USD"),
        ("1.234 Mio. €", "1234000", "EUR"),
        ("R120,000.00", "120000", "ZAR"),
        ("R120 000", "120000", "ZAR"),
        ("R 1 200 000", "1200000", "ZAR"),
        ("R950.00", "950", "ZAR"),
        ("R$ 1.200,00", "1200", "BRL"),
        ("450 000 Ft", "450000", "HUF"),
        ("450.000,- Ft", "450000", "HUF"),
        ("KSh 450,000", "450000", "KES"),
        ("EUR 4.500 más IVA", "4500", "EUR"),
        ("EUR 10.000 müssen gezahlt werden", "10000", "EUR"),
        ("EUR 20.000 können gezahlt werden", "20000", "EUR"),
        ("EUR 4.500 mértékben", "4500", "EUR"),
        ("EUR 4.500 m\u0300", "4500", "EUR"),
        ("120 000 Kč", "120000", "CZK"),
        ("EUR 25 m² Teppich", "25", "EUR"),
        ("EUR 500 Cr", "500", "EUR"),
        ("EUR 10.000 M. Müller", "10000", "EUR"),
        ("b) EUR 900 c) Rest", "900", "EUR"),
        ("EUR 900 m) Rest", "900", "EUR"),
    ],
)
def test_amount(text: str, value: str, currency: str) -> None:
    (amount,) = amounts(text, Writing())
    assert (amount.values[0], currency in amount.currencies) == (Decimal(value), True)


@pytest.mark.parametrize("text", ["4 000 kräver", "10.000 EURÖ", "12 Kčs", "9 000 zło"])
def test_a_letter_of_any_script_goes_on_with_a_word(text: str) -> None:
    assert [amount.currencies for amount in amounts(text, Writing())] == [()]


@pytest.mark.parametrize(
    ("heading", "places"),
    [
        ("Betrag (TEUR)", 3), ("Amount (EUR thousands)", 3), ("in Tsd. EUR", 3), ("Fee in lakhs", 5), ("Amount (k€)", 3), ("€m", 6),
        ("Fee (USDm)", 6), ("Budget [$000s]", 3), ("EUR '000", 3), ("Amount (₹ Cr)", 7), ("Kosten, Mio. CHF", 6), ("in thousands of euros", 3),
        ("Amount (EUR)", 0), ("Fee M1", 0), ("Million tokens", 0), ("Price per million tokens (USD)", 0), ("EUR/k", 0), ("TOTAL M", 0),
    ],
)  # fmt: skip
def test_a_heading_scales_its_column(heading: str, places: int) -> None:
    assert scales.of_heading(heading) == places


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("All amounts in EUR thousands.", 3), ("Alle Beträge in TEUR", 3), ("(in Tsd. EUR)", 3), ("Figures are in USD million", 6),
        ("The amount is one thousand dollars.", 0), ("The total funding is CHF 90'000.", 0), ("The fee is ten thousand euros.", 0),
    ],
)  # fmt: skip
def test_a_sentence_scales_all_numbers(text: str, places: int) -> None:
    assert scales.of_all(text) == places


@pytest.mark.parametrize("text", ["INV-2026-004", "2nd", "3D", "v1.2", "M12"])
def test_what_is_no_amount(text: str) -> None:
    assert list(amounts(text, Writing())) == []


@pytest.mark.parametrize(
    ("text", "number", "currency"),
    [
        ("Milestone 1 EUR 1,000.00", "1000", "EUR"),
        ("Milestone 1 $1,000.00", "1000", "USD"),
        ("Milestone 12 (EUR 1,000)", "1000", "EUR"),
        ("Phase 2 EUR 500", "500", "EUR"),
        ("Q1 2026 EUR 1,000.00", "1000", "EUR"),
        ("Kickoff, 1 March 2026 EUR 500", "500", "EUR"),
        ("Week 1000 EUR 500.00", "500", "EUR"),
        ("Week 1000 EUR 500", "500", "EUR"),
        ("1.000,00€ 2", "1000", "EUR"),
        ("1,000 EUR 14 days", "1000", "EUR"),
        ("500 EUR 14 days", "500", "EUR"),
        ("500 EUR, 14 days", "500", "EUR"),
        ("500 EUR 30 %", "500", "EUR"),
        ("500 EUR 2026-03-01", "500", "EUR"),
        ("1.500,00 EUR 01.03.2026", "1500", "EUR"),
        ("500 EUR 1 March 2026", "500", "EUR"),
        ("$100 USD 30 days", "100", "USD"),
        ("2,000.00 (EUR)", "2000", "EUR"),
        ("2,000.00 (EUR without tax)", "2000", "EUR"),
    ],
)
def test_a_mark_between_two_numbers(text: str, number: str, currency: str) -> None:
    [amount] = [amount for amount in amounts(text, Writing()) if amount.marked]
    assert (amount.values[0], currency in amount.currencies) == (Decimal(number), True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EUR 2,000.00 (USD 2,200.00)", {2000: ("EUR",), 2200: ("USD",)}),
        ("EUR 2,000.00 USD 2,200.00", {2000: ("EUR",), 2200: ("USD",)}),
        ("2,000.00 EUR 2,200.00 USD", {2000: ("EUR",), 2200: ("USD",)}),
        ("2,000.00 EUR (2,200.00 USD)", {2000: ("EUR",), 2200: ("USD",)}),
        ("EUR 2,000.00 / USD 2,200.00", {2000: ("EUR",), 2200: ("USD",)}),
        ("EUR 500 EUR 1,000", {500: ("EUR",), 1000: ("EUR",)}),
        ("500 EUR 1,000 EUR 1,500 EUR", {500: ("EUR",), 1000: ("EUR",), 1500: ("EUR",)}),
        ("EUR 2,000.00 ALL", {2000: ("EUR",)}),
    ],
)
def test_each_amount_keeps_its_own_mark(text: str, expected: dict[int, tuple[str, ...]]) -> None:
    assert {int(amount.values[0]): amount.currencies for amount in amounts(text, Writing())} == expected


@pytest.mark.parametrize(
    ("others", "first", "second"),
    [
        ([], (), ("EUR",)),
        (["Total 900 EUR"], ("EUR",), ()),
        (["Total EUR 900"], (), ("EUR",)),
        (["Total 900 EUR", "Rent EUR 900"], (), ("EUR",)),
    ],
)
def test_a_paper_shows_the_side_of_its_marks(
    others: list[str], first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    text = "Desks 700 EUR 900"
    one, two = amounts(text, Writing([text, *others]))
    assert (one.currencies, two.currencies) == (first, second)


@pytest.mark.parametrize(
    ("text", "negative"),
    [
        ("EUR -5,000.00", True), ("EUR - 5,000.00", True), ("-EUR 5,000.00", True), ("\u2212\u20ac5,000", True), ("-5,000.00", True),
        ("Discount: -5,000.00", True), ("Total (EUR -5,000.00)", True), ("Beta EUR \u22125,000", True), ("Beta -5,000.00 EUR", True),
        ("Beta - 5,000.00 EUR", False), ("Beta \u2013 5.000,00 \u20ac", False), ("Beta - EUR 5,000", False), ("M1-EUR 5,000", False),
        ("- 5,000 EUR", False), ("-5,000 EUR on signing", False), ("-EUR 5,000 on signing", False), ("EUR 5,000", False),
    ],
)  # fmt: skip
def test_a_minus_is_told_from_a_dash(text: str, negative: bool) -> None:  # noqa: FBT001
    (amount,) = amounts(text, Writing())
    assert (amount.negative, amount.value, amount.reads(Decimal(5000))) == (
        negative, Decimal(-5000 if negative else 5000), not negative,
    )  # fmt: skip


def test_a_range_has_no_minus() -> None:
    assert [amount.negative for amount in amounts("EUR 2,000-EUR 5,000", Writing())] == [False, False]


def test_percentage() -> None:
    assert [(amount.percent, amount.values[0]) for amount in amounts("30 % and 33,3 Prozent", Writing())] == [
        (True, Decimal(30)),
        (True, Decimal("33.3")),
    ]


def test_the_document_says_which_mark_parts_decimals() -> None:
    german, english = ["Summe 1.234,50", "Satz 12,50"], ["Total 1,234.50"]
    assert (decimal_mark(german), decimal_mark(english), decimal_mark(["6.000 $"])) == (",", ".", "")
    (thousand,) = amounts("6.000 $", Writing(["6.000 $"]))
    assert thousand.values == (Decimal(6000), Decimal("6.000"))
    (ratio,) = amounts("1,234", Writing(german))
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
        "3 lutego 2026",
        "3 luty 2026 r.",
        "3 lut 2026",
        "3. února 2026",
        "3. únor 2026",
        "3. unora 2026",
        "3. februára 2026",
        "3. februar 2026",
        "3. helmikuuta 2026",
        "3 februarie 2026",
        "2026. február 3.",
        "3 Şubat 2026",
        "3 SUBAT 2026",
        "3 de fevereiro de 2026",
        "2026 February 3",
    ],
)
def test_date(text: str) -> None:
    (day,) = dates(text)
    assert day.days == (date(2026, 2, 3),)


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("3 marca 2026", 3), ("3 kwietnia 2026", 4), ("3 maj 2026", 5), ("3 czerwca 2026", 6), ("3 lipca 2026", 7), ("3 paź 2026", 10),
        ("3. června 2026", 6), ("3. července 2026", 7), ("3. červen 2026", 6), ("3. červenec 2026", 7), ("3. listopadu 2026", 11),
        ("3. marraskuuta 2026", 11), ("3. maaliskuuta 2026", 3), ("3 iunie 2026", 6), ("3 iulie 2026", 7), ("2026. júl. 3.", 7),
        ("3 MAYIS 2026", 5), ("3 Kasım 2026", 11), ("3 NİSAN 2026", 4), ("3 juin 2026", 6), ("3 juillet 2026", 7), ("3 aout 2026", 8),
        ("3 aprıl 2026", 4), ("3 auguſt 2026", 8),
    ],
)  # fmt: skip
def test_month_of_a_date(text: str, month: int) -> None:
    assert [day.days for day in dates(text)] == [(date(2026, month, 3),)]


@pytest.mark.parametrize(
    "text", ["3 jui 2026", "3. červ 2026", "3 words 2026", "in 2026 March 10,000.00", "in 2026 March 3.5"]
)
def test_no_date(text: str) -> None:
    assert not list(dates(text))


def test_day_and_month_may_stand_in_either_order() -> None:
    (day,) = dates("03/02/2026")
    assert set(day.days) == {date(2026, 2, 3), date(2026, 3, 2)}
    assert list(dates("32/13/2026")) == []
