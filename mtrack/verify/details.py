"""The details in an agreement beside its amounts: the day of signing, the payment terms, the number of milestones."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from mtrack.record.verdict import Verdict
from mtrack.verify.dates import dates
from mtrack.verify.match import seen

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from mtrack.verify.claims import AgreementClaim
    from mtrack.verify.papers import Papers

_SIGNING = re.compile(
    r"\bsigned|signature|dated\b|effective date|executed|entered into|unterschr|unterzeichn|fait\s+(?:à|le)|signé|firmado|fecha de firma"
    r"|firma\b|ondertek|undertecknad|underskriv|署名|締結|契約日",
    re.IGNORECASE,
)
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
    days = {
        day.days[0] for row in papers.rows if _SIGNING.search(row.text) for day in dates(row.text) if len(day.days) == 1
    }
    terms = {terms.days for terms in _stated(papers) if terms.by_invoice}
    signed = papers.signed[0] if papers.signed else max(days, default=None)
    return signed, terms.pop() if len(terms) == 1 else None


def _signed(claim: AgreementClaim, papers: Papers) -> Verdict:
    assert claim.signed is not None
    recorded = claim.signed.isoformat()
    if claim.signed in papers.signed:
        return Verdict("agreement", None, "signed", recorded, "confirmed", recorded, note="a digital signature's day")
    beside: Verdict | None = None
    for i, row in enumerate(papers.rows[:_MAX_ROWS]):
        for day in dates(f"{row.text} {_next(papers, i)[:40]}"):
            if day.start >= len(row.text):
                continue
            if claim.signed in day.days:
                return seen(papers, i, Verdict("agreement", None, "signed", recorded, "confirmed", recorded))
            if beside is None and _SIGNING.search(row.text):
                said = Verdict("agreement", None, "signed", recorded, "differs", day.days[0].isoformat())
                beside = seen(papers, i, said)
    return beside or Verdict("agreement", None, "signed", recorded, "not_found")


def _terms(claim: AgreementClaim, papers: Papers) -> Verdict:
    """Payment terms are contradicted only where the papers give one number of days beside an invoice."""
    recorded = str(claim.terms)
    found = list(_stated(papers))
    same = next((terms for terms in found if terms.days == claim.terms), None)
    if same is not None:
        return seen(papers, same.row, Verdict("agreement", None, "terms", recorded, "confirmed", recorded))
    stated = [terms for terms in found if terms.by_invoice]
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
            around = text[max(0, match.start() - _REACH) : match.end() + _REACH]
            said = match["d"] or match["j"] or match[0].lower().startswith("net")
            if match.start() <= len(row.text) and said and _PAYING.search(around):
                number = (match["n"] or match["j"]).lower()
                yield _Terms(_NUMBERS.get(number) or int(number), i, bool(_INVOICE.search(around)))


def _count(claim: AgreementClaim, papers: Papers, listed: int) -> Verdict:
    recorded = str(claim.counts[0])
    other: Verdict | None = None
    for i, row in enumerate(papers.rows[:_MAX_ROWS]):
        for match in _COUNT.finditer(row.text) if _MILESTONES.search(row.text) else ():
            number = match["n"].lower()
            count = _COUNT_WORDS.index(number) + 1 if number in _COUNT_WORDS else int(number)
            if count in claim.counts:
                return seen(papers, i, Verdict("agreement", None, "count", recorded, "confirmed", recorded))
            other = other or seen(papers, i, Verdict("agreement", None, "count", recorded, "differs", str(count)))
    if listed in claim.counts:
        return Verdict("agreement", None, "count", recorded, "computed", recorded, note="the rows of its schedule")
    return other or Verdict("agreement", None, "count", recorded, "not_found")


def _next(papers: Papers, index: int) -> str:
    """The row behind, onto which a sentence may run."""
    return papers.rows[index + 1].text if index + 1 < len(papers.rows) else ""
