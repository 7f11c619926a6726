"""The milestones that an agreement's payment schedule lists: a proposal with its reasons, to look over."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mtrack import money
from mtrack.verify import details, doubts, instalments, names, places, shares, taxes, total_names
from mtrack.verify.amounts import Writing, amounts
from mtrack.verify.currencies import fits, named_in
from mtrack.verify.dates import dates
from mtrack.verify.match import shape
from mtrack.verify.protocol import Item, Proposal
from mtrack.verify.spots import MONEY_COLUMN, TOO_MANY, TOTAL, Spot, find_spots

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator
    from decimal import Decimal

    from mtrack.verify.documents.document import Row
    from mtrack.verify.papers import Papers

_NAME_COLUMN = re.compile(
    r"milestone|deliverable|phase|stage|payment|instal|task|work\s?package|description|item|service|activity|trigger|when"
    r"|meilenstein|leistung|position|bezeichnung|étape|jalon|prestation|libellé|désignation|hito|entregable|fase|concepto"
    r"|omschrijving|mijlpaal|milstolpe|beskrivning|name|titel|title|項目|内容|マイルストーン",
    re.IGNORECASE,
)
_BEST_COLUMN = re.compile(
    r"milestone|name|deliverable|title|phase|meilenstein|jalon|hito|mijlpaal|マイルストーン", re.IGNORECASE
)
_SCHEDULE = re.compile(
    r"milestone|meilenstein|jalon|hito|mijlpaal|milstolpe|phase|deliverable|payment schedule|zahlungsplan",
    re.IGNORECASE,
)
_OVERALL = re.compile(r"\btotal|overall", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r"(?i)(?:total|cost|costs|budget|funding|payout|price|amount|fee|payment|estimated|milestone|requested|of"
    rf"|{'|'.join(name.replace(' ', '.') for name in total_names.NET)}|:|\W|\d)+"
)
_TAX_NAME = re.compile(rf"\b(?:{taxes.NAMES})(?!\w)", re.IGNORECASE)
_BEFORE_BRACKET = re.compile(r"\s*[:;,]\s+\(")
_FROM_AMOUNT = re.compile(r"(?<=\w)\s*[,;]\s*[,;].*")
"""All from the gap on that an amount left between two commas."""
_CLOSED = re.compile(r"[\s(]*[~@=]?\s*$")
_MAX_TRIMMED = 1000
_WITH_TAX = re.compile(rf"\b(?:{taxes.NAMES}|gross|brutto|ttc|bruto)(?!\w)|incl", re.IGNORECASE)
"""Words in the heading of a column whose amounts are tax, or hold it."""
_SHARE = re.compile(r"\((?:[\d.,\s]{1,12}%)?\s?\)")
_AROUND = " .:;,–—-|=~"
_NUMBER_AT_START = re.compile(r"^\s*(?:\d{1,2}[.):]\s*|\([a-zA-Z]\)\s*|[a-zA-Z]\)\s+|[•●▪◦*–-]\s*)+")
_CODE = re.compile(r"\W*(?:[^\W\d_]{1,3}[-. ]?\d{1,3}(?:\.\d{1,2})?|[^\W\d_]|[IVX]{1,4})\W*")
_TIME = re.compile(
    r"\W*(?:(?:week|month|day|woche|monat|tag|semaine|mois|jour|semana|mes|día|hour|kw|cw|q)\w*\W*)?\d{1,3}(?:\s*[-–]\s*\d{1,3})?\W*"
    r"(?:weeks?|months?|days?|hours?|hrs?|h|d|w|wochen?|monate?|tage?n?|stunden?|std|semaines?|mois|jours?|semanas?|meses|días?)?\W*(?:\d{4})?\W*",
    re.IGNORECASE,
)
_POSITION = re.compile(r"0*(?P<n>\d{1,3})\s+(?=[^\W\d_])")
_MIN_POSITIONS = 3
_NET_AT_END = re.compile(r"\s[-–—:,(]\s*(?:net|netto?|neto)\W*$", re.IGNORECASE)
_LABEL_ALONE = 0.15
"""What a cell that is a label alone, as "Phase 1", ranks less: the cell beside it comes first where it may be a name."""
_MAX_NAME = 118
_HEADER_REACH = 40
"""Rows below the headings of columns that are in no table."""
_MAX_ROW = 110
_RUN = 4
"""Rows that may stand between two amounts of one list."""
_MANY = 30
_SHARES = 1.0
"""The score of percentages and of sentences: a list of amounts that adds up comes first."""


class _Candidate(NamedTuple):
    """A group of amounts that may be the schedule, with what speaks for it."""

    score: float
    kind: str
    spots: list[Spot]
    total: Decimal | None
    adds_up: bool
    names: tuple[str, ...] = ()
    """The names, where they are not those of the rows."""


def propose(papers: Papers, currency: str = "") -> Proposal:
    """The schedule with the best score, of those in the `currency` that is wanted; without items where there is none."""
    reader = _Reader(papers, currency)
    candidates = list(reader.candidates())
    best = max(candidates, key=lambda candidate: (reader.is_wanted(candidate), candidate.score), default=None)
    signed, terms = details.stated(papers)
    if best is None or best.score <= 0:
        return Proposal(signed=signed, terms=terms)
    rows = papers.rows
    times = Counter(cell for spot in best.spots for cell in enumerate(rows[spot.row].cells))
    called = best.names or _without_positions([reader.name(spot, best.kind, times) for spot in best.spots])
    items = tuple(
        Item(name, spot.amount.values[0], rows[spot.row].page, rows[spot.row].number)
        for name, spot in zip(called, best.spots, strict=True)
    )
    doubt, choice = reader.doubt(best, candidates)
    return Proposal(items, best.total, reader.currency(best.spots), best.adds_up, signed, terms, doubt, choice)


class _Reader:
    """The amounts of an agreement, in the groups that a schedule may be written in."""

    def __init__(self, papers: Papers, wanted: str) -> None:
        self.papers, self.wanted = papers, wanted
        spots, self.has_more = find_spots(papers, wanted)
        self.percentages = [spot for spot in spots if spot.amount.percent]
        self.all = [spot for spot in spots if not spot.amount.percent]
        found = self.money = [spot for spot in self.all if spot.is_money and not places.is_tax(spot)]
        net = {spot.row for spot in found if spot.column and not _holds_tax(spot)}
        found = [spot for spot in found if spot.row not in net or not _holds_tax(spot)]
        rows = {spot.row for spot in found if wanted and wanted in spot.amount.currencies}
        found = [spot for spot in found if spot.row not in rows or fits(spot.amount.currencies, wanted)]
        self.rows_with_amounts = {spot.row for spot in self.all}
        self.taxes = [spot.amount.values[0] for spot in self.all if places.is_tax(spot)]
        self.taxed, self.gross = _taxed(spot for spot in self.all if spot.is_money)
        self.spots = [
            spot
            for spot in found
            if spot.amount.value >= 0 and places.is_amount(spot) and not places.is_rate(papers, spot)
        ]
        self.beside = {spot.index for spot in self.spots if places.is_beside(spot)}
        self.totals = [spot for spot in self.spots if spot.is_total and (spot.label is None or spot.table is not None)]

    def candidates(self) -> Iterator[_Candidate]:
        """Every group of amounts that may be the schedule."""
        for kind, group in self._groups():
            alone = [spot for spot in group if spot.index not in self.beside]
            for spots in (alone, group) if 0 < len(alone) < len(group) else (group,):
                candidate = self._judge(kind, spots)
                if candidate is not None:
                    yield candidate
        yield from self._of_shares()
        for found in instalments.schedules(self.papers, self.money, self.percentages, self._net_total()):
            kind = "shares" if found.of_shares else "sentence"
            yield _Candidate(_SHARES, kind, found.spots, found.total, adds_up=True, names=found.names)

    def is_wanted(self, candidate: _Candidate) -> bool:
        """Whether a candidate adds up, and is in the currency that is wanted."""
        return candidate.adds_up and all(fits(spot.amount.currencies, self.wanted) for spot in candidate.spots)

    def doubt(self, best: _Candidate, candidates: list[_Candidate]) -> tuple[str, tuple[str, ...]]:
        """Why the best candidate is not to be taken, and the currencies to choose from; "" and none where it may be."""
        if self.papers.cut is not None or self.has_more:
            _, reason = self.papers.cut or ("", TOO_MANY)
            return reason, ()
        mixed = doubts.in_other_currencies(self.papers, best.spots)
        code = self.currency(best.spots)
        if mixed or (self.wanted and code and not fits((code,), self.wanted)):
            return mixed or f"is in {code}, and the project in {self.wanted}", ()
        listed = _listed(best)
        if best.adds_up:
            columns, choice = doubts.other_columns(self.papers, listed, self.spots)
            found = (
                columns
                or doubts.between_lines(self.papers, listed)
                or doubts.other_list(self.papers, listed, map(_listed, candidates), self.totals)
                or doubts.other_shares(
                    self.papers, listed, [_listed(one) for one in candidates if one.kind == "shares"]
                )
                or doubts.other_total(self.papers, listed, self._totals_of(best), self.spots, self.taxes)
                or doubts.other_amount(self.papers, listed, self._named())
                or doubts.options(self.papers)
                or doubts.deduction(self.papers, listed, self.all)
            )
            if found:
                return found, choice
        return doubts.with_tax(self.papers, listed, self.totals, self.all), ()

    def _named(self) -> Iterator[tuple[str, Spot]]:
        """The amounts that have a name in their own row, with it."""
        for spot in self.spots:
            name = _trimmed(spot.rest)
            if not spot.is_total and len(spot.rest) < _MAX_ROW and not _NOT_A_NAME.fullmatch(name):
                yield name, spot

    def _totals_of(self, candidate: _Candidate) -> list[Spot]:
        """The totals that may be in the currency of a candidate."""
        return [spot for spot in self.totals if _is_comparable(spot, candidate.spots)]

    def _groups(self) -> Iterator[tuple[str, list[Spot]]]:
        text = [spot for spot in self.spots if spot.table is None and any(spot.block[0])]
        yield from _grouped(
            "table", (((spot.table, spot.column), spot.row, spot) for spot in self.spots if spot.table is not None)
        )
        yield from _grouped("heading", (((of, spot.block), spot.block, spot) for spot in text if (of := shape(spot))))
        of_sections = [(self.papers.rows[spot.row].heading, spot) for spot in text if not spot.is_total]
        yield from _grouped("headings", ((level, spot.row, spot) for level, spot in of_sections if level))
        yield from _grouped("shape", ((of, spot.block, spot) for spot in text if (of := shape(spot))))
        labelled = [spot for spot in self.spots if spot.label is not None and not spot.is_total]
        yield from _grouped("label", ((spot.table, spot.label, spot) for spot in labelled))
        alone = [spot for spot in text if not spot.is_total and not names.words(re.sub(r"\d+", " ", spot.rest))]
        yield from _grouped("alone", ((None, spot.block, spot) for spot in alone))
        yield from self._runs(self.spots)
        columns: dict[str, list[Spot]] = {}
        for spot in self.spots:
            if spot.table is None and spot.column:
                columns.setdefault(spot.column, []).append(spot)
        for column in columns.values():
            yield from self._runs(column)

    def _runs(self, spots: list[Spot]) -> Iterator[tuple[str, list[Spot]]]:
        """Rows one under the other, each with an amount: all of them, and those between two totals."""
        runs: list[list[list[Spot]]] = [[[]]]
        last = None
        for spot in spots:
            row = self.papers.rows[spot.row]
            is_text = len(row.cells) == 1 and len(row.text) >= _MAX_ROW and not places.ITEM.match(row.text)
            if spot.table is not None or spot.row == last or is_text:
                continue
            if spot.is_total:
                runs[-1].append([])
                continue
            if last is not None and spot.row - last > _RUN:
                runs.append([[]])
            runs[-1][-1].append(spot)
            last = spot.row
        for run in runs:
            parts = [part for part in run if part]
            yield from (("rows", part) for part in parts if 1 < len(parts) <= _MANY)
            if parts:
                yield "rows", [spot for part in parts for spot in part]

    def _of_shares(self) -> Iterator[_Candidate]:
        """The lists of percentages, each as the amounts that it comes to of the total that is stated."""
        total = self._net_total()
        if total is None:
            return
        for run in shares.lists(self.papers, self.percentages, self.rows_with_amounts):
            found = shares.of_total(run, total)
            if found is not None:
                yield _Candidate(_SHARES, "shares", found, total.amount.values[0], adds_up=True)

    def _net_total(self) -> Spot | None:
        """The total, or the only amount, that is stated; one that holds the tax of another, a penalty or an extra aside. None where there are several."""
        found = self.totals or [spot for spot in self.spots if spot.index not in self.beside]
        stated = {spot.amount.values[0]: spot for spot in reversed(found)}
        gross = {money.plus(value, tax) for value in stated for tax in self.taxes}
        net = [spot for value, spot in stated.items() if value not in gross]
        return net[0] if len(net) == 1 else None

    def _judge(self, kind: str, group: list[Spot]) -> _Candidate | None:
        group = [spot for spot in group if spot.index not in self.gross and (not spot.is_total or _is_part(spot, kind))]
        values = [spot.amount.values[0] for spot in group]
        may_sum = len(values) > 2 and not _stands_apart(money.total(values), group, self.totals)  # noqa: PLR2004  (a sum has two parts)
        ends_with_sum = may_sum and values[-1] == money.total(values[:-1]) and self._is_sum(group[-1], group[:-1], kind)
        begins_with_sum = may_sum and values[0] == money.total(values[1:]) and self._is_sum(group[0], group[1:], kind)
        if ends_with_sum or begins_with_sum:
            group = group[:-1] if ends_with_sum else group[1:]
        if not any(spot.amount.values[0] for spot in group) or (kind == "table" and self._is_breakdown(group)):
            return None
        total = money.total(spot.amount.values[0] for spot in group)
        gross = {money.plus(total, tax) for tax in self.taxes}
        totals = [spot for spot in self.totals if _is_comparable(spot, group)]
        largest = max((value for spot in totals if (value := spot.amount.values[0]) not in gross), default=money.ZERO)
        stated = _stands_apart(total, group, totals) and largest <= total
        stated = stated and (len(group) > 1 or group[0].label is not None)
        somewhere = ends_with_sum or begins_with_sum or self._is_stated(total, group)
        score = min(len(group), 6) * 0.3 + (5 if stated else 3.5 if somewhere else 0) + self._looks(kind, group)
        named = self.totals[0].amount.values[0] if self.totals else None
        return _Candidate(score, kind, group, total if stated or somewhere else named, stated or somewhere)

    def _is_sum(self, spot: Spot, others: list[Spot], kind: str) -> bool:
        """Whether a row that comes to all the others is their total, and not one more of them."""
        return not self._is_milestone(spot, kind) or places.is_sentence_of_sum(self.papers, spot, others)

    def _is_milestone(self, spot: Spot, kind: str) -> bool:
        """Whether a row that comes to all the others is one more of them: half of a schedule is due in its last row."""
        if spot.index in self.taxed:
            return False
        if spot.label is not None:
            return True
        name = _TAX_NAME.sub(" ", self.name(spot, kind, Counter()))
        return not spot.is_total and bool(re.search(r"[^\W\d]", name)) and not _NOT_A_NAME.fullmatch(name)

    def _is_stated(self, total: Decimal, group: list[Spot]) -> bool:
        """Whether an amount outside a group is its sum, and not by coincidence, which is likely with two amounts."""
        if len(group) == 1 or (len(group) == 2 and [spot.label for spot in group] != [1, 2]):  # noqa: PLR2004
            return False
        return _stands_apart(total, group, self.spots)

    def _is_breakdown(self, group: list[Spot]) -> bool:
        """Whether a table splits its amounts by something else in three columns or more."""
        rows = {spot.row for spot in group}
        beside = sum(1 for spot in self.all if spot.row in rows and not _holds_tax(spot))
        return beside >= 3 * len(rows)

    def _looks(self, kind: str, group: list[Spot]) -> float:
        """The points for or against a group, by the words and numbers around."""
        numbers = [spot.label for spot in group if spot.label is not None]
        first = group[0]
        header = self.papers.rows[first.row].header
        return sum((
            2.0 if numbers and numbers == list(range(1, len(group) + 1)) else 0,
            -1.5 if len(set(numbers)) < len(numbers) else 0,
            1.0 if kind == "headings" else 0,
            1.5 if kind == "table" and any(map(_NAME_COLUMN.search, header)) else 0,
            1.0 if kind == "table" and MONEY_COLUMN.search(first.column) else 0,
            1.5 if any(_SCHEDULE.search(f"{spot.heading} {spot.rest}") for spot in group) else 0,
            -1.0 if len(group) == 1 else 0,
            -3.0 if len(group) > _MANY else 0,
            -0.5 * sum(1 for spot in group if spot.index in self.beside),
        ))  # fmt: skip

    def currency(self, group: list[Spot]) -> str | None:
        """The currency that the amounts and their totals have, else most of the paper's; of several dollars the one that the paper names or is wanted."""
        named = named_in(row.text for row in self.papers.rows)
        marks = [spot.amount.currencies for spot in group if spot.amount.currencies]
        if len(named) == 1 and all(named.issubset(codes) for codes in marks):
            return named.pop()
        for spots in ([*group, *(spot for spot in self.totals if _is_comparable(spot, group))], self.spots):
            found = Counter(spot.amount.currencies[0] for spot in spots if spot.amount.currencies)
            if found:
                return doubts.common_currency(spots, self.wanted) or found.most_common(1)[0][0]
        return None

    def _header(self, spot: Spot) -> tuple[str, ...]:
        """The headings above the cells of a row that is in no table: a row of as many cells, and without amounts."""
        rows = self.papers.rows
        with_amounts = self.rows_with_amounts
        for i in range(spot.row - 1, max(-1, spot.row - _HEADER_REACH - 1), -1):
            cells = rows[i].cells
            if (
                i not in with_amounts
                and len(cells) == len(rows[spot.row].cells)
                and any(map(MONEY_COLUMN.search, cells))
            ):
                return cells
        return ()

    def name(self, spot: Spot, kind: str, times: Counter[tuple[int, str]]) -> str:
        """The name of a proposed milestone: its cell, of which `times` counts those in its group, its row, or the heading above."""
        row = self.papers.rows[spot.row]
        if len(row.cells) > 1:
            cell = _best_cell(row, row.header or self._header(spot), spot, times)
            if cell:
                return _trimmed(cell)
        own = _trimmed(spot.rest)
        if kind in {"headings", "label", "rows", "table", "shares"} and own and not _NOT_A_NAME.fullmatch(own):
            return own
        above = self.papers.rows[spot.above].text if spot.above >= 0 else ""
        if above and not _trimmed(above):
            above = spot.heading.rsplit(" / ", 1)[-1]
        return _trimmed(above or spot.heading.rsplit(" / ", 1)[-1]) or own or f"Milestone {spot.label or ''}".strip()


def _listed(candidate: _Candidate) -> doubts.Listed:
    return doubts.Listed(candidate.spots, money.total(spot.amount.values[0] for spot in candidate.spots))


def _taxed(spots: Iterable[Spot]) -> tuple[set[int], set[int]]:
    """The indexes of the amounts on which tax follows and then both together, and of those sums."""
    net: set[int] = set()
    gross: set[int] = set()
    before, tax = None, money.ZERO
    for spot in spots:
        if places.is_tax(spot):
            tax = money.plus(tax, spot.amount.value)
            continue
        if before is not None and tax and spot.amount.reads(money.plus(before.amount.value, tax)):
            net.add(before.index)
            gross.add(spot.index)
        before, tax = spot, money.ZERO
    return net, gross


def _stands_apart(total: Decimal, group: list[Spot], spots: list[Spot]) -> bool:
    """Whether one of the spots, in a row of its own, is the sum of a group."""
    rows = {spot.row for spot in group}
    return any(spot.amount.reads(total) and spot.row not in rows for spot in spots)


def _is_comparable(total: Spot, group: list[Spot]) -> bool:
    """Whether a total may be in the currency of a group."""
    codes = doubts.common_currencies(group)
    return not codes or any(fits(total.amount.currencies, code) for code in codes)


def _grouped(kind: str, items: Iterable[tuple[Hashable, Hashable, Spot]]) -> Iterator[tuple[str, list[Spot]]]:
    """Groups by the first key; of each second key the first spot."""
    groups: dict[Hashable, dict[Hashable, Spot]] = {}
    for group, one, spot in items:
        groups.setdefault(group, {}).setdefault(one, spot)
    return ((kind, list(group.values())) for group in groups.values())


def _holds_tax(spot: Spot) -> bool:
    """Whether its column is of tax, or of amounts with it."""
    return bool(_WITH_TAX.search(spot.column[:_MAX_ROW]))


def _is_part(spot: Spot, kind: str) -> bool:
    """Whether an amount beside a word such as "budget" is still that of one milestone."""
    return spot.label is not None or (kind == "shape" and not _OVERALL.search(spot.rest))


def _without_positions(called: list[str]) -> list[str]:
    """The names without the position before each, where they count 1, 2, 3 or 10, 20, 30; other numbers are how many there are."""
    found = [_POSITION.match(name) for name in called]
    numbers = [int(match["n"]) for match in found if match]
    counted = (list(range(step, step * (len(called) + 1), step)) for step in (1, 10))
    if len(called) < _MIN_POSITIONS or numbers not in counted:
        return called
    return [name[match.end() :] for name, match in zip(called, found, strict=True) if match]


def _best_cell(row: Row, header: tuple[str, ...], spot: Spot, times: Counter[tuple[int, str]]) -> str:
    """The cell of a row that names what is paid; "" where there is none. `times` counts the cells of all rows of its list.

    One that several rows have is a condition or a status.
    """
    ranked = [
        (_cell_rank(cell, header[place] if place < len(header) else "") - (times[place, cell] > 1) - 0.1 * place, cell)
        for place, cell in enumerate(row.cells)
        if spot.amount.raw not in cell and re.search(r"[^\W\d]", cell) and not TOTAL.fullmatch(cell)
    ]
    return max(ranked, default=(0, ""))[1]


def _cell_rank(cell: str, header: str) -> float:
    known = 2 if _BEST_COLUMN.search(header) else 1 if _NAME_COLUMN.search(header) else 0
    alone = _LABEL_ALONE if names.starts_with_label(cell) and names.without_label(cell) == cell else 0
    return known + (1 if _is_name(cell) else 0) - (1 if len(cell) > 160 else 0) - alone  # noqa: PLR2004


def _is_name(cell: str) -> bool:
    """Whether a cell may be a name: no number or code such as "M1", no day, no time such as "6 weeks", no amount."""
    if _CODE.fullmatch(cell) or _TIME.fullmatch(cell) or not re.search(r"[^\W\d]", _without_amounts_at_end(cell)):
        return False
    return len(cell) > _MAX_TRIMMED or not any(day.end - day.start >= len(cell.strip()) - 4 for day in dates(cell))


def _trimmed(text: str) -> str:
    """A name without the number before it and the amount behind it."""
    text = _SHARE.sub(" ", text).strip(_AROUND) or text
    text = _FROM_AMOUNT.sub("", _without_amounts_at_end(text) or text)
    text = _BEFORE_BRACKET.sub(" (", text)
    text = names.without_label(_NET_AT_END.sub("", text) or text)
    text = " ".join(_NUMBER_AT_START.sub("", text).split()).strip(_AROUND + "@")
    if text.count("(") != text.count(")"):
        text = text.strip(_AROUND + "@()")
    return text if len(text) <= _MAX_NAME else f"{text[: _MAX_NAME - 1].rstrip()}…"


def _without_amounts_at_end(text: str) -> str:
    """The text without the amounts of money at its end; days and versions stay."""
    if len(text) > _MAX_TRIMMED:
        return text
    days = [(day.start, day.end) for day in dates(text)]
    end = len(text)
    for amount in reversed(list(amounts(text, Writing((text,))))):
        in_day = any(start < amount.end and amount.start < stop for start, stop in days)
        if text[amount.end : end].strip(" \t)") or in_day or not (amount.marked or amount.shaped):
            break
        end = _CLOSED.search(text, 0, amount.start).start()  # type: ignore[union-attr]
    return text if end == len(text) else text[:end]
