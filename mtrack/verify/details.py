"""The details in an agreement beside its amounts: the day of signing, the payment terms, the number of milestones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, NamedTuple

from mtrack.record.verdict import Verdict
from mtrack.verify.another import SENTENCE, is_of_another_agreement, is_offer, own_names
from mtrack.verify.dates import dates
from mtrack.verify.match import seen
from mtrack.verify.terms import stated_terms

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
_ACCEPTED = re.compile(
    r"\W*(?:accepted|agreed|angenommen|beauftragt|acceptée?|bon\s+pour\s+accord|lu\s+et\s+approuvé|aceptad[oa]|accettat[oa]|akkoord|geaccepteerd"
    r"|godkänd)\b",
    re.IGNORECASE,
)
"""The begin of a row with the day on which an offer was accepted."""
_BY_WHOM = re.compile(
    r"\b(?:and|und|et|by|the|on|agreed|accepted|von|vom|am|par|le|por|el|il|op|den|client|customer|kunde|auftraggeber|date|[A-ZÀ-Þ]\w*)\b"
)
"""Words that may stand between that and the day: names, and who accepted it."""
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
_MAX_ROWS = 20_000
_TITLES = 10
"""Rows at the top of a paper, where it says what it is."""
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
    terms = {terms.days for terms in stated_terms(papers) if terms.sure}
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
    named = own_names([row.text for row in papers.rows[:_TITLES]])
    for i, row in enumerate(papers.rows[:_MAX_ROWS]):
        text = f"{row.text} {_next(papers, i)[:40]}"
        found = [day for day in dates(text) if day.start < len(row.text)]
        text = text[: max(len(row.text), *(day.end for day in found))] if found else ""
        breaks = [
            gap.start()
            for gap in SENTENCE.finditer(text)
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
            sentence = text[max([0, *(gap for gap in breaks if gap < day.start)]) : day.start]
            is_another = is_of_another_agreement(sentence, behind, named=named)
            goes_on = (
                last is not None
                and start == found[place - 1].end
                and _AND.match(before)
                and not _OTHER_DAY.search(before)
                and not is_another
            )
            if goes_on and last is not None:
                last = _Signing(i, day.days, last.kind, bool(_PARTY.search(before)))
            elif _DATE_LABEL.fullmatch(before) and not behind.strip() and _is_signature(papers, i, named=named):
                last = _Signing(i, day.days, "signed", by_party=True)
            else:
                kind = _kind(before, behind)
                if is_another or (kind == "made" and is_offer(before)):
                    kind = "other"
                last = _Signing(i, day.days, kind, bool(_PARTY.search(f"{before} {behind}")))
            yield last


def _kind(before: str, behind: str) -> Literal["signed", "made", "other"]:
    """The kind of a date between words of its sentence."""
    if _DEADLINE.search(before):
        return "other"
    accepted = _ACCEPTED.match(before)
    if accepted and not re.search(r"[^\W\d_]", _BY_WHOM.sub("", before[accepted.end() :])):
        return "signed"
    for words in (before, behind):
        match = list(_SIGNED.finditer(words))[-1:]
        if match and not _NOT_YET.search(words[: match[0].start()]):
            other = words is before and _OTHER_DAY.search(before, match[0].end())
            return "other" if other else "signed"
    return "made" if _MADE.search(before) or _MADE.search(behind) else "other"


def _is_signature(papers: Papers, index: int, *, named: bool) -> bool:
    """Whether one of the rows above is that of a signature."""
    above = range(max(0, index - _BLOCK), index)
    texts = [papers.rows[i].text for i in above]
    return any(_kind(text, "") == "signed" and not is_of_another_agreement(text, "", named=named) for text in texts)


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
    found = list(stated_terms(papers))
    same = max((terms for terms in found if terms.days == claim.terms), key=lambda terms: terms.paid, default=None)
    if same is not None and same.paid:
        return seen(papers, same.row, Verdict("agreement", None, "terms", recorded, "confirmed", recorded))
    sure = [terms for terms in found if terms.sure]
    if len({terms.days for terms in sure}) == 1:
        verdict = Verdict("agreement", None, "terms", recorded, "differs", str(sure[0].days))
        return seen(papers, sure[0].row, verdict)
    if same is not None:
        return seen(papers, same.row, Verdict("agreement", None, "terms", recorded, "elsewhere", recorded))
    return Verdict("agreement", None, "terms", recorded, "not_found")


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
