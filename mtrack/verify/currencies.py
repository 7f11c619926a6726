"""The names of currencies in papers: codes, signs and words, and the currencies that each may stand for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtrack import money

if TYPE_CHECKING:
    from collections.abc import Iterable

_DOLLARS = "USD AUD CAD NZD SGD HKD MXN ARS CLP COP TWD USDT USDC DAI"
_CROWNS = "SEK NOK DKK ISK"
_SIGNS = {
    "$": _DOLLARS,
    "US$": "USD",
    "A$": "AUD",
    "AU$": "AUD",
    "C$": "CAD",
    "CA$": "CAD",
    "NZ$": "NZD",
    "HK$": "HKD",
    "S$": "SGD",
    "SG$": "SGD",
    "MX$": "MXN",
    "NT$": "TWD",
    "R$": "BRL",
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY CNY",
    "₹": "INR",
    "₩": "KRW",
    "₽": "RUB",
    "₺": "TRY",
    "₴": "UAH",
    "₦": "NGN",
    "₱": "PHP",
    "₫": "VND",
    "₪": "ILS",
    "฿": "THB",
    "₿": "BTC",
    "Ξ": "ETH",
    "円": "JPY",
    "元": "CNY TWD",
    "zł": "PLN",
    "Kč": "CZK",
    "kr": _CROWNS,
    "kr.": _CROWNS,
    "Kr": _CROWNS,
    ":-": "SEK",
    "Fr.": "CHF",
    "SFr.": "CHF",
    "sFr.": "CHF",
    "Rs": "INR PKR LKR NPR",
    "Rs.": "INR PKR LKR NPR",
    "RMB": "CNY",
    "CDN": "CAD",
    "R": "ZAR",
    "Ft": "HUF",
    "KSh": "KES",
    "Ksh": "KES",
    "KSH": "KES",
    "TSh": "TZS",
    "USh": "UGX",
    "GH₵": "GHS",
    "₵": "GHS",
    "RM": "MYR",
    "Rp": "IDR",
    "lei": "RON",
    "лв": "BGN",
    "руб": "RUB",
    "грн": "UAH",
    "Dhs": "AED",
    "₸": "KZT",
    "₾": "GEL",
    "₼": "AZN",
    "₡": "CRC",
    "₲": "PYG",
    "৳": "BDT",
}
_OF_COUNTRIES = {
    "canadian": "CAD", "australian": "AUD", "new zealand": "NZD", "singapore": "SGD", "hong kong": "HKD", "taiwan": "TWD", "us": "USD",
    "u.s.": "USD", "american": "USD", "united states": "USD",
}  # fmt: skip
_WORDS = {
    "dollar": _DOLLARS,
    "euro": "EUR",
    "pound": "GBP",
    "franken": "CHF",
    "francs": "CHF XOF XAF",
    "yen": "JPY",
    "yuan": "CNY",
    "renminbi": "CNY",
    "rupee": "INR PKR LKR NPR",
    "kronor": "SEK",
    "kroner": "NOK DKK",
    "peso": "MXN ARS CLP COP PHP",
    "xdai": "DAI",
}
_UNLISTED = frozenset(
    ["BTC", "ETH", "USDT", "USDC", "EURC", "DAI", "DOT", "KSM", "FIL", "SOL", "ADA", "XTZ", "ATOM", "AUSD"]
)
"""Codes that papers use and ISO 4217 does not list."""
_LOWER = ("usd", "eur", "gbp", "chf", "sek", "inr", "btc", "dai", "usdt", "usdc")
_SAME_VALUE = frozenset({"USD", "USDT", "USDC", "DAI"})
"""Papers name these for one another."""

LETTER = r"(?:[^\W\d_\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[\u0300-\u036f])"
"""A letter of a script that has gaps between words: with it before or behind, a mark or a unit is a part of a word."""
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True) if not sign[0].isalpha())
_LETTERED = "|".join(
    re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True) if sign[0].isalpha() and sign != "R"
)
_RAND = (
    rf"(?<!{LETTER})R(?=(?:[ \u00a0]\d{{1,3}}|\d{{2,3}})(?:[ \u00a0]\d{{3}})+(?!\d)|[ \u00a0]?\d{{1,3}}(?:[,.]\d{{3}})+(?!\d)"
    r"|[ \u00a0]?\d+[.,]\d\d(?!\d))"
)
"""The sign of the rand, before a number that is grouped as those of money are: "R2" is something else."""
_WORD = rf"(?:U\.?S\.?\s)?(?:{'|'.join(_WORDS)})(?:s|es)?(?!{LETTER})"
_CODE = rf"(?:[A-Z]{{3,5}}|{'|'.join(_LOWER)}|Usd|Eur|Dai)(?!{LETTER})"
USUAL = "EUR|USD|GBP|CHF|SEK|NOK|DKK|PLN|CZK|HUF|CAD|AUD|JPY|INR|ZAR"
"""Codes before or behind which a letter may scale the amount: "TEUR", "EURm"."""
_SCALING = {"k": 3, "t": 3, "m": 6}
SCALED = rf"(?<!{LETTER})[kKtTmM](?:[$€£]|(?:kr|Kč|zł|{USUAL})(?!{LETTER}))"
"""A pattern for a currency of thousands or millions, as "TEUR", "k€" and "Mkr"."""
_MAX_HEADING = 200
_AMOUNTS_IN = (
    r"(?i:\b(?:amounts?|prices?|fees?|values?|payments?|figures|currency|beträge|preise|montants?|prix|import[eio]s?|precios?|prezzi|preços"
    r"|bedragen|prijzen|belopp|beløb|priser|kwoty|ceny)\b[^.]{0,30}?)"
)
_IN_WORDS = re.compile(rf"{_AMOUNTS_IN}\b([A-Z]{{3}})\b")
_IN_DOLLARS = re.compile(rf"{_AMOUNTS_IN}(?i:\b({'|'.join(map(re.escape, _OF_COUNTRIES))})\s+dollars?\b)")
MARK = rf"(?:{SCALED}|{_SIGN}|{_RAND}|(?<!{LETTER})(?:{_LETTERED})(?!{LETTER})|(?<!{LETTER})(?:(?i:{_WORD})|{_CODE}))"
"""A pattern for what may name a currency; `of_mark` says whether it does, and `of_scaled` whether of thousands or millions."""
_SCALED = re.compile(SCALED)


def of_mark(mark: str, own: str = "") -> tuple[str, ...]:
    """The currencies that a mark may stand for; none where it is no currency. `own` is the record's code."""
    mark = mark.strip(" \xa0()[]")
    if mark in _SIGNS:
        return tuple(_SIGNS[mark].split())
    code = mark.upper()
    if code == own or code in _UNLISTED or money.is_currency(code, {}):
        return (code,)
    if code.startswith(("U.S", "US ")):
        return ("USD",)
    low = mark.casefold()
    return next((tuple(codes.split()) for word, codes in _WORDS.items() if low.startswith(word)), ())


def of_scaled(mark: str) -> tuple[int, tuple[str, ...]]:
    """The places by which a mark such as "TEUR" scales the number beside it, and its currencies; 0 and none for another."""
    mark = mark.strip(" \xa0()[]")
    return (_SCALING[mark[0].casefold()], of_mark(mark[1:])) if _SCALED.fullmatch(mark) else (0, ())


def of_heading(text: str, own: str = "") -> tuple[str, ...]:
    """The currencies that a column's heading names, as "Amount (EUR)"; capitals that may be a word count in brackets alone."""
    found = []
    text = text[:_MAX_HEADING]
    for match in re.finditer(MARK, text):
        mark = match[0]
        is_word = mark.isascii() and mark.isalpha() and mark.isupper()
        known = mark == own or mark in money.USUAL or mark in _UNLISTED or mark in _SIGNS
        if not is_word or known or text[: match.start()].endswith(("(", "[")):
            found.append(of_scaled(mark)[1] or of_mark(mark, own))
    return min(filter(None, found), key=len, default=())


def named_in(texts: Iterable[str]) -> set[str]:
    """The currencies that sentences such as "All amounts in EUR" or "in Canadian dollars" name."""
    named: set[str] = set()
    for text in texts:
        named.update(code for code in _IN_WORDS.findall(text) if of_mark(code) == (code,))
        named.update(_OF_COUNTRIES[country.casefold()] for country in _IN_DOLLARS.findall(text))
    return named


def fits(marks: tuple[str, ...], currency: str) -> bool:
    """Whether an amount so marked may be in a currency; one without a mark may be in any."""
    if not marks or currency in marks:
        return True
    return currency in _SAME_VALUE and bool(_SAME_VALUE.intersection(marks))
