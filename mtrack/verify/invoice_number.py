"""The number of an invoice in a text: its own, not that of a customer or an order, nor a part of a date or an amount."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from mtrack import characters
from mtrack.record.model import number_key
from mtrack.verify.dates import dates
from mtrack.verify.taxes import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_NUMBER = re.compile(
    r"(?:invoice|inv\.?|bill|rechnungs?|rg\.?|facture|factura|fattura|factuur|faktura|fatura|credit\s*note|gutschrifts?|avoir"
    r"|請求書)[\s\w-]{0,20}?(?:no\.?|nr\.?|n[°º]|number|num(?:mer|éro|ero)?\.?|#|id|番号)?\s*[:#.]?\s*"
    r"([A-Z0-9][A-Z0-9./_-]*\d[A-Z0-9./_-]*)",
    re.IGNORECASE,
)
_JOINED_BEFORE = re.compile(r"(?<![\w/-])(?:\w{1,20}[-/]){1,5}$")
_IN_WORD = r"[^\W\u3040-\u30ff\u3400-\u9fff]"
_CALLED = re.compile(
    r"(?:invoice|inv|bill|rechnung|rg|facture|factura|fattura|factuur|faktura|fatura|credit\s*note|gutschrift|avoir|請求書"
    r"|\bno|nr|\bn|n[°º]|number|nummer|num[eé]ro|num|\bid|#|番号)[\s.:#]*$",
    re.IGNORECASE,
)
"""The words right before an invoice's number."""
_OTHER_NUMBER = re.compile(
    r"(?:\b(?:customer|client|cliente?|kunde|klant|kund|order|purchase\s+order|po|bestellung|auftrag|commande|pedido|project|projekt"
    r"|projet|contract|vertrag|account|konto|supplier|vendor|lieferant|article|artikel|item|quote|quotation|offer|angebot|devis|phone"
    r"|tel|fax|iban|vat|tax|employee|membership|member|ticket|case)[\s.-]*(?:no|nr|n[°º]|number|nummer|num[eé]ro|num|id|#)?"
    r"|(?<!\w)(?!\w*(?:invoice|rechn|fact|fattur|faktur|fatura|gutschrift|beleg|do[ck]ument))[^\W\d_]{2,30}"
    r"(?:-\s?(?:no|nr|nummer|number|id)|nummer|nr))[\s.:#]*$",
    re.IGNORECASE,
)
"""The words right before a number of something else: of a customer, of an order."""
_WORD = (
    r"(?:invoice|inv\.?|bill|rechnungs?|rg\.?|facture|factura|fattura|factuur|faktura|fatura|beleg|do[ck]ument|請求書)"
)
_CREDIT = (
    r"(?:credit\s*(?:note|memo)|gutschrifts?|avoir|creditnota|creditfactuur|kreditnota|nota\s+(?:de|di)\s+cr[eé]dito)"
)
_CALLS = r"(?:no|nr|n[°º]|number|nummer|num(?:mer|éro|ero)?|id|番号|№|#)(?![^\W\d_])"
_TAXED = re.compile(rf"({_WORD})\s+(?:{NAMES})(?!\w)(?![\s.-]*(?:id|reg))", re.IGNORECASE)
"""A name of an invoice that has the tax in it: "Faktura VAT nr"."""
_LABELS = {
    is_credit: rf"\W*(?:(?:tax|vat|commercial|sales|final)\s+)?(?:{word}[\W_]{{1,3}}){{0,2}}?"
    rf"(?:(?P<word>{word})[\s.-]*(?P<calls>{_CALLS})?|{_CALLS})[\s.:#]*"
    for is_credit, word in ((False, _WORD), (True, rf"(?:{_CREDIT}|{_WORD})"))
}
"""All that stands in a cell before the number of an invoice, or of a credit note."""
_BEFORE_NUMBER = re.compile(rf"(?:{_WORD}|{_CREDIT})[\s.-]*{_CALLS}[\s.:#]*$", re.IGNORECASE)
_ALONE = {is_credit: re.compile(label, re.IGNORECASE) for is_credit, label in _LABELS.items()}
_LABELLED = {
    is_credit: re.compile(rf"{label}(?P<number>(?=\S*\d)[A-Z0-9][A-Z0-9/_.-]*)(?![^\s,;)])", re.IGNORECASE)
    for is_credit, label in _LABELS.items()
}
_SURE = re.compile(r"(?!(?:0?[1-9]|1[0-2]|q[1-4])[/.-]\d|(?:19|20)\d\d[/.-]\d{1,2}$)(?:[a-z]|\d+[/-])", re.IGNORECASE)
"""A number that is not a month, an amount or a count, which may stand behind the mere word as well: "Rechnung 04/2026"."""
_HEADS_NUMBER = re.compile(
    r"invoice|rechnung|factur|fattura|factuur|fa[kc]?tura|credit\s*note|gutschrift|avoir|請求書|\bno\b|\bnr\b|number|nummer",
    re.IGNORECASE,
)
"""The words of a heading that may stand above it."""
_MAX_CALLED = 40
_SHORT_NUMBER = 4
"""Digits of a number that may as well be a day, a year or a count."""
_APART = ("<super>", "<sub>", "<fraction>")
"""Categories of characters that NFKC turns into further digits of the number before them, as the mark of a footnote."""


def numbers(number: str, text: str, above: str, amounts: Iterable[str]) -> Iterator[int]:
    """The places of a text where an invoice's number stands as such; `above` is the row above, `amounts` are those of the text."""
    comparable = _comparable(text)
    for match in _pattern(number).finditer(comparable):
        if _is_number(match, above, amounts):
            yield match.start()


def labels(number: str, cell: str, *, is_credit_note: bool) -> bool:
    """Whether a cell has an invoice's number behind nothing but the words for it."""
    text = _TAXED.sub(r"\1", _comparable(cell))
    label = _ALONE[is_credit_note]
    return any(label.fullmatch(text, 0, match.start()) for match in _pattern(number).finditer(text))


def is_label(words: str) -> bool:
    """Whether words end as those right before an invoice's number do: what follows is no day."""
    return _BEFORE_NUMBER.search(_TAXED.sub(r"\1", words[-_MAX_CALLED:])) is not None


def labelled(cell: str, *, is_credit_note: bool) -> str | None:
    """The number that a cell plainly gives an invoice; None for none, and for a day, a month or a count behind the mere word."""
    match = _LABELLED[is_credit_note].match(_TAXED.sub(r"\1", cell))
    if match is None or not match["word"] or not (match["calls"] or _SURE.match(match["number"])):
        return None
    if is_credit_note and not re.search(_CREDIT, match[0], re.IGNORECASE):
        return None
    if any(day.start < match.end() and day.end > match.start("number") for day in dates(match.string)):
        return None
    return match["number"].rstrip("./_-")


def called(text: str) -> str | None:
    """What a text calls the number of an invoice; None for nothing."""
    match = _NUMBER.search(text)
    if match is None:
        return None
    joined = _JOINED_BEFORE.search(text[: match.start(1)])
    return (joined[0] if joined else "") + match[1]


def _is_number(match: re.Match[str], above: str, amounts: Iterable[str]) -> bool:
    """Whether what reads as the invoice's number is not that of something else, a part of a date or an amount, nor a mere count."""
    text, length = match.string, len(match[0])
    for day in dates(text):
        if day.start <= match.start() and match.end() <= day.end and length < day.end - day.start:
            return False
    before = _TAXED.sub(r"\1", text[max(0, match.start() - _MAX_CALLED) : match.start()])
    if _OTHER_NUMBER.search(before):
        return False
    if not match[0].isdigit() or _CALLED.search(before):
        return True
    if length > _SHORT_NUMBER:
        return not any(match[0] in raw for raw in amounts)
    return bool(_HEADS_NUMBER.search(above)) and not re.search(r"\d", above)


def _pattern(number: str) -> re.Pattern[str]:
    """An invoice number in a comparable text, whatever its spaces, where it is not part of a longer one.

    Letters, digits and what joins them make it longer: "PRO-INV-1", "INV-1/2". A point does before a digit or behind
    one, but neither in "No.1" nor at the end of a sentence; Chinese and Japanese need no gap between words.
    """
    key = number_key(number)
    if not key:
        return re.compile(r"(?!)")  # nothing of it shows, so that it stands nowhere
    before = rf"(?<!{_IN_WORD})(?<!{_IN_WORD}[-/])(?<!\d\.)" if re.match(_IN_WORD, key[0]) else ""
    behind = rf"(?![-/.]?{_IN_WORD})" if re.match(_IN_WORD, key[-1]) else rf"(?!{_IN_WORD})"
    return re.compile(before + r"\s?".join(map(re.escape, key)) + behind)


def _comparable(text: str) -> str:
    """A text in which numbers stand as they compare."""
    if not text.isascii():
        text = text.replace("№", "№ ")
        text = "".join(" " if unicodedata.decomposition(char).startswith(_APART) else char for char in text)
    return characters.seen(text)
