"""Amounts that an agreement divides: "EUR 9,000 in three equal instalments"."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from mtrack import money
from mtrack.verify import names

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from mtrack.verify.papers import Papers
    from mtrack.verify.spots import Spot

_MAX_PARTS = 60
_NUMBERS: dict[int, tuple[str, ...]] = {
    2: ("two", "zwei", "deux", "dos", "due", "twee", "två"),
    3: ("three", "drei", "trois", "tres", "tre", "drie"),
    4: ("four", "vier", "quatre", "cuatro", "quattro", "fyra"),
    5: ("five", "fünf", "cinq", "cinco", "cinque", "vijf", "fem"),
    6: ("six", "sechs", "seis", "sei", "zes", "sex"),
    7: ("seven", "sieben", "sept", "siete", "sette", "zeven", "sju"),
    8: ("eight", "acht", "huit", "ocho", "otto", "åtta"),
    9: ("nine", "neun", "neuf", "nueve", "nove", "negen", "nio"),
    10: ("ten", "zehn", "dix", "diez", "dieci", "tien", "tio"),
    11: ("eleven", "elf", "onze", "undici", "elva"),
    12: ("twelve", "zwölf", "douze", "doce", "dodici", "twaalf", "tolv"),
}
_WORDS = {names.fold(word): number for number, said in _NUMBERS.items() for word in said}
NUMBER = rf"(?:\d{{1,2}}|{'|'.join(_WORDS)})"
AGAIN = r"\s*(?:\(\s*\d{1,2}\s*\)\s*)?"
EQUAL = r"(?:equal(?:ly)?|even|identical|gleich\w*|egale?s|egaux|iguales|uguali|gelijke|lika)"
PART = (
    r"(?:instal?lments?|payments?|parts?|portions?|shares?|tranches?|amounts?|raten|teilen?|teilzahlungen|teilbetragen?|zahlungen"
    r"|versements|mensualites|paiements|parties|cuotas|pagos|plazos|partes|rate|pagamenti|parti|termijnen|delen|delbetalningar|delar)"
)
_HINT = re.compile("equal|even|identical|gleich|gale|gaux|igual|ugual|gelijk|lika", re.IGNORECASE)
"""A word stem that every such sentence has; few rows have one, and only those are looked at closely."""
_MAX_TEXT, _MAX_ROWS = 5_000, 2_000
_DECIMALS = 2
"""Decimals of a currency that is not known."""
_DIVIDED = re.compile(
    rf"""\b(?P<n>{NUMBER}){AGAIN}
    (?:{EQUAL}\s+(?:\w+\s+){{0,2}}{PART}|(?:\w+\s+)?{PART}\s+(?:\w+\s+)?{EQUAL}|(?:\w+\s+)?{PART}\s+of\s+equal\b)
    |\bequally\s+(?:\w+\s+){{0,2}}(?P<behind>{NUMBER}){AGAIN}(?:\w+\s+)?{PART}""",
    re.VERBOSE,
)


class Division(NamedTuple):
    """A row that divides its amount, or the total where it has none, into so many equal parts."""

    parts: int
    row: int
    spots: tuple[Spot, ...]


def divisions(papers: Papers, amounts: list[Spot]) -> list[Division]:
    """The rows in which the papers divide an amount into equal parts, with the amounts of the sentence."""
    hinting = islice((i for i, row in enumerate(papers.rows) if _HINT.search(row.text)), _MAX_ROWS)
    rows = {i: count for i in hinting if (count := _count(papers.rows[i].text))}
    if not rows:
        return []
    beside: dict[int, list[Spot]] = {}
    for spot in amounts:
        if spot.is_money:
            beside.setdefault(spot.row, []).append(spot)
    return [Division(count, i, tuple(_nearest(beside, i))) for i, count in rows.items()]


def _count(text: str) -> int | None:
    match = _DIVIDED.search(names.fold(text[:_MAX_TEXT]))
    if match is None:
        return None
    count = number(match["n"] or match["behind"])
    return count if 1 < count <= _MAX_PARTS else None


def number(said: str) -> int:
    """The number that is written as digits or as a folded word."""
    return int(said) if said.isdigit() else _WORDS[said]


def _nearest(beside: dict[int, list[Spot]], row: int) -> Iterator[Spot]:
    """The amounts of the row; where it has none, those of the row before: a sentence may run over two lines."""
    yield from beside.get(row) or beside.get(row - 1) or []


def parts(whole: Decimal, count: int, currency: str) -> tuple[Decimal, ...]:
    """An amount in so many equal parts of a currency, the odd cents in the first."""
    known = money.decimals(currency or None, {})
    decimals = max(_DECIMALS if known is None else known, money.decimals_used(whole))
    return money.allocate(money.with_places(whole, decimals), (money.ZERO,) * count, decimals)


def is_part(amount: Decimal, whole: Decimal, count: int, currency: str) -> bool:
    """Whether an amount is one of so many equal parts; odd cents may be in any of them, or all in the last."""
    equal = parts(whole, count, currency)
    rests = {money.minus(whole, money.total([part] * (count - 1))) for part in equal}
    return amount in rests.union(equal)
