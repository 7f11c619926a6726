"""What a paper says of another document: an earlier invoice, one that will follow, a framework agreement, an offer."""

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
    r"\S*\d\S*|\b(?:no|nr|number|nummer|num[eé]ro|vom|of|du|del?|dated?|datum|for|to|zu|zur|our|" + _INVOICE + r")\b",
    re.IGNORECASE,
)
"""What may stand behind a title: a number, a date, the invoice it is for."""
_AGREEMENT = (
    r"(?:nda|non-?disclosure|confidentiality|geheimhaltung\w*|verschwiegenheit\w*|framework|master\s+(?:\w+\s+)?(?:agreement|contract)|msa"
    r"|rahmen\w+|(?:contrat|accord)-cadre|contrato\s+marco|(?:accordo|contratto)\s+quadro|raamovereenkomst|ramavtal|rammeavtale"
    r"|letter\s+of\s+intent|memorandum|mou|rfp|tender|purchase\s+order|data\s+processing|dpa)"
)
"""Agreements that others refer to."""
_OFFER = re.compile(
    r"\b(?:proposal|offer|quotation|quote|estimate|angebot\w*|kostenvoranschlag|devis|proposition|oferta|propuesta|preventivo|offert[ae]?"
    r"|voorstel|tilbud)\b",
    re.IGNORECASE,
)
_REFERENCE = re.compile(
    rf"(?P<own>{_THIS.pattern}(?:\W+{_AGREEMENT})?)|(?P<other>\b(?:supersed\w*|replac\w*|amend(?:s|ing)|terminat\w*|previous|prior|earlier|former"
    r"|ersetzt|vorherige\w*|frühere\w*|remplace\w*|précédent\w*|sustituye\w*|anterior|sostituisce|precedente|vervangt|vorige|ersätter|tidigare"
    r"|(?:under|pursuant\s+to|according\s+to|gemäß|nach|zum|selon|según)\s+(?:the|an?|our|their|dem|de[rnm]|le|el)\s+(?:\w+\s+){0,2}?"
    rf"(?:agreement|contract|vertrag|contrat|contrato)|{_AGREEMENT})\b)",
    re.IGNORECASE,
)
"""A word for the agreement itself, or for another one."""
_STAYS = re.compile(
    r"\b(?:(?:stays?|remains?|continues?|is|are|was|shall)\b[^.;]{0,20}\b(?:in\s+(?:full\s+)?(?:force|effect)|superseded|replaced|terminated|void"
    r"|to\s+apply)|applies|gilt\s+(?:weiter|fort)|bleibt|(?:wird|ist)\s+(?:ersetzt|aufgehoben)|reste\s+en|est\s+remplacée?|queda\s+sin|sigue"
    r"|resta\s+in|blijft|vervalt|gäller\s+fort)",
    re.IGNORECASE,
)
"""What is said behind the day of an agreement that goes on or ends beside this one."""
_NAMED = re.compile(rf"\W*(?:[\w-]+\s+){{0,2}}?{_AGREEMENT}\b", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
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
                if match and not _LETTER.search(_TAIL.sub(" ", cell[match.end() :])):
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


def own_names(texts: list[str]) -> bool:
    """Whether a paper calls itself, at its top, by a name that is otherwise that of an agreement which others refer to."""
    return any(len(text) <= _MAX_TITLE and _NAMED.match(text) for text in texts[:_TITLE_ROWS])


def is_of_another_agreement(before: str, behind: str, *, named: bool) -> bool:
    """Whether a day is that of another agreement, given its sentence before and behind it; `named` as `own_names` says."""
    last = next(reversed(list(_REFERENCE.finditer(before))), None)
    if last is not None and last["own"]:
        return False
    if last is not None and not (named and re.fullmatch(_AGREEMENT, last["other"], re.IGNORECASE)):
        return True
    return bool(_STAYS.search(behind))


def is_offer(text: str) -> bool:
    """Whether words are those of an offer, whose day is not that of the agreement."""
    return bool(_OFFER.search(text))
