"""The words by which people name a row that adds up others."""

from __future__ import annotations

import re
import unicodedata

from mtrack.verify import currencies, total_names

_WORD = re.compile(r"[^\W\d_]+|\d+")
_PERCENTAGE = re.compile(r"[0-9][0-9.,]*\s*%")
_SPLIT = re.compile(r"\b(sub|sous|zwischen|teil)[\s-]+(?=tota|summe)")
_TOTALS = frozenset((*total_names.SUMS, "\N{GREEK SMALL LETTER SIGMA}"))
_WHOLE = frozenset(total_names.WHOLE)
_BARE = frozenset(["net", "netto"])
"""Words that name a total where nothing but what fills one stands beside them and the sum fits, and a milestone elsewhere."""
_IF_IT_FITS = frozenset(
    [
        *total_names.CONTRACT, "fixed price", "flat price", "all milestones", "all phases", "endbetrag", "endpreis", "festpreis",
        "nettobetrag", "nettosumme", "rechnungsbetrag", "carried forward", "übertrag",
    ]
)  # fmt: skip
"""Names of a total where the sum fits, and of a milestone elsewhere."""
_WITHOUT_TAX = frozenset(
    [
        "net", "netto", "excl", "excluding", "exclusive", "ex", "exkl", "ohne", "without", "hors", "ht", "vat", "tax", "mwst", "ust", "tva",
        "iva", "btw", "moms", "gst", "zzgl",
    ]
)  # fmt: skip
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
        "bedrag",
        "belopp",
        "betrag",
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
        "honorar",
        "ht",
        "in",
        "importe",
        "importo",
        "invoiced",
        "iva",
        "meilensteine",
        "milestones",
        "moms",
        "montant",
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
        "precio",
        "preis",
        "prezzo",
        "prijs",
        "pris",
        "prix",
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
_GROSS = frozenset(
    ["gross", "brutto", "bruto", "brut", "bruttobetrag", "bruttosumme", "incl", "including", "inclusive", "inkl", "ttc"]
)


def kind_of(text: str, currency: str = "") -> str | None:
    """The kind of row that words name: a total, a subtotal or a gross total where that is plain.

    Else "section" for the subtotal of something, "net" for a total if the sum fits, "maybe" for a milestone if it does not and
    rows follow, "either" where only the user knows.
    """
    text = unicodedata.normalize("NFC", text.casefold())
    words = _WORD.findall(_SPLIT.sub(r"\1", _PERCENTAGE.sub("", text)))
    if not words:
        return None
    others = [word for word in words if word not in _FILLERS and not _is_currency(word, currency)]
    bare = [word for word in others if word not in _PARTS and not _NUMBER.fullmatch(word)]
    if not _SUBTOTALS.isdisjoint((words[0], words[-1])):
        return "subtotal" if len(bare) == 1 else "section"
    if kind := _whole_kind(others, bare):
        return kind
    if (words[0] in _BARE and not others) or not _IF_IT_FITS.isdisjoint(_without_tax(words, currency)):
        return "net"
    if words[-1] in _TOTALS and _PRICES.isdisjoint(words[-2:-1]):
        return "either"
    return "maybe" if words[0] in _ADJECTIVES else "either" if words[0] in _TOTALS else None


def _whole_kind(others: list[str], bare: list[str]) -> str | None:
    """The kind of a row that words name as a total: those beside what fills a name, and of them those that count no parts."""
    is_gross = not _GROSS.isdisjoint(others)
    named = [word for word in bare if word not in _GROSS]
    if "".join(named) in _TOTALS:
        return "gross" if is_gross else "total" if bare == others else "subtotal"
    if " ".join(word for word in others if word not in _GROSS) in _WHOLE:
        return "gross" if is_gross else "total"
    return "gross" if is_gross and _GROSS.issuperset(others) else None


def _without_tax(words: list[str], currency: str) -> tuple[str, str]:
    """A name without what it says of tax; the second also without a currency."""
    left = [word for word in words if word not in _WITHOUT_TAX]
    return " ".join(left), " ".join(word for word in left if not _is_currency(word, currency))


def _is_currency(word: str, currency: str) -> bool:
    return word.isascii() and bool(currencies.of_mark(word, currency))
