"""The reasons not to take an agreement's schedule as it stands: other currencies, several lists or columns, tax within."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from mtrack import money
from mtrack.verify import places, roles, taxes, total_names
from mtrack.verify.currencies import fits
from mtrack.verify.papers import quote

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from mtrack.verify.papers import Papers
    from mtrack.verify.spots import Spot

_UNIT = re.compile(r"\b(?:unit|each|rate|price)|einzel|preis|prix|precio|prezzo|prijs|pris\b", re.IGNORECASE)
_FIGURE = r"(?:\d\s*%|\d[\d.,'’\s]{0,20}\d)"
_OFF = r"\b(?:discount|rebate|rabatt?|nachlass|rabais|remise|descuento|desconto|sconto|korting)\b"
_DISCOUNT = re.compile(rf"{_OFF}[^.;]{{0,40}}?{_FIGURE}|{_FIGURE}[^.;]{{0,15}}{_OFF}", re.IGNORECASE)
_OPTION = re.compile(
    r"\W*(?P<name>(?:option|variante?|alternative?|angebot|opción|opcion|opção|opzione|optie|vaihtoehto)\s+(?-i:[A-H]|[IVX]{1,4}|\d))\b"
    r"(?![.,]\d)",
    re.IGNORECASE,
)
_PAYABLE = re.compile(rf"\W*(?:{'|'.join(total_names.PAYABLE)})\W*(?:net|netto)?\W*", re.IGNORECASE)
_IF_PAID = re.compile(
    r"\b(?:if|when|within|early|prompt|paid|payment|wenn|bei|innerhalb|innert|zahlung|paiement|si|sous|pago|pagamento|betaling"
    r"|betalning)\b",
    re.IGNORECASE,
)
"""Words of a discount that depends on the day of payment, and changes nothing of what is agreed."""
_LINE_WORDS = 4
"""Words in a line of a running text."""
_MAX_TEXT = 300
_BELOW = 4
"""Rows between a list and its total."""
_SHOWN = 6
"""Shares that are told of a schedule."""
_MAX_SUMMED = 300
"""Amounts that a total may sum."""


class Listed(NamedTuple):
    """Amounts that may be the schedule, and their sum."""

    spots: list[Spot]
    total: Decimal


def common_currencies(spots: Iterable[Spot]) -> list[str]:
    """The currencies that all marked amounts may be in, the likeliest first; none without a mark."""
    marks = Counter(spot.amount.currencies for spot in spots if spot.amount.currencies)
    found: Counter[str] = Counter()
    for codes, times in marks.items():
        found.update(dict.fromkeys(codes, times))
    return [code for code, _ in found.most_common() if all(fits(codes, code) for codes in marks)]


def common_currency(spots: Iterable[Spot], wanted: str = "") -> str | None:
    """The currency that all marked amounts may be in: the wanted one, else the likeliest; None without a mark."""
    codes = common_currencies(spots)
    return wanted if wanted in codes else next(iter(codes), None)


def in_other_currencies(papers: Papers, spots: list[Spot]) -> str:
    """The words for amounts of one list in several currencies; "" where they may be in one."""
    marked = [spot for spot in spots if spot.amount.currencies]
    if not marked or common_currency(marked) is not None:
        return ""
    first = marked[0]
    other = next(spot for spot in marked if common_currency((first, spot)) is None)
    return f"has one amount in {_named(first)} ({_at(papers, first)}), and another in {_named(other)} ({_at(papers, other)})"


def _named(spot: Spot) -> str:
    return " or ".join(spot.amount.currencies[:2])


def with_tax(papers: Papers, listed: Listed, totals: Iterable[Spot], spots: list[Spot]) -> str:
    """The words for a schedule whose amounts hold tax; "" where the paper does not say so."""
    for spot in listed.spots:
        if taxes.is_gross(spot.column) or taxes.is_included(spot.rest):
            return _tax_words(papers, spot)
    same = [spot for spot in totals if spot.amount.reads(listed.total)]
    if same and all(_is_gross(papers, spot) and not _is_net_of_next(papers, spot, spots) for spot in same):
        return _tax_words(papers, same[0])
    largest: dict[int, Decimal] = {}
    for spot in spots:
        largest[spot.row] = max(spot.amount.value, largest.get(spot.row, money.ZERO))
    for i, row in enumerate(papers.rows):
        goes_on = (
            i + 1 < len(papers.rows) and not largest.keys() & {i, i + 1} and not row.text.endswith((".", ":", ";"))
        )
        text = f"{row.text} {papers.rows[i + 1].text}" if goes_on else row.text
        if largest.get(i, money.ZERO) < listed.total and taxes.is_about_prices(text):
            return f'gives amounts with tax, and a record has them net ({_line(papers, i)}: "{quote(row.text)}")'
    return ""


def _is_gross(papers: Papers, spot: Spot) -> bool:
    return taxes.is_gross(spot.column) or taxes.is_gross(papers.rows[spot.row].text)


def _is_net_of_next(papers: Papers, spot: Spot, spots: list[Spot]) -> bool:
    """Whether a larger amount follows in its row, and the words between call it net: "13 500 € HT (16 200 € TTC)"."""
    behind = next((other for other in spots if other.row == spot.row and other.at > spot.at), None)
    if behind is None or behind.amount.value <= spot.amount.value:
        return False
    return roles.role(papers.rows[spot.row].text[spot.at + len(spot.amount.raw) : behind.at]) == "net"


def _tax_words(papers: Papers, spot: Spot) -> str:
    said = quote(spot.column if taxes.is_gross(spot.column) else papers.rows[spot.row].text)
    return f'gives amounts with tax, and a record has them net ({_at(papers, spot)}: "{said}")'


def other_columns(papers: Papers, listed: Listed, spots: list[Spot]) -> tuple[str, tuple[str, ...]]:
    """The words for rows that have further amounts which add up too, and the currencies to choose from; "" and none without."""
    group = {spot.row: spot for spot in listed.spots}
    if len(group) < 2:  # noqa: PLR2004  (one row adds up to anything)
        return "", ()
    columns: dict[object, dict[int, Spot]] = {}
    for row, taken in group.items():
        beside = [spot for spot in spots if spot.row == row and spot.index != taken.index]
        for place, spot in enumerate(beside):
            columns.setdefault(spot.column if spot.table is not None else place, {}).setdefault(row, spot)
    for column in columns.values():
        total = money.total(spot.amount.values[0] for spot in column.values())
        if (
            len(column) == len(group)
            and not _is_same(group, column)
            and _is_stated(total, list(column.values()), spots)
        ):
            return _columns_words(papers, listed, Listed(list(column.values()), total))
    return "", ()


def _is_same(group: dict[int, Spot], column: dict[int, Spot]) -> bool:
    """Whether a column says the same as another: unit prices, of one unit each."""
    same = all(spot.amount.reads(group[row].amount.values[0]) for row, spot in column.items())
    return same and any(_UNIT.search(spot.column[:_MAX_TEXT]) for of in (group, column) for spot in of.values())


def _is_stated(total: Decimal, column: list[Spot], spots: list[Spot]) -> bool:
    """Whether the sum of a column stands in a row of its own: in that column where it is one of a table."""
    rows, first = {spot.row for spot in column}, column[0]
    return any(
        spot.amount.reads(total)
        and spot.row not in rows
        and (spot.table is None or first.table is None or (spot.table, spot.column) == (first.table, first.column))
        for spot in spots
    )


def _columns_words(papers: Papers, one: Listed, other: Listed) -> tuple[str, tuple[str, ...]]:
    one, other = sorted((one, other), key=lambda listed: listed.spots[0].index)
    first, second = one.spots[0], other.spots[0]
    codes = tuple(code for code in (common_currency(one.spots), common_currency(other.spots)) if code)
    choice = codes if len(set(codes)) > 1 else ()
    if first.column and second.column:
        found = f"the columns '{quote(first.column)}' and '{quote(second.column)}' each add up"
    else:
        found = f"{_at(papers, first)} has two amounts, and with those below each adds up"
    return f"does not say plainly which amounts are agreed: {found}, to {_sum(one)} and {_sum(other)}", choice


def between_lines(papers: Papers, listed: Listed) -> str:
    """The words for an amount in a column of running text, beside which another column runs; "" where there is none."""
    for spot in listed.spots:
        row = papers.rows[spot.row]
        if row.page is None or row.table is not None or len(row.cells) == 1:
            continue
        place = next((place for place, cell in enumerate(row.cells) if spot.amount.raw in cell), 0)
        for other in papers.rows[max(0, spot.row - 1) : spot.row + 2]:
            lines = [place for place, cell in enumerate(other.cells) if len(cell.split()) >= _LINE_WORDS]
            if other is not row and other.page == row.page and len(lines) > 1 and place in lines:
                return (
                    f"does not say plainly what is paid: {_at(papers, spot)} stands in a text in columns "
                    f'("{quote(row.text, spot.amount.raw)}")'
                )
    return ""


def other_list(papers: Papers, listed: Listed, others: Iterable[Listed], totals: list[Spot]) -> str:
    """The words for a second list with a total of its own; "" where there is none, or one list is a part of the other."""
    rows = {spot.row for spot in listed.spots}
    for other in others:
        if len(other.spots) < 2 or rows.intersection(spot.row for spot in other.spots):  # noqa: PLR2004
            continue
        if not _has_total(other, totals):
            continue
        if other.total != listed.total and not _holds(listed, other.total) and not _holds(other, listed.total):
            one, two = sorted((listed, other), key=lambda of: of.spots[0].row)
            return (
                f"does not say plainly which list is agreed: that from {_at(papers, one.spots[0])} adds up to {_sum(one)}, "
                f"and that from {_at(papers, two.spots[0])} to {_sum(two)}"
            )
    return ""


def other_shares(papers: Papers, listed: Listed, schedules: Iterable[Listed]) -> str:
    """The words for a schedule that divides the total of the list in other parts; "" where there is none."""
    amounts = sorted(spot.amount.values[0] for spot in listed.spots)
    for other in schedules:
        if other.total == listed.total and sorted(spot.amount.values[0] for spot in other.spots) != amounts:
            shares = ", ".join(spot.amount.raw for spot in other.spots[:_SHOWN])
            return (
                f"does not say plainly what is billed: its list from {_at(papers, listed.spots[0])} adds up to {_sum(listed)}, "
                f'and {_at(papers, other.spots[0])} divides that in {shares} ("{quote(papers.rows[other.spots[0].row].text)}")'
            )
    return ""


def options(papers: Papers) -> str:
    """The words for several options, each with a row that begins with its name; "" where there are none or one."""
    found: dict[str, int] = {}
    for i, row in enumerate(papers.rows):
        match = _OPTION.match(row.text)
        if match:
            found.setdefault(match["name"].casefold(), i)
    if len(found) < 2:  # noqa: PLR2004  (one is no choice)
        return ""
    one, two = list(found.values())[:2]
    return (
        f"does not say plainly which option is agreed: that of {_line(papers, one)} or that of {_line(papers, two)} "
        f'("{quote(papers.rows[one].text)}", "{quote(papers.rows[two].text)}")'
    )


def other_amount(papers: Papers, listed: Listed, named: Iterable[tuple[str, Spot]]) -> str:
    """The words for an amount that stands with the name of one in the list, and is another; "" where there is none."""
    named = list(named)
    rows = {spot.row for spot in listed.spots}
    of_list = {name: spot for name, spot in named if spot.row in rows}
    for name, spot in named:
        own = of_list.get(name)
        if own is not None and spot.row not in rows and not any(map(spot.amount.reads, own.amount.values)):
            return (
                f"does not say plainly what is agreed for '{quote(name)}': one amount is in {_at(papers, own)}, "
                f'and another in {_at(papers, spot)} ("{quote(papers.rows[spot.row].text)}")'
            )
    return ""


def _has_total(listed: Listed, totals: list[Spot]) -> bool:
    """Whether the sum of a list stands right above or below it as its total."""
    first, last = listed.spots[0], listed.spots[-1]
    return any(
        spot.amount.reads(listed.total)
        and first.row - _BELOW <= spot.row <= last.row + _BELOW
        and spot.table == last.table
        for spot in totals
    )


def other_total(papers: Papers, listed: Listed, totals: list[Spot], spots: list[Spot], added: list[Decimal]) -> str:
    """The words for a total that is not that of the list, nor of a part of it or of other amounts; "" where there is none."""
    own = [spot for spot in totals if spot.amount.reads(listed.total)]
    rows = {spot.row for spot in (*own, *listed.spots)}
    with_tax = [money.plus(listed.total, tax) for tax in added]
    for spot in (*totals, *(spot for spot in spots if not spot.is_total and _PAYABLE.fullmatch(spot.rest))):
        is_known = (
            spot.row in rows
            or any(map(spot.amount.reads, with_tax))
            or (spot.amount.value > listed.total and _is_gross(papers, spot))
            or _holds(listed, spot.amount.value)
            or _sums_neighbours(spot, own, spots)
            or places.is_liability(spot)
        )
        if not is_known:
            return _total_words(papers, listed, "another total is stated", spot.row)
    return ""


def deduction(papers: Papers, listed: Listed, spots: list[Spot]) -> str:
    """The words for what is taken off the total of a list: a negative amount beside it, or a discount; "" where nothing is."""
    rows, tables = {spot.row for spot in listed.spots}, {spot.table for spot in listed.spots}
    near = range(min(rows), max(rows) + _BELOW + 1)
    negative = [
        spot.row
        for spot in spots
        if spot.is_money
        and spot.amount.value < 0
        and spot.table in tables
        and (spot.table is not None or spot.row in near)
    ]
    discounts = (
        i
        for i, row in enumerate(papers.rows)
        if i not in rows and _DISCOUNT.search(row.text[:_MAX_TEXT]) and not _IF_PAID.search(row.text[:_MAX_TEXT])
    )
    row = negative[0] if negative else next(discounts, None)
    return "" if row is None else _total_words(papers, listed, "something is taken off", row)


def _total_words(papers: Papers, listed: Listed, what: str, row: int) -> str:
    return (
        f"does not say plainly what is agreed in all: its list adds up to {_sum(listed)}, and {what} "
        f'({_line(papers, row)}: "{quote(papers.rows[row].text)}")'
    )


def _sums_neighbours(total: Spot, own: list[Spot], spots: list[Spot]) -> bool:
    """Whether a total is the sum of the rows right above or below it, up to the totals of the list."""
    ends = [spot.row for spot in own]
    first = max((row for row in ends if row < total.row), default=-1)
    last = min((row for row in ends if row > total.row), default=math.inf)
    others = [spot for spot in spots if spot.table == total.table and spot.column == total.column and not spot.is_total]
    above = [spot.amount.value for spot in others if first < spot.row < total.row][-_MAX_SUMMED:]
    below = [spot.amount.value for spot in others if total.row < spot.row < last][:_MAX_SUMMED]
    return total.amount.value in places.sums(reversed(above)) or total.amount.value in places.sums(below)


def _holds(listed: Listed, amount: Decimal) -> bool:
    return any(spot.amount.reads(amount) for spot in listed.spots)


def _sum(listed: Listed) -> str:
    code = common_currency(listed.spots) or ""
    decimals = money.decimals(code or None, {})
    return money.display(listed.total, code, 2 if decimals is None else decimals).strip()


def _at(papers: Papers, spot: Spot) -> str:
    return _line(papers, spot.row)


def _line(papers: Papers, row: int) -> str:
    page = papers.rows[row].page
    return f"{'' if page is None else f'p. {page}, '}l. {papers.rows[row].number}"
