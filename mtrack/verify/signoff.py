"""A sign-off beside its milestone: which milestone it speaks of, and an e-mail's day."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack import characters
from mtrack.record.verdict import Verdict
from mtrack.verify import names
from mtrack.verify.dates import dates
from mtrack.verify.match import seen
from mtrack.verify.papers import limited, over

if TYPE_CHECKING:
    from datetime import date

    from mtrack.verify.claims import MilestoneClaim, SignoffClaim
    from mtrack.verify.papers import Papers

_OWN_NAME, _OTHER_NAME = 0.75, 0.9
_MAX_ROWS = 5_000
_NEXT = re.compile(
    r"\b(?:may|can|will|shall|should|could|to|let's|kann|können|darf|wird|soll|peut|peuvent|va|puede[n]?|può|kan)\s+(?:(?:now|then|nun|jetzt|dann|also)\s+)?"
    r"(?:be\s+)?(?:begin|begun|start|started|commence|proceed|follow|beginnen|starten|folgen|commencer|débuter|comenzar|empezar|iniziare|cominciare|börja"
    r"|begynne)\b|\b(?:begins|starts|follows|beginnt|startet|folgt|commencera|is\s+next)\b|\b(?:proceed|continue|go\s+on|go\s+ahead|move\s+on)"
    r"\s+(?:with|to)\b|\blooking\s+forward\s+to\b|\bweiter\s+mit\b",
    re.IGNORECASE,
)
"""Words of work that comes next, which nobody accepts yet."""
_SENT = re.compile(r"[>|\s*]{0,9}[^\W\d_]{2,12}\s?:\*?\s.{0,60}\d\d?[:.h]\d\d")
"""A label, a day and a time, as in the headers of a message: "Sent: 3 February 2026 10:15"."""
_CLAUSE = re.compile(r"(?<=[.;!?。,])\s+|\s+(?=(?:and|so|und|et|y|en|och)\s)", re.IGNORECASE)


def check_signoff(
    claim: SignoffClaim, papers: Papers, *, is_mail: bool = False, day: date | None = None
) -> list[Verdict]:
    """The verdicts on the milestone that a paper names and, where it is an e-mail, on the approval's day: it has a `day`, or none."""
    result = [_milestone(claim, papers)]
    if is_mail and claim.approved is not None:
        result.append(_day(claim.milestone, claim.approved, papers, day))
    return limited(result, over(papers, _MAX_ROWS))


def _day(milestone: str, approved: date, papers: Papers, day: date | None) -> Verdict:
    verdict = Verdict("signoff", milestone, "date", approved.isoformat(), "not_found")
    if day is not None:
        same = _is_near(day, approved)
        verdict = replace(verdict, verdict="confirmed" if same else "differs", found=day.isoformat())
        within = None if same else _within(approved, papers)
        if within is not None:
            note = "the day of a message within this one"
            return seen(papers, within, replace(verdict, verdict="computed", found=approved.isoformat(), note=note))
    has_header = bool(papers.rows) and papers.rows[0].text.startswith("Date:")
    return seen(papers, 0, verdict) if has_header else verdict


def _is_near(day: date, approved: date) -> bool:
    return abs((day - approved).days) <= 1


def _within(approved: date, papers: Papers) -> int | None:
    """The row with the day of approval in the headers of a message that is forwarded or quoted; None where there is none."""
    for i, row in enumerate(papers.rows[1:_MAX_ROWS], 1):
        if _SENT.match(row.text) and any(_is_near(day, approved) for one in dates(row.text) for day in one.days):
            return i
    return None


def _milestone(claim: SignoffClaim, papers: Papers) -> Verdict:
    subjects = _Subjects(claim)
    rows = [row.text for row in papers.rows[:_MAX_ROWS]]
    done = [_done(text) for text in rows]
    own = _own(subjects, done)
    if own is not None:
        confirmed = Verdict("signoff", claim.milestone, "milestone", claim.milestone, "confirmed", claim.milestone)
        return seen(papers, own, confirmed)
    own = _own(subjects, rows)
    if own is not None:
        return seen(
            papers, own, Verdict("signoff", claim.milestone, "milestone", claim.milestone, "elsewhere", claim.milestone)
        )
    for i, text in enumerate(done):
        named = subjects.other(text, *done[i + 1 : i + 3])
        if named is not None:
            return seen(papers, i, Verdict("signoff", claim.milestone, "milestone", claim.milestone, "differs", named))
    return Verdict("signoff", claim.milestone, "milestone", claim.milestone, "not_found")


def _own(subjects: _Subjects, rows: list[str]) -> int | None:
    """The first of the rows that names the milestone; None where none does."""
    for i, text in enumerate(rows):
        behind = rows[i + 1 : i + 3]
        if subjects.is_own(text, *behind):
            return i + 1 if behind and subjects.is_own(*behind) and not subjects.is_own(text) else i
    return None


def _done(text: str) -> str:
    """A row without the clauses that speak of work that comes next."""
    return (
        " ".join(clause for clause in _CLAUSE.split(text) if not _NEXT.search(clause)) if _NEXT.search(text) else text
    )


class _Subjects:
    """The project's milestones, and how a text may name them."""

    def __init__(self, claim: SignoffClaim) -> None:
        self.own = claim.milestone
        self.names = {one.id: _telling(one.name) for one in claim.milestones}
        self.numbers = {one.id: _number(one, i) for i, one in enumerate(claim.milestones, claim.above)}
        self.phrases = {one.id: names.phrase(names.without_number(one.name)) for one in claim.milestones}
        self.longer = names.longer(self.phrases.values())
        self.ids = {one.id: _identifier(one.id) for one in claim.milestones}

    def is_own(self, text: str, *behind: str) -> bool:
        """Whether a row names the milestone: by its id, its number, or its name, which may go on in the row behind."""
        if _names_id(self.ids[self.own], text):
            return True
        number, numbers = self.numbers[self.own], set(names.labels(text))
        if number in numbers or (number in names.counted(text) and self.other(text, *behind) is None):
            return True
        found = frozenset(names.words(" ".join((text, *behind[:1]))))
        if names.overlap(self.names[self.own], found, {}) < (1 if numbers else _OWN_NAME):
            return False
        return not self._is_part(self.own, text, *behind)

    def other(self, text: str, *behind: str) -> str | None:
        """The id of another milestone that a row names, or the label of one that is not recorded."""
        if self.numbers[self.own] in names.labels(text, unsure=True):
            return None
        for identifier, pattern in self.ids.items():
            if identifier != self.own and _names_id(pattern, text):
                return identifier
        for number in names.labels(text):
            return next((one for one, known in self.numbers.items() if known == number), f"milestone {number}")
        found = frozenset(names.words(text))
        for identifier, name in self.names.items():
            named = identifier != self.own and names.overlap(name, found, {}) >= _OTHER_NAME
            if named and not self._is_part(identifier, text, *behind):
                return identifier
        return None

    def _is_part(self, identifier: str, *rows: str) -> bool:
        """Whether rows have a milestone's name only as a part of another's."""
        phrase = self.phrases[identifier]
        return names.is_part(phrase, self.longer[phrase], names.phrase(" ".join(rows)))


def _number(milestone: MilestoneClaim, index: int) -> int:
    """The number by which a sign-off calls a milestone; its id outranks a number inside its name."""
    number = names.id_number(milestone.id)
    return names.own_number(milestone.id, milestone.name, index) if number is None else number


def _telling(name: str) -> tuple[str, ...]:
    """The words of a name; none where it is a mere number."""
    words = names.name_words(name)
    return words if any(map(names.has_letter, words)) else ()


def _identifier(identifier: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w-])(?:(?-i:{re.escape(identifier)})|(?<!\d\s){re.escape(characters.seen(identifier))})(?![\w-])",
        re.IGNORECASE,
    )


def _names_id(pattern: re.Pattern[str], text: str) -> bool:
    """Whether an id stands in a text, as it is or as ids compare; a dash of a range is no hyphen of an id, "40 m2" no M2."""
    return bool(pattern.search(text) or (not text.isascii() and pattern.search(characters.seen(text))))
