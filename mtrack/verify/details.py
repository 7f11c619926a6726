"""The details in an agreement beside its amounts: the day of signing, the payment terms, the number of milestones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from mtrack.record.verdict import Verdict
from mtrack.verify.dates import dates
from mtrack.verify.match import seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mtrack.verify.claims import AgreementClaim
    from mtrack.verify.papers import Papers

_SIGNED = re.compile(
    r"\bsigned|signature|executed|unterschr|unterzeichn|fait\s+(?:à|le)|signé|firmado|fecha de firma|firma\b|ondertek"
    r"|undertecknad|underskriv|署名|締結|契約日",
    re.IGNORECASE,
)
_MADE = re.compile(r"dated\b|entered into", re.IGNORECASE)
"""Words beside the day of an agreement, which is that of signing where nothing else is said."""
_OTHER_DAY = re.compile(
    r"\b(?:start|begin|commenc|deliver|due\b|valid|effective|expir|ends?\b|starten|beginn|gültig|fällig|liefer|débute|valable|válid"
    r"|geldig|giltig)",
    re.IGNORECASE,
)
_DEADLINE = re.compile(
    r"\b(?:until|till|by|before|after|through|later\s+than|bis(?:\s+zum)?|vor|nach|jusqu['’]au|avant(?:\s+le)?|hasta(?:\s+el)?"
    r"|antes\s+del?|tot|vóór|senast|före)(?:\s+the)?\W*$",
    re.IGNORECASE,
)
_NOT_YET = re.compile(
    r"\b(?:to|shall|will|must|should|may|can|not|if|when|once|unless|until|before|after|wird|werden|ist|sind|soll|muss)\b"
    r"(?:\s+(?:be|yet|has|have|been|is|are|it|zu))*\s*$|\bzu\s*$",
    re.IGNORECASE,
)
_PARTY = re.compile(
    r"\b(?:by|for|behalf|client|customer|contractor|supplier|provider|consultant|developer|grantee|grantor|company|party|agency"
    r"|auftraggeber|auftragnehmer|kunde|anbieter|von|für|par|pour|por|door|namens|av)\b",
    re.IGNORECASE,
)
_AND = re.compile(r"\W*(?:and|und|et|y|e|en|och)\b", re.IGNORECASE)
_DATE_LABEL = re.compile(r"\W*(?:date|datum|le|fecha|data|dato|日付)?\W*", re.IGNORECASE)
_BLOCK = 3
"""Rows below a signature in which its day may stand alone."""
_SENTENCE = re.compile(r"(?<=[.;!?。])\s+(?=[^\W\d_])")
_NUMBERS = {
    "ten": 10, "fourteen": 14, "fifteen": 15, "thirty": 30, "forty-five": 45, "sixty": 60, "ninety": 90,
}  # fmt: skip
_TERMS = re.compile(
    rf"""(?:\bnet|within|in|not\s+later\s+than|after|innerhalb(?:\s+von)?|binnen|innert|sous|dans\s+(?:un\s+délai\s+de|les)?|entro
    |dentro\s+de|en\s+un\s+plazo\s+de|à|a|inom)\s*(?:a\s+period\s+of\s+)?(?:[a-z-]+\s*\()?\s*
    (?P<n>\d{{1,3}}|{"|".join(_NUMBERS)})\)?\s*-?\s*(?:calendar|business|working|consecutive)?\s*
    (?P<d>days?|tagen?|jours?|giorni|días|dias|dagen|dagar|dage)?|(?P<j>\d{{1,3}})日以内""",
    re.IGNORECASE | re.VERBOSE,
)
_DAYS = re.compile(r"day|tag|jour|giorn|d[ií]a|dag|\bnet\b|日以内", re.IGNORECASE)
_MAX_ROWS = 20_000
_PAYING = re.compile(
    r"pay|invoice|remit|zahl|rechnung|fällig|paie|régl|facture|pag|factura|betaal|betal|faktur|\bdue\b|支払|請求",
    re.IGNORECASE,
)
_INVOICE = re.compile(r"invoice|rechnung|facture|factura|factuur|faktura|請求", re.IGNORECASE)
_REACH = 120
_COUNT_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_MILESTONES = re.compile(r"milestones|meilensteine|jalons|hitos|mijlpalen|milstolpar|マイルストーン", re.IGNORECASE)
_COUNT = re.compile(
    rf"(?<![\w.,-])(?P<n>\d{{1,2}}|{'|'.join(_COUNT_WORDS)})\s*(?:\(\d{{1,2}}\)\s*)?(?:payment\s+)?"
    r"(?:milestones|meilensteine|jalons|hitos|mijlpalen|milstolpar|マイルストーン)\b",
    re.IGNORECASE,
)


_OF_ALL = re.compile(
    r"\b(?:has|have|consists?\s+of|comprises?|(?:divided|split)\s+in(?:to)?|total\s+of|hat|umfasst|besteht\s+aus|comprend|compte"
    r"|tiene|consta\s+de|heeft|bestaat\s+uit|har|består\s+av)\s+(?:(?:the|following|a\s+total\s+of)\s+)*$",
    re.IGNORECASE,
)
_PART = re.compile(r"\b(?:phase|part|stage|module|package|year|month|option|teil|étape|fase|lot|etapp)", re.IGNORECASE)


class _Terms(NamedTuple):
    days: int
    row: int
    by_invoice: bool


def check(claim: AgreementClaim, papers: Papers, listed: int) -> list[Verdict]:
    """The verdicts on what is recorded of them; `listed` is how many milestones the papers' schedule has."""
    result = []
    if claim.signed is not None:
        result.append(_signed(claim, papers))
    if claim.terms is not None:
        result.append(_terms(claim, papers))
    if claim.counts:
        result.append(_count(claim, papers, listed))
    return result


def stated(papers: Papers) -> tuple[date | None, int | None]:
    """The day of signing and the payment terms that papers state; None for what they don't, or state in two ways."""
    found = list(_signings(papers))
    signings = [one for one in found if one.kind == "signed"] or [one for one in found if one.kind == "made"]
    days = {one.days[0] for one in signings if len(one.days) == 1}
    terms = {terms.days for terms in _stated(papers) if terms.by_invoice}
    of_parties = all(one.by_party for one in signings)
    signed = papers.signed[0] if papers.signed else max(days) if len(days) == 1 or (days and of_parties) else None
    return signed, terms.pop() if len(terms) == 1 else None


class _Signing(NamedTuple):
    """A date of a paper: that of a signature, that on which the agreement was "made", or another."""

    row: int
    days: tuple[date, ...]
    kind: Literal["signed", "made", "other"]
    by_party: bool = False


def _signings(papers: Papers) -> Iterator[_Signing]:
    """The dates of the papers, each with what the words of its sentence say of it."""
    for i, row in enumerate(papers.rows[:_MAX_ROWS]):
        text = f"{row.text} {_next(papers, i)[:40]}"
        found = [day for day in dates(text) if day.start < len(row.text)]
        text = text[: max(len(row.text), *(day.end for day in found))] if found else ""
        breaks = [
            gap.start()
            for gap in _SENTENCE.finditer(text)
            if not any(day.start <= gap.start() < day.end for day in found)
        ]
        last: _Signing | None = None
        for place, day in enumerate(found):
            start = max([found[place - 1].end if place else 0, *(gap for gap in breaks if gap < day.start)])
            end = min(
                [len(text), *(other.start for other in found[place + 1 :]), *(gap for gap in breaks if gap >= day.end)]
            )
            before, behind = (
                text[start : day.start],
                "" if place and start == found[place - 1].end else text[day.end : end],
            )
            goes_on = (
                last is not None
                and start == found[place - 1].end
                and _AND.match(before)
                and not _OTHER_DAY.search(before)
            )
            if goes_on and last is not None:
                last = _Signing(i, day.days, last.kind, bool(_PARTY.search(before)))
            elif _DATE_LABEL.fullmatch(before) and not behind.strip() and _is_signature(papers, i):
                last = _Signing(i, day.days, "signed", by_party=True)
            else:
                last = _Signing(i, day.days, _kind(before, behind), bool(_PARTY.search(f"{before} {behind}")))
            yield last


def _kind(before: str, behind: str) -> Literal["signed", "made", "other"]:
    """The kind of a date between words of its sentence."""
    if _DEADLINE.search(before):
        return "other"
    for words in (before, behind):
        match = list(_SIGNED.finditer(words))[-1:]
        if match and not _NOT_YET.search(words[: match[0].start()]):
            other = words is before and _OTHER_DAY.search(before, match[0].end())
            return "other" if other else "signed"
    return "made" if _MADE.search(before) or _MADE.search(behind) else "other"


def _is_signature(papers: Papers, index: int) -> bool:
    """Whether one of the rows above is that of a signature."""
    above = range(max(0, index - _BLOCK), index)
    return any(_kind(papers.rows[i].text, "") == "signed" for i in above)


def _signed(claim: AgreementClaim, papers: Papers) -> Verdict:
    """The recorded day stands beside words of signing, or another does there; it may also stand beside other words."""
    assert claim.signed is not None
    recorded = claim.signed.isoformat()
    if claim.signed in papers.signed:
        return Verdict("agreement", None, "signed", recorded, "confirmed", recorded, note="a digital signature's day")
    found = list(_signings(papers))
    same = [one for one in found if claim.signed in one.days]
    signings = [one for one in found if one.kind != "other"]
    own = next((one for one in signings if one in same), None)
    if own is not None:
        return seen(papers, own.row, Verdict("agreement", None, "signed", recorded, "confirmed", recorded))
    if signings:
        said = Verdict("agreement", None, "signed", recorded, "differs", signings[0].days[0].isoformat())
        return seen(papers, signings[0].row, said)
    if same:
        return seen(papers, same[0].row, Verdict("agreement", None, "signed", recorded, "elsewhere", recorded))
    return Verdict("agreement", None, "signed", recorded, "not_found")


def _terms(claim: AgreementClaim, papers: Papers) -> Verdict:
    """Payment terms are contradicted only where the papers give one number of days beside an invoice."""
    recorded = str(claim.terms)
    found = list(_stated(papers))
    stated = [terms for terms in found if terms.by_invoice]
    same = next((terms for terms in stated or found if terms.days == claim.terms), None)
    if same is not None:
        return seen(papers, same.row, Verdict("agreement", None, "terms", recorded, "confirmed", recorded))
    if len({terms.days for terms in stated}) == 1:
        verdict = Verdict("agreement", None, "terms", recorded, "differs", str(stated[0].days))
        return seen(papers, stated[0].row, verdict)
    return Verdict("agreement", None, "terms", recorded, "not_found")


def _stated(papers: Papers) -> Iterator[_Terms]:
    for i, row in enumerate(papers.rows[:_MAX_ROWS]):
        text = f"{row.text} {_next(papers, i)}"
        if not _DAYS.search(text):
            continue
        for match in _TERMS.finditer(text):
            around = _sentence(text, match)
            said = match["d"] or match["j"] or match[0].lower().startswith("net")
            if match.start() <= len(row.text) and said and _PAYING.search(around):
                number = (match["n"] or match["j"]).lower()
                yield _Terms(_NUMBERS.get(number) or int(number), i, bool(_INVOICE.search(around)))


def _sentence(text: str, match: re.Match[str]) -> str:
    """The sentence of a match, or what of it is near."""
    start, end = max(0, match.start() - _REACH), match.end() + _REACH
    before = [gap.end() for gap in _SENTENCE.finditer(text, start, match.start() + 1)]
    behind = [gap.start() for gap in _SENTENCE.finditer(text, match.end(), end)]
    return text[max([start, *before]) : min([end, *behind])]


def _count(claim: AgreementClaim, papers: Papers, listed: int) -> Verdict:
    recorded = str(claim.counts[0])
    other: Verdict | None = None
    is_of_all = False
    for i, row in enumerate(papers.rows[:_MAX_ROWS]):
        for match in _COUNT.finditer(row.text) if _MILESTONES.search(row.text) else ():
            number = match["n"].lower()
            count = _COUNT_WORDS.index(number) + 1 if number in _COUNT_WORDS else int(number)
            if count in claim.counts:
                return seen(papers, i, Verdict("agreement", None, "count", recorded, "confirmed", recorded))
            if other is None or not is_of_all:
                is_of_all = bool(_OF_ALL.search(row.text[: match.start()])) and not _PART.search(
                    row.text[: match.start()]
                )
                other = seen(papers, i, Verdict("agreement", None, "count", recorded, "differs", str(count)))
    if listed in claim.counts and not is_of_all:
        return Verdict("agreement", None, "count", recorded, "computed", recorded, note="the rows of its schedule")
    return other or Verdict("agreement", None, "count", recorded, "not_found")


def _next(papers: Papers, index: int) -> str:
    """The row behind, onto which a sentence may run."""
    return papers.rows[index + 1].text if index + 1 < len(papers.rows) else ""
