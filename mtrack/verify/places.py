"""The meaning of the words around an amount: a rate, a repeated payment, a row of a list, a part of a sum."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mtrack import money
from mtrack.verify import taxes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from mtrack.verify.papers import Papers
    from mtrack.verify.spots import Spot

_MAX_PROSE, _MAX_TAX = 100, 60
_MIN_PARTS, _MAX_PARTS = 2, 12
_REACH = 300
"""Amounts above a sum that may be its parts."""
_NO_AMOUNT = re.compile(
    r"per\s+(?:hour|day|month|week|fte|person)|/\s?(?:h|hr|hour|day|month)\b|hourly|daily rate|insurance|liabilit|penalt"
    r"|stunde|tagessatz|haftung|versicherung|taux horaire|por hora|per uur|timpris",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"\s*(?:/|per\s|an?\s)\s*(?:h\b|hr|hour|d\b|day|week|month|mo\b|year|fte|person|user|unit|stunde|tag)",
    re.IGNORECASE,
)
_EQUAL = re.compile(
    r"\b(?:equal|instal?lments?|payments?|raten|mensualités|cuotas|termijnen|delbetalningar)\b[^.;]{0,40}"
    r"\b(?:of|à|zu|von|de|di|van|om|på)\W*(?:[\w-]+\W+){0,3}$",
    re.IGNORECASE,
)
_TAX = re.compile(
    rf"\W*(?:plus\s+|zzgl\.?\s+|\+\s*)?(?:[\d.,]+\s*%\s*)?(?:of\s+)?(?:{taxes.NAMES})(?!\w)"
    r"\.?\W*(?:[\d.,]+\s*%?)?\W*(?:amount|rate|payable)?\W*",
    re.IGNORECASE,
)
_EACH_BEFORE = re.compile(
    r"\b(?:each|every|per|pro|jede[rsmn]?|chaque|cada|ogni|elke?|varje)\s+(?:milestone|phase|stage|month|quarter|year"
    r"|instal?lments?|payments?|meilenstein|monat|rate|jalon|mois|étape|hito|mes|cuota|tappa|mese|mijlpaal|maand|etapp|månad)\b"
    r"[^.;]{0,40}$",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"\W*(?:\([^)]*\)\W*)?(?:each\b|per\s+(?:month|quarter|year|annum|milestone)\b|monthly\b|quarterly\b|a\s+month\b|jeweils\b"
    r"|chacun|cada un|ciascun|elk\b|vardera\b)",
    re.IGNORECASE,
)

_NOT_AGREED = re.compile(
    r"insurance|liabilit|penalt|haftung|versicherung|vertragsstrafe|pénalité|penalidad|boete|\bvite\b", re.IGNORECASE
)
_EXPENSES = re.compile(
    r"\b(?:expense|travel|reise|spesen|auslagen|frais|gastos|spese|onkosten|reiskosten)\w*[^.;]{0,60}"
    r"\b(?:limit\w*|exceed\w*|cap|capped|max\w*|höchstens|up\s+to|bis\s+zu|plafonn\w*|begrenzt|jusqu\w*|hasta)\b",
    re.IGNORECASE,
)
_REPLACED = re.compile(
    r"^\W*(?:old|previous|former|original|alt|bisher|ancien|anterior|oud|gross|brutto|bruto|ttc)", re.IGNORECASE
)
_CHANGED_BY = re.compile(
    r"\b(?:reduc|increas|lower|rais|decreas|erhöh|verringer|vermindert|gesenkt|augment|diminu|réduit|aument|verhoog|verlaag)\w*\b[^.;]{0,40}"
    r"\b(?:by|um|de|en|met)\W*$",
    re.IGNORECASE,
)


def is_agreed(papers: Papers, spot: Spot) -> bool:
    """Whether an amount beside a name may be what is agreed: no penalty, no change, none of a column that another replaces."""
    text = papers.rows[spot.row].text
    before = text[: text.find(spot.amount.raw)]
    return not (
        spot.amount.unsure
        or _NOT_AGREED.search(spot.rest)
        or _CHANGED_BY.search(before[-120:])
        or _REPLACED.search(spot.column[:_MAX_PROSE])
    )


def is_liability(spot: Spot) -> bool:
    """Whether its row or those around speak of an insurance, a liability or a penalty, or its row of a limit to expenses."""
    return bool(_NOT_AGREED.search(" ".join((spot.rest, *spot.near))) or _EXPENSES.search(spot.rest[:_REACH]))


def is_rate(papers: Papers, spot: Spot) -> bool:
    """Whether an amount is paid per hour, day or head."""
    text = papers.rows[spot.row].text
    return bool(_RATE.match(text[text.find(spot.amount.raw) + len(spot.amount.raw) :]))


def is_amount(spot: Spot) -> bool:
    """Whether its row speaks of an amount to be paid, not of a rate, an insurance or a penalty."""
    return not _NO_AMOUNT.search(f"{spot.rest} {spot.column}")


def is_tax(spot: Spot) -> bool:
    """Whether its row is the tax on what stands above: "VAT 19 %"."""
    return len(spot.rest) <= _MAX_TAX and _TAX.fullmatch(spot.rest) is not None


def is_listed(papers: Papers, spot: Spot) -> bool:
    """Whether it stands in a table, a list or a labelled block, not in running prose."""
    row = papers.rows[spot.row]
    return spot.table is not None or spot.above >= 0 or len(row.cells) > 1 or len(row.text) < _MAX_PROSE


def is_repeated(papers: Papers, spot: Spot) -> bool:
    """Whether the text says that the amount is paid several times."""
    rows, raw = papers.rows, spot.amount.raw
    text = rows[spot.row].text
    at = text.find(raw)
    before = rows[spot.row - 1].text if spot.row else ""
    behind = rows[spot.row + 1].text if spot.row + 1 < len(rows) else ""
    said = f"{before} {text[:at]}"[-160:]
    return bool(
        _EQUAL.search(said) or _EACH_BEFORE.search(said) or _EACH.match(f"{text[at + len(raw) :]} {behind}"[:60])
    )


def parts(papers: Papers, spots: list[Spot], spot: Spot, amount: Decimal) -> list[Spot]:
    """The amounts beside `spot`, in its row or its block, that sum to an amount; none where they don't."""
    in_row = _countable(papers, (other for other in spots if other.row == spot.row))
    in_block = _countable(
        papers, (other for other in spots if other.block == spot.block and not other.is_total and any(spot.block[0]))
    )
    for group in (in_row, in_block):
        if _MIN_PARTS <= len(group) <= _MAX_PARTS and money.total(part.amount.value for part in group) == amount:
            return group
    return []


def _countable(papers: Papers, spots: Iterable[Spot]) -> list[Spot]:
    return [spot for spot in spots if spot.amount.marked and not is_rate(papers, spot)]


def is_sum_above(spots: list[Spot], spot: Spot) -> bool:
    """Whether it is the sum of rows above it in its column."""
    above = [
        other.amount.value
        for other in spots[max(0, spot.index - _REACH) : spot.index]
        if other.table == spot.table and other.column == spot.column and other.row < spot.row
    ]
    found = sums(reversed(above))
    next(found, None)
    return spot.amount.value in found


def sums(values: Iterable[Decimal]) -> Iterator[Decimal]:
    """The first of the values, the sum of the first two, and so on."""
    total = money.ZERO
    for value in values:
        total = money.plus(total, value)
        yield total
