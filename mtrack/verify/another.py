"""What a paper says of another document: an earlier invoice, a reminder, one that will follow."""

from __future__ import annotations

import re
from typing import NamedTuple

SENTENCE = re.compile(r"(?<=[.;!?。])\s+(?=[^\W\d_])")
"""Where a sentence ends and the next begins."""
_INVOICE = r"(?:(?:tax\s+)?invoice|rechnung|facture|factura|fattura|factuur|faktura|fatura|請求書)"
_EARLIER = re.compile(
    r"\b(?:previous|prior|earlier|former|preceding|vorherige\w*|vorige\w*|frühere\w*|précédente?|anterior|precedente|föregående|tidigare"
    r"|replaces?|supersedes?|corrects?|cancels?|ersetzt|korrigiert|storniert|remplace|annule|sustituye|sostituisce|vervangt)\b",
    re.IGNORECASE,
)
_THIS = re.compile(r"\b(?:this|present|current|new|diese\w*|neue\w*|cette|présente|esta|questa|deze)\b", re.IGNORECASE)
_OPEN = re.compile(
    r"\b(?:is|are|was|ist|sind|war|est|sont|è|está|remains?|bleibt|reste|still)\b[^.;]{0,30}?"
    r"\b(?:overdue|open|unpaid|outstanding|überfällig|offen|impayée?|ouverte?|pendiente|scaduta)\b"
    r"|\b(?:overdue|unpaid|überfällige\w*|unbezahlte\w*|offene\w*|impayée?)\s+" + _INVOICE + r"|\bwill\s+follow\b"
    r"|\bwill\s+be\s+(?:issued|sent)\b|\bfolgt\b|\bwird\b[^.;]{0,30}\bfolgen\b|\bsuivra\b|\bseguirá\b|\bseguirà\b",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:\W|\S*\d\S*|\b(?:no|nr|number|nummer|num[eé]ro|vom|of|du|del?|dated?|datum|for|to|zu|zur|our|"
    + _INVOICE
    + r")\b)*",
    re.IGNORECASE,
)
_MAX_TITLE = 60
_TITLE_ROWS = 30


class Title(NamedTuple):
    """What a paper calls itself at its top; not `sure` where the word has another meaning too."""

    kind: str
    row: int
    sure: bool


_KINDS = {
    "invoice": _INVOICE,
    "credit note": r"(?:credit\s+(?:note|memo)|avoir|nota\s+de\s+cr[ée]dito|factura\s+rectificativa|nota\s+di\s+credito|creditnota"
    r"|creditfactuur|kreditnota|kreditfaktura|storno(?:rechnung)?|rechnungskorrektur|gutschrift)",
    "proforma invoice": r"(?:pro[\s-]?forma(?:[\s-]*" + _INVOICE + r")?|" + _INVOICE + r"\s+pro[\s-]?forma)",
    "payment reminder": r"(?:(?:(?:payment|friendly|first|second|third|final|last)\s+){0,2}reminder|(?:\d\.\s*)?mahnung|zahlungserinnerung"
    r"|(?:lettre\s+de\s+)?(?:rappel|relance)|sollecito(?:\s+di\s+pagamento)?|(?:betalings)?herinnering|aanmaning|betalningspåminnelse"
    r"|recordatorio(?:\s+de\s+pago)?)",
}
_TITLES = {kind: re.compile(rf"\W*{words}(?![\w:])", re.IGNORECASE) for kind, words in _KINDS.items()}
_SELF_BILLED = re.compile(r"gutschrift", re.IGNORECASE)
"""A credit note, or an invoice that the client wrote."""


def title(rows: list[tuple[str, ...]]) -> Title | None:
    """The first title of a paper, given the cells of its rows; None where there is none."""
    for i, cells in enumerate(rows[:_TITLE_ROWS]):
        for cell in cells:
            for kind, pattern in reversed(_TITLES.items()):
                match = pattern.match(cell) if len(cell) <= _MAX_TITLE else None
                if match and _TAIL.fullmatch(cell[match.end() :]):
                    return Title(kind, i, not _SELF_BILLED.search(match[0]))
    return None


def is_of_another(text: str, place: int) -> bool:
    """Whether what stands at a place of a row is said of another invoice than the one it stands in."""
    start = max([0, *(gap.end() for gap in SENTENCE.finditer(text) if gap.end() <= place)])
    end = min([len(text), *(gap.start() for gap in SENTENCE.finditer(text) if gap.start() > place)])
    sentence = text[start:end]
    if _OPEN.search(sentence) and not _THIS.search(sentence):
        return True
    before = text[start:place]
    earlier = list(_EARLIER.finditer(before))
    return bool(earlier) and not _THIS.search(before, earlier[-1].end())
