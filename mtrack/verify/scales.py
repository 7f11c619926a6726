"""Words and letters that make a number larger: "12k", "1,5 Mio. EUR", "25 lakh", and a heading's "EUR thousands"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtrack.verify import currencies

if TYPE_CHECKING:
    from decimal import Decimal

_WORDS = {
    3: "k tsd tds thousand tausend mille mila mil duizend tusen tusind tys tis тыс",
    5: "lakh lac l",
    6: "m mm mn mio mill mln million millionen millones millón millon milione milioni miljoen miljoenen miljon miljoner"
    " miliony milionów milionů milhão milhões млн",
    7: "crore cr",
    9: "b bn mia mrd mld md billion milliard milliarde milliarden miliard miliardy miliardi miljard miljarder miliardów млрд",
}
_CHARACTERS = {"千": 3, "万": 4, "億": 8}
_PLACES = {word: places for places, words in _WORDS.items() for word in words.split()} | _CHARACTERS
_BESIDE_MONEY = frozenset(["m", "mm", "mil", "mill", "b", "md", "mia", "mila"])
"""Those that mean something else beside a number that is not money."""
_INDIAN = frozenset(["l", "cr"])
_RUPEES = frozenset(["INR", "PKR", "LKR", "NPR", "BDT"])
_APART_OF_SMALL = frozenset(["m", "b", "l"])
"""Those that stand apart only behind a small number: "EUR 10.000 M. Miller" is not of millions."""
_LARGE = 1000
_LIST = "|".join(sorted((word for word in _PLACES if word not in _CHARACTERS), key=len, reverse=True))
_LONG = "|".join(
    sorted((word for word in _PLACES if len(word) > 2 or word in {"mn", "bn", "cr"}), key=len, reverse=True)  # noqa: PLR2004
)
WORD = rf"(?:(?i:{_LIST})s?\.?(?![\d_²³]|{currencies.LETTER})|[{''.join(_CHARACTERS)}])"
"""A pattern for what may stand behind a number; `places` says whether it scales it."""
LONG = rf"(?:(?i:{_LONG})s?\.?(?![\d_]|{currencies.LETTER}))"
"""A pattern for those that may stand between a currency and its number."""
_BEFORE = re.compile(rf"(?<!{currencies.LETTER})(?P<word>{LONG})\s?(?:(?:of|de|di)\s)?$")
_RATE = r"(?<!\bper\s)(?<!\bpro\s)(?<!\bpar\s)(?<!\bpor\s)(?<!\bje\s)(?<!/)(?<!/\s)"
_HEADING = re.compile(
    rf"""{_RATE}(?:(?P<mark>{currencies.SCALED})
    |(?:[$€£¥₹]|(?<!{currencies.LETTER})(?:{currencies.USUAL}))[\s,:]{{0,2}}(?:in\s)?(?P<short>(?i:k|m|mm|mn|bn))(?!\w)
    |(?:[(\[,:]|\bin\b|{currencies.MARK})\s?(?:in\s)?(?P<word>{LONG})(?=\s?(?:$|[)\],.:;]|(?i:of|de|von|di)\b|(?i:d['’])))
    |(?<!{currencies.LETTER})(?P<before>{LONG})\s?{currencies.MARK}
    |(?P<thousands>(?<!\d)(?:['’´]000s?|000['’]?s)|(?:[x×]|\bin)\s?1[.,'’ ]?000s?(?!\d)))""",
    re.VERBOSE,
)
_OF_ALL = re.compile(
    r"\b(?:amounts?|prices?|fees?|values?|payments?|figures|numbers|costs?|beträge|betrag|preise|angaben|zahlen|werte|alles?"
    r"|montants?|prix|chiffres|importes?|precios?|cifras|importi|prezzi|bedragen|prijzen|belopp|priser)\b",
    re.IGNORECASE,
)
_INTRODUCED = re.compile(r"(?:\bin\b|[(\[])[^;]{0,20}$")
_COUNTED = re.compile(r"[1-9]")
_REACH = 24
_MAX_HEADING, _MAX_CAPTION = 200, 40


def places(word: str, codes: tuple[str, ...], value: Decimal, *, apart: bool) -> int:
    """The places by which a word behind a number scales it, 0 where it is another word.

    `codes` are the currencies that stand beside the number, and `apart` whether a gap parts it from the word.
    """
    known = _known(word)
    if known in _INDIAN and not _RUPEES.intersection(codes):
        return 0
    if (known in _BESIDE_MONEY and not codes) or (known in _APART_OF_SMALL and apart and value >= _LARGE):
        return 0
    return _PLACES[known]


def before(text: str, value: Decimal) -> int:
    """The places by which a word at the end of a text scales the amount behind it, as in "Mio. EUR 2,5"."""
    match = _BEFORE.search(text[-_REACH:]) if value < _LARGE else None
    return _PLACES[_known(match["word"])] if match else 0


def of_heading(text: str) -> int:
    """The places by which a column's heading scales its numbers: 3 for "Amount (EUR thousands)", 0 where it does not."""
    match = _HEADING.search(text[:_MAX_HEADING])
    if match is None:
        return 0
    if match["mark"]:
        return currencies.of_scaled(match["mark"])[0]
    word = match["short"] or match["word"] or match["before"]
    return _PLACES[_known(word)] if word else 3


def of_all(text: str) -> int:
    """The places by which a sentence or a caption scales all numbers: "All amounts in EUR thousands", "(in TEUR)"."""
    is_caption = len(text) <= _MAX_CAPTION and text.startswith(("(", "[", "in "))
    if _COUNTED.search(text) or not (is_caption or _OF_ALL.search(text[:_MAX_HEADING])):
        return 0
    match = _HEADING.search(text[:_MAX_HEADING])
    return of_heading(text) if match and _INTRODUCED.search(text, 0, match.end()) else 0


def _known(word: str) -> str:
    low = word.casefold().rstrip(".")
    return low if low in _PLACES else low.removesuffix("s")
