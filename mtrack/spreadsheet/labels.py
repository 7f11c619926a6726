"""The words by which people name a row that adds up others."""

from __future__ import annotations

import re

from mtrack.verify import currencies

_WORD = re.compile(r"[^\W\d_]+|\d+")
_PERCENTAGE = re.compile(r"[0-9][0-9.,]*\s*%")
_SPLIT = re.compile(r"\b(sub|sous|zwischen|teil)[\s-]+(?=tota|summe)")
_TOTALS = frozenset(
    [
        "total",
        "totals",
        "sum",
        "sums",
        "grandtotal",
        "sumtotal",
        "totalsum",
        "overalltotal",
        "summe",
        "gesamt",
        "gesamtsumme",
        "gesamtbetrag",
        "endsumme",
        "totale",
        "totaal",
        "somme",
        "totalgeneral",
        "totalgénéral",
        "suma",
        "sumatotal",
        "soma",
        "totalgeral",
        "summa",
        "razem",
        "итого",
        "合計",
        "総計",
        "\N{GREEK SMALL LETTER SIGMA}",
    ]
)
_BARE = frozenset(["net", "netto"])
"""Words that name a total where nothing but what fills one stands beside them and the sum fits, and a milestone elsewhere."""
_SUBTOTALS = frozenset(["subtotal", "subtotals", "zwischensumme", "teilsumme", "soustotal", "subtotaal"])
_ADJECTIVES = frozenset(["total", "totale", "totaal", "gesamt"])
"""Totals that may also say of a milestone that it is a whole: "Total redesign"."""
_PRICES = frozenset(["fixed", "flat", "lump", "provisional"])
"""Words that make a sum behind them a price: "lump sum"."""
_PARTS = frozenset(
    [
        "abschnitt",
        "etappe",
        "lot",
        "milestone",
        "part",
        "phase",
        "quarter",
        "release",
        "section",
        "sprint",
        "stage",
        "teil",
        "year",
    ]
)
_NUMBER = re.compile(r"\d+|[ivx]+|[a-z]")
_FILLERS = frozenset(
    [
        "above",
        "agreed",
        "all",
        "aller",
        "amount",
        "amounts",
        "and",
        "before",
        "billed",
        "btw",
        "budget",
        "contract",
        "cost",
        "costs",
        "date",
        "due",
        "estimate",
        "estimated",
        "ex",
        "excl",
        "excluding",
        "exclusive",
        "exkl",
        "far",
        "fee",
        "fees",
        "for",
        "für",
        "gst",
        "hors",
        "ht",
        "in",
        "invoiced",
        "iva",
        "meilensteine",
        "milestones",
        "moms",
        "mva",
        "mwst",
        "net",
        "netto",
        "o",
        "of",
        "ohne",
        "paid",
        "phases",
        "price",
        "prices",
        "project",
        "projekt",
        "projet",
        "proyecto",
        "sin",
        "so",
        "tax",
        "taxes",
        "the",
        "to",
        "tva",
        "ust",
        "value",
        "values",
        "vat",
        "w",
        "without",
        "zzgl",
    ]
)
_GROSS = frozenset(["gross", "brutto", "bruto", "brut", "incl", "including", "inclusive", "inkl", "ttc"])


def kind_of(text: str, currency: str = "") -> str | None:
    """The kind of row that words name: a total, a subtotal or a gross total where that is plain.

    Else "section" for the subtotal of something, "net" for a total if the sum fits, "maybe" for a milestone if it does not and
    rows follow, "either" where only the user knows.
    """
    words = _WORD.findall(_SPLIT.sub(r"\1", _PERCENTAGE.sub("", text).casefold()))
    if not words:
        return None
    others = [word for word in words if word not in _FILLERS and not _is_currency(word, currency)]
    bare = [word for word in others if word not in _PARTS and not _NUMBER.fullmatch(word)]
    if not _SUBTOTALS.isdisjoint((words[0], words[-1])):
        return "subtotal" if len(bare) == 1 else "section"
    if "".join(word for word in bare if word not in _GROSS) in _TOTALS:
        return "gross" if any(word in _GROSS for word in bare) else "total" if bare == others else "subtotal"
    if words[0] in _BARE and not others:
        return "net"
    if words[-1] in _TOTALS and _PRICES.isdisjoint(words[-2:-1]):
        return "either"
    return "maybe" if words[0] in _ADJECTIVES else "either" if words[0] in _TOTALS else None


def _is_currency(word: str, currency: str) -> bool:
    return word.isascii() and bool(currencies.of_mark(word, currency))
