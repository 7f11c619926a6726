"""The milestones, total, count, currency, day and terms of an agreement: what its papers say of each."""

from __future__ import annotations

from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.record.verdict import Verdict
from mtrack.verify import details, names, places
from mtrack.verify.currencies import fits
from mtrack.verify.equal_parts import divisions, is_part
from mtrack.verify.match import Matcher, at, money_text, seen, shape
from mtrack.verify.papers import limited
from mtrack.verify.spots import TOO_MANY, Spot, find_spots, named_for_all

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from decimal import Decimal

    from mtrack.record.verdict import Field, State
    from mtrack.verify.claims import AgreementClaim, MilestoneClaim
    from mtrack.verify.equal_parts import Division
    from mtrack.verify.papers import Papers

_NEAR = 0.75
"""The score from which an amount stands beside a milestone's name."""
_CERTAIN = 0.6
_CLEARLY = 0.1
_MAX_TOTALS = 20


class Found(Struct, frozen=True):
    """The result for one milestone: the verdict, the amount or the row it rests on, and how it was worked out."""

    state: State
    spot: Spot | None = None
    note: str = ""
    reserved: bool = False
    row: int | None = None


def check_agreement(claim: AgreementClaim, papers: Papers) -> list[Verdict]:
    """One verdict for each milestone and each detail of the agreement that is recorded, and each row nobody recorded."""
    spots, more = find_spots(papers, claim.currency)
    cut = papers.cut
    if more and cut is None:
        cut = papers.files[spots[-1].row], TOO_MANY
    other = _other_currency(claim, spots)
    matcher = Matcher(papers, claim, spots, any_currency=other is not None)
    found = _Milestones(matcher, claim).found()
    verdicts = [_milestone(papers, milestone, found[milestone.id], matcher) for milestone in claim.milestones]
    if claim.totals:
        verdicts.append(_total(claim, matcher, found))
    verdicts.append(_currency(claim, papers, spots, other))
    unrecorded = list(_unrecorded(matcher, claim, found))
    verdicts += [_extra(papers, spot) for spot in unrecorded]
    verdicts += details.check(claim, papers, len(claim.milestones) + len(unrecorded))
    return limited(verdicts, cut)


def _other_currency(claim: AgreementClaim, spots: list[Spot]) -> Spot | None:
    """An amount in another currency, where the recorded amounts stand in the papers in other currencies alone."""
    recorded = {milestone.amount for milestone in claim.milestones} | set(claim.totals)
    marked = [spot for spot in spots if spot.amount.marked and recorded.intersection(spot.amount.values)]
    rows = {spot.row for spot in marked}
    beside = (spot for spot in spots if spot.row in rows and spot.amount.marked)
    if not marked or any(fits(spot.amount.currencies, claim.currency) for spot in beside):
        return None
    return marked[0]


class _Milestones:
    """Finds the amount of every milestone; a place in a paper serves one milestone."""

    def __init__(self, matcher: Matcher, claim: AgreementClaim) -> None:
        self.matcher, self.papers = matcher, matcher.papers
        self.claims = claim.milestones
        self.changes = tuple(money.minus(after, before) for before, after in pairwise(claim.totals))
        self.wholes = tuple(dict.fromkeys((*claim.totals, *_stated_totals(matcher))))
        self.divisions = divisions(matcher.papers, matcher.amounts)
        self.tax_rate = claim.tax_rate
        self.rests = list(places.rests(matcher.papers))
        self._by_id = {one.id: one for one in self.claims}
        self._of_row = {(spot.row, value): spot for spot in matcher.amounts for value in spot.amount.values}

    def found(self) -> dict[str, Found]:
        """The result for each milestone, by its id."""
        assigned = self._assign()
        result: dict[str, Found] = {}
        for milestone in self.claims:
            have = assigned.get(milestone.id)
            if have is not None and have.state == "confirmed":
                result[milestone.id] = (
                    replace(have, state="elsewhere") if self._is_replaced(milestone, have.spot) else have
                )
                continue
            computed = self._computed(milestone, have)
            result[milestone.id] = computed or self._contradicted(milestone, have) or have or self._missing(milestone)
        return result

    def _is_replaced(self, milestone: MilestoneClaim, spot: Spot | None) -> bool:
        """Whether a later paper than that of an amount has another one beside the milestone's name, and not that one."""
        files = self.papers.files
        if spot is None or files[spot.row] == files[-1]:
            return False
        later = [one for one in self._rivals(milestone) if one.row > spot.row and files[one.row] != files[spot.row]]
        return bool(later) and not any(one.amount.reads(milestone.amount) for one in later)

    def _assign(self) -> dict[str, Found]:
        """Each recorded amount to the place of that amount that fits the milestone's name best."""
        pairs = [
            (self.matcher.score(milestone, spot) + (0.05 if spot.sure else 0), -spot.index, milestone.id, spot)
            for milestone in self.claims
            for spot in self.matcher.same(milestone.amount)
        ]
        pairs.sort(key=lambda pair: pair[:3], reverse=True)
        result: dict[str, Found] = {}
        taken: set[int] = set()
        for score, _, identifier, spot in pairs:
            if identifier not in result and spot.index not in taken:
                near = self._fits_best(identifier, score - (0.05 if spot.sure else 0), spot)
                near = near and places.is_agreed(self.papers, spot) and not self._is_crossed(identifier, spot)
                result[identifier] = Found("confirmed" if near else "elsewhere", spot)
                taken.add(spot.index)
        return result

    def _fits_best(self, identifier: str, score: float, spot: Spot) -> bool:
        """Whether an amount stands beside a milestone's name, and beside no other's that fits clearly better."""
        others = (self.matcher.score(other, spot) for other in self.claims if other.id != identifier)
        return score >= _CERTAIN and max(others, default=0.0) - score <= _CLEARLY

    def _is_crossed(self, identifier: str, spot: Spot) -> bool:
        """Whether a row has two names and then their amounts, and these in the other order than the names."""
        score = self.matcher.score(self._by_id[identifier], spot)
        for other in self.claims:
            beside = self._of_row.get((spot.row, other.amount)) if other.id != identifier else None
            if beside is None or beside.amount.reads(self._by_id[identifier].amount):
                continue
            if abs(self.matcher.score(other, spot) - score) <= _CLEARLY:
                order = self.matcher.order(identifier, other.id, spot)
                if order is not None and order is not (spot.at < beside.at):
                    return True
        return False

    def _computed(self, milestone: MilestoneClaim, have: Found | None) -> Found | None:
        """A share of the total, one of several equal payments, or a sum where the amount stands nowhere for itself."""
        return (
            self._share(milestone)
            or self._repeated(milestone)
            or self._equal_part(milestone)
            or self._product(milestone)
            or self._net(milestone)
            or self._balance(milestone)
            or (self._sum(milestone) if have is None else None)
        )

    def _repeated(self, milestone: MilestoneClaim) -> Found | None:
        """One of several equal payments, where no row says more of the name and has another amount."""
        for spot in self.matcher.same(milestone.amount):
            if places.is_repeated(self.papers, spot) and not self._is_outdone(milestone, spot):
                return Found("computed", spot, "one of several equal payments")
        return None

    def _is_outdone(self, milestone: MilestoneClaim, spot: Spot) -> bool:
        """Whether another amount stands nearer to a milestone's name, and nowhere the recorded one."""
        rivals, score = self._rivals(milestone), self.matcher.score(milestone, spot)
        has_own = any(rival.amount.reads(milestone.amount) for rival in rivals)
        return not has_own and any(self.matcher.score(milestone, rival) > score for rival in rivals)

    def _equal_part(self, milestone: MilestoneClaim) -> Found | None:
        for division in self.divisions:
            for whole in self._divided(division):
                currency = self.matcher.currency
                parts = [one for one in self.claims if is_part(one.amount, whole, division.parts, currency)]
                if milestone in parts and len(parts) <= division.parts:
                    note = f"one of {division.parts} equal parts of {self.matcher.money(whole)}"
                    return Found("computed", None, note, row=division.row)
        return None

    def _divided(self, division: Division) -> Iterable[Decimal]:
        """The amounts that are divided: those of the sentence, else the totals."""
        beside = [value for spot in division.spots if self.matcher.fits(spot) for value in spot.amount.values]
        return beside or self.wholes

    def _share(self, milestone: MilestoneClaim) -> Found | None:
        for spot in self.matcher.percentages:
            for whole in self.wholes:
                if any(self.matcher.is_share(value, whole, milestone.amount) for value in spot.amount.values):
                    if self._fits_best(milestone.id, self.matcher.score(milestone, spot), spot):
                        return Found("computed", spot, f"{spot.amount.raw} of {self.matcher.money(whole)}")
                    break
        return None

    def _product(self, milestone: MilestoneClaim) -> Found | None:
        """A rate that stands beside the name, as often as the paper says: "80 h at EUR 125"."""
        for spot, numbers in self._rates:
            if self.matcher.score(milestone, spot) >= _NEAR:
                for number in numbers:
                    if any(money.times(number, rate) == milestone.amount for rate in spot.amount.values):
                        return Found("computed", spot, f"{money.plain(number, 0)} times {spot.amount.raw}")
        return None

    @cached_property
    def _rates(self) -> list[tuple[Spot, list[Decimal]]]:
        """The amounts that are paid several times, and how often."""
        counted = ((spot, list(places.quantities(self.papers, spot))) for spot in self.matcher.amounts)
        return [(spot, numbers) for spot, numbers in counted if numbers and self.matcher.fits(spot)]

    def _net(self, milestone: MilestoneClaim) -> Found | None:
        """The amount beside the name without the tax that its row says is within it."""
        for spot in self._gross:
            if self.matcher.score(milestone, spot) >= _NEAR:
                rate = places.is_net_of(self.papers, spot, milestone.amount, self.tax_rate)
                if rate is not None:
                    return Found("computed", spot, _net_words(spot, rate))
        return None

    @cached_property
    def _gross(self) -> list[Spot]:
        """The amounts with tax within."""
        amounts = self.matcher.amounts
        return [spot for spot in amounts if spot.is_money and self.matcher.fits(spot) and places.is_gross(spot)]

    def _balance(self, milestone: MilestoneClaim) -> Found | None:
        """The rest of a total, where a row with the name has no amount and speaks of the rest."""
        others = money.total(one.amount for one in self.claims if one.id != milestone.id)
        whole = money.plus(others, milestone.amount)
        if len(self.claims) < 2 or whole not in self.wholes:  # noqa: PLR2004  (what is alone is no rest)
            return None
        row = next((i for i, part in self.rests if self.matcher.is_named(milestone, part)), None)
        return None if row is None else Found("computed", None, f"the rest of {self.matcher.money(whole)}", row=row)

    def _sum(self, milestone: MilestoneClaim) -> Found | None:
        for spot in self.matcher.amounts:
            if spot.amount.marked and self.matcher.fits(spot) and self.matcher.score(milestone, spot) >= _NEAR:
                parts = places.parts(self.papers, self.matcher.amounts, spot, milestone.amount)
                if parts:
                    return Found("computed", spot, "the sum of " + " + ".join(part.amount.raw for part in parts[:6]))
        return None

    def _contradicted(self, milestone: MilestoneClaim, have: Found | None) -> Found | None:
        """Another amount in the milestone's own row, where no row of its name has the recorded one."""
        rivals = self._rivals(milestone)
        if not rivals or any(spot.amount.reads(milestone.amount) for spot in rivals):
            return None
        for spot in rivals:
            for change in self.changes:
                if spot.amount.reads(money.minus(milestone.amount, change)):
                    return self._amended(spot, change)
        tried = f"{self.matcher.money(milestone.amount)} stands there without the name" if have else ""
        return Found("differs", rivals[0], tried)

    def _rivals(self, milestone: MilestoneClaim) -> list[Spot]:
        """The amounts that a milestone's own rows say are agreed for it."""
        return [
            spot
            for spot in self._beside(milestone)
            if places.is_amount(spot) and places.is_listed(self.papers, spot) and places.is_agreed(self.papers, spot)
        ]

    def _amended(self, spot: Spot, change: Decimal) -> Found | None:
        """The amount of an older paper with the change that an amendment records, where a paper states that too."""
        if not self.matcher.same(abs(change)):
            return None
        return Found("computed", spot, f"{spot.amount.raw} and {self.matcher.money(change)} by an amendment")

    def _beside(self, milestone: MilestoneClaim) -> list[Spot]:
        """Amounts beside a milestone's name that fit no other milestone as well, the best first."""
        found = []
        for spot in self.matcher.amounts:
            if spot.is_money and self.matcher.fits(spot) and self._is_own(milestone, spot):
                score = self.matcher.score(milestone, spot)
                if (
                    score >= _NEAR
                    and all(
                        self.matcher.score(other, spot) < score for other in self.claims if other.id != milestone.id
                    )
                    and self.matcher.own_score(milestone, spot) >= _NEAR
                ):
                    found.append((-score, spot.index, spot))
        return [spot for _, _, spot in sorted(found)]

    def _is_own(self, milestone: MilestoneClaim, spot: Spot) -> bool:
        """Whether an amount is no total, or the total of the part that bears the milestone's name."""
        if not spot.is_total:
            return True
        name = self.matcher.names[milestone.id]
        return names.overlap(name, spot.head, self.matcher.weights) >= _NEAR

    def _missing(self, milestone: MilestoneClaim) -> Found:
        """The nearest there is: the amount for another milestone, in another currency, or what fits the name best."""
        shared = next(iter(self.matcher.same(milestone.amount)), None)
        if shared is not None:
            return Found("not_found", shared, "it stands there, and only for another milestone", reserved=True)
        other = next((spot for spot in self.matcher.amounts if spot.amount.reads(milestone.amount)), None)
        if other is not None:
            return Found("not_found", other, "it stands there in another currency")
        marked = [spot for spot in self.matcher.amounts if spot.amount.marked]
        best = max(marked, key=lambda spot: self.matcher.score(milestone, spot), default=None)
        return Found("not_found", best, "tried as it is, as a share of the total, as a sum and as an equal payment")


def _net_words(spot: Spot, rate: Decimal) -> str:
    return f"{spot.amount.raw} without {money.plain(rate, 0)} % tax"


def _milestone(papers: Papers, milestone: MilestoneClaim, found: Found, matcher: Matcher) -> Verdict:
    recorded = money_text(milestone.amount)
    if not milestone.amount:
        return _named(papers, milestone, matcher)
    verdict = Verdict(
        "milestone", milestone.id, "amount", recorded, found.state, note=found.note, reserved=found.reserved
    )
    if found.row is not None:
        return seen(papers, found.row, replace(verdict, found=recorded))
    return at(papers, found.spot, verdict)


def _named(papers: Papers, milestone: MilestoneClaim, matcher: Matcher) -> Verdict:
    """A milestone without an amount is looked up by its name."""
    name = matcher.names[milestone.id]
    for i, row in enumerate(papers.rows):
        said = names.overlap(name, frozenset(names.words(row.text)), matcher.weights) >= _NEAR
        if said and not matcher.names_longer(milestone.id, row.text):
            return seen(
                papers, i, Verdict("milestone", milestone.id, "name", milestone.name, "confirmed", milestone.name)
            )
    return Verdict("milestone", milestone.id, "name", milestone.name, "not_found")


def _stated_totals(matcher: Matcher) -> Iterator[Decimal]:
    """The totals that the papers state; where they name none, the largest amount."""
    money_spots = [spot for spot in matcher.amounts if spot.is_money and matcher.fits(spot)]
    named = [spot for spot in matcher.totals if matcher.fits(spot)]
    if not named and money_spots:
        named = [max(money_spots, key=lambda spot: spot.amount.values[0])]
    for spot in named[:_MAX_TOTALS]:
        yield spot.amount.values[0]


def _total(claim: AgreementClaim, matcher: Matcher, found: dict[str, Found]) -> Verdict:
    recorded = money_text(claim.totals[0])

    def verdict(state: State, spot: Spot | None, note: str = "") -> Verdict:
        return at(matcher.papers, spot, Verdict("agreement", None, "total", recorded, state, note=note))

    of_milestones = {one.spot.index for one in found.values() if one.spot is not None and one.state == "confirmed"}
    named = [spot for spot in matcher.totals if matcher.fits(spot) and places.is_agreed(matcher.papers, spot)]
    fitting = [spot for spot in matcher.amounts if matcher.fits(spot)]
    with_tax = {money.plus(one.amount.value, tax) for one in named for tax in matcher.taxes}
    with_tax.add(
        money.total(one.amount.value for one in fitting if one.is_money and places.is_gross(one) and not one.is_total)
    )
    named = [spot for spot in named if spot.amount.value not in with_tax]
    others = [spot for spot in fitting if spot.index not in of_milestones]
    states: tuple[tuple[list[Spot], State], ...] = ((named, "confirmed"), (others, "elsewhere"))
    for spots, state in states:
        for spot in spots:
            if any(spot.amount.reads(total) for total in claim.totals):
                return verdict("elsewhere" if _is_replaced(claim, matcher, spot, named) else state, spot)
    other = next((spot for spot in named if spot.index not in of_milestones), None)
    if other is not None:
        return verdict("differs", other)
    for spot in matcher.totals:
        rate = (
            places.is_net_of(matcher.papers, spot, claim.totals[0], claim.tax_rate)
            if places.is_gross(spot) and matcher.fits(spot)
            else None
        )
        if rate is not None:
            return verdict("computed", spot, _net_words(spot, rate))
    foreign = next((spot for spot in matcher.totals if not matcher.fits(spot)), None)
    if foreign is not None:
        return verdict("not_found", foreign, "the total is stated in another currency")
    if all(one.state in {"confirmed", "computed"} for one in found.values()) and matcher.sums_to(claim.totals):
        return verdict("computed", None, "the sum of the milestones")
    return verdict("not_found", next((spot for spot in fitting if spot.is_money), None))


def _is_replaced(claim: AgreementClaim, matcher: Matcher, spot: Spot, named: list[Spot]) -> bool:
    """Whether a later paper than that of a total states totals, and none that is recorded."""
    files = matcher.papers.files
    later = [other for other in named if other.row > spot.row and files[other.row] != files[spot.row]]
    return bool(later) and not any(other.amount.reads(total) for other in later for total in claim.totals)


def _currency(claim: AgreementClaim, papers: Papers, spots: list[Spot], other: Spot | None) -> Verdict:
    field: Field = "currency"
    if other is not None:
        verdict = Verdict("agreement", None, field, claim.currency, "differs", " or ".join(other.amount.currencies[:2]))
        return seen(papers, other.row, verdict)
    marked = [spot for spot in spots if spot.amount.marked and fits(spot.amount.currencies, claim.currency)]
    spot = min(marked, key=lambda spot: len(spot.amount.currencies), default=None)
    if spot is not None:
        said = _named_currency(claim, papers) if len(spot.amount.currencies) > 1 else None
        if said is not None and said.verdict == "differs" and said.found in spot.amount.currencies:
            return said  # a sentence says which dollars "$" are
        return seen(papers, spot.row, Verdict("agreement", None, field, claim.currency, "confirmed", claim.currency))
    return _named_currency(claim, papers)


def _named_currency(claim: AgreementClaim, papers: Papers) -> Verdict:
    """The verdict on a currency that a sentence or a heading names for amounts without a mark: not found where several are named."""
    rows = named_for_all(papers.rows, claim.currency)
    if len(rows) != 1:
        return Verdict("agreement", None, "currency", claim.currency, "not_found")
    [(code, row)] = rows.items()
    state: State = "confirmed" if code == claim.currency else "differs"
    return seen(papers, row, Verdict("agreement", None, "currency", claim.currency, state, code))


def _extra(papers: Papers, spot: Spot) -> Verdict:
    return at(papers, spot, Verdict("agreement", None, "amount", None, "not_found"))


def _unrecorded(matcher: Matcher, claim: AgreementClaim, found: dict[str, Found]) -> Iterator[Spot]:
    """Rows of the payment schedule that no milestone is recorded for."""
    used = [
        one.spot for one in found.values() if one.spot is not None and one.state in {"confirmed", "differs", "computed"}
    ]
    schedule = _Schedule(matcher, used, set(matcher.numbers.values()))
    seen_keys = set()
    for spot in matcher.amounts:
        if (
            spot.row in schedule.rows
            or spot.is_total
            or places.is_tax(spot)
            or places.is_optional(spot)
            or places.is_beside(spot)
            or not spot.is_money
            or not matcher.fits(spot)
        ):
            continue
        if not spot.amount.values[0] or any(spot.amount.reads(total) for total in claim.totals):
            continue
        key = schedule.key(spot)
        if key is not None and key not in seen_keys:
            seen_keys.add(key)
            yield spot


class _Schedule:
    """The shape of a payment schedule, as the rows of recorded milestones show it."""

    def __init__(self, matcher: Matcher, used: list[Spot], numbers: set[int]) -> None:
        self.matcher = matcher
        self.numbers = numbers
        self.rows = {spot.row for spot in used}
        self.columns = {(spot.table, spot.column) for spot in used if spot.table is not None}
        self.labelled = any(spot.label is not None for spot in used)
        self.shapes = {of for spot in used if spot.heading and spot.table is None and (of := shape(spot))}
        self.headings = {spot.heading for spot in used}

    def key(self, spot: Spot) -> tuple[str, object] | None:
        """The key of a row of the schedule; None where a spot is not in the schedule."""
        if spot.table is not None:
            if (spot.table, spot.column) in self.columns and not places.is_sum_above(self.matcher.amounts, spot):
                return "row", spot.row
            return None
        if spot.label is not None and self.labelled and spot.label not in self.numbers:
            return "label", spot.label
        if spot.heading and spot.heading not in self.headings and shape(spot) in self.shapes:
            return "heading", spot.heading
        return None
