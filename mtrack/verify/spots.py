"""The amounts in an agreement: each with the words of its row, of the rows around it and of the headings above."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from mtrack import money
from mtrack.verify import clauses, currencies, names, places, scales, taxes, total_names
from mtrack.verify.amounts import Amount, Writing, amounts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mtrack.verify.documents.document import Row
    from mtrack.verify.papers import Papers

MAX_SPOTS = 3_000
TOO_MANY = f"has more than {MAX_SPOTS:,} amounts, and only those are compared"
_MAX_OF_ROW = 40
_LABEL_REACH = 40
"""Rows below a label that still belong to it."""
_LABEL_LENGTH = 160
_SHORT = 100
_MAX_SUMMED = 300
"""Amounts above a total that it may sum."""
_MIN_PLAIN = 100
"""A bare number below this is an amount only where its column says so."""

_TOTALS = (*total_names.SUMS, *total_names.WHOLE, *total_names.CONTRACT)
_IN_WORDS = "|".join(name.replace(" ", r"\s+") for name in _TOTALS if name < "\u3000")
_WITHOUT_GAPS = "|".join(name for name in _TOTALS if name > "\u3000")
TOTAL = re.compile(
    rf"""\b(?:{_IN_WORDS}|sub-?total|gesamt\w*|not\s+to\s+exceed|maximum\s+fee|budget|licen[sc]e\s+fee\s+in\s+the\s+amount
    |fees?\s+for\s+the\s+project|sponsorship\s+fee|base\s+fee)\b|{_WITHOUT_GAPS}""",
    re.IGNORECASE | re.VERBOSE,
)
MONEY_COLUMN = re.compile(
    r"""amount|cost|price|payment|fees?\b|budget|fund|value|sum|total|betrag|preis|kosten|honorar|montant|prix|tarif|importe
    |precio|monto|importo|prezzo|bedrag|prijs|belopp|pris\b|beløb|kwota|wartość|\bcen[ay]\b|金額|価格|gr[ae]nt|payout|remuneration|rate|usd|eur
    |gbp|chf|sek|inr|jpy|dai|usdt|usdc|btc|\$|€|£|¥|₹""",
    re.IGNORECASE | re.VERBOSE,
)
_HEADS_MONEY = re.compile(
    rf"\b(?:{MONEY_COLUMN.pattern})|(?:{MONEY_COLUMN.pattern})\b|[(\[]{currencies.MARK}[)\]]",
    re.IGNORECASE | re.VERBOSE,
)
"""The same at the beginning or end of a word."""
_FIRST_CELL_NUMBER = re.compile(r"\s*#?(\d{1,2})\.?\s*")
_POSITION = re.compile(r"[A-Za-z]{0,2}[-.]?\d{1,3}(?:\.\d{1,2}){0,2}[.)]?")
"""The number of a row in a list: "1", "2.1", "P3"."""
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_UNIT_ALONE = re.compile(rf"[(\[]\s?(?:in\s)?{currencies.MARK}\s?[)\]]")
"""A currency that stands in brackets below a column's heading."""
_YEAR = re.compile(r"(?:19|20)\d\d")
_SENTENCE_END = re.compile(r"[.;]\s")
_PERCENTAGE = re.compile(r"\b\d[\d.,]{0,5}\s?%")


_PROSE, _MAX_HEADING = 60, 30
_ENDS = (".", ";", ":")


def _is_prose(row: Row) -> bool:
    """Whether a row is a line of a running text on a page."""
    return row.page is not None and row.table is None and len(row.cells) == 1 and len(row.text) >= _PROSE


class Mark(NamedTuple):
    """An amount of a row, before it is known what stands around: `sure` where it is money for certain, `at` its place in the row."""

    amount: Amount
    sure: bool
    column: str
    at: int


class Spot(Struct):
    """An amount in a paper. `own`, `near` and `head` are the words of its row, the rows around and the headings.

    `rest` is the row without the amount; `label` the milestone's number that row or heading gives, `row_label` that of
    the row alone; `above` the row of the label above, -1 without; `is_total` where the row speaks of a total; `column` its column's heading.
    `at` is its place in the row; `clause` the part of the row that is its own where others are in the row;
    `outdone` where it is no money for certain, and another amount of the row is.
    """

    index: int
    row: int
    amount: Amount
    rest: str
    own: frozenset[str]
    near: frozenset[str]
    head: frozenset[str]
    heading: str
    label: int | None
    row_label: int | None
    above: int
    is_total: bool
    column: str
    table: int | None
    sure: bool
    at: int
    clause: str | None
    outdone: bool

    @property
    def is_money(self) -> bool:
        """Whether it is money for certain."""
        return (self.sure or self.amount.marked) and not self.amount.unsure

    @property
    def block(self) -> tuple[str, int]:
        """The part of the paper it stands in, by its headings and the label above."""
        return self.heading, self.above


def find_spots(papers: Papers, currency: str) -> tuple[list[Spot], bool]:
    """All amounts and percentages of the papers, at most 3,000, and whether there are more."""
    _give_headings(papers)
    writing = Writing(row.text for row in papers.rows)
    _take_headings(papers, writing, currency)
    named = len(named_for_all(papers.rows, currency)) == 1
    scale = max(map(_scale_of_all, papers.rows), default=0)
    marks: list[list[Mark]] = []
    left = MAX_SPOTS + 1
    for row in papers.rows:
        found = _marks(row, writing, currency, scale, named=named)[: max(left, 0)] if left > 0 else []
        left -= len(found)
        marks.append(found)
    spots = list(_Reader(papers, marks).spots())
    more = len(spots) > MAX_SPOTS
    del spots[MAX_SPOTS:]
    _release_totals(papers, spots)
    return spots, more


def _give_headings(papers: Papers) -> None:
    """Give rows that are no table's the headings above them, where a row without numbers has as many cells."""
    header: tuple[str, ...] = ()
    for i, row in enumerate(papers.rows):
        if i and (
            papers.files[i] != papers.files[i - 1] or row.heading or (len(row.cells) == 1 and len(row.text) >= _PROSE)
        ):
            header = ()
        if row.table is None and len(row.cells) > 1:
            if not _DIGIT.search(row.text):
                header = row.cells if _is_header(row.cells) else ()
            else:
                row.header = _headings(header, row.cells)


def _take_headings(papers: Papers, writing: Writing, currency: str) -> None:
    """Take the headings of tables away that have none: a cell of their first row is an amount and nothing else."""
    headless: dict[tuple[int | None, tuple[str, ...]], bool] = {}
    for row in papers.rows:
        if row.table is not None and row.header:
            key = row.table, row.header
            if key not in headless:
                headless[key] = any(_is_amount(cell, writing, currency) for cell in row.header)
            row.header = () if headless[key] else row.header


def _is_amount(cell: str, writing: Writing, currency: str) -> bool:
    found = list(amounts(cell, writing, currency)) if _DIGIT.search(cell) else []
    return len(found) == 1 and cell.strip(" :*") == found[0].raw and (found[0].marked or found[0].shaped)


def _headings(header: tuple[str, ...], cells: tuple[str, ...]) -> tuple[str, ...]:
    """The headings of a row's cells; a position before the name may share the name's heading: "Pos. Leistung". () where they don't fit."""
    if len(cells) == len(header):
        return header
    if header and len(cells) == len(header) + 1 and _POSITION.fullmatch(cells[0]):
        position, _, name = header[0].rpartition(" ") if header[0].count(" ") == 1 else ("", "", header[0])
        return (position, name, *header[1:])
    return ()


def _is_header(cells: tuple[str, ...]) -> bool:
    is_short = all(len(cell) <= _MAX_HEADING for cell in cells)
    return is_short and any(_HEADS_MONEY.search(cell) or taxes.is_gross(cell) for cell in cells)


def _release_totals(papers: Papers, spots: list[Spot]) -> None:
    """Take a total of all out of the last milestone's part, and all below it: a label reaches on to rows of something else.

    It is in the last part that has a total, and is not the sum of what that part has above it. Where the parts before
    have such a total too, as one with tax, each has its own, and only a second one is that of all.
    """
    of_files: dict[str, list[Spot]] = {}
    for spot in spots:
        of_files.setdefault(papers.files[spot.row], []).append(spot)
    for of_file in of_files.values():
        parts: dict[tuple[str, int], list[Spot]] = {}
        for spot in of_file:
            if spot.table is None and spot.above >= 0:
                parts.setdefault(spot.block, []).append(spot)
        labels = {spot.label for spot in of_file if spot.is_money and not spot.is_total}
        unlike: list[list[int]] = []
        last: list[Spot] = []
        for part in parts.values():
            totals = [i for i, spot in enumerate(part) if _is_total_below(spot)]
            if totals:
                last = part
                unlike.append(
                    [i for i in totals if not _is_of_part(papers, part[max(0, i - _MAX_SUMMED) : i + 1], labels)]
                )
        for i in unlike[-1][1 if any(unlike[:-1]) else 0 :][:1] if unlike else ():
            for spot in last[i:]:
                spot.label, spot.above, spot.heading, spot.head = spot.row_label, -1, "", frozenset()


def _is_total_below(spot: Spot) -> bool:
    """Whether it is a total that has its label from above."""
    is_below = spot.label is not None and spot.row_label is None
    return is_below and spot.is_total and spot.is_money and places.is_amount(spot)


def _is_of_part(papers: Papers, part: list[Spot], labels: set[int | None]) -> bool:
    """Whether the total at the end of a part is the part's own, given the `labels` of all other amounts.

    It is where it sums the amounts above it, unless there is no other part; and where none stands above, unless the
    part is a clause with a mere number, as "3. Payment".
    """
    total = part[-1]
    above = [spot for spot in part if spot.row < total.row]
    if not above:
        return names.label(papers.rows[total.above].text) is not None or labels <= {total.label}
    if labels - {None} == {total.label}:
        return False
    return total.amount.value in places.sums(spot.amount.value for spot in reversed(above) if not spot.amount.percent)


def _marks(row: Row, writing: Writing, currency: str, scale: int, *, named: bool) -> list[Mark]:
    if not _DIGIT.search(row.text):
        return []
    found: list[Mark] = []
    for place, (start, cell) in enumerate(zip(cell_starts(row), row.cells, strict=True)):
        column = row.header[place] if place < len(row.header) else ""
        headed = currencies.of_heading(column, currency)
        for amount in amounts(cell, writing, currency, headed):
            sure = _judge(row, cell, amount, column, currency)
            if sure is not None:
                own = replace(amount, currencies=headed) if headed and sure and not amount.marked else amount
                found.append(_scaled(row, Mark(own, sure, column, start + amount.start), scale))
    if named and len(row.text) < _SHORT:
        _take_only(found, row)
    return found[:_MAX_OF_ROW]


def cell_starts(row: Row) -> list[int]:
    """Where in a row's text its cells begin."""
    starts, place = [], 0
    for cell in row.cells:
        found = row.text.find(cell, place)
        place = found if found >= 0 else place
        starts.append(place)
        place += len(cell) if found >= 0 else 0
    return starts


def _scale_of_all(row: Row) -> int:
    """The places by which a row, a sentence or headings without a table, scales all numbers of a paper."""
    if row.table is None and len(row.cells) > 1 and not _DIGIT.search(row.text):
        return max(scales.of_heading(cell) for cell in row.cells)
    return scales.of_all(row.text) if row.table is None else 0


def _scaled(row: Row, mark: Mark, scale: int) -> Mark:
    """The mark in the unit that its column's heading gives, else in that of the paper, which is unsure for an amount with a mark of its own."""
    amount = mark.amount
    places = scales.of_heading(mark.column) or scale
    if not places or amount.scaled or amount.percent:
        return mark
    values = tuple(money.scaled(value, places) for value in amount.values)
    if scale and amount.marked and row.table is None and len(row.cells) == 1:
        return mark._replace(amount=replace(amount, values=(*amount.values, *values), unsure=True))
    return mark._replace(amount=replace(amount, values=values))


def named_for_all(rows: list[Row], own: str) -> dict[str, int]:
    """The currencies that sentences and headings without numbers name for all amounts without a mark, with their rows."""
    named: dict[str, int] = {}
    for i, row in enumerate(rows):
        has_number = _DIGIT.search(row.text) is not None
        for code in currencies.named_in(_sentences(row.text) if has_number else (row.text,)):
            named.setdefault(code, i)
        if has_number:
            continue
        in_heading = row.table is None and len(row.cells) > 1
        for cell in row.cells:
            if (in_heading and MONEY_COLUMN.search(cell)) or _UNIT_ALONE.fullmatch(cell):
                of = currencies.of_heading(cell, own)
                if of:
                    named.setdefault(own if own in of else of[0], i)
    return named


def _sentences(text: str) -> list[str]:
    """The sentences of a row that have no number but a share: "All prices in EUR plus 19 % VAT. Travel at most EUR 900"."""
    if "%" not in text and not _SENTENCE_END.search(text):
        return []
    return [part for part in _SENTENCE_END.split(text) if not _DIGIT.search(_PERCENTAGE.sub("", part))]


def _take_only(found: list[Mark], row: Row) -> None:
    """Make the only number of a row money, where it is grouped as money is and closes the row or has a cell of its own."""
    numbers = [i for i, mark in enumerate(found) if not mark.amount.percent]
    if len(numbers) != 1:
        return
    mark = found[numbers[0]]
    cells = row.cells if len(row.cells) > 1 else row.text.split(" ")[-1:]
    if mark.amount.shaped and is_plain(mark.amount) and any(cell.strip(" :*()") == mark.amount.raw for cell in cells):
        found[numbers[0]] = mark._replace(sure=True)


def _judge(row: Row, cell: str, amount: Amount, column: str, own: str) -> bool | None:
    """True where it is money, False where it may be, None where it is a number of something else."""
    if amount.percent or amount.marked:
        return amount.marked
    alone = cell.strip(" :*()+-~") == amount.raw or not _LETTER.search(cell.replace(amount.raw, "", 1))
    has_unit = scales.of_heading(column) or (row.table is None and currencies.of_heading(column, own))
    if column and alone and (has_unit or (row.table is not None and MONEY_COLUMN.search(column))):
        return True
    many = len(row.cells) > 1
    shaped = amount.shaped and (alone or not many)
    return False if shaped or is_plain(amount) else None


def is_plain(amount: Amount) -> bool:
    """Whether a bare number is large enough for an amount, and no year."""
    return amount.values[0] >= _MIN_PLAIN and not _YEAR.fullmatch(amount.raw)


class _Shared(NamedTuple):
    """What the amounts of a row share: the words around, the row's number, the parts of it, and whether one is money for certain."""

    near: frozenset[str]
    label: int | None
    parts: dict[int, str]
    has_money: bool


class _Reader:
    """Goes through the rows, and remembers the headings and the label it is under."""

    def __init__(self, papers: Papers, marks: list[list[Mark]]) -> None:
        self.papers, self.marks = papers, marks
        self.heads: list[tuple[int, str, int]] = []
        self.label: tuple[int, int, str] | None = None
        self.is_part = self.had_parts = False
        """Whether the label begins a part by a word, as "Phase 2 - Concept", and whether such a part had its amount."""
        self.list_end = -1
        self.count = 0

    def spots(self) -> Iterator[Spot]:
        """The spots in reading order."""
        last = max((i for i, marks in enumerate(self.marks) if marks), default=-1)
        for i, row in enumerate(self.papers.rows[: last + 1]):
            if i and self.papers.files[i] != self.papers.files[i - 1]:
                self.heads, self.label, self.is_part, self.had_parts = [], None, False, False
            has_money = any(mark.sure for mark in self.marks[i])
            number = names.label(row.text)
            if row.heading:
                self._enter(i, row, number)
            self._see_label(i, row, number, has_money=has_money)
            self.had_parts |= has_money and self.is_part
            if self.marks[i]:
                shared = _Shared(self._near(i, row), _row_label(row), _parts(row, self.marks[i]), has_money)
                for mark in self.marks[i]:
                    yield self._spot(i, row, mark, shared)

    def _enter(self, i: int, row: Row, number: int | None) -> None:
        """A heading ends those of its level and below; a label alone goes on in the heading behind it."""
        while self.heads and self.heads[-1][0] >= row.heading:
            self.heads.pop()
        self.heads.append((row.heading, row.text, i))
        if self.label and number is None:
            known, at, text = self.label
            self.label = (known, i, f"{text} / {row.text}") if at == i - 1 else None

    def _see_label(self, i: int, row: Row, number: int | None, *, has_money: bool) -> None:
        if row.table is not None or len(row.text) >= _LABEL_LENGTH:
            return
        if number is not None:
            if (row.heading or not has_money) and not TOTAL.search(row.text):
                self.label, self.is_part = (number, i, row.text), names.without_label(row.text) != row.text
            elif names.starts_with_label(row.text):
                self.label = None  # the row has its amount, and nothing below belongs to it
        elif len(row.cells) == 1 and not has_money and len(row.text) < _SHORT and not self.papers.marked_down[i]:
            number = names.list_number(row.text)
            if number == 1 and self.is_part and i > self.list_end:
                self.list_end = self._list_end(i)
            if number is not None and i > self.list_end:
                self.label, self.is_part = (number, i, row.text), False

    def _list_end(self, i: int) -> int:
        """The row of the amount that ends a list within a part, where row i begins one: "Phase 2 - Concept", its steps and its fee.

        It has several items above the amount and none below, and the parts have amounts; -1 where it is a list of its own.
        """
        amount, items = -1, 1
        for j in range(i + 1, min(i + _LABEL_REACH, len(self.papers.rows))):
            row = self.papers.rows[j]
            if row.heading or self.papers.files[j] != self.papers.files[i] or names.starts_with_label(row.text):
                return amount if items > 1 and (self.had_parts or names.starts_with_label(row.text)) else -1
            if names.list_number(row.text) == items + 1:
                if amount >= 0:
                    return -1
                items += 1
            if amount < 0 and any(mark.sure for mark in self.marks[j]):
                amount = j
        return amount if items > 1 and self.had_parts else -1

    def _near(self, i: int, row: Row) -> frozenset[str]:
        """The words of the rows around that have no amount: a cell may run over several lines of a page."""
        wide = row.page is not None and len(row.cells) > 1
        found = [*self._sentence(i, row)]
        for step, reach in ((-1, 3 if wide else 2), (1, 6 if wide else 2)):
            for j in range(i + step, i + step * (reach + 1), step):
                if not self._goes_on(i, j):
                    break
                found += names.words(self.papers.rows[j].text)
        return frozenset(found)

    def _sentence(self, i: int, row: Row) -> Iterator[str]:
        """The words of the other rows over which the sentence of row i runs."""
        if not _is_prose(row):
            return
        rows = self.papers.rows
        for j in range(i - 1, max(i - 4, -1), -1):
            if rows[j].heading or not _is_prose(rows[j]) or rows[j].text.endswith(_ENDS):
                break
            yield from names.words(rows[j].text)
        for j in range(i + 1, min(i + 4, len(rows))):
            if rows[j - 1].text.endswith(_ENDS) or rows[j].heading:
                break
            yield from names.words(rows[j].text)

    def _goes_on(self, i: int, j: int) -> bool:
        """Whether row j may belong to the amount in row i."""
        rows = self.papers.rows
        if not 0 <= j < len(rows) or self.papers.files[j] != self.papers.files[i]:
            return False
        other = rows[j]
        shares_alone = all(mark.amount.percent for mark in self.marks[i])
        has_amount = any(shares_alone or not mark.amount.percent for mark in self.marks[j])
        is_header = other.table is not None and other.cells == rows[i].header
        return not (
            other.heading or has_amount or is_header or other.page != rows[i].page or other.table != rows[i].table
        )

    def _spot(self, i: int, row: Row, mark: Mark, shared: _Shared) -> Spot:
        rest = f"{row.text[: mark.at]} {row.text[mark.at + len(mark.amount.raw) :]}"
        row_label = names.label(mark.column) if shared.label is None else shared.label
        outdone = shared.has_money and not (mark.sure or mark.amount.percent)
        heading = " / ".join(text for _, text, _ in self.heads)
        label, above = row_label, -1
        if row.table is None and self.label and 0 < i - self.label[1] <= _LABEL_REACH:
            number, above, text = self.label
            heading = heading if text in heading else f"{heading} / {text}"
            label = number if label is None else label
        elif label is None and self.heads:
            label = names.label(self.heads[-1][1])
            above = self.heads[-1][2] if label is not None or row.table is None else -1
        self.count += 1
        return Spot(
            self.count - 1, i, mark.amount, rest, frozenset(names.words(f"{mark.column} {rest}")), shared.near,
            frozenset(names.words(heading)), heading, label, row_label, above, bool(TOTAL.search(rest)), mark.column, row.table, mark.sure,
            mark.at, shared.parts.get(mark.at), outdone,
        )  # fmt: skip


def _parts(row: Row, marks: list[Mark]) -> dict[int, str]:
    """The part of a row that each amount stands in, by the amount's place; none where there is one amount."""
    amounts = [mark for mark in marks if mark.sure and not mark.amount.percent]
    if len(amounts) < 2:  # noqa: PLR2004  (one amount has the whole row)
        return {}
    spans = [clauses.Span(mark.at, mark.at + len(mark.amount.raw)) for mark in amounts]
    return {
        span.start: part for span, part in zip(spans, clauses.clauses(row.text, cell_starts(row), spans), strict=True)
    }


def _row_label(row: Row) -> int | None:
    """The number of a milestone that a row gives itself."""
    number = names.label(row.text)
    if number is None and (len(row.text) < _SHORT or len(row.cells) > 1):
        number = names.ordinal(row.text)
    numbered = _FIRST_CELL_NUMBER.fullmatch(row.cells[0]) if row.table is not None or len(row.cells) > 1 else None
    return int(numbered[1]) if number is None and numbered else number
