"""The payment terms that an agreement states: the days within which an invoice is paid, no others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from mtrack.verify.another import SENTENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.verify.papers import Papers

_NUMBERS = {
    number: value
    for value, words in {
        7: "seven sieben sept siete sette zeven sju", 8: "eight acht huit ocho otto", 10: "ten zehn dix diez dieci tien tio",
        14: "fourteen vierzehn quatorze catorce quattordici veertien fjorton", 15: "fifteen fünfzehn quinze quince quindici vijftien",
        20: "twenty zwanzig vingt veinte venti twintig tjugo", 30: "thirty dreißig dreissig trente treinta trenta trinta dertig trettio",
        45: "forty-five fünfundvierzig quarante-cinq quarantacinque", 60: "sixty sechzig soixante sesenta sessanta zestig sextio",
        90: "ninety neunzig quatre-vingt-dix noventa novanta negentig",
    }.items()
    for number in words.split()
}  # fmt: skip
_DAYS = re.compile(
    rf"""(?<![\w.,])(?P<n>\d{{1,3}}|{"|".join(sorted(_NUMBERS, key=len, reverse=True))})\)?\s*-?\s*
    (?:(?:calendar|business|working|consecutive|clear|net)\s+)?(?:days?|tagen?|jours?|giorni|d[ií]as|dagen|dagar|dage|dager|dni|dniach)(?!\w)
    |\bnett?o?\s*-?\s*(?P<m>\d{{1,3}})(?![\w%]|[.,]\d|\s*(?:%|[€$£]|(?-i:[A-Z]{{3}})\b|weeks?|months?|hours?))|(?P<j>\d{{1,3}})日以内""",
    re.IGNORECASE | re.VERBOSE,
)
_MAY_BE = re.compile(
    r"day|tag|jour|giorn|d[ií]a|dag|\bdni|\bnett?o?\b|日以内|receipt|réception|erhalt|recepción|ontvangst|ricevimento",
    re.IGNORECASE,
)
_ON_RECEIPT = re.compile(
    r"\b(?:(?:up)?on\s+(?:the\s+)?receipt|à\s+(?:la\s+)?réception|(?:bei|sofort\s+nach)\s+(?:rechnungs)?erhalt|a\s+la\s+recepción"
    r"|bij\s+ontvangst|al\s+ricevimento)\b",
    re.IGNORECASE,
)
"""Payment terms of no days."""
_PART = re.compile(
    r"\b(?:deposits?|advance|upfront|balance|first|second|final|initial|instal?lments?|acompte|solde|anzahlung|restbetrag|anticipo|acconto|saldo)\b",
    re.IGNORECASE,
)
_PAY = re.compile(
    r"\bpay|\bpaid\b|(?:invoices?|amounts?|fees?|sums?|payments?)\b[^,;]{0,40}\bdue\b|remit|settle[ds]?\b|\bnett?o?\b|zahl|fällig|begl[ei]+ch|überw[ei]+s|paie|payer|payable|r[éè]gl|pag[ao]|\babona|betaa?l|płat|zapła|支払",
    re.IGNORECASE,
)
"""Words of paying."""
_DUE = re.compile(r"\bdue\b", re.IGNORECASE)
_PAYMENT_BEFORE = re.compile(
    r"\b(?:(?:after|upon|following|once|of)\s+(?:\w+\s+){0,5}?(?:payment|paid)|(?:nachdem|nadat|sobald|zodra)\s+(?:\w+\s+){0,5}?be(?:zahlt|taald)"
    r"|(?:nach|après|después\s+del?|dopo|na|efter|od|po)\s+(?:\w+\s+){0,3}?(?:bezahlung|zahlung|paiement|pago|pagamento|betaling|zapłaty|płatności))",
    re.IGNORECASE,
)
"""A payment after which the days begin."""
_OTHER = re.compile(
    r"(?<!un)disput|notice|objec|(?<!un)contest|reject|report|notif|inform|complain|submit|\bissu|\bsen[dt]|deliver|provid|complet|review|\baccept|approv|respon"
    r"|\bcure|remed|terminat|cancel|interest|\blate\b|overdue|unpaid|default|remind|warrant|defect|fault|\bsign|\bcorrect|suspend|effective"
    r"|meld|rüg|beanstand|einw[ae]nd|widersp|mahn|verzug|zinsen|kündig|liefer|\bstell(?:t|en)\b|einreich|\w*send|abnahme|abnehm|prüf|freig"
    r"|gewähr|mängel|réclam|signal|émet|envo|livr|résili|intérêt|retard|reclam|impugn|emit|\benvi|entreg|segnal|emett|\binvi[ao]|consegn"
    r"|betwist|verzend|\blever|\brente\b|opzeg|reklam|anmäl|skicka|ränta|sous\s+réserve|reklamac|odbi[oó]r|odset|opóźn|dostaw|zgł[ao]s|wypowied|przesł|wysł|wystawi(?!eni)",
    re.IGNORECASE,
)
"""Words of something else that is done within days."""
_INVOICE = re.compile(r"invoice|rechnung|fact(?:ur|uur)|fattur|faktur|fatura|請求", re.IGNORECASE)
_LABEL = re.compile(
    r"^\W*(?:payment|terms|conditions?|zahlung\w*|paiement|règlement|pago|forma\s+de\s+pago|pagamento|betaling\w*|betalning\w*|płatność)"
    r"(?:\s+\w+){0,2}\s*:|payment\s+terms|zahlungsziel|zahlungsbedingung|délai\s+de\s+paiement|betal(?:ings|nings)|termin\w*\s+płatności|płatność\s+przelewem",
    re.IGNORECASE,
)
_FROM_INVOICE = re.compile(
    r"\W*(?:net\w*|eom|end\s+of\s+(?:the\s+)?month|monatsende|fin\s+de\s+mois|fine\s+mese|(?:after|from|of|nach|ab|depuis|après|date\s+de|data"
    r"|dalla\s+data|fecha\s+de?|na|efter|od)\b.{0,40}?(?:invoice|rechnung|fact(?:ur|uur)|fattur|faktur|fatura))",
    re.IGNORECASE,
)
"""What follows the days of payment terms, where no word of paying stands with them."""
_NOTICE = re.compile(r"[’'\s]*(?:(?:prior|written)\s+){0,2}(?:notice|late\b|overdue)", re.IGNORECASE)
_DISCOUNT = re.compile(r"skonto|discount|escompte|sconto\b|korting|descuento|rabatt", re.IGNORECASE)
_PERCENT = re.compile(r"\d\s*%")
_IF = re.compile(
    r"\b(?:if|unless|should|when|wenn|falls|sofern|sollten?|si|qualora|indien|wanneer|not|nicht|pas|niet|non|inte)\b",
    re.IGNORECASE,
)
"""Words of what happens where nobody pays, or of a payment that has another reason."""
_CLAUSE = re.compile(r"[,;:]\s|\b(?:and|or|und|oder|et|ou|y|en|och|e)\s", re.IGNORECASE)
_REACH = 200
_MAX_ROWS = 20_000


class Terms(NamedTuple):
    """Days in a row: `sure` where they are payment terms by the words of an invoice, not `paid` where they may be."""

    days: int
    row: int
    sure: bool
    paid: bool = True


def stated_terms(papers: Papers) -> Iterator[Terms]:
    """The numbers of days that are, or may be, the papers' payment terms."""
    for i, row in enumerate(papers.rows[:_MAX_ROWS]):
        if not _MAY_BE.search(row.text):
            continue
        head = _above(papers, i)
        text = f"{head}{row.text} {papers.rows[i + 1].text if i + 1 < len(papers.rows) else ''}"
        found = list(_DAYS.finditer(text)) or list(_ON_RECEIPT.finditer(text))
        for k, match in enumerate(found):
            if not len(head) <= match.start() < len(head) + len(row.text):
                continue
            start = max(found[k - 1].end() if k else 0, match.start() - _REACH)
            end = min(found[k + 1].start() if k + 1 < len(found) else len(text), match.end() + _REACH)
            terms = _judge(text, match, start, end)
            if terms is not None and match.re is _ON_RECEIPT:
                sure = terms[0] and not _PART.search(text, start, match.start())
                yield Terms(0, i, sure=sure, paid=sure)
            elif terms is not None:
                number = (match["n"] or match["m"] or match["j"]).lower()
                yield Terms(_NUMBERS.get(number) or int(number), i, *terms)


def _above(papers: Papers, index: int) -> str:
    """The row above, where its sentence runs on into the row."""
    if not index:
        return ""
    above, text = papers.rows[index - 1], papers.rows[index].text
    runs_on = text[:1].islower() and not above.text.endswith((".", ";", ":", "!", "?"))
    return f"{above.text} " if runs_on else ""


def _judge(text: str, match: re.Match[str], start: int, end: int) -> tuple[bool, bool] | None:
    """Whether days are payment terms by an invoice, and whether they are that at all; None for those of something else."""
    start = max([start, *(gap.end() for gap in SENTENCE.finditer(text, start, match.start() + 1))])
    end = min([end, *(gap.start() for gap in SENTENCE.finditer(text, match.end(), end))])
    before, behind = text[start : match.start()], text[match.end() : end]
    cuts = [cut.end() for cut in _CLAUSE.finditer(before)]
    near = before[cuts[-1] if cuts else 0 :]
    clause = _CLAUSE.split(behind, maxsplit=1)[0]
    if _DISCOUNT.search(f"{near} {clause}") or _NOTICE.match(behind):
        return None
    whole = _sentence(text, match)
    has_net = match[0].lower().startswith("net") or bool(re.search(r"\bnet\b", match[0], re.IGNORECASE))
    word: Literal["pay", "other", ""] = "pay" if has_net else _last(near) or _first(clause)
    is_far = not word and bool(cuts)
    if is_far:
        word = _last(before)
    if word == "other":
        return None
    by_invoice = bool(_INVOICE.search(whole) or _LABEL.search(whole))
    if word == "pay":
        is_open = bool(_IF.search(before) or _PERCENT.search(f"{near} {clause}"))
        is_due_alone = not by_invoice and not (has_net or _PAY.search(whole))
        return (by_invoice and not is_open), not (is_open or is_due_alone or (is_far and not by_invoice))
    if not re.search(r"[^\W\d_]", near) or _LABEL.search(before):
        is_labelled = bool(before.strip()) and by_invoice and not re.search(r"[^\W\d_]", clause)
        return (False, True) if is_labelled or _FROM_INVOICE.match(behind) else None
    return (False, False) if _INVOICE.search(f"{near} {clause}") else None


def _last(text: str) -> Literal["pay", "other", ""]:
    """What the last of the words of a text is about."""
    pay = max((match.end() for match in _PAY.finditer(text)), default=-1)
    other = max((match.end() for match in _OTHER.finditer(text)), default=-1)
    if pay == other:
        return "pay" if _DUE.search(text) else ""
    return "pay" if pay > other else "other"


def _first(text: str) -> Literal["pay", "other", ""]:
    """What the first of the words of a text is about."""
    text = _PAYMENT_BEFORE.sub("", text)
    pay, other = _PAY.search(text), _OTHER.search(text)
    if pay and (other is None or pay.start() <= other.start()):
        return "pay"
    return "other" if other else ""


def _sentence(text: str, match: re.Match[str]) -> str:
    """The sentence of a match, or what of it is near."""
    start, end = max(0, match.start() - _REACH), match.end() + _REACH
    before = [gap.end() for gap in SENTENCE.finditer(text, start, match.start() + 1)]
    behind = [gap.start() for gap in SENTENCE.finditer(text, match.end(), end)]
    return text[max([start, *before]) : min([end, *behind])]
