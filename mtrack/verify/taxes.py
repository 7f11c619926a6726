"""The words for tax on sales, and those that say it is within an amount."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = (
    r"vat|v\.a\.t\.?|(?:sales\s+|service\s+)?taxe?s?|[cisu]?gst|utgst|hst|pst|qst|m\.?w\.?st|u\.?st|\w*steuer(?:betrag|summe)?|t\.?v\.?a"
    r"|tps|tvq|i\.?v\.?a\.?|igic|imposta|impuestos?|impostos?|b\.?t\.?w|moms|mva|alv|dph|pdv|ddv|pvm|pvn|kdv|ptu|vsk|áfa|ндс|ддс|φ\.?π\.?α"
    r"|消費税|增值税|税額|税额|부가세|부가가치세"
)
"""The names of the tax, for a pattern that ignores case."""
_TAX = rf"\b(?:{NAMES})(?!\w)"
_IN = (
    r"(?:incl?\.?|includ(?:e[ds]?|ing)|inclusive|inkl\.?|inklusive|einschl\.?|einschließlich|enth\.|enthalten|enthält|beinhalte[nt]\w*"
    r"|compris\w*|incl[uú]id\w*|incluíd\w*|incluy\w*|incluse?|inclus[aoi]|compres[aeio]|inclusief|inbegriffen|inbegrepen|sis(?:\.|ältää)|včetně"
    r"|zawiera\w*|dahil|uključen\w*|tartalmaz\w*|включая)"
)
_WITH = r"(?:with|mit|avec|con|com|cu|med|met|thereof|of\s+which|darin|davon|dont|waarvan|varav|herav|heraf|di\s+cui|w\s+tym)"
_GAP = r"(?:[^.;]|\.(?=\d|\s*(?-i:[a-zà-ÿ]))|\bges\.)"
"""What may stand between two words of a sentence; the point of "8.1" or "ca." does not end it."""
_INCLUDED = re.compile(
    rf"\b{_IN}(?!\w){_GAP}{{0,25}}?{_TAX}|{_TAX}{_GAP}{{0,15}}?\b{_IN}(?!\w)|\b{_WITH}\s+(?:\d[\d.,]*\s*%\s*)?{_TAX}|税込|\bttc\b"
    r"|\btoutes\s+taxes\b",
    re.IGNORECASE,
)
_GROSS = re.compile(r"\b(?:gross|brutto\w*|bruto|brut|bruttó|lordo)\b", re.IGNORECASE)
_NOT = (
    r"\b(?:not?|never|without|excl\w*|exclud\w*|plus|zzgl|zuzüglich|ohne|nicht|kein\w*|hors|sans|sin|senza|sem|non|escl\w*|exkl\w*|utan|uden|uten"
    r"|zonder|niet|net)\b"
)
_EXCLUDED = re.compile(rf"{_NOT}[^,;]{{0,20}}{_TAX}|{_TAX}[^,;]{{0,15}}{_NOT}", re.IGNORECASE)
_NOT_BEFORE = re.compile(rf"{_NOT}[^,;.]{{0,15}}$", re.IGNORECASE)
_PERCENT = r"\d{1,2}(?:[.,]\d{1,2})?"
_RATE = re.compile(
    rf"(?<![\d.,])(?P<before>{_PERCENT})\s*%\s*(?:of\s+)?{_TAX}|{_TAX}\.?\s*[(:]?\s*(?:of|von|at)?\s*(?P<behind>{_PERCENT})\s*%",
    re.IGNORECASE,
)
_PRICES = re.compile(
    r"\b(?:amounts?|prices?|pricing|fees?|figures|sums|totals?|beträge|preise|festpreise|honorare|montants?|prix|importes?|precios?|importi|prezzi"
    r"|valores|preços|bedragen|prijzen|belopp|beløb|priser|ceny|hinnat|fiyatlar|cijene|árak)\b",
    re.IGNORECASE,
)
_NEAR = 60
_NOTE_WORDS = 3
_MAX_TEXT = 300


def is_included(text: str) -> bool:
    """Whether words say that tax is within an amount, as "incl. VAT"."""
    return _said(_INCLUDED, text) is not None


def is_gross(text: str) -> bool:
    """Whether words say that an amount is gross, or has tax within."""
    return is_included(text) or _said(_GROSS, text) is not None


def is_about_prices(text: str) -> bool:
    """Whether a sentence says of prices in general that tax is within, or a note says no more than that."""
    match = _said(_INCLUDED, text)
    if match is None:
        gross = _said(_GROSS, text)
        return gross is not None and _PRICES.search(text, max(0, gross.start() - _NEAR), gross.start()) is not None
    around = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
    return _PRICES.search(around) is not None or _is_note(text, match)


def rates(text: str) -> Iterator[Decimal]:
    """The rates of tax, in percent, that a text states beside the tax's name."""
    for match in _RATE.finditer(text[:_MAX_TEXT]):
        yield Decimal((match["before"] or match["behind"]).replace(",", "."))


def _is_note(text: str, match: re.Match[str]) -> bool:
    """Whether few words stand beside those that were found."""
    rest = f"{text[: match.start()]} {text[match.end() :]}"
    return len(re.findall(r"[^\W\d_]+", rest)) <= _NOTE_WORDS


def _said(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """What says so, where nothing in the text denies it."""
    text = text[:_MAX_TEXT]
    match = pattern.search(text)
    if match is None or _NOT_BEFORE.search(text[: match.start()]) or _EXCLUDED.search(text):
        return None
    return match
