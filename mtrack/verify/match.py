"""The fit of an amount in a paper to a recorded milestone, and the name of a place in a paper for messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from mtrack import money
from mtrack.verify import names, places
from mtrack.verify.currencies import fits
from mtrack.verify.papers import quote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from mtrack.record.verdict import Verdict
    from mtrack.verify.claims import AgreementClaim, MilestoneClaim
    from mtrack.verify.papers import Papers
    from mtrack.verify.spots import Spot

_HEADING, _AROUND, _ALL = 0.97, 0.92, 0.88
"""The weights of a name's words in the heading, in the rows around, or only in all together."""
_SAME_NUMBER, _NUMBER_BONUS, _OTHER_NUMBER = 0.75, 0.1, 0.6
_SURE_NAME = 0.95
_PLACES = 2
_MAX_TAXES = 20


class Matcher:
    """The amounts of the papers beside the recorded milestones."""

    def __init__(self, papers: Papers, claim: AgreementClaim, spots: list[Spot], *, any_currency: bool = False) -> None:
        self.papers, self.currency, self.any_currency = papers, claim.currency, any_currency
        self.claims = claim.milestones
        self.amounts = [spot for spot in spots if not spot.amount.percent]
        self.percentages = [spot for spot in spots if spot.amount.percent]
        self.totals = [spot for spot in self.amounts if _is_stated_total(spot)]
        self.taxes = [spot.amount.value for spot in self.amounts if places.is_tax(spot)][:_MAX_TAXES]
        self.names = {one.id: names.name_words(one.name) for one in claim.milestones}
        self.numbers = {one.id: names.own_number(one.id, one.name, i) for i, one in enumerate(claim.milestones)}
        self.weights = names.weights(self.names.values())
        self._phrases = {one.id: names.phrase(names.without_number(one.name)) for one in claim.milestones}
        self._longer = names.longer(self._phrases.values())
        self._by_value: dict[Decimal, list[Spot]] = {}
        for spot in self.amounts:
            for value in () if spot.amount.negative else spot.amount.values:
                self._by_value.setdefault(value, []).append(spot)
        self._scores: dict[tuple[str, int], float] = {}
        self._own_clauses = self._shared()

    def fits(self, spot: Spot) -> bool:
        """Whether an amount may be in the recorded currency."""
        return self.any_currency or fits(spot.amount.currencies, self.currency)

    def same(self, amount: Decimal) -> list[Spot]:
        """The spots of an amount in the papers."""
        return [spot for spot in self._by_value.get(amount, ()) if self.fits(spot)]

    def score(self, milestone: MilestoneClaim, spot: Spot) -> float:
        """The fit of the words and numbers around an amount to a milestone, from 0 to about 1.1."""
        key = (milestone.id, spot.index)
        if key not in self._scores:
            score = self._clause_score if spot.row in self._own_clauses else self._score
            self._scores[key] = score(milestone.id, spot)
        return self._scores[key]

    def _shared(self) -> set[int]:
        """The rows that several milestones share, each with a part and an amount of its own."""
        rows: dict[int, list[Spot]] = {}
        for spot in self.amounts:
            if spot.clause is not None:
                rows.setdefault(spot.row, []).append(spot)
        return {row for row, spots in rows.items() if self._is_shared(spots)}

    def _is_shared(self, spots: list[Spot]) -> bool:
        parts = {spot.clause: spot for spot in spots}
        named = [
            {part for part, spot in parts.items() if self._clause_score(one.id, spot) >= _SAME_NUMBER}
            for one in self.claims
        ]
        return len(set().union(*(of for of in named if len(of) == 1))) > 1

    def _clause_score(self, identifier: str, spot: Spot) -> float:
        """The fit of a milestone to the part of a row that is an amount's own."""
        clause = spot.clause or ""
        best = names.overlap(self.names[identifier], frozenset(names.words(clause)), self.weights)
        if self.names_longer(identifier, clause):
            best *= _OTHER_NUMBER
        label = names.label(clause)
        if label is None:
            return best
        return max(best, _SAME_NUMBER) + _NUMBER_BONUS if label == self.numbers[identifier] else best * _OTHER_NUMBER

    def own_score(self, milestone: MilestoneClaim, spot: Spot) -> float:
        """The fit of a milestone to an amount without the rows around, unless the amount's row has no words of its own."""
        alone = replace(spot, near=frozenset()) if any(map(names.has_letter, spot.own)) else spot
        return self.score(milestone, spot) if spot.row in self._own_clauses else self._score(milestone.id, alone)

    def _score(self, identifier: str, spot: Spot) -> float:
        name, number = self.names[identifier], self.numbers[identifier]
        own = names.overlap(name, spot.own, self.weights)
        head = names.overlap(name, spot.head, self.weights)
        best = max(own, _HEADING * head)
        if best < 1:
            around = spot.own | spot.near
            best = max(best, _AROUND * names.overlap(name, around, self.weights))
            best = max(best, _ALL * names.overlap(name, around | spot.head, self.weights))
        if self.names_longer(identifier, self.papers.rows[spot.row].text, spot.heading):
            best *= _OTHER_NUMBER
        if spot.label == number:
            best = max(best, _SAME_NUMBER) + _NUMBER_BONUS
        elif spot.label is not None and best < _SURE_NAME:
            best *= _OTHER_NUMBER
        if spot.is_total and spot.label != number and max(own, head) < _OTHER_NUMBER:
            best *= 0.5
        return best

    def is_named(self, milestone: MilestoneClaim, text: str) -> bool:
        """Whether a text has the words of a milestone's name."""
        said = names.overlap(self.names[milestone.id], frozenset(names.words(text)), self.weights)
        return said >= _SAME_NUMBER and not self.names_longer(milestone.id, text)

    def names_longer(self, identifier: str, *texts: str) -> bool:
        """Whether the first of the texts that has a milestone's name has it only as a part of another milestone's."""
        name = self._phrases[identifier]
        if not self._longer[name]:
            return False
        text = next((text for text in map(names.phrase, texts) if name in text), "")
        return names.is_part(name, self._longer[name], text)

    def order(self, one: str, other: str, spot: Spot) -> bool | None:
        """Whether the row of an amount names one milestone before another; None where it does not name both."""
        text = names.phrase(self.papers.rows[spot.row].text)
        first, second = text.find(self._phrases[one]), text.find(self._phrases[other])
        return None if min(first, second) < 0 else first < second

    def is_share(self, percent: Decimal, total: Decimal, amount: Decimal) -> bool:
        """Whether an amount is a percentage of a total, to the last digit."""
        return money.times(percent, total) == money.scaled(amount, 2)

    def sums_to(self, totals: Iterable[Decimal]) -> bool:
        """Whether the recorded milestones sum to one of the totals."""
        return money.total(milestone.amount for milestone in self.claims) in totals

    def money(self, amount: Decimal) -> str:
        """An amount as notes write it."""
        return money.display(amount, self.currency, _PLACES)


def _is_stated_total(spot: Spot) -> bool:
    """Whether it is a total that the papers state of all that is agreed."""
    return spot.is_total and spot.is_money and spot.label is None and places.is_amount(spot)


def shape(spot: Spot) -> tuple[str, ...]:
    """The words that stand with an amount, where they are a short label such as "Costs:"."""
    words = tuple(word for word in names.words(spot.rest) if names.has_letter(word))
    return words if len(words) in range(1, 5) else ()


def money_text(amount: Decimal) -> str:
    """An amount as verdicts hold it."""
    return money.plain(amount, _PLACES)


def at(papers: Papers, spot: Spot | None, verdict: Verdict) -> Verdict:
    """The verdict with the amount it rests on, in the reading that was recorded; one worked out comes to the recorded one."""
    if spot is None:
        return verdict
    row = papers.rows[spot.row]
    read = {money_text(value) for value in spot.amount.values if spot.amount.reads(value)}
    comes_to_it = verdict.verdict == "computed" or verdict.recorded in read
    return replace(
        verdict,
        found=verdict.recorded if comes_to_it else money_text(spot.amount.value),
        file=papers.files[spot.row],
        page=row.page,
        line=row.number,
        quote=quote(row.text, spot.amount.raw),
    )


def seen(papers: Papers, index: int, verdict: Verdict) -> Verdict:
    """The verdict with the row it rests on."""
    row = papers.rows[index]
    return replace(verdict, file=papers.files[index], page=row.page, line=row.number, quote=quote(row.text))
